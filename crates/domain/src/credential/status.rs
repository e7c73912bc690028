//! The bits of a status list (W3C Bitstring Status List v1.0): one a credential, set once it is revoked.

/// Bits in a list: the least that the standard allows, so that nobody is found by being one of few.
pub const BITS: u32 = 131_072;

/// The bits, uncompressed: the first one is the highest of the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits(Vec<u8>);

impl Bits {
    /// A list with the bits at these places set; what lies beyond it is left out.
    pub fn with(set: impl IntoIterator<Item = u32>) -> Self {
        let mut bytes = vec![0; usize::try_from(BITS / 8).unwrap_or_default()];
        for place in set {
            if let Some(byte) = usize::try_from(place / 8).ok().and_then(|at| bytes.get_mut(at)) {
                *byte |= mask(place);
            }
        }
        Self(bytes)
    }

    /// The list of these bytes; none if it is shorter than the standard allows.
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= usize::try_from(BITS / 8).unwrap_or_default()).then_some(Self(bytes))
    }

    /// The bit at this place; none beyond the list.
    pub fn get(&self, place: u32) -> Option<bool> {
        let byte = usize::try_from(place / 8).ok().and_then(|at| self.0.get(at))?;
        Some(byte & mask(place) != 0)
    }

    /// The bytes, to be compressed.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

const fn mask(place: u32) -> u8 {
    0b1000_0000 >> (place % 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bit_is_the_highest_of_the_first_byte() {
        let bits = Bits::with([0, 9, BITS - 1, BITS]);
        assert_eq!(bits.bytes().len(), 16_384);
        assert_eq!(bits.bytes().iter().copied().take(2).collect::<Vec<_>>(), [0b1000_0000, 0b0100_0000]);
        let set: Vec<u32> = (0..BITS).filter(|place| bits.get(*place) == Some(true)).collect();
        assert_eq!(set, [0, 9, BITS - 1]);
        assert_eq!(bits.get(BITS), None);
    }

    #[test]
    fn a_list_that_is_too_short_is_none() {
        assert_eq!(Bits::of(vec![0; 16_383]), None);
        assert!(Bits::of(vec![0; 16_384]).is_some());
    }
}
