//! Credits: what confirmed participations and verified results earn, booked in the ledger.
//!
//! ```text
//! participation, result ─▶ record (what the engine reads, in versions) ─▶ evaluate ─▶ ledger_entry + score_line + score
//! ```
//!
//! Whatever changes a record, a designation, a decision or the policy calls one function here, in its own transaction:
//! the sheet of each touched person is evaluated again and the differences are booked.

mod cells;
mod decisions;
mod forget;
mod guests;
mod lines;
pub(crate) mod meant;
mod past;
mod records;
mod scoring;
mod standing;
pub(crate) mod store;
mod view;

pub use forget::forget_person;
pub use guests::{follow_designation, rescore_guests};
pub(crate) use meant::{When, version_meant};
pub use past::{score as score_then, shadow};
pub(crate) use records::planned_records;
pub use records::{expected_facts, has_records_of, touch_designation, touch_host, touch_participations, touch_results};
pub use scoring::{
    Author, Cause, Effective, Rescored, effective, evaluate_person, lock_policies, policy, rescore, rescore_under,
    today,
};
pub use standing::{follow_roster, keep, stand_anew};
pub use store::EffectivePolicy;
pub use view::{LangWord, NextView, ReasonView, RequirementView, ScoreView};
pub(crate) use view::{moment, next_view, readable_person, reason_view, requirement_view, sheet_under};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(view::read_score))
        .routes(routes!(view::list_scores))
        .routes(routes!(lines::list_ledger))
        .routes(routes!(decisions::list_flags))
        .routes(routes!(decisions::decide, decisions::list_decisions))
        .routes(routes!(decisions::revoke))
}
