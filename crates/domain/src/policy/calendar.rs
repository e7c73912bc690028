//! Terms, school years and stages: which span of time a day belongs to.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::document::{Calendar, MonthDay, Period, Stage};
use crate::credit::Credit;
use crate::text::{Told, say};

/// A calendar made ready for many days.
#[derive(Debug, Clone)]
pub struct Almanac {
    zone: Tz,
    year_starts: (u32, u32),
    terms: Terms,
    stages: Vec<Stage>,
    /// The days on which the number of the term changes, with it, in order: looked up many times as quickly as worked out.
    turns: Vec<(NaiveDate, i64)>,
}

#[derive(Debug, Clone)]
enum Terms {
    /// Name and start, in the order of a school year.
    Recurring(Vec<(String, (u32, u32))>),
    /// Name, first and last day, in order of time.
    Dated(Vec<(String, NaiveDate, NaiveDate)>),
}

/// A term on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermOfDay {
    /// `2025-autumn`; dated terms keep their own id.
    pub id: String,
    /// `autumn`; dated terms keep their own id.
    pub name: String,
}

/// A term with its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermDays {
    /// `2025-autumn`; dated terms keep their own id.
    pub id: String,
    /// `autumn`; dated terms keep their own id.
    pub name: String,
    /// The year in which its school year starts; a dated term is of none.
    pub school_year: Option<i32>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// A term that a policy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermMatch {
    /// The school year it must be of; any when not given.
    year: Option<i32>,
    /// Its place among the terms.
    place: usize,
}

impl Almanac {
    /// From a checked calendar; an unknown time zone is taken as Asia/Shanghai (checks refuse it first).
    pub fn new(calendar: &Calendar) -> Self {
        let year_starts = (calendar.school_year_starts.month, calendar.school_year_starts.day);
        let after_start = |start: (u32, u32)| (start < year_starts, start);
        let dated: Vec<_> = calendar.terms.iter().filter_map(|t| Some((t.id.clone(), t.from?, t.to?))).collect();
        let terms = if dated.is_empty() {
            let mut recurring: Vec<_> =
                calendar.terms.iter().filter_map(|t| t.starts.map(|s| (t.id.clone(), (s.month, s.day)))).collect();
            if recurring.is_empty() {
                let spring = (
                    year_starts.0.saturating_add(4).checked_rem(12).unwrap_or(1).saturating_add(1),
                    year_starts.1.min(28),
                );
                recurring = vec![("autumn".to_owned(), year_starts), ("spring".to_owned(), spring)];
            }
            recurring.sort_by_key(|(_, start)| after_start(*start));
            Terms::Recurring(recurring)
        } else {
            let mut dated = dated;
            dated.sort_by_key(|(_, from, _)| *from);
            Terms::Dated(dated)
        };
        let stages = if calendar.stages.is_empty() { default_stages() } else { calendar.stages.clone() };
        let zone = calendar.time_zone.parse().unwrap_or(Tz::Asia__Shanghai);
        let mut almanac = Self { zone, year_starts, terms, stages, turns: Vec::new() };
        almanac.turns = almanac.turns();
        almanac
    }

    /// Those of the years from which there are records.
    fn turns(&self) -> Vec<(NaiveDate, i64)> {
        const YEARS: Range<i32> = 2000..2060;
        let (starts, mut days) = match &self.terms {
            Terms::Recurring(terms) => (terms.iter().map(|(_, start)| *start).collect(), Vec::new()),
            Terms::Dated(terms) => {
                let turns = terms.iter().flat_map(|(_, from, to)| [Some(*from), to.succ_opt()]);
                (Vec::new(), turns.flatten().collect())
            }
        };
        for year in YEARS {
            days.extend(starts.iter().chain([&self.year_starts]).filter_map(|start| on(year, *start)));
        }
        days.retain(|day| YEARS.contains(&day.year()));
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(|day| (day, self.term_index(day))).collect()
    }

    /// The local time of a moment.
    pub fn local(&self, moment: DateTime<FixedOffset>) -> NaiveDateTime {
        moment.with_timezone(&self.zone).naive_local()
    }

    /// The year in which the school year of `day` starts.
    pub fn school_year(&self, day: NaiveDate) -> i32 {
        if (day.month(), day.day()) >= self.year_starts { day.year() } else { day.year().saturating_sub(1) }
    }

    /// The term of `day`; nothing between terms.
    pub fn term(&self, day: NaiveDate) -> Option<TermOfDay> {
        match &self.terms {
            Terms::Recurring(_) => {
                let (year, _, name) = self.recurring(day)?;
                Some(TermOfDay { id: format!("{year}-{name}"), name: name.to_owned() })
            }
            Terms::Dated(terms) => terms
                .iter()
                .find(|(_, from, to)| *from <= day && day <= *to)
                .map(|(id, ..)| TermOfDay { id: id.clone(), name: id.clone() }),
        }
    }

