//! Conditions on a record and its person: as written, as compiled, as tested, and why one fails.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::calendar::{Almanac, TermMatch};
use super::document::{AliasField, Days, Rule, WordField};
use super::evaluate::Work;
use super::facts::{Aliases, Facts};
use super::sheet::Status;
use super::words::{IndexSet, Lexicon};
use crate::credit::Credit;
use crate::text::{Told, say, tell};

/// What a record and its person must be like. Everything that is given must hold; an empty condition always holds.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Kind of record: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OneOf>,
    /// Minutes: exactly, or `{from, to}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Range>,
    /// Quantity: exactly, or `{from, to}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Range>,
    /// Activity id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<OneOf>,
    /// Session id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<OneOf>,
    /// Place among the session's records in the order of entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_rank: Option<Range>,
    /// Place among the records of the person's class in the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_rank: Option<Range>,
    /// Host id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<OneOf>,
    /// Level of the host: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_level: Option<OneOf>,
    /// The host holds one of these designations on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_designation: Option<OneOf>,
    /// The host holds any designation on the day (or none, when false).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_designated: Option<bool>,
    /// Contest id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest: Option<OneOf>,
    /// Contest through the years: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_series: Option<OneOf>,
    /// Level of the contest: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_level: Option<OneOf>,
    /// Award: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub award: Option<OneOf>,
    /// Place in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Range>,
    /// Places the list names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places_listed: Option<Range>,
    /// Work id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<OneOf>,
    /// Position in the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_position: Option<Range>,
    /// Size of the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_size: Option<Range>,
    /// Taken part in freely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voluntary: Option<bool>,
    /// Within the school day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school_day: Option<bool>,
    /// The record has at least one of these tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<OneOf>,
    /// Local day, both ends included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Days>,
    /// Month of the year, 1 to 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Range>,
    /// Day of the week, 1 = Monday to 7 = Sunday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Range>,
    /// Term of the policy's calendar (`autumn` for any year's, or `2025-autumn`): one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<OneOf>,
    /// Category given by the rule. Only in limits and measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<OneOf>,
    /// The rule that priced the record. Only in limits and measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<OneOf>,
    /// `student` or `teacher`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_kind: Option<OneOf>,
    /// Grade on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Range>,
    /// Age in whole years on the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Range>,
    /// Stage on the day: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<OneOf>,
    /// School id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school: Option<OneOf>,
    /// Class id: one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<OneOf>,
    /// The person has at least one of these tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_tag: Option<OneOf>,
    /// The record has a value in each of these fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<WordField>,
    /// All of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<Condition>,
    /// At least one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<Condition>,
    /// Not this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Condition>>,
}

/// One word, or a list of which one must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneOf(pub Vec<String>);

impl OneOf {
    /// Whether `word` is among them.
    pub fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|w| w == word)
    }
}

impl fmt::Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" / "))
    }
}

impl Serialize for OneOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            many => serializer.collect_seq(many),
        }
    }
}

