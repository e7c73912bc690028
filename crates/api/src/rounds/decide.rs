use std::collections::BTreeMap;

use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    designation::{
        application::{StateName, Step, until},
        rank::{Undecidable, decide as judge},
    },
    role::Action,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, ranking::waiting, require, store};
use crate::{
    applications,
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// A decision on one application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationDecision {
    /// The application.
    application_id: Uuid,
    /// Whether it is to be awarded.
    approve: bool,
    /// Why; needed if it is not.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Decisions on several applications of a round: all are taken, or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationDecisions {
    /// One for each application.
    #[schema(min_items = 1, max_items = 500)]
    decisions: Vec<ApplicationDecision>,
}

/// Where an application stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecidedView {
    /// The application.
    application_id: Uuid,
    /// Where it stands.
    #[schema(value_type = String)]
    state: StateName,
    /// For If-Match.
    version: i64,
}

/// What was decided or published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecidedList {
    /// Each application.
    items: Vec<DecidedView>,
    /// Last day for objections, where it was published; for appeals against refusals, where it was decided.
    until: NaiveDate,
}

/// Decides on applications of a round after its last day, all together or none: within the quota, nobody who lacks something,
/// nobody passed over in silence, and no place given away that somebody who is not seen through may still deserve.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/decisions",
    operation_id = "decide_applications",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    request_body = ApplicationDecisions,
    responses((status = 200, description = "Decided", body = DecidedList), ApiErrors)
)]
pub(super) async fn decide(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ApplicationDecisions>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let round = store::lock(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, round.authority_id).await?;
    let today = credits::today(&mut tx, state.now()).await?;
    if today <= round.closes_on {
        let detail = format!("The round takes applications until {}. Decide after that, or close it.", round.closes_on);
        return Err(ApiError::conflict("round_still_open", detail));
    }
    let mut checks = Checks::new();
    checks.count("decisions", body.decisions.len(), 1..=500);
    let mut choices = BTreeMap::new();
    let mut reasons = BTreeMap::new();
    for (index, decision) in body.decisions.iter().enumerate() {
        let at = format!("decisions[{index}].reason");
        let reason = checks.prose(&at, &decision.reason, 2000);
        checks.require(decision.approve || !reason.is_empty(), &at, "required", "must say why it is refused");
        if choices.insert(decision.application_id, decision.approve).is_some() {
            let at = format!("decisions[{index}].application_id");
            checks.add(FieldError::new(at, "twice", "is there twice"));
        }
        reasons.insert(decision.application_id, reason);
    }
    checks.finish()?;
    let rows = applications::store::lock_round(&mut tx, id, &["under_review"]).await?;
    let found = waiting(&mut tx, &round, rows, today).await?;
    let unchecked: Vec<Uuid> = found.unchecked.iter().map(|row| row.id).collect();
    judge(&found.ranked, found.places, &unchecked, &choices).map_err(|refusal| {
        let detail = format!("That cannot be decided so: {refusal}.");
        let answer = ApiError::conflict(refusal.code(), detail);
        let Undecidable::PlacesPending { pending, .. } = &refusal else { return answer };
        let name = |name: String| FieldError::new("pending", "this_one", name);
        answer.with_errors(found.names(pending).into_iter().map(name).collect())
    })?;
    let appeal_until = until(today, round.rules.appeal_days);
    let by = actor.account_id;
    let mut items = Vec::with_capacity(choices.len());
    for row in found.rows {
        let Some(approve) = choices.get(&row.id) else { continue };
        let reason = reasons.remove(&row.id).unwrap_or_default();
        let (step, action) = if *approve {
            (Step::Approve { by }, "application.approve")
        } else {
            (Step::Refuse { by, reason: reason.clone(), appeal_until }, "application.refuse")
        };
        let row = applications::take(&mut tx, &state, &actor, row, step, action, &reason).await?;
        items.push(DecidedView { application_id: row.id, state: row.standing.0.state(), version: row.version });
    }
    tx.commit_with(Json(DecidedList { items, until: appeal_until })).await
}

/// Publishes for objection all that a round has approved and not published yet.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/publication",
    operation_id = "publish_decisions",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "Published", body = DecidedList), ApiErrors)
)]
pub(super) async fn publish(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let round = store::lock(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, round.authority_id).await?;
    let rows = applications::store::lock_round(&mut tx, id, &["approved"]).await?;
    if rows.is_empty() {
        return Err(ApiError::conflict(
            "nothing_to_publish",
            "The round has approved nothing that is not published yet.",
        ));
    }
    let last = round.rules.objections_until(credits::today(&mut tx, state.now()).await?);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let step = Step::Publish { until: last };
        let row = applications::take(&mut tx, &state, &actor, row, step, "application.publish", "").await?;
        items.push(DecidedView { application_id: row.id, state: row.standing.0.state(), version: row.version });
    }
    tx.commit_with(Json(DecidedList { items, until: last })).await
}
