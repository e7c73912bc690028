use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{
    designation::application::{Application, StateName},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG,
    reach::{seat, sight},
    store,
    view::{ApplicationSummary, ApplicationView, NextStep, next, whole},
};
use crate::{
    auth::Actor,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    rounds,
    state::AppState,
};

/// Which applications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ApplicationFilter {
    /// Of this round.
    round_id: Option<Uuid>,
    /// Of this organization.
    organization_id: Option<Uuid>,
    /// In this state.
    state: Option<String>,
}

/// An application in a list, with what comes next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationItem {
    /// What it is, and where it stands.
    #[serde(flatten)]
    summary: ApplicationSummary,
    /// What comes next; null at its end.
    next: Option<NextStep>,
}

/// Lists applications: those of the own organizations, those submitted to the own authority, those to review.
#[utoipa::path(
    get,
    path = "/api/v1/applications",
    operation_id = "list_applications",
    tag = TAG,
    params(ApplicationFilter, PageQuery),
    responses((status = 200, description = "A page of applications", body = Page<ApplicationItem>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ApplicationFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ApplicationItem>>> {
    let mut tx = state.begin(&actor).await?;
    let sight = sight(&actor, tx.district().0);
    if let Some(word) = filter.state.as_deref()
        && StateName::from_word(word).is_none()
    {
        let words: Vec<&str> = StateName::ALL.iter().map(|state| state.word()).collect();
        return Err(ApiError::invalid_field("state", "unknown", format!("must be one of {}", words.join(", "))));
    }
    let wanted =
        store::Filter { round: filter.round_id, organization: filter.organization_id, state: filter.state.as_deref() };
    let rows = store::list(&mut tx, &sight, &wanted, page.after()?, page.fetch()?).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let objections = store::objections(&mut tx, &ids).await?;
    let today = credits::today(&mut tx, state.now()).await?;
    let mut items = Vec::with_capacity(rows.len());
    let mut known: Vec<rounds::store::Round> = Vec::new();
    for row in rows {
        let round = match known.iter().find(|round| round.id == row.round_id) {
            Some(round) => round.clone(),
            None => {
                let round = rounds::store::load(&mut tx, row.round_id).await?;
                known.push(round.clone());
                round
            }
        };
        items.push(ApplicationItem { next: next(&row, &objections, &round, today), summary: (&row).into() });
    }
    tx.commit().await?;
    Ok(Json(Page::of(items, &page, |item| item.summary.id, |item| item)?))
}

/// Reads an application: where it stands, what is next and when that is due.
#[utoipa::path(
    get,
    path = "/api/v1/applications/{id}",
    operation_id = "read_application",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The application")),
    responses((status = 200, description = "The application", body = ApplicationView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ApplicationView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    let seat = seat(&mut tx, &actor, &row, &round).await?;
    let view = whole(&mut tx, &state, row, &round, seat).await?;
    tx.commit().await?;
    Ok((ETag(view.summary.version), Json(view)))
}

/// What is to be awarded unless somebody objects.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublishedItem {
    /// The application.
    application_id: Uuid,
    /// Who is to hold it, or the employer of the professional who is.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
    /// Last day for objections.
    until: NaiveDate,
}

/// What a round has published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublishedView {
    /// By application.
    items: Vec<PublishedItem>,
}

/// Lists what a round has published for objection. Whoever is signed in may read it.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/published",
    operation_id = "list_published_applications",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "What is published", body = PublishedView), ApiErrors)
)]
pub(super) async fn published(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<PublishedView>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: tx.district().0 })?;
    rounds::store::load(&mut tx, id).await?;
    let rows = store::of_round(&mut tx, id, &["published"]).await?;
    tx.commit().await?;
    let item = |row: store::ApplicationRow| match row.standing.0 {
        Application::Published { until, .. } => Some(PublishedItem {
            application_id: row.id,
            organization_name_zh: row.organization_name_zh,
            professional_name: row.professional_name,
            until,
        }),
        _ => None,
    };
    Ok(Json(PublishedView { items: rows.into_iter().filter_map(item).collect() }))
}
