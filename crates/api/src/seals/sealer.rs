//! The sealer: puts entries that are not sealed yet into the tree of their district, in batches, each in one transaction
//! with the checkpoint over it. So a stop at any moment loses nothing, and nothing is done when a credit is booked.
//!
//! The place of an entry is given when it is sealed, after the commit of what booked it: a transaction that ends late finds
//! its place then, after what was sealed meanwhile. Who seals a district locks its row, and the database takes each place
//! and each entry only once.

use std::time::{Duration, Instant};

use kepu_domain::seal::note::Checkpoint;
use kepu_domain::seal::{proof, tree};
use uuid::Uuid;

use super::keys::Sealing;
use super::store;
use crate::auth::secret;
use crate::error::{ApiError, Result};
use crate::ids;
use crate::state::AppState;

/// Entries in a batch.
const BATCH: i64 = 1000;
/// How often what is new is looked for.
const EVERY: Duration = Duration::from_secs(5);
/// How often everything is looked through, for transactions that took longer than [`RECENT_MS`].
const ALL_EVERY: Duration = Duration::from_secs(3600);
/// What is new has an id of the last ten minutes, in milliseconds.
const RECENT_MS: u128 = 600_000;

/// At the start and every few seconds, until the service stops.
pub async fn keep(state: AppState) {
    let mut all_at: Option<Instant> = None;
    loop {
        let all = all_at.is_none_or(|at| at.elapsed() > ALL_EVERY);
        match seal(&state, if all { Uuid::nil() } else { recent() }).await {
            Ok(_) if all => all_at = Some(Instant::now()),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the ledger was not sealed; it is tried again in a moment"),
        }
        tokio::select! {
            () = state.stopping().cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// The least id of what was booked just now.
fn recent() -> Uuid {
    ids::earlier(ids::new(), RECENT_MS)
}

/// Seals whatever is not sealed, in every district; answers how many entries.
///
/// # Errors
/// The first failure of a district; the others are sealed all the same.
pub async fn seal_all(state: &AppState) -> Result<usize> {
    seal(state, Uuid::nil()).await
}

async fn seal(state: &AppState, from: Uuid) -> Result<usize> {
    let (mut entries, mut failed) = (0, None);
    for district in store::districts_to_seal(state.db().owner(), from).await? {
        match seal_district(state, district, from).await {
            Ok(many) => entries += many,
            Err(error) => {
                tracing::error!(%error, %district, "the ledger was not sealed");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(entries), Err)
}

/// Seals the entries of a district from this id on; answers how many.
///
/// # Errors
/// The database failed, or what is sealed cannot be gone on from.
pub async fn seal_district(state: &AppState, district: Uuid, from: Uuid) -> Result<usize> {
    let key = Sealing::ready(state).await?;
    let mut entries = 0;
    while !state.stopping().is_cancelled() {
        let many = batch(state, &key, district, from).await?;
        entries += many;
        if many < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(entries)
}

async fn batch(state: &AppState, key: &Sealing, district: Uuid, from: Uuid) -> Result<usize> {
    let now = state.now();
    let mut tx = state.db().owner().begin().await?;
    let origin = store::hold_log(&mut tx, district, now).await?;
    let entries = store::unsealed(&mut tx, district, from, BATCH).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    let size = store::sealed(&mut tx, district).await?;
    let peaks = store::hashes(&mut tx, district, &tree::subtrees(&(0..size))).await?;
    let mut edge = tree::Edge::of(size, &peaks).ok_or_else(|| broken(district, size))?;
    let (mut leaves, mut nodes) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
    for entry in entries {
        let salt = secret::bytes();
        let leaf = proof::leaf(&salt, &entry.canonical());
        leaves.push(store::NewLeaf { position: edge.size(), entry_id: entry.id, hash: leaf, salt });
        nodes.extend(edge.push(leaf));
    }
    let checkpoint = Checkpoint { origin, size: edge.size(), root: edge.root() };
    store::add_leaves(&mut tx, district, &leaves, now).await?;
    store::add_nodes(&mut tx, district, &nodes).await?;
    store::add_checkpoint(&mut tx, district, &checkpoint, &key.note(&checkpoint), key.id, now).await?;
    tx.commit().await?;
    Ok(leaves.len())
}

fn broken(district: Uuid, size: u64) -> ApiError {
    ApiError::internal(anyhow::anyhow!(
        "the sealed ledger of district {district} lacks subtrees of its {size} leaves; kepu verify tells which"
    ))
}
