//! SQL of participations. Every statement names the district.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::participation::{Confirmation, Entry, Extent, Participation, StateName};
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::{ApiError, Result};
use crate::ids;
use crate::organizations::OrganizationStatus;
use crate::tenancy::Tx;

/// A session with what recording and confirming need to know.
#[derive(Debug, FromRow)]
pub struct SessionRow {
    pub id: Uuid,
    pub activity_id: Uuid,
    pub host_id: Uuid,
    pub host_kind: String,
    pub host_status: OrganizationStatus,
    pub starts_at: DateTime<Utc>,
    pub status: String,
    pub grade_from: Option<i32>,
    pub grade_to: Option<i32>,
    /// The day in the time zone of the transaction's district.
    pub day: NaiveDate,
}

/// A person found by id or number, with the enrolment of a day.
#[derive(Debug, Clone, FromRow)]
pub struct Found {
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
}

/// A participation as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub id: Uuid,
    pub session_id: Uuid,
    pub activity_id: Uuid,
    pub host_id: Uuid,
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub state: String,
    pub minutes: Option<i32>,
    pub quantity: Option<i32>,
    pub source: String,
    pub reason: String,
    pub recorded_by: Uuid,
    pub recorded_at: DateTime<Utc>,
    pub confirmed_by: Option<Uuid>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// A participation with what lists show beside it.
#[derive(Debug, FromRow)]
pub struct Shown {
    #[sqlx(flatten)]
    pub row: Row,
    pub activity_title_zh: String,
    pub activity_title_en: String,
    pub kind: String,
    pub starts_at: DateTime<Utc>,
    pub planned_minutes: i32,
    pub host_name_zh: String,
    pub host_name_en: String,
    pub class_name: Option<String>,
    pub school_name_zh: Option<String>,
}

impl Row {
    /// The state with its data.
    pub fn participation(&self) -> Result<Participation> {
        let entry =
            Entry { recorded_by: self.recorded_by, extent: Extent { minutes: self.minutes, quantity: self.quantity } };
        let broken = || ApiError::internal(anyhow::anyhow!("participation {} has a state that cannot be", self.id));
        Ok(match StateName::from_word(&self.state).ok_or_else(broken)? {
            StateName::Registered => Participation::Registered(entry),
            StateName::Waitlisted => Participation::Waitlisted(entry),
            StateName::Withdrawn => Participation::Withdrawn(entry),
            StateName::Attended => Participation::Attended(entry),
            StateName::Absent => Participation::Absent(entry),
            StateName::Recorded => Participation::Recorded(entry),
            StateName::Rejected => Participation::Rejected(entry, self.reason.clone()),
            StateName::Voided => Participation::Voided(entry, self.reason.clone()),
            StateName::Confirmed => {
                let by = self.confirmed_by.ok_or_else(broken)?;
                let at = self.confirmed_at.ok_or_else(broken)?;
                Participation::Confirmed(entry, Confirmation { by, at })
            }
        })
    }
}

/// A participation to add.
#[derive(Debug)]
pub struct New {
    pub id: Uuid,
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub state: StateName,
    pub extent: Extent,
    pub source: &'static str,
}

/// A step that was taken: what to store, and what to remember.
#[derive(Debug)]
pub struct Taken {
    pub id: Uuid,
    pub from: StateName,
    pub to: Participation,
    pub reason: String,
}

/// One entry of a participation's history.
#[derive(Debug, FromRow)]
pub struct EventRow {
    pub from_state: Option<String>,
    pub to_state: String,
    pub minutes: Option<i32>,
    pub quantity: Option<i32>,
    pub reason: String,
    pub account_id: Uuid,
    pub account_name: Option<String>,
    pub at: DateTime<Utc>,
}

/// A session in which something waits for the host.
#[derive(Debug, FromRow)]
pub struct WaitingRow {
    pub session_id: Uuid,
    pub host_id: Uuid,
    pub activity_title_zh: String,
    pub activity_title_en: String,
    pub starts_at: DateTime<Utc>,
    pub waiting: i64,
    pub oldest_recorded_at: DateTime<Utc>,
}

/// Which participations to list; none of a filter means all.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    pub session: Option<Uuid>,
    pub person: Option<Uuid>,
    pub class: Option<Uuid>,
    pub school: Option<Uuid>,
    pub host: Option<Uuid>,
    /// In one of these states.
    pub states: Option<&'a [String]>,
    pub recorded_by: Option<Uuid>,
    /// Of sessions that begin at this moment or later, and before that one.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub newest_first: bool,
    /// What the caller may see: none for all of the district, else rows of these schools, hosts or persons.
    pub reach: Option<(&'a [Uuid], &'a [Uuid], &'a [Uuid])>,
    pub after: Option<Uuid>,
    pub fetch: i64,
}

