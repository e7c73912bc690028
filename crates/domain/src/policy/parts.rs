//! A condition taken apart: its comparisons one by one, in the order of the documentation.

use super::condition::{Condition, OneOf, Range};
use super::document::{Days, WordField};

/// One comparison of a condition, under its name in documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part<'c> {
    Words(&'static str, &'c OneOf),
    Numbers(&'static str, &'c Range),
    Flag(&'static str, bool),
    Date(Days),
    Has(&'c [WordField]),
    All(&'c [Condition]),
    Any(&'c [Condition]),
    Not(&'c Condition),
}

fn words<'c>(name: &'static str, set: Option<&'c OneOf>) -> Option<Part<'c>> {
    set.map(|s| Part::Words(name, s))
}

fn numbers<'c>(name: &'static str, range: Option<&'c Range>) -> Option<Part<'c>> {
    range.map(|r| Part::Numbers(name, r))
}

fn flag(name: &'static str, want: Option<bool>) -> Option<Part<'static>> {
    want.map(|w| Part::Flag(name, w))
}

/// Fields of which a record or person may have several values at once, so that two words do not exclude each other.
const OF_SEVERAL: [&str; 4] = ["tag", "person_tag", "host_designation", "term"];

impl Condition {
    /// Every comparison that is there.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        // Taken apart whole, so that a new field cannot be forgotten here.
        let Self {
            kind,
            minutes,
            quantity,
            activity,
            session,
            session_rank,
            class_rank,
            host,
            host_level,
            host_designation,
            host_designated,
            contest,
            contest_series,
            contest_level,
            award,
            place,
            places_listed,
            work,
            team_position,
            team_size,
            voluntary,
            school_day,
            tag,
            date,
            month,
            weekday,
            term,
            category,
            rule,
            person_kind,
            grade,
            age,
            stage,
            school,
            class,
            person_tag,
            has,
            all,
            any,
            not,
        } = self;
        let mut parts: Vec<Part<'_>> = [
            words("person_kind", person_kind.as_ref()),
            numbers("grade", grade.as_ref()),
            numbers("age", age.as_ref()),
            words("stage", stage.as_ref()),
            words("school", school.as_ref()),
            words("class", class.as_ref()),
            words("person_tag", person_tag.as_ref()),
            words("kind", kind.as_ref()),
            words("activity", activity.as_ref()),
            words("session", session.as_ref()),
            numbers("session_rank", session_rank.as_ref()),
            numbers("class_rank", class_rank.as_ref()),
            words("host", host.as_ref()),
            words("host_level", host_level.as_ref()),
            words("host_designation", host_designation.as_ref()),
            flag("host_designated", *host_designated),
            words("contest", contest.as_ref()),
            words("contest_series", contest_series.as_ref()),
            words("contest_level", contest_level.as_ref()),
            words("award", award.as_ref()),
            numbers("place", place.as_ref()),
            numbers("places_listed", places_listed.as_ref()),
            words("work", work.as_ref()),
            numbers("team_position", team_position.as_ref()),
            numbers("team_size", team_size.as_ref()),
            numbers("minutes", minutes.as_ref()),
            numbers("quantity", quantity.as_ref()),
            flag("voluntary", *voluntary),
            flag("school_day", *school_day),
            words("tag", tag.as_ref()),
            date.map(Part::Date),
            numbers("month", month.as_ref()),
            numbers("weekday", weekday.as_ref()),
            words("term", term.as_ref()),
            words("category", category.as_ref()),
            words("rule", rule.as_ref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        parts.extend((!has.is_empty()).then_some(Part::Has(has)));
        parts.extend((!all.is_empty()).then_some(Part::All(all)));
        parts.extend((!any.is_empty()).then_some(Part::Any(any)));
        parts.extend(not.as_deref().map(Part::Not));
        parts
    }

    /// The same with `all` dissolved: what must hold at once.
    fn at_once(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        for part in self.parts() {
            match part {
                Part::All(all) => parts.extend(all.iter().flat_map(Self::at_once)),
                part => parts.push(part),
            }
        }
        parts
    }

    /// True when it is certain that whatever satisfies this condition satisfies `other` too.
    pub(super) fn implies(&self, other: &Self) -> bool {
        let mine = self.at_once();
        other.at_once().iter().all(|theirs| match theirs {
            Part::Words(name, set) => {
                mine.iter().any(|p| matches!(p, Part::Words(n, s) if n == name && s.0.iter().all(|w| set.contains(w))))
            }
            Part::Numbers(name, range) => {
                mine.iter().any(|p| matches!(p, Part::Numbers(n, r) if n == name && within(r, range)))
            }
            Part::Date(days) => mine.iter().any(|p| matches!(p, Part::Date(d) if days_within(*d, *days))),
            Part::Has(fields) => fields.iter().all(|f| {
                mine.iter().any(|p| match p {
                    Part::Has(has) => has.contains(f),
                    Part::Words(name, _) | Part::Numbers(name, _) => *name == f.name(),
                    _ => false,
                })
            }),
            Part::Any(any) => mine.contains(theirs) || any.iter().any(|c| self.implies(c)),
            Part::Flag(..) | Part::Not(_) => mine.contains(theirs),
            Part::All(_) => false,
        })
    }

    /// True when it is certain that nothing satisfies both.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let theirs = other.at_once();
        self.at_once().iter().any(|mine| {
            theirs.iter().any(|theirs| match (mine, theirs) {
                (Part::Words(a, mine), Part::Words(b, theirs)) => {
                    a == b && !OF_SEVERAL.contains(a) && !mine.0.iter().any(|w| theirs.contains(w))
                }
                (Part::Numbers(a, mine), Part::Numbers(b, theirs)) => a == b && !overlap(mine, theirs),
                (Part::Flag(a, mine), Part::Flag(b, theirs)) => a == b && mine != theirs,
                (Part::Date(mine), Part::Date(theirs)) => {
                    matches!((mine.from, theirs.to), (Some(from), Some(to)) if from > to)
                        || matches!((theirs.from, mine.to), (Some(from), Some(to)) if from > to)
                }
                _ => false,
            })
        })
    }
}

/// Whether all of `inner` lies in `outer`.
fn within(inner: &Range, outer: &Range) -> bool {
    let from = outer.from.is_none_or(|o| inner.from.is_some_and(|i| o <= i));
    let to = outer.to.is_none_or(|o| inner.to.is_some_and(|i| i <= o));
    from && to
}

fn days_within(inner: Days, outer: Days) -> bool {
    let from = outer.from.is_none_or(|o| inner.from.is_some_and(|i| o <= i));
    let to = outer.to.is_none_or(|o| inner.to.is_some_and(|i| i <= o));
    from && to
}

/// Whether two ranges have a number in common.
pub(super) fn overlap(a: &Range, b: &Range) -> bool {
    let starts_after = |a: &Range, b: &Range| matches!((a.from, b.to), (Some(from), Some(to)) if from > to);
    !starts_after(a, b) && !starts_after(b, a)
}
