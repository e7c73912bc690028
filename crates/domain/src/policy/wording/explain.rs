//! A policy as numbered sentences, step by step, for people who will never read YAML.

use super::super::Policy;
use super::super::document::{
    CountOf, Enough, Force, Keep, Key, Ladder, Limit, Measure, Output, Period, Requirement, Rule, Select, SumOf, Take,
};
use super::{Words, spaced};
use crate::text::Lang;

/// The policy in sentences: headings, numbered sentences, and rows of tables (which begin with two spaces).
pub fn explain(policy: &Policy, lang: Lang) -> Vec<String> {
    let document = policy.document();
    let words = Words { lang, document };
    let mut page = Page { words, lines: Vec::new(), number: 0 };
    page.opening();
    page.eligible();
    page.selects();
    page.rules();
    page.limits();
    page.measures();
    page.ladders();
    page.requirements();
    page.outputs();
    page.sources();
    match lang {
        Lang::Zh => page.lines.iter().map(|line| spaced(line)).collect(),
        Lang::En => page.lines,
    }
}

/// The sentence about one requirement; none if the policy has none of this name.
pub fn explain_requirement(policy: &Policy, id: &str, lang: Lang) -> Option<String> {
    let document = policy.document();
    let words = Words { lang, document };
    let requirement = document.requirements.iter().find(|one| one.id == id)?;
    Some(told(lang, &words.required(requirement)))
}

/// The sentences about one ladder; none if the policy has none of this name.
pub fn explain_ladder(policy: &Policy, id: &str, lang: Lang) -> Option<Vec<String>> {
    let document = policy.document();
    let words = Words { lang, document };
    let (first, levels) = words.rungs(document.ladders.iter().find(|one| one.id == id)?);
    Some(std::iter::once(&first).chain(&levels).map(|line| told(lang, line)).collect())
}

fn told(lang: Lang, line: &str) -> String {
    match lang {
        Lang::Zh => spaced(line),
        Lang::En => line.to_owned(),
    }
}

struct Page<'p> {
    words: Words<'p>,
    lines: Vec<String>,
    number: u32,
}

