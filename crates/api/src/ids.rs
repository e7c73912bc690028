//! Identifiers: UUIDv7, so that they sort by time.

use uuid::Uuid;

/// A new identifier. Handlers call `state.new_id()`.
#[expect(clippy::disallowed_methods, reason = "this is where identifiers are made")]
pub fn new() -> Uuid {
    Uuid::now_v7()
}

/// The least identifier of so many milliseconds before this one was made: they begin with the time at which they were made.
pub fn earlier(id: Uuid, milliseconds: u128) -> Uuid {
    Uuid::from_u128((id.as_u128() >> 80).saturating_sub(milliseconds) << 80)
}
