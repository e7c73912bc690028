//! Credentials: signed statements of credit that a student carries away.
//!
//! ```text
//! sheet, proven by the ledger ─▶ Claim ─▶ badge (Open Badges 3.0, W3C VC 2.0) ─▶ signed by the caller
//!                                  └────▶ papers: certificate, transcript
//! ```
//!
//! - [`claim`]: what is stated, and that nobody gets a statement of what is not reached;
//! - [`badge`]: the same as the JSON of an AchievementCredential, and the status list as JSON;
//! - [`check`]: what a verifier says of it at a moment, with the reason of every refusal;
//! - [`status`]: the bits of a status list;
//! - [`standing`]: issued, then perhaps revoked;
//! - [`number`]: the public number, and the name as others may see it.
//!
//! Signatures (RS256) are made and checked by the caller, and so is the compression of a status list.

pub mod badge;
pub mod check;
pub mod claim;
pub mod number;
pub mod standing;
pub mod status;
