use std::fmt::Write as _;

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn designation() -> Designation {
    Designation {
        scheme: "base".into(),
        number: "1".into(),
        level: None,
        term: Term::new(day("2024-01-01"), Some(day("2026-12-31"))).expect("a term"),
        suspensions: Vec::new(),
        revoked_from: None,
    }
}

/// Without an end, on the day itself.
fn suspend(from: NaiveDate) -> Step {
    Step::Suspend { from, to: None, on: from }
}

fn lift(from: NaiveDate) -> Step {
    Step::Lift { from, on: from }
}

const RULE: Renewal = Renewal { days_before: 90, days_after: 30 };

fn every_state(on: &str) -> Vec<Designation> {
    let on = day(on);
    let years = |from: &str, to: &str| Designation {
        term: Term::new(day(from), Some(day(to))).expect("a term"),
        ..designation()
    };
    let suspended = designation().take(suspend(on)).expect("suspended");
    let revoked = designation().take(Step::Revoke { from: on }).expect("revoked");
    vec![years("2027-01-01", "2029-12-31"), designation(), suspended, revoked, years("2023-12-01", "2026-11-30")]
}

/// Rows: standings on 2026-12-01; columns: steps of that day; what it is the day after, or why not.
#[test]
fn every_step_in_every_standing() {
    let on = day("2026-12-01");
    let next = day("2026-12-02");
    let steps = [
        ("suspend", Step::Suspend { from: next, to: None, on }),
        ("lift", Step::Lift { from: next, on }),
        ("revoke", Step::Revoke { from: next }),
        ("keep", Step::Keep { on }),
        ("renew", Step::Renew { on, to: Some(day("2029-12-31")), rule: Some(RULE) }),
    ];
    let states = every_state("2026-12-01");
    assert_eq!(states.iter().map(|one| one.standing_on(on)).collect::<Vec<_>>(), StandingName::ALL);
    let mut table = String::new();
    for state in states {
        let _ = writeln!(table, "{}", state.standing_on(on).word());
        for (name, step) in steps {
            let after = match state.clone().take(step) {
                Ok(after) => format!("─▶ {}", after.standing_on(next).word()),
                Err(refusal) => refusal.code().to_owned(),
            };
            let _ = writeln!(table, "  {name:<8} {after}");
        }
    }
    insta::assert_snapshot!(table, @r"
    upcoming
      suspend  not_in_term
      lift     not_suspended
      revoke   not_in_term
      keep     not_revoked
      renew    renewal_closed
    in_force
      suspend  ─▶ suspended
      lift     not_suspended
      revoke   ─▶ revoked
      keep     not_revoked
      renew    ─▶ in_force
    suspended
      suspend  suspended_already
      lift     ─▶ in_force
      revoke   ─▶ revoked
      keep     not_revoked
      renew    suspended_already
    revoked
      suspend  revoked_already
      lift     revoked_already
      revoke   revoked_already
      keep     revoked_already
      renew    revoked_already
    expired
      suspend  not_in_term
      lift     not_suspended
      revoke   not_in_term
      keep     not_revoked
      renew    ─▶ in_force
    ");
}

#[rstest]
#[case::none(&[], None, &["2024-01-01..2026-12-31"])]
#[case::lasting(&[("2025-03-01", "")], None, &["2024-01-01..2025-02-28"])]
#[case::lifted(&[("2025-03-01", "2025-04-01")], None, &["2024-01-01..2025-02-28", "2025-04-01..2026-12-31"])]
#[case::one_day(&[("2025-03-01", "2025-03-02")], None, &["2024-01-01..2025-02-28", "2025-03-02..2026-12-31"])]
#[case::undone(&[("2025-03-01", "2025-03-01")], None, &["2024-01-01..2026-12-31"])]
#[case::from_the_first_day(&[("2024-01-01", "2024-02-01")], None, &["2024-02-01..2026-12-31"])]
#[case::to_the_last(&[("2026-12-01", "2027-02-01")], None, &["2024-01-01..2026-11-30"])]
#[case::two_in_any_order(&[("2026-01-01", "2026-02-01"), ("2025-01-01", "2025-02-01")], None,
    &["2024-01-01..2024-12-31", "2025-02-01..2025-12-31", "2026-02-01..2026-12-31"])]