impl<'de> Deserialize<'de> for OneOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = OneOf;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                tell(f, "一个词，或词的列表", "a word or a list of words")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<OneOf, E> {
                Ok(OneOf(vec![value.to_owned()]))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<OneOf, E> {
                Ok(OneOf(vec![value.to_string()]))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<OneOf, E> {
                Ok(OneOf(vec![value.to_string()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<OneOf, A::Error> {
                let mut words = Vec::new();
                while let Some(OneOf(more)) = seq.next_element::<OneOf>()? {
                    words.extend(more);
                }
                if words.is_empty() {
                    return Err(de::Error::custom(Told(say(
                        "列表为空，永远不会有符合的记录 — 至少写一项",
                        "the list is empty, so nothing can ever fit — name at least one",
                    ))));
                }
                Ok(OneOf(words))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for OneOf {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOf".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A word, or a list of words of which one must fit.",
            "anyOf": [
                { "type": ["string", "number"] },
                { "type": "array", "minItems": 1, "items": { "type": ["string", "number"] } }
            ]
        })
    }
}

/// A number, exactly, or between two ends that both belong to it; open where not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    /// Lowest.
    pub from: Option<Credit>,
    /// Highest.
    pub to: Option<Credit>,
}

impl Range {
    /// Whether `value` lies within.
    pub fn contains(&self, value: Credit) -> bool {
        self.from.is_none_or(|from| from <= value) && self.to.is_none_or(|to| value <= to)
    }

    /// Reads the key of a table or factor: `3`, `2-4`, `5+`.
    pub fn from_key(key: &str) -> Option<Self> {
        let key = key.trim();
        if let Some(from) = key.strip_suffix('+') {
            return Some(Self { from: Some(from.trim().parse().ok()?), to: None });
        }
        if let Ok(exactly) = key.parse() {
            return Some(Self { from: Some(exactly), to: Some(exactly) });
        }
        let (from, to) = key.split_once(['-', '–'])?;
        Some(Self { from: Some(from.trim().parse().ok()?), to: Some(to.trim().parse().ok()?) })
    }

    /// True when nothing can lie within.
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from > to)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{from}"),
            (Some(from), Some(to)) => write!(f, "{from}–{to}"),
            (Some(from), None) => write!(f, "≥ {from}"),
            (None, Some(to)) => write!(f, "≤ {to}"),
            (None, None) => f.write_str("*"),
        }
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        if let Some(from) = self.from {
            map.serialize_entry("from", &from)?;
        }
        if let Some(to) = self.to {
            map.serialize_entry("to", &to)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Range;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                tell(f, "数字，或 {from: …, to: …}", "a number, or {from: …, to: …}")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Range, E> {
                Range::from_key(value).ok_or_else(|| {
                    E::custom(Told(say(
                        format!("`{value}` 既不是数字，也不是范围 — 应写 `30`、`5+` 或 `{{from: 15, to: 60}}`"),
                        format!(
                            "`{value}` is neither a number nor a range — write `30`, `5+` or `{{from: 15, to: 60}}`"
                        ),
                    )))
                })
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Range, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Range, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Range, A::Error> {
                let mut range = Range::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "from" => range.from = map.next_value()?,
                        "to" => range.to = map.next_value()?,
                        other => return Err(de::Error::unknown_field(other, &["from", "to"])),
                    }
                }
                Ok(range)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Range {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Range".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let end =
            |description: &str| schemars::json_schema!({ "description": description, "type": ["number", "string"] });
        let (from, to) = (end("Lowest; open where not given."), end("Highest; open where not given."));
        schemars::json_schema!({
            "description": "A number exactly, a range as text (`2-4`, `5+`), or {from, to} with both ends included.",
            "anyOf": [
                { "type": ["number", "string"] },
                { "type": "object", "additionalProperties": false, "properties": { "from": from, "to": to } }
            ]
        })
    }
}

/// One comparison of a compiled condition.
#[derive(Debug, Clone)]
enum Check {
    /// With the place of the field among a record's words, and the numbers of these.
    Word(WordField, OneOf, usize, IndexSet),
    Term(OneOf, Vec<TermMatch>),
    /// With the rules that give it.
    Category(OneOf, IndexSet),
    Rule(OneOf, IndexSet),
    Number(Number, Range),
    Flag(Flag, bool),
    /// With all that records may write for these.
    Designation(OneOf, Vec<String>),
    Tag(OneOf),
    PersonTag(OneOf),
    Date(Days),
    Has(WordField),
    All(Vec<Compiled>),
    Any(Vec<Compiled>),
    Not(Compiled),
}

/// Numbers that a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Minutes,
    Quantity,
    SessionRank,
    ClassRank,
    Place,
    PlacesListed,
    TeamPosition,
    TeamSize,
    Month,
    Weekday,
    Grade,
    Age,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Voluntary,
    SchoolDay,
    Designated,
}

/// What conditions are made ready with.
pub(super) struct Compiler<'a> {
    pub almanac: &'a Almanac,
    pub aliases: &'a Aliases,
    pub rules: &'a [Rule],
    pub lexicon: Lexicon,
}

