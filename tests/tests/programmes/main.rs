//! Programmes: editions, themes and launches, what came of them, and their calendars.

mod calendars;
mod counting;
mod kit;
mod launch;
mod moving;
mod rights;
mod training;
mod writing;
