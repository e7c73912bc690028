//! Tests on measures, levels and requirements as clauses.

use super::super::document::Test;
use super::Words;
use crate::text::Lang;

impl Words<'_> {
    /// What a test asks, as one clause.
    pub(super) fn test(&self, test: &Test) -> String {
        let mut clauses = Vec::new();
        if let Some(id) = &test.measure {
            let mut bounds = Vec::new();
            for (zh, en, n) in [
                ("不少于", "at least", test.at_least),
                ("超过", "more than", test.more_than),
                ("不超过", "at most", test.at_most),
                ("少于", "less than", test.less_than),
            ] {
                bounds.extend(n.map(|n| format!("{} {}", self.say(zh, en), self.in_unit(n, id))));
            }
            let bounds = bounds.join(self.say("、", " and "));
            let is = self.say("", " is ");
            clauses.push(format!("{}{is}{bounds}", self.measure(id)));
        }
        if let (Some(ladder), Some(level)) = (&test.ladder, &test.reaches) {
            let (ladder, level) = (self.ladder(ladder), self.level(ladder, level));
            clauses.push(match self.lang {
                Lang::Zh => format!("在{ladder}中达到{level}或更高"),
                Lang::En => format!("{level} or higher is reached on {ladder}"),
            });
        }
        if let Some(id) = &test.requirement {
            let name = self.requirement(id);
            clauses.push(match self.lang {
                Lang::Zh => format!("达到{name}的要求"),
                Lang::En => format!("the requirement {name} is met"),
            });
        }
        clauses.extend(test.person.as_ref().map(|person| self.condition(person)));
        clauses.extend(test.all.iter().map(|t| self.test(t)));
        if !test.any.is_empty() {
            let each: Vec<String> = test.any.iter().map(|t| self.test(t)).collect();
            clauses.push(self.any_of(&each));
        }
        if let Some(some) = &test.some {
            let each: Vec<String> = some.of.iter().map(|t| self.test(t)).collect();
            let (n, list) = (some.at_least, self.listed(&each));
            clauses.push(match self.lang {
                Lang::Zh => format!("至少满足下列 {} 项中的 {n} 项：{list}", each.len()),
                Lang::En => format!("at least {n} of these {} hold: {list}", each.len()),
            });
        }
        clauses.extend(test.not.as_deref().map(|not| self.negated(&self.test(not))));
        self.and(&clauses)
    }
}
