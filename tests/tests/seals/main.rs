//! The sealed ledger: sealed after confirming, once and in one order; proven outside; tampering found and named.

mod kit;
mod proofs;
mod rights;
mod sealing;
mod tampering;
