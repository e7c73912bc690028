//! Proofs that a person's credit is in the sealed ledger, to be kept and checked without the service.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::ops::Range;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kepu_domain::credit::Credit;
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

/// The proofs of a person's sealed ledger entries, to be kept: `kepu verify-proof` checks them with nothing but the district's
/// public key. Each entry is a file of its own (c2sp.org/tlog-proof): one entry is that file, several are a ZIP of them.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/ledger/proof", operation_id = "read_ledger_proof", tag = TAG,
    params(("id" = Uuid, Path, description = "The person"), WhichProofs),
    responses(
        (status = 200, description = "The proof of one entry, or a ZIP with one file for each",
         content((String = "text/plain"), (String = "application/zip"))),
        ApiErrors
    )
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
    if rows.is_empty()
        && let Some(entry) = which.entry
        && !store::is_of(&mut tx, district, id, entry).await?
    {
        return Err(ApiError::not_found("entry"));
    }
    if rows.is_empty() {
        return Err(not_sealed());
    }
    let size = store::unsigned(latest.size);
    let paths: Vec<Vec<Range<u64>>> =
        rows.iter().map(|row| tree::inclusion(store::unsigned(row.position), size).unwrap_or_default()).collect();
    let mut hashes = range_hashes(&mut tx, district, &paths.concat()).await?.into_iter();
    let mut files = Vec::with_capacity(rows.len());
    for (row, path) in rows.into_iter().zip(&paths) {
        let (leaf, salt) = (store::hash(&row.hash)?, store::hash(&row.salt)?);
        let (index, entry) = (store::unsigned(row.position), Entry::from(row.entry));
        let proof = Proof {
            leaf,
            salt,
            index,
            canonical: entry.canonical(),
            path: hashes.by_ref().take(path.len()).collect(),
            checkpoint: latest.note.clone(),
        };
        files.push((file_name(index, &entry), proof.text()));
    }
    let detail = json!({ "entries": files.len(), "size": latest.size });
    audit::record(&mut tx, &actor, state.now(), Event::new("ledger.prove", "person", id, detail)).await?;
    tx.commit().await?;
    match files.as_slice() {
        [(name, text)] => Ok(download("text/plain; charset=utf-8", name, text.clone())),
        _ => Ok(download("application/zip", "credit-proofs.zip", packed(&files).map_err(ApiError::internal)?)),
    }
}

/// So that one knows which entry it is of: its day, its number in the ledger, the credit, its id.
fn file_name(index: u64, entry: &Entry) -> String {
    let amount = Credit::from_milli(entry.amount).to_string();
    let sign = if amount.starts_with('-') { "" } else { "+" };
    format!("{}_no{}_{sign}{amount}_{}.tlog-proof", entry.on, index + 1, entry.id)
}

fn packed(files: &[(String, String)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

fn download(kind: &'static str, name: &str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    let named = [(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (headers, named, body).into_response()
}

fn not_sealed() -> ApiError {
    ApiError::conflict(
        "not_sealed",
        "No ledger entry that was asked for is sealed yet. Entries are sealed within a minute of their booking; try again then.",
    )
}
