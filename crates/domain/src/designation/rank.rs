//! The order of the applications of a round, and what may be decided about them.
//!
//! Applications stand in one order: more points on the mean; then more on the first criterion, the second, and so on as
//! the scheme lists them; then submitted earlier; then the smaller id, so that the order is always whole.
//!
//! What still waits for a check, a review or a visit may turn out to be the best: as many places as there are such
//! applications stay free until they are seen through, or refused. Who is heard again after an appeal that was upheld
//! should have had a place before: it is given one even where none is left.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::review::{Lack, Outcome};

/// An application as it is ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The application.
    pub application: Uuid,
    /// When it was submitted first.
    pub submitted_at: DateTime<Utc>,
    /// Whether it is heard for the second time, after an appeal that was upheld.
    pub again: bool,
    /// What its reviews come to.
    pub outcome: Outcome,
}

impl Entry {
    /// Whether it lacks nothing but what is still to come: a review, a visit, its photographs.
    fn pending(&self) -> bool {
        !self.outcome.lacks.is_empty() && self.outcome.lacks.iter().all(Lack::pending)
    }
}

/// Whether an application has a place, as things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chance {
    /// It lacks nothing and is among the best that there are places for, whatever comes of those that are pending.
    Within,
    /// It lacks nothing, and has a place if not all that are pending take one.
    Awaits,
    /// It lacks nothing, and there are no places left for it.
    Beyond,
    /// It lacks nothing but what is still to come.
    Pending,
    /// It lacks what does not come any more.
    Lacking,
}

impl Chance {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Awaits => "awaits",
            Self::Beyond => "beyond",
            Self::Pending => "pending",
            Self::Lacking => "lacking",
        }
    }

    /// Whether it lacks nothing.
    pub const fn deserves(self) -> bool {
        matches!(self, Self::Within | Self::Awaits | Self::Beyond)
    }
}

/// Where an application stands in its round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The application.
    pub application: Uuid,
    /// From 1.
    pub place: usize,
    /// Whether it has a place.
    pub chance: Chance,
    /// Whether it is heard for the second time.
    pub again: bool,
}

/// The order of a round, the best first. Whoever lacks something keeps a place in the order but takes none of the quota;
/// `unchecked` are those that are not under review yet and may still come to be.
pub fn rank(mut entries: Vec<Entry>, places: Option<usize>, unchecked: usize) -> Vec<Ranked> {
    entries.sort_by(|one, other| {
        let points = other.outcome.mean.cmp(&one.outcome.mean);
        let by_criterion = other.outcome.by_criterion.cmp(&one.outcome.by_criterion);
        points
            .then(by_criterion)
            .then(one.submitted_at.cmp(&other.submitted_at))
            .then(one.application.cmp(&other.application))
    });
    let pending = entries.iter().filter(|entry| entry.pending() && !entry.again).count().saturating_add(unchecked);
    let mut left = places;
    let mut ranked = Vec::with_capacity(entries.len());
    for (entry, place) in entries.into_iter().zip(1..) {
        let chance = match left {
            _ if entry.pending() => Chance::Pending,
            _ if !entry.outcome.lacks.is_empty() => Chance::Lacking,
            _ if entry.again => Chance::Within,
            Some(0) => Chance::Beyond,
            Some(left) if left <= pending => Chance::Awaits,
            _ => Chance::Within,
        };
        if chance.deserves() {
            left = left.map(|left| left.saturating_sub(1));
        }
        ranked.push(Ranked { application: entry.application, place, chance, again: entry.again });
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
    /// Others, which are not seen through, might lose their place.
    #[error(
        "{approved} are to be approved, {left} places are left, and {} wait for a check, a review or a visit: see them \
         through first, or refuse them and say why",
        .pending.len()
    )]
    PlacesPending {
        /// How many are to be approved.
        approved: usize,
        /// How many places there are.
        left: usize,
        /// Who is not seen through.
        pending: Vec<Uuid>,
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
            Self::PlacesPending { .. } => "places_pending",
        }
    }
}