impl Compiler<'_> {
    fn rules_where(&self, is: impl Fn(&Rule) -> bool) -> IndexSet {
        self.rules.iter().zip(0..).filter(|(r, _)| is(r)).map(|(_, i)| i).collect()
    }
}

/// The category that a rule gives.
pub(super) fn category_of(rule: &Rule) -> &str {
    rule.category.as_deref().unwrap_or(&rule.id)
}

/// A condition made ready for many records: only the comparisons that are there.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    checks: Vec<Check>,
    /// The first so many of the checks hold where a record's words have all of these marks.
    marked: usize,
    marks: u64,
}

/// Why a condition does not hold: which field, what was expected, what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The field, as written in a policy.
    pub field: String,
    /// What the policy expects.
    pub expected: String,
    /// What the record or person has; empty when it has nothing.
    pub found: String,
}

impl Condition {
    /// True when it always holds.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Made ready for evaluation.
    pub(super) fn compile(&self, compiler: &mut Compiler<'_>) -> Compiled {
        use {Flag as F, Number as N, WordField as W};
        let words = [
            (W::Kind, &self.kind),
            (W::HostLevel, &self.host_level),
            (W::ContestLevel, &self.contest_level),
            (W::ContestSeries, &self.contest_series),
            (W::Contest, &self.contest),
            (W::Award, &self.award),
            (W::Activity, &self.activity),
            (W::Session, &self.session),
            (W::Host, &self.host),
            (W::Work, &self.work),
            (W::PersonKind, &self.person_kind),
            (W::Stage, &self.stage),
            (W::School, &self.school),
            (W::Class, &self.class),
        ];
        let numbers = [
            (N::Grade, &self.grade),
            (N::Age, &self.age),
            (N::Minutes, &self.minutes),
            (N::Quantity, &self.quantity),
            (N::SessionRank, &self.session_rank),
            (N::ClassRank, &self.class_rank),
            (N::Place, &self.place),
            (N::PlacesListed, &self.places_listed),
            (N::TeamPosition, &self.team_position),
            (N::TeamSize, &self.team_size),
            (N::Month, &self.month),
            (N::Weekday, &self.weekday),
        ];
        let flags =
            [(F::Voluntary, self.voluntary), (F::SchoolDay, self.school_day), (F::Designated, self.host_designated)];
        let mut checks: Vec<Check> = Vec::new();
        checks.extend(words.into_iter().filter_map(|(field, set)| {
            let set = set.clone()?;
            let numbers = compiler.lexicon.set(field, &set.0);
            Some(Check::Word(field, set, Lexicon::place(field)?, numbers))
        }));
        checks.extend(self.category.clone().map(|set| {
            let rules = compiler.rules_where(|r| set.contains(category_of(r)));
            Check::Category(set, rules)
        }));
        checks.extend(self.rule.clone().map(|set| {
            let rules = compiler.rules_where(|r| set.contains(&r.id));
            Check::Rule(set, rules)
        }));
        checks.extend(self.term.clone().map(|set| {
            let terms = compiler.almanac.matches(&set.0);
            Check::Term(set, terms)
        }));
        checks.extend(numbers.into_iter().filter_map(|(n, range)| range.map(|r| Check::Number(n, r))));
        checks.extend(flags.into_iter().filter_map(|(f, want)| want.map(|w| Check::Flag(f, w))));
        checks.extend(self.date.map(Check::Date));
        checks.extend(self.tag.clone().map(Check::Tag));
        checks.extend(self.person_tag.clone().map(Check::PersonTag));
        checks.extend(self.host_designation.clone().map(|set| {
            let said = compiler.aliases.said(AliasField::HostDesignation, &set);
            Check::Designation(set, said)
        }));
        checks.extend(self.has.iter().map(|f| Check::Has(*f)));
        let mut many = |conditions: &[Self]| conditions.iter().map(|c| c.compile(compiler)).collect::<Vec<_>>();
        if !self.all.is_empty() {
            checks.push(Check::All(many(&self.all)));
        }
        if !self.any.is_empty() {
            checks.push(Check::Any(many(&self.any)));
        }
        checks.extend(self.not.iter().map(|c| Check::Not(c.compile(compiler))));
        let mut mark = |check: &Check| match check {
            Check::Word(_, _, place, numbers) => compiler.lexicon.mark(*place, numbers),
            _ => None,
        };
        let marks: Vec<u64> = checks.iter().map_while(&mut mark).collect();
        Compiled { checks, marked: marks.len(), marks: marks.into_iter().fold(0, |all, one| all | one) }
    }
}

