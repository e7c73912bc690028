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
    Signature { party, name: "Zhang".into(), post: "director".into(), act: act(), paper: None }
}

/// Of all parties, as one of them or an official entered them from paper.
fn from_paper(entered_for: Option<Uuid>) -> Vec<Signature> {
    let paper = Some(Paper { on: day(2), entered_for });
    all_signed().into_iter().map(|one| Signature { paper, ..one }).collect()
}

fn all_signed() -> Vec<Signature> {
    vec![signature(PROPOSER), signature(OTHER), signature(THIRD)]
}

fn why() -> String {
    "the term is too long".into()
}

fn ended_on(of_june: u32) -> Agreement {
    Agreement::Ended {
        signatures: all_signed(),
        party: OTHER,
        act: act(),
        on: day(of_june),
        reason: why(),
        successor: None,
    }
}

fn renewed_from(of_june: u32) -> Agreement {
    Agreement::Renewed { signatures: all_signed(), successor: STRANGER, act: act(), from: day(of_june) }
}

fn every_state() -> Vec<(&'static str, Agreement)> {
    let signatures = all_signed;
    vec![
        ("draft", Agreement::Draft),
        ("offered", Agreement::Offered { signatures: vec![signature(PROPOSER)] }),
        ("brought", Agreement::Offered { signatures: vec![] }),
        ("last to sign", Agreement::Offered { signatures: vec![signature(PROPOSER), signature(THIRD)] }),
        ("refused", Agreement::Refused { party: OTHER, act: act(), reason: why() }),
        ("withdrawn", Agreement::Withdrawn { act: act(), reason: String::new() }),
        ("signed", Agreement::Signed { signatures: signatures() }),
        ("from paper", Agreement::Signed { signatures: from_paper(Some(PROPOSER)) }),
        ("by official", Agreement::Signed { signatures: from_paper(None) }),
        (
            "disputed",
            Agreement::Disputed { signatures: from_paper(Some(PROPOSER)), party: OTHER, act: act(), reason: why() },
        ),
        ("to be ended", ended_on(10)),
        ("ended", ended_on(9)),
        ("to be renewed", renewed_from(12)),
        ("renewed", renewed_from(9)),
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
        ("record", Step::Record(Some(party), from_paper(Some(party)))),
        ("dispute", Step::Dispute(party, act(), why())),
        ("uphold", Step::Uphold(party)),
        ("strike", Step::Strike(Some(party), act(), why())),
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
        let _ = writeln!(table, "{name:<13} {}", if cells.is_empty() { "nothing".into() } else { cells.join(", ") });
    }
    table
}

