//! SQL that reads scores, ledgers, flags and decisions.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credential::badge::Rules;
use kepu_domain::person::PersonKind;
use kepu_domain::policy::SoftDecision;
use serde::Deserialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DecisionRow, PersonRow, RecordRow, person_kind};
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A person with name and newest enrolment.
#[derive(Debug, FromRow)]
pub struct NamedPerson {
    pub id: Uuid,
    pub kind: String,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
}

impl NamedPerson {
    /// Student or teacher.
    pub fn kind(&self) -> PersonKind {
        person_kind(&self.kind)
    }
}

/// The version by which a district scored at a moment.
#[derive(Debug, FromRow)]
pub struct VersionAt {
    pub policy_id: String,
    pub policy_version_id: Uuid,
    pub version: String,
    pub title_zh: String,
    pub title_en: String,
    pub illustrative: bool,
}

impl VersionAt {
    /// As badges tell of it.
    pub fn rules(&self) -> Rules<'_> {
        let Self { policy_version_id, version, title_zh, illustrative, .. } = self;
        Rules { id: *policy_version_id, version, title: title_zh, illustrative: *illustrative }
    }
}

/// What a record was, for people.
#[derive(Debug, FromRow)]
pub struct Context {
    pub record_id: Uuid,
    pub source: String,
    pub starts_at: DateTime<Utc>,
    pub title_zh: Option<String>,
    pub title_en: Option<String>,
    pub host_id: Option<Uuid>,
    pub host_name: Option<String>,
}

/// A score with the person's name.
#[derive(Debug, FromRow)]
pub struct ScoreRow {
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub policy_id: String,
    pub eligible: bool,
    pub total: i64,
    pub measures: Value,
    pub levels: Value,
    pub outputs: Value,
    pub requirements: Value,
    pub flags: i32,
    pub computed_at: DateTime<Utc>,
}

/// The order of scores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum ScoreSort {
    /// By number.
    #[default]
    #[serde(rename = "number")]
    Number,
    /// By number, the last first.
    #[serde(rename = "-number")]
    NumberDown,
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// By name, the last first.
    #[serde(rename = "-name")]
    NameDown,
    /// By total, the least first.
    #[serde(rename = "total")]
    Total,
    /// By total, the most first.
    #[serde(rename = "-total")]
    TotalDown,
}

/// Which scores to list.
#[derive(Debug)]
pub struct ScoreFilter<'a> {
    pub policy_id: &'a str,
    pub school: Option<Uuid>,
    pub classes: Option<Vec<Uuid>>,
    pub grade: Option<i32>,
    /// Schools and persons that the caller may see; nothing for all.
    pub reach: Option<(Vec<Uuid>, Vec<Uuid>)>,
    pub sort: ScoreSort,
    /// Total, name and number of the one after which to go on.
    pub after: Option<(i64, String, String)>,
    pub fetch: i64,
}

/// A ledger entry as stored.
#[derive(Debug, FromRow)]
pub struct EntryRow {
    pub id: Uuid,
    pub policy_id: String,
    pub policy_version_id: Uuid,
    pub record_id: Uuid,
    pub amount: i64,
    pub cause: String,
    pub reason: Value,
    pub corrects: Option<Uuid>,
    pub category: String,
    pub rule: String,
    pub on_day: NaiveDate,
    pub account_id: Uuid,
    pub at: DateTime<Utc>,
}

/// A flagged line.
#[derive(Debug, FromRow)]
pub struct FlagRow {
    pub policy_id: String,
    pub record_id: Uuid,
    pub person_id: Uuid,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub on_day: NaiveDate,
    pub counted: i64,
}

/// A decision as stored.
#[derive(Debug, FromRow)]
pub struct DecidedRow {
    pub id: Uuid,
    pub policy_id: String,
    pub rule: String,
    pub record_id: Uuid,
    pub person_id: Uuid,
    pub decision: String,
    pub reason: String,
    pub decided_by: Uuid,
    pub decided_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// One person with name and newest enrolment.
pub async fn named_person(tx: &mut Tx, id: Uuid) -> Result<Option<NamedPerson>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id, p.kind, p.number, p.name, e.school_id, e.class_id, e.grade
         FROM person p
         LEFT JOIN LATERAL (
             SELECT school_id, class_id, grade FROM enrolment
             WHERE district_id = $1 AND person_id = p.id ORDER BY valid_from DESC, id DESC LIMIT 1
         ) e ON true
         WHERE p.district_id = $1 AND p.id = $2",
    )
    .bind(district.0)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?)
}

