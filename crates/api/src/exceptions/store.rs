//! SQL of exceptions.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::exception::{Attendance, Decision, Found, HostSchool, Key, Kind, ResultFacts, Standing};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{read::ExceptionLine, rules::ExceptionRules};
use crate::{
    error::{ApiError, Result},
    former::{self, Own},
    tenancy::Tx,
};

/// What a district wants to look at, and up to where it was looked.
#[derive(Debug, FromRow)]
pub struct RulesRow {
    rules: Option<Json<ExceptionRules>>,
    /// The last step that was seen.
    pub looked_to: Option<Uuid>,
    /// When.
    pub looked_at: Option<DateTime<Utc>>,
    /// Counts changes of the rules.
    pub version: i64,
}

impl RulesRow {
    /// The rules, or what kepu proposes.
    pub fn rules(&self) -> ExceptionRules {
        self.rules.as_ref().map(|rules| rules.0.clone()).unwrap_or_default()
    }
}

/// The rules of the district; its row comes into being with the first look or change.
pub async fn rules(tx: &mut Tx) -> Result<RulesRow> {
    let district = tx.district();
    let row = sqlx::query_as("SELECT rules, looked_to, looked_at, version FROM exception_rules WHERE district_id = $1")
        .bind(district.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.unwrap_or(RulesRow { rules: None, looked_to: None, looked_at: None, version: 0 }))
}

/// The same, locked: one looks at a time.
pub async fn lock_rules(tx: &mut Tx) -> Result<RulesRow> {
    let district = tx.district();
    sqlx::query("INSERT INTO exception_rules (district_id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING")
        .bind(district.0)
        .execute(&mut **tx)
        .await?;
    Ok(sqlx::query_as(
        "SELECT rules, looked_to, looked_at, version FROM exception_rules WHERE district_id = $1 FOR UPDATE",
    )
    .bind(district.0)
    .fetch_one(&mut **tx)
    .await?)
}

/// Keeps new rules, if they still have this version. What was looked at by the old ones is looked at again.
pub async fn set_rules(tx: &mut Tx, rules: &ExceptionRules, version: i64, at: DateTime<Utc>) -> Result<bool> {
    let district = tx.district();
    former::keep_own(tx, Own::ExceptionRules, district.0, at).await?;
    let done = sqlx::query(
        "INSERT INTO exception_rules AS r (district_id, rules, version) VALUES ($1, $2, $3 + 1)
         ON CONFLICT (district_id) DO UPDATE
         SET rules = excluded.rules, version = excluded.version, looked_to = NULL WHERE r.version = $3",
    )
    .bind(district.0)
    .bind(Json(rules))
    .bind(version)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Remembers up to where it was looked.
pub async fn set_looked(tx: &mut Tx, to: Option<Uuid>, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE exception_rules SET looked_to = coalesce($2, looked_to), looked_at = $3 WHERE district_id = $1",
    )
    .bind(district.0)
    .bind(to)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The last step of a participation or result that there is.
pub async fn last_step(tx: &mut Tx) -> Result<Option<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT greatest((SELECT id FROM participation_event WHERE district_id = $1 ORDER BY id DESC LIMIT 1),
                         (SELECT id FROM result_event WHERE district_id = $1 ORDER BY id DESC LIMIT 1))",
    )
    .bind(district.0)
    .fetch_one(&mut **tx)
    .await?)
}

#[derive(FromRow)]
struct AttendanceRow {
    id: Uuid,
    person_id: Uuid,
    session_id: Uuid,
    host_id: Uuid,
    place: String,
    school_id: Option<Uuid>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    recorded_by: Uuid,
    recorded_at: DateTime<Utc>,
    recorded_on: NaiveDate,
    confirmed_by: Uuid,
    confirmed_at: DateTime<Utc>,
    confirmed_on: NaiveDate,
}

impl From<AttendanceRow> for Attendance {
    fn from(row: AttendanceRow) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            session: row.session_id,
            host: row.host_id,
            place: row.place,
            school: row.school_id,
            starts: row.starts_at,
            ends: row.ends_at,
            recorded_by: row.recorded_by,
            recorded: row.recorded_at,
            recorded_on: row.recorded_on,
            confirmed_by: row.confirmed_by,
            confirmed: row.confirmed_at,
            confirmed_on: row.confirmed_on,
        }
    }
}

