use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::agreement::{Standing, project::Project};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectState, ProjectView, TAG, store};
use crate::{
    agreements::reach,
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, Location},
    roster::today,
    state::AppState,
};

/// A new project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProject {
    /// The party that answers for it: one for which the account acts.
    owner_id: Uuid,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 2000)]
    aims: String,
}

/// Plans a project under an agreement that all have signed.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/projects",
    operation_id = "create_project",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewProject,
    responses((status = 201, description = "Planned", body = ProjectView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewProject>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    // Whoever ends the agreement meanwhile finds the project, or is done before it is judged here.
    let agreement = reach::held(&mut tx, &actor, id).await?;
    reach::acts_for(&actor, &agreement.parties, "owner_id", body.owner_id)?;
    let mut checks = Checks::new();
    let title_zh = checks.text("title_zh", &body.title_zh, 1..=120);
    let title_en = checks.text("title_en", &body.title_en, 0..=200);
    let aims = checks.prose("aims", &body.aims, 2000);
    checks.finish()?;
    let now = state.now();
    let day = today(&mut tx, now).await?;
    let standing = agreement.on(day);
    if !matches!(standing, Standing::InForce | Standing::NotBegun) {
        return Err(ApiError::conflict(
            "agreement_not_in_force",
            format!(
                "The agreement is {}: projects are planned once all have signed, and until it is over.",
                standing.word()
            ),
        ));
    }
    let row = store::ProjectRow {
        id: state.new_id(),
        agreement_id: id,
        owner_id: body.owner_id,
        owner_name_zh: String::new(),
        owner_name_en: String::new(),
        title_zh,
        title_en,
        aims,
        state: ProjectState::Planned,
        standing: Stored(Project::Planned),
        version: 1,
        created_by: actor.account_id,
        created_at: now,
        updated_at: now,
        milestones: Stored(Vec::new()),
        activities: Stored(Vec::new()),
        resources: Stored(Vec::new()),
    };
    store::insert(&mut tx, &row).await?;
    let detail = json!({ "agreement_id": id, "owner_id": row.owner_id, "title_zh": row.title_zh });
    audit::record(&mut tx, &actor, now, Event::new("project.create", "project", row.id, detail)).await?;
    let view = ProjectView::on(store::load(&mut tx, row.id).await?, &agreement, day);
    let place = Location(format!("/api/v1/projects/{}", view.id));
    tx.commit_with((StatusCode::CREATED, ETag(view.version), place, Json(view))).await
}
