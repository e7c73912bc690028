//! Conditions: known words, ranges that something can lie in, and nothing asked before it is known.

use super::super::condition::category_of;
use super::super::condition::{Condition, OneOf, Range};
use super::super::document::AliasField;
use super::super::parts::Part;
use super::super::problem::Path;
use super::{Checker, did_you_mean};
use crate::credit::Credit;
use crate::text::{Text, say};

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In `eligible`, a select or a rule: the record has no price yet.
    BeforePricing,
    /// In a limit or a measure.
    AfterPricing,
    /// Asked of a person, without a record.
    OfPerson,
}

impl Checker<'_> {
    /// Step 1.
    pub(super) fn selection(&mut self) {
        let document = self.document;
        self.condition(&document.eligible, &Path::from("eligible"), Place::BeforePricing);
        for (i, select) in document.select.iter().enumerate() {
            let path = Path::from("select").then(i);
            self.condition(&select.when, &path.then("when"), Place::BeforePricing);
            self.condition(&select.require, &path.then("require"), Place::BeforePricing);
            if select.require.is_empty() {
                self.add(
                    "empty_condition",
                    &path.then("require"),
                    say(
                        format!("有效条件 `{}` 没有提出任何要求，不会排除任何记录", select.id),
                        format!("the select `{}` requires nothing, so it leaves nothing out", select.id),
                    ),
                    say("写明记录须满足什么，或删去这一项", "say what records must satisfy, or take it out"),
                );
            }
        }
    }

    pub(super) fn condition(&mut self, condition: &Condition, path: &Path, place: Place) {
        for part in condition.parts() {
            if place == Place::OfPerson {
                self.of_person(part, path);
            }
            match part {
                Part::Words(name, set) => self.words(name, set, &path.then(name), place),
                Part::Numbers(name, range) => {
                    let path = path.then(name);
                    if range.is_empty() && matches!(name, "month" | "weekday") {
                        self.add(
                            "empty_range",
                            &path,
                            say(
                                format!("没有数在 {range} 之内：范围不能跨过末尾绕回开头"),
                                format!("nothing lies in {range}: a range does not go round the end"),
                            ),
                            say(
                                format!("应写 `any: [{{{name}: {{from: …}}}}, {{{name}: {{to: …}}}}]`"),
                                format!("write `any: [{{{name}: {{from: …}}}}, {{{name}: {{to: …}}}}]`"),
                            ),
                        );
                    } else {
                        self.range(range, &path);
                    }
                    match name {
                        "month" => {
                            let message = say("月份从 1 到 12", "months go from 1 to 12");
                            self.between(range, 12, message, &path);
                        }
                        "weekday" => {
                            let message =
                                say("星期从 1（星期一）到 7（星期日）", "weekdays go from 1 (Monday) to 7 (Sunday)");
                            self.between(range, 7, message, &path);
                        }
                        _ => {}
                    }
                }
                Part::Date(days) => self.days(days, &path.then("date")),
                Part::All(all) => {
                    for (i, each) in all.iter().enumerate() {
                        self.condition(each, &path.then("all").then(i), place);
                    }
                }
                Part::Any(any) => {
                    for (i, each) in any.iter().enumerate() {
                        let path = path.then("any").then(i);
                        self.condition(each, &path, place);
                        if each.is_empty() {
                            self.add(
                                "empty_condition",
                                &path,
                                say(
                                    "空的一项总是成立，于是整个 `any` 总是成立",
                                    "an empty alternative always holds, so the whole `any` does",
                                ),
                                say("写明这一项的条件，或删去它", "write what it should ask, or take it out"),
                            );
                        }
                    }
                }
                Part::Not(not) => {
                    self.condition(not, &path.then("not"), place);
                    if not.is_empty() {
                        self.add(
                            "empty_condition",
                            &path.then("not"),
                            say(
                                "空的条件总是成立，于是 `not` 永远不成立",
                                "an empty condition always holds, so `not` never does",
                            ),
                            say("写明不应有的情形，或删去 `not`", "write what must not be, or take `not` out"),
                        );
                    }
                }
                Part::Flag(..) | Part::Has(_) => {}
            }
        }
    }

    fn words(&mut self, name: &'static str, set: &OneOf, path: &Path, place: Place) {
        if matches!(name, "category" | "rule") && place == Place::OfPerson {
            return;
        }
        if matches!(name, "category" | "rule") && place == Place::BeforePricing {
            self.add(
                "not_known_yet",
                path,
                say(
                    format!("按计分规则计分之后才有 `{name}`"),
                    format!("`{name}` is known only once a rule has priced the record"),
                ),
                say(
                    "可在限额和统计项中使用；此处应写那条计分规则的条件",
                    "ask for it in limits and measures; here, write the condition that the rule has",
                ),
            );
            return;
        }
        let field = match name {
            "kind" => Some(AliasField::Kind),
            "host_level" => Some(AliasField::HostLevel),
            "host_designation" => Some(AliasField::HostDesignation),
            "contest_level" => Some(AliasField::ContestLevel),
            "award" => Some(AliasField::Award),
            "tag" => Some(AliasField::Tag),
            _ => None,
        };
        let is_own = !matches!(name, "category" | "rule" | "term" | "stage" | "person_kind");
        for word in &set.0 {
            if is_own && !self.plainly_written(word, field, path) {
                continue;
            }
            match name {
                "category" => self.known_category(word, path),
                "rule" => self.known_rule(word, path),
                "term" => self.known_term(word, path),
                "stage" => self.known_stage(word, path),
                "person_kind" => self.known_person_kind(word, path),
                _ => {}
            }
            if let Some(field) = field {
                self.not_an_alias(field, word, path);
            }
        }
    }

    /// Without a record only some things can be said of a person.
    fn of_person(&mut self, part: Part<'_>, path: &Path) {
        const KNOWN: [&str; 7] = ["person_kind", "grade", "age", "stage", "school", "class", "person_tag"];
        let name = match part {
            Part::Words(name, _) | Part::Numbers(name, _) | Part::Flag(name, _) => Some(name),
            Part::Date(_) => Some("date"),
            Part::Has(fields) => fields.iter().find(|f| !f.is_of_person()).map(|_| "has"),
            Part::All(_) | Part::Any(_) | Part::Not(_) => None,
        };
        if let Some(name) = name.filter(|n| !KNOWN.contains(n)) {
            self.add(
                "not_of_person",
                &path.then(name),
                say(
                    format!("`{name}` 是记录的条件，此处只知道人员"),
                    format!("`{name}` is asked of records; here only the person is known"),
                ),
                say(format!("可用的有：{}", KNOWN.join("、")), format!("ask for {}", KNOWN.join(", "))),
            );
        }
    }

    pub(super) fn known_person_kind(&mut self, word: &str, path: &Path) {
        if !matches!(word, "student" | "teacher") {
            self.add(
                "unknown_person_kind",
                path,
                say(format!("`{word}` 不是人员类别"), format!("`{word}` is not a kind of person")),
                say("应写 `student`（学生）或 `teacher`（教师）", "write `student` or `teacher`"),
            );
        }
    }

    fn known_category(&mut self, word: &str, path: &Path) {
        let rules = &self.document.rules;
        if !rules.iter().any(|r| category_of(r) == word) {
            let help = did_you_mean(word, rules.iter().map(category_of));
            let message = say(format!("没有计分规则属于类别 `{word}`"), format!("no rule gives the category `{word}`"));
            self.add("unknown_category", path, message, help);
        }
    }

    fn known_rule(&mut self, word: &str, path: &Path) {
        let rules = &self.document.rules;
        if !rules.iter().any(|r| r.id == word) {
            let help = did_you_mean(word, rules.iter().map(|r| r.id.as_str()));
            let message = say(format!("没有名为 `{word}` 的计分规则"), format!("there is no rule `{word}`"));
            self.add("unknown_rule", path, message, help);
        }
    }

    /// Whether some rule can have priced a record that satisfies the condition. What cannot be told is taken to be so.
    pub(super) fn some_rule_fits(&self, of: &Condition) -> bool {
        let unknown =
            |set: Option<&OneOf>, known: &dyn Fn(&str) -> bool| set.is_some_and(|s| !s.0.iter().any(|w| known(w)));
        let rules = &self.document.rules;
        // Unknown names have a problem of their own.
        if unknown(of.category.as_ref(), &|w| rules.iter().any(|r| category_of(r) == w))
            || unknown(of.rule.as_ref(), &|w| rules.iter().any(|r| r.id == w))
        {
            return true;
        }
        rules.iter().any(|rule| {
            of.category.as_ref().is_none_or(|set| set.contains(category_of(rule)))
                && of.rule.as_ref().is_none_or(|set| set.contains(&rule.id))
                && !of.excludes(&rule.when)
        })
    }

    pub(super) fn range(&mut self, range: &Range, path: &Path) {
        if range.is_empty() {
            self.add(
                "empty_range",
                path,
                say(
                    format!("没有数在 {range} 之内：起点大于终点"),
                    format!("nothing lies in {range}: it begins above its end"),
                ),
                say("对调两端", "exchange the two ends"),
            );
        }
    }

    pub(super) fn between(&mut self, range: &Range, most: i64, message: Text, path: &Path) {
        let outside = |n: Credit| n < Credit::ONE || n > Credit::whole(most);
        if range.from.is_some_and(outside) || range.to.is_some_and(outside) {
            self.add("out_of_range", path, message, say("改正这个数", "mend the number"));
        }
    }
}
