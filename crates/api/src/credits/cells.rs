//! The sums that reports of a whole district read: `credit_cell` follows the lines, in the transaction that changes them.
//!
//! A person's lines are changed by one transaction at a time (`store::lock_persons`), so whether the person has a line in
//! a cell is known here; sums and other persons' bits are changed where they stand, under the lock of the row.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::store::{self, NewLine, ScoreLineRow};
use crate::error::Result;
use crate::tenancy::Tx;

/// Of records that have no grade.
const NO_GRADE: i32 = -100;

/// What lines of one cell have in common, but for the block of their persons.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub on_day: NaiveDate,
    pub host_id: Uuid,
    pub school_id: Uuid,
    pub class_id: Uuid,
    pub grade: i32,
    pub category: String,
    pub rule: String,
}

/// How a cell changes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Change {
    pub records: i64,
    pub counted: i64,
    pub cut: i64,
    pub refused: i64,
    pub flagged: i64,
    pub raw: i64,
    pub credits: i64,
    pub took: i64,
    pub earned: i64,
    pub took_no_more: i64,
    pub earned_no_more: i64,
}

/// A line as far as cells care.
struct Line<'a> {
    key: Key,
    status: &'a str,
    flagged: bool,
    raw: i64,
    counted: i64,
}

impl<'a> From<&'a ScoreLineRow> for Line<'a> {
    fn from(line: &'a ScoreLineRow) -> Self {
        Self {
            key: Key {
                on_day: line.on_day,
                host_id: line.host_id.unwrap_or_default(),
                school_id: line.school_id.unwrap_or_default(),
                class_id: line.class_id.unwrap_or_default(),
                grade: line.grade.unwrap_or(NO_GRADE),
                category: line.category.clone(),
                rule: line.rule.clone(),
            },
            status: &line.status,
            flagged: line.flagged,
            raw: line.raw,
            counted: line.counted,
        }
    }
}

impl<'a> From<&'a NewLine> for Line<'a> {
    fn from(line: &'a NewLine) -> Self {
        Self {
            key: Key {
                on_day: line.on_day,
                host_id: line.host_id.unwrap_or_default(),
                school_id: line.school_id.unwrap_or_default(),
                class_id: line.class_id.unwrap_or_default(),
                grade: line.grade.unwrap_or(NO_GRADE),
                category: line.category.clone(),
                rule: line.rule.clone(),
            },
            status: line.status,
            flagged: line.flagged,
            raw: line.raw,
            counted: line.counted,
        }
    }
}

/// What becomes of one person in one cell.
#[derive(Debug, Default)]
struct Own {
    change: Change,
    takes: bool,
    earns: bool,
}

impl Own {
    fn add(&mut self, line: &Line<'_>, times: i64) {
        let is = |status: &str| times * i64::from(line.status == status);
        self.change.records += times;
        self.change.counted += is("counted");
        self.change.cut += is("cut");
        self.change.refused += is("refused");
        self.change.flagged += times * i64::from(line.flagged);
        self.change.raw += times * line.raw;
        self.change.credits += times * line.counted;
    }
}

/// What a round of scoring changes, person by person.
#[derive(Default)]
pub struct Cells {
    persons: Vec<(Uuid, BTreeMap<Key, Own>)>,
}

impl Cells {
    /// Notes what changes for a person: all lines before, those that are put, and the records whose line goes.
    pub fn note(&mut self, person: Uuid, before: &[ScoreLineRow], put: &[NewLine], gone: &BTreeSet<Uuid>) {
        if put.is_empty() && gone.is_empty() {
            return;
        }
        let replaced: BTreeSet<Uuid> = put.iter().map(|line| line.record_id).collect();
        let mut cells: BTreeMap<Key, Own> = BTreeMap::new();
        let (old, kept): (Vec<_>, Vec<_>) =
            before.iter().partition(|line| replaced.contains(&line.record_id) || gone.contains(&line.record_id));
        for line in old.into_iter().map(Line::from) {
            cells.entry(line.key.clone()).or_default().add(&line, -1);
        }
        for line in put.iter().map(Line::from) {
            let own = cells.entry(line.key.clone()).or_default();
            own.add(&line, 1);
            own.takes = true;
            own.earns |= line.counted > 0;
        }
        for line in kept.into_iter().map(Line::from) {
            if let Some(own) = cells.get_mut(&line.key) {
                own.takes = true;
                own.earns |= line.counted > 0;
            }
        }
        self.persons.push((person, cells));
    }

    /// Stores the changes of cells.
    pub async fn store(self, tx: &mut Tx, policy_id: &str) -> Result<()> {
        if self.persons.is_empty() {
            return Ok(());
        }
        let persons: Vec<Uuid> = self.persons.iter().map(|(person, _)| *person).collect();
        let seats = store::seats(tx, &persons).await?;
        let changes = self.changes(&seats);
        store::change_cells(tx, policy_id, &changes).await
    }

    /// In one order for all, so that two transactions never wait for each other.
    fn changes(self, seats: &HashMap<Uuid, i64>) -> Vec<(Key, i64, Change)> {
        let mut all: BTreeMap<(Key, i64), Change> = BTreeMap::new();
        for (person, cells) in self.persons {
            let Some(seat) = seats.get(&person) else { continue };
            let bit = 1_i64.wrapping_shl(u32::try_from(seat % 64).unwrap_or_default());
            for (key, own) in cells {
                let cell = all.entry((key, seat / 64)).or_default();
                cell.records += own.change.records;
                cell.counted += own.change.counted;
                cell.cut += own.change.cut;
                cell.refused += own.change.refused;
                cell.flagged += own.change.flagged;
                cell.raw += own.change.raw;
                cell.credits += own.change.credits;
                *(if own.takes { &mut cell.took } else { &mut cell.took_no_more }) |= bit;
                *(if own.earns { &mut cell.earned } else { &mut cell.earned_no_more }) |= bit;
            }
        }
        all.into_iter().map(|((key, block), change)| (key, block, change)).collect()
    }
}