/// A session, from the shared tables.
pub async fn session(tx: &mut Tx, id: Uuid) -> Result<SessionRow> {
    let district = tx.district();
    sqlx::query_as(
        "SELECT s.id, s.activity_id, s.host_id, o.kind AS host_kind, o.status AS host_status, s.starts_at, s.status,
                lower(a.grades) AS grade_from, upper(a.grades) - 1 AS grade_to,
                (s.starts_at AT TIME ZONE d.time_zone)::date AS day
         FROM session s
         JOIN activity a ON a.id = s.activity_id
         JOIN organization o ON o.id = s.host_id
         JOIN district d ON d.id = $2
         WHERE s.id = $1",
    )
    .bind(id)
    .bind(district.0)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("session"))
}

/// Active persons by id or number, each with the enrolment of `day`.
pub async fn find(tx: &mut Tx, ids: &[Uuid], numbers: &[String], day: NaiveDate) -> Result<Vec<Found>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id AS person_id, p.number, p.name, e.school_id, e.class_id, e.grade
         FROM person p
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_from <= $4
              AND (e.valid_to IS NULL OR e.valid_to >= $4)
         WHERE p.district_id = $1 AND (p.id = ANY($2) OR p.number = ANY($3))",
    )
    .bind(district.0)
    .bind(ids)
    .bind(numbers)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// The persons of a class on `day`, by number.
pub async fn class_members(tx: &mut Tx, class: Uuid, day: NaiveDate) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT e.person_id FROM enrolment e JOIN person p ON p.district_id = $1 AND p.id = e.person_id
         WHERE e.district_id = $1 AND e.class_id = $2 AND e.valid_from <= $3
           AND (e.valid_to IS NULL OR e.valid_to >= $3)
         ORDER BY p.number",
    )
    .bind(district.0)
    .bind(class)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// A participation with its person.
pub(super) const ROW: &str =
    "SELECT p.id, p.session_id, p.activity_id, p.host_id, p.person_id, n.number, n.name, p.school_id,
                          p.class_id, p.grade, p.state, p.minutes, p.quantity, p.source, p.reason, p.recorded_by,
                          p.recorded_at, p.confirmed_by, p.confirmed_at, p.version
                   FROM participation p JOIN person n ON n.district_id = $1 AND n.id = p.person_id";

/// The same with what lists show: what it was, when, where, in which class.
const SHOWN: &str = "SELECT p.id, p.session_id, p.activity_id, p.host_id, p.person_id, n.number, n.name, p.school_id,
                            p.class_id, p.grade, p.state, p.minutes, p.quantity, p.source, p.reason, p.recorded_by,
                            p.recorded_at, p.confirmed_by, p.confirmed_at, p.version,
                            a.title_zh AS activity_title_zh, a.title_en AS activity_title_en, a.kind, s.starts_at,
                            a.minutes AS planned_minutes, h.name_zh AS host_name_zh, h.name_en AS host_name_en,
                            c.name AS class_name, o.name_zh AS school_name_zh
                     FROM participation p JOIN person n ON n.district_id = $1 AND n.id = p.person_id
                     JOIN session s ON s.id = p.session_id
                     JOIN activity a ON a.id = p.activity_id
                     JOIN organization h ON h.id = p.host_id
                     LEFT JOIN class c ON c.district_id = $1 AND c.id = p.class_id
                     LEFT JOIN organization o ON o.id = p.school_id";

/// The participations of these persons in a session, locked, in order of id.
pub async fn lock_of_persons(tx: &mut Tx, session: Uuid, persons: &[Uuid]) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!(
        "{ROW} WHERE p.district_id = $1 AND p.session_id = $2 AND p.person_id = ANY($3) ORDER BY p.id FOR UPDATE OF p"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(session)
        .bind(persons)
        .fetch_all(&mut **tx)
        .await?)
}

/// The participations of a session that wait for the host, or are named, locked, in order of id.
pub async fn lock_of_session(tx: &mut Tx, session: Uuid, named: &[Uuid], all: bool) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!(
        "{ROW} WHERE p.district_id = $1 AND p.session_id = $2
           AND (p.id = ANY($3) OR ($4 AND p.state IN ('recorded', 'attended', 'registered')))
         ORDER BY p.id FOR UPDATE OF p"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(session)
        .bind(named)
        .bind(all)
        .fetch_all(&mut **tx)
        .await?)
}

/// The participations of persons in sessions, locked, in order of id.
pub async fn lock_pairs(tx: &mut Tx, sessions: &[Uuid], persons: &[Uuid]) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!(
        "{ROW} JOIN unnest($2::uuid[], $3::uuid[]) AS w (session_id, person_id)
               ON p.session_id = w.session_id AND p.person_id = w.person_id
         WHERE p.district_id = $1 ORDER BY p.id FOR UPDATE OF p"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(sessions)
        .bind(persons)
        .fetch_all(&mut **tx)
        .await?)
}

