//! The steps of a result's life after it was submitted.

use axum::{Json, extract::State, http::HeaderMap};
use chrono::{DateTime, Utc};
use kepu_domain::{
    competition::{Authors, Step, Submission},
    role::{Action, Scope},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AchievementView, ResultState, TAG,
    reach::require_for,
    refused,
    store::{self, ResultEvent, ResultRow, Standing},
};
use crate::{
    audit::{self, Event, Origin},
    auth::Actor,
    check::Checks,
    credits::{self, Author, Cause, Rescored},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, IfMatch},
    ids,
    state::AppState,
    tenancy::Tx,
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// Why, for those who submitted it.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Why, if you like to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PerhapsBecause {
    /// Why.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

/// Submits a result that was returned again, as it was corrected.
#[utoipa::path(
    post,
    path = "/api/v1/results/{id}/resubmit",
    operation_id = "resubmit_result",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result; for a team, that of any member"),
        ("If-Match" = Option<String>, Header, description = "Only if it is still as it was read")
    ),
    responses((status = 200, description = "Submitted again", body = AchievementView), ApiErrors)
)]
pub(super) async fn resubmit(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> Result<Json<AchievementView>> {
    one(&state, &actor, id, &headers, Step::Resubmit).await
}

/// Takes back a result that the district has not verified.
#[utoipa::path(
    post,
    path = "/api/v1/results/{id}/withdraw",
    operation_id = "withdraw_result",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result; for a team, that of any member"),
        ("If-Match" = Option<String>, Header, description = "Only if it is still as it was read")
    ),
    request_body = PerhapsBecause,
    responses((status = 200, description = "Withdrawn", body = AchievementView), ApiErrors)
)]
pub(super) async fn withdraw(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
    ApiJson(body): ApiJson<PerhapsBecause>,
) -> Result<Json<AchievementView>> {
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 0..=400);
    checks.finish()?;
    one(&state, &actor, id, &headers, Step::Withdraw { reason }).await
}

/// Verifies a result: it earns credit. Not for who had a hand in it.
#[utoipa::path(
    post,
    path = "/api/v1/results/{id}/verify",
    operation_id = "verify_result",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result; for a team, that of any member"),
        ("If-Match" = Option<String>, Header, description = "Only if it is still as it was read")
    ),
    responses((status = 200, description = "Verified", body = AchievementView), ApiErrors)
)]
pub(super) async fn verify(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> Result<Json<AchievementView>> {
    one(&state, &actor, id, &headers, Step::Verify).await
}

/// Returns a result to who submitted it: something is wrong or missing.
#[utoipa::path(
    post,
    path = "/api/v1/results/{id}/return",
    operation_id = "return_result",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result; for a team, that of any member"),
        ("If-Match" = Option<String>, Header, description = "Only if it is still as it was read")
    ),
    request_body = Because,
    responses((status = 200, description = "Returned", body = AchievementView), ApiErrors)
)]
pub(super) async fn give_back(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
    ApiJson(body): ApiJson<Because>,
) -> Result<Json<AchievementView>> {
    let reason = because(&body)?;
    one(&state, &actor, id, &headers, Step::Return { reason }).await
}

/// Takes a verified result's credit back, for the prize was revoked.
#[utoipa::path(
    post,
    path = "/api/v1/results/{id}/revoke",
    operation_id = "revoke_result",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result; for a team, that of any member"),
        ("If-Match" = Option<String>, Header, description = "Only if it is still as it was read")
    ),
    request_body = Because,
    responses((status = 200, description = "Revoked", body = AchievementView), ApiErrors)
)]
pub(super) async fn revoke(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
    ApiJson(body): ApiJson<Because>,
) -> Result<Json<AchievementView>> {
    let reason = because(&body)?;
    one(&state, &actor, id, &headers, Step::Revoke { reason }).await
}

fn because(body: &Because) -> Result<String> {
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    Ok(reason)
}

