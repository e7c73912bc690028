//! SQL of the detail of reports: person by person, record by record. Every statement names the district.

use chrono::NaiveDate;
use futures::Stream;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::persons::{Enrolled, Sex};
use super::store::{Filter, filtered};
use super::sums::{cells_here, enrolled_here};
use crate::tenancy::Tx;

/// Which persons of a place, beside the filter.
#[derive(Debug, Default, Clone)]
pub struct Whom {
    /// Who meets every requirement that applies, or this one; or does not.
    pub met: Option<bool>,
    pub requirement: Option<String>,
    /// Who has a record in the period, wherever; or none.
    pub took: Option<bool>,
    /// Who has credit in the period, wherever; or none.
    pub earned: Option<bool>,
    /// Whose enrolment.
    pub enrolled: Option<Enrolled>,
    pub sex: Option<Sex>,
}

/// Which records of a place, beside the filter.
#[derive(Debug, Default, Clone)]
pub struct Lines {
    pub status: Option<&'static str>,
    pub category: Option<String>,
    pub rule: Option<String>,
    pub edition: Option<Uuid>,
    /// `none` for those of no theme.
    pub theme: Option<String>,
    pub flagged: Option<bool>,
    /// Only those at no host.
    pub at_no_host: bool,
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

/// Whom else is asked for: who meets what is asked, who took part, whose enrolment is meant, of which sex.
macro_rules! as_asked {
    () => {
        "($11::boolean IS NULL AND $12::text IS NULL OR EXISTS (
             SELECT FROM score m
             WHERE m.district_id = $1 AND m.policy_id = $2 AND m.person_id = p.id AND m.eligible
               AND m.requirements <> '[]'
               AND CASE WHEN $12::text IS NULL
                        THEN $11 <> jsonb_path_exists(m.requirements, '$[*] ? (@.met == false)')
                        ELSE EXISTS (SELECT FROM jsonb_to_recordset(m.requirements) AS r (id text, met boolean)
                                     WHERE r.id = $12 AND ($11::boolean IS NULL OR r.met = $11)) END
             OFFSET 0))
         AND ($13::boolean IS NULL OR $13 = EXISTS (
             SELECT FROM score_line t
             WHERE t.district_id = $1 AND t.policy_id = $2 AND t.person_id = p.id AND t.on_day BETWEEN $3 AND $4 OFFSET 0))
         AND ($14::boolean IS NULL OR $14 = EXISTS (
             SELECT FROM score_line t
             WHERE t.district_id = $1 AND t.policy_id = $2 AND t.person_id = p.id AND t.on_day BETWEEN $3 AND $4
               AND t.counted > 0 OFFSET 0))
         AND CASE $15::text
                 WHEN 'within' THEN EXISTS (SELECT FROM enrolment e WHERE e.person_id = p.id AND "
    };
}

/// Where the enrolment `e` is.
macro_rules! enrolled_at {
    () => {
        "($5::uuid[] IS NULL OR e.school_id = ANY($5)) AND ($6::uuid IS NULL OR e.class_id = $6)
         AND ($7::int IS NULL OR e.grade = $7)"
    };
}

macro_rules! as_enrolled {
    () => {
        concat!(
            as_asked!(),
            enrolled_here!(),
            ")
                 WHEN 'now' THEN EXISTS (
                     SELECT FROM enrolment e
                     WHERE e.district_id = $1 AND e.person_id = p.id AND e.valid_to IS NULL AND ",
            enrolled_at!(),
            ")
                 WHEN 'last' THEN EXISTS (
                     SELECT FROM (
                         SELECT x.school_id, x.class_id, x.grade FROM enrolment x
                         WHERE x.district_id = $1 AND x.person_id = p.id AND x.valid_from <= $4
                           AND (x.valid_to IS NULL OR x.valid_to >= $3)
                         ORDER BY x.valid_from DESC, x.id DESC LIMIT 1
                     ) e WHERE ",
            enrolled_at!(),
            ")
                 ELSE true END
             AND ($16::text IS NULL OR coalesce(p.sex, 'unknown') = $16)"
        )
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
    as_enrolled!(),
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
    as_enrolled!(),
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
    whom: &Whom,
    after: Option<String>,
    limit: Option<i64>,
) -> impl Stream<Item = sqlx::Result<PersonSum>> + Send + use<'a> {
    let many = filter.schools.is_none() && filter.class.is_none() && filter.hosts.is_none();
    filtered!(if many { MANY } else { FEW }, tx, filter)
        .bind(after)
        .bind(limit)
        .bind(whom.met)
        .bind(whom.requirement.clone())
        .bind(whom.took)
        .bind(whom.earned)
        .bind(whom.enrolled.map(Enrolled::word))
        .bind(whom.sex.map(Sex::word))
        .fetch(&mut **tx)
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
       AND ($12::text IS NULL OR l.category = $12) AND ($13::text IS NULL OR l.rule = $13)
       AND ($14::uuid IS NULL OR a.edition_id = $14) AND ($15::text IS NULL OR coalesce(a.theme_id::text, 'none') = $15)
       AND ($16::boolean IS NULL OR l.flagged = $16) AND (NOT $17 OR l.host_id IS NULL)
     ORDER BY l.record_id LIMIT $10";

/// Records in order of entry, after one of them; no more than `limit`, or all.
pub fn records<'a>(
    tx: &'a mut Tx,
    filter: &'a Filter,
    which: &Lines,
    after: Option<Uuid>,
    limit: Option<i64>,
) -> impl Stream<Item = sqlx::Result<RecordLine>> + Send + use<'a> {
    filtered!(RECORDS, tx, filter)
        .bind(after)
        .bind(limit)
        .bind(which.status)
        .bind(which.category.clone())
        .bind(which.rule.clone())
        .bind(which.edition)
        .bind(which.theme.clone())
        .bind(which.flagged)
        .bind(which.at_no_host)
        .fetch(&mut **tx)
}
