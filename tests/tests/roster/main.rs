//! Rosters over HTTP: sheets, `OneRoster`, who is read by whom, and the end of a school year.

mod kit;
mod oneroster;
mod people;
mod promotion;
mod sheet;
mod size;
