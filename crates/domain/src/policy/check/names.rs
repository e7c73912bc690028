//! The language version, names that are well formed and stand for one thing each, and words for the same value.

use std::collections::BTreeMap;

use super::super::document::AliasField;
use super::super::problem::Path;
use super::Checker;
use crate::text::say;

/// What a name names, in Chinese and English.
type What = (&'static str, &'static str);

const SELECT: What = ("有效条件", "a select");
const RULE: What = ("计分规则", "a rule");
const LIMIT: What = ("限额", "a limit");
const MEASURE: What = ("统计项", "a measure");
const LADDER: What = ("等级序列", "a ladder");
const LEVEL: What = ("等级", "a level");
const REQUIREMENT: What = ("要求", "a requirement");
const OUTPUT: What = ("输出结果", "an output");
const TERM: What = ("学期", "a term");
const STAGE: What = ("学段", "a stage");

/// A name with its place, and what it names.
type Named<'d> = (&'d str, Path, What);

impl<'d> Checker<'d> {
    /// Ids, version and title.
    pub(super) fn names(&mut self) {
        let document = self.document;
        if document.kepu != 1 {
            self.add(
                "language_version",
                &Path::from("kepu"),
                say(
                    format!("本程序只读学分办法语言的第 1 版，不读第 {} 版", document.kepu),
                    format!("this program reads version 1 of the policy language, not {}", document.kepu),
                ),
                say("应写 `kepu: 1`", "write `kepu: 1`"),
            );
        }
        if document.title.is_empty() {
            let (message, help) =
                (say("标题是空的", "the title is empty"), say("给办法一个标题", "give the policy a title"));
            self.add("empty_text", &Path::from("title"), message, help);
        }
        if document.version.trim().is_empty() {
            let message = say("版本是空的", "the version is empty");
            let help = say("写一个版本，如 \"2026.1\"", "write one, such as \"2026.1\"");
            self.add("empty_text", &Path::from("version"), message, help);
        }
        self.well_formed(&document.id, &Path::from("id"));
        let mut steps = list("select", SELECT, &document.select, |s| &s.id);
        steps.extend(list("rules", RULE, &document.rules, |r| &r.id));
        steps.extend(list("limits", LIMIT, &document.limits, |l| &l.id));
        self.once_each(&steps);
        self.once_each(&list("measures", MEASURE, &document.measures, |m| &m.id));
        self.once_each(&list("ladders", LADDER, &document.ladders, |l| &l.id));
        self.once_each(&list("requirements", REQUIREMENT, &document.requirements, |r| &r.id));
        self.once_each(&list("outputs", OUTPUT, &document.outputs, |o| &o.id));
        let calendar = Path::from("calendar");
        let within = |key: &str, ids: Vec<&'d str>, what| -> Vec<Named<'d>> {
            ids.into_iter().enumerate().map(|(i, id)| (id, calendar.then(key).then(i).then("id"), what)).collect()
        };
        self.once_each(&within("terms", document.calendar.terms.iter().map(|t| t.id.as_str()).collect(), TERM));
        self.once_each(&within("stages", document.calendar.stages.iter().map(|s| s.id.as_str()).collect(), STAGE));
        for (i, ladder) in document.ladders.iter().enumerate() {
            let levels = Path::from("ladders").then(i).then("levels");
            let ids = ladder.levels.iter().enumerate();
            self.once_each(&ids.map(|(j, l)| (l.id.as_str(), levels.then(j).then("id"), LEVEL)).collect::<Vec<_>>());
            for (j, _) in ladder.levels.iter().enumerate().filter(|(_, l)| l.id == "none") {
                self.add(
                    "reserved_name",
                    &levels.then(j).then("id"),
                    say("`none` 已用来表示未达到任何等级", "`none` already stands for no level at all"),
                    say("给这个等级换一个 id", "give the level another id"),
                );
            }
        }
        for (i, _) in document.measures.iter().enumerate().filter(|(_, m)| m.id == "total") {
            self.add(
                "reserved_name",
                &Path::from("measures").then(i).then("id"),
                say(
                    "`total`（总学分，即计入的学分之和）本来就有",
                    "`total`, the sum of all credit that counts, is always there",
                ),
                say("删去这个统计项，或换一个 id", "leave this measure out, or give it another id"),
            );
        }
    }

