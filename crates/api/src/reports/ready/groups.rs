//! SQL of ready reports that group persons: who is reached, equity, requirements. Every statement names the district.

use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::Result;
use crate::reports::store::{Filter, filtered};
use crate::reports::sums::enrolled_here;
use crate::tenancy::Tx;

/// The enrolled of a filter as `flags`, each with whether anything was recorded or earned in the period, wherever. Persons
/// are bits of the sums that are kept with the ledger.
macro_rules! flagged {
    ($rest:literal) => {
        concat!(
            "WITH blocks AS MATERIALIZED (
                 SELECT block, bit_or(took) AS took, bit_or(earned) AS earned FROM credit_cell
                 WHERE district_id = $1 AND policy_id = $2 AND on_day BETWEEN $3 AND $4 GROUP BY block
             ), here AS MATERIALIZED (
                 SELECT e.person_id, e.school_id, e.class_id, e.grade, e.valid_from, e.id FROM enrolment e WHERE ",
            enrolled_here!(),
            "), flags AS MATERIALIZED (
                 SELECT h.*, coalesce(b.took >> (s.seat % 64)::int & 1, 0) = 1 AS took,
                        coalesce(b.earned >> (s.seat % 64)::int & 1, 0) = 1 AS earned
                 FROM here h
                 LEFT JOIN person_seat s ON s.district_id = $1 AND s.person_id = h.person_id
                 LEFT JOIN blocks b ON b.block = s.seat / 64
             ) ",
            $rest
        )
    };
}

/// How many of a place are reached; of what, says `part`.
#[derive(Debug, FromRow)]
pub struct Reached {
    pub part: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub enrolled: i64,
    pub took: i64,
    pub earned: i64,
}

/// Somebody who is not.
#[derive(Debug, FromRow)]
pub struct NotReachedPerson {
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub class_name: Option<String>,
    pub took: bool,
}

/// A group of persons of one school, grade and sex.
#[derive(Debug, FromRow)]
pub struct EquityRow {
    pub school_id: Uuid,
    pub school_zh: String,
    pub school_en: String,
    pub attributes: Value,
    pub grade: i32,
    pub sex: Option<String>,
    pub persons: i64,
    pub took: i64,
    pub earned: i64,
    pub credits: i64,
}

/// How a requirement stands; of what, says `part`.
#[derive(Debug, FromRow)]
pub struct Required {
    pub part: String,
    pub requirement: String,
    pub school_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub persons: i64,
    pub met: i64,
}

/// In all, by school, by grade and by class.
pub async fn reached(tx: &mut Tx, filter: &Filter) -> Result<Vec<Reached>> {
    let query = filtered!(
        flagged!(
            "SELECT CASE grouping(school_id, class_id, grade) WHEN 7 THEN 'whole' WHEN 3 THEN 'school' WHEN 6 THEN 'grade'
                                                              ELSE 'class' END AS part,
                    school_id, class_id, grade, count(DISTINCT person_id) AS enrolled,
                    count(DISTINCT person_id) FILTER (WHERE took) AS took,
                    count(DISTINCT person_id) FILTER (WHERE earned) AS earned
             FROM flags GROUP BY GROUPING SETS ((), (school_id), (grade), (school_id, class_id, grade))"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Who has no credit, by class and number.
pub async fn not_reached_persons(tx: &mut Tx, filter: &Filter) -> Result<Vec<NotReachedPerson>> {
    let query = filtered!(
        flagged!(
            "SELECT DISTINCT ON (c.name, n.number) n.id AS person_id, n.number, n.name, c.name AS class_name, f.took
             FROM flags f JOIN person n ON n.district_id = $1 AND n.id = f.person_id
             LEFT JOIN class c ON c.district_id = $1 AND c.id = f.class_id
             WHERE NOT f.earned ORDER BY c.name, n.number LIMIT 20000"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Persons once each, where their last enrolment of the period is, with what they earned in the period.
pub async fn equity(tx: &mut Tx, filter: &Filter) -> Result<Vec<EquityRow>> {
    let query = filtered!(
        flagged!(
            ", one AS MATERIALIZED (
                 SELECT DISTINCT ON (person_id) * FROM flags ORDER BY person_id, valid_from DESC, id DESC
             ), earned AS MATERIALIZED (
                 SELECT person_id, sum(counted)::bigint AS credits FROM score_line
                 WHERE district_id = $1 AND policy_id = $2 AND on_day BETWEEN $3 AND $4 GROUP BY person_id
             ), sums AS (
                 SELECT o.school_id, o.grade, n.sex, count(*) AS persons, count(*) FILTER (WHERE o.took) AS took,
                        count(*) FILTER (WHERE o.earned) AS earned, coalesce(sum(m.credits), 0)::bigint AS credits
                 FROM one o JOIN person n ON n.district_id = $1 AND n.id = o.person_id
                 LEFT JOIN earned m ON m.person_id = o.person_id
                 GROUP BY o.school_id, o.grade, n.sex
             )
             SELECT s.*, c.name_zh AS school_zh, c.name_en AS school_en, c.attributes
             FROM sums s JOIN organization c ON c.id = s.school_id ORDER BY s.school_id, s.grade, s.sex"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// In all, by school, by grade and by class, requirement by requirement. Persons of a class whose requirements read the same
/// are counted before they are read.
pub async fn requirements(tx: &mut Tx, filter: &Filter) -> Result<Vec<Required>> {
    let query = filtered!(
        "WITH alike AS MATERIALIZED (
             SELECT s.standing_key, e.school_id, e.class_id, e.grade, count(*) AS persons
             FROM score s JOIN enrolment e ON e.district_id = $1 AND e.person_id = s.person_id AND e.valid_to IS NULL
             WHERE s.district_id = $1 AND s.policy_id = $2 AND s.eligible
               AND ($5::uuid[] IS NULL OR e.school_id = ANY($5)) AND ($6::uuid IS NULL OR e.class_id = $6)
               AND ($7::int IS NULL OR e.grade = $7) AND $3::date <= $4::date AND ($8::uuid[] IS NULL OR true)
             GROUP BY s.standing_key, e.school_id, e.class_id, e.grade
         ), keys AS MATERIALIZED (SELECT DISTINCT standing_key FROM alike), read AS MATERIALIZED (
             SELECT k.standing_key, r.id, r.met
             FROM keys k CROSS JOIN LATERAL (
                 SELECT requirements FROM score
                 WHERE district_id = $1 AND policy_id = $2 AND eligible AND standing_key = k.standing_key LIMIT 1
             ) s CROSS JOIN LATERAL jsonb_to_recordset(s.requirements) AS r (id text, met boolean)
         )
         SELECT CASE grouping(a.school_id, a.class_id, a.grade) WHEN 7 THEN 'whole' WHEN 3 THEN 'school'
                                                                WHEN 6 THEN 'grade' ELSE 'class' END AS part,
                r.id AS requirement, a.school_id, a.class_id, a.grade, sum(a.persons)::bigint AS persons,
                coalesce(sum(a.persons) FILTER (WHERE r.met), 0)::bigint AS met
         FROM alike a JOIN read r ON r.standing_key = a.standing_key
         GROUP BY GROUPING SETS ((r.id), (r.id, a.school_id), (r.id, a.grade), (r.id, a.school_id, a.class_id, a.grade))
         ORDER BY a.school_id, a.grade, a.class_id",
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}
