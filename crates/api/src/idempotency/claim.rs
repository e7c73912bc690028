//! The claim of a key by the transaction that carries its request out.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::answer::Kept;
use crate::{
    error::{ApiError, Result},
    tenancy::DistrictId,
};

tokio::task_local! {
    /// The key of the running request.
    pub(super) static SLOT: Arc<Slot>;
}

/// The key of one request, and how far its claim has come.
pub(super) struct Slot {
    pub(super) district: DistrictId,
    pub(super) account: Uuid,
    pub(super) key: String,
    pub(super) digest: String,
    pub(super) at: DateTime<Utc>,
    stage: Mutex<Stage>,
}

/// How far a claim has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// No transaction holds it.
    Open,
    /// A running transaction holds it.
    Held,
    /// Another request has carried it out meanwhile.
    Lost,
    /// Carried out; the answer is not written yet.
    Done,
    /// Carried out, and the answer is written.
    Answered,
}

impl Slot {
    pub(super) fn new(district: DistrictId, account: Uuid, key: String, digest: String, at: DateTime<Utc>) -> Self {
        Self { district, account, key, digest, at, stage: Mutex::new(Stage::Open) }
    }

    pub(super) fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

/// What a transaction that has claimed a key holds until it ends.
pub struct Hold {
    slot: Arc<Slot>,
    answered: bool,
    ends_as: Stage,
}

impl Hold {
    /// Writes the answer in the transaction that carries the request out.
    pub async fn keep(&mut self, connection: &mut PgConnection, answer: &Kept) -> Result<()> {
        answer.write(connection, &self.slot).await?;
        self.answered = true;
        Ok(())
    }

    /// The transaction has committed: the key is taken for good.
    pub fn committed(mut self) {
        self.ends_as = if self.answered { Stage::Answered } else { Stage::Done };
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // Unless committed, the row is gone with the transaction, and a later one of this request may claim the key.
        self.slot.set(self.ends_as);
    }
}

/// Claims the key of the running request, if it carries one that is still open. Waits for another request that is
/// carrying the same one out, and fails if that one succeeds.
pub async fn claim(connection: &mut PgConnection, district: DistrictId) -> Result<Option<Hold>> {
    let Ok(slot) = SLOT.try_with(Arc::clone) else { return Ok(None) };
    if slot.district != district || slot.stage() != Stage::Open {
        return Ok(None);
    }
    let inserted = sqlx::query(
        "INSERT INTO idempotency_key (district_id, account_id, key, digest, status, headers, body, created_at)
         VALUES ($1, $2, $3, $4, 0, '{}', '', $5) ON CONFLICT DO NOTHING",
    )
    .bind(slot.district.0)
    .bind(slot.account)
    .bind(&slot.key)
    .bind(&slot.digest)
    .bind(slot.at)
    .execute(connection)
    .await?;
    if inserted.rows_affected() == 0 {
        slot.set(Stage::Lost);
        return Err(ApiError::conflict("repeated", "Another request with this Idempotency-Key was faster."));
    }
    slot.set(Stage::Held);
    Ok(Some(Hold { slot, answered: false, ends_as: Stage::Open }))
}
