//! The form of an application, as data, and whether answers fit it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wrong::{Found, Wrong};
use crate::credit::Credit;

/// Answers to a form by the keys of its fields. Files are not among them.
pub type Answers = BTreeMap<String, Value>;
/// How many files are attached to each field.
pub type Attached = BTreeMap<String, usize>;

/// The application form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What is asked, in this order.
    pub fields: Vec<Field>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name of the answer: small letters, digits, underscores.
    pub key: String,
    /// The question in Chinese.
    pub name_zh: String,
    /// The question in English.
    #[serde(default)]
    pub name_en: String,
    /// What helps to answer it, in Chinese.
    #[serde(default)]
    pub help_zh: String,
    /// What helps to answer it, in English.
    #[serde(default)]
    pub help_en: String,
    /// Whether nothing can be submitted without it.
    #[serde(default)]
    pub required: bool,
    /// What an answer looks like.
    pub answer: AnswerKind,
}

/// What an answer looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerKind {
    /// One line.
    Text {
        /// Characters at the most.
        max_length: u32,
    },
    /// Several lines.
    LongText {
        /// Characters at the most.
        max_length: u32,
    },
    /// A number.
    Number {
        /// Unit in Chinese.
        #[serde(default)]
        unit_zh: String,
        /// Unit in English.
        #[serde(default)]
        unit_en: String,
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
        /// Decimal places, up to three.
        #[serde(default)]
        places: u32,
    },
    /// A day.
    Date {
        /// The earliest.
        #[serde(default)]
        from: Option<NaiveDate>,
        /// The latest.
        #[serde(default)]
        to: Option<NaiveDate>,
    },
    /// One of several, or some of them.
    Choice {
        /// What there is to choose from.
        options: Vec<Choice>,
        /// Whether more than one may be chosen.
        #[serde(default)]
        many: bool,
    },
    /// Yes or no.
    YesNo,
    /// A document, or several.
    File {
        /// Files at the most.
        max_files: u32,
    },
}

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The word that is stored.
    pub value: String,
    /// What it is called in Chinese.
    pub name_zh: String,
    /// What it is called in English.
    #[serde(default)]
    pub name_en: String,
}

/// How much of a form must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// What is there must be right.
    Draft,
    /// What is required must be there, too.
    Whole,
}

impl Form {
    /// One error for each field that is wrong; none if all is well. Paths are the keys of the fields.
    pub fn check(&self, answers: &Answers, attached: &Attached, fill: Fill) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        for field in &self.fields {
            if let Err((code, message)) = field.check(answers.get(&field.key), attached.get(&field.key), fill) {
                wrong.push(Wrong::new(&field.key, code, message));
            }
        }
        for key in answers.keys().chain(attached.keys()) {
            if self.field(key).is_none() && !wrong.iter().any(|one| &one.path == key) {
                wrong.push(Wrong::new(key, "unknown_field", "is no field of this form"));
            }
        }
        wrong
    }

    /// The field of this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    pub(super) fn check_itself(&self, wrong: &mut Found) {
        wrong.unless((1..=100).contains(&self.fields.len()), "form.fields", "wrong_count", "must be from 1 to 100");
        let mut keys = BTreeSet::new();
        for (index, field) in self.fields.iter().enumerate() {
            let path = format!("form.fields[{index}]");
            wrong.key(&path, &field.key, &mut keys);
            wrong.name(&format!("{path}.name_zh"), &field.name_zh);
            let at = |name: &str| format!("{path}.answer.{name}");
            match &field.answer {
                AnswerKind::Text { max_length } => wrong.range(&at("max_length"), *max_length, 1, 400),
                AnswerKind::LongText { max_length } => wrong.range(&at("max_length"), *max_length, 1, 20_000),
                AnswerKind::Number { min, max, places, .. } => {
                    wrong.unless(min <= max, &at("max"), "out_of_range", "must not be less than min");
                    wrong.range(&at("places"), *places, 0, 3);
                }
                AnswerKind::Date { from: Some(from), to: Some(to) } => {
                    wrong.unless(from <= to, &at("to"), "out_of_range", "must not lie before from");
                }
                AnswerKind::Choice { options, .. } => {
                    let count = (1..=100).contains(&options.len());
                    wrong.unless(count, &at("options"), "wrong_count", "must be from 1 to 100");
                    let mut values = BTreeSet::new();
                    for (index, option) in options.iter().enumerate() {
                        let path = at(&format!("options[{index}]"));
                        wrong.name(&format!("{path}.name_zh"), &option.name_zh);
                        wrong.word(&format!("{path}.value"), &option.value, &mut values);
                    }
                }
                AnswerKind::File { max_files } => wrong.range(&at("max_files"), *max_files, 1, 20),
                AnswerKind::Date { .. } | AnswerKind::YesNo => {}
            }
        }
    }
}

