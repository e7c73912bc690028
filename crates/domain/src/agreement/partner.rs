//! What schools and firms offer and seek, and who fits whom. A match carries its reasons.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Side;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// A field of science or technology: the vocabulary in which offers and wishes meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// Every field, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the database and in JSON.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The field of this word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|field| field.word() == word)
            }
        }
    };
}

fields! {
    /// Robots and automation.
    Robotics = "robotics";
    /// Artificial intelligence.
    Ai = "ai";
    /// Programming, data and networks.
    Information = "information";
    /// Electronics and chips.
    Electronics = "electronics";
    /// Living things.
    Biology = "biology";
    /// Medicine and health.
    Medicine = "medicine";
    /// Agriculture and food.
    Agriculture = "agriculture";
    /// Physics.
    Physics = "physics";
    /// Chemistry.
    Chemistry = "chemistry";
    /// New materials.
    Materials = "materials";
    /// Energy.
    Energy = "energy";
    /// Environment and climate.
    Environment = "environment";
    /// The sea.
    Marine = "marine";
    /// Earth and geography.
    Geology = "geology";
    /// Space and aviation.
    Space = "space";
    /// Engineering and making.
    Engineering = "engineering";
    /// Mathematics.
    Mathematics = "mathematics";
}

/// Lowest and highest grade, both included; open where none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grades {
    /// The lowest.
    pub from: Option<i32>,
    /// The highest.
    pub to: Option<i32>,
}

impl Grades {
    /// Whether some grade lies in both.
    pub fn meet(self, other: Self) -> bool {
        let before = |one: Self, two: Self| matches!((one.to, two.from), (Some(to), Some(from)) if to < from);
        !before(self, other) && !before(other, self)
    }
}

/// An organization as a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The organization.
    pub organization: Uuid,
    /// Where it is registered.
    pub district: Uuid,
    /// On which side of a pairing it can stand.
    pub side: Side,
    /// In which fields it has something to give.
    pub offers: BTreeSet<Field>,
    /// In which fields it looks for something.
    pub seeks: BTreeSet<Field>,
    /// For which grades.
    pub grades: Grades,
    /// How many pairings it has that hold or wait.
    pub pairings: u32,
    /// Whether it wants more.
    pub open: bool,
}

/// Why somebody fits, in the order in which the reasons weigh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It offers what one seeks.
    OffersWhatYouSeek(Vec<Field>),
    /// It seeks what one offers.
    SeeksWhatYouOffer(Vec<Field>),
    /// It is in the same district.
    SameDistrict,
    /// So many pairings it has already.
    Pairings(u32),
}

impl Reason {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OffersWhatYouSeek(_) => "offers_what_you_seek",
            Self::SeeksWhatYouOffer(_) => "seeks_what_you_offer",
            Self::SameDistrict => "same_district",
            Self::Pairings(_) => "pairings",
        }
    }
}

/// A partner who fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Who.
    pub organization: Uuid,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Who of these fits, the best first: by how many fields meet, then the same district, then those with fewer pairings.
