//! SQL of classes.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// A class with the number of its persons on a day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct ClassRow {
    pub id: Uuid,
    pub school_id: Uuid,
    pub school_name_zh: String,
    pub school_year: i32,
    pub grade: i32,
    pub name: String,
    pub source_id: Option<String>,
    pub persons: i64,
}

/// By what classes are listed: newest year first.
pub(super) type Key = (i32, Uuid, i32, String, Uuid);

impl ClassRow {
    pub(super) fn key(&self) -> Key {
        (-self.school_year, self.school_id, self.grade, self.name.clone(), self.id)
    }
}

/// Which classes.
pub(super) struct Filter<'a> {
    pub schools: Option<&'a [Uuid]>,
    pub school: Option<Uuid>,
    pub school_year: Option<i32>,
    pub grade: Option<i32>,
    pub id: Option<Uuid>,
    pub day: NaiveDate,
}

pub(super) async fn classes(tx: &mut Tx, filter: &Filter<'_>, after: Option<Key>, limit: i64) -> Result<Vec<ClassRow>> {
    let district = tx.district().0;
    let first = after.is_none();
    let (year, school, grade, name, id) = after.unwrap_or_default();
    Ok(sqlx::query_as(
        "SELECT c.id, c.school_id, o.name_zh AS school_name_zh, c.school_year, c.grade, c.name, c.source_id,
                (SELECT count(*) FROM enrolment e
                 WHERE e.district_id = $1 AND e.class_id = c.id AND e.valid_from <= $2
                   AND (e.valid_to IS NULL OR e.valid_to >= $2)) AS persons
         FROM class c JOIN organization o ON o.id = c.school_id
         WHERE c.district_id = $1 AND ($3::uuid[] IS NULL OR c.school_id = ANY($3))
           AND ($4::uuid IS NULL OR c.school_id = $4) AND ($5::integer IS NULL OR c.school_year = $5)
           AND ($6::integer IS NULL OR c.grade = $6) AND ($7::uuid IS NULL OR c.id = $7)
           AND ($8 OR (-c.school_year, c.school_id, c.grade, c.name, c.id) > ($9, $10, $11, $12, $13))
         ORDER BY -c.school_year, c.school_id, c.grade, c.name, c.id LIMIT $14",
    )
    .bind(district)
    .bind(filter.day)
    .bind(filter.schools)
    .bind(filter.school)
    .bind(filter.school_year)
    .bind(filter.grade)
    .bind(filter.id)
    .bind(first)
    .bind(year)
    .bind(school)
    .bind(grade)
    .bind(name)
    .bind(id)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// A class with its open enrolments.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Promoted {
    pub id: Uuid,
    pub school_id: Uuid,
    pub grade: i32,
    pub name: String,
    /// Persons with an open enrolment.
    pub persons: i64,
    /// Of them, those whose enrolment begins on the day or later, so that it cannot end the day before.
    pub too_late: i64,
}

/// The classes of a school year at this school (none: at all), with their open enrolments, by school, grade and name.
pub(super) async fn of_year(
    tx: &mut Tx,
    school: Option<Uuid>,
    school_year: i32,
    day: NaiveDate,
) -> Result<Vec<Promoted>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT c.id, c.school_id, c.grade, c.name, count(e.id) AS persons,
                count(e.id) FILTER (WHERE e.valid_from >= $4) AS too_late
         FROM class c
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.class_id = c.id AND e.valid_to IS NULL
         WHERE c.district_id = $1 AND ($2::uuid IS NULL OR c.school_id = $2) AND c.school_year = $3
         GROUP BY c.id, c.school_id, c.grade, c.name
         ORDER BY c.school_id, c.grade, c.name",
    )
    .bind(district)
    .bind(school)
    .bind(school_year)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// The persons with an open enrolment in these classes: class, person.
pub(super) async fn members(tx: &mut Tx, classes: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT class_id, person_id FROM enrolment
         WHERE district_id = $1 AND class_id = ANY($2) AND valid_to IS NULL
         ORDER BY class_id, person_id",
    )
    .bind(district)
    .bind(classes)
    .fetch_all(&mut **tx)
    .await?)
}

/// Ends the open enrolments in these classes on `last_day`.
pub(super) async fn close(tx: &mut Tx, classes: &[Uuid], last_day: NaiveDate, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district().0;
    sqlx::query(
        "UPDATE enrolment SET valid_to = $3, ended_at = $4
         WHERE district_id = $1 AND class_id = ANY($2) AND valid_to IS NULL",
    )
    .bind(district)
    .bind(classes)
    .bind(last_day)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where a person goes.
pub(super) struct Going {
    pub id: Uuid,
    pub person: Uuid,
    pub school: Uuid,
    pub grade: i32,
    pub name: String,
}

/// Opens enrolments in the classes of the next school year.
pub(super) async fn open(
    tx: &mut Tx,
    school_year: i32,
    day: NaiveDate,
    going: &[Going],
    at: DateTime<Utc>,
) -> Result<()> {
    let district = tx.district().0;
    sqlx::query(
        "INSERT INTO enrolment (district_id, id, person_id, class_id, school_id, grade, valid_from, created_at)
         SELECT $1, n.id, n.person_id, c.id, c.school_id, c.grade, $3, $4
         FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::integer[], $9::text[])
              AS n (id, person_id, school_id, grade, name)
         JOIN class c ON c.district_id = $1 AND c.school_id = n.school_id AND c.school_year = $2 AND c.grade = n.grade
                     AND c.name = n.name",
    )
    .bind(district)
    .bind(school_year)
    .bind(day)
    .bind(at)
    .bind(going.iter().map(|one| one.id).collect::<Vec<_>>())
    .bind(going.iter().map(|one| one.person).collect::<Vec<_>>())
    .bind(going.iter().map(|one| one.school).collect::<Vec<_>>())
    .bind(going.iter().map(|one| one.grade).collect::<Vec<_>>())
    .bind(going.iter().map(|one| one.name.as_str()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that these persons were touched; those who leave are not active any more.
pub(super) async fn touch(tx: &mut Tx, persons: &[Uuid], leave: bool, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district().0;
    sqlx::query(
        "UPDATE person SET status = CASE WHEN $3 THEN 'left' ELSE status END, version = version + 1, updated_at = $4
         WHERE district_id = $1 AND id = ANY($2)",
    )
    .bind(district)
    .bind(persons)
    .bind(leave)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
