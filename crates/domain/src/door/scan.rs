//! Scans and what becomes of them: the words, and their order of precedence.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A clock that is further off is told to the host.
pub const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(2);
/// A scan that arrives later than this after it happened is told as late.
pub const PROMPT: TimeDelta = TimeDelta::minutes(15);
/// The earliest moment that is kept, at which nobody scanned anything.
pub const EARLIEST: DateTime<Utc> = DateTime::UNIX_EPOCH;
/// The latest one: the beginning of 2200.
const LATEST: DateTime<Utc> = match DateTime::from_timestamp(7_258_118_400, 0) {
    Some(moment) => moment,
    None => EARLIEST,
};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the database and in JSON.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// From the word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// Which way.
    Direction {
        /// Comes.
        In = "in",
        /// Leaves.
        Out = "out",
    }
}

words! {
    /// What the guide looked at.
    Method {
        /// A pass.
        Pass = "pass",
        /// The list: one person was picked.
        Hand = "hand",
        /// The list: a whole class was picked.
        Class = "class",
        /// The session's rotating code, scanned by the person or a teacher.
        Code = "code",
    }
}

words! {
    /// What a scan is worth.
    Kind {
        /// It counts.
        Accepted = "accepted",
        /// Another one says the same.
        DuplicateOf = "duplicate_of",
        /// Somebody must look at it before it counts.
        NeedsReview = "needs_review",
        /// It does not count; it is kept all the same.
        Refused = "refused",
    }
}

words! {
    /// Why. The order is that of precedence: the first that applies is told.
    Reason {
        /// Not a pass of ours.
        Unreadable = "unreadable",
        /// A pass of another district than the one that was asked.
        OtherDistrict = "other_district",
        /// The signature does not hold.
        BadSignature = "bad_signature",
        /// The rotating code is not the session's, or no longer.
        BadCode = "bad_code",
        /// Nobody has this number.
        UnknownPerson = "unknown_person",
        /// The pass had been replaced before it was scanned.
        Revoked = "revoked",
        /// The session was cancelled.
        SessionCancelled = "session_cancelled",
        /// Had withdrawn, and walk-ins are not taken.
        Withdrawn = "withdrawn",
        /// Was not registered, and walk-ins are not taken.
        NotOnList = "not_on_list",
        /// May not come for some days, for not having come before.
        Barred = "barred",
        /// The session does not take note of who leaves.
        NoOuts = "no_outs",
        /// The device's clock cannot be right.
        ClockImplausible = "clock_implausible",
        /// Before the doors opened.
        TooEarly = "too_early",
        /// Long after the end.
        AfterEnd = "after_end",
        /// After the host had closed the session.
        AfterClosing = "after_closing",
        /// Reached the service long after the session.
        SentLate = "sent_late",
        /// Was on the waitlist.
        Waitlisted = "waitlisted",
        /// Left without having come.
        OutWithoutIn = "out_without_in",
        /// Was in already.
        AlreadyIn = "already_in",
        /// Had left already.
        AlreadyOut = "already_out",
        /// Came.
        In = "in",
        /// Left.
        Out = "out",
    }
}

impl Reason {
    /// What a scan with this reason is worth.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Unreadable
            | Self::OtherDistrict
            | Self::BadSignature
            | Self::BadCode
            | Self::UnknownPerson
            | Self::Revoked
            | Self::SessionCancelled
            | Self::Withdrawn
            | Self::NotOnList
            | Self::Barred
            | Self::NoOuts => Kind::Refused,
            Self::ClockImplausible
            | Self::TooEarly
            | Self::AfterEnd
            | Self::AfterClosing
            | Self::SentLate
            | Self::Waitlisted
            | Self::OutWithoutIn => Kind::NeedsReview,
            Self::AlreadyIn | Self::AlreadyOut => Kind::DuplicateOf,
            Self::In | Self::Out => Kind::Accepted,
        }
    }
}

/// What a scan is worth, and why. Kept beside the scan; a later look may add another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Why; says what it is worth, too.
    pub reason: Reason,
    /// The scan that says the same, for a duplicate.
    pub duplicate_of: Option<Uuid>,
    /// Whether somebody looked at it and refused it.
    pub reviewed: Option<Decision>,
}

