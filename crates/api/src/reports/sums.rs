//! SQL of the overview: sums that are kept with the ledger. Every statement names the district.

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use super::overview::ResultFigures;
use super::store::{Filter, filtered};
use crate::error::Result;
use crate::tenancy::Tx;

/// The cells or lines of a filter.
macro_rules! cells_here {
    () => {
        "district_id = $1 AND policy_id = $2 AND on_day BETWEEN $3 AND $4
         AND ($5::uuid[] IS NULL OR school_id = ANY($5)) AND ($6::uuid IS NULL OR class_id = $6)
         AND ($7::int IS NULL OR grade = $7) AND ($8::uuid[] IS NULL OR host_id = ANY($8))"
    };
}

/// The enrolments `e` of a filter; what they have none of is named so that the statement knows its type.
macro_rules! enrolled_here {
    () => {
        "e.district_id = $1 AND e.valid_from <= $4 AND (e.valid_to IS NULL OR e.valid_to >= $3)
         AND ($5::uuid[] IS NULL OR e.school_id = ANY($5)) AND ($6::uuid IS NULL OR e.class_id = $6)
         AND ($7::int IS NULL OR e.grade = $7) AND $2::text IS NOT NULL AND ($8::uuid[] IS NULL OR true)"
    };
}

pub(super) use {cells_here, enrolled_here};

/// Sums over records; of what, says `part`.
#[derive(Debug, FromRow)]
pub struct Cell {
    pub part: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub host_id: Option<Uuid>,
    pub category: Option<String>,
    pub month: Option<NaiveDate>,
    pub records: i64,
    pub credits: i64,
    pub persons: i64,
    pub earners: i64,
}

/// Persons enrolled; where, says `part`.
#[derive(Debug, FromRow)]
pub struct EnrolledSum {
    pub part: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub persons: i64,
}

/// How a requirement stands.
#[derive(Debug, FromRow)]
pub struct RequirementSum {
    pub id: String,
    pub persons: i64,
    pub met: i64,
}

/// Sums by school, class, grade, host, category, month, and of all. Persons are counted as bits of their blocks; places
/// and the whole are made of the sums by class.
pub async fn cells(tx: &mut Tx, filter: &Filter, category: Option<&str>) -> Result<Vec<Cell>> {
    let query = filtered!(
        concat!(
            "WITH blocks AS MATERIALIZED (
             SELECT grouping(class_id, host_id, category, month) AS of, school_id, class_id, grade, host_id, category,
                    month, block, sum(records)::bigint AS records, sum(credits)::bigint AS credits,
                    bit_or(took) AS took, bit_or(earned) AS earned
             FROM (SELECT school_id, class_id, grade, host_id, category, date_trunc('month', on_day::timestamp)::date AS month,
                          block, records, credits, took, earned
                   FROM credit_cell WHERE ",
            cells_here!(),
            " AND ($9::text IS NULL OR category = $9)) cell
             GROUP BY GROUPING SETS ((class_id, school_id, grade, block), (host_id, block), (category, block),
                                     (month, block))
         ), places AS (
             SELECT 16 + grouping(school_id, class_id, grade) AS of, school_id, class_id, grade, block,
                    sum(records)::bigint AS records, sum(credits)::bigint AS credits, bit_or(took) AS took,
                    bit_or(earned) AS earned
             FROM blocks WHERE of = 7
             GROUP BY GROUPING SETS ((block), (school_id, block), (class_id, block), (grade, block))
         ), parts AS (
             SELECT of, school_id, class_id, grade, NULL::uuid AS host_id, NULL::text AS category, NULL::date AS month,
                    records, credits, took, earned
             FROM places
             UNION ALL
             SELECT of, NULL, NULL, NULL, host_id, category, month, records, credits, took, earned FROM blocks WHERE of <> 7
         )
         SELECT CASE of WHEN 19 THEN 'school' WHEN 21 THEN 'class' WHEN 22 THEN 'grade' WHEN 11 THEN 'host'
                        WHEN 13 THEN 'category' WHEN 14 THEN 'month' ELSE 'total' END AS part,
                nullif(school_id, '00000000-0000-0000-0000-000000000000') AS school_id,
                nullif(class_id, '00000000-0000-0000-0000-000000000000') AS class_id, nullif(grade, -100) AS grade,
                nullif(host_id, '00000000-0000-0000-0000-000000000000') AS host_id, category, month,
                sum(records)::bigint AS records, sum(credits)::bigint AS credits,
                sum(bit_count(took::bit(64)))::bigint AS persons, sum(bit_count(earned::bit(64)))::bigint AS earners
         FROM parts GROUP BY of, school_id, class_id, grade, parts.host_id, category, month"
        ),
        tx,
        filter
    );
    Ok(query.bind(category).fetch_all(&mut **tx).await?)
}

