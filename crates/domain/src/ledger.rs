//! The ledger: differences between what was booked and what the rules say now. Entries are only ever added.

use std::collections::BTreeMap;

use crate::credit::Credit;
use crate::policy::{Line, ScoreSheet};

/// What has been booked for a record so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked<E> {
    /// Sum of the record's entries.
    pub amount: Credit,
    /// Its newest entry.
    pub last_entry: Option<E>,
}

/// A change to book for one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'s, E> {
    /// The record.
    pub record_id: String,
    /// The change of credit; never zero.
    pub amount: Credit,
    /// The line as it is now; nothing when the record is no more.
    pub line: Option<&'s Line>,
    /// The entry of the same record that this one corrects.
    pub corrects: Option<E>,
}

/// What must be booked so that each record's entries add up to what counts now. Records that are no more go back to
/// nothing. In order of record ids.
pub fn differences<'s, E: Copy>(booked: &BTreeMap<String, Booked<E>>, sheet: &'s ScoreSheet) -> Vec<Change<'s, E>> {
    let mut now: BTreeMap<&str, &'s Line> = sheet.lines.iter().map(|l| (l.record_id.as_str(), l)).collect();
    let mut changes = Vec::new();
    for (record_id, booked) in booked {
        let line = now.remove(record_id.as_str());
        let amount = line.map_or(Credit::ZERO, |l| l.counted).minus(booked.amount);
        if !amount.is_zero() {
            changes.push(Change { record_id: record_id.clone(), amount, line, corrects: booked.last_entry });
        }
    }
    let new = now.into_values().filter(|l| !l.counted.is_zero());
    changes.extend(new.map(|line| Change {
        record_id: line.record_id.clone(),
        amount: line.counted,
        line: Some(line),
        corrects: None,
    }));
    changes.sort_by(|a, b| a.record_id.cmp(&b.record_id));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Status;

    fn line(id: &str, counted: i64) -> Line {
        let counted = Credit::whole(counted);
        Line {
            record_id: id.to_owned(),
            rule: None,
            category: None,
            raw: counted,
            counted,
            minutes: 0,
            status: Status::Counted,
            flagged: false,
            reasons: Vec::new(),
        }
    }

    fn booked(rows: &[(&str, i64)]) -> BTreeMap<String, Booked<u8>> {
        let one = |(id, n): &(&str, i64)| ((*id).to_owned(), Booked { amount: Credit::whole(*n), last_entry: Some(7) });
        rows.iter().map(one).collect()
    }

    fn amounts(before: &[(&str, i64)], now: &[(&str, i64)]) -> Vec<(String, String)> {
        let lines = now.iter().map(|(id, n)| line(id, *n)).collect();
        let sheet = ScoreSheet { lines, ..ScoreSheet::default() };
        differences(&booked(before), &sheet).into_iter().map(|c| (c.record_id, c.amount.to_string())).collect()
    }

    #[test]
    fn only_what_changed_is_booked() {
        let pair = |id: &str, n: &str| (id.to_owned(), n.to_owned());
        assert_eq!(amounts(&[], &[("a", 2), ("b", 0)]), [pair("a", "2")]);
        assert_eq!(amounts(&[("a", 2)], &[("a", 2)]), []);
        assert_eq!(amounts(&[("a", 2)], &[("a", 3)]), [pair("a", "1")]);
        assert_eq!(amounts(&[("a", 2), ("b", 1)], &[("b", 1)]), [pair("a", "-2")]);
        assert_eq!(amounts(&[("b", 1)], &[("a", 1), ("b", 0)]), [pair("a", "1"), pair("b", "-1")]);
    }

    #[test]
    fn a_correction_names_the_entry_that_it_corrects() {
        let sheet = ScoreSheet { lines: vec![line("a", 3), line("b", 1)], ..ScoreSheet::default() };
        let corrects: Vec<_> = differences(&booked(&[("a", 2)]), &sheet).into_iter().map(|c| c.corrects).collect();
        assert_eq!(corrects, [Some(7), None]);
    }
}
