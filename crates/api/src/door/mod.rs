//! The door: devices are opened for a session, scans come in, the host closes.
//!
//! ```text
//! POST scans ─▶ intake (waits with others of the same session) ─▶ take: one transaction
//!                 identify → keep the scan as it came → fold all scans of the person → verdicts, participation
//! ```
//!
//! What a scan is worth follows from [`kepu_domain::door::fold`] over all scans of the person in the session, so neither the
//! order of arrival nor a repeated request changes the outcome.

mod close;
mod intake;
mod list;
mod oddities;
mod open;
mod presence;
pub mod proof;
mod review;
mod scans;
mod settle;
mod store;
mod take;
mod view;
mod watch;

pub use intake::Intake;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

const TAG: &str = "door";

/// Scans that one request may carry.
const MOST: usize = 500;

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(watch::watch_door, open::open_door))
        .routes(routes!(scans::take_scans, list::list_scans))
        .routes(routes!(scans::import_scans))
        .routes(routes!(close::close_door))
        .routes(routes!(review::review_scan))
        .routes(routes!(review::list_reviews))
        .routes(routes!(review::count_reviews))
        .routes(routes!(presence::claim_presence))
}