impl Page<'_> {
    fn heading(&mut self, zh: &str, en: &str) {
        self.lines.push(self.words.say(&format!("【{zh}】"), &format!("[{en}]")).to_owned());
    }

    fn sentence(&mut self, text: &str) {
        self.number = self.number.saturating_add(1);
        let stop = if text.ends_with(['。', '.', ':', '：']) { "" } else { self.words.say("。", ".") };
        self.lines.push(format!("{}. {text}{stop}", self.number));
    }

    fn opening(&mut self) {
        let document = self.words.document;
        let lang = self.words.lang;
        let title = document.title.get(lang);
        self.lines.push(match lang {
            Lang::Zh => format!("{title}（版本 {}）", document.version),
            Lang::En => format!("{title} (version {})", document.version),
        });
        if document.illustrative {
            let mark = self.words.say(
                "【示意值】本办法中的数值仅为示意，并非任何主管部门公布的数值。",
                "[Illustrative values] The values in this policy are for illustration; no authority has published them.",
            );
            self.lines.push(mark.to_owned());
        }
        self.lines.extend(document.note.as_ref().map(|note| note.get(lang).to_owned()));
    }

    fn eligible(&mut self) {
        let (words, document) = (self.words, self.words.document);
        self.heading("谁可以获得学分", "Who may earn credit");
        if document.eligible.is_empty() {
            self.sentence(words.say("所有人都可以获得学分", "Everybody may earn credit"));
        } else {
            let clause = words.condition(&document.eligible);
            self.sentence(&match words.lang {
                Lang::Zh => format!("须满足：{clause}"),
                Lang::En => format!("Credit is earned where {clause}"),
            });
        }
        let days = document.effective;
        if days.from.is_some() || days.to.is_some() {
            let span = words.span(days);
            self.sentence(&match words.lang {
                Lang::Zh => format!("只计{span}的记录"),
                Lang::En => format!("Records count where {span}"),
            });
        }
    }

    fn selects(&mut self) {
        let document = self.words.document;
        if document.select.is_empty() {
            return;
        }
        self.heading("哪些记录有效", "Which records count");
        for select in &document.select {
            let text = self.words.select(select);
            self.sentence(&text);
        }
    }

    fn rules(&mut self) {
        let document = self.words.document;
        self.heading("每条记录计多少学分", "What each record earns");
        if document.rules.len() > 1 {
            let text = self.words.say(
                "按下列顺序对照，适用最先符合的一条；都不符合的记录不计学分",
                "The first of these rules that fits a record applies; a record that fits none earns nothing",
            );
            self.sentence(text);
        }
        for rule in &document.rules {
            let text = self.words.rule(rule);
            self.sentence(&text);
        }
        for (name, table) in &document.tables {
            let mut lines = self.words.table(name, table).into_iter();
            if let Some(first) = lines.next() {
                self.sentence(&first);
            }
            self.lines.extend(lines);
        }
    }

    fn limits(&mut self) {
        let document = self.words.document;
        if document.limits.is_empty() {
            return;
        }
        self.heading("限额，按顺序执行", "Limits, in this order");
        for limit in &document.limits {
            let text = self.words.limit(limit);
            self.sentence(&text);
        }
    }

    fn measures(&mut self) {
        let document = self.words.document;
        self.heading("统计项", "What is measured");
        let total = self.words.say("总学分是计入的学分之和", "The total credit is the sum of the credit that counts");
        self.sentence(total);
        for measure in &document.measures {
            let text = self.words.measured(measure);
            self.sentence(&text);
        }
    }

    fn ladders(&mut self) {
        let document = self.words.document;
        if document.ladders.is_empty() {
            return;
        }
        self.heading("等级", "Levels");
        for ladder in &document.ladders {
            let (first, levels) = self.words.rungs(ladder);
            self.sentence(&first);
            self.lines.extend(levels);
        }
    }

    fn requirements(&mut self) {
        let document = self.words.document;
        if document.requirements.is_empty() {
            return;
        }
        self.heading("要求", "Requirements");
        for requirement in &document.requirements {
            let text = self.words.required(requirement);
            self.sentence(&text);
        }
    }

    fn outputs(&mut self) {
        let document = self.words.document;
        if document.outputs.is_empty() {
            return;
        }
        self.heading("输出结果", "Outputs");
        for output in &document.outputs {
            let text = self.words.output(output);
            self.sentence(&text);
        }
    }

    fn sources(&mut self) {
        let document = self.words.document;
        if document.sources.is_empty() {
            return;
        }
        self.heading("来源", "Sources");
        for source in &document.sources {
            let mut text = source.title.get(self.words.lang).to_owned();
            if !source.url.is_empty() {
                text = match self.words.lang {
                    Lang::Zh => format!("{text}，{}", source.url),
                    Lang::En => format!("{text}, {}", source.url),
                };
            }
            if let Some(date) = source.date {
                text = match self.words.lang {
                    Lang::Zh => format!("{text}（{date}）"),
                    Lang::En => format!("{text} ({date})"),
                };
            }
            self.number = self.number.saturating_add(1);
            self.lines.push(format!("{}. {text}", self.number));
        }
    }
}

