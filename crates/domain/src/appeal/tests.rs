//! Every state × every step, the days, and what can be made of a line.

use std::fmt::Write as _;

use super::*;
use crate::{competition, participation};

const STUDENT: Uuid = Uuid::from_u128(1);
const GUIDE: Uuid = Uuid::from_u128(2);
const OFFICIAL: Uuid = Uuid::from_u128(3);

fn day(of_june: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, of_june).expect("a day of June")
}

fn act(by: Uuid, on: u32) -> Act {
    Act { by, at: DateTime::UNIX_EPOCH, on: day(on) }
}

fn filing(host: bool) -> Filing {
    Filing {
        act: act(STUDENT, 1),
        side: Side::Student,
        grounds: "I was there".into(),
        wants: Kind::Confirm,
        host: host.then(|| Uuid::from_u128(9)),
        terms: Terms { host_days: 7, district_days: 14, file_days: 180 },
    }
}

fn statement(on: u32) -> Statement {
    Statement { act: act(GUIDE, on), stance: Stance::Agrees, remark: "the list was read wrongly".into() }
}

fn confirm() -> Correction {
    Correction::Confirm { minutes: None, quantity: None }
}

fn decision() -> Decision {
    Decision { act: act(OFFICIAL, 9), reason: "as the host says".into() }
}

fn every_state() -> Vec<(&'static str, Appeal)> {
    let (filing, statement) = (|| filing(true), || Some(statement(3)));
    vec![
        ("filed", Appeal::Filed { filing: filing() }),
        ("filed, no host", Appeal::Filed { filing: self::filing(false) }),
        ("stated", Appeal::Stated { filing: filing(), statement: self::statement(3) }),
        (
            "granted",
            Appeal::Granted { filing: filing(), statement: statement(), decision: decision(), correction: confirm() },
        ),
        ("declined", Appeal::Declined { filing: filing(), statement: statement(), decision: decision() }),
        ("withdrawn", Appeal::Withdrawn { filing: filing(), statement: statement(), act: act(STUDENT, 4) }),
    ]
}

fn every_step() -> Vec<(&'static str, Step)> {
    let grant = |by, on| Step::Grant(act(by, on), "it is so".into(), confirm());
    let decline = |by, on| Step::Decline(act(by, on), "it is not so".into());
    let state = |by| Step::State(act(by, 3), Stance::StandsBy, "we looked".into());
    vec![
        ("the host states", state(GUIDE)),
        ("the filer states", state(STUDENT)),
        ("the host states nothing", Step::State(act(GUIDE, 3), Stance::Agrees, " ".into())),
        ("granted in the host's days", grant(OFFICIAL, 8)),
        ("granted after them", grant(OFFICIAL, 9)),
        ("granted by the filer", grant(STUDENT, 9)),
        ("granted by the host's voice", grant(GUIDE, 9)),
        ("declined in the host's days", decline(OFFICIAL, 8)),
        ("declined after them", decline(OFFICIAL, 9)),
        ("declined without a reason", Step::Decline(act(OFFICIAL, 9), String::new())),
        ("withdrawn", Step::Withdraw(act(STUDENT, 4))),
        ("withdrawn by another", Step::Withdraw(act(GUIDE, 4))),
    ]
}

#[test]
fn every_step_from_every_state_is_allowed_or_refused_by_its_code() {
    let mut table = String::new();
    for (name, state) in every_state() {
        for (step, taken) in every_step() {
            let to = match state.clone().take(taken) {
                Ok(to) => format!("→ {}", to.state().word()),
                Err(refused) => refused.code().to_owned(),
            };
            let _ = writeln!(table, "{name:14} {step:28} {to}");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_days_are_those_of_the_filing_and_count_from_the_hosts_word() {
    let filed = Appeal::Filed { filing: filing(true) };
    assert_eq!((filed.host_due(), filed.due()), (Some(day(8)), day(22)), "the host lets its days pass");
    assert_eq!((filed.turn(day(8)), filed.turn(day(9))), (Some(Turn::Host), Some(Turn::District)));
    let stated = filed.take(Step::State(act(GUIDE, 3), Stance::Agrees, "so it was".into())).expect("its days");
    assert_eq!((stated.due(), stated.turn(day(3))), (day(17), Some(Turn::District)));
    let late = Appeal::Filed { filing: filing(true) };
    let late = late.take(Step::State(act(GUIDE, 12), Stance::Agrees, "so it was".into())).expect("better late");
    assert_eq!(late.due(), day(26), "the district hears it before it decides");
    let contest = Appeal::Filed { filing: filing(false) };
    assert_eq!((contest.host_due(), contest.due()), (None, day(15)));
    assert_eq!(contest.turn(day(1)), Some(Turn::District));
    assert_eq!(Terms { file_days: 5, ..Terms::default() }.questionable_until(day(4)), day(9));
    let over: Vec<bool> = every_state().iter().map(|(_, one)| one.turn(day(30)).is_none()).collect();
    assert_eq!(over, [false, false, false, true, true, true]);
}

#[test]
fn what_can_be_made_of_a_line_is_told_by_its_state() {
    let mut table = String::new();
    let participations = participation::StateName::ALL.map(|state| (state.word(), Line::Participation(state)));
    let results = competition::StateName::ALL.map(|state| (state.word(), Line::Result(state)));
    for (word, line) in participations.into_iter().chain(results) {
        let kinds: Vec<&str> = possible(line).iter().map(|kind| kind.word()).collect();
        let of = if matches!(line, Line::Result(_)) { "result" } else { "participation" };
        table = format!("{table}{}\n", format!("{of:14} {word:11} {}", kinds.join(" ")).trim_end());
    }
    insta::assert_snapshot!(table);
}

#[test]
fn it_is_read_back_as_it_was_stored() {
    for (_, appeal) in every_state() {
        let stored = serde_json::to_value(&appeal).expect("stored");
        assert_eq!(stored.get("state").and_then(|state| state.as_str()), Some(appeal.state().word()));
        assert_eq!(serde_json::from_value::<Appeal>(stored).expect("read"), appeal);
    }
}
