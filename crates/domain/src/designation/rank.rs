//! The order of the applications of a round, and what may be decided about them.
//!
//! Applications stand in one order: more points on the mean; then more on the first criterion, the second, and so on as
//! the scheme lists them; then submitted earlier; then the smaller id, so that the order is always whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

use super::review::Outcome;

/// An application as it is ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The application.
    pub application: Uuid,
    /// When it was submitted first.
    pub submitted_at: DateTime<Utc>,
    /// What its reviews come to.
    pub outcome: Outcome,
}

/// Where an application stands in its round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The application.
    pub application: Uuid,
    /// From 1.
    pub place: usize,
    /// Whether it lacks nothing.
    pub deserves: bool,
    /// Whether it lacks nothing and is among the best that there are places for.
    pub within: bool,
}

/// The order of a round, the best first. Whoever lacks something keeps a place in the order but takes none of the quota.
pub fn rank(mut entries: Vec<Entry>, places: Option<usize>) -> Vec<Ranked> {
    entries.sort_by(|one, other| {
        let points = other.outcome.mean.cmp(&one.outcome.mean);
        let by_criterion = other.outcome.by_criterion.cmp(&one.outcome.by_criterion);
        points
            .then(by_criterion)
            .then(one.submitted_at.cmp(&other.submitted_at))
            .then(one.application.cmp(&other.application))
    });
    let mut left = places.unwrap_or(usize::MAX);
    let mut ranked = Vec::with_capacity(entries.len());
    for (entry, place) in entries.into_iter().zip(1..) {
        let deserves = entry.outcome.lacks.is_empty();
        let within = deserves && left > 0;
        if within {
            left = left.saturating_sub(1);
        }
        ranked.push(Ranked { application: entry.application, place, deserves, within });
    }
    ranked
}

/// Why a decision on several applications is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undecidable {
    /// It is not among those that wait for a decision.
    #[error("application {0} does not wait for a decision")]
    NotWaiting(Uuid),
    /// It lacks something.
    #[error("application {0} lacks something; see the ranking")]
    Lacking(Uuid),
    /// A better one is neither approved nor refused.
    #[error("application {passed_over} stands before {approved}: approve it, too, or refuse it and say why")]
    PassedOver {
        /// The better one.
        passed_over: Uuid,
        /// The one that is to be approved.
        approved: Uuid,
    },
    /// There are not so many places.
    #[error("{approved} are to be approved, {left} places are left")]
    QuotaExceeded {
        /// How many are to be approved.
        approved: usize,
        /// How many places there are.
        left: usize,
    },
}

impl Undecidable {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotWaiting(_) => "not_waiting",
            Self::Lacking(_) => "lacking",
            Self::PassedOver { .. } => "passed_over",
            Self::QuotaExceeded { .. } => "quota_exceeded",
        }
    }
}

