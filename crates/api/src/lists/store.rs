//! The SQL of list imports, and of what their rows are compared with.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{Given, ListCounts, ListKind, ListState, Outcome, cells::Cells, judge::Judged};
use crate::{
    competitions::store::Competition,
    designations::store::Scheme,
    error::{ApiError, FieldError, Result},
    tenancy::{DistrictId, Tx},
};

/// An import.
#[derive(Debug, Clone, FromRow)]
pub struct ImportRow {
    pub district_id: Uuid,
    pub id: Uuid,
    pub kind: ListKind,
    pub file_name: String,
    pub state: ListState,
    pub given: Json<Given>,
    pub counts: Json<ListCounts>,
    pub ignored: Vec<String>,
    pub notes: Vec<String>,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// A row of an import.
#[derive(Debug, Clone, FromRow)]
pub struct StoredRow {
    pub row_no: i64,
    pub outcome: Outcome,
    pub label: String,
    pub cells: Json<Cells>,
    pub faults: Json<Vec<FieldError>>,
    pub detail: Value,
}

/// Adds an import.
pub(super) async fn insert(tx: &mut Tx, row: &ImportRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO list_import (district_id, id, kind, file_name, state, given, counts, ignored, created_by, created_at, version,
                                  notes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tx.district().0)
    .bind(row.id)
    .bind(row.kind)
    .bind(&row.file_name)
    .bind(row.state)
    .bind(&row.given)
    .bind(row.counts)
    .bind(&row.ignored)
    .bind(row.created_by)
    .bind(row.created_at)
    .bind(row.version)
    .bind(&row.notes)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes where an import stands.
pub(super) async fn update(tx: &mut Tx, row: &ImportRow) -> Result<()> {
    sqlx::query(
        "UPDATE list_import SET state = $3, counts = $4, finished_at = $5, version = $6 WHERE district_id = $1 AND id = $2",
    )
    .bind(tx.district().0)
    .bind(row.id)
    .bind(row.state)
    .bind(row.counts)
    .bind(row.finished_at)
    .bind(row.version)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Loads an import.
pub(super) async fn load(tx: &mut Tx, id: Uuid) -> Result<ImportRow> {
    sqlx::query_as("SELECT * FROM list_import WHERE district_id = $1 AND id = $2")
        .bind(tx.district().0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("import"))
}

/// Loads an import to be changed.
pub(super) async fn lock(tx: &mut Tx, id: Uuid) -> Result<ImportRow> {
    sqlx::query_as("SELECT * FROM list_import WHERE district_id = $1 AND id = $2 FOR UPDATE")
        .bind(tx.district().0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("import"))
}

/// Lists imports, the newest first: all but other accounts' lists of themes and members, or the account's own alone.
pub(super) async fn imports(
    tx: &mut Tx,
    all: bool,
    account: Uuid,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<ImportRow>> {
    Ok(sqlx::query_as::<_, ImportRow>(
        "SELECT * FROM list_import
         WHERE district_id = $1 AND (created_by = $3 OR $2 AND kind NOT IN ('themes', 'members')) AND ($4::uuid IS NULL OR id < $4)
         ORDER BY id DESC LIMIT $5",
    )
    .bind(tx.district().0)
    .bind(all)
    .bind(account)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Puts the judged rows of an import in the place of those that it had.
pub(super) async fn put_rows(tx: &mut Tx, import: Uuid, judged: &[Judged]) -> Result<()> {
    delete_rows(tx, import).await?;
    let numbers: Vec<i64> = judged.iter().map(|one| one.row.row_no).collect();
    let outcomes: Vec<&str> = judged.iter().map(|one| one.outcome.word()).collect();
    let labels: Vec<&str> = judged.iter().map(|one| one.label.as_str()).collect();
    let cells: Vec<Json<&Cells>> = judged.iter().map(|one| Json(&one.row.cells)).collect();
    let faults: Vec<Json<&[FieldError]>> = judged.iter().map(|one| Json(one.row.faults.as_slice())).collect();
    let details: Vec<&Value> = judged.iter().map(|one| &one.detail).collect();
    sqlx::query(
        "INSERT INTO list_import_row (district_id, import_id, row_no, outcome, label, cells, faults, detail)
         SELECT $1, $2, n, o, l, c, f, d
         FROM unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[]) AS r (n, o, l, c, f, d)",
    )
    .bind(tx.district().0)
    .bind(import)
    .bind(numbers)
    .bind(outcomes)
    .bind(labels)
    .bind(cells)
    .bind(faults)
    .bind(details)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All rows of an import, in the order of the file.
pub(super) async fn all_rows(tx: &mut Tx, import: Uuid) -> Result<Vec<StoredRow>> {
    rows(tx, import, None, None, i64::MAX).await
}

/// Rows of an import, in the order of the file.
pub(super) async fn rows(
    tx: &mut Tx,
    import: Uuid,
    outcome: Option<Outcome>,
    after: Option<i64>,
    fetch: i64,
) -> Result<Vec<StoredRow>> {
    Ok(sqlx::query_as::<_, StoredRow>(
        "SELECT row_no, outcome, label, cells, faults, detail FROM list_import_row
         WHERE district_id = $1 AND import_id = $2 AND ($3::text IS NULL OR outcome = $3)
           AND ($4::bigint IS NULL OR row_no > $4)
         ORDER BY row_no LIMIT $5",
    )
    .bind(tx.district().0)
    .bind(import)
    .bind(outcome)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Forgets the rows of an import that was given up.
pub(super) async fn delete_rows(tx: &mut Tx, import: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM list_import_row WHERE district_id = $1 AND import_id = $2")
        .bind(tx.district().0)
        .bind(import)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Holds the registers of the district until the transaction ends: two lists are entered one after the other.
pub(super) async fn hold(tx: &mut Tx) -> Result<()> {
    sqlx::query("SELECT FROM district WHERE id = $1 FOR NO KEY UPDATE")
        .bind(tx.district().0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The schemes of the district and of the authorities above it.
pub(super) async fn reaching_schemes(tx: &mut Tx) -> Result<Vec<Scheme>> {
    Ok(sqlx::query_as::<_, Scheme>(
        "WITH RECURSIVE above AS (
             SELECT id, parent_id FROM authority WHERE id = $1
             UNION SELECT a.id, a.parent_id FROM authority a JOIN above b ON a.id = b.parent_id)
         SELECT s.* FROM scheme s JOIN above a ON a.id = s.authority_id ORDER BY s.id",
    )
    .bind(tx.district().0)
    .fetch_all(&mut **tx)
    .await?)
}

/// A person who holds a title, or may.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Professional {
    /// Identity.
    pub(super) id: Uuid,
    /// The organization where the person works.
    pub(super) employer_id: Uuid,
    /// What the person is called.
    pub(super) name: String,
}

/// Those who work at organizations of the district.
pub(super) async fn professionals(tx: &mut Tx) -> Result<Vec<Professional>> {
    Ok(sqlx::query_as::<_, Professional>(
        "SELECT p.id, p.employer_id, p.name FROM professional p JOIN organization o ON o.id = p.employer_id
         WHERE o.district_id = $1 ORDER BY p.id",
    )
    .bind(tx.district().0)
    .fetch_all(&mut **tx)
    .await?)
}

/// The local contests of the district.
pub(super) async fn local_competitions(tx: &mut Tx) -> Result<Vec<Competition>> {
    Ok(sqlx::query_as::<_, Competition>("SELECT * FROM competition WHERE district_id = $1 ORDER BY id")
        .bind(tx.district().0)
        .fetch_all(&mut **tx)
        .await?)
}

/// A contest of the national list, by its name, in one of its editions.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct National {
    /// What it is called.
    pub(super) name_zh: String,
    /// The first day on which a result counts.
    pub(super) valid_from: NaiveDate,
    /// The last one.
    pub(super) valid_to: Option<NaiveDate>,
}

/// The editions of the national list.
pub(super) async fn national(tx: &mut Tx) -> Result<Vec<National>> {
    Ok(sqlx::query_as::<_, National>(
        "SELECT name_zh, valid_from, valid_to FROM competition WHERE district_id IS NULL ORDER BY id",
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Districts by identity: their code and name.
pub(super) async fn districts(tx: &mut Tx) -> Result<Vec<(Uuid, String, String)>> {
    Ok(sqlx::query_as("SELECT id, code, name_zh FROM district WHERE id <> $1 ORDER BY id")
        .bind(DistrictId::PLATFORM.0)
        .fetch_all(&mut **tx)
        .await?)
}
