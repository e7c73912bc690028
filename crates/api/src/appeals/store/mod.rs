//! SQL of appeals. Every statement names the district.

mod lines;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::appeal::{Appeal, Line, Terms};
use kepu_domain::{competition, participation};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::error::{ApiError, OnConstraint, Result};
use crate::tenancy::Tx;

pub use lines::{LineRow, line, lines, school_of};

/// The words of `line_kind`.
pub const PARTICIPATION: &str = "participation";
/// See [`PARTICIPATION`].
pub const RESULT: &str = "result";

/// An appeal as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub id: Uuid,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub line_kind: String,
    pub line_id: Uuid,
    pub host_id: Option<Uuid>,
    pub standing: Json<Appeal>,
    pub version: i64,
}

/// An appeal with what is shown beside it.
#[derive(Debug, FromRow)]
pub struct Shown {
    #[sqlx(flatten)]
    pub row: Row,
    pub person_name: String,
    pub person_number: String,
    pub current_school_id: Option<Uuid>,
    pub school_name_zh: Option<String>,
    pub school_name_en: Option<String>,
    pub host_name_zh: Option<String>,
    pub host_name_en: Option<String>,
    pub filed_by_name: Option<String>,
    pub stated_by_name: Option<String>,
    pub decided_by_name: Option<String>,
    pub line_state: String,
    pub line_reason: String,
    pub title_zh: String,
    pub title_en: String,
    pub starts_at: Option<DateTime<Utc>>,
    pub achieved_on: Option<NaiveDate>,
    pub minutes: Option<i32>,
    pub planned_minutes: Option<i32>,
    pub quantity: Option<i32>,
    pub contest_level: Option<String>,
    pub award: Option<String>,
    pub place: Option<i32>,
}

/// Which appeals to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Open ones, closed ones, or all.
    pub open: Option<bool>,
    pub person: Option<Uuid>,
    pub host: Option<Uuid>,
    pub school: Option<Uuid>,
    pub line: Option<Uuid>,
    pub filed_by: Option<Uuid>,
    /// Those that wait for the host, or for the district, on a day.
    pub waits_for_host: Option<bool>,
    /// Those alone that are late.
    pub late: bool,
    pub today: NaiveDate,
    /// Schools, hosts, persons; none for all.
    pub reach: Option<(&'f [Uuid], &'f [Uuid], &'f [Uuid])>,
}

impl Row {
    /// Whether it is about a participation.
    pub fn is_participation(&self) -> bool {
        self.line_kind == PARTICIPATION
    }
}

/// What a line is in its state.
pub fn line_of(kind: &str, state: &str) -> Result<Line> {
    let line = match kind {
        PARTICIPATION => participation::StateName::from_word(state).map(Line::Participation),
        _ => competition::StateName::from_word(state).map(Line::Result),
    };
    line.ok_or_else(|| ApiError::internal(anyhow::anyhow!("a {kind} has the state {state}, which cannot be")))
}

const SHOWN: &str = "
    SELECT x.id, x.person_id, x.school_id, x.line_kind, x.line_id, x.host_id, x.standing, x.version,
           n.name AS person_name, n.number AS person_number, e.school_id AS current_school_id,
           o.name_zh AS school_name_zh, o.name_en AS school_name_en, h.name_zh AS host_name_zh, h.name_en AS host_name_en,
           f.display_name AS filed_by_name, t.display_name AS stated_by_name, d.display_name AS decided_by_name,
           coalesce(q.state, r.state, '') AS line_state, coalesce(q.reason, r.reason, '') AS line_reason,
           coalesce(a.title_zh, c.name_zh, '') AS title_zh, coalesce(a.title_en, c.name_en, '') AS title_en,
           s.starts_at, r.achieved_on, q.minutes, a.minutes AS planned_minutes, q.quantity,
           r.contest_level, r.award, r.place
    FROM appeal x
    JOIN person n ON n.district_id = $1 AND n.id = x.person_id
    LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = x.person_id AND e.valid_to IS NULL
    LEFT JOIN organization o ON o.id = x.school_id
    LEFT JOIN organization h ON h.id = x.host_id
    LEFT JOIN participation q ON q.district_id = $1 AND q.id = x.line_id AND x.line_kind = 'participation'
    LEFT JOIN session s ON s.id = q.session_id
    LEFT JOIN activity a ON a.id = q.activity_id
    LEFT JOIN result r ON r.district_id = $1 AND r.id = x.line_id AND x.line_kind = 'result'
    LEFT JOIN competition c ON c.id = r.competition_id
    LEFT JOIN account f ON f.id = x.filed_by
    LEFT JOIN account t ON t.id = (x.standing -> 'statement' -> 'act' ->> 'by')::uuid
    LEFT JOIN account d ON d.id = (x.standing -> 'decision' -> 'act' ->> 'by')::uuid
    WHERE x.district_id = $1";