/// Whether applications that wait may be approved (true) and refused (false) so: only what deserves it is approved, nobody
/// is passed over in silence, and no more are approved than there are places.
pub fn decide(ranked: &[Ranked], places: Option<usize>, choices: &BTreeMap<Uuid, bool>) -> Result<(), Undecidable> {
    if let Some(stranger) = choices.keys().find(|id| !ranked.iter().any(|one| one.application == **id)) {
        return Err(Undecidable::NotWaiting(*stranger));
    }
    let approved = |one: &&Ranked| choices.get(&one.application) == Some(&true);
    if let Some(one) = ranked.iter().filter(approved).find(|one| !one.deserves) {
        return Err(Undecidable::Lacking(one.application));
    }
    if let Some(last) = ranked.iter().rfind(approved) {
        let before = ranked.iter().take_while(|one| one.application != last.application);
        if let Some(one) = before.filter(|one| one.deserves).find(|one| !choices.contains_key(&one.application)) {
            return Err(Undecidable::PassedOver { passed_over: one.application, approved: last.application });
        }
    }
    let approved = choices.values().filter(|approved| **approved).count();
    match places {
        Some(left) if left < approved => Err(Undecidable::QuotaExceeded { approved, left }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::super::review::tests::{rules, scores};
    use super::super::review::{Scores, outcome};
    use super::*;

    fn entry(id: u128, reviews: &[(u32, u32)], second: i64) -> Entry {
        let reviews: Vec<Scores> = reviews.iter().map(|(space, staff)| scores(*space, *staff)).collect();
        Entry {
            application: Uuid::from_u128(id),
            submitted_at: DateTime::from_timestamp(second, 0).expect("a moment"),
            outcome: outcome(&rules(), &reviews, None),
        }
    }

    fn order(entries: Vec<Entry>, places: Option<usize>) -> Vec<(u128, bool)> {
        rank(entries, places).into_iter().map(|one| (one.application.as_u128(), one.within)).collect()
    }

    #[test]
    fn ties_are_broken_as_the_rule_says() {
        let entries = vec![
            entry(1, &[(30, 40), (30, 40)], 5),
            entry(2, &[(31, 39), (31, 39)], 9), // As many, and more on the first criterion.
            entry(3, &[(30, 40), (30, 40)], 4), // As many, and earlier.
            entry(5, &[(30, 40), (30, 40)], 5),
            entry(4, &[(10, 60), (10, 60)], 1), // As many, but too few of space.
            entry(6, &[(40, 60)], 1),           // The most, but reviewed once only.
        ];
        let expected = [(6, false), (2, true), (3, true), (1, true), (5, false), (4, false)];
        assert_eq!(order(entries, Some(3)), expected);
    }

    #[test]
    fn without_a_quota_all_that_deserve_it_are_within() {
        let entries = vec![entry(1, &[(20, 40), (20, 40)], 1), entry(2, &[(0, 0), (0, 0)], 1)];
        assert_eq!(order(entries.clone(), None), [(1, true), (2, false)]);
        assert_eq!(order(entries, Some(0)), [(1, false), (2, false)]);
    }

    #[rstest]
    #[case::the_best(&[(1, true)], None, "")]
    #[case::all(&[(1, true), (2, true), (3, false), (4, false)], Some(2), "")]
    #[case::refused_with_reason(&[(1, false), (2, true)], None, "")]
    #[case::in_silence(&[(2, true)], None, "passed_over")]
    #[case::lacking(&[(1, true), (2, true), (3, true)], None, "lacking")]
    #[case::lacking_is_passed_over(&[(1, true), (2, true), (4, true)], None, "")]
    #[case::too_many(&[(1, true), (2, true)], Some(1), "quota_exceeded")]
    #[case::no_place(&[(1, true)], Some(0), "quota_exceeded")]
    #[case::only_refusals(&[(4, false)], Some(0), "")]
    #[case::stranger(&[(7, false)], None, "not_waiting")]
    #[case::nothing(&[], Some(0), "")]
    fn nobody_is_passed_over_in_silence(
        #[case] choices: &[(u128, bool)],
        #[case] places: Option<usize>,
        #[case] expected: &str,
    ) {
        let entries = vec![
            entry(1, &[(40, 60), (40, 60)], 1),
            entry(2, &[(40, 50), (40, 50)], 1),
            entry(3, &[(0, 60), (0, 60)], 1), // Too few of space.
            entry(4, &[(20, 40), (20, 40)], 1),
        ];
        let mut ranked = rank(entries, places);
        ranked.sort_by_key(|one| one.place);
        let choices = choices.iter().map(|(id, approve)| (Uuid::from_u128(*id), *approve)).collect();
        let code = decide(&ranked, places, &choices).err().map(|refusal| refusal.code());
        assert_eq!(code.unwrap_or(""), expected);
    }

    proptest! {
        /// The order depends on nothing but the entries, no more are within than there are places, and nobody who lacks
        /// nothing is left out for somebody with fewer points.
        #[test]
        fn the_order_is_one(
            given in prop::collection::vec((prop::collection::vec((0_u32..=40, 0_u32..=60), 0..4), 0_i64..3), 0..12),
            places in prop::option::of(0_usize..6),
            turn in 0_usize..12,
        ) {
            let entries: Vec<Entry> =
                given.iter().zip(1..).map(|((reviews, second), id)| entry(id, reviews, *second)).collect();
            let first = rank(entries.clone(), places);
            let mut turned = entries.clone();
            if !turned.is_empty() {
                let by = turn.checked_rem(turned.len()).unwrap_or(0);
                turned.rotate_left(by);
                turned.reverse();
            }
            prop_assert_eq!(&rank(turned, places), &first);
            let within = first.iter().filter(|one| one.within).count();
            prop_assert!(places.is_none_or(|places| within <= places));
            let of = |id: Uuid| entries.iter().find(|entry| entry.application == id).expect("an entry");
            for pair in first.windows(2) {
                let [better, worse] = pair else { continue };
                prop_assert!(of(better.application).outcome.mean >= of(worse.application).outcome.mean);
                let deserves = of(better.application).outcome.lacks.is_empty();
                prop_assert!(!deserves || better.within || !worse.within);
            }
        }
    }
}
