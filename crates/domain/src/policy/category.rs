//! What a category is called. A policy gives categories no titles of their own: a measure that sums up the credit of just one
//! names it, else its rules do.

use super::condition::{Condition, OneOf};
use super::document::{Document, Measure, Rule, SumOf};
use crate::text::Lang;

/// Titles of rules that stand for a category.
const MOST: usize = 3;
/// Characters of a title that is short enough to be a name.
const SHORT: usize = 12;

impl Document {
    /// The name of a category of its rules in `lang`, for what is summed up over it: the title of the measure of its credit;
    /// else the names of up to three of its rules; else its own word.
    pub fn category_title(&self, category: &str, lang: Lang) -> String {
        if let Some(named) = self.named_by_measure(category, lang) {
            return named.to_owned();
        }
        let (between, more) = match lang {
            Lang::Zh => ("、", "等"),
            Lang::En => (", ", " …"),
        };
        let mut names: Vec<&str> = Vec::new();
        for name in self.rules.iter().filter(|rule| rule.category() == category).filter_map(|rule| rule.name(lang)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = if names.len() > MOST { more } else { "" };
        names.truncate(MOST);
        if names.is_empty() { category.to_owned() } else { format!("{}{more}", names.join(between)) }
    }

    /// The name of what one record is of: that of its category, if the policy has one for it; else that of the rule that priced
    /// it. Empty where nothing did.
    pub fn line_title(&self, category: Option<&str>, rule: Option<&str>, lang: Lang) -> String {
        let Some(category) = category else { return String::new() };
        let by_rule = || self.rules.iter().find(|one| Some(one.id.as_str()) == rule)?.name(lang);
        self.named_by_measure(category, lang).or_else(by_rule).unwrap_or(category).to_owned()
    }

    fn named_by_measure(&self, category: &str, lang: Lang) -> Option<&str> {
        let measure = self.measures.iter().find(|measure| measure.is_credit_of(category))?;
        measure.title.as_ref().map(|title| title.get(lang)).filter(|title| !title.is_empty())
    }
}

impl Rule {
    fn category(&self) -> &str {
        self.category.as_deref().unwrap_or(&self.id)
    }

    /// Its title; of a long one what stands before its first comma or bracket, for what follows says how it is priced.
    fn name(&self, lang: Lang) -> Option<&str> {
        let title = self.title.as_ref()?.get(lang);
        let head = title.split(['，', '；', '：', '（', ',', ';', ':', '(']).next().map_or("", str::trim);
        let name = if head.is_empty() || title.chars().count() <= SHORT { title } else { head };
        (!name.is_empty()).then_some(name)
    }
}

impl Measure {
    /// Whether it is all credit of one category and nothing else, so that its title is that of the category.
    fn is_credit_of(&self, category: &str) -> bool {
        let of = Condition { category: Some(OneOf(vec![category.to_owned()])), ..Condition::default() };
        let whole = self.best.is_none() && self.period.is_none() && self.divide_by.is_none() && self.at_most.is_none();
        self.sum == Some(SumOf::Credits) && self.of == of && whole
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::policy::Policy;

    const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
rules:
  - { id: prize, title: { zh: 竞赛获奖, en: an award }, category: contest, when: { kind: competition }, credit: { fixed: 5 } }
  - id: practice
    title: { zh: '基地科学实践，每小时 1 分，每次最多 4 分', en: 'practice at a base, 1 an hour, at most 4 at a time' }
    category: base
    when: { kind: practice }
    credit: { per_hour: 1 }
  - id: visit
    title: { zh: '基地参观，每小时 0.5 分，每次最多 2 分', en: 'a visit to a base, 0.5 an hour' }
    category: base
    when: { kind: visit }
    credit: { per_hour: 0.5 }
  - { id: talk, title: { zh: 讲座（校内）, en: a talk }, category: campus, when: { kind: lecture }, credit: { fixed: 0.5 } }
  - { id: club, credit: { fixed: 1 } }
measures:
  - { id: best, title: { zh: 最高的竞赛学分, en: best }, sum: credits, of: { category: contest }, best: 1 }
  - { id: hours, title: { zh: 实践小时, en: hours }, sum: hours, of: { category: base } }
  - { id: two, title: { zh: 两类, en: two }, sum: credits, of: { category: [base, campus] } }
  - { id: campus, title: { zh: 校内活动学分, en: credits on campus }, sum: credits, of: { category: campus } }
";

    #[test]
    fn a_category_has_a_short_and_true_name() {
        let policy = Policy::parse(POLICY).unwrap_or_else(|problems| panic!("{problems:?}"));
        let document = policy.document();
        for (category, rule, zh, en, of_line) in [
            ("contest", "prize", "竞赛获奖", "an award", "竞赛获奖"),
            ("base", "visit", "基地科学实践、基地参观", "practice at a base, a visit to a base", "基地参观"),
            ("base", "practice", "基地科学实践、基地参观", "practice at a base, a visit to a base", "基地科学实践"),
            ("campus", "talk", "校内活动学分", "credits on campus", "校内活动学分"),
            ("club", "club", "club", "club", "club"),
        ] {
            assert_eq!(document.category_title(category, Lang::Zh), zh);
            assert_eq!(document.category_title(category, Lang::En), en);
            assert_eq!(document.line_title(Some(category), Some(rule), Lang::Zh), of_line);
        }
        assert_eq!(document.line_title(None, None, Lang::Zh), "");
    }
}
