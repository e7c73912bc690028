//! Reports: every figure against a recount of the test's own, who may see what, and files opened again.

mod access;
mod as_of;
mod figures;
mod files;
mod found;
mod kept;
mod lists;
mod overview;
mod packs;
mod past;
mod period_end;
mod ready;
mod settlement;
mod town;
mod whole;
