//! Appeals: who questions what, who answers in which days, what a grant does to credit, and who sees any of it.

mod kit;
mod life;
mod lines;
mod rights;
