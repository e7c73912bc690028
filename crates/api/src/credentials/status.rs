//! Status lists: places given out at random, and the signed list published anew whenever something is revoked.

use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use kepu_domain::credential::badge::{Issuer, status_list};
use kepu_domain::credential::status::{BITS, Bits};

use super::keys::Signing;
use super::store::{self, ListRow};
use crate::auth::secret;
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A list in which so many places drawn at random are all taken counts as full: it is to more than four fifths, nearly for sure.
const TRIES: usize = 16;
/// Lists of others may be longer than ours, but not without end: more is not unpacked.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A place in a list.
pub struct Place {
    /// Number of the list.
    pub list: i32,
    /// The place.
    pub place: u32,
    /// Address of the list.
    pub address: String,
}

/// Takes a place drawn at random, so that neighbours in a list say nothing of each other. A list is of the issuer under the
/// address at which it was begun: where the service has got another name, a new list begins.
pub async fn take(tx: &mut Tx, signing: &Signing, issuer: &Issuer, now: DateTime<Utc>) -> Result<Place> {
    let mut list = store::open_list(tx, &issuer.id).await?;
    loop {
        if let Some(row) = &list {
            for _ in 0..TRIES {
                let place = draw();
                if store::take_slot(tx, row.list, i32::try_from(place).unwrap_or_default()).await? {
                    return Ok(Place { list: row.list, place, address: row.address.clone() });
                }
            }
        }
        let number = store::next_list(tx).await?;
        let address = format!("{}/status/{number}", issuer.id);
        let token = signed(signing, &issuer.id, &address, &Bits::with([]), now)?;
        store::add_list(tx, &ListRow { list: number, address, token, made_at: now }).await?;
        list = store::open_list(tx, &issuer.id).await?;
    }
}

/// Says in its list that what has this place is revoked. The list is signed under the name by which the badges in it know the
/// issuer, whatever the service is called now.
pub async fn revoke(tx: &mut Tx, signing: &Signing, (list, place): (i32, i32), now: DateTime<Utc>) -> Result<()> {
    let row = store::hold_list(tx, list)
        .await?
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("the status list {list} is missing")))?;
    store::revoke_slot(tx, list, place, now).await?;
    let revoked = store::revoked_places(tx, list).await?;
    let bits = Bits::with(revoked.into_iter().filter_map(|place| u32::try_from(place).ok()));
    let token = signed(signing, issuer_of(&row.address), &row.address, &bits, now)?;
    store::publish_list(tx, list, &token, now).await
}

/// The issuer of the list at this address.
pub fn issuer_of(address: &str) -> &str {
    address.rsplit_once("/status/").map_or(address, |(issuer, _)| issuer)
}

fn signed(signing: &Signing, issuer: &str, address: &str, bits: &Bits, now: DateTime<Utc>) -> Result<String> {
    signing.sign(issuer, "vc+jwt", &status_list(issuer, address, &encode(bits)?, now))
}

fn draw() -> u32 {
    let [a, b, c, d, ..] = secret::bytes();
    // The length is a power of two, so each place is as likely as any other.
    u32::from_be_bytes([a, b, c, d]) % BITS
}

/// The bits compressed, as multibase base64url.
pub(super) fn encode(bits: &Bits) -> Result<String> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bits.bytes()).map_err(ApiError::internal)?;
    Ok(format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().map_err(ApiError::internal)?)))
}

/// The bits of a list; none if it is not one.
pub(super) fn decode(encoded: &str) -> Option<Bits> {
    let packed = URL_SAFE_NO_PAD.decode(encoded.strip_prefix('u')?).ok()?;
    let mut bytes = Vec::new();
    GzDecoder::new(packed.as_slice()).take(LARGEST).read_to_end(&mut bytes).ok()?;
    Bits::of(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_as_it_was_packed() {
        let bits = Bits::with([3, 131_071]);
        let packed = encode(&bits).expect("packed");
        assert!(packed.starts_with("uH4sI") && packed.len() < 200, "{packed}");
        assert_eq!(decode(&packed), Some(bits));
        assert_eq!(decode(&packed[1..]), None, "not multibase");
        assert_eq!(decode(&packed[..40]), None, "cut off");
        let mut short = GzEncoder::new(Vec::new(), Compression::default());
        short.write_all(&[0; 100]).expect("written");
        let short = format!("u{}", URL_SAFE_NO_PAD.encode(short.finish().expect("packed")));
        assert_eq!(decode(&short), None, "too short to hide anybody");
    }
}
