//! Every state × every step, by whom, and what is left of what named somebody.

use std::fmt::Write as _;

use serde_json::json;

use super::*;

const FAMILY: Uuid = Uuid::from_u128(1);
const OFFICIAL: Uuid = Uuid::from_u128(2);

fn act(by: Uuid, note: &str) -> Act {
    Act { by, at: DateTime::UNIX_EPOCH, note: note.to_owned() }
}

fn after(days: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::days(days)).expect("a day")
}

fn every_state() -> Vec<Erasure> {
    let request = Request { act: act(FAMILY, "moved away"), channel: Channel::Family };
    let approved = Erasure::Approved {
        request: request.clone(),
        approval: act(OFFICIAL, ""),
        due_at: after(i64::from(WAIT_DAYS)),
    };
    vec![
        Erasure::Requested { request: request.clone() },
        approved.clone(),
        Erasure::Refused { request: request.clone(), refusal: act(OFFICIAL, "not the guardian") },
        Erasure::TakenBack { request, withdrawal: act(FAMILY, "") },
        approved.take(Step::CarryOut(after(7), Gone::default())).expect("due"),
    ]
}

fn every_step() -> Vec<(&'static str, Step)> {
    vec![
        ("approve/own", Step::Approve(act(FAMILY, ""), WAIT_DAYS)),
        ("approve", Step::Approve(act(OFFICIAL, ""), 0)),
        ("approve/late", Step::Approve(act(OFFICIAL, ""), WAIT_DAYS_MAX + 1)),
        ("refuse/own", Step::Refuse(act(FAMILY, "no"))),
        ("refuse/mute", Step::Refuse(act(OFFICIAL, " "))),
        ("refuse", Step::Refuse(act(OFFICIAL, "not the guardian"))),
        ("take back", Step::TakeBack(act(FAMILY, ""))),
        ("carry out/early", Step::CarryOut(after(6), Gone::default())),
        ("carry out", Step::CarryOut(after(7), Gone::default())),
    ]
}

#[test]
fn every_step_in_every_state() {
    // Rows: steps; columns: states; the state after, or the code of the refusal (a dot where the state alone refuses).
    let mut table = format!("{:<16}", "");
    for state in every_state() {
        let _ = write!(table, " {:<15}", state.name().word());
    }
    table = format!("{}\n", table.trim_end());
    for (name, step) in every_step() {
        let mut row = format!("{name:<16}");
        for state in every_state() {
            let cell = match state.take(step.clone()) {
                Ok(after) => after.name().word(),
                Err(Refusal::NotFromHere { .. }) => ".",
                Err(refusal) => refusal.code(),
            };
            let _ = write!(row, " {cell:<15}");
        }
        let _ = writeln!(table, "{}", row.trim_end());
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_state_keeps_what_it_owns_and_is_stored_whole() {
    for state in every_state() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Erasure>(&text).expect("read again"), state);
    }
}

#[test]
fn what_is_done_says_neither_who_asked_nor_why() {
    let done = every_state().pop().expect("the last one");
    let text = serde_json::to_string(&done).expect("JSON");
    assert!(text.contains(&OFFICIAL.to_string()), "the official answers for it: {text}");
    assert!(!text.contains(&FAMILY.to_string()) && !text.contains("moved"), "{text}");
    assert_eq!(done.asked(), None);
}

#[test]
fn the_guardian_asks_for_a_child_and_the_district_says_what_paper_it_has() {
    let asked = |asker, note| Erasure::request(asker, act(FAMILY, note)).map(|asked| asked.name().word());
    for (asker, note, expected) in [
        (Asker::Guardian, "", Ok("requested")),
        (Asker::Student { age: Some(18) }, "", Ok("requested")),
        (Asker::Student { age: Some(17) }, "please", Err(Refusal::GuardianNeeded)),
        (Asker::Student { age: None }, "please", Err(Refusal::GuardianNeeded)),
        (Asker::Official, "a letter of 3 May", Ok("requested")),
        (Asker::Official, "  ", Err(Refusal::ReasonNeeded)),
    ] {
        assert_eq!(asked(asker, note), expected, "{asker:?}, {note:?}");
    }
}

#[test]
fn what_is_about_one_person_goes_and_what_is_about_others_stays() {
    let marks = ["p1", "S-7"];
    for (before, left) in [
        (json!({ "person_id": "p1", "reason": "ill" }), None),
        (json!({ "person_id": "p2", "reason": "ill" }), Some(json!({ "person_id": "p2", "reason": "ill" }))),
        (json!({ "void": ["p1", "p2"], "n": 2 }), Some(json!({ "void": ["p2"], "n": 2 }))),
        (
            json!({ "by": { "p1": 3, "p2": 4 }, "all": [{ "number": "S-7", "name": "x" }, { "number": "S-70" }] }),
            Some(json!({ "by": { "p2": 4 }, "all": [{ "number": "S-70" }] })),
        ),
        (
            json!({ "grant": { "scope": { "person_id": "p1" } }, "role": "guardian" }),
            Some(json!({ "grant": {}, "role": "guardian" })),
        ),
        (json!("p1"), None),
        (json!([null, 1, "p1", "of p1"]), Some(json!([null, 1, "of p1"]))),
    ] {
        assert_eq!(redact(&before, &marks), left, "{before}");
    }
}
