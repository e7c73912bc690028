//! Badges and papers again: each is signed and says what is stored, and the published lists say what was revoked.

use std::collections::HashMap;

use kepu_domain::credential::status::Bits;

use super::credentials_store as rows;
use super::{Broken, Verified};
use crate::credentials::{Again, Booked, Issued};
use crate::error::Result;
use crate::tenancy::Tx;

/// Credentials judged at a time.
const CHUNK: i64 = 500;

const SIGNED: &str = "each badge is signed by its key";
const SAYS: &str = "each badge says what was issued";
const SHOWS: &str = "each paper shows what was issued";
const BOOKED: &str = "each badge and paper states credit that was booked";
const TRAIL: &str = "each badge and paper is as the trail says that it was issued";
const LISTS: &str = "each status list is signed and says which of its places are revoked";

/// Judges what the district issued again.
pub(super) async fn hold(tx: &mut Tx, verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    let mut tell = |invariant, found| verified.broken.push(Broken { district, invariant, found });
    let again = Again::of(tx).await?;
    let mut revoked: HashMap<i32, Vec<u32>> = rows::revoked(tx).await?;
    for list in rows::lists(tx).await? {
        let right = Bits::with(revoked.remove(&list.list).unwrap_or_default());
        match again.bits(&list) {
            None => tell(LISTS, format!("list {} is not signed by a key of the district", list.list)),
            Some(bits) if bits != right => tell(LISTS, format!("list {} says something else", list.list)),
            Some(_) => {}
        }
    }
    let mut after = None;
    loop {
        let issued = rows::issued_after(tx, after, CHUNK).await?;
        let Some(last) = issued.last() else { break };
        after = Some(last.id);
        verified.credentials += issued.len();
        let booked = rows::booked(tx, &issued.iter().map(|one| one.id).collect::<Vec<_>>()).await?;
        for one in &issued {
            let entries = booked.get(&one.id).map(Vec::as_slice).unwrap_or_default();
            if let Some((invariant, found)) = broken(&again, one, entries) {
                tell(invariant, format!("{}: {found}", one.number));
            }
        }
    }
    Ok(())
}

/// The first thing that is wrong with one of them.
fn broken(again: &Again, one: &Issued, entries: &[Booked]) -> Option<(&'static str, String)> {
    let badge = match again.badge(one) {
        Ok(badge) => badge,
        Err(code) => return Some((SIGNED, code)),
    };
    let said = badge.as_ref().and_then(|payload| Some((SAYS, one.differs(payload)?)));
    let shown = || one.paper.as_ref().and_then(|paper| Some((SHOWS, one.shows_otherwise(paper)?)));
    if let Some((invariant, what)) = said.or_else(shown) {
        return Some((invariant, format!("the {what} is another than is stored")));
    }
    if !one.was_booked(entries) {
        return Some((BOOKED, format!("the ledger did not say so about {}", one.issued_at)));
    }
    one.trail_differs().map(|what| (TRAIL, format!("the {what} is another than when it was issued")))
}
