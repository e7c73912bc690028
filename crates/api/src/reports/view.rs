//! What the report on credits says, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::frame::{About, Level};

/// A report on credits. Credits and shares are decimals in strings, counts are integers. Parts that were not asked for
/// are left out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditsReport {
    /// Over what it is.
    pub level: Level,
    /// Place, period, policy, time of the data.
    #[serde(flatten)]
    pub about: About,
    /// The whole.
    pub totals: Totals,
    /// How totals per person are spread.
    pub distribution: Option<Distribution>,
    /// By category, in the order of the policy.
    pub by_category: Option<Vec<CategorySums>>,
    /// By rule, in the order of the policy; records that no rule priced come last, without a rule.
    pub by_rule: Option<Vec<RuleSums>>,
    /// Requirements of the policy, in its order: as they stand now, over all time, of the persons of the report.
    pub requirements: Option<Vec<RequirementSums>>,
    /// Levels reached now, ladder by ladder in the order of the policy; without a level come those below the first.
    pub levels: Option<Vec<LevelSums>>,
    /// By host, most credit first; results have no host.
    pub by_host: Option<Vec<HostSums>>,
    /// By school of the record's day.
    pub by_school: Option<Vec<PlaceSums>>,
    /// By grade of the record's day.
    pub by_grade: Option<Vec<PlaceSums>>,
    /// By class of the record's day.
    pub by_class: Option<Vec<PlaceSums>>,
}

/// Sums over records.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Sums {
    /// Persons with a record.
    pub participants: i64,
    /// Persons with credit.
    pub earners: i64,
    /// Records.
    pub records: i64,
    /// Records that count, at least in part.
    pub counted: i64,
    /// Records of which limits left nothing.
    pub cut: i64,
    /// Records left out.
    pub refused: i64,
    /// Records for which a soft rule waits for a decision.
    pub flagged: i64,
    /// Credit before limits.
    pub raw: String,
    /// Credit.
    pub credits: String,
}

/// The whole of a report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// Persons with an enrolment here within the period.
    pub enrolled: i64,
    /// Share of the enrolled that took part, four places; null of none.
    pub participation: Option<String>,
    /// Enrolled persons and participants together.
    pub persons: i64,
    /// Credit per enrolled person, rounded to thousandths; null of none.
    pub credits_per_enrolled: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// Totals per person within the period, of the enrolled and the participants.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Distribution {
    /// Persons.
    pub persons: i64,
    /// The mean, rounded to thousandths.
    pub mean: Option<String>,
    /// Half of the persons have no more than this.
    pub median: Option<String>,
    /// The most that somebody has.
    pub largest: Option<String>,
    /// From none upward, without gaps.
    pub bands: Vec<Band>,
}

/// Persons whose total lies in a band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Band {
    /// From this; in the second band: from more than this.
    pub from: String,
    /// To less than this; in the first band both are 0: no credit.
    pub to: String,
    /// Persons.
    pub persons: i64,
    /// Share of all persons, four places.
    pub share: Option<String>,
}

/// One category.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CategorySums {
    /// The category; empty for records that no rule priced.
    pub category: String,
    /// What it is called.
    pub title: String,
    /// Share of all credit, four places.
    pub share: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// One rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleSums {
    /// The rule; empty for records that no rule priced.
    pub rule: String,
    /// What it is called.
    pub title: String,
    /// Its category.
    pub category: String,
    /// Share of all credit, four places.
    pub share: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// One requirement.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequirementSums {
    /// The requirement.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Eligible persons to whom it applies.
    pub persons: i64,
    /// Who meet it.
    pub met: i64,
    /// Who fall short.
    pub short: i64,
    /// Share of those who meet it, four places.
    pub met_share: Option<String>,
    /// Persons of the report who have no score, or may not earn.
    pub without: i64,
    /// How far those who fall short are from it, where that can be said in one unit.
    pub shortfall: Shortfall,
}

/// How much is missing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Shortfall {
    /// Persons of whom it is known in one unit.
    pub persons: i64,
    /// The sum.
    pub total: String,
    /// The smallest.
    pub smallest: Option<String>,
    /// The largest.
    pub largest: Option<String>,
}

/// One level of a ladder.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LevelSums {
    /// The ladder.
    pub ladder: String,
    /// What it is called.
    pub ladder_title: String,
    /// The level; null below the first.
    pub level: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Eligible persons who are on it.
    pub persons: i64,
}

/// One host.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HostSums {
    /// The host; null for results.
    pub host_id: Option<Uuid>,
    /// Its name.
    pub name: Option<String>,
    /// Share of all credit, four places.
    pub share: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// One school, grade or class.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaceSums {
    /// The school, or the school of the class.
    pub school_id: Option<Uuid>,
    /// The class.
    pub class_id: Option<Uuid>,
    /// The grade, or the grade of the class.
    pub grade: Option<i32>,
    /// Name of the school or class; null where it is not known, and of grades.
    pub name: Option<String>,
    /// Persons enrolled here within the period.
    pub enrolled: i64,
    /// Share of the enrolled that took part, four places.
    pub participation: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
}