/// All participations of sessions.
pub async fn of_sessions(tx: &mut Tx, sessions: &[Uuid]) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!("{ROW} WHERE p.district_id = $1 AND p.session_id = ANY($2)");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(sessions).fetch_all(&mut **tx).await?)
}

/// Participations by id, locked, in order of id.
pub async fn lock_all(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!("{ROW} WHERE p.district_id = $1 AND p.id = ANY($2) ORDER BY p.id FOR UPDATE OF p");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(ids).fetch_all(&mut **tx).await?)
}

/// One participation, locked.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Row> {
    let district = tx.district();
    let sql = format!("{ROW} WHERE p.district_id = $1 AND p.id = $2 FOR UPDATE OF p");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("participation"))
}

/// One participation.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Row> {
    let district = tx.district();
    let sql = format!("{ROW} WHERE p.district_id = $1 AND p.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("participation"))
}

/// When a day begins by the clock of the district.
pub async fn begin_of(tx: &mut Tx, day: NaiveDate) -> Result<DateTime<Utc>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT $2::date::timestamp AT TIME ZONE time_zone FROM district WHERE id = $1")
        .bind(district.0)
        .bind(day)
        .fetch_one(&mut **tx)
        .await?)
}

/// Plans the statements of this transaction for the filters at hand: which index serves differs much.
pub async fn plan_anew(tx: &mut Tx) -> Result<()> {
    sqlx::query("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)").execute(&mut **tx).await?;
    Ok(())
}

/// A page of participations in order of id, or the newest first.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>) -> Result<Vec<Shown>> {
    let district = tx.district();
    let (beyond, order) = if filter.newest_first { ("<", "DESC") } else { (">", "ASC") };
    let sql = format!(
        "{SHOWN} WHERE p.district_id = $1
           AND ($2::uuid IS NULL OR p.session_id = $2) AND ($3::uuid IS NULL OR p.person_id = $3)
           AND ($4::uuid IS NULL OR p.class_id = $4) AND ($5::uuid IS NULL OR p.school_id = $5)
           AND ($6::uuid IS NULL OR p.host_id = $6) AND ($7::text[] IS NULL OR p.state = ANY($7))
           AND ($8 OR p.school_id = ANY($9) OR p.host_id = ANY($10) OR p.person_id = ANY($11))
           AND ($12::uuid IS NULL OR p.id {beyond} $12) AND ($14::uuid IS NULL OR p.recorded_by = $14)
           AND ($15::timestamptz IS NULL OR s.starts_at >= $15) AND ($16::timestamptz IS NULL OR s.starts_at < $16)
         ORDER BY p.id {order} LIMIT $13"
    );
    let (schools, hosts, persons) = filter.reach.unwrap_or_default();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(filter.session)
        .bind(filter.person)
        .bind(filter.class)
        .bind(filter.school)
        .bind(filter.host)
        .bind(filter.states)
        .bind(filter.reach.is_none())
        .bind(schools)
        .bind(hosts)
        .bind(persons)
        .bind(filter.after)
        .bind(filter.fetch)
        .bind(filter.recorded_by)
        .bind(filter.from)
        .bind(filter.to)
        .fetch_all(&mut **tx)
        .await?)
}

/// One participation with what lists show beside it.
pub async fn shown(tx: &mut Tx, id: Uuid) -> Result<Shown> {
    let district = tx.district();
    let sql = format!("{SHOWN} WHERE p.district_id = $1 AND p.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("participation"))
}

/// Sessions in which something waits for the host, that which has waited longest first.
pub async fn waiting(tx: &mut Tx, hosts: Option<&[Uuid]>, limit: i64) -> Result<Vec<WaitingRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT w.session_id, w.host_id, a.title_zh AS activity_title_zh, a.title_en AS activity_title_en, s.starts_at,
                w.waiting, w.oldest_recorded_at
         FROM (SELECT session_id, host_id, count(*) AS waiting, min(recorded_at) AS oldest_recorded_at
               FROM participation
               WHERE district_id = $1 AND state IN ('recorded', 'attended') AND ($2::uuid[] IS NULL OR host_id = ANY($2))
               GROUP BY session_id, host_id) w
         JOIN session s ON s.id = w.session_id
         JOIN activity a ON a.id = s.activity_id
         ORDER BY w.oldest_recorded_at, w.session_id LIMIT $3",
    )
    .bind(district.0)
    .bind(hosts)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// The history of a participation.
