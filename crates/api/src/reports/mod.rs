//! Reports: what a district, school, class or host has done in a period, and the detail behind it.
//!
//! ```text
//! score_line, credit_cell, score, enrolment ─▶ one snapshot ─▶ JSON
//!                                      └────────▶ rows ─▶ CSV or XLSX, streamed
//! ```
//!
//! A record counts for the school, class and grade of its day. Each report is read in one transaction that sees one
//! moment, says which policy version its numbers come from, and whether that policy is illustrative.

mod credit_sums;
mod credits;
mod details;
mod frame;
mod hosts;
mod kept;
mod lines;
mod overview;
mod persons;
pub mod ready;
mod records;
mod store;
mod sums;
mod table;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub use kept::{anew as make_pack_anew, look as look_after_packs, withhold_all as withhold_packs};

const TAG: &str = "reports";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(overview::report_overview))
        .routes(routes!(credits::report_credits))
        .routes(routes!(hosts::report_host))
        .routes(routes!(persons::report_persons))
        .routes(routes!(records::report_records))
        .routes(routes!(ready::report_ready))
        .merge(kept::routes())
}
