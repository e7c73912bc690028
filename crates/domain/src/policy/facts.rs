//! What conditions, keys and tables can ask about one record of one person.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::NaiveDate;

use super::calendar::{Almanac, TermOfDay};
use super::document::{AliasField, Key, WordField};
use crate::person::Person;
use crate::record::Record;

/// Other words for the same value, turned round: field and word → the value that policies use.
#[derive(Debug, Clone, Default)]
pub(super) struct Aliases(pub(super) HashMap<AliasField, HashMap<String, String>>);

impl Aliases {
    fn get<'a>(&'a self, field: AliasField, word: &'a str) -> &'a str {
        if self.0.is_empty() {
            return word;
        }
        self.0.get(&field).and_then(|words| words.get(word)).map_or(word, String::as_str)
    }
}

/// One record of one person, or the person alone.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub person: &'a Person,
    pub record: Option<&'a Record>,
    pub day: NaiveDate,
    /// There is no day: neither a record nor a day as of which is asked.
    pub undated: bool,
    pub almanac: &'a Almanac,
    pub aliases: &'a Aliases,
    /// Category and rule, once the record is priced.
    pub category: Option<&'a str>,
    pub rule: Option<&'a str>,
}

/// One value of a key. Groups are equal where all their values are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum KeyValue<'a> {
    Word(Cow<'a, str>),
    Index(i64),
}

impl<'a> Facts<'a> {
    pub fn alias(&self, field: AliasField, word: &'a str) -> &'a str {
        self.aliases.get(field, word)
    }

    pub fn grade(&self) -> Option<i32> {
        self.record.and_then(|r| r.grade).or(self.person.grade)
    }

    pub fn term(&self) -> Option<TermOfDay> {
        self.almanac.term(self.day)
    }

    /// The value of a field as a word; numbers in digits.
    pub fn field(&self, field: WordField) -> Option<Cow<'a, str>> {
        let record = self.record;
        let word = |value: Option<&'a Option<String>>| value.and_then(Option::as_deref).map(Cow::Borrowed);
        let number = |value: Option<u32>| value.map(|n| Cow::Owned(n.to_string()));
        let alias = |alias, value: Option<&'a Option<String>>| {
            value.and_then(Option::as_deref).map(|w| Cow::Borrowed(self.alias(alias, w)))
        };
        match field {
            WordField::Kind => alias(AliasField::Kind, record.map(|r| &r.kind)),
            WordField::Activity => word(record.map(|r| &r.activity_id)),
            WordField::Session => word(record.map(|r| &r.session_id)),
            WordField::Host => word(record.map(|r| &r.host_id)),
            WordField::HostLevel => alias(AliasField::HostLevel, record.map(|r| &r.host_level)),
            WordField::Contest => word(record.map(|r| &r.contest_id)),
            WordField::ContestSeries => word(record.map(|r| &r.contest_series)),
            WordField::ContestLevel => alias(AliasField::ContestLevel, record.map(|r| &r.contest_level)),
            WordField::Award => alias(AliasField::Award, record.map(|r| &r.award)),
            WordField::Work => word(record.map(|r| &r.work_id)),
            WordField::Grade => self.grade().map(|g| Cow::Owned(g.to_string())),
            WordField::Stage => self.grade().and_then(|g| self.almanac.stage(g)).map(Cow::Borrowed),
            WordField::School => word(record.map(|r| &r.school_id)).or_else(|| word(Some(&self.person.school_id))),
            WordField::Class => word(record.map(|r| &r.class_id)).or_else(|| word(Some(&self.person.class_id))),
            WordField::TeamPosition => number(record.and_then(|r| r.team_position)),
            WordField::TeamSize => number(record.and_then(|r| r.team_size)),
            WordField::Place => number(record.and_then(|r| r.place)),
            WordField::Minutes => number(record.and_then(|r| r.minutes)),
            WordField::PersonKind => Some(Cow::Borrowed(self.person.kind.word())),
        }
    }

    /// The values of a key: none where the record lacks it, several for tags.
    pub fn key(&self, key: &'a Key) -> Vec<KeyValue<'a>> {
        let one = |value: Option<Cow<'a, str>>| value.map(KeyValue::Word).into_iter().collect();
        match key {
            Key::Field(field) => one(self.field(*field)),
            Key::Category => one(self.category.map(Cow::Borrowed)),
            Key::Rule => one(self.rule.map(Cow::Borrowed)),
            Key::Period(period) => {
                self.almanac.index(*period, self.day, self.grade()).map(KeyValue::Index).into_iter().collect()
            }
            Key::Lifetime => vec![KeyValue::Index(0)],
            Key::Tag => {
                let tags = self.record.map(|r| r.tags.as_slice()).unwrap_or_default();
                distinct(tags.iter().map(|t| self.alias(AliasField::Tag, t)))
            }
            Key::TagOf(prefix) => {
                let tags = self.record.map(|r| r.tags.as_slice()).unwrap_or_default();
                distinct(
                    tags.iter().filter_map(|t| {
                        self.alias(AliasField::Tag, t).strip_prefix(prefix.as_str())?.strip_prefix(':')
                    }),
                )
            }
        }
    }
}

fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<KeyValue<'a>> {
    let mut values: Vec<_> = words.map(|w| KeyValue::Word(Cow::Borrowed(w))).collect();
    values.sort();
    values.dedup();
    values
}

impl WordField {
    /// The field's name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Activity => "activity",
            Self::Session => "session",
            Self::Host => "host",
            Self::HostLevel => "host_level",
            Self::Contest => "contest",
            Self::ContestSeries => "contest_series",
            Self::ContestLevel => "contest_level",
            Self::Award => "award",
            Self::Work => "work",
            Self::Grade => "grade",
            Self::Stage => "stage",
            Self::School => "school",
            Self::Class => "class",
            Self::TeamPosition => "team_position",
            Self::TeamSize => "team_size",
            Self::Place => "place",
            Self::Minutes => "minutes",
            Self::PersonKind => "person_kind",
        }
    }

    /// All fields, in the order of the documentation.
    pub const ALL: [Self; 19] = [
        Self::Kind,
        Self::Activity,
        Self::Session,
        Self::Host,
        Self::HostLevel,
        Self::Contest,
        Self::ContestSeries,
        Self::ContestLevel,
        Self::Award,
        Self::Work,
        Self::Grade,
        Self::Stage,
        Self::School,
        Self::Class,
        Self::TeamPosition,
        Self::TeamSize,
        Self::Place,
        Self::Minutes,
        Self::PersonKind,
    ];

    /// Whether it can be answered for a person without a record.
    pub const fn is_of_person(self) -> bool {
        matches!(self, Self::Grade | Self::Stage | Self::School | Self::Class | Self::PersonKind)
    }
}
