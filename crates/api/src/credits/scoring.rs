//! Evaluates persons again and books the differences.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use kepu_domain::credit::Credit;
use kepu_domain::ledger::{Booked, differences};
use kepu_domain::policy::{Detail, Line, Options, Policy, ScoreSheet, SoftDecision, Status, evaluate};
use kepu_domain::record::Record;
use uuid::Uuid;

use super::cells::Cells;
use super::store::{self, EffectivePolicy, NewEntry, NewLine, NewScore, PersonRow, RecordRow, ScoreLineRow};
use crate::error::{ApiError, Result};
use crate::ids;
use crate::tenancy::Tx;

/// Who booked, and when: one moment for all that a transaction books.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The account; nil for the service itself.
    pub account_id: Uuid,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// Why credit changes, as the ledger names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A participation was confirmed.
    Confirmed,
    /// A confirmed participation was amended.
    Amended,
    /// A confirmed participation was voided.
    Voided,
    /// A result was verified.
    Verified,
    /// A verified result was revoked.
    Revoked,
    /// A policy version became effective.
    Policy,
    /// A designation began, ended or changed.
    Designation,
    /// An official waived or enforced a soft rule.
    Decision,
    /// The roster says something else of the person.
    Person,
    /// An appeal was granted.
    Appeal,
}

impl Cause {
    const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Amended => "amended",
            Self::Voided => "voided",
            Self::Verified => "verified",
            Self::Revoked => "revoked",
            Self::Policy => "policy",
            Self::Designation => "designation",
            Self::Decision => "decision",
            Self::Person => "person",
            Self::Appeal => "appeal",
        }
    }
}

/// What was booked.
#[derive(Debug, Clone, Default)]
pub struct Rescored {
    /// Persons evaluated.
    pub persons: usize,
    /// Ledger entries added.
    pub entries: usize,
    /// Change of credit by record, over all policies.
    pub by_record: HashMap<Uuid, Credit>,
    /// Persons for whom something was booked.
    pub changed: HashSet<Uuid>,
}

/// A policy that a district scores by, ready to evaluate.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The adopted version.
    pub row: EffectivePolicy,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// Keeps the district's policies as they are until the end of the transaction; many may hold it at once.
pub async fn lock_policies(tx: &mut Tx) -> Result<()> {
    store::lock_policies_shared(tx).await
}

/// Evaluates these persons under each effective policy and books the differences. `touched` are the records that
/// changed; entries of other records of the same persons carry the cause `neighbour`.
pub async fn rescore(
    tx: &mut Tx,
    author: &Author,
    persons: &BTreeSet<Uuid>,
    touched: &HashSet<Uuid>,
    cause: Cause,
) -> Result<Rescored> {
    if persons.is_empty() {
        return Ok(Rescored::default());
    }
    lock_policies(tx).await?;
    let mut total = Rescored::default();
    for effective in effective(tx).await? {
        let one = rescore_under(tx, author, &effective, persons, Some(touched), cause).await?;
        total.persons = one.persons;
        total.entries += one.entries;
        for (record, amount) in one.by_record {
            let sum = total.by_record.entry(record).or_default();
            *sum = sum.plus(amount);
        }
        total.changed.extend(one.changed);
    }
    Ok(total)
}

