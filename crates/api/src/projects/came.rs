//! What came of a project: activities that its parties host, resources that they offer.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::{ProjectView, TAG, managed, require_open, store};
use crate::{
    activities,
    agreements::store::AgreementRow,
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ETag},
    resources,
    roster::today,
    state::AppState,
};

/// Refuses what no party hosts or offers.
fn of_a_party(agreement: &AgreementRow, organization: Uuid, field: &str) -> Result<()> {
    if agreement.parties.iter().any(|party| party.id == organization) {
        return Ok(());
    }
    Err(ApiError::invalid_field(field, "not_of_a_party", "must be hosted or offered by a party of the agreement"))
}

/// Says that an activity of a party came of a project.
#[utoipa::path(
    put,
    path = "/api/v1/projects/{id}/activities/{activity_id}",
    operation_id = "add_project_activity",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("activity_id" = Uuid, Path, description = "The activity")
    ),
    responses((status = 200, description = "As it is now", body = ProjectView), ApiErrors)
)]
pub(super) async fn add_activity(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, activity_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<(ETag, Json<ProjectView>)> {
    let mut tx = state.begin(&actor).await?;
    let (row, agreement) = managed(&mut tx, &actor, id).await?;
    require_open(&mut tx, &row, state.now()).await?;
    let activity = activities::store::load(&mut tx, activity_id).await?;
    of_a_party(&agreement, activity.host_id, "activity_id")?;
    let now = state.now();
    store::add_activity(&mut tx, id, activity_id, actor.account_id, now).await?;
    let detail = json!({ "activity_id": activity_id, "title_zh": activity.title_zh });
    audit::record(&mut tx, &actor, now, Event::new("project.came", "project", id, detail)).await?;
    let day = today(&mut tx, now).await?;
    let view = ProjectView::on(store::load(&mut tx, id).await?, &agreement, day);
    tx.commit().await?;
    Ok((ETag(view.version), Json(view)))
}

/// Takes back that an activity came of a project.
#[utoipa::path(
    delete,
    path = "/api/v1/projects/{id}/activities/{activity_id}",
    operation_id = "remove_project_activity",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("activity_id" = Uuid, Path, description = "The activity")
    ),
    responses((status = 204, description = "Taken back"), ApiErrors)
)]
pub(super) async fn remove_activity(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, activity_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    let (row, _) = managed(&mut tx, &actor, id).await?;
    if !row.activities.iter().any(|one| one.id == activity_id) {
        return Err(ApiError::not_found("activity"));
    }
    store::remove_activity(&mut tx, id, activity_id).await?;
    let detail = json!({ "activity_id": activity_id, "removed": true });
    audit::record(&mut tx, &actor, state.now(), Event::new("project.came", "project", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that a resource of a party came of a project.
#[utoipa::path(
    put,
    path = "/api/v1/projects/{id}/resources/{resource_id}",
    operation_id = "add_project_resource",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("resource_id" = Uuid, Path, description = "The resource")
    ),
    responses((status = 200, description = "As it is now", body = ProjectView), ApiErrors)
)]
pub(super) async fn add_resource(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, resource_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<(ETag, Json<ProjectView>)> {
    let mut tx = state.begin(&actor).await?;
    let (row, agreement) = managed(&mut tx, &actor, id).await?;
    require_open(&mut tx, &row, state.now()).await?;
    let resource = resources::store::load(&mut tx, resource_id).await?;
    of_a_party(&agreement, resource.owner_id, "resource_id")?;
    let now = state.now();
    store::add_resource(&mut tx, id, resource_id, actor.account_id, now).await?;
    let detail = json!({ "resource_id": resource_id, "title_zh": resource.title_zh });
    audit::record(&mut tx, &actor, now, Event::new("project.came", "project", id, detail)).await?;
    let day = today(&mut tx, now).await?;
    let view = ProjectView::on(store::load(&mut tx, id).await?, &agreement, day);
    tx.commit().await?;
    Ok((ETag(view.version), Json(view)))
}

/// Takes back that a resource came of a project.
#[utoipa::path(
    delete,
    path = "/api/v1/projects/{id}/resources/{resource_id}",
    operation_id = "remove_project_resource",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("resource_id" = Uuid, Path, description = "The resource")
    ),
    responses((status = 204, description = "Taken back"), ApiErrors)
)]
pub(super) async fn remove_resource(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, resource_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    let (row, _) = managed(&mut tx, &actor, id).await?;
    if !row.resources.iter().any(|one| one.id == resource_id) {
        return Err(ApiError::not_found("resource"));
    }
    store::remove_resource(&mut tx, id, resource_id).await?;
    let detail = json!({ "resource_id": resource_id, "removed": true });
    audit::record(&mut tx, &actor, state.now(), Event::new("project.came", "project", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