/// One person with the newest enrolment that had begun on `day`.
pub async fn person_at(tx: &mut Tx, id: Uuid, day: NaiveDate) -> Result<PersonRow> {
    let district = tx.district();
    sqlx::query_as(
        "SELECT p.id, p.version, p.kind, p.birth_date, p.tags, e.school_id, e.class_id, e.grade
         FROM person p
         LEFT JOIN LATERAL (
             SELECT school_id, class_id, grade FROM enrolment
             WHERE district_id = $1 AND person_id = p.id AND valid_from <= $3 ORDER BY valid_from DESC, id DESC LIMIT 1
         ) e ON true
         WHERE p.district_id = $1 AND p.id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(day)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("person"))
}

/// What was known of a person's records at a moment.
pub async fn records_at(tx: &mut Tx, person: Uuid, at: DateTime<Utc>) -> Result<Vec<RecordRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT record_id, person_id, school_id, class_id, grade, host_id, facts FROM record
         WHERE district_id = $1 AND person_id = $2 AND known_from <= $3 AND (known_until IS NULL OR known_until > $3)",
    )
    .bind(district.0)
    .bind(person)
    .bind(at)
    .fetch_all(&mut **tx)
    .await?)
}

/// What was decided about a person's records at a moment.
pub async fn decisions_at(tx: &mut Tx, policy_id: &str, person: Uuid, at: DateTime<Utc>) -> Result<Vec<SoftDecision>> {
    let district = tx.district();
    let rows: Vec<DecisionRow> = sqlx::query_as(
        "SELECT record_id, person_id, rule, decision FROM soft_decision
         WHERE district_id = $1 AND policy_id = $2 AND person_id = $3 AND decided_at <= $4
           AND (revoked_at IS NULL OR revoked_at > $4)",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(person)
    .bind(at)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(DecisionRow::decision).collect())
}

/// The versions by which the district scored at a moment (`past`), or scores now.
pub async fn versions_at(
    tx: &mut Tx,
    policy_id: Option<&str>,
    at: DateTime<Utc>,
    past: bool,
) -> Result<Vec<VersionAt>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT a.policy_id, a.policy_version_id, v.version, v.title_zh, v.title_en, v.illustrative
         FROM policy_adoption a JOIN policy_version v ON v.id = a.policy_version_id
         WHERE a.district_id = $1 AND ($2::text IS NULL OR a.policy_id = $2)
           AND CASE WHEN $4 THEN a.state IN ('effective', 'superseded', 'ended') AND a.effective_at <= $3
                                 AND (a.superseded_at IS NULL OR a.superseded_at > $3)
                    ELSE a.state = 'effective' END
         ORDER BY a.policy_id",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(at)
    .bind(past)
    .fetch_all(&mut **tx)
    .await?)
}

/// What records were, for people.
pub async fn contexts(tx: &mut Tx, records: &[Uuid]) -> Result<Vec<Context>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id AS record_id, 'participation' AS source, s.starts_at, a.title_zh, a.title_en, p.host_id,
                o.name_zh AS host_name
         FROM participation p
         JOIN session s ON s.id = p.session_id
         JOIN activity a ON a.id = p.activity_id
         JOIN organization o ON o.id = p.host_id
         WHERE p.district_id = $1 AND p.id = ANY($2)
         UNION ALL
         SELECT r.id, 'result', (r.achieved_on + time '04:00') AT TIME ZONE 'UTC', c.name_zh, c.name_en, NULL, NULL
         FROM result r JOIN competition c ON c.id = r.competition_id
         WHERE r.district_id = $1 AND r.id = ANY($2)",
    )
    .bind(district.0)
    .bind(records)
    .fetch_all(&mut **tx)
    .await?)
}

/// A page of scores.
pub async fn scores(tx: &mut Tx, filter: &ScoreFilter<'_>) -> Result<Vec<ScoreRow>> {
    let district = tx.district();
    let (schools, persons) = filter.reach.clone().unwrap_or_default();
    let (key, given, order) = match filter.sort {
        ScoreSort::Number => ("p.number", "> $9", "p.number"),
        ScoreSort::NumberDown => ("p.number", "< $9", "p.number DESC"),
        ScoreSort::Name => ("(p.name, p.number)", "> ($11, $9)", "p.name, p.number"),
        ScoreSort::NameDown => ("(p.name, p.number)", "< ($11, $9)", "p.name DESC, p.number DESC"),
        ScoreSort::Total => ("(s.total, p.number)", "> ($12, $9)", "s.total, p.number"),
        ScoreSort::TotalDown => ("(s.total, p.number)", "< ($12, $9)", "s.total DESC, p.number DESC"),
    };
    let (total, name, number) = match filter.after.clone() {
        Some((total, name, number)) => (Some(total), Some(name), Some(number)),
        None => (None, None, None),
    };
    let sql = format!(
        "SELECT s.person_id, p.number, p.name, e.school_id, e.class_id, e.grade, s.policy_id, s.eligible, s.total,
                s.measures, s.levels, s.outputs, s.requirements, s.flags, s.computed_at
         FROM person p
         JOIN score s ON s.district_id = $1 AND s.policy_id = $2 AND s.person_id = p.id
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_to IS NULL
         WHERE p.district_id = $1
           AND ($3::uuid IS NULL OR e.school_id = $3) AND ($4::uuid[] IS NULL OR e.class_id = ANY($4))
           AND ($5::int IS NULL OR e.grade = $5)
           AND ($6 OR e.school_id = ANY($7) OR p.id = ANY($8))
           AND ($9::text IS NULL OR {key} {given}) AND ($11::text IS NULL OR $12::bigint IS NULL OR true)
         ORDER BY {order} LIMIT $10"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(filter.policy_id)
        .bind(filter.school)
        .bind(&filter.classes)
        .bind(filter.grade)
        .bind(filter.reach.is_none())
        .bind(schools)
        .bind(persons)
        .bind(number)
        .bind(filter.fetch)
        .bind(name)
        .bind(total)
        .fetch_all(&mut **tx)
        .await?)
}

