//! Erasing a person from the sealed ledger: entries and salts go, the leaves stay, and so does every checkpoint.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::store;
use crate::error::Result;

/// Deletes the person's ledger entries and what their leaves could be guessed by; answers how many were sealed. For the
/// owner, within the transaction that erases everything else of the person. Without the salt a leaf is a random number.
///
/// # Errors
/// The database failed.
pub async fn erase_person(
    connection: &mut PgConnection,
    district: Uuid,
    person: Uuid,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<u64> {
    // Not while the sealer is reading the entries.
    store::hold_log(connection, district, at).await?;
    store::erase(connection, district, person, reason, at).await
}
