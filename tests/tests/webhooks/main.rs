//! Webhooks: what happens is told once and signed, tried again, never lost, and only where it may go.

mod addresses;
mod kit;
mod retrying;
mod rights;
mod telling;
