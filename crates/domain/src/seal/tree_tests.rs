use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;

/// The leaves of the reference tests of Certificate Transparency.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Their roots, tree by tree.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(hex: &str) -> Hash {
    HEXLOWER.decode(hex.as_bytes()).expect("hex").try_into().expect("32 bytes")
}

fn reference() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| leaf_hash(&HEXLOWER.decode(leaf.as_bytes()).expect("hex"))).collect()
}

fn leaves(many: u64) -> Vec<Hash> {
    (0..many).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// MTH of RFC 6962, section 2.1, word by word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let mut k = 1;
            while k * 2 < many.len() {
                k *= 2;
            }
            node_hash(&naive_root(&many[..k]), &naive_root(&many[k..]))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    let (mut path, sibling) = if m < k {
        (naive_path(m, &leaves[..k]), naive_root(&leaves[k..]))
    } else {
        (naive_path(m - k, &leaves[k..]), naive_root(&leaves[..k]))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn naive_subproof(m: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if known { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    let (mut path, sibling) = if m <= k {
        (naive_subproof(m, &leaves[..k], known), naive_root(&leaves[k..]))
    } else {
        (naive_subproof(m - k, &leaves[k..], false), naive_root(&leaves[..k]))
    };
    path.push(sibling);
    path
}

/// Every complete subtree of a tree, as it is stored.
fn stored(leaves: &[Hash]) -> std::collections::HashMap<Node, Hash> {
    let mut edge = Edge::default();
    let mut nodes = std::collections::HashMap::new();
    for (index, leaf) in (0_u64..).zip(leaves) {
        nodes.insert(Node { level: 0, index }, *leaf);
        nodes.extend(edge.push(*leaf));
    }
    nodes
}

fn hashes(nodes: &std::collections::HashMap<Node, Hash>, ranges: &[Range<u64>]) -> Vec<Hash> {
    ranges.iter().map(|range| fold(&subtrees(range).iter().map(|node| nodes[node]).collect::<Vec<_>>())).collect()
}

#[test]
fn the_reference_trees_have_their_roots() {
    assert_eq!(HEXLOWER.encode(&empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    let mut edge = Edge::default();
    for (leaf, root) in reference().into_iter().zip(ROOTS) {
        edge.push(leaf);
        assert_eq!(HEXLOWER.encode(&edge.root()), root, "{} leaves", edge.size());
    }
}

#[test]
fn the_reference_proofs_are_ours() {
    let nodes = stored(&reference());
    let shown =
        |ranges: Vec<Range<u64>>| hashes(&nodes, &ranges).iter().map(|h| HEXLOWER.encode(h)).collect::<Vec<_>>();
    assert_eq!(
        shown(inclusion(0, 8).expect("in it")),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        shown(inclusion(5, 8).expect("in it")),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        shown(consistency(6, 8).expect("a proof")),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(shown(consistency(8, 8).expect("a proof")), Vec::<String>::new());
    assert!(is_consistent(
        (6, &hash(ROOTS[5])),
        (8, &hash(ROOTS[7])),
        &hashes(&nodes, &consistency(6, 8).expect("one"))
    ));
}

#[test]
fn what_is_not_in_the_tree_has_no_proof() {
    assert_eq!(inclusion(0, 0), None);
    assert_eq!(inclusion(8, 8), None);
    assert_eq!(consistency(0, 8), None);
    assert_eq!(consistency(9, 8), None);
    let leaf = leaf_hash(b"x");
    assert_eq!(root_of(leaf, 0, 0, &[]), None);
    assert_eq!(root_of(leaf, 1, 1, &[]), None);
    assert_eq!(root_of(leaf, 0, 1, &[leaf]), None);
    assert_eq!(root_of(leaf, 0, 2, &[]), None);
    assert_eq!(root_of(leaf, u64::MAX, u64::MAX, &[leaf; 64]), None);
}

#[test]
fn every_size_up_to_300_has_the_root_of_the_rfc() {
    let all = leaves(300);
    let mut edge = Edge::default();
    assert_eq!(edge.root(), naive_root(&[]));
    for size in 1..=all.len() {
        edge.push(all[size - 1]);
        assert_eq!(edge.root(), naive_root(&all[..size]), "{size} leaves");
    }
}

proptest! {
    #[test]
    fn proofs_are_those_of_the_rfc_and_prove_one_leaf_in_one_place(
        size in 1_u64..=300, at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), flipped in 0_usize..256,
    ) {
        let all = leaves(size);
        let nodes = stored(&all);
        let index = at.index(all.len());
        let root = naive_root(&all);
        let path = hashes(&nodes, &inclusion(index as u64, size).expect("in it"));
        prop_assert_eq!(&path, &naive_path(index, &all));
        prop_assert_eq!(root_of(all[index], index as u64, size, &path), Some(root));
        let elsewhere = other.index(all.len());
        if elsewhere != index {
            prop_assert_ne!(root_of(all[index], elsewhere as u64, size, &path), Some(root));
            prop_assert_ne!(root_of(all[elsewhere], index as u64, size, &path), Some(root));
        }
        if let Some(hash) = path.first() {
            let mut wrong = *hash;
            wrong[flipped / 8] ^= 1 << (flipped % 8);
            let mut path = path.clone();
            path[0] = wrong;
            prop_assert_ne!(root_of(all[index], index as u64, size, &path), Some(root));
        }
    }

    #[test]
    fn consistency_is_that_of_the_rfc_and_no_other_tree_has_it(size in 1_u64..=300, at in any::<prop::sample::Index>()) {
        let all = leaves(size);
        let nodes = stored(&all);
        let old = at.index(all.len()) + 1;
        let (old_root, root) = (naive_root(&all[..old]), naive_root(&all));
        let path = hashes(&nodes, &consistency(old as u64, size).expect("a proof"));
        prop_assert_eq!(&path, &naive_subproof(old, &all, true));
        prop_assert!(is_consistent((old as u64, &old_root), (size, &root), &path));
        let mut changed = all.clone();
        changed[old - 1] = leaf_hash(b"changed");
        let changed_root = naive_root(&changed[..old]);
        prop_assert!(!is_consistent((old as u64, &changed_root), (size, &root), &path));
        let mut longer = path.clone();
        longer.push(root);
        prop_assert!(!is_consistent((old as u64, &old_root), (size, &root), &longer));
    }

    #[test]
    fn an_edge_goes_on_from_what_is_stored(before in 0_u64..=150, more in 0_u64..=150) {
        let all = leaves(before + more);
        let nodes = stored(&all);
        let peaks: Vec<Hash> = subtrees(&(0..before)).iter().map(|node| nodes[node]).collect();
        let mut edge = Edge::of(before, &peaks).expect("as many");
        for leaf in all.iter().skip(usize::try_from(before).expect("small")) {
            for (node, hash) in edge.push(*leaf) {
                prop_assert_eq!(nodes[&node], hash);
            }
        }
        prop_assert_eq!(edge.root(), naive_root(&all));
        prop_assert_eq!(edge.size(), before + more);
        prop_assert_eq!(Edge::of(2 * before + 1, &peaks), None);
    }
}
