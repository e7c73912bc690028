//! Every state × every step, and what each refusal asks for.

use std::fmt::Write as _;

use super::*;

fn day(of_june: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, of_june).expect("a day of June")
}

fn days(first: u32, last: u32) -> Days {
    Days::new(day(first), day(last)).expect("in order")
}

fn act() -> Act {
    Act { by: Uuid::from_u128(1), at: DateTime::UNIX_EPOCH }
}

fn terms(comes_back: bool) -> Terms {
    Terms { days: days(8, 12), comes_back }
}

fn back(on: u32) -> Return {
    Return { act: act(), on: day(on), condition: Condition::Good, remark: String::new() }
}

fn asked() -> Longer {
    Longer::Asked { act: act(), days: days(8, 15), reason: "one more class".into() }
}

fn every_state(comes_back: bool) -> Vec<Booking> {
    let (terms, delivery) = (terms(comes_back), Delivery { act: act(), on: day(8) });
    vec![
        Booking::Requested(terms),
        Booking::Approved(terms, act()),
        Booking::Refused(terms, act(), "taken apart for cleaning".into()),
        Booking::Cancelled(terms, act(), Side::Asker, String::new()),
        Booking::Delivered(terms, delivery, Longer::Unasked),
        Booking::Delivered(terms, delivery, asked()),
        Booking::Delivered(terms, delivery, Longer::Refused("the next school waits".into())),
        Booking::Returned(terms, delivery, back(12)),
    ]
}

fn every_step() -> Vec<Step> {
    vec![
        Step::Approve(act()),
        Step::Refuse(act(), "taken apart for cleaning".into()),
        Step::Deliver(act(), day(9)),
        Step::Return(act(), day(12), Condition::Good, String::new()),
        Step::Cancel(act(), Side::Asker, String::new()),
        Step::Cancel(act(), Side::Owner, "the motor is broken".into()),
        Step::Move(Side::Asker, days(15, 16)),
        Step::Move(Side::Owner, days(15, 16)),
        Step::AskLonger(act(), days(8, 14), String::new()),
        Step::Lengthen(days(8, 14)),
        Step::RefuseLonger("the next school waits".into()),
        Step::Undo { act: act(), entered: day(9), today: day(9) },
    ]
}

/// Rows: states; columns: steps; the state after, or the code of the refusal (a dot where the state alone refuses).
fn table(comes_back: bool) -> String {
    let mut table = String::new();
    let heads = [
        "approve",
        "refuse",
        "deliver",
        "return",
        "cancel/a",
        "cancel/o",
        "move/a",
        "move/o",
        "ask",
        "lengthen",
        "no longer",
        "undo",
    ];
    let _ = write!(table, "{:<10}", "");
    for head in heads {
        let _ = write!(table, " {head:<10}");
    }
    table = format!("{}\n", table.trim_end());
    for state in every_state(comes_back) {
        let word = match &state {
            Booking::Delivered(_, _, Longer::Asked { .. }) => "… asked",
            Booking::Delivered(_, _, Longer::Refused(_)) => "… refused",
            state => state.state().word(),
        };
        let _ = write!(table, "{word:<10}");
        for step in every_step() {
            let after = match state.clone().take(step) {
                Ok(after) => after.state().word(),
                Err(Refusal::NotFromHere { .. }) => ".",
                Err(refusal) => refusal.code(),
            };
            let _ = write!(table, " {after:<10}");
        }
        table = format!("{}\n", table.trim_end());
    }
    table
}

