//! The sealed ledger again, from its entries: every leaf, every subtree, every root, every signature.

use std::collections::HashMap;

use kepu_domain::seal::note::{Checkpoint, Key, Note};
use kepu_domain::seal::tree::{Edge, Hash};
use kepu_domain::seal::{entry::Entry, proof};
use uuid::Uuid;

use super::seals_store::{self as rows, LeafRow};
use super::{Broken, Verified};
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
const SUBTREES: &str = "the stored subtrees are those of the leaves";
const ROOTS: &str = "each checkpoint has the root of its leaves";
const SIGNED: &str = "each checkpoint is signed by a listed key";
const WHOLE: &str = "the newest checkpoint is over all leaves";
const KEPT: &str = "each published checkpoint is still true";

/// Derives the district's tree again. `published` are checkpoints that somebody kept outside.
pub(super) async fn hold(tx: &mut Tx, published: &[Note], verified: &mut Verified) -> Result<()> {
    let district = tx.district().0;
    let mut found = Found { district, broken: &mut verified.broken };
    let keys = named_keys(tx).await?;
    let mut heads = rows::heads(tx).await?;
    let newest = heads.keys().next_back().copied().unwrap_or(0);
    let mut kept = kept(tx, published, &keys, &mut found).await?;
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
            if let Some(root) = kept.remove(&edge.size())
                && root != edge.root()
            {
                found.tell(KEPT, format!("the ledger of {} entries has another root than was published", edge.size()));
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
    for size in kept.keys() {
        found.tell(KEPT, format!("a checkpoint of {size} was published, but there are {} leaves", edge.size()));
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
async fn named_keys(tx: &mut Tx) -> Result<HashMap<Uuid, Key>> {
    let district = tx.district().0;
    let Some(origin) = store::origin(tx, district).await? else { return Ok(HashMap::new()) };
    store::keys(tx).await?.into_iter().map(|row| Ok((row.id, row.named(&origin)?))).collect()
}

/// Roots by size of those published checkpoints that are the district's.
async fn kept(
    tx: &mut Tx,
    published: &[Note],
    keys: &HashMap<Uuid, Key>,
    found: &mut Found<'_>,
) -> Result<HashMap<u64, Hash>> {
    let mut roots = HashMap::new();
    if published.is_empty() {
        return Ok(roots);
    }
    let district = tx.district().0;
    let origin = store::origin(tx, district).await?;
    let keys: Vec<Key> = keys.values().cloned().collect();
    for note in published {
        let Some(head) = Checkpoint::parse(&note.text).filter(|head| Some(&head.origin) == origin.as_ref()) else {
            continue;
        };
        if note.signer(&keys, &holds).is_err() {
            found.tell(
                SIGNED,
                format!("the published checkpoint of {} is signed by none of the listed keys", head.size),
            );
        } else if roots.insert(head.size, head.root).is_some_and(|other| other != head.root) {
            found.tell(KEPT, format!("two checkpoints of {} with different roots were published", head.size));
        }
    }
    Ok(roots)
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
