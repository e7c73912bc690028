//! Calendars as iCalendar (RFC 5545): of a programme, an edition and a host for anybody; of a school's and of a person's
//! registrations at a secret address, which is made and revoked here.

mod feeds;
mod links;
mod store;
mod text;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

const TAG: &str = "calendars";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(feeds::programme))
        .routes(routes!(feeds::edition))
        .routes(routes!(feeds::organization))
        .routes(routes!(feeds::secret))
        .routes(routes!(links::list, links::create))
        .routes(routes!(links::revoke))
}
