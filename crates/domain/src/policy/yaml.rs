//! YAML as a tree that remembers its lines, and a serde reader of that tree whose errors say where and what to do.
//!
//! Scalars stay text until a type asks for them, so `0.1` never passes through a float.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

use super::problem::{Path, Problem, Segment, closest};

/// Nodes of a document at the most; an alias counts what it stands for. Real policies have a few thousand.
const MOST_NODES: usize = 200_000;
/// Levels of nesting at the most.
const DEEPEST: usize = 64;

/// One value of the document with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// Line, from 1.
    pub line: usize,
}

/// What stands at a place.
#[derive(Debug, Clone)]
pub enum Value {
    /// A scalar; `plain` when written without quotes.
    Scalar {
        /// As written.
        text: String,
        /// Without quotes.
        plain: bool,
    },
    /// A list.
    Seq(Vec<Node>),
    /// A mapping in the order written: key, line of the key, value.
    Map(Vec<(String, usize, Node)>),
}

impl Node {
    /// Reads one document.
    ///
    /// # Errors
    /// Not YAML, a key twice, a key that is no scalar, more than one document, or too large a document.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let mut builder = Builder { stack: Vec::new(), anchors: HashMap::new(), root: None, nodes: 0 };
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|e| not_yaml(text, e.marker().line(), e.info()))?;
            builder.event(event, span.start.line())?;
        }
        builder.root.ok_or_else(|| Problem::new("empty", 1, "the document is empty").help("start with `kepu: 1`"))
    }

    /// The line of the value at `path`, or of the nearest thing around it.
    pub fn line_of(&self, path: &Path) -> usize {
        let mut node = self;
        let mut line = node.line;
        for segment in path.segments() {
            let next = match (&node.value, segment) {
                (Value::Map(entries), Segment::Key(key)) => {
                    entries.iter().find(|(k, ..)| k == key).map(|(_, line, node)| (*line, node))
                }
                (Value::Seq(items), Segment::Index(i)) => items.get(*i).map(|n| (n.line, n)),
                _ => None,
            };
            match next {
                Some((l, n)) => (line, node) = (l, n),
                None => break,
            }
        }
        line
    }

    fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    fn found(&self) -> String {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing".to_owned(),
            Value::Scalar { text, .. } => format!("`{text}`"),
            Value::Seq(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    fn count(&self) -> usize {
        let below: usize = match &self.value {
            Value::Scalar { .. } => 0,
            Value::Seq(items) => items.iter().map(Self::count).sum(),
            Value::Map(entries) => entries.iter().map(|(_, _, n)| n.count()).sum(),
        };
        below.saturating_add(1)
    }
}

/// What the reader of YAML stumbled over; it knows what it wanted, not what the author did.
fn not_yaml(text: &str, line: usize, info: &str) -> Problem {
    let indentation = |line: &str| line.len().saturating_sub(line.trim_start().len());
    let tab =
        text.lines().take(line.saturating_add(1)).position(|l| l.get(..indentation(l)).unwrap_or("").contains('\t'));
    if let Some(before) = tab {
        return Problem::new("tab", before.saturating_add(1), "a tab stands at the beginning of this line")
            .help("YAML is indented with spaces; replace the tab by spaces");
    }
    Problem::new("yaml", line, format!("this is not YAML: {info}"))
        .help("look at indentation, colons, brackets and quotes on this line and the one above")
}

struct Builder {
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    nodes: usize,
}

struct Open {
    node: Node,
    anchor: usize,
    /// A key of a mapping that waits for its value.
    key: Option<(String, usize)>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.push(Node { value, line }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(Value::Seq(Vec::new()), line, anchor),
            Event::MappingStart(anchor, _) => self.open(Value::Map(Vec::new()), line, anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => self.push(open.node, open.anchor),
                None => Ok(()),
            },
            Event::Alias(id) => {
                let node = self
                    .anchors
                    .get(&id)
                    .cloned()
                    .ok_or_else(|| Problem::new("yaml", line, "this alias names an anchor that is not complete"))?;
                self.nodes = self.nodes.saturating_add(node.count());
                self.push(node, 0)
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Problem::new("yaml", line, "a second document starts here").help("keep one policy a file"))
            }
            _ => Ok(()),
        }
    }

    /// The way to the innermost open list or mapping.
    fn path(&self) -> Path {
        let outer = self.stack.iter().take(self.stack.len().saturating_sub(1));
        let segments = outer.map(|open| match &open.node.value {
            Value::Seq(items) => Segment::Index(items.len()),
            _ => Segment::Key(open.key.as_ref().map(|(key, _)| key.clone()).unwrap_or_default()),
        });
        Path::from(segments.collect::<Vec<_>>())
    }

    fn open(&mut self, value: Value, line: usize, anchor: usize) -> Result<(), Problem> {
        if self.stack.len() >= DEEPEST {
            return Err(Problem::new("too_deep", line, format!("nested deeper than {DEEPEST} levels")));
        }
        self.stack.push(Open { node: Node { value, line }, anchor, key: None });
        Ok(())
    }

    fn push(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MOST_NODES {
            return Err(Problem::new("too_large", node.line, format!("more than {MOST_NODES} values")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::Seq(items), _) => items.push(node),
            (Value::Map(entries), Some((key, line))) => entries.push((key, line, node)),
            (Value::Map(entries), None) => {
                let Value::Scalar { text, .. } = node.value else {
                    return Err(Problem::new("yaml", node.line, "a key must be a plain word"));
                };
                if let Some((_, first, _)) = entries.iter().find(|(k, ..)| *k == text) {
                    let message = format!("`{text}` is written twice; the first is on line {first}");
                    let path = self.path().then(text.as_str());
                    return Err(Problem::new("duplicate_key", node.line, message).help("keep one of them").at(path));
                }
                open.key = Some((text, node.line));
            }
            (Value::Scalar { .. }, _) => {}
        }
        Ok(())
    }
}

