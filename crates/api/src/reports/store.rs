//! SQL of reports. Every statement names the district.

use chrono::NaiveDate;
use futures::Stream;
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
pub use super::sums::{Cell, EnrolledSum, cells, enrolled, requirements_now, result_sums};
use super::sums::{cells_here, enrolled_here};
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

/// One row of a host's report: of one school, or of all.
#[derive(Debug, FromRow)]
pub struct HostSum {
    pub whole: bool,
    pub school_id: Option<Uuid>,
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

/// One person of a report.
#[derive(Debug, FromRow)]
pub struct PersonSum {
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
    pub class_id: Option<Uuid>,
    pub class_name: Option<String>,
    pub grade: Option<i32>,
    pub records: i64,
    pub credits: i64,
    pub by_category: Value,
    pub total: Option<i64>,
    pub eligible: Option<bool>,
    pub levels: Option<Value>,
    pub requirements: Option<Value>,
}

/// One record of a report.
#[derive(Debug, FromRow)]
pub struct RecordLine {
    pub record_id: Uuid,
    pub source: Option<String>,
    pub on_day: NaiveDate,
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
    pub class_id: Option<Uuid>,
    pub class_name: Option<String>,
    pub grade: Option<i32>,
    pub host_id: Option<Uuid>,
    pub host_zh: Option<String>,
    pub host_en: Option<String>,
    pub title_zh: Option<String>,
    pub title_en: Option<String>,
    pub rule: String,
    pub category: String,
    pub minutes: i32,
    pub raw: i64,
    pub counted: i64,
    pub status: String,
    pub flagged: bool,
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

/// What happened at a host, in all and by the schools that took part.
pub async fn host_summary(tx: &mut Tx, filter: &Filter) -> Result<Vec<HostSum>> {
    let query = filtered!(
        "WITH held AS MATERIALIZED (
             SELECT s.id FROM session s JOIN district d ON d.id = $1
             WHERE s.host_id = ANY($8) AND s.status <> 'cancelled'
               AND (s.starts_at AT TIME ZONE d.time_zone)::date BETWEEN $3 AND $4
         ), entered AS (
             SELECT p.school_id, count(DISTINCT p.session_id) AS sessions, count(*) AS entered,
                    count(DISTINCT p.person_id) FILTER (WHERE p.state = 'confirmed') AS participants,
                    count(*) FILTER (WHERE p.state = 'confirmed') AS confirmed,
                    count(*) FILTER (WHERE p.state = 'rejected') AS rejected,
                    count(*) FILTER (WHERE p.state IN ('recorded', 'attended')) AS waiting,
                    count(*) FILTER (WHERE p.state = 'absent') AS absent,
                    count(*) FILTER (WHERE p.state = 'voided') AS voided,
                    coalesce(sum(p.minutes) FILTER (WHERE p.state = 'confirmed'), 0) AS minutes,
                    grouping(p.school_id) = 1 AS whole
             FROM held JOIN participation p ON p.district_id = $1 AND p.session_id = held.id
             WHERE ($5::uuid[] IS NULL OR p.school_id = ANY($5)) AND ($6::uuid IS NULL OR p.class_id = $6)
               AND ($7::int IS NULL OR p.grade = $7)
             GROUP BY GROUPING SETS ((), (p.school_id))
         ), earned AS (
             SELECT school_id, count(*) FILTER (WHERE counted > 0) AS credited,
                    coalesce(sum(counted), 0)::bigint AS credits, grouping(school_id) = 1 AS whole
             FROM score_line
             WHERE district_id = $1 AND policy_id = $2 AND on_day BETWEEN $3 AND $4 AND host_id = ANY($8)
               AND ($5::uuid[] IS NULL OR school_id = ANY($5)) AND ($6::uuid IS NULL OR class_id = $6)
               AND ($7::int IS NULL OR grade = $7)
             GROUP BY GROUPING SETS ((), (school_id))
         )
         SELECT coalesce(e.whole, c.whole) AS whole, coalesce(e.school_id, c.school_id) AS school_id, o.name_zh AS zh,
                o.name_en AS en,
                CASE WHEN coalesce(e.whole, c.whole) THEN (SELECT count(*) FROM held) ELSE coalesce(e.sessions, 0) END
                    AS sessions,
                coalesce(e.entered, 0) AS entered, coalesce(e.participants, 0) AS participants,
                coalesce(e.confirmed, 0) AS confirmed, coalesce(e.rejected, 0) AS rejected,
                coalesce(e.waiting, 0) AS waiting, coalesce(e.absent, 0) AS absent, coalesce(e.voided, 0) AS voided,
                coalesce(e.minutes, 0) AS minutes, coalesce(c.credited, 0) AS credited,
                coalesce(c.credits, 0) AS credits
         FROM entered e
         FULL JOIN earned c
           ON c.whole = e.whole AND coalesce(c.school_id, '00000000-0000-0000-0000-000000000000')
                                  = coalesce(e.school_id, '00000000-0000-0000-0000-000000000000')
         LEFT JOIN organization o ON o.id = coalesce(e.school_id, c.school_id)
         ORDER BY 1 DESC, o.name_zh, 2",
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

macro_rules! person_sums {
    () => {
        "SELECT p.id AS person_id, p.number, p.name, e.school_id, o.name_zh AS school_zh, o.name_en AS school_en,
            e.class_id, c.name AS class_name, e.grade, coalesce(l.records, 0) AS records,
            coalesce(l.credits, 0) AS credits, coalesce(l.by_category, '{}') AS by_category, s.total, s.eligible,
            s.levels, s.requirements
     FROM chosen p
     LEFT JOIN LATERAL (
         SELECT school_id, class_id, grade FROM enrolment
         WHERE district_id = $1 AND person_id = p.id AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $3)
           AND ($5::uuid[] IS NULL OR school_id = ANY($5)) AND ($6::uuid IS NULL OR class_id = $6)
           AND ($7::int IS NULL OR grade = $7)
         ORDER BY valid_from DESC, id DESC LIMIT 1
     ) e ON true
     LEFT JOIN LATERAL (
         SELECT sum(g.records)::bigint AS records, sum(g.credits)::bigint AS credits,
                jsonb_object_agg(g.category, g.credits) FILTER (WHERE g.credits > 0) AS by_category
         FROM (
             SELECT category, count(*) AS records, sum(counted)::bigint AS credits FROM score_line
             WHERE district_id = $1 AND policy_id = $2 AND person_id = p.id AND on_day BETWEEN $3 AND $4
               AND ($5::uuid[] IS NULL OR school_id = ANY($5)) AND ($6::uuid IS NULL OR class_id = $6)
               AND ($7::int IS NULL OR grade = $7) AND ($8::uuid[] IS NULL OR host_id = ANY($8))
             GROUP BY category
         ) g
     ) l ON true
     LEFT JOIN score s ON s.district_id = $1 AND s.policy_id = $2 AND s.person_id = p.id
     LEFT JOIN organization o ON o.id = e.school_id
     LEFT JOIN class c ON c.district_id = $1 AND c.id = e.class_id
     ORDER BY p.number"
    };
}

/// Who meets every requirement that applies, or who does not, of those to whom one does.
macro_rules! as_met {
    () => {
        "($11::boolean IS NULL OR EXISTS (
             SELECT FROM score m
             WHERE m.district_id = $1 AND m.policy_id = $2 AND m.person_id = p.id AND m.eligible
               AND m.requirements <> '[]' AND $11 <> jsonb_path_exists(m.requirements, '$[*] ? (@.met == false)')
             OFFSET 0))"
    };
}

