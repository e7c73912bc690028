//! What another policy would change: the sheets of the same persons under two policies, compared and added up.
//!
//! Nothing here books anything. A requirement or level that one of the policies does not have is not met and not reached
//! there. Who climbs or falls does so on a ladder that both have; what is on a ladder that comes or goes is told as that.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Policy;
use super::sheet::ScoreSheet;
use crate::credit::Credit;

/// What changes for one person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonChange {
    /// Credit before.
    pub before: Credit,
    /// Credit after.
    pub after: Credit,
    /// Levels that differ.
    pub levels: Vec<LevelMove>,
    /// Requirements that are met under one of the two alone.
    pub requirements: Vec<RequirementMove>,
}

/// Another level on a ladder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LevelMove {
    /// The ladder.
    pub ladder: String,
    /// The level before; nothing below the first.
    pub from: Option<String>,
    /// The level after.
    pub to: Option<String>,
    /// Whether it is higher, where the ladder of the policy that is tried knows both; else as the earlier ladder has it.
    /// Never so on a ladder that is not the same.
    pub up: bool,
    /// Whether both have the ladder.
    #[serde(default)]
    pub ladder_is: LadderIs,
}

/// What becomes of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LadderIs {
    /// Both have it.
    #[default]
    Same,
    /// It comes.
    New,
    /// It goes.
    Gone,
    /// Both have one of this id, but none of its levels: they cannot be compared.
    Replaced,
}

impl LadderIs {
    fn between(before: Option<&Policy>, after: &Policy, ladder: &str) -> Self {
        let find = |policy: &Policy| policy.document().ladders.iter().find(|l| l.id == ladder).cloned();
        match (before.and_then(find), find(after)) {
            (Some(_), None) => Self::Gone,
            (None, _) => Self::New,
            (Some(was), Some(is)) if is.levels.iter().any(|l| was.levels.iter().any(|w| w.id == l.id)) => Self::Same,
            (Some(_), Some(_)) => Self::Replaced,
        }
    }
}

impl LevelMove {
    /// Whether somebody climbs by it.
    fn climbs(&self) -> bool {
        self.ladder_is == LadderIs::Same && self.up
    }

    /// Whether somebody falls by it.
    fn falls(&self) -> bool {
        self.ladder_is == LadderIs::Same && !self.up
    }
}

/// A requirement that is met, or is no more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequirementMove {
    /// The requirement.
    pub id: String,
    /// Whether it is met after.
    pub met: bool,
}

impl PersonChange {
    /// Compares two sheets of one person. `before` is nothing where the person was scored by no policy.
    pub fn between(before: Option<(&Policy, &ScoreSheet)>, after: (&Policy, &ScoreSheet)) -> Self {
        let none = ScoreSheet::default();
        let was = before.map_or(&none, |(_, sheet)| sheet);
        let (policy, is) = after;
        let ladders: BTreeSet<&String> = was.levels.keys().chain(is.levels.keys()).collect();
        let level = |sheet: &ScoreSheet, ladder: &str| sheet.levels.get(ladder).cloned().flatten();
        let levels = ladders.into_iter().filter_map(|ladder| {
            let (from, to) = (level(was, ladder), level(is, ladder));
            let rank = |level: Option<&str>| {
                rank(policy, ladder, level).or_else(|| before.and_then(|(before, _)| rank(before, ladder, level)))
            };
            (from != to).then(|| {
                let ladder_is = LadderIs::between(before.map(|(before, _)| before), policy, ladder);
                let up = ladder_is == LadderIs::Same && rank(to.as_deref()) > rank(from.as_deref());
                LevelMove { ladder: ladder.clone(), from, to, up, ladder_is }
            })
        });
        let met = |sheet: &ScoreSheet, id: &str| sheet.requirements.iter().any(|r| r.id == id && r.met);
        let ids: BTreeSet<&String> = was.requirements.iter().chain(&is.requirements).map(|r| &r.id).collect();
        let requirements = ids.into_iter().filter_map(|id| {
            let (before, after) = (met(was, id), met(is, id));
            (before != after).then(|| RequirementMove { id: id.clone(), met: after })
        });
        Self { before: was.total, after: is.total, levels: levels.collect(), requirements: requirements.collect() }
    }