/// The same under one policy. Without `touched` every entry carries the cause.
pub async fn rescore_under(
    tx: &mut Tx,
    author: &Author,
    effective: &Effective,
    persons: &BTreeSet<Uuid>,
    touched: Option<&HashSet<Uuid>>,
    cause: Cause,
) -> Result<Rescored> {
    let persons: Vec<Uuid> = persons.iter().copied().collect();
    let policy_id = &effective.row.policy_id;
    let today = today(tx, author.at).await?;
    store::lock_persons(tx, &persons).await?;
    let people = store::persons(tx, &persons, today).await?;
    let mut records = by_person(store::current_records(tx, &persons).await?);
    let mut lines = by_person_lines(store::score_lines(tx, policy_id, &persons).await?);
    let mut decisions = by_person_decisions(store::open_decisions(tx, policy_id, &persons).await?);

    let mut rescored = Rescored { persons: people.len(), ..Rescored::default() };
    let mut writes = Writes::default();
    for person in people {
        let rows = records.remove(&person.id).unwrap_or_default();
        let before = lines.remove(&person.id).unwrap_or_default();
        let decided = decisions.remove(&person.id).unwrap_or_default();
        let sheet = evaluate_person(&effective.policy, &person, &rows, &decided, Some(today));
        writes.add(author, effective, &person, &rows, &before, &sheet, touched, cause, &mut rescored)?;
    }
    rescored.entries = writes.entries.len();
    store::insert_entries(tx, author, &effective.row, writes.entries).await?;
    store::put_lines(tx, policy_id, writes.lines).await?;
    store::remove_lines(tx, policy_id, &writes.gone).await?;
    writes.cells.store(tx, policy_id).await?;
    store::put_scores(tx, &effective.row, writes.scores, author.at, today).await?;
    Ok(rescored)
}

/// Evaluates persons whose scores are not there yet, and puts those without booking anything: for tables that stand in for
/// the real ones. Of those in `with_lines` also what each record earns, and its sums.
pub(super) async fn score_into(
    tx: &mut Tx,
    at: DateTime<Utc>,
    effective: &Effective,
    persons: &[Uuid],
    with_lines: &HashSet<Uuid>,
    day: NaiveDate,
) -> Result<()> {
    let policy_id = &effective.row.policy_id;
    let mut records = by_person(store::current_records(tx, persons).await?);
    let mut decisions = by_person_decisions(store::open_decisions(tx, policy_id, persons).await?);
    let mut writes = Writes::default();
    for person in store::persons(tx, persons, day).await? {
        let rows = records.remove(&person.id).unwrap_or_default();
        let decisions = decisions.remove(&person.id).unwrap_or_default();
        let options = Options { decisions: &decisions, today: Some(day), detail: Detail::Lines, ..Options::default() };
        let records: Vec<Record> = rows.iter().map(RecordRow::record).collect();
        let sheet = evaluate(&effective.policy, &person.person(), &records, &options);
        if with_lines.contains(&person.id) {
            writes.add_lines(person.id, &rows, &sheet)?;
        }
        writes.add_score(&person, &sheet)?;
    }
    store::put_lines(tx, policy_id, writes.lines).await?;
    writes.cells.store(tx, policy_id).await?;
    store::put_scores(tx, &effective.row, writes.scores, at, day).await
}

/// One person's sheet from rows, as it stands on a day.
pub fn evaluate_person(
    policy: &Policy,
    person: &PersonRow,
    rows: &[RecordRow],
    decisions: &[SoftDecision],
    today: Option<NaiveDate>,
) -> ScoreSheet {
    let records: Vec<Record> = rows.iter().map(RecordRow::record).collect();
    evaluate(policy, &person.person(), &records, &Options { decisions, today, ..Options::default() })
}

/// The day that a moment lies on in the district of the transaction.
pub async fn today(tx: &mut Tx, at: DateTime<Utc>) -> Result<NaiveDate> {
    let zone: Tz = store::time_zone(tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
    Ok(at.with_timezone(&zone).date_naive())
}

/// The policies that the district of the transaction scores by.
pub async fn effective(tx: &mut Tx) -> Result<Vec<Effective>> {
    let rows = store::effective_policies(tx).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let policy = policy(tx, row.policy_version_id).await?;
        all.push(Effective { row, policy });
    }
    Ok(all)
}

