//! What the engine reads: a confirmed participation or a verified result, flattened.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::credit::Credit;

/// One thing a person did. All but identity and time is optional; a policy that needs a fact which a record lacks says
/// so in the record's reasons.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Identity; ties in time are broken by it (see [`Record::order`]).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// When it began, in the local time of the policy's calendar.
    pub starts_at: NaiveDateTime,
    /// What it was: a free word (practice, visit, lecture, competition …) that policies match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How long, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// How many of what the policy counts (papers, works …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Credit>,
    /// The activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<String>,
    /// The dated occurrence of the activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Its place among the session's records in the order of entry, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_rank: Option<u32>,
    /// The same among the records of the person's class in the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_rank: Option<u32>,
    /// The host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_id: Option<String>,
    /// The level of the host on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_level: Option<String>,
    /// Designations of the host, with the days on which they hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_designations: Vec<HeldDesignation>,
    /// The contest of one year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_id: Option<String>,
    /// The contest through the years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_series: Option<String>,
    /// The level at which the award was won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_level: Option<String>,
    /// The award.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub award: Option<String>,
    /// The place in a ranked list, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// How many places the list names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places_listed: Option<u32>,
    /// The work that was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_id: Option<String>,
    /// Position in the team or list of authors, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_position: Option<u32>,
    /// Members of the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_size: Option<u32>,
    /// Taken part in freely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voluntary: Option<bool>,
    /// Within the school day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school_day: Option<bool>,
    /// Free words that policies may match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The person's grade on the day, where it is known apart from the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<i32>,
    /// The person's school on the day, where it is known apart from the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school_id: Option<String>,
    /// The person's class on the day, where it is known apart from the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_id: Option<String>,
}

impl Record {
    /// Reads what was written as JSON. Here and not where rows are read, so that it is compiled with the engine: hundreds of
    /// thousands of records are read for a district.
    ///
    /// # Errors
    /// It is not a record.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The order in which records are taken: by time; of one time, the shorter id first, then by its letters, so that `2`
    /// comes before `10`.
    pub fn order(&self, other: &Self) -> Ordering {
        self.starts_at
            .cmp(&other.starts_at)
            .then_with(|| self.id.len().cmp(&other.id.len()))
            .then_with(|| self.id.cmp(&other.id))
    }

    /// The local day.
    pub fn day(&self) -> NaiveDate {
        self.starts_at.date()
    }
}

/// A designation of a host with the days, both inclusive, on which it holds; open where nothing is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HeldDesignation {
    /// The designation's name; empty for "designated, it is not said as what".
    pub name: String,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl HeldDesignation {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// Numbers the records of each session in the order given, over all and within each class, where they carry no rank yet.
/// `class_of` answers the class of a record's person on the day.
pub fn rank_in_sessions<'r, R, C>(records: R, class_of: C)
where
    R: IntoIterator<Item = &'r mut Record>,
    C: Fn(&Record) -> Option<String>,
{
    let mut in_session: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
    let mut in_class: std::collections::HashMap<(String, String), u32> = std::collections::HashMap::new();
    for record in records {
        let Some(session) = record.session_id.clone() else { continue };
        let rank = in_session.entry(session.clone()).or_default();
        *rank = rank.saturating_add(1);
        record.session_rank.get_or_insert(*rank);
        if let Some(class) = record.class_id.clone().or_else(|| class_of(record)) {
            let rank = in_class.entry((session, class)).or_default();
            *rank = rank.saturating_add(1);
            record.class_rank.get_or_insert(*rank);
        }
    }
}
