//! A second evaluation of a policy, written naively from the meaning of the language alone, to hold against the engine.
//!
//! It shares with the engine only the types of documents, persons and records. Everything is worked out again for every
//! record: groups are plain texts, amounts are fractions, and what a limit has left is summed up anew each time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days as DayCount, NaiveDate};
use kepu_domain::credit::{Credit, Rounding, RoundingMode};
use kepu_domain::person::Person;
use kepu_domain::policy::document::{
    AliasField, Amount, Document, Force, Keep, Key, Ladder, Measure, Period, Price, SumOf, Take, Test, WordField,
};
use kepu_domain::policy::{Condition, OneOf, Options, Range, ScoreSheet, SoftMode, Status};
use kepu_domain::record::Record;

/// A fraction of two whole numbers, always reduced, with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fraction(i128, i128);

impl Fraction {
    fn new(num: i128, den: i128) -> Self {
        fn gcd(a: i128, b: i128) -> i128 {
            if b == 0 { a.abs().max(1) } else { gcd(b, a % b) }
        }
        assert!(den > 0, "a denominator is positive");
        let by = gcd(num, den);
        Self(num / by, den / by)
    }

    fn whole(n: i128) -> Self {
        Self(n, 1)
    }

    fn of(credit: Credit) -> Self {
        Self::new(i128::from(credit.milli()), 1000)
    }

    fn add(self, other: Self) -> Self {
        Self::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    fn mul(self, other: Self) -> Self {
        Self::new(self.0 * other.0, self.1 * other.1)
    }

    fn div(self, other: Self) -> Self {
        assert!(other.0 > 0, "a divisor is positive");
        Self::new(self.0 * other.1, self.1 * other.0)
    }

    fn less(self, other: Self) -> bool {
        self.0 * other.1 < other.0 * self.1
    }

    fn floor(self) -> i128 {
        self.0.div_euclid(self.1)
    }

    /// The multiple of a step that it is rounded to, in thousandths.
    fn round(self, rounding: Option<&Rounding>) -> i128 {
        let (step, mode) = rounding.map_or((1, RoundingMode::HalfUp), |r| (i128::from(r.step.milli()), r.mode));
        let steps = self.mul(Self::whole(1000)).div(Self::whole(step));
        let below = steps.floor();
        let rest = steps.add(Self::whole(-below));
        let half = Self::new(1, 2);
        let up = match mode {
            RoundingMode::Down => false,
            RoundingMode::Up => rest != Self::whole(0),
            RoundingMode::HalfUp => !rest.less(half),
            RoundingMode::HalfDown => half.less(rest),
            RoundingMode::HalfEven => half.less(rest) || (rest == half && below % 2 != 0),
        };
        (below + i128::from(up)) * step
    }
}

/// What became of one record; amounts in thousandths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OracleLine {
    /// The rule, where the record was priced.
    pub rule: Option<String>,
    /// The category, where the record was priced.
    pub category: Option<String>,
    /// Before limits.
    pub raw: i128,
    /// What counts.
    pub counted: i128,
    /// Minutes that count.
    pub minutes: u32,
    /// What became of it.
    pub status: Status,
    /// A soft rule waits for a decision.
    pub flagged: bool,
}

/// How much is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortfall {
    /// So much, in thousandths.
    Of(i128),
    /// No single number says it.
    NoNumber,
}

/// The numbers of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Whether the person may earn; not said where there is no day to ask about.
    pub eligible: Option<bool>,
    /// Record → what became of it.
    pub lines: BTreeMap<String, OracleLine>,
    /// Measure → thousandths.
    pub measures: BTreeMap<String, i128>,
    /// Ladder → level.
    pub levels: BTreeMap<String, Option<String>>,
    /// Requirement → met, and what is missing where the language says how much.
    pub requirements: BTreeMap<String, (bool, Option<Shortfall>)>,
    /// Output → value.
    pub outputs: BTreeMap<String, Option<String>>,
}

/// The pieces of an evaluation.
pub struct Oracle<'a> {
    doc: &'a Document,
    person: &'a Person,
    records: Vec<&'a Record>,
    options: Options<'a>,
}

/// A span of time: its name, and its number in the row of spans of its kind where it stands in one.
type Span = (String, Option<i64>);

impl<'a> Oracle<'a> {
    /// An evaluation of these records.
    pub fn new(doc: &'a Document, person: &'a Person, records: &'a [Record], options: &Options<'a>) -> Self {
        let mut records: Vec<_> = records.iter().collect();
        // In order of time; at one time `2` goes before `10`.
        records.sort_by_key(|r| (r.starts_at, r.id.len(), r.id.clone()));
        Self { doc, person, records, options: *options }
    }

    /// All numbers.
    pub fn answer(&self) -> Answer {
        let mut lines: BTreeMap<String, OracleLine> =
            self.records.iter().map(|r| (r.id.clone(), self.select_and_price(r))).collect();
        for number in 0..self.doc.limits.len() {
            lines = self.limited(number, &lines);
        }
        let grading = Grading { oracle: self, lines: &lines };
        Answer {
            measures: self
                .doc
                .measures
                .iter()
                .map(|m| m.id.clone())
                .chain(["total".to_owned()])
                .map(|id| (id.clone(), grading.measure(&id)))
                .collect(),
            levels: self.doc.ladders.iter().map(|l| (l.id.clone(), grading.level_name(l))).collect(),
            requirements: self
                .doc
                .requirements
                .iter()
                .filter(|r| self.holds_for_person(&r.applies_to))
                .map(|r| {
                    let met = grading.holds(&r.when);
                    (r.id.clone(), (met, if met { Some(Shortfall::Of(0)) } else { grading.shortfall(&r.when) }))
                })
                .collect(),
            outputs: grading.outputs(),
            eligible: self.today().map(|_| self.holds_for_person(&self.doc.eligible)),
            lines: lines.clone(),
        }
    }

