//! Credentials: what students carry away, and what whoever gets it can check.

mod again;
mod badges;
mod kit;
mod papers;
mod rights;