pub async fn events(tx: &mut Tx, id: Uuid) -> Result<Vec<EventRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT e.from_state, e.to_state, e.minutes, e.quantity, e.reason, e.account_id,
                a.display_name AS account_name, e.at
         FROM participation_event e LEFT JOIN account a ON a.id = e.account_id
         WHERE e.district_id = $1 AND e.participation_id = $2 ORDER BY e.id",
    )
    .bind(district.0)
    .bind(id)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds participations of a session; answers the ids of those that were added. A person who got one from somebody else
/// in between is left out.
pub async fn insert(tx: &mut Tx, session: &SessionRow, rows: &[New], by: Uuid, at: DateTime<Utc>) -> Result<Vec<Uuid>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let district = tx.district();
    let added: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO participation (district_id, id, session_id, activity_id, host_id, person_id, school_id, class_id,
                                    grade, state, minutes, quantity, source, recorded_by, recorded_at, updated_at)
         SELECT $1, n.id, $2, $3, $4, n.person_id, n.school_id, n.class_id, n.grade, n.state, n.minutes, n.quantity,
                n.source, $5, $6, $6
         FROM unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::int[], $12::text[], $13::int[], $14::int[],
                     $15::text[])
              AS n (id, person_id, school_id, class_id, grade, state, minutes, quantity, source)
         ON CONFLICT (district_id, session_id, person_id) DO NOTHING
         RETURNING id",
    )
    .bind(district.0)
    .bind(session.id)
    .bind(session.activity_id)
    .bind(session.host_id)
    .bind(by)
    .bind(at)
    .bind(rows.iter().map(|r| r.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.person_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.school_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.class_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.grade).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.state.word()).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.extent.minutes).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.extent.quantity).collect::<Vec<_>>())
    .bind(rows.iter().map(|r| r.source).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    let new: Vec<&New> = rows.iter().filter(|row| added.contains(&row.id)).collect();
    remember_new(tx, by, at, &new).await?;
    Ok(added)
}

/// Stores steps that were taken on locked rows, and remembers them, in one statement: the door does this for every guest.
pub async fn store_steps(tx: &mut Tx, taken: &[Taken], by: Uuid, at: DateTime<Utc>) -> Result<()> {
    if taken.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query(
        "WITH n AS (
             SELECT * FROM unnest($3::uuid[], $4::text[], $5::int[], $6::int[], $7::text[], $8::uuid[], $9::uuid[],
                                  $10::timestamptz[], $11::uuid[], $12::text[])
                           AS n (id, state, minutes, quantity, reason, recorded_by, confirmed_by, confirmed_at, event_id, from_state)
         ), stepped AS (
             UPDATE participation p
             SET state = n.state, minutes = n.minutes, quantity = n.quantity, reason = n.reason,
                 recorded_by = n.recorded_by, confirmed_by = n.confirmed_by, confirmed_at = n.confirmed_at,
                 version = p.version + 1, updated_at = $2
             FROM n WHERE p.district_id = $1 AND p.id = n.id
         )
         INSERT INTO participation_event (district_id, id, participation_id, from_state, to_state, minutes, quantity,
                                          reason, account_id, at)
         SELECT $1, n.event_id, n.id, n.from_state, n.state, n.minutes, n.quantity, n.reason, $13, $2 FROM n",
    )
    .bind(district.0)
    .bind(at)
    .bind(taken.iter().map(|t| t.id).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.to.state().word()).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.to.entry().extent.minutes).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.to.entry().extent.quantity).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.reason.as_str()).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.to.entry().recorded_by).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.to.confirmation().map(|c| c.by)).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.to.confirmation().map(|c| c.at)).collect::<Vec<_>>())
    .bind(taken.iter().map(|_| ids::new()).collect::<Vec<_>>())
    .bind(taken.iter().map(|t| t.from.word()).collect::<Vec<_>>())
    .bind(by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn remember_new(tx: &mut Tx, by: Uuid, at: DateTime<Utc>, new: &[&New]) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO participation_event (district_id, id, participation_id, from_state, to_state, minutes, quantity,
                                          reason, account_id, at)
         SELECT $1, n.id, n.participation_id, NULL, n.to_state, n.minutes, n.quantity, '', $2, $3
         FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::int[])
              AS n (id, participation_id, to_state, minutes, quantity)",
    )
    .bind(district.0)
    .bind(by)
    .bind(at)
    .bind(new.iter().map(|_| ids::new()).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.state.word()).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.extent.minutes).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.extent.quantity).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Participations of a session by id or by person, locked, in order of id.
pub async fn lock_named(tx: &mut Tx, session: Uuid, ids: &[Uuid], persons: &[Uuid]) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!(
        "{ROW} WHERE p.district_id = $1 AND p.session_id = $2 AND (p.id = ANY($3) OR p.person_id = ANY($4))
         ORDER BY p.id FOR UPDATE OF p"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(session)
        .bind(ids)
        .bind(persons)
        .fetch_all(&mut **tx)
        .await?)
}
