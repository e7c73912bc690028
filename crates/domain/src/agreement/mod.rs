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
//! others signs for itself or refuses. A pairing may be brought by an official: then both sign.
//!
//! What was signed on paper is entered as it is, by a party or an official: `draft ─▶ signed`, whatever its days. A party in
//! whose name others entered a signature may dispute it, `signed ─▶ disputed`, and take that back; who entered it may strike it,
//! `─▶ withdrawn`. What is disputed is not in force.
//!
//! An end or a renewal may be of a later day. Until then it is in force, and any party may end it on an earlier one:
//! `ended ─▶ ended`, `renewed ─▶ ended`.
//!
//! Nothing here reads a clock: days and moments are given.

pub mod end;
pub mod partner;
pub mod project;
mod standing;
mod step;
mod terms;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use standing::{Standing, StateName};
pub use step::{Refusal, Step};
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
    /// That it was given on paper; none if it was given here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<Paper>,
}

/// A signature on paper that somebody entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The day on which it was given.
    pub on: NaiveDate,
    /// The party that entered it; none: an official.
    pub entered_for: Option<Uuid>,
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
    /// A party says that it did not sign what others entered from paper.
    Disputed {
        /// Of all parties, as they were entered.
        signatures: Vec<Signature>,
        /// The party that says so.
        party: Uuid,
        /// Who, when.
        act: Act,
        /// What is wrong.
        reason: String,
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
        /// What renews it from a later day on, if it was renewed before it was ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        successor: Option<Uuid>,
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

impl Agreement {
    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Offered { .. } => StateName::Offered,
            Self::Refused { .. } => StateName::Refused,
            Self::Withdrawn { .. } => StateName::Withdrawn,
            Self::Signed { .. } => StateName::Signed,
            Self::Disputed { .. } => StateName::Disputed,
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
            Self::Disputed { .. } => Standing::Disputed,
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
            | Self::Disputed { signatures, .. }
            | Self::Ended { signatures, .. }
            | Self::Renewed { signatures, .. } => signatures,
        }
    }

    /// What renews it, if something does.
    pub const fn successor(&self) -> Option<Uuid> {
        match self {
            Self::Renewed { successor, .. } => Some(*successor),
            Self::Ended { successor, .. } => *successor,
            _ => None,
        }
    }

    /// Whether it can be ended on this day. Who announced an end, or signed a renewal, binds nobody to wait for it: while it
    /// holds, any party may end it on an earlier day.
    fn ends_on(&self, term: Term, today: NaiveDate, on: NaiveDate) -> Result<(), Refusal> {
        let standing = self.on(term, today);
        if !matches!(standing, Standing::NotBegun | Standing::InForce) {
            return Err(Refusal::NotFromHere { from: standing, step: "ended" });
        }
        if on < today {
            return Err(Refusal::EndsInThePast(today));
        }
        match self {
            Self::Ended { on: announced, .. } if *announced <= on => return Err(Refusal::EndAnnounced(*announced)),
            Self::Renewed { from, .. } if *from <= on => return Err(Refusal::RenewedFrom(*from)),
            _ => {}
        }
        // At once it can be ended on its last day, too; who announces that day or a later one says nothing.
        match term.to {
            Some(last) if last < on || last == on && today < on => Err(Refusal::EndsByItself(last)),
            _ => Ok(()),
        }
    }

    /// How it was entered from paper: by which party, or none for an official; none if it was signed here.
    pub fn entered_for(&self) -> Option<Option<Uuid>> {
        self.signatures().iter().find_map(|one| one.paper.map(|paper| paper.entered_for))
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
            (Self::Draft, Step::Bring) => {
                if terms.kind != Kind::Pairing {
                    return Err(Refusal::NotAPairing);
                }
                not_over(terms.term, today)?;
                Ok(Self::Offered { signatures: Vec::new() })
            }
            (Self::Draft, Step::Record(by, signatures)) => {
                Ok(Self::Signed { signatures: on_paper(terms, today, by, signatures)? })
            }
            // Who proposes has signed by that, unless an official brought it.
            (Self::Offered { signatures }, Step::Sign(_) | Step::Refuse(..))
                if proposes && signatures.iter().any(|one| Some(one.party) == terms.proposer()) =>
            {
                Err(Refusal::OnlyOthers)
            }
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
            (
                state @ (Self::Signed { .. } | Self::Ended { .. } | Self::Renewed { .. }),
                Step::End(party, act, on, reason),
            ) => {
                state.ends_on(terms.term, today, on)?;
                let reason = needed(reason)?;
                let (signatures, successor) = (state.signatures().to_vec(), state.successor());
                Ok(Self::Ended { signatures, party, act, on, reason, successor })
            }
            (state @ Self::Signed { .. }, Step::Dispute(party, act, reason)) => {
                match state.entered_for() {
                    Some(by) if by != Some(party) => {}
                    _ => return Err(Refusal::NotEnteredByOthers),
                }
                Ok(Self::Disputed { signatures: state.signatures().to_vec(), party, act, reason: needed(reason)? })
            }
            (Self::Disputed { signatures, party, .. }, Step::Uphold(by)) => {
                if by == party {
                    Ok(Self::Signed { signatures })
                } else {
                    Err(Refusal::OnlyObjector)
                }
            }
            (state @ (Self::Signed { .. } | Self::Disputed { .. }), Step::Strike(by, act, reason)) => {
                if state.entered_for() == Some(by) {
                    Ok(Self::Withdrawn { act, reason: needed(reason)? })
                } else {
                    Err(Refusal::OnlyRecorder)
                }
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

/// The signatures of an agreement on paper: of each party one, none of a day to come, and with the text that they are under.
fn on_paper(
    terms: &Terms,
    today: NaiveDate,
    by: Option<Uuid>,
    signatures: Vec<Signature>,
) -> Result<Vec<Signature>, Refusal> {
    if !terms.has_text {
        return Err(Refusal::TextNeeded);
    }
    let signed_once = |party: &Uuid| signatures.iter().filter(|one| one.party == *party).count() == 1;
    if signatures.len() != terms.parties.len() || !terms.parties.iter().all(signed_once) {
        return Err(Refusal::NotSignedByAll);
    }
    signatures
        .into_iter()
        .map(|one| match one.paper {
            Some(paper) if paper.entered_for != by => Err(Refusal::OnlyRecorder),
            Some(paper) if paper.on > today => Err(Refusal::SignedInTheFuture(paper.on)),
            Some(_) => signed(one),
            None => Err(Refusal::NotSignedByAll),
        })
        .collect()
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
