//! Every state × every step of every party, and what each refusal asks for.

use std::fmt::Write as _;

use super::*;

const PROPOSER: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const THIRD: Uuid = Uuid::from_u128(3);
const STRANGER: Uuid = Uuid::from_u128(9);

fn day(of_june: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, of_june).expect("a day of June")
}

fn act() -> Act {
    Act { by: Uuid::from_u128(7), at: DateTime::UNIX_EPOCH }
}

fn terms() -> Terms {
    let term = Term { from: day(8), to: Some(day(20)) };
    Terms { kind: Kind::Strategic, parties: vec![PROPOSER, OTHER, THIRD], term, has_text: true }
}

fn signature(party: Uuid) -> Signature {
    Signature { party, name: "Zhang".into(), post: "director".into(), act: act() }
}

fn all_signed() -> Vec<Signature> {
    vec![signature(PROPOSER), signature(OTHER), signature(THIRD)]
}

fn why() -> String {
    "the term is too long".into()
}

fn every_state() -> Vec<(&'static str, Agreement)> {
    let signatures = all_signed;
    vec![
        ("draft", Agreement::Draft),
        ("offered", Agreement::Offered { signatures: vec![signature(PROPOSER)] }),
        ("last to sign", Agreement::Offered { signatures: vec![signature(PROPOSER), signature(THIRD)] }),
        ("refused", Agreement::Refused { party: OTHER, act: act(), reason: why() }),
        ("withdrawn", Agreement::Withdrawn { act: act(), reason: String::new() }),
        ("signed", Agreement::Signed { signatures: signatures() }),
        ("ended", Agreement::Ended { signatures: signatures(), party: OTHER, act: act(), on: day(10), reason: why() }),
        ("renewed", Agreement::Renewed { signatures: signatures(), successor: STRANGER, act: act(), from: day(12) }),
    ]
}

fn steps_of(party: Uuid) -> Vec<(&'static str, Step)> {
    vec![
        ("change", Step::Change(party)),
        ("offer", Step::Offer(signature(party))),
        ("sign", Step::Sign(signature(party))),
        ("refuse", Step::Refuse(party, act(), why())),
        ("recall", Step::Recall(party)),
        ("withdraw", Step::Withdraw(party, act(), String::new())),
        ("end", Step::End(party, act(), day(9), why())),
    ]
}

/// Rows: states; columns: steps; the state after, or the code of the refusal (a dot where the state alone refuses).
fn table(party: Uuid) -> String {
    let renew = ("renew", Step::Renew(STRANGER, act(), day(12)));
    let steps: Vec<_> = steps_of(party).into_iter().chain([renew]).collect();
    let mut table = String::new();
    for (name, state) in every_state() {
        let cells: Vec<String> = steps
            .iter()
            .filter_map(|(step, taken)| match state.clone().take(&terms(), day(9), taken.clone()) {
                Ok(after) => Some(format!("{step} → {}", after.state().word())),
                Err(Refusal::NotFromHere { .. }) => None,
                Err(refusal) => Some(format!("{step}: {}", refusal.code())),
            })
            .collect();
        let _ = writeln!(table, "{name:<12} {}", if cells.is_empty() { "nothing".into() } else { cells.join(", ") });
    }
    table
}

