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
    review::{applicant, reviewer},
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
    tenancy::DistrictId,
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
    /// Whether only those are listed that the account was named to review.
    #[serde(default)]
    to_review: bool,
}

/// An application in a list, with what comes next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationItem {
    /// What it is, and where it stands.
    #[serde(flatten)]
    summary: ApplicationSummary,
    /// What comes next; null at its end.
    next: Option<NextStep>,
    /// Whether the account has reviewed it, in the hearing in which it is.
    reviewed: bool,
    /// What ties the account to the applicant, so that somebody else must review it: `organization`, `declared` …; null
    /// if nothing does. Told of what is there to be reviewed.
    tie: Option<String>,
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
    let wanted = store::Filter {
        round: filter.round_id,
        organization: filter.organization_id,
        state: filter.state.as_deref(),
        reviewer: filter.to_review.then_some(actor.account_id),
    };
    let rows = store::list(&mut tx, &sight, &wanted, page.after()?, page.fetch()?).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let objections = store::objections(&mut tx, &ids).await?;
    let reviews = if filter.to_review { store::reviews(&mut tx, &ids).await? } else { Vec::new() };
    let reviewer = if filter.to_review { Some(reviewer(&mut tx, &actor).await?) } else { None };
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
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
        let own = |one: &store::ReviewRow| {
            one.application_id == row.id
                && one.account_id == actor.account_id
                && one.hearing == row.hearing()
                && one.struck_at.is_none()
        };
        let tie = match &reviewer {
            Some(reviewer) => reviewer.tie(&applicant(&mut tx, &row, now).await?),
            None => None,
        };
        items.push(ApplicationItem {
            next: next(&row, &objections, &round, today),
            reviewed: reviews.iter().any(own),
            tie: tie.map(|tie| tie.word().to_owned()),
            summary: (&row).into(),
        });
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

/// Something that is published for objection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicItem {
    /// The application.
    application_id: Uuid,
    /// The round.
    round_id: Uuid,
    /// What it is called.
    round_name_zh: String,
    /// The same in English.
    round_name_en: String,
    /// What the scheme is called.
    scheme_name_zh: String,
    /// The same in English.
    scheme_name_en: String,
    /// Who is to hold it, or the employer of the professional who is.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
    /// Last day for objections.
    until: NaiveDate,
}

/// All that is published for objection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicView {
    /// The newest rounds first.
    items: Vec<PublicItem>,
}

/// Lists what all rounds have published for objection and is not decided yet, the newest rounds first, 500 at the most.
/// Needs no account.
#[utoipa::path(
    get,
    path = "/api/v1/published",
    operation_id = "list_published",
    tag = TAG,
    security(()),
    responses((status = 200, description = "What is published", body = PublicView), ApiErrors)
)]
pub(super) async fn all_published(State(state): State<AppState>) -> Result<Json<PublicView>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::published(&mut tx, 500).await?;
    tx.commit().await?;
    let item = |row: store::ApplicationRow| match row.standing.0 {
        Application::Published { until, .. } => Some(PublicItem {
            application_id: row.id,
            round_id: row.round_id,
            round_name_zh: row.round_name_zh,
            round_name_en: row.round_name_en,
            scheme_name_zh: row.scheme_name_zh,
            scheme_name_en: row.scheme_name_en,
            organization_name_zh: row.organization_name_zh,
            professional_name: row.professional_name,
            until,
        }),
        _ => None,
    };
    Ok(Json(PublicView { items: rows.into_iter().filter_map(item).collect() }))
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
