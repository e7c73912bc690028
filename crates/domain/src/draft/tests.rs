//! Every state × every step, by whom, and what each refusal asks for.

use std::fmt::Write as _;

use super::*;

const WRITER: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn act(by: Uuid, note: &str) -> Act {
    Act { by, at: DateTime::UNIX_EPOCH, note: note.to_owned() }
}

fn day(of_june: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, of_june).expect("a day of June")
}

fn submission() -> Submission {
    Submission { act: act(WRITER, ""), digest: "00".into() }
}

fn publication(on: u32) -> Publication {
    Publication { act: act(WRITER, ""), policy_version_id: Uuid::from_u128(9), effective_on: day(on) }
}

fn every_state() -> Vec<Draft> {
    let (submission, approval) = (submission(), act(OTHER, ""));
    vec![
        Draft::Draft,
        Draft::Submitted { submission: submission.clone() },
        Draft::Approved { submission: submission.clone(), approval: approval.clone() },
        Draft::Rejected { submission: submission.clone(), rejection: act(OTHER, "too dear") },
        Draft::Published { submission, approval, publication: publication(9) },
        Draft::Withdrawn { withdrawal: act(WRITER, "not needed"), publication: None },
    ]
}

fn every_step() -> Vec<(&'static str, Step)> {
    vec![
        ("change", Step::Change),
        ("submit", Step::Submit(submission())),
        ("take back", Step::TakeBack),
        ("approve/own", Step::Approve(act(WRITER, ""))),
        ("approve", Step::Approve(act(OTHER, ""))),
        ("reject/own", Step::Reject(act(WRITER, "too dear"))),
        ("reject/mute", Step::Reject(act(OTHER, " "))),
        ("reject", Step::Reject(act(OTHER, "too dear"))),
        ("publish/past", Step::Publish(publication(7), day(8))),
        ("publish", Step::Publish(publication(8), day(8))),
        ("retry", Step::Retry(true)),
        ("retry/not failed", Step::Retry(false)),
        ("withdraw/mute", Step::Withdraw(act(WRITER, ""), false)),
        ("withdraw", Step::Withdraw(act(WRITER, "not needed"), false)),
        ("withdraw/begun", Step::Withdraw(act(WRITER, "not needed"), true)),
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
        assert_eq!(serde_json::from_str::<Draft>(&text).expect("read again"), state);
    }
    let approved =
        Draft::Submitted { submission: submission() }.take(Step::Approve(act(OTHER, "yes"))).expect("another");
    assert_eq!(approved, Draft::Approved { submission: submission(), approval: act(OTHER, "yes") });
    let given_up = approved
        .take(Step::Publish(publication(8), day(8)))
        .and_then(|published| published.take(Step::Withdraw(act(OTHER, "an error"), false)));
    let Ok(Draft::Withdrawn { publication, .. }) = given_up else { panic!("{given_up:?}") };
    assert_eq!(publication.expect("kept").effective_on, day(8));
}

#[test]
fn refusals_say_what_to_do() {
    let refusal = Draft::Submitted { submission: submission() }.take(Step::Approve(act(WRITER, ""))).expect_err("own");
    assert!(refusal.to_string().contains("another official"), "{refusal}");
    let refusal = Draft::Draft.take(Step::Approve(act(OTHER, ""))).expect_err("not submitted");
    assert_eq!(refusal.to_string(), "a draft that is draft cannot be approved");
}