#[case::side_by_side(&[("2025-01-01", "2025-02-01"), ("2025-02-01", "2025-03-01")], None,
    &["2024-01-01..2024-12-31", "2025-03-01..2026-12-31"])]
#[case::revoked(&[], Some("2025-01-01"), &["2024-01-01..2024-12-31"])]
#[case::revoked_at_once(&[], Some("2024-01-01"), &[])]
#[case::revoked_while_suspended(&[("2025-03-01", "")], Some("2026-01-01"), &["2024-01-01..2025-02-28"])]
#[case::revoked_before(&[("2025-03-01", "2025-04-01")], Some("2025-01-01"), &["2024-01-01..2024-12-31"])]
fn it_counts_on_its_days(
    #[case] suspensions: &[(&str, &str)],
    #[case] revoked: Option<&str>,
    #[case] expected: &[&str],
) {
    let lifted_from = |text: &str| (!text.is_empty()).then(|| day(text));
    let suspensions = suspensions.iter().map(|(from, to)| Suspension { from: day(from), lifted_from: lifted_from(to) });
    let held = Designation { suspensions: suspensions.collect(), revoked_from: revoked.map(day), ..designation() };
    let text = |one: &Term| format!("{}..{}", one.from(), one.to().map_or_else(String::new, |to| to.to_string()));
    assert_eq!(held.days().iter().map(text).collect::<Vec<_>>(), expected);
}

#[rstest]
#[case::again(&[("2025-03-01", "")], "2025-06-01", Err(Refusal::Suspended(day("2025-03-01"))))]
#[case::before_a_past_one(&[("2025-03-01", "2025-04-01")], "2025-02-01",
    Err(Refusal::SuspendedThen { from: day("2025-03-01"), to: day("2025-03-31") }))]
#[case::after_a_past_one(&[("2025-03-01", "2025-04-01")], "2025-04-01", Ok(()))]
#[case::before_one_undone(&[("2025-03-01", "2025-03-01")], "2025-02-01", Ok(()))]
#[case::too_early(&[], "2023-12-31", Err(Refusal::NotInTerm(day("2023-12-31"))))]
#[case::too_late(&[], "2027-01-01", Err(Refusal::NotInTerm(day("2027-01-01"))))]
#[case::back_dated(&[], "2024-01-01", Ok(()))]
fn it_is_suspended_once_at_a_time(
    #[case] earlier: &[(&str, &str)],
    #[case] from: &str,
    #[case] expected: Result<(), Refusal>,
) {
    let mut held = designation();
    for (from, to) in earlier {
        held = held.take(suspend(day(from))).expect("suspended");
        if !to.is_empty() {
            held = held.take(lift(day(to))).expect("lifted");
        }
    }
    assert_eq!(held.take(suspend(day(from))).map(|_| ()), expected);
}

/// What is entered on 2025-06-01, after suspensions that were entered before.
#[rstest]
#[case::moved(&[("2025-03-01", "2025-07-01")], lift_then("2025-06-15"), "", &[("2025-03-01", "2025-06-15")])]
#[case::moved_later(&[("2025-03-01", "2025-07-01")], lift_then("2025-08-01"), "", &[("2025-03-01", "2025-08-01")])]
#[case::taken_back(&[("2025-03-01", "2025-07-01")], suspend_then("2025-06-02", ""), "", &[("2025-03-01", "")])]
#[case::prolonged(&[("2025-03-01", "2025-07-01")], suspend_then("2025-07-01", "2025-07-31"),
    "", &[("2025-03-01", "2025-08-01")])]
#[case::undone_ahead(&[("2025-07-01", "2025-08-01")], lift_then("2025-07-01"), "", &[("2025-07-01", "2025-07-01")])]
#[case::into_another(&[("2025-03-01", "2025-07-01"), ("2025-08-01", "2025-09-01")], lift_then("2025-08-02"),
    "", &[("2025-03-01", "2025-07-01"), ("2025-08-01", "2025-08-02")])]
