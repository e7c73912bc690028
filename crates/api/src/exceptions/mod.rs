//! Exceptions: what the district's rules find among all that was confirmed and submitted. Officials look at these alone.
//!
//! ```text
//! confirmed participations, results ─▶ look (in the background) ─▶ exception: open ─▶ cleared | upheld (with what is voided)
//! ```
//!
//! What is an exception, and how it stands, is decided by [`kepu_domain::exception`].

mod decide;
mod list;
mod look;
mod read;
mod rules;
mod store;
mod told;

pub use look::{EVERY, look, look_in};
pub use rules::ExceptionRules;
pub(crate) use told::{Told, told};

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

const TAG: &str = "exceptions";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_exceptions))
        .routes(routes!(list::exception_summary))
        .routes(routes!(rules::read_rules, rules::change_rules))
        .routes(routes!(look::look_now))
        .routes(routes!(read::read_exception))
        .routes(routes!(decide::decide_exception))
}
