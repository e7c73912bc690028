//! What each request needs to know of its session: read once, kept for a moment.
//!
//! Within this process a revoked session, a disabled account or a changed grant takes effect at once; other processes
//! of the same installation learn of it when their copy is two seconds old.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use kepu_domain::role::Grant;
use moka::future::Cache;
use uuid::Uuid;

use super::store;
use crate::{
    error::{ApiError, Result},
    postgres::Db,
};

/// How old a copy may be.
pub const FRESH_FOR: Duration = Duration::from_secs(2);

/// A session with its account.
#[derive(Debug)]
pub struct Live {
    /// The account.
    pub account_id: Uuid,
    /// How it is called.
    pub display_name: String,
    /// May be used.
    pub usable: bool,
    /// Unless it ends before.
    pub expires_at: DateTime<Utc>,
    /// Set by somebody else.
    pub must_change_password: bool,
    /// What the account may do.
    pub grants: Vec<Grant>,
}

/// The copies.
pub struct LiveSessions {
    sessions: Cache<Uuid, Option<Arc<Live>>>,
    districts: Cache<String, Uuid>,
}

impl LiveSessions {
    /// None yet.
    pub fn new() -> Self {
        Self {
            sessions: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(FRESH_FOR)
                .support_invalidation_closures()
                .build(),
            districts: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build(),
        }
    }

    /// The session; none if there is no such one.
    pub async fn get(&self, db: &Db, session: Uuid) -> Result<Option<Arc<Live>>> {
        let load = async {
            let mut connection = db.app().acquire().await?;
            let Some(row) = store::live(&mut connection, session).await? else { return Ok(None) };
            Ok::<_, ApiError>(Some(Arc::new(Live {
                account_id: row.account_id,
                display_name: row.display_name,
                usable: row.revoked_at.is_none() && row.status == "active",
                expires_at: row.expires_at,
                must_change_password: row.must_change_password,
                grants: row.grants.0.into_iter().filter_map(store::GrantRow::grant).collect(),
            })))
        };
        self.sessions.try_get_with(session, load).await.map_err(|error| {
            // The failure is shared by all who waited for it.
            tracing::warn!(%error, "a session could not be read");
            ApiError::unavailable("busy", "The service is busy. Try again in a moment.")
        })
    }

    /// Forgets the copies of an account, because something about it has changed.
    pub fn forget_account(&self, account: Uuid) {
        let about =
            move |_: &Uuid, live: &Option<Arc<Live>>| live.as_ref().is_some_and(|live| live.account_id == account);
        if let Err(error) = self.sessions.invalidate_entries_if(about) {
            tracing::error!(%error, "sessions could not be forgotten; they end within two seconds");
        }
    }

    /// The district of this id or code.
    pub async fn district(&self, db: &Db, word: &str) -> Result<Option<Uuid>> {
        if let Some(id) = self.districts.get(word).await {
            return Ok(Some(id));
        }
        let mut connection = db.app().acquire().await?;
        let found = store::find_district(&mut connection, Uuid::parse_str(word).ok(), word).await?;
        if let Some(id) = found {
            self.districts.insert(word.to_owned(), id).await;
        }
        Ok(found)
    }
}

impl Default for LiveSessions {
    fn default() -> Self {
        Self::new()
    }
}
