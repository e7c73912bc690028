//! Activities: what hosts offer. Dated occurrences are [`crate::sessions`].

mod change;
mod create;
mod list;
pub mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{check::Checks, error::FieldError, state::AppState};

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list, create::create)).routes(routes!(list::read, change::change))
}

/// Whether an activity is on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ActivityStatus {
    /// It is.
    Open,
    /// No new sessions.
    Closed,
}

/// School grades, both ends inclusive; open where nothing is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grades {
    /// The lowest.
    #[schema(minimum = -3, maximum = 20)]
    pub from: Option<i32>,
    /// The highest.
    #[schema(minimum = -3, maximum = 20)]
    pub to: Option<i32>,
}

/// An activity.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivityView {
    /// Identity.
    pub id: Uuid,
    /// The district in which its host is registered.
    pub district_id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The host's name in Chinese.
    pub host_name_zh: String,
    /// Code, unique with the host.
    pub code: String,
    /// What it is: practice, visit, lecture, club … as policies name it.
    pub kind: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Level, where the host has none.
    pub level: Option<String>,
    /// For which grades; null for all.
    pub grades: Option<Grades>,
    /// Free words that policies may match.
    pub tags: Vec<String>,
    /// Taken part in freely.
    pub voluntary: bool,
    /// Within the school day.
    pub school_day: bool,
    /// How long one session takes.
    pub minutes: i32,
    /// The edition of a programme that it is part of.
    pub edition_id: Option<Uuid>,
    /// The theme that it is on.
    pub theme_id: Option<Uuid>,
    /// The strand that it belongs to.
    pub strand_id: Option<Uuid>,
    /// Whether it is on offer.
    pub status: ActivityStatus,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<store::Activity> for ActivityView {
    fn from(row: store::Activity) -> Self {
        let grades = row.grades();
        Self {
            id: row.id,
            district_id: row.district_id,
            host_id: row.host_id,
            host_name_zh: row.host_name_zh,
            code: row.code,
            kind: row.kind,
            title_zh: row.title_zh,
            title_en: row.title_en,
            level: row.level,
            grades,
            tags: row.tags,
            voluntary: row.voluntary,
            school_day: row.school_day,
            minutes: row.minutes,
            edition_id: row.edition_id,
            theme_id: row.theme_id,
            strand_id: row.strand_id,
            status: row.status,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

const TAGS_MAX: usize = 20;

/// Free words: trimmed, each once, in the order given. They may not hold `;` or `,`, which separate them in sheets.
pub(crate) fn check_tags(checks: &mut Checks, tags: &[String]) -> Vec<String> {
    checks.count("tags", tags.len(), 0..=TAGS_MAX);
    let mut words: Vec<String> = Vec::new();
    for (index, tag) in tags.iter().enumerate().take(TAGS_MAX) {
        let field = format!("tags[{index}]");
        let word = checks.text(&field, tag, 1..=40);
        checks.require(!word.contains([';', ',']), &field, "invalid_value", "must not hold ; or ,");
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Grades in order, and such as there are.
pub(crate) fn check_grades(checks: &mut Checks, grades: Grades) -> Grades {
    if let Some(from) = grades.from {
        checks.range("grades.from", from, -3..=20);
    }
    if let Some(to) = grades.to {
        checks.range("grades.to", to, -3..=20);
    }
    if let (Some(from), Some(to)) = (grades.from, grades.to)
        && from > to
    {
        checks.add(FieldError::new("grades.to", "before_from", format!("must not be below grades.from, {from}")));
    }
    grades
}
