//! Resources and their bookings, over HTTP.

mod bookings;
mod catalogue;
mod kit;
mod rights;
mod tours;
