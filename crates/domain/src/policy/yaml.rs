//! YAML as a tree that remembers its lines, and a serde reader of that tree whose errors say where and what to do.
//!
//! Scalars stay text until a type asks for them, so `0.1` never passes through a float.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

use super::problem::{Path, Place, Problem, Segment, closest};
use crate::text::{Text, Told, say, tell};

/// Nodes of a document at the most; an alias counts what it stands for. Real policies have a few thousand.
const MOST_NODES: usize = 200_000;
/// Levels of nesting at the most.
const DEEPEST: usize = 64;

/// One value of the document with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// Where it begins.
    pub place: Place,
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
    /// A mapping in the order written: key, where the key stands, value.
    Map(Vec<(String, Place, Node)>),
}

impl Node {
    /// Reads one document.
    ///
    /// # Errors
    /// Not YAML, a key twice, a key that is no scalar, more than one document, or too large a document.
    pub fn read(text: &str) -> Result<Self, Box<Problem>> {
        let mut builder = Builder { stack: Vec::new(), anchors: HashMap::new(), root: None, nodes: 0 };
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|e| not_yaml(text, place(e.marker()), e.info()))?;
            builder.event(event, place(&span.start))?;
        }
        builder.root.ok_or_else(|| {
            Problem::new("empty", Place::START, say("文档是空的", "the document is empty"))
                .help(say("以 `kepu: 1` 开头", "start with `kepu: 1`"))
                .into()
        })
    }

    /// Where the value at `path`, or the nearest thing around it, is written: at its key, if it has one.
    pub fn place_of(&self, path: &Path) -> Place {
        let mut node = self;
        let mut place = node.place;
        for segment in path.segments() {
            let next = match (&node.value, segment) {
                (Value::Map(entries), Segment::Key(key)) => {
                    entries.iter().find(|(k, ..)| k == key).map(|(_, place, node)| (*place, node))
                }
                (Value::Seq(items), Segment::Index(i)) => items.get(*i).map(|n| (n.place, n)),
                _ => None,
            };
            match next {
                Some((at, n)) => (place, node) = (at, n),
                None => break,
            }
        }
        place
    }

    fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    fn found(&self) -> de::Unexpected<'_> {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => de::Unexpected::Unit,
            Value::Scalar { text, .. } => de::Unexpected::Str(text),
            Value::Seq(_) => de::Unexpected::Seq,
            Value::Map(_) => de::Unexpected::Map,
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

fn place(marker: &Marker) -> Place {
    Place { line: marker.line(), column: marker.col().saturating_add(1) }
}

/// What the reader of YAML stumbled over; it knows what it wanted, not what the author did.
fn not_yaml(text: &str, place: Place, info: &str) -> Problem {
    let indentation = |line: &str| line.len().saturating_sub(line.trim_start().len());
    let tab = text
        .lines()
        .take(place.line.saturating_add(1))
        .position(|l| l.get(..indentation(l)).unwrap_or("").contains('\t'));
    if let Some(before) = tab {
        let message = say("这一行以制表符（Tab）开头", "a tab stands at the beginning of this line");
        return Problem::new("tab", Place { line: before.saturating_add(1), column: 1 }, message)
            .help(say("YAML 用空格缩进，把制表符换成空格", "YAML is indented with spaces; replace the tab by spaces"));
    }
    if let Some((place, key)) = wide_colon_at(text, place.line) {
        let (message, help) = wide_colon(key);
        return Problem::new("wide_colon", place, message).help(help);
    }
    let message = say(format!("不符合 YAML 的写法：{}", stumbled(info)), format!("this is not YAML: {info}"));
    Problem::new("yaml", place, message).help(say(
        "检查这一行和上一行的缩进、冒号、括号和引号",
        "look at indentation, colons, brackets and quotes on this line and the one above",
    ))
}

/// The key of `key：…`: a colon as input methods for Chinese write it makes neither a key nor a value.
fn before_wide_colon(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    let (key, _) = line.split_once('：')?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(is_key)).then_some(key)
}

/// The colon of that kind over which a reader stumbles on this line: it notices a key without its colon only afterwards.
fn wide_colon_at(text: &str, line: usize) -> Option<(Place, &str)> {
    const BEFORE: usize = 3;
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).take(line).collect();
    let written = lines.into_iter().rev().filter(|(_, text)| {
        let text = text.trim_start();
        !text.is_empty() && !text.starts_with('#')
    });
    written.take(BEFORE).find_map(|(line, text)| {
        let key = before_wide_colon(text)?;
        let column = text.chars().take_while(|c| *c != '：').count().saturating_add(1);
        Some((Place { line, column }, key))
    })
}

