//! The result of an evaluation: a person's score with every line's reasons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::reason::Reason;
use crate::credit::Credit;

/// What a person has under a policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScoreSheet {
    /// The person.
    pub person_id: String,
    /// Whether the person may earn on the day as of which is asked, else on the day of the last record.
    pub eligible: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_eligible: Option<Reason>,
    /// Sum of credit that counts.
    pub total: Credit,
    /// Measure → value; `total` among them.
    pub measures: BTreeMap<String, Credit>,
    /// Ladder → level; nothing below the first.
    pub levels: BTreeMap<String, Option<String>>,
    /// Ladder → what is missing to the next level; ladders that are climbed are left out.
    pub next: BTreeMap<String, NextLevel>,
    /// Output → value, a number in digits or a word.
    pub outputs: BTreeMap<String, Option<String>>,
    /// Requirements in the order of the policy.
    pub requirements: Vec<RequirementOutcome>,
    /// One line for each record, in order of time.
    pub lines: Vec<Line>,
}

impl ScoreSheet {
    /// Whether a number of it went beyond what can be told exactly: then none of it can be relied on.
    pub fn is_beyond(&self) -> bool {
        let lines = self.lines.iter().flat_map(|line| [line.raw, line.counted]);
        let (most, least) = (Credit::MAX.to_string(), Credit::from_milli(i64::MIN).to_string());
        self.total.is_beyond()
            || self.measures.values().copied().chain(lines).any(Credit::is_beyond)
            || self.outputs.values().flatten().any(|value| *value == most || *value == least)
    }
}

/// The way to the next level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextLevel {
    /// The level.
    pub level: String,
    /// How much is missing in all, where everything missing has one unit.
    pub shortfall: Option<Credit>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// Whether a requirement is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementOutcome {
    /// The requirement.
    pub id: String,
    /// Met or not.
    pub met: bool,
    /// How much is missing in all, where everything missing has one unit; 0 when met.
    pub shortfall: Option<Credit>,
    /// What is missing; empty when met.
    pub missing: Vec<Missing>,
}

/// A measure that is not where it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The measure.
    pub measure: String,
    /// Its unit.
    pub unit: Unit,
    /// What it is.
    pub have: Credit,
    /// Which side of `needed` it should be on.
    #[serde(default)]
    pub need: Need,
    /// What it should be.
    pub needed: Credit,
    /// How much more is needed; nothing when it is too high, which no record can mend.
    pub short: Option<Credit>,
}

/// Where a measure should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// `needed` or more.
    #[default]
    AtLeast,
    /// `needed` or less.
    AtMost,
    /// Less than `needed`.
    LessThan,
    /// Something that no measure can say, such as a test of the person; the measure named is the total as it is.
    Other,
}

/// Units of measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Credits.
    Credits,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Records.
    Records,
    /// Distinct values.
    Distinct,
    /// Periods.
    Periods,
    /// A quantity, or a number made of several units.
    Points,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The record.
    pub record_id: String,
    /// The rule that priced it.
    pub rule: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// Credit before limits.
    pub raw: Credit,
    /// Credit that counts.
    pub counted: Credit,
    /// Minutes that count.
    pub minutes: u32,
    /// What became of it.
    pub status: Status,
    /// A soft rule waits for a decision.
    pub flagged: bool,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Counts, at least in part.
    Counted,
    /// Counted, but a limit left nothing of it.
    Cut,
    /// Left out before it was counted.
    Refused,
}
