//! Designations from the scheme to the award, what becomes of them afterwards, and who may do what about it.

mod access;
mod kit;
mod lists;
mod reminders;
mod standing;
mod story;
mod ties;
