//! Whoever is erased takes badges and papers along.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{keys::Signing, status, store};
use crate::{error::Result, state::AppState, tenancy::Tx};

/// What was taken.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// How many credentials there were.
    pub credentials: u64,
    /// Batches whose file has a paper of the person: to be made anew by [`super::print_anew`] after the transaction.
    pub batches: Vec<Uuid>,
}

/// Takes away what was issued to a person, in a transaction of the owner. The places of the badges stay: each says that what it
/// stood for is revoked, in a list that is signed anew; whose it was nobody can tell.
///
/// # Errors
/// The database failed, or the district's key cannot be read.
pub async fn forget_person(state: &AppState, tx: &mut Tx, person: Uuid, now: DateTime<Utc>) -> Result<Forgotten> {
    let places = store::places_of(tx, person).await?;
    if !places.is_empty() {
        let signing = Signing::ready(state, tx.district()).await?;
        for place in places {
            status::revoke(tx, &signing, place, now).await?;
        }
    }
    let batches = store::batches_of(tx, person).await?;
    store::leave_out(tx, person).await?;
    Ok(Forgotten { credentials: store::forget(tx, person).await?, batches })
}
