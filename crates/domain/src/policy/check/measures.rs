//! Measures: each is of one kind, of what there is, and of nothing that needs itself.

use std::collections::BTreeMap;

use super::super::document::{Amount, Enough, Key, Measure, Period};
use super::super::problem::Path;
use super::conditions::Place;
use super::grades::Reads;
use super::{Checker, circles, did_you_mean};
use crate::credit::Credit;

const KINDS: &str =
    "`sum`, `count`, `distinct`, `highest`, `streak`, `periods`, `weighted`, `smallest`, `largest` and `points`";

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
                format!("these measures need each other in a circle: {}", circle.join(" → ")),
                "compute one of them from the records",
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
                format!("the measure `{id}` does not say what it measures"),
                format!("give one of {KINDS}"),
            ),
            [_] => {}
            [_, second, ..] => self.add(
                "measure_kind",
                &path.then(*second),
                format!("the measure `{id}` is two things at once: `{}`", kinds.join("` and `")),
                "keep one of them; make two measures where both are needed",
            ),
        }
        self.condition(&measure.of, &path.then("of"), Place::AfterPricing);
        if over_measures.iter().any(Option::is_some) {
            let help = "say it in the measures it is made of";
            if !measure.of.is_empty() {
                let message = format!("`{id}` is made of other measures, so it reads no records that `of` could pick");
                self.add("of_unused", &path.then("of"), message, help);
            }
            if measure.best.is_some() {
                let message = format!("`{id}` is made of other measures, so `best` has no records to pick");
                self.add("best_unused", &path.then("best"), message, help);
            }
            if measure.period.is_some() {
                let message = format!("`{id}` is made of other measures, so `period` has no records to pick");
                self.add("period_unused", &path.then("period"), message, help);
            }
        } else if !self.some_rule_fits(&measure.of) {
            self.add(
                "measure_never_counts",
                &path.then("of"),
                format!("`{id}` is always 0: no rule prices a record that matches `of`"),
                "compare `of` with the `when` and `category` of the rules",
            );
        }
        if measure.best == Some(0) {
            let message = format!("the best 0 records are none, so `{id}` is always 0");
            self.add("best_zero", &path.then("best"), message, "write how many records are taken");
        }
        if measure.distinct == Some(Key::Lifetime) {
            self.add(
                "distinct_lifetime",
                &path.then("distinct"),
                "a person has one lifetime, so there is nothing to count",
                "count something that differs, such as `host`, `activity` or `month`",
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
                self.add("empty_list", &path.then(name), "the list of measures is empty", "name at least one");
            }
        }
        if measure.weighted.as_ref().is_some_and(BTreeMap::is_empty) {
            self.add("empty_list", &path.then("weighted"), "no measure has a weight", "write `{practice: 0.6}`");
        }
        if let Some(points) = &measure.points {
            self.test(&points.when, &path.then("points").then("when"), Reads::Measures);
        }
    }

    fn enough(&mut self, name: &str, enough: &Enough, path: &Path) {
        if enough.of == Period::Stage {
            self.add(
                "period_of_stage",
                &path.then("of"),
                format!("`{name}` of stages means nothing: a stage is years long and follows the grade"),
                "use `month`, `term` or `school_year`",
            );
        }
        for (i, month) in enough.skip_months.iter().enumerate().filter(|(_, m)| !(1..=12).contains(*m)) {
            self.add(
                "out_of_range",
                &path.then("skip_months").then(i),
                format!("there is no month {month}: months go from 1 to 12"),
                "mend the number",
            );
        }
        if !enough.skip_months.is_empty() && enough.of != Period::Month {
            self.add(
                "skip_months_unused",
                &path.then("skip_months"),
                format!("`skip_months` goes with `of: month`, not with `of: {}`", enough.of.name()),
                "take it out, or count months",
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
                "every period would have enough of nothing",
                "write an amount above 0, or take it out for one record",
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
            self.add("unknown_measure", path, format!("there is no measure `{id}`"), help);
        }
    }
}
