//! Reports: every figure against a recount of the test's own, who may see what, and files opened again.

mod access;
mod figures;
mod files;
mod overview;
mod town;