#[case::over_another(&[("2025-03-01", "2025-07-01"), ("2025-08-01", "2025-09-01")], lift_then("2025-10-01"),
    "suspended_then", &[])]
#[case::before_a_past_one(&[("2025-03-01", "2025-04-01")], suspend_then("2025-02-01", "2025-02-28"),
    "", &[("2025-03-01", "2025-04-01"), ("2025-02-01", "2025-03-01")])]
#[case::into_a_past_one(&[("2025-03-01", "2025-04-01")], suspend_then("2025-02-01", "2025-03-01"), "suspended_then", &[])]
#[case::a_past_one_was_shorter(&[("2025-03-01", "2025-04-01")], lift_then("2025-03-20"), "", &[("2025-03-01", "2025-03-20")])]
#[case::nothing_lasts(&[("2025-03-01", "2025-04-01")], lift_then("2025-05-01"), "not_suspended", &[])]
#[case::after_its_term(&[("2025-03-01", "")], lift_then("2062-11-30"), "not_in_term", &[])]
#[case::backwards(&[], suspend_then("2025-03-01", "2025-02-28"), "ends_before_it_begins", &[])]
fn what_was_said_of_a_suspension_can_be_said_anew(
    #[case] earlier: &[(&str, &str)],
    #[case] step: Step,
    #[case] code: &str,
    #[case] expected: &[(&str, &str)],
) {
    let one =
        |(from, to): &(&str, &str)| Suspension { from: day(from), lifted_from: (!to.is_empty()).then(|| day(to)) };
    let held = Designation { suspensions: earlier.iter().map(one).collect(), ..designation() };
    let after = held.take(step).map(|after| after.suspensions).map_err(Refusal::code);
    assert_eq!(after, if code.is_empty() { Ok(expected.iter().map(one).collect()) } else { Err(code) });
}

fn suspend_then(from: &str, to: &str) -> Step {
    Step::Suspend { from: day(from), to: (!to.is_empty()).then(|| day(to)), on: day("2025-06-01") }
}

fn lift_then(from: &str) -> Step {
    Step::Lift { from: day(from), on: day("2025-06-01") }
}

#[rstest]
#[case::lasts(("2026-11-01", ""), "suspended_already")]
#[case::lifted_later(("2026-11-01", "2026-12-15"), "suspended_then")]
#[case::over(("2026-11-01", "2026-11-15"), "")]
#[case::ahead(("2026-12-10", "2026-12-15"), "")]
fn what_is_suspended_is_not_renewed(#[case] (from, to): (&str, &str), #[case] expected: &str) {
    let suspension = Suspension { from: day(from), lifted_from: (!to.is_empty()).then(|| day(to)) };
    let held = Designation { suspensions: vec![suspension], ..designation() };
    let renewed = held.take(Step::Renew { on: day("2026-12-01"), to: Some(day("2029-12-31")), rule: Some(RULE) });
    assert_eq!(renewed.map_or_else(Refusal::code, |_| ""), expected);
}

#[rstest]
#[case::the_day_before("2025-02-28", Ok(()))]
#[case::on_its_day("2025-03-01", Err(Refusal::Revoked(day("2025-03-01"))))]
#[case::later("2025-06-01", Err(Refusal::Revoked(day("2025-03-01"))))]
fn a_revocation_is_taken_back_before_its_day(#[case] on: &str, #[case] expected: Result<(), Refusal>) {
    let held = designation().take(Step::Revoke { from: day("2025-03-01") }).expect("revoked");
    let kept = held.take(Step::Keep { on: day(on) });
    assert_eq!(kept.map(|kept| assert_eq!(kept, designation())), expected);
}

#[test]
fn it_is_not_lifted_before_it_was_suspended() {
    let held = designation().take(suspend(day("2025-03-01"))).expect("suspended");
    let early = held.clone().take(lift(day("2025-02-28")));
    assert_eq!(early, Err(Refusal::BeforeSuspension(day("2025-03-01"))));
    let undone = held.take(lift(day("2025-03-01"))).expect("lifted");
    assert_eq!(undone.days(), designation().days());
}

