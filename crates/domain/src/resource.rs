//! Resources: what one organization offers to others, whom it is for, and how it may be used.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A course that is given to a group.
    Course,
    /// Equipment that is lent.
    Equipment,
    /// A game that is lent.
    Game,
    /// Material to make or play games with; lent.
    GameMaterial,
    /// Material for lessons: files to take, or copies that are handed out.
    LessonMaterial,
    /// Somebody who speaks.
    Speaker,
}

impl Kind {
    /// Every kind, in the order of the catalogue.
    pub const ALL: [Self; 6] =
        [Self::Course, Self::Equipment, Self::Game, Self::GameMaterial, Self::LessonMaterial, Self::Speaker];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Course => "course",
            Self::Equipment => "equipment",
            Self::Game => "game",
            Self::GameMaterial => "game_material",
            Self::LessonMaterial => "lesson_material",
            Self::Speaker => "speaker",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it is lent and has to come back; what is not lent is over once it was delivered.
    pub const fn comes_back(self) -> bool {
        matches!(self, Self::Equipment | Self::Game | Self::GameMaterial)
    }

    /// Whether it may be offered without anything to book: as files alone.
    pub const fn may_be_files_alone(self) -> bool {
        matches!(self, Self::LessonMaterial | Self::GameMaterial)
    }
}

/// On what terms it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Licence {
    /// Creative Commons, attribution, 4.0.
    #[serde(rename = "cc-by-4.0")]
    CcBy,
    /// … share alike.
    #[serde(rename = "cc-by-sa-4.0")]
    CcBySa,
    /// … not for commerce.
    #[serde(rename = "cc-by-nc-4.0")]
    CcByNc,
    /// … not for commerce, share alike.
    #[serde(rename = "cc-by-nc-sa-4.0")]
    CcByNcSa,
    /// All rights reserved; used with the permission that the note describes.
    #[serde(rename = "by-permission")]
    ByPermission,
    /// As the note says.
    #[serde(rename = "other")]
    Other,
}

impl Licence {
    /// Every licence.
    pub const ALL: [Self; 6] =
        [Self::CcBy, Self::CcBySa, Self::CcByNc, Self::CcByNcSa, Self::ByPermission, Self::Other];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CcBy => "cc-by-4.0",
            Self::CcBySa => "cc-by-sa-4.0",
            Self::CcByNc => "cc-by-nc-4.0",
            Self::CcByNcSa => "cc-by-nc-sa-4.0",
            Self::ByPermission => "by-permission",
            Self::Other => "other",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|licence| licence.word() == word)
    }

    /// Whether the word alone says too little.
    pub const fn needs_note(self) -> bool {
        matches!(self, Self::ByPermission | Self::Other)
    }
}

/// Where it can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// To any organization.
    Everywhere,
    /// To organizations of these districts.
    Districts(Vec<Uuid>),
    /// Nowhere: who uses it comes to the owner. Anybody may.
    AtOwner,
}

impl Reach {
    /// Whether an organization of this district may ask for it.
    pub fn admits(&self, district: Uuid) -> bool {
        match self {
            Self::Everywhere | Self::AtOwner => true,
            Self::Districts(districts) => districts.contains(&district),
        }
    }
}

/// The mean of `count` ratings of 1 to 5 whose sum is `sum`, in tenths, rounded half up; none if there are none.
pub fn mean_tenths(sum: u64, count: u64) -> Option<u64> {
    let half = count.checked_div(2)?;
    sum.checked_mul(10)?.checked_add(half)?.checked_div(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_and_are_those_of_json() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.word());
        }
        for licence in Licence::ALL {
            assert_eq!(Licence::from_word(licence.word()), Some(licence));
            assert_eq!(serde_json::to_value(licence).expect("a word"), licence.word());
        }
        assert_eq!((Kind::from_word("book"), Licence::from_word("mit")), (None, None));
    }

    #[test]
    fn a_resource_goes_where_its_owner_lets_it() {
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for (reach, at_here, at_there) in [
            (Reach::Everywhere, true, true),
            (Reach::AtOwner, true, true),
            (Reach::Districts(vec![here]), true, false),
            (Reach::Districts(Vec::new()), false, false),
        ] {
            assert_eq!((reach.admits(here), reach.admits(there)), (at_here, at_there), "{reach:?}");
        }
    }

    #[test]
    fn means_are_rounded_half_up_to_tenths() {
        for (sum, count, mean) in
            [(0, 0, None), (5, 1, Some(50)), (9, 2, Some(45)), (13, 3, Some(43)), (14, 3, Some(47)), (17, 4, Some(43))]
        {
            assert_eq!(mean_tenths(sum, count), mean, "{sum} of {count}");
        }
        assert_eq!(mean_tenths(u64::MAX, 3), None, "what cannot be is not a mean");
    }
}
