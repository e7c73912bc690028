//! Participation: who took part in which session. A school records (or registers), the host confirms or rejects.
//!
//! The life cycle and its refusals are in [`kepu_domain::participation`]; credit follows in the same transaction.

mod attendance;
mod change;
mod confirm;
mod entry;
mod list;
pub(crate) mod no_shows;
pub mod places;
mod record;
mod record_sheet;
mod righting;
mod sorter;
pub(crate) mod store;
mod withdraw;

pub use change::void_many;
pub use righting::{Righting, put_right};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

const TAG: &str = "participations";

/// Participations that one request may carry.
pub const MOST: usize = 500;

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(record::record_participations))
        .routes(routes!(record_sheet::record_sheet))
        .routes(routes!(withdraw::withdraw_participations))
        .routes(routes!(attendance::mark_attendance))
        .routes(routes!(confirm::confirm_session))
        .routes(routes!(list::list_participations))
        .routes(routes!(list::list_waiting))
        .routes(routes!(no_shows::read_no_shows))
        .routes(routes!(change::read_participation))
        .routes(routes!(change::amend_participation))
        .routes(routes!(change::void_participation))
        .routes(routes!(change::withdraw_participation))
}