/// How an amount with its unit is written.
const AMOUNT: &str = "an amount with its unit, such as `{records: 3}`, `{credits: 2}` or `{hours: 10}`";

/// What serde found wrong, with the path to it, innermost first.
#[derive(Debug)]
pub struct ReadError {
    message: String,
    help: String,
    code: &'static str,
    line: Option<usize>,
    path: Vec<Segment>,
}

impl ReadError {
    fn within(mut self, segment: Segment, line: usize) -> Self {
        self.path.push(segment);
        self.line.get_or_insert(line);
        self
    }

    fn at(mut self, line: usize) -> Self {
        self.line.get_or_insert(line);
        self
    }

    /// As a problem of the document.
    pub fn into_problem(mut self) -> Problem {
        self.path.reverse();
        Problem::new(self.code, self.line.unwrap_or(1), self.message).help(self.help).at(Path::from(self.path))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        // What to do stands after a dash.
        let (message, help) = message.split_once(" — ").unwrap_or((&message, "write another value"));
        Self { message: message.to_owned(), help: help.to_owned(), code: "value", line: None, path: Vec::new() }
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            de::Unexpected::Str(text) => format!("`{text}`"),
            de::Unexpected::Unit | de::Unexpected::Option => "nothing".to_owned(),
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Map => "a mapping".to_owned(),
            de::Unexpected::UnitVariant => "a word without a value".to_owned(),
            other => other.to_string(),
        };
        let expected = match expected.to_string() {
            // The only variants with a value are those of amounts.
            text if text == "newtype variant" => AMOUNT.to_owned(),
            text => text,
        };
        Self { code: "type", ..Self::custom(format!("found {found} here — write {expected}")) }
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let help = match closest(field, expected.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if expected == ["zh", "en"] => {
                "known here are: zh, en; inside `{…}` a text with a comma or colon needs quotes".to_owned()
            }
            None => format!("known here are: {}", expected.join(", ")),
        };
        Self { help, code: "unknown_key", ..Self::custom(format!("`{field}` is not known here")) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = match closest(variant, expected.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? It must be one of: {}", expected.join(", ")),
            None => format!("it must be one of: {}", expected.join(", ")),
        };
        Self { help, code: "unknown_word", ..Self::custom(format!("`{variant}` is not a word that can stand here")) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { help: format!("add `{field}:`"), code: "missing_key", ..Self::custom(format!("`{field}` is missing")) }
    }
}

macro_rules! from_text {
    ($($method:ident $visit:ident $ty:ty: $expected:literal),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            match &self.value {
                Value::Scalar { text, .. } => match text.parse::<$ty>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(wrong(self, $expected)),
                },
                _ => Err(wrong(self, $expected)),
            }
        })*
    };
}