    // ---- facts ----

    fn alias(&self, field: AliasField, word: &str) -> String {
        for (canonical, others) in self.doc.aliases.get(&field).into_iter().flatten() {
            if others.0.iter().any(|o| o == word) {
                return canonical.clone();
            }
        }
        word.to_owned()
    }

    fn grade(&self, r: &Record) -> Option<i32> {
        r.grade.or(self.person.grade)
    }

    fn stage_of(&self, grade: i32) -> Option<(String, i64)> {
        if self.doc.calendar.stages.is_empty() {
            let (name, number) = match grade {
                ..=0 => ("kindergarten", 0),
                1..=6 => ("primary", 1),
                7..=9 => ("junior", 2),
                10..=12 => ("senior", 3),
                13.. => ("higher", 4),
            };
            return Some((name.to_owned(), number));
        }
        let fits = |range: &Range| range.contains(Credit::whole(i64::from(grade)));
        (0_i64..).zip(&self.doc.calendar.stages).find(|(_, s)| fits(&s.grades)).map(|(i, s)| (s.id.clone(), i))
    }

    fn word(&self, field: WordField, r: &Record) -> Option<String> {
        let aliased = |f, w: &Option<String>| w.as_ref().map(|w| self.alias(f, w));
        let number = |n: Option<u32>| n.map(|n| n.to_string());
        match field {
            WordField::Kind => aliased(AliasField::Kind, &r.kind),
            WordField::Activity => r.activity_id.clone(),
            WordField::Session => r.session_id.clone(),
            WordField::Host => r.host_id.clone(),
            WordField::HostLevel => aliased(AliasField::HostLevel, &r.host_level),
            WordField::Contest => r.contest_id.clone(),
            WordField::ContestSeries => r.contest_series.clone(),
            WordField::ContestLevel => aliased(AliasField::ContestLevel, &r.contest_level),
            WordField::Award => aliased(AliasField::Award, &r.award),
            WordField::Work => r.work_id.clone(),
            WordField::Grade => self.grade(r).map(|g| g.to_string()),
            WordField::Stage => self.stage_of(self.grade(r)?).map(|(name, _)| name),
            WordField::School => r.school_id.clone().or(self.person.school_id.clone()),
            WordField::Class => r.class_id.clone().or(self.person.class_id.clone()),
            WordField::TeamPosition => number(r.team_position),
            WordField::TeamSize => number(r.team_size),
            WordField::Place => number(r.place),
            WordField::Minutes => number(r.minutes),
            WordField::PersonKind => Some(self.person.kind.word().to_owned()),
        }
    }

    fn school_year(&self, day: NaiveDate) -> i32 {
        let start = self.doc.calendar.school_year_starts;
        if (day.month(), day.day()) >= (start.month, start.day) { day.year() } else { day.year() - 1 }
    }

    /// The term of a day: name of any year, full name, number in the row of terms.
    fn term(&self, day: NaiveDate) -> Option<(String, String, i64)> {
        let terms = &self.doc.calendar.terms;
        if terms.iter().any(|t| t.from.is_some()) {
            let mut dated: Vec<_> =
                terms.iter().map(|t| (t.from.expect("dated"), t.to.expect("dated"), t.id.clone())).collect();
            dated.sort();
            return (0_i64..)
                .zip(dated)
                .find(|(_, (from, to, _))| (*from..=*to).contains(&day))
                .map(|(i, (_, _, id))| (id.clone(), id, i));
        }
        let recurring: Vec<(u32, u32, String)> = if terms.is_empty() {
            // The school year is halved five months after it starts.
            let start = self.doc.calendar.school_year_starts;
            let half = if start.month <= 7 { start.month + 5 } else { start.month - 7 };
            vec![(start.month, start.day, "autumn".to_owned()), (half, start.day.min(28), "spring".to_owned())]
        } else {
            terms.iter().filter_map(|t| t.starts.map(|s| (s.month, s.day, t.id.clone()))).collect()
        };
        // Every start of a term in a lifetime, in order of time; the last one that is not after the day.
        let mut starts: Vec<(NaiveDate, String)> = Vec::new();
        for year in 1980..2080 {
            for (month, day, id) in &recurring {
                starts.push((NaiveDate::from_ymd_opt(year, *month, *day).expect("a day of every year"), id.clone()));
            }
        }
        starts.sort();
        (0_i64..)
            .zip(starts)
            .take_while(|(_, (start, _))| *start <= day)
            .last()
            .map(|(i, (start, id))| (id.clone(), format!("{}-{id}", self.school_year(start)), i))
    }

