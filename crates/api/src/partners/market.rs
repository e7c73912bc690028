//! The market: what schools and firms offer and seek, and the works that they show, for all who read the network.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{PartnerField, TAG, store};
use crate::{
    activities::Grades,
    agreements::reach::require_network,
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    organizations::OrganizationKind,
    page::{Page, PageQuery},
    roster::today,
    state::AppState,
};

/// On which side of a pairing somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PartnerSide {
    /// Schools and kindergartens.
    School,
    /// Firms, institutes and other partners.
    Partner,
}

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MarketFilter {
    /// Whose name, notes or works hold this.
    #[param(max_length = 64)]
    q: Option<String>,
    /// On this side of a pairing.
    #[param(inline)]
    side: Option<PartnerSide>,
    /// That offer or seek something in this field, or show a work of it.
    #[param(inline)]
    field: Option<PartnerField>,
    /// Registered in this district.
    district_id: Option<Uuid>,
    /// This one alone.
    organization_id: Option<Uuid>,
}

/// A work that somebody shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct PartnerWork {
    /// Identity.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// What it is.
    pub summary: String,
    /// The field it is of; null if it is of none.
    pub field: Option<PartnerField>,
    /// Where more of it can be seen; may be empty.
    pub link: String,
    /// Since when it is shown.
    pub shown_at: DateTime<Utc>,
}

impl From<store::Work> for PartnerWork {
    fn from(row: store::Work) -> Self {
        Self {
            id: row.id,
            title: row.title,
            summary: row.summary,
            field: row.field,
            link: row.link,
            shown_at: row.shown_at,
        }
    }
}

/// Who is on the market.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MarketStand {
    /// The organization.
    organization_id: Uuid,
    /// Its name in Chinese.
    name_zh: String,
    /// Its name in English; may be empty.
    name_en: String,
    /// What it is.
    kind: OrganizationKind,
    /// The district in which it is registered.
    district_id: Uuid,
    /// Name of the district.
    district_name_zh: String,
    /// Its name in English; may be empty.
    district_name_en: String,
    /// In which fields it has something to give.
    offers: Vec<PartnerField>,
    /// In which fields it looks for something.
    seeks: Vec<PartnerField>,
    /// What it gives, in words.
    offer_note: String,
    /// What it looks for, in words.
    seek_note: String,
    /// For which grades; null for all.
    grades: Option<Grades>,
    /// How many persons a year; null if it has not said.
    persons_per_year: Option<i32>,
    /// Whether it looks for more partners.
    open: bool,
    /// How many pairings it has that hold or wait.
    pairings: i64,
    /// What it shows, the newest first.
    works: Vec<PartnerWork>,
}

impl From<store::Stand> for MarketStand {
    fn from(row: store::Stand) -> Self {
        let limited = row.grade_from.is_some() || row.grade_to.is_some();
        Self {
            organization_id: row.organization_id,
            name_zh: row.name_zh,
            name_en: row.name_en,
            kind: row.kind,
            district_id: row.district_id,
            district_name_zh: row.district_name_zh,
            district_name_en: row.district_name_en,
            offers: row.offers,
            seeks: row.seeks,
            offer_note: row.offer_note,
            seek_note: row.seek_note,
            grades: limited.then_some(Grades { from: row.grade_from, to: row.grade_to }),
            persons_per_year: row.persons_per_year,
            open: row.open,
            pairings: row.pairings,
            works: row.works.0.into_iter().map(PartnerWork::from).collect(),
        }
    }
}

/// Lists who is on the market: all that work and have said what they offer or seek, or show a work, in the order of their entry.
#[utoipa::path(
    get,
    path = "/api/v1/market",
    operation_id = "read_market",
    tag = TAG,
    params(MarketFilter, PageQuery),
    responses((status = 200, description = "A page of stands", body = Page<MarketStand>), ApiErrors)
)]
pub(super) async fn market(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<MarketFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<MarketStand>>> {
    let mut tx = state.begin(&actor).await?;
    require_network(&actor, &tx)?;
    let mut checks = Checks::new();
    let q = checks.optional_text("q", filter.q.as_deref(), 64);
    checks.finish()?;
    let day = today(&mut tx, state.now()).await?;
    let wanted = store::StandFilter {
        q: q.as_deref(),
        schools: filter.side.map(|side| side == PartnerSide::School),
        field: filter.field,
        district: filter.district_id,
        organization: filter.organization_id,
        today: day,
    };
    let rows = store::stands(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.organization_id, MarketStand::from)?))
}