/// Who wants no more, stands on the same side, or has no grade in common is left out.
pub fn rank(own: &Profile, others: &[Profile]) -> Vec<Match> {
    let mut ranked: Vec<_> = others
        .iter()
        .filter(|other| other.organization != own.organization && other.open && own.grades.meet(other.grades))
        .filter(|other| matches!((own.side, other.side), (Side::School, Side::Partner) | (Side::Partner, Side::School)))
        .filter_map(|other| {
            let gets: Vec<Field> = other.offers.intersection(&own.seeks).copied().collect();
            let gives: Vec<Field> = other.seeks.intersection(&own.offers).copied().collect();
            let meet = gets.len().saturating_add(gives.len());
            if meet == 0 {
                return None;
            }
            let near = other.district == own.district;
            let mut reasons = Vec::new();
            if !gets.is_empty() {
                reasons.push(Reason::OffersWhatYouSeek(gets));
            }
            if !gives.is_empty() {
                reasons.push(Reason::SeeksWhatYouOffer(gives));
            }
            if near {
                reasons.push(Reason::SameDistrict);
            }
            reasons.push(Reason::Pairings(other.pairings));
            let key = (std::cmp::Reverse(meet), !near, other.pairings, other.organization);
            Some((key, Match { organization: other.organization, reasons }))
        })
        .collect();
    ranked.sort_by_key(|(key, _)| *key);
    ranked.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    fn profile(number: u128, side: Side, offers: &[Field], seeks: &[Field]) -> Profile {
        Profile {
            organization: Uuid::from_u128(number),
            district: Uuid::from_u128(100),
            side,
            offers: offers.iter().copied().collect(),
            seeks: seeks.iter().copied().collect(),
            grades: Grades::default(),
            pairings: 0,
            open: true,
        }
    }

    fn order(own: &Profile, others: &[Profile]) -> Vec<u128> {
        rank(own, others).iter().map(|one| one.organization.as_u128()).collect()
    }

    #[test]
    fn more_fields_first_then_the_same_district_then_fewer_pairings() {
        use Field::{Ai, Biology, Energy, Robotics};
        let own = profile(1, Side::School, &[Biology], &[Robotics, Ai]);
        let firm = |number, offers: &[Field], seeks: &[Field]| profile(number, Side::Partner, offers, seeks);
        let two = firm(2, &[Robotics], &[]);
        let three = Profile { pairings: 3, ..firm(3, &[Robotics], &[]) };
        let far = Profile { district: Uuid::from_u128(200), ..firm(4, &[Ai], &[]) };
        let both = Profile { district: Uuid::from_u128(200), ..firm(5, &[Ai], &[Biology]) };
        assert_eq!(order(&own, &[far.clone(), three.clone(), two.clone(), both.clone()]), [5, 2, 3, 4]);
        let reasons = &rank(&own, std::slice::from_ref(&both))[0].reasons;
        assert_eq!(
            reasons,
            &[Reason::OffersWhatYouSeek(vec![Ai]), Reason::SeeksWhatYouOffer(vec![Biology]), Reason::Pairings(0)]
        );
        assert_eq!(
            rank(&own, &[three])[0].reasons,
            [Reason::OffersWhatYouSeek(vec![Robotics]), Reason::SameDistrict, Reason::Pairings(3)]
        );
        assert_eq!(order(&own, &[firm(6, &[Energy], &[Energy])]), [0_u128; 0], "nothing in common");
    }

    #[test]
    fn who_cannot_be_a_partner_is_left_out() {
        let own = profile(1, Side::School, &[], &[Field::Ai]);
        let fits = || profile(2, Side::Partner, &[Field::Ai], &[]);
        let grades = |from, to| Grades { from, to };
        assert_eq!(order(&own, &[fits()]), [2]);
        assert_eq!(order(&own, std::slice::from_ref(&own)), [0_u128; 0], "oneself");
        assert_eq!(order(&own, &[Profile { open: false, ..fits() }]), [0_u128; 0], "wants no more");
        for side in [Side::School, Side::Neither] {
            assert_eq!(order(&own, &[Profile { side, ..fits() }]), [0_u128; 0], "{side:?}");
        }
        let of_small = Profile { grades: grades(Some(1), Some(3)), ..own };
        for (other, met) in
            [(grades(Some(3), None), true), (grades(Some(4), Some(9)), false), (grades(None, None), true)]
        {
            let there = order(&of_small, &[Profile { grades: other, ..fits() }]);
            assert_eq!(!there.is_empty(), met, "{other:?}");
        }
    }

    #[test]
    fn every_word_is_read_back() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.word()), Some(*field));
            assert_eq!(serde_json::to_string(field).expect("JSON"), format!("\"{}\"", field.word()));
        }
        assert_eq!(Field::parse("alchemy"), None);
    }
}
