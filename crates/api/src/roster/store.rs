//! SQL of imports.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{
    person::PersonKind,
    roster::{
        Known, Open, Outcome,
        cell::{self, Sex},
    },
};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    source,
    view::{Counts, Format, ImportRow, Mode, State, StoredRow},
};
use crate::{audit::Event, error::Result, postgres::Db, tenancy::Tx};

/// A new import.
pub(super) struct NewImport<'a> {
    pub id: Uuid,
    pub school: Option<Uuid>,
    pub format: Format,
    pub mode: Mode,
    pub file_name: &'a str,
    pub effective_on: NaiveDate,
    pub school_year: i32,
    pub message: &'a str,
    pub by: Uuid,
    pub at: DateTime<Utc>,
}

pub(super) async fn insert_import(tx: &mut Tx, import: NewImport<'_>) -> Result<()> {
    let district = tx.district().0;
    sqlx::query(
        "INSERT INTO roster_import (district_id, id, school_id, format, mode, file_name, effective_on, school_year, state,
                                    progress_at, message, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'staging', $9, $10, $11, $9)",
    )
    .bind(district)
    .bind(import.id)
    .bind(import.school)
    .bind(import.format.word())
    .bind(import.mode.word())
    .bind(import.file_name)
    .bind(import.effective_on)
    .bind(import.school_year)
    .bind(import.at)
    .bind(import.message)
    .bind(import.by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Reads an import; `lock`ed, nobody else changes it until the transaction ends.
pub(super) async fn import(tx: &mut Tx, id: Uuid, lock: bool) -> Result<Option<ImportRow>> {
    let district = tx.district().0;
    let statement = if lock {
        "SELECT * FROM roster_import WHERE district_id = $1 AND id = $2 FOR UPDATE"
    } else {
        "SELECT * FROM roster_import WHERE district_id = $1 AND id = $2"
    };
    Ok(sqlx::query_as(statement).bind(district).bind(id).fetch_optional(&mut **tx).await?)
}

/// The imports of these schools (none: of all, and of the district as a whole), newest first.
pub(super) async fn imports(
    tx: &mut Tx,
    schools: Option<&[Uuid]>,
    school: Option<Uuid>,
    state: Option<State>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ImportRow>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT * FROM roster_import
         WHERE district_id = $1 AND ($2::uuid[] IS NULL OR school_id = ANY($2)) AND ($3::uuid IS NULL OR school_id = $3)
           AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR id < $5)
         ORDER BY id DESC LIMIT $6",
    )
    .bind(district)
    .bind(schools)
    .bind(school)
    .bind(state.map(State::word))
    .bind(before)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// Puts an import into another state; its version goes up.
pub(super) async fn set_state(
    tx: &mut Tx,
    id: Uuid,
    state: State,
    message: Option<&str>,
    at: DateTime<Utc>,
) -> Result<()> {
    let district = tx.district().0;
    let finished = matches!(state, State::Committed | State::Discarded | State::Failed);
    sqlx::query(
        "UPDATE roster_import
         SET state = $3, message = coalesce($4, message), progress_at = $5, finished_at = CASE WHEN $6 THEN $5 END,
             version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district)
    .bind(id)
    .bind(state.word())
    .bind(message)
    .bind(at)
    .bind(finished)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn set_counts(tx: &mut Tx, id: Uuid, counts: &Counts) -> Result<()> {
    let district = tx.district().0;
    sqlx::query("UPDATE roster_import SET counts = $3 WHERE district_id = $1 AND id = $2")
        .bind(district)
        .bind(id)
        .bind(Json(counts))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) async fn set_progress(tx: &mut Tx, id: Uuid, done: i64, total: i64, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district().0;
    sqlx::query(
        "UPDATE roster_import SET progress_done = $3, progress_total = $4, progress_at = $5
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district)
    .bind(id)
    .bind(done)
    .bind(total)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a running job holds until its transaction ends, so that others can tell that it lives.
pub(super) async fn hold_job(tx: &mut Tx, id: Uuid) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('roster-job/' || $1::uuid, 0))")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether no job of this import lives.
pub(super) async fn is_job_dead(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('roster-job/' || $1::uuid, 0))")
        .bind(id)
        .fetch_one(&mut **tx)
        .await?)
}

