//! How programmes are told.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EditionState, MemberRole, Reported, StrandKind, TitleCertainty, store};
use crate::organizations::OrganizationKind;

/// A programme.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgrammeView {
    /// Identity.
    pub id: Uuid,
    /// Whose officials run it.
    pub authority_id: Uuid,
    /// The authority's name in Chinese.
    pub authority_name_zh: String,
    /// The authority's name in English; may be empty.
    pub authority_name_en: String,
    /// Code, unique with the authority.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English; may be empty.
    pub name_en: String,
    /// Whether the caller may change it and its editions.
    pub managed: bool,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl ProgrammeView {
    pub(super) fn of(row: store::Programme, managed: bool) -> Self {
        Self {
            id: row.id,
            authority_id: row.authority_id,
            authority_name_zh: row.authority_name_zh,
            authority_name_en: row.authority_name_en,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            managed,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// An edition of a programme.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EditionView {
    /// Identity.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Code of the programme.
    pub programme_code: String,
    /// Name of the programme in Chinese.
    pub programme_name_zh: String,
    /// Name of the programme in English; may be empty.
    pub programme_name_en: String,
    /// The authority whose officials run it.
    pub authority_id: Uuid,
    /// The authority's name in Chinese.
    pub authority_name_zh: String,
    /// The authority's name in English; may be empty.
    pub authority_name_en: String,
    /// The year.
    pub year: i32,
    /// The main theme in Chinese.
    pub title_zh: String,
    /// The main theme in English; may be empty.
    pub title_en: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// The scheme under which its hosts must hold a designation on the day; null if none is asked for.
    pub host_scheme_id: Option<Uuid>,
    /// The scheme's name in Chinese.
    pub host_scheme_name_zh: Option<String>,
    /// The scheme's name in English.
    pub host_scheme_name_en: Option<String>,
    /// Where it was published.
    pub source: String,
    /// Totals that others published. Never part of what is counted.
    pub reported: Vec<Reported>,
    /// The state.
    pub state: EditionState,
    /// Since when it is known.
    pub published_at: Option<DateTime<Utc>>,
    /// Since when it is over.
    pub closed_at: Option<DateTime<Utc>>,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<store::Edition> for EditionView {
    fn from(row: store::Edition) -> Self {
        Self {
            id: row.id,
            programme_id: row.programme_id,
            programme_code: row.programme_code,
            programme_name_zh: row.programme_name_zh,
            programme_name_en: row.programme_name_en,
            authority_id: row.authority_id,
            authority_name_zh: row.authority_name_zh,
            authority_name_en: row.authority_name_en,
            year: row.year,
            title_zh: row.title_zh,
            title_en: row.title_en,
            first_day: row.first_day,
            last_day: row.last_day,
            host_scheme_id: row.host_scheme_id,
            host_scheme_name_zh: row.host_scheme_name_zh,
            host_scheme_name_en: row.host_scheme_name_en,
            source: row.source,
            reported: row.reported.0,
            state: row.state,
            published_at: row.published_at,
            closed_at: row.closed_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// What a month is about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ThemeView {
    /// Identity.
    pub id: Uuid,
    /// The edition.
    pub edition_id: Uuid,
    /// First day of the month.
    pub month: NaiveDate,
    /// Title in Chinese; empty if it is not known.
    pub title_zh: String,
    /// Title in English; may be empty.
    pub title_en: String,
    /// How the Chinese title is known; null if nobody doubts it.
    pub zh_certainty: Option<TitleCertainty>,
    /// Where it was published.
    pub source: String,
    /// Main venues, as they were announced.
    pub venues: String,
    /// For If-Match.
    pub version: i64,
}

impl From<store::Theme> for ThemeView {
    fn from(row: store::Theme) -> Self {
        Self {
            id: row.id,
            edition_id: row.edition_id,
            month: row.month,
            title_zh: row.title_zh,
            title_en: row.title_en,
            zh_certainty: row.zh_certainty,
            source: row.source,
            venues: row.venues,
            version: row.version,
        }
    }
}

/// What runs beside the months.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StrandView {
    /// Identity.
    pub id: Uuid,
    /// The edition.
    pub edition_id: Uuid,
    /// What it is made of.
    pub kind: StrandKind,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English; may be empty.
    pub title_en: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// The competition, if the strand is one that has an entry here.
    pub competition_id: Option<Uuid>,
    /// Where it was published.
    pub source: String,
    /// For If-Match.
    pub version: i64,
}

impl From<store::Strand> for StrandView {
    fn from(row: store::Strand) -> Self {
        Self {
            id: row.id,
            edition_id: row.edition_id,
            kind: row.kind,
            title_zh: row.title_zh,
            title_en: row.title_en,
            topic: row.topic,
            competition_id: row.competition_id,
            source: row.source,
            version: row.version,
        }
    }
}

/// An organization in an edition.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberView {
    /// The organization.
    pub organization_id: Uuid,
    /// Its district.
    pub district_id: Uuid,
    /// The district's name.
    pub district_name_zh: String,
    /// What kind it is.
    pub kind: OrganizationKind,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// As what it takes part.
    pub roles: Vec<MemberRole>,
}

impl From<store::Member> for MemberView {
    fn from(row: store::Member) -> Self {
        Self {
            organization_id: row.organization_id,
            district_id: row.district_id,
            district_name_zh: row.district_name_zh,
            kind: row.kind,
            name_zh: row.name_zh,
            name_en: row.name_en,
            roles: row.roles,
        }
    }
}

/// An edition with its parts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeEdition {
    /// The edition.
    #[serde(flatten)]
    pub edition: EditionView,
    /// Its themes, by month.
    pub themes: Vec<ThemeView>,
    /// Its strands, in the order of entry.
    pub strands: Vec<StrandView>,
    /// Who takes part, by name.
    pub members: Vec<MemberView>,
    /// Whether the caller may change it.
    pub managed: bool,
    /// Whether the caller may read what came of it.
    pub progress: bool,
}
