//! Why a line is what it is, and what is missing, in words.

use super::super::condition::Mismatch;
use super::super::reason::Reason;
use super::super::sheet::{Missing, Need, NextLevel, RequirementOutcome};
use super::super::{Policy, document::Rule};
use super::{Words, spaced};
use crate::credit::Credit;
use crate::text::Lang;

impl Reason {
    /// In plain words, with the titles of the policy's rules.
    pub fn text(&self, lang: Lang, policy: &Policy) -> String {
        let words = Words { lang, document: policy.document() };
        words.finish(&words.reason(self))
    }
}

impl Missing {
    /// What is missing, in plain words.
    pub fn text(&self, lang: Lang, policy: &Policy) -> String {
        let words = Words { lang, document: policy.document() };
        words.finish(&words.missing(self))
    }
}

impl NextLevel {
    /// The way to the next level of a ladder, in plain words.
    pub fn text(&self, lang: Lang, policy: &Policy, ladder: &str) -> String {
        let words = Words { lang, document: policy.document() };
        let level = words.level(ladder, &self.level);
        let short = words.all_missing(&self.missing, self.shortfall);
        words.finish(&match lang {
            Lang::Zh => format!("距{level}：{short}"),
            Lang::En => format!("To {level}: {short}"),
        })
    }
}

impl RequirementOutcome {
    /// Whether it is met, and what is missing, in plain words.
    pub fn text(&self, lang: Lang, policy: &Policy) -> String {
        let words = Words { lang, document: policy.document() };
        let name = words.requirement(&self.id);
        let short = words.all_missing(&self.missing, self.shortfall);
        words.finish(&match (lang, self.met) {
            (Lang::Zh, true) => format!("{name}已达到"),
            (Lang::En, true) => format!("{name} is met"),
            (Lang::Zh, false) => format!("{name}未达到：{short}"),
            (Lang::En, false) => format!("{name} is not met: {short}"),
        })
    }
}

