//! Who gets a place in a session: from when on, of which school, and in which order.
//!
//! ```text
//!            opens_at                  to_all_at                 starts_at
//!    nobody ────┼──── schools, by quota ────┼──── all who are left ────┼──── nobody
//! ```
//!
//! Nothing here reads a clock or counts rows: the moment and what is taken are given. Whoever asks is looked at in the
//! order of arrival, those that wait before those that ask now, and nothing but that order and the school matters.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The rule by which a session gives out its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How many there are; none for any number.
    pub capacity: Option<u32>,
    /// When the first is given out; none for at once.
    pub opens_at: Option<DateTime<Utc>>,
    /// When the quotas end; none for the beginning of the session.
    pub to_all_at: Option<DateTime<Utc>>,
    /// When the session begins, and no place is given out any more.
    pub starts_at: DateTime<Utc>,
    /// Places of each school until the quotas end; with none at all, places are for all from the opening on.
    pub quotas: BTreeMap<Uuid, u32>,
}

/// What holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Places are not given out yet.
    NotOpen,
    /// Each school gets up to its quota.
    Schools,
    /// What is left is for all.
    All,
    /// The session has begun.
    Begun,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Places would open when the session has begun.
    #[error("must be before the session begins")]
    OpensAfterBeginning,
    /// Quotas would end when the session has begun.
    #[error("must be before the session begins; leave it out to keep the quotas until then")]
    ToAllAfterBeginning,
    /// Quotas would end before places open.
    #[error("must be after opens_at")]
    ToAllBeforeOpening,
    /// Without quotas places are for all anyway.
    #[error("means nothing without quotas; give quotas, or leave it out")]
    ToAllWithoutQuotas,
    /// More is promised than there is.
    #[error("the quotas add up to {sum}, and there are {capacity} places")]
    QuotasBeyondCapacity {
        /// Places that are promised.
        sum: u64,
        /// Places that there are.
        capacity: u32,
    },
}

impl Flaw {
    /// The field that is wrong.
    pub const fn field(self) -> &'static str {
        match self {
            Self::OpensAfterBeginning => "opens_at",
            Self::ToAllAfterBeginning | Self::ToAllBeforeOpening | Self::ToAllWithoutQuotas => "to_all_at",
            Self::QuotasBeyondCapacity { .. } => "quotas",
        }
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OpensAfterBeginning | Self::ToAllAfterBeginning => "not_before_starts_at",
            Self::ToAllBeforeOpening => "not_after_opens_at",
            Self::ToAllWithoutQuotas => "needs_quotas",
            Self::QuotasBeyondCapacity { .. } => "beyond_capacity",
        }
    }
}

