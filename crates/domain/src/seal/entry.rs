//! The bytes of a ledger entry, which its leaf commits to. Version 1:
//!
//! ```text
//! kepu-ledger-entry/v1
//! district 01890000-…            one line a field, in this order: the name, a space, the value
//! entry 01890000-…
//! policy "shunyi-2026"           texts as JSON strings, so that a line is a line
//! policy-version 01890000-…
//! person 01890000-…
//! record 01890000-…
//! amount 2000                    thousandths of a credit
//! cause "confirmed"
//! reason [{"code":"…"}]          JSON without spaces, the keys of every object in order of their bytes
//! corrects -                     `-` where there is none
//! category "…"
//! rule "…"
//! school 01890000-…
//! class 01890000-…
//! grade 5
//! host 01890000-…
//! on 2026-03-01
//! account 01890000-…
//! at 2026-03-01T01:02:03.000004Z
//! ```
//!
//! UTF-8, each line ends in U+000A. What is written here is never written otherwise: another form is another version.

use std::fmt;
use std::fmt::Write;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::credit::Credit;

const VERSION: &str = "kepu-ledger-entry/v1";

/// A ledger entry, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The district.
    pub district: Uuid,
    /// Its id.
    pub id: Uuid,
    /// The policy.
    pub policy: String,
    /// Its version.
    pub policy_version: Uuid,
    /// Whose credit it is.
    pub person: Uuid,
    /// The participation or result.
    pub record: Uuid,
    /// The change of credit, in thousandths.
    pub amount: i64,
    /// Why it was booked.
    pub cause: String,
    /// The reasons of the line.
    pub reason: Value,
    /// The entry that it corrects.
    pub corrects: Option<Uuid>,
    /// Category.
    pub category: String,
    /// Rule.
    pub rule: String,
    /// School on the record's day.
    pub school: Option<Uuid>,
    /// Class on that day.
    pub class: Option<Uuid>,
    /// Grade on that day.
    pub grade: Option<i32>,
    /// Host.
    pub host: Option<Uuid>,
    /// The record's day.
    pub on: NaiveDate,
    /// Who brought it about.
    pub account: Uuid,
    /// When, to the microsecond.
    pub at: DateTime<Utc>,
}

impl Entry {
    /// Its bytes.
    pub fn canonical(&self) -> String {
        let mut text = format!("{VERSION}\n");
        let mut line = |name: &str, value: &dyn fmt::Display| {
            let _ = writeln!(text, "{name} {value}");
        };
        line("district", &self.district);
        line("entry", &self.id);
        line("policy", &quoted(&self.policy));
        line("policy-version", &self.policy_version);
        line("person", &self.person);
        line("record", &self.record);
        line("amount", &self.amount);
        line("cause", &quoted(&self.cause));
        line("reason", &Canonical(&self.reason));
        line("corrects", &Or(self.corrects));
        line("category", &quoted(&self.category));
        line("rule", &quoted(&self.rule));
        line("school", &Or(self.school));
        line("class", &Or(self.class));
        line("grade", &Or(self.grade));
        line("host", &Or(self.host));
        line("on", &self.on);
        line("account", &self.account);
        line("at", &self.at.to_rfc3339_opts(SecondsFormat::Micros, true));
        text
    }
}

/// What the bytes of an entry tell whoever holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The entry.
    pub id: Uuid,
    /// Whose credit it is.
    pub person: Uuid,
    /// The policy.
    pub policy: String,
    /// The change of credit.
    pub amount: Credit,
    /// The record's day.
    pub on: NaiveDate,
}

impl Told {
    /// Reads the bytes; none where they are not those of an entry.
    pub fn of(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(VERSION) {
            return None;
        }
        let mut field = |name: &str| lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Some(Self {
            id: field("entry")?.parse().ok()?,
            policy: serde_json::from_str(field("policy")?).ok()?,
            person: field("person")?.parse().ok()?,
            amount: Credit::from_milli(field("amount")?.parse().ok()?),
            on: field("on")?.parse().ok()?,
        })
    }
}

/// A value, or `-`.
struct Or<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Or<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("-"),
        }
    }
}

fn quoted(text: &str) -> Value {
    Value::from(text)
}

/// JSON whose form does not depend on how a map is kept.
struct Canonical<'v>(&'v Value);

impl fmt::Display for Canonical<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Array(items) => {
                f.write_str("[")?;
                for (number, item) in items.iter().enumerate() {
                    f.write_str(if number == 0 { "" } else { "," })?;
                    Canonical(item).fmt(f)?;
                }
                f.write_str("]")
            }
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(key, _)| key.as_str());
                f.write_str("{")?;
                for (number, (key, value)) in fields.into_iter().enumerate() {
                    write!(f, "{}{}:{}", if number == 0 { "" } else { "," }, quoted(key), Canonical(value))?;
                }
                f.write_str("}")
            }
            simple => write!(f, "{simple}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Entry {
        Entry {
            district: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            policy: "town-2026".into(),
            policy_version: Uuid::from_u128(3),
            person: Uuid::from_u128(4),
            record: Uuid::from_u128(5),
            amount: -1500,
            cause: "amended".into(),
            reason: json!([{ "params": { "b": 1, "a": "x\ny" }, "code": "cut" }]),
            corrects: None,
            category: "visit".into(),
            rule: "two\nlines".into(),
            school: Some(Uuid::from_u128(6)),
            class: None,
            grade: Some(5),
            host: None,
            on: "2026-03-01".parse().expect("a day"),
            account: Uuid::from_u128(7),
            at: "2026-03-01T01:02:03.000004Z".parse().expect("a moment"),
        }
    }

    #[test]
    fn version_1_is_written_so_for_ever() {
        let expected = r#"kepu-ledger-entry/v1
district 00000000-0000-0000-0000-000000000001
entry 00000000-0000-0000-0000-000000000002
policy "town-2026"
policy-version 00000000-0000-0000-0000-000000000003
person 00000000-0000-0000-0000-000000000004
record 00000000-0000-0000-0000-000000000005
amount -1500
cause "amended"
reason [{"code":"cut","params":{"a":"x\ny","b":1}}]
corrects -
category "visit"
rule "two\nlines"
school 00000000-0000-0000-0000-000000000006
class -
grade 5
host -
on 2026-03-01
account 00000000-0000-0000-0000-000000000007
at 2026-03-01T01:02:03.000004Z
"#;
        assert_eq!(entry().canonical(), expected);
    }

    #[test]
    fn whoever_holds_the_bytes_reads_whose_credit_it_is() {
        let told = Told::of(&entry().canonical()).expect("an entry");
        assert_eq!((told.id, told.person), (Uuid::from_u128(2), Uuid::from_u128(4)));
        assert_eq!((told.policy.as_str(), told.amount.to_string().as_str()), ("town-2026", "-1.5"));
        assert_eq!(told.on.to_string(), "2026-03-01");
        for wrong in ["", "kepu-ledger-entry/v2\n", "kepu-ledger-entry/v1\nentry x\n"] {
            assert_eq!(Told::of(wrong), None, "{wrong}");
        }
    }
}