/// One change of the district's roster at a time, until the transaction ends.
pub(crate) async fn hold_roster(tx: &mut Tx) -> Result<()> {
    let district = tx.district().0;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('roster/' || $1::uuid, 0))")
        .bind(district)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Before statements that join many rows with many. Where a table has just been filled, PostgreSQL has no statistics of it
/// yet, takes it for small, and compares each row with each other; joining by hash is never far from the best.
pub(crate) async fn expect_many(tx: &mut Tx) -> Result<()> {
    sqlx::query("SET LOCAL enable_nestloop = off").execute(&mut **tx).await?;
    Ok(())
}

/// Lets PostgreSQL learn what a large import has changed, for the plans of everybody.
pub(crate) async fn learn(db: &Db) -> Result<()> {
    sqlx::query("ANALYZE person, class, enrolment, roster_import_row").execute(db.owner()).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    id: Uuid,
    version: i64,
    kind: String,
    number: String,
    name: String,
    birth_date: Option<NaiveDate>,
    sex: Option<String>,
    source_id: Option<String>,
    left: bool,
    school_id: Option<Uuid>,
    school_year: Option<i32>,
    grade: Option<i32>,
    class: Option<String>,
    valid_from: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
}

/// Of whom the known persons are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom<'a> {
    /// The whole district.
    District,
    /// Those enrolled at a school, and whoever has one of these numbers or identities.
    School(Uuid, &'a [&'a str], &'a [&'a str]),
    /// Whoever has this number or this identity.
    One(&'a str, Option<&'a str>),
    /// These.
    These(&'a [Uuid]),
}

/// The known persons, with their open enrolments.
pub(super) async fn known(tx: &mut Tx, whom: Whom<'_>) -> Result<Vec<Known>> {
    let one_number;
    let one_source;
    let (all, school, numbers, sources, ids): (bool, Option<Uuid>, &[&str], &[&str], &[Uuid]) = match whom {
        Whom::District => (true, None, &[], &[], &[]),
        Whom::School(school, numbers, sources) => (false, Some(school), numbers, sources, &[]),
        Whom::One(number, source) => {
            one_number = [number];
            one_source = source.map(|source| [source]);
            (false, None, &one_number, one_source.as_ref().map_or(&[], <[&str; 1]>::as_slice), &[])
        }
        Whom::These(ids) => (false, None, &[], &[], ids),
    };
    let numbers = stored_numbers(tx, numbers).await?;
    let district = tx.district().0;
    let rows: Vec<KnownRow> = sqlx::query_as(
        "SELECT p.id, p.version, p.kind, p.number, p.name, p.birth_date, p.sex, p.source_id, p.status = 'left' AS left,
                e.school_id, c.school_year, c.grade, c.name AS class, e.valid_from,
                CASE WHEN e.id IS NULL THEN (SELECT max(x.valid_to) FROM enrolment x
                                             WHERE x.district_id = $1 AND x.person_id = p.id) END AS last_day
         FROM person p
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_to IS NULL
         LEFT JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         WHERE p.district_id = $1 AND ($2 OR p.id IN (
               SELECT person_id FROM enrolment WHERE district_id = $1 AND school_id = $3 AND valid_to IS NULL
               UNION SELECT id FROM person WHERE district_id = $1 AND number = ANY($4)
               UNION SELECT id FROM person WHERE district_id = $1 AND source_id = ANY($5)
               UNION SELECT unnest($6::uuid[])))
         ORDER BY p.number",
    )
    .bind(district)
    .bind(all)
    .bind(school)
    .bind(numbers)
    .bind(sources)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(known_person).collect())
}

