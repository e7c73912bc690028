//! Published editions, for anybody.

use axum::{Json, extract::State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    EditionState, Reported, TAG, store,
    views::{MemberView, StrandView, ThemeView},
};
use crate::{
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// Which editions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PublicFilter {
    /// Of this year.
    year: Option<i32>,
}

/// An edition that anybody may know of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicEdition {
    /// The edition.
    id: Uuid,
    /// The programme.
    programme_id: Uuid,
    /// Name of the programme in Chinese.
    programme_name_zh: String,
    /// Name of the programme in English; may be empty.
    programme_name_en: String,
    /// The authority that runs it.
    authority_name_zh: String,
    /// The authority's name in English; may be empty.
    authority_name_en: String,
    /// The year.
    year: i32,
    /// The main theme in Chinese.
    title_zh: String,
    /// The main theme in English; may be empty.
    title_en: String,
    /// First day.
    first_day: NaiveDate,
    /// Last day.
    last_day: NaiveDate,
    /// Whether it is over.
    closed: bool,
    /// Where it was published.
    source: String,
}

impl From<store::Edition> for PublicEdition {
    fn from(row: store::Edition) -> Self {
        Self {
            id: row.id,
            programme_id: row.programme_id,
            programme_name_zh: row.programme_name_zh,
            programme_name_en: row.programme_name_en,
            authority_name_zh: row.authority_name_zh,
            authority_name_en: row.authority_name_en,
            year: row.year,
            title_zh: row.title_zh,
            title_en: row.title_en,
            first_day: row.first_day,
            last_day: row.last_day,
            closed: row.state == EditionState::Closed,
            source: row.source,
        }
    }
}

/// An edition with what it is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicWholeEdition {
    /// The edition.
    #[serde(flatten)]
    edition: PublicEdition,
    /// Its themes, by month.
    themes: Vec<ThemeView>,
    /// Its strands.
    strands: Vec<StrandView>,
    /// Who takes part, by name.
    members: Vec<MemberView>,
    /// Totals that were published of it, each with its source.
    reported: Vec<Reported>,
}

/// Lists published editions, the latest entered first. Nobody needs to sign in.
#[utoipa::path(
    get,
    path = "/api/v1/public/editions",
    operation_id = "public_editions",
    tag = TAG,
    params(PublicFilter, PageQuery),
    security(()),
    responses((status = 200, description = "A page of editions", body = Page<PublicEdition>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    ApiQuery(filter): ApiQuery<PublicFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<PublicEdition>>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let wanted = store::Filter { year: filter.year, ..store::Filter::default() };
    let rows = store::list_editions(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, PublicEdition::from)?))
}

/// Reads a published edition. Nobody needs to sign in.
#[utoipa::path(
    get,
    path = "/api/v1/public/editions/{id}",
    operation_id = "public_edition",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The edition")),
    security(()),
    responses((status = 200, description = "The edition", body = PublicWholeEdition), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<PublicWholeEdition>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let row = store::load_edition(&mut tx, id).await?;
    if row.state == EditionState::Draft {
        return Err(ApiError::not_found("edition"));
    }
    let whole = PublicWholeEdition {
        themes: store::themes(&mut tx, id).await?.into_iter().map(Into::into).collect(),
        strands: store::strands(&mut tx, id).await?.into_iter().map(Into::into).collect(),
        members: store::members(&mut tx, id).await?.into_iter().map(Into::into).collect(),
        reported: row.reported.0.clone(),
        edition: row.into(),
    };
    tx.rollback().await?;
    Ok(Json(whole))
}
