//! What a credential states of a person: a sum of credit, a requirement that is met, or a level that is reached.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::credit::Credit;
use crate::policy::{Policy, ScoreSheet, explain, explain_ladder, explain_requirement};
use crate::text::{Lang, Text};

/// What a credential is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    /// The credit earned so far.
    Credits,
    /// That a requirement of the policy is met.
    Requirement {
        /// The requirement.
        id: String,
    },
    /// The level reached on a ladder of the policy.
    Level {
        /// The ladder.
        id: String,
    },
}

impl Wanted {
    /// The word of its kind.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Credits => "credits",
            Self::Requirement { .. } => "requirement",
            Self::Level { .. } => "level",
        }
    }

    /// The requirement or ladder; empty for credits.
    pub fn id(&self) -> &str {
        match self {
            Self::Credits => "",
            Self::Requirement { id } | Self::Level { id } => id,
        }
    }
}

/// What is stated, in words that stand without the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What it was asked for.
    pub wanted: Wanted,
    /// What was achieved.
    pub title: Text,
    /// The level, when it is one.
    pub level: Option<Text>,
    /// What the policy asks for it.
    pub criteria: Text,
    /// All credit that the person has under the policy.
    pub credits: Credit,
}

/// Why nothing is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotReached {
    /// The policy has no requirement or ladder of this name, or it does not apply to the person.
    #[error("the policy asks nothing of this name of the person")]
    Unknown,
    /// The requirement is not met yet.
    #[error("the requirement is not met yet")]
    NotMet,
    /// The person is below the first level.
    #[error("no level of the ladder is reached yet")]
    NoLevel,
    /// There is no credit to state.
    #[error("no credit is booked yet")]
    NoCredit,
}

impl NotReached {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "nothing_to_state",
            Self::NotMet => "requirement_not_met",
            Self::NoLevel => "no_level_reached",
            Self::NoCredit => "no_credit_booked",
        }
    }
}

/// States what is wanted, if the sheet bears it out.
///
/// # Errors
/// It is not reached.
pub fn claim(policy: &Policy, sheet: &ScoreSheet, wanted: Wanted) -> Result<Claim, NotReached> {
    let document = policy.document();
    let both = |text: &dyn Fn(Lang) -> String| Text { zh: text(Lang::Zh), en: text(Lang::En) };
    let titled = |title: &Option<Text>, id: &str| match title {
        Some(title) if !title.is_empty() => both(&|lang| title.get(lang).to_owned()),
        _ => both(&|_| id.to_owned()),
    };
    let (title, level, criteria) = match &wanted {
        Wanted::Credits => {
            if sheet.total.is_zero() {
                return Err(NotReached::NoCredit);
            }
            (document.title.clone(), None, both(&|lang| explain(policy, lang).join("\n")))
        }
        Wanted::Requirement { id } => {
            let outcome = sheet.requirements.iter().find(|one| one.id == *id).ok_or(NotReached::Unknown)?;
            if !outcome.met {
                return Err(NotReached::NotMet);
            }
            let written = document.requirements.iter().find(|one| one.id == *id).ok_or(NotReached::Unknown)?;
            let criteria = both(&|lang| explain_requirement(policy, id, lang).unwrap_or_default());
            (titled(&written.title, id), None, criteria)
        }
        Wanted::Level { id } => {
            let ladder = document.ladders.iter().find(|one| one.id == *id).ok_or(NotReached::Unknown)?;
            let reached = sheet.levels.get(id).and_then(Option::as_deref).ok_or(NotReached::NoLevel)?;
            let level = ladder.levels.iter().find(|one| one.id == reached).ok_or(NotReached::Unknown)?;
            let criteria = both(&|lang| explain_ladder(policy, id, lang).unwrap_or_default().join("\n"));
            (titled(&ladder.title, id), Some(titled(&level.title, reached)), criteria)
        }
    };
    Ok(Claim { wanted, title, level, criteria, credits: sheet.total })
}

impl Claim {
    /// What was achieved, with the level.
    pub fn name(&self, lang: Lang) -> String {
        let title = self.title.get(lang);
        match &self.level {
            Some(level) => format!("{title} · {}", level.get(lang)),
            None => title.to_owned(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::policy::{Options, evaluate};
    use std::collections::BTreeMap;

    const POLICY: &str = "
kepu: 1
id: by-the-hour
version: '1'
title: { zh: 按时计分, en: By the hour }
rules:
  - { id: by-the-hour, credit: { per_hour: 1 } }
ladders:
  - id: rank
    title: { zh: 星级, en: Stars }
    levels: [{ id: one, title: { zh: 一星, en: One star }, at_least: 2 }, { id: two, at_least: 4 }]
requirements:
  - { id: ten, title: { zh: 满十分, en: Ten credits }, when: { measure: total, at_least: 10 } }
";

    fn sheet(total: i64, level: Option<&str>, met: bool) -> (Policy, ScoreSheet) {
        let policy = Policy::parse(POLICY).unwrap_or_else(|problems| panic!("{problems:?}"));
        let mut sheet = evaluate(&policy, &crate::person::Person::default(), &[], &Options::default());
        sheet.total = Credit::whole(total);
        sheet.levels = BTreeMap::from([("rank".to_owned(), level.map(str::to_owned))]);
        sheet.requirements.iter_mut().for_each(|one| one.met = met);
        (policy, sheet)
    }

    #[test]
    fn nobody_gets_a_statement_of_what_is_not_reached() {
        let requirement = |id: &str| Wanted::Requirement { id: id.to_owned() };
        let level = |id: &str| Wanted::Level { id: id.to_owned() };
        for (total, reached, met, wanted, expected) in [
            (0, None, false, Wanted::Credits, Err(NotReached::NoCredit)),
            (3, None, false, Wanted::Credits, Ok("By the hour")),
            (3, None, false, requirement("ten"), Err(NotReached::NotMet)),
            (10, None, true, requirement("ten"), Ok("Ten credits")),
            (10, None, true, requirement("eleven"), Err(NotReached::Unknown)),
            (1, None, false, level("rank"), Err(NotReached::NoLevel)),
            (3, Some("one"), false, level("rank"), Ok("Stars · One star")),
            (5, Some("two"), false, level("rank"), Ok("Stars · two")),
            (5, Some("two"), false, level("order"), Err(NotReached::Unknown)),
        ] {
            let (policy, sheet) = sheet(total, reached, met);
            let said = claim(&policy, &sheet, wanted.clone()).map(|claim| claim.name(Lang::En));
            assert_eq!(said.as_deref().map_err(|e| *e), expected, "{wanted:?}");
        }
    }

    #[test]
    fn the_criteria_are_the_sentences_of_the_policy() {
        let (policy, sheet) = sheet(10, Some("two"), true);
        let criteria = |wanted| claim(&policy, &sheet, wanted).map(|claim| claim.criteria).unwrap_or_default();
        let one = criteria(Wanted::Requirement { id: "ten".into() });
        assert!(one.en.contains("10") && one.zh.contains("10"), "{one:?}");
        let ladder = criteria(Wanted::Level { id: "rank".into() });
        assert!(ladder.en.contains("One star") && ladder.zh.contains("一星"), "{ladder:?}");
        let all = criteria(Wanted::Credits);
        assert!(all.en.contains(&one.en), "{all:?}");
    }
}
