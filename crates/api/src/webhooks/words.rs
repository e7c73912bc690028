//! The words of webhooks in JSON and SQL.

use kepu_domain::webhook::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum WebhookKind {
    /// Credit was given, or corrected.
    #[serde(rename = "ledger_entry.booked")]
    LedgerEntryBooked,
    /// A host confirmed that somebody took part.
    #[serde(rename = "participation.confirmed")]
    ParticipationConfirmed,
    /// A confirmed participation was corrected.
    #[serde(rename = "participation.amended")]
    ParticipationAmended,
    /// A confirmed participation was taken back.
    #[serde(rename = "participation.voided")]
    ParticipationVoided,
    /// A result was verified.
    #[serde(rename = "result.verified")]
    ResultVerified,
    /// A verified result was taken back.
    #[serde(rename = "result.revoked")]
    ResultRevoked,
    /// A policy version became effective.
    #[serde(rename = "policy_version.effective")]
    PolicyVersionEffective,
    /// A badge, certificate or transcript was issued.
    #[serde(rename = "credential.issued")]
    CredentialIssued,
    /// It was taken back.
    #[serde(rename = "credential.revoked")]
    CredentialRevoked,
    /// An official tried whether the endpoint answers; nobody asks for it.
    #[serde(rename = "ping")]
    Ping,
}

macro_rules! same {
    ($($name:ident)*) => {
        impl From<Kind> for WebhookKind {
            fn from(kind: Kind) -> Self {
                match kind { $(Kind::$name => Self::$name,)* }
            }
        }
        impl From<WebhookKind> for Kind {
            fn from(kind: WebhookKind) -> Self {
                match kind { $(WebhookKind::$name => Self::$name,)* }
            }
        }
    };
}

same! {
    LedgerEntryBooked ParticipationConfirmed ParticipationAmended ParticipationVoided ResultVerified ResultRevoked
    PolicyVersionEffective CredentialIssued CredentialRevoked Ping
}

/// How an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum WebhookState {
    /// It is told what happens.
    Active,
    /// An official halted it; what happens waits.
    Paused,
    /// It was halted because nobody answered; what happens waits.
    Disabled,
    /// It is no more.
    Deleted,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum WebhookDeliveryState {
    /// Not told yet.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// Given up; it can be sent again.
    Failed,
    /// Its endpoint was deleted before.
    Cancelled,
}

impl WebhookDeliveryState {
    /// The word in SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum WebhookFailure {
    /// The address leads into a network that is not public; nothing was sent.
    NotPublic,
    /// It took too long.
    Timeout,
    /// No connection: no such name, nobody listens, or its certificate is not valid.
    Unreachable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_kinds_are_those_of_the_domain() {
        for &kind in Kind::ALL {
            let word = serde_json::to_value(WebhookKind::from(kind)).expect("JSON");
            assert_eq!(word, kind.word());
            assert_eq!(Kind::from(WebhookKind::from(kind)), kind);
        }
    }
}