    /// Whether anything changes.
    pub fn is_any(&self) -> bool {
        self.before != self.after || !self.levels.is_empty() || !self.requirements.is_empty()
    }
}

/// The place of a level on a ladder, from 1; 0 below the first, nothing where the ladder does not have it.
fn rank(policy: &Policy, ladder: &str, level: Option<&str>) -> Option<usize> {
    let Some(level) = level else { return Some(0) };
    let ladder = policy.document().ladders.iter().find(|l| l.id == ladder)?;
    ladder.levels.iter().position(|l| l.id == level).map(|place| place.saturating_add(1))
}

/// What changes for some persons, added up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Change {
    /// Persons.
    pub persons: u64,
    /// Persons who have more.
    pub gained: u64,
    /// Persons who have less.
    pub lost: u64,
    /// What those who gain gain together.
    pub gain: Credit,
    /// What those who lose lose together.
    pub loss: Credit,
    /// Credit of all before.
    pub total_before: Credit,
    /// Credit of all after.
    pub total_after: Credit,
    /// Persons who have a higher level on some ladder that both have.
    pub climbed: u64,
    /// Persons who have a lower level on some ladder that both have.
    pub fell: u64,
    /// Persons who meet a requirement that they did not meet.
    pub now_met: u64,
    /// Persons who no longer meet a requirement.
    pub no_longer_met: u64,
}

impl Change {
    fn add(&mut self, person: &PersonChange) {
        let count = |counter: &mut u64, counts: bool| *counter = counter.saturating_add(u64::from(counts));
        count(&mut self.persons, true);
        count(&mut self.gained, person.after > person.before);
        count(&mut self.lost, person.after < person.before);
        self.gain = self.gain.plus(person.after.shortfall(person.before));
        self.loss = self.loss.plus(person.before.shortfall(person.after));
        self.total_before = self.total_before.plus(person.before);
        self.total_after = self.total_after.plus(person.after);
        count(&mut self.climbed, person.levels.iter().any(LevelMove::climbs));
        count(&mut self.fell, person.levels.iter().any(LevelMove::falls));
        count(&mut self.now_met, person.requirements.iter().any(|r| r.met));
        count(&mut self.no_longer_met, person.requirements.iter().any(|r| !r.met));
    }
}

/// How many persons move from one level to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves {
    /// From where to where.
    #[serde(flatten)]
    pub step: LevelMove,
    /// Persons.
    pub persons: u64,
}

/// How many persons meet a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Meeting {
    /// The requirement.
    pub id: String,
    /// Persons who met it before.
    pub met_before: u64,
    /// Persons who meet it after.
    pub met_after: u64,
    /// Persons who meet it after alone.
    pub now_met: u64,
    /// Persons who met it before alone.
    pub no_longer_met: u64,
}

/// What changes in a district.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// For all.
    pub all: Change,
    /// For the persons of each school; those of none are left out.
    pub by_school: BTreeMap<Uuid, Change>,
    /// For the persons of each grade.
    pub by_grade: BTreeMap<i32, Change>,
    /// Moves on ladders.
    pub levels: Vec<Moves>,
    /// Requirements.
    pub requirements: Vec<Meeting>,
}

/// Adds persons up, one after another.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    summary: Summary,
    levels: BTreeMap<LevelMove, u64>,
    requirements: BTreeMap<String, Meeting>,
}

