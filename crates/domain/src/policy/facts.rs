//! What conditions, keys and tables can ask about one record of one person.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::Plan;
use super::calendar::TermOfDay;
use super::condition::OneOf;
use super::document::{AliasField, WordField};
use super::words::{Lexicon, Words};
use crate::person::Person;
use crate::record::Record;

/// Other words for the same value, turned round: field and word → the value that policies use.
#[derive(Debug, Clone, Default)]
pub(super) struct Aliases(pub(super) FxHashMap<AliasField, FxHashMap<String, String>>);

impl Aliases {
    fn get<'a>(&'a self, field: AliasField, word: &'a str) -> &'a str {
        if self.0.is_empty() {
            return word;
        }
        self.0.get(&field).and_then(|words| words.get(word)).map_or(word, String::as_str)
    }

    /// All words that stand for one of these.
    pub fn said(&self, field: AliasField, set: &OneOf) -> Vec<String> {
        let others = self.0.get(&field).into_iter().flatten().map(|(other, _)| other);
        let mut said: Vec<String> = set.0.iter().chain(others).cloned().collect();
        said.retain(|word| set.contains(self.get(field, word)));
        said
    }

    /// The other words of a field, each with the value it stands for.
    pub fn of(&self, field: WordField) -> impl Iterator<Item = (&String, &String)> {
        alias_of(field).and_then(|f| self.0.get(&f)).into_iter().flatten()
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
    pub plan: &'a Plan,
    /// Index of the rule that priced the record.
    pub rule: Option<usize>,
    /// The record's words by number, once they are looked up.
    pub words: Option<Words>,
}

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Value<'a> {
    Word(&'a str),
    Number(i64),
}

impl<'a> Value<'a> {
    /// As a word; numbers in digits.
    pub fn into_word(self) -> Cow<'a, str> {
        match self {
            Self::Word(word) => Cow::Borrowed(word),
            Self::Number(number) => Cow::Owned(number.to_string()),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl<'a> Facts<'a> {
    pub fn alias(&self, field: AliasField, word: &'a str) -> &'a str {
        self.plan.aliases.get(field, word)
    }

    pub fn grade(&self) -> Option<i32> {
        self.record.and_then(|r| r.grade).or(self.person.grade)
    }

    pub fn term(&self) -> Option<TermOfDay> {
        self.plan.almanac.term(self.day)
    }

    /// The id of the rule that priced the record.
    pub fn rule_id(&self) -> Option<&'a str> {
        Some(&self.plan.rules.get(self.rule?)?.id)
    }

    /// The category that the rule gives.
    pub fn category(&self) -> Option<&'a str> {
        Some(&self.plan.rules.get(self.rule?)?.category)
    }

    /// The record's tags.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let facts = *self;
        facts.record.into_iter().flat_map(|r| &r.tags).map(move |t| facts.alias(AliasField::Tag, t))
    }

    /// What a field says, as it is written in the record; nothing for fields that hold numbers.
    pub fn written(&self, field: WordField) -> Option<&'a str> {
        let record = self.record;
        let text = match field {
            WordField::Kind => &record?.kind,
            WordField::Activity => &record?.activity_id,
            WordField::Session => &record?.session_id,
            WordField::Host => &record?.host_id,
            WordField::HostLevel => &record?.host_level,
            WordField::Contest => &record?.contest_id,
            WordField::ContestSeries => &record?.contest_series,
            WordField::ContestLevel => &record?.contest_level,
            WordField::Award => &record?.award,
            WordField::Work => &record?.work_id,
            WordField::School => {
                return record.and_then(|r| r.school_id.as_deref()).or(self.person.school_id.as_deref());
            }
            WordField::Class => return record.and_then(|r| r.class_id.as_deref()).or(self.person.class_id.as_deref()),
            WordField::Stage => return self.grade().and_then(|g| self.plan.almanac.stage(g)),
            WordField::PersonKind => return Some(self.person.kind.word()),
            WordField::Grade
            | WordField::TeamPosition
            | WordField::TeamSize
            | WordField::Place
            | WordField::Minutes => return None,
        };
        text.as_deref()
    }

    /// Whether a field of a record says what it says of the person alone.
    pub fn is_as_person(&self, field: WordField) -> bool {
        let Some(record) = self.record else { return true };
        match field {
            WordField::PersonKind => true,
            WordField::Stage => record.grade.is_none(),
            WordField::School => record.school_id.is_none(),
            WordField::Class => record.class_id.is_none(),
            _ => false,
        }
    }

    /// A value of a field to tell it from others: words that the policy names are their numbers, which are cheaper.
    pub fn value(&self, field: WordField) -> Option<Value<'a>> {
        let word = Lexicon::place(field).and_then(|place| self.words?.at(place)?.named());
        word.map(Value::Number).or_else(|| self.field(field))
    }

    /// The value of a field, in the policy's words.
    pub fn field(&self, field: WordField) -> Option<Value<'a>> {
        let record = self.record;
        let number = |value: Option<u32>| value.map(|n| Value::Number(i64::from(n)));
        match field {
            WordField::Grade => self.grade().map(|g| Value::Number(i64::from(g))),
            WordField::TeamPosition => number(record?.team_position),
            WordField::TeamSize => number(record?.team_size),
            WordField::Place => number(record?.place),
            WordField::Minutes => number(record?.minutes),
            _ => {
                let word = self.written(field)?;
                Some(Value::Word(alias_of(field).map_or(word, |f| self.alias(f, word))))
            }
        }
    }
}

/// Under what field a field's words may have others.
pub(super) const fn alias_of(field: WordField) -> Option<AliasField> {
    match field {
        WordField::Kind => Some(AliasField::Kind),
        WordField::HostLevel => Some(AliasField::HostLevel),
        WordField::ContestLevel => Some(AliasField::ContestLevel),
        WordField::Award => Some(AliasField::Award),
        _ => None,
    }
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
