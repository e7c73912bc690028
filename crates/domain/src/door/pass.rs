//! A person's pass: what its QR holds, and how it is written as text.
//!
//! No name and no 学号: a lost card tells its finder nothing. The signature is made and checked by the caller, over
//! [`Pass::signed_bytes`].

use data_encoding::BASE32_NOPAD;
use uuid::Uuid;

/// Bytes of an Ed25519 signature.
pub const SIGNATURE: usize = 64;
/// What signatures of passes begin with, so that a key signs nothing else by mistake.
const PURPOSE: &[u8] = b"kepu-pass-v1:";
/// The only version.
const VERSION: u8 = 1;
/// What the text of a pass begins with.
const MARK: &str = "KP";
/// The largest public number: twelve digits.
pub const LARGEST_NUMBER: u64 = 999_999_999_999;

/// Whom a pass stands for. Re-issuing raises `issue`, and the old one is void from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Which key of the district signed it.
    pub key: u8,
    /// The district of the person.
    pub district: Uuid,
    /// The person's public number, 1 to [`LARGEST_NUMBER`], drawn at random.
    pub number: u64,
    /// The how-manieth pass of this person it is, from 1.
    pub issue: u16,
}

/// A pass as read, with a signature that nobody has checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Whom it claims to stand for.
    pub pass: Pass,
    /// The signature.
    pub signature: [u8; SIGNATURE],
}

/// The text is not that of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a pass: a pass is KP and 148 letters and digits")]
pub struct NotAPass;

impl Pass {
    /// What is signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        [PURPOSE, &self.bytes()].concat()
    }

    /// The text of the pass with its signature: upper-case letters and digits only, so that a QR stays small and a
    /// scanner that types is understood under any keyboard.
    pub fn text(&self, signature: &[u8; SIGNATURE]) -> String {
        let bytes = [self.bytes().as_slice(), signature].concat();
        format!("{MARK}{}", BASE32_NOPAD.encode(&bytes))
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, self.key];
        bytes.extend_from_slice(self.district.as_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.issue.to_be_bytes());
        bytes
    }
}

impl Signed {
    /// Reads the text of a pass; spaces around it and lower case do not matter.
    ///
    /// # Errors
    /// It is not a pass of this version.
    pub fn parse(text: &str) -> Result<Self, NotAPass> {
        let text = text.trim().to_ascii_uppercase();
        let body = text.strip_prefix(MARK).ok_or(NotAPass)?;
        let bytes = BASE32_NOPAD.decode(body.as_bytes()).map_err(|_| NotAPass)?;
        let mut rest = bytes.as_slice();
        let [version] = take(&mut rest)?;
        let [key] = take(&mut rest)?;
        let district = Uuid::from_bytes(take(&mut rest)?);
        let number = u64::from_be_bytes(take(&mut rest)?);
        let issue = u16::from_be_bytes(take(&mut rest)?);
        let signature = take(&mut rest)?;
        let sound = version == VERSION && rest.is_empty() && (1..=LARGEST_NUMBER).contains(&number) && issue > 0;
        if sound { Ok(Self { pass: Pass { key, district, number, issue }, signature }) } else { Err(NotAPass) }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], NotAPass> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or(NotAPass)?;
    *rest = tail;
    Ok(*head)
}

/// A public number as people read it: `0000 1234 5678`.
pub fn spoken(number: u64) -> String {
    let digits = format!("{number:012}");
    let (head, rest) = digits.split_at_checked(4).unwrap_or((&digits, ""));
    let (middle, tail) = rest.split_at_checked(4).unwrap_or((rest, ""));
    format!("{head} {middle} {tail}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PASS: Pass = Pass { key: 3, district: Uuid::from_u128(0x11), number: 1_234_567_890, issue: 2 };

    #[test]
    fn a_pass_fits_a_small_qr_and_reads_back_as_scanners_type_it() {
        let text = PASS.text(&[7; SIGNATURE]);
        assert_eq!(text.len(), 150);
        assert!(text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{text}");
        let read = Signed { pass: PASS, signature: [7; SIGNATURE] };
        assert_eq!(Signed::parse(&text), Ok(read));
        assert_eq!(Signed::parse(&format!(" {}\n", text.to_lowercase())), Ok(read));
    }

    #[test]
    fn what_is_not_a_pass_is_refused() {
        let text = PASS.text(&[7; SIGNATURE]);
        let longer = format!("{text}AA");
        let other_version = format!("KPAI{}", &text[4..]);
        let no_number = Pass { number: 0, ..PASS }.text(&[7; SIGNATURE]);
        let too_large = Pass { number: LARGEST_NUMBER + 1, ..PASS }.text(&[7; SIGNATURE]);
        let no_issue = Pass { issue: 0, ..PASS }.text(&[7; SIGNATURE]);
        for bad in [
            "",
            "KP",
            "https://example.org",
            &text[2..],
            &text[..149],
            &longer,
            &other_version,
            &no_number,
            &too_large,
            &no_issue,
        ] {
            assert_eq!(Signed::parse(bad), Err(NotAPass), "{bad}");
        }
    }

    #[test]
    fn what_is_signed_begins_with_its_purpose() {
        assert!(PASS.signed_bytes().starts_with(b"kepu-pass-v1:\x01\x03"));
        assert_eq!(PASS.signed_bytes().len(), 13 + 28);
    }

    #[test]
    fn numbers_are_read_in_fours() {
        assert_eq!(spoken(12_345_678), "0000 1234 5678");
    }

    proptest! {
        #[test]
        fn every_pass_reads_back(key: u8, district: u128, number in 1..=LARGEST_NUMBER, issue in 1..=u16::MAX, seed: u8) {
            let pass = Pass { key, district: Uuid::from_u128(district), number, issue };
            let signature = [seed; SIGNATURE];
            prop_assert_eq!(Signed::parse(&pass.text(&signature)), Ok(Signed { pass, signature }));
        }

        #[test]
        fn no_text_breaks_the_reader(text: String) {
            let _ = Signed::parse(&text);
        }
    }
}