impl Tally {
    /// Adds one person, with school and grade as of now, and with what the sheets after and before say of requirements.
    pub fn add(
        &mut self,
        (school, grade): (Option<Uuid>, Option<i32>),
        (before, after): (Option<&ScoreSheet>, &ScoreSheet),
        change: &PersonChange,
    ) {
        self.summary.all.add(change);
        if let Some(school) = school {
            self.summary.by_school.entry(school).or_default().add(change);
        }
        if let Some(grade) = grade {
            self.summary.by_grade.entry(grade).or_default().add(change);
        }
        for step in &change.levels {
            let persons = self.levels.entry(step.clone()).or_default();
            *persons = persons.saturating_add(1);
        }
        let mut count = |id: &str, counter: fn(&mut Meeting) -> &mut u64, counts: bool| {
            let meeting = self.requirements.entry(id.to_owned()).or_default();
            let counter = counter(meeting);
            *counter = counter.saturating_add(u64::from(counts));
        };
        for requirement in before.iter().flat_map(|sheet| &sheet.requirements) {
            count(&requirement.id, |m| &mut m.met_before, requirement.met);
        }
        for requirement in &after.requirements {
            count(&requirement.id, |m| &mut m.met_after, requirement.met);
        }
        for requirement in &change.requirements {
            count(&requirement.id, |m| &mut m.now_met, requirement.met);
            count(&requirement.id, |m| &mut m.no_longer_met, !requirement.met);
        }
    }

