//! Takes scans, of one or many requests and sessions, in one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use kepu_domain::door::code::Code;
use kepu_domain::door::pass::Signed;
use kepu_domain::door::scan::{Kind, Method, Reason, Scan, clock_offset, corrected, keepable};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::settle::{Sessions, Touched, settle};
use super::store::{self, NewScan, NewVerdict, PersonRow, ScanRow, SessionRow, Visit};
use super::view::{ScanItem, VerdictView, words};
use crate::error::Result;
use crate::passes::keys::Keys;
use crate::passes::store::passes_numbered;
use crate::tenancy::Tx;

/// A scan on its way in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The session at whose door it was made.
    pub session_id: Uuid,
    /// Who is signed in on the device.
    pub account_id: Uuid,
    /// The device.
    pub device_id: Uuid,
    /// When the service got it.
    pub received_at: DateTime<Utc>,
    /// What the device says.
    pub item: ScanItem,
}

/// Takes the scans; one verdict for each, in their order. Whatever is wrong with one is its verdict, not an error.
pub async fn take(tx: &mut Tx, keys: &Keys, incoming: &[Incoming], now: DateTime<Utc>) -> Result<Vec<VerdictView>> {
    let wanted: BTreeSet<Uuid> = incoming.iter().map(|one| one.session_id).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    store::lock(tx, &wanted).await?;
    let sessions: Sessions = store::sessions(tx, &wanted).await?.into_iter().map(|row| (row.id, row)).collect();
    let (scans, mut people) = identify(tx, keys, &sessions, incoming).await?;
    let kept = keep(tx, &scans).await?;

    let fresh = || scans.iter().enumerate().filter(|(at, _)| kept.fresh.contains(at)).map(|(_, scan)| scan);
    let defects = fresh().filter_map(|scan| {
        let reason = scan.defect?;
        Some(NewVerdict { scan_id: scan.id, number: 1, verdict: Kind::Refused, reason, duplicate_of: None })
    });
    let defects: Vec<NewVerdict> = defects.collect();
    // A scan that was sent before may mean somebody who cannot be made out any more, and the other way round: what was
    // stored holds.
    let again: BTreeSet<Visit> = kept.again.values().filter_map(ScanRow::visit).collect();
    people.extend(look_up(tx, &sessions, again.iter().filter(|visit| !people.contains_key(visit)).copied()).await?);
    let visits: BTreeSet<Visit> = fresh().filter_map(visit).chain(again).collect();
    let touched = settle(tx, &sessions, people, &visits.into_iter().collect::<Vec<_>>(), defects, now).await?;
    Ok(scans.iter().enumerate().map(|(at, scan)| answer(at, scan, &kept, &touched)).collect())
}

fn visit(scan: &NewScan) -> Option<Visit> {
    Some(Visit { session: scan.session_id, person: scan.person_id? })
}

/// Persons as they stand on the days of their sessions.
pub async fn look_up(
    tx: &mut Tx,
    sessions: &Sessions,
    visits: impl Iterator<Item = Visit>,
) -> Result<HashMap<Visit, PersonRow>> {
    let wanted: Vec<_> = visits.filter_map(|visit| Some((visit, sessions.get(&visit.session)?.day))).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::people(tx, &wanted).await?.into_iter().map(|row| (row.visit(), row)).collect())
}

/// What a scan says of a person, before it is known whether there is one.
enum Said {
    /// Its pass is signed by us.
    Pass(Signed),
    /// Somebody was picked.
    Picked(Uuid),
    /// Nothing that can be used.
    Nothing(Reason),
}

/// Finds out whom each scan means, and what is wrong with those that mean nobody.
async fn identify(
    tx: &mut Tx,
    keys: &Keys,
    sessions: &Sessions,
    incoming: &[Incoming],
) -> Result<(Vec<NewScan>, HashMap<Visit, PersonRow>)> {
    let district = tx.district().0;
    let said: Vec<Said> = incoming.iter().map(|one| say(keys, district, sessions, one)).collect();
    let number = |signed: &Signed| i64::try_from(signed.pass.number).unwrap_or_default();
    let numbers: Vec<i64> =
        said.iter().filter_map(|one| if let Said::Pass(signed) = one { Some(number(signed)) } else { None }).collect();
    let issued = if numbers.is_empty() { Vec::new() } else { passes_numbered(tx, &numbers).await? };
    let holder: HashMap<(i64, i32), Uuid> = issued.iter().map(|row| ((row.number, row.issue), row.person_id)).collect();
    let found: Vec<std::result::Result<(Uuid, Option<i32>), Reason>> = said
        .iter()
        .map(|one| match one {
            Said::Pass(signed) => {
                let issue = i32::from(signed.pass.issue);
                let person = holder.get(&(number(signed), issue)).copied();
                person.map(|person| (person, Some(issue))).ok_or(Reason::UnknownPerson)
            }
            Said::Picked(person) => Ok((*person, None)),
            Said::Nothing(reason) => Err(*reason),
        })
        .collect();
    let visits: BTreeSet<Visit> = incoming
        .iter()
        .zip(&found)
        .filter_map(|(one, found)| Some(Visit { session: one.session_id, person: found.as_ref().ok()?.0 }))
        .collect();
    let people = look_up(tx, sessions, visits.into_iter()).await?;
    let scans = incoming.iter().zip(found).map(|(one, found)| {
        let found = found.and_then(|(person, issue)| {
            let known = people.contains_key(&Visit { session: one.session_id, person });
            if known { Ok((person, issue)) } else { Err(Reason::UnknownPerson) }
        });
        NewScan {
            id: one.item.id,
            session_id: one.session_id,
            device_id: one.device_id,
            account_id: one.account_id,
            scanned_at: keepable(one.item.scanned_at),
            clock_offset_ms: one.item.clock_offset_ms,
            at: one.at(),
            received_at: one.received_at,
            direction: one.item.direction,
            method: one.item.method,
            person_id: found.ok().map(|found| found.0),
            issue: found.ok().and_then(|found| found.1),
            defect: found.err(),
            digest: one.digest(),
        }
    });
    Ok((scans.collect(), people))
}

