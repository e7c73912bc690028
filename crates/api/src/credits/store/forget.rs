//! SQL of what whoever is erased takes along.

use uuid::Uuid;

use crate::error::Result;
use crate::tenancy::Tx;

/// The policies under which a person has lines, be they effective or not.
pub async fn policies_of_lines(tx: &mut Tx, person: Uuid) -> Result<Vec<String>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT policy_id FROM score_line WHERE district_id = $1 AND person_id = $2 ORDER BY policy_id",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// Deletes a person's scores, decisions, records and seat, for the owner. The seat may go to somebody else: its bits are gone
/// from all cells by then.
pub async fn forget(tx: &mut Tx, person: Uuid) -> Result<()> {
    let district = tx.district();
    for statement in [
        "DELETE FROM score WHERE district_id = $1 AND person_id = $2",
        "DELETE FROM soft_decision WHERE district_id = $1 AND person_id = $2",
        "DELETE FROM record WHERE district_id = $1 AND person_id = $2",
        "DELETE FROM person_seat WHERE district_id = $1 AND person_id = $2",
    ] {
        sqlx::query(statement).bind(district.0).bind(person).execute(&mut **tx).await?;
    }
    Ok(())
}
