//! Agreements: what two or more organizations promise each other for a term.
//!
//! ```text
//! draft ─▶ offered ─▶ signed: not begun ─▶ in force ─▶ expired     (the days of the term say which)
//!   ▲  │    │  │  │                │
//!   │  │    │  │  └─▶ refused      ├─▶ ended      (early, by a party, with a reason)
//!   │  │    │  │        │ │        └─▶ renewed    (by an agreement that names this one and was signed by all)
//!   ├──│────┘  │        │ │
//!   └──│───────│────────┘ │       (recalled or refused: its text is changed and offered again)
//!      └───────┴──────────┴─▶ withdrawn
//! ```
//!
//! The first party is the one that proposes: it writes, offers, recalls and withdraws; to offer is to sign. Each of the
//! others signs for itself or refuses. Nothing here reads a clock: days and moments are given.

pub mod end;
pub mod partner;
pub mod project;
mod terms;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

pub use terms::{Kind, PARTIES_MAX, Side, Term, Terms, Unfit, check_parties, check_term};

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The account.
    pub by: Uuid,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// Who signed for a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The party.
    pub party: Uuid,
    /// The signatory's name.
    pub name: String,
    /// The signatory's post.
    pub post: String,
    /// Who entered it.
    pub act: Act,
}

/// An agreement in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Agreement {
    /// Is being written.
    Draft,
    /// Waits for the parties that have not signed.
    Offered {
        /// Of the proposer, and of those who signed since.
        signatures: Vec<Signature>,
    },
    /// A party does not sign, and says why.
    Refused {
        /// The party.
        party: Uuid,
        /// Who, when.
        act: Act,
        /// Why.
        reason: String,
    },
    /// Will not be, says the proposer.
    Withdrawn {
        /// Who, when.
        act: Act,
        /// Why.
        reason: String,
    },
    /// All have signed.
    Signed {
        /// Of all parties.
        signatures: Vec<Signature>,
    },
    /// Ended before its term was over.
    Ended {
        /// Of all parties.
        signatures: Vec<Signature>,
        /// The party that ended it.
        party: Uuid,
        /// Who, when.
        act: Act,
        /// The first day on which it is no longer in force.
        on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Another one takes its place.
    Renewed {
        /// Of all parties.
        signatures: Vec<Signature>,
        /// The other one.
        successor: Uuid,
        /// Who signed it last, when.
        act: Act,
        /// The first day of the other one.
        from: NaiveDate,
    },
}

/// A state's name, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Agreement::Draft`].
    Draft,
    /// See [`Agreement::Offered`].
    Offered,
    /// See [`Agreement::Refused`].
    Refused,
    /// See [`Agreement::Withdrawn`].
    Withdrawn,
    /// See [`Agreement::Signed`].
    Signed,
    /// See [`Agreement::Ended`].
    Ended,
    /// See [`Agreement::Renewed`].
    Renewed,
}

impl StateName {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Offered => "offered",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Signed => "signed",
            Self::Ended => "ended",
            Self::Renewed => "renewed",
        }
    }
}

/// How an agreement stands on a day: its state, and where the day lies in its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Is being written.
    Draft,
    /// Waits for signatures.
    Offered,
    /// A party refused it.
    Refused,
    /// Will not be.
    Withdrawn,
    /// Signed by all; its term has not begun.
    NotBegun,
    /// Holds.
    InForce,
    /// Its term is over.
    Expired,
    /// Ended early.
    Ended,
    /// Another one is in its place.
    Renewed,
}

impl Standing {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Offered => "offered",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::NotBegun => "not_begun",
            Self::InForce => "in_force",
            Self::Expired => "expired",
            Self::Ended => "ended",
            Self::Renewed => "renewed",
        }
    }
}

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
    /// A party ends it from this day on, today or later: why.
    End(Uuid, Act, NaiveDate, String),
    /// Another one was signed in its place, from this day on.
    Renew(Uuid, Act, NaiveDate),
}

impl Step {
    const fn participle(&self) -> &'static str {
        match self {
            Self::Change(_) => "changed",
            Self::Offer(_) => "offered",
            Self::Sign(_) => "signed",
            Self::Refuse(..) => "refused",
            Self::Recall(_) => "recalled",
            Self::Withdraw(..) => "withdrawn",
            Self::End(..) => "ended",
            Self::Renew(..) => "renewed",
        }
    }

    const fn party(&self) -> Option<Uuid> {
        match self {
            Self::Offer(signature) | Self::Sign(signature) => Some(signature.party),
            Self::Change(party)
            | Self::Recall(party)
            | Self::Refuse(party, ..)
            | Self::Withdraw(party, ..)
            | Self::End(party, ..) => Some(*party),
            Self::Renew(..) => None,
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
    /// Its term ends it earlier.
    #[error("its last day, {0}, lies before that day; it ends by itself")]
    EndsByItself(NaiveDate),
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
            Self::RenewsFromTheStart(_) => "renews_from_the_start",
        }
    }
}

