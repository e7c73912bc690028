//! The keys of a district that sign passes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use kepu_domain::door::pass::{Pass, Signed};

use super::store;
use crate::auth::secret;
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// What reads and makes the passes of a district.
pub struct Keys {
    newest: Option<(u8, SigningKey)>,
    public: HashMap<u8, VerifyingKey>,
}

impl Keys {
    /// The keys as they are; perhaps none yet.
    pub async fn load(tx: &mut Tx) -> Result<Self> {
        Self::of(store::keys(tx).await?)
    }

    /// The keys, at least one: made now if there is none.
    pub async fn ready(tx: &mut Tx, now: DateTime<Utc>) -> Result<Self> {
        let rows = store::keys(tx).await?;
        if !rows.is_empty() {
            return Self::of(rows);
        }
        let seed = secret::bytes();
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        store::add_key(tx, 1, &seed, &public, now).await?;
        Self::load(tx).await
    }

    fn of(rows: Vec<store::KeyRow>) -> Result<Self> {
        let broken = |number: i16| ApiError::internal(anyhow::anyhow!("door key {number} cannot be read"));
        let mut keys = Self { newest: None, public: HashMap::new() };
        for row in rows {
            let number = u8::try_from(row.number).map_err(|_| broken(row.number))?;
            let seed: [u8; 32] = row.seed.try_into().map_err(|_| broken(row.number))?;
            let key = SigningKey::from_bytes(&seed);
            keys.public.insert(number, key.verifying_key());
            if keys.newest.as_ref().is_none_or(|(newest, _)| *newest < number) {
                keys.newest = Some((number, key));
            }
        }
        Ok(keys)
    }

    /// The number of the key that signs now.
    pub fn newest(&self) -> Option<u8> {
        self.newest.as_ref().map(|(number, _)| *number)
    }

    /// Public keys by number, in order.
    pub fn public(&self) -> Vec<(u8, [u8; 32])> {
        let mut keys: Vec<_> = self.public.iter().map(|(number, key)| (*number, key.to_bytes())).collect();
        keys.sort_unstable();
        keys
    }

    /// The text of a pass that the newest key signs.
    pub fn text(&self, pass: &Pass) -> Result<String> {
        let (number, key) =
            self.newest.as_ref().ok_or_else(|| ApiError::internal(anyhow::anyhow!("the district has no door key")))?;
        let pass = Pass { key: *number, ..*pass };
        Ok(pass.text(&key.sign(&pass.signed_bytes()).to_bytes()))
    }

    /// Whether one of these keys has signed it.
    pub fn holds(&self, signed: &Signed) -> bool {
        let signature = Signature::from_bytes(&signed.signature);
        self.public.get(&signed.pass.key).is_some_and(|key| key.verify(&signed.pass.signed_bytes(), &signature).is_ok())
    }
}

/// Whether the key of a device has signed this text.
pub fn device_signed(public_key: &[u8], text: &str, signature: &[u8]) -> bool {
    let Ok(key) = <[u8; 32]>::try_from(public_key) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    VerifyingKey::from_bytes(&key).is_ok_and(|key| key.verify_strict(text.as_bytes(), &signature).is_ok())
}
