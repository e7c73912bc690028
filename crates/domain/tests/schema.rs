//! The JSON Schema that editors use: it accepts what `kepu` accepts, and marks slips while they are written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)] // as in every test

use std::path::PathBuf;

use kepu_domain::policy::Policy;
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value, json};

const EVERYTHING: &str = include_str!("policies/everything.yaml");

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&Policy::schema()).expect("a sound JSON Schema")
}

/// YAML as JSON, as an editor's schema check reads it.
fn json_of(text: &str) -> Value {
    enum Open {
        Seq(Vec<Value>),
        Map(Map<String, Value>, Option<String>),
    }
    let mut stack: Vec<(Open, usize)> = Vec::new();
    let mut anchors: std::collections::HashMap<usize, Value> = std::collections::HashMap::new();
    let mut root = Value::Null;
    for event in Parser::new_from_str(text) {
        let (value, anchor) = match event.expect("YAML").0 {
            Event::Scalar(text, ScalarStyle::Plain, anchor, _) => {
                (serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.to_string())), anchor)
            }
            Event::Scalar(text, _, anchor, _) => (Value::String(text.to_string()), anchor),
            Event::Alias(id) => (anchors[&id].clone(), 0),
            Event::SequenceStart(anchor, _) => {
                stack.push((Open::Seq(Vec::new()), anchor));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                stack.push((Open::Map(Map::new(), None), anchor));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop().expect("balanced events") {
                (Open::Seq(items), anchor) => (Value::Array(items), anchor),
                (Open::Map(entries, _), anchor) => (Value::Object(entries), anchor),
            },
            _ => continue,
        };
        if anchor != 0 {
            anchors.insert(anchor, value.clone());
        }
        match stack.last_mut() {
            None => root = value,
            Some((Open::Seq(items), _)) => items.push(value),
            Some((Open::Map(entries, key), _)) => match key.take() {
                Some(key) => drop(entries.insert(key, value)),
                None => *key = Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            },
        }
    }
    root
}

fn errors(validator: &jsonschema::Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|e| format!("{} at {}", e, e.instance_path)).collect()
}

#[test]
fn the_schema_accepts_every_shipped_policy() {
    let validator = validator();
    assert_eq!(errors(&validator, &json_of(EVERYTHING)), Vec::<String>::new());
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).expect("the folder of policies is readable") {
        let file = file.expect("a readable entry").path();
        if file.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a readable policy");
        assert_eq!(errors(&validator, &json_of(&text)), Vec::<String>::new(), "{}", file.display());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn the_schema_marks_unknown_keys_words_and_missing_keys() {
    let validator = validator();
    for (old, new) in [
        ("illustrative: true", "ilustrative: true"),
        ("illustrative: true", "illustrative: maybe"),
        ("version: \"2026.1\"\n", ""),
        ("kind: [practice, visit]", "kinds: [practice, visit]"),
        ("keep: highest", "keep: lowest"),
        ("credit: { table: by-grade }", "credit: { tables: by-grade }"),
        ("at_most: { hours: 2 }", "at_most: { lessons: 2 }"),
        ("at_most: { hours: 2 }", "at_most: 2"),
        ("within: [activity]", "within: [activityy]"),
        ("starts: 02-15", "starts: 13-15"),
        ("reaches: bronze", "reach: bronze"),
        ("expect:\n", "expects:\n"),
        ("{ id: one, at_least: 5 }", "{ id: one, at_leest: 5 }"),
    ] {
        assert_eq!(EVERYTHING.matches(old).count(), 1, "{old}");
        let document = json_of(&EVERYTHING.replacen(old, new, 1));
        assert!(!errors(&validator, &document).is_empty(), "{new}");
    }
}

/// Every object is closed and every key described, so that an editor can complete and explain.
#[test]
fn the_schema_is_closed_and_described() {
    let schema = Policy::schema();
    assert_eq!(schema["required"], json!(["kepu", "id", "version", "title", "rules"]));
    let mut lacking = Vec::new();
    walk(&schema, "", &mut lacking);
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

fn walk(schema: &Value, path: &str, lacking: &mut Vec<String>) {
    match schema {
        Value::Object(entries) => {
            if let Some(Value::Object(properties)) = entries.get("properties") {
                if entries.get("additionalProperties") != Some(&Value::Bool(false)) {
                    lacking.push(format!("{path} takes any key"));
                }
                for (name, property) in properties {
                    // The one key of an amount is described with it.
                    let alone = properties.len() == 1 && entries.contains_key("description");
                    let described = alone || property.get("description").is_some();
                    if !described {
                        lacking.push(format!("{path}.{name} has no description"));
                    }
                }
            }
            for (key, value) in entries {
                walk(value, &format!("{path}/{key}"), lacking);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, lacking)),
        _ => {}
    }
}
