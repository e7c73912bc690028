//! The window, the time zone, terms and stages.

use chrono_tz::Tz;

use super::super::document::{Days, Term};
use super::super::parts::overlap;
use super::super::problem::Path;
use super::{Checker, did_you_mean};
use crate::text::say;

/// Stages there are when a policy names none.
pub(super) const STAGES: [&str; 5] = ["kindergarten", "primary", "junior", "senior", "higher"];

impl Checker<'_> {
    pub(super) fn calendar(&mut self) {
        let calendar = &self.document.calendar;
        let path = Path::from("calendar");
        self.days(self.document.effective, &Path::from("effective"));
        if calendar.time_zone.parse::<Tz>().is_err() {
            let zones = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name());
            let help = match super::closest(&calendar.time_zone, zones) {
                Some(near) => say(format!("是否应为 `{near}`？"), format!("did you mean `{near}`?")),
                None => say("应写 IANA 名称，如 `Asia/Shanghai`", "write an IANA name such as `Asia/Shanghai`"),
            };
            let message = say(
                format!("`{}` 不是时区", calendar.time_zone),
                format!("`{}` is not a time zone", calendar.time_zone),
            );
            self.add("time_zone", &path.then("time_zone"), message, help);
        }
        let terms = path.then("terms");
        for (i, term) in calendar.terms.iter().enumerate() {
            self.term(term, &terms.then(i));
        }
        let recurring = calendar.terms.iter().position(|t| t.starts.is_some());
        let dated = calendar.terms.iter().position(|t| t.starts.is_none() && t.from.is_some());
        if let (Some(a), Some(b)) = (recurring, dated) {
            self.add(
                "terms_mixed",
                &terms.then(a.max(b)),
                say("有的学期每年重复，有的学期写了完整日期", "some terms recur every year and others have full dates"),
                say(
                    "全部写 `starts: MM-DD`，或全部写 `from:` 和 `to:`",
                    "write `starts: MM-DD` for all of them, or `from:` and `to:` for all of them",
                ),
            );
        }
        self.terms_apart(&terms);
        let stages = path.then("stages");
        for (i, stage) in calendar.stages.iter().enumerate() {
            self.range(&stage.grades, &stages.then(i).then("grades"));
            let earlier = calendar.stages.iter().take(i).find(|s| overlap(&s.grades, &stage.grades));
            if let Some(earlier) = earlier {
                self.add(
                    "stages_overlap",
                    &stages.then(i).then("grades"),
                    say(
                        format!("学段 `{}` 和 `{}` 有相同的年级", earlier.id, stage.id),
                        format!("the stages `{}` and `{}` share a grade", earlier.id, stage.id),
                    ),
                    say("每个年级只属于一个学段", "each grade belongs to one stage"),
                );
            }
        }
    }

    fn term(&mut self, term: &Term, path: &Path) {
        let id = &term.id;
        match (term.starts, term.from, term.to) {
            (Some(_), None, None) => {}
            (Some(_), ..) => self.add(
                "term_both",
                path,
                say(
                    format!("学期 `{id}` 既每年重复（`starts`），又写了完整日期"),
                    format!("the term `{id}` recurs every year (`starts`) and has full dates"),
                ),
                say("只保留 `starts`，或只保留 `from` 和 `to`", "keep `starts`, or keep `from` and `to`"),
            ),
            (None, None, None) => self.add(
                "term_without_days",
                path,
                say(format!("学期 `{id}` 没有写明时间"), format!("the term `{id}` does not say when it is")),
                say(
                    "每年重复的写 `starts: 09-01`，否则用完整日期写 `from:` 和 `to:`",
                    "add `starts: 09-01` for every year's, or `from:` and `to:` with full dates",
                ),
            ),
            (None, Some(_), None) | (None, None, Some(_)) => self.add(
                "term_half",
                path,
                say(
                    format!("学期 `{id}` 的起止日期只写了一个"),
                    format!("the term `{id}` has only one of its two days"),
                ),
                say("`from:` 和 `to:` 都要写", "give both `from:` and `to:`"),
            ),
            (None, from, to) => self.days(Days { from, to }, path),
        }
    }

    fn terms_apart(&mut self, path: &Path) {
        let terms = &self.document.calendar.terms;
        for (i, term) in terms.iter().enumerate() {
            for earlier in terms.iter().take(i) {
                if term.starts.is_some() && term.starts == earlier.starts {
                    self.add(
                        "terms_overlap",
                        &path.then(i),
                        say(
                            format!("学期 `{}` 和 `{}` 在同一天开始", earlier.id, term.id),
                            format!("the terms `{}` and `{}` start on the same day", earlier.id, term.id),
                        ),
                        say(
                            "一个学期到下一个学期开始为止，各学期的开始日期不能相同",
                            "a term runs until the next one starts; give each its own day",
                        ),
                    );
                }
                if let (Some(from), Some(to), Some(other_from), Some(other_to)) =
                    (term.from, term.to, earlier.from, earlier.to)
                    && from <= other_to
                    && other_from <= to
                {
                    let shared = from.max(other_from);
                    self.add(
                        "terms_overlap",
                        &path.then(i),
                        say(
                            format!("学期 `{}` 和 `{}` 都包含 {shared}", earlier.id, term.id),
                            format!("the terms `{}` and `{}` share {shared}", earlier.id, term.id),
                        ),
                        say(
                            "一天只属于一个学期，前一个学期应在后一个开始之前结束",
                            "a day belongs to one term; end one before the other begins",
                        ),
                    );
                }
            }
        }
    }

    pub(super) fn days(&mut self, days: Days, path: &Path) {
        if let (Some(from), Some(to)) = (days.from, days.to)
            && to < from
        {
            self.add(
                "days_reversed",
                path,
                say(
                    format!("最后一天 {to} 早于第一天 {from}"),
                    format!("the last day {to} is before the first day {from}"),
                ),
                say("对调两者，或改正年份", "exchange them, or mend the year"),
            );
        }
    }

    pub(super) fn known_term(&mut self, word: &str, path: &Path) {
        let terms = &self.document.calendar.terms;
        let dated = !terms.is_empty() && terms.iter().all(|t| t.starts.is_none());
        let names: Vec<&str> =
            if terms.is_empty() { vec!["autumn", "spring"] } else { terms.iter().map(|t| t.id.as_str()).collect() };
        let of_a_year = |word: &str| {
            word.split_once('-').is_some_and(|(year, name)| {
                year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()) && names.contains(&name)
            })
        };
        if !names.contains(&word) && (dated || !of_a_year(word)) {
            let help = did_you_mean(word, names.iter().copied());
            let message = say(format!("校历中没有名为 `{word}` 的学期"), format!("the calendar has no term `{word}`"));
            self.add("unknown_term", path, message, help);
        }
    }

    pub(super) fn known_stage(&mut self, word: &str, path: &Path) {
        let own: Vec<&str> = self.document.calendar.stages.iter().map(|s| s.id.as_str()).collect();
        let known = if own.is_empty() { STAGES.to_vec() } else { own };
        if !known.contains(&word) {
            let help = did_you_mean(word, known.iter().copied());
            let message = say(format!("校历中没有名为 `{word}` 的学段"), format!("the calendar has no stage `{word}`"));
            self.add("unknown_stage", path, message, help);
        }
    }
}