impl Verdict {
    /// What the scan is worth.
    pub const fn kind(&self) -> Kind {
        match (self.reason.kind(), self.reviewed) {
            (Kind::NeedsReview, Some(Decision::Refuse)) => Kind::Refused,
            (kind, _) => kind,
        }
    }
}

words! {
    /// What somebody who looked at a scan decided.
    Decision {
        /// It counts.
        Accept = "accept",
        /// It does not.
        Refuse = "refuse",
    }
}

/// One look at somebody, of a person that was made out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Made by the device before it sent anything; the same one is the same scan.
    pub id: Uuid,
    /// When it happened, by the clock of the service.
    pub at: DateTime<Utc>,
    /// When the service got it.
    pub received_at: DateTime<Utc>,
    /// By how much the device's clock had to be corrected; none if nobody could say.
    pub clock_offset: Option<TimeDelta>,
    /// Which way.
    pub direction: Direction,
    /// How.
    pub method: Method,
    /// Which of the person's passes, if one was scanned.
    pub issue: Option<u16>,
    /// What somebody decided who looked at it.
    pub review: Option<Decision>,
}

/// By how much a device says that its clock is off. More than can be said is not nothing: it is as much as can be.
pub fn clock_offset(milliseconds: i64) -> TimeDelta {
    TimeDelta::try_milliseconds(milliseconds).unwrap_or(if milliseconds < 0 { TimeDelta::MIN } else { TimeDelta::MAX })
}

/// A moment as it is kept, from 1970 to 2200. A broken clock may say what no database can hold, and its scan must not stand
/// in the way of the others; the nearest moment that is kept cannot be believed either.
pub fn keepable(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.clamp(EARLIEST, LATEST)
}

/// When something happened by the clock of the service, as it is kept.
pub fn corrected(by_device: DateTime<Utc>, clock_offset: Option<TimeDelta>) -> DateTime<Utc> {
    keepable(by_device.checked_add_signed(clock_offset.unwrap_or_default()).unwrap_or(by_device))
}

words! {
    /// Something about a scan that the host should know, whatever it is worth.
    Flag {
        /// The device's clock was off and its time corrected.
        ClockCorrected = "clock_corrected",
        /// The device could not check its clock.
        ClockUnchecked = "clock_unchecked",
        /// It arrived well after it happened.
        Late = "late",
        /// Picked from the list.
        ByHand = "by_hand",
    }
}

impl Scan {
    /// What the host should know about it.
    pub fn flags(&self) -> Vec<Flag> {
        let mut flags = Vec::new();
        match self.clock_offset {
            None => flags.push(Flag::ClockUnchecked),
            Some(offset) if offset.abs() > CLOCK_TOLERANCE => flags.push(Flag::ClockCorrected),
            Some(_) => {}
        }
        if self.received_at.signed_duration_since(self.at) > PROMPT {
            flags.push(Flag::Late);
        }
        if matches!(self.method, Method::Hand | Method::Class) {
            flags.push(Flag::ByHand);
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_clock_says_can_be_kept() {
        let day = |text: &str| -> DateTime<Utc> { text.parse().expect("a moment") };
        let now = day("2026-06-08T08:00:00Z");
        for (by_device, offset, expected) in [
            (now, None, now),
            (now, Some(60_000), day("2026-06-08T08:01:00Z")),
            (now, Some(-1_000_000_000_000_000), DateTime::UNIX_EPOCH),
            (now, Some(1_000_000_000_000_000), day("2200-01-01T00:00:00Z")),
            // Past what can be counted: as the device says.
            (now, Some(i64::MIN), now),
            (now, Some(i64::MAX), now),
            (day("-4800-01-01T00:00:00Z"), Some(0), DateTime::UNIX_EPOCH),
            (DateTime::<Utc>::MIN_UTC, Some(-1), DateTime::UNIX_EPOCH),
            (DateTime::<Utc>::MAX_UTC, Some(1), day("2200-01-01T00:00:00Z")),
        ] {
            assert_eq!(corrected(by_device, offset.map(clock_offset)), expected, "{by_device} {offset:?}");
        }
    }

    #[test]
    fn an_offset_beyond_all_measure_is_one() {
        assert_eq!(clock_offset(-1500), TimeDelta::milliseconds(-1500));
        assert_eq!(clock_offset(i64::MIN), TimeDelta::MIN);
        assert_eq!(clock_offset(i64::MAX), TimeDelta::MAX);
    }
}
