//! Appeals: a line of a student's record is questioned, the host says what happened, the district decides.
//!
//! ```text
//! line ─▶ filed ─▶ stated (by the host, or its days pass) ─▶ granted (the line is put right, credit follows) | declined
//! ```
//!
//! An appeal is of the district of its student; the host that is asked may be of another. Its life is in
//! [`kepu_domain::appeal`]; what a grant does, the participations' and results' own slices do.

mod answer;
mod apply;
mod decide;
mod file;
mod lines;
mod list;
mod reach;
mod read;
mod store;
mod terms;
mod view;

pub use list::{OwedAppeal, owed};
pub use store::{AnsweredAppeal, answered_since};

use chrono::NaiveDate;
use kepu_domain::appeal::{Act, Refusal};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Actor,
    credits,
    error::{ApiError, Result},
    state::AppState,
    tenancy::Tx,
};

const TAG: &str = "appeals";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_appeals, file::file_appeal))
        .routes(routes!(list::appeal_summary))
        .routes(routes!(lines::questionable_lines))
        .routes(routes!(list::appeals_elsewhere))
        .routes(routes!(read::read_appeal))
        .routes(routes!(answer::state_appeal))
        .routes(routes!(answer::withdraw_appeal))
        .routes(routes!(decide::decide_appeal))
        .routes(routes!(decide::preview_appeal))
        .routes(routes!(terms::read_terms, terms::change_terms))
}

/// Today in the district of the transaction.
async fn today(tx: &mut Tx, state: &AppState) -> Result<NaiveDate> {
    credits::today(tx, state.now()).await
}

/// That this account does something now.
async fn act(tx: &mut Tx, state: &AppState, actor: &Actor) -> Result<Act> {
    let at = state.now();
    Ok(Act { by: actor.account_id, at, on: credits::today(tx, at).await? })
}

fn refused(refusal: Refusal) -> ApiError {
    let (code, message) = (refusal.code(), refusal.to_string());
    match refusal {
        Refusal::OwnAppeal | Refusal::OwnStatement | Refusal::NotWhoFiled => {
            ApiError::new(axum::http::StatusCode::FORBIDDEN, code, format!("Nothing was changed: {message}."))
        }
        _ => ApiError::conflict(code, format!("Nothing was changed: {message}.")),
    }
}
