//! Verifying a badge with nothing but the issuer's keys and its status list: no database, no network, no clock.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey};
use kepu_domain::credential::check::{self, Refusal, StatusEntry, Verified};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::status;

/// A public key (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Jwk {
    /// `RSA`.
    pub kty: String,
    /// `sig`: it signs.
    #[serde(rename = "use")]
    pub usage: String,
    /// `RS256`.
    pub alg: String,
    /// The address of this key, as badges name it.
    pub kid: String,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
}

/// The public keys of an issuer (RFC 7517).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Jwks {
    /// The keys, the newest first.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    fn key(&self, kid: &str) -> Option<DecodingKey> {
        let wanted = check::key_id(kid);
        let jwk = self.keys.iter().find(|key| check::key_id(&key.kid) == wanted)?;
        // Whatever else a list holds, only RSA keys that sign check badges.
        let fits = jwk.kty == "RSA" && jwk.alg == check::ALGORITHM && jwk.usage == "sig";
        fits.then(|| DecodingKey::from_rsa_components(&jwk.n, &jwk.e).ok()).flatten()
    }
}

/// Whether a badge holds at this moment. `lists` are status lists as they were published, signed; one of them must be the
/// badge's.
///
/// # Errors
/// Why it is refused.
pub fn verify(jwt: &str, jwks: &Jwks, lists: &[String], now: DateTime<Utc>) -> Result<Verified, Refusal> {
    let payload = signed_payload(jwt, jwks)?;
    let issuer = payload["iss"].as_str().unwrap_or_default().to_owned();
    let bit = |entry: &StatusEntry| {
        lists.iter().find_map(|list| {
            let list = signed_payload(list, jwks).ok()?;
            status::decode(check::encoded_list(&list, &issuer, entry, now)?)?.get(entry.place)
        })
    };
    check::judge(&payload, bit, now)
}

/// What a JWT says, if one of the keys has signed it.
///
/// # Errors
/// Why nothing is believed of it.
pub(crate) fn signed_payload(jwt: &str, jwks: &Jwks) -> Result<Value, Refusal> {
    let jwt = jwt.trim();
    let mut parts = jwt.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Malformed("jwt"));
    };
    let read = |part: &str, what| {
        let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed(what))?;
        serde_json::from_slice::<Value>(&bytes).map_err(|_| Refusal::Malformed(what))
    };
    let head = read(header, "header")?;
    let kid = check::header(&head)?;
    let key = jwks.key(kid).ok_or(Refusal::UnknownKey)?;
    let message = jwt.len().checked_sub(signature.len() + 1).and_then(|end| jwt.get(..end)).unwrap_or_default();
    let holds = jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::RS256);
    if !holds.unwrap_or(false) {
        return Err(Refusal::Tampered);
    }
    let payload = read(payload, "payload")?;
    // A key is listed under its issuer, so a badge in the name of another is not of this key.
    let issuer = payload["iss"].as_str().ok_or(Refusal::Malformed("iss"))?;
    if kid.strip_prefix(issuer).is_some_and(|rest| rest.starts_with("/keys/")) {
        Ok(payload)
    } else {
        Err(Refusal::UnknownKey)
    }
}
