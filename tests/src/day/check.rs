//! Closing, and what became of everybody.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};
use serde_json::json;
use uuid::Uuid;

use super::plan::Session;
use super::{Caller, Report, word};

/// Lists what to look at, then closes.
pub async fn close(caller: &Caller, session: &Session, report: &mut Report) -> Result<()> {
    let door = caller.get(&format!("/api/v1/sessions/{}/door", session.id)).await?;
    for oddity in door["oddities"].as_array().into_iter().flatten() {
        *report.oddities.entry(word(oddity, "kind")?.to_owned()).or_default() += 1;
    }
    let answer = caller.post(&format!("/api/v1/sessions/{}/door/close", session.id), &json!({})).await?;
    let refused = answer["refused"].as_array().map_or(0, Vec::len);
    ensure!(refused == 0, "the closing of session {} refused {refused}: {}", session.id, answer["refused"]);
    Ok(())
}

/// Every child who came is confirmed once and nobody else; there is a verdict for every scan, and the right one.
pub async fn session(caller: &Caller, session: &Session, report: &mut Report) -> Result<()> {
    let id = &session.id;
    let mut states: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in caller.list(&format!("/api/v1/participations?session={id}")).await? {
        states.entry(word(&row, "person_id")?.parse()?).or_default().push(word(&row, "state")?.to_owned());
    }
    let mut wrong = Vec::new();
    let mut expect = |persons: &[Uuid], what: &str, state: &[&str]| {
        for person in persons {
            let found = states.remove(person).unwrap_or_default();
            if found != state {
                wrong.push(format!("{person}, who {what}, should be {state:?} and is {found:?}"));
            }
        }
    };
    expect(&session.came, "came", &["confirmed"]);
    expect(&session.missing, "did not come", &["absent"]);
    expect(&session.strangers, "was not on the list", &[]);
    wrong.extend(states.iter().map(|(person, found)| format!("{person} never came and is {found:?}")));
    let first = wrong.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("; ");
    ensure!(wrong.is_empty(), "session {id}: {} counted wrongly: {first}", wrong.len());

    let door = caller.get(&format!("/api/v1/sessions/{id}/door")).await?;
    let of = |word: &str| door["counts"][word].as_u64().unwrap_or(0);
    let kinds = ["accepted", "duplicates", "needs_review", "refused"];
    let verdicts: BTreeMap<&str, u64> = kinds.iter().map(|kind| (*kind, of(kind))).collect();
    let (scans, sum) = (session.looks.len() as u64, verdicts.values().sum::<u64>());
    ensure!(of("scans") == scans, "session {id}: {scans} scans were made, {} are there", of("scans"));
    ensure!(sum == scans, "session {id}: {scans} scans have {sum} verdicts: {verdicts:?}");
    let right = [session.accepted, scans - session.accepted - session.refused, 0, session.refused];
    let right: BTreeMap<&str, u64> = kinds.into_iter().zip(right).collect();
    ensure!(verdicts == right, "session {id}: the verdicts are {verdicts:?}, and should be {right:?}");
    for (kind, count) in verdicts {
        *report.verdicts.entry(kind.to_owned()).or_default() += count;
    }
    report.came += session.came.len();
    report.missing += session.missing.len();
    report.scans += session.looks.len();
    Ok(())
}
