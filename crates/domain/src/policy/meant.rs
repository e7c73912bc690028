//! Which of the policies of a district is meant where none is named: the one that can score such a person, if just one can.

use super::{Condition, Policy};
use crate::person::PersonKind;

/// What is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant<T> {
    /// There is no policy at all.
    None,
    /// This one.
    One(T),
    /// One of these, so it must be said which: those that can score such a person, or all where none can.
    Several(Vec<T>),
}

/// Which of these policies is meant for persons of this kind. The only one there is is meant for everybody: whom it does
/// not score learns so from it.
pub fn meant<'p, T>(policies: impl IntoIterator<Item = (T, &'p Policy)>, kind: PersonKind) -> Meant<T> {
    let (fitting, others): (Vec<_>, Vec<_>) = policies.into_iter().partition(|(_, policy)| policy.admits(kind));
    let left = if fitting.is_empty() { others } else { fitting };
    let mut left: Vec<T> = left.into_iter().map(|(policy, _)| policy).collect();
    if left.len() > 1 {
        return Meant::Several(left);
    }
    left.pop().map_or(Meant::None, Meant::One)
}

impl Policy {
    /// Whether some person of this kind may earn by it. What else it asks of a person (a grade, an age) may be so one day.
    pub fn admits(&self, kind: PersonKind) -> bool {
        can_hold(&self.document().eligible, kind)
    }
}

/// Whether the condition holds for some person of this kind.
fn can_hold(condition: &Condition, kind: PersonKind) -> bool {
    names(condition, kind)
        && condition.all.iter().all(|part| can_hold(part, kind))
        && (condition.any.is_empty() || condition.any.iter().any(|part| can_hold(part, kind)))
        && condition.not.as_ref().is_none_or(|part| !must_hold(part, kind))
}

/// Whether the condition holds for every person of this kind.
fn must_hold(condition: &Condition, kind: PersonKind) -> bool {
    let more = Condition { person_kind: None, all: Vec::new(), any: Vec::new(), not: None, ..condition.clone() };
    more.is_empty()
        && names(condition, kind)
        && condition.all.iter().all(|part| must_hold(part, kind))
        && (condition.any.is_empty() || condition.any.iter().any(|part| must_hold(part, kind)))
        && condition.not.as_ref().is_none_or(|part| !can_hold(part, kind))
}

fn names(condition: &Condition, kind: PersonKind) -> bool {
    condition.person_kind.as_ref().is_none_or(|kinds| kinds.contains(kind.word()))
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test may panic")]
mod tests {
    use rstest::rstest;

    use super::*;

    fn policy(eligible: &str) -> Policy {
        let text = format!(
            "kepu: 1\nid: one\nversion: '1'\ntitle: one\n{eligible}\nrules:\n  - id: any\n    credit: {{ fixed: 1 }}\n"
        );
        Policy::parse(&text).unwrap_or_else(|problems| panic!("{text}{problems:?}"))
    }

    #[rstest]
    #[case::of_all("", true, true)]
    #[case::students("eligible: { person_kind: student }", true, false)]
    #[case::teachers("eligible: { person_kind: teacher }", false, true)]
    #[case::both("eligible: { person_kind: [student, teacher] }", true, true)]
    #[case::of_a_grade("eligible: { grade: { from: 7 } }", true, true)]
    #[case::students_of_a_grade("eligible: { person_kind: student, grade: { from: 7 } }", true, false)]
    #[case::within_all("eligible: { all: [{ person_kind: student }, { age: { to: 9 } }] }", true, false)]
    #[case::within_any(
        "eligible: { any: [{ person_kind: student, age: { to: 9 } }, { person_kind: student }] }",
        true,
        false
    )]
    #[case::either("eligible: { any: [{ person_kind: teacher }, { grade: { from: 7 } }] }", true, true)]
    #[case::not_teachers("eligible: { not: { person_kind: teacher } }", true, false)]
    #[case::not_young_teachers("eligible: { not: { person_kind: teacher, age: { to: 30 } } }", true, true)]
    #[case::not_any(
        "eligible: { not: { any: [{ person_kind: teacher }, { person_kind: student, grade: 1 }] } }",
        true,
        false
    )]
    #[case::not_not("eligible: { not: { not: { person_kind: teacher } } }", false, true)]
    fn whom_a_policy_can_score(#[case] eligible: &str, #[case] student: bool, #[case] teacher: bool) {
        let policy = policy(eligible);
        let found = (policy.admits(PersonKind::Student), policy.admits(PersonKind::Teacher));
        assert_eq!(found, (student, teacher), "{eligible}");
    }

    const STUDENTS: &str = "eligible: { person_kind: student }";
    const TEACHERS: &str = "eligible: { person_kind: teacher }";

    #[rstest]
    #[case::none(&[], Meant::None, Meant::None)]
    #[case::the_only_one(&[STUDENTS], Meant::One(0), Meant::One(0))]
    #[case::one_each(&[STUDENTS, TEACHERS], Meant::One(0), Meant::One(1))]
    #[case::two_of_students(&[STUDENTS, TEACHERS, STUDENTS], Meant::Several(vec![0, 2]), Meant::One(1))]
    #[case::none_of_teachers(&[STUDENTS, STUDENTS], Meant::Several(vec![0, 1]), Meant::Several(vec![0, 1]))]
    #[case::one_of_all(&["", TEACHERS], Meant::One(0), Meant::Several(vec![0, 1]))]
    fn what_is_meant(#[case] all: &[&str], #[case] student: Meant<usize>, #[case] teacher: Meant<usize>) {
        let policies: Vec<Policy> = all.iter().map(|eligible| policy(eligible)).collect();
        let of = |kind| meant(policies.iter().enumerate(), kind);
        assert_eq!((of(PersonKind::Student), of(PersonKind::Teacher)), (student, teacher));
    }
}
