//! Proofs that a person's credit is in the sealed ledger, to be kept and checked without the service.

use std::collections::BTreeSet;
use std::ops::Range;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kepu_domain::seal::entry::Entry;
use kepu_domain::seal::proof::Proof;
use kepu_domain::seal::tree::{self, Hash, Node};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    credits::readable_person,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    state::AppState,
};

/// Of which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichProofs {
    /// Of this ledger entry alone.
    #[serde(default)]
    entry: Option<Uuid>,
}

/// The hashes of ranges of leaves, from the complete subtrees that are stored.
pub(super) async fn range_hashes(
    connection: &mut PgConnection,
    district: Uuid,
    ranges: &[Range<u64>],
) -> Result<Vec<Hash>> {
    let parts: Vec<Vec<Node>> = ranges.iter().map(tree::subtrees).collect();
    let all: BTreeSet<Node> = parts.iter().flatten().copied().collect();
    let found = store::nodes_by_place(connection, district, &all.into_iter().collect::<Vec<_>>()).await?;
    let one = |nodes: &Vec<Node>| {
        let hashes = nodes.iter().map(|node| found.get(node).copied()).collect::<Option<Vec<_>>>();
        hashes.map(|hashes| tree::fold(&hashes)).ok_or_else(|| {
            ApiError::internal(anyhow::anyhow!("the sealed ledger of {district} lacks subtrees; run kepu verify"))
        })
    };
    parts.iter().map(one).collect()
}

/// The proofs of a person's sealed ledger entries (c2sp.org/tlog-proof, one after another), to be kept: `kepu verify-proof`
/// checks them with nothing but the district's public key.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/ledger/proof", operation_id = "read_ledger_proof", tag = TAG,
    params(("id" = Uuid, Path, description = "The person"), WhichProofs),
    responses((status = 200, description = "The proofs", body = String, content_type = "text/plain"), ApiErrors)
)]
pub(super) async fn read_ledger_proof(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(which): ApiQuery<WhichProofs>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    readable_person(&mut tx, &actor, id).await?;
    let district = tx.district().0;
    let latest = store::latest(&mut tx, district).await?.ok_or_else(not_sealed)?;
    let mut rows = store::sealed_of(&mut tx, district, id, latest.size).await?;
    if let Some(entry) = which.entry {
        rows.retain(|row| row.is(entry));
    }
    if rows.is_empty() {
        return Err(not_sealed());
    }
    let size = store::unsigned(latest.size);
    let paths: Vec<Vec<Range<u64>>> =
        rows.iter().map(|row| tree::inclusion(store::unsigned(row.position), size).unwrap_or_default()).collect();
    let mut hashes = range_hashes(&mut tx, district, &paths.concat()).await?.into_iter();
    let mut file = String::new();
    let many = rows.len();
    for (row, path) in rows.into_iter().zip(&paths) {
        let proof = Proof {
            leaf: store::hash(&row.hash)?,
            salt: store::hash(&row.salt)?,
            index: store::unsigned(row.position),
            canonical: Entry::from(row.entry).canonical(),
            path: hashes.by_ref().take(path.len()).collect(),
            checkpoint: latest.note.clone(),
        };
        file.push_str(&proof.text());
    }
    let detail = json!({ "entries": many, "size": latest.size });
    audit::record(&mut tx, &actor, state.now(), Event::new("ledger.prove", "person", id, detail)).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"credits.tlog-proof\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, file).into_response())
}

fn not_sealed() -> ApiError {
    ApiError::conflict(
        "not_sealed",
        "No ledger entry that was asked for is sealed yet. Entries are sealed within a minute of their booking; try again then.",
    )
}
