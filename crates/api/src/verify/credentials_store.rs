//! SQL of verifying what was issued.

use std::collections::HashMap;

use uuid::Uuid;

use crate::credentials::Issued;
use crate::credentials::store::ListRow;
use crate::error::Result;
use crate::tenancy::Tx;

/// The status lists.
pub async fn lists(tx: &mut Tx) -> Result<Vec<ListRow>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT list, address, token, made_at FROM credential_list WHERE district_id = $1 ORDER BY list")
        .bind(district.0)
        .fetch_all(&mut **tx)
        .await?)
}

/// The revoked places of each list.
pub async fn revoked(tx: &mut Tx) -> Result<HashMap<i32, Vec<u32>>> {
    let district = tx.district();
    let rows: Vec<(i32, i32)> = sqlx::query_as(
        "SELECT list, place FROM credential_slot WHERE district_id = $1 AND revoked_at IS NOT NULL ORDER BY list, place",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?;
    let mut places: HashMap<i32, Vec<u32>> = HashMap::new();
    for (list, place) in rows {
        places.entry(list).or_default().extend(u32::try_from(place).ok());
    }
    Ok(places)
}

/// What was issued, in the order of ids.
pub async fn issued_after(tx: &mut Tx, after: Option<Uuid>, many: i64) -> Result<Vec<Issued>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT c.id, c.number, c.claim, c.paper, c.place, l.address, c.key_id, c.token, c.issued_at, c.valid_until
         FROM credential c LEFT JOIN credential_list l ON l.district_id = $1 AND l.list = c.list
         WHERE c.district_id = $1 AND ($2::uuid IS NULL OR c.id > $2) ORDER BY c.id LIMIT $3",
    )
    .bind(district.0)
    .bind(after)
    .bind(many)
    .fetch_all(&mut **tx)
    .await?)
}