/// Persons enrolled within the period: in all, by school, grade and class. Most have one enrolment, so rows are counted,
/// and what those with several add too often is taken off: of several, at most one is open.
pub async fn enrolled(tx: &mut Tx, filter: &Filter) -> Result<Vec<EnrolledSum>> {
    let query = filtered!(
        concat!(
            "WITH rows AS MATERIALIZED (
             SELECT school_id, class_id, grade, count(*) AS rows FROM enrolment e WHERE ",
            enrolled_here!(),
            " GROUP BY school_id, class_id, grade
         ), ended AS MATERIALIZED (
             SELECT DISTINCT person_id FROM enrolment e WHERE e.valid_to IS NOT NULL AND ",
            enrolled_here!(),
            "
         ), several AS MATERIALIZED (
             SELECT e.person_id, e.school_id, e.class_id, e.grade FROM ended
             JOIN enrolment e ON e.person_id = ended.person_id AND ",
            enrolled_here!(),
            "
         )
         SELECT 'all' AS part, NULL::uuid AS school_id, NULL::uuid AS class_id, NULL::int AS grade,
                coalesce((SELECT sum(rows)::bigint FROM rows), 0)
                - (SELECT count(*) - count(DISTINCT person_id) FROM several) AS persons
         UNION ALL
         SELECT 'school', r.school_id, NULL, NULL, sum(r.rows)::bigint - coalesce(max(t.over), 0)
         FROM rows r
         LEFT JOIN (SELECT school_id, count(*) - count(DISTINCT person_id) AS over FROM several GROUP BY school_id) t
              ON t.school_id = r.school_id
         GROUP BY r.school_id
         UNION ALL
         SELECT 'grade', NULL, NULL, r.grade, sum(r.rows)::bigint - coalesce(max(t.over), 0)
         FROM rows r
         LEFT JOIN (SELECT grade, count(*) - count(DISTINCT person_id) AS over FROM several GROUP BY grade) t
              ON t.grade = r.grade
         GROUP BY r.grade
         UNION ALL
         SELECT 'class', NULL, r.class_id, NULL, sum(r.rows)::bigint - coalesce(max(t.over), 0)
         FROM rows r
         LEFT JOIN (SELECT class_id, count(*) - count(DISTINCT person_id) AS over FROM several GROUP BY class_id) t
              ON t.class_id = r.class_id
         GROUP BY r.class_id"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// How requirements stand now, of the eligible who are enrolled here now. Persons whose requirements read the same are
/// counted before they are read.
pub async fn requirements_now(tx: &mut Tx, filter: &Filter) -> Result<Vec<RequirementSum>> {
    let query = filtered!(
        "WITH g AS MATERIALIZED (
             SELECT s.standing_key, count(*) AS persons
             FROM score s JOIN enrolment e ON e.district_id = $1 AND e.person_id = s.person_id AND e.valid_to IS NULL
             WHERE s.district_id = $1 AND s.policy_id = $2 AND s.eligible
               AND ($5::uuid[] IS NULL OR e.school_id = ANY($5)) AND ($6::uuid IS NULL OR e.class_id = $6)
               AND ($7::int IS NULL OR e.grade = $7) AND $3::date <= $4::date AND ($8::uuid[] IS NULL OR true)
             GROUP BY s.standing_key
         )
         SELECT r.id, sum(g.persons)::bigint AS persons, coalesce(sum(g.persons) FILTER (WHERE r.met), 0)::bigint AS met
         FROM g CROSS JOIN LATERAL (
             SELECT requirements FROM score
             WHERE district_id = $1 AND policy_id = $2 AND eligible AND standing_key = g.standing_key LIMIT 1
         ) s CROSS JOIN LATERAL jsonb_to_recordset(s.requirements) AS r (id text, met boolean)
         GROUP BY r.id",
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Verified results by level and award.
pub async fn result_sums(tx: &mut Tx, filter: &Filter) -> Result<Vec<ResultFigures>> {
    let query = filtered!(
        "SELECT contest_level, award, count(*) AS results, count(DISTINCT coalesce(team_id, id)) AS achievements,
                count(DISTINCT person_id) AS persons
         FROM result
         WHERE district_id = $1 AND state = 'verified' AND achieved_on BETWEEN $3 AND $4
           AND ($5::uuid[] IS NULL OR school_id = ANY($5)) AND ($6::uuid IS NULL OR class_id = $6)
           AND ($7::int IS NULL OR grade = $7) AND $2::text IS NOT NULL AND $8::uuid[] IS NULL
         GROUP BY contest_level, award
         ORDER BY array_position(ARRAY['international', 'national', 'provincial', 'city', 'county', 'town', 'school'],
                                 contest_level), award",
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}