    /// The span of a day; stages go by a grade.
    fn span(&self, period: Period, day: NaiveDate, grade: Option<i32>) -> Option<Span> {
        Some(match period {
            Period::Day => (day.to_string(), Some(i64::from(day.num_days_from_ce()))),
            Period::Week => {
                let monday = day - DayCount::new(u64::from(day.weekday().num_days_from_monday()));
                (format!("week of {monday}"), Some(i64::from(monday.num_days_from_ce()) / 7))
            }
            Period::Month => {
                (day.format("%Y-%m").to_string(), Some(i64::from(day.year()) * 12 + i64::from(day.month())))
            }
            Period::Year => (day.format("%Y").to_string(), Some(i64::from(day.year()))),
            Period::SchoolYear => {
                (format!("school year {}", self.school_year(day)), Some(i64::from(self.school_year(day))))
            }
            Period::Term => match self.term(day) {
                Some((_, full, number)) => (full, Some(number)),
                None => (format!("outside the terms of {}", self.school_year(day)), None),
            },
            Period::Stage => self.stage_of(grade?).map(|(name, number)| (name, Some(number)))?,
        })
    }

    fn span_of(&self, period: Period, r: &Record) -> Option<Span> {
        self.span(period, r.starts_at.date(), self.grade(r))
    }

