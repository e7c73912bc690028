//! Takes scans of one session, of one or many requests, in one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::door::code::Code;
use kepu_domain::door::pass::Signed;
use kepu_domain::door::scan::{Kind, Method, Reason, Scan, corrected};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::settle::{Touched, settle};
use super::store::{self, NewScan, NewVerdict, PersonRow, ScanRow, SessionRow};
use super::view::{ScanItem, VerdictView, words};
use crate::error::Result;
use crate::passes::keys::Keys;
use crate::passes::store::{PassRow, passes_numbered};
use crate::tenancy::Tx;

/// A scan on its way in.
#[derive(Debug, Clone)]
pub struct Incoming {
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
pub async fn take(tx: &mut Tx, session: Uuid, incoming: &[Incoming], now: DateTime<Utc>) -> Result<Vec<VerdictView>> {
    store::lock(tx, session).await?;
    let session = store::session(tx, session).await?;
    let scans = identify(tx, &session, incoming).await?;
    let kept = keep(tx, &session, &scans).await?;
    let devices: Vec<Uuid> = incoming.iter().map(|one| one.device_id).collect::<BTreeSet<_>>().into_iter().collect();
    store::devices_seen(tx, &devices, now).await?;

    let fresh = || scans.iter().enumerate().filter(|(at, _)| kept.fresh.contains(at)).map(|(_, scan)| scan);
    let defects: Vec<NewVerdict> = fresh()
        .filter_map(|scan| {
            let reason = scan.defect?;
            Some(NewVerdict { scan_id: scan.id, number: 1, verdict: Kind::Refused, reason, duplicate_of: None })
        })
        .collect();
    store::insert_verdicts(tx, &defects, now).await?;
    let again = kept.again.values().filter_map(|row| row.person_id);
    let persons: BTreeSet<Uuid> = fresh().filter_map(|scan| scan.person_id).chain(again).collect();
    let persons: Vec<Uuid> = persons.into_iter().collect();
    let touched = settle(tx, &session, &persons, now).await?;
    Ok(scans.iter().enumerate().map(|(at, scan)| answer(at, scan, &kept, &touched)).collect())
}

/// Finds out whom each scan means, and what is wrong with those that mean nobody.
async fn identify(tx: &mut Tx, session: &SessionRow, incoming: &[Incoming]) -> Result<Vec<NewScan>> {
    let keys = Keys::load(tx).await?;
    let district = tx.district().0;
    let read: Vec<std::result::Result<Option<Signed>, Reason>> = incoming
        .iter()
        .map(|one| match one.item.method {
            Method::Pass => read_pass(&keys, district, one.item.pass.as_deref()).map(Some),
            Method::Hand | Method::Class | Method::Code => Ok(None),
        })
        .collect();
    let number = |signed: &Signed| i64::try_from(signed.pass.number).ok();
    let numbers: Vec<i64> = read.iter().filter_map(|one| number(one.as_ref().ok()?.as_ref()?)).collect();
    let issued: Vec<PassRow> = if numbers.is_empty() { Vec::new() } else { passes_numbered(tx, &numbers).await? };
    let holder: HashMap<(i64, i32), Uuid> = issued.iter().map(|row| ((row.number, row.issue), row.person_id)).collect();
    let picked: Vec<Uuid> = incoming.iter().filter_map(|one| one.item.person_id).collect();
    let known: HashSet<Uuid> = if picked.is_empty() {
        HashSet::new()
    } else {
        store::people(tx, &picked, session.day).await?.iter().map(|row: &PersonRow| row.person_id).collect()
    };
    let scans = incoming.iter().zip(read).map(|(one, read)| {
        let offset = one.item.clock_offset_ms.and_then(TimeDelta::try_milliseconds);
        let at = corrected(one.item.scanned_at, offset);
        let found: std::result::Result<(Uuid, Option<i32>), Reason> = match read {
            Err(reason) => Err(reason),
            Ok(Some(signed)) => {
                let issue = i32::from(signed.pass.issue);
                let person = number(&signed).and_then(|number| holder.get(&(number, issue)).copied());
                person.map(|person| (person, Some(issue))).ok_or(Reason::UnknownPerson)
            }
            Ok(None) => {
                let person = one.item.person_id.filter(|id| known.contains(id)).ok_or(Reason::UnknownPerson);
                let code_holds = one.item.method != Method::Code || holds(session, one.item.code.as_deref(), at);
                if code_holds { person.map(|person| (person, None)) } else { Err(Reason::BadCode) }
            }
        };
        NewScan {
            id: one.item.id,
            device_id: one.device_id,
            account_id: one.account_id,
            scanned_at: one.item.scanned_at,
            clock_offset_ms: one.item.clock_offset_ms,
            at,
            received_at: one.received_at,
            direction: one.item.direction,
            method: one.item.method,
            person_id: found.ok().map(|found| found.0),
            issue: found.ok().and_then(|found| found.1),
            defect: found.err(),
            digest: digest(session.id, one),
        }
    });
    Ok(scans.collect())
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

/// Of all that the device says: the same id with another content is another scan.
fn digest(session: Uuid, one: &Incoming) -> Vec<u8> {
    let said = serde_json::json!({ "session": session, "scan": one.item });
    Sha256::digest(said.to_string().as_bytes()).to_vec()
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

async fn keep(tx: &mut Tx, session: &SessionRow, scans: &[NewScan]) -> Result<Kept> {
    let mut first: HashMap<Uuid, usize> = HashMap::new();
    for (at, scan) in scans.iter().enumerate() {
        first.entry(scan.id).or_insert(at);
    }
    let is_first = |at: usize, scan: &NewScan| first.get(&scan.id) == Some(&at);
    let once: Vec<NewScan> =
        scans.iter().enumerate().filter(|(at, scan)| is_first(*at, scan)).map(|(_, scan)| scan.clone()).collect();
    let added: HashSet<Uuid> = store::insert_scans(tx, session.id, &once).await?.into_iter().collect();
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
        clock_offset: scan.clock_offset_ms.and_then(TimeDelta::try_milliseconds),
        direction: scan.direction,
        method: scan.method,
        issue: None,
        review: None,
    };
    words(&read.flags())
}