/// What was confirmed by steps from this one on and not before this moment, what these records say, and what the same
/// persons did at the same time.
pub async fn attendances(
    tx: &mut Tx,
    from: Uuid,
    not_before: DateTime<Utc>,
    records: &[Uuid],
) -> Result<Vec<Attendance>> {
    let district = tx.district();
    let rows: Vec<AttendanceRow> = sqlx::query_as(
        "WITH asked AS (
             SELECT participation_id AS id FROM participation_event
             WHERE district_id = $1 AND id >= $2 AND to_state = 'confirmed'
             UNION SELECT unnest($4::uuid[])
         ), seen AS (
             SELECT p.id, p.person_id, s.starts_at, s.ends_at
             FROM asked JOIN participation p ON p.district_id = $1 AND p.id = asked.id
             JOIN session s ON s.id = p.session_id
             WHERE p.state = 'confirmed' AND (p.confirmed_at >= $3 OR p.id = ANY($4))
         ), wanted AS (
             SELECT id FROM seen
             UNION
             SELECT q.id FROM seen JOIN participation q ON q.district_id = $1 AND q.person_id = seen.person_id
             JOIN session t ON t.id = q.session_id
             WHERE q.state = 'confirmed' AND t.starts_at < seen.ends_at AND seen.starts_at < t.ends_at
         )
         SELECT p.id, p.person_id, p.session_id, p.host_id, s.place, p.school_id, s.starts_at, s.ends_at,
                p.recorded_by, p.recorded_at, (p.recorded_at AT TIME ZONE d.time_zone)::date AS recorded_on,
                p.confirmed_by, p.confirmed_at, (p.confirmed_at AT TIME ZONE d.time_zone)::date AS confirmed_on
         FROM wanted JOIN participation p ON p.district_id = $1 AND p.id = wanted.id
         JOIN session s ON s.id = p.session_id JOIN district d ON d.id = $1",
    )
    .bind(district.0)
    .bind(from)
    .bind(not_before)
    .bind(records)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Attendance::from).collect())
}

/// Results that wait: those with a step from this one on, and these. One for each achievement. What an official verified
/// was looked at.
pub async fn results(tx: &mut Tx, from: Uuid, records: &[Uuid]) -> Result<Vec<ResultFacts>> {
    let district = tx.district();
    let rows: Vec<(Uuid, Uuid, Option<Uuid>, NaiveDate, bool)> = sqlx::query_as(
        "SELECT DISTINCT ON (coalesce(r.team_id, r.id)) r.id, r.person_id, r.school_id, r.achieved_on, c.listed
         FROM result r JOIN competition c ON c.id = r.competition_id
         WHERE r.district_id = $1 AND r.state = 'submitted' AND r.id IN (
             SELECT result_id FROM result_event WHERE district_id = $1 AND id >= $2 UNION SELECT unnest($3::uuid[]))
         ORDER BY coalesce(r.team_id, r.id), r.id",
    )
    .bind(district.0)
    .bind(from)
    .bind(records)
    .fetch_all(&mut **tx)
    .await?;
    let facts = |(id, person, school, achieved_on, listed)| ResultFacts { id, person, school, achieved_on, listed };
    Ok(rows.into_iter().map(facts).collect())
}

/// Confirmed person-times by host and school, of sessions since this moment.
pub async fn shares(tx: &mut Tx, since: DateTime<Utc>) -> Result<Vec<HostSchool>> {
    let district = tx.district();
    let rows: Vec<(Uuid, Uuid, i64)> = sqlx::query_as(
        "SELECT p.host_id, p.school_id, count(*) FROM participation p JOIN session s ON s.id = p.session_id
         WHERE p.district_id = $1 AND p.state = 'confirmed' AND p.school_id IS NOT NULL AND s.starts_at >= $2
           AND p.host_id <> p.school_id
         GROUP BY p.host_id, p.school_id",
    )
    .bind(district.0)
    .bind(since)
    .fetch_all(&mut **tx)
    .await?;
    let share = |(host, school, times)| HostSchool { host, school, person_times: u64::try_from(times).unwrap_or(0) };
    Ok(rows.into_iter().map(share).collect())
}

/// Results that wait untouched since this moment, with evidence, of a contest on a published list, about which nothing is
/// open or was upheld.
pub async fn unexceptional_results(tx: &mut Tx, untouched_since: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT r.id FROM result r JOIN competition c ON c.id = r.competition_id
         WHERE r.district_id = $1 AND r.state = 'submitted' AND c.listed AND r.updated_at <= $3
           AND EXISTS (SELECT FROM evidence v WHERE v.district_id = $1 AND v.removed_at IS NULL
                         AND v.result_id = coalesce(r.team_id, r.id))
           AND NOT EXISTS (SELECT FROM exception x WHERE x.district_id = $1 AND x.kind = 'unlisted_result'
                             AND x.state IN ('open', 'upheld') AND x.subject_id = r.id)
         ORDER BY r.id LIMIT $2",
    )
    .bind(district.0)
    .bind(most)
    .bind(untouched_since)
    .fetch_all(&mut **tx)
    .await?)
}

