//! SQL of the laboratory. Every statement names the district.

mod drafts;
mod offers;
mod trials;

pub use drafts::*;
pub use offers::*;
pub use trials::*;