/// What is wrong with it, and what to do.
fn wide_colon(key: &str) -> (Text, Text) {
    let message = say(
        format!("`{key}` 后面是中文冒号 `：`，YAML 不认它"),
        format!("`{key}` is followed by a Chinese colon `：`, which YAML does not know"),
    );
    let help = say(
        format!("换成英文冒号，后面留一个空格：`{key}: …`"),
        format!("write a plain colon with a blank after it: `{key}: …`"),
    );
    (message, help)
}

/// What the reader of YAML says, in Chinese, by what it speaks of.
fn stumbled(info: &str) -> &'static str {
    const SPOKEN_OF: [(&str, &str); 21] = [
        ("unprintable", "有无法显示的字符"),
        ("eof", "文档没有写完"),
        ("unknown escape character", "双引号内有不认识的转义写法"),
        ("hexadecimal", "双引号内有不认识的转义写法"),
        ("end of stream", "引号没有配对"),
        ("trailing content after double-quoted", "引号后面还有多余的内容"),
        ("quoted scalar", "引号内的写法不对"),
        ("flow mapping", "花括号内缺少逗号，或花括号没有配对"),
        ("flow sequence", "方括号内缺少逗号，或方括号没有配对"),
        ("bracket", "括号没有配对"),
        ("mapping values are not allowed", "这里不应有冒号，或缩进不对"),
        ("mapping keys are not allowed", "这里不应有键"),
        ("':'", "缺少冒号，或冒号的位置不对"),
        ("expected key", "这里应为键，可能缩进不对"),
        ("block collection", "这里应为以 - 开头的一项，可能缩进不对"),
        ("block sequence", "这里不应有以 - 开头的一项"),
        ("anchor", "锚点（& 或 *）的写法不对"),
        ("tab", "有制表符（Tab）"),
        ("directive", "指令（%）的写法不对"),
        (" tag", "标签（!）的写法不对"),
        ("indent", "缩进不对"),
    ];
    SPOKEN_OF.iter().find(|(word, _)| info.contains(word)).map_or("这里无法读懂", |(_, zh)| zh)
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
    key: Option<(String, Place)>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, place: Place) -> Result<(), Box<Problem>> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.push(Node { value, place }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(Value::Seq(Vec::new()), place, anchor),
            Event::MappingStart(anchor, _) => self.open(Value::Map(Vec::new()), place, anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => self.push(open.node, open.anchor),
                None => Ok(()),
            },
            Event::Alias(id) => {
                let node = self.anchors.get(&id).cloned().ok_or_else(|| {
                    let message =
                        say("这个别名（*）引用的锚点还没有写完", "this alias names an anchor that is not complete");
                    Problem::new("yaml", place, message)
                        .help(say("不要在锚点自己的内容里引用它", "take the alias out of what its anchor stands for"))
                })?;
                self.nodes = self.nodes.saturating_add(node.count());
                self.push(node, 0)
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                let message = say("这里又开始了一份文档", "a second document starts here");
                Err(Problem::new("yaml", place, message)
                    .help(say("每个文件只写一份办法", "keep one policy a file"))
                    .into())
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

    fn open(&mut self, value: Value, place: Place, anchor: usize) -> Result<(), Box<Problem>> {
        if self.stack.len() >= DEEPEST {
            let message = say(format!("嵌套超过 {DEEPEST} 层"), format!("nested deeper than {DEEPEST} levels"));
            return Err(Problem::new("too_deep", place, message).help(say("减少嵌套的层数", "nest less")).into());
        }
        self.stack.push(Open { node: Node { value, place }, anchor, key: None });
        Ok(())
    }

    fn push(&mut self, node: Node, anchor: usize) -> Result<(), Box<Problem>> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MOST_NODES {
            let message = say(format!("超过 {MOST_NODES} 个值"), format!("more than {MOST_NODES} values"));
            let help = say("精简文档", "make the document smaller");
            return Err(Problem::new("too_large", node.place, message).help(help).into());
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
            (Value::Map(entries), Some((key, place))) => entries.push((key, place, node)),
            (Value::Map(entries), None) => {
                let Value::Scalar { text, .. } = node.value else {
                    let message = say("键必须是一个词", "a key must be a plain word");
                    let help = say("在冒号前只写一个词", "write one word before the colon");
                    return Err(Problem::new("yaml", node.place, message).help(help).into());
                };
                if let Some((_, first, _)) = entries.iter().find(|(k, ..)| *k == text) {
                    let message = say(
                        format!("`{text}` 写了两次，第一次在第 {} 行", first.line),
                        format!("`{text}` is written twice; the first is on line {}", first.line),
                    );
                    let help = say("只保留其中一个", "keep one of them");
                    let path = self.path().then(text.as_str());
                    return Err(Problem::new("duplicate_key", node.place, message).help(help).at(path).into());
                }
                open.key = Some((text, node.place));
            }
            (Value::Scalar { .. }, _) => {}
        }
        Ok(())
    }
}

