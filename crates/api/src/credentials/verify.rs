//! Verifying a badge with nothing but the issuer's keys and its status list: no database, no network, no clock.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey};
use kepu_domain::credential::check::{self, Listed, Refusal, StatusEntry, Verified};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
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

/// What of a list of keys can check badges. A lawful list may hold keys of other sorts and for other purposes, which are passed
/// over; what a key does not say (`use`, `alg`, `key_ops`, `kid`) it leaves open.
#[derive(Clone, Default)]
pub struct KeySet(Vec<Named>);

/// A key with its name, if it has one.
#[derive(Clone)]
struct Named {
    kid: Option<String>,
    key: DecodingKey,
}

impl KeySet {
    /// Reads a list of keys, or a single key.
    ///
    /// # Errors
    /// What is missing of a list.
    pub fn read(value: &Value) -> Result<Self, &'static str> {
        let keys = match (value.get("keys"), value.get("kty")) {
            (Some(keys), _) => keys.as_array().ok_or("`keys` must be a list")?.as_slice(),
            (None, Some(_)) => std::slice::from_ref(value),
            (None, None) => return Err("there is no list `keys` in it"),
        };
        Ok(Self(keys.iter().filter_map(Named::read).collect()))
    }

    /// Those that can have signed what names this key, or none.
    fn fitting(&self, kid: Option<&str>) -> impl Iterator<Item = &Named> {
        let wanted = kid.map(check::key_id);
        self.0.iter().filter(move |named| match (wanted, &named.kid) {
            (Some(wanted), Some(kid)) => check::key_id(kid) == wanted,
            _ => true,
        })
    }

    /// Whether a key that has signed speaks for this issuer. A key that is listed under its issuer signs in the name of no
    /// other, whatever name a JWT gives it.
    fn speaks_for(&self, signer: &Named, issuer: &str) -> bool {
        let known = self.0.iter().filter_map(|named| named.kid.as_deref());
        signer.kid.as_deref().is_none_or(|listed| check::is_listed_for(listed, issuer, known))
    }
}

impl From<&Jwks> for KeySet {
    fn from(jwks: &Jwks) -> Self {
        let key = |jwk: &Jwk| Some(Named { kid: Some(jwk.kid.clone()), key: rsa(&jwk.n, &jwk.e)? });
        Self(jwks.keys.iter().filter_map(key).collect())
    }
}

impl<'de> Deserialize<'de> for KeySet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Named {
    fn read(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let open_or = |name: &str, word: &str| jwk.get(name).is_none_or(|said| said == word);
        let verifies = jwk
            .get("key_ops")
            .is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(|operation| operation == "verify")));
        let fits = text("kty") == Some("RSA") && open_or("use", "sig") && open_or("alg", check::ALGORITHM) && verifies;
        let key = fits.then(|| rsa(text("n")?, text("e")?)).flatten()?;
        Some(Self { kid: text("kid").map(str::to_owned), key })
    }
}

fn rsa(n: &str, e: &str) -> Option<DecodingKey> {
    DecodingKey::from_rsa_components(n, e).ok()
}

/// Whether a badge holds at this moment. `lists` are status lists as they were published, signed; one of them must be the
/// badge's, and several of one address may be given in any order.
///
/// # Errors
/// Why it is refused.
pub fn verify(jwt: &str, keys: &KeySet, lists: &[String], now: DateTime<Utc>) -> Result<Verified, Refusal> {
    let payload = signed_payload(jwt, keys)?;
    let issuer = payload["iss"].as_str().unwrap_or_default().to_owned();
    let bit = |entry: &StatusEntry| {
        let signed: Vec<Value> = lists.iter().filter_map(|list| signed_payload(list, keys).ok()).collect();
        let its = signed.iter().filter_map(|list| Listed::read(list, &issuer, entry, now));
        let bits: Vec<_> =
            its.map(|list| (list, status::decode(list.encoded).and_then(|bits| bits.get(entry.place)))).collect();
        check::bit(entry.purpose, &bits)
    };
    check::judge(&payload, bit, now)
}

/// What a JWT says, if one of the keys has signed it.
///
/// # Errors
/// Why nothing is believed of it.
pub(crate) fn signed_payload(jwt: &str, keys: &KeySet) -> Result<Value, Refusal> {
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
    let message = jwt.len().checked_sub(signature.len() + 1).and_then(|end| jwt.get(..end)).unwrap_or_default();
    let has_signed = |named: &&Named| {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &named.key, Algorithm::RS256).unwrap_or(false)
    };
    if keys.fitting(kid).next().is_none() {
        return Err(Refusal::UnknownKey);
    }
    // One key may be listed twice, under an old name of its issuer and a new one.
    let signers: Vec<&Named> = keys.fitting(kid).filter(has_signed).collect();
    if signers.is_empty() {
        return Err(Refusal::Tampered);
    }
    let payload = read(payload, "payload")?;
    let issuer = payload["iss"].as_str().ok_or(Refusal::Malformed("iss"))?;
    let is_its = kid.is_none_or(|kid| check::signs_for(kid, issuer))
        && signers.iter().any(|signer| keys.speaks_for(signer, issuer));
    if is_its { Ok(payload) } else { Err(Refusal::UnknownKey) }
}
