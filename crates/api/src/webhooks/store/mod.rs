//! The SQL of webhooks. Every statement names the district.

mod deliveries;
mod endpoints;
mod secrets;
mod sources;
mod work;

pub use deliveries::*;
pub use endpoints::*;
pub use secrets::*;
pub use sources::happened;
pub use work::*;
