use axum::{Json, extract::State, response::Response};
use kepu_domain::designation::{application::Step, form::Fill};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::{Seat, of_applicant},
    store,
    take::{attached, field_errors, take},
    view::{ApplicationView, whole},
};
use crate::{
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Submits an application, or submits it again after it was completed. Answers one error for each field that is wrong.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/submit",
    operation_id = "submit_application",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 200, description = "Submitted", body = ApplicationView), ApiErrors)
)]
pub(super) async fn submit(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_applicant(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let at = state.now();
    let on = credits::today(&mut tx, at).await?;
    let step = Step::Submit { at, on, window: round.window() };
    let files = attached(&store::files(&mut tx, id).await?);
    let wrong = round.rules.form.check(&row.answers, &files, Fill::Whole);
    let row = take(&mut tx, &state, &actor, row, step, "application.submit", "").await?;
    if !wrong.is_empty() {
        return Err(ApiError::invalid(field_errors(wrong)));
    }
    let view = whole(&mut tx, &state, row, &round, Seat::Applicant).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}

/// Why, if you like to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WithdrawBody {
    /// Why.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

/// Takes an application back before it is decided. One may begin another one while the round is open.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/withdraw",
    operation_id = "withdraw_application",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = WithdrawBody,
    responses((status = 200, description = "Taken back", body = ApplicationView), ApiErrors)
)]
pub(super) async fn withdraw(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<WithdrawBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_applicant(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 0..=400);
    checks.finish()?;
    let step = Step::Withdraw { reason: reason.clone() };
    let row = take(&mut tx, &state, &actor, row, step, "application.withdraw", &reason).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Applicant).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}
