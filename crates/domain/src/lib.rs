//! The rules of kepu, pure: no input or output, no clock, no randomness, no async.
//!
//! Start at [`policy`]: a [`policy::Policy`] is read from YAML, and [`policy::evaluate`] turns the [`record::Record`]s of a
//! [`person::Person`] into a [`policy::ScoreSheet`] in which every number carries its reasons.

pub mod agreement;
pub mod appeal;
pub mod booking;
pub mod competition;
pub mod credential;
pub mod credit;
pub mod designation;
pub mod door;
pub mod draft;
pub mod ending;
pub mod erasure;
pub mod exception;
pub mod grams;
pub mod ledger;
pub mod no_show;
pub mod participation;
pub mod person;
pub mod places;
pub mod policy;
pub mod programme;
pub mod record;
pub mod reminder;
pub mod resource;
pub mod role;
pub mod roster;
pub mod seal;
pub mod settlement;
pub mod suppress;
pub mod text;
pub mod webhook;
