//! Changing part of a thing: fields that are left out stay, `null` empties a field that may be empty.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::Result;

/// For `#[serde(default, deserialize_with = "patch::given")]` on an `Option<Option<T>>`: left out is `None`, `null` is
/// `Some(None)`.
pub fn given<'de, D, T>(deserializer: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// What differs between two versions of a thing, as `{"field": {"from": …, "to": …}}`, for the audit trail.
pub fn difference<T: Serialize>(before: &T, after: &T) -> Result<Value> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let mut changes = Map::new();
    if let (Value::Object(before), Value::Object(after)) = (before, after) {
        for (field, to) in after {
            let from = before.get(&field).cloned().unwrap_or(Value::Null);
            if from != to && field != "version" && field != "updated_at" {
                changes.insert(field, serde_json::json!({ "from": from, "to": to }));
            }
        }
    }
    Ok(Value::Object(changes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    #[expect(clippy::option_option, reason = "left out, null and a value are three cases")]
    struct Change {
        #[serde(default, deserialize_with = "given")]
        level: Option<Option<String>>,
    }

    #[test]
    fn null_is_not_the_same_as_left_out() {
        let read = |text: &str| serde_json::from_str::<Change>(text).expect("JSON").level;
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"level":null}"#), Some(None));
        assert_eq!(read(r#"{"level":"city"}"#), Some(Some("city".into())));
    }

    #[test]
    fn only_what_changed_is_told() {
        let before = json!({ "name": "a", "level": null, "version": 1 });
        let after = json!({ "name": "a", "level": "city", "version": 2 });
        let difference = difference(&before, &after).expect("objects");
        assert_eq!(difference, json!({ "level": { "from": null, "to": "city" } }));
    }
}
