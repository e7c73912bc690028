use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::seal::entry::Entry;

const PUBLIC: [u8; 32] = [3; 32];

/// Stands in for Ed25519: the "signature" is the hash of key and text, twice.
fn sign(public: &[u8; 32], text: &[u8]) -> [u8; 64] {
    let hash: [u8; 32] = Sha256::new().chain_update(public).chain_update(text).finalize().into();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&hash);
    signature[32..].copy_from_slice(&hash);
    signature
}

fn holds(public: &[u8; 32], text: &[u8], signature: &[u8]) -> bool {
    sign(public, text).as_slice() == signature
}

fn key() -> Key {
    Key { name: "kepu/town".into(), public: PUBLIC }
}

fn checkpoint(origin: &str, size: u64, root: Hash) -> String {
    let text = Checkpoint { origin: origin.to_owned(), size, root }.text();
    Note::signed(&text, &key(), &sign(&PUBLIC, text.as_bytes()))
}

fn entry(number: u64) -> Entry {
    Entry {
        district: Uuid::from_u128(1),
        id: Uuid::from_u128(u128::from(number)),
        policy: "p".into(),
        policy_version: Uuid::nil(),
        person: Uuid::from_u128(9),
        record: Uuid::nil(),
        amount: 1000,
        cause: "confirmed".into(),
        reason: serde_json::json!([]),
        corrects: None,
        category: String::new(),
        rule: String::new(),
        school: None,
        class: None,
        grade: None,
        host: None,
        on: "2026-03-01".parse().expect("a day"),
        account: Uuid::nil(),
        at: chrono::DateTime::UNIX_EPOCH,
    }
}

/// Proofs of all entries of a tree of so many.
fn proofs(size: u64) -> Vec<Proof> {
    let canonical: Vec<String> = (0..size).map(|n| entry(n).canonical()).collect();
    let leaves: Vec<Hash> = canonical.iter().map(|text| leaf(&[8; 32], text)).collect();
    let hash = |range: &std::ops::Range<u64>| {
        let mut edge = tree::Edge::default();
        for leaf in leaves.iter().skip(range.start as usize).take((range.end - range.start) as usize) {
            edge.push(*leaf);
        }
        edge.root()
    };
    let note = checkpoint("kepu/town", size, hash(&(0..size)));
    let one = |index: u64| Proof {
        canonical: canonical[index as usize].clone(),
        salt: [8; 32],
        leaf: leaves[index as usize],
        index,
        path: tree::inclusion(index, size).expect("in it").iter().map(hash).collect(),
        checkpoint: note.clone(),
    };
    (0..size).map(one).collect()
}

fn judged(proofs: &[Proof]) -> Result<Proven, Refusal> {
    verify(&proofs.iter().map(Proof::text).collect::<String>(), &[key()], &holds)
}

#[test]
fn a_file_of_proofs_proves_its_entries() {
    for size in 1..=9 {
        let proven = judged(&proofs(size)).expect("proven");
        assert_eq!(proven.entries.iter().map(|(index, _)| *index).collect::<Vec<_>>(), (0..size).collect::<Vec<_>>());
        assert_eq!((proven.checkpoint.size, proven.checkpoint.origin.as_str()), (size, "kepu/town"));
    }
    let with_returns = proofs(3)[1].text().replace('\n', "\r\n");
    assert!(verify(&format!("\u{feff}{with_returns}"), &[key()], &holds).is_ok());
}

