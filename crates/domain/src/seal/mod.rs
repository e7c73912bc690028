//! Tamper evidence: the ledger of a district as a Merkle tree whose heads are signed and published.
//!
//! ```text
//! entry ─▶ canonical bytes ─┐
//!                    salt ──┴▶ SHA-256 = leaf ─▶ tree (RFC 6962) ─▶ checkpoint (signed) ─▶ proof of one entry
//! ```
//!
//! A leaf is a commitment: without its salt nobody can guess the entry from it. Who is erased takes salt and entry along,
//! the leaf stays, and so do the tree and every checkpoint over it.
//!
//! - [`tree`]: hashes, inclusion and consistency proofs exactly as RFC 6962 and RFC 9162 say;
//! - [`entry`]: the bytes of a ledger entry, versioned;
//! - [`note`]: C2SP signed-note and tlog-checkpoint;
//! - [`proof`]: C2SP tlog-proof, one for each entry, and what they prove;
//! - [`wording`]: the same in words.
//!
//! Signatures (Ed25519) are made and checked by the caller.

pub mod entry;
pub mod note;
pub mod proof;
pub mod tree;
pub mod wording;
