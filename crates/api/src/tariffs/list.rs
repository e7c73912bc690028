use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, TariffView, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    state::AppState,
};

/// Which ones.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichTariffs {
    /// Of this host; who answers for no district must name one.
    #[serde(default)]
    host: Option<Uuid>,
    /// Those that were withdrawn, too.
    #[serde(default)]
    withdrawn: bool,
}

/// Tariffs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Tariffs {
    /// By host, the newest first.
    items: Vec<TariffView>,
}

/// What the district pays its hosts for a person. A host reads its own.
#[utoipa::path(
    get,
    path = "/api/v1/tariffs",
    operation_id = "list_tariffs",
    tag = TAG,
    params(WhichTariffs),
    responses((status = 200, description = "The tariffs", body = Tariffs), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichTariffs>,
) -> Result<Json<Tariffs>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let scope = which.host.map_or(Scope::District { district }, |host| Scope::Host { district, host });
    actor.require(Action::ReportRead, &scope)?;
    let rows = store::list(&mut tx, which.host, which.withdrawn).await?;
    tx.rollback().await?;
    Ok(Json(Tariffs { items: rows.into_iter().map(TariffView::from).collect() }))
}
