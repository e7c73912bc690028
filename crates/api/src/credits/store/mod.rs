//! SQL of credits. Every statement names the district.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::person::{Person, PersonKind};
use kepu_domain::policy::SoftDecision;
use kepu_domain::record::Record;
use serde_json::Value;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgTypeInfo, PgValueRef};
use sqlx::types::Json;
use sqlx::{FromRow, Postgres};
use uuid::Uuid;

mod cells;
mod forget;
mod guests;
mod past;
mod reading;
mod standing;

pub use cells::{change_cells, seats};
pub use forget::{forget, policies_of_lines};
pub use guests::{done_in, guests_left, mark_guests};
pub use past::{keep_cells, keep_unmoved, moved_after, note_moved, shadow, standing_by};
pub use reading::*;
pub use standing::{Due, districts, due, standing_days};

use super::scoring::Author;
use crate::error::Result;
use crate::ids;
use crate::tenancy::Tx;

/// First number of the advisory locks that keep a district's policies.
const POLICY_LOCKS: i32 = 0x6b70;

/// A participation with what the engine wants to know of its session.
#[derive(Debug, FromRow)]
pub struct ParticipationFacts {
    pub id: Uuid,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub state: String,
    pub minutes: Option<i32>,
    pub quantity: Option<i32>,
    pub session_id: Uuid,
    pub activity_id: Uuid,
    pub host_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub kind: String,
    pub tags: Vec<String>,
    pub voluntary: bool,
    pub school_day: bool,
    pub planned_minutes: i32,
    pub host_level: Option<String>,
    pub session_rank: Option<i64>,
    pub class_rank: Option<i64>,
}

/// A result with what the engine wants to know of its competition.
#[derive(Debug, FromRow)]
pub struct ResultFacts {
    pub id: Uuid,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub state: String,
    pub achieved_on: NaiveDate,
    pub competition_id: Uuid,
    pub kind: String,
    pub series: String,
    pub listed: bool,
    pub contest_level: String,
    pub award: Option<String>,
    pub place: Option<i32>,
    pub places_listed: Option<i32>,
    pub work_id: Option<String>,
    pub team_position: Option<i32>,
    pub team_size: Option<i32>,
    pub tags: Vec<String>,
}

/// A new version of a record.
#[derive(Debug)]
pub struct NewRecord {
    pub record_id: Uuid,
    pub source: &'static str,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub starts_at: DateTime<Utc>,
    pub host_id: Option<Uuid>,
    pub facts: Record,
}

/// A version of a record as stored.
#[derive(Debug, Clone, FromRow)]
pub struct RecordRow {
    pub record_id: Uuid,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub host_id: Option<Uuid>,
    pub facts: Facts,
}

/// What the engine reads of a record, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts(pub Record);

impl sqlx::Type<Postgres> for Facts {
    fn type_info() -> PgTypeInfo {
        <Json<Record> as sqlx::Type<Postgres>>::type_info()
    }
}

impl<'r> sqlx::Decode<'r, Postgres> for Facts {
    fn decode(value: PgValueRef<'r>) -> std::result::Result<Self, BoxDynError> {
        // In the binary form a `jsonb` is its text after the number of the form, 1.
        let bytes = value.as_bytes()?;
        Ok(Self(Record::from_json(bytes.strip_prefix(&[1]).unwrap_or(bytes))?))
    }
}

impl RecordRow {
    /// What the engine reads.
    pub fn record(&self) -> Record {
        Record {
            id: self.record_id.to_string(),
            grade: self.grade,
            school_id: self.school_id.map(|id| id.to_string()),
            class_id: self.class_id.map(|id| id.to_string()),
            ..self.facts.0.clone()
        }
    }
}

/// A person with the newest enrolment that has begun.
#[derive(Debug, Clone, FromRow)]
pub struct PersonRow {
    pub id: Uuid,
    pub version: i64,
    pub kind: String,
    pub birth_date: Option<NaiveDate>,
    pub tags: Vec<String>,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
}

