//! SQL of reports. Every statement names the district.

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::frame::{FIRST, LAST};
use crate::error::Result;
use crate::postgres::Db;
use crate::tenancy::Tx;

/// Whose records and enrolments are meant.
#[derive(Debug, Clone)]
pub struct Filter {
    pub policy_id: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub schools: Option<Vec<Uuid>>,
    pub class: Option<Uuid>,
    pub grade: Option<i32>,
    pub hosts: Option<Vec<Uuid>>,
}

impl Filter {
    /// Whether it leaves nothing out.
    pub fn is_open(&self) -> bool {
        let everywhere = self.schools.is_none() && self.class.is_none() && self.grade.is_none() && self.hosts.is_none();
        everywhere && self.from == FIRST && self.to == LAST
    }
}

/// Binds $1 to $8 in the order that all statements share.
macro_rules! filtered {
    ($sql:expr, $tx:expr, $filter:expr) => {
        sqlx::query_as($sql)
            .bind($tx.district().0)
            .bind(&$filter.policy_id)
            .bind($filter.from)
            .bind($filter.to)
            .bind(&$filter.schools)
            .bind($filter.class)
            .bind($filter.grade)
            .bind(&$filter.hosts)
    };
}

pub use super::credit_sums::{Sum, Wanted, bands, cells as credit_cells, standing};
pub use super::details::{Lines, PersonSum, RecordLine, Whom, persons, records};
pub use super::sums::{Cell, EnrolledSum, cells, enrolled, requirements_now, result_sums};
pub(super) use filtered;

/// Where a report is.
#[derive(Debug, FromRow)]
pub struct Place {
    pub district_zh: String,
    pub district_en: String,
    pub time_zone: String,
    pub school_id: Option<Uuid>,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
    pub class_name: Option<String>,
    pub class_school_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub host_zh: Option<String>,
    pub host_en: Option<String>,
}

/// A name of a school, host or class.
#[derive(Debug, FromRow)]
pub struct NameRow {
    pub id: Uuid,
    pub zh: String,
    pub en: String,
    pub school_id: Option<Uuid>,
    pub grade: Option<i32>,
}

/// One row of a host's report; of what, says `part`.
#[derive(Debug, FromRow)]
pub struct HostSum {
    pub part: String,
    pub id: Option<Uuid>,
    pub zh: Option<String>,
    pub en: Option<String>,
    pub sessions: i64,
    pub entered: i64,
    pub participants: i64,
    pub confirmed: i64,
    pub rejected: i64,
    pub waiting: i64,
    pub absent: i64,
    pub voided: i64,
    pub minutes: i64,
    pub credited: i64,
    pub credits: i64,
}

/// Schools with what is kept of them.
pub async fn attributes_of_schools(tx: &mut Tx) -> Result<Vec<(Uuid, Value)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT id, attributes FROM organization WHERE district_id = $1 AND kind IN ('school', 'kindergarten')",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// Gives the statements of a report room to hash what a large district has, plans them for the filters at hand, and
/// leaves out compiling, which takes longer than they do.
pub async fn prepare(tx: &mut Tx) -> Result<()> {
    sqlx::query(
        "SELECT set_config('work_mem', '64MB', true), set_config('hash_mem_multiplier', '2', true),
                set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)",
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Another transaction of the same moment, prepared too, if a connection is free.
pub async fn beside(db: &Db, tx: &mut Tx) -> Result<Option<Tx>> {
    let Some(mut other) = db.beside(tx).await? else { return Ok(None) };
    prepare(&mut other).await?;
    Ok(Some(other))
}

/// The district with the school, class and host that are asked for. Schools and classes are the district's own; a host
/// may be of another.
pub async fn place(tx: &mut Tx, school: Option<Uuid>, class: Option<Uuid>, host: Option<Uuid>) -> Result<Place> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT d.name_zh AS district_zh, d.name_en AS district_en, d.time_zone,
                s.id AS school_id, s.name_zh AS school_zh, s.name_en AS school_en,
                c.name AS class_name, c.school_id AS class_school_id,
                h.id AS host_id, h.name_zh AS host_zh, h.name_en AS host_en
         FROM district d
         LEFT JOIN class c ON c.district_id = d.id AND c.id = $3
         LEFT JOIN organization s ON s.id = coalesce($2, c.school_id) AND s.district_id = d.id
                                 AND s.kind IN ('school', 'kindergarten')
         LEFT JOIN organization h ON h.id = $4
         WHERE d.id = $1",
    )
    .bind(district.0)
    .bind(school)
    .bind(class)
    .bind(host)
    .fetch_one(&mut **tx)
    .await?)
}

