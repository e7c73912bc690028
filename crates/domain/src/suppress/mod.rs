//! Small groups in published tables: what is hidden so that nothing is told of a handful of persons.
//!
//! A table has cells (a school, a grade) and sums over some of them (the whole, all rural schools). A group of fewer than
//! [`LEAST`] persons is hidden. What is hidden must not follow from what is shown, whatever is added and subtracted: so
//! further cells are hidden, the smallest first, until it does not.

use std::cmp::Reverse;

pub use lattice::{Lattice, lattice};

mod lattice;
#[cfg(test)]
mod solver;

/// Groups of fewer persons are hidden.
pub const LEAST: u64 = 5;

/// A prime; sums are combined in whole numbers modulo it, which is exact for tables of any size that is published.
const PRIME: u128 = (1 << 61) - 1;

/// What of a table may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Of each cell, in the order given.
    pub cells: Vec<bool>,
    /// Of each sum, in the order given.
    pub sums: Vec<bool>,
}

/// Decides what may be shown of cells with so many persons each, and of sums over some of the cells (named by their places
/// among them). Groups of nobody tell nothing of anybody and are always shown.
pub fn shown(persons: &[u64], sums: &[Vec<usize>]) -> Shown {
    let open = Shown { cells: vec![true; persons.len()], sums: vec![true; sums.len()] };
    shown_of(persons, sums, &[], open)
}

/// The same where some of it is hidden already, and where two sets of cells are known to hold the same persons.
fn shown_of(persons: &[u64], sums: &[Vec<usize>], ties: &[(Vec<usize>, Vec<usize>)], open: Shown) -> Shown {
    let of = |cell: usize| persons.get(cell).copied().unwrap_or(0);
    let size = |sum: &[usize]| sum.iter().fold(0_u64, |all, cell| all.saturating_add(of(*cell)));
    let small = |count: u64| (1..LEAST).contains(&count);
    let mut shown = Shown {
        cells: persons.iter().zip(open.cells).map(|(count, open)| open && !small(*count)).collect(),
        sums: sums.iter().zip(open.sums).map(|(sum, open)| open && !small(size(sum))).collect(),
    };
    while let Some(culprit) = disclosed(persons, sums, ties, &shown) {
        // Within the smallest sum that gives it away, the smallest cell that is still shown; where there is none, the smallest
        // sum over anything hidden, the whole (the first) last.
        let open = |sum: &Vec<usize>| {
            let cells = sum.iter().copied().filter(|cell| of(*cell) > 0 && shown.cells.get(*cell) == Some(&true));
            cells.min_by_key(|cell| (of(*cell), *cell))
        };
        let visible = || sums.iter().zip(&shown.sums).enumerate().filter(|(_, (_, visible))| **visible);
        let near = visible().filter(|(_, (sum, _))| sum.iter().any(|cell| culprit.contains(cell)));
        let next = near.filter_map(|(_, (sum, _))| open(sum).map(|cell| (size(sum), cell))).min();
        let holds_hidden =
            |sum: &[usize]| sum.iter().any(|cell| of(*cell) > 0 && shown.cells.get(*cell) == Some(&false));
        let over = visible().filter(|(_, (sum, _))| holds_hidden(sum));
        let widest = over.map(|(at, (sum, _))| (size(sum), Reverse(at), at)).min();
        let hidden = match (next, widest) {
            (Some((_, cell)), _) => shown.cells.get_mut(cell),
            (None, Some((_, _, sum))) => shown.sums.get_mut(sum),
            (None, None) => None,
        };
        match hidden {
            Some(hidden) => *hidden = false,
            None => break,
        }
    }
    shown
}

