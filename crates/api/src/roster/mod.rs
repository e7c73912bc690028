//! Rosters: a file is staged, its difference shown, then committed or discarded.
//!
//! `upload` takes a file and answers at once; `stage` reads and judges it in the background; `read` shows what it would
//! do; `fix` corrects refused rows; `commit` carries it out in one transaction, `discard` gives it up.
//! The rules are in `kepu_domain::roster`; `source` turns the file formats into rows of cells.

mod commit;
mod discard;
mod fix;
mod read;
pub(crate) mod school;
mod source;
mod stage;
mod store;
mod upload;
mod view;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use store::{NewClass, ensure_classes, expect_many, hold_roster, numbers_as_stored, today};
pub use view::{Counts, Format, ImportView, Mode, RowView, State as ImportState};

/// The tag of these operations.
pub const TAG: &str = "roster";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(upload::stage_roster, read::list_roster_imports))
        .routes(routes!(read::read_roster_import))
        .routes(routes!(read::list_roster_rows))
        .routes(routes!(fix::fix_roster_row))
        .routes(routes!(commit::commit_roster))
        .routes(routes!(discard::discard_roster))
}