#[rstest]
#[case::first_day("2026-10-02", Some("2029-12-31"), Some(RULE), "")]
#[case::early("2026-10-01", Some("2029-12-31"), Some(RULE), "renewal_closed")]
#[case::after("2027-01-30", Some("2029-12-31"), Some(RULE), "")]
#[case::late("2027-01-31", Some("2029-12-31"), Some(RULE), "renewal_closed")]
#[case::no_longer("2026-12-01", Some("2026-12-31"), Some(RULE), "not_longer")]
#[case::open("2026-12-01", None, Some(RULE), "")]
#[case::never("2026-12-01", Some("2029-12-31"), None, "not_renewable")]
fn it_is_renewed_in_its_window(
    #[case] on: &str,
    #[case] to: Option<&str>,
    #[case] rule: Option<Renewal>,
    #[case] expected: &str,
) {
    let renewed = designation().take(Step::Renew { on: day(on), to: to.map(day), rule });
    assert_eq!(
        renewed.map(|held| assert_eq!(held.term.to(), to.map(day))).map_or_else(Refusal::code, |()| ""),
        expected
    );
}

#[test]
fn what_never_ends_is_not_renewed() {
    let open = Designation { term: Term::new(day("2024-01-01"), None).expect("a term"), ..designation() };
    let refused = open.take(Step::Renew { on: day("2026-12-01"), to: None, rule: Some(RULE) });
    assert_eq!(refused, Err(Refusal::NeverEnds));
}

#[rstest]
#[case(2025, &[], Ok(()))]
#[case(2025, &[2025], Err(Refusal::AssessedAlready(2025)))]
#[case(2023, &[], Err(Refusal::NotInYear(2023)))]
#[case(2027, &[], Err(Refusal::YearToCome(2027)))]
fn a_year_is_assessed_once(#[case] year: i32, #[case] assessed: &[i32], #[case] expected: Result<(), Refusal>) {
    assert_eq!(designation().assess(year, day("2026-06-01"), assessed), expected);
}

#[rstest]
#[case("2024-12-15", &[], None)]
#[case("2024-12-16", &[], Some((2024, "2024-12-15")))]
#[case("2026-01-01", &[2024], Some((2025, "2025-12-15")))]
#[case("2026-01-01", &[2024, 2025], None)]
#[case("2028-01-01", &[2024, 2025, 2026], None)]
fn an_assessment_is_owed(#[case] on: &str, #[case] assessed: &[i32], #[case] expected: Option<(i32, &str)>) {
    let owed = designation().assessment_owed(Assessment { month: 12, day: 15 }, day(on), assessed);
    assert_eq!(owed, expected.map(|(year, due)| (year, day(due))));
}

proptest! {
    /// The days and the standing of each day say the same, whatever was done in whatever order.
    #[test]
    fn days_and_standings_agree(steps in prop::collection::vec((0_u8..3, 0_u64..1200), 0..8)) {
        let first = day("2023-12-01");
        let on = day("2025-06-01");
        let mut held = designation();
        for (kind, at) in steps {
            let from = first.checked_add_days(chrono::Days::new(at)).expect("a day");
            let step = match kind {
                0 => Step::Suspend { from, to: from.checked_add_days(chrono::Days::new(at % 40)).filter(|_| at % 3 == 0), on },
                1 => Step::Lift { from, on },
                _ if at % 5 == 0 => Step::Revoke { from },
                _ => continue,
            };
            if let Ok(after) = held.clone().take(step) {
                held = after;
            }
        }
        let days = held.days();
        prop_assert!(days.windows(2).all(|pair| !pair[0].overlaps(pair[1]) && pair[0].from() < pair[1].from()));
        for day in first.iter_days().take(1200) {
            let counts = days.iter().any(|term| term.holds_on(day));
            prop_assert_eq!(counts, held.in_force_on(day), "{}", day);
            prop_assert!(!counts || held.held().is_some_and(|held| held.holds_on(day)));
        }
    }
}
