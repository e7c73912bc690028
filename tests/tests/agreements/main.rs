//! Agreements, the projects under them and pairings, over HTTP.

mod end;
mod kit;
mod life;
mod paper;
mod partners;
mod projects;
mod rights;
