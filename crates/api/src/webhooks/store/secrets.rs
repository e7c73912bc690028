//! Secrets. Requests add and end them; what they are is read by the worker alone.

use chrono::{DateTime, Utc};
use kepu_domain::webhook::Secret;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// Adds the one that signs from now on.
pub async fn add_secret(tx: &mut Tx, id: Uuid, endpoint: Uuid, secret: &Secret, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO webhook_secret (district_id, id, endpoint_id, secret, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(district.0)
    .bind(id)
    .bind(endpoint)
    .bind(secret.bytes())
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets the one that signs go on until a moment, and deletes those whose time is over.
pub async fn end_secret(tx: &mut Tx, endpoint: Uuid, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query("DELETE FROM webhook_secret WHERE district_id = $1 AND endpoint_id = $2 AND signs_until <= $3")
        .bind(district.0)
        .bind(endpoint)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "UPDATE webhook_secret SET signs_until = $3 WHERE district_id = $1 AND endpoint_id = $2 AND signs_until IS NULL",
    )
    .bind(district.0)
    .bind(endpoint)
    .bind(until)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes all of an endpoint.
pub async fn drop_secrets(tx: &mut Tx, endpoint: Uuid) -> Result<()> {
    let district = tx.district();
    sqlx::query("DELETE FROM webhook_secret WHERE district_id = $1 AND endpoint_id = $2")
        .bind(district.0)
        .bind(endpoint)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Those that sign at a moment, the newest first. For the owner.
pub async fn secrets(
    connection: &mut PgConnection,
    district: Uuid,
    endpoint: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Secret>> {
    let rows: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT secret FROM webhook_secret
         WHERE district_id = $1 AND endpoint_id = $2 AND (signs_until IS NULL OR signs_until > $3)
         ORDER BY signs_until DESC NULLS FIRST LIMIT 5",
    )
    .bind(district)
    .bind(endpoint)
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Secret::new).collect())
}
