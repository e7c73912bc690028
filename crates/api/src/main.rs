//! The `kepu` binary.
fn main() {}
