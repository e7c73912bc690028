//! The rules of a scheme as the document of the operations describes them: made from the domain's own types, so that
//! the two cannot differ.

use kepu_domain::designation::{review::Score, scheme::Rules};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// See [`Rules`].
pub struct SchemeRules;

/// See [`Score`].
pub struct ReviewScore;

impl PartialSchema for SchemeRules {
    fn schema() -> RefOr<Schema> {
        of::<Rules>()
    }
}

impl ToSchema for SchemeRules {}

impl PartialSchema for ReviewScore {
    fn schema() -> RefOr<Schema> {
        of::<Score>()
    }
}

impl ToSchema for ReviewScore {}

fn of<T: JsonSchema>() -> RefOr<Schema> {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    plain(&mut schema);
    serde_json::from_value(schema).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

/// `const` as an `enum` of one, and nothing that the document has no place for.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("$schema");
            fields.remove("title");
            if let Some(only) = fields.remove("const") {
                fields.insert("enum".to_owned(), Value::Array(vec![only]));
            }
            fields.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_all_that_the_domain_says() {
        let text = serde_json::to_value(SchemeRules::schema()).expect("a schema").to_string();
        for word in ["long_text", "yes_no", "max_files", "objection_days", "days_before", "professional", "months"] {
            assert!(text.contains(&format!("\"{word}\"")), "{word}: {text}");
        }
    }
}