/// A page of a person's ledger, first to last.
pub async fn entries(
    tx: &mut Tx,
    person: Uuid,
    policy_id: Option<&str>,
    record: Option<Uuid>,
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<EntryRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT id, policy_id, policy_version_id, record_id, amount, cause, reason, corrects, category, rule, on_day,
                account_id, at
         FROM ledger_entry
         WHERE district_id = $1 AND person_id = $2 AND ($3::text IS NULL OR policy_id = $3)
           AND ($4::uuid IS NULL OR record_id = $4) AND ($5::uuid IS NULL OR id > $5)
         ORDER BY id LIMIT $6",
    )
    .bind(district.0)
    .bind(person)
    .bind(policy_id)
    .bind(record)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// A page of flagged lines in order of record.
pub async fn flags(
    tx: &mut Tx,
    policy_id: Option<&str>,
    person: Option<Uuid>,
    schools: Option<&[Uuid]>,
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<FlagRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT l.policy_id, l.record_id, l.person_id, p.name, l.school_id, l.on_day, l.counted
         FROM score_line l JOIN person p ON p.district_id = $1 AND p.id = l.person_id
         WHERE l.district_id = $1 AND l.flagged AND ($2::text IS NULL OR l.policy_id = $2)
           AND ($3::uuid IS NULL OR l.person_id = $3) AND ($4::uuid[] IS NULL OR l.school_id = ANY($4))
           AND ($5::uuid IS NULL OR l.record_id > $5)
         ORDER BY l.record_id LIMIT $6",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(person)
    .bind(schools)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// The person of a record that is known now.
pub async fn person_of_record(tx: &mut Tx, record: Uuid) -> Result<Option<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT person_id FROM record WHERE district_id = $1 AND record_id = $2 AND known_until IS NULL",
    )
    .bind(district.0)
    .bind(record)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Puts a decision in the place of an open one on the same.
pub async fn put_decision(tx: &mut Tx, row: &DecidedRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE soft_decision SET revoked_at = $5
         WHERE district_id = $1 AND policy_id = $2 AND rule = $3 AND record_id = $4 AND revoked_at IS NULL",
    )
    .bind(district.0)
    .bind(&row.policy_id)
    .bind(&row.rule)
    .bind(row.record_id)
    .bind(row.decided_at)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO soft_decision (district_id, id, policy_id, rule, record_id, person_id, decision, reason, decided_by,
                                    decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.policy_id)
    .bind(&row.rule)
    .bind(row.record_id)
    .bind(row.person_id)
    .bind(&row.decision)
    .bind(&row.reason)
    .bind(row.decided_by)
    .bind(row.decided_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes an open decision back.
pub async fn revoke_decision(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<Option<DecidedRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "UPDATE soft_decision SET revoked_at = $3 WHERE district_id = $1 AND id = $2 AND revoked_at IS NULL
         RETURNING id, policy_id, rule, record_id, person_id, decision, reason, decided_by, decided_at, revoked_at",
    )
    .bind(district.0)
    .bind(id)
    .bind(at)
    .fetch_optional(&mut **tx)
    .await?)
}

/// A page of decisions, newest first.
pub async fn decisions(
    tx: &mut Tx,
    policy_id: Option<&str>,
    person: Option<Uuid>,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<DecidedRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT id, policy_id, rule, record_id, person_id, decision, reason, decided_by, decided_at, revoked_at
         FROM soft_decision
         WHERE district_id = $1 AND ($2::text IS NULL OR policy_id = $2) AND ($3::uuid IS NULL OR person_id = $3)
           AND ($4::uuid IS NULL OR id < $4)
         ORDER BY id DESC LIMIT $5",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(person)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}
