//! An official decides on an exception; what is upheld may be taken back in the same breath.

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    exception::{Decision, NotNow},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    read::{ExceptionDetail, detail},
    store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    participation,
    state::AppState,
};

/// What an official says of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionDecision {
    /// It was right as it was.
    Clear,
    /// It was wrong.
    Uphold,
    /// It is to be looked at again.
    Reopen,
}

/// What an official says, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExceptionDecideRequest {
    /// What.
    decision: ExceptionDecision,
    /// Why; may be left out to reopen.
    #[serde(default)]
    #[schema(max_length = 400)]
    remark: String,
    /// With `uphold`: participations of the exception that are voided for this reason. Their credit goes with them.
    #[serde(default)]
    #[schema(max_items = 500)]
    void: Vec<Uuid>,
}

/// Decides on an exception. What is voided and the decision are one change: both happen, or neither.
#[utoipa::path(
    post, path = "/api/v1/exceptions/{id}/decide", operation_id = "decide_exception", tag = TAG,
    params(("id" = Uuid, Path, description = "The exception"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ExceptionDecideRequest,
    responses((status = 200, description = "As it is now", body = ExceptionDetail), ApiErrors)
)]
pub(super) async fn decide_exception(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ExceptionDecideRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ExceptionDecide, &Scope::District { district: tx.district().0 })?;
    let mut checks = Checks::new();
    let least = usize::from(body.decision != ExceptionDecision::Reopen);
    let remark = checks.text("remark", &body.remark, least..=400);
    checks.count("void", body.void.len(), 0..=500);
    let voids = body.void.is_empty() || body.decision == ExceptionDecision::Uphold;
    checks.require(voids, "void", "only_upheld", "only what is upheld is taken back");
    checks.finish()?;

    let row = store::lock(&mut tx, id).await?;
    version.check("exception", row.version)?;
    not_in_it(&row, &body.void)?;
    let now = state.now();
    let decision = Decision { by: actor.account_id, at: now, remark: remark.clone() };
    let before = row.standing()?;
    let after = match body.decision {
        ExceptionDecision::Clear => before.clear(decision),
        ExceptionDecision::Uphold => before.uphold(decision),
        ExceptionDecision::Reopen => before.reopen(),
    }
    .map_err(refused)?;
    if !body.void.is_empty() {
        participation::void_many(&mut tx, &state, &actor, &body.void, &remark).await?;
    }
    store::update(&mut tx, id, &after, (&row.records, row.measure), now, None).await?;
    let detail_of = json!({
        "kind": row.kind, "from": before.word(), "to": after.word(), "remark": remark, "voided": body.void,
    });
    audit::record(&mut tx, &actor, now, Event::new("exception.decide", "exception", id, detail_of)).await?;
    let detail = detail(&state, &mut tx, id).await?;
    tx.commit_with((ETag(detail.exception.version), Json(detail))).await
}

/// Only what the exception is about is voided by it.
fn not_in_it(row: &store::Row, void: &[Uuid]) -> Result<()> {
    let errors: Vec<FieldError> = void
        .iter()
        .enumerate()
        .filter(|(_, id)| row.kind == "unlisted_result" || !row.records.contains(id))
        .map(|(at, id)| {
            FieldError::new(format!("void[{at}]"), "not_in_exception", "is no participation of this exception")
                .value(id.to_string())
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

fn refused(refusal: NotNow) -> ApiError {
    ApiError::conflict(refusal.code(), format!("Nothing was changed: {refusal}."))
}
