//! The keys that sign checkpoints: made and kept by the owner, replaced once a year; the public ones stay listed for ever.

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use kepu_domain::seal::note::{Checkpoint, Key, Note};
use uuid::Uuid;

use super::store;
use crate::auth::secret;
use crate::error::{ApiError, Result};
use crate::state::AppState;

/// How long a key signs.
const SIGNS_FOR: TimeDelta = TimeDelta::days(365);

/// The key that signs now.
pub struct Sealing {
    /// Its id.
    pub id: Uuid,
    key: SigningKey,
}

impl Sealing {
    /// The key, made now if there is none or the newest is too old.
    pub async fn ready(state: &AppState) -> Result<Self> {
        let now = state.now();
        let mut tx = state.db().owner().begin().await?;
        if let Some(young) = store::signing_key(&mut tx).await?.filter(|row| signs(row.created_at, now)) {
            return Self::of(&young);
        }
        store::lock_keys(&mut tx).await?;
        let row = match store::signing_key(&mut tx).await?.filter(|row| signs(row.created_at, now)) {
            // Another service was faster.
            Some(row) => row,
            None => {
                let row = store::SecretRow { id: state.new_id(), seed: secret::bytes().to_vec(), created_at: now };
                let public = Self::of(&row)?.key.verifying_key().to_bytes();
                store::replace_key(&mut tx, &row, &public).await?;
                row
            }
        };
        tx.commit().await?;
        Self::of(&row)
    }

    fn of(row: &store::SecretRow) -> Result<Self> {
        let seed: [u8; 32] = row
            .seed
            .as_slice()
            .try_into()
            .map_err(|_| ApiError::internal(anyhow::anyhow!("seal key {} cannot be read", row.id)))?;
        Ok(Self { id: row.id, key: SigningKey::from_bytes(&seed) })
    }

    /// The checkpoint as a signed note.
    pub fn note(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.text();
        let key = Key { name: checkpoint.origin.clone(), public: self.key.verifying_key().to_bytes() };
        Note::signed(&text, &key, &self.key.sign(text.as_bytes()).to_bytes())
    }
}

fn signs(since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - since <= SIGNS_FOR
}

/// Whether the key has made this signature of the text.
pub fn holds(public: &[u8; 32], text: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    VerifyingKey::from_bytes(public).is_ok_and(|key| key.verify_strict(text, &signature).is_ok())
}