impl Terms {
    /// What holds at `now`.
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        if now >= self.starts_at {
            Phase::Begun
        } else if self.opens_at.is_some_and(|opens| now < opens) {
            Phase::NotOpen
        } else if self.quotas.is_empty() || self.to_all_at.is_some_and(|to_all| now >= to_all) {
            Phase::All
        } else {
            Phase::Schools
        }
    }

    /// Everything that is wrong with it.
    pub fn flaws(&self) -> Vec<Flaw> {
        let sum = self.quotas.values().fold(0_u64, |sum, places| sum.saturating_add(u64::from(*places)));
        let beyond = self.capacity.filter(|capacity| sum > u64::from(*capacity));
        [
            self.opens_at.filter(|opens| *opens >= self.starts_at).map(|_| Flaw::OpensAfterBeginning),
            self.to_all_at.filter(|to_all| *to_all >= self.starts_at).map(|_| Flaw::ToAllAfterBeginning),
            self.to_all_at
                .zip(self.opens_at)
                .filter(|(to_all, opens)| to_all <= opens)
                .map(|_| Flaw::ToAllBeforeOpening),
            self.to_all_at.filter(|_| self.quotas.is_empty()).map(|_| Flaw::ToAllWithoutQuotas),
            beyond.map(|capacity| Flaw::QuotasBeyondCapacity { sum, capacity }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Places that are taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// In all.
    pub all: u32,
    /// By persons of each school.
    pub by_school: BTreeMap<Uuid, u32>,
}

impl Taken {
    /// Counts some more.
    pub fn add(&mut self, school: Option<Uuid>, places: u32) {
        self.all = self.all.saturating_add(places);
        if let Some(school) = school {
            let of = self.by_school.entry(school).or_default();
            *of = of.saturating_add(places);
        }
    }
}

/// The places of a session at a moment, as they are given out one by one.
#[derive(Debug, Clone)]
pub struct Room {
    terms: Terms,
    phase: Phase,
    taken: Taken,
}

impl Room {
    /// What is left under these terms at `now`.
    pub fn new(terms: Terms, taken: Taken, now: DateTime<Utc>) -> Self {
        Self { phase: terms.phase(now), terms, taken }
    }

    /// When places open, while they are not.
    pub fn opens_later(&self) -> Option<DateTime<Utc>> {
        self.terms.opens_at.filter(|_| self.phase == Phase::NotOpen)
    }

    /// Whether anybody could get a place now; if not, nobody needs to be looked at.
    pub fn is_open(&self) -> bool {
        let free = self.terms.capacity.is_none_or(|capacity| self.taken.all < capacity);
        free && matches!(self.phase, Phase::Schools | Phase::All)
    }

    /// The next in the order of arrival asks: whether that one gets a place. None is a person of no school.
    pub fn take(&mut self, school: Option<Uuid>) -> bool {
        let within = match self.phase {
            Phase::NotOpen | Phase::Begun => false,
            Phase::All => true,
            Phase::Schools => school.is_some_and(|school| {
                let taken = self.taken.by_school.get(&school).copied().unwrap_or(0);
                self.terms.quotas.get(&school).is_some_and(|quota| taken < *quota)
            }),
        };
        let given = within && self.is_open();
        if given {
            self.taken.add(school, 1);
        }
        given
    }
}

/// Who of a line gets a place: the schools of those that wait and ask, in the order of arrival.
pub fn give(terms: &Terms, taken: &Taken, line: &[Option<Uuid>], now: DateTime<Utc>) -> Vec<bool> {
    let mut room = Room::new(terms.clone(), taken.clone(), now);
    line.iter().map(|school| room.take(*school)).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);
    const C: Uuid = Uuid::from_u128(3);

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::hours(hour)).unwrap()
    }

    /// Opens at 10, to all at 20, begins at 30.
    fn terms(capacity: Option<u32>, quotas: &[(Uuid, u32)]) -> Terms {
        Terms {
            capacity,
            opens_at: Some(hour(10)),
            to_all_at: (!quotas.is_empty()).then(|| hour(20)),
            starts_at: hour(30),
            quotas: quotas.iter().copied().collect(),
        }
    }

    fn taken(by_school: &[(Uuid, u32)]) -> Taken {
        let mut taken = Taken::default();
        for (school, places) in by_school {
            taken.add(Some(*school), *places);
        }
        taken
    }

    #[test]
    fn the_phase_turns_at_the_moment_itself() {
        let with = terms(Some(3), &[(A, 2)]);
        let without = terms(Some(3), &[]);
        let until_the_start = Terms { to_all_at: None, ..with.clone() };
        let at_once = Terms { opens_at: None, ..without.clone() };
        for (terms, at, expected) in [
            (&with, 9, Phase::NotOpen),
            (&with, 10, Phase::Schools),
            (&with, 19, Phase::Schools),
            (&with, 20, Phase::All),
            (&with, 29, Phase::All),
            (&with, 30, Phase::Begun),
            (&without, 9, Phase::NotOpen),
            (&without, 10, Phase::All),
            (&until_the_start, 29, Phase::Schools),
            (&until_the_start, 30, Phase::Begun),
            (&at_once, 0, Phase::All),
        ] {
            assert_eq!(terms.phase(hour(at)), expected, "{terms:?} at {at}");
        }
    }

    /// What it is; the rule, what is taken, the schools of the line, and the hour; who gets a place.
    type Row<'r> = (&'r str, Terms, Taken, Vec<Option<Uuid>>, i64, Vec<bool>);

    #[test]
    fn each_outcome() {
        let (a, b, c) = (Some(A), Some(B), Some(C));
        let quotas = [(A, 2), (B, 1)];
        let table: Vec<Row<'_>> = vec![
            ("too early", terms(Some(3), &quotas), taken(&[]), vec![a, b], 9, vec![false, false]),
            ("within the quota", terms(Some(3), &quotas), taken(&[]), vec![a, a, b], 10, vec![true, true, true]),
            ("beyond the quota", terms(Some(9), &quotas), taken(&[(A, 1)]), vec![a, a], 15, vec![true, false]),
            (
                "one behind is not held up",
                terms(Some(9), &quotas),
                taken(&[]),
                vec![a, a, a, b],
                15,
                vec![true, true, false, true],
            ),
            ("a school without a quota", terms(Some(9), &quotas), taken(&[]), vec![c, b], 15, vec![false, true]),
            ("of no school", terms(Some(9), &quotas), taken(&[]), vec![None, b], 15, vec![false, true]),
            ("a quota that was lowered", terms(Some(9), &quotas), taken(&[(A, 5)]), vec![a], 15, vec![false]),
            ("full within the quota", terms(Some(2), &quotas), taken(&[(C, 2)]), vec![a, b], 15, vec![false, false]),
            ("quotas without a capacity", terms(None, &quotas), taken(&[]), vec![b, b, a], 15, vec![true, false, true]),
            (
                "to all, in order",
                terms(Some(3), &quotas),
                taken(&[(A, 1)]),
                vec![c, None, a],
                20,
                vec![true, true, false],
            ),
            ("full", terms(Some(3), &quotas), taken(&[(A, 3)]), vec![c], 20, vec![false]),
            ("over capacity", terms(Some(3), &quotas), taken(&[(A, 4)]), vec![c], 20, vec![false]),
            ("any number", terms(None, &[]), taken(&[(A, 400)]), vec![c, a], 10, vec![true, true]),
            ("no quotas", terms(Some(1), &[]), taken(&[]), vec![c, a], 10, vec![true, false]),
            ("begun", terms(Some(3), &quotas), taken(&[]), vec![a], 30, vec![false]),
            ("nobody asks", terms(Some(3), &quotas), taken(&[]), vec![], 15, vec![]),
        ];
        for (what, terms, taken, line, at, expected) in table {
            assert_eq!(give(&terms, &taken, &line, hour(at)), expected, "{what}");
        }
    }

    #[test]
    fn each_flaw() {
        let good = terms(Some(3), &[(A, 2), (B, 1)]);
        let flaws = |change: &dyn Fn(&mut Terms)| {
            let mut terms = good.clone();
            change(&mut terms);
            terms.flaws()
        };
        assert_eq!(flaws(&|_| ()), []);
        assert_eq!(flaws(&|t| t.to_all_at = None), []);
        assert_eq!(flaws(&|t| t.capacity = None), []);
        assert_eq!(flaws(&|t| t.opens_at = None), []);
        assert_eq!(flaws(&|t| t.opens_at = Some(hour(20))), [Flaw::ToAllBeforeOpening]);
        assert_eq!(flaws(&|t| t.to_all_at = Some(hour(30))), [Flaw::ToAllAfterBeginning]);
        assert_eq!(flaws(&|t| t.quotas.clear()), [Flaw::ToAllWithoutQuotas]);
        assert_eq!(flaws(&|t| t.capacity = Some(2)), [Flaw::QuotasBeyondCapacity { sum: 3, capacity: 2 }]);
        let late = |t: &mut Terms| (t.opens_at, t.to_all_at) = (Some(hour(31)), None);
        assert_eq!(flaws(&late), [Flaw::OpensAfterBeginning]);
    }

    #[derive(Debug, Clone)]
    struct Case {
        terms: Terms,
        taken: Taken,
        line: Vec<Option<Uuid>>,
        at: i64,
    }

    fn school() -> impl Strategy<Value = Option<Uuid>> {
        prop_oneof![Just(None), Just(Some(A)), Just(Some(B)), Just(Some(C))]
    }

    fn case() -> impl Strategy<Value = Case> {
        let quotas = proptest::collection::btree_map(prop_oneof![Just(A), Just(B), Just(C)], 1_u32..5, 0..4);
        let people = proptest::collection::vec(school(), 0..8);
        let line = proptest::collection::vec(school(), 0..24);
        (proptest::option::of(0_u32..12), quotas, people, line, 0_i64..40, any::<bool>(), any::<bool>()).prop_map(
            |(capacity, quotas, people, line, at, opens, to_all)| {
                let mut taken = Taken::default();
                for school in &people {
                    taken.add(*school, 1);
                }
                let terms = Terms {
                    capacity,
                    opens_at: opens.then(|| hour(10)),
                    to_all_at: to_all.then(|| hour(20)),
                    starts_at: hour(30),
                    quotas,
                };
                Case { terms, taken, line, at }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Never over the capacity, never over a quota while quotas hold, nobody while it is closed; and whoever got
        /// nothing could not have got anything when it was their turn, so nobody was overtaken.
        #[test]
        fn places_are_given_in_order_and_never_twice(case in case()) {
            let Case { terms, taken, line, at } = case;
            let phase = terms.phase(hour(at));
            let given = give(&terms, &taken, &line, hour(at));
            prop_assert_eq!(given.len(), line.len());
            let mut after = taken.clone();
            for (school, got) in line.iter().zip(&given) {
                let full = terms.capacity.is_some_and(|capacity| after.all >= capacity);
                let mine = school.map_or(0, |school| after.by_school.get(&school).copied().unwrap_or(0));
                let quota = school.and_then(|school| terms.quotas.get(&school).copied()).unwrap_or(0);
                let may = match phase {
                    Phase::NotOpen | Phase::Begun => false,
                    Phase::Schools => mine < quota,
                    Phase::All => true,
                };
                prop_assert_eq!(*got, may && !full, "{:?} of {:?}", school, &given);
                if *got {
                    after.add(*school, 1);
                }
            }
            if let Some(capacity) = terms.capacity {
                prop_assert!(after.all <= capacity.max(taken.all));
            }
            if phase == Phase::Schools {
                for (school, places) in &after.by_school {
                    let quota = terms.quotas.get(school).copied().unwrap_or(0);
                    let before = taken.by_school.get(school).copied().unwrap_or(0);
                    prop_assert!(*places <= quota.max(before));
                }
            }
        }

        /// Asked together or one after the other: the order of arrival is all that matters.
        #[test]
        fn a_line_that_is_cut_anywhere_gets_the_same(case in case(), cut in 0_usize..24) {
            let Case { terms, taken, line, at } = case;
            let whole = give(&terms, &taken, &line, hour(at));
            let (first, rest) = line.split_at(cut.min(line.len()));
            let mut parts = give(&terms, &taken, first, hour(at));
            let mut after = taken;
            for (school, _) in first.iter().zip(&parts).filter(|(_, got)| **got) {
                after.add(*school, 1);
            }
            // Those that wait are looked at again, before those that come: they still get nothing.
            let waiting: Vec<_> = first.iter().zip(&parts).filter(|(_, got)| !**got).map(|(school, _)| *school).collect();
            let again = give(&terms, &after, &[waiting.as_slice(), rest].concat(), hour(at));
            prop_assert!(again.iter().take(waiting.len()).all(|got| !got));
            parts.extend(again.into_iter().skip(waiting.len()));
            prop_assert_eq!(parts, whole);
        }

        /// Where places are for all, those who get one are the first of the line.
        #[test]
        fn to_all_the_first_that_wait_come_first(case in case()) {
            let Case { terms, taken, line, .. } = case;
            let given = give(&Terms { opens_at: None, quotas: BTreeMap::new(), ..terms }, &taken, &line, hour(0));
            let got = given.iter().filter(|got| **got).count();
            prop_assert!(given.iter().take(got).all(|got| *got));
        }
    }
}