#[test]
fn every_step_of_who_proposes_from_every_state() {
    insta::assert_snapshot!(table(PROPOSER), @r"
    draft         change → draft, offer → offered, withdraw → withdrawn, record → signed
    offered       sign: only_others, refuse: only_others, recall → draft, withdraw → withdrawn
    brought       sign → offered, refuse → refused, recall → draft, withdraw → withdrawn
    last to sign  sign: only_others, refuse: only_others, recall → draft, withdraw → withdrawn
    refused       change → draft, withdraw → withdrawn
    withdrawn     nothing
    signed        end → ended, dispute: not_entered_by_others, strike: only_recorder, renew → renewed
    from paper    end → ended, dispute: not_entered_by_others, strike → withdrawn, renew → renewed
    by official   end → ended, dispute → disputed, strike: only_recorder, renew → renewed
    disputed      uphold: only_objector, strike → withdrawn
    to be ended   end → ended
    ended         nothing
    to be renewed end → ended
    renewed       nothing
    ");
}

#[test]
fn every_step_of_another_party_from_every_state() {
    insta::assert_snapshot!(table(OTHER), @r"
    draft         change: only_proposer, offer: only_proposer, recall: only_proposer, withdraw: only_proposer, record → signed
    offered       change: only_proposer, offer: only_proposer, sign → offered, refuse → refused, recall: only_proposer, withdraw: only_proposer
    brought       change: only_proposer, offer: only_proposer, sign → offered, refuse → refused, recall: only_proposer, withdraw: only_proposer
    last to sign  change: only_proposer, offer: only_proposer, sign → signed, refuse → refused, recall: only_proposer, withdraw: only_proposer
    refused       change: only_proposer, offer: only_proposer, recall: only_proposer, withdraw: only_proposer
    withdrawn     nothing
    signed        end → ended, dispute: not_entered_by_others, strike: only_recorder, renew → renewed
    from paper    end → ended, dispute → disputed, strike: only_recorder, renew → renewed
    by official   end → ended, dispute → disputed, strike: only_recorder, renew → renewed
    disputed      uphold → signed, strike: only_recorder
    to be ended   end → ended
    ended         nothing
    to be renewed end → ended
    renewed       nothing
    ");
}

#[test]
fn an_official_enters_what_is_on_paper_and_brings_pairings() {
    let pairing = Terms { kind: Kind::Pairing, parties: vec![PROPOSER, OTHER], ..terms() };
    let mut table = String::new();
    for (name, state) in every_state() {
        let steps = [
            ("bring", &pairing, Step::Bring),
            ("record", &terms(), Step::Record(None, from_paper(None))),
            ("strike", &terms(), Step::Strike(None, act(), why())),
        ];
        let cells: Vec<String> = steps
            .into_iter()
            .filter_map(|(what, terms, step)| match state.clone().take(terms, day(9), step) {
                Ok(after) => Some(format!("{what} → {}", after.state().word())),
                Err(Refusal::NotFromHere { .. }) => None,
                Err(refusal) => Some(format!("{what}: {}", refusal.code())),
            })
            .collect();
        let _ = writeln!(table, "{name:<13} {}", if cells.is_empty() { "nothing".into() } else { cells.join(", ") });
    }
    insta::assert_snapshot!(table, @r"
    draft         bring → offered, record → signed
    offered       nothing
    brought       nothing
    last to sign  nothing
    refused       nothing
    withdrawn     nothing
    signed        strike: only_recorder
    from paper    strike: only_recorder
    by official   strike → withdrawn
    disputed      strike: only_recorder
    to be ended   nothing
    ended         nothing
    to be renewed nothing
    renewed       nothing
    ");
    let brought = Agreement::Draft.take(&pairing, day(1), Step::Bring).expect("brought");
    let half = brought.take(&pairing, day(1), Step::Sign(signature(PROPOSER))).expect("signed by the first");
    assert_eq!(half.state(), StateName::Offered);
    let whole = half.take(&pairing, day(1), Step::Sign(signature(OTHER))).expect("signed by both");
    assert_eq!(whole.state(), StateName::Signed);
}

#[test]
fn what_is_on_paper_is_entered_whole_whatever_its_days() {
    let record = |terms: &Terms, today, signatures| {
        Agreement::Draft.take(terms, day(today), Step::Record(Some(PROPOSER), signatures)).map(|after| after.state())
    };
    let own = || from_paper(Some(PROPOSER));
    assert_eq!(record(&terms(), 30, own()), Ok(StateName::Signed), "its term is over, and it was signed all the same");
    let no_text = Terms { has_text: false, ..terms() };
    let pairing = Terms { kind: Kind::Pairing, parties: vec![PROPOSER, OTHER], has_text: false, ..terms() };
    for terms in [no_text, pairing] {
        assert_eq!(record(&terms, 9, own()), Err(Refusal::TextNeeded));
    }
    let two: Vec<Signature> = own().into_iter().take(2).collect();
    assert_eq!(record(&terms(), 9, two.clone()), Err(Refusal::NotSignedByAll));
    let twice = [two.clone(), two.into_iter().take(1).collect()].concat();
    assert_eq!(record(&terms(), 9, twice), Err(Refusal::NotSignedByAll));
    assert_eq!(record(&terms(), 9, all_signed()), Err(Refusal::NotSignedByAll), "signed here is not on paper");
    assert_eq!(record(&terms(), 1, own()), Err(Refusal::SignedInTheFuture(day(2))));
    assert_eq!(record(&terms(), 9, from_paper(None)), Err(Refusal::OnlyRecorder));
    let blank = own().into_iter().map(|one| Signature { name: " ".into(), ..one }).collect();
    assert_eq!(record(&terms(), 9, blank), Err(Refusal::SignatoryNeeded));
    let whole = terms();
    assert_eq!(Agreement::Draft.take(&whole, day(1), Step::Bring), Err(Refusal::NotAPairing));
    for step in [Step::Dispute(OTHER, act(), " ".into()), Step::Strike(Some(PROPOSER), act(), " ".into())] {
        let signed = Agreement::Signed { signatures: own() };
        assert_eq!(signed.take(&whole, day(9), step), Err(Refusal::ReasonNeeded));
    }
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
        (signed(), terms(), 9, Step::End(OTHER, act(), day(20), why()), Refusal::EndsByItself(day(20))),
        (ended_on(12), terms(), 9, Step::End(THIRD, act(), day(12), why()), Refusal::EndAnnounced(day(12))),
        (ended_on(12), terms(), 9, Step::End(THIRD, act(), day(13), why()), Refusal::EndAnnounced(day(12))),
        (renewed_from(12), terms(), 9, Step::End(THIRD, act(), day(12), why()), Refusal::RenewedFrom(day(12))),
        // As it could be renewed from a day after its term.
        (renewed_from(25), terms(), 9, Step::End(THIRD, act(), day(24), why()), Refusal::EndsByItself(day(20))),
        (
            renewed_from(25),
            terms(),
            22,
            Step::End(THIRD, act(), day(22), why()),
            Refusal::NotFromHere { from: Standing::Expired, step: "ended" },
        ),
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
    let (ended, renewed) = (ended_on(10), renewed_from(12));
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

/// Nobody can make an agreement last by announcing its end.
#[test]
fn an_announced_end_is_moved_to_an_earlier_day_by_any_party() {
    let end =
        |state: Agreement, party, today, on| state.take(&terms(), day(today), Step::End(party, act(), day(on), why()));
    let earlier = end(ended_on(19), PROPOSER, 9, 12).expect("ended earlier");
    assert_eq!(earlier.over_from(), Some(day(12)));
    let by_proposer = matches!(&earlier, Agreement::Ended { party, .. } if *party == PROPOSER);
    assert!(by_proposer, "who moved it has ended it: {earlier:?}");
    let at_once = end(earlier, THIRD, 10, 10).expect("ended at once");
    assert_eq!(at_once.on(terms().term, day(10)), Standing::Ended);
    // On its last day it can still be ended at once, and so can one that has not begun.
    let signed = || Agreement::Signed { signatures: all_signed() };
    assert_eq!(end(signed(), OTHER, 20, 20).map(|after| after.over_from()), Ok(Some(day(20))));
    assert_eq!(end(signed(), OTHER, 7, 7).map(|after| after.on(terms().term, day(8))), Ok(Standing::Ended));
}

#[test]
fn one_that_is_renewed_is_ended_before_that_and_keeps_what_renews_it() {
    let end = |state: Agreement, on| state.take(&terms(), day(9), Step::End(OTHER, act(), day(on), why()));
    let ended = end(renewed_from(12), 11).expect("ended");
    assert_eq!((ended.over_from(), ended.successor()), (Some(day(11)), Some(STRANGER)));
    let json = serde_json::to_value(&ended).expect("JSON");
    assert_eq!(serde_json::from_value::<Agreement>(json).expect("read back"), ended);
    let again = end(ended, 10).expect("ended earlier");
    assert_eq!((again.over_from(), again.successor()), (Some(day(10)), Some(STRANGER)));
}
