//! The terms and school years of a policy's own calendar, as they are offered to choose from.

use chrono::NaiveDate;

use super::Policy;
use crate::text::{Text, say};

/// A term, as people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermTitled {
    /// As reports are asked by it: `2025-autumn`, or the id of a dated term.
    pub id: String,
    /// What the policy calls it.
    pub title: Text,
    /// The year in which its school year starts; a dated term is of none.
    pub school_year: Option<i32>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// A school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchoolYear {
    /// The year in which it starts.
    pub year: i32,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Policy {
    /// The school year of a day and so many before it, the earliest first.
    pub fn school_years(&self, day: NaiveDate, before: i32) -> Vec<SchoolYear> {
        let almanac = &self.plan.almanac;
        let last = almanac.school_year(day);
        let days = |year| almanac.school_year_days(year).map(|(from, to)| SchoolYear { year, from, to });
        (last.saturating_sub(before)..=last).filter_map(days).collect()
    }

    /// The terms that have a day in one of these school years, the earliest first.
    pub fn terms_of(&self, years: &[SchoolYear]) -> Vec<TermTitled> {
        let (Some(first), Some(last)) = (years.first(), years.last()) else { return Vec::new() };
        let terms = self.plan.almanac.terms_within(first.from, last.to);
        let titled = |term: super::calendar::TermDays| TermTitled {
            title: self.title_of_term(&term.name),
            id: term.id,
            school_year: term.school_year,
            from: term.from,
            to: term.to,
        };
        terms.into_iter().map(titled).collect()
    }

    fn title_of_term(&self, name: &str) -> Text {
        let written = self.document().calendar.terms.iter().find(|term| term.id == name);
        match written.and_then(|term| term.title.clone()).filter(|title| !title.is_empty()) {
            Some(title) => title,
            // The halves that a calendar without terms has.
            None if written.is_none() && name == "autumn" => say("第一学期", "first term"),
            None if written.is_none() && name == "spring" => say("第二学期", "second term"),
            None => say(name, name),
        }
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test may panic")]
mod tests {
    use super::*;

    fn told(calendar: &str, day: &str, before: i32) -> Vec<String> {
        let text = format!(
            "kepu: 1\nid: one\nversion: '1'\ntitle: one\n{calendar}\nrules:\n  - id: any\n    credit: {{ fixed: 1 }}\n"
        );
        let policy = Policy::parse(&text).unwrap_or_else(|problems| panic!("{text}{problems:?}"));
        let day = day.parse().unwrap_or_else(|_| panic!("{day}"));
        let years = policy.school_years(day, before);
        let terms = policy.terms_of(&years);
        let years = years.iter().map(|one| format!("{} {}..{}", one.year, one.from, one.to));
        let terms = terms.iter().map(|one| format!("{} {} {}..{}", one.id, one.title.zh, one.from, one.to));
        years.chain(terms).collect()
    }

    #[test]
    fn a_calendar_without_terms_has_two_halves() {
        let told = told("", "2026-03-01", 1);
        let asked = [
            "2024 2024-09-01..2025-08-31",
            "2025 2025-09-01..2026-08-31",
            "2024-autumn 第一学期 2024-09-01..2025-01-31",
            "2024-spring 第二学期 2025-02-01..2025-08-31",
            "2025-autumn 第一学期 2025-09-01..2026-01-31",
            "2025-spring 第二学期 2026-02-01..2026-08-31",
        ];
        assert_eq!(told, asked);
    }

    #[test]
    fn three_terms_that_begin_after_the_school_year() {
        let calendar = "calendar:\n  school_year_starts: 08-01\n  terms:\n    - { id: a, title: 秋, starts: 08-20 }\n    \
                        - { id: b, title: 冬, starts: 12-01 }\n    - { id: c, starts: 04-01 }";
        let asked = [
            "2025 2025-08-01..2026-07-31",
            "2024-c c 2025-04-01..2025-08-19",
            "2025-a 秋 2025-08-20..2025-11-30",
            "2025-b 冬 2025-12-01..2026-03-31",
            "2025-c c 2026-04-01..2026-08-19",
        ];
        assert_eq!(told(calendar, "2026-07-31", 0), asked);
    }

    #[test]
    fn dated_terms_are_those_that_the_years_touch() {
        let calendar = "calendar:\n  terms:\n    - { id: old, from: 2019-09-01, to: 2020-01-10 }\n    \
                        - { id: first, title: 上学期, from: 2025-09-08, to: 2026-01-20 }\n    \
                        - { id: camp, from: 2026-08-20, to: 2026-09-10 }";
        let asked =
            ["2025 2025-09-01..2026-08-31", "first 上学期 2025-09-08..2026-01-20", "camp camp 2026-08-20..2026-09-10"];
        assert_eq!(told(calendar, "2026-01-05", 0), asked);
    }
}
