//! What is done with an agreement, and why it is refused.

use chrono::NaiveDate;
use thiserror::Error;
use uuid::Uuid;

use super::{Act, Signature, Standing};

/// Something that is done with an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The proposer changes what it says.
    Change(Uuid),
    /// The proposer signs and offers it.
    Offer(Signature),
    /// Another party signs.
    Sign(Signature),
    /// Another party does not sign: why.
    Refuse(Uuid, Act, String),
    /// The proposer takes it back to change it.
    Recall(Uuid),
    /// The proposer gives it up: why.
    Withdraw(Uuid, Act, String),
    /// A party ends it from this day on, today or later, but earlier than was announced so far: why.
    End(Uuid, Act, NaiveDate, String),
    /// Another one was signed in its place, from this day on.
    Renew(Uuid, Act, NaiveDate),
    /// An official brings two together who both sign.
    Bring,
    /// It was signed on paper by all, as a party enters, or an official where there is none.
    Record(Option<Uuid>, Vec<Signature>),
    /// A party did not sign what others entered in its name: what is wrong.
    Dispute(Uuid, Act, String),
    /// The party that disputed it takes that back.
    Uphold(Uuid),
    /// Who entered it takes it out: why.
    Strike(Option<Uuid>, Act, String),
}

impl Step {
    pub(super) const fn participle(&self) -> &'static str {
        match self {
            Self::Change(_) => "changed",
            Self::Offer(_) => "offered",
            Self::Sign(_) => "signed",
            Self::Refuse(..) => "refused",
            Self::Recall(_) => "recalled",
            Self::Withdraw(..) => "withdrawn",
            Self::End(..) => "ended",
            Self::Renew(..) => "renewed",
            Self::Bring => "brought to its parties",
            Self::Record(..) => "entered from paper",
            Self::Dispute(..) => "disputed",
            Self::Uphold(_) => "upheld",
            Self::Strike(..) => "struck",
        }
    }

    pub(super) const fn party(&self) -> Option<Uuid> {
        match self {
            Self::Offer(signature) | Self::Sign(signature) => Some(signature.party),
            Self::Change(party)
            | Self::Dispute(party, ..)
            | Self::Uphold(party)
            | Self::Recall(party)
            | Self::Refuse(party, ..)
            | Self::Withdraw(party, ..)
            | Self::End(party, ..) => Some(*party),
            Self::Record(party, _) | Self::Strike(party, ..) => *party,
            Self::Renew(..) | Self::Bring => None,
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("an agreement that is {} cannot be {step}", .from.word())]
    NotFromHere {
        /// How it stands.
        from: Standing,
        /// The step, as a participle.
        step: &'static str,
    },
    /// Only parties take steps.
    #[error("only a party of the agreement does that")]
    NotAParty,
    /// Only the first party writes.
    #[error("only the party that proposed it does that")]
    OnlyProposer,
    /// Who proposes signs by offering, and gives up by withdrawing.
    #[error("who proposed it has signed it by offering it; it can be recalled or withdrawn")]
    OnlyOthers,
    /// Each party signs once.
    #[error("this party has signed already")]
    SignedAlready,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// Somebody signs, with a name and a post.
    #[error("say who signs, and in what post")]
    SignatoryNeeded,
    /// There is nothing to sign.
    #[error("its text is not there yet; add the file first")]
    TextNeeded,
    /// It would be over on the day on which it is offered or signed.
    #[error("its last day, {0}, is over; change the term first")]
    TermIsOver(NaiveDate),
    /// What is over cannot be undone.
    #[error("it can be ended from today, {0}, on")]
    EndsInThePast(NaiveDate),
    /// Its term ends it no later.
    #[error("its last day is {0}; an end that is announced lies before that day")]
    EndsByItself(NaiveDate),
    /// Its end was announced for no later day.
    #[error("its end on {0} was announced; it can be ended on an earlier day")]
    EndAnnounced(NaiveDate),
    /// What renews it begins no later.
    #[error("its renewal from {0} on was signed; it can be ended on an earlier day")]
    RenewedFrom(NaiveDate),
    /// Only a pairing is brought by somebody else than its parties.
    #[error("only a pairing is proposed by an official; other agreements are written by a party")]
    NotAPairing,
    /// What is entered from paper is entered with all who signed it.
    #[error("name for each party who signed it, once")]
    NotSignedByAll,
    /// Nobody has signed tomorrow.
    #[error("{0}, the day of a signature, is still to come")]
    SignedInTheFuture(NaiveDate),
    /// Who signed here, or entered it, ends it instead.
    #[error("this party signed it here or entered it itself, so it can only end it")]
    NotEnteredByOthers,
    /// Only who disputed it takes that back.
    #[error("only the party that disputed it takes that back")]
    OnlyObjector,
    /// Only who entered it takes it out.
    #[error("only who entered it from paper takes it out again")]
    OnlyRecorder,
    /// A renewal takes the place of one that began before it.
    #[error("a renewal begins after the first day of what it renews, {0}")]
    RenewsFromTheStart(NaiveDate),
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::NotAParty => "not_a_party",
            Self::OnlyProposer => "only_proposer",
            Self::OnlyOthers => "only_others",
            Self::SignedAlready => "signed_already",
            Self::ReasonNeeded => "reason_needed",
            Self::SignatoryNeeded => "signatory_needed",
            Self::TextNeeded => "text_needed",
            Self::TermIsOver(_) => "term_is_over",
            Self::EndsInThePast(_) => "ends_in_the_past",
            Self::EndsByItself(_) => "ends_by_itself",
            Self::EndAnnounced(_) => "end_announced",
            Self::RenewedFrom(_) => "renewed_from",
            Self::NotAPairing => "not_a_pairing",
            Self::NotSignedByAll => "not_signed_by_all",
            Self::SignedInTheFuture(_) => "signed_in_the_future",
            Self::NotEnteredByOthers => "not_entered_by_others",
            Self::OnlyObjector => "only_objector",
            Self::OnlyRecorder => "only_recorder",
            Self::RenewsFromTheStart(_) => "renews_from_the_start",
        }
    }
}
