//! What would bring a person further: what each offer would add under the person's own limits, and a short way to a goal.
//! Whatever is said here is said by [`evaluate`], with the records that an offer would become.

use chrono::{NaiveDate, NaiveDateTime};

use super::evaluate::{Detail, Options};
use super::sheet::{Line, Missing, ScoreSheet};
use super::{Policy, evaluate};
use crate::credit::Credit;
use crate::person::Person;
use crate::record::Record;

/// Something that a person could take part in.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What the engine would read of it once it is confirmed.
    pub record: Record,
    /// When it ends, in the same local time as its beginning.
    pub ends_at: NaiveDateTime,
}

impl Offer {
    /// Whether nobody can be at both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.record.starts_at < other.ends_at && other.record.starts_at < self.ends_at
    }
}

/// A person as he or she stands, with what is already planned.
#[derive(Debug, Clone, Copy)]
pub struct Standpoint<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The person.
    pub person: &'a Person,
    /// What the person has, and what is planned already.
    pub records: &'a [Record],
    /// How to evaluate; [`Options::today`] is the day of the standpoint.
    pub options: Options<'a>,
}

/// What one offer would bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marginal {
    /// How much more credit the person would have. Less than nothing where it would take room from something dearer.
    pub gain: Credit,
    /// What would become of the record itself.
    pub line: Option<Line>,
}

impl Standpoint<'_> {
    /// The sheet with these offers taken, as of the day of the last one.
    fn with(&self, offers: &[&Offer], detail: Detail) -> ScoreSheet {
        let mut records = self.records.to_vec();
        records.extend(offers.iter().map(|offer| offer.record.clone()));
        let last: Option<NaiveDate> = offers.iter().map(|offer| offer.record.day()).max();
        let today = self.options.today.max(last);
        evaluate(self.policy, self.person, &records, &Options { today, detail, ..self.options })
    }

    /// What each offer alone would bring, in their order.
    pub fn marginals(&self, offers: &[Offer]) -> Vec<Marginal> {
        let before = self.with(&[], Detail::Sums).total;
        let one = |offer: &Offer| {
            let sheet = self.with(&[offer], Detail::Reasons);
            let line = sheet.lines.into_iter().find(|line| line.record_id == offer.record.id);
            Marginal { gain: sheet.total.minus(before), line }
        };
        offers.iter().map(one).collect()
    }

    /// Looks for the fewest offers that reach a goal. First greedily, which gives a way; then through all smaller sets,
    /// which proves it the shortest or finds a shorter one, as long as `budget` evaluations last.
    pub fn way(&self, offers: &[Offer], goal: &Goal, budget: u32) -> Way {
        let mut search = Search { at: self, offers, goal, left: budget };
        let Some(start) = search.look(&[]) else { return Way::default() };
        if start.reached() {
            return Way { reached: true, proven: true, ..Way::default() };
        }
        let greedy = search.greedy(start);
        let most = greedy.as_ref().map_or(offers.len(), |steps| steps.len().saturating_sub(1));
        for size in 1..=most {
            match search.subsets(size) {
                Exact::Found(steps) => return Way { steps, reached: true, proven: true, least: size },
                Exact::None => {}
                Exact::GaveUp => {
                    let reached = greedy.is_some();
                    return Way { steps: greedy.unwrap_or_default(), reached, proven: false, least: size };
                }
            }
        }
        let reached = greedy.is_some();
        let least = most.saturating_add(1);
        Way { steps: greedy.unwrap_or_default(), reached, proven: true, least }
    }
}

/// What is to be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A requirement.
    Requirement(String),
    /// A level of a ladder.
    Level {
        /// The ladder.
        ladder: String,
        /// The level.
        level: String,
    },
}

/// A way to a goal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// Places of the offers to take, in the order of the offers.
    pub steps: Vec<usize>,
    /// Whether they reach the goal.
    pub reached: bool,
    /// Reached: no fewer offers would do. Not reached: no set of these offers does.
    pub proven: bool,
    /// So many at the least are needed: every smaller set was tried.
    pub least: usize,
}

/// How far a set is from the goal: smaller is nearer, and nothing missing is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// Things that no record can make up.
    hopeless: usize,
    /// The sum of what is short.
    short: Credit,
    /// Things that are missing.
    missing: usize,
}