/// The conditions of a filter, from `$2` to `$13`.
const FILTER: &str = "
    AND ($2::bool IS NULL OR (x.state IN ('filed', 'stated')) = $2)
    AND ($3::uuid IS NULL OR x.person_id = $3) AND ($4::uuid IS NULL OR x.host_id = $4)
    AND ($5::uuid IS NULL OR x.school_id = $5) AND ($6::uuid IS NULL OR x.line_id = $6)
    AND ($7::uuid IS NULL OR x.filed_by = $7)
    AND ($8::bool IS NULL OR x.state IN ('filed', 'stated')
             AND (x.state = 'filed' AND x.host_due IS NOT NULL AND x.host_due >= $10) = $8)
    AND (NOT $9 OR x.state IN ('filed', 'stated') AND x.due < $10)
    AND ($11::uuid[] IS NULL OR x.school_id = ANY($11) OR e.school_id = ANY($11) OR x.host_id = ANY($12)
             OR x.person_id = ANY($13))";

/// A page: what is open in the order in which it is due, all else the newest first.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    after: Option<(NaiveDate, Uuid)>,
    fetch: i64,
) -> Result<Vec<Shown>> {
    let district = tx.district();
    let order = if filter.open == Some(true) {
        "AND ($15::uuid IS NULL OR (x.due, x.id) > ($14::date, $15)) ORDER BY x.due, x.id"
    } else {
        "AND ($15::uuid IS NULL OR $14::date IS NULL OR x.id < $15) ORDER BY x.id DESC"
    };
    let sql = format!("{SHOWN} {FILTER} {order} LIMIT $16");
    let reach = filter.reach;
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(filter.open)
        .bind(filter.person)
        .bind(filter.host)
        .bind(filter.school)
        .bind(filter.line)
        .bind(filter.filed_by)
        .bind(filter.waits_for_host)
        .bind(filter.late)
        .bind(filter.today)
        .bind(reach.map(|reach| reach.0))
        .bind(reach.map(|reach| reach.1))
        .bind(reach.map(|reach| reach.2))
        .bind(after.map(|after| after.0))
        .bind(after.map(|after| after.1))
        .bind(fetch)
        .fetch_all(&mut **tx)
        .await?)
}

/// How many wait for hosts, for the district, and how many of these are late.
pub async fn count(tx: &mut Tx, filter: &Filter<'_>) -> Result<(i64, i64, i64)> {
    let district = tx.district();
    let sql = format!(
        "SELECT count(*) FILTER (WHERE x.state = 'filed' AND x.host_due IS NOT NULL AND x.host_due >= $10),
                count(*) FILTER (WHERE x.state = 'stated' OR x.host_due IS NULL OR x.host_due < $10),
                count(*) FILTER (WHERE x.due < $10)
         FROM appeal x
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = x.person_id AND e.valid_to IS NULL
         WHERE x.district_id = $1 {FILTER}"
    );
    let reach = filter.reach;
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(filter.open)
        .bind(filter.person)
        .bind(filter.host)
        .bind(filter.school)
        .bind(filter.line)
        .bind(filter.filed_by)
        .bind(filter.waits_for_host)
        .bind(filter.late)
        .bind(filter.today)
        .bind(reach.map(|reach| reach.0))
        .bind(reach.map(|reach| reach.1))
        .bind(reach.map(|reach| reach.2))
        .fetch_one(&mut **tx)
        .await?)
}

/// One with what is shown beside it.
pub async fn shown(tx: &mut Tx, id: Uuid) -> Result<Shown> {
    let district = tx.district();
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SHOWN} AND x.id = $2")))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("appeal"))
}

/// One, locked.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Row> {
    let district = tx.district();
    sqlx::query_as(
        "SELECT id, person_id, school_id, line_kind, line_id, host_id, standing, version FROM appeal
         WHERE district_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind(district.0)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("appeal"))
}

/// An appeal that was granted or declined, for who filed it.
#[derive(Debug, FromRow)]
pub struct AnsweredAppeal {
    /// The appeal.
    pub id: Uuid,
    /// The account that filed it.
    pub filed_by: Uuid,
    /// The day of the answer.
    pub on: NaiveDate,
    /// What was questioned.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
}

/// What was answered in the district of the transaction from a day on.
///
/// # Errors
/// If the database cannot be read.
pub async fn answered_since(tx: &mut Tx, since: NaiveDate) -> Result<Vec<AnsweredAppeal>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT x.id, x.filed_by, (x.standing -> 'decision' -> 'act' ->> 'on')::date AS \"on\",
                coalesce(a.title_zh, c.name_zh, '') AS title_zh, coalesce(a.title_en, c.name_en, '') AS title_en
         FROM appeal x
         LEFT JOIN participation q ON q.district_id = $1 AND q.id = x.line_id AND x.line_kind = 'participation'
         LEFT JOIN activity a ON a.id = q.activity_id
         LEFT JOIN result r ON r.district_id = $1 AND r.id = x.line_id AND x.line_kind = 'result'
         LEFT JOIN competition c ON c.id = r.competition_id
         WHERE x.district_id = $1 AND x.state IN ('granted', 'declined')
           AND (x.standing -> 'decision' -> 'act' ->> 'on')::date >= $2
         ORDER BY x.id",
    )
    .bind(district.0)
    .bind(since)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds one; refused if the line is questioned already.
