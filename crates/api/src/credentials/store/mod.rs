//! SQL of credentials.

mod batches;
mod issued;
mod keys;
mod status;

pub use batches::*;
pub use issued::*;
pub use keys::*;
pub use status::*;
