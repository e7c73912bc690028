//! Policies: published rule sets, and which of them a district scores by.
//!
//! A version is published once and never changes. To score by it a district adopts it: the adoption is computed in the
//! background (who gains, who loses), read by an official, and then made effective in one transaction. It ends when a later
//! version of the same policy becomes effective, or from a day on that an official asks for.

mod adopt;
mod adoption;
mod end;
mod publish;
mod read;
mod scored;
mod shipped;
pub(crate) mod store;
mod titles;

pub use adoption::{apply, compute, resume};
pub use end::end_due;
pub use publish::{InLang, PolicyCheck, read_document, sound_document};
pub(crate) use publish::{digest, publish, size};
pub use shipped::load_shipped;
pub use titles::PolicyTitles;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

const TAG: &str = "policies";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(publish::publish_policy, read::list_policies))
        .routes(routes!(publish::check_policy))
        .routes(routes!(read::read_policy))
        .routes(routes!(scored::list_scored))
        .routes(routes!(adopt::adopt_policy, adopt::list_adoptions))
        .routes(routes!(adopt::read_adoption))
        .routes(routes!(adopt::make_effective))
        .routes(routes!(adopt::discard_adoption))
        .routes(routes!(end::end_policy, end::withdraw_end))
        .routes(routes!(end::agree_end))
}