pub async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let (district, appeal) = (tx.district(), &row.standing.0);
    let filing = appeal.filing();
    sqlx::query(
        "INSERT INTO appeal (district_id, id, person_id, school_id, line_kind, line_id, host_id, state, standing, filed_by,
                             filed_at, host_due, due)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.school_id)
    .bind(&row.line_kind)
    .bind(row.line_id)
    .bind(row.host_id)
    .bind(appeal.state().word())
    .bind(&row.standing)
    .bind(filing.act.by)
    .bind(filing.act.at)
    .bind(appeal.host_due())
    .bind(appeal.due())
    .execute(&mut **tx)
    .await
    .on_constraint("appeal_open_once", || {
        let detail = "This line is questioned already, and that appeal is open. Wait for its answer, or have it \
                      withdrawn by who filed it.";
        ApiError::conflict("appeal_open", detail)
    })?;
    Ok(())
}

/// Keeps how one stands.
pub async fn update(tx: &mut Tx, id: Uuid, appeal: &Appeal) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE appeal SET state = $3, standing = $4, due = $5, decided_at = $6, version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(appeal.state().word())
    .bind(Json(appeal))
    .bind(appeal.due())
    .bind(appeal.decision().map(|decision| decision.act.at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a record earns, or what was booked for it, by policy; in thousandths.
#[derive(Debug, FromRow)]
pub struct Earned {
    pub policy_id: String,
    pub raw: i64,
    pub counted: i64,
}

/// What a line earns now.
pub async fn earns(tx: &mut Tx, line: Uuid) -> Result<Vec<Earned>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT policy_id, raw, counted FROM score_line WHERE district_id = $1 AND record_id = $2 ORDER BY policy_id",
    )
    .bind(district.0)
    .bind(line)
    .fetch_all(&mut **tx)
    .await?)
}

/// What was booked for a line because an appeal was granted at this moment.
pub async fn booked(tx: &mut Tx, line: Uuid, at: DateTime<Utc>) -> Result<Vec<(String, i64)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT policy_id, sum(amount)::bigint FROM ledger_entry
         WHERE district_id = $1 AND record_id = $2 AND cause = 'appeal' AND at = $3
         GROUP BY policy_id ORDER BY policy_id",
    )
    .bind(district.0)
    .bind(line)
    .bind(at)
    .fetch_all(&mut **tx)
    .await?)
}

/// What a person has, by policy.
pub async fn totals(tx: &mut Tx, person: Uuid) -> Result<Vec<(String, i64)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT policy_id, total FROM score WHERE district_id = $1 AND person_id = $2 ORDER BY policy_id",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// The days that the district wants, with their version.
pub async fn terms(tx: &mut Tx) -> Result<(Terms, i64)> {
    let district = tx.district();
    let row: Option<(i32, i32, i32, i64)> =
        sqlx::query_as("SELECT host_days, district_days, file_days, version FROM appeal_terms WHERE district_id = $1")
            .bind(district.0)
            .fetch_optional(&mut **tx)
            .await?;
    let Some((host, for_district, file, version)) = row else { return Ok((Terms::default(), 1)) };
    let days = |stored: i32| u32::try_from(stored).map_err(ApiError::internal);
    let terms = Terms { host_days: days(host)?, district_days: days(for_district)?, file_days: days(file)? };
    Ok((terms, version))
}

/// Sets the days, if they are still as they were read.
pub async fn set_terms(tx: &mut Tx, terms: &Terms, read: i64) -> Result<bool> {
    let district = tx.district();
    let days = |given: u32| i32::try_from(given).map_err(ApiError::internal);
    let done = sqlx::query(
        "INSERT INTO appeal_terms AS t (district_id, host_days, district_days, file_days, version)
         VALUES ($1, $2, $3, $4, $5 + 1)
         ON CONFLICT (district_id) DO UPDATE
         SET host_days = $2, district_days = $3, file_days = $4, version = t.version + 1 WHERE t.version = $5",
    )
    .bind(district.0)
    .bind(days(terms.host_days)?)
    .bind(days(terms.district_days)?)
    .bind(days(terms.file_days)?)
    .bind(read)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every district with its name.
pub async fn districts(tx: &mut Tx) -> Result<Vec<(Uuid, String, String)>> {
    Ok(sqlx::query_as("SELECT id, name_zh, name_en FROM district ORDER BY id").fetch_all(&mut **tx).await?)
}