/// Cells of a hidden group that follows from what is shown; none if nothing does.
fn disclosed(
    persons: &[u64],
    sums: &[Vec<usize>],
    ties: &[(Vec<usize>, Vec<usize>)],
    shown: &Shown,
) -> Option<Vec<usize>> {
    let is_hidden =
        |cell: usize| shown.cells.get(cell) == Some(&false) && persons.get(cell).is_some_and(|count| *count > 0);
    let hidden: Vec<usize> = (0..persons.len()).filter(|cell| is_hidden(*cell)).collect();
    let vector = |cells: &[usize]| -> Vec<u128> {
        let mut vector = vec![0; hidden.len()];
        for cell in cells {
            if let Some(value) = hidden.binary_search(cell).ok().and_then(|at| vector.get_mut(at)) {
                *value = 1;
            }
        }
        vector
    };
    let count = |cells: &[usize]| {
        let those = cells.iter().copied().filter(|cell| is_hidden(*cell));
        those.fold(0_u64, |all, cell| all.saturating_add(persons.get(cell).copied().unwrap_or(0)))
    };
    let left = |cells: &[usize]| cells.iter().copied().filter(|cell| is_hidden(*cell)).collect::<Vec<_>>();
    let mut space = Space::default();
    for (sum, visible) in sums.iter().zip(&shown.sums) {
        // What is left of a sum when all that is shown is taken off: it must be of nobody, or of enough.
        if *visible && (1..LEAST).contains(&count(sum)) {
            return Some(left(sum));
        }
        if *visible {
            space.add(vector(sum));
        }
    }
    for (one, other) in ties {
        match (count(one), count(other)) {
            (0, few) if (1..LEAST).contains(&few) => return Some(left(other)),
            (few, 0) if (1..LEAST).contains(&few) => return Some(left(one)),
            _ => {}
        }
        let less = vector(other).into_iter().map(|value| modulo(PRIME.saturating_sub(value)));
        space.add(vector(one).into_iter().zip(less).map(|(more, less)| modulo(more.saturating_add(less))).collect());
    }
    let small = |cells: &[usize]| (1..LEAST).contains(&count(cells));
    let alone = hidden.iter().map(|cell| vec![*cell]).filter(|cell| small(cell));
    // All cells of a small sum are small, so that what is hidden of it is all of it.
    let sums =
        sums.iter().zip(&shown.sums).filter(|(sum, visible)| !**visible && small(sum)).map(|(sum, _)| sum.clone());
    alone.chain(sums).find(|cells| {
        let wanted = vector(cells);
        wanted.iter().any(|one| *one != 0) && space.holds(wanted)
    })
}

/// All that can be made of some sums by adding and subtracting them, kept as rows that begin at different places.
#[derive(Debug, Default)]
struct Space {
    rows: Vec<(usize, Vec<u128>)>,
}

impl Space {
    /// Adds a sum.
    fn add(&mut self, row: Vec<u128>) {
        let mut row = self.reduce(row);
        let Some((at, first)) = row.iter().copied().enumerate().find(|(_, value)| *value != 0) else { return };
        let inverse = power(first, PRIME.saturating_sub(2));
        for value in &mut row {
            *value = times(*value, inverse);
        }
        self.rows.push((at, row));
    }

    /// Whether a sum follows from those that were added.
    fn holds(&self, row: Vec<u128>) -> bool {
        self.reduce(row).iter().all(|value| *value == 0)
    }

    /// Takes off what the rows say. A later row may bring back what an earlier one begins with only if that was not taken
    /// off yet: rows are reduced by those before them when they are added, so one pass in their order is enough.
    fn reduce(&self, mut row: Vec<u128>) -> Vec<u128> {
        for (at, known) in &self.rows {
            let factor = row.get(*at).copied().unwrap_or(0);
            if factor != 0 {
                for (value, other) in row.iter_mut().zip(known) {
                    let off = times(*other, factor);
                    *value = modulo(value.saturating_add(PRIME).saturating_sub(off));
                }
            }
        }
        row
    }
}

fn modulo(value: u128) -> u128 {
    value.checked_rem(PRIME).unwrap_or(0)
}

/// Both are below 2⁶¹, so their product is far below 2¹²⁸.
fn times(one: u128, other: u128) -> u128 {
    modulo(one.saturating_mul(other))
}