    /// What it comes to.
    pub fn summary(self) -> Summary {
        let levels = self.levels.into_iter().map(|(step, persons)| Moves { step, persons }).collect();
        let requirements = self.requirements.into_iter().map(|(id, meeting)| Meeting { id, ..meeting }).collect();
        Summary { levels, requirements, ..self.summary }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::Person;
    use crate::policy::{Options, evaluate};
    use crate::record::Record;

    fn text(price: &str, least: &str) -> String {
        format!(
            "kepu: 1\nid: t\nversion: '1'\ntitle: {{ zh: 试, en: t }}\nrules: [ {{ id: a, credit: {{ fixed: {price} }} }} ]\n\
             requirements: [ {{ id: enough, when: {{ measure: total, at_least: {least} }} }} ]\n\
             ladders: [ {{ id: stars, levels: [ {{ id: one, at_least: 2 }}, {{ id: two, at_least: 4 }} ] }} ]\n"
        )
    }

    fn policy(price: &str, least: &str) -> Policy {
        Policy::parse(&text(price, least)).expect("a policy")
    }

    fn sheet(policy: &Policy, records: u32) -> ScoreSheet {
        let records: Vec<Record> = (0..records).map(|n| Record { id: n.to_string(), ..Record::default() }).collect();
        evaluate(policy, &Person::default(), &records, &Options::default())
    }

    #[test]
    fn who_gains_loses_and_crosses_is_told_both_ways() {
        let (cheap, dear) = (policy("1", "3"), policy("2", "5"));
        // Records → under `cheap` and `dear`: 0 → 0, 0; 1 → 1, 2; 2 → 2, 4; 3 → 3, 6.
        let (school, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut up = Tally::default();
        let mut down = Tally::default();
        for (records, school) in [(0, school), (1, school), (2, other), (3, other)] {
            let (a, b) = (sheet(&cheap, records), sheet(&dear, records));
            let change = PersonChange::between(Some((&cheap, &a)), (&dear, &b));
            assert_eq!(change.is_any(), records > 0, "{records}: {change:?}");
            up.add((Some(school), Some(6)), (Some(&a), &b), &change);
            let change = PersonChange::between(Some((&dear, &b)), (&cheap, &a));
            down.add((Some(school), None), (Some(&b), &a), &change);
        }
        let (up, down) = (up.summary(), down.summary());
        assert_eq!((up.all.persons, up.all.gained, up.all.lost, up.all.climbed, up.all.fell), (4, 3, 0, 3, 0));
        assert_eq!((up.all.total_before, up.all.total_after), (Credit::whole(6), Credit::whole(12)));
        assert_eq!((up.all.gain, up.all.loss), (Credit::whole(6), Credit::ZERO));
        assert_eq!((down.all.gained, down.all.lost, down.all.climbed, down.all.fell), (0, 3, 0, 3));
        assert_eq!((down.all.gain, down.all.loss), (Credit::ZERO, Credit::whole(6)));
        assert_eq!(up.by_school.get(&school).map(|c| (c.persons, c.gained)), Some((2, 1)));
        assert_eq!(up.by_school.get(&other).map(|c| c.total_after), Some(Credit::whole(10)));
        assert_eq!((up.by_grade.len(), down.by_grade.len()), (1, 0));
        // 3 records: 3 of 3 before, 6 of 5 after.
        let met = |s: &Summary| {
            s.requirements.iter().map(|m| (m.met_before, m.met_after, m.now_met, m.no_longer_met)).collect::<Vec<_>>()
        };
        assert_eq!((met(&up), met(&down)), (vec![(1, 1, 0, 0)], vec![(1, 1, 0, 0)]));
        let moves: Vec<_> =
            up.levels.iter().map(|m| (m.step.from.as_deref(), m.step.to.as_deref(), m.step.up, m.persons)).collect();
        assert_eq!(moves, [(None, Some("one"), true, 1), (Some("one"), Some("two"), true, 2)]);
    }

    #[test]
    fn what_only_one_policy_has_is_not_reached_in_the_other() {
        let full = policy("2", "3");
        let plain = Policy::parse(
            "kepu: 1\nid: t\nversion: '2'\ntitle: { zh: 试, en: t }\nrules: [ { id: a, credit: { fixed: 2 } } ]\n",
        )
        .expect("a policy");
        let (a, b) = (sheet(&full, 2), sheet(&plain, 2));
        let gone = PersonChange::between(Some((&full, &a)), (&plain, &b));
        let (from, ladder_is) = (Some("two".into()), LadderIs::Gone);
        assert_eq!(gone.levels, [LevelMove { ladder: "stars".into(), from, to: None, up: false, ladder_is }]);
        assert_eq!(gone.requirements, [RequirementMove { id: "enough".into(), met: false }]);
        let come = PersonChange::between(None, (&full, &a));
        assert_eq!((come.before, come.after), (Credit::ZERO, Credit::whole(4)));
        assert!(come.levels.iter().all(|l| l.ladder_is == LadderIs::New) && come.requirements.iter().all(|r| r.met));
    }

    #[test]
    fn nobody_climbs_or_falls_where_all_ladders_are_others() {
        let old = policy("2", "3");
        let renamed = |words: &[(&str, &str)]| {
            let text = words.iter().fold(text("2", "3"), |text, (from, to)| text.replace(from, to));
            Policy::parse(&text).expect("a policy")
        };
        for (tried, expected) in [
            (renamed(&[("id: stars", "id: medals")]), vec![LadderIs::New, LadderIs::Gone]),
            (renamed(&[("id: one", "id: bronze"), ("id: two", "id: gold")]), vec![LadderIs::Replaced]),
        ] {
            let mut tally = Tally::default();
            for records in 0..4 {
                let (a, b) = (sheet(&old, records), sheet(&tried, records));
                let change = PersonChange::between(Some((&old, &a)), (&tried, &b));
                tally.add((None, None), (Some(&a), &b), &change);
                if records > 0 {
                    assert_eq!(change.levels.iter().map(|l| l.ladder_is).collect::<Vec<_>>(), expected, "{records}");
                }
            }
            let summary = tally.summary();
            assert_eq!((summary.all.climbed, summary.all.fell), (0, 0));
            assert!(summary.levels.iter().all(|moves| !moves.step.up && moves.persons > 0));
        }
        // One level of the same name is enough to compare by.
        let longer = renamed(&[("id: two", "id: three")]);
        let (a, b) = (sheet(&old, 1), sheet(&longer, 2));
        let change = PersonChange::between(Some((&old, &a)), (&longer, &b));
        assert_eq!(change.levels.iter().map(|l| (l.up, l.ladder_is)).collect::<Vec<_>>(), [(true, LadderIs::Same)]);
    }
}