/// Where few of the district are meant, they are found first.
const FEW: &str = concat!(
    "WITH whom AS MATERIALIZED (
         SELECT person_id FROM enrolment e WHERE $8::uuid[] IS NULL AND ",
    enrolled_here!(),
    " UNION
         SELECT person_id FROM score_line WHERE ",
    cells_here!(),
    "
     ), chosen AS MATERIALIZED (
         SELECT p.id, p.number, p.name FROM whom JOIN person p ON p.district_id = $1 AND p.id = whom.person_id
         WHERE ($9::text IS NULL OR p.number > $9) AND ",
    as_met!(),
    "
         ORDER BY p.number LIMIT $10
     )
",
    person_sums!()
);

/// Where most of the district are meant, each is asked in turn until the page is full.
const MANY: &str = concat!(
    "WITH chosen AS MATERIALIZED (
         SELECT p.id, p.number, p.name FROM person p
         WHERE p.district_id = $1 AND ($9::text IS NULL OR p.number > $9)
           AND (EXISTS (SELECT FROM enrolment e WHERE e.person_id = p.id AND ",
    enrolled_here!(),
    " OFFSET 0)
                OR EXISTS (SELECT FROM score_line WHERE person_id = p.id AND ",
    cells_here!(),
    " OFFSET 0)) AND ",
    as_met!(),
    "
         ORDER BY p.number LIMIT $10
     )
",
    person_sums!()
);

/// Persons in order of number, after one of them; no more than `limit`, or all.
pub fn persons<'a>(
    tx: &'a mut Tx,
    filter: &'a Filter,
    met: Option<bool>,
    after: Option<String>,
    limit: Option<i64>,
) -> impl Stream<Item = sqlx::Result<PersonSum>> + Send + use<'a> {
    let many = filter.schools.is_none() && filter.class.is_none() && filter.hosts.is_none();
    filtered!(if many { MANY } else { FEW }, tx, filter).bind(after).bind(limit).bind(met).fetch(&mut **tx)
}