async fn one(
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    headers: &HeaderMap,
    step: Step,
) -> Result<Json<AchievementView>> {
    let mut tx = state.begin(actor).await?;
    let district = tx.district().0;
    let schools_step = matches!(step, Step::Resubmit | Step::Withdraw { .. } | Step::Correct | Step::Evidence);
    if !schools_step {
        actor.require(Action::ResultVerify, &Scope::District { district })?;
    }
    let rows = store::lock_one(&mut tx, id).await?;
    if schools_step {
        require_for(actor, Action::ResultSubmit, district, &rows)?;
    }
    let asked = rows.iter().find(|row| row.id == id).ok_or_else(|| ApiError::not_found("result"))?;
    if let Some(version) = if_match(headers)? {
        version.check("result", asked.version)?;
    }
    let achievement = asked.achievement();
    let authors = store::authors(&mut tx, &[achievement]).await?.remove(&achievement).unwrap_or_default();
    let next = take(asked, authors, step.clone(), actor.account_id)?;
    carry_out(&mut tx, state, &actor.into(), &rows, &next, &step).await?;
    let rows = store::achievement_of(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(rows.into()))
}

/// What becomes of an achievement.
pub(super) fn take(row: &ResultRow, authors: Authors, step: Step, by: Uuid) -> Result<Submission> {
    row.submission(authors).step(step, by).map_err(|refusal| refused(&refusal))
}

/// Writes the step of these results, which all go from the same state to `next`; credit follows.
pub(super) async fn carry_out(
    tx: &mut Tx,
    state: &AppState,
    by: &Origin,
    rows: &[ResultRow],
    next: &Submission,
    step: &Step,
) -> Result<()> {
    carry_out_for(tx, (by, state.now()), rows, next, step, None).await.map(drop)
}

/// The same for this cause, if credit changes for another one than the step tells.
pub(super) async fn carry_out_for(
    tx: &mut Tx,
    (by, now): (&Origin, DateTime<Utc>),
    rows: &[ResultRow],
    next: &Submission,
    step: &Step,
    cause: Option<Cause>,
) -> Result<Rescored> {
    let account_id = by.account_id.unwrap_or_default();
    let results = rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let standing = Standing {
        state: ResultState::from(next.state()),
        reason: next.reason(),
        decided_by: next.decision().map(|decision| decision.by),
        at: now,
        resubmitted_by: matches!(step, Step::Resubmit).then_some(account_id),
    };
    store::set_standing(tx, &results, &standing).await?;
    let events: Vec<ResultEvent> = rows
        .iter()
        .map(|row| ResultEvent {
            id: ids::new(),
            result_id: row.id,
            from_state: Some(row.state),
            to_state: standing.state,
            reason: next.reason().to_owned(),
            account_id,
            at: now,
        })
        .collect();
    store::insert_events(tx, &events).await?;
    let (action, usual) = match step {
        Step::Verify => ("result.verify", Some(Cause::Verified)),
        Step::Revoke { .. } => ("result.revoke", Some(Cause::Revoked)),
        Step::Return { .. } => ("result.return", None),
        Step::Resubmit => ("result.resubmit", None),
        Step::Withdraw { .. } => ("result.withdraw", None),
        Step::Correct => ("result.correct", None),
        Step::Evidence => ("result.evidence", None),
        Step::Uphold { .. } => ("result.uphold", Some(Cause::Appeal)),
        Step::Amend { .. } => ("result.amend", Some(Cause::Appeal)),
    };
    let trail = rows
        .iter()
        .map(|row| {
            let detail = json!({ "person_id": row.person_id, "from": row.state, "reason": next.reason() });
            Event::new(action, "result", row.id, detail)
        })
        .collect();
    audit::record_as(tx, by, now, trail).await?;
    match cause.or(usual) {
        Some(cause) => credits::touch_results(tx, &Author { account_id, at: now }, &results, cause).await,
        None => Ok(Rescored::default()),
    }
}

/// The version that the caller has read, if it says so.
fn if_match(headers: &HeaderMap) -> Result<Option<IfMatch>> {
    let Some(value) = headers.get(axum::http::header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim();
    let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    text.parse().map(|version| Some(IfMatch(version))).map_err(|_| {
        ApiError::bad_request("invalid_if_match", "If-Match must be the ETag of the answer that you have read.")
    })
}