#[test]
fn each_tampering_is_refused_for_its_own_reason() {
    let all = proofs(5);
    let with = |change: &dyn Fn(&mut Proof)| {
        let mut proof = all[2].clone();
        change(&mut proof);
        judged(&[all[0].clone(), proof]).map(|_| ()).expect_err("refused")
    };
    assert_eq!(with(&|p| p.canonical = p.canonical.replace("amount 1000", "amount 9000")), Refusal::Changed(2));
    assert_eq!(with(&|p| p.salt[0] ^= 1), Refusal::Changed(2));
    assert_eq!(with(&|p| p.leaf[0] ^= 1), Refusal::Changed(2));
    assert_eq!(with(&|p| p.path[1][5] ^= 1), Refusal::NotInTree(2));
    assert_eq!(with(&|p| p.index = 3), Refusal::NotInTree(2));
    assert_eq!(with(&|p| p.index = 5), Refusal::NotInTree(2));
    assert_eq!(with(&|p| p.path.truncate(1)), Refusal::NotInTree(2));
    let never_sealed = |p: &mut Proof| {
        p.canonical = p.canonical.replace("amount 1000", "amount 9000");
        p.leaf = leaf(&p.salt, &p.canonical);
    };
    assert_eq!(with(&never_sealed), Refusal::NotInTree(2));
    assert_eq!(with(&|p| p.checkpoint = p.checkpoint.replace("\n5\n", "\n6\n")), Refusal::BadSignature);
    assert_eq!(
        with(&|p| p.checkpoint = checkpoint("kepu/other", 5, [0; 32])),
        Refusal::OtherTree { origin: "kepu/other".into() }
    );
    assert_eq!(with(&|p| p.checkpoint.clear()), Refusal::Unreadable(2));
    assert_eq!(with(&|p| *p = all[0].clone()), Refusal::Twice(2));
    let stranger = Key { public: [4; 32], ..key() };
    let signed_by = vec![format!("kepu/town+{}", key().id_hex())];
    assert_eq!(verify(&all[0].text(), &[stranger], &holds), Err(Refusal::WrongKey { signed_by }));
    assert_eq!(verify("{}", &[key()], &holds), Err(Refusal::NoProof));
    let text: String = all.iter().map(Proof::text).collect();
    for beside in [format!("a word before\n{text}"), text.replacen("@v1", "@v2", 1), format!("{text}a word after\n")] {
        assert!(matches!(verify(&beside, &[key()], &holds), Err(Refusal::Unreadable(_))), "{beside}");
    }
    assert_eq!(verify(HEAD, &[key()], &holds), Err(Refusal::Unreadable(1)));
}

#[test]
fn the_text_is_that_of_the_published_format() {
    let text = proofs(2)[1].text();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
    assert!(lines[1].starts_with("extra "));
    assert_eq!(lines[2], "index 1");
    assert_eq!(lines[3].len(), 44);
    assert_eq!((lines[4], lines[5], lines[6]), ("", "kepu/town", "2"));
}

proptest! {
    #[test]
    fn a_proof_reads_back(size in 1_u64..40, at in any::<prop::sample::Index>()) {
        let proof = proofs(size).swap_remove(at.index(size as usize));
        prop_assert_eq!(Proof::parse(&proof.text()), Some(proof));
    }

    #[test]
    fn no_flipped_letter_proves(at in any::<prop::sample::Index>(), with in "[ -~]") {
        let text: String = proofs(3).iter().map(Proof::text).collect();
        let at = at.index(text.len());
        prop_assume!(text.is_char_boundary(at) && text.is_char_boundary(at + 1) && text[at..=at] != with);
        let mut changed = text.clone();
        changed.replace_range(at..=at, &with);
        prop_assert!(verify(&changed, &[key()], &holds).is_err(), "{} instead of {} at {}", with, &text[at..=at], at);
    }

    #[test]
    fn no_text_breaks_the_reader(text: String) {
        prop_assert!(verify(&text, &[key()], &holds).is_err());
        let headed = format!("{HEAD}\n{text}");
        prop_assert!(verify(&headed, &[key()], &holds).is_err());
    }
}

#[test]
fn several_files_prove_together_what_each_proves_alone() {
    let of = |number: usize| verify(&proofs(5)[number].text(), &[key()], &holds).expect("proven");
    let both = together([of(1), of(4)]).expect("proven");
    let ids: Vec<u128> = both[0].entries.iter().map(|(_, told)| told.id.as_u128()).collect();
    assert_eq!((both.len(), ids, both[0].checkpoint.size), (1, vec![1, 4], 5));
    assert_eq!(together([of(1), of(4), of(1)]), Err(Uuid::from_u128(1)));
    let mut elsewhere = of(2);
    elsewhere.checkpoint.origin = "kepu/elsewhere".into();
    assert_eq!(together([of(1), elsewhere]).expect("proven").len(), 2, "each ledger for itself");
}