/// Names of organizations and classes, by id.
pub async fn names(tx: &mut Tx, organizations: &[Uuid], classes: &[Uuid]) -> Result<Vec<NameRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT id, name_zh AS zh, name_en AS en, NULL::uuid AS school_id, NULL::int AS grade
         FROM organization WHERE id = ANY($2)
         UNION ALL
         SELECT id, name, '', school_id, grade FROM class WHERE district_id = $1 AND id = ANY($3)",
    )
    .bind(district.0)
    .bind(organizations)
    .bind(classes)
    .fetch_all(&mut **tx)
    .await?)
}

/// What happened at hosts: in all, by host, and by the school that took part. Without a host, all those of the district and
/// those at which somebody of it had a place.
pub async fn host_summary(tx: &mut Tx, filter: &Filter) -> Result<Vec<HostSum>> {
    let query = filtered!(
        "WITH held AS MATERIALIZED (
             SELECT s.id, s.host_id FROM session s JOIN district d ON d.id = $1
             WHERE s.status <> 'cancelled' AND (s.starts_at AT TIME ZONE d.time_zone)::date BETWEEN $3 AND $4
               AND CASE WHEN $8::uuid[] IS NOT NULL THEN s.host_id = ANY($8)
                        ELSE s.district_id = $1 OR EXISTS (SELECT FROM participation p
                                                           WHERE p.district_id = $1 AND p.session_id = s.id) END
         ), entered AS (
             SELECT grouping(p.school_id, p.host_id) AS of, coalesce(p.school_id, p.host_id) AS id,
                    count(DISTINCT p.session_id) AS sessions, count(*) AS entered,
                    count(DISTINCT p.person_id) FILTER (WHERE p.state = 'confirmed') AS participants,
                    count(*) FILTER (WHERE p.state = 'confirmed') AS confirmed,
                    count(*) FILTER (WHERE p.state = 'rejected') AS rejected,
                    count(*) FILTER (WHERE p.state IN ('recorded', 'attended')) AS waiting,
                    count(*) FILTER (WHERE p.state = 'absent') AS absent,
                    count(*) FILTER (WHERE p.state = 'voided') AS voided,
                    coalesce(sum(p.minutes) FILTER (WHERE p.state = 'confirmed'), 0) AS minutes
             FROM held JOIN participation p ON p.district_id = $1 AND p.session_id = held.id
             WHERE ($5::uuid[] IS NULL OR p.school_id = ANY($5)) AND ($6::uuid IS NULL OR p.class_id = $6)
               AND ($7::int IS NULL OR p.grade = $7)
             GROUP BY GROUPING SETS ((), (p.school_id), (p.host_id))
         ), earned AS (
             SELECT grouping(school_id, host_id) AS of, coalesce(school_id, host_id) AS id,
                    count(*) FILTER (WHERE counted > 0) AS credited, coalesce(sum(counted), 0)::bigint AS credits
             FROM score_line
             WHERE district_id = $1 AND policy_id = $2 AND on_day BETWEEN $3 AND $4 AND host_id IS NOT NULL
               AND ($8::uuid[] IS NULL OR host_id = ANY($8))
               AND ($5::uuid[] IS NULL OR school_id = ANY($5)) AND ($6::uuid IS NULL OR class_id = $6)
               AND ($7::int IS NULL OR grade = $7)
             GROUP BY GROUPING SETS ((), (school_id), (host_id))
         ), told AS (
             SELECT of, id FROM entered UNION SELECT of, id FROM earned UNION SELECT 2, host_id FROM held
         )
         SELECT CASE t.of WHEN 3 THEN 'whole' WHEN 2 THEN 'host' ELSE 'school' END AS part, t.id, o.name_zh AS zh,
                o.name_en AS en,
                CASE t.of WHEN 3 THEN (SELECT count(*) FROM held)
                          WHEN 2 THEN (SELECT count(*) FROM held h WHERE h.host_id = t.id)
                          ELSE coalesce(e.sessions, 0) END AS sessions,
                coalesce(e.entered, 0) AS entered, coalesce(e.participants, 0) AS participants,
                coalesce(e.confirmed, 0) AS confirmed, coalesce(e.rejected, 0) AS rejected,
                coalesce(e.waiting, 0) AS waiting, coalesce(e.absent, 0) AS absent, coalesce(e.voided, 0) AS voided,
                coalesce(e.minutes, 0) AS minutes, coalesce(c.credited, 0) AS credited,
                coalesce(c.credits, 0) AS credits
         FROM told t
         LEFT JOIN entered e ON e.of = t.of AND e.id IS NOT DISTINCT FROM t.id
         LEFT JOIN earned c ON c.of = t.of AND c.id IS NOT DISTINCT FROM t.id
         LEFT JOIN organization o ON o.id = t.id
         ORDER BY t.of DESC, o.name_zh, t.id",
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}