impl Distance {
    fn to(goal: &Goal, sheet: &ScoreSheet, policy: &Policy) -> Self {
        let none = Self { hopeless: 0, short: Credit::ZERO, missing: 0 };
        let of = |missing: &[Missing]| Self {
            hopeless: missing.iter().filter(|m| m.short.is_none()).count(),
            short: missing.iter().filter_map(|m| m.short).sum(),
            missing: missing.len(),
        };
        match goal {
            Goal::Requirement(id) => sheet
                .requirements
                .iter()
                .find(|r| r.id == *id)
                .map_or(Self { hopeless: 1, short: Credit::ZERO, missing: 1 }, |r| of(&r.missing)),
            Goal::Level { ladder, level } => {
                let place = |level: &str| {
                    let ladder = policy.document().ladders.iter().find(|l| l.id == *ladder)?;
                    ladder.levels.iter().position(|l| l.id == level)
                };
                let reached = sheet.levels.get(ladder).and_then(|l| l.as_deref()).and_then(place);
                if reached.is_some() && reached >= place(level) {
                    return none;
                }
                let next = sheet.next.get(ladder).map(|next| of(&next.missing));
                next.unwrap_or(Self { hopeless: 1, short: Credit::ZERO, missing: 1 })
            }
        }
    }

    fn reached(&self) -> bool {
        self.missing == 0
    }
}

enum Exact {
    Found(Vec<usize>),
    None,
    GaveUp,
}

struct Search<'a> {
    at: &'a Standpoint<'a>,
    offers: &'a [Offer],
    goal: &'a Goal,
    /// Evaluations that may still be made.
    left: u32,
}

impl Search<'_> {
    /// How far these offers leave the person from the goal; nothing once the budget is spent.
    fn look(&mut self, taken: &[usize]) -> Option<Distance> {
        self.left = self.left.checked_sub(1)?;
        let offers: Vec<&Offer> = taken.iter().filter_map(|place| self.offers.get(*place)).collect();
        let sheet = self.at.with(&offers, Detail::Sums);
        Some(Distance::to(self.goal, &sheet, self.at.policy))
    }

    fn fits(&self, taken: &[usize], place: usize) -> bool {
        let Some(offer) = self.offers.get(place) else { return false };
        let clashes = |other: &usize| *other == place || self.offers.get(*other).is_some_and(|o| o.overlaps(offer));
        !taken.iter().any(clashes)
    }

    /// Takes the offer that comes nearest to the goal, again and again; nothing where that leads nowhere.
    fn greedy(&mut self, start: Distance) -> Option<Vec<usize>> {
        let (mut taken, mut here) = (Vec::new(), start);
        while !here.reached() {
            let mut best: Option<(Distance, usize)> = None;
            for place in (0..self.offers.len()).filter(|place| self.fits(&taken, *place)).collect::<Vec<_>>() {
                taken.push(place);
                let distance = self.look(&taken);
                taken.pop();
                let distance = distance?;
                if best.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
                    best = Some((distance, place));
                }
            }
            let (distance, place) = best.filter(|(distance, _)| *distance < here)?;
            taken.push(place);
            here = distance;
        }
        taken.sort_unstable();
        Some(taken)
    }

    /// Tries every set of so many offers, those that come first before the others.
    fn subsets(&mut self, size: usize) -> Exact {
        let mut taken: Vec<usize> = Vec::with_capacity(size);
        let mut next = 0;
        loop {
            if taken.len() == size {
                match self.look(&taken) {
                    None => return Exact::GaveUp,
                    Some(distance) if distance.reached() => return Exact::Found(taken),
                    Some(_) => {}
                }
            } else if next < self.offers.len() {
                if self.fits(&taken, next) {
                    taken.push(next);
                }
                next = next.saturating_add(1);
                continue;
            }
            // This branch is done: go back to the last choice, and on from there.
            let Some(last) = taken.pop() else { return Exact::None };
            next = last.saturating_add(1);
        }
    }
}

#[cfg(test)]
#[expect(clippy::panic, clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use chrono::{Days, NaiveTime, TimeDelta};

    use super::*;
    use crate::policy::SoftMode;

    const POLICY: &str = "
kepu: 1
id: t
version: '1'
title: { zh: 试, en: t }
rules:
  - { id: visit, category: visit, when: { kind: visit }, credit: { fixed: 2 } }
  - { id: practice, category: practice, when: { kind: practice }, credit: { per_hour: 1 } }
limits:
  - { id: no-repeat, within: [activity], at_most: { records: 1 } }
  - { id: per-host, within: [host], at_most: { credits: 3 } }
requirements:
  - { id: enough, when: { measure: total, at_least: 6 } }
ladders:
  - { id: stars, levels: [ { id: one, at_least: 2 }, { id: two, at_least: 9 } ] }
