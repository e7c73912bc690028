//! What is told: ids, kinds, times and credit; never a name. Who is told asks for more with a right of its own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::credit::Credit;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What can be told.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in JSON and SQL, `noun.verb`: the `type` of a payload.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    /// A ledger entry was booked: credit was given, or a correction of it.
    LedgerEntryBooked = "ledger_entry.booked";
    /// A host confirmed that somebody took part.
    ParticipationConfirmed = "participation.confirmed";
    /// A confirmed participation was corrected.
    ParticipationAmended = "participation.amended";
    /// A confirmed participation was taken back.
    ParticipationVoided = "participation.voided";
    /// A competition result was verified.
    ResultVerified = "result.verified";
    /// A verified result was taken back.
    ResultRevoked = "result.revoked";
    /// A policy version became effective in the district.
    PolicyVersionEffective = "policy_version.effective";
    /// A badge, certificate or transcript was issued.
    CredentialIssued = "credential.issued";
    /// It was taken back.
    CredentialRevoked = "credential.revoked";
    /// Nothing happened: an official tries whether the endpoint answers.
    Ping = "ping";
}

impl Kind {
    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether an endpoint can ask for it. Nobody asks for a ping.
    pub fn is_for_subscribers(self) -> bool {
        self != Self::Ping
    }
}

/// A change of what a person has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Booked {
    /// The entry.
    pub ledger_entry_id: Uuid,
    /// Whose credit.
    pub person_id: Uuid,
    /// The participation or result behind it.
    pub record_id: Uuid,
    /// Under which policy.
    pub policy_id: String,
    /// Under which version of it.
    pub policy_version_id: Uuid,
    /// By how much it changed, as a decimal text such as `1.5` or `-1.5`.
    pub credit: Credit,
    /// Why: `confirmed`, `amended`, `voided`, `verified`, `revoked`, `policy`, `designation`, `decision`, `neighbour`.
    pub cause: String,
    /// The entry that it corrects.
    pub corrects: Option<Uuid>,
    /// The day of the record.
    pub on_day: NaiveDate,
}

/// A step of a participation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TookPart {
    /// The participation.
    pub participation_id: Uuid,
    /// Who took part.
    pub person_id: Uuid,
    /// In what.
    pub session_id: Uuid,
    /// Of which activity.
    pub activity_id: Uuid,
    /// Where.
    pub host_id: Uuid,
    /// For how many minutes, if the step said so.
    pub minutes: Option<i32>,
}

/// A step of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Achieved {
    /// The result.
    pub result_id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// In which competition.
    pub competition_id: Uuid,
}

/// A policy version at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The policy.
    pub policy_id: String,
    /// The version.
    pub policy_version_id: Uuid,
    /// What it is called.
    pub version: String,
}

/// A step of a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// The credential.
    pub credential_id: Uuid,
    /// `badge`, `certificate` or `transcript`.
    pub credential_kind: String,
    /// Whose.
    pub person_id: Uuid,
}

/// A trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pinged {
    /// The endpoint that is tried.
    pub webhook_id: Uuid,
}

/// What a payload says beside its kind and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// Of `ledger_entry.*`.
    Booked(Booked),
    /// Of `participation.*`.
    TookPart(TookPart),
    /// Of `result.*`.
    Achieved(Achieved),
    /// Of `policy_version.*`.
    Effective(Effective),
    /// Of `credential.*`.
    Issued(Issued),
    /// Of `ping`.
    Pinged(Pinged),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The row from which it was told; the same whenever it is told.
    pub id: Uuid,
    /// What.
    pub kind: Kind,
    /// When.
    pub at: DateTime<Utc>,
    /// In which district.
    pub district: Uuid,
    /// Of what.
    pub data: Data,
}

#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    timestamp: DateTime<Utc>,
    district_id: Uuid,
    data: &'a Data,
}

impl Event {
    /// What the header `webhook-id` says: the same at every attempt, so that whoever is told twice knows it.
    pub fn message_id(id: Uuid) -> String {
        format!("msg_{}", id.simple())
    }

    /// The body.
    ///
    /// # Errors
    /// None in practice: everything in it is JSON.
    pub fn payload(&self) -> Result<String, serde_json::Error> {
        let Self { kind, at, district, data, .. } = self;
        serde_json::to_string(&Payload { r#type: kind.word(), timestamp: *at, district_id: *district, data })
    }

    /// One of each kind, to be shown to who writes a receiver.
    pub fn example(kind: Kind) -> Self {
        let id = |n: u128| Uuid::from_u128(0x0193_7000_0000_7000_8000_0000_0000_0000 | n);
        let took_part = |minutes| {
            let (participation_id, person_id) = (id(2), id(3));
            Data::TookPart(TookPart {
                participation_id,
                person_id,
                session_id: id(4),
                activity_id: id(5),
                host_id: id(6),
                minutes,
            })
        };
        let achieved = || Data::Achieved(Achieved { result_id: id(7), person_id: id(3), competition_id: id(8) });
        let issued =
            || Data::Issued(Issued { credential_id: id(11), credential_kind: "certificate".into(), person_id: id(3) });
        let data = match kind {
            Kind::LedgerEntryBooked => Data::Booked(Booked {
                ledger_entry_id: id(1),
                person_id: id(3),
                record_id: id(2),
                policy_id: "credit".into(),
                policy_version_id: id(9),
                credit: Credit::from_milli(1500),
                cause: "confirmed".into(),
                corrects: None,
                on_day: NaiveDate::default(),
            }),
            Kind::ParticipationConfirmed | Kind::ParticipationAmended => took_part(Some(120)),
            Kind::ParticipationVoided => took_part(None),
            Kind::ResultVerified | Kind::ResultRevoked => achieved(),
            Kind::PolicyVersionEffective => {
                Data::Effective(Effective { policy_id: "credit".into(), policy_version_id: id(9), version: "1".into() })
            }
            Kind::CredentialIssued | Kind::CredentialRevoked => issued(),
            Kind::Ping => Data::Pinged(Pinged { webhook_id: id(12) }),
        };
        Self { id: id(1), kind, at: DateTime::UNIX_EPOCH, district: id(13), data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_word_and_a_payload_names_nobody() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.word()), Some(kind));
            let payload = Event::example(kind).payload().expect("JSON");
            let value: serde_json::Value = serde_json::from_str(&payload).expect("JSON");
            assert_eq!(value.get("type"), Some(&kind.word().into()));
            let data = value.get("data").and_then(|data| data.as_object()).expect("data");
            assert!(!data.keys().any(|key| key.contains("name") || key.contains("number")), "{payload}");
        }
        assert_eq!(Kind::parse("person.born"), None);
        assert!(!Kind::Ping.is_for_subscribers());
    }

    #[test]
    fn credit_is_told_as_a_decimal_text() {
        let payload = Event::example(Kind::LedgerEntryBooked).payload().expect("JSON");
        assert!(payload.contains(r#""credit":"1.5""#), "{payload}");
        assert!(
            payload.starts_with(r#"{"type":"ledger_entry.booked","timestamp":"1970-01-01T00:00:00Z","#),
            "{payload}"
        );
    }
}