/// An exception.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub id: Uuid,
    pub kind: String,
    pub subject_id: Uuid,
    pub other_id: Option<Uuid>,
    pub on_day: NaiveDate,
    pub person_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub school_id: Option<Uuid>,
    pub records: Vec<Uuid>,
    pub measure: i32,
    pub state: String,
    pub remark: String,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Since when it waits: when it was found, or found again after it had been decided or had gone.
    pub found_at: DateTime<Utc>,
    /// When it was found for the first time.
    pub first_found_at: DateTime<Utc>,
    pub version: i64,
}

impl Row {
    /// Which one it is.
    pub fn key(&self) -> Result<Key> {
        let kind = Kind::from_word(&self.kind).ok_or_else(|| self.broken())?;
        Ok(Key { kind, subject: self.subject_id, other: self.other_id, on: self.on_day })
    }

    /// How it stands.
    pub fn standing(&self) -> Result<Standing> {
        let decision = || {
            let (by, at) = self.decided_by.zip(self.decided_at).ok_or_else(|| self.broken())?;
            Ok::<_, ApiError>(Decision { by, at, remark: self.remark.clone() })
        };
        Ok(match self.state.as_str() {
            "open" => Standing::Open,
            "gone" => Standing::Gone,
            "cleared" => Standing::Cleared(decision()?),
            "upheld" => Standing::Upheld(decision()?),
            _ => return Err(self.broken()),
        })
    }

    fn broken(&self) -> ApiError {
        ApiError::internal(anyhow::anyhow!("exception {} has a state that cannot be", self.id))
    }
}

/// Those that are open, and those of these keys, locked in order of id.
pub async fn lock_known(tx: &mut Tx, found: &[Found]) -> Result<Vec<Row>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT x.* FROM exception x
         WHERE x.district_id = $1 AND (x.state = 'open' OR (x.kind, x.subject_id, x.on_day) IN (
             SELECT * FROM unnest($2::text[], $3::uuid[], $4::date[])))
         ORDER BY x.id FOR UPDATE",
    )
    .bind(district.0)
    .bind(found.iter().map(|one| one.key.kind.word()).collect::<Vec<_>>())
    .bind(found.iter().map(|one| one.key.subject).collect::<Vec<_>>())
    .bind(found.iter().map(|one| one.key.on).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// The records of what is open: participations and results alike.
pub async fn open_records(tx: &mut Tx) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT DISTINCT unnest(records) FROM exception WHERE district_id = $1 AND state = 'open'")
        .bind(district.0)
        .fetch_all(&mut **tx)
        .await?)
}

/// Adds what was found.
pub async fn insert(tx: &mut Tx, id: Uuid, found: &Found, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO exception (district_id, id, kind, subject_id, other_id, on_day, person_id, host_id, school_id,
                                records, measure, state, found_at, first_found_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $12)",
    )
    .bind(district.0)
    .bind(id)
    .bind(found.key.kind.word())
    .bind(found.key.subject)
    .bind(found.key.other)
    .bind(found.key.on)
    .bind(found.person)
    .bind(found.host)
    .bind(found.school)
    .bind(&found.records)
    .bind(i32::try_from(found.measure).unwrap_or(i32::MAX))
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps how one stands and what is in it. Found again, it waits anew from `again` on.
pub async fn update(
    tx: &mut Tx,
    id: Uuid,
    standing: &Standing,
    (records, measure): (&[Uuid], i32),
    at: DateTime<Utc>,
    again: Option<DateTime<Utc>>,
) -> Result<()> {
    let district = tx.district();
    former::keep_own(tx, Own::Exception, id, at).await?;
    let decision = standing.decision();
    sqlx::query(
        "UPDATE exception SET state = $3, remark = $4, decided_by = $5, decided_at = $6, records = $7, measure = $8,
                found_at = coalesce($9, found_at), version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(standing.word())
    .bind(decision.map_or("", |decision| decision.remark.as_str()))
    .bind(decision.map(|decision| decision.by))
    .bind(decision.map(|decision| decision.at))
    .bind(records)
    .bind(measure)
    .bind(again)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One, locked.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Row> {
    let district = tx.district();
    sqlx::query_as("SELECT * FROM exception WHERE district_id = $1 AND id = $2 FOR UPDATE")
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("exception"))
}

/// An exception with the names that lists show.
#[derive(Debug, FromRow)]
pub struct Shown {
    #[sqlx(flatten)]
    pub row: Row,
    pub person_name: Option<String>,
    pub host_name_zh: Option<String>,
    pub host_name_en: Option<String>,
    pub school_name_zh: Option<String>,
    pub school_name_en: Option<String>,
    pub decided_by_name: Option<String>,
    /// How the account is called that confirmed a burst.
    pub account_name: Option<String>,
}

macro_rules! shown {
    ($tail:literal) => {
        concat!(
            "SELECT x.*, p.name AS person_name, h.name_zh AS host_name_zh, h.name_en AS host_name_en,
                    o.name_zh AS school_name_zh, o.name_en AS school_name_en, a.display_name AS decided_by_name,
                    b.display_name AS account_name
             FROM exception x
             LEFT JOIN person p ON p.district_id = $1 AND p.id = x.person_id
             LEFT JOIN organization h ON h.id = x.host_id
             LEFT JOIN organization o ON o.id = x.school_id
             LEFT JOIN account a ON a.id = x.decided_by
             LEFT JOIN account b ON b.id = CASE x.kind WHEN 'burst' THEN x.subject_id WHEN 'back_dated' THEN x.other_id END
             WHERE x.district_id = $1 ",
            $tail
        )
    };
}

/// Which exceptions.
#[derive(Debug)]
pub struct Filter<'f> {
    pub states: &'f [&'static str],
    pub kind: Option<&'static str>,
    pub host: Option<Uuid>,
    pub school: Option<Uuid>,
    /// Found on these days of the district.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Found before this moment.
    pub before: Option<DateTime<Utc>>,
}

