//! Measures: each is of one kind, of what there is, and of nothing that needs itself.

use std::collections::BTreeMap;

use super::super::document::{Amount, Enough, Key, Measure, Period};
use super::super::problem::Path;
use super::conditions::Place;
use super::grades::Reads;
use super::{Checker, circles, did_you_mean};
use crate::credit::Credit;
use crate::text::say;

const KINDS: [&str; 10] =
    ["sum", "count", "distinct", "highest", "streak", "periods", "weighted", "smallest", "largest", "points"];

impl<'d> Checker<'d> {
    pub(super) fn measures(&mut self) {
        let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (i, measure) in self.document.measures.iter().enumerate() {
            let path = Path::from("measures").then(i);
            self.measure(measure, &path);
            let named = self.named_by(measure, &path);
            for (name, path) in &named {
                self.known_measure(name, path);
            }
            edges.insert(&measure.id, named.into_iter().map(|(name, _)| name).collect());
        }
        for circle in circles(&edges) {
            let first = circle.first().copied().unwrap_or_default();
            let index = self.document.measures.iter().position(|m| m.id == first).unwrap_or(0);
            self.add(
                "circle",
                &Path::from("measures").then(index),
                say(
                    format!("这些统计项循环引用：{}", circle.join(" → ")),
                    format!("these measures need each other in a circle: {}", circle.join(" → ")),
                ),
                say("其中一个改为由记录统计", "compute one of them from the records"),
            );
        }
    }

