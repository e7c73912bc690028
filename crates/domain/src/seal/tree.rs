//! The Merkle tree of RFC 6962, section 2, with the verification of RFC 9162, section 2.1.
//!
//! The tree is kept as its complete subtrees ([`Node`]): once complete, a subtree never changes. What a proof needs is told
//! as ranges of leaves, each of them made of few complete subtrees; so a proof reads O(log² n) of them at the most.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// A complete subtree: the 2^`level` leaves from `index` · 2^`level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// 0 for a leaf.
    pub level: u8,
    /// Which one of its level, from the left, from 0.
    pub index: u64,
}

/// The hash of a leaf.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of a node over its two parts.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The complete subtrees of a range that a tree or a proof names, from the left, the largest first.
pub fn subtrees(range: &Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut start = range.start;
    while let Some(level) = range.end.saturating_sub(start).checked_ilog2() {
        let node = Node { level: u8::try_from(level).unwrap_or(u8::MAX), index: start >> level };
        nodes.push(node);
        start = start.saturating_add(1 << level);
    }
    nodes
}

/// The hash of a range from those of its [`subtrees`]; that of nothing for none.
pub fn fold(hashes: &[Hash]) -> Hash {
    let mut from_right = hashes.iter().rev();
    let Some(last) = from_right.next() else { return empty_root() };
    from_right.fold(*last, |right, left| node_hash(left, &right))
}

/// Where the tree of so many leaves is split: the largest power of two below it.
fn split(leaves: u64) -> u64 {
    leaves.saturating_sub(1).checked_ilog2().map_or(0, |level| 1 << level)
}

/// The ranges whose hashes prove that the leaf is in the tree, from the leaf's sibling up; none where it is not.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    let mut within = 0..size;
    while within.end.saturating_sub(within.start) > 1 {
        let middle = within.start.saturating_add(split(within.end.saturating_sub(within.start)));
        if index < middle {
            path.push(middle..within.end);
            within.end = middle;
        } else {
            path.push(within.start..middle);
            within.start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The ranges whose hashes prove that the tree of `old` leaves is the beginning of that of `new`, in the order of the RFC;
/// none where there is no such proof: 0 < old ≤ new.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Range<u64>>> {
    if old == 0 || old > new {
        return None;
    }
    let mut path = Vec::new();
    let mut within = 0..new;
    let mut known = true;
    while old != within.end {
        let middle = within.start.saturating_add(split(within.end.saturating_sub(within.start)));
        if old <= middle {
            path.push(middle..within.end);
            within.end = middle;
        } else {
            path.push(within.start..middle);
            within.start = middle;
            known = false;
        }
    }
    if !known {
        path.push(within);
    }
    path.reverse();
    Some(path)
}

/// The root that follows from a leaf and its inclusion proof; none where the proof has not the length for it.
pub fn root_of(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let mut last = size.checked_sub(1)?;
    let mut at = index;
    if at > last {
        return None;
    }
    let mut root = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node_hash(sibling, &root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether the proof shows that the old tree, of that size and root, is the beginning of the new one.
pub fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == new_size {
        return path.is_empty() && old_root == new_root;
    }
    if old_size == 0 || old_size > new_size {
        return false;
    }
    let mut at = old_size.saturating_sub(1);
    let mut last = new_size.saturating_sub(1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let whole = old_size.is_power_of_two().then_some(*old_root);
    let mut hashes = whole.into_iter().chain(path.iter().copied());
    let Some(first) = hashes.next() else { return false };
    let (mut from_old, mut from_new) = (first, first);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            from_old = node_hash(&hash, &from_old);
            from_new = node_hash(&hash, &from_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, &hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

/// The right edge of a tree, to which leaves are added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    peaks: Vec<(Node, Hash)>,
}

impl Edge {
    /// The tree of so many leaves, from the hashes of `subtrees(&(0..size))`; none where there are more or fewer.
    pub fn of(size: u64, hashes: &[Hash]) -> Option<Self> {
        let nodes = subtrees(&(0..size));
        (nodes.len() == hashes.len())
            .then(|| Self { size, peaks: nodes.into_iter().zip(hashes.iter().copied()).collect() })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; answers the subtrees that it completes, itself aside, the smallest first.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut completed = Vec::new();
        let mut node = Node { level: 0, index: self.size };
        let mut hash = leaf;
        while let Some((left, left_hash)) = self.peaks.pop_if(|(peak, _)| peak.level == node.level) {
            node = Node { level: node.level.saturating_add(1), index: left.index >> 1 };
            hash = node_hash(&left_hash, &hash);
            completed.push((node, hash));
        }
        self.peaks.push((node, hash));
        self.size = self.size.saturating_add(1);
        completed
    }

    /// The root.
    pub fn root(&self) -> Hash {
        fold(&self.peaks.iter().map(|(_, hash)| *hash).collect::<Vec<_>>())
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests;
