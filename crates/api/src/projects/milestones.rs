#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::agreement::project::reached_on;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectView, TAG, managed, require_open, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag},
    patch,
    roster::today,
    state::AppState,
};

/// The most milestones of one project.
const MILESTONES_MAX: usize = 60;

/// A new milestone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMilestone {
    /// What is to be reached.
    #[schema(min_length = 1, max_length = 120)]
    title: String,
    /// By when.
    due_on: NaiveDate,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MilestoneChange {
    /// What is to be reached.
    #[schema(min_length = 1, max_length = 120)]
    title: Option<String>,
    /// By when.
    due_on: Option<NaiveDate>,
    /// When it was reached, not a day to come; null if it is not after all.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<NaiveDate>)]
    done_on: Option<Option<NaiveDate>>,
}

/// Sets a milestone of a project that is not over.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{id}/milestones",
    operation_id = "add_milestone",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewMilestone,
    responses((status = 201, description = "Set", body = ProjectView), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewMilestone>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, agreement) = managed(&mut tx, &actor, id).await?;
    require_open(&mut tx, &row, state.now()).await?;
    let mut checks = Checks::new();
    let title = checks.text("title", &body.title, 1..=120);
    checks.day("due_on", body.due_on);
    checks.finish()?;
    if row.milestones.len() >= MILESTONES_MAX {
        return Err(ApiError::conflict("too_many", format!("There are {MILESTONES_MAX} milestones already.")));
    }
    let made = store::Milestone { id: state.new_id(), title, due_on: body.due_on, done_on: None, done_by: None };
    store::put_milestone(&mut tx, id, &made).await?;
    let now = state.now();
    let detail = json!({ "milestone_id": made.id, "title": made.title, "due_on": made.due_on });
    audit::record(&mut tx, &actor, now, Event::new("project.milestone", "project", id, detail)).await?;
    let day = today(&mut tx, now).await?;
    let view = ProjectView::on(store::load(&mut tx, id).await?, &agreement, day);
    tx.commit_with((StatusCode::CREATED, ETag(view.version), Json(view))).await
}

/// Changes a milestone, or says on which day it was reached.
#[utoipa::path(
    patch,
    path = "/api/v1/projects/{id}/milestones/{milestone_id}",
    operation_id = "change_milestone",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("milestone_id" = Uuid, Path, description = "The milestone")
    ),
    request_body = MilestoneChange,
    responses((status = 200, description = "As it is now", body = ProjectView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, milestone_id)): ApiPath<(Uuid, Uuid)>,
    ApiJson(body): ApiJson<MilestoneChange>,
) -> Result<(ETag, Json<ProjectView>)> {
    let mut tx = state.begin(&actor).await?;
    let (row, agreement) = managed(&mut tx, &actor, id).await?;
    let mut one = find(&row, milestone_id)?;
    require_open(&mut tx, &row, state.now()).await?;
    let now = state.now();
    let day = today(&mut tx, now).await?;
    let mut checks = Checks::new();
    one.title = checks.text("title", body.title.as_deref().unwrap_or(&one.title), 1..=120);
    if let Some(due) = body.due_on {
        checks.day("due_on", due);
        one.due_on = due;
    }
    if let Some(done) = body.done_on {
        if let Some(done) = done {
            checks.day("done_on", done);
        }
        checks.require(
            done.is_none_or(|done| reached_on(done, day)),
            "done_on",
            "in_the_future",
            format!("must not lie after {day}, which is today"),
        );
        (one.done_on, one.done_by) = (done, done.map(|_| actor.account_id));
    }
    checks.finish()?;
    store::put_milestone(&mut tx, id, &one).await?;
    let detail = json!({ "milestone_id": one.id, "title": one.title, "due_on": one.due_on, "done_on": one.done_on });
    audit::record(&mut tx, &actor, now, Event::new("project.milestone", "project", id, detail)).await?;
    let view = ProjectView::on(store::load(&mut tx, id).await?, &agreement, day);
    tx.commit().await?;
    Ok((ETag(view.version), Json(view)))
}

/// Removes a milestone that was not reached.
#[utoipa::path(
    delete,
    path = "/api/v1/projects/{id}/milestones/{milestone_id}",
    operation_id = "remove_milestone",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("milestone_id" = Uuid, Path, description = "The milestone")
    ),
    responses((status = 204, description = "Removed"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, milestone_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    let (row, _) = managed(&mut tx, &actor, id).await?;
    let one = find(&row, milestone_id)?;
    require_open(&mut tx, &row, state.now()).await?;
    if one.done_on.is_some() {
        return Err(ApiError::conflict("milestone_reached", "The milestone was reached, so it stays on the record."));
    }
    store::remove_milestone(&mut tx, milestone_id).await?;
    let detail = json!({ "milestone_id": one.id, "title": one.title, "removed": true });
    audit::record(&mut tx, &actor, state.now(), Event::new("project.milestone", "project", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn find(row: &store::ProjectRow, id: Uuid) -> Result<store::Milestone> {
    row.milestones.iter().find(|one| one.id == id).cloned().ok_or_else(|| ApiError::not_found("milestone"))
}
