//! Limits: each can cut something.

use super::super::document::{Amount, Force, Key, Limit};
use super::super::problem::Path;
use super::Checker;
use super::conditions::Place;
use crate::credit::Credit;

impl Checker<'_> {
    pub(super) fn limits(&mut self) {
        let limits = &self.document.limits;
        for (i, limit) in limits.iter().enumerate() {
            let path = Path::from("limits").then(i);
            self.condition(&limit.of, &path.then("of"), Place::AfterPricing);
            let (unit, amount) = amount(limit.at_most);
            if amount <= Credit::ZERO {
                self.add(
                    "limit_zero",
                    &path.then("at_most").then(unit),
                    format!("at most {amount} {unit} would keep nothing at all"),
                    "to leave records out, use `select`; otherwise write how much is kept",
                );
            }
            for (j, key) in limit.within.iter().enumerate() {
                if limit.within.iter().take(j).any(|k| k == key) {
                    self.add(
                        "key_twice",
                        &path.then("within").then(j),
                        format!("`{key}` stands twice in `within`"),
                        "keep it once",
                    );
                }
            }
            if !self.some_rule_fits(&limit.of) {
                self.add(
                    "limit_never_applies",
                    &path.then("of"),
                    format!("`{}` can never apply: no rule prices a record that matches `of`", limit.id),
                    "compare `of` with the `when` and `category` of the rules",
                );
            }
            if let Some(earlier) = limits.iter().take(i).find(|earlier| leaves_no_work(earlier, limit)) {
                self.add(
                    "limit_never_applies",
                    &path,
                    format!(
                        "`{}` can never apply: the limit `{}` before it keeps no more than that",
                        limit.id, earlier.id
                    ),
                    "take one of them out, or write a smaller amount",
                );
            }
        }
    }
}

/// Whether what `earlier` keeps can never exceed what `later` allows: it forms the same or coarser groups of the same or
/// more records, and allows the same or less of the same unit. A soft limit may be waived, so it proves nothing.
fn leaves_no_work(earlier: &Limit, later: &Limit) -> bool {
    let ((unit, least), (later_unit, most)) = (amount(earlier.at_most), amount(later.at_most));
    let keys = |limit: &Limit| limit.within.iter().filter(|k| **k != Key::Lifetime).cloned().collect::<Vec<_>>();
    let later_keys = keys(later);
    earlier.force == Force::Hard
        && unit == later_unit
        && least <= most
        && keys(earlier).iter().all(|k| later_keys.contains(k))
        && later.of.implies(&earlier.of)
}

fn amount(amount: Amount) -> (&'static str, Credit) {
    match amount {
        Amount::Records(n) => ("records", Credit::whole(i64::from(n))),
        Amount::Credits(n) => ("credits", n),
        Amount::Hours(n) => ("hours", n),
    }
}
