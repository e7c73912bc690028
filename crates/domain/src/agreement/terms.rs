//! What an agreement says, as far as its life depends on it: its sort, its parties, its days.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The most parties of one agreement.
pub const PARTIES_MAX: usize = 12;

/// What sort of agreement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Institutions work together on common aims.
    Strategic,
    /// What single orders or projects will rest on.
    Framework,
    /// A school and a firm or institute as partners.
    Pairing,
}

impl Kind {
    /// Whether it is offered with its text as a file. A pairing says all that it is in its fields.
    pub const fn needs_text(self) -> bool {
        !matches!(self, Self::Pairing)
    }
}

/// On which side of a pairing an organization can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// A school or kindergarten.
    School,
    /// A firm, institute, university, base, museum, community or media house.
    Partner,
    /// On neither: an authority is no partner of a school.
    Neither,
}

/// The days for which it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub from: NaiveDate,
    /// Last day; none if it is open.
    pub to: Option<NaiveDate>,
}

impl Term {
    /// Whether the day lies in it.
    pub fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// What an agreement says, as far as its life depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What sort it is.
    pub kind: Kind,
    /// Its parties; the first one proposes.
    pub parties: Vec<Uuid>,
    /// Its days.
    pub term: Term,
    /// Whether its text is there.
    pub has_text: bool,
}

impl Terms {
    /// Who proposes.
    pub fn proposer(&self) -> Option<Uuid> {
        self.parties.first().copied()
    }
}

/// Why the parties or days of an agreement cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Too few or too many.
    #[error("an agreement has from 2 to {PARTIES_MAX} parties, not {0}")]
    PartyCount(usize),
    /// One of them twice.
    #[error("each party is named once")]
    PartyTwice,
    /// Not two.
    #[error("a pairing is between two, not {0}")]
    NotTwo(usize),
    /// Not one of each side.
    #[error("a pairing is between a school or kindergarten and a firm, institute or other partner")]
    NotAPair,
    /// It would end before it begins.
    #[error("the last day must not lie before the first")]
    EndsBeforeItBegins,
}

impl Unfit {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PartyCount(_) => "party_count",
            Self::PartyTwice => "party_twice",
            Self::NotTwo(_) => "not_two",
            Self::NotAPair => "not_a_pair",
            Self::EndsBeforeItBegins => "before_first_day",
        }
    }
}

/// Whether these can be the parties of such an agreement.
///
/// # Errors
/// They are too few, too many, named twice, or no pair.
pub fn check_parties(kind: Kind, parties: &[(Uuid, Side)]) -> Result<(), Unfit> {
    if kind == Kind::Pairing {
        let [(first, one), (second, other)] = parties else { return Err(Unfit::NotTwo(parties.len())) };
        if first == second {
            return Err(Unfit::PartyTwice);
        }
        let pair = matches!((one, other), (Side::School, Side::Partner) | (Side::Partner, Side::School));
        return if pair { Ok(()) } else { Err(Unfit::NotAPair) };
    }
    if !(2..=PARTIES_MAX).contains(&parties.len()) {
        return Err(Unfit::PartyCount(parties.len()));
    }
    let distinct: std::collections::BTreeSet<Uuid> = parties.iter().map(|(id, _)| *id).collect();
    if distinct.len() == parties.len() { Ok(()) } else { Err(Unfit::PartyTwice) }
}

/// Whether these can be its days.
///
/// # Errors
/// It would end before it begins.
pub fn check_term(term: Term) -> Result<(), Unfit> {
    if term.to.is_some_and(|to| to < term.from) { Err(Unfit::EndsBeforeItBegins) } else { Ok(()) }
}
