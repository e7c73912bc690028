//! Passes: the signed codes by which the door knows a person.
//!
//! A pass is made when somebody first asks for it: a school that prints cards, a student or guardian who opens it on a
//! phone. Re-issuing replaces it; the old one is void from that moment.

mod cards;
mod issue;
pub(crate) mod keys;
mod read;
pub(crate) mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

const TAG: &str = "passes";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read::read_pass))
        .routes(routes!(issue::reissue_pass))
        .routes(routes!(cards::class_passes))
}