impl Compiled {
    /// Whether it holds.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        let Some(words) = &facts.words else { return self.checks.iter().all(|check| check.holds(facts)) };
        words.marks & self.marks == self.marks
            && self.checks.get(self.marked..).is_some_and(|rest| rest.iter().all(|check| check.holds(facts)))
    }

    /// The first comparison that fails.
    pub(super) fn mismatch(&self, facts: &Facts<'_>) -> Option<Mismatch> {
        self.checks.iter().find(|check| !check.holds(facts)).map(|check| check.mismatch(facts))
    }
}

/// The records that count, in order.
pub(super) struct Counting(Vec<Counts>);

#[derive(Clone, Copy)]
struct Counts {
    place: usize,
    rule: u32,
}

impl Counting {
    /// Those of the works that count, in the order of these places.
    pub fn of(works: &[Work<'_>], order: impl Iterator<Item = usize>) -> Self {
        let counts = |place: usize| {
            let work = works.get(place)?;
            let rule = work.facts.rule.filter(|_| work.status == Status::Counted)?;
            Some(Counts { place, rule: u32::try_from(rule).unwrap_or(u32::MAX) })
        };
        let mut counting = Vec::with_capacity(works.len());
        counting.extend(order.filter_map(counts));
        Self(counting)
    }

    /// Without those that count no more.
    pub fn refresh(&mut self, works: &[Work<'_>]) {
        self.0.retain(|c| works.get(c.place).is_some_and(|w| w.status == Status::Counted));
    }
}

/// A condition on priced records. Most ask only which rule priced the record, which is answered at once.
#[derive(Debug, Clone)]
pub(super) struct OfPriced {
    rules: Option<IndexSet>,
    otherwise: Compiled,
}

impl OfPriced {
    /// Made ready, for so many rules.
    pub fn new(condition: Compiled, rules: usize) -> Self {
        let each: Option<Vec<bool>> = (0..rules).map(|rule| condition.holds_for_rule(rule)).collect();
        let rules = each.map(|each| each.into_iter().zip(0..).filter(|(holds, _)| *holds).map(|(_, i)| i).collect());
        Self { rules, otherwise: condition }
    }

    /// Whether it is certain that it is about the same records as the other.
    pub fn is_same(&self, other: &Self) -> bool {
        self.rules.is_some() && self.rules == other.rules
    }

    /// The rules whose records it is about; nothing where that depends on the record.
    pub fn rules(&self) -> Option<&IndexSet> {
        self.rules.as_ref()
    }

    /// Fills in the places, in order, of those records that it holds for, of those that count.
    pub fn places(&self, works: &[Work<'_>], counting: &Counting, places: &mut Vec<usize>) {
        places.clear();
        places.reserve(counting.0.len());
        for Counts { place, rule } in counting.0.iter().copied() {
            let holds = match &self.rules {
                Some(rules) => rules.contains(rule),
                None => works.get(place).is_some_and(|w| self.otherwise.holds(&w.facts)),
            };
            if holds {
                places.push(place);
            }
        }
    }
}

impl Compiled {
    /// Whether it holds for every record that the rule priced; nothing where that depends on the record.
    fn holds_for_rule(&self, rule: usize) -> Option<bool> {
        self.checks.iter().map(|check| check.holds_for_rule(rule)).try_fold(true, |all, one| Some(all & one?))
    }
}

impl Check {
    fn holds_for_rule(&self, rule: usize) -> Option<bool> {
        match self {
            Self::Category(_, rules) | Self::Rule(_, rules) => Some(rules.contains_place(rule)),
            Self::All(all) => all.iter().try_fold(true, |held, c| Some(held & c.holds_for_rule(rule)?)),
            Self::Any(any) => any.iter().try_fold(false, |held, c| Some(held | c.holds_for_rule(rule)?)),
            Self::Not(not) => Some(!not.holds_for_rule(rule)?),
            _ => None,
        }
    }

    fn holds(&self, facts: &Facts<'_>) -> bool {
        // Asked of a person alone, what depends on a record is taken to be possible; so is an age without any day.
        if facts.record.is_none() && self.is_open(facts.undated) {
            return true;
        }
        match self {
            Self::Word(field, set, place, numbers) => match &facts.words {
                Some(words) => words.at(*place).is_some_and(|w| numbers.has(w)),
                None => facts.field(*field).is_some_and(|w| set.contains(&w.into_word())),
            },
            Self::Term(_, terms) => facts.plan.almanac.is_in(facts.day, terms),
            Self::Category(_, rules) | Self::Rule(_, rules) => facts.rule.is_some_and(|r| rules.contains_place(r)),
            Self::Number(number, range) => number_of(*number, facts).is_some_and(|n| range.contains(n)),
            Self::Flag(flag, want) => flag_of(*flag, facts) == Some(*want),
            Self::Designation(_, said) => facts
                .record
                .is_some_and(|r| r.host_designations.iter().any(|d| said.contains(&d.name) && d.holds_on(facts.day))),
            Self::Tag(set) => facts.tags().any(|t| set.contains(t)),
            Self::PersonTag(set) => facts.person.tags.iter().any(|t| set.contains(t)),
            Self::Date(days) => days.contains(facts.day),
            Self::Has(field) => facts.field(*field).is_some(),
            Self::All(all) => all.iter().all(|c| c.holds(facts)),
            Self::Any(any) => any.iter().any(|c| c.holds(facts)),
            Self::Not(not) => !not.holds(facts),
        }
    }

    /// Whether a person alone cannot answer it.
    fn is_open(&self, undated: bool) -> bool {
        match self {
            Self::Word(field, ..) | Self::Has(field) => !field.is_of_person(),
            Self::Number(Number::Age, _) => undated,
            Self::Number(number, _) => *number != Number::Grade,
            Self::PersonTag(_) => false,
            Self::All(all) | Self::Any(all) => all.iter().all(|c| c.checks.iter().all(|check| check.is_open(undated))),
            Self::Not(not) => not.checks.iter().any(|check| check.is_open(undated)),
            _ => true,
        }
    }

    fn mismatch(&self, facts: &Facts<'_>) -> Mismatch {
        let new = |field: &str, expected: String, found: Option<String>| Mismatch {
            field: field.to_owned(),
            expected,
            found: found.unwrap_or_default(),
        };
        match self {
            Self::Word(field, set, ..) => {
                new(field.name(), set.to_string(), facts.field(*field).map(|v| v.to_string()))
            }
            Self::Term(set, _) => new("term", set.to_string(), facts.term().map(|t| t.id)),
            Self::Category(set, _) => new("category", set.to_string(), facts.category().map(str::to_owned)),
            Self::Rule(set, _) => new("rule", set.to_string(), facts.rule_id().map(str::to_owned)),
            Self::Number(number, range) => {
                new(number.name(), range.to_string(), number_of(*number, facts).map(|n| n.to_string()))
            }
            Self::Flag(flag, want) => new(flag.name(), want.to_string(), flag_of(*flag, facts).map(|b| b.to_string())),
            Self::Designation(set, _) => new("host_designation", set.to_string(), facts.record.map(designations)),
            Self::Tag(set) => new("tag", set.to_string(), facts.record.map(|r| r.tags.join(", "))),
            Self::PersonTag(set) => new("person_tag", set.to_string(), Some(facts.person.tags.join(", "))),
            Self::Date(days) => new("date", span(days.from, days.to), Some(facts.day.to_string())),
            Self::Has(field) => new("has", field.name().to_owned(), None),
            Self::All(all) => {
                all.iter().find_map(|c| c.mismatch(facts)).unwrap_or_else(|| new("all", String::new(), None))
            }
            Self::Any(any) => {
                // The alternative that came furthest says most; of several, the first.
                let each: Vec<_> = any.iter().filter_map(|c| c.mismatch(facts)).collect();
                let fields: Vec<_> = each.iter().map(|m| format!("{}: {}", m.field, m.expected)).collect();
                let found: Vec<_> = each.iter().map(|m| format!("{}: {}", m.field, m.found)).collect();
                new("any", fields.join(" | "), Some(found.join(" | ")))
            }
            Self::Not(not) => {
                let fields: Vec<_> = not.checks.iter().map(Self::wanted).collect();
                new("not", fields.join(", "), None)
            }
        }
    }

    /// The comparison in words, for a condition that must not hold.
    fn wanted(&self) -> String {
        match self {
            Self::Word(field, set, ..) => format!("{}: {set}", field.name()),
            Self::Term(set, _) => format!("term: {set}"),
            Self::Category(set, _) => format!("category: {set}"),
            Self::Rule(set, _) => format!("rule: {set}"),
            Self::Number(number, range) => format!("{}: {range}", number.name()),
            Self::Flag(flag, want) => format!("{}: {want}", flag.name()),
            Self::Designation(set, _) => format!("host_designation: {set}"),
            Self::Tag(set) => format!("tag: {set}"),
            Self::PersonTag(set) => format!("person_tag: {set}"),
            Self::Date(days) => format!("date: {}", span(days.from, days.to)),
            Self::Has(field) => format!("has: {}", field.name()),
            Self::All(all) | Self::Any(all) => {
                let each: Vec<_> = all.iter().flat_map(|c| &c.checks).map(Self::wanted).collect();
                each.join(" / ")
            }
            Self::Not(not) => not.checks.iter().map(|c| format!("not {}", c.wanted())).collect::<Vec<_>>().join(", "),
        }
    }
}

fn span(from: Option<NaiveDate>, to: Option<NaiveDate>) -> String {
    let show = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    format!("{}…{}", show(from), show(to))
}

fn designations(record: &crate::record::Record) -> String {
    let each: Vec<_> = record
        .host_designations
        .iter()
        .map(|d| {
            if d.from.is_none() && d.to.is_none() {
                d.name.clone()
            } else {
                format!("{} ({})", d.name, span(d.from, d.to))
            }
        })
        .collect();
    each.join(", ")
}

fn flag_of(flag: Flag, facts: &Facts<'_>) -> Option<bool> {
    let record = facts.record?;
    match flag {
        Flag::Voluntary => record.voluntary,
        Flag::SchoolDay => record.school_day,
        Flag::Designated => Some(record.host_designations.iter().any(|d| d.holds_on(record.day()))),
    }
}

fn number_of(number: Number, facts: &Facts<'_>) -> Option<Credit> {
    let whole = |n: Option<u32>| n.map(|n| Credit::whole(i64::from(n)));
    let record = facts.record;
    match number {
        Number::Minutes => whole(record?.minutes),
        Number::Quantity => record?.quantity,
        Number::SessionRank => whole(record?.session_rank),
        Number::ClassRank => whole(record?.class_rank),
        Number::Place => whole(record?.place),
        Number::PlacesListed => whole(record?.places_listed),
        Number::TeamPosition => whole(record?.team_position),
        Number::TeamSize => whole(record?.team_size),
        Number::Month => whole(Some(facts.day.month())),
        Number::Weekday => whole(Some(facts.day.weekday().number_from_monday())),
        Number::Grade => facts.grade().map(|g| Credit::whole(i64::from(g))),
        Number::Age => facts.person.age_on(facts.day).map(|a| Credit::whole(i64::from(a))),
    }
}

impl Number {
    const fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Quantity => "quantity",
            Self::SessionRank => "session_rank",
            Self::ClassRank => "class_rank",
            Self::Place => "place",
            Self::PlacesListed => "places_listed",
            Self::TeamPosition => "team_position",
            Self::TeamSize => "team_size",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Grade => "grade",
            Self::Age => "age",
        }
    }
}

impl Flag {
    const fn name(self) -> &'static str {
        match self {
            Self::Voluntary => "voluntary",
            Self::SchoolDay => "school_day",
            Self::Designated => "host_designated",
        }
    }
}
