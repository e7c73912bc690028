use axum::{extract::State, http::StatusCode};
use kepu_domain::{
    role::{Action, Scope},
    settlement::yuan,
};
use serde_json::json;
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
};

/// Withdraws a tariff: it counts for no day any more. Twice is as once.
#[utoipa::path(
    delete,
    path = "/api/v1/tariffs/{id}",
    operation_id = "withdraw_tariff",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The tariff")),
    responses((status = 204, description = "Withdrawn"), ApiErrors)
)]
pub(super) async fn withdraw(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::TariffManage, &Scope::District { district: tx.district().0 })?;
    let row = store::load(&mut tx, id).await?;
    let now = state.now();
    if store::withdraw(&mut tx, id, actor.account_id, now).await? {
        let detail = json!({ "host_id": row.host_id, "activity_id": row.activity_id, "yuan": yuan(row.fen) });
        audit::record(&mut tx, &actor, now, Event::new("tariff.withdraw", "tariff", id, detail)).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
