//! The keys of a district. The secret half is read and written through the owner's connections alone.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// A key with what it signs by.
#[derive(FromRow)]
pub struct SecretRow {
    pub id: Uuid,
    pub pem: String,
    pub created_at: DateTime<Utc>,
}

/// A key as everybody may know it.
#[derive(Debug, FromRow)]
pub struct KeyRow {
    pub id: Uuid,
    pub modulus: Vec<u8>,
    pub exponent: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

/// One at a time makes the keys of a district.
pub async fn lock_keys(connection: &mut PgConnection, district: Uuid) -> Result<()> {
    sqlx::query(
        "SELECT pg_advisory_xact_lock(hashtextextended('kepu credential key', 0) # hashtextextended($1::text, 0))",
    )
    .bind(district)
    .execute(connection)
    .await?;
    Ok(())
}

/// The key that signs now.
pub async fn signing_key(connection: &mut PgConnection, district: Uuid) -> Result<Option<SecretRow>> {
    Ok(sqlx::query_as(
        "SELECT k.id, s.pem, k.created_at FROM credential_key k
         JOIN credential_key_secret s ON s.district_id = k.district_id AND s.key_id = k.id
         WHERE k.district_id = $1 AND k.retired_at IS NULL",
    )
    .bind(district)
    .fetch_optional(connection)
    .await?)
}

/// Retires the key that signs, if there is one, and puts this one in its place. The secret half of the old one is gone.
pub async fn replace_key(connection: &mut PgConnection, district: Uuid, key: &KeyRow, pem: &str) -> Result<()> {
    sqlx::query("DELETE FROM credential_key_secret WHERE district_id = $1")
        .bind(district)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE credential_key SET retired_at = $2 WHERE district_id = $1 AND retired_at IS NULL")
        .bind(district)
        .bind(key.created_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO credential_key (district_id, id, modulus, exponent, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(district)
    .bind(key.id)
    .bind(&key.modulus)
    .bind(&key.exponent)
    .bind(key.created_at)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO credential_key_secret (district_id, key_id, pem) VALUES ($1, $2, $3)")
        .bind(district)
        .bind(key.id)
        .bind(pem)
        .execute(connection)
        .await?;
    Ok(())
}

/// All keys of the district, the newest first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<KeyRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT id, modulus, exponent, created_at, retired_at FROM credential_key
         WHERE district_id = $1 ORDER BY created_at DESC, id DESC",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}
