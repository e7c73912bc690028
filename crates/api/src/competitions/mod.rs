//! Competitions: the editions of contests, on the national list and local ones.

mod change;
mod create;
mod list;
pub mod national;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::competition::{self as rules, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::state::AppState;

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list, create::create)).routes(routes!(list::read, change::change))
}

/// Stage of schooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// 小学: grades 1–6.
    Primary,
    /// 初中: grades 7–9.
    Junior,
    /// 高中: grades 10–12.
    Senior,
    /// Grades 10–12 of a secondary vocational school.
    Vocational,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Primary => Self::Primary,
            StageName::Junior => Self::Junior,
            StageName::Senior => Self::Senior,
            StageName::Vocational => Self::Vocational,
        }
    }
}

/// The words of stages, each once, from young to old.
fn words(stages: &[StageName]) -> Vec<String> {
    let wanted: Vec<Stage> = stages.iter().map(|stage| Stage::from(*stage)).collect();
    Stage::ALL.into_iter().filter(|stage| wanted.contains(stage)).map(|stage| stage.word().to_owned()).collect()
}

/// An edition of a contest.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompetitionView {
    /// Identity.
    pub id: Uuid,
    /// The district whose local contest it is; null on the national list.
    pub district_id: Option<Uuid>,
    /// The contest through the years.
    pub series: String,
    /// This year's contest.
    pub edition: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Number on the list.
    pub list_no: Option<i32>,
    /// Stages that may enter; all if empty.
    pub stages: Vec<String>,
    /// On the published list.
    pub listed: bool,
    /// First day on which a result counts.
    pub valid_from: NaiveDate,
    /// Last day; null if open.
    pub valid_to: Option<NaiveDate>,
    /// Where it was published.
    pub source: String,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<store::Competition> for CompetitionView {
    fn from(row: store::Competition) -> Self {
        Self {
            id: row.id,
            district_id: row.district_id,
            series: row.series,
            edition: row.edition,
            name_zh: row.name_zh,
            name_en: row.name_en,
            list_no: row.list_no,
            stages: row.stages,
            listed: row.listed,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl store::Competition {
    /// As the rules see it.
    pub fn rules(&self) -> rules::Edition {
        rules::Edition {
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            stages: self.stages.iter().filter_map(|word| Stage::from_word(word)).collect(),
        }
    }
}
