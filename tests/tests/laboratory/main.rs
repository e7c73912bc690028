//! The laboratory: trials that equal what adoption does and change nothing, drafts that need two officials, and advice that
//! comes true.

mod drafts;
mod kit;
mod next;
mod rights;
mod trials;
