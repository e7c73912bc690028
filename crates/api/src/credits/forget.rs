//! Whoever is erased takes records, lines and scores along; sums lose what was the person's and keep all else.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::cells::Cells;
use super::store;
use crate::error::Result;
use crate::tenancy::Tx;

/// Takes away what a person's credit is reckoned from and what came of it, in a transaction of the owner that has the person's
/// row; the ledger entries are left to [`crate::seals::erase_person`]. Nobody else's credit changes: ranks among persons are
/// facts of a record, as of its confirmation.
///
/// # Errors
/// The database failed.
pub async fn forget_person(tx: &mut Tx, person: Uuid) -> Result<()> {
    for policy_id in store::policies_of_lines(tx, person).await? {
        let lines = store::score_lines(tx, &policy_id, &[person]).await?;
        let gone: BTreeSet<Uuid> = lines.iter().map(|line| line.record_id).collect();
        let mut cells = Cells::default();
        cells.note(person, &lines, &[], &gone);
        let gone: Vec<Uuid> = gone.into_iter().collect();
        store::remove_lines(tx, &policy_id, &gone).await?;
        cells.store(tx, &policy_id).await?;
    }
    store::forget(tx, person).await
}
