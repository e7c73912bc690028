//! The sealed ledger again, from its entries: every leaf, every subtree, every root, every signature.

use std::collections::HashMap;

use kepu_domain::seal::note::{Checkpoint, Key, Note};
use kepu_domain::seal::tree::{Edge, Hash};
use kepu_domain::seal::{entry::Entry, proof};
use uuid::Uuid;

use super::seals_store::{self as rows, LeafRow};
use super::{Broken, Kept, Verified};
use crate::error::Result;
use crate::seals::holds;
use crate::seals::store::{self, hash, unsigned};
use crate::tenancy::Tx;

/// Leaves derived at a time.
const CHUNK: i64 = 2000;

const LEAVES: &str = "the places of the sealed ledger are without gap";
const ENTRIES: &str = "each sealed entry is in the ledger";
const SAID: &str = "each sealed entry says what was sealed";
const ERASED: &str = "what was erased is gone";
const TAKEN: &str = "each erased place was taken by an erasure that was carried out";
const SUBTREES: &str = "the stored subtrees are those of the leaves";
const ROOTS: &str = "each checkpoint has the root of its leaves";
const SIGNED: &str = "each checkpoint is signed by a listed key";
const WHOLE: &str = "the newest checkpoint is over all leaves";
const KEPT: &str = "each published checkpoint is still true";

/// A checkpoint that somebody kept outside, and whether a ledger was held against it.
pub(super) struct Published<'k> {
    kept: &'k Kept,
    head: Option<Checkpoint>,
    /// Its ledger is here; whatever is wrong with it was told there.
    judged: bool,
}

impl<'k> Published<'k> {
    pub(super) fn of(kept: &'k Kept) -> Self {
        Self { kept, head: Checkpoint::parse(&kept.note.text), judged: false }
    }

    /// What is broken where it was compared with nothing: to pass over it in silence would be to call it true.
    pub(super) fn of_nothing(&self) -> Option<Broken> {
        let origin = self.head.as_ref().map_or("none", |head| head.origin.as_str());
        let found = format!("the kept checkpoint {} is of no ledger here: it names {origin}", self.kept.name);
        (!self.judged).then_some(Broken { district: Uuid::nil(), invariant: KEPT, found })
    }
}

/// What a published checkpoint says of the ledger of its size.
struct Root<'k> {
    root: Hash,
    name: &'k str,
}

/// Derives the district's tree again. `published` are checkpoints that somebody kept outside.
pub(super) async fn hold(tx: &mut Tx, published: &mut [Published<'_>], verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    let mut found = Found { district, broken: &mut verified.broken };
    erasures_hold(tx, &mut found).await?;
    let origin = rows::origin(tx).await?;
    let keys = named_keys(tx, &origin).await?;
    let mut heads = rows::heads(tx).await?;
    let newest = heads.keys().next_back().copied().unwrap_or(0);
    let is_sealed = store::sealed(tx, district).await? > 0;
    let mut kept = kept(published, &origin, is_sealed, &keys, &mut found);
    let mut edge = Edge::default();
    let mut nodes = 0;
    let mut gap = false;
    loop {
        let start = edge.size();
        let leaves = rows::leaves_from(tx, start, CHUNK).await?;
        if leaves.is_empty() {
            break;
        }
        let mut stored = rows::nodes_between(tx, start, start + leaves.len() as u64).await?;
        for leaf in leaves {
            if unsigned(leaf.position) != edge.size() {
                // From here on no place, subtree or root is what it was.
                found.tell(LEAVES, format!("leaf {} is missing: leaf {} follows", edge.size(), leaf.position));
                gap = true;
                break;
            }
            judge(&leaf, &mut found)?;
            verified.sealed += 1;
            verified.erased += usize::from(leaf.erased);
            for (node, hash) in edge.push(store::hash(&leaf.hash)?) {
                nodes += 1;
                let there = stored.remove(&node);
                if there != Some(hash) {
                    let state = if there.is_some() { "is another" } else { "is missing" };
                    found.tell(SUBTREES, format!("subtree {} of level {} {state}", node.index, node.level));
                }
            }
            if let Some(head) = heads.remove(&edge.size()) {
                head_holds(&head, &edge, &keys, &mut found);
            }
            if let Some(Root { root, name }) = kept.remove(&edge.size())
                && root != edge.root()
            {
                let size = edge.size();
                found.tell(KEPT, format!("the ledger of {size} entries has another root than was published ({name})"));
            }
        }
        if gap {
            break;
        }
    }
    if gap {
        return Ok(());
    }
    for size in heads.keys() {
        found.tell(WHOLE, format!("the checkpoint of {size} stands, but there are {} leaves", edge.size()));
    }
    for (size, Root { name, .. }) in &kept {
        let leaves = edge.size();
        found.tell(KEPT, format!("a checkpoint of {size} was published ({name}), but there are {leaves} leaves"));
    }
    if newest < edge.size() {
        found.tell(WHOLE, format!("the newest checkpoint is of {newest}, but there are {} leaves", edge.size()));
    }
    let stored = rows::count_nodes(tx).await?;
    if stored > nodes {
        found.tell(SUBTREES, format!("{} subtrees are stored that no leaves make", stored - nodes));
    }
    verified.unsealed += rows::count_unsealed(tx).await?;
    Ok(())
}

struct Found<'v> {
    district: Uuid,
    broken: &'v mut Vec<Broken>,
}

