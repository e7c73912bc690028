//! One appeal with its history.

use axum::{Json, extract::State, response::Response};
use uuid::Uuid;

use super::{
    TAG, reach, store, today,
    view::{AppealBooked, AppealCredit, AppealDetail, AppealView, possible},
};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ETag},
    state::AppState,
    tenancy::Tx,
};

/// One appeal: what was said, what the line earns, and what can be done.
#[utoipa::path(
    get, path = "/api/v1/appeals/{id}", operation_id = "read_appeal", tag = TAG,
    params(("id" = Uuid, Path, description = "The appeal")),
    responses((status = 200, description = "The appeal", body = AppealDetail), ApiErrors)
)]
pub(super) async fn read_appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let detail = detail(&state, &mut tx, &actor, id).await?;
    tx.commit_with((ETag(detail.appeal.version), Json(detail))).await
}

/// As the actor sees it now; not found for whom it is not there.
pub(super) async fn detail(state: &AppState, tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<AppealDetail> {
    let shown = store::shown(tx, id).await?;
    let may = reach::may(actor, tx.district().0, &shown)?;
    let today = today(tx, state).await?;
    let (line, decided) = (shown.row.line_id, shown.row.standing.0.decision().map(|decision| decision.act.at));
    // Hosts see who came, never what it earned.
    let earns = if may.names { store::earns(tx, line).await? } else { Vec::new() };
    let booked = match decided {
        Some(at) if may.names => store::booked(tx, line, at).await?,
        _ => Vec::new(),
    };
    let possible = possible(&shown)?;
    let appeal = &shown.row.standing.0;
    let (filed_by, open) = (appeal.filing().act.by, appeal.is_open());
    let spoken = appeal.statement().map(|statement| statement.act.by);
    let waits_for_host = appeal.turn(today) == Some(kepu_domain::appeal::Turn::Host);
    let own = filed_by == actor.account_id;
    Ok(AppealDetail {
        may_state: may.state && open && spoken.is_none() && !own,
        may_decide: may.decide && open && !waits_for_host && !own && spoken != Some(actor.account_id),
        may_withdraw: open && own,
        appeal: AppealView::at(shown, actor, may, today),
        earns: earns.into_iter().map(AppealCredit::from).collect(),
        booked: booked.into_iter().map(AppealBooked::from).collect(),
        possible,
    })
}
