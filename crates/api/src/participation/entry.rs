//! What requests say about participations, and what answers show.

use chrono::{DateTime, Utc};
use kepu_domain::participation::{Extent, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{Row, Shown};
use crate::error::FieldError;

/// Minutes at the most: a day.
const MOST_MINUTES: i32 = 1440;
/// Quantity at the most.
const MOST_QUANTITY: i32 = 100_000;

/// How long, how many; where it says nothing, the activity's planned minutes count.
pub fn extent(field: &str, minutes: Option<i32>, quantity: Option<i32>, errors: &mut Vec<FieldError>) -> Extent {
    let mut check = |name: &str, value: Option<i32>, most: i32| {
        if let Some(value) = value.filter(|v| !(0..=most).contains(v)) {
            let path = if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
            let error = FieldError::new(path, "out_of_range", format!("must be from 0 to {most}"));
            errors.push(error.value(value.to_string()));
        }
    };
    check("minutes", minutes, MOST_MINUTES);
    check("quantity", quantity, MOST_QUANTITY);
    Extent { minutes, quantity }
}

/// A participation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ParticipationView {
    /// Its id.
    pub id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The person's number.
    pub number: String,
    /// The person's name.
    pub name: String,
    /// School on the session's day.
    pub school_id: Option<Uuid>,
    /// Class on the session's day.
    pub class_id: Option<Uuid>,
    /// Grade on the session's day.
    pub grade: Option<i32>,
    /// `registered`, `waitlisted`, `withdrawn`, `attended`, `absent`, `recorded`, `confirmed`, `rejected` or `voided`.
    pub state: String,
    /// Minutes, where they differ from the plan.
    pub minutes: Option<i32>,
    /// Quantity, for activities that count one.
    pub quantity: Option<i32>,
    /// Where it came from: `registration`, `teacher`, `sheet`, `school` or `door`.
    pub source: String,
    /// Why it was rejected, amended or voided.
    pub reason: String,
    /// The account that recorded it.
    pub recorded_by: Uuid,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The account that confirmed it.
    pub confirmed_by: Option<Uuid>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Its version, for `If-Match`.
    pub version: i64,
}

impl From<Row> for ParticipationView {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            session_id: row.session_id,
            activity_id: row.activity_id,
            host_id: row.host_id,
            person_id: row.person_id,
            number: row.number,
            name: row.name,
            school_id: row.school_id,
            class_id: row.class_id,
            grade: row.grade,
            state: row.state,
            minutes: row.minutes,
            quantity: row.quantity,
            source: row.source,
            reason: row.reason,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
            confirmed_by: row.confirmed_by,
            confirmed_at: row.confirmed_at,
            version: row.version,
        }
    }
}

/// A participation as lists show it: with what it was, when and where.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ListedParticipation {
    /// The participation.
    #[serde(flatten)]
    pub participation: ParticipationView,
    /// The activity's title in Chinese.
    pub activity_title_zh: String,
    /// The activity's title in English; empty if it has none.
    pub activity_title_en: String,
    /// What the activity is.
    pub kind: String,
    /// When the session begins.
    pub starts_at: DateTime<Utc>,
    /// Minutes of the plan, which count where `minutes` is null.
    pub planned_minutes: i32,
    /// The host's name in Chinese.
    pub host_name_zh: String,
    /// The host's name in English; empty if it has none.
    pub host_name_en: String,
    /// Name of the class on the session's day.
    pub class_name: Option<String>,
    /// Name of the school on the session's day.
    pub school_name_zh: Option<String>,
}

impl From<Shown> for ListedParticipation {
    fn from(shown: Shown) -> Self {
        Self {
            participation: shown.row.into(),
            activity_title_zh: shown.activity_title_zh,
            activity_title_en: shown.activity_title_en,
            kind: shown.kind,
            starts_at: shown.starts_at,
            planned_minutes: shown.planned_minutes,
            host_name_zh: shown.host_name_zh,
            host_name_en: shown.host_name_en,
            class_name: shown.class_name,
            school_name_zh: shown.school_name_zh,
        }
    }
}

/// A refusal of the domain as an outcome: code and words.
pub fn refusal(refusal: Refusal) -> (String, String) {
    (refusal.code().to_owned(), refusal.to_string())
}
