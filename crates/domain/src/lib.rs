//! The rules of kepu.
