//! SQL of persons.

use chrono::NaiveDate;
use uuid::Uuid;

use super::list::{Among, PersonSort};
use crate::{error::Result, tenancy::Tx};

/// A person with the enrolment of a day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct PersonRow {
    pub id: Uuid,
    pub kind: String,
    pub number: String,
    pub name: String,
    pub status: String,
    pub school_id: Option<Uuid>,
    pub school_name_zh: Option<String>,
    pub class_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub class_name: Option<String>,
}

impl PersonRow {
    /// Where a page goes on.
    pub(crate) fn key(&self) -> (String, String) {
        (self.name.clone(), self.number.clone())
    }
}

/// Which persons.
pub(crate) struct Filter<'a> {
    pub among: &'a Among,
    pub query: Option<&'a str>,
    pub school: Option<Uuid>,
    pub class: Option<Uuid>,
    pub grade: Option<i32>,
    pub status: Option<&'static str>,
    pub day: NaiveDate,
    pub sort: PersonSort,
}

/// Persons in order, after the one of this name and number.
pub(crate) async fn persons(
    tx: &mut Tx,
    filter: &Filter<'_>,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<PersonRow>> {
    let district = tx.district().0;
    let pattern = filter.query.map(|text| text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let (after_name, after) = after.unzip();
    let (key, given, order) = match filter.sort {
        PersonSort::Number => ("p.number", "> $3", "p.number"),
        PersonSort::NumberDown => ("p.number", "< $3", "p.number DESC"),
        PersonSort::Name => ("(p.name, p.number)", "> ($12, $3)", "p.name, p.number"),
        PersonSort::NameDown => ("(p.name, p.number)", "< ($12, $3)", "p.name DESC, p.number DESC"),
    };
    let sql = format!(
        "SELECT p.id, p.kind, p.number, p.name, p.status, e.school_id, o.name_zh AS school_name_zh, e.class_id, e.grade,
                c.name AS class_name
         FROM person p
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_from <= $2
                              AND (e.valid_to IS NULL OR e.valid_to >= $2)
         LEFT JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         LEFT JOIN organization o ON o.id = e.school_id
         WHERE p.district_id = $1 AND ($3::text IS NULL OR {key} {given}) AND ($12::text IS NULL OR true)
           AND ($4::uuid[] IS NULL OR e.school_id = ANY($4)) AND ($5::uuid[] IS NULL OR p.id = ANY($5))
           AND ($6::text IS NULL OR p.name LIKE '%' || $6 || '%' OR p.number LIKE $6 || '%')
           AND ($7::uuid IS NULL OR e.school_id = $7) AND ($8::uuid IS NULL OR e.class_id = $8)
           AND ($9::integer IS NULL OR e.grade = $9) AND ($10::text IS NULL OR p.status = $10)
         ORDER BY {order} LIMIT $11"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district)
        .bind(filter.day)
        .bind(after)
        .bind(filter.among.schools())
        .bind(filter.among.persons())
        .bind(pattern)
        .bind(filter.school)
        .bind(filter.class)
        .bind(filter.grade)
        .bind(filter.status)
        .bind(limit)
        .bind(after_name)
        .fetch_all(&mut **tx)
        .await?)
}

/// A person, whole.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct DetailRow {
    pub id: Uuid,
    pub kind: String,
    pub number: String,
    pub name: String,
    pub birth_date: Option<NaiveDate>,
    pub sex: Option<String>,
    pub source_id: Option<String>,
    pub tags: Vec<String>,
    pub status: String,
    pub version: i64,
}

pub(super) async fn person(tx: &mut Tx, id: Uuid) -> Result<Option<DetailRow>> {
    let district = tx.district().0;
    Ok(sqlx::query_as("SELECT * FROM person WHERE district_id = $1 AND id = $2")
        .bind(district)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?)
}

/// A time in a class.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct EnrolmentRow {
    pub id: Uuid,
    pub school_id: Uuid,
    pub school_name_zh: String,
    pub class_id: Uuid,
    pub class_name: String,
    pub school_year: i32,
    pub grade: i32,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
}

/// The enrolments of a person, newest first.
pub(super) async fn enrolments(tx: &mut Tx, person: Uuid) -> Result<Vec<EnrolmentRow>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT e.id, e.school_id, o.name_zh AS school_name_zh, e.class_id, c.name AS class_name, c.school_year, e.grade,
                e.valid_from, e.valid_to
         FROM enrolment e
         JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         JOIN organization o ON o.id = e.school_id
         WHERE e.district_id = $1 AND e.person_id = $2
         ORDER BY e.valid_from DESC",
    )
    .bind(district)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}