fn power(mut base: u128, mut exponent: u128) -> u128 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::suppress::solver::follows;

    /// Whether somebody at a desk could compute a group from what is shown.
    fn can_be_computed(wanted: &[usize], persons: &[u64], sums: &[Vec<usize>], shown: &Shown) -> bool {
        let unknown: Vec<usize> = (0..persons.len()).filter(|cell| !shown.cells[*cell] && persons[*cell] > 0).collect();
        let known: Vec<&[usize]> =
            sums.iter().zip(&shown.sums).filter(|(_, visible)| **visible).map(|(sum, _)| sum.as_slice()).collect();
        follows(wanted, &known, &unknown)
    }

    fn all(cells: usize) -> Vec<usize> {
        (0..cells).collect()
    }

    #[test]
    fn a_lone_small_group_takes_the_smallest_other_with_it() {
        let shown = shown(&[3, 40, 12, 90], &[all(4)]);
        assert_eq!(shown.cells, [false, true, false, true]);
        assert_eq!(shown.sums, [true]);
    }

    #[test]
    fn two_small_groups_that_are_enough_together_need_no_third() {
        assert_eq!(shown(&[3, 4, 12], &[all(3)]).cells, [false, false, true]);
        assert_eq!(shown(&[1, 2, 12], &[all(3)]).cells, [false, false, false]);
    }

    #[test]
    fn nobody_and_nothing_small_hide_nothing() {
        assert_eq!(shown(&[0, 5, 60], &[all(3)]), Shown { cells: vec![true; 3], sums: vec![true] });
        assert_eq!(shown(&[], &[vec![]]), Shown { cells: vec![], sums: vec![true] });
    }

    #[test]
    fn a_whole_that_is_small_is_hidden_too() {
        assert_eq!(shown(&[3, 0], &[all(2)]), Shown { cells: vec![false, true], sums: vec![false] });
    }

    #[test]
    fn the_difference_of_two_sums_gives_nothing_away() {
        // The rural schools are the last two: the sum of both less the larger would be the small one.
        let sums = [all(4), vec![0, 1], vec![2, 3]];
        let shown = shown(&[50, 60, 70, 2], &sums);
        assert_eq!(shown.cells, [true, true, false, false]);
        assert_eq!(shown.sums, [true, true, true]);
    }

    fn tables() -> impl Strategy<Value = (Vec<u64>, Vec<Vec<usize>>)> {
        // Schools, each with up to three attributes of a few values, as reports have them.
        (1_usize..9).prop_flat_map(|cells| {
            let persons = prop::collection::vec(prop_oneof![3 => 0_u64..8, 2 => 5_u64..200], cells);
            let attributes = prop::collection::vec(prop::collection::vec(0_usize..3, cells), 0..4);
            (persons, attributes).prop_map(move |(persons, attributes)| {
                let mut sums = vec![(0..cells).collect::<Vec<_>>()];
                for words in attributes {
                    for value in 0..3 {
                        let of: Vec<usize> = (0..cells).filter(|cell| words[*cell] == value).collect();
                        if !of.is_empty() {
                            sums.push(of);
                        }
                    }
                }
                (persons, sums)
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_small_group_is_shown_or_follows_from_what_is((persons, sums) in tables()) {
            let shown = shown(&persons, &sums);
            let size = |cells: &[usize]| cells.iter().map(|cell| persons[*cell]).sum::<u64>();
            for (cell, count) in persons.iter().enumerate() {
                if (1..LEAST).contains(count) {
                    prop_assert!(!shown.cells[cell]);
                    prop_assert!(!can_be_computed(&[cell], &persons, &sums, &shown), "cell {} of {:?}", cell, shown);
                }
            }
            for (at, sum) in sums.iter().enumerate() {
                if (1..LEAST).contains(&size(sum)) {
                    prop_assert!(!shown.sums[at]);
                    prop_assert!(!can_be_computed(sum, &persons, &sums, &shown), "sum {} of {:?}", at, shown);
                } else if shown.sums[at] {
                    let left: Vec<usize> = sum.iter().copied().filter(|cell| !shown.cells[*cell]).collect();
                    prop_assert!(!(1..LEAST).contains(&size(&left)), "what is left of sum {} of {:?}", at, shown);
                }
            }
        }

        #[test]
        fn nothing_is_hidden_without_need((persons, sums) in tables()) {
            let shown = shown(&persons, &sums);
            let size = |cells: &[usize]| cells.iter().map(|cell| persons[*cell]).sum::<u64>();
            let small = persons.iter().any(|count| (1..LEAST).contains(count));
            let small_sum = sums.iter().any(|sum| (1..LEAST).contains(&size(sum)));
            if !small && !small_sum {
                prop_assert!(shown.cells.iter().chain(&shown.sums).all(|visible| *visible));
            }
            // The whole is hidden only if it is small itself.
            prop_assert_eq!(shown.sums[0], !(1..LEAST).contains(&size(&sums[0])));
            for (cell, count) in persons.iter().enumerate() {
                prop_assert!(*count > 0 || shown.cells[cell]);
            }
        }
    }
}
