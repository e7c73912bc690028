//! The yearly assessment of a designation.

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    standing::{declined, lock},
    store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// How a year was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AssessmentOutcome {
    /// Good.
    Passed,
    /// Not good; what follows is another decision.
    Failed,
    /// Good if the remark is heeded.
    Conditions,
}

/// The assessment of a year.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssessmentBody {
    /// The year.
    year: i32,
    /// How it was.
    outcome: AssessmentOutcome,
    /// Why, or the conditions; needed unless it passed.
    #[serde(default)]
    #[schema(max_length = 2000)]
    remark: String,
}

/// An assessment that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssessmentView {
    /// The year.
    year: i32,
    /// `passed`, `failed` or `conditions`.
    outcome: String,
    /// Why, or the conditions.
    remark: String,
    /// When it was made.
    assessed_at: DateTime<Utc>,
}

/// Enters the assessment of a year.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/assessments",
    operation_id = "assess_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AssessmentBody,
    responses((status = 201, description = "Entered", body = AssessmentView), ApiErrors)
)]
pub(super) async fn assess(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<AssessmentBody>,
) -> Result<axum::response::Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, _) = lock(&mut tx, &actor, id).await?;
    let mut checks = Checks::new();
    let remark = checks.prose("remark", &body.remark, 2000);
    let said = body.outcome == AssessmentOutcome::Passed || !remark.is_empty();
    checks.require(said, "remark", "required", "must say why, or on which conditions");
    checks.finish()?;
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    let assessed: Vec<i32> = store::assessments(&mut tx, &[id]).await?.iter().map(|one| one.year).collect();
    row.rules()?.assess(body.year, today, &assessed).map_err(declined)?;
    let outcome = serde_json::to_value(body.outcome)?.as_str().unwrap_or_default().to_owned();
    let (year, assessed_by) = (body.year, actor.account_id);
    let made = store::Assessment { designation_id: id, year, outcome, remark, assessed_by, assessed_at: now };
    store::add_assessment(&mut tx, &made).await?;
    let event = store::NewEvent {
        id: state.new_id(),
        designation_id: id,
        kind: "assessed",
        on_day: today,
        reason: &made.remark,
        account_id: actor.account_id,
        at: now,
    };
    store::add_event(&mut tx, &event).await?;
    let detail = json!({ "year": made.year, "outcome": made.outcome, "remark": made.remark });
    audit::record(&mut tx, &actor, now, Event::new("designation.assess", "designation", id, detail)).await?;
    tx.commit_with((StatusCode::CREATED, Json(AssessmentView::from(made)))).await
}

impl From<store::Assessment> for AssessmentView {
    fn from(row: store::Assessment) -> Self {
        Self { year: row.year, outcome: row.outcome, remark: row.remark, assessed_at: row.assessed_at }
    }
}