/// A published policy version, read once: its text never changes.
pub async fn policy(tx: &mut Tx, version: Uuid) -> Result<Arc<Policy>> {
    static READ: LazyLock<RwLock<HashMap<Uuid, Arc<Policy>>>> = LazyLock::new(RwLock::default);
    if let Some(policy) = READ.read().unwrap_or_else(PoisonError::into_inner).get(&version) {
        return Ok(policy.clone());
    }
    let document = store::policy_document(tx, version).await?.ok_or_else(|| ApiError::not_found("policy version"))?;
    let policy = Policy::published(&document).map_err(|problems| {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        ApiError::internal(anyhow::anyhow!("the published policy version {version} cannot be read: {}", all.join("; ")))
    })?;
    let policy = Arc::new(policy);
    READ.write().unwrap_or_else(PoisonError::into_inner).insert(version, policy.clone());
    Ok(policy)
}

/// What a round of scoring writes.
#[derive(Default)]
struct Writes {
    entries: Vec<NewEntry>,
    lines: Vec<NewLine>,
    gone: Vec<Uuid>,
    scores: Vec<NewScore>,
    cells: Cells,
}

impl Writes {
    #[expect(clippy::too_many_arguments, reason = "one place gathers what one person's sheet changes")]
    fn add(
        &mut self,
        author: &Author,
        effective: &Effective,
        person: &PersonRow,
        rows: &[RecordRow],
        before: &[ScoreLineRow],
        sheet: &ScoreSheet,
        touched: Option<&HashSet<Uuid>>,
        cause: Cause,
        rescored: &mut Rescored,
    ) -> Result<()> {
        let row_of: HashMap<Uuid, &RecordRow> = rows.iter().map(|r| (r.record_id, r)).collect();
        let before_of: HashMap<Uuid, &ScoreLineRow> = before.iter().map(|l| (l.record_id, l)).collect();
        let booked: BTreeMap<String, Booked<Uuid>> = before
            .iter()
            .map(|l| {
                let booked = Booked { amount: Credit::from_milli(l.counted), last_entry: l.last_entry };
                (l.record_id.to_string(), booked)
            })
            .collect();
        let mut entry_of: HashMap<Uuid, Uuid> = HashMap::new();
        for change in differences(&booked, sheet) {
            let record_id: Uuid = change.record_id.parse().map_err(ApiError::internal)?;
            let id = ids::new();
            entry_of.insert(record_id, id);
            rescored.by_record.insert(record_id, change.amount);
            rescored.changed.insert(person.id);
            let is_touched = touched.is_none_or(|t| t.contains(&record_id));
            let old = before_of.get(&record_id);
            let row = row_of.get(&record_id);
            let day =
                row.map(|r| r.facts.0.starts_at.date()).or(old.map(|l| l.on_day)).unwrap_or(author.at.date_naive());
            let text = |new: Option<String>, old: Option<&String>| new.or_else(|| old.cloned()).unwrap_or_default();
            self.entries.push(NewEntry {
                id,
                person_id: person.id,
                record_id,
                amount: change.amount.milli(),
                cause: if is_touched { cause.word() } else { "neighbour" },
                reason: serde_json::to_value(change.line.map(|l| &l.reasons)).map_err(ApiError::internal)?,
                corrects: change.corrects,
                category: text(change.line.and_then(|l| l.category.clone()), old.map(|l| &l.category)),
                rule: text(change.line.and_then(|l| l.rule.clone()), old.map(|l| &l.rule)),
                school_id: row.map_or_else(|| old.and_then(|l| l.school_id), |r| r.school_id),
                class_id: row.map_or_else(|| old.and_then(|l| l.class_id), |r| r.class_id),
                grade: row.map_or_else(|| old.and_then(|l| l.grade), |r| r.grade),
                host_id: row.map_or_else(|| old.and_then(|l| l.host_id), |r| r.host_id),
                on_day: day,
            });
        }
        let mut put = Vec::new();
        for line in &sheet.lines {
            let record_id: Uuid = line.record_id.parse().map_err(ApiError::internal)?;
            let Some(row) = row_of.get(&record_id) else { continue };
            let old = before_of.get(&record_id).copied();
            let last_entry = entry_of.get(&record_id).copied().or(old.and_then(|l| l.last_entry));
            let new = new_line(line, row, last_entry);
            if old.is_none_or(|old| !new.equals(old)) {
                put.push(new);
            }
        }
        let gone = before.iter().map(|l| l.record_id).filter(|id| !row_of.contains_key(id)).collect();
        self.cells.note(person.id, before, &put, &gone);
        self.lines.append(&mut put);
        self.gone.extend(gone);
        self.add_score(person, sheet)?;
        debug_assert!(!effective.row.policy_id.is_empty());
        Ok(())
    }

