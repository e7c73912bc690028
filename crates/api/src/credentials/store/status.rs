//! Status lists and the places in them.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::{error::Result, tenancy::Tx};

/// A status list as it is published.
#[derive(Debug, FromRow)]
pub struct ListRow {
    pub list: i32,
    pub address: String,
    pub token: String,
    pub made_at: DateTime<Utc>,
}

/// The list in which places are given out under this address of the issuer; none before the first badge.
pub async fn open_list(tx: &mut Tx, issuer: &str) -> Result<Option<ListRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT list, address, token, made_at FROM credential_list
         WHERE district_id = $1 AND starts_with(address, $2 || '/') ORDER BY list DESC LIMIT 1",
    )
    .bind(district.0)
    .bind(issuer)
    .fetch_optional(&mut **tx)
    .await?)
}

/// One list.
pub async fn list(tx: &mut Tx, list: i32) -> Result<Option<ListRow>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT list, address, token, made_at FROM credential_list WHERE district_id = $1 AND list = $2")
        .bind(district.0)
        .bind(list)
        .fetch_optional(&mut **tx)
        .await?)
}

/// The number of the next list.
pub async fn next_list(tx: &mut Tx) -> Result<i32> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT coalesce(max(list), 0) + 1 FROM credential_list WHERE district_id = $1")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// Adds a list, unless somebody else was faster.
pub async fn add_list(tx: &mut Tx, row: &ListRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO credential_list (district_id, list, address, token, made_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(district.0)
    .bind(row.list)
    .bind(&row.address)
    .bind(&row.token)
    .bind(row.made_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a place in a list; false if it is taken.
pub async fn take_slot(tx: &mut Tx, list: i32, place: i32) -> Result<bool> {
    let district = tx.district();
    let taken = sqlx::query(
        "INSERT INTO credential_slot (district_id, list, place) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(district.0)
    .bind(list)
    .bind(place)
    .execute(&mut **tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Holds a list until the end of the transaction: two that revoke at once must not each publish without the other's.
pub async fn hold_list(tx: &mut Tx, list: i32) -> Result<Option<ListRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT list, address, token, made_at FROM credential_list WHERE district_id = $1 AND list = $2 FOR UPDATE",
    )
    .bind(district.0)
    .bind(list)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Says that what has this place is revoked.
pub async fn revoke_slot(tx: &mut Tx, list: i32, place: i32, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE credential_slot SET revoked_at = coalesce(revoked_at, $4)
         WHERE district_id = $1 AND list = $2 AND place = $3",
    )
    .bind(district.0)
    .bind(list)
    .bind(place)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The places of a list whose badges are revoked.
pub async fn revoked_places(tx: &mut Tx, list: i32) -> Result<Vec<i32>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT place FROM credential_slot WHERE district_id = $1 AND list = $2 AND revoked_at IS NOT NULL",
    )
    .bind(district.0)
    .bind(list)
    .fetch_all(&mut **tx)
    .await?)
}

/// Publishes a list anew.
pub async fn publish_list(tx: &mut Tx, list: i32, token: &str, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE credential_list SET token = $3, made_at = $4 WHERE district_id = $1 AND list = $2")
        .bind(district.0)
        .bind(list)
        .bind(token)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