    /// Which terms a policy names: `autumn` for that of any year, or `2025-autumn`.
    pub fn matches(&self, names: &[String]) -> Vec<TermMatch> {
        let mut matches = Vec::new();
        for name in names {
            match &self.terms {
                Terms::Dated(terms) => {
                    let these = terms.iter().enumerate().filter(|(_, (id, ..))| id == name);
                    matches.extend(these.map(|(place, _)| TermMatch { year: None, place }));
                }
                Terms::Recurring(terms) => {
                    for (place, (id, _)) in terms.iter().enumerate() {
                        if id == name {
                            matches.push(TermMatch { year: None, place });
                        }
                        let year = name.strip_suffix(id.as_str()).and_then(|rest| rest.strip_suffix('-'));
                        // As `term` writes it, so that `02025-autumn` names nothing.
                        let year = year.and_then(|y| y.parse::<i32>().ok().filter(|n| n.to_string() == y));
                        matches.extend(year.map(|year| TermMatch { year: Some(year), place }));
                    }
                }
            }
        }
        matches
    }

    /// Whether `day` lies in one of these terms.
    pub fn is_in(&self, day: NaiveDate, terms: &[TermMatch]) -> bool {
        let here = match &self.terms {
            Terms::Recurring(_) => self.recurring(day).map(|(year, place, _)| (year, place)),
            Terms::Dated(dated) => {
                dated.iter().position(|(_, from, to)| *from <= day && day <= *to).map(|place| (0, place))
            }
        };
        here.is_some_and(|(year, place)| terms.iter().any(|t| t.place == place && t.year.is_none_or(|y| y == year)))
    }

    /// First and last day of a term as [`Almanac::term`] calls it; nothing for a name that no day has.
    pub fn term_days(&self, id: &str) -> Option<(NaiveDate, NaiveDate)> {
        match &self.terms {
            Terms::Dated(terms) => terms.iter().find(|(known, ..)| known == id).map(|(_, from, to)| (*from, *to)),
            Terms::Recurring(terms) => {
                let (year, name) = id.split_once('-')?;
                let year: i32 = year.parse().ok()?;
                let next_year = year.checked_add(1)?;
                let start = |start: (u32, u32)| on(if start < self.year_starts { next_year } else { year }, start);
                let at = terms.iter().position(|(known, _)| known == name)?;
                let from = start(terms.get(at)?.1)?;
                let next = match terms.get(at.saturating_add(1)) {
                    Some((_, next)) => start(*next)?,
                    // The last one runs until the first one of the next school year.
                    None => {
                        let first = terms.first()?.1;
                        on(if first < self.year_starts { next_year.checked_add(1)? } else { next_year }, first)?
                    }
                };
                Some((from, next.pred_opt()?))
            }
        }
    }

    /// First and last day of the school year that starts in this year.
    pub fn school_year_days(&self, year: i32) -> Option<(NaiveDate, NaiveDate)> {
        Some((on(year, self.year_starts)?, on(year.checked_add(1)?, self.year_starts)?.pred_opt()?))
    }

    /// Terms that have a day within these, the earliest first.
    pub fn terms_within(&self, from: NaiveDate, to: NaiveDate) -> Vec<TermDays> {
        let all: Vec<TermDays> = match &self.terms {
            Terms::Dated(terms) => {
                let term = |(id, from, to): &(String, NaiveDate, NaiveDate)| TermDays {
                    id: id.clone(),
                    name: id.clone(),
                    school_year: None,
                    from: *from,
                    to: *to,
                };
                terms.iter().map(term).collect()
            }
            Terms::Recurring(terms) => {
                // The last term of the year before may run into this one.
                let years = self.school_year(from).saturating_sub(1)..=self.school_year(to);
                let term = |year: i32, name: &str| {
                    let id = format!("{year}-{name}");
                    let (from, to) = self.term_days(&id)?;
                    Some(TermDays { id, name: name.to_owned(), school_year: Some(year), from, to })
                };
                years.flat_map(|year| terms.iter().filter_map(move |(name, _)| term(year, name))).collect()
            }
        };
        all.into_iter().filter(|term| term.from <= to && from <= term.to).collect()
    }

    /// The last term that ended before a day: how it is called, its first and its last day.
    pub fn last_term(&self, day: NaiveDate) -> Option<(String, NaiveDate, NaiveDate)> {
        let mut at = day.pred_opt()?;
        // Between dated terms there may be holidays, and before the first one nothing.
        for _ in 0..800 {
            match self.term(at).and_then(|term| Some((self.term_days(&term.id)?, term.id))) {
                Some(((from, to), id)) if to < day => return Some((id, from, to)),
                Some(((from, _), _)) => at = from.pred_opt()?,
                None => at = at.pred_opt()?,
            }
        }
        None
    }

