//! The SQL of tariffs. Every statement names the district.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// A row, with names.
#[derive(Debug, Clone, FromRow)]
pub struct TariffRow {
    /// Identity.
    pub id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// Its name.
    pub host_name_zh: String,
    /// Its name in English.
    pub host_name_en: String,
    /// The activity.
    pub activity_id: Option<Uuid>,
    /// Its title.
    pub activity_title_zh: Option<String>,
    /// Fen a person.
    pub fen: i64,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: Option<NaiveDate>,
    /// What it rests on.
    pub note: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// A tariff to add.
#[derive(Debug, Clone)]
pub struct NewTariff {
    /// Identity.
    pub id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The activity.
    pub activity_id: Option<Uuid>,
    /// Fen a person.
    pub fen: i64,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: Option<NaiveDate>,
    /// What it rests on.
    pub note: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.host_id, o.name_zh AS host_name_zh, o.name_en AS host_name_en, t.activity_id,
                    a.title_zh AS activity_title_zh, t.fen, t.first_day, t.last_day, t.note, t.set_at, t.withdrawn_at
             FROM tariff t JOIN organization o ON o.id = t.host_id LEFT JOIN activity a ON a.id = t.activity_id
             WHERE t.district_id = $1 ",
            $rest
        )
    };
}

/// Tariffs of the district by host, the newest first; withdrawn ones only if asked for.
pub async fn list(tx: &mut Tx, host: Option<Uuid>, withdrawn: bool) -> Result<Vec<TariffRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(select!(
        "AND ($2::uuid IS NULL OR t.host_id = $2) AND ($3 OR t.withdrawn_at IS NULL)
         ORDER BY o.name_zh, t.host_id, t.first_day DESC, t.id DESC LIMIT 2000"
    ))
    .bind(district.0)
    .bind(host)
    .bind(withdrawn)
    .fetch_all(&mut **tx)
    .await?)
}

/// Those that held at a moment, of these hosts or of all.
pub async fn at(tx: &mut Tx, hosts: Option<&[Uuid]>, at: DateTime<Utc>) -> Result<Vec<TariffRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(select!(
        "AND ($2::uuid[] IS NULL OR t.host_id = ANY($2)) AND t.set_at <= $3
         AND (t.withdrawn_at IS NULL OR t.withdrawn_at > $3)"
    ))
    .bind(district.0)
    .bind(hosts)
    .bind(at)
    .fetch_all(&mut **tx)
    .await?)
}

/// One of the district's.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<TariffRow> {
    let district = tx.district();
    sqlx::query_as(select!("AND t.id = $2"))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("tariff"))
}

/// The open one of the same host and activity that began before this day.
pub async fn open_before(tx: &mut Tx, of: &NewTariff) -> Result<Option<TariffRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(select!(
        "AND t.host_id = $2 AND t.activity_id IS NOT DISTINCT FROM $3 AND t.withdrawn_at IS NULL
         AND t.last_day IS NULL AND t.first_day < $4"
    ))
    .bind(district.0)
    .bind(of.host_id)
    .bind(of.activity_id)
    .bind(of.first_day)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Adds one.
pub async fn insert(tx: &mut Tx, new: &NewTariff, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO tariff (district_id, id, host_id, activity_id, fen, first_day, last_day, note, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(district.0)
    .bind(new.id)
    .bind(new.host_id)
    .bind(new.activity_id)
    .bind(new.fen)
    .bind(new.first_day)
    .bind(new.last_day)
    .bind(&new.note)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await
    .on_constraint("tariff_once", || {
        ApiError::conflict(
            "tariff_overlaps",
            "There is a tariff for this host and activity on some of these days. Withdraw it, or choose other days.",
        )
    })?;
    Ok(())
}

/// Withdraws one; false if it was withdrawn before.
pub async fn withdraw(tx: &mut Tx, id: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<bool> {
    let district = tx.district();
    let done = sqlx::query(
        "UPDATE tariff SET withdrawn_by = $3, withdrawn_at = $4
         WHERE district_id = $1 AND id = $2 AND withdrawn_at IS NULL",
    )
    .bind(district.0)
    .bind(id)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The host of an activity.
pub async fn host_of(tx: &mut Tx, activity: Uuid) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar("SELECT host_id FROM activity WHERE id = $1")
        .bind(activity)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Whether there is such an organization.
pub async fn is_host(tx: &mut Tx, host: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT FROM organization WHERE id = $1)")
        .bind(host)
        .fetch_one(&mut **tx)
        .await?)
}
