//! Accounts: who is asking, and with what rights.

mod actor;
mod change_password;
pub mod cookies;
mod devices;
mod identify;
pub mod keys;
mod live;
mod lockout;
mod me;
mod origin;
pub mod password;
mod refresh;
pub mod secret;
mod sessions;
mod sign_in;
mod sign_out;
pub mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{clock::Clock, error::Result, postgres::Db, state::AppState};

pub use actor::{Actor, AnyActor, OptionalActor, Reach, account_of, known_actor};
pub use cookies::ACCESS_COOKIE;
pub use identify::{CallerAddress, identify};
pub use origin::address as caller_address;
pub use sessions::Tokens;

/// The tag of these operations.
pub const TAG: &str = "sign-in";

/// Keys, passwords, sessions.
pub struct Auth {
    keys: keys::Keys,
    hasher: password::Hasher,
    live: live::LiveSessions,
}

impl Auth {
    /// Loads the signing keys, making the first one if there is none.
    pub async fn load(db: &Db, clock: &Clock) -> Result<Self> {
        Ok(Self {
            keys: keys::Keys::load(db, clock.now()).await?,
            hasher: password::Hasher::new(),
            live: live::LiveSessions::new(),
        })
    }

    /// The keys that sign access tokens.
    pub fn keys(&self) -> &keys::Keys {
        &self.keys
    }

    /// Hashes passwords.
    pub fn hasher(&self) -> &password::Hasher {
        &self.hasher
    }

    /// Sessions in use.
    pub fn live(&self) -> &live::LiveSessions {
        &self.live
    }

    /// Call after the commit of whatever changes an account, its grants or its sessions.
    pub fn forget_account(&self, account: uuid::Uuid) {
        self.live.forget_account(account);
    }
}

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::login))
        .routes(routes!(refresh::refresh))
        .routes(routes!(sign_out::logout))
        .routes(routes!(sign_out::logout_everywhere))
        .routes(routes!(change_password::change_password))
        .routes(routes!(devices::list_my_devices))
        .routes(routes!(devices::end_device))
        .routes(routes!(me::me))
}
