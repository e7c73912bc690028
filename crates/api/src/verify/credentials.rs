//! Badges and papers again: each is signed and says what is stored, and the published lists say what was revoked.

use std::collections::HashMap;

use kepu_domain::credential::status::Bits;

use super::credentials_store as rows;
use super::{Broken, Verified};
use crate::credentials::{Again, Issued};
use crate::error::Result;
use crate::tenancy::Tx;

/// Credentials judged at a time.
const CHUNK: i64 = 500;

const SIGNED: &str = "each badge is signed by its key";
const SAYS: &str = "each badge says what was issued";
const SHOWS: &str = "each paper shows what was issued";
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
        for one in &issued {
            if let Some((invariant, found)) = broken(&again, one) {
                tell(invariant, format!("{}: {found}", one.number));
            }
        }
    }
    Ok(())
}

fn broken(again: &Again, one: &Issued) -> Option<(&'static str, String)> {
    let badge = match again.badge(one) {
        Ok(badge) => badge,
        Err(code) => return Some((SIGNED, code)),
    };
    let said = badge.as_ref().and_then(|payload| Some((SAYS, one.differs(payload)?)));
    let shown = || one.paper.as_ref().and_then(|paper| Some((SHOWS, one.shows_otherwise(paper)?)));
    let (invariant, what) = said.or_else(shown)?;
    Some((invariant, format!("the {what} is another than is stored")))
}