    /// The stage of a grade.
    pub fn stage(&self, grade: i32) -> Option<&str> {
        let grade = Credit::whole(i64::from(grade));
        self.stages.iter().find(|s| s.grades.contains(grade)).map(|s| s.id.as_str())
    }

    /// A number for the span that `day` lies in, such that spans that follow each other have numbers that do. Days
    /// between terms have a number of their own for each school year, below zero, next to no other. Stages need a grade.
    pub fn index(&self, period: Period, day: NaiveDate, grade: Option<i32>) -> Option<i64> {
        let days = || i64::from(day.num_days_from_ce());
        Some(match period {
            Period::Day => days(),
            Period::Week => days().saturating_sub(1).div_euclid(7),
            Period::Month => i64::from(day.year()).saturating_mul(12).saturating_add(i64::from(day.month0())),
            Period::Year => i64::from(day.year()),
            Period::SchoolYear => i64::from(self.school_year(day)),
            Period::Term => self.known_term(day).unwrap_or_else(|| self.term_index(day)),
            Period::Stage => {
                let grade = Credit::whole(i64::from(grade?));
                let position = self.stages.iter().position(|s| s.grades.contains(grade))?;
                i64::try_from(position).ok()?
            }
        })
    }

    /// The number of the term from the list of turns; nothing before the first and after the last of them.
    fn known_term(&self, day: NaiveDate) -> Option<i64> {
        let next = self.turns.partition_point(|(from, _)| *from <= day);
        self.turns.get(next)?;
        Some(self.turns.get(next.checked_sub(1)?)?.1)
    }

    /// The number of the term, worked out.
    pub fn term_index(&self, day: NaiveDate) -> i64 {
        let between = i64::from(self.school_year(day)).saturating_add(1).saturating_mul(-2);
        match &self.terms {
            Terms::Recurring(terms) => {
                let many = i64::try_from(terms.len()).unwrap_or(1);
                self.recurring(day).map_or(between, |(year, place, _)| {
                    let place = i64::try_from(place).unwrap_or(0);
                    i64::from(year).saturating_mul(many).saturating_add(place)
                })
            }
            Terms::Dated(terms) => {
                terms.iter().zip(0..).find(|((_, from, to), _)| *from <= day && day <= *to).map_or(between, |(_, i)| i)
            }
        }
    }

    /// The recurring term of a day: the school year it belongs to, its place in it, and its name. The last term of a
    /// school year runs until the next year's first one starts.
    fn recurring(&self, day: NaiveDate) -> Option<(i32, usize, &str)> {
        let Terms::Recurring(terms) = &self.terms else { return None };
        let after_start = |start: (u32, u32)| (start < self.year_starts, start);
        let today = after_start((day.month(), day.day()));
        let year = self.school_year(day);
        let begun = terms.iter().rposition(|(_, start)| after_start(*start) <= today);
        let (year, index) = match begun {
            Some(index) => (year, index),
            None => (year.saturating_sub(1), terms.len().checked_sub(1)?),
        };
        Some((year, index, terms.get(index)?.0.as_str()))
    }
}

/// A day of a year. What starts on 29 February does so on 1 March of other years.
fn on(year: i32, (month, day): (u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).or_else(|| NaiveDate::from_ymd_opt(year, month.saturating_add(1), 1))
}

fn default_stages() -> Vec<Stage> {
    use super::condition::Range;
    let grade = |g: i64| Some(Credit::whole(g));
    let stage = |id: &str, from, to| Stage { id: id.to_owned(), title: None, grades: Range { from, to } };
    vec![
        stage("kindergarten", None, grade(0)),
        stage("primary", grade(1), grade(6)),
        stage("junior", grade(7), grade(9)),
        stage("senior", grade(10), grade(12)),
        stage("higher", grade(13), None),
    ]
}

/// A day that may be left out, with a plain word about one that is none.
pub(super) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let day = text.parse();
    day.map(Some).map_err(|_| {
        de::Error::custom(Told(say(
            format!("`{text}` 不是日期 — 应写成 2026-09-01 的样式"),
            format!("`{text}` is not a day — write it as 2026-09-01"),
        )))
    })
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for MonthDay {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parse = || {
            let (month, day) = text.split_once('-')?;
            let (month, day) = (month.parse().ok()?, day.parse().ok()?);
            // 2024 is a leap year, so that 02-29 can be written.
            NaiveDate::from_ymd_opt(2024, month, day).map(|_| Self { month, day })
        };
        parse().ok_or(())
    }
}

impl Serialize for MonthDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| {
            de::Error::custom(Told(say(
                format!("`{text}` 不是月和日 — 九月一日写作 `09-01`"),
                format!("`{text}` is not a month and day — write `09-01` for the first of September"),
            )))
        })
    }
}

impl JsonSchema for MonthDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MonthDay".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" })
    }
}
