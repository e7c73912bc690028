//! Agreements between organizations: who signed what for which term, what their end does, and the network they make.
//! What is done under them is [`crate::projects`]; who looks for whom is [`crate::partners`].

mod ahead;
mod bring;
mod change;
mod create;
mod end;
mod list;
mod network;
mod paper;
pub mod reach;
mod sign;
mod steps;
pub mod store;
mod text;
mod view;
mod words;

use kepu_domain::agreement as rules;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{error::ApiError, state::AppState};

pub use view::{AgreementView, PartyView};
pub(crate) use words::mirror;
pub use words::{AgreementKind, AgreementStanding, AgreementState, AheadSort, EndChoice, EndOutcome, side};

const TAG: &str = "agreements";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::read, change::change))
        .routes(routes!(list::steps))
        .routes(routes!(text::add))
        .routes(routes!(text::download))
        .routes(routes!(sign::offer))
        .routes(routes!(sign::sign))
        .routes(routes!(sign::refuse))
        .routes(routes!(sign::recall))
        .routes(routes!(sign::withdraw))
        .routes(routes!(ahead::ahead))
        .routes(routes!(end::end))
        .routes(routes!(network::network))
        .routes(routes!(bring::bring))
        .routes(routes!(paper::record))
        .routes(routes!(paper::dispute))
        .routes(routes!(paper::uphold))
        .routes(routes!(paper::strike))
}

/// The answer to what the rules of agreements refuse.
fn refused(refusal: &rules::Refusal) -> ApiError {
    use rules::Refusal as R;
    let text = refusal.to_string();
    match refusal {
        R::NotFromHere { .. }
        | R::SignedAlready
        | R::OnlyProposer
        | R::OnlyOthers
        | R::TextNeeded
        | R::NotEnteredByOthers
        | R::OnlyObjector
        | R::OnlyRecorder => ApiError::conflict(refusal.code(), format!("Not now: {text}.")),
        R::NotAParty => ApiError::invalid_field("organization_id", refusal.code(), text),
        R::EndsInThePast(_) | R::EndsByItself(_) | R::EndAnnounced(_) | R::RenewedFrom(_) => {
            ApiError::invalid_field("on", refusal.code(), text)
        }
        R::ReasonNeeded => ApiError::invalid_field("reason", "required", text),
        R::NotAPairing => ApiError::invalid_field("kind", refusal.code(), text),
        R::NotSignedByAll => ApiError::invalid_field("signatures", refusal.code(), text),
        R::SignedInTheFuture(_) => ApiError::invalid_field("signatures", refusal.code(), text),
        R::SignatoryNeeded => ApiError::invalid_field("name", "required", text),
        R::TermIsOver(_) | R::RenewsFromTheStart(_) => {
            ApiError::conflict(refusal.code(), format!("Not with these days: {text}."))
        }
    }
}

/// The answer to parties and days that do not fit.
fn unfit(unfit: rules::Unfit) -> ApiError {
    let field = if unfit == rules::Unfit::EndsBeforeItBegins { "last_day" } else { "parties" };
    ApiError::invalid_field(field, unfit.code(), unfit.to_string())
}