fn wrong(node: &Node, expected: &str) -> ReadError {
    ReadError { code: "type", ..de::Error::custom(format!("found {} here — write {expected}", node.found())) }
        .at(node.line)
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => visitor.visit_unit(),
            Value::Scalar { text, .. } => visitor.visit_str(text),
            Value::Seq(items) => visitor.visit_seq(Items { items: items.iter().enumerate() }),
            Value::Map(entries) => visitor.visit_map(Entries { entries: entries.iter(), value: None }),
        }
        .map_err(|e| e.at(self.line))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => {
                visitor.visit_str(text).map_err(|e: ReadError| e.at(self.line))
            }
            _ => Err(wrong(self, "a text")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Seq(_) => self.deserialize_any(visitor),
            _ => Err(wrong(self, "a list: `[…]`, or lines that begin with `- `")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Map(_) => self.deserialize_any(visitor),
            _ => Err(wrong(self, "a mapping: `{key: value}`, or lines of `key: value`")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == "Amount" && !matches!(self.value, Value::Map(_)) {
            return Err(wrong(self, AMOUNT));
        }
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => {
                visitor.visit_enum(text.as_str().into_deserializer()).map_err(|e: ReadError| e.at(self.line))
            }
            Value::Map(entries) => match entries.as_slice() {
                [(key, line, node)] => {
                    visitor.visit_enum(Tagged { key, line: *line, node }).map_err(|e| e.at(self.line))
                }
                _ => Err(wrong(self, &format!("exactly one of the keys {}", variants.join(", ")))),
            },
            _ => Err(wrong(self, &format!("one of the words {}", variants.join(", ")))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    from_text! {
        deserialize_bool visit_bool bool: "true or false",
        deserialize_i8 visit_i8 i8: "a whole number",
        deserialize_i16 visit_i16 i16: "a whole number",
        deserialize_i32 visit_i32 i32: "a whole number",
        deserialize_i64 visit_i64 i64: "a whole number",
        deserialize_u8 visit_u8 u8: "a whole number that is not negative",
        deserialize_u16 visit_u16 u16: "a whole number that is not negative",
        deserialize_u32 visit_u32 u32: "a whole number that is not negative",
        deserialize_u64 visit_u64 u64: "a whole number that is not negative",
    }

    serde::forward_to_deserialize_any! { f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct }
}

struct Items<'de> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        self.items
            .next()
            .map(|(i, node)| seed.deserialize(node).map_err(|e| e.within(Segment::Index(i), node.line)))
            .transpose()
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, (String, usize, Node)>,
    value: Option<(&'de str, usize, &'de Node)>,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, line, node)) = self.entries.next() else { return Ok(None) };
        self.value = Some((key, *line, node));
        seed.deserialize(key.as_str().into_deserializer())
            .map(Some)
            .map_err(|e: ReadError| e.within(Segment::Key(key.clone()), *line))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        match self.value.take() {
            Some((key, line, node)) => seed.deserialize(node).map_err(|e| e.within(Segment::Key(key.to_owned()), line)),
            None => Err(de::Error::custom("a value without a key")),
        }
    }
}

struct Tagged<'de> {
    key: &'de str,
    line: usize,
    node: &'de Node,
}

impl<'de> de::EnumAccess<'de> for Tagged<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let variant = seed
            .deserialize(self.key.into_deserializer())
            .map_err(|e: ReadError| e.within(Segment::Key(self.key.to_owned()), self.line))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Tagged<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Err(wrong(self.node, "a word without a value"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self.node).map_err(|e| e.within(Segment::Key(self.key.to_owned()), self.line))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_seq(self.node, visitor)
            .map_err(|e| e.within(Segment::Key(self.key.to_owned()), self.line))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_map(self.node, visitor)
            .map_err(|e| e.within(Segment::Key(self.key.to_owned()), self.line))
    }
}
