//! Persons: who takes part. They come and go by rosters; here they are read.

mod detail;
mod list;
mod store;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub use detail::PersonDetail;
pub use list::PersonView;
pub(crate) use list::{Among, PersonSort};
pub(crate) use store::{Filter, PersonRow, Sought, name_key, persons};

/// The tag of these operations.
pub const TAG: &str = "persons";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list_persons)).routes(routes!(detail::read_person))
}