    /// Whether a condition holds for a record; `priced` is its category and rule.
    pub fn holds(&self, c: &Condition, r: &Record, priced: Option<(&str, &str)>) -> bool {
        let day = r.starts_at.date();
        let is = |set: &Option<OneOf>, value: Option<String>| match (set, value) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(set), Some(value)) => set.0.contains(&value),
        };
        let lies = |range: &Option<Range>, value: Option<Credit>| match (range, value) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(range), Some(v)) => range.from.is_none_or(|f| f <= v) && range.to.is_none_or(|t| v <= t),
        };
        let word = |f| self.word(f, r);
        let n = |n: Option<u32>| n.map(|n| Credit::whole(i64::from(n)));
        let i = |n: Option<i32>| n.map(|n| Credit::whole(i64::from(n)));
        let flag = |want: Option<bool>, have: Option<bool>| want.is_none() || want == have;
        let held: Vec<String> = r
            .host_designations
            .iter()
            .filter(|d| d.from.is_none_or(|f| f <= day) && d.to.is_none_or(|t| day <= t))
            .map(|d| self.alias(AliasField::HostDesignation, &d.name))
            .collect();
        is(&c.kind, word(WordField::Kind))
            && is(&c.activity, word(WordField::Activity))
            && is(&c.session, word(WordField::Session))
            && is(&c.host, word(WordField::Host))
            && is(&c.host_level, word(WordField::HostLevel))
            && is(&c.contest, word(WordField::Contest))
            && is(&c.contest_series, word(WordField::ContestSeries))
            && is(&c.contest_level, word(WordField::ContestLevel))
            && is(&c.award, word(WordField::Award))
            && is(&c.work, word(WordField::Work))
            && is(&c.person_kind, word(WordField::PersonKind))
            && is(&c.stage, word(WordField::Stage))
            && is(&c.school, word(WordField::School))
            && is(&c.class, word(WordField::Class))
            && is(&c.category, priced.map(|p| p.0.to_owned()))
            && is(&c.rule, priced.map(|p| p.1.to_owned()))
            && lies(&c.minutes, n(r.minutes))
            && lies(&c.quantity, r.quantity)
            && lies(&c.session_rank, n(r.session_rank))
            && lies(&c.class_rank, n(r.class_rank))
            && lies(&c.place, n(r.place))
            && lies(&c.places_listed, n(r.places_listed))
            && lies(&c.team_position, n(r.team_position))
            && lies(&c.team_size, n(r.team_size))
            && lies(&c.month, n(Some(day.month())))
            && lies(&c.weekday, n(Some(day.weekday().number_from_monday())))
            && lies(&c.grade, i(self.grade(r)))
            && (lies(&c.age, i(self.age(day))) || (r.id.is_empty() && self.today().is_none()))
            && flag(c.voluntary, r.voluntary)
            && flag(c.school_day, r.school_day)
            && flag(c.host_designated, Some(!held.is_empty()))
            && c.host_designation.as_ref().is_none_or(|set| held.iter().any(|d| set.0.contains(d)))
            && c.tag.as_ref().is_none_or(|set| self.tags(r).iter().any(|t| set.0.contains(t)))
            && c.person_tag.as_ref().is_none_or(|set| self.person.tags.iter().any(|t| set.0.contains(t)))
            && c.date.is_none_or(|d| d.from.is_none_or(|f| f <= day) && d.to.is_none_or(|t| day <= t))
            && c.term.as_ref().is_none_or(|set| {
                self.term(day).is_some_and(|(name, full, _)| set.0.contains(&name) || set.0.contains(&full))
            })
            && c.has.iter().all(|f| word(*f).is_some())
            && c.all.iter().all(|c| self.holds(c, r, priced))
            && (c.any.is_empty() || c.any.iter().any(|c| self.holds(c, r, priced)))
            && c.not.as_ref().is_none_or(|c| !self.holds(c, r, priced))
    }

    /// The records that are known on the day as of which is asked.
    fn known(&self) -> Vec<&'a Record> {
        self.records.iter().copied().filter(|r| self.options.as_of.is_none_or(|d| r.starts_at.date() <= d)).collect()
    }

    fn today(&self) -> Option<NaiveDate> {
        let mut days = self.known().into_iter().map(|r| r.starts_at.date());
        let last = days.rfind(|day| self.doc.effective.contains(*day));
        match (self.options.today, self.options.as_of) {
            (Some(today), _) => Some(today),
            (None, Some(as_of)) => Some(as_of),
            (None, None) => last,
        }
    }

    /// Whether a condition holds for the person alone.
    fn holds_for_person(&self, c: &Condition) -> bool {
        let starts_at = self.today().unwrap_or_default().and_time(chrono::NaiveTime::MIN);
        self.holds(c, &Record { starts_at, ..Record::default() }, None)
    }

    fn age(&self, day: NaiveDate) -> Option<i32> {
        let born = self.person.birth_date?;
        let mut age = day.year() - born.year();
        if day.month() < born.month() || (day.month() == born.month() && day.day() < born.day()) {
            age -= 1;
        }
        Some(age)
    }

    fn tags(&self, r: &Record) -> Vec<String> {
        r.tags.iter().map(|t| self.alias(AliasField::Tag, t)).collect()
    }

    // ---- steps 1 and 2 ----

    /// What is done about a broken rule: whether it refuses, and whether it flags.
    fn broken(&self, force: Force, rule: &str, record: &str) -> (bool, bool) {
        if force == Force::Hard {
            return (true, false);
        }
        if let Some(d) = self.options.decisions.iter().find(|d| d.rule == rule && d.record_id == record) {
            return (d.enforce, false);
        }
        match self.options.soft {
            SoftMode::Flag => (false, true),
            SoftMode::Waive => (false, false),
            SoftMode::Enforce => (true, false),
        }
    }

    fn select_and_price(&self, r: &Record) -> OracleLine {
        let mut line = OracleLine {
            rule: None,
            category: None,
            raw: 0,
            counted: 0,
            minutes: 0,
            status: Status::Refused,
            flagged: false,
        };
        let day = r.starts_at.date();
        let window = self.doc.effective;
        if self.options.as_of.is_some_and(|d| day > d)
            || window.from.is_some_and(|f| day < f)
            || window.to.is_some_and(|t| t < day)
            || !self.holds(&self.doc.eligible, r, None)
        {
            return line;
        }
        for select in &self.doc.select {
            if self.holds(&select.when, r, None) && !self.holds(&select.require, r, None) {
                let (refuses, flags) = self.broken(select.force, &select.id, &r.id);
                line.flagged |= flags;
                if refuses {
                    return line;
                }
            }
        }
        let Some(rule) = self.doc.rules.iter().find(|rule| self.holds(&rule.when, r, None)) else { return line };
        line.rule = Some(rule.id.clone());
        line.category = Some(rule.category.clone().unwrap_or(rule.id.clone()));
        if let Some(raw) = self.price(&rule.credit, r) {
            line.raw = raw;
            line.counted = raw;
            line.minutes = r.minutes.unwrap_or(0);
            line.status = Status::Counted;
        }
        line
    }

    fn price(&self, price: &Price, r: &Record) -> Option<i128> {
        let mut sum = Fraction::whole(0);
        if let Some(fixed) = price.fixed {
            sum = sum.add(Fraction::of(fixed));
        }
        if price.per_hour.is_some() || price.per_minute.is_some() {
            let mut minutes = i128::from(r.minutes?) - i128::from(price.minutes_free.unwrap_or(0));
            minutes = minutes.max(0);
            if let Some(step) = price.minutes_step {
                minutes = minutes / i128::from(step) * i128::from(step);
            }
            if let Some(each) = price.per_hour {
                sum = sum.add(Fraction::of(each).mul(Fraction::new(minutes, 60)));
            }
            if let Some(each) = price.per_minute {
                sum = sum.add(Fraction::of(each).mul(Fraction::whole(minutes)));
            }
        }
        if let Some(each) = price.per_quantity {
            sum = sum.add(Fraction::of(each).mul(Fraction::of(r.quantity?)));
        }
        if let Some(name) = &price.table {
            sum = sum.add(self.table_credit(name, r)?);
        }
        for factor in &price.times {
            let by = match self.word(factor.by, r) {
                Some(word) => self.by_word(&factor.values, &word).copied().or(factor.otherwise)?,
                None => factor.missing.unwrap_or(Credit::ONE),
            };
            sum = sum.mul(Fraction::of(by));
        }
        if price.divide_by_team_size {
            sum = sum.div(Fraction::whole(i128::from(r.team_size?)));
        }
        Some(kept_within(sum.round(price.round.as_ref()), price.at_least, price.at_most))
    }

    /// The entry of a word: exactly, or as a number within a range.
    fn by_word<'v, V>(&self, values: &'v BTreeMap<String, V>, word: &str) -> Option<&'v V> {
        let number: Option<Credit> = word.parse().ok();
        values.get(word).or_else(|| {
            values.iter().find(|(k, _)| Range::from_key(k).zip(number).is_some_and(|(k, n)| k.contains(n))).map(|e| e.1)
        })
    }

    fn table_credit(&self, name: &str, r: &Record) -> Option<Fraction> {
        let table = &self.doc.tables[name];
        let word = |field: WordField| match (field, self.word(field, r), r.place) {
            (WordField::Award, None, Some(place)) if !table.places.is_empty() => table
                .places
                .iter()
                .filter(|map| map.listed.is_none() || map.listed == r.places_listed)
                .find_map(|map| self.by_word(&map.awards, &place.to_string()))
                .cloned(),
            (_, word, _) => word,
        };
        let row = self.by_word(&table.values, &word(table.row)?)?;
        let Some(column) = table.column else { return row.get("credit").map(|c| Fraction::of(*c)) };
        let column = word(column)?;
        if let Some(direct) = self.by_word(row, &column) {
            return Some(Fraction::of(*direct));
        }
        let mut name = column;
        let mut factor = Fraction::whole(1);
        for _ in 0..=table.derived.len() {
            if let Some(found) = row.get(&name) {
                return Some(Fraction::of(*found).mul(factor));
            }
            let derived = table.derived.get(&name)?;
            factor = factor.mul(Fraction::of(derived.times));
            name.clone_from(&derived.of);
        }
        None
    }

    // ---- step 3 ----

    /// The groups of a record; none when it lacks a key.
    pub fn groups(&self, keys: &[Key], r: &Record, line: &OracleLine) -> BTreeSet<String> {
        let mut groups = BTreeSet::from([String::new()]);
        for key in keys {
            let values = self.key_values(key, r, line);
            groups = groups.iter().flat_map(|g| values.iter().map(move |v| format!("{g} / {key}={v}"))).collect();
        }
        groups
    }

    fn key_values(&self, key: &Key, r: &Record, line: &OracleLine) -> BTreeSet<String> {
        match key {
            Key::Field(field) => self.word(*field, r).into_iter().collect(),
            Key::Category => line.category.clone().into_iter().collect(),
            Key::Rule => line.rule.clone().into_iter().collect(),
            Key::Tag => self.tags(r).into_iter().collect(),
            Key::TagOf(prefix) => {
                let prefix = format!("{prefix}:");
                self.tags(r).iter().filter_map(|t| t.strip_prefix(&prefix).map(str::to_owned)).collect()
            }
            Key::Period(period) => self.span_of(*period, r).map(|(name, _)| name).into_iter().collect(),
            Key::Lifetime => BTreeSet::from(["life".to_owned()]),
        }
    }

    fn is_candidate(&self, of: &Condition, r: &Record, line: &OracleLine) -> bool {
        let priced = line.category.as_deref().zip(line.rule.as_deref());
        line.status == Status::Counted && self.holds(of, r, priced)
    }

    /// The lines after one more limit.
    fn limited(&self, number: usize, before: &BTreeMap<String, OracleLine>) -> BTreeMap<String, OracleLine> {
        let limit = &self.doc.limits[number];
        let mut order: Vec<&Record> =
            self.records.iter().copied().filter(|r| self.is_candidate(&limit.of, r, &before[&r.id])).collect();
        if limit.keep == Keep::Highest {
            // The sort is stable: what is equal stays in order of time.
            order.sort_by_key(|r| -before[&r.id].counted);
        }
        let in_unit = |line: &OracleLine| match limit.at_most {
            Amount::Records(_) => 1,
            Amount::Credits(_) => line.counted,
            Amount::Hours(_) => i128::from(line.minutes),
        };
        let most = match limit.at_most {
            Amount::Records(n) => i128::from(n),
            Amount::Credits(c) => i128::from(c.milli()),
            Amount::Hours(h) => Fraction::of(h).mul(Fraction::whole(60)).floor(),
        };
        let mut after = before.clone();
        for (i, r) in order.iter().enumerate() {
            let line = before[&r.id].clone();
            // The fullest group decides.
            let room = self
                .groups(&limit.within, r, &line)
                .into_iter()
                .map(|group| {
                    let taken: i128 = order[..i]
                        .iter()
                        .filter(|o| self.groups(&limit.within, o, &before[&o.id]).contains(&group))
                        .map(|o| &after[&o.id])
                        .filter(|o| o.status == Status::Counted)
                        .map(in_unit)
                        .sum();
                    (most - taken).max(0)
                })
                .min();
            let Some(room) = room else { continue };
            let wanted = in_unit(&line);
            if wanted <= room {
                continue;
            }
            let (cuts, flags) = self.broken(limit.force, &limit.id, &r.id);
            let line = after.get_mut(&r.id).expect("every record has a line");
            line.flagged |= flags;
            if !cuts {
                continue;
            }
            if room == 0 {
                line.status = Status::Cut;
                line.counted = 0;
                line.minutes = 0;
                continue;
            }
            match limit.at_most {
                Amount::Records(_) => {}
                Amount::Credits(_) => line.counted = room,
                Amount::Hours(_) => {
                    line.counted = Fraction::new(line.counted * room, wanted).floor();
                    line.minutes = u32::try_from(room).expect("less than the minutes of the record");
                }
            }
        }
        after
    }
}

