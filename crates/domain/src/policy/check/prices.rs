//! Rules: each can match something, and gives something.

use super::super::document::{Factor, Price};
use super::super::problem::Path;
use super::conditions::Place;
use super::{Checker, did_you_mean};
use crate::credit::{Credit, Rounding};
use crate::text::say;

/// More credit than that for one thing has never been meant, and sums of it stay exact.
const MOST_CREDIT: Credit = Credit::whole(1_000_000);
/// The same of a factor.
const MOST_FACTOR: Credit = Credit::whole(1_000);

impl Checker<'_> {
    pub(super) fn rules(&mut self) {
        let rules = &self.document.rules;
        if rules.is_empty() {
            self.add(
                "no_rules",
                &Path::from("rules"),
                say("没有计分规则，什么都不会计学分", "there is no rule, so nothing ever earns credit"),
                say(
                    "写上计分规则，如 `- {id: activity, credit: {fixed: 1}}`",
                    "write a rule such as `- {id: activity, credit: {fixed: 1}}`",
                ),
            );
        }
        for (i, rule) in rules.iter().enumerate() {
            let path = Path::from("rules").then(i);
            self.condition(&rule.when, &path.then("when"), Place::BeforePricing);
            if rule.category.as_ref().is_some_and(|c| c.trim().is_empty()) {
                let message = say("类别是空的", "the category is empty");
                let help = say("写上类别，或删去它", "name it, or take it out");
                self.add("empty_text", &path.then("category"), message, help);
            }
            self.price(&rule.credit, &path.then("credit"));
            // The first rule that matches prices a record, so a rule whose records all match an earlier one is dead.
            if let Some(earlier) = rules.iter().take(i).find(|earlier| rule.when.implies(&earlier.when)) {
                let (id, before) = (&rule.id, &earlier.id);
                let message = if earlier.when.is_empty() {
                    say(
                        format!("永远轮不到 `{id}`：前面的计分规则 `{before}` 适用于所有记录"),
                        format!("`{id}` can never match: the rule `{before}` before it takes every record"),
                    )
                } else {
                    say(
                        format!("永远轮不到 `{id}`：它的记录都已适用前面的计分规则 `{before}`"),
                        format!(
                            "`{id}` can never match: the rule `{before}` before it takes every record that it would"
                        ),
                    )
                };
                self.add(
                    "rule_never_matches",
                    &path,
                    message,
                    say(
                        format!("把它移到 `{before}` 之前，或收窄那条规则的 `when`"),
                        format!("move it before `{before}`, or narrow the `when` of that rule"),
                    ),
                );
            }
        }
    }

    fn price(&mut self, price: &Price, path: &Path) {
        let by_time = price.per_hour.is_some() || price.per_minute.is_some();
        if price.fixed.is_none() && !by_time && price.per_quantity.is_none() && price.table.is_none() {
            self.add(
                "empty_price",
                path,
                say("没有写明计多少学分", "the price has no amount in it"),
                say(
                    "写上 `fixed`、`per_hour`、`per_minute`、`per_quantity` 或 `table`",
                    "give `fixed`, `per_hour`, `per_minute`, `per_quantity` or `table`",
                ),
            );
        }
        for (name, amount) in [
            ("fixed", price.fixed),
            ("per_hour", price.per_hour),
            ("per_minute", price.per_minute),
            ("per_quantity", price.per_quantity),
            ("at_least", price.at_least),
        ] {
            self.credit(amount, &path.then(name));
        }
        self.not_negative(price.at_most, &path.then("at_most"));
        self.bounds(price.at_least, price.at_most, path);
        self.rounding(price.round, path);
        for (name, minutes) in [("minutes_free", price.minutes_free), ("minutes_step", price.minutes_step)] {
            if minutes.is_some() && !by_time {
                self.add(
                    "minutes_unused",
                    &path.then(name),
                    say(
                        format!("`{name}` 说的是怎样按分钟计，但这里没有按时长计的学分"),
                        format!("`{name}` says how minutes are paid, but the price pays none"),
                    ),
                    say("写上 `per_hour` 或 `per_minute`，或删去它", "add `per_hour` or `per_minute`, or take it out"),
                );
            }
        }
        if price.minutes_step == Some(0) {
            self.add(
                "minutes_step",
                &path.then("minutes_step"),
                say("无法按每满 0 分钟计", "blocks of 0 minutes cannot be counted"),
                say("写明每满多少分钟，如 15，或删去它", "write how long a block is, such as 15, or take it out"),
            );
        }
        if let Some(name) = &price.table
            && !self.document.tables.contains_key(name)
        {
            let help = did_you_mean(name, self.document.tables.keys().map(String::as_str));
            let message = say(format!("没有名为 `{name}` 的学分表"), format!("there is no table `{name}`"));
            self.add("unknown_table", &path.then("table"), message, help);
        }
        for (i, factor) in price.times.iter().enumerate() {
            self.factor(factor, &path.then("times").then(i));
        }
    }

    fn factor(&mut self, factor: &Factor, path: &Path) {
        let values = path.then("values");
        if factor.values.is_empty() && factor.otherwise.is_none() {
            self.add(
                "empty_factor",
                &values,
                say(
                    "系数没有写任何值，任何记录都不会计学分",
                    "the factor has no value, so no record would earn anything",
                ),
                say("写上各个值，如 `{1: 1, 2: 0.8, 3+: 0.5}`", "write values such as `{1: 1, 2: 0.8, 3+: 0.5}`"),
            );
        }
        self.keys_of(factor.by, factor.values.keys(), &values);
        for (key, value) in &factor.values {
            self.factor_value(Some(*value), &values.then(key.as_str()));
        }
        self.factor_value(factor.otherwise, &path.then("otherwise"));
        self.factor_value(factor.missing, &path.then("missing"));
    }

    /// Credit that is given for something.
    pub(super) fn credit(&mut self, amount: Option<Credit>, path: &Path) {
        self.not_negative(amount, path);
        self.credit_not_absurd(amount, path);
    }

    /// Credit of which so much could not be meant.
    pub(super) fn credit_not_absurd(&mut self, amount: Option<Credit>, path: &Path) {
        if let Some(amount) = amount.filter(|a| *a > MOST_CREDIT) {
            self.add(
                "credit_too_large",
                path,
                say(
                    format!("{amount} 太大：学分最多写 {MOST_CREDIT}"),
                    format!("{amount} is too much: credit goes up to {MOST_CREDIT}"),
                ),
                say("检查小数点的位置和零的个数", "look at the decimal point and at the zeros"),
            );
        }
    }

    /// What credit is multiplied by.
    pub(super) fn factor_value(&mut self, factor: Option<Credit>, path: &Path) {
        self.not_negative(factor, path);
        self.factor_not_absurd(factor, path);
    }

    /// A factor of which so much could not be meant.
    pub(super) fn factor_not_absurd(&mut self, factor: Option<Credit>, path: &Path) {
        if let Some(factor) = factor.filter(|f| *f > MOST_FACTOR) {
            self.add(
                "factor_too_large",
                path,
                say(
                    format!("{factor} 太大：系数最多写 {MOST_FACTOR}"),
                    format!("{factor} is too much: factors go up to {MOST_FACTOR}"),
                ),
                say("检查小数点的位置和零的个数", "look at the decimal point and at the zeros"),
            );
        }
    }

    pub(super) fn not_negative(&mut self, amount: Option<Credit>, path: &Path) {
        if let Some(amount) = amount.filter(|a| *a < Credit::ZERO) {
            self.add(
                "negative",
                path,
                say(
                    format!("{amount} 是负数；记录可以不计学分，但不能倒扣"),
                    format!("{amount} is negative; a record can earn nothing, but not less"),
                ),
                say("应写 0 或更大的数", "write 0 or more"),
            );
        }
    }

    pub(super) fn bounds(&mut self, at_least: Option<Credit>, at_most: Option<Credit>, path: &Path) {
        if let (Some(least), Some(most)) = (at_least, at_most)
            && least > most
        {
            self.add(
                "bounds_reversed",
                &path.then("at_least"),
                say(
                    format!("不能既不少于 {least} 又不超过 {most}"),
                    format!("at least {least} and at most {most} cannot both be"),
                ),
                say("对调两者，或删去一个", "exchange them, or take one out"),
            );
        }
    }

    pub(super) fn rounding(&mut self, round: Option<Rounding>, path: &Path) {
        if round.is_some_and(|r| r.step <= Credit::ZERO) {
            self.add(
                "round_step",
                &path.then("round").then("step"),
                say("舍入的单位必须大于 0", "a step must be more than 0"),
                say(
                    "取到整数写 1，取到二分之一写 0.5，取到十分之一写 0.1",
                    "write 1 for whole numbers, 0.5 for halves, 0.1 for tenths",
                ),
            );
        }
    }

    pub(super) fn divisor(&mut self, divide_by: Option<Credit>, path: &Path) {
        if let Some(by) = divide_by.filter(|by| *by <= Credit::ZERO) {
            self.add(
                "divide_by",
                &path.then("divide_by"),
                say(format!("不能除以 {by}"), format!("cannot divide by {by}")),
                say("写大于 0 的数，或删去它", "write a number above 0, or take it out"),
            );
        }
    }
}
