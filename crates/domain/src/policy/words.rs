//! The words that a policy compares, numbered: a record's words are looked up once and then compared as numbers.

use rustc_hash::FxHashMap;

use super::document::WordField;
use super::facts::{Aliases, Facts};

/// A word of one field, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Word(u32);

impl Word {
    /// A word that the policy does not name; 0, the default, is no word at all.
    const OTHER: Self = Self(1);
    const FIRST: u32 = 2;
}

/// A record's word in each field that conditions compare; see [`Lexicon::place`].
pub(super) type Words = [Word; PLACES];

const PLACES: usize = 14;

/// The numbers of a policy's words, by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    /// As policies write them.
    numbers: [FxHashMap<String, Word>; PLACES],
    /// As records write them: other words for the same value have its number.
    said: [FxHashMap<String, Word>; PLACES],
    used: Vec<WordField>,
}

impl Lexicon {
    /// The place of a field among the [`Words`]; nothing for fields that hold numbers.
    pub const fn place(field: WordField) -> Option<usize> {
        Some(match field {
            WordField::Kind => 0,
            WordField::HostLevel => 1,
            WordField::ContestLevel => 2,
            WordField::ContestSeries => 3,
            WordField::Contest => 4,
            WordField::Award => 5,
            WordField::Activity => 6,
            WordField::Session => 7,
            WordField::Host => 8,
            WordField::Work => 9,
            WordField::PersonKind => 10,
            WordField::Stage => 11,
            WordField::School => 12,
            WordField::Class => 13,
            WordField::Grade
            | WordField::TeamPosition
            | WordField::TeamSize
            | WordField::Place
            | WordField::Minutes => return None,
        })
    }

    /// The numbers of words that a condition names.
    pub fn set(&mut self, field: WordField, words: &[String]) -> IndexSet {
        let Some(numbers) = Self::place(field).and_then(|p| self.numbers.get_mut(p)) else {
            return IndexSet::default();
        };
        if !self.used.contains(&field) {
            self.used.push(field);
        }
        let number = |word: &String| {
            let next = Word(u32::try_from(numbers.len()).unwrap_or(u32::MAX).saturating_add(Word::FIRST));
            *numbers.entry(word.clone()).or_insert(next)
        };
        words.iter().map(number).map(|w| w.0).collect()
    }

    /// Once every condition is known: what records may say for each word.
    pub fn settle(&mut self, aliases: &Aliases) {
        self.said.clone_from(&self.numbers);
        for field in &self.used {
            let Some(place) = Self::place(*field) else { continue };
            let (Some(numbers), Some(said)) = (self.numbers.get(place), self.said.get_mut(place)) else { continue };
            for (other, word) in aliases.of(*field) {
                said.insert(other.clone(), numbers.get(word).copied().unwrap_or(Word::OTHER));
            }
        }
    }

    /// The words of one record, or of a person alone.
    pub fn look_up(&self, facts: &Facts<'_>) -> Words {
        let mut words = Words::default();
        for field in &self.used {
            let Some(place) = Self::place(*field) else { continue };
            if let (Some(word), Some(said), Some(text)) =
                (words.get_mut(place), self.said.get(place), facts.written(*field))
            {
                *word = said.get(text).copied().unwrap_or(Word::OTHER);
            }
        }
        words
    }
}

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct IndexSet {
    /// Those below 64, as bits.
    few: u64,
    /// The others.
    more: Vec<u32>,
}

impl IndexSet {
    /// Whether the number is in it.
    pub fn contains(&self, index: u32) -> bool {
        match 1_u64.checked_shl(index) {
            Some(bit) => self.few & bit != 0,
            None => self.more.contains(&index),
        }
    }

    /// Whether a place in a list is in it.
    pub fn contains_place(&self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|p| self.contains(p))
    }

    /// Whether the word is in it.
    pub fn has(&self, word: Word) -> bool {
        self.contains(word.0)
    }
}

impl FromIterator<u32> for IndexSet {
    fn from_iter<I: IntoIterator<Item = u32>>(indices: I) -> Self {
        indices.into_iter().fold(Self::default(), |mut set, index| {
            match 1_u64.checked_shl(index) {
                Some(bit) => set.few |= bit,
                None => set.more.push(index),
            }
            set
        })
    }
}
