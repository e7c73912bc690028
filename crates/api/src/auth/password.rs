//! Passwords: argon2id, on a blocking thread, a few at a time.

use anyhow::anyhow;
use argon2::{Argon2, password_hash::PasswordHasher};

/// Hashes on this thread. For the command line and tests.
pub fn hash_now(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow!("cannot hash: {error}"))?;
    Ok(hash.to_string())
}