    /// The lines of a person who had none, booked nowhere.
    fn add_lines(&mut self, person: Uuid, rows: &[RecordRow], sheet: &ScoreSheet) -> Result<()> {
        let row_of: HashMap<Uuid, &RecordRow> = rows.iter().map(|r| (r.record_id, r)).collect();
        let mut put = Vec::with_capacity(sheet.lines.len());
        for line in &sheet.lines {
            let record_id: Uuid = line.record_id.parse().map_err(ApiError::internal)?;
            put.extend(row_of.get(&record_id).map(|row| new_line(line, row, None)));
        }
        self.cells.note(person, &[], &put, &BTreeSet::new());
        self.lines.append(&mut put);
        Ok(())
    }

    fn add_score(&mut self, person: &PersonRow, sheet: &ScoreSheet) -> Result<()> {
        self.scores.push(NewScore {
            person_id: person.id,
            person_version: person.version,
            eligible: sheet.eligible,
            total: sheet.total.milli(),
            measures: serde_json::to_value(&sheet.measures).map_err(ApiError::internal)?,
            levels: serde_json::to_value(&sheet.levels).map_err(ApiError::internal)?,
            outputs: serde_json::to_value(&sheet.outputs).map_err(ApiError::internal)?,
            requirements: serde_json::to_value(&sheet.requirements).map_err(ApiError::internal)?,
            flags: i32::try_from(sheet.lines.iter().filter(|l| l.flagged).count()).unwrap_or(i32::MAX),
        });
        Ok(())
    }
}

fn new_line(line: &Line, row: &RecordRow, last_entry: Option<Uuid>) -> NewLine {
    NewLine {
        record_id: row.record_id,
        person_id: row.person_id,
        raw: line.raw.milli(),
        counted: line.counted.milli(),
        status: match line.status {
            Status::Counted => "counted",
            Status::Cut => "cut",
            Status::Refused => "refused",
        },
        flagged: line.flagged,
        category: line.category.clone().unwrap_or_default(),
        rule: line.rule.clone().unwrap_or_default(),
        school_id: row.school_id,
        class_id: row.class_id,
        grade: row.grade,
        host_id: row.host_id,
        on_day: row.facts.0.starts_at.date(),
        minutes: i32::try_from(line.minutes).unwrap_or(i32::MAX),
        last_entry,
    }
}

fn by_person(rows: Vec<RecordRow>) -> HashMap<Uuid, Vec<RecordRow>> {
    let mut map: HashMap<Uuid, Vec<RecordRow>> = HashMap::new();
    for row in rows {
        map.entry(row.person_id).or_default().push(row);
    }
    map
}

fn by_person_lines(rows: Vec<ScoreLineRow>) -> HashMap<Uuid, Vec<ScoreLineRow>> {
    let mut map: HashMap<Uuid, Vec<ScoreLineRow>> = HashMap::new();
    for row in rows {
        map.entry(row.person_id).or_default().push(row);
    }
    map
}

fn by_person_decisions(rows: Vec<store::DecisionRow>) -> HashMap<Uuid, Vec<SoftDecision>> {
    let mut map: HashMap<Uuid, Vec<SoftDecision>> = HashMap::new();
    for row in rows {
        map.entry(row.person_id).or_default().push(row.decision());
    }
    map
}
