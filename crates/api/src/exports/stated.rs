//! What was stated of a record under a policy, one after another: told by the ledger and the versions of the record, which are
//! never changed, and so the same whenever it is asked.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::store::{BookedRow, Key, VersionRow};

/// Something that was so from a moment on, until something else was.
#[derive(Debug, Clone)]
pub(super) struct Stated {
    /// Of whom, of which record, under which policy.
    pub(super) key: Key,
    /// The credit, in thousandths; more than none.
    pub(super) credit: i64,
    /// What the record said.
    pub(super) record: VersionRow,
    /// The entry by which it was so.
    pub(super) entry: BookedRow,
    /// When it ended; none if it holds.
    pub(super) until: Option<DateTime<Utc>>,
}

impl Stated {
    /// Whether a reader is told the same, whatever has happened in between.
    fn says_the_same(&self, other: &Self) -> bool {
        self.credit == other.credit
            && self.entry.category == other.entry.category
            && self.record.said() == other.record.said()
    }
}

/// The history of each key, in the order of the keys; within one, what was stated first comes first.
pub(super) fn histories(keys: &[Key], entries: Vec<BookedRow>, versions: Vec<VersionRow>) -> Vec<Vec<Stated>> {
    let mut booked: HashMap<Key, Vec<BookedRow>> = HashMap::new();
    for entry in entries {
        booked.entry(entry.key()).or_default().push(entry);
    }
    let mut known: HashMap<Uuid, Vec<VersionRow>> = HashMap::new();
    for version in versions {
        known.entry(version.record_id).or_default().push(version);
    }
    let none = Vec::new();
    keys.iter()
        .map(|key| {
            let entries = booked.get(key).unwrap_or(&none);
            let versions = known.get(&key.record_id).map_or(&[][..], Vec::as_slice);
            history(key, entries, versions)
        })
        .collect()
}

/// Both in order of time.
fn history(key: &Key, entries: &[BookedRow], versions: &[VersionRow]) -> Vec<Stated> {
    let turns: BTreeSet<DateTime<Utc>> =
        entries.iter().map(|entry| entry.at).chain(versions.iter().map(|version| version.known_from)).collect();
    let mut all: Vec<Stated> = Vec::new();
    for at in turns {
        let booked: Vec<&BookedRow> = entries.iter().filter(|entry| entry.at <= at).collect();
        let credit: i64 = booked.iter().map(|entry| entry.amount).sum();
        let record = versions.iter().rev().find(|version| version.known_from <= at);
        let now = match (booked.last(), record) {
            (Some(entry), Some(record)) if credit > 0 => {
                Some(Stated { key: key.clone(), credit, record: record.clone(), entry: (*entry).clone(), until: None })
            }
            _ => None,
        };
        let before = all.last_mut().filter(|stated| stated.until.is_none());
        match (before, now) {
            (Some(before), Some(now)) if before.says_the_same(&now) => {}
            (Some(before), now) => {
                before.until = Some(at);
                all.extend(now);
            }
            (None, now) => all.extend(now),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(minute: u32) -> DateTime<Utc> {
        format!("2026-03-01T08:{minute:02}:00Z").parse().expect("a moment")
    }

    fn key() -> Key {
        Key { person_id: Uuid::from_u128(1), record_id: Uuid::from_u128(2), policy_id: "p".into() }
    }

    fn entry(minute: u32, amount: i64) -> BookedRow {
        let Key { person_id, record_id, policy_id } = key();
        let (id, at) = (Uuid::from_u128(minute.into()), moment(minute));
        let on_day = at.date_naive();
        BookedRow { person_id, record_id, policy_id, id, amount, category: "c".into(), school_id: None, on_day, at }
    }

    fn version(minute: u32, minutes: i32) -> VersionRow {
        VersionRow {
            record_id: key().record_id,
            id: Uuid::from_u128(minute.into()),
            starts_at: moment(0),
            minutes: Some(minutes),
            activity_id: Some(Uuid::from_u128(3)),
            competition_id: None,
            host_id: None,
            known_from: moment(minute),
        }
    }

    /// Credit and minutes of each, and the minute in which it ended.
    fn told(entries: &[BookedRow], versions: &[VersionRow]) -> Vec<(i64, Option<i32>, Option<DateTime<Utc>>)> {
        let all = history(&key(), entries, versions);
        all.iter().map(|stated| (stated.credit, stated.record.minutes, stated.until)).collect()
    }

    #[test]
    fn each_change_of_credit_or_record_ends_what_was_said() {
        let both = [version(1, 60), version(5, 90)];
        assert_eq!(told(&[entry(1, 1000)], &both[..1]), [(1000, Some(60), None)]);
        let amended = [(1000, Some(60), Some(moment(5))), (1500, Some(90), None)];
        assert_eq!(told(&[entry(1, 1000), entry(5, 500)], &both), amended, "amended");
        let as_long = [(1000, Some(60), Some(moment(5))), (1000, Some(90), None)];
        assert_eq!(told(&[entry(1, 1000)], &both), as_long, "amended, for the same credit");
        let again = [version(1, 60), version(5, 60)];
        assert_eq!(told(&[entry(1, 1000)], &again), [(1000, Some(60), None)], "known anew, and the same");
    }

    #[test]
    fn what_is_taken_back_is_ended_and_may_be_said_again() {
        let one = [version(1, 60)];
        let voided = [entry(1, 1000), entry(4, -1000)];
        assert_eq!(told(&voided, &one), [(1000, Some(60), Some(moment(4)))]);
        let back = [entry(1, 1000), entry(4, -1000), entry(6, 1000)];
        let history = history(&key(), &back, &one);
        assert_eq!(history.len(), 2);
        assert_ne!(history[0].entry.id, history[1].entry.id, "it is another statement");
        assert_eq!(history[1].until, None);
        assert!(told(&[], &one).is_empty());
    }
}
