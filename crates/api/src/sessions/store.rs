//! The SQL of sessions.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::places::QuotaView;
use super::{DoorMode, NewTimes, SessionStatus};
use crate::{
    activities::store::Activity,
    error::{ApiError, Result},
    former::{self, Shared},
    tenancy::Tx,
};

/// A row, with what its activity and host are called.
#[derive(Debug, Clone, FromRow)]
pub struct Session {
    /// Identity.
    pub id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// Its title.
    pub activity_title_zh: String,
    /// Its title in English.
    pub activity_title_en: String,
    /// What it is.
    pub kind: String,
    /// The lowest grade.
    pub grade_from: Option<i32>,
    /// The highest grade.
    pub grade_to: Option<i32>,
    /// How long it takes, as credit is counted.
    pub minutes: i32,
    /// Where it happens.
    pub district_id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The host's name.
    pub host_name_zh: String,
    /// The host's name in English.
    pub host_name_en: String,
    /// Code of the district where it happens.
    pub district_code: String,
    /// Name of the district.
    pub district_name_zh: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// How many guests.
    pub capacity: Option<i32>,
    /// What its door takes note of.
    pub door_mode: DoorMode,
    /// Whether it takes who was not registered.
    pub walk_ins: bool,
    /// When its places open.
    pub opens_at: Option<DateTime<Utc>>,
    /// When they are for all schools.
    pub to_all_at: Option<DateTime<Utc>>,
    /// Places that are kept for schools until then, by name of the school.
    pub quotas: Json<Vec<QuotaView>>,
    /// Whether it takes guests.
    pub status: SessionStatus,
    /// Why it was cancelled.
    pub reason: String,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Session {
    /// A session that has neither quotas nor an opening of its own.
    pub fn plain(id: Uuid, activity: &Activity, times: &NewTimes, now: DateTime<Utc>) -> Self {
        Self {
            id,
            activity_id: activity.id,
            activity_title_zh: activity.title_zh.clone(),
            activity_title_en: activity.title_en.clone(),
            kind: activity.kind.clone(),
            grade_from: activity.grade_from,
            grade_to: activity.grade_to,
            minutes: activity.minutes,
            district_id: activity.district_id,
            host_id: activity.host_id,
            host_name_zh: activity.host_name_zh.clone(),
            host_name_en: String::new(),
            district_code: String::new(),
            district_name_zh: String::new(),
            starts_at: times.starts_at,
            ends_at: times.ends_at,
            place: times.place.trim().to_owned(),
            capacity: times.capacity,
            door_mode: DoorMode::In,
            walk_ins: false,
            opens_at: None,
            to_all_at: None,
            quotas: Json(Vec::new()),
            status: SessionStatus::Open,
            reason: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// That happen in this district.
    pub district: Option<Uuid>,
    /// That happen in the district of this code.
    pub district_code: Option<&'f str>,
    /// Of activities of this kind.
    pub kind: Option<&'f str>,
    /// Whose activity's title or host's name holds this.
    pub q: Option<&'f str>,
    /// Where persons of these schools of the transaction's district are registered or took part.
    pub guests_of: Option<&'f [Uuid]>,
    /// The latest first.
    pub latest_first: bool,
    /// Of this host.
    pub host: Option<Uuid>,
    /// Of this activity.
    pub activity: Option<Uuid>,
    /// From this day on, in the time zone of the session's district.
    pub from: Option<NaiveDate>,
    /// Up to this day.
    pub to: Option<NaiveDate>,
    /// For this grade.
    pub grade: Option<i32>,
    /// In this status.
    pub status: Option<SessionStatus>,
    /// That take guests and have not ended at this moment, of activities and hosts that are open.
    pub open_at: Option<DateTime<Utc>>,
}

/// A session with what its activity, host and quotas say.
const SESSION: &str = "
    SELECT s.*, a.title_zh AS activity_title_zh, a.title_en AS activity_title_en, a.kind,
           lower(a.grades) AS grade_from, upper(a.grades) - 1 AS grade_to, a.minutes, o.name_zh AS host_name_zh,
           o.name_en AS host_name_en, d.code AS district_code, d.name_zh AS district_name_zh,
           coalesce((SELECT jsonb_agg(jsonb_build_object('school_id', q.school_id, 'school_name_zh', k.name_zh,
                                                         'school_name_en', k.name_en, 'places', q.places)
                                      ORDER BY k.name_zh, q.school_id)
                     FROM session_quota q JOIN organization k ON k.id = q.school_id
                     WHERE q.session_id = s.id), '[]') AS quotas
    FROM session s JOIN activity a ON a.id = s.activity_id JOIN organization o ON o.id = s.host_id
    JOIN district d ON d.id = s.district_id";

/// Plans the statements of this transaction for the filters at hand: a few days and all years are read differently.
pub async fn plan_anew(tx: &mut Tx) -> Result<()> {
    sqlx::query("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)").execute(&mut **tx).await?;
    Ok(())
}

/// Lists by beginning.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    after: Option<(DateTime<Utc>, Uuid)>,
    fetch: i64,
) -> Result<Vec<Session>> {
    let (after_time, after_id) = after.unzip();
    let (beyond, order) = if filter.latest_first { ("<", "DESC") } else { (">", "ASC") };
    let guests = if filter.guests_of.is_some() {
        "s.id IN (SELECT session_id FROM participation
                  WHERE district_id = $16 AND school_id = ANY($15) AND state NOT IN ('withdrawn', 'voided'))"
    } else {
        "$15::uuid[] IS NULL AND $16::uuid IS NOT NULL"
    };
    let sql = format!(
        "{SESSION}
         WHERE ($1::uuid IS NULL OR s.district_id = $1) AND ($2::uuid IS NULL OR s.host_id = $2)
           AND ($3::uuid IS NULL OR s.activity_id = $3)
           AND ($4::date IS NULL OR s.starts_at >= $4::timestamp AT TIME ZONE d.time_zone)
           AND ($5::date IS NULL OR s.starts_at < ($5::date + 1)::timestamp AT TIME ZONE d.time_zone)
           AND ($6::int IS NULL OR a.grades IS NULL OR a.grades @> $6)
           AND ($7::text IS NULL OR s.status = $7)
           AND ($8::timestamptz IS NULL
                OR (s.ends_at > $8 AND s.status = 'open' AND a.status = 'open' AND o.status = 'active'))
           AND ($9::timestamptz IS NULL OR (s.starts_at, s.id) {beyond} ($9, $10))
           AND ($12::text IS NULL OR d.code = $12) AND ($13::text IS NULL OR a.kind = $13)
           AND ($14::text IS NULL
                OR position(lower($14) IN lower(a.title_zh || ' ' || a.title_en || ' ' || o.name_zh || ' ' || o.name_en)) > 0)
           AND {guests}
         ORDER BY s.starts_at {order}, s.id {order} LIMIT $11"
    );
    let here = tx.district().0;
    Ok(sqlx::query_as::<_, Session>(sqlx::AssertSqlSafe(sql))
        .bind(filter.district)
        .bind(filter.host)
        .bind(filter.activity)
        .bind(filter.from)
        .bind(filter.to)
        .bind(filter.grade)
        .bind(filter.status)
        .bind(filter.open_at)
        .bind(after_time)
        .bind(after_id)
        .bind(fetch)
        .bind(filter.district_code)
        .bind(filter.kind)
        .bind(filter.q)
        .bind(filter.guests_of)
        .bind(here)
        .fetch_all(&mut **tx)
        .await?)
}

/// Finds one, whatever its district: what is on offer is shared.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Session>> {
    let sql = format!("{SESSION} WHERE s.id = $1");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut **tx).await?)
}

