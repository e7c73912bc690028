//! Tables of credit: keys that a record can have, columns that exist, places that stand for awards.

use std::collections::BTreeMap;

use super::super::condition::Range;
use super::super::document::{PlaceMap, Table, WordField};
use super::super::facts::alias_of;
use super::super::parts::overlap;
use super::super::problem::Path;
use super::{Checker, did_you_mean};
use crate::credit::Credit;
use crate::text::say;

impl Checker<'_> {
    pub(super) fn tables(&mut self) {
        for (name, table) in &self.document.tables {
            let path = Path::from("tables").then(name.as_str());
            self.table(name, table, &path);
        }
    }

    fn table(&mut self, name: &str, table: &Table, path: &Path) {
        let values = path.then("values");
        if table.values.values().all(BTreeMap::is_empty) {
            self.add(
                "empty_table",
                &values,
                say(format!("学分表 `{name}` 没有任何值"), format!("the table `{name}` has no value")),
                say(
                    "写上一行，如 `national: {first: 24, second: 20}`",
                    "write a row such as `national: {first: 24, second: 20}`",
                ),
            );
        }
        self.keys_of(table.row, table.values.keys(), &values);
        for (row, columns) in &table.values {
            let path = values.then(row.as_str());
            for (column, credit) in columns {
                self.credit(Some(*credit), &path.then(column.as_str()));
            }
            match table.column {
                Some(field) => self.keys_of(field, columns.keys(), &path),
                None => self.only_credit(table, columns, &path),
            }
        }
        self.derived(table, &path.then("derived"));
        self.places(table, &path.then("places"));
    }

    /// Without `column` a row holds one value, under `credit`.
    fn only_credit(&mut self, table: &Table, columns: &BTreeMap<String, Credit>, path: &Path) {
        let is_source = |column: &str| table.derived.values().any(|d| d.of == column);
        for column in columns.keys().filter(|c| *c != "credit" && !is_source(c)) {
            self.add(
                "table_column",
                &path.then(column.as_str()),
                say(
                    format!("学分表没有写 `column`，所以永远读不到 `{column}`"),
                    format!("the table has no `column`, so `{column}` is never read"),
                ),
                say(
                    "用 `column:` 写明按哪个字段选列，或把每行唯一的值写在 `credit` 下",
                    "say `column:` with the field that picks it, or write the one value of each row under `credit`",
                ),
            );
        }
    }

    fn derived(&mut self, table: &Table, path: &Path) {
        let own: Vec<&str> = table.values.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
        for (column, derived) in &table.derived {
            let path = path.then(column.as_str());
            self.factor_value(Some(derived.times), &path.then("times"));
            let source = derived.of.as_str();
            let mut rows = table.values.values().filter(|row| row.contains_key(source)).peekable();
            if rows.peek().is_none() {
                let (message, help) = if table.derived.contains_key(source) {
                    let message = say(
                        format!("`{column}` 由 `{source}` 算出，而 `{source}` 本身也是算出的"),
                        format!("`{column}` is computed from `{source}`, but `{source}` is computed itself"),
                    );
                    (message, say("改由各行中写出的列来算", "compute it from a column that stands in the rows"))
                } else {
                    let message = say(
                        format!("`{column}` 由 `{source}` 算出，而没有哪一行有这一列"),
                        format!("`{column}` is computed from `{source}`, which no row has"),
                    );
                    (message, did_you_mean(source, own.iter().copied()))
                };
                self.add("unknown_column", &path.then("of"), message, help);
            } else if rows.all(|row| row.contains_key(column)) {
                self.add(
                    "derived_exists",
                    &path,
                    say(
                        format!("每一行都写了自己的 `{column}`，所以永远不会去算"),
                        format!("every row has its own `{column}`, so it is never computed"),
                    ),
                    say("从各行中删去它，或从 `derived` 中删去它", "take it out of the rows, or out of `derived`"),
                );
            }
            if let Some(field) = table.column.and_then(alias_of) {
                self.not_an_alias(field, column, &path);
            }
        }
    }

    fn places(&mut self, table: &Table, path: &Path) {
        let by_row = table.row == WordField::Award;
        let by_column = table.column == Some(WordField::Award);
        if !table.places.is_empty() && !by_row && !by_column {
            self.add(
                "places_without_award",
                path,
                say(
                    "名次要视同奖项，但 `row` 和 `column` 都不是 `award`",
                    "places stand for awards, but neither `row` nor `column` is `award`",
                ),
                say("应写 `column: award`，或删去 `places`", "write `column: award`, or take `places` out"),
            );
            return;
        }
        let mut awards: Vec<&str> = Vec::new();
        if by_row {
            awards.extend(table.values.keys().map(String::as_str));
        }
        if by_column {
            awards.extend(table.values.values().flat_map(BTreeMap::keys).map(String::as_str));
            awards.extend(table.derived.keys().map(String::as_str));
        }
        awards.sort_unstable();
        awards.dedup();
        for (i, map) in table.places.iter().enumerate() {
            self.place_map(map, &awards, &path.then(i));
            let shadowed = table.places.iter().take(i).any(|m| m.listed == map.listed || m.listed.is_none());
            let taken = |place: &String| {
                let Some(range) = Range::from_key(place) else { return false };
                let earlier = table.places.iter().take(i).filter(|m| m.listed == map.listed || m.listed.is_none());
                earlier.flat_map(|m| m.awards.keys()).filter_map(|k| Range::from_key(k)).any(|r| overlap(&r, &range))
            };
            if shadowed && map.awards.keys().any(taken) {
                self.add(
                    "overlapping_ranges",
                    &path.then(i),
                    say(
                        "`places` 中前面的一项已规定了其中一些名次视同何奖",
                        "an earlier entry of `places` already says what some of these places stand for",
                    ),
                    say(
                        "有 `listed` 的写在前面，每种名次数只写一次",
                        "put entries with `listed` first, each number of places once",
                    ),
                );
            }
        }
    }

    fn place_map(&mut self, map: &PlaceMap, awards: &[&str], path: &Path) {
        let entries = path.then("awards");
        if map.awards.is_empty() {
            let message = say("这里没有规定任何名次视同何奖", "no place stands for an award here");
            let help = say("写法如 `{1-2: first, 3-5: second}`", "write `{1-2: first, 3-5: second}`");
            self.add("empty_table", &entries, message, help);
        }
        self.number_keys(map.awards.keys(), &entries, true);
        for (places, award) in &map.awards {
            let path = entries.then(places.as_str());
            let Some(range) = Range::from_key(places) else { continue };
            if range.from.is_some_and(|from| from < Credit::ONE) {
                let message = say("名次从 1 开始", "places begin at 1");
                self.add("bad_range", &path, message, say("改正范围", "mend the range"));
            }
            let listed = map.listed.map(|n| Credit::whole(i64::from(n)));
            let highest = range.to.or(range.from);
            if let (Some(listed), Some(highest)) = (listed, highest)
                && highest > listed
            {
                self.add(
                    "beyond_listed",
                    &path,
                    say(
                        format!("只公布 {listed} 个名次，没有第 {highest} 名"),
                        format!("the list has {listed} places, so there is no place {highest}"),
                    ),
                    say("改正范围，或改正 `listed`", "mend the range or `listed`"),
                );
            }
            if !awards.contains(&award.as_str()) {
                let help = did_you_mean(award, awards.iter().copied());
                let message = say(format!("学分表中没有奖项 `{award}`"), format!("no row has the award `{award}`"));
                self.add("unknown_award", &path, message, help);
            }
        }
    }

    /// Keys of a table or factor, as a record's field can have them.
    pub(super) fn keys_of<'k>(
        &mut self,
        field: WordField,
        keys: impl Iterator<Item = &'k String> + Clone,
        path: &Path,
    ) {
        match field {
            WordField::Grade
            | WordField::TeamPosition
            | WordField::TeamSize
            | WordField::Place
            | WordField::Minutes => self.number_keys(keys, path, false),
            WordField::Stage => keys.for_each(|key| self.known_stage(key, &path.then(key.as_str()))),
            WordField::PersonKind => keys.for_each(|key| self.known_person_kind(key, &path.then(key.as_str()))),
            _ => {
                if let Some(alias) = alias_of(field) {
                    keys.for_each(|key| self.not_an_alias(alias, key, &path.then(key.as_str())));
                }
            }
        }
    }

    /// Keys that are numbers or ranges of them, each number once. A single number goes before a range around it, unless
    /// `strict`.
    fn number_keys<'k>(&mut self, keys: impl Iterator<Item = &'k String>, path: &Path, strict: bool) {
        let mut read: Vec<(&str, Range)> = Vec::new();
        for key in keys {
            let here = path.then(key.as_str());
            let Some(range) = Range::from_key(key) else {
                self.add(
                    "bad_range",
                    &here,
                    say(format!("`{key}` 既不是数字，也不是范围"), format!("`{key}` is neither a number nor a range")),
                    say("应写 `3`、`2-4` 或 `5+`", "write `3`, `2-4` or `5+`"),
                );
                continue;
            };
            self.range(&range, &here);
            let single = |r: &Range| r.from == r.to;
            let clash = read
                .iter()
                .find(|(_, earlier)| overlap(earlier, &range) && (strict || single(earlier) == single(&range)));
            if let Some((earlier, _)) = clash {
                self.add(
                    "overlapping_ranges",
                    &here,
                    say(
                        format!("`{earlier}` 和 `{key}` 有相同的数"),
                        format!("`{earlier}` and `{key}` share a number"),
                    ),
                    say("每个数只属于其中一个", "each number belongs to one of them"),
                );
            }
            read.push((key, range));
        }
    }
}