type Answered = Result<(), (&'static str, String)>;

impl Field {
    fn check(&self, answer: Option<&Value>, attached: Option<&usize>, fill: Fill) -> Answered {
        let missing = || {
            if self.required && fill == Fill::Whole { Err(("required", "is missing".to_owned())) } else { Ok(()) }
        };
        if let AnswerKind::File { max_files } = self.answer {
            if answer.is_some_and(|answer| !answer.is_null()) {
                return Err(("wrong_kind", "must be attached as a file, not answered".to_owned()));
            }
            return match attached.copied().unwrap_or(0) {
                0 => missing(),
                files if u32::try_from(files).is_ok_and(|files| files <= max_files) => Ok(()),
                files => Err(("too_many", format!("takes {max_files} files at the most, not {files}"))),
            };
        }
        if attached.is_some_and(|files| *files > 0) {
            return Err(("wrong_kind", "takes no file".to_owned()));
        }
        match answer {
            None | Some(Value::Null) => missing(),
            Some(Value::String(text)) if text.trim().is_empty() => missing(),
            Some(Value::Array(chosen)) if chosen.is_empty() => missing(),
            Some(answer) => self.answer.admit(answer),
        }
    }
}

impl AnswerKind {
    fn admit(&self, answer: &Value) -> Answered {
        let wrong_kind = |expected: &str| Err(("wrong_kind", format!("must be {expected}")));
        match self {
            Self::Text { max_length } | Self::LongText { max_length } => {
                let Some(text) = answer.as_str() else { return wrong_kind("a text") };
                let one_line = matches!(self, Self::Text { .. });
                if text.chars().any(|letter| letter.is_control() && (one_line || !matches!(letter, '\n' | '\r' | '\t')))
                {
                    return Err(("control_character", "must not hold control characters".to_owned()));
                }
                let length = text.chars().count();
                if u32::try_from(length).is_ok_and(|length| length <= *max_length) {
                    return Ok(());
                }
                Err(("too_long", format!("must have at most {max_length} characters, not {length}")))
            }
            Self::Number { min, max, places, .. } => {
                let text = match answer {
                    Value::Number(number) => number.to_string(),
                    Value::String(text) => text.trim().to_owned(),
                    _ => return wrong_kind("a number"),
                };
                let Ok(number) = text.parse::<Credit>() else { return wrong_kind("a number such as 12 or 12.5") };
                let step = 10_i64.checked_pow(3_u32.saturating_sub(*places)).unwrap_or(1);
                if number.milli().checked_rem(step) != Some(0) {
                    return Err(("too_fine", format!("must have at most {places} decimal places")));
                }
                if number < Credit::whole(*min) || Credit::whole(*max) < number {
                    return Err(("out_of_range", format!("must be from {min} to {max}, not {number}")));
                }
                Ok(())
            }
            Self::Date { from, to } => {
                let Some(day) = answer.as_str().and_then(|text| text.parse::<NaiveDate>().ok()) else {
                    return wrong_kind("a day such as 2026-09-01");
                };
                if !(1000..=9999).contains(&day.year()) {
                    return wrong_kind("a day such as 2026-09-01");
                }
                match (from, to) {
                    (Some(from), _) if day < *from => Err(("out_of_range", format!("must not lie before {from}"))),
                    (_, Some(to)) if *to < day => Err(("out_of_range", format!("must not lie after {to}"))),
                    _ => Ok(()),
                }
            }
            Self::Choice { options, many } => {
                let chosen: Vec<&Value> = match answer {
                    Value::Array(chosen) if *many => chosen.iter().collect(),
                    Value::String(_) if !many => vec![answer],
                    _ => return wrong_kind(if *many { "a list of options" } else { "one of the options" }),
                };
                let mut seen = BTreeSet::new();
                for one in chosen {
                    let Some(word) = one.as_str().filter(|word| options.iter().any(|option| option.value == *word))
                    else {
                        return Err(("unknown_option", format!("{one} is none of the options")));
                    };
                    if !seen.insert(word) {
                        return Err(("twice", format!("{word} is chosen twice")));
                    }
                }
                Ok(())
            }
            Self::YesNo if answer.is_boolean() => Ok(()),
            Self::YesNo => wrong_kind("true or false"),
            Self::File { .. } => wrong_kind("a file"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn form() -> Form {
        serde_json::from_value(json!({ "fields": [
            { "key": "name", "name_zh": "Name", "required": true, "answer": { "kind": "text", "max_length": 5 } },
            { "key": "plan", "name_zh": "Plan", "answer": { "kind": "long_text", "max_length": 10 } },
            { "key": "area", "name_zh": "Area", "answer": { "kind": "number", "min": 1, "max": 50, "places": 1 } },
            { "key": "since", "name_zh": "Since", "answer": { "kind": "date", "from": "2000-01-01", "to": "2026-12-31" } },
            { "key": "kind", "name_zh": "Kind", "answer": { "kind": "choice", "options": [
                { "value": "farm", "name_zh": "Farm" }, { "value": "lab", "name_zh": "Lab" } ] } },
            { "key": "ages", "name_zh": "Ages", "answer": { "kind": "choice", "many": true, "options": [
                { "value": "3", "name_zh": "3" }, { "value": "4", "name_zh": "4" } ] } },
            { "key": "open", "name_zh": "Open", "required": true, "answer": { "kind": "yes_no" } },
            { "key": "permit", "name_zh": "Permit", "required": true, "answer": { "kind": "file", "max_files": 2 } }
        ] }))
        .expect("a form")
    }

    #[rstest]
    #[case::text("name", json!("abcde"), None)]
    #[case::text_long("name", json!("abcdef"), Some("too_long"))]
    #[case::text_lines("name", json!("a\nb"), Some("control_character"))]
    #[case::text_number("name", json!(5), Some("wrong_kind"))]
    #[case::text_blank("name", json!("  "), Some("required"))]
    #[case::lines("plan", json!("a\nb"), None)]
    #[case::lines_bell("plan", json!("a\u{7}b"), Some("control_character"))]
    #[case::lines_null("plan", json!(null), None)]
    #[case::number("area", json!(12.5), None)]
    #[case::number_text("area", json!("12.5"), None)]
    #[case::number_least("area", json!(1), None)]
    #[case::number_below("area", json!(0.9), Some("out_of_range"))]
    #[case::number_most("area", json!(50), None)]
    #[case::number_above("area", json!("50.1"), Some("out_of_range"))]
    #[case::number_fine("area", json!("12.55"), Some("too_fine"))]
    #[case::number_finer("area", json!("12.5555"), Some("wrong_kind"))]
    #[case::number_word("area", json!("many"), Some("wrong_kind"))]
    #[case::number_huge("area", json!(1e300), Some("wrong_kind"))]
    #[case::date("since", json!("2000-01-01"), None)]
    #[case::date_before("since", json!("1999-12-31"), Some("out_of_range"))]
    #[case::date_after("since", json!("2027-01-01"), Some("out_of_range"))]
    #[case::date_none("since", json!("2026-02-30"), Some("wrong_kind"))]
    #[case::choice("kind", json!("lab"), None)]
    #[case::choice_other("kind", json!("zoo"), Some("unknown_option"))]
    #[case::choice_list("kind", json!(["lab"]), Some("wrong_kind"))]
    #[case::some("ages", json!(["3", "4"]), None)]
    #[case::some_none("ages", json!([]), None)]
    #[case::some_twice("ages", json!(["3", "3"]), Some("twice"))]
    #[case::some_other("ages", json!(["5"]), Some("unknown_option"))]
    #[case::some_one("ages", json!("3"), Some("wrong_kind"))]
    #[case::yes("open", json!(false), None)]
    #[case::yes_word("open", json!("no"), Some("wrong_kind"))]
    #[case::file("permit", json!("permit.pdf"), Some("wrong_kind"))]
    #[case::unknown("colour", json!("red"), Some("unknown_field"))]
    fn an_answer_fits_its_field(#[case] key: &str, #[case] answer: Value, #[case] expected: Option<&str>) {
        let good = [("name", json!("a")), ("open", json!(true))];
        let mut answers: Answers = good.into_iter().map(|(key, answer)| (key.to_owned(), answer)).collect();
        answers.insert(key.to_owned(), answer);
        let wrong = form().check(&answers, &Attached::from([("permit".to_owned(), 1)]), Fill::Whole);
        let found: Vec<(&str, &str)> = wrong.iter().map(|one| (one.path.as_str(), one.code)).collect();
        assert_eq!(found, expected.map(|code| (key, code)).into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_draft_may_be_empty_and_the_whole_may_not() {
        let (none, nothing) = (Answers::new(), Attached::new());
        assert_eq!(form().check(&none, &nothing, Fill::Draft), []);
        let wrong = form().check(&none, &nothing, Fill::Whole);
        let missing: Vec<&str> = wrong.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(missing, ["name", "open", "permit"]);
        assert!(wrong.iter().all(|one| one.code == "required"));
    }

    #[rstest]
    #[case("permit", 2, None)]
    #[case("permit", 3, Some("too_many"))]
    #[case("name", 1, Some("wrong_kind"))]
    #[case("other", 1, Some("unknown_field"))]
    fn files_go_where_they_are_asked_for(#[case] key: &str, #[case] files: usize, #[case] expected: Option<&str>) {
        let wrong = form().check(&Answers::new(), &Attached::from([(key.to_owned(), files)]), Fill::Draft);
        let found: Vec<(&str, &str)> = wrong.iter().map(|one| (one.path.as_str(), one.code)).collect();
        assert_eq!(found, expected.map(|code| (key, code)).into_iter().collect::<Vec<_>>());
    }
}