impl Words<'_> {
    fn select(&self, select: &Select) -> String {
        let name = self.named(select.title.as_ref(), &select.id);
        let (when, require) = (self.condition(&select.when), self.condition(&select.require));
        let soft = select.force == Force::Soft;
        match self.lang {
            Lang::Zh => {
                let when = if when.is_empty() { String::new() } else { format!("{when}的记录，") };
                let else_ = if soft {
                    "；不符合的先计入并作标记，由管理人员决定"
                } else {
                    "；不符合的不计"
                };
                format!("{name}：{when}须满足：{require}{else_}")
            }
            Lang::En => {
                let when = if when.is_empty() { String::new() } else { format!("where {when}, ") };
                let else_ = if soft {
                    "; a record that fails counts for now and is flagged for an official to decide"
                } else {
                    "; a record that fails does not count"
                };
                format!("{name}: {when}it must hold that {require}{else_}")
            }
        }
    }

    fn rule(&self, rule: &Rule) -> String {
        let name = self.named(rule.title.as_ref(), &rule.id);
        let (when, price) = (self.condition(&rule.when), self.price(&rule.credit));
        let shared = |c: &&String| self.document.rules.iter().filter(|r| r.category.as_ref() == Some(*c)).count() > 1;
        let category = rule.category.as_ref().filter(shared).map(|c| self.value("category", c));
        match self.lang {
            Lang::Zh => {
                let when = if when.is_empty() { String::new() } else { format!("{when}的，") };
                let category = category.map(|c| format!("（类别：{c}）")).unwrap_or_default();
                format!("{name}{category}：{when}计 {price}").replace("计 按", "按")
            }
            Lang::En => {
                let when = if when.is_empty() { "each record".to_owned() } else { format!("where {when}, a record") };
                let category = category.map(|c| format!(" (category: {c})")).unwrap_or_default();
                format!("{name}{category}: {when} earns {price}")
            }
        }
    }

    fn limit(&self, limit: &Limit) -> String {
        let name = self.named(limit.title.as_ref(), &limit.id);
        let (of, most) = (self.condition(&limit.of), self.amount(limit.at_most));
        let keys: Vec<String> = limit.within.iter().filter(|k| **k != Key::Lifetime).map(|k| self.key(k)).collect();
        let soft = limit.force == Force::Soft;
        match self.lang {
            Lang::Zh => {
                let of = if of.is_empty() { String::new() } else { format!("{of}的记录，") };
                let same: Vec<String> = keys.iter().map(|k| format!("同一{k}")).collect();
                let within = if same.is_empty() { "合计".to_owned() } else { format!("{}内", same.join("、")) };
                let first = if limit.keep == Keep::Highest { "学分高的先计" } else { "先发生的先计" };
                let rest = if soft {
                    "超出部分先计入并作标记，由管理人员决定"
                } else {
                    "超出部分不计"
                };
                format!("{name}：{of}{within}最多计 {most}，{first}，{rest}")
            }
            Lang::En => {
                let of = if of.is_empty() { String::new() } else { format!(" of the records where {of},") };
                let within =
                    if keys.is_empty() { "in all".to_owned() } else { format!("for the same {}", self.both(&keys)) };
                let first = if limit.keep == Keep::Highest { "the highest first" } else { "the earliest first" };
                let rest = if soft {
                    "what exceeds it counts for now and is flagged for an official to decide"
                } else {
                    "what exceeds it does not count"
                };
                let verb = if most.starts_with("1 ") { "counts" } else { "count" };
                format!("{name}:{of} at most {most} {verb} {within}, {first}; {rest}")
            }
        }
    }

    fn summed(&self, sum: SumOf) -> &'static str {
        match (self.lang, sum) {
            (Lang::Zh, SumOf::Credits) => "学分",
            (Lang::Zh, SumOf::Hours) => "小时数",
            (Lang::Zh, SumOf::Minutes) => "分钟数",
            (Lang::Zh, SumOf::Quantity) => "数量",
            (Lang::Zh, SumOf::RawCredits) => "限额前学分",
            (Lang::En, SumOf::Credits) => "credits",
            (Lang::En, SumOf::Hours) => "hours",
            (Lang::En, SumOf::Minutes) => "minutes",
            (Lang::En, SumOf::Quantity) => "quantity",
            (Lang::En, SumOf::RawCredits) => "credits before limits",
        }
    }

    fn measured(&self, measure: &Measure) -> String {
        let name = self.named(measure.title.as_ref(), &measure.id);
        let what = self.what_is_measured(measure);
        let mut text = match self.lang {
            Lang::Zh => format!("{name}：{what}"),
            Lang::En => format!("{name}: {what}"),
        };
        let mut add = |zh: String, en: String| {
            text.push_str(self.say("，", ", "));
            text.push_str(self.say(&zh, &en));
        };
        if !measure.of.is_empty() {
            let of = self.condition(&measure.of);
            add(format!("只统计{of}的记录"), format!("over the records where {of}"));
        }
        if let Some(best) = measure.best {
            add(format!("只取最高的 {best} 条"), format!("taking only the best {best}"));
        }
        if let Some(pick) = &measure.period {
            let period = self.period(pick.of);
            match pick.take {
                Take::Current => add(format!("只看当前{period}"), format!("in the current {period} only")),
                Take::Best => add(format!("取最多的一个{period}"), format!("in the {period} that has the most")),
                Take::Worst => add(
                    format!("取有记录的{period}中最少的一个"),
                    format!("in the {period} that has the least, among those with any record"),
                ),
            }
        }
        if let Some(by) = measure.divide_by {
            add(format!("除以 {by}"), format!("divided by {by}"));
        }
        if let Some(round) = &measure.round {
            let round = self.rounding(round);
            add(round.clone(), round);
        }
        if let Some(least) = measure.at_least {
            add(format!("最低为 {least}"), format!("never less than {least}"));
        }
        if let Some(most) = measure.at_most {
            add(format!("最高为 {most}"), format!("never more than {most}"));
        }
        text
    }

    fn what_is_measured(&self, measure: &Measure) -> String {
        let zh = self.lang == Lang::Zh;
        let list = |ids: &[String]| self.both(&ids.iter().map(|id| self.measure(id)).collect::<Vec<_>>());
        if let Some(sum) = measure.sum {
            let what = self.summed(sum);
            if zh {
                format!("计入记录的{what}之和")
            } else {
                format!("the sum of the {what} of the records that count")
            }
        } else if let Some(CountOf::Records) = measure.count {
            self.say("计入的记录条数", "the number of records that count").to_owned()
        } else if let Some(key) = &measure.distinct {
            if zh {
                format!("计入的记录涉及的不同{}的个数", self.key(key))
            } else {
                format!("the number of different {} among the records that count", self.keys_en(key))
            }
        } else if let Some(sum) = measure.highest {
            let what = self.summed(sum);
            if zh { format!("单条记录最高的{what}") } else { format!("the most {what} of any one record") }
        } else if let Some(enough) = &measure.streak {
            self.enough(enough, "最多连续多少个", "the longest run of consecutive ")
        } else if let Some(enough) = &measure.periods {
            self.enough(enough, "共有多少个", "the number of ")
        } else if let Some(weighted) = &measure.weighted {
            let each: Vec<String> = weighted.iter().map(|(id, w)| format!("{} × {w}", self.measure(id))).collect();
            each.join(" + ")
        } else if let Some(ids) = &measure.smallest {
            if zh { format!("{}中最小的一个", list(ids)) } else { format!("the smallest of {}", list(ids)) }
        } else if let Some(ids) = &measure.largest {
            if zh { format!("{}中最大的一个", list(ids)) } else { format!("the largest of {}", list(ids)) }
        } else if let Some(points) = &measure.points {
            let (test, value) = (self.test(&points.when), points.value);
            if zh {
                format!("若{test}，为 {value}，否则为 0")
            } else {
                format!("{value} where {test}, otherwise 0")
            }
        } else {
            String::new()
        }
    }

    /// `最多连续多少个月份至少有 2 条记录`, `the longest run of consecutive months with at least 2 records`.
    fn enough(&self, enough: &Enough, zh: &str, en: &str) -> String {
        let least = enough.at_least.map_or_else(|| self.say("1 条记录", "1 record").to_owned(), |n| self.amount(n));
        let months: Vec<String> = enough.skip_months.iter().map(u32::to_string).collect();
        match self.lang {
            Lang::Zh => {
                let skip = if months.is_empty() {
                    String::new()
                } else {
                    format!("（{} 月不算，也不中断）", months.join("、"))
                };
                format!("{zh}{}至少有 {least}{skip}", self.period_zh(enough.of))
            }
            Lang::En => {
                let skip = if months.is_empty() {
                    String::new()
                } else {
                    format!(" (months {} neither count nor break a run)", self.both(&months))
                };
                format!("{en}{}s with at least {least}{skip}", self.period(enough.of))
            }
        }
    }

    fn period_zh(&self, period: Period) -> &'static str {
        if period == Period::Month { "月份" } else { self.period(period) }
    }

    fn rungs(&self, ladder: &Ladder) -> (String, Vec<String>) {
        let name = self.named(ladder.title.as_ref(), &ladder.id);
        let measure = ladder.measure.as_deref().unwrap_or("total");
        let first = match (self.lang, ladder.step_by_step) {
            (Lang::Zh, false) => format!("{name}，由低到高，取达到的最高一级："),
            (Lang::Zh, true) => format!("{name}，由低到高，须逐级达到："),
            (Lang::En, false) => format!("{name}, from the lowest to the highest; the highest that is reached holds:"),
            (Lang::En, true) => format!("{name}, from the lowest to the highest; each needs all below it:"),
        };
        let levels = ladder.levels.iter().map(|level| {
            let mut clauses = Vec::new();
            clauses.extend(level.at_least.map(|n| match self.lang {
                Lang::Zh => format!("{}不少于 {}", self.measure(measure), self.in_unit(n, measure)),
                Lang::En => format!("{} is at least {}", self.measure(measure), self.in_unit(n, measure)),
            }));
            clauses.extend(level.when.as_ref().map(|test| self.test(test)));
            let colon = self.say("：", ": ");
            format!("  {}{colon}{}", self.named(level.title.as_ref(), &level.id), self.and(&clauses))
        });
        (first, levels.collect())
    }

    fn required(&self, requirement: &Requirement) -> String {
        let name = self.named(requirement.title.as_ref(), &requirement.id);
        let (whom, test) = (self.condition(&requirement.applies_to), self.test(&requirement.when));
        match (self.lang, whom.is_empty()) {
            (Lang::Zh, true) => format!("{name}：{test}"),
            (Lang::Zh, false) => format!("{name}（适用于{whom}的人员）：{test}"),
            (Lang::En, true) => format!("{name}: {test}"),
            (Lang::En, false) => format!("{name} (applies where {whom}): {test}"),
        }
    }

    fn output(&self, output: &Output) -> String {
        let name = self.named(output.title.as_ref(), &output.id);
        let colon = self.say("：", ": ");
        if !output.words.is_empty() {
            let each: Vec<String> = output
                .words
                .iter()
                .map(|word| match (self.lang, &word.when) {
                    (Lang::Zh, Some(test)) => format!("{}，为“{}”", self.test(test), word.word),
                    (Lang::Zh, None) => format!("其余为“{}”", word.word),
                    (Lang::En, Some(test)) => format!("“{}” where {}", word.word, self.test(test)),
                    (Lang::En, None) => format!("otherwise “{}”", word.word),
                })
                .collect();
            let order = self.say("依次判断", "the first that fits of");
            return format!("{name}{colon}{order}{colon}{}", each.join(self.say("；", "; ")));
        }
        if let Some(ladder) = &output.ladder {
            let mut each: Vec<String> = Vec::new();
            let found = self.document.ladders.iter().find(|l| l.id == *ladder);
            for level in found.iter().flat_map(|l| &l.levels) {
                let word = output.values.get(&level.id).unwrap_or(&level.id);
                each.push(match self.lang {
                    Lang::Zh => format!("{}为“{word}”", self.level(ladder, &level.id)),
                    Lang::En => format!("“{word}” for {}", self.level(ladder, &level.id)),
                });
            }
            each.extend(output.values.get("none").map(|word| match self.lang {
                Lang::Zh => format!("未达到任何等级为“{word}”"),
                Lang::En => format!("“{word}” for no level"),
            }));
            let by = self.ladder(ladder);
            return match self.lang {
                Lang::Zh => format!("{name}：按{by}的等级，{}", each.join("，")),
                Lang::En => format!("{name}: by the level on {by}, {}", each.join(", ")),
            };
        }
        let mut text = format!("{name}{colon}{}", self.measure(output.measure.as_deref().unwrap_or("total")));
        for (sign, n) in [("×", output.times), ("÷", output.divide_by), ("+", output.plus)] {
            if let Some(n) = n {
                text.push_str(&[" ", sign, " ", &n.to_string()].concat());
            }
        }
        let mut add = |more: &str| {
            text.push_str(self.say("，", ", "));
            text.push_str(more);
        };
        if let Some(round) = &output.round {
            add(&self.rounding(round));
        }
        if let Some(least) = output.at_least {
            add(&[self.say("最低 ", "never less than "), &least.to_string()].concat());
        }
        if let Some(most) = output.at_most {
            add(&[self.say("最高 ", "never more than "), &most.to_string()].concat());
        }
        text
    }
}
