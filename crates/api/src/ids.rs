//! Identifiers: UUIDv7, so that they sort by time.

use uuid::Uuid;

/// A new identifier. Handlers call `state.new_id()`.
#[expect(clippy::disallowed_methods, reason = "this is where identifiers are made")]
pub fn new() -> Uuid {
    Uuid::now_v7()
}
