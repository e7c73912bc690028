//! Text in the two languages of the product.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

/// A language of the pages and of explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Simplified Chinese, the first language of the product.
    #[default]
    Zh,
    /// English.
    En,
}

/// A title or sentence in Chinese and English. In a document either one string for both, or `{zh: …, en: …}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in `lang`; where it has none, in the other language.
    pub fn get(&self, lang: Lang) -> &str {
        let (first, second) = match lang {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        if first.is_empty() { second } else { first }
    }

    /// True when neither language has a word.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}

/// A text in both languages.
pub(crate) fn say(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

/// A text on its way through an error that keeps only what can be displayed, as those of serde do: `{}` writes the
/// English, which is all that most see of it, and `{:#}` the Chinese for who asks.
#[derive(Debug)]
pub(crate) struct Told(pub Text);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tell(f, &self.0.zh, &self.0.en)
    }
}

/// Writes the text of the language that is asked for, as [`Told`] does.
pub(crate) fn tell(f: &mut fmt::Formatter<'_>, zh: &str, en: &str) -> fmt::Result {
    f.write_str(if f.alternate() { zh } else { en })
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        Self { zh: value.to_owned(), en: value.to_owned() }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                tell(f, "文本，或 {zh: …, en: …}", "a text, or {zh: …, en: …}")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Text, E> {
                Ok(Text::from(value))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut text = Text::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "zh" => text.zh = map.next_value()?,
                        "en" => text.en = map.next_value()?,
                        other => return Err(de::Error::unknown_field(other, &["zh", "en"])),
                    }
                }
                Ok(text)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text for both languages, or one for each.",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "additionalProperties": false,
                  "properties": {
                    "zh": { "description": "Chinese.", "type": "string" },
                    "en": { "description": "English.", "type": "string" } } }
            ]
        })
    }
}