#[test]
fn every_step_of_who_proposes_from_every_state() {
    insta::assert_snapshot!(table(PROPOSER), @r"
    draft        change → draft, offer → offered, withdraw → withdrawn
    offered      sign: only_others, refuse: only_others, recall → draft, withdraw → withdrawn
    last to sign sign: only_others, refuse: only_others, recall → draft, withdraw → withdrawn
    refused      change → draft, withdraw → withdrawn
    withdrawn    nothing
    signed       end → ended, renew → renewed
    ended        nothing
    renewed      nothing
    ");
}

#[test]
fn every_step_of_another_party_from_every_state() {
    insta::assert_snapshot!(table(OTHER), @r"
    draft        change: only_proposer, offer: only_proposer, recall: only_proposer, withdraw: only_proposer
    offered      change: only_proposer, offer: only_proposer, sign → offered, refuse → refused, recall: only_proposer, withdraw: only_proposer
    last to sign change: only_proposer, offer: only_proposer, sign → signed, refuse → refused, recall: only_proposer, withdraw: only_proposer
    refused      change: only_proposer, offer: only_proposer, recall: only_proposer, withdraw: only_proposer
    withdrawn    nothing
    signed       end → ended, renew → renewed
    ended        nothing
    renewed      nothing
    ");
}

#[test]
fn who_is_no_party_takes_no_step_in_any_state() {
    for (name, state) in every_state() {
        for (what, step) in steps_of(STRANGER) {
            assert_eq!(state.clone().take(&terms(), day(9), step), Err(Refusal::NotAParty), "{what} when {name}");
        }
    }
}

#[test]
fn it_is_signed_when_the_last_party_has_signed() {
    let offered = Agreement::Draft.take(&terms(), day(1), Step::Offer(signature(PROPOSER))).expect("offered");
    let one_more = offered.take(&terms(), day(2), Step::Sign(signature(THIRD))).expect("signed by one more");
    assert_eq!(one_more.state(), StateName::Offered);
    let twice = one_more.clone().take(&terms(), day(2), Step::Sign(signature(THIRD)));
    assert_eq!(twice, Err(Refusal::SignedAlready));
    let signed = one_more.take(&terms(), day(3), Step::Sign(signature(OTHER))).expect("signed by all");
    assert_eq!(signed.state(), StateName::Signed);
    let parties: Vec<Uuid> = signed.signatures().iter().map(|one| one.party).collect();
    assert_eq!(parties, [PROPOSER, THIRD, OTHER]);
}

#[test]
fn what_is_refused_is_changed_and_offered_to_all_anew() {
    let offered = Agreement::Offered { signatures: vec![signature(PROPOSER), signature(THIRD)] };
    let refused = offered.take(&terms(), day(2), Step::Refuse(OTHER, act(), why())).expect("refused");
    let draft = refused.take(&terms(), day(3), Step::Change(PROPOSER)).expect("changed");
    let again = draft.take(&terms(), day(3), Step::Offer(signature(PROPOSER))).expect("offered again");
    assert_eq!(again.signatures().len(), 1, "who signed the old text has not signed the new one");
}

#[test]
fn each_refusal_has_its_case() {
    let offered = || Agreement::Offered { signatures: vec![signature(PROPOSER)] };
    let signed = || Agreement::Signed { signatures: all_signed() };
    let blank = Signature { post: " ".into(), ..signature(PROPOSER) };
    let no_text = Terms { has_text: false, ..terms() };
    for (state, terms, today, step, refusal) in [
        (Agreement::Draft, no_text.clone(), 1, Step::Offer(signature(PROPOSER)), Refusal::TextNeeded),
        (Agreement::Draft, terms(), 1, Step::Offer(blank), Refusal::SignatoryNeeded),
        (Agreement::Draft, terms(), 21, Step::Offer(signature(PROPOSER)), Refusal::TermIsOver(day(20))),
        (offered(), terms(), 21, Step::Sign(signature(OTHER)), Refusal::TermIsOver(day(20))),
        (offered(), terms(), 1, Step::Refuse(OTHER, act(), " ".into()), Refusal::ReasonNeeded),
        (signed(), terms(), 9, Step::End(OTHER, act(), day(9), " ".into()), Refusal::ReasonNeeded),
        (
            signed(),
            terms(),
            21,
            Step::End(OTHER, act(), day(21), why()),
            Refusal::NotFromHere { from: Standing::Expired, step: "ended" },
        ),
        (signed(), terms(), 9, Step::End(OTHER, act(), day(8), why()), Refusal::EndsInThePast(day(9))),
        (signed(), terms(), 9, Step::End(OTHER, act(), day(21), why()), Refusal::EndsByItself(day(20))),
        (signed(), terms(), 9, Step::Renew(STRANGER, act(), day(8)), Refusal::RenewsFromTheStart(day(8))),
    ] {
        assert_eq!(state.take(&terms, day(today), step), Err(refusal), "{refusal}");
    }
    let pairing = Terms { kind: Kind::Pairing, ..no_text };
    assert!(Agreement::Draft.take(&pairing, day(1), Step::Offer(signature(PROPOSER))).is_ok(), "needs no text");
}

#[test]
fn the_day_says_whether_it_is_in_force() {
    let term = terms().term;
    let signed = Agreement::Signed { signatures: all_signed() };
    for (of_june, standing) in
        [(7, Standing::NotBegun), (8, Standing::InForce), (20, Standing::InForce), (21, Standing::Expired)]
    {
        assert_eq!(signed.on(term, day(of_june)), standing, "on the {of_june}th");
    }
    assert_eq!(signed.on(Term { to: None, ..term }, day(30)), Standing::InForce, "an open term");
    let ended = Agreement::Ended { signatures: all_signed(), party: OTHER, act: act(), on: day(10), reason: why() };
    let renewed = Agreement::Renewed { signatures: all_signed(), successor: STRANGER, act: act(), from: day(12) };
    for (state, of_june, standing) in [
        (&ended, 9, Standing::InForce),
        (&ended, 10, Standing::Ended),
        (&renewed, 11, Standing::InForce),
        (&renewed, 12, Standing::Renewed),
    ] {
        assert_eq!(state.on(term, day(of_june)), standing, "{state:?}");
    }
    assert_eq!((ended.over_from(), renewed.over_from()), (Some(day(10)), Some(day(12))));
}

#[test]
fn parties_and_terms_that_fit() {
    use Side::{Neither, Partner, School};
    let parties =
        |sides: &[Side]| -> Vec<(Uuid, Side)> { (1_u128..).map(Uuid::from_u128).zip(sides.iter().copied()).collect() };
    for (kind, sides, verdict) in [
        (Kind::Pairing, vec![School, Partner], Ok(())),
        (Kind::Pairing, vec![Partner, School], Ok(())),
        (Kind::Pairing, vec![School, School], Err(Unfit::NotAPair)),
        (Kind::Pairing, vec![Partner, Partner], Err(Unfit::NotAPair)),
        (Kind::Pairing, vec![School, Neither], Err(Unfit::NotAPair)),
        (Kind::Pairing, vec![School, Partner, Partner], Err(Unfit::NotTwo(3))),
        (Kind::Strategic, vec![Partner], Err(Unfit::PartyCount(1))),
        (Kind::Strategic, vec![Partner, Partner, Neither], Ok(())),
        (Kind::Framework, vec![School; 13], Err(Unfit::PartyCount(13))),
        (Kind::Framework, vec![School; 12], Ok(())),
    ] {
        assert_eq!(check_parties(kind, &parties(&sides)), verdict, "{kind:?} {sides:?}");
    }
    let twice = [(PROPOSER, School), (PROPOSER, Partner)];
    for kind in [Kind::Pairing, Kind::Strategic] {
        assert_eq!(check_parties(kind, &twice), Err(Unfit::PartyTwice));
    }
    assert_eq!(check_term(Term { from: day(8), to: Some(day(8)) }), Ok(()));
    assert_eq!(check_term(Term { from: day(8), to: Some(day(7)) }), Err(Unfit::EndsBeforeItBegins));
}

#[test]
fn what_is_stored_is_read_back() {
    for (name, state) in every_state() {
        let json = serde_json::to_value(&state).expect("JSON");
        assert_eq!(json["state"], state.state().word(), "{name}");
        assert_eq!(serde_json::from_value::<Agreement>(json).expect("read back"), state, "{name}");
    }
}

#[test]
fn one_that_ends_on_a_later_day_is_in_force_until_then() {
    let signed = Agreement::Signed { signatures: all_signed() };
    let ended = signed.take(&terms(), day(9), Step::End(OTHER, act(), day(12), why())).expect("ended");
    assert_eq!(ended.over_from(), Some(day(12)));
    for (of_june, standing) in [(9, Standing::InForce), (11, Standing::InForce), (12, Standing::Ended)] {
        assert_eq!(ended.on(terms().term, day(of_june)), standing, "{of_june}");
    }
}