/// How the numbers that somebody typed are stored, by what was typed: case, width and a `.0` of a spreadsheet tell nobody
/// from anybody else. Of nobody's numbers there is nothing.
pub(crate) async fn numbers_as_stored(tx: &mut Tx, typed: &[&str]) -> Result<HashMap<String, String>> {
    let stored = stored_numbers(tx, typed).await?;
    let exact: HashSet<&str> = stored.iter().map(String::as_str).collect();
    let mut by_key: HashMap<String, &str> = HashMap::new();
    for number in &stored {
        let key = cell::number_key(number);
        if *number == key {
            by_key.insert(key, number);
        } else {
            by_key.entry(key).or_insert(number);
        }
    }
    let found = |text: &str| {
        let as_typed = exact.get(cell::fold(text).as_str()).copied();
        as_typed.or_else(|| by_key.get(&cell::number_key(text)).copied())
    };
    Ok(typed.iter().filter_map(|&text| Some((text.to_owned(), found(text)?.to_owned()))).collect())
}

/// The numbers of persons that are one of these, as they are stored. New ones are in capitals, older ones may not be: the
/// usual spellings are found by their index; only for what is left, and may be of mixed letters, all are read.
async fn stored_numbers(tx: &mut Tx, typed: &[&str]) -> Result<Vec<String>> {
    let mut keys: HashSet<String> = typed.iter().map(|text| cell::number_key(text)).collect();
    keys.remove("");
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut spellings: HashSet<String> = typed.iter().map(|text| cell::fold(text)).collect();
    for key in &keys {
        let small = key.to_ascii_lowercase();
        spellings.extend([key.clone(), format!("{key}.0"), format!("{small}.0"), small]);
    }
    let district = tx.district().0;
    let mut stored: Vec<String> =
        sqlx::query_scalar("SELECT number FROM person WHERE district_id = $1 AND number = ANY($2)")
            .bind(district)
            .bind(spellings.into_iter().collect::<Vec<_>>())
            .fetch_all(&mut **tx)
            .await?;
    for number in &stored {
        keys.remove(&cell::number_key(number));
    }
    keys.retain(|key| key.chars().filter(char::is_ascii_alphabetic).count() > 1);
    if !keys.is_empty() {
        let mixed: Vec<String> = sqlx::query_scalar(
            "SELECT p.number FROM unnest($2::text[]) AS k (number)
             JOIN person p ON upper(p.number COLLATE \"C\") = k.number COLLATE \"C\"
             WHERE p.district_id = $1",
        )
        .bind(district)
        .bind(keys.into_iter().collect::<Vec<_>>())
        .fetch_all(&mut **tx)
        .await?;
        stored.extend(mixed);
    }
    Ok(stored)
}

fn known_person(row: KnownRow) -> Known {
    let open = match (row.school_id, row.school_year, row.grade, row.class, row.valid_from) {
        (Some(school), Some(school_year), Some(grade), Some(class), Some(valid_from)) => {
            Some(Open { school, school_year, grade, class, valid_from })
        }
        _ => None,
    };
    Known {
        id: row.id,
        version: row.version,
        kind: if row.kind == "teacher" { PersonKind::Teacher } else { PersonKind::Student },
        number: row.number,
        name: row.name,
        birth_date: row.birth_date,
        sex: match row.sex.as_deref() {
            Some("female") => Some(Sex::Female),
            Some("male") => Some(Sex::Male),
            _ => None,
        },
        source_id: row.source_id,
        left: row.left,
        open,
        last_day: row.last_day,
    }
}

/// What earlier files brought, by the source's identity.
pub(super) async fn known_sources(tx: &mut Tx) -> Result<source::Known> {
    let district = tx.district().0;
    let users: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT p.source_id, p.kind, c.source_id
         FROM person p
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_to IS NULL
         LEFT JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         WHERE p.district_id = $1 AND p.source_id IS NOT NULL",
    )
    .bind(district)
    .fetch_all(&mut **tx)
    .await?;
    let classes: Vec<(String, String, i32, String)> = sqlx::query_as(
        "SELECT DISTINCT ON (c.source_id) c.source_id, o.code, c.grade, c.name
         FROM class c JOIN organization o ON o.id = c.school_id
         WHERE c.district_id = $1 AND c.source_id IS NOT NULL
         ORDER BY c.source_id, c.school_year DESC",
    )
    .bind(district)
    .fetch_all(&mut **tx)
    .await?;
    let users: HashMap<_, _> =
        users.into_iter().map(|(id, kind, class)| (id, source::KnownUser { kind, class })).collect();
    let classes: HashMap<_, _> = classes
        .into_iter()
        .map(|(id, school_code, grade, name)| (id, source::KnownClass { school_code, grade, name }))
        .collect();
    Ok(source::Known { users, classes })
}