impl Words<'_> {
    fn finish(&self, text: &str) -> String {
        match self.lang {
            Lang::Zh => spaced(text),
            Lang::En => text.to_owned(),
        }
    }

    fn reason(&self, reason: &Reason) -> String {
        let zh = self.lang == Lang::Zh;
        match reason {
            Reason::CountedByRule { rule, credit, formula } => {
                let (name, earned) = (self.step(rule), self.credits(*credit));
                let formula = self.formula(rule, formula);
                let how = match (zh, formula == credit.to_string() || formula.is_empty()) {
                    (_, true) => String::new(),
                    (true, false) => format!("（{formula}）"),
                    (false, false) => format!(" ({formula})"),
                };
                if zh { format!("按{name}计 {earned}{how}") } else { format!("{name} gives {earned}{how}") }
            }
            Reason::AfterAsOf { as_of } if zh => format!("发生在统计日 {as_of} 之后，未计入"),
            Reason::AfterAsOf { as_of } => format!("It is later than {as_of}, the day as of which the score is asked"),
            Reason::OutsideWindow { from, to } => {
                let span = self.span(super::super::document::Days { from: *from, to: *to });
                if zh {
                    format!("不在办法有效期内（{span}）")
                } else {
                    format!("It is outside the policy's time: records count where {span}")
                }
            }
            Reason::NotEligible(mismatch) => {
                let why = self.mismatch(mismatch);
                if zh {
                    format!("本人当时不在适用范围内：{why}")
                } else {
                    format!("The person may not earn credit on that day: {why}")
                }
            }
            Reason::ConditionFailed { select, mismatch } => {
                let (name, why) = (self.step(select), self.mismatch(mismatch));
                if zh { format!("不符合{name}：{why}") } else { format!("{name} is not satisfied: {why}") }
            }
            Reason::DesignationLater { select, designation, from } => {
                let (name, held) = (self.step(select), self.designation(designation));
                if zh {
                    format!("不符合{name}：基地的{held}自 {from} 起才有效")
                } else {
                    format!("{name} is not satisfied: the host's {held} began only on {from}")
                }
            }
            Reason::DesignationEnded { select, designation, to } => {
                let (name, held) = (self.step(select), self.designation(designation));
                if zh {
                    format!("不符合{name}：基地的{held}已于 {to} 到期")
                } else {
                    format!("{name} is not satisfied: the host's {held} had ended on {to}")
                }
            }
            Reason::NoRule => {
                self.say("没有适用的计分规则，不计学分", "No rule fits this record, so it earns nothing").to_owned()
            }
            Reason::MissingFact { rule, field } => {
                let (name, field) = (self.step(rule), self.field(field));
                if zh {
                    format!("按{name}计分需要{field}，但记录中没有")
                } else {
                    format!("{name} needs the {field}, which the record does not have")
                }
            }
            Reason::NotInTable { rule, table, row, column } => {
                let (name, pair) = (self.step(rule), self.pair(table, row, column));
                if zh {
                    format!("{name}的学分表中没有{pair}这一项，不计学分")
                } else {
                    format!("The table of {name} has no entry for {pair}, so it earns nothing")
                }
            }
            Reason::PlaceNotMapped { rule, place, listed } => {
                let name = self.step(rule);
                match (zh, listed) {
                    (true, Some(n)) => format!("{name}没有规定公布 {n} 个名次时第 {place} 名视同何奖，不计学分"),
                    (true, None) => format!("{name}没有规定第 {place} 名视同何奖（未注明公布的名次数），不计学分"),
                    (false, Some(n)) => {
                        format!("{name} does not say which award place {place} of {n} stands for, so it earns nothing")
                    }
                    (false, None) => format!(
                        "{name} does not say which award place {place} stands for (how many places are listed is not known), so it earns nothing"
                    ),
                }
            }
            Reason::NoFactor { rule, field, value } => {
                let (name, value, field) = (self.step(rule), self.value(field, value), self.field(field));
                if zh {
                    format!("{name}没有规定{field}为 {value} 时的系数，不计学分")
                } else {
                    format!("{name} has no factor for the {field} {value}, so it earns nothing")
                }
            }
            Reason::CutByLimit { limit, from, to, at_most, taken_by } => self.cut(limit, *from, *to, at_most, taken_by),
            Reason::Flagged { rule, mismatch } => {
                let name = self.step(rule);
                let why = mismatch.as_ref().map(|m| self.mismatch(m));
                match (zh, why) {
                    (true, Some(why)) => format!("不符合{name}（{why}），先计入，待管理人员决定"),
                    (true, None) => format!("超出{name}，先计入，待管理人员决定"),
                    (false, Some(why)) => {
                        format!("{name} is not satisfied ({why}); it counts until an official decides")
                    }
                    (false, None) => format!("It exceeds {name}; it counts until an official decides"),
                }
            }
            Reason::Waived { rule } => {
                let name = self.step(rule);
                if zh {
                    format!("{name}已获豁免，照常计入")
                } else {
                    format!("{name} was waived, so it counts")
                }
            }
            Reason::Enforced { rule } => {
                let name = self.step(rule);
                if zh { format!("{name}已决定执行") } else { format!("{name} was enforced") }
            }
        }
    }

    fn cut(&self, limit: &str, from: Credit, to: Credit, at_most: &str, taken_by: &[String]) -> String {
        const SHOWN: usize = 5;
        let (name, most) = (self.step(limit), self.amount_text(at_most));
        let shown = taken_by.iter().take(SHOWN).cloned().collect::<Vec<_>>();
        let more = taken_by.len() > SHOWN;
        let (before, after) = (self.credits(from), self.credits(to));
        match self.lang {
            Lang::Zh => {
                let taken = match (shown.is_empty(), more) {
                    (true, _) => String::new(),
                    (false, false) => format!("，额度已由记录 {} 占用", shown.join("、")),
                    (false, true) => format!("，额度已由记录 {} 等 {} 条占用", shown.join("、"), taken_by.len()),
                };
                let cut =
                    if to.is_zero() { format!("原 {before} 不计") } else { format!("由 {before} 减为 {after}") };
                format!("因{name}（最多 {most}）{cut}{taken}")
            }
            Lang::En => {
                let taken = match (shown.len(), more) {
                    (0, _) => String::new(),
                    (1, false) => format!("; record {} took the room", shown.concat()),
                    (_, false) => format!("; records {} took the room", self.both(&shown)),
                    (_, true) => format!("; {} records took the room: {} …", taken_by.len(), shown.join(", ")),
                };
                let cut = if to.is_zero() {
                    format!("its {before} {} not count", if from == Credit::ONE { "does" } else { "do" })
                } else {
                    format!("cut from {before} to {after}")
                };
                format!("By {name} (at most {most}) {cut}{taken}")
            }
        }
    }

    /// `2 credits` as reasons carry it, in words.
    fn amount_text(&self, text: &str) -> String {
        let Some((number, unit)) = text.split_once(' ') else { return text.to_owned() };
        let Ok(n) = number.parse::<Credit>() else { return text.to_owned() };
        match unit {
            "records" => self.counted(n, "条记录", "record", "records"),
            "credits" => self.credits(n),
            "hours" => self.counted(n, "小时", "hour", "hours"),
            _ => text.to_owned(),
        }
    }

    fn designation(&self, name: &str) -> String {
        let name = self.value("host_designation", name);
        match self.lang {
            Lang::Zh => format!("{name}资质"),
            Lang::En if name.is_empty() => "designation".to_owned(),
            Lang::En => format!("designation {name}"),
        }
    }

    fn rule_of(&self, id: &str) -> Option<&Rule> {
        self.document.rules.iter().find(|r| r.id == id)
    }

    fn pair(&self, table: &str, row: &str, column: &str) -> String {
        let table = self.document.tables.get(table);
        let row = table.map_or_else(|| row.to_owned(), |t| self.entry(t.row.name(), row));
        let Some(field) = table.and_then(|t| t.column) else { return format!("“{row}”") };
        format!("“{row}{}{}”", self.say("、", ", "), self.entry(field.name(), column))
    }

    /// How a price came about: the symbols stay, the words are put into the language.
    fn formula(&self, rule: &str, formula: &str) -> String {
        let mut text = formula.to_owned();
        if let Some(name) = self.rule_of(rule).and_then(|r| r.credit.table.as_ref()) {
            let opening = format!("{name}[");
            if let Some((before, rest)) = text.clone().split_once(&opening)
                && let Some((inside, after)) = rest.split_once(']')
            {
                let (row, column) = inside.split_once(" × ").unwrap_or((inside, ""));
                text = format!("{before}{}{after}", self.pair(name, row, column));
            }
        }
        let (sum, kept) = text.split_once("; ").unwrap_or((&text, ""));
        let sum = match self.lang {
            Lang::Zh => minutes_paid(sum).replace("/min", "/分钟").replace("/h", "/小时").replace(" min", " 分钟"),
            Lang::En => sum.to_owned(),
        };
        let kept = kept.split("; ").filter(|part| !part.is_empty()).map(|part| self.kept(part));
        std::iter::once(sum).chain(kept).collect::<Vec<_>>().join(self.say("，", ", "))
    }

    /// What rounding or a bound did: `round 0.5 down`, `at most 4`.
    fn kept(&self, part: &str) -> String {
        let zh = self.lang == Lang::Zh;
        if let Some((step, mode)) = part.strip_prefix("round ").and_then(|rest| rest.split_once(' ')) {
            return match (mode, zh) {
                ("down", true) => format!("向下取到 {step} 的整数倍"),
                ("up", true) => format!("向上取到 {step} 的整数倍"),
                ("half_down", true) => format!("五舍六入到 {step} 的整数倍"),
                ("half_even", true) => format!("四舍六入五成双到 {step} 的整数倍"),
                (_, true) => format!("四舍五入到 {step} 的整数倍"),
                ("down", false) => format!("rounded down to a multiple of {step}"),
                ("up", false) => format!("rounded up to a multiple of {step}"),
                ("half_down", false) => format!("rounded to a multiple of {step}, halves down"),
                ("half_even", false) => format!("rounded to a multiple of {step}, halves to even"),
                (_, false) => format!("rounded to a multiple of {step}"),
            };
        }
        match (part.strip_prefix("at most "), part.strip_prefix("at least ")) {
            (Some(most), _) if zh => format!("最多 {most}"),
            (_, Some(least)) if zh => format!("最少 {least}"),
            _ => part.to_owned(),
        }
    }

    /// What was expected and what was found.
    fn mismatch(&self, mismatch: &Mismatch) -> String {
        let Mismatch { field, expected, found } = mismatch;
        let zh = self.lang == Lang::Zh;
        match field.as_str() {
            "has" => {
                let name = self.field(expected);
                return if zh {
                    format!("记录中没有注明{name}")
                } else {
                    format!("the record does not name its {name}")
                };
            }
            "not" => {
                let what = self.pairs(expected);
                return if zh {
                    format!("属于被排除的情形（{what}）")
                } else {
                    format!("it is one of the cases left out ({what})")
                };
            }
            "any" => {
                let (wanted, had) = (self.pairs(expected), self.pairs(found));
                return if zh {
                    format!("应至少满足一项（{wanted}），实际为（{had}）")
                } else {
                    format!("at least one should hold ({wanted}), but it has ({had})")
                };
            }
            "all" => return self.say("不满足全部条件", "not all of the conditions hold").to_owned(),
            "voluntary" | "school_day" | "host_designated" => return self.wrong_flag(field, expected, found),
            _ => {}
        }
        let (name, wanted, had) = (self.field(field), self.side(field, expected), self.side(field, found));
        let is = if wanted.starts_with('不') { "" } else { "为" };
        match (zh, had.is_empty()) {
            (true, true) => format!("{name}应{is}{wanted}，记录中没有"),
            (true, false) => format!("{name}应{is}{wanted}，实际为{had}"),
            (false, true) => format!("the {name} should be {wanted}, but there is none"),
            (false, false) => format!("the {name} should be {wanted}, but is {had}"),
        }
    }

    fn wrong_flag(&self, field: &str, expected: &str, found: &str) -> String {
        match (self.lang, field, expected == "true", found.is_empty()) {
            (Lang::Zh, "voluntary", true, true) => "应为自愿参加，记录中没有注明",
            (Lang::Zh, "voluntary", true, false) => "应为自愿参加，实际不是",
            (Lang::Zh, "voluntary", false, true) => "应为非自愿参加，记录中没有注明",
            (Lang::Zh, "voluntary", false, false) => "应为非自愿参加，实际为自愿参加",
            (Lang::Zh, "school_day", true, true) => "应在校时间内，记录中没有注明",
            (Lang::Zh, "school_day", true, false) => "应在校时间内，实际在校时间之外",
            (Lang::Zh, "school_day", false, true) => "应在校时间之外，记录中没有注明",
            (Lang::Zh, "school_day", false, false) => "应在校时间之外，实际在校时间内",
            (Lang::Zh, _, true, _) => "基地当天没有资质",
            (Lang::Zh, _, false, _) => "基地当天具有资质，而这里要求没有",
            (Lang::En, "voluntary", true, true) => "it should be voluntary, but the record does not say",
            (Lang::En, "voluntary", true, false) => "it should be voluntary, but was not",
            (Lang::En, "voluntary", false, true) => "it should not be voluntary, but the record does not say",
            (Lang::En, "voluntary", false, false) => "it should not be voluntary, but was",
            (Lang::En, "school_day", true, true) => "it should be within the school day, but the record does not say",
            (Lang::En, "school_day", true, false) => "it should be within the school day, but was outside",
            (Lang::En, "school_day", false, true) => "it should be outside the school day, but the record does not say",
            (Lang::En, "school_day", false, false) => "it should be outside the school day, but was within",
            (Lang::En, _, true, _) => "the host holds no designation on that day",
            (Lang::En, _, false, _) => "the host holds a designation on that day, and should not",
        }
        .to_owned()
    }

    /// One side of a comparison: words as the policy's readers know them, spans of days as days.
    fn side(&self, field: &str, text: &str) -> String {
        if field == "date"
            && let Some((from, to)) = text.split_once('…')
        {
            return match (self.lang, from.is_empty(), to.is_empty()) {
                (Lang::Zh, false, true) => format!(" {from} 及以后"),
                (Lang::Zh, true, false) => format!(" {to} 及以前"),
                (Lang::Zh, ..) => format!(" {from} 至 {to}"),
                (Lang::En, false, true) => format!("{from} or later"),
                (Lang::En, true, false) => format!("{to} or earlier"),
                (Lang::En, ..) => format!("from {from} to {to}"),
            };
        }
        let words: Vec<String> = text.split(" / ").filter(|w| !w.is_empty()).map(|w| self.value(field, w)).collect();
        let text = self.either(&words);
        text.replace('≥', self.say("不低于", "at least")).replace('≤', self.say("不超过", "at most"))
    }

    /// `kind: practice | host_level: district` in words.
    fn pairs(&self, text: &str) -> String {
        let one = |pair: &str| match pair.split_once(": ") {
            Some((field, value)) => {
                let field = field.strip_prefix("not ").unwrap_or(field);
                let side = self.side(field, value);
                let not = if pair.starts_with("not ") { self.say("非", "not ") } else { "" };
                match self.lang {
                    Lang::Zh => format!("{}{not}{}", self.field(field), if side.is_empty() { "未注明" } else { &side }),
                    Lang::En => {
                        format!("{} {not}{}", self.field(field), if side.is_empty() { "not given" } else { &side })
                    }
                }
            }
            None => self.field(pair.trim_end_matches(':')).to_owned(),
        };
        let each: Vec<String> = text.split(" | ").flat_map(|side| side.split(", ")).map(one).collect();
        each.join(self.say("；", "; "))
    }

    fn missing(&self, missing: &Missing) -> String {
        let name = self.measure(&missing.measure);
        let amount = |n: Credit| self.in_unit(n, &missing.measure);
        let (have, needed) = (amount(missing.have), amount(missing.needed));
        let zh = self.lang == Lang::Zh;
        match (missing.need, missing.short) {
            (Need::Other, _) => self.say("另有条件不满足", "another condition does not hold").to_owned(),
            (Need::AtLeast, short) => {
                let short = amount(short.unwrap_or_else(|| missing.needed.shortfall(missing.have)));
                if zh {
                    format!("{name}还差 {short}（现有 {have}，需要 {needed}）")
                } else {
                    format!("{name} is {short} short (has {have}, needs {needed})")
                }
            }
            (Need::AtMost, _) if zh => format!("{name}为 {have}，应不超过 {needed}"),
            (Need::AtMost, _) => format!("{name} is {have}, and should be at most {needed}"),
            (Need::LessThan, _) if zh => format!("{name}为 {have}，应少于 {needed}"),
            (Need::LessThan, _) => format!("{name} is {have}, and should be less than {needed}"),
        }
    }

    /// `还差 27 学分` where one measure is short; otherwise each of them.
    fn all_missing(&self, missing: &[Missing], shortfall: Option<Credit>) -> String {
        if let ([only], Some(short)) = (missing, shortfall)
            && only.measure == "total"
            && only.need == Need::AtLeast
        {
            let short = self.in_unit(short, "total");
            return match self.lang {
                Lang::Zh => format!("还差 {short}"),
                Lang::En => format!("{short} short"),
            };
        }
        let each: Vec<String> = missing.iter().map(|m| self.missing(m)).collect();
        each.join(self.say("；", "; "))
    }
}

/// `60 of 90 min` as Chinese says it.
fn minutes_paid(text: &str) -> String {
    let terms = text.split(" + ").map(|term| match term.split_once(" of ") {
        Some((paid, rest)) => match rest.split_once(" min") {
            Some((all, rest)) => format!("{all} 分钟中的 {paid} 分钟{rest}"),
            None => term.to_owned(),
        },
        None => term.to_owned(),
    });
    terms.collect::<Vec<_>>().join(" + ")
}
