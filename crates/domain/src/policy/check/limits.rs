//! Limits: each can cut something.

use super::super::document::{Amount, Force, Key, Limit};
use super::super::problem::Path;
use super::Checker;
use super::conditions::Place;
use crate::credit::Credit;
use crate::text::say;

impl Checker<'_> {
    pub(super) fn limits(&mut self) {
        let limits = &self.document.limits;
        for (i, limit) in limits.iter().enumerate() {
            let path = Path::from("limits").then(i);
            self.condition(&limit.of, &path.then("of"), Place::AfterPricing);
            let (unit, amount) = amount(limit.at_most);
            if amount <= Credit::ZERO {
                let zh_unit = match limit.at_most {
                    Amount::Records(_) => "条记录",
                    Amount::Credits(_) => "学分",
                    Amount::Hours(_) => "小时",
                };
                self.add(
                    "limit_zero",
                    &path.then("at_most").then(unit),
                    say(
                        format!("最多 {amount} {zh_unit}，等于什么都不计"),
                        format!("at most {amount} {unit} would keep nothing at all"),
                    ),
                    say(
                        "要排除记录，用 `select`；否则写明最多计多少",
                        "to leave records out, use `select`; otherwise write how much is kept",
                    ),
                );
            }
            for (j, key) in limit.within.iter().enumerate() {
                if limit.within.iter().take(j).any(|k| k == key) {
                    self.add(
                        "key_twice",
                        &path.then("within").then(j),
                        say(format!("`{key}` 在 `within` 中写了两次"), format!("`{key}` stands twice in `within`")),
                        say("只保留一次", "keep it once"),
                    );
                }
            }
            if !self.some_rule_fits(&limit.of) {
                self.add(
                    "limit_never_applies",
                    &path.then("of"),
                    say(
                        format!("`{}` 永远用不上：没有计分规则会给符合 `of` 的记录计分", limit.id),
                        format!("`{}` can never apply: no rule prices a record that matches `of`", limit.id),
                    ),
                    say(
                        "把 `of` 与计分规则的 `when` 和 `category` 对照一下",
                        "compare `of` with the `when` and `category` of the rules",
                    ),
                );
            }
            if let Some(earlier) = limits.iter().take(i).find(|earlier| leaves_no_work(earlier, limit)) {
                self.add(
                    "limit_never_applies",
                    &path,
                    say(
                        format!("`{}` 永远用不上：前面的限额 `{}` 保留的已不超过这个数", limit.id, earlier.id),
                        format!(
                            "`{}` can never apply: the limit `{}` before it keeps no more than that",
                            limit.id, earlier.id
                        ),
                    ),
                    say("删去其中一个，或把数改小", "take one of them out, or write a smaller amount"),
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
