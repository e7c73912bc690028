//! What other systems take from here: the roster as OneRoster 1.2 CSV, and what counted as xAPI statements. For those who
//! answer for a school or the district.

mod oneroster;
mod stated;
mod store;
mod xapi;

use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    error::{ApiError, Result},
    state::AppState,
    tenancy::Tx,
};

/// The tag of these operations.
const TAG: &str = "exports";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(oneroster::export_oneroster)).routes(routes!(xapi::export_xapi))
}

/// Of which school. A name that is not known is refused: a filter that was mistyped would be all of the district.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfSchool {
    /// Of this school; all of the district if left out, for those who answer for it.
    #[serde(default)]
    school: Option<Uuid>,
}

/// Whether the actor may export this, and whether there is such a school in the district: a package of nobody is a whole one
/// too, and who reads it would delete everybody.
async fn require(tx: &mut Tx, actor: &Actor, school: Option<Uuid>) -> Result<()> {
    let district = tx.district().0;
    let scope = school.map_or(Scope::District { district }, |school| Scope::School { district, school });
    actor.require(Action::ExportRead, &scope)?;
    if school.is_some() && store::schools(tx, school).await?.is_empty() {
        return Err(ApiError::not_found("school"));
    }
    Ok(())
}
