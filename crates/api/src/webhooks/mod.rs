//! Webhooks: systems outside are told what happens in a district.
//!
//! ```text
//! ledger_entry, participation_event, result_event, audit_event ─▶ worker: webhook_delivery ─▶ POST, signed ─▶ webhook_attempt
//! ```
//!
//! Nothing is written when something happens: the worker derives deliveries from rows that are never changed
//! (`worker/derive.rs`), so none is lost and none is invented. When it is tried again, how an endpoint and a delivery
//! stand, how it is signed and where it may go is decided by [`kepu_domain::webhook`].

mod address;
mod change;
mod create;
mod deliveries;
mod list;
mod ping;
mod resend;
mod rotate;
mod steps;
mod store;
mod views;
mod words;
mod worker;

use kepu_domain::role::{Action, Scope};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use worker::{keep, run_once, tidy};

use crate::{auth::Actor, error::Result, state::AppState, tenancy::Tx};

const TAG: &str = "webhooks";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_webhooks, create::create_webhook))
        .routes(routes!(list::list_webhook_kinds))
        .routes(routes!(list::read_webhook, change::change_webhook, steps::delete_webhook))
        .routes(routes!(steps::pause_webhook))
        .routes(routes!(steps::resume_webhook))
        .routes(routes!(rotate::rotate_webhook_secret))
        .routes(routes!(ping::ping_webhook))
        .routes(routes!(resend::resend_failed_webhook_deliveries))
        .routes(routes!(deliveries::list_webhook_deliveries))
        .routes(routes!(deliveries::read_webhook_delivery))
        .routes(routes!(resend::resend_webhook_delivery))
}

fn require(tx: &Tx, actor: &Actor, action: Action) -> Result<()> {
    actor.require(action, &Scope::District { district: tx.district().0 })
}
