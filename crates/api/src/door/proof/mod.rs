//! For `kepu verify`: what the door's rules say of every scan, beside what is stored.

mod store;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use kepu_domain::door::fold::{Folded, fold};
use kepu_domain::door::scan::{Reason, Verdict};
use uuid::Uuid;

use self::store::StandingRow;
use super::settle::{Sessions, guest};
use super::store::{PersonRow, ScanRow, Visit, sessions};
use super::take::look_up;
use crate::error::Result;
use crate::participation::store::{self as participations, Row};
use crate::tenancy::Tx;

/// What was found.
#[derive(Debug, Default)]
pub struct Proof {
    /// Scans judged again.
    pub scans: usize,
    /// Persons whose scans wait to be judged anew, for the list or the session has changed since: opening and closing do it.
    pub waiting: usize,
    /// Verdicts that are not what the rules say.
    pub verdicts: Vec<String>,
    /// Persons who were there and do not stand so, by nobody's word.
    pub absent: Vec<String>,
}

/// Sessions at whose doors there are scans, after this one.
pub async fn sessions_after(tx: &mut Tx, after: Option<Uuid>, most: i64) -> Result<Vec<Uuid>> {
    store::sessions_scanned(tx, after, most).await
}

/// Judges all scans of these sessions again.
pub async fn prove(tx: &mut Tx, ids: &[Uuid], proof: &mut Proof) -> Result<()> {
    let sessions: Sessions = sessions(tx, ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut scans: BTreeMap<Visit, Vec<ScanRow>> = BTreeMap::new();
    for row in store::scans_of_sessions(tx, ids).await? {
        if let Some(visit) = row.visit() {
            scans.entry(visit).or_default().push(row);
        }
    }
    let people = look_up(tx, &sessions, scans.keys().copied()).await?;
    let rows = participations::of_sessions(tx, ids).await?;
    let rows: HashMap<Visit, Row> = rows.into_iter().map(|row| (of(row.session_id, row.person_id), row)).collect();
    let standing = store::standing(tx, ids).await?;
    let standing: HashMap<Visit, StandingRow> =
        standing.into_iter().map(|row| (of(row.session_id, row.person_id), row)).collect();
    for (visit, scans) in scans {
        proof.scans += scans.len();
        let Some(session) = sessions.get(&visit.session) else { continue };
        let (row, person) = (rows.get(&visit), people.get(&visit));
        // Whether somebody is barred changes with what the person does elsewhere: what the door found holds.
        let barred = scans.iter().any(|scan| scan.reason.as_deref() == Some(Reason::Barred.word()));
        let read = scans.iter().map(ScanRow::scan).collect::<Result<_>>()?;
        let folded = fold(&session.terms(), &guest(row, person, barred), read);
        let differing = differing(&scans, &folded);
        let changed = last_change(session.updated_at, person, standing.get(&visit));
        if !differing.is_empty() && scans.iter().all(|scan| scan.judged_at.is_some_and(|at| at < changed)) {
            proof.waiting += 1;
            continue;
        }
        proof.verdicts.extend(differing);
        if folded.presence.is_some() && !stands_as_there(row, standing.get(&visit)) {
            let state = row.map_or("not in it", |row| row.state.as_str());
            proof.absent.push(format!("session {}, person {}: {state}", visit.session, visit.person));
        }
    }
    Ok(())
}

const fn of(session: Uuid, person: Uuid) -> Visit {
    Visit { session, person }
}

/// Scans whose stored verdict is another one than the rules say.
fn differing(scans: &[ScanRow], folded: &Folded) -> Vec<String> {
    let right: HashMap<Uuid, &Verdict> = folded.verdicts.iter().map(|(id, verdict)| (*id, verdict)).collect();
    let show = |kind: &str, reason: &str, of: Option<Uuid>| {
        of.map_or_else(|| format!("{kind} {reason}"), |of| format!("{kind} {reason} {of}"))
    };
    let tell = |scan: &ScanRow| {
        let right = right.get(&scan.id)?;
        // Without any verdict it is told of elsewhere.
        let stored = show(scan.verdict.as_deref()?, scan.reason.as_deref()?, scan.duplicate_of);
        let right = show(right.kind().word(), right.reason.word(), right.duplicate_of);
        (stored != right).then(|| format!("scan {}: {stored} is stored, {right} is right", scan.id))
    };
    scans.iter().filter_map(tell).collect()
}

/// When something last changed that verdicts rest on, beside the scans themselves.
fn last_change(session: DateTime<Utc>, person: Option<&PersonRow>, standing: Option<&StandingRow>) -> DateTime<Utc> {
    let replaced = person.and_then(|person| person.replaced_at.iter().flatten().max().copied());
    let listed = standing.and_then(|standing| standing.listed_at);
    replaced.into_iter().chain(listed).fold(session, DateTime::max)
}

/// Whether somebody who was there stands so, or otherwise by a person's word that came after the door's.
fn stands_as_there(row: Option<&Row>, standing: Option<&StandingRow>) -> bool {
    let came_from = standing.and_then(|standing| standing.came_from.as_deref());
    match row.map(|row| row.state.as_str()) {
        Some("attended" | "recorded" | "confirmed" | "rejected" | "voided") => true,
        Some("absent" | "withdrawn") => matches!(came_from, Some("attended" | "recorded")),
        _ => false,
    }
}
