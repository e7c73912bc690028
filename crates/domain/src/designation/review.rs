//! The review of applications: who may review, what a review must hold, and what many of them come to.
//! Means are exact fractions, compared as such.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::scheme::{Criterion, Rules};
use super::wrong::Wrong;

/// A reviewer, as far as ties go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reviewer {
    /// Organizations over which the account has a right.
    pub organizations: BTreeSet<Uuid>,
    /// Applications to which a tie was declared, by the reviewer or the authority.
    pub declared: BTreeSet<Uuid>,
}

/// An applicant, as far as ties go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// The application.
    pub application: Uuid,
    /// The organization that applies, or whose professional does.
    pub organization: Uuid,
    /// Whether a professional is to hold it, whose employer the organization is.
    pub professional: bool,
    /// Organizations with which it has an agreement in force.
    pub partners: BTreeSet<Uuid>,
}

/// What ties a reviewer to an applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// Both belong to one organization.
    Organization,
    /// The reviewer belongs to the professional's employer.
    Employer,
    /// The reviewer's organization has an agreement with the applicant's that is in force.
    Agreement,
    /// Somebody said that there is one.
    Declared,
}

impl Tie {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Employer => "employer",
            Self::Agreement => "agreement",
            Self::Declared => "declared",
        }
    }
}

impl Reviewer {
    /// The tie to an applicant, if there is one; the nearest first.
    pub fn tie(&self, applicant: &Applicant) -> Option<Tie> {
        if self.organizations.contains(&applicant.organization) {
            return Some(if applicant.professional { Tie::Employer } else { Tie::Organization });
        }
        if !self.organizations.is_disjoint(&applicant.partners) {
            return Some(Tie::Agreement);
        }
        self.declared.contains(&applicant.application).then_some(Tie::Declared)
    }
}

/// What a reviewer says on one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Points, from none to those of the criterion.
    pub points: u32,
    /// Why; may be empty.
    #[serde(default)]
    pub remark: String,
}

/// A review by the keys of the criteria.
pub type Scores = BTreeMap<String, Score>;

/// The most characters of a remark.
const REMARK_MAX: usize = 2000;

/// Everything that is wrong with a review; nothing if every criterion has points within its bounds.
pub fn check(criteria: &[Criterion], scores: &Scores) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for criterion in criteria {
        let path = format!("scores.{}", criterion.key);
        match scores.get(&criterion.key) {
            None => wrong.push(Wrong::new(path, "required", "is missing")),
            Some(score) if criterion.points < score.points => {
                let message = format!("must be from 0 to {}, not {}", criterion.points, score.points);
                wrong.push(Wrong::new(format!("{path}.points"), "out_of_range", message));
            }
            Some(score) if REMARK_MAX < score.remark.chars().count() => {
                let message = format!("must have at most {REMARK_MAX} characters");
                wrong.push(Wrong::new(format!("{path}.remark"), "too_long", message));
            }
            Some(_) => {}
        }
    }
    for key in scores.keys().filter(|key| !criteria.iter().any(|criterion| &criterion.key == *key)) {
        wrong.push(Wrong::new(format!("scores.{key}"), "unknown_criterion", "is no criterion of this scheme"));
    }
    wrong
}

/// An exact mean of whole points.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mean {
    /// Sum of the points.
    pub sum: u64,
    /// Of how many reviews.
    pub of: u32,
}

impl Mean {
    /// Whether it is less than `points`. Without reviews it is less than any.
    pub fn below(self, points: u32) -> bool {
        u128::from(self.sum) < u128::from(points).saturating_mul(u128::from(self.of)) || (self.of == 0 && points > 0)
    }

    /// In hundredths, half a hundredth up, to be shown; what is decided is decided by the exact mean.
    pub fn hundredths(self) -> u64 {
        let of = u64::from(self.of);
        let doubled = self.sum.saturating_mul(200).saturating_add(of);
        doubled.checked_div(of.saturating_mul(2)).unwrap_or(0)
    }
}

