//! How a project begins, is completed or stopped.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::agreement::{
    Act,
    project::{Around, Step},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectState, ProjectView, TAG, managed, refused, store};
use crate::{
    agreements::store::AgreementRow,
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// Takes a step and writes what happened.
async fn apply(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    (row, agreement): (&mut store::ProjectRow, &AgreementRow),
    step: Step,
    (action, detail): (&'static str, Value),
) -> Result<()> {
    let day = today(tx, now).await?;
    let open_milestones = row.milestones.iter().filter(|one| one.done_on.is_none()).count();
    let around = Around { agreement: agreement.on(day), open_milestones, today: day };
    let after = row.standing.0.clone().take(around, step).map_err(|refusal| refused(&refusal))?;
    row.state = ProjectState::from(&after);
    row.standing = Stored(after);
    row.version += 1;
    row.updated_at = now;
    store::update(tx, row).await?;
    audit::record(tx, actor, now, Event::new(action, "project", row.id, detail)).await
}

/// Stops a project, from the day on which its agreement is over, in the transaction that ends that.
pub async fn stop_within(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    id: Uuid,
    reason: &str,
    from: NaiveDate,
) -> Result<()> {
    let mut row = store::lock(tx, id).await?;
    let agreement = crate::agreements::store::load(tx, row.agreement_id).await?;
    let step = Step::Stop(Act { by: actor.account_id, at: now }, reason.to_owned(), from);
    let told = ("project.stop", json!({ "reason": reason, "from": from, "agreement_id": agreement.id }));
    apply(tx, actor, now, (&mut row, &agreement), step, told).await
}

/// What is said with a step.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectWord {
    /// Why it is stopped, or what came of it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    text: String,
}

struct Asked {
    id: Uuid,
    version: IfMatch,
    text: String,
    field: &'static str,
}

async fn step(
    state: &AppState,
    actor: &Actor,
    asked: Asked,
    make: impl FnOnce(Act, String, NaiveDate) -> Step,
    action: &'static str,
) -> Result<Response> {
    let mut tx = state.begin(actor).await?;
    let (mut row, agreement) = managed(&mut tx, actor, asked.id).await?;
    asked.version.check("project", row.version)?;
    let mut checks = Checks::new();
    let text = checks.prose("text", &asked.text, 1000);
    checks.finish()?;
    let now = state.now();
    let mut detail = json!({});
    detail[asked.field] = json!(text);
    let day = today(&mut tx, now).await?;
    let step = make(Act { by: actor.account_id, at: now }, text, day);
    apply(&mut tx, actor, now, (&mut row, &agreement), step, (action, detail)).await?;
    let view = ProjectView::on(row, &agreement, day);
    tx.commit_with((ETag(view.version), Json(view))).await
}

/// Says that a project has begun. Its agreement is in force by then.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{id}/start",
    operation_id = "start_project",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    responses((status = 200, description = "Running", body = ProjectView), ApiErrors)
)]
pub(super) async fn start(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let asked = Asked { id, version, text: String::new(), field: "remark" };
    step(&state, &actor, asked, |act, _, _| Step::Start(act), "project.start").await
}

/// Says that a project has reached its end, with all its milestones.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{id}/complete",
    operation_id = "complete_project",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = ProjectWord,
    responses((status = 200, description = "Completed", body = ProjectView), ApiErrors)
)]
pub(super) async fn complete(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ProjectWord>,
) -> Result<Response> {
    let asked = Asked { id, version, text: body.text, field: "outcome" };
    step(&state, &actor, asked, |act, outcome, _| Step::Complete(act, outcome), "project.complete").await
}

/// Gives a project up, and says why.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{id}/stop",
    operation_id = "stop_project",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = ProjectWord,
    responses((status = 200, description = "Stopped", body = ProjectView), ApiErrors)
)]
pub(super) async fn stop(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ProjectWord>,
) -> Result<Response> {
    let asked = Asked { id, version, text: body.text, field: "reason" };
    step(&state, &actor, asked, Step::Stop, "project.stop").await
}
