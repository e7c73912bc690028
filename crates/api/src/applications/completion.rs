//! What becomes of an application that was returned and is not completed in time.

use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::designation::application::{Step, until};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::{Seat, of_authority},
    take::take,
    view::{ApplicationView, whole},
};
use crate::{
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// More time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompletionExtension {
    /// The last day on which it may be submitted again, later than the one before and not over.
    until: NaiveDate,
    /// Why; the applicant sees it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Gives an applicant more time to complete what was returned, before its last day or after it.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/completion/extension",
    operation_id = "extend_completion",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = CompletionExtension,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn extend(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<CompletionExtension>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_authority(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.prose("reason", &body.reason, 2000);
    checks.require(!reason.is_empty(), "reason", "required", "must not be empty");
    checks.finish()?;
    let on = credits::today(&mut tx, state.now()).await?;
    let step = Step::Extend { until: body.until, on };
    let row = take(&mut tx, &state, &actor, row, step, "application.extend", &reason).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}

/// Why it is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IncompleteRefusal {
    /// Why; the applicant sees it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Refuses what was returned and not completed by its last day. The applicant may appeal.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/completion/refusal",
    operation_id = "refuse_incomplete",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = IncompleteRefusal,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn refuse(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<IncompleteRefusal>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_authority(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.prose("reason", &body.reason, 2000);
    checks.finish()?;
    let on = credits::today(&mut tx, state.now()).await?;
    let appeal_until = until(on, round.rules.appeal_days);
    let step = Step::RefuseIncomplete { by: actor.account_id, reason: reason.clone(), appeal_until, on };
    let row = take(&mut tx, &state, &actor, row, step, "application.refuse_incomplete", &reason).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}
