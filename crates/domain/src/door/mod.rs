//! The door: who was seen there, and what that is worth.
//!
//! A **pass** ([`pass::Pass`]) says which person stands before the guide. A **scan** ([`scan::Scan`]) is one look at a pass, a code or a
//! list: it is kept for ever as it came. What it is worth, its [`scan::Verdict`], follows from all scans of the same person in the
//! same session, in the order in which they happened, never in the order in which they arrived: [`fold::fold`].

pub mod code;
pub mod fold;
pub mod pass;
pub mod scan;
