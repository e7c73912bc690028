//! The only randomness: tokens and one-time passwords.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{Rng, RngCore};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Letters and digits that nobody mistakes for one another.
const READABLE: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// 256 random bits.
#[expect(clippy::disallowed_methods, reason = "this is where secrets are made")]
pub fn bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A token of 256 bits.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes())
}

/// A password to be typed once, e.g. `k7mq-x2pa-9vhd-c4tw` (79 bits).
#[expect(clippy::disallowed_methods, reason = "this is where secrets are made")]
pub fn one_time_password() -> String {
    let mut rng = rand::rng();
    let groups: Vec<String> =
        (0..4).map(|_| (0..4).map(|_| char::from(READABLE[rng.random_range(0..READABLE.len())])).collect()).collect();
    groups.join("-")
}

/// Twelve letters and digits that people can read out (59 bits): what makes a public number unguessable.
#[expect(clippy::disallowed_methods, reason = "this is where secrets are made")]
pub fn word() -> String {
    let mut rng = rand::rng();
    (0..12).map(|_| char::from(READABLE[rng.random_range(0..READABLE.len())])).collect()
}

/// An identifier that tells nothing, not even when it was made.
pub fn uuid() -> Uuid {
    let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = bytes();
    uuid::Builder::from_random_bytes(first).into_uuid()
}

/// SHA-256 in hex: what is stored of a token.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