fn say(keys: &Keys, district: Uuid, sessions: &Sessions, one: &Incoming) -> Said {
    let picked = |one: &Incoming| one.item.person_id.map_or(Said::Nothing(Reason::UnknownPerson), Said::Picked);
    match one.item.method {
        Method::Pass => match read_pass(keys, district, one.item.pass.as_deref()) {
            Ok(signed) => Said::Pass(signed),
            Err(reason) => Said::Nothing(reason),
        },
        Method::Hand | Method::Class => picked(one),
        Method::Code => {
            let code = one.item.code.as_deref();
            let holds = sessions.get(&one.session_id).is_some_and(|session| holds(session, code, one.at()));
            if holds { picked(one) } else { Said::Nothing(Reason::BadCode) }
        }
    }
}

impl Incoming {
    /// When it happened, by the service's clock.
    fn at(&self) -> DateTime<Utc> {
        corrected(self.item.scanned_at, self.item.clock_offset_ms.map(clock_offset))
    }

    /// Of all that the device says: the same id with another content is another scan.
    fn digest(&self) -> Vec<u8> {
        let said = serde_json::json!({ "session": self.session_id, "scan": self.item });
        Sha256::digest(said.to_string().as_bytes()).to_vec()
    }
}

fn read_pass(keys: &Keys, district: Uuid, text: Option<&str>) -> std::result::Result<Signed, Reason> {
    let signed = Signed::parse(text.unwrap_or_default()).map_err(|_| Reason::Unreadable)?;
    if signed.pass.district != district {
        return Err(Reason::OtherDistrict);
    }
    if keys.holds(&signed) { Ok(signed) } else { Err(Reason::BadSignature) }
}

fn holds(session: &SessionRow, code: Option<&str>, at: DateTime<Utc>) -> bool {
    let code = code.and_then(Code::parse);
    code.zip(session.code_secret.as_deref()).is_some_and(|(code, secret)| code.holds(secret, session.id, at))
}

/// What became of scans when they were to be kept.
struct Kept {
    /// Places of those that are new.
    fresh: HashSet<usize>,
    /// Places of those whose id belongs to another scan.
    conflicts: HashSet<usize>,
    /// Those that had been sent before, as they were stored.
    again: HashMap<Uuid, ScanRow>,
}

async fn keep(tx: &mut Tx, scans: &[NewScan]) -> Result<Kept> {
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for (at, scan) in scans.iter().enumerate() {
        first.entry(scan.id).or_insert(at);
    }
    let is_first = |at: usize, scan: &NewScan| first.get(&scan.id) == Some(&at);
    let once: Vec<NewScan> =
        scans.iter().enumerate().filter(|(at, scan)| is_first(*at, scan)).map(|(_, scan)| scan.clone()).collect();
    let added: HashSet<Uuid> = store::insert_scans(tx, &once).await?.into_iter().collect();
    let mut said: HashMap<Uuid, Vec<u8>> = once.into_iter().map(|scan| (scan.id, scan.digest)).collect();
    let there: Vec<Uuid> = said.keys().copied().filter(|id| !added.contains(id)).collect();
    let mut again = HashMap::new();
    if !there.is_empty() {
        said.extend(store::digests(tx, &there).await?);
        again = store::scans(tx, &there).await?.into_iter().map(|row| (row.id, row)).collect();
    }
    let places = scans.iter().enumerate();
    let conflicts: HashSet<usize> =
        places.clone().filter(|(_, scan)| said.get(&scan.id) != Some(&scan.digest)).map(|(at, _)| at).collect();
    let fresh = places.filter(|(at, scan)| is_first(*at, scan) && added.contains(&scan.id)).map(|(at, _)| at).collect();
    Ok(Kept { fresh, conflicts, again })
}

fn answer(at: usize, scan: &NewScan, kept: &Kept, touched: &Touched) -> VerdictView {
    if kept.conflicts.contains(&at) {
        return VerdictView::conflict(scan.id, scan.at);
    }
    let stored = kept.again.get(&scan.id);
    if let Some(view) = touched.view(scan.id, flags(scan)) {
        return view;
    }
    // Nobody was made out: what was found then holds.
    let reason = stored.and_then(|row| row.reason.as_deref()).and_then(Reason::from_word).or(scan.defect);
    VerdictView {
        flags: flags(scan),
        ..VerdictView::refused(scan.id, reason.unwrap_or(Reason::Unreadable), stored.map_or(scan.at, |row| row.at))
    }
}

fn flags(scan: &NewScan) -> Vec<String> {
    let read = Scan {
        id: scan.id,
        at: scan.at,
        received_at: scan.received_at,
        clock_offset: scan.clock_offset_ms.map(clock_offset),
        direction: scan.direction,
        method: scan.method,
        issue: None,
        review: None,
    };
    words(&read.flags())
}
