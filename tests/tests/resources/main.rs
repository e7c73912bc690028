//! Resources and their bookings, over HTTP.

mod bookings;
mod catalogue;
mod kit;
mod loans;
mod rights;
mod tours;
