//! Reports that are kept: saved ones, which are a name for filters and are read anew by whoever opens them, with the reader's
//! own right; and packs, which are files of all ready reports of a period, made in the background.

mod due;
mod judge;
mod making;
mod packs;
mod saved;
mod store;

use kepu_domain::role::{Action, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::auth::Actor;
use crate::error::Result;
use crate::state::AppState;

pub use due::look;
pub use making::anew;
pub use store::withhold_all;

/// The operations of this part.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(saved::list_saved, saved::save))
        .routes(routes!(saved::read_saved, saved::remove_saved))
        .routes(routes!(packs::list_packs, packs::ask_pack))
        .routes(routes!(packs::read_pack))
        .routes(routes!(packs::download_pack))
}

/// Refuses who may read no report of the district at all.
fn require_reader(actor: &Actor, district: Uuid) -> Result<()> {
    let schools = actor.schools();
    let hosts = actor.hosts();
    let reads = |scope: &Scope| actor.may(Action::ReportRead, scope);
    let school =
        schools.as_filter().unwrap_or(&[]).iter().any(|school| reads(&Scope::School { district, school: *school }));
    let host = hosts.as_filter().unwrap_or(&[]).iter().any(|host| reads(&Scope::Host { district, host: *host }));
    if school || host { Ok(()) } else { actor.require(Action::ReportRead, &Scope::District { district }) }
}
