//! Tamper evidence: the ledger of each district is sealed into a Merkle tree whose signed heads are public.
//!
//! ```text
//! ledger_entry ─▶ sealer (in the background, as the owner) ─▶ seal_leaf + seal_salt + seal_node ─▶ seal_checkpoint
//!                                                                   └──▶ proofs of a person's entries
//! ```
//!
//! What is hashed and signed, and what a proof looks like, is said in `kepu_domain::seal`.

mod checkpoints;
mod erase;
mod keys;
mod proof_cli;
mod proofs;
mod sealer;
pub(crate) mod store;

pub use erase::erase_person;
pub use keys::holds;
pub use proof_cli::{VerifyProofArgs, verify_proof};
pub use sealer::{keep, seal_all, seal_district};

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// The tag of these operations.
const TAG: &str = "seals";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(checkpoints::read_checkpoint))
        .routes(routes!(checkpoints::list_checkpoints))
        .routes(routes!(checkpoints::read_consistency))
        .routes(routes!(checkpoints::list_checkpoint_keys))
        .routes(routes!(proofs::read_ledger_proof))
}
