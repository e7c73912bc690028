//! Keys by name: `host`, `school_year`, `tag:topic`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::document::{Key, Period, WordField};
use super::problem::closest;
use crate::text::{Told, say};

impl Period {
    /// All periods, shortest first.
    pub const ALL: [Self; 7] =
        [Self::Day, Self::Week, Self::Month, Self::Term, Self::SchoolYear, Self::Year, Self::Stage];

    /// The period's name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Term => "term",
            Self::SchoolYear => "school_year",
            Self::Stage => "stage",
        }
    }
}

impl Key {
    /// The names of all keys; `tag:…` stands for any word after the colon.
    pub fn names() -> impl Iterator<Item = &'static str> {
        WordField::ALL
            .into_iter()
            .map(WordField::name)
            .filter(|name| *name != "stage")
            .chain(Period::ALL.into_iter().map(Period::name))
            .chain(["category", "rule", "tag", "lifetime"])
    }

    fn parse(name: &str) -> Option<Self> {
        if let Some(prefix) = name.strip_prefix("tag:") {
            return (!prefix.is_empty()).then(|| Self::TagOf(prefix.to_owned()));
        }
        match name {
            "category" => return Some(Self::Category),
            "rule" => return Some(Self::Rule),
            "tag" => return Some(Self::Tag),
            "lifetime" => return Some(Self::Lifetime),
            _ => {}
        }
        let period = Period::ALL.into_iter().find(|p| p.name() == name).map(Self::Period);
        period.or_else(|| WordField::ALL.into_iter().find(|f| f.name() == name).map(Self::Field))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.write_str(field.name()),
            Self::Category => f.write_str("category"),
            Self::Rule => f.write_str("rule"),
            Self::Tag => f.write_str("tag"),
            Self::TagOf(prefix) => write!(f, "tag:{prefix}"),
            Self::Period(period) => f.write_str(period.name()),
            Self::Lifetime => f.write_str("lifetime"),
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| {
            let help = match closest(&name, Self::names()) {
                Some(near) => say(format!("是否应为 `{near}`？"), format!("did you mean `{near}`?")),
                None if name == "person" => {
                    say("限额本来就按人分别计算，删去即可", "every limit is within one person already; leave it out")
                }
                None => {
                    let names: Vec<&str> = Self::names().collect();
                    say(
                        format!("可用的分组依据有：{}、tag:<词>", names.join("、")),
                        format!("keys are: {}, tag:<word>", names.join(", ")),
                    )
                }
            };
            de::Error::custom(Told(say(
                format!("`{name}` 不能用作分组依据 — {}", help.zh),
                format!("`{name}` is not a key — {}", help.en),
            )))
        })
    }
}

impl JsonSchema for Key {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<_> = Self::names().collect();
        schemars::json_schema!({
            "description": "What groups records.",
            "anyOf": [ { "enum": names }, { "type": "string", "pattern": "^tag:.+$" } ]
        })
    }
}
