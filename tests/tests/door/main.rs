//! The door: scans of devices that come late, twice, in any order, and what becomes of them.

mod gate;
mod story;

mod closing;
mod day;
mod devices;
mod no_shows;
mod orders;
mod passes;
mod places;
mod proof;
mod scans;