/// Whether applications that wait may be approved (true) and refused (false) so: only what deserves it is approved, nobody
/// is passed over in silence, no more are approved than there are places, and whoever is not seen through keeps a chance of
/// one. `unchecked` are those that are not under review yet and may still come to be.
pub fn decide(
    ranked: &[Ranked],
    places: Option<usize>,
    unchecked: &[Uuid],
    choices: &BTreeMap<Uuid, bool>,
) -> Result<(), Undecidable> {
    if let Some(stranger) = choices.keys().find(|id| !ranked.iter().any(|one| one.application == **id)) {
        return Err(Undecidable::NotWaiting(*stranger));
    }
    let approved = |one: &&Ranked| choices.get(&one.application) == Some(&true);
    if let Some(one) = ranked.iter().filter(approved).find(|one| !one.chance.deserves()) {
        return Err(Undecidable::Lacking(one.application));
    }
    // Who is heard again takes nobody's place.
    if let Some(last) = ranked.iter().filter(|one| !one.again).rfind(approved) {
        let before = ranked.iter().take_while(|one| one.application != last.application);
        if let Some(one) =
            before.filter(|one| one.chance.deserves()).find(|one| !choices.contains_key(&one.application))
        {
            return Err(Undecidable::PassedOver { passed_over: one.application, approved: last.application });
        }
    }
    let Some(left) = places else { return Ok(()) };
    let first = ranked.iter().filter(approved).filter(|one| !one.again).count();
    // In their order: who is heard again takes a place if there is one, and is given one if there is not.
    let mut free = left;
    for one in ranked.iter().filter(approved) {
        if free == 0 && !one.again {
            return Err(Undecidable::QuotaExceeded { approved: first, left });
        }
        free = free.saturating_sub(1);
    }
    let waits = |one: &&Ranked| one.chance == Chance::Pending && !one.again && !choices.contains_key(&one.application);
    let pending = ranked.iter().filter(waits).map(|one| one.application);
    let pending: Vec<Uuid> = pending.chain(unchecked.iter().copied()).collect();
    if first > 0 && free < pending.len() {
        return Err(Undecidable::PlacesPending { approved: first, left, pending });
    }
    Ok(())
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
            again: false,
            outcome: outcome(&rules(), &reviews, None),
        }
    }

    fn order(entries: Vec<Entry>, places: Option<usize>) -> Vec<(u128, bool)> {
        rank(entries, places, 0)
            .into_iter()
            .map(|one| (one.application.as_u128(), one.chance == Chance::Within))
            .collect()
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
        assert_eq!(order(entries, Some(4)), expected);
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
        let mut ranked = rank(entries, places, 0);
        ranked.sort_by_key(|one| one.place);
        let choices = choices.iter().map(|(id, approve)| (Uuid::from_u128(*id), *approve)).collect();
        let code = decide(&ranked, places, &[], &choices).err().map(|refusal| refusal.code());
        assert_eq!(code.unwrap_or(""), expected);
    }

    /// Four that lack nothing but 3, which lacks a review, in the order 3 1 2 4; 9 is not checked yet.
    #[rstest]
    #[case::there_is_room(&[(1, true), (2, true)], Some(3), &[], "")]
    #[case::at_the_edge(&[(1, true), (2, true)], Some(2), &[], "places_pending")]
    #[case::one_less(&[(1, true)], Some(2), &[], "")]
    #[case::unchecked(&[(1, true)], Some(2), &[9], "places_pending")]
    #[case::refused(&[(1, true), (2, true), (3, false)], Some(2), &[], "")]
    #[case::no_quota(&[(1, true), (2, true), (4, true)], None, &[9], "")]
    #[case::too_many_anyhow(&[(1, true), (2, true), (4, true)], Some(2), &[], "quota_exceeded")]
    #[case::only_refusals(&[(4, false)], Some(0), &[9], "")]
    fn who_is_not_seen_through_keeps_a_chance(
        #[case] choices: &[(u128, bool)],
        #[case] places: Option<usize>,
        #[case] unchecked: &[u128],
        #[case] expected: &str,
    ) {
        let entries = vec![
            entry(1, &[(40, 50), (40, 50)], 1),
            entry(2, &[(40, 45), (40, 45)], 1),
            entry(3, &[(40, 55)], 1),
            entry(4, &[(20, 45), (20, 45)], 1),
        ];
        let unchecked: Vec<Uuid> = unchecked.iter().map(|id| Uuid::from_u128(*id)).collect();
        let ranked = rank(entries, places, unchecked.len());
        let choices = choices.iter().map(|(id, approve)| (Uuid::from_u128(*id), *approve)).collect();
        let code = decide(&ranked, places, &unchecked, &choices).err().map(|refusal| refusal.code());
        assert_eq!(code.unwrap_or(""), expected);
        // What is proposed can be decided.
        let proposed =
            ranked.iter().filter(|one| one.chance == Chance::Within).map(|one| (one.application, true)).collect();
        assert_eq!(decide(&ranked, places, &unchecked, &proposed), Ok(()));
    }

    #[test]
    fn whom_an_appeal_gave_right_has_a_place_over_the_quota() {
        let again = |id, reviews: &[(u32, u32)]| Entry { again: true, ..entry(id, reviews, 1) };
        let entries = vec![
            entry(1, &[(40, 50), (40, 50)], 1),
            again(2, &[(40, 40), (40, 40)]),
            again(3, &[(40, 55)]), // Lacks a review, and holds up nobody.
            entry(4, &[(20, 45), (20, 45)], 1),
        ];
        for (places, within) in
            [(Some(0), &[2_u128][..]), (Some(1), &[1, 2][..]), (Some(2), &[1, 2][..]), (Some(3), &[1, 2, 4][..])]
        {
            let ranked = rank(entries.clone(), places, 0);
            let found: Vec<u128> =
                ranked.iter().filter(|one| one.chance == Chance::Within).map(|one| one.application.as_u128()).collect();
            assert_eq!(found, within, "{places:?}");
            assert!(ranked.iter().all(|one| one.chance != Chance::Awaits), "{places:?}");
        }
        let ranked = rank(entries, Some(0), 0);
        let choices = |all: &[(u128, bool)]| all.iter().map(|(id, yes)| (Uuid::from_u128(*id), *yes)).collect();
        assert_eq!(decide(&ranked, Some(0), &[], &choices(&[(1, false), (2, true)])), Ok(()));
        assert_eq!(decide(&ranked, Some(0), &[], &choices(&[(2, true)])), Ok(()), "nobody is passed over");
        let more = decide(&ranked, Some(0), &[], &choices(&[(1, true), (2, true)]));
        assert_eq!(more, Err(Undecidable::QuotaExceeded { approved: 1, left: 0 }));
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
            let first = rank(entries.clone(), places, 0);
            let mut turned = entries.clone();
            if !turned.is_empty() {
                let by = turn.checked_rem(turned.len()).unwrap_or(0);
                turned.rotate_left(by);
                turned.reverse();
            }
            prop_assert_eq!(&rank(turned, places, 0), &first);
            let within = first.iter().filter(|one| one.chance == Chance::Within).count();
            prop_assert!(places.is_none_or(|places| within <= places));
            let of = |id: Uuid| entries.iter().find(|entry| entry.application == id).expect("an entry");
            for pair in first.windows(2) {
                let [better, worse] = pair else { continue };
                prop_assert!(of(better.application).outcome.mean >= of(worse.application).outcome.mean);
                let deserves = of(better.application).outcome.lacks.is_empty();
                let worth = |chance| [Chance::Within, Chance::Awaits, Chance::Beyond].iter().position(|one| *one == chance);
                prop_assert!(!deserves || worth(worse.chance).is_none_or(|worse| worth(better.chance) <= Some(worse)));
            }
        }
    }
}
