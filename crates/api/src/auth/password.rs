//! Passwords: argon2id, on a blocking thread, a few at a time.

use std::{sync::Arc, sync::LazyLock, time::Duration};

use anyhow::anyhow;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{ApiError, FieldError, Result};

/// The shortest password, in characters.
pub const MIN_LENGTH: usize = 10;
/// The longest, in bytes.
pub const MAX_BYTES: usize = 256;

/// What an unknown login is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("the password of nobody").unwrap_or_default());

/// Hashes on this thread. For the command line and tests.
pub fn hash_now(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow!("cannot hash: {error}"))?;
    Ok(hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Hashes on blocking threads, no more at once than there are cores: each takes 19 MB and a core.
pub struct Hasher {
    slots: Arc<Semaphore>,
}

/// A turn at hashing.
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Hasher {
    /// As many turns as cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { slots: Arc::new(Semaphore::new(cores)) }
    }

    /// Waits for a turn; 503 when too many wait.
    pub async fn turn(&self) -> Result<Turn> {
        let wait = tokio::time::timeout(Duration::from_secs(10), self.slots.clone().acquire_owned());
        match wait.await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            _ => Err(ApiError::unavailable("busy", "Too many people are signing in at once. Try again in a moment.")),
        }
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: String) -> Result<String> {
        let turn = self.turn().await?;
        let hash = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            hash_now(&password)
        });
        Ok(hash.await.map_err(ApiError::internal)??)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Turn {
    /// Whether the password fits; without a hash it takes as long, and does not. Gives the turn back, so that what is
    /// done with the answer can be done before the next one tries.
    pub async fn verify(self, password: String, hash: Option<String>) -> Result<(bool, Self)> {
        let work = tokio::task::spawn_blocking(move || match hash {
            Some(hash) => matches(&password, &hash),
            None => {
                matches(&password, &NOBODY);
                false
            }
        });
        Ok((work.await.map_err(ApiError::internal)?, self))
    }
}

/// What is wrong with a new password.
pub fn weakness(password: &str, login: &str) -> Option<FieldError> {
    let lower = password.to_lowercase();
    let distinct = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    let (code, message) = if password.chars().count() < MIN_LENGTH {
        ("too_short", format!("must have at least {MIN_LENGTH} characters; a few words in a row are good"))
    } else if password.len() > MAX_BYTES {
        ("too_long", format!("must have at most {MAX_BYTES} bytes"))
    } else if distinct < 5 {
        ("too_simple", "must have at least 5 different characters".to_owned())
    } else if lower.contains(&login.to_lowercase()) || COMMON.iter().any(|common| lower.starts_with(common)) {
        ("too_common", "must not hold the login nor begin as everybody's does".to_owned())
    } else {
        return None;
    };
    Some(FieldError::new("new_password", code, message))
}

/// Beginnings of the passwords that are tried first.
const COMMON: [&str; 12] = [
    "password", "123456", "qwerty", "abc123", "111111", "admin", "letmein", "iloveyou", "woaini", "kepu", "a123456",
    "welcome",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_named() {
        for (password, code) in [
            ("short", "too_short"),
            ("aaaaaaaaaaaab", "too_simple"),
            ("password-2026", "too_common"),
            ("my zhang.san 7", "too_common"),
            (&"x1y2z".repeat(60), "too_long"),
        ] {
            assert_eq!(weakness(password, "zhang.san").map(|error| error.code), Some(code.to_owned()), "{password}");
        }
        assert_eq!(weakness("correct horse battery", "zhang.san"), None);
        assert_eq!(weakness("四个汉字再加六个汉字", "zhang.san"), None);
    }
}