/// Loads one, whatever its district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Session> {
    find(tx, id).await?.ok_or_else(|| ApiError::not_found("session"))
}

/// Loads one of the transaction's district, to be changed.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Session> {
    // The statement that waits would read its quotas and its activity as they were before.
    sqlx::query("SELECT FROM session WHERE id = $1 AND district_id = $2 FOR NO KEY UPDATE")
        .bind(id)
        .bind(tx.district().0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("session"))?;
    load(tx, id).await
}

/// How many persons of a district are in a session, by state.
#[derive(Debug, Clone, FromRow)]
pub struct Count {
    /// The session.
    pub session_id: Uuid,
    /// Will come.
    pub registered: i64,
    /// Would come if a place became free.
    pub waitlisted: i64,
    /// Are or were there, says the door.
    pub attended: i64,
    /// Were there, says the school.
    pub recorded: i64,
    /// Were there, says the host.
    pub confirmed: i64,
    /// Did not come.
    pub absent: i64,
    /// Were rejected.
    pub rejected: i64,
}

/// Counts the persons of the transaction's district in these sessions; nothing for those without any.
pub async fn counts(tx: &mut Tx, sessions: &[Uuid]) -> Result<Vec<Count>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT session_id, count(*) FILTER (WHERE state = 'registered') AS registered,
                count(*) FILTER (WHERE state = 'waitlisted') AS waitlisted,
                count(*) FILTER (WHERE state = 'attended') AS attended,
                count(*) FILTER (WHERE state = 'recorded') AS recorded,
                count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
                count(*) FILTER (WHERE state = 'absent') AS absent,
                count(*) FILTER (WHERE state = 'rejected') AS rejected
         FROM participation WHERE district_id = $1 AND session_id = ANY($2) GROUP BY session_id",
    )
    .bind(district.0)
    .bind(sessions)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many persons of the transaction's district wait to be confirmed or are.