/// How an amount with its unit is written.
const AMOUNT: (&str, &str) = (
    "带单位的数量，如 `{records: 3}`、`{credits: 2}` 或 `{hours: 10}`",
    "an amount with its unit, such as `{records: 3}`, `{credits: 2}` or `{hours: 10}`",
);
/// Stands between what is wrong and what to do.
const DASH: &str = " — ";

/// What serde found wrong, with the path to it, innermost first.
///
/// Serde's errors are made from what can be displayed. So that they come in both languages, readers hand over a [`Told`],
/// and name what they expect by [`crate::text::tell`]: both are displayed twice, once for each language.
#[derive(Debug)]
pub struct ReadError {
    /// In a box, as every value that is read might have been this instead.
    said: Box<Said>,
    code: &'static str,
    place: Option<Place>,
    path: Vec<Segment>,
}

#[derive(Debug)]
struct Said {
    message: Text,
    help: Text,
}

impl ReadError {
    fn new(code: &'static str, message: Text, help: Text) -> Self {
        Self { said: Box::new(Said { message, help }), code, place: None, path: Vec::new() }
    }

    fn within(mut self, segment: Segment, place: Place) -> Self {
        self.path.push(segment);
        self.place.get_or_insert(place);
        self
    }

    fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// As a problem of the document.
    pub fn into_problem(mut self) -> Problem {
        self.path.reverse();
        let Said { message, help } = *self.said;
        Problem::new(self.code, self.place.unwrap_or(Place::START), message).help(help).at(Path::from(self.path))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said.message.en)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(told: T) -> Self {
        let (zh, en) = (format!("{told:#}"), told.to_string());
        let zh = if zh == en { "此处的值无法读取" } else { &zh };
        let (zh, zh_help) = zh.rsplit_once(DASH).unwrap_or((zh, "改写此处的值"));
        let (en, en_help) = en.rsplit_once(DASH).unwrap_or((&en, "write another value"));
        Self::new("value", say(zh, en), say(zh_help, en_help))
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        if let de::Unexpected::Str(text) = found
            && let Some(key) = before_wide_colon(text)
        {
            let (message, help) = wide_colon(key);
            return Self::new("wide_colon", message, help);
        }
        let found = match found {
            de::Unexpected::Str(text) => say(format!("此处为 `{text}`"), format!("`{text}`")),
            de::Unexpected::Unit | de::Unexpected::Option => say("此处没有值", "nothing"),
            de::Unexpected::Seq => say("此处是列表", "a list"),
            de::Unexpected::Map => say("此处是键值对", "a mapping"),
            de::Unexpected::UnitVariant => say("此处是没有值的词", "a word without a value"),
            other => say("此处的值类型不对", other.to_string()),
        };
        let (zh, en) = (format!("{expected:#}"), expected.to_string());
        let (zh, en) = match en.as_str() {
            // The only variants with a value are those of amounts.
            "newtype variant" => AMOUNT,
            _ if zh == en => ("另一种值", en.as_str()),
            _ => (zh.as_str(), en.as_str()),
        };
        let told = say(format!("{}{DASH}应写{zh}", found.zh), format!("found {} here{DASH}write {en}", found.en));
        Self { code: "type", ..Self::custom(Told(told)) }
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        if let Some(key) = before_wide_colon(field) {
            let (message, help) = wide_colon(key);
            return Self::new("wide_colon", message, help);
        }
        let help = match closest(field, expected.iter().copied()) {
            Some(near) => say(format!("是否应为 `{near}`？"), format!("did you mean `{near}`?")),
            None if expected == ["zh", "en"] => say(
                "此处可用的键有：zh、en；`{…}` 内的文本如含逗号或冒号，须加引号",
                "known here are: zh, en; inside `{…}` a text with a comma or colon needs quotes",
            ),
            None => say(
                format!("此处可用的键有：{}", expected.join("、")),
                format!("known here are: {}", expected.join(", ")),
            ),
        };
        let message = say(format!("此处没有 `{field}` 这个键"), format!("`{field}` is not known here"));
        Self::new("unknown_key", message, help)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let one_of =
            say(format!("只能是其中之一：{}", expected.join("、")), format!("must be one of: {}", expected.join(", ")));
        let help = match closest(variant, expected.iter().copied()) {
            Some(near) => {
                say(format!("是否应为 `{near}`？{}", one_of.zh), format!("did you mean `{near}`? It {}", one_of.en))
            }
            None => say(one_of.zh, format!("it {}", one_of.en)),
        };
        let message =
            say(format!("`{variant}` 不是此处可用的词"), format!("`{variant}` is not a word that can stand here"));
        Self::new("unknown_word", message, help)
    }

