//! The language version, names that are well formed and stand for one thing each, and words for the same value.

use std::collections::BTreeMap;

use super::super::document::AliasField;
use super::super::problem::Path;
use super::Checker;

/// A name with its place, and what it names.
type Named<'d> = (&'d str, Path, &'static str);

impl<'d> Checker<'d> {
    /// Ids, version and title.
    pub(super) fn names(&mut self) {
        let document = self.document;
        if document.kepu != 1 {
            self.add(
                "language_version",
                &Path::from("kepu"),
                format!("this program reads version 1 of the policy language, not {}", document.kepu),
                "write `kepu: 1`",
            );
        }
        if document.title.is_empty() {
            self.add("empty_text", &Path::from("title"), "the title is empty", "give the policy a title");
        }
        if document.version.trim().is_empty() {
            self.add("empty_text", &Path::from("version"), "the version is empty", "write one, such as \"2026.1\"");
        }
        self.well_formed(&document.id, &Path::from("id"));
        let mut steps = list("select", "a select", &document.select, |s| &s.id);
        steps.extend(list("rules", "a rule", &document.rules, |r| &r.id));
        steps.extend(list("limits", "a limit", &document.limits, |l| &l.id));
        self.once_each(&steps);
        self.once_each(&list("measures", "a measure", &document.measures, |m| &m.id));
        self.once_each(&list("ladders", "a ladder", &document.ladders, |l| &l.id));
        self.once_each(&list("requirements", "a requirement", &document.requirements, |r| &r.id));
        self.once_each(&list("outputs", "an output", &document.outputs, |o| &o.id));
        let calendar = Path::from("calendar");
        let within = |key: &str, ids: Vec<&'d str>, what| -> Vec<Named<'d>> {
            ids.into_iter().enumerate().map(|(i, id)| (id, calendar.then(key).then(i).then("id"), what)).collect()
        };
        self.once_each(&within("terms", document.calendar.terms.iter().map(|t| t.id.as_str()).collect(), "a term"));
        self.once_each(&within("stages", document.calendar.stages.iter().map(|s| s.id.as_str()).collect(), "a stage"));
        for (i, ladder) in document.ladders.iter().enumerate() {
            let levels = Path::from("ladders").then(i).then("levels");
            let ids = ladder.levels.iter().enumerate();
            self.once_each(
                &ids.map(|(j, l)| (l.id.as_str(), levels.then(j).then("id"), "a level")).collect::<Vec<_>>(),
            );
            for (j, _) in ladder.levels.iter().enumerate().filter(|(_, l)| l.id == "none") {
                self.add(
                    "reserved_name",
                    &levels.then(j).then("id"),
                    "`none` already stands for no level at all",
                    "give the level another id",
                );
            }
        }
        for (i, _) in document.measures.iter().enumerate().filter(|(_, m)| m.id == "total") {
            self.add(
                "reserved_name",
                &Path::from("measures").then(i).then("id"),
                "`total`, the sum of all credit that counts, is always there",
                "leave this measure out, or give it another id",
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
                format!("`{id}` cannot be an id: ids have small letters, digits, `-` and `_` only"),
                format!("write an id such as `{example}`; what people read goes into `title`"),
            );
        }
    }

    /// Well formed, and each name once.
    fn once_each(&mut self, names: &[Named<'_>]) {
        let mut first: BTreeMap<&str, &Named<'_>> = BTreeMap::new();
        for named in names {
            let (id, path, what) = named;
            self.well_formed(id, path);
            match first.get(id) {
                None => {
                    first.insert(id, named);
                }
                Some((_, earlier, earlier_what)) => self.add(
                    "duplicate_id",
                    path,
                    format!("{what} called `{id}`: {earlier} is {earlier_what} of the same id already"),
                    "give one of them another id",
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
                            format!("`{word}` stands for `{value}` here, but is a value of its own in the same list"),
                            format!("take `{word}` out of one of the two places"),
                        );
                    }
                    match meanings.insert(word, value) {
                        Some(other) if other != value => self.add(
                            "alias_twice",
                            &path.then(value.as_str()),
                            format!("`{word}` stands for `{other}` and for `{value}`"),
                            "a word can stand for one value only; take it out of one of them",
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
                format!("`{word}` is another word for `{value}`: records are read as `{value}`, so this never fits"),
                format!("write `{value}`"),
            );
        }
    }
}

fn list<'a, T>(key: &'static str, what: &'static str, items: &'a [T], id: impl Fn(&'a T) -> &'a str) -> Vec<Named<'a>> {
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