impl PersonRow {
    /// What the engine reads.
    pub fn person(&self) -> Person {
        Person {
            id: self.id.to_string(),
            kind: person_kind(&self.kind),
            grade: self.grade,
            birth_date: self.birth_date,
            school_id: self.school_id.map(|id| id.to_string()),
            class_id: self.class_id.map(|id| id.to_string()),
            tags: self.tags.clone(),
        }
    }
}

/// Student or teacher, as the database has it.
fn person_kind(word: &str) -> PersonKind {
    if word == "teacher" { PersonKind::Teacher } else { PersonKind::Student }
}

/// A policy version that a district scores by.
#[derive(Debug, Clone, FromRow)]
pub struct EffectivePolicy {
    /// The policy.
    pub policy_id: String,
    /// Its adopted version.
    pub policy_version_id: Uuid,
}

/// What a record earns, as stored.
#[derive(Debug, Clone, FromRow)]
pub struct ScoreLineRow {
    pub record_id: Uuid,
    pub person_id: Uuid,
    pub raw: i64,
    pub counted: i64,
    pub status: String,
    pub flagged: bool,
    pub category: String,
    pub rule: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub host_id: Option<Uuid>,
    pub on_day: NaiveDate,
    pub minutes: i32,
    pub last_entry: Option<Uuid>,
}

/// An open decision on a soft rule.
#[derive(Debug, FromRow)]
pub struct DecisionRow {
    pub record_id: Uuid,
    pub person_id: Uuid,
    pub rule: String,
    pub decision: String,
}

impl DecisionRow {
    /// What the engine reads.
    pub fn decision(self) -> SoftDecision {
        SoftDecision { record_id: self.record_id.to_string(), rule: self.rule, enforce: self.decision == "enforce" }
    }
}

/// A ledger entry to add.
#[derive(Debug)]
pub struct NewEntry {
    pub id: Uuid,
    pub person_id: Uuid,
    pub record_id: Uuid,
    pub amount: i64,
    pub cause: &'static str,
    pub reason: Value,
    pub corrects: Option<Uuid>,
    pub category: String,
    pub rule: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub host_id: Option<Uuid>,
    pub on_day: NaiveDate,
}

/// A line to put.
#[derive(Debug)]
pub struct NewLine {
    pub record_id: Uuid,
    pub person_id: Uuid,
    pub raw: i64,
    pub counted: i64,
    pub status: &'static str,
    pub flagged: bool,
    pub category: String,
    pub rule: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub host_id: Option<Uuid>,
    pub on_day: NaiveDate,
    pub minutes: i32,
    pub last_entry: Option<Uuid>,
}

impl NewLine {
    /// Whether the stored line says the same.
    pub fn equals(&self, old: &ScoreLineRow) -> bool {
        (self.raw, self.counted, self.status, self.flagged) == (old.raw, old.counted, old.status.as_str(), old.flagged)
            && (&self.category, &self.rule, self.minutes) == (&old.category, &old.rule, old.minutes)
            && (self.school_id, self.class_id, self.grade) == (old.school_id, old.class_id, old.grade)
            && (self.host_id, self.on_day, self.last_entry) == (old.host_id, old.on_day, old.last_entry)
    }
}

/// A score to put.
#[derive(Debug)]
pub struct NewScore {
    pub person_id: Uuid,
    pub person_version: i64,
    pub eligible: bool,
    pub total: i64,
    pub measures: Value,
    pub levels: Value,
    pub outputs: Value,
    pub requirements: Value,
    pub flags: i32,
}

/// The district's IANA time zone.
pub async fn time_zone(tx: &mut Tx) -> Result<String> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT time_zone FROM district WHERE id = $1").bind(district.0).fetch_one(&mut **tx).await?)
}

