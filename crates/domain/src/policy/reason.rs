//! Why a line of a sheet is what it is: a code with its parameters.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::condition::Mismatch;
use crate::credit::Credit;

/// One reason of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
pub enum Reason {
    /// Priced by a rule.
    CountedByRule {
        /// The rule.
        rule: String,
        /// Raw credit.
        credit: Credit,
        /// How it came about, in symbols: `2 h × 1`.
        formula: String,
    },
    /// Begins after the day as of which is asked.
    AfterAsOf {
        /// That day.
        as_of: NaiveDate,
    },
    /// On a day on which the policy does not count.
    OutsideWindow {
        /// First day.
        from: Option<NaiveDate>,
        /// Last day.
        to: Option<NaiveDate>,
    },
    /// The person may not earn on that day.
    NotEligible(Mismatch),
    /// A select is not satisfied.
    ConditionFailed {
        /// The select.
        select: String,
        /// What failed.
        #[serde(flatten)]
        mismatch: Mismatch,
    },
    /// The host's designation began later.
    DesignationLater {
        /// The select.
        select: String,
        /// The designation.
        designation: String,
        /// Its first day.
        from: NaiveDate,
    },
    /// The host's designation had ended.
    DesignationEnded {
        /// The select.
        select: String,
        /// The designation.
        designation: String,
        /// Its last day.
        to: NaiveDate,
    },
    /// No rule matches.
    NoRule,
    /// The rule needs a fact that the record lacks.
    MissingFact {
        /// The rule.
        rule: String,
        /// The fact.
        field: String,
    },
    /// The rule's table has no credit for this row and column.
    NotInTable {
        /// The rule.
        rule: String,
        /// The table.
        table: String,
        /// The row's value.
        row: String,
        /// The column's value.
        column: String,
    },
    /// The table does not say what this place in a list of so many stands for.
    PlaceNotMapped {
        /// The rule.
        rule: String,
        /// The place.
        place: u32,
        /// How many places the list names.
        listed: Option<u32>,
    },
    /// A factor has no value for what the record has.
    NoFactor {
        /// The rule.
        rule: String,
        /// The field.
        field: String,
        /// Its value.
        value: String,
    },
    /// Cut by a limit.
    CutByLimit {
        /// The limit.
        limit: String,
        /// Credit before.
        from: Credit,
        /// Credit after.
        to: Credit,
        /// The amount that is kept at most, with its unit: `2 credits`.
        at_most: String,
        /// The records that took the room.
        taken_by: Vec<String>,
    },
    /// A soft rule is broken and nobody has decided: it counts.
    Flagged {
        /// The select or limit.
        rule: String,
        /// What failed, for a select.
        #[serde(skip_serializing_if = "Option::is_none")]
        mismatch: Option<Mismatch>,
    },
    /// A soft rule is broken, and waived.
    Waived {
        /// The select or limit.
        rule: String,
    },
    /// A soft rule is broken, and enforced.
    Enforced {
        /// The select or limit.
        rule: String,
    },
}

impl Reason {
    /// All codes.
    pub const CODES: [&str; 16] = [
        "counted_by_rule",
        "after_as_of",
        "outside_window",
        "not_eligible",
        "condition_failed",
        "designation_later",
        "designation_ended",
        "no_rule",
        "missing_fact",
        "not_in_table",
        "place_not_mapped",
        "no_factor",
        "cut_by_limit",
        "flagged",
        "waived",
        "enforced",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CountedByRule { .. } => "counted_by_rule",
            Self::AfterAsOf { .. } => "after_as_of",
            Self::OutsideWindow { .. } => "outside_window",
            Self::NotEligible(_) => "not_eligible",
            Self::ConditionFailed { .. } => "condition_failed",
            Self::DesignationLater { .. } => "designation_later",
            Self::DesignationEnded { .. } => "designation_ended",
            Self::NoRule => "no_rule",
            Self::MissingFact { .. } => "missing_fact",
            Self::NotInTable { .. } => "not_in_table",
            Self::PlaceNotMapped { .. } => "place_not_mapped",
            Self::NoFactor { .. } => "no_factor",
            Self::CutByLimit { .. } => "cut_by_limit",
            Self::Flagged { .. } => "flagged",
            Self::Waived { .. } => "waived",
            Self::Enforced { .. } => "enforced",
        }
    }
}
