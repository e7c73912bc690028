//! The whole table of steps, and what a table does not show.

use std::fmt::Write as _;

use rstest::rstest;

use super::*;

const FIRST: Uuid = Uuid::from_u128(1);
const SECOND: Uuid = Uuid::from_u128(2);
const REVIEWER: Uuid = Uuid::from_u128(3);
const OBJECTION: Uuid = Uuid::from_u128(9);

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, day).expect("a day")
}

fn filing() -> Filing {
    Filing { at: DateTime::UNIX_EPOCH, appealed: false, heard_by: BTreeSet::new() }
}

fn published(open: &[Uuid]) -> Application {
    let open = open.iter().copied().collect();
    Application::Published { filing: filing(), by: FIRST, until: day(10), open }
}

fn refused() -> Application {
    let appeal_until = Some(day(20));
    Application::Refused { filing: filing(), by: FIRST, reason: "small".into(), appeal_until }
}

fn appealed() -> Application {
    let (refusal, grounds) = ("small".into(), "grown".into());
    Application::Appealed { filing: filing(), refused_by: FIRST, refusal, grounds }
}

fn every_state() -> Vec<Application> {
    vec![
        Application::Draft,
        Application::Submitted { filing: filing() },
        Application::Returned { filing: filing(), reason: "no plan".into(), until: day(20) },
        Application::UnderReview { filing: filing() },
        Application::Approved { filing: filing(), by: FIRST },
        refused(),
        published(&[OBJECTION]),
        Application::Awarded { filing: filing(), number: "1".into(), from: day(1) },
        appealed(),
        Application::Dismissed { filing: filing(), reason: "as before".into() },
        Application::Withdrawn { reason: String::new() },
    ]
}

fn submit(on: u32) -> Step {
    Step::Submit { at: DateTime::UNIX_EPOCH, on: day(on), window: Window { from: day(5), to: day(15) } }
}

fn award(on: u32) -> Step {
    Step::Award { number: "1".into(), from: day(1), on: day(on) }
}

fn refuse_incomplete(on: u32) -> Step {
    Step::RefuseIncomplete { by: FIRST, reason: "because".into(), appeal_until: day(30), on: day(on) }
}

fn every_step() -> Vec<(&'static str, Step)> {
    let (reason, appeal_until) = ("because".to_owned(), day(20));
    vec![
        ("save", Step::Save),
        ("submit", submit(10)),
        ("return", Step::Return { reason: reason.clone(), until: day(20) }),
        ("extend", Step::Extend { until: day(25), on: day(21) }),
        ("refuse_incomplete", refuse_incomplete(21)),
        ("accept", Step::Accept),
        ("approve", Step::Approve { by: FIRST }),
        ("refuse", Step::Refuse { by: FIRST, reason: reason.clone(), appeal_until }),
        ("publish", Step::Publish { until: day(20) }),
        ("object", Step::Object { id: Uuid::from_u128(8), on: day(10) }),
        ("dismiss_objection", Step::DismissObjection { id: OBJECTION }),
        ("uphold_objection", Step::UpholdObjection { id: OBJECTION, by: FIRST, reason: reason.clone(), appeal_until }),
        ("award", award(11)),
        ("appeal", Step::Appeal { grounds: reason.clone(), on: day(20) }),
        ("uphold_appeal", Step::UpholdAppeal { by: SECOND, heard_by: BTreeSet::from([REVIEWER]) }),
        ("dismiss_appeal", Step::DismissAppeal { by: SECOND, reason }),
        ("withdraw", Step::Withdraw { reason: String::new() }),
    ]
}

/// A block for each state; a line for each step: whose it is, and the state after, or the code of the refusal.
#[test]
fn every_step_from_every_state() {
    assert_eq!(every_state().iter().map(Application::state).collect::<Vec<_>>(), StateName::ALL);
    let mut table = String::new();
    for state in every_state() {
        let _ = writeln!(table, "{}", state.state().word());
        for (name, step) in every_step() {
            let party = step.party().word();
            let after = match state.clone().take(step) {
                Ok(after) => format!("─▶ {}", after.state().word()),
                Err(refusal) => refusal.code().to_owned(),
            };
            let _ = writeln!(table, "  {party:<9} {name:<17} {after}");
        }
    }
    insta::assert_snapshot!("application_steps", table);
}

#[test]
fn states_are_written_and_read_alike() {
    for state in every_state() {
        let written = serde_json::to_value(&state).expect("written");
        assert_eq!(written["state"], state.state().word());
        assert_eq!(StateName::from_word(state.state().word()), Some(state.state()));
        assert_eq!(serde_json::from_value::<Application>(written).expect("read"), state);
    }
}

#[rstest]
#[case(4, Some("round_not_open"))]
#[case(5, None)]
#[case(15, None)]
#[case(16, Some("round_not_open"))]
fn a_round_takes_applications_on_its_days(#[case] on: u32, #[case] expected: Option<&str>) {
    assert_eq!(Application::Draft.take(submit(on)).err().map(|refusal| refusal.code()), expected);
}

#[rstest]
#[case(20, None)]
#[case(21, Some("completion_late"))]
fn completing_may_come_after_the_round(#[case] on: u32, #[case] expected: Option<&str>) {
    let earlier = Filing { at: DateTime::UNIX_EPOCH, ..filing() };
    let returned = Application::Returned { filing: earlier.clone(), reason: "no plan".into(), until: day(20) };
    match returned.take(submit(on)) {
        Ok(again) => assert_eq!((again.filing(), expected), (Some(&earlier), None)),
        Err(refusal) => assert_eq!(Some(refusal.code()), expected),
    }
}