    fn missing_field(field: &'static str) -> Self {
        let message = say(format!("缺少 `{field}`"), format!("`{field}` is missing"));
        let help = say(format!("写上 `{field}:`"), format!("add `{field}:`"));
        Self::new("missing_key", message, help)
    }
}

macro_rules! from_text {
    ($($method:ident $visit:ident $ty:ty: $zh:literal $en:literal),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            match &self.value {
                Value::Scalar { text, .. } => match text.parse::<$ty>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(wrong(self, $zh, $en)),
                },
                _ => Err(wrong(self, $zh, $en)),
            }
        })*
    };
}

/// Another value than the one that is there is expected.
fn wrong(node: &Node, zh: &str, en: &str) -> ReadError {
    <ReadError as de::Error>::invalid_type(node.found(), &Wanted { zh, en }).at(node.place)
}

struct Wanted<'t> {
    zh: &'t str,
    en: &'t str,
}

impl de::Expected for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tell(f, self.zh, self.en)
    }
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
        .map_err(|e| e.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => {
                visitor.visit_str(text).map_err(|e: ReadError| e.at(self.place))
            }
            _ => Err(wrong(self, "文本", "a text")),
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
            _ => {
                Err(wrong(self, "列表：`[…]`，或以 `- ` 开头的若干行", "a list: `[…]`, or lines that begin with `- `"))
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Map(_) => self.deserialize_any(visitor),
            _ => Err(wrong(
                self,
                "键值对：`{key: value}`，或若干行 `key: value`",
                "a mapping: `{key: value}`, or lines of `key: value`",
            )),
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
            return Err(wrong(self, AMOUNT.0, AMOUNT.1));
        }
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => {
                visitor.visit_enum(text.as_str().into_deserializer()).map_err(|e: ReadError| e.at(self.place))
            }
            Value::Map(entries) => match entries.as_slice() {
                [(key, place, node)] => {
                    visitor.visit_enum(Tagged { key, place: *place, node }).map_err(|e| e.at(self.place))
                }
                _ => Err(wrong(
                    self,
                    &format!("下列键中的一个，且只能有一个：{}", variants.join("、")),
                    &format!("exactly one of the keys {}", variants.join(", ")),
                )),
            },
            _ => Err(wrong(
                self,
                &format!("下列词之一：{}", variants.join("、")),
                &format!("one of the words {}", variants.join(", ")),
            )),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    from_text! {
        deserialize_bool visit_bool bool: " true 或 false" "true or false",
        deserialize_i8 visit_i8 i8: "整数" "a whole number",
        deserialize_i16 visit_i16 i16: "整数" "a whole number",
        deserialize_i32 visit_i32 i32: "整数" "a whole number",
        deserialize_i64 visit_i64 i64: "整数" "a whole number",
        deserialize_u8 visit_u8 u8: "不小于零的整数" "a whole number that is not negative",
        deserialize_u16 visit_u16 u16: "不小于零的整数" "a whole number that is not negative",
        deserialize_u32 visit_u32 u32: "不小于零的整数" "a whole number that is not negative",
        deserialize_u64 visit_u64 u64: "不小于零的整数" "a whole number that is not negative",
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
            .map(|(i, node)| seed.deserialize(node).map_err(|e| e.within(Segment::Index(i), node.place)))
            .transpose()
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, (String, Place, Node)>,
    value: Option<(&'de str, Place, &'de Node)>,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, place, node)) = self.entries.next() else { return Ok(None) };
        self.value = Some((key, *place, node));
        seed.deserialize(key.as_str().into_deserializer())
            .map(Some)
            .map_err(|e: ReadError| e.within(Segment::Key(key.clone()), *place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        match self.value.take() {
            Some((key, place, node)) => {
                seed.deserialize(node).map_err(|e| e.within(Segment::Key(key.to_owned()), place))
            }
            None => Err(de::Error::custom(Told(say("有值而没有键", "a value without a key")))),
        }
    }
}

struct Tagged<'de> {
    key: &'de str,
    place: Place,
    node: &'de Node,
}

impl<'de> de::EnumAccess<'de> for Tagged<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let variant = seed
            .deserialize(self.key.into_deserializer())
            .map_err(|e: ReadError| e.within(Segment::Key(self.key.to_owned()), self.place))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Tagged<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Err(wrong(self.node, "一个不带值的词", "a word without a value"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self.node).map_err(|e| e.within(Segment::Key(self.key.to_owned()), self.place))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_seq(self.node, visitor)
            .map_err(|e| e.within(Segment::Key(self.key.to_owned()), self.place))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_map(self.node, visitor)
            .map_err(|e| e.within(Segment::Key(self.key.to_owned()), self.place))
    }
}