impl Agreement {
    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Offered { .. } => StateName::Offered,
            Self::Refused { .. } => StateName::Refused,
            Self::Withdrawn { .. } => StateName::Withdrawn,
            Self::Signed { .. } => StateName::Signed,
            Self::Ended { .. } => StateName::Ended,
            Self::Renewed { .. } => StateName::Renewed,
        }
    }

    /// How it stands on a day.
    pub fn on(&self, term: Term, day: NaiveDate) -> Standing {
        let of_term = || {
            if day < term.from {
                Standing::NotBegun
            } else if term.holds(day) {
                Standing::InForce
            } else {
                Standing::Expired
            }
        };
        match self {
            Self::Draft => Standing::Draft,
            Self::Offered { .. } => Standing::Offered,
            Self::Refused { .. } => Standing::Refused,
            Self::Withdrawn { .. } => Standing::Withdrawn,
            Self::Signed { .. } => of_term(),
            Self::Ended { on, .. } if day < *on => of_term(),
            Self::Ended { .. } => Standing::Ended,
            Self::Renewed { from, .. } if day < *from => of_term(),
            Self::Renewed { .. } => Standing::Renewed,
        }
    }

    /// The first day on which it is no longer in force although its term is not over; none if there is none.
    pub const fn over_from(&self) -> Option<NaiveDate> {
        match self {
            Self::Ended { on, .. } => Some(*on),
            Self::Renewed { from, .. } => Some(*from),
            _ => None,
        }
    }

    /// Who has signed.
    pub fn signatures(&self) -> &[Signature] {
        match self {
            Self::Draft | Self::Refused { .. } | Self::Withdrawn { .. } => &[],
            Self::Offered { signatures }
            | Self::Signed { signatures }
            | Self::Ended { signatures, .. }
            | Self::Renewed { signatures, .. } => signatures,
        }
    }

    /// Takes a step on this day.
    ///
    /// # Errors
    /// The state or the party does not allow it, or something that the step needs is missing.
    pub fn take(self, terms: &Terms, today: NaiveDate, step: Step) -> Result<Self, Refusal> {
        if step.party().is_some_and(|party| !terms.parties.contains(&party)) {
            return Err(Refusal::NotAParty);
        }
        let proposes = step.party() == terms.proposer();
        match (self, step) {
            (
                Self::Draft | Self::Refused { .. } | Self::Offered { .. },
                Step::Change(_) | Step::Offer(_) | Step::Recall(_) | Step::Withdraw(..),
            ) if !proposes => Err(Refusal::OnlyProposer),
            (Self::Draft | Self::Refused { .. }, Step::Change(_)) => Ok(Self::Draft),
            (Self::Draft, Step::Offer(signature)) => {
                if terms.kind.needs_text() && !terms.has_text {
                    return Err(Refusal::TextNeeded);
                }
                not_over(terms.term, today)?;
                Ok(Self::Offered { signatures: vec![signed(signature)?] })
            }
            (Self::Offered { .. }, Step::Sign(_) | Step::Refuse(..)) if proposes => Err(Refusal::OnlyOthers),
            (Self::Offered { mut signatures }, Step::Sign(signature)) => {
                if signatures.iter().any(|one| one.party == signature.party) {
                    return Err(Refusal::SignedAlready);
                }
                not_over(terms.term, today)?;
                signatures.push(signed(signature)?);
                let all = terms.parties.iter().all(|party| signatures.iter().any(|one| one.party == *party));
                Ok(if all { Self::Signed { signatures } } else { Self::Offered { signatures } })
            }
            (Self::Offered { .. }, Step::Refuse(party, act, reason)) => {
                Ok(Self::Refused { party, act, reason: needed(reason)? })
            }
            (Self::Offered { .. }, Step::Recall(_)) => Ok(Self::Draft),
            (Self::Draft | Self::Offered { .. } | Self::Refused { .. }, Step::Withdraw(_, act, reason)) => {
                Ok(Self::Withdrawn { act, reason })
            }
            (state @ Self::Signed { .. }, Step::End(party, act, on, reason)) => {
                let standing = state.on(terms.term, today);
                if standing == Standing::Expired {
                    return Err(Refusal::NotFromHere { from: standing, step: "ended" });
                }
                if on < today {
                    return Err(Refusal::EndsInThePast(today));
                }
                if let Some(last) = terms.term.to.filter(|last| *last < on) {
                    return Err(Refusal::EndsByItself(last));
                }
                let reason = needed(reason)?;
                Ok(Self::Ended { signatures: state.signatures().to_vec(), party, act, on, reason })
            }
            (Self::Signed { signatures }, Step::Renew(successor, act, from)) => {
                if from <= terms.term.from {
                    return Err(Refusal::RenewsFromTheStart(terms.term.from));
                }
                Ok(Self::Renewed { signatures, successor, act, from })
            }
            (state, step) => Err(Refusal::NotFromHere { from: state.on(terms.term, today), step: step.participle() }),
        }
    }
}

fn not_over(term: Term, today: NaiveDate) -> Result<(), Refusal> {
    match term.to {
        Some(to) if to < today => Err(Refusal::TermIsOver(to)),
        _ => Ok(()),
    }
}

fn signed(signature: Signature) -> Result<Signature, Refusal> {
    let blank = signature.name.trim().is_empty() || signature.post.trim().is_empty();
    if blank { Err(Refusal::SignatoryNeeded) } else { Ok(signature) }
}

fn needed(reason: String) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(reason) }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests;