#[test]
fn every_step_from_every_state() {
    insta::assert_snapshot!(table(true), @r"
               approve    refuse     deliver    return     cancel/a   cancel/o   move/a     move/o     ask        lengthen   no longer  undo
    requested  approved   refused    .          .          cancelled  cancelled  requested  requested  .          .          .          .
    approved   .          .          delivered  .          cancelled  cancelled  only_owner_moves approved   .          .          .          .
    refused    .          .          .          .          .          .          .          .          .          .          .          .
    cancelled  .          .          .          .          .          .          .          .          .          .          .          .
    delivered  .          .          .          returned   .          .          .          .          delivered  delivered  not_asked  approved
    … asked    .          .          .          returned   .          .          .          .          delivered  delivered  delivered  approved
    … refused  .          .          .          returned   .          .          .          .          delivered  delivered  not_asked  approved
    returned   .          .          .          .          .          .          .          .          .          .          .          .
    ");
    insta::assert_snapshot!(table(false), @r"
               approve    refuse     deliver    return     cancel/a   cancel/o   move/a     move/o     ask        lengthen   no longer  undo
    requested  approved   refused    .          .          cancelled  cancelled  requested  requested  .          .          .          .
    approved   .          .          delivered  .          cancelled  cancelled  only_owner_moves approved   .          .          .          .
    refused    .          .          .          .          .          .          .          .          .          .          .          .
    cancelled  .          .          .          .          .          .          .          .          .          .          .          .
    delivered  .          .          .          not_lent   .          .          .          .          not_lent   not_lent   not_asked  approved
    … asked    .          .          .          not_lent   .          .          .          .          not_lent   not_lent   delivered  approved
    … refused  .          .          .          not_lent   .          .          .          .          not_lent   not_lent   not_asked  approved
    returned   .          .          .          .          .          .          .          .          .          .          .          .
    ");
}

#[test]
fn each_refusal_has_its_case() {
    let approved = || Booking::Approved(terms(true), act());
    let delivered = || Booking::Delivered(terms(true), Delivery { act: act(), on: day(9) }, Longer::Unasked);
    let wanted = || Booking::Delivered(terms(true), Delivery { act: act(), on: day(9) }, asked());
    let undo = |act, today| Step::Undo { act, entered: day(9), today: day(today) };
    let not_then = |on| Refusal::NotOnThatDay { on: day(on), first: day(8), last: day(12) };
    let blank = || " ".to_owned();
    for (booking, step, refusal) in [
        (Booking::Requested(terms(true)), Step::Refuse(act(), blank()), Refusal::ReasonNeeded),
        (approved(), Step::Cancel(act(), Side::Owner, blank()), Refusal::ReasonNeeded),
        (approved(), Step::Deliver(act(), day(7)), not_then(7)),
        (approved(), Step::Deliver(act(), day(13)), not_then(13)),
        (
            delivered(),
            Step::Return(act(), day(8), Condition::Good, String::new()),
            Refusal::BackBeforeItWent { on: day(8), delivered: day(9) },
        ),
        (delivered(), Step::Return(act(), day(12), Condition::Damaged, blank()), Refusal::RemarkNeeded),
        (delivered(), Step::Return(act(), day(12), Condition::Lost, blank()), Refusal::RemarkNeeded),
        (approved(), Step::Move(Side::Asker, days(15, 16)), Refusal::OnlyOwnerMoves),
        (delivered(), Step::Lengthen(days(8, 12)), Refusal::NotLonger { last: day(12) }),
        (delivered(), Step::AskLonger(act(), days(8, 11), blank()), Refusal::NotLonger { last: day(12) }),
        (wanted(), Step::RefuseLonger(blank()), Refusal::ReasonNeeded),
        (delivered(), Step::RefuseLonger("x".into()), Refusal::NotAsked),
        (delivered(), undo(act(), 10), Refusal::TooLateToUndo { entered: day(9) }),
        (delivered(), undo(Act { by: Uuid::from_u128(2), ..act() }, 9), Refusal::OnlyWhoDelivered),
    ] {
        assert_eq!(booking.take(step), Err(refusal), "{refusal}");
    }
    let worn = Step::Return(act(), day(12), Condition::Worn, String::new());
    assert!(delivered().take(worn).is_ok(), "what is worn speaks for itself");
}

#[test]
fn what_is_lent_is_late_from_the_day_after_its_last() {
    let out = Booking::Delivered(terms(true), Delivery { act: act(), on: day(8) }, Longer::Unasked);
    for (today, late) in [(8, None), (12, None), (13, Some(1)), (20, Some(8))] {
        assert_eq!(out.days_late(day(today)), late, "on {today}");
    }
    let delivery = Delivery { act: act(), on: day(8) };
    let came = |on| Booking::Returned(terms(true), delivery, back(on));
    assert_eq!(came(12).days_late(day(30)), None);
    assert_eq!(came(14).days_late(day(30)), Some(2), "it stays as late as it was");
    let held = Booking::Delivered(terms(false), delivery, Longer::Unasked);
    assert_eq!((held.days_late(day(30)), held.is_out()), (None, false), "a course is over");
    assert_eq!(Booking::Approved(terms(true), act()).days_late(day(30)), None, "it never went");
}

#[test]
fn items_are_held_from_the_request_on_until_they_are_let_go_of() {
    for booking in every_state(true) {
        let held = booking.held();
        assert_eq!(held.is_some(), booking.state().holds(), "{booking:?}");
    }
    let delivery = Delivery { act: act(), on: day(8) };
    let early = Booking::Returned(terms(true), delivery, back(10));
    assert_eq!(early.held(), Some(days(8, 10)), "free again from the eleventh");
    let late = Booking::Returned(terms(true), delivery, back(14));
    assert_eq!(late.held(), Some(days(8, 12)), "being late takes no days from others after the fact");
}

#[test]
fn only_who_has_used_it_may_say_how_it_was() {
    let used: Vec<&str> =
        every_state(true).iter().filter(|booking| booking.was_used()).map(|booking| booking.state().word()).collect();
    assert_eq!(used, ["delivered", "delivered", "delivered", "returned"]);
}

#[test]
fn what_is_wanted_longer_is_held_until_the_owner_says_no() {
    let delivery = Delivery { act: act(), on: day(8) };
    let wanted = Booking::Delivered(terms(true), delivery, asked());
    assert_eq!(wanted.held(), Some(days(8, 15)), "nobody else counts on the days that are asked for");
    assert_eq!(wanted.days_late(day(13)), Some(1), "and it is late all the same until the owner agrees");
    let lengthened = wanted.clone().take(Step::Lengthen(days(8, 14))).expect("lent longer");
    assert_eq!((lengthened.held(), lengthened.days_late(day(14))), (Some(days(8, 14)), None));
    let refused = wanted.clone().take(Step::RefuseLonger("the next school waits".into())).expect("refused");
    assert_eq!(refused.held(), Some(days(8, 12)));
    let undone = wanted.take(Step::Undo { act: act(), entered: day(8), today: day(8) }).expect("undone");
    assert_eq!((undone.state(), undone.held(), undone.is_out()), (StateName::Approved, Some(days(8, 12)), false));
}
