//! Accounts: who is asking, and with what rights.

mod actor;
pub mod password;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use crate::{clock::Clock, error::Result, postgres::Db, state::AppState};

/// Cookie of the access token.
pub const ACCESS_COOKIE: &str = "kepu_access";

pub use actor::{Actor, AnyActor, OptionalActor, Reach};

/// Keys, passwords, sessions.
pub struct Auth {}

impl Auth {
    /// Loads the signing keys, making the first one if there is none.
    pub async fn load(_db: &Db, _clock: &Clock) -> Result<Self> {
        Ok(Self {})
    }
}

/// Finds out who is asking, once a request.
pub async fn identify(State(_state): State<AppState>, request: Request, next: Next) -> Response {
    next.run(request).await
}

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
