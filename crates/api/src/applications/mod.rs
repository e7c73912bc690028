//! Applications for designations: from the draft through review, decision and objections to the award.

mod appeal;
mod award;
mod award_all;
mod check;
mod completion;
mod files;
mod late;
mod list;
mod objections;
mod owed;
mod reach;
mod review;
mod save;
mod start;
pub mod store;
mod strike;
mod submit;
mod take;
mod view;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use owed::{By, OwedStep, owed};
pub use take::{refused, take};
pub use view::outcomes;

use crate::state::AppState;

const TAG: &str = "applications";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(start::start))
        .routes(routes!(list::list))
        .routes(routes!(list::read, save::save))
        .routes(routes!(list::published))
        .routes(routes!(list::all_published))
        .routes(routes!(late::late))
        .routes(routes!(submit::submit))
        .routes(routes!(submit::withdraw))
        .routes(routes!(files::add))
        .routes(routes!(files::add_photo))
        .routes(routes!(files::download, files::remove))
        .routes(routes!(check::check))
        .routes(routes!(check::spot_check))
        .routes(routes!(review::review))
        .routes(routes!(review::list))
        .routes(routes!(review::declare_tie))
        .routes(routes!(strike::strike))
        .routes(routes!(completion::extend))
        .routes(routes!(completion::refuse))
        .routes(routes!(objections::object))
        .routes(routes!(objections::own))
        .routes(routes!(objections::answer))
        .routes(routes!(appeal::appeal))
        .routes(routes!(appeal::answer))
        .routes(routes!(award::award))
        .routes(routes!(award_all::proposal, award_all::award_all))
}