    fn measure(&mut self, measure: &Measure, path: &Path) {
        let id = &measure.id;
        let over_records = [
            measure.sum.map(|_| "sum"),
            measure.count.map(|_| "count"),
            measure.distinct.as_ref().map(|_| "distinct"),
            measure.highest.map(|_| "highest"),
            measure.streak.as_ref().map(|_| "streak"),
            measure.periods.as_ref().map(|_| "periods"),
        ];
        let over_measures = [
            measure.weighted.as_ref().map(|_| "weighted"),
            measure.smallest.as_ref().map(|_| "smallest"),
            measure.largest.as_ref().map(|_| "largest"),
            measure.points.as_ref().map(|_| "points"),
        ];
        let kinds: Vec<&str> = over_records.into_iter().chain(over_measures).flatten().collect();
        match kinds.as_slice() {
            [] => self.add(
                "measure_kind",
                path,
                say(
                    format!("统计项 `{id}` 没有写明统计什么"),
                    format!("the measure `{id}` does not say what it measures"),
                ),
                say(format!("写上其中一种：`{}`", KINDS.join("`、`")), format!("give one of `{}`", KINDS.join("`, `"))),
            ),
            [_] => {}
            [_, second, ..] => self.add(
                "measure_kind",
                &path.then(*second),
                say(
                    format!("统计项 `{id}` 同时写了几种统计：`{}`", kinds.join("`、`")),
                    format!("the measure `{id}` is two things at once: `{}`", kinds.join("` and `")),
                ),
                say(
                    "只保留一种；都需要时，分成两个统计项",
                    "keep one of them; make two measures where both are needed",
                ),
            ),
        }
        self.condition(&measure.of, &path.then("of"), Place::AfterPricing);
        if over_measures.iter().any(Option::is_some) {
            let unused = [
                ("of", "of_unused", !measure.of.is_empty()),
                ("best", "best_unused", measure.best.is_some()),
                ("period", "period_unused", measure.period.is_some()),
            ];
            for (name, code, _) in unused.into_iter().filter(|(.., given)| *given) {
                self.add(
                    code,
                    &path.then(name),
                    say(
                        format!("`{id}` 由其他统计项算出，没有记录可供 `{name}` 挑选"),
                        format!("`{id}` is made of other measures, so `{name}` has no records to pick"),
                    ),
                    say("写在构成它的统计项里", "say it in the measures it is made of"),
                );
            }
        } else if !self.some_rule_fits(&measure.of) {
            self.add(
                "measure_never_counts",
                &path.then("of"),
                say(
                    format!("`{id}` 永远为 0：没有计分规则会给符合 `of` 的记录计分"),
                    format!("`{id}` is always 0: no rule prices a record that matches `of`"),
                ),
                say(
                    "把 `of` 与计分规则的 `when` 和 `category` 对照一下",
                    "compare `of` with the `when` and `category` of the rules",
                ),
            );
        }
        if measure.best == Some(0) {
            let message = say(
                format!("最高的 0 条记录等于没有记录，所以 `{id}` 永远为 0"),
                format!("the best 0 records are none, so `{id}` is always 0"),
            );
            let help = say("写明取多少条记录", "write how many records are taken");
            self.add("best_zero", &path.then("best"), message, help);
        }
        if measure.distinct == Some(Key::Lifetime) {
            self.add(
                "distinct_lifetime",
                &path.then("distinct"),
                say("每个人的全程只有一个，没有什么可数", "a person has one lifetime, so there is nothing to count"),
                say(
                    "改数会有不同取值的项，如 `host`、`activity` 或 `month`",
                    "count something that differs, such as `host`, `activity` or `month`",
                ),
            );
        }
        for (name, enough) in [("streak", &measure.streak), ("periods", &measure.periods)] {
            if let Some(enough) = enough {
                self.enough(name, enough, &path.then(name));
            }
        }
        self.divisor(measure.divide_by, path);
        self.rounding(measure.round, path);
        self.bounds(measure.at_least, measure.at_most, path);
        for (name, list) in [("smallest", &measure.smallest), ("largest", &measure.largest)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let message = say("统计项的列表是空的", "the list of measures is empty");
                self.add("empty_list", &path.then(name), message, say("至少写一个", "name at least one"));
            }
        }
        if measure.weighted.as_ref().is_some_and(BTreeMap::is_empty) {
            let message = say("没有给任何统计项写权重", "no measure has a weight");
            let help = say("写法如 `{practice: 0.6}`", "write `{practice: 0.6}`");
            self.add("empty_list", &path.then("weighted"), message, help);
        }
        for (id, weight) in measure.weighted.iter().flatten() {
            self.factor_not_absurd(Some(*weight), &path.then("weighted").then(id.as_str()));
        }
        if let Some(points) = &measure.points {
            self.credit_not_absurd(Some(points.value), &path.then("points").then("value"));
            self.test(&points.when, &path.then("points").then("when"), Reads::Measures);
        }
    }

    fn enough(&mut self, name: &str, enough: &Enough, path: &Path) {
        if enough.of == Period::Stage {
            self.add(
                "period_of_stage",
                &path.then("of"),
                say(
                    format!("`{name}` 不能按学段统计：学段长达数年，随年级而定"),
                    format!("`{name}` of stages means nothing: a stage is years long and follows the grade"),
                ),
                say("改用 `month`、`term` 或 `school_year`", "use `month`, `term` or `school_year`"),
            );
        }
        for (i, month) in enough.skip_months.iter().enumerate().filter(|(_, m)| !(1..=12).contains(*m)) {
            self.add(
                "out_of_range",
                &path.then("skip_months").then(i),
                say(
                    format!("没有 {month} 月：月份从 1 到 12"),
                    format!("there is no month {month}: months go from 1 to 12"),
                ),
                say("改正这个数", "mend the number"),
            );
        }
        if !enough.skip_months.is_empty() && enough.of != Period::Month {
            self.add(
                "skip_months_unused",
                &path.then("skip_months"),
                say(
                    format!("`skip_months` 只与 `of: month` 同用，不与 `of: {}` 同用", enough.of.name()),
                    format!("`skip_months` goes with `of: month`, not with `of: {}`", enough.of.name()),
                ),
                say("删去它，或改为按月统计", "take it out, or count months"),
            );
        }
        let zero = match enough.at_least {
            Some(Amount::Records(n)) => n == 0,
            Some(Amount::Credits(n) | Amount::Hours(n)) => n <= Credit::ZERO,
            None => false,
        };
        if zero {
            self.add(
                "enough_zero",
                &path.then("at_least"),
                say("要求的数量是零，任何时段都算达到", "every period would have enough of nothing"),
                say(
                    "写大于 0 的数量，或删去它（即只需一条记录）",
                    "write an amount above 0, or take it out for one record",
                ),
            );
        }
    }

    /// The measures that a measure is made of, with their places.
    fn named_by(&self, measure: &'d Measure, path: &Path) -> Vec<(&'d str, Path)> {
        let mut named: Vec<(&'d str, Path)> = Vec::new();
        if let Some(weighted) = &measure.weighted {
            let path = path.then("weighted");
            named.extend(weighted.keys().map(|id| (id.as_str(), path.then(id.as_str()))));
        }
        for (name, list) in [("smallest", &measure.smallest), ("largest", &measure.largest)] {
            let path = path.then(name);
            named.extend(list.iter().flatten().enumerate().map(|(i, id)| (id.as_str(), path.then(i))));
        }
        if let Some(points) = &measure.points {
            let mut read = super::grades::Read::default();
            read.test(&points.when, &path.then("points").then("when"));
            // The walk over the test itself reports names that nothing has.
            let known = |id: &str| self.document.measures.iter().any(|m| m.id == id);
            named.extend(read.measures.into_iter().filter(|(id, _)| known(id)));
        }
        named
    }

    pub(super) fn known_measure(&mut self, id: &str, path: &Path) {
        let measures = &self.document.measures;
        if id != "total" && !measures.iter().any(|m| m.id == id) {
            let known = measures.iter().map(|m| m.id.as_str()).chain(["total"]);
            let help = did_you_mean(id, known);
            let message = say(format!("没有名为 `{id}` 的统计项"), format!("there is no measure `{id}`"));
            self.add("unknown_measure", path, message, help);
        }
    }
}