";

    fn policy() -> Policy {
        Policy::parse(POLICY).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    fn offer(id: &str, day: u64, kind: &str, host: &str, minutes: u32) -> Offer {
        let starts_at = NaiveDate::from_ymd_opt(2026, 3, 1)
            .and_then(|d| d.checked_add_days(Days::new(day)))
            .expect("a day")
            .and_time(NaiveTime::MIN);
        let record = Record {
            id: id.to_owned(),
            starts_at,
            kind: Some(kind.to_owned()),
            minutes: Some(minutes),
            activity_id: Some(format!("of {id}")),
            host_id: Some(host.to_owned()),
            ..Record::default()
        };
        Offer { record, ends_at: starts_at + TimeDelta::minutes(i64::from(minutes)) }
    }

    fn at<'a>(policy: &'a Policy, person: &'a Person, records: &'a [Record]) -> Standpoint<'a> {
        let options = Options { soft: SoftMode::Flag, ..Options::default() };
        Standpoint { policy, person, records, options }
    }

    #[test]
    fn an_offer_brings_what_the_persons_own_limits_leave_of_it() {
        let (policy, person) = (policy(), Person::default());
        let have = [offer("a", 0, "visit", "h", 60).record];
        let mut again = offer("b", 5, "visit", "h", 60);
        again.record.activity_id = have[0].activity_id.clone();
        let offers = [
            offer("c", 1, "visit", "other", 60),
            offer("d", 2, "visit", "h", 60),
            again,
            offer("e", 3, "lecture", "other", 60),
        ];
        let gains: Vec<_> = at(&policy, &person, &have).marginals(&offers).into_iter().map(|m| m.gain).collect();
        assert_eq!(gains, [Credit::whole(2), Credit::ONE, Credit::ZERO, Credit::ZERO]);
    }

    #[test]
    fn a_way_is_proven_the_shortest_or_says_that_it_is_not() {
        let (policy, person) = (policy(), Person::default());
        // One host gives 3 at the most; hours count by themselves.
        let offers = [
            offer("a", 0, "visit", "h", 60),
            offer("b", 1, "visit", "h", 60),
            offer("c", 2, "practice", "i", 180),
            offer("d", 3, "practice", "k", 180),
        ];
        let goal = Goal::Requirement("enough".into());
        let standpoint = at(&policy, &person, &[]);
        let way = standpoint.way(&offers, &goal, 1000);
        assert_eq!(way, Way { steps: vec![2, 3], reached: true, proven: true, least: 2 });
        // Greedy alone takes one look for each step and offer; after that nothing is left for the proof.
        let short = standpoint.way(&offers, &goal, 9);
        assert_eq!((short.reached, short.proven, short.steps.len()), (true, false, 2));
        let level = |level: &str| Goal::Level { ladder: "stars".into(), level: level.into() };
        assert_eq!(standpoint.way(&offers, &level("one"), 1000).steps.len(), 1);
        assert_eq!(standpoint.way(&offers, &level("two"), 1000).steps, [0, 1, 2, 3]);
        let none = standpoint.way(&offers[..2], &goal, 1000);
        assert_eq!(none, Way { steps: vec![], reached: false, proven: true, least: 3 });
        let have: Vec<Record> = offers.iter().map(|o| o.record.clone()).collect();
        assert!(at(&policy, &person, &have).way(&[], &goal, 10).reached);
    }

    #[test]
    fn nobody_is_sent_to_two_places_at_once() {
        let (policy, person) = (policy(), Person::default());
        let offers = [
            offer("a", 0, "practice", "h", 180),
            offer("b", 0, "practice", "i", 180),
            offer("c", 1, "practice", "k", 180),
        ];
        let way = at(&policy, &person, &[]).way(&offers, &Goal::Requirement("enough".into()), 1000);
        assert_eq!((way.steps, way.proven), (vec![0, 2], true));
    }

    #[test]
    fn the_search_finds_what_trying_everything_finds() {
        let (policy, person) = (policy(), Person::default());
        let goal = Goal::Requirement("enough".into());
        let mut seed = 7_u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
            (seed >> 16) % below
        };
        let mut reached = 0;
        for _ in 0..60 {
            let offers: Vec<Offer> = (0..8)
                .map(|n: u32| {
                    let (kind, host) =
                        (["visit", "practice", "lecture"][random(3) as usize], ["h", "i", "k"][random(3) as usize]);
                    offer(&n.to_string(), u64::from(random(4)), kind, host, 30 * (1 + random(5)))
                })
                .collect();
            let standpoint = at(&policy, &person, &[]);
            let way = standpoint.way(&offers, &goal, 100_000);
            let all = (0_u32..256).filter(|set| {
                let taken: Vec<&Offer> = (0..8).filter(|n| set >> n & 1 == 1).map(|n| &offers[n]).collect();
                let clash = |a: &&Offer, b: &&Offer| a.record.id != b.record.id && a.overlaps(b);
                let fits = !taken.iter().any(|a| taken.iter().any(|b| clash(a, b)));
                fits && standpoint.with(&taken, Detail::Sums).requirements[0].met
            });
            let fewest = all.map(u32::count_ones).min();
            assert!(way.proven);
            assert_eq!(way.reached.then_some(way.steps.len()), fewest.map(|n| n as usize));
            reached += u32::from(way.reached);
        }
        assert!((5..60).contains(&reached), "{reached}");
    }
}