/// Participations with what the engine wants to know. Ranks are by the order of entry among those of the session that
/// were not taken back.
pub async fn participation_facts(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<ParticipationFacts>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        // One pass over the sessions' rows: a join of the ranks would be planned badly while statistics are behind.
        "SELECT p.id, p.person_id, p.school_id, p.class_id, p.grade, p.state, p.minutes, p.quantity, p.session_id,
                p.activity_id, p.host_id, s.starts_at, a.kind, a.tags, a.voluntary, a.school_day,
                a.minutes AS planned_minutes, coalesce(o.level, a.level) AS host_level,
                CASE WHEN p.is_there THEN p.session_rank END AS session_rank,
                CASE WHEN p.is_there AND p.class_id IS NOT NULL THEN p.class_rank END AS class_rank
         FROM (
             SELECT q.*,
                    count(*) FILTER (WHERE is_there) OVER (PARTITION BY session_id ORDER BY id) AS session_rank,
                    count(*) FILTER (WHERE is_there) OVER (PARTITION BY session_id, class_id ORDER BY id) AS class_rank
             FROM (
                 SELECT *, state IN ('registered', 'attended', 'recorded', 'confirmed') AS is_there
                 FROM participation
                 WHERE district_id = $1 AND session_id = ANY (ARRAY(
                     SELECT DISTINCT session_id FROM participation WHERE district_id = $1 AND id = ANY($2)))
             ) q
         ) p
         JOIN session s ON s.id = p.session_id
         JOIN activity a ON a.id = p.activity_id
         JOIN organization o ON o.id = p.host_id
         WHERE p.id = ANY($2)",
    )
    .bind(district.0)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?)
}

/// Results with what the engine wants to know.
pub async fn result_facts(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<ResultFacts>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT r.id, r.person_id, r.school_id, r.class_id, r.grade, r.state, r.achieved_on, r.competition_id,
                c.kind, c.series, c.listed, r.contest_level, r.award, r.place, r.places_listed, r.work_id, r.team_position,
                r.team_size, r.tags
         FROM result r JOIN competition c ON c.id = r.competition_id
         WHERE r.district_id = $1 AND r.id = ANY($2)",
    )
    .bind(district.0)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?)
}

/// Ends what was known of these records, and adds what is known now.
pub async fn replace_records(tx: &mut Tx, ended: &[Uuid], records: Vec<NewRecord>, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE record SET known_until = $3 WHERE district_id = $1 AND record_id = ANY($2) AND known_until IS NULL",
    )
    .bind(district.0)
    .bind(ended)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    if records.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO record (district_id, id, record_id, source, person_id, school_id, class_id, grade, starts_at,
                             host_id, facts, known_from)
         SELECT $1, n.id, n.record_id, n.source, n.person_id, n.school_id, n.class_id, n.grade, n.starts_at, n.host_id,
                n.facts, $2
         FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::int[],
                     $10::timestamptz[], $11::uuid[], $12::jsonb[])
              AS n (id, record_id, source, person_id, school_id, class_id, grade, starts_at, host_id, facts)",
    )
    .bind(district.0)
    .bind(at)
    .bind(records.iter().map(|_| ids::new()).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.record_id).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.source).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.person_id).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.school_id).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.class_id).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.grade).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.starts_at).collect::<Vec<_>>())
    .bind(records.iter().map(|r| r.host_id).collect::<Vec<_>>())
    .bind(records.iter().map(|r| Json(&r.facts)).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The current records at a host.
pub async fn records_of_host(tx: &mut Tx, host: Uuid) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT record_id FROM record WHERE district_id = $1 AND host_id = $2 AND known_until IS NULL ORDER BY record_id",
    )
    .bind(district.0)
    .bind(host)
    .fetch_all(&mut **tx)
    .await?)
}

/// What is known now of these records.
pub async fn facts_of(tx: &mut Tx, records: &[Uuid]) -> Result<HashMap<Uuid, Record>> {
    let district = tx.district();
    let rows: Vec<(Uuid, Facts)> = sqlx::query_as(
        "SELECT record_id, facts FROM record WHERE district_id = $1 AND record_id = ANY($2) AND known_until IS NULL",
    )
    .bind(district.0)
    .bind(records)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|(id, facts)| (id, facts.0)).collect())
}

