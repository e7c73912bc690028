//! Bounds that nothing can keep: of one measure, in tests that must all hold, and beyond what limits leave.

use super::super::document::{Amount, Document, Force, Key, Limit, Period, SumOf, Test};
use super::super::problem::Path;
use super::Checker;
use super::grades::{alternatives, in_chinese, spoken};
use crate::credit::Credit;
use crate::text::say;

/// One end of what a test asks of a measure.
struct Bound<'d> {
    measure: &'d str,
    /// `at_least`, `more_than`, `at_most` or `less_than`.
    name: &'static str,
    number: Credit,
    path: Path,
}

impl Bound<'_> {
    fn is_lower(&self) -> bool {
        matches!(self.name, "at_least" | "more_than")
    }

    /// Whether the number itself will not do.
    fn is_strict(&self) -> bool {
        matches!(self.name, "more_than" | "less_than")
    }

    /// Whether no number keeps both.
    fn excludes(&self, other: &Self) -> bool {
        let (lower, upper) = match (self.is_lower(), other.is_lower()) {
            (true, false) => (self, other),
            (false, true) => (other, self),
            _ => return false,
        };
        let strict = lower.is_strict() || upper.is_strict();
        self.measure == other.measure && (lower.number > upper.number || (strict && lower.number == upper.number))
    }
}

/// The tests that hold whenever this one does: itself, and all of its `all`.
fn at_once<'d>(test: &'d Test, path: &Path) -> Vec<(&'d Test, Path)> {
    let mut tests = vec![(test, path.clone())];
    for (i, each) in test.all.iter().enumerate() {
        tests.extend(at_once(each, &path.then("all").then(i)));
    }
    tests
}

fn bounds<'d>(tests: &[(&'d Test, Path)]) -> Vec<Bound<'d>> {
    let mut bounds = Vec::new();
    for (test, path) in tests {
        let Some(measure) = test.measure.as_deref() else { continue };
        for (name, number) in [
            ("at_least", test.at_least),
            ("more_than", test.more_than),
            ("at_most", test.at_most),
            ("less_than", test.less_than),
        ] {
            bounds.extend(number.map(|number| Bound { measure, name, number, path: path.clone() }));
        }
    }
    bounds
}

/// What a limit keeps of, in the words of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Records,
    Credits,
    Hours,
}

impl Kept {
    fn of(amount: Amount) -> (Self, Credit) {
        match amount {
            Amount::Records(n) => (Self::Records, Credit::whole(i64::from(n))),
            Amount::Credits(n) => (Self::Credits, n),
            Amount::Hours(n) => (Self::Hours, n),
        }
    }
}

/// What a measure adds up and over which span, where it is no more than that sum of all records of the span.
fn added_up(document: &Document, measure: &str) -> Option<(Kept, Option<Period>)> {
    if measure == "total" {
        return Some((Kept::Credits, None));
    }
    let measure = document.measures.iter().find(|m| m.id == measure)?;
    // Any of these may make it more than the sum.
    if measure.divide_by.is_some() || measure.round.is_some() || measure.at_least.is_some() {
        return None;
    }
    let kept = match (measure.sum.or(measure.highest), measure.count) {
        (Some(SumOf::Credits), _) => Kept::Credits,
        (Some(SumOf::Hours), _) => Kept::Hours,
        (None, Some(_)) => Kept::Records,
        _ => return None,
    };
    Some((kept, measure.period.as_ref().map(|pick| pick.of)))
}

/// Whether a limit is about all records of such a span, of everybody. A soft one may be waived, and a stage is not known of
/// every record.
fn is_over_all(limit: &Limit, span: Option<Period>) -> bool {
    let is_wide = |key: &Key| match key {
        Key::Lifetime => true,
        Key::Period(period) => *period != Period::Stage && span == Some(*period),
        _ => false,
    };
    limit.force == Force::Hard && limit.of.is_empty() && limit.within.iter().all(is_wide)
}

/// The most that a measure can be, and the limit that sees to it; nothing where that cannot be told.
fn most<'d>(document: &'d Document, measure: &str) -> Option<(Credit, &'d str)> {
    let (wanted, span) = added_up(document, measure)?;
    let over_all = document.limits.iter().filter(|limit| is_over_all(limit, span));
    let most = over_all.filter_map(|limit| {
        let (kept, most) = Kept::of(limit.at_most);
        (kept == wanted).then_some((most, limit.id.as_str()))
    });
    most.min_by_key(|(most, _)| *most)
}

impl Checker<'_> {
    /// Bounds of one measure that exclude each other, in tests that must all hold.
    pub(super) fn contradictions(&mut self, test: &Test, path: &Path) {
        let tests = at_once(test, path);
        let bounds = bounds(&tests);
        // Those of one test are told of there.
        let clashes = |earlier: &Bound<'_>, later: &Bound<'_>| earlier.path != later.path && earlier.excludes(later);
        let clash = bounds.iter().enumerate().find_map(|(i, later)| {
            bounds.iter().take(i).find(|earlier| clashes(earlier, later)).map(|earlier| (earlier, later))
        });
        if let Some((earlier, later)) = clash {
            let (low, high) = if earlier.is_lower() { (earlier, later) } else { (later, earlier) };
            let (low_zh, high_zh) = (in_chinese(low.name), in_chinese(high.name));
            let (low_en, high_en) = (spoken(low.name), spoken(high.name));
            let (low, high, measure) = (low.number, high.number, later.measure);
            self.add(
                "contradiction",
                &later.path.then(later.name),
                say(
                    format!("`{measure}` 不能既{low_zh} {low} 又{high_zh} {high}，而这两个判断条件都要成立"),
                    format!("`{measure}` cannot be {low_en} {low} and {high_en} {high}, but both tests must hold"),
                ),
                say(
                    "改正其中一个数；成立一个即可时，用 `any`",
                    "mend one of the numbers, or use `any` where one is enough",
                ),
            );
        }
        for (test, path) in &tests {
            for (test, path) in alternatives(test, path) {
                self.contradictions(test, &path);
            }
        }
    }

    /// What a requirement asks for beyond what limits leave of all records: nobody can ever meet it.
    pub(super) fn within_limits(&mut self, test: &Test, path: &Path) {
        let document = self.document;
        for bound in bounds(&at_once(test, path)).iter().filter(|bound| bound.is_lower()) {
            let Bound { measure, name, number, path } = bound;
            let Some((most, limit)) = most(document, measure) else { continue };
            if *number < most || (*number == most && !bound.is_strict()) {
                continue;
            }
            let (name_zh, name_en) = (in_chinese(name), spoken(name));
            self.add(
                "requirement_never_met",
                &path.then(*name),
                say(
                    format!("`{measure}` 不可能{name_zh} {number}：限额 `{limit}` 对全部记录最多计 {most}"),
                    format!("`{measure}` can never be {name_en} {number}: the limit `{limit}` keeps {most} at most of all records"),
                ),
                say(format!("把数改小，或放宽限额 `{limit}`"), format!("ask for less, or widen the limit `{limit}`")),
            );
        }
    }
}