impl PartialEq for Mean {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Mean {}

impl PartialOrd for Mean {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Mean {
    fn cmp(&self, other: &Self) -> Ordering {
        let across = |one: &Self, other: &Self| u128::from(one.sum).saturating_mul(u128::from(other.of.max(1)));
        across(self, other).cmp(&across(other, self))
    }
}

/// What somebody found who went there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpotCheck {
    /// Whether all was as it was said to be.
    pub passed: bool,
    /// Photographs that show it.
    pub photos: usize,
}

/// What the reviews of one application come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Mean of all points together.
    pub mean: Mean,
    /// Mean of each criterion, in the order of the scheme.
    pub by_criterion: Vec<Mean>,
    /// Why it cannot be approved; may be, if empty.
    pub lacks: Vec<Lack>,
}

/// What an application lacks to be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// Reviews.
    Reviews {
        /// How many there are.
        have: u32,
        /// How many it takes.
        need: u32,
    },
    /// Points of one criterion.
    Criterion {
        /// Its key.
        key: String,
    },
    /// Points of all criteria together.
    Points,
    /// A spot check.
    SpotCheck,
    /// A spot check that found all as it was said to be.
    SpotCheckFailed,
    /// Photographs of the spot check.
    Photos,
}

impl Lack {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reviews { .. } => "reviews_missing",
            Self::Criterion { .. } => "below_minimum",
            Self::Points => "below_total_minimum",
            Self::SpotCheck => "spot_check_missing",
            Self::SpotCheckFailed => "spot_check_failed",
            Self::Photos => "photos_missing",
        }
    }

    /// Whether more can still be done about it: it is no ground to refuse the application.
    pub const fn pending(&self) -> bool {
        matches!(self, Self::Reviews { .. } | Self::SpotCheck | Self::Photos)
    }
}

/// What reviews and the spot check come to under the rules.
pub fn outcome(rules: &Rules, reviews: &[Scores], spot_check: Option<SpotCheck>) -> Outcome {
    let of = u32::try_from(reviews.len()).unwrap_or(u32::MAX);
    let points = |review: &Scores, key: &str| review.get(key).map_or(0, |score| u64::from(score.points));
    let by_criterion: Vec<Mean> = rules
        .criteria
        .iter()
        .map(|one| {
            let sum = reviews.iter().map(|review| points(review, &one.key)).fold(0, u64::saturating_add);
            Mean { sum, of }
        })
        .collect();
    let mean = Mean { sum: by_criterion.iter().map(|one| one.sum).fold(0, u64::saturating_add), of };
    let mut lacks = Vec::new();
    if of < rules.reviews {
        lacks.push(Lack::Reviews { have: of, need: rules.reviews });
    } else {
        let below = rules.criteria.iter().zip(&by_criterion).filter(|(one, mean)| mean.below(one.minimum));
        lacks.extend(below.map(|(one, _)| Lack::Criterion { key: one.key.clone() }));
        if mean.below(rules.minimum) {
            lacks.push(Lack::Points);
        }
    }
    match spot_check {
        None if rules.spot_check => lacks.push(Lack::SpotCheck),
        Some(SpotCheck { passed: false, .. }) => lacks.push(Lack::SpotCheckFailed),
        Some(SpotCheck { photos: 0, .. }) => lacks.push(Lack::Photos),
        _ => {}
    }
    Outcome { mean, by_criterion, lacks }
}

