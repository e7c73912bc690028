use axum::{Json, extract::State, response::Response};
use kepu_domain::designation::application::Step;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    objections::ObjectionAnswer,
    reach::{Seat, of_applicant, of_authority},
    store,
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

/// An appeal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealBody {
    /// Why the refusal is wrong.
    #[schema(min_length = 1, max_length = 4000)]
    grounds: String,
}

/// Appeals a refusal, once and within the scheme's days.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/appeal",
    operation_id = "appeal_refusal",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = AppealBody,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AppealBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_applicant(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let grounds = checks.prose("grounds", &body.grounds, 4000);
    checks.require(!grounds.is_empty(), "grounds", "required", "must not be empty");
    checks.finish()?;
    let on = credits::today(&mut tx, state.now()).await?;
    let step = Step::Appeal { grounds: grounds.clone(), on };
    let row = take(&mut tx, &state, &actor, row, step, "application.appeal", &grounds).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Applicant).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}

/// Answers an appeal: upheld, others review and decide anew; dismissed, the refusal stands for good. Who refused does not
/// answer.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/appeal/answer",
    operation_id = "answer_appeal",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ObjectionAnswer,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn answer(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ObjectionAnswer>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_authority(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.prose("reason", &body.reason, 4000);
    checks.require(!reason.is_empty(), "reason", "required", "must not be empty");
    checks.finish()?;
    let by = actor.account_id;
    let (step, action) = if body.uphold {
        let heard_by = store::reviews(&mut tx, &[id]).await?.into_iter().map(|one| one.account_id).collect();
        (Step::UpholdAppeal { by, heard_by }, "application.uphold_appeal")
    } else {
        (Step::DismissAppeal { by, reason: reason.clone() }, "application.dismiss_appeal")
    };
    let row = take(&mut tx, &state, &actor, row, step, action, &reason).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}
