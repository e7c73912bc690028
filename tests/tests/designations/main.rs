//! Designations from the scheme to the award, what becomes of them afterwards, and who may do what about it.

mod access;
mod history;
mod kit;
mod lists;
mod news;
mod reminders;
mod renewals;
mod rounds;
mod standing;
mod story;
mod ties;
