//! Webhooks: what is told to systems outside, how it is signed, when it is tried again, and where it may be sent.
//!
//! The form is that of Standard Webhooks 1.0, so that whoever is told can check it with a library:
//! headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, a secret that begins with `whsec_`.

pub mod address;
pub mod delivery;
pub mod endpoint;
pub mod event;
pub mod retry;
pub mod signature;

pub use delivery::{Delivery, Outcome};
pub use endpoint::Endpoint;
pub use event::{Event, Kind};
pub use signature::Secret;
