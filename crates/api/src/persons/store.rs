//! SQL of persons.

use chrono::NaiveDate;
use kepu_domain::roster::cell;
use uuid::Uuid;

use super::list::{Among, PersonSort};
use crate::{error::Result, tenancy::Tx};

/// The name of the person `p` as [`cell::name_key`] has it, in SQL.
macro_rules! name_key {
    () => {
        "lower(translate(p.name, ' ·•・‧.', '') COLLATE \"C\")"
    };
}
pub(crate) use name_key;

/// What somebody looks for among persons, as it is compared, and safe within a pattern of `LIKE`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    /// Part of a name; none where nothing of a name is said.
    pub name: Option<String>,
    /// The beginning of a number, in capitals.
    pub number: String,
}

impl Sought {
    pub(crate) fn of(query: &str) -> Self {
        let mut number = cell::fold(query);
        number.retain(|letter| !letter.is_whitespace());
        number.make_ascii_uppercase();
        let name = Some(cell::name_key(query)).filter(|name| !name.is_empty());
        Self { name: name.as_deref().map(literal), number: literal(&number) }
    }
}

/// The text as `LIKE` takes it by the letter.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

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
    let (name, number) = filter.query.map(Sought::of).map(|sought| (sought.name, sought.number)).unzip();
    let name_key = name_key!();
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
           AND ($13::text IS NULL OR {name_key} LIKE '%' || $6::text || '%'
                OR upper(p.number COLLATE \"C\") LIKE $13 || '%')
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
        .bind(name.flatten())
        .bind(filter.school)
        .bind(filter.class)
        .bind(filter.grade)
        .bind(filter.status)
        .bind(limit)
        .bind(after_name)
        .bind(number)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sought_is_compared_without_its_dress() {
        let sought = |query: &str| {
            let Sought { name, number } = Sought::of(query);
            (name, number)
        };
        assert_eq!(sought("t015"), (Some("t015".to_owned()), "T015".to_owned()));
        assert_eq!(sought("Ｔ015"), sought("t015"));
        assert_eq!(sought("张 伟"), (Some("张伟".to_owned()), "张伟".to_owned()));
        assert_eq!(sought("50%_\\"), (Some("50\\%\\_\\\\".to_owned()), "50\\%\\_\\\\".to_owned()));
        // A dot alone is no part of every name.
        assert_eq!(sought("·"), (None, "·".to_owned()));
    }
}
