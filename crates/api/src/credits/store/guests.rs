//! SQL of scoring guests again: marks that a change of a host's designations leaves for other districts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::Result;
use crate::ids;
use crate::tenancy::Tx;

/// Marks every district but that of the transaction: the host's guests from there are to be scored again.
pub async fn mark_guests(tx: &mut Tx, host: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO guest_rescore (id, host_id, districts, account_id, asked_at)
         SELECT $2, $3, array_agg(id ORDER BY id), $4, $5 FROM district WHERE id <> $1 HAVING count(*) > 0",
    )
    .bind(district.0)
    .bind(ids::new())
    .bind(host)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The marks that are left, the oldest first: its id, the host, by whom, and one of its districts.
pub async fn guests_left(tx: &mut Tx) -> Result<Vec<(Uuid, Uuid, Uuid, Uuid)>> {
    Ok(sqlx::query_as(
        "SELECT g.id, g.host_id, g.account_id, d.district FROM guest_rescore g, unnest(g.districts) AS d (district)
         ORDER BY g.id, d.district",
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Takes the district of the transaction off a mark, and the mark away with the last one; false where somebody else
/// has done it. Until the transaction ends nobody else takes the mark.
pub async fn done_in(tx: &mut Tx, mark: Uuid) -> Result<bool> {
    let district = tx.district();
    let done = sqlx::query(
        "UPDATE guest_rescore SET districts = array_remove(districts, $1) WHERE id = $2 AND $1 = ANY(districts)",
    )
    .bind(district.0)
    .bind(mark)
    .execute(&mut **tx)
    .await?;
    sqlx::query("DELETE FROM guest_rescore WHERE id = $1 AND districts = '{}'").bind(mark).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}