fn kept_within(milli: i128, at_least: Option<Credit>, at_most: Option<Credit>) -> i128 {
    let milli = at_least.map_or(milli, |least| milli.max(i128::from(least.milli())));
    at_most.map_or(milli, |most| milli.min(i128::from(most.milli())))
}

/// Steps 4 and 5, over finished lines.
struct Grading<'a> {
    oracle: &'a Oracle<'a>,
    lines: &'a BTreeMap<String, OracleLine>,
}

impl<'a> Grading<'a> {
    fn definition(&self, id: &str) -> Option<&'a Measure> {
        self.oracle.doc.measures.iter().find(|m| m.id == id)
    }

    /// A measure in thousandths.
    fn measure(&self, id: &str) -> i128 {
        let Some(m) = self.definition(id) else {
            assert_eq!(id, "total", "every measure is defined");
            return self.lines.values().map(|l| l.counted).sum();
        };
        let mut value = self.unrounded(m);
        if let Some(by) = m.divide_by {
            value = value.div(Fraction::of(by));
        }
        kept_within(value.round(m.round.as_ref()), m.at_least, m.at_most)
    }

    fn unrounded(&self, m: &Measure) -> Fraction {
        let of_measure = |id: &String| Fraction::new(self.measure(id), 1000);
        if let Some(weights) = &m.weighted {
            return weights
                .iter()
                .fold(Fraction::whole(0), |sum, (id, weight)| sum.add(of_measure(id).mul(Fraction::of(*weight))));
        }
        let by_size = |ids: &Vec<String>| {
            let mut values: Vec<i128> = ids.iter().map(|id| self.measure(id)).collect();
            values.sort_unstable();
            values
        };
        if let Some(ids) = &m.smallest {
            return Fraction::new(by_size(ids)[0], 1000);
        }
        if let Some(ids) = &m.largest {
            return Fraction::new(*by_size(ids).last().expect("measures"), 1000);
        }
        if let Some(points) = &m.points {
            return if self.holds(&points.when) { Fraction::of(points.value) } else { Fraction::whole(0) };
        }
        let kept: Vec<&Record> = self
            .oracle
            .records
            .iter()
            .copied()
            .filter(|r| self.oracle.is_candidate(&m.of, r, &self.lines[&r.id]))
            .collect();
        let Some(pick) = &m.period else { return self.over_records(m, &kept) };
        let spans = |records: &[&Record]| -> BTreeSet<String> {
            records.iter().filter_map(|r| self.oracle.span_of(pick.of, r)).map(|(name, _)| name).collect()
        };
        let within = |span: &String| -> Fraction {
            let inside: Vec<&Record> = kept
                .iter()
                .copied()
                .filter(|r| self.oracle.span_of(pick.of, r).is_some_and(|(name, _)| name == *span))
                .collect();
            self.over_records(m, &inside)
        };
        let known = self.oracle.known();
        match pick.take {
            Take::Current => {
                let grades: Vec<i32> = known.iter().filter_map(|r| self.oracle.grade(r)).collect();
                let grade = self.oracle.person.grade.or(grades.last().copied());
                let day = self.oracle.today();
                let span = day.and_then(|day| self.oracle.span(pick.of, day, grade));
                span.map_or(Fraction::whole(0), |(name, _)| within(&name))
            }
            Take::Best => extreme(spans(&kept).iter().map(within), |a, b| b.less(a)),
            Take::Worst => extreme(spans(&known).iter().map(within), Fraction::less),
        }
    }

    /// What one record adds to a sum.
    fn part(&self, of: SumOf, r: &Record) -> Fraction {
        let line = &self.lines[&r.id];
        match of {
            SumOf::Credits => Fraction::new(line.counted, 1000),
            SumOf::RawCredits => Fraction::new(line.raw, 1000),
            SumOf::Minutes => Fraction::whole(i128::from(line.minutes)),
            SumOf::Hours => Fraction::new(i128::from(line.minutes), 60),
            SumOf::Quantity => r.quantity.map_or(Fraction::whole(0), Fraction::of),
        }
    }

    fn over_records(&self, m: &Measure, records: &[&Record]) -> Fraction {
        let mut records = records.to_vec();
        if let Some(best) = m.best {
            let by = m.sum.or(m.highest).unwrap_or(SumOf::Credits);
            let mut left = records;
            records = Vec::new();
            while records.len() < best as usize && !left.is_empty() {
                let mut at = 0;
                for i in 1..left.len() {
                    if self.part(by, left[at]).less(self.part(by, left[i])) {
                        at = i;
                    }
                }
                records.push(left.remove(at));
            }
        }
        self.over_those(m, &records)
    }

    fn over_those(&self, m: &Measure, records: &[&Record]) -> Fraction {
        let count = |n: usize| Fraction::whole(i128::try_from(n).expect("a small number"));
        if let Some(of) = m.sum {
            return records.iter().fold(Fraction::whole(0), |sum, r| sum.add(self.part(of, r)));
        }
        if let Some(of) = m.highest {
            return extreme(records.iter().map(|r| self.part(of, r)), |a, b| b.less(a));
        }
        if m.count.is_some() {
            return count(records.len());
        }
        if let Some(key) = &m.distinct {
            let values: BTreeSet<String> =
                records.iter().flat_map(|r| self.oracle.key_values(key, r, &self.lines[&r.id])).collect();
            return count(values.len());
        }
        let enough = m.streak.as_ref().or(m.periods.as_ref()).expect("a measure says what it measures");
        let mut in_span: BTreeMap<Span, Vec<&Record>> = BTreeMap::new();
        let skipped = |r: &Record| enough.skip_months.contains(&r.starts_at.date().month());
        for r in records.iter().filter(|r| !skipped(r)) {
            if let Some(span) = self.oracle.span_of(enough.of, r) {
                in_span.entry(span).or_default().push(r);
            }
        }
        let at_least = enough.at_least.unwrap_or(Amount::Records(1));
        in_span.retain(|_, records| {
            let total = |of| records.iter().fold(Fraction::whole(0), |sum, r| sum.add(self.part(of, r)));
            match at_least {
                Amount::Records(n) => records.len() >= n as usize,
                Amount::Credits(c) => !total(SumOf::Credits).less(Fraction::of(c)),
                Amount::Hours(h) => !total(SumOf::Hours).less(Fraction::of(h)),
            }
        });
        if m.periods.is_some() {
            return count(in_span.len());
        }
        let numbers: BTreeSet<i64> = in_span.keys().filter_map(|(_, number)| *number).collect();
        // A month's number is its year's, times 12, and 1 to 12.
        let skipped = |n: &i64| enough.skip_months.iter().any(|m| (n - i64::from(*m)) % 12 == 0);
        let run = |from: &i64| (*from..).filter(|n| !skipped(n)).take_while(|n| numbers.contains(n)).count();
        let lone = usize::from(!in_span.is_empty());
        count(numbers.iter().map(run).max().unwrap_or(0).max(lone))
    }

    fn holds(&self, test: &Test) -> bool {
        if let Some(id) = &test.measure {
            let value = self.measure(id);
            let milli = |c: Option<Credit>| c.map(|c| i128::from(c.milli()));
            let compared = milli(test.at_least).is_none_or(|x| value >= x)
                && milli(test.at_most).is_none_or(|x| value <= x)
                && milli(test.more_than).is_none_or(|x| value > x)
                && milli(test.less_than).is_none_or(|x| value < x);
            if !compared {
                return false;
            }
        }
        if let (Some(ladder), Some(level)) = (&test.ladder, &test.reaches) {
            let ladder = self.oracle.doc.ladders.iter().find(|l| l.id == *ladder).expect("a ladder");
            let needed = ladder.levels.iter().position(|l| l.id == *level).expect("a level");
            if self.level(ladder).is_none_or(|reached| reached < needed) {
                return false;
            }
        }
        if let Some(id) = &test.requirement {
            let requirement = self.oracle.doc.requirements.iter().find(|r| r.id == *id).expect("a requirement");
            if self.oracle.holds_for_person(&requirement.applies_to) && !self.holds(&requirement.when) {
                return false;
            }
        }
        if test.person.as_ref().is_some_and(|c| !self.oracle.holds_for_person(c)) {
            return false;
        }
        test.all.iter().all(|t| self.holds(t))
            && (test.any.is_empty() || test.any.iter().any(|t| self.holds(t)))
            && test.some.as_ref().is_none_or(|s| s.of.iter().filter(|t| self.holds(t)).count() >= s.at_least as usize)
            && test.not.as_ref().is_none_or(|t| !self.holds(t))
    }

    /// The number of the level reached, from 0.
    fn level(&self, ladder: &Ladder) -> Option<usize> {
        let measure = ladder.measure.as_deref().unwrap_or("total");
        let holds = |i: usize| {
            let level = &ladder.levels[i];
            level.at_least.is_none_or(|x| self.measure(measure) >= i128::from(x.milli()))
                && level.when.as_ref().is_none_or(|t| self.holds(t))
        };
        (0..ladder.levels.len()).rev().find(|i| holds(*i) && (!ladder.step_by_step || (0..*i).all(holds)))
    }

    fn level_name(&self, ladder: &Ladder) -> Option<String> {
        self.level(ladder).map(|i| ladder.levels[i].id.clone())
    }

    /// What is missing to a test that fails, where the language says how much: measures that are too low, alone or all
    /// together.
    fn shortfall(&self, test: &Test) -> Option<Shortfall> {
        let mut missing = Vec::new();
        self.missing(test, &mut missing)?;
        let measures: BTreeSet<&String> = missing.iter().map(|(id, _)| *id).collect();
        if measures.len() < missing.len() {
            return None;
        }
        let units: BTreeSet<String> = measures.into_iter().map(|id| self.unit(id)).collect();
        // What adds to a part adds to the total.
        let of_total: Option<i128> = missing.iter().filter(|(id, _)| *id == "total").map(|(_, short)| *short).sum();
        let of_parts: Option<i128> = missing.iter().filter(|(id, _)| *id != "total").map(|(_, short)| *short).sum();
        let sum = of_total.zip(of_parts).map(|(total, parts)| total.max(parts));
        Some(if units.len() > 1 { Shortfall::NoNumber } else { sum.map_or(Shortfall::NoNumber, Shortfall::Of) })
    }

    fn missing<'t>(&self, test: &'t Test, into: &mut Vec<(&'t String, Option<i128>)>) -> Option<()>
    where
        'a: 't,
    {
        if self.holds(test) {
            return Some(());
        }
        if let Some(id) = &test.measure {
            if test.more_than.is_some() {
                return None;
            }
            let short = test.at_least.map(|x| i128::from(x.milli()) - self.measure(id));
            let too_high = test.at_most.is_some() || test.less_than.is_some();
            if short.is_some() && too_high {
                return None;
            }
            into.push((id, short));
            return Some(());
        }
        if let Some(id) = &test.requirement {
            return self.missing(&self.oracle.doc.requirements.iter().find(|r| r.id == *id)?.when, into);
        }
        if test.all.is_empty() {
            return None;
        }
        test.all.iter().try_for_each(|t| self.missing(t, into))
    }

    fn unit(&self, id: &str) -> String {
        let Some(m) = self.definition(id) else { return "credits".to_owned() };
        let operands: Vec<&String> = [&m.smallest, &m.largest]
            .into_iter()
            .flatten()
            .flatten()
            .chain(m.weighted.iter().flat_map(|w| w.keys()))
            .collect();
        if !operands.is_empty() {
            let units: BTreeSet<String> = operands.into_iter().map(|id| self.unit(id)).collect();
            return if units.len() == 1 { units.into_iter().next().unwrap_or_default() } else { "points".to_owned() };
        }
        let word = match m.sum.or(m.highest) {
            Some(SumOf::Credits | SumOf::RawCredits) => "credits",
            Some(SumOf::Hours) => "hours",
            Some(SumOf::Minutes) => "minutes",
            Some(SumOf::Quantity) => "points",
            None if m.count.is_some() => "records",
            None if m.distinct.is_some() => "distinct",
            None if m.streak.is_some() || m.periods.is_some() => "periods",
            None => "points",
        };
        word.to_owned()
    }

    fn outputs(&self) -> BTreeMap<String, Option<String>> {
        let value = |o: &kepu_domain::policy::document::Output| -> Option<String> {
            if !o.words.is_empty() {
                let word = o.words.iter().find(|w| w.when.as_ref().is_none_or(|t| self.holds(t)));
                return word.map(|w| w.word.clone());
            }
            if let Some(id) = &o.ladder {
                let ladder = self.oracle.doc.ladders.iter().find(|l| l.id == *id)?;
                return o.values.get(&self.level_name(ladder).unwrap_or("none".to_owned())).cloned();
            }
            let mut number = Fraction::new(self.measure(o.measure.as_deref().unwrap_or("total")), 1000);
            if let Some(times) = o.times {
                number = number.mul(Fraction::of(times));
            }
            if let Some(by) = o.divide_by {
                number = number.div(Fraction::of(by));
            }
            if let Some(plus) = o.plus {
                number = number.add(Fraction::of(plus));
            }
            let milli = kept_within(number.round(o.round.as_ref()), o.at_least, o.at_most);
            Some(Credit::from_milli(i64::try_from(milli).expect("a small number")).to_string())
        };
        self.oracle.doc.outputs.iter().map(|o| (o.id.clone(), value(o))).collect()
    }
}

