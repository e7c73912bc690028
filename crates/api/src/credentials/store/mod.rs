//! SQL of credentials.

mod issued;
mod keys;
mod status;

pub use issued::*;
pub use keys::*;
pub use status::*;
