//! The rotating code of a session: shown on the guide's screen, it proves presence without anybody's position.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// How long a code is shown.
pub const STEP_SECONDS: i64 = 30;
/// For how many steps after its own a code is accepted: who scans needs a moment, and their phone too.
pub const STEPS_AFTER: i64 = 2;
/// Bytes of the code that are shown.
const SHOWN: usize = 10;

/// A code as scanned: `step.letters`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Steps of [`STEP_SECONDS`] since 1970.
    pub step: i64,
    letters: String,
}

impl Code {
    /// The code of a session at a moment.
    pub fn at(secret: &[u8], session: Uuid, moment: DateTime<Utc>) -> Self {
        let step = step_of(moment);
        Self { step, letters: letters(secret, session, step) }
    }

    /// Reads `step.letters`.
    pub fn parse(text: &str) -> Option<Self> {
        let (step, letters) = text.trim().split_once('.')?;
        Some(Self { step: step.parse().ok()?, letters: letters.to_ascii_uppercase() })
    }

    /// As it stands in the QR.
    pub fn text(&self) -> String {
        format!("{}.{}", self.step, self.letters)
    }

    /// Whether it is the session's, scanned while it was accepted.
    pub fn holds(&self, secret: &[u8], session: Uuid, moment: DateTime<Utc>) -> bool {
        let now = step_of(moment);
        let last = self.step.saturating_add(STEPS_AFTER);
        (self.step..=last).contains(&now) && same(&self.letters, &letters(secret, session, self.step))
    }
}

fn step_of(moment: DateTime<Utc>) -> i64 {
    moment.timestamp().div_euclid(STEP_SECONDS)
}

fn letters(secret: &[u8], session: Uuid, step: i64) -> String {
    // A key of any length is a key; the type says otherwise for other algorithms.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(session.as_bytes());
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    BASE32_NOPAD.encode(digest.get(..SHOWN).unwrap_or_default())
}

/// Compares without telling by its time how much is right.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;

    const SECRET: &[u8] = b"only this session knows it";
    const SESSION: Uuid = Uuid::from_u128(1);

    fn moment() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default()
    }

    #[rstest]
    #[case(-1, false)]
    #[case(0, true)]
    #[case(29, true)]
    #[case(89, true)]
    #[case(90, false)]
    fn a_code_is_accepted_for_its_own_step_and_two_more(#[case] seconds: i64, #[case] accepted: bool) {
        let code = Code::at(SECRET, SESSION, moment());
        let later = moment().checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or_default();
        assert_eq!(code.holds(SECRET, SESSION, later), accepted);
        assert_eq!(Code::parse(&code.text()), Some(code));
    }

    #[test]
    fn of_another_session_secret_or_step_it_is_wrong() {
        let code = Code::at(SECRET, SESSION, moment());
        assert!(!code.holds(b"another", SESSION, moment()));
        assert!(!code.holds(SECRET, Uuid::from_u128(2), moment()));
        let moved = Code { step: code.step.saturating_sub(1), ..code };
        assert!(!moved.holds(SECRET, SESSION, moment()));
    }

    /// Computed with Python's hmac, so that pages and service agree with a third.
    #[test]
    fn the_code_is_the_one_that_others_compute() {
        let code = Code::at(b"kepu", Uuid::from_u128(0x0102_0304), moment());
        assert_eq!(code.text(), "60000000.ATDSRCSXV46KH6SX");
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for bad in ["", "1", "x.ABC", "1.", "99999999999999999999.ABC"] {
            let code = Code::parse(bad);
            assert!(code.is_none_or(|code| !code.holds(SECRET, SESSION, moment())), "{bad}");
        }
    }
}