/// Holds the district's policies as they are; many may.
pub async fn lock_policies_shared(tx: &mut Tx) -> Result<()> {
    let district = tx.district().0.to_string();
    sqlx::query("SELECT pg_advisory_xact_lock_shared($1, hashtext($2))")
        .bind(POLICY_LOCKS)
        .bind(district)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Holds the district's policies to change them; waits for every transaction that books under them.
pub async fn lock_policies_exclusive(tx: &mut Tx) -> Result<()> {
    let district = tx.district().0.to_string();
    sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
        .bind(POLICY_LOCKS)
        .bind(district)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The policies that the district scores by.
pub async fn effective_policies(tx: &mut Tx) -> Result<Vec<EffectivePolicy>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT policy_id, policy_version_id FROM policy_adoption
         WHERE district_id = $1 AND state = 'effective' ORDER BY policy_id",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// The text of a published version.
pub async fn policy_document(tx: &mut Tx, version: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT document FROM policy_version WHERE id = $1")
        .bind(version)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Persons of the district after `after`, in order of id.
pub async fn persons_after(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT id FROM person WHERE district_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
    )
    .bind(district.0)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// Persons with the newest enrolment that had begun on the day, in order of id.
pub async fn persons(tx: &mut Tx, persons: &[Uuid], on: NaiveDate) -> Result<Vec<PersonRow>> {
    let each: Vec<(Uuid, Option<NaiveDate>)> = persons.iter().map(|id| (*id, Some(on))).collect();
    persons_on(tx, &each).await
}

/// The same, each on a day of its own; without a day with the newest enrolment of all.
pub async fn persons_on(tx: &mut Tx, persons: &[(Uuid, Option<NaiveDate>)]) -> Result<Vec<PersonRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id, p.version, p.kind, p.birth_date, p.tags, e.school_id, e.class_id, e.grade
         FROM unnest($2::uuid[], $3::date[]) AS n (id, on_day)
         JOIN person p ON p.district_id = $1 AND p.id = n.id
         LEFT JOIN LATERAL (
             SELECT school_id, class_id, grade FROM enrolment
             WHERE district_id = $1 AND person_id = p.id AND (n.on_day IS NULL OR valid_from <= n.on_day)
             ORDER BY valid_from DESC, id DESC LIMIT 1
         ) e ON true
         ORDER BY p.id",
    )
    .bind(district.0)
    .bind(persons.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(persons.iter().map(|(_, on)| *on).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// Locks persons against other scoring until the end of the transaction, in order of id. What is read of them after that
/// is what whoever held them before has left.
pub async fn lock_persons(tx: &mut Tx, persons: &[Uuid]) -> Result<()> {
    let district = tx.district();
    sqlx::query("SELECT FROM person WHERE district_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE")
        .bind(district.0)
        .bind(persons)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What is known now of the persons' records.
pub async fn current_records(tx: &mut Tx, persons: &[Uuid]) -> Result<Vec<RecordRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT record_id, person_id, school_id, class_id, grade, host_id, facts FROM record
         WHERE district_id = $1 AND person_id = ANY($2) AND known_until IS NULL",
    )
    .bind(district.0)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// What the persons' records earn under a policy, as stored.
pub async fn score_lines(tx: &mut Tx, policy_id: &str, persons: &[Uuid]) -> Result<Vec<ScoreLineRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT record_id, person_id, raw, counted, status, flagged, category, rule, school_id, class_id, grade,
                host_id, on_day, minutes, last_entry
         FROM score_line WHERE district_id = $1 AND policy_id = $2 AND person_id = ANY($3)",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// Open decisions on the persons' records.
pub async fn open_decisions(tx: &mut Tx, policy_id: &str, persons: &[Uuid]) -> Result<Vec<DecisionRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT record_id, person_id, rule, decision FROM soft_decision
         WHERE district_id = $1 AND policy_id = $2 AND person_id = ANY($3) AND revoked_at IS NULL",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds ledger entries.
pub async fn insert_entries(
    tx: &mut Tx,
    author: &Author,
    policy: &EffectivePolicy,
    entries: Vec<NewEntry>,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query(
        "INSERT INTO ledger_entry (district_id, id, policy_id, policy_version_id, person_id, record_id, amount, cause,
                                   reason, corrects, category, rule, school_id, class_id, grade, host_id, on_day,
                                   account_id, at)
         SELECT $1, n.id, $2, $3, n.person_id, n.record_id, n.amount, n.cause, n.reason, n.corrects, n.category, n.rule,
                n.school_id, n.class_id, n.grade, n.host_id, n.on_day, $4, $5
         FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::bigint[], $10::text[], $11::jsonb[], $12::uuid[],
                     $13::text[], $14::text[], $15::uuid[], $16::uuid[], $17::int[], $18::uuid[], $19::date[])
              AS n (id, person_id, record_id, amount, cause, reason, corrects, category, rule, school_id, class_id,
                    grade, host_id, on_day)",
    )
    .bind(district.0)
    .bind(&policy.policy_id)
    .bind(policy.policy_version_id)
    .bind(author.account_id)
    .bind(author.at)
    .bind(entries.iter().map(|e| e.id).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.person_id).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.record_id).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.amount).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.cause).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.reason.clone()).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.corrects).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.category.as_str()).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.rule.as_str()).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.school_id).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.class_id).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.grade).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.host_id).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.on_day).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts what records earn now.
