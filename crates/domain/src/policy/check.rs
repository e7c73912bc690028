//! Checks.
use super::document::Document;
use super::problem::Problem;
pub(super) fn check(_document: &Document) -> Vec<Problem> {
    Vec::new()
}
