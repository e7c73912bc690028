//! What those who used something say of it.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// A rating, with the name of who used it.
#[derive(Debug, Clone, FromRow)]
pub struct Rating {
    /// The booking.
    pub booking_id: Uuid,
    /// What was used.
    pub resource_id: Uuid,
    /// Who used it.
    pub organization_id: Uuid,
    /// Its name.
    pub organization_name_zh: String,
    /// Its name in English.
    pub organization_name_en: String,
    /// From 1 to 5.
    pub stars: i32,
    /// What there is to say.
    pub remark: String,
    /// Account that rated.
    pub rated_by: Uuid,
    /// When.
    pub rated_at: DateTime<Utc>,
}

/// The ratings of a resource, the newest first.
pub async fn ratings(
    tx: &mut Tx,
    resource: Uuid,
    before: Option<(DateTime<Utc>, Uuid)>,
    fetch: i64,
) -> Result<Vec<Rating>> {
    Ok(sqlx::query_as(
        "SELECT s.*, o.name_zh AS organization_name_zh, o.name_en AS organization_name_en
         FROM resource_rating s JOIN organization o ON o.id = s.organization_id
         WHERE s.resource_id = $1 AND ($2::timestamptz IS NULL OR (s.rated_at, s.booking_id) < ($2, $3))
         ORDER BY s.rated_at DESC, s.booking_id DESC LIMIT $4",
    )
    .bind(resource)
    .bind(before.map(|(at, _)| at))
    .bind(before.map(|(_, id)| id))
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds one: each booking is rated once.
pub async fn add_rating(tx: &mut Tx, row: &Rating) -> Result<()> {
    sqlx::query(
        "INSERT INTO resource_rating (booking_id, resource_id, organization_id, stars, remark, rated_by, rated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.booking_id)
    .bind(row.resource_id)
    .bind(row.organization_id)
    .bind(row.stars)
    .bind(&row.remark)
    .bind(row.rated_by)
    .bind(row.rated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("resource_rating_pkey", || {
        ApiError::conflict("already_rated", "This booking has been rated already; a rating stays.")
    })?;
    Ok(())
}
