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
    /// The level as the policy names it; claims of before it was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_id: Option<String>,
    /// What the policy asks for it.
    pub criteria: Text,
    /// All credit that the person has under the policy.
    pub credits: Credit,
}

/// Something that can be achieved under a policy, whoever has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Achievement {
    /// What it is called, with the level.
    pub name: Text,
    /// What the policy asks for it.
    pub criteria: Text,
    /// The last part of its address.
    pub slug: String,
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
    let mut level_id = None;
    match &wanted {
        Wanted::Credits if sheet.total.is_zero() => return Err(NotReached::NoCredit),
        Wanted::Credits => {}
        Wanted::Requirement { id } => {
            let outcome = sheet.requirements.iter().find(|one| one.id == *id).ok_or(NotReached::Unknown)?;
            if !outcome.met {
                return Err(NotReached::NotMet);
            }
        }
        Wanted::Level { id } => {
            if !policy.document().ladders.iter().any(|one| one.id == *id) {
                return Err(NotReached::Unknown);
            }
            level_id = Some(sheet.levels.get(id).cloned().flatten().ok_or(NotReached::NoLevel)?);
        }
    }
    let (title, level, criteria) = words(policy, &wanted, level_id.as_deref()).ok_or(NotReached::Unknown)?;
    Ok(Claim { wanted, title, level, level_id, criteria, credits: sheet.total })
}

/// Title, level and criteria of what a policy knows.
fn words(policy: &Policy, wanted: &Wanted, level: Option<&str>) -> Option<(Text, Option<Text>, Text)> {
    let document = policy.document();
    let both = |text: &dyn Fn(Lang) -> String| Text { zh: text(Lang::Zh), en: text(Lang::En) };
    let titled = |title: &Option<Text>, id: &str| match title {
        Some(title) if !title.is_empty() => both(&|lang| title.get(lang).to_owned()),
        _ => both(&|_| id.to_owned()),
    };
    Some(match wanted {
        Wanted::Credits => (document.title.clone(), None, both(&|lang| explain(policy, lang).join("\n"))),
        Wanted::Requirement { id } => {
            let written = document.requirements.iter().find(|one| one.id == *id)?;
            let criteria = both(&|lang| explain_requirement(policy, id, lang).unwrap_or_default());
            (titled(&written.title, id), None, criteria)
        }
        Wanted::Level { id } => {
            let ladder = document.ladders.iter().find(|one| one.id == *id)?;
            let level = match level {
                Some(reached) => Some(ladder.levels.iter().find(|one| one.id == reached)?),
                None => None,
            };
            let criteria = both(&|lang| explain_ladder(policy, id, lang).unwrap_or_default().join("\n"));
            (titled(&ladder.title, id), level.map(|level| titled(&level.title, &level.id)), criteria)
        }
    })
}

/// What a policy calls what has an address that ends so.
pub fn achievement(policy: &Policy, slug: &str) -> Option<Achievement> {
    let document = policy.document();
    let requirements = document.requirements.iter().map(|one| (Wanted::Requirement { id: one.id.clone() }, None));
    let levels = document.ladders.iter().flat_map(|ladder| {
        // Badges of before levels had addresses name the ladder alone.
        let each = ladder.levels.iter().map(|level| Some(level.id.as_str())).chain([None]);
        each.map(move |level| (Wanted::Level { id: ladder.id.clone() }, level))
    });
    let mut all = [(Wanted::Credits, None)].into_iter().chain(requirements).chain(levels);
    let (wanted, level) = all.find(|(wanted, level)| slug_of(wanted, *level) == slug)?;
    let (title, level, criteria) = words(policy, &wanted, level)?;
    let name = |lang| named(&title, level.as_ref(), lang);
    let name = Text { zh: name(Lang::Zh), en: name(Lang::En) };
    Some(Achievement { name, criteria, slug: slug.to_owned() })
}

fn slug_of(wanted: &Wanted, level: Option<&str>) -> String {
    let parts = [Some(wanted.word()), Some(wanted.id()).filter(|id| !id.is_empty()), level];
    parts.into_iter().flatten().collect::<Vec<_>>().join("-")
}

fn named(title: &Text, level: Option<&Text>, lang: Lang) -> String {
    let title = title.get(lang);
    match level {
        Some(level) => format!("{title} · {}", level.get(lang)),
        None => title.to_owned(),
    }
}

impl Claim {
    /// What was achieved, with the level.
    pub fn name(&self, lang: Lang) -> String {
        named(&self.title, self.level.as_ref(), lang)
    }

    /// What is claimed, whoever has achieved it.
    pub fn achievement(&self) -> Achievement {
        Achievement {
            name: Text { zh: self.name(Lang::Zh), en: self.name(Lang::En) },
            criteria: self.criteria.clone(),
            slug: slug_of(&self.wanted, self.level_id.as_deref()),
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

    #[test]
    fn an_address_leads_to_what_was_claimed() {
        let (policy, sheet) = sheet(10, Some("two"), true);
        let wanted = [Wanted::Credits, Wanted::Requirement { id: "ten".into() }, Wanted::Level { id: "rank".into() }];
        for (wanted, slug) in wanted.into_iter().zip(["credits", "requirement-ten", "level-rank-two"]) {
            let claimed = claim(&policy, &sheet, wanted).ok().map(|claim| claim.achievement());
            assert_eq!(claimed.as_ref().map(|one| one.slug.as_str()), Some(slug));
            assert_eq!(achievement(&policy, slug), claimed);
        }
        let ladder = achievement(&policy, "level-rank").map(|one| one.name.en);
        assert_eq!(ladder.as_deref(), Some("Stars"));
        for unknown in ["", "credit", "requirement-", "level-rank-three", "level-order"] {
            assert_eq!(achievement(&policy, unknown), None, "{unknown}");
        }
    }
}
