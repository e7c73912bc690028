//! The keys by which a district signs badges: made and kept by the owner, replaced once a year or when an official says so; the
//! public ones stay listed for ever, so that what they signed can still be checked.
//!
//! A student takes a badge away at once, so it is signed while the request runs. The role of requests still cannot read the
//! key: it is read through the owner's own connection, by this file alone, and goes no further than [`Signing`], which
//! only signs. What a request's SQL could be made to tell is therefore never a key.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;
use uuid::Uuid;

use super::store::{self, KeyRow, SecretRow};
use crate::error::{ApiError, Result};
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// How long a key signs.
const SIGNS_FOR: TimeDelta = TimeDelta::days(365);

/// The key of a district that signs now.
pub struct Signing {
    /// Its id.
    pub id: Uuid,
    key: EncodingKey,
}

impl Signing {
    /// The key, made now if there is none or the newest is too old.
    pub async fn ready(state: &AppState, district: DistrictId) -> Result<Self> {
        let now = state.now();
        let mut connection = state.db().owner().acquire().await?;
        let young = store::signing_key(&mut connection, district.0).await?;
        drop(connection);
        match young.filter(|row| now - row.created_at <= SIGNS_FOR) {
            Some(row) => Self::of(&row),
            None => Self::replaced(state, district, |row| now - row.created_at > SIGNS_FOR).await,
        }
    }

    /// Puts a new key in the place of the one that signs, if that is `due`.
    pub async fn replaced(state: &AppState, district: DistrictId, due: impl Fn(&SecretRow) -> bool) -> Result<Self> {
        let (modulus, exponent, pem) = tokio::task::spawn_blocking(generate).await.map_err(ApiError::internal)??;
        let mut tx = state.db().owner().begin().await?;
        store::lock_keys(&mut tx, district.0).await?;
        if let Some(young) = store::signing_key(&mut tx, district.0).await?.filter(|row| !due(row)) {
            // Another request was faster.
            return Self::of(&young);
        }
        let row = KeyRow { id: state.new_id(), modulus, exponent, created_at: state.now(), retired_at: None };
        store::replace_key(&mut tx, district.0, &row, &pem).await?;
        tx.commit().await?;
        Self::of(&SecretRow { id: row.id, pem, created_at: row.created_at })
    }

    pub(super) fn of(row: &SecretRow) -> Result<Self> {
        let key = EncodingKey::from_rsa_pem(row.pem.as_bytes()).map_err(|error| {
            ApiError::internal(anyhow::anyhow!("credential key {} cannot be read: {error}", row.id))
        })?;
        Ok(Self { id: row.id, key })
    }

    /// The address of the public half under an issuer: what a JWT names.
    pub fn address(issuer: &str, id: Uuid) -> String {
        format!("{issuer}/keys/{id}")
    }

    /// The payload as a JWT of this type.
    pub fn sign(&self, issuer: &str, kind: &str, payload: &Value) -> Result<String> {
        self.sign_as(Some(Self::address(issuer, self.id)), kind, payload)
    }

    /// The same by another name of the key, or none.
    pub(super) fn sign_as(&self, kid: Option<String>, kind: &str, payload: &Value) -> Result<String> {
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some(kind.to_owned());
        header.kid = kid;
        jsonwebtoken::encode(&header, payload, &self.key)
            .map_err(|error| ApiError::internal(anyhow::anyhow!("a credential was not signed: {error}")))
    }
}

/// Modulus, exponent and the whole key as PEM.
pub(super) fn generate() -> Result<(Vec<u8>, Vec<u8>, String)> {
    let failed = |_| ApiError::internal(anyhow::anyhow!("an RSA key could not be made"));
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
    let text = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    let public = pair.public_key();
    let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
    let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
    Ok((modulus, exponent, pem))
}
