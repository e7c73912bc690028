//! Results: what a person or a team achieved in a competition, with evidence, verified by the district.
//!
//! One *achievement* is one row per person; the rows of a team share its identity (that of the first row) and live
//! through the same steps together.

mod bulk;
mod correct;
mod decide;
mod evidence;
mod facts;
mod matching;
mod reach;
mod read;
mod righting;
pub mod store;
mod submit;
mod teams;

pub use bulk::verify_all;
pub use righting::{Righting, put_right};

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::competition::{self as rules, Authors, Decision, Submission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    state::AppState,
};

const TAG: &str = "results";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read::list, submit::submit))
        .routes(routes!(read::read, correct::correct))
        .routes(routes!(decide::resubmit))
        .routes(routes!(decide::withdraw))
        .routes(routes!(decide::verify))
        .routes(routes!(decide::give_back))
        .routes(routes!(decide::revoke))
        .routes(routes!(bulk::verify_many))
        .routes(routes!(matching::match_results))
        .routes(routes!(evidence::list, evidence::add))
        .routes(routes!(evidence::download, evidence::remove))
}

/// Where a result stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ResultState {
    /// Waits for the district.
    Submitted,
    /// The district wants something else.
    Returned,
    /// It earns credit.
    Verified,
    /// The prize was revoked.
    Revoked,
    /// The school took it back.
    Withdrawn,
}

impl From<rules::StateName> for ResultState {
    fn from(name: rules::StateName) -> Self {
        match name {
            rules::StateName::Submitted => Self::Submitted,
            rules::StateName::Returned => Self::Returned,
            rules::StateName::Verified => Self::Verified,
            rules::StateName::Revoked => Self::Revoked,
            rules::StateName::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<ResultState> for rules::StateName {
    fn from(state: ResultState) -> Self {
        match state {
            ResultState::Submitted => Self::Submitted,
            ResultState::Returned => Self::Returned,
            ResultState::Verified => Self::Verified,
            ResultState::Revoked => Self::Revoked,
            ResultState::Withdrawn => Self::Withdrawn,
        }
    }
}

/// A place in a team.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamPlace {
    /// The team: the same for each of its results.
    pub id: Uuid,
    /// Position of the person, from 1.
    pub position: Option<i32>,
    /// Members of the team.
    pub size: Option<i32>,
}

/// What one person achieved.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultView {
    /// Identity.
    pub id: Uuid,
    /// The competition.
    pub competition_id: Uuid,
    /// Its name in Chinese.
    pub competition_name_zh: String,
    /// Whether it is on the published list.
    pub listed: bool,
    /// The person.
    pub person_id: Uuid,
    /// Student number.
    pub person_number: String,
    /// Name.
    pub person_name: String,
    /// School of the day.
    pub school_id: Option<Uuid>,
    /// Class of the day.
    pub class_id: Option<Uuid>,
    /// Grade of the day.
    pub grade: Option<i32>,
    /// The day of the award.
    pub achieved_on: NaiveDate,
    /// Level at which it was won: national, provincial, city, county, town, school …
    pub contest_level: String,
    /// The award: first, second, third, excellence …
    pub award: Option<String>,
    /// The place in a ranked list.
    pub place: Option<i32>,
    /// How many places the list names.
    pub places_listed: Option<i32>,
    /// The work that was judged.
    pub work_id: Option<String>,
    /// Its title.
    pub work_title: String,
    /// The place in a team; null for a single person.
    pub team: Option<TeamPlace>,
    /// Free words that policies may match.
    pub tags: Vec<String>,
    /// Where it stands.
    pub state: ResultState,
    /// Why it was returned, revoked or withdrawn.
    pub reason: String,
    /// Account that submitted it.
    pub submitted_by: Uuid,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// Account that decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Files that are there as evidence.
    pub evidence_count: i64,
    /// For If-Match.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<store::ResultRow> for ResultView {
    fn from(row: store::ResultRow) -> Self {
        Self {
            id: row.id,
            competition_id: row.competition_id,
            competition_name_zh: row.competition_name_zh,
            listed: row.listed,
            person_id: row.person_id,
            person_number: row.person_number,
            person_name: row.person_name,
            school_id: row.school_id,
            class_id: row.class_id,
            grade: row.grade,
            achieved_on: row.achieved_on,
            contest_level: row.contest_level,
            award: row.award,
            place: row.place,
            places_listed: row.places_listed,
            work_id: row.work_id,
            work_title: row.work_title,
            team: row.team_id.map(|id| TeamPlace { id, position: row.team_position, size: row.team_size }),
            tags: row.tags,
            state: row.state,
            reason: row.reason,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            evidence_count: row.evidence_count,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// The results of one achievement: one, or one for each member of the team.
#[derive(Debug, Serialize, ToSchema)]
pub struct AchievementView {
    /// In the order of the team.
    pub items: Vec<ResultView>,
}

impl From<Vec<store::ResultRow>> for AchievementView {
    fn from(rows: Vec<store::ResultRow>) -> Self {
        Self { items: rows.into_iter().map(ResultView::from).collect() }
    }
}

impl store::ResultRow {
    /// What the rows of an achievement have in common: the team, or the row itself.
    pub fn achievement(&self) -> Uuid {
        self.team_id.unwrap_or(self.id)
    }

    /// As the rules see it.
    fn submission(&self, authors: Authors) -> Submission {
        let decision = Decision { by: self.decided_by.unwrap_or_default(), reason: self.reason.clone() };
        match self.state {
            ResultState::Submitted => Submission::Submitted(authors),
            ResultState::Returned => Submission::Returned(authors, decision),
            ResultState::Verified => Submission::Verified(authors, decision),
            ResultState::Revoked => Submission::Revoked(authors, decision),
            ResultState::Withdrawn => Submission::Withdrawn(authors, self.reason.clone()),
        }
    }
}

/// The answer to what the rules refuse.
fn refused(refusal: &rules::Refusal) -> ApiError {
    let text = refusal.to_string();
    match refusal {
        rules::Refusal::State { .. } => ApiError::conflict("wrong_state", format!("{text}.")),
        rules::Refusal::OwnSubmission => {
            ApiError::new(axum::http::StatusCode::FORBIDDEN, "own_submission", format!("{text}."))
        }
        rules::Refusal::ReasonMissing { .. } => ApiError::invalid_field("reason", "required", text),
    }
}

/// The first row, which an achievement always has.
fn first(rows: &[store::ResultRow]) -> Result<&store::ResultRow> {
    rows.first().ok_or_else(|| ApiError::not_found("result"))
}
