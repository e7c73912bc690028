//! What lies around every operation: limits, headers, health.

pub mod guard;
pub mod headers;
pub mod health;
pub mod public_url;
pub mod rate;
