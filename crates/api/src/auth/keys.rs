//! The keys that sign access tokens: kept in the database, rotated, the newest signs, older ones verify until retired.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{secret, store};
use crate::{error::Result, postgres::Db, tenancy::undivided};

/// How long an access token lives.
pub const ACCESS_MINUTES: i64 = 10;
/// How long a key signs.
const SIGNS_FOR: TimeDelta = TimeDelta::days(30);
/// How long it verifies after that: longer than any token that it signed.
const VERIFIES_FOR: TimeDelta = TimeDelta::days(1);
const ISSUER: &str = "kepu";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: Uuid,
    /// The signed-in device.
    pub sid: Uuid,
    /// Issued by.
    pub iss: String,
    /// Issued at, in seconds.
    pub iat: i64,
    /// Expires at, in seconds.
    pub exp: i64,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not signed by us, or not a token.
    Invalid,
    /// Past its time.
    Expired,
    /// Signed by a key that we do not know: perhaps another process has made one.
    UnknownKey,
}

struct Ring {
    kid: String,
    signs: EncodingKey,
    verify: HashMap<String, DecodingKey>,
    loaded_at: DateTime<Utc>,
}

/// The loaded keys.
pub struct Keys {
    ring: RwLock<Arc<Ring>>,
}

impl Keys {
    /// Loads the keys, making one if none is young enough to sign.
    pub async fn load(db: &Db, now: DateTime<Utc>) -> Result<Self> {
        Ok(Self { ring: RwLock::new(Arc::new(read(db, now).await?)) })
    }

    /// Loads them again; rotates when it is time.
    pub async fn reload(&self, db: &Db, now: DateTime<Utc>) -> Result<()> {
        let ring = Arc::new(read(db, now).await?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    /// When they were loaded.
    pub fn loaded_at(&self) -> DateTime<Utc> {
        self.ring().loaded_at
    }

    /// Signs an access token.
    pub fn sign(&self, account: Uuid, session: Uuid, now: DateTime<Utc>) -> Result<String> {
        let ring = self.ring();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(ring.kid.clone());
        let claims = Claims {
            sub: account,
            sid: session,
            iss: ISSUER.into(),
            iat: now.timestamp(),
            exp: (now + TimeDelta::minutes(ACCESS_MINUTES)).timestamp(),
        };
        Ok(jsonwebtoken::encode(&header, &claims, &ring.signs).context("cannot sign an access token")?)
    }

    /// Reads an access token.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> std::result::Result<Claims, Refusal> {
        let ring = self.ring();
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or(Refusal::Invalid)?;
        let key = ring.verify.get(&kid).ok_or(Refusal::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        // Judged below, by the clock of the service.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_| Refusal::Invalid)?.claims;
        if claims.exp <= now.timestamp() { Err(Refusal::Expired) } else { Ok(claims) }
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read(db: &Db, now: DateTime<Utc>) -> Result<Ring> {
    let app = db.app().clone();
    let mut tx = undivided(async move { app.begin().await }).await?;
    store::lock_keys(&mut tx).await?;
    let mut rows = store::keys(&mut tx, now).await?;
    if rows.first().is_none_or(|newest| now - newest.created_at > SIGNS_FOR) {
        let fresh = generate(now)?;
        store::add_key(&mut tx, &fresh, now + VERIFIES_FOR).await?;
        rows.insert(0, fresh);
    }
    tx.commit().await?;
    let newest = rows.first().context("no signing key")?;
    let mut verify = HashMap::new();
    for row in &rows {
        let key = DecodingKey::from_ed_pem(row.public_pem.as_bytes()).context("a signing key is unreadable")?;
        verify.insert(row.kid.clone(), key);
    }
    let signs = EncodingKey::from_ed_pem(newest.private_pem.as_bytes()).context("a signing key is unreadable")?;
    Ok(Ring { kid: newest.kid.clone(), signs, verify, loaded_at: now })
}

fn generate(now: DateTime<Utc>) -> Result<store::KeyRow> {
    let key = SigningKey::from_bytes(&secret::bytes());
    let private_pem = key.to_pkcs8_pem(LineEnding::LF).context("cannot write a signing key")?.to_string();
    let public_pem = key.verifying_key().to_public_key_pem(LineEnding::LF).context("cannot write a signing key")?;
    let kid = secret::digest(&public_pem).chars().take(16).collect();
    Ok(store::KeyRow { kid, private_pem, public_pem, created_at: now })
}
