//! The words of programmes in JSON and SQL.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum EditionState {
    /// Being written; seen by its authority alone.
    Draft,
    /// Known to all.
    Published,
    /// Over.
    Closed,
}

/// How a Chinese title is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum TitleCertainty {
    /// It was published.
    Published,
    /// It was inferred from another language.
    Inferred,
    /// It was not found: there is no Chinese title.
    NotFound,
}

impl TitleCertainty {
    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Inferred => "inferred",
            Self::NotFound => "not_found",
        }
    }
}

/// What a strand is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum StrandKind {
    /// Activities on the themes of the months.
    ThemedActivities,
    /// An exchange on a topic.
    Exchange,
    /// A competition, with its training.
    Competition,
    /// Training of teachers.
    Training,
}

impl StrandKind {
    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ThemedActivities => "themed_activities",
            Self::Exchange => "exchange",
            Self::Competition => "competition",
            Self::Training => "training",
        }
    }
}

/// As what an organization takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum MemberRole {
    /// Guides it.
    Guide,
    /// Hosts activities.
    Host,
    /// Undertakes what hosts have planned; hosts activities as well.
    Undertake,
    /// Supports it.
    Support,
}

impl MemberRole {
    /// Whether activities can be launched there.
    pub const fn hosts(self) -> bool {
        matches!(self, Self::Host | Self::Undertake)
    }
}

/// What a published total counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Events.
    Events,
    /// Persons, as often as they came.
    PersonTimes,
    /// Schools.
    Schools,
    /// Organizations other than schools.
    Organizations,
}

/// A total that others have published. It is shown beside what is counted, and never added to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// What was counted.
    pub measure: Measure,
    /// How many.
    #[schema(minimum = 0)]
    pub count: i64,
    /// Where that was published.
    #[schema(min_length = 1, max_length = 400)]
    pub source: String,
}