pub async fn put_lines(tx: &mut Tx, policy_id: &str, lines: Vec<NewLine>) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query(
        "INSERT INTO score_line (district_id, policy_id, record_id, person_id, raw, counted, status, flagged, category,
                                 rule, school_id, class_id, grade, host_id, on_day, minutes, last_entry)
         SELECT $1, $2, n.*
         FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::text[], $8::bool[], $9::text[], $10::text[],
                     $11::uuid[], $12::uuid[], $13::int[], $14::uuid[], $15::date[], $16::int[], $17::uuid[]) AS n
         ON CONFLICT (district_id, policy_id, record_id) DO UPDATE
         SET raw = excluded.raw, counted = excluded.counted, status = excluded.status, flagged = excluded.flagged,
             category = excluded.category, rule = excluded.rule, school_id = excluded.school_id,
             class_id = excluded.class_id, grade = excluded.grade, host_id = excluded.host_id,
             on_day = excluded.on_day, minutes = excluded.minutes, last_entry = excluded.last_entry",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(lines.iter().map(|l| l.record_id).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.person_id).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.raw).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.counted).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.status).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.flagged).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.category.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.rule.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.school_id).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.class_id).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.grade).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.host_id).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.on_day).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.minutes).collect::<Vec<_>>())
    .bind(lines.iter().map(|l| l.last_entry).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes the lines of records that are no more; their entries stay.
pub async fn remove_lines(tx: &mut Tx, policy_id: &str, records: &[Uuid]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query("DELETE FROM score_line WHERE district_id = $1 AND policy_id = $2 AND record_id = ANY($3)")
        .bind(district.0)
        .bind(policy_id)
        .bind(records)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Puts persons' scores as they stand on a day.
pub async fn put_scores(
    tx: &mut Tx,
    policy: &EffectivePolicy,
    scores: Vec<NewScore>,
    at: DateTime<Utc>,
    stands_on: NaiveDate,
) -> Result<()> {
    if scores.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query(
        "INSERT INTO score (district_id, policy_id, policy_version_id, computed_at, stands_on, person_id, person_version,
                            eligible, total, measures, levels, outputs, requirements, flags)
         SELECT $1, $2, $3, $4, $5, n.*
         FROM unnest($6::uuid[], $7::bigint[], $8::bool[], $9::bigint[], $10::jsonb[], $11::jsonb[], $12::jsonb[],
                     $13::jsonb[], $14::int[]) AS n
         ON CONFLICT (district_id, policy_id, person_id) DO UPDATE
         SET policy_version_id = excluded.policy_version_id, computed_at = excluded.computed_at,
             stands_on = excluded.stands_on, person_version = excluded.person_version, eligible = excluded.eligible, total = excluded.total, measures = excluded.measures,
             levels = excluded.levels, outputs = excluded.outputs, requirements = excluded.requirements,
             flags = excluded.flags, version = score.version + 1",
    )
    .bind(district.0)
    .bind(&policy.policy_id)
    .bind(policy.policy_version_id)
    .bind(at)
    .bind(stands_on)
    .bind(scores.iter().map(|s| s.person_id).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.person_version).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.eligible).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.total).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.measures.clone()).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.levels.clone()).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.outputs.clone()).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.requirements.clone()).collect::<Vec<_>>())
    .bind(scores.iter().map(|s| s.flags).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
