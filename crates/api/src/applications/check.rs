use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::designation::application::{Step, until};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    files::under_review,
    reach::{Seat, of_authority},
    store,
    take::take,
    view::{ApplicationView, whole},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Whether an application is complete.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompletenessBody {
    /// Whether it is: it is reviewed then. If not, it is returned.
    complete: bool,
    /// What is missing; needed if it is returned.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Says whether an application is complete: it goes on to review, or back to the applicant with what is missing.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/completeness",
    operation_id = "check_application",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = CompletenessBody,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn check(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<CompletenessBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_authority(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.prose("reason", &body.reason, 2000);
    checks.finish()?;
    let today = credits::today(&mut tx, state.now()).await?;
    let (step, action) = if body.complete {
        (Step::Accept, "application.accept")
    } else {
        let until = until(today, round.rules.targets.completion);
        (Step::Return { reason: reason.clone(), until }, "application.return")
    };
    let row = take(&mut tx, &state, &actor, row, step, action, &reason).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}

/// What somebody found who went there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpotCheckBody {
    /// The day.
    visited_on: NaiveDate,
    /// Whether all was as it was said to be.
    passed: bool,
    /// What was found.
    #[schema(min_length = 1, max_length = 4000)]
    remark: String,
}

/// Enters what somebody found who went there. Photographs are added beside it.
#[utoipa::path(
    put,
    path = "/api/v1/applications/{id}/spot_check",
    operation_id = "enter_spot_check",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = SpotCheckBody,
    responses((status = 200, description = "As it is now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn spot_check(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<SpotCheckBody>,
) -> Result<(ETag, Json<ApplicationView>)> {
    let mut tx = state.begin(&actor).await?;
    let (mut row, round) = of_authority(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    under_review(&row, &actor)?;
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    let mut checks = Checks::new();
    let remark = checks.prose("remark", &body.remark, 4000);
    checks.require(!remark.is_empty(), "remark", "required", "must not be empty");
    checks.require(body.visited_on <= today, "visited_on", "to_come", "must not lie after today");
    checks.finish()?;
    let detail = json!({ "visited_on": body.visited_on, "passed": body.passed, "remark": remark });
    let (visited_on, passed, by) = (body.visited_on, body.passed, actor.account_id);
    row.spot_check = Some(Stored(store::SpotCheckRow { visited_on, passed, remark, by }));
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    audit::record(&mut tx, &actor, now, Event::new("application.visit", "application", id, detail)).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit().await?;
    Ok((ETag(view.summary.version), Json(view)))
}
