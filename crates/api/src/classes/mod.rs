//! Classes of a school year, who is in them, and how they go up at its end.

mod list;
mod promote;
mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub use list::ClassView;

/// The tag of these operations.
pub const TAG: &str = "classes";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_classes))
        .routes(routes!(list::list_class_persons))
        .routes(routes!(promote::promote_classes))
}
