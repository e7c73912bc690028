//! Conditions as clauses.

use super::super::condition::{Condition, OneOf, Range};
use super::super::document::Days;
use super::super::parts::Part;
use super::Words;
use crate::text::Lang;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [(&str, &str); 7] = [
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
];

impl Words<'_> {
    /// All that a condition asks, as one clause; empty when it asks nothing.
    pub(super) fn condition(&self, condition: &Condition) -> String {
        let clauses: Vec<String> = condition.parts().into_iter().map(|part| self.part(part)).collect();
        self.and(&clauses)
    }

    fn part(&self, part: Part<'_>) -> String {
        match part {
            Part::Words(name, set) => self.one_of(name, set),
            Part::Numbers(name, range) => self.number(name, range),
            Part::Flag(name, want) => self.flag(name, want).to_owned(),
            Part::Date(days) => self.span(days),
            Part::Has(fields) => {
                let names: Vec<String> = fields.iter().map(|f| self.field(f.name()).to_owned()).collect();
                let names = self.both(&names);
                match self.lang {
                    Lang::Zh => format!("记录中注明了{names}"),
                    Lang::En => format!("the record names its {names}"),
                }
            }
            Part::All(all) => {
                let each: Vec<String> = all.iter().map(|c| self.condition(c)).collect();
                self.and(&each)
            }
            Part::Any(any) => {
                let each: Vec<String> = any.iter().map(|c| self.condition(c)).collect();
                self.any_of(&each)
            }
            Part::Not(not) => self.negated(&self.condition(not)),
        }
    }

    pub(super) fn any_of(&self, each: &[String]) -> String {
        match self.lang {
            Lang::Zh => format!("至少满足下列一项：{}", self.listed(each)),
            Lang::En => format!("at least one of these holds: {}", self.listed(each)),
        }
    }

    pub(super) fn negated(&self, clause: &str) -> String {
        match self.lang {
            Lang::Zh => format!("不属于下列情形：{clause}"),
            Lang::En => format!("this is not so: {clause}"),
        }
    }

    fn one_of(&self, name: &str, set: &OneOf) -> String {
        let words: Vec<String> = set.0.iter().map(|w| self.value(name, w)).collect();
        let list = self.either(&words);
        let field = self.field(name);
        match (self.lang, name) {
            (Lang::Zh, "host_designation") => format!("基地当天具有{list}资质"),
            (Lang::En, "host_designation") => format!("the host holds the designation {list} on that day"),
            (Lang::Zh, "tag") => format!("带有标签{list}"),
            (Lang::En, "tag") => format!("the record has the tag {list}"),
            (Lang::Zh, "person_tag") => format!("本人带有标签{list}"),
            (Lang::En, "person_tag") => format!("the person has the tag {list}"),
            (Lang::Zh, "person_kind") => format!("本人为{list}"),
            (Lang::En, "person_kind") => format!("the person is a {list}"),
            (Lang::Zh, "rule") => format!("按{list}计分"),
            (Lang::En, "rule") => format!("it is priced by {list}"),
            (Lang::Zh, "term") => format!("在{list}"),
            (Lang::En, "term") => format!("it falls in the {list}"),
            (Lang::Zh, _) => format!("{field}为{list}"),
            (Lang::En, _) => format!("the {field} is {list}"),
        }
    }

    fn number(&self, name: &str, range: &Range) -> String {
        let field = self.field(name);
        // The least there can be: the condition asks only that it is known.
        let least = i64::from(!matches!(name, "minutes" | "quantity"));
        let always = !matches!(name, "grade" | "age" | "month" | "weekday")
            && range.to.is_none()
            && range.from.is_none_or(|from| from <= crate::credit::Credit::whole(least));
        if always {
            return match self.lang {
                Lang::Zh => format!("记录中注明了{field}"),
                Lang::En => format!("the {field} is known"),
            };
        }
        match (self.lang, name) {
            (Lang::Zh, "minutes") => format!("时长{}", self.between(range, " 分钟")),
            (Lang::En, "minutes") => format!("it lasts {}", self.between(range, " minutes")),
            (Lang::Zh, "grade") => format!("本人年级{}", self.between(range, " 年级")),
            (Lang::En, "grade") => format!("the person's grade is {}", self.between(range, "")),
            (Lang::Zh, "age") => format!("本人年龄{}", self.between(range, " 周岁")),
            (Lang::En, "age") => format!("the person is aged {}", self.between(range, "")),
            (Lang::Zh, "month") => format!("月份{}", self.between(range, " 月")),
            (Lang::En, "month") => format!("the month is {}", self.named_span(range, |n| MONTHS.get(n).copied())),
            (Lang::Zh, "weekday") => format!("当天为{}", self.named_span(range, |n| DAYS.get(n).map(|d| d.0))),
            (Lang::En, "weekday") => format!("the day is {}", self.named_span(range, |n| DAYS.get(n).map(|d| d.1))),
            (Lang::Zh, _) => format!("{field}{}", self.between(range, "")),
            (Lang::En, _) => format!("the {field} is {}", self.between(range, "")),
        }
    }

    /// `不少于 30 分钟`, `from 5 to 9`.
    fn between(&self, range: &Range, unit: &str) -> String {
        match (self.lang, range.from, range.to) {
            (Lang::Zh, Some(from), Some(to)) if from == to => format!("为 {from}{unit}"),
            (Lang::En, Some(from), Some(to)) if from == to => format!("{from}{unit}"),
            (Lang::Zh, Some(from), Some(to)) => format!("为 {from} 至 {to}{unit}"),
            (Lang::En, Some(from), Some(to)) => format!("from {from} to {to}{unit}"),
            (Lang::Zh, Some(from), None) => format!("不低于 {from}{unit}"),
            (Lang::En, Some(from), None) => format!("at least {from}{unit}"),
            (Lang::Zh, None, Some(to)) => format!("不超过 {to}{unit}"),
            (Lang::En, None, Some(to)) => format!("at most {to}{unit}"),
            (Lang::Zh, None, None) => "已知".to_owned(),
            (Lang::En, None, None) => "known".to_owned(),
        }
    }

    /// A span of months or weekdays by their names; numbers where there is no name.
    fn named_span(&self, range: &Range, name: impl Fn(usize) -> Option<&'static str>) -> String {
        let name = |n: crate::credit::Credit| {
            let index = usize::try_from(n.milli().checked_div(1000).unwrap_or(0).saturating_sub(1)).ok();
            index.and_then(&name).map_or_else(|| n.to_string(), str::to_owned)
        };
        match (range.from.map(name), range.to.map(name)) {
            (Some(from), Some(to)) if from == to => from,
            (Some(from), Some(to)) => match self.lang {
                Lang::Zh => format!("{from}至{to}"),
                Lang::En => format!("from {from} to {to}"),
            },
            (Some(from), None) => match self.lang {
                Lang::Zh => format!("{from}及以后"),
                Lang::En => format!("{from} or later"),
            },
            (None, Some(to)) => match self.lang {
                Lang::Zh => format!("{to}及以前"),
                Lang::En => format!("{to} or earlier"),
            },
            (None, None) => self.say("已知", "known").to_owned(),
        }
    }

    fn flag(&self, name: &str, want: bool) -> &'static str {
        match (self.lang, name, want) {
            (Lang::Zh, "voluntary", true) => "自愿参加",
            (Lang::Zh, "voluntary", false) => "非自愿参加",
            (Lang::En, "voluntary", true) => "taking part was voluntary",
            (Lang::En, "voluntary", false) => "taking part was not voluntary",
            (Lang::Zh, "school_day", true) => "在校时间内",
            (Lang::Zh, "school_day", false) => "在校时间之外",
            (Lang::En, "school_day", true) => "it was within the school day",
            (Lang::En, "school_day", false) => "it was outside the school day",
            (Lang::Zh, _, true) => "基地当天具有资质",
            (Lang::Zh, _, false) => "基地当天没有资质",
            (Lang::En, _, true) => "the host holds a designation on that day",
            (Lang::En, _, false) => "the host holds no designation on that day",
        }
    }

    pub(super) fn span(&self, days: Days) -> String {
        match (self.lang, days.from, days.to) {
            (Lang::Zh, Some(from), Some(to)) => format!("日期在 {from} 至 {to} 之间"),
            (Lang::En, Some(from), Some(to)) => format!("the day is from {from} to {to}"),
            (Lang::Zh, Some(from), None) => format!("日期在 {from} 及以后"),
            (Lang::En, Some(from), None) => format!("the day is {from} or later"),
            (Lang::Zh, None, Some(to)) => format!("日期在 {to} 及以前"),
            (Lang::En, None, Some(to)) => format!("the day is {to} or earlier"),
            (Lang::Zh, None, None) => "任何日期".to_owned(),
            (Lang::En, None, None) => "on any day".to_owned(),
        }
    }
}