#[cfg(test)]
pub(super) mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const OWN: Uuid = Uuid::from_u128(1);
    const PAIRED: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(3);
    const APPLICATION: Uuid = Uuid::from_u128(9);

    pub(in crate::designation) fn rules() -> Rules {
        serde_json::from_value(json!({
            "form": { "fields": [] },
            "criteria": [
                { "key": "space", "name_zh": "Space", "points": 40, "minimum": 20 },
                { "key": "staff", "name_zh": "Staff", "points": 60 }
            ],
            "minimum": 60, "reviews": 2, "validity": { "kind": "open" }
        }))
        .expect("rules")
    }

    pub(in crate::designation) fn scores(space: u32, staff: u32) -> Scores {
        let score = |points| Score { points, remark: String::new() };
        Scores::from([("space".to_owned(), score(space)), ("staff".to_owned(), score(staff))])
    }

    #[rstest]
    #[case::none(&[OTHER], &[], false, None)]
    #[case::own(&[OTHER, OWN], &[], false, Some(Tie::Organization))]
    #[case::employer(&[OWN], &[], true, Some(Tie::Employer))]
    #[case::paired(&[PAIRED], &[], false, Some(Tie::Agreement))]
    #[case::declared(&[], &[APPLICATION], false, Some(Tie::Declared))]
    #[case::declared_elsewhere(&[], &[OTHER], false, None)]
    fn a_reviewer_has_no_tie(
        #[case] organizations: &[Uuid],
        #[case] declared: &[Uuid],
        #[case] professional: bool,
        #[case] expected: Option<Tie>,
    ) {
        let reviewer = Reviewer {
            organizations: organizations.iter().copied().collect(),
            declared: declared.iter().copied().collect(),
        };
        let partners = BTreeSet::from([PAIRED]);
        let applicant = Applicant { application: APPLICATION, organization: OWN, professional, partners };
        assert_eq!(reviewer.tie(&applicant), expected);
    }

    #[test]
    fn points_stay_within_bounds() {
        let criteria = rules().criteria;
        assert_eq!(check(&criteria, &scores(40, 60)), []);
        assert_eq!(check(&criteria, &scores(0, 0)), []);
        let mut bad = scores(41, 60);
        bad.remove("staff");
        bad.insert("smell".to_owned(), Score { points: 1, remark: String::new() });
        let found: Vec<(String, &str)> =
            check(&criteria, &bad).into_iter().map(|wrong| (wrong.path, wrong.code)).collect();
        let expected = [
            ("scores.space.points", "out_of_range"),
            ("scores.staff", "required"),
            ("scores.smell", "unknown_criterion"),
        ];
        assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code)));
        let mut long = scores(1, 1);
        long.insert("staff".to_owned(), Score { points: 1, remark: "x".repeat(2001) });
        assert_eq!(check(&criteria, &long).first().map(|wrong| wrong.code), Some("too_long"));
    }

    #[rstest]
    #[case::good(&[(30, 40), (20, 40)], &[])]
    #[case::exactly(&[(20, 40), (20, 40)], &[])]
    #[case::one_short(&[(20, 40), (20, 39)], &["below_total_minimum"])]
    #[case::criterion(&[(20, 60), (19, 60)], &["below_minimum"])]
    #[case::one_makes_up(&[(39, 60), (1, 60)], &[])]
    #[case::both(&[(0, 0), (0, 0)], &["below_minimum", "below_total_minimum"])]
    #[case::too_few(&[(40, 60)], &["reviews_missing"])]
    #[case::none(&[], &["reviews_missing"])]
    fn minimums_are_of_the_mean(#[case] given: &[(u32, u32)], #[case] lacks: &[&str]) {
        let reviews: Vec<Scores> = given.iter().map(|(space, staff)| scores(*space, *staff)).collect();
        let found = outcome(&rules(), &reviews, None);
        assert_eq!(found.lacks.iter().map(Lack::code).collect::<Vec<_>>(), lacks);
    }

    #[rstest]
    #[case::not_asked(false, None, &[])]
    #[case::asked(true, None, &["spot_check_missing"])]
    #[case::done(true, Some((true, 2)), &[])]
    #[case::unseen(true, Some((true, 0)), &["photos_missing"])]
    #[case::failed(false, Some((false, 0)), &["spot_check_failed"])]
    fn a_spot_check_counts(#[case] asked: bool, #[case] found: Option<(bool, usize)>, #[case] lacks: &[&str]) {
        let rules = Rules { spot_check: asked, ..rules() };
        let found = found.map(|(passed, photos)| SpotCheck { passed, photos });
        let outcome = outcome(&rules, &[scores(40, 60), scores(40, 60)], found);
        assert_eq!(outcome.lacks.iter().map(Lack::code).collect::<Vec<_>>(), lacks);
    }

    #[test]
    fn means_are_exact_and_shown_in_hundredths() {
        assert_eq!(Mean { sum: 200, of: 3 }.hundredths(), 6667);
        assert_eq!(Mean { sum: 1, of: 8 }.hundredths(), 13);
        assert_eq!(Mean { sum: 0, of: 0 }.hundredths(), 0);
        assert_eq!(Mean { sum: 2, of: 4 }, Mean { sum: 1, of: 2 });
        assert!(Mean { sum: 100, of: 3 } > Mean { sum: 133, of: 4 });
        assert!(Mean { sum: 0, of: 0 }.below(1));
        assert!(!Mean { sum: 0, of: 0 }.below(0));
    }
}
