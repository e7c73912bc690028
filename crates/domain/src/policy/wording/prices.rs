//! Prices and tables.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::condition::Range;
use super::super::document::{Factor, Price, Table};
use super::Words;
use crate::credit::Credit;
use crate::text::Lang;

impl Words<'_> {
    /// What a rule gives, from its base amount to its bounds.
    pub(super) fn price(&self, price: &Price) -> String {
        let mut amounts = Vec::new();
        amounts.extend(price.fixed.map(|n| self.credits(n)));
        let per = |n: Option<Credit>, zh: &str, en: &str| {
            n.map(|n| match self.lang {
                Lang::Zh => format!("每{zh} {}", self.credits(n)),
                Lang::En => format!("{} {en}", self.credits(n)),
            })
        };
        amounts.extend(per(price.per_hour, "小时", "an hour"));
        amounts.extend(per(price.per_minute, "分钟", "a minute"));
        amounts.extend(per(price.per_quantity, "单位数量", "for each unit of quantity"));
        amounts.extend(price.table.as_ref().map(|name| match self.lang {
            Lang::Zh => format!("按学分表“{name}”"),
            Lang::En => format!("what the table “{name}” says"),
        }));
        let mut text = amounts.join(self.say("，另加", " plus "));
        let mut add = |zh: String, en: String| {
            text.push_str(self.say("；", "; "));
            text.push_str(self.say(&zh, &en));
        };
        if let Some(free) = price.minutes_free {
            add(format!("前 {free} 分钟不计"), format!("the first {free} minutes earn nothing"));
        }
        if let Some(step) = price.minutes_step {
            add(format!("按每满 {step} 分钟计，不足部分不计"), format!("only whole blocks of {step} minutes count"));
        }
        for factor in &price.times {
            let (by, list) = (self.field(factor.by.name()), self.factor(factor));
            add(format!("按{by}乘以系数：{list}"), format!("times a factor by the {by}: {list}"));
        }
        if price.divide_by_team_size {
            add("由团队成员平分".to_owned(), "divided by the size of the team".to_owned());
        }
        if let Some(round) = &price.round {
            let round = self.rounding(round);
            add(round.clone(), round);
        }
        if let Some(least) = price.at_least {
            let least = self.credits(least);
            add(format!("每条至少 {least}"), format!("at least {least} a record"));
        }
        if let Some(most) = price.at_most {
            let most = self.credits(most);
            add(format!("每条至多 {most}"), format!("at most {most} a record"));
        }
        text
    }

    fn factor(&self, factor: &Factor) -> String {
        let mut keys: Vec<(&String, &Credit)> = factor.values.iter().collect();
        keys.sort_by_key(|(key, _)| number_of(key));
        let by = factor.by.name();
        let is = |key: &str, value: Credit| match self.lang {
            Lang::Zh => format!("{key}为 {value}"),
            Lang::En => format!("{key}: {value}"),
        };
        let mut list: Vec<String> = keys.into_iter().map(|(key, v)| is(&self.entry(by, key), *v)).collect();
        list.extend(factor.otherwise.map(|v| is(self.say("其他", "all others"), v)));
        list.extend(factor.missing.map(|v| is(self.say("未注明", "not known"), v)));
        if factor.otherwise.is_none() {
            list.push(self.say("其他不计学分", "all others earn nothing").to_owned());
        }
        list.join(self.say("，", ", "))
    }

    /// A key of a table or factor; numbers get their measure word.
    pub(super) fn entry(&self, field: &str, key: &str) -> String {
        let numeric = matches!(field, "grade" | "team_position" | "team_size" | "place" | "minutes");
        let Some(range) = Range::from_key(key).filter(|_| numeric) else { return self.value(field, key) };
        let (shown, above) = match (range.from, range.to) {
            (Some(from), Some(to)) if from == to => (from.to_string(), ""),
            (Some(from), Some(to)) => (format!("{from}–{to}"), ""),
            (Some(from), None) => (from.to_string(), self.say("及以上", " and above")),
            _ => (key.to_owned(), ""),
        };
        match (self.lang, field) {
            (Lang::Zh, "grade") => format!("{shown} 年级{above}"),
            (Lang::En, "grade") => format!("grade {shown}{above}"),
            (Lang::Zh, "team_position" | "place") => {
                format!("第 {shown} 位{}", if above.is_empty() { "" } else { "及以后" })
            }
            (Lang::En, "team_position" | "place") => format!("no. {shown}{above}"),
            (Lang::Zh, "team_size") => format!("{shown} 人{above}"),
            (Lang::En, "team_size") => format!("{shown} members{above}"),
            (Lang::Zh, "minutes") => format!("{shown} 分钟{above}"),
            (Lang::En, "minutes") => format!("{shown} minutes{above}"),
            _ => format!("{shown}{above}"),
        }
    }

    /// A table row by row, the highest first.
    pub(super) fn table(&self, name: &str, table: &Table) -> Vec<String> {
        let row_field = table.row.name();
        let by = match table.column {
            None => self.field(row_field).to_owned(),
            Some(column) => self.both(&[self.field(row_field).to_owned(), self.field(column.name()).to_owned()]),
        };
        let mut lines = vec![match self.lang {
            Lang::Zh => format!("学分表“{name}”（按{by}）："),
            Lang::En => format!("The table “{name}”, by {by}:"),
        }];
        let mut rows: Vec<(&String, &BTreeMap<String, Credit>)> = table.values.iter().collect();
        rows.sort_by_key(|(row, columns)| (number_of(row), Reverse(columns.values().max().copied())));
        let colon = self.say("：", ": ");
        for (row, columns) in rows {
            let mut cells: Vec<(&String, &Credit)> = columns.iter().collect();
            cells.sort_by_key(|(column, credit)| (number_of(column), Reverse(**credit)));
            let cells: Vec<String> = match table.column {
                None => cells.into_iter().map(|(_, credit)| self.credits(*credit)).collect(),
                Some(field) => {
                    cells.into_iter().map(|(c, credit)| format!("{} {credit}", self.entry(field.name(), c))).collect()
                }
            };
            lines.push(format!("  {}{colon}{}", self.entry(row_field, row), cells.join(self.say("，", ", "))));
        }
        let column = |word: &str| self.value(table.column.map_or("award", |c| c.name()), word);
        for (name, derived) in &table.derived {
            let (name, of, times) = (column(name), column(&derived.of), derived.times);
            lines.push(match self.lang {
                Lang::Zh => format!("  {name}：同一行{of}的 {times} 倍"),
                Lang::En => format!("  {name}: {times} times the {of} of the same row"),
            });
        }
        for map in &table.places {
            let mut awards: Vec<(&String, &String)> = map.awards.iter().collect();
            awards.sort_by_key(|(places, _)| number_of(places));
            let each: Vec<String> = awards
                .into_iter()
                .map(|(places, award)| match self.lang {
                    Lang::Zh => format!("第 {} 名视同{}", places.replace('-', "–"), self.value("award", award)),
                    Lang::En => format!("{} as {}", places.replace('-', "–"), self.value("award", award)),
                })
                .collect();
            let each = each.join(self.say("，", ", "));
            lines.push(match (self.lang, map.listed) {
                (Lang::Zh, Some(n)) => format!("  只公布名次且公布 {n} 个名次的：{each}"),
                (Lang::Zh, None) => format!("  只公布名次的其他情形：{each}"),
                (Lang::En, Some(n)) => format!("  Where a list of {n} places is published instead of awards: {each}"),
                (Lang::En, None) => format!("  Where any other list of places is published: {each}"),
            });
        }
        lines
    }
}

/// Orders keys that are numbers or ranges by their beginning; words are all alike.
fn number_of(key: &str) -> Option<Credit> {
    Range::from_key(key).and_then(|range| range.from)
}