impl Found<'_> {
    fn tell(&mut self, invariant: &'static str, found: String) {
        self.broken.push(Broken { district: self.district, invariant, found });
    }
}

/// The keys under the district's name, by their ids.
async fn named_keys(tx: &mut Tx, origin: &str) -> Result<HashMap<Uuid, Key>> {
    store::keys(tx).await?.into_iter().map(|row| Ok((row.id, row.named(origin)?))).collect()
}

/// What is said to be erased was taken by an erasure, and not more than it took: else entries could be dropped, and this be
/// called an erasure.
async fn erasures_hold(tx: &mut Tx, found: &mut Found<'_>) -> Result<()> {
    for row in rows::erased_at_once(tx).await? {
        let (places, first, at) = (row.places, row.first, row.erased_at);
        let named = format!("{places} place(s), the first of them leaf {first}, are said to be erased at {at}");
        match row.taken {
            None => found.tell(TAKEN, format!("{named}, but no erasure was carried out then")),
            Some(taken) if taken < places => {
                found.tell(TAKEN, format!("{named}, but the erasure of then took {taken} entries"));
            }
            Some(_) if row.sealed_later > 0 => {
                found.tell(TAKEN, format!("{named}, but {} of them were sealed only later", row.sealed_later));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Roots by size of those published checkpoints that are the district's.
fn kept<'k>(
    published: &mut [Published<'k>],
    origin: &str,
    is_sealed: bool,
    keys: &HashMap<Uuid, Key>,
    found: &mut Found<'_>,
) -> HashMap<u64, Root<'k>> {
    let mut roots: HashMap<u64, Root<'k>> = HashMap::new();
    let keys: Vec<Key> = keys.values().cloned().collect();
    for one in published {
        let Some(head) = one.head.as_ref().filter(|head| head.origin == origin) else { continue };
        one.judged = true;
        let (size, name) = (head.size, one.kept.name.as_str());
        if !is_sealed {
            found.tell(
                KEPT,
                format!("the ledger of {origin} has no seal, though a checkpoint of size {size} was kept ({name})"),
            );
        } else if one.kept.note.signer(&keys, &holds).is_err() {
            found.tell(
                SIGNED,
                format!("the published checkpoint of {size} is signed by none of the listed keys ({name})"),
            );
        } else if roots.insert(size, Root { root: head.root, name }).is_some_and(|other| other.root != head.root) {
            found.tell(KEPT, format!("two checkpoints of {size} with different roots were published ({name})"));
        }
    }
    roots
}

/// One leaf against its entry and salt.
fn judge(leaf: &LeafRow, found: &mut Found<'_>) -> Result<()> {
    let named = format!("entry {} (leaf {})", leaf.entry_id, leaf.position);
    match (&leaf.entry, &leaf.salt, leaf.erased) {
        (None, None, true) => {}
        (_, _, true) => found.tell(ERASED, format!("{named} is said to be erased, but it or its salt is there")),
        (None, _, false) => found.tell(ENTRIES, format!("{named} was dropped from the ledger")),
        (Some(_), None, false) => found.tell(SAID, format!("{named} has lost its salt")),
        (Some(entry), Some(salt), false) => {
            let derived = proof::leaf(&hash(salt)?, &Entry::canonical(entry));
            if derived.as_slice() != leaf.hash {
                found.tell(SAID, format!("{named} was changed since it was sealed, or its salt or its leaf was"));
            }
        }
    }
    Ok(())
}

/// One stored head against the tree as it was at its size.
fn head_holds(head: &store::CheckpointRow, edge: &Edge, keys: &HashMap<Uuid, Key>, found: &mut Found<'_>) {
    let size = edge.size();
    let note = Note::parse(&head.note);
    let said = note.as_ref().and_then(|note| Checkpoint::parse(&note.text));
    let Some((note, said)) = note.zip(said) else {
        return found.tell(SIGNED, format!("the checkpoint of {size} cannot be read"));
    };
    if said.size != size || said.root != edge.root() || head.root != edge.root() {
        found.tell(ROOTS, format!("the checkpoint of {size} has another root than its leaves"));
    }
    let signed = keys
        .get(&head.key_id)
        .is_some_and(|key| key.name == said.origin && note.signer(std::slice::from_ref(key), &holds).is_ok());
    if !signed {
        found.tell(SIGNED, format!("the checkpoint of {size} is not signed by its key"));
    }
}
