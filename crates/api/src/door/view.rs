//! What requests say and answers show at the door.

use chrono::{DateTime, Utc};
use kepu_domain::door::scan::{Direction, Flag, Kind, Method, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One scan, as a device made it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanItem {
    /// Made by the device (UUIDv7) before it sent anything; the same id is the same scan, for ever.
    pub id: Uuid,
    /// When, by the device's clock.
    pub scanned_at: DateTime<Utc>,
    /// What must be added to the device's clock, as it measured; null if it could not.
    #[serde(default)]
    pub clock_offset_ms: Option<i64>,
    /// Which way.
    #[schema(value_type = String, example = "in")]
    pub direction: Direction,
    /// How: `pass`, `hand`, `class` or `code`.
    #[schema(value_type = String, example = "pass")]
    pub method: Method,
    /// The text of the pass, for `pass`.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub pass: Option<String>,
    /// Who was picked, for the other methods.
    #[serde(default)]
    pub person_id: Option<Uuid>,
    /// The rotating code, for `code`.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub code: Option<String>,
}

/// What became of scans.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScansAnswer {
    /// The session.
    pub session_id: Uuid,
    /// The service's clock, to compare with the device's.
    pub server_time: DateTime<Utc>,
    /// Scans that count.
    pub accepted: usize,
    /// Scans that repeat another one.
    pub duplicates: usize,
    /// Scans that somebody must look at.
    pub needs_review: usize,
    /// Scans that do not count.
    pub refused: usize,
    /// Scans whose id was used for another scan: they were not stored.
    pub conflicts: usize,
    /// One for each scan, in the order of the request.
    pub verdicts: Vec<VerdictView>,
}

/// What became of one scan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VerdictView {
    /// The scan.
    pub scan_id: Uuid,
    /// `accepted`, `duplicate_of`, `needs_review`, `refused`; or `conflict`: the id belongs to another scan.
    pub verdict: String,
    /// Why, for programs: `in`, `already_in`, `not_on_list` …
    pub reason: String,
    /// The scan that says the same.
    pub duplicate_of: Option<Uuid>,
    /// When it happened, by the service's clock.
    pub at: DateTime<Utc>,
    /// Who, if the host may know.
    pub person_id: Option<Uuid>,
    /// The person's name, if the host may know.
    pub name: Option<String>,
    /// The person's class; within its grade, often a number alone.
    pub class_name: Option<String>,
    /// Its grade.
    pub grade: Option<i32>,
    /// When the person came.
    pub in_at: Option<DateTime<Utc>>,
    /// When the person left.
    pub out_at: Option<DateTime<Utc>>,
    /// What else the host should know: `late`, `clock_corrected`, `clock_unchecked`, `by_hand`.
    pub flags: Vec<String>,
}

impl VerdictView {
    /// Without anything about the person.
    pub fn bare(scan_id: Uuid, verdict: &str, reason: &str, at: DateTime<Utc>) -> Self {
        Self {
            scan_id,
            verdict: verdict.to_owned(),
            reason: reason.to_owned(),
            duplicate_of: None,
            at,
            person_id: None,
            name: None,
            class_name: None,
            grade: None,
            in_at: None,
            out_at: None,
            flags: Vec::new(),
        }
    }

    /// The scan was refused for what it is.
    pub fn refused(scan_id: Uuid, reason: Reason, at: DateTime<Utc>) -> Self {
        Self::bare(scan_id, Kind::Refused.word(), reason.word(), at)
    }

    /// The id belongs to another scan.
    pub fn conflict(scan_id: Uuid, at: DateTime<Utc>) -> Self {
        Self::bare(scan_id, "conflict", "scan_id_reused", at)
    }
}

/// Flags as words.
pub fn words(flags: &[Flag]) -> Vec<String> {
    flags.iter().map(|flag| flag.word().to_owned()).collect()
}

impl ScansAnswer {
    /// Counts what it tells.
    pub fn of(session_id: Uuid, server_time: DateTime<Utc>, verdicts: Vec<VerdictView>) -> Self {
        let count = |word: &str| verdicts.iter().filter(|one| one.verdict == word).count();
        Self {
            session_id,
            server_time,
            accepted: count(Kind::Accepted.word()),
            duplicates: count(Kind::DuplicateOf.word()),
            needs_review: count(Kind::NeedsReview.word()),
            refused: count(Kind::Refused.word()),
            conflicts: count("conflict"),
            verdicts,
        }
    }
}
