//! Proofs that go without the service: c2sp.org/tlog-proof, one for each entry, each a file of its own, as the format wants
//! it. Files of older downloads hold several, one after another; they are read as well.
//!
//! The extra data of a proof is text: what the leaf is of, and the leaf as it was when the proof was made, so that an entry
//! that was changed in the file is told apart from a leaf that is not in the tree.
//!
//! ```text
//! kepu-entry-proof/v1
//! salt <base64>
//! leaf <base64>
//! kepu-ledger-entry/v1           from here on the bytes of the entry
//! …
//! ```

use std::collections::BTreeSet;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::entry::Told;
use super::note::{Checkpoint, Holds, Key, Note, Untrusted};
use super::tree::{self, Hash};

/// The first line of a proof.
const HEAD: &str = "c2sp.org/tlog-proof@v1";
const EXTRA: &str = "kepu-entry-proof/v1";

/// The leaf of an entry: the hash of a commitment to it, which tells nothing to whoever has not the salt.
pub fn leaf(salt: &[u8; 32], canonical: &str) -> Hash {
    let commitment = Sha256::new().chain_update(salt).chain_update(canonical).finalize();
    tree::leaf_hash(&commitment)
}

/// A proof that an entry is in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The bytes of the entry.
    pub canonical: String,
    /// What hides it.
    pub salt: [u8; 32],
    /// Its leaf.
    pub leaf: Hash,
    /// Where the leaf is, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling up.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Why a file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no proof in it.
    NoProof,
    /// The proof of this number, from 1, cannot be read.
    Unreadable(usize),
    /// The checkpoint is signed by others.
    WrongKey {
        /// Name and id of those who have signed.
        signed_by: Vec<String>,
    },
    /// The checkpoint is not what the key has signed.
    BadSignature,
    /// The checkpoint is of another tree than the key is for.
    OtherTree {
        /// What the checkpoint says.
        origin: String,
    },
    /// The entry of the proof of this number is not the one that was sealed, or its salt.
    Changed(usize),
    /// The leaf of the proof of this number is not where it is said to be in the tree.
    NotInTree(usize),
    /// The entry of this proof is there twice.
    Twice(usize),
}

impl Refusal {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoProof => "no_proof",
            Self::Unreadable(_) => "unreadable",
            Self::WrongKey { .. } => "wrong_key",
            Self::BadSignature => "bad_signature",
            Self::OtherTree { .. } => "other_tree",
            Self::Changed(_) => "changed",
            Self::NotInTree(_) => "not_in_tree",
            Self::Twice(_) => "twice",
        }
    }
}

/// What a file proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The entries, as the file has them, each with its place in the tree, from 0.
    pub entries: Vec<(u64, Told)>,
    /// The newest checkpoint by which one of them is proven.
    pub checkpoint: Checkpoint,
}

/// What several files prove together, one [`Proven`] for each ledger.
///
/// # Errors
/// The entry of this id is in more than one of them, so its credit would be told twice.
pub fn together(files: impl IntoIterator<Item = Proven>) -> Result<Vec<Proven>, Uuid> {
    let (mut seen, mut ledgers) = (BTreeSet::new(), Vec::<Proven>::new());
    for file in files {
        if let Some((_, twice)) = file.entries.iter().find(|(_, told)| !seen.insert(told.id)) {
            return Err(twice.id);
        }
        match ledgers.iter_mut().find(|ledger| ledger.checkpoint.origin == file.checkpoint.origin) {
            Some(ledger) => {
                ledger.entries.extend(file.entries);
                if file.checkpoint.size > ledger.checkpoint.size {
                    ledger.checkpoint = file.checkpoint;
                }
            }
            None => ledgers.push(file),
        }
    }
    Ok(ledgers)
}

impl Proof {
    /// The text of the proof.
    pub fn text(&self) -> String {
        let (salt, leaf) = (BASE64.encode(&self.salt), BASE64.encode(&self.leaf));
        let extra = format!("{EXTRA}\nsalt {salt}\nleaf {leaf}\n{}", self.canonical);
        let path = self.path.iter().fold(String::new(), |path, hash| path + &BASE64.encode(hash) + "\n");
        format!("{HEAD}\nextra {}\nindex {}\n{path}\n{}", BASE64.encode(extra.as_bytes()), self.index, self.checkpoint)
    }

