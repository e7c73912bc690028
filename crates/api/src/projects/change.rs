use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectView, TAG, managed, require_open, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    roster::today,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectChange {
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: Option<String>,
    /// Title in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// What it is for.
    #[schema(max_length = 2000)]
    aims: Option<String>,
}

/// Changes what a project that is not over says of itself.
#[utoipa::path(
    patch,
    path = "/api/v1/projects/{id}",
    operation_id = "change_project",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The project"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ProjectChange,
    responses((status = 200, description = "As it is now", body = ProjectView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ProjectChange>,
) -> Result<(ETag, Json<ProjectView>)> {
    let mut tx = state.begin(&actor).await?;
    let (mut row, agreement) = managed(&mut tx, &actor, id).await?;
    version.check("project", row.version)?;
    require_open(&mut tx, &row, state.now()).await?;
    let now = state.now();
    let day = today(&mut tx, now).await?;
    let before = ProjectView::on(row.clone(), &agreement, day);
    let mut checks = Checks::new();
    row.title_zh = checks.text("title_zh", body.title_zh.as_deref().unwrap_or(&row.title_zh), 1..=120);
    row.title_en = checks.text("title_en", body.title_en.as_deref().unwrap_or(&row.title_en), 0..=200);
    row.aims = checks.prose("aims", body.aims.as_deref().unwrap_or(&row.aims), 2000);
    checks.finish()?;
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let after = ProjectView::on(row, &agreement, day);
    let detail = patch::difference(&before, &after)?;
    audit::record(&mut tx, &actor, now, Event::new("project.change", "project", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
