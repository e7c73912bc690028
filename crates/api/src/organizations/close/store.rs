//! The SQL of closing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// How many sessions of a host begin after a moment and were not cancelled.
pub async fn sessions_ahead(tx: &mut Tx, host: Uuid, from: DateTime<Utc>) -> Result<i64> {
    let sql = "SELECT count(*) FROM session WHERE host_id = $1 AND starts_at > $2 AND status <> 'cancelled'";
    Ok(sqlx::query_scalar(sql).bind(host).bind(from).fetch_one(&mut **tx).await?)
}
