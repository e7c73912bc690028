//! Takes one person out of JSON that speaks of several.

use serde_json::{Map, Value};

/// What is left when all that is about the person is taken out; nothing if all of it is. `marks` are texts that stand for the
/// person alone: the id, the number, the name. An object in which one of them stands is about the person and goes whole; a
/// list loses what is about the person.
pub fn redact(value: &Value, marks: &[&str]) -> Option<Value> {
    match value {
        Value::String(text) => (!is_mark(text, marks)).then(|| value.clone()),
        Value::Array(items) => Some(Value::Array(items.iter().filter_map(|item| redact(item, marks)).collect())),
        Value::Object(fields) => {
            let about = fields.values().any(|field| field.as_str().is_some_and(|text| is_mark(text, marks)));
            if about {
                return None;
            }
            let left: Map<String, Value> = fields
                .iter()
                .filter(|(key, _)| !is_mark(key, marks))
                .filter_map(|(key, field)| Some((key.clone(), redact(field, marks)?)))
                .collect();
            Some(Value::Object(left))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.clone()),
    }
}

fn is_mark(text: &str, marks: &[&str]) -> bool {
    marks.contains(&text)
}
