//! The kepu service.
