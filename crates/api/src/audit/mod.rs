//! The trail: who did what to which object, when, from where. Written in the transaction of the change.

mod list;
mod store;

use chrono::{DateTime, Utc};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{auth::Actor, error::Result, state::AppState, tenancy::Tx};

/// The tag of these operations.
pub const TAG: &str = "audit";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list_audit_events))
}

/// One entry of the trail.
#[derive(Debug, Clone)]
pub struct Event {
    /// `noun.verb`, e.g. `participation.confirm`.
    pub action: &'static str,
    /// The noun, e.g. `participation`.
    pub object_kind: &'static str,
    /// The object's id.
    pub object_id: String,
    /// What changed, or what was read. Never a password or token.
    pub detail: Value,
}

impl Event {
    /// An entry about one object.
    pub fn new(action: &'static str, object_kind: &'static str, object_id: impl ToString, detail: Value) -> Self {
        Self { action, object_kind, object_id: object_id.to_string(), detail }
    }
}

/// Who is written as the doer.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The account, if one is known.
    pub account_id: Option<Uuid>,
    /// The network address.
    pub address: String,
    /// The request.
    pub request_id: String,
}

impl From<&Actor> for Origin {
    fn from(actor: &Actor) -> Self {
        Self {
            account_id: Some(actor.account_id),
            address: actor.address.clone(),
            request_id: actor.request_id.clone(),
        }
    }
}

/// Writes one entry in the district of the transaction.
pub async fn record(tx: &mut Tx, actor: &Actor, at: DateTime<Utc>, event: Event) -> Result<()> {
    record_as(tx, &actor.into(), at, vec![event]).await
}

/// Writes many entries with one statement.
pub async fn record_many(tx: &mut Tx, actor: &Actor, at: DateTime<Utc>, events: Vec<Event>) -> Result<()> {
    record_as(tx, &actor.into(), at, events).await
}

/// Writes one entry for each of several requests that share a transaction.
pub async fn record_each(tx: &mut Tx, at: DateTime<Utc>, entries: Vec<(Origin, Event)>) -> Result<()> {
    store::insert(tx, at, entries).await
}

/// Writes entries of something that is not a request of an account: a sign-in, a command line, a background job.
pub async fn record_as(tx: &mut Tx, origin: &Origin, at: DateTime<Utc>, events: Vec<Event>) -> Result<()> {
    store::insert(tx, at, events.into_iter().map(|event| (origin.clone(), event)).collect()).await
}