pub async fn taken_part(tx: &mut Tx, id: Uuid) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM participation
         WHERE district_id = $1 AND session_id = $2 AND state IN ('attended', 'recorded', 'confirmed')",
    )
    .bind(district.0)
    .bind(id)
    .fetch_one(&mut **tx)
    .await?)
}

/// Adds some.
pub async fn insert(tx: &mut Tx, rows: &[Session]) -> Result<()> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let activities: Vec<Uuid> = rows.iter().map(|row| row.activity_id).collect();
    let districts: Vec<Uuid> = rows.iter().map(|row| row.district_id).collect();
    let hosts: Vec<Uuid> = rows.iter().map(|row| row.host_id).collect();
    let starts: Vec<DateTime<Utc>> = rows.iter().map(|row| row.starts_at).collect();
    let ends: Vec<DateTime<Utc>> = rows.iter().map(|row| row.ends_at).collect();
    let places: Vec<&str> = rows.iter().map(|row| row.place.as_str()).collect();
    let capacities: Vec<Option<i32>> = rows.iter().map(|row| row.capacity).collect();
    let created: Vec<DateTime<Utc>> = rows.iter().map(|row| row.created_at).collect();
    sqlx::query(
        "INSERT INTO session (id, activity_id, district_id, host_id, starts_at, ends_at, place, capacity, created_at,
                              updated_at, door_mode, walk_ins, opens_at, to_all_at)
         SELECT n.id, n.activity, n.district, n.host, n.starts, n.ends, n.place, n.capacity, n.created, n.created,
                n.door_mode, n.walk_ins, n.opens_at, n.to_all_at
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::text[],
                     $8::int[], $9::timestamptz[], $10::text[], $11::boolean[], $12::timestamptz[], $13::timestamptz[])
              AS n (id, activity, district, host, starts, ends, place, capacity, created, door_mode, walk_ins, opens_at,
                    to_all_at)",
    )
    .bind(ids)
    .bind(activities)
    .bind(districts)
    .bind(hosts)
    .bind(starts)
    .bind(ends)
    .bind(places)
    .bind(capacities)
    .bind(created)
    .bind(rows.iter().map(|row| row.door_mode.word()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.walk_ins).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.opens_at).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.to_all_at).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    insert_quotas(tx, rows).await
}

async fn insert_quotas(tx: &mut Tx, rows: &[Session]) -> Result<()> {
    let quotas: Vec<_> = rows.iter().flat_map(|row| row.quotas.iter().map(|quota| (row.id, quota))).collect();
    if quotas.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO session_quota (session_id, school_id, places)
         SELECT n.session, n.school, n.places FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS n (session, school, places)",
    )
    .bind(quotas.iter().map(|(session, _)| *session).collect::<Vec<_>>())
    .bind(quotas.iter().map(|(_, quota)| quota.school_id).collect::<Vec<_>>())
    .bind(quotas.iter().map(|(_, quota)| quota.places).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives a session the quotas of its row.
pub async fn replace_quotas(tx: &mut Tx, row: &Session) -> Result<()> {
    sqlx::query("DELETE FROM session_quota WHERE session_id = $1").bind(row.id).execute(&mut **tx).await?;
    insert_quotas(tx, std::slice::from_ref(row)).await
}

/// Those of these organizations that are schools and open: id and names, by name.
pub async fn schools(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, String, String)>> {
    Ok(sqlx::query_as(
        "SELECT id, name_zh, name_en FROM organization
         WHERE id = ANY($1) AND kind IN ('school', 'kindergarten') AND status = 'active' ORDER BY name_zh, id",
    )
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?)
}

/// Places that are taken in sessions, by the guests of all districts.
pub async fn taken_in_all(tx: &mut Tx, sessions: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    if sessions.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as("SELECT session_id, taken FROM sessions_taken($1)").bind(sessions).fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().collect())
}

/// Writes the changed fields of one that is locked.
pub async fn update(tx: &mut Tx, row: &Session) -> Result<()> {
    former::keep_shared(tx, Shared::Session, &[row.id], row.updated_at).await?;
    sqlx::query(
        "UPDATE session SET starts_at = $2, ends_at = $3, place = $4, capacity = $5, status = $6, reason = $7,
                            version = $8, updated_at = $9, door_mode = $10, walk_ins = $11,
                            opens_at = $12, to_all_at = $13
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(row.starts_at)
    .bind(row.ends_at)
    .bind(&row.place)
    .bind(row.capacity)
    .bind(row.status)
    .bind(&row.reason)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.door_mode)
    .bind(row.walk_ins)
    .bind(row.opens_at)
    .bind(row.to_all_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