/// The one that waits longest first.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    after: Option<(DateTime<Utc>, Uuid)>,
    fetch: i64,
) -> Result<Vec<Shown>> {
    let district = tx.district();
    Ok(sqlx::query_as(shown!(
        "AND x.state = ANY($2) AND ($3::text IS NULL OR x.kind = $3) AND ($4::uuid IS NULL OR x.host_id = $4)
           AND ($5::uuid IS NULL OR x.school_id = $5) AND ($6::timestamptz IS NULL OR (x.found_at, x.id) > ($6, $7))
           AND ($9::timestamptz IS NULL OR x.found_at < $9)
           AND (($10::date IS NULL AND $11::date IS NULL)
                OR (x.found_at AT TIME ZONE (SELECT time_zone FROM district WHERE id = $1))::date
                   BETWEEN coalesce($10, '-infinity') AND coalesce($11, 'infinity'))
         ORDER BY x.found_at, x.id LIMIT $8"
    ))
    .bind(district.0)
    .bind(filter.states)
    .bind(filter.kind)
    .bind(filter.host)
    .bind(filter.school)
    .bind(after.map(|(at, _)| at))
    .bind(after.map(|(_, id)| id))
    .bind(fetch)
    .bind(filter.before)
    .bind(filter.from)
    .bind(filter.to)
    .fetch_all(&mut **tx)
    .await?)
}

/// One with its names.
pub async fn shown(tx: &mut Tx, id: Uuid) -> Result<Shown> {
    let district = tx.district();
    sqlx::query_as(shown!("AND x.id = $2"))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("exception"))
}

/// What is open, by kind: how many, since when.
pub async fn open_by_kind(tx: &mut Tx, late_before: DateTime<Utc>) -> Result<Vec<(String, i64, i64, DateTime<Utc>)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT kind, count(*), count(*) FILTER (WHERE found_at < $2), min(found_at) FROM exception
         WHERE district_id = $1 AND state = 'open' GROUP BY kind ORDER BY kind",
    )
    .bind(district.0)
    .bind(late_before)
    .fetch_all(&mut **tx)
    .await?)
}

/// The records of these ids, in the order of their sessions.
pub async fn records(tx: &mut Tx, ids: &[Uuid], most: i64) -> Result<Vec<ExceptionLine>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id, p.person_id, n.name AS person_name, p.session_id, a.title_zh, a.title_en,
                h.name_zh AS host_name_zh, h.name_en AS host_name_en, s.place, s.starts_at, s.ends_at,
                r.display_name AS recorded_by_name, p.recorded_at, c.display_name AS decided_by_name,
                p.confirmed_at AS decided_at, p.state, p.version
         FROM participation p JOIN person n ON n.district_id = $1 AND n.id = p.person_id
         JOIN session s ON s.id = p.session_id JOIN activity a ON a.id = p.activity_id
         JOIN organization h ON h.id = p.host_id
         LEFT JOIN account r ON r.id = p.recorded_by LEFT JOIN account c ON c.id = p.confirmed_by
         WHERE p.district_id = $1 AND p.id = ANY($2)
         UNION ALL
         SELECT r.id, r.person_id, n.name, NULL, c.name_zh, c.name_en, '', '', '', NULL, NULL, s.display_name,
                r.submitted_at, d.display_name, r.decided_at, r.state, r.version
         FROM result r JOIN person n ON n.district_id = $1 AND n.id = r.person_id
         JOIN competition c ON c.id = r.competition_id
         LEFT JOIN account s ON s.id = r.submitted_by LEFT JOIN account d ON d.id = r.decided_by
         WHERE r.district_id = $1 AND r.id = ANY($2)
         ORDER BY starts_at, id LIMIT $3",
    )
    .bind(district.0)
    .bind(ids)
    .bind(most)
    .fetch_all(&mut **tx)
    .await?)
}
