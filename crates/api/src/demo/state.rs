//! Whether a database holds the demonstration: whole, half-loaded, not at all, or something else.

use serde_json::Value;
use sqlx::PgPool;

use super::{MARK, load::PLATFORM};

/// What is in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing yet.
    Empty,
    /// A demonstration whose loading did not end.
    Unfinished,
    /// The whole demonstration, of this size.
    Whole(String),
    /// Something that is not ours to touch.
    Foreign,
}

/// Looks.
pub async fn look(owner: &PgPool) -> sqlx::Result<Found> {
    let accounts: Vec<String> = sqlx::query_scalar("SELECT login FROM account").fetch_all(owner).await?;
    let districts: Vec<Value> = sqlx::query_scalar("SELECT settings FROM district").fetch_all(owner).await?;
    let whole = districts.iter().find(|settings| settings[MARK]["state"] == "complete");
    if let Some(settings) = whole {
        return Ok(Found::Whole(settings[MARK]["size"].as_str().unwrap_or_default().to_owned()));
    }
    // The administrator of the demonstration is the first thing that a loading makes.
    Ok(match accounts.iter().any(|login| login == PLATFORM) {
        true if districts.len() <= 1 || districts.iter().any(|settings| !settings[MARK].is_null()) => Found::Unfinished,
        false if accounts.is_empty() && districts.is_empty() => Found::Empty,
        _ => Found::Foreign,
    })
}