    fn well_formed(&mut self, id: &str, path: &Path) {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if id.is_empty() || !id.chars().all(fits) {
            let better: String =
                id.to_lowercase().chars().map(|c| if c == ' ' { '-' } else { c }).filter(|c| fits(*c)).collect();
            let example = if better.is_empty() { "two-hours" } else { &better };
            self.add(
                "id_format",
                path,
                say(
                    format!("`{id}` 不能作 id：id 只能由小写字母、数字、`-` 和 `_` 组成"),
                    format!("`{id}` cannot be an id: ids have small letters, digits, `-` and `_` only"),
                ),
                say(
                    format!("应写如 `{example}` 这样的 id；给人看的名称写在 `title` 中"),
                    format!("write an id such as `{example}`; what people read goes into `title`"),
                ),
            );
        }
    }

    /// Well formed, and each name once.
    fn once_each(&mut self, names: &[Named<'_>]) {
        let mut first: BTreeMap<&str, &Named<'_>> = BTreeMap::new();
        for named in names {
            let (id, path, (zh, en)) = named;
            self.well_formed(id, path);
            match first.get(id) {
                None => {
                    first.insert(id, named);
                }
                Some((_, earlier, (earlier_zh, earlier_en))) => self.add(
                    "duplicate_id",
                    path,
                    say(
                        format!("{zh} `{id}` 重名：{earlier} 处的{earlier_zh}已用了这个 id"),
                        format!("{en} called `{id}`: {earlier} is {earlier_en} of the same id already"),
                    ),
                    say("给其中一个换一个 id", "give one of them another id"),
                ),
            }
        }
    }

    /// Other words for the same value.
    pub(super) fn aliases(&mut self) {
        for (field, values) in &self.document.aliases {
            let path = Path::from("aliases").then(alias_name(*field));
            let mut meanings: BTreeMap<&str, &str> = BTreeMap::new();
            for (value, words) in values {
                for word in &words.0 {
                    if word != value && values.contains_key(word) {
                        self.add(
                            "alias_is_value",
                            &path.then(value.as_str()),
                            say(
                                format!("`{word}` 在这里表示 `{value}`，却又是同一列表中的另一个值"),
                                format!(
                                    "`{word}` stands for `{value}` here, but is a value of its own in the same list"
                                ),
                            ),
                            say(
                                format!("从两处之一删去 `{word}`"),
                                format!("take `{word}` out of one of the two places"),
                            ),
                        );
                    }
                    match meanings.insert(word, value) {
                        Some(other) if other != value => self.add(
                            "alias_twice",
                            &path.then(value.as_str()),
                            say(
                                format!("`{word}` 既表示 `{other}`，又表示 `{value}`"),
                                format!("`{word}` stands for `{other}` and for `{value}`"),
                            ),
                            say(
                                "一个词只能表示一个值，从其中一处删去",
                                "a word can stand for one value only; take it out of one of them",
                            ),
                        ),
                        _ => {}
                    }
                }
            }
        }
    }

    /// The value that `word` is another word for, where a policy must write the value.
    pub(super) fn stands_for(&self, field: AliasField, word: &str) -> Option<&'d str> {
        let values = self.document.aliases.get(&field)?;
        if values.contains_key(word) {
            return None;
        }
        values.iter().find(|(_, words)| words.contains(word)).map(|(value, _)| value.as_str())
    }

    /// A word in a condition or table that no record can have, because reading it turns it into its value.
    pub(super) fn not_an_alias(&mut self, field: AliasField, word: &str, path: &Path) {
        if let Some(value) = self.stands_for(field, word) {
            self.add(
                "alias_word",
                path,
                say(
                    format!("`{word}` 是 `{value}` 的别名：记录读入时已写成 `{value}`，所以这里永远不会符合"),
                    format!(
                        "`{word}` is another word for `{value}`: records are read as `{value}`, so this never fits"
                    ),
                ),
                say(format!("应写 `{value}`"), format!("write `{value}`")),
            );
        }
    }
}

fn list<'a, T>(key: &'static str, what: What, items: &'a [T], id: impl Fn(&'a T) -> &'a str) -> Vec<Named<'a>> {
    items.iter().enumerate().map(|(i, item)| (id(item), Path::from(key).then(i).then("id"), what)).collect()
}

const fn alias_name(field: AliasField) -> &'static str {
    match field {
        AliasField::Kind => "kind",
        AliasField::HostLevel => "host_level",
        AliasField::HostDesignation => "host_designation",
        AliasField::ContestLevel => "contest_level",
        AliasField::Award => "award",
        AliasField::Tag => "tag",
    }
}