#[rstest]
#[case::later(25, 10, None)]
#[case::again_after_its_day(25, 24, None)]
#[case::today(24, 24, None)]
#[case::as_before(20, 10, Some("not_later"))]
#[case::earlier(19, 10, Some("not_later"))]
#[case::past(23, 24, Some("not_later"))]
fn more_time_is_more_time(#[case] until: u32, #[case] on: u32, #[case] expected: Option<&str>) {
    let returned = Application::Returned { filing: filing(), reason: "no plan".into(), until: day(20) };
    match returned.take(Step::Extend { until: day(until), on: day(on) }) {
        Ok(longer) => {
            let right = Application::Returned { filing: filing(), reason: "no plan".into(), until: day(until) };
            assert_eq!((longer, expected), (right, None));
        }
        Err(refusal) => assert_eq!(Some(refusal.code()), expected),
    }
}

#[rstest]
#[case(20, Some("with_applicant"))]
#[case(21, None)]
fn what_is_incomplete_is_refused_after_its_day(#[case] on: u32, #[case] expected: Option<&str>) {
    let returned = Application::Returned { filing: filing(), reason: "no plan".into(), until: day(20) };
    assert_eq!(returned.take(refuse_incomplete(on)).err().map(|refusal| refusal.code()), expected);
}

#[rstest]
#[case::last_day(&[], 10, "objection_days_run")]
#[case::open(&[OBJECTION], 11, "objections_open")]
#[case::open_early(&[OBJECTION], 10, "objections_open")]
#[case::due(&[], 11, "")]
fn an_award_waits_for_objections(#[case] open: &[Uuid], #[case] on: u32, #[case] expected: &str) {
    let code = published(open).take(award(on)).err().map(|refusal| refusal.code());
    assert_eq!(code.unwrap_or(""), expected);
}

#[test]
fn objections_are_answered_once_and_in_time() {
    let late = published(&[]).take(Step::Object { id: OBJECTION, on: day(11) });
    assert_eq!(late, Err(Refusal::ObjectionLate(day(10))));
    let answered = published(&[OBJECTION]).take(Step::DismissObjection { id: OBJECTION }).expect("answered");
    assert_eq!(answered, published(&[]));
    assert_eq!(answered.clone().take(Step::DismissObjection { id: OBJECTION }), Err(Refusal::NoSuchObjection));
    let uphold = Step::UpholdObjection { id: OBJECTION, by: SECOND, reason: "false".into(), appeal_until: day(20) };
    assert_eq!(answered.take(uphold.clone()), Err(Refusal::NoSuchObjection));
    let refused = published(&[OBJECTION]).take(uphold).expect("refused");
    assert!(matches!(refused, Application::Refused { by: SECOND, appeal_until: Some(_), .. }));
}

#[test]
fn an_appeal_is_heard_by_others_and_once() {
    let late = refused().take(Step::Appeal { grounds: "grown".into(), on: day(21) });
    assert_eq!(late, Err(Refusal::AppealLate(day(20))));
    let heard_by = BTreeSet::from([REVIEWER]);
    for step in [
        Step::UpholdAppeal { by: FIRST, heard_by: heard_by.clone() },
        Step::DismissAppeal { by: FIRST, reason: "as before".into() },
    ] {
        assert_eq!(appealed().take(step), Err(Refusal::HeardBefore));
    }
    let again = appealed().take(Step::UpholdAppeal { by: SECOND, heard_by }).expect("reviewed again");
    assert_eq!(again.reviewable_by(REVIEWER), Err(Refusal::HeardBefore));
    assert_eq!(again.reviewable_by(Uuid::from_u128(4)), Ok(()));
    assert_eq!(again.clone().take(Step::Approve { by: FIRST }), Err(Refusal::HeardBefore));
    let refuse = Step::Refuse { by: SECOND, reason: "small".into(), appeal_until: day(20) };
    let refused = again.take(refuse).expect("refused");
    let second = refused.take(Step::Appeal { grounds: "grown".into(), on: day(1) });
    assert_eq!(second, Err(Refusal::AppealedBefore));
}

#[test]
fn every_refusal_has_its_reason() {
    let blank = || " ".to_owned();
    let under_review = || Application::UnderReview { filing: filing() };
    for (state, step) in [
        (Application::Submitted { filing: filing() }, Step::Return { reason: blank(), until: day(1) }),
        (under_review(), Step::Refuse { by: FIRST, reason: blank(), appeal_until: day(1) }),
        (
            published(&[OBJECTION]),
            Step::UpholdObjection { id: OBJECTION, by: FIRST, reason: blank(), appeal_until: day(1) },
        ),
        (refused(), Step::Appeal { grounds: blank(), on: day(1) }),
        (appealed(), Step::DismissAppeal { by: SECOND, reason: blank() }),
    ] {
        assert_eq!(state.take(step), Err(Refusal::ReasonNeeded));
    }
    let unnumbered = Step::Award { number: blank(), from: day(1), on: day(11) };
    assert_eq!(published(&[]).take(unnumbered), Err(Refusal::NumberNeeded));
    assert_eq!(under_review().reviewable_by(FIRST), Ok(()));
    assert_eq!(Application::Draft.reviewable_by(FIRST).map_err(|refusal| refusal.code()), Err("not_submitted"));
}
