//! The laboratory: policies that are being written, tried and approved, and what a student could do next.
//!
//! ```text
//! draft ─▶ submitted ─▶ approved ─▶ published ─▶ (its day) adoption ─▶ effective
//!   └──────────┴────────────┴─▶ trial: the whole history of the district under it, beside what counts now
//! ```
//!
//! Nothing of a trial touches the ledger: it reads a snapshot, and keeps what it found in tables of its own. The text of a
//! draft is published and adopted through `policies`, which is the one way by which rules become effective.

mod draft_steps;
mod drafts;
mod next;
mod outcome;
mod planned;
mod store;
mod trial_job;
mod trial_persons;
mod trials;
mod try_one;

pub use planned::{EVERY, begin_planned};
pub use trial_job::resume;

use axum::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::error::{ApiError, Result};
use crate::state::AppState;
use crate::tenancy::Tx;

const TAG: &str = "laboratory";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(trials::start_trial, trials::list_trials))
        .routes(routes!(trials::read_trial, trials::delete_trial))
        .routes(routes!(trials::cancel_trial))
        .routes(routes!(trial_persons::list_trial_persons))
        .routes(routes!(drafts::create_draft, drafts::list_drafts))
        .routes(routes!(drafts::read_draft, drafts::change_draft))
        .routes(routes!(draft_steps::submit_draft))
        .routes(routes!(draft_steps::take_draft_back))
        .routes(routes!(draft_steps::approve_draft))
        .routes(routes!(draft_steps::reject_draft))
        .routes(routes!(draft_steps::publish_draft))
        .routes(routes!(draft_steps::retry_draft))
        .routes(routes!(draft_steps::withdraw_draft))
        .routes(routes!(try_one::try_on_person))
        .routes(routes!(next::read_next))
}

/// What is tried: exactly one of a draft, a published version, or a text of neither.
pub(crate) struct Tried {
    pub draft_id: Option<Uuid>,
    pub policy_version_id: Option<Uuid>,
    pub document: String,
}

impl Tried {
    /// Loads the text that is meant.
    async fn load(tx: &mut Tx, draft: Option<Uuid>, version: Option<Uuid>, text: Option<String>) -> Result<Self> {
        let document = match (draft, version, text) {
            (Some(id), None, None) => store::draft(tx, id, false).await?.document,
            (None, Some(id), None) => crate::policies::store::version(tx, id).await?.1,
            (None, None, Some(text)) => {
                crate::policies::size(&text)?;
                text
            }
            _ => {
                let message = "give exactly one of draft_id, policy_version_id and document";
                return Err(ApiError::invalid_field("document", "exactly_one", message));
            }
        };
        Ok(Self { draft_id: draft, policy_version_id: version, document })
    }
}

type Answer<T> = Result<(crate::extract::ETag, Json<T>)>;