/// The value that goes before all others; nothing is 0.
fn extreme(values: impl Iterator<Item = Fraction>, before: impl Fn(Fraction, Fraction) -> bool) -> Fraction {
    values.reduce(|a, b| if before(b, a) { b } else { a }).unwrap_or(Fraction::whole(0))
}

/// Where the engine's sheet and the oracle's answer differ, one sentence each.
pub fn differences(sheet: &ScoreSheet, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: String, engine: String, oracle: String| {
        if engine != oracle {
            found.push(format!("{what}: engine {engine}, oracle {oracle}"));
        }
    };
    let ids = |ids: Vec<&String>| format!("{ids:?}");
    same(
        "records".to_owned(),
        {
            let mut all: Vec<_> = sheet.lines.iter().map(|l| &l.record_id).collect();
            all.sort();
            ids(all)
        },
        ids(answer.lines.keys().collect()),
    );
    for line in &sheet.lines {
        let Some(expected) = answer.lines.get(&line.record_id) else { continue };
        let engine = OracleLine {
            rule: line.rule.clone(),
            category: line.category.clone(),
            raw: i128::from(line.raw.milli()),
            counted: i128::from(line.counted.milli()),
            minutes: line.minutes,
            status: line.status,
            flagged: line.flagged,
        };
        same(format!("line {}", line.record_id), format!("{engine:?}"), format!("{expected:?}"));
    }
    same("total".to_owned(), sheet.total.milli().to_string(), answer.measures["total"].to_string());
    let measures: BTreeMap<_, _> = sheet.measures.iter().map(|(k, v)| (k.clone(), i128::from(v.milli()))).collect();
    same("measures".to_owned(), format!("{measures:?}"), format!("{:?}", answer.measures));
    same("levels".to_owned(), format!("{:?}", sheet.levels), format!("{:?}", answer.levels));
    same("outputs".to_owned(), format!("{:?}", sheet.outputs), format!("{:?}", answer.outputs));
    if let Some(eligible) = answer.eligible {
        same("eligible".to_owned(), sheet.eligible.to_string(), eligible.to_string());
    }
    for r in &sheet.requirements {
        let Some((met, short)) = answer.requirements.get(&r.id) else {
            same(format!("requirement {}", r.id), "is there".to_owned(), "is not".to_owned());
            continue;
        };
        same(format!("requirement {}", r.id), r.met.to_string(), met.to_string());
        if let Some(short) = short {
            let engine = r.shortfall.map_or(Shortfall::NoNumber, |s| Shortfall::Of(i128::from(s.milli())));
            same(format!("shortfall of {}", r.id), format!("{engine:?}"), format!("{short:?}"));
        }
    }
    same("requirements".to_owned(), sheet.requirements.len().to_string(), answer.requirements.len().to_string());
    found
}