/// A judged row, to be kept.
#[derive(Debug, Clone)]
pub(super) struct NewRow {
    pub row_no: i64,
    pub outcome: Outcome,
    pub number: String,
    pub name: String,
    pub person_id: Option<Uuid>,
    pub incoming: String,
    pub detail: String,
    pub kind: Option<&'static str>,
    pub birth_date: Option<NaiveDate>,
    pub sex: Option<&'static str>,
    pub source_id: Option<String>,
    pub school_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub class_name: Option<String>,
    pub class_source: Option<String>,
    pub base_version: Option<i64>,
    pub enrolment_id: Option<Uuid>,
}

/// Keeps judged rows.
pub(super) async fn insert_rows(tx: &mut Tx, import: Uuid, rows: Vec<NewRow>) -> Result<()> {
    let district = tx.district().0;
    let n = rows.len();
    macro_rules! columns {
        ($($name:ident),*) => { $(let mut $name = Vec::with_capacity(n);)* for row in rows { $($name.push(row.$name);)* } };
    }
    columns!(
        row_no,
        outcome,
        number,
        name,
        person_id,
        incoming,
        detail,
        kind,
        birth_date,
        sex,
        source_id,
        school_id,
        grade,
        class_name,
        class_source,
        base_version,
        enrolment_id
    );
    sqlx::query(
        "INSERT INTO roster_import_row (district_id, import_id, row_no, outcome, number, name, person_id, incoming, detail,
                                        kind, birth_date, sex, source_id, school_id, grade, class_name, class_source,
                                        base_version, enrolment_id)
         SELECT $1, $2, r.row_no, r.outcome, r.number, r.name, r.person_id, r.incoming::jsonb, r.detail::jsonb, r.kind,
                r.birth_date, r.sex, r.source_id, r.school_id, r.grade, r.class_name, r.class_source, r.base_version,
                r.enrolment_id
         FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[],
                     $11::date[], $12::text[], $13::text[], $14::uuid[], $15::integer[], $16::text[], $17::text[],
                     $18::bigint[], $19::uuid[])
              AS r (row_no, outcome, number, name, person_id, incoming, detail, kind, birth_date, sex, source_id,
                    school_id, grade, class_name, class_source, base_version, enrolment_id)",
    )
    .bind(district)
    .bind(import)
    .bind(row_no)
    .bind(outcome.into_iter().map(Outcome::word).collect::<Vec<_>>())
    .bind(number)
    .bind(name)
    .bind(person_id)
    .bind(incoming)
    .bind(detail)
    .bind(kind)
    .bind(birth_date)
    .bind(sex)
    .bind(source_id)
    .bind(school_id)
    .bind(grade)
    .bind(class_name)
    .bind(class_source)
    .bind(base_version)
    .bind(enrolment_id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Rows of an import after `after`, of one outcome if given.
pub(super) async fn rows(
    tx: &mut Tx,
    import: Uuid,
    outcome: Option<Outcome>,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<StoredRow>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT * FROM roster_import_row
         WHERE district_id = $1 AND import_id = $2 AND ($3::text IS NULL OR outcome = $3) AND row_no > $4
         ORDER BY row_no LIMIT $5",
    )
    .bind(district)
    .bind(import)
    .bind(outcome.map(Outcome::word))
    .bind(after.unwrap_or(-1))
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

pub(super) async fn row(tx: &mut Tx, import: Uuid, row_no: i64) -> Result<Option<StoredRow>> {
    let district = tx.district().0;
    Ok(sqlx::query_as("SELECT * FROM roster_import_row WHERE district_id = $1 AND import_id = $2 AND row_no = $3")
        .bind(district)
        .bind(import)
        .bind(row_no)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Another row of the import that is about this person, or has this number or identity: the first that is taken.
pub(super) async fn other_row(
    tx: &mut Tx,
    import: Uuid,
    row_no: i64,
    number: &str,
    source: Option<&str>,
    person: Option<Uuid>,
) -> Result<Option<i64>> {
    let district = tx.district().0;
    Ok(sqlx::query_scalar(
        "SELECT row_no FROM roster_import_row
         WHERE district_id = $1 AND import_id = $2 AND row_no <> $3 AND outcome NOT IN ('refused', 'left')
           AND (number = nullif($4, '') OR source_id = $5 OR person_id = $6)
         ORDER BY row_no LIMIT 1",
    )
    .bind(district)
    .bind(import)
    .bind(row_no)
    .bind(number)
    .bind(source)
    .bind(person)
    .fetch_optional(&mut **tx)
    .await?)
}

pub(super) async fn delete_row(tx: &mut Tx, import: Uuid, row_no: i64) -> Result<()> {
    let district = tx.district().0;
    sqlx::query("DELETE FROM roster_import_row WHERE district_id = $1 AND import_id = $2 AND row_no = $3")
        .bind(district)
        .bind(import)
        .bind(row_no)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets who leaves because a full file misses them.
pub(super) async fn delete_left(tx: &mut Tx, import: Uuid) -> Result<()> {
    let district = tx.district().0;
    sqlx::query("DELETE FROM roster_import_row WHERE district_id = $1 AND import_id = $2 AND outcome = 'left'")
        .bind(district)
        .bind(import)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Who is enrolled in the scope of a full file, is of a kind that is in it, and is in none of its rows.
pub(super) async fn missing(tx: &mut Tx, import: &ImportRow) -> Result<Vec<Uuid>> {
    let district = tx.district().0;
    Ok(sqlx::query_scalar(
        "SELECT p.id FROM enrolment e JOIN person p ON p.district_id = $1 AND p.id = e.person_id
         WHERE e.district_id = $1 AND e.valid_to IS NULL AND e.valid_from <= $3
           AND ($4::uuid IS NULL OR e.school_id = $4)
           AND p.kind IN (SELECT kind FROM roster_import_row
                          WHERE district_id = $1 AND import_id = $2 AND kind IS NOT NULL AND outcome <> 'left')
           AND e.person_id NOT IN (SELECT person_id FROM roster_import_row
                                   WHERE district_id = $1 AND import_id = $2 AND person_id IS NOT NULL)",
    )
    .bind(district)
    .bind(import.id)
    .bind(import.effective_on)
    .bind(import.school_id)
    .fetch_all(&mut **tx)
    .await?)
}

/// Discarded rows are personal data that nobody needs any more.
pub(super) async fn delete_rows(tx: &mut Tx, import: Uuid) -> Result<()> {
    let district = tx.district().0;
    sqlx::query("DELETE FROM roster_import_row WHERE district_id = $1 AND import_id = $2")
        .bind(district)
        .bind(import)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The number after the last row, and the outcomes counted.
pub(super) async fn totals(tx: &mut Tx, import: Uuid) -> Result<(i64, Vec<(String, i64)>)> {
    let district = tx.district().0;
    let outcomes: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT outcome, count(*), max(row_no) FROM roster_import_row
         WHERE district_id = $1 AND import_id = $2 GROUP BY outcome",
    )
    .bind(district)
    .bind(import)
    .fetch_all(&mut **tx)
    .await?;
    let next = outcomes.iter().map(|(.., last)| *last).max().unwrap_or(0) + 1;
    Ok((next, outcomes.into_iter().map(|(outcome, count, _)| (outcome, count)).collect()))
}

/// What has changed since the rows were judged: the first number that it concerns.
pub(super) async fn stale(tx: &mut Tx, import: &ImportRow) -> Result<Option<String>> {
    let district = tx.district().0;
    let touched: Option<String> = sqlx::query_scalar(
        "SELECT r.number FROM roster_import_row r JOIN person p ON p.district_id = $1 AND p.id = r.person_id
         WHERE r.district_id = $1 AND r.import_id = $2 AND r.outcome NOT IN ('added', 'refused')
           AND p.version <> r.base_version
         LIMIT 1",
    )
    .bind(district)
    .bind(import.id)
    .fetch_optional(&mut **tx)
    .await?;
    if touched.is_some() {
        return Ok(touched);
    }
    let taken: Option<String> = sqlx::query_scalar(
        "SELECT r.number FROM roster_import_row r
         WHERE r.district_id = $1 AND r.import_id = $2 AND r.outcome = 'added'
           AND (EXISTS (SELECT FROM person p WHERE p.district_id = $1 AND p.number = r.number)
                OR EXISTS (SELECT FROM person p WHERE p.district_id = $1 AND p.source_id = r.source_id))
         LIMIT 1",
    )
    .bind(district)
    .bind(import.id)
    .fetch_optional(&mut **tx)
    .await?;
    if taken.is_some() || import.mode != Mode::Full {
        return Ok(taken);
    }
    // Somebody came since, whom the file misses.
    let missing = missing(tx, import).await?;
    let Some(first) = missing.first() else { return Ok(None) };
    let number = sqlx::query_scalar("SELECT number FROM person WHERE district_id = $1 AND id = $2")
        .bind(district)
        .bind(first)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(number)
}

/// The classes that the import needs: school, grade, name, identity in the source.
pub(super) async fn needed_classes(tx: &mut Tx, import: Uuid) -> Result<Vec<(Uuid, i32, String, Option<String>)>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT school_id, grade, class_name, max(class_source) FROM roster_import_row
         WHERE district_id = $1 AND import_id = $2 AND outcome IN ('added', 'moved') AND school_id IS NOT NULL
         GROUP BY school_id, grade, class_name ORDER BY school_id, grade, class_name",
    )
    .bind(district)
    .bind(import)
    .fetch_all(&mut **tx)
    .await?)
}

/// A class that shall be there.
pub(crate) struct NewClass {
    pub id: Uuid,
    pub school: Uuid,
    pub grade: i32,
    pub name: String,
    pub source: Option<String>,
}

/// Makes the classes that are not there yet, and learns the source's identity of those that are.
pub(crate) async fn ensure_classes(
    tx: &mut Tx,
    school_year: i32,
    classes: &[NewClass],
    at: DateTime<Utc>,
) -> Result<()> {
    let district = tx.district().0;
    sqlx::query(
        "INSERT INTO class (district_id, id, school_id, school_year, grade, name, source_id, created_at)
         SELECT $1, n.id, n.school_id, $2, n.grade, n.name, n.source_id, $3
         FROM unnest($4::uuid[], $5::uuid[], $6::integer[], $7::text[], $8::text[])
              AS n (id, school_id, grade, name, source_id)
         ON CONFLICT (district_id, school_id, school_year, grade, name)
         DO UPDATE SET source_id = coalesce(excluded.source_id, class.source_id)",
    )
    .bind(district)
    .bind(school_year)
    .bind(at)
    .bind(classes.iter().map(|class| class.id).collect::<Vec<_>>())
    .bind(classes.iter().map(|class| class.school).collect::<Vec<_>>())
    .bind(classes.iter().map(|class| class.grade).collect::<Vec<_>>())
    .bind(classes.iter().map(|class| class.name.as_str()).collect::<Vec<_>>())
    .bind(classes.iter().map(|class| class.source.as_deref()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The last row of the next batch after `after`.
pub(super) async fn batch_end(tx: &mut Tx, import: Uuid, after: i64, size: i64) -> Result<Option<i64>> {
    let district = tx.district().0;
    Ok(sqlx::query_scalar(
        "SELECT max(row_no) FROM (SELECT row_no FROM roster_import_row
                                  WHERE district_id = $1 AND import_id = $2 AND row_no > $3
                                  ORDER BY row_no LIMIT $4) AS batch",
    )
    .bind(district)
    .bind(import)
    .bind(after)
    .bind(size)
    .fetch_one(&mut **tx)
    .await?)
}

/// Persons: what was said of them until now is kept; then new ones, and those of whom something changes. Every touched
/// person's version goes up.
const PERSONS: [&str; 3] = [
    "INSERT INTO former (district_id, kind, id, known_until, was)
     SELECT $1, 'person', p.id, $5, to_jsonb(p)
     FROM roster_import_row r JOIN person p ON p.district_id = $1 AND p.id = r.person_id
     WHERE r.district_id = $1 AND r.import_id = $2 AND r.row_no > $3 AND r.row_no <= $4
       AND r.outcome IN ('changed', 'moved', 'left')
       AND (p.number, p.name, p.birth_date, p.sex) IS DISTINCT FROM (r.number, r.name, r.birth_date, r.sex)
     ON CONFLICT DO NOTHING",
    "INSERT INTO person (district_id, id, kind, number, name, birth_date, sex, source_id, created_at, updated_at)
     SELECT $1, person_id, kind, number, name, birth_date, sex, source_id, $5, $5
     FROM roster_import_row
     WHERE district_id = $1 AND import_id = $2 AND row_no > $3 AND row_no <= $4 AND outcome = 'added'",
    "UPDATE person p
     SET number = r.number, name = r.name, birth_date = r.birth_date, sex = r.sex, source_id = r.source_id,
         status = CASE r.outcome WHEN 'moved' THEN 'active' WHEN 'left' THEN 'left' ELSE p.status END,
         version = p.version + 1, updated_at = $5
     FROM roster_import_row r
     WHERE p.district_id = $1 AND p.id = r.person_id AND r.district_id = $1 AND r.import_id = $2
       AND r.row_no > $3 AND r.row_no <= $4 AND r.outcome IN ('changed', 'moved', 'left')",
];

/// Enrolments that are put right in place, as they were until now.
const FORMER_ENROLMENTS: &str = "INSERT INTO former (district_id, kind, id, known_until, was)
     SELECT $1, 'enrolment', e.id, $6, to_jsonb(e)
     FROM roster_import_row r JOIN enrolment e ON e.district_id = $1 AND e.person_id = r.person_id
     WHERE e.valid_to IS NULL AND e.valid_from = $5 AND r.district_id = $1 AND r.import_id = $2 AND r.row_no > $3
       AND r.row_no <= $4 AND r.outcome = 'moved'
     ON CONFLICT DO NOTHING";

/// Enrolments: closed the day before, put right where they begin on the very day, and opened.
const ENROLMENTS: [&str; 3] = [
    "UPDATE enrolment e
     SET valid_to = CASE WHEN e.valid_from < $5 THEN $5::date - 1 ELSE $5 END, ended_at = $6
     FROM roster_import_row r
     WHERE e.district_id = $1 AND e.person_id = r.person_id AND e.valid_to IS NULL AND r.district_id = $1
       AND r.import_id = $2 AND r.row_no > $3 AND r.row_no <= $4
       AND (r.outcome = 'left' OR (r.outcome = 'moved' AND e.valid_from < $5))",
    "UPDATE enrolment e
     SET class_id = c.id, school_id = c.school_id, grade = c.grade
     FROM roster_import_row r
     JOIN class c ON c.district_id = $1 AND c.school_id = r.school_id AND c.school_year = $6 AND c.grade = r.grade
                 AND c.name = r.class_name
     WHERE e.district_id = $1 AND e.person_id = r.person_id AND e.valid_to IS NULL AND e.valid_from = $5
       AND r.district_id = $1 AND r.import_id = $2 AND r.row_no > $3 AND r.row_no <= $4 AND r.outcome = 'moved'",
    "INSERT INTO enrolment (district_id, id, person_id, class_id, school_id, grade, valid_from, created_at)
     SELECT $1, r.enrolment_id, r.person_id, c.id, c.school_id, c.grade, $5, $7
     FROM roster_import_row r
     JOIN class c ON c.district_id = $1 AND c.school_id = r.school_id AND c.school_year = $6 AND c.grade = r.grade
                 AND c.name = r.class_name
     WHERE r.district_id = $1 AND r.import_id = $2 AND r.row_no > $3 AND r.row_no <= $4
       AND (r.outcome = 'added' OR (r.outcome = 'moved' AND NOT EXISTS (
            SELECT FROM enrolment e WHERE e.district_id = $1 AND e.person_id = r.person_id AND e.valid_to IS NULL)))",
];

/// Carries out the rows from after `from` to `to`.
pub(super) async fn apply(tx: &mut Tx, import: &ImportRow, from: i64, to: i64, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district().0;
    for statement in PERSONS {
        sqlx::query(statement).bind(district).bind(import.id).bind(from).bind(to).bind(at).execute(&mut **tx).await?;
    }
    sqlx::query(FORMER_ENROLMENTS)
        .bind(district)
        .bind(import.id)
        .bind(from)
        .bind(to)
        .bind(import.effective_on)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    for (index, statement) in ENROLMENTS.into_iter().enumerate() {
        let mut query =
            sqlx::query(statement).bind(district).bind(import.id).bind(from).bind(to).bind(import.effective_on);
        query = if index == 0 { query.bind(at) } else { query.bind(import.school_year) };
        if index == 2 {
            query = query.bind(at);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// The trail of the rows from after `from` to `to` that change somebody who was known.
pub(super) async fn events(tx: &mut Tx, import: Uuid, from: i64, to: i64) -> Result<Vec<Event>> {
    let district = tx.district().0;
    let rows: Vec<(Uuid, String, Value)> = sqlx::query_as(
        "SELECT person_id, outcome, detail FROM roster_import_row
         WHERE district_id = $1 AND import_id = $2 AND row_no > $3 AND row_no <= $4
           AND outcome IN ('changed', 'moved', 'left')
         ORDER BY row_no",
    )
    .bind(district)
    .bind(import)
    .bind(from)
    .bind(to)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(person, outcome, changes)| {
            let action = match outcome.as_str() {
                "changed" => "person.change",
                "moved" => "person.move",
                _ => "person.leave",
            };
            Event::new(action, "person", person, serde_json::json!({ "import_id": import, "changes": changes }))
        })
        .collect())
}

/// The district's setting of how many may leave at once.
pub(super) async fn removal_setting(tx: &mut Tx) -> Result<Value> {
    let district = tx.district().0;
    let found: Option<Option<Value>> = sqlx::query_scalar("SELECT settings->'roster' FROM district WHERE id = $1")
        .bind(district)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found.flatten().unwrap_or(Value::Null))
}

/// The day that it is in the district.
pub(crate) async fn today(tx: &mut Tx, now: DateTime<Utc>) -> Result<NaiveDate> {
    let district = tx.district().0;
    let day: Option<NaiveDate> =
        sqlx::query_scalar("SELECT ($2 AT TIME ZONE time_zone)::date FROM district WHERE id = $1")
            .bind(district)
            .bind(now)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(day.unwrap_or_else(|| now.date_naive()))
}