const RECORDS: &str = "SELECT l.record_id, CASE WHEN t.id IS NOT NULL THEN 'participation' WHEN r.id IS NOT NULL THEN 'result' END AS source,
            l.on_day, l.person_id, p.number, p.name, l.school_id, o.name_zh AS school_zh, o.name_en AS school_en,
            l.class_id, c.name AS class_name, l.grade, l.host_id, h.name_zh AS host_zh, h.name_en AS host_en,
            coalesce(a.title_zh, k.name_zh) AS title_zh, coalesce(a.title_en, k.name_en) AS title_en, l.rule,
            l.category, l.minutes, l.raw, l.counted, l.status, l.flagged
     FROM score_line l
     JOIN person p ON p.district_id = $1 AND p.id = l.person_id
     LEFT JOIN participation t ON t.district_id = $1 AND t.id = l.record_id
     LEFT JOIN activity a ON a.id = t.activity_id
     LEFT JOIN result r ON r.district_id = $1 AND r.id = l.record_id
     LEFT JOIN competition k ON k.id = r.competition_id
     LEFT JOIN organization o ON o.id = l.school_id
     LEFT JOIN organization h ON h.id = l.host_id
     LEFT JOIN class c ON c.district_id = $1 AND c.id = l.class_id
     WHERE l.district_id = $1 AND l.policy_id = $2 AND l.on_day BETWEEN $3 AND $4
       AND ($5::uuid[] IS NULL OR l.school_id = ANY($5)) AND ($6::uuid IS NULL OR l.class_id = $6)
       AND ($7::int IS NULL OR l.grade = $7) AND ($8::uuid[] IS NULL OR l.host_id = ANY($8))
       AND ($9::uuid IS NULL OR l.record_id > $9) AND ($11::text IS NULL OR l.status = $11)
     ORDER BY l.record_id LIMIT $10";

/// Records in order of entry, after one of them; no more than `limit`, or all.
pub fn records<'a>(
    tx: &'a mut Tx,
    filter: &'a Filter,
    status: Option<&'static str>,
    after: Option<Uuid>,
    limit: Option<i64>,
) -> impl Stream<Item = sqlx::Result<RecordLine>> + Send + use<'a> {
    filtered!(RECORDS, tx, filter).bind(after).bind(limit).bind(status).fetch(&mut **tx)
}
