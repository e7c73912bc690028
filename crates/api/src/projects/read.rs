use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectView, TAG, known, store};
use crate::{
    agreements::reach,
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ETag},
    roster::today,
    state::AppState,
};

/// The projects of an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProjectList {
    /// In the order of entry.
    items: Vec<ProjectView>,
}

/// Lists the projects of an agreement.
#[utoipa::path(
    get,
    path = "/api/v1/agreements/{id}/projects",
    operation_id = "list_projects",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The agreement")),
    responses((status = 200, description = "Its projects", body = ProjectList), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<ProjectList>> {
    let mut tx = state.begin(&actor).await?;
    let agreement = reach::known(&mut tx, &actor, id).await?;
    let day = today(&mut tx, state.now()).await?;
    let rows = store::of_agreement(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(ProjectList { items: rows.into_iter().map(|row| ProjectView::on(row, &agreement, day)).collect() }))
}

/// Reads a project: who may read its agreement may.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{id}",
    operation_id = "read_project",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The project")),
    responses((status = 200, description = "The project", body = ProjectView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ProjectView>)> {
    let mut tx = state.begin(&actor).await?;
    let (row, agreement) = known(&mut tx, &actor, id).await?;
    let day = today(&mut tx, state.now()).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(ProjectView::on(row, &agreement, day))))
}
