//! `Idempotency-Key`: the same request sent twice is carried out once, and both get the same answer.
//!
//! The middleware looks the key up first. If it is new, the first transaction that the handler begins in the district
//! of the request claims it by inserting its row. So the claim lives and dies with the handler's changes, and a second
//! request with the same key waits at that row until the first has committed or given up. An answer passed to
//! [`Tx::commit_with`](crate::tenancy::Tx::commit_with) is written in that same transaction; any other is written
//! right after it. Requests that change nothing keep no key: repeating them is harmless. Keys are kept for a day.

mod answer;
mod claim;
mod form;
mod replay;

pub use answer::Kept;
pub use claim::{Hold, claim};
pub use replay::replay;