    /// Reads a proof; none where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(HEAD)?.strip_prefix("\nextra ")?;
        let (extra, rest) = rest.split_once('\n')?;
        let (digits, rest) = rest.strip_prefix("index ")?.split_once('\n')?;
        let index: u64 = digits.parse().ok().filter(|index: &u64| index.to_string() == digits)?;
        // Without hashes the empty line follows at once.
        let (path, checkpoint) = match rest.strip_prefix('\n') {
            Some(checkpoint) => ("", checkpoint),
            None => rest.split_once("\n\n")?,
        };
        let path = path.split_terminator('\n').map(hash).collect::<Option<Vec<_>>>()?;
        let extra = String::from_utf8(BASE64.decode(extra.as_bytes()).ok()?).ok()?;
        let (salt, extra) = extra.strip_prefix(EXTRA)?.strip_prefix("\nsalt ")?.split_once('\n')?;
        let (leaf, canonical) = extra.strip_prefix("leaf ")?.split_once('\n')?;
        Some(Self {
            canonical: canonical.to_owned(),
            salt: hash(salt)?,
            leaf: hash(leaf)?,
            index,
            path,
            checkpoint: checkpoint.to_owned(),
        })
    }
}

fn hash(text: &str) -> Option<Hash> {
    BASE64.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// What a file of one proof, or of several, proves to whoever trusts these keys. `holds` tells whether a key has made a signature of a text.
pub fn verify(file: &str, keys: &[Key], holds: Holds<'_>) -> Result<Proven, Refusal> {
    // As mail and some editors leave it.
    let file = file.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut starts: Vec<usize> =
        file.match_indices(HEAD).map(|(at, _)| at).filter(|at| begins_line(&file, *at)).collect();
    let Some(first) = starts.first() else { return Err(Refusal::NoProof) };
    // What stands before the first proof could be one whose first line was changed, and would be passed over in silence.
    if file.get(..*first).is_none_or(|before| !before.trim().is_empty()) {
        return Err(Refusal::Unreadable(1));
    }
    starts.push(file.len());
    let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
    let mut newest: Option<Checkpoint> = None;
    for (number, bounds) in (1_usize..).zip(starts.windows(2)) {
        let [start, end] = bounds else { break };
        let proof = file.get(*start..*end).and_then(Proof::parse).ok_or(Refusal::Unreadable(number))?;
        let (told, checkpoint) = proven(&proof, number, keys, holds)?;
        if !seen.insert(told.id) {
            return Err(Refusal::Twice(number));
        }
        entries.push((proof.index, told));
        newest = newest.filter(|other| other.size >= checkpoint.size).or(Some(checkpoint));
    }
    Ok(Proven { entries, checkpoint: newest.ok_or(Refusal::NoProof)? })
}

fn begins_line(file: &str, at: usize) -> bool {
    at == 0 || file.get(..at).is_some_and(|before| before.ends_with('\n'))
}

fn proven(proof: &Proof, number: usize, keys: &[Key], holds: Holds<'_>) -> Result<(Told, Checkpoint), Refusal> {
    let note = Note::parse(&proof.checkpoint).ok_or(Refusal::Unreadable(number))?;
    let key = note.signer(keys, holds).map_err(|untrusted| match untrusted {
        Untrusted::OtherKeys(signed_by) => Refusal::WrongKey { signed_by },
        Untrusted::Forged => Refusal::BadSignature,
    })?;
    let checkpoint = Checkpoint::parse(&note.text).ok_or(Refusal::Unreadable(number))?;
    if key.name != checkpoint.origin {
        return Err(Refusal::OtherTree { origin: checkpoint.origin });
    }
    if leaf(&proof.salt, &proof.canonical) != proof.leaf {
        return Err(Refusal::Changed(number));
    }
    let root = tree::root_of(proof.leaf, proof.index, checkpoint.size, &proof.path);
    if root != Some(checkpoint.root) {
        return Err(Refusal::NotInTree(number));
    }
    let told = Told::of(&proof.canonical).ok_or(Refusal::Unreadable(number))?;
    Ok((told, checkpoint))
}

#[cfg(test)]
#[path = "proof_tests.rs"]
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]
mod tests;
