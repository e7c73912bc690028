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

use crate::{auth::Actor, error::Result, state::AppState, tenancy::Tx};

/// The tag of these operations.
const TAG: &str = "exports";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(oneroster::export_oneroster)).routes(routes!(xapi::export_xapi))
}

/// Of which school.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfSchool {
    /// Of this school; all of the district if left out, for those who answer for it.
    #[serde(default)]
    school: Option<Uuid>,
}

fn require(tx: &Tx, actor: &Actor, school: Option<Uuid>) -> Result<()> {
    let district = tx.district().0;
    let scope = school.map_or(Scope::District { district }, |school| Scope::School { district, school });
    actor.require(Action::ExportRead, &scope)
}
