//! What everybody may read of a sealed ledger: signed heads, how one goes on from another, and the keys. It names nobody.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use kepu_domain::seal::tree;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::proofs::range_hashes;
use super::{TAG, store};
use crate::{
    districts,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// A signed head of a district's ledger.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// How many entries it covers.
    pub size: i64,
    /// The root hash, base64.
    pub root: String,
    /// The signed note (c2sp.org/tlog-checkpoint), to be kept as it is.
    pub note: String,
    /// When it was signed.
    pub made_at: DateTime<Utc>,
}

impl From<store::CheckpointRow> for CheckpointView {
    fn from(row: store::CheckpointRow) -> Self {
        Self { size: row.size, root: STANDARD.encode(&row.root), note: row.note, made_at: row.made_at }
    }
}

/// A transaction of the district, which has to exist.
async fn begin(state: &AppState, district: Uuid) -> Result<Tx> {
    let mut tx = state.begin_in(DistrictId(district)).await?;
    districts::store::district(&mut tx, district).await?.ok_or_else(|| ApiError::not_found("district"))?;
    Ok(tx)
}

/// The newest signed head of the district's ledger, as a note to be kept. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/districts/{id}/checkpoint", operation_id = "read_checkpoint", tag = TAG, security(()),
    params(("id" = Uuid, Path, description = "The district")),
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain"), ApiErrors)
)]
pub(super) async fn read_checkpoint(State(state): State<AppState>, ApiPath(id): ApiPath<Uuid>) -> Result<Response> {
    let mut tx = begin(&state, id).await?;
    let latest = store::latest(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("checkpoint"))?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"checkpoint.txt\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, latest.note).into_response())
}

/// The signed heads of the district's ledger, the newest first. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/districts/{id}/checkpoints", operation_id = "list_checkpoints", tag = TAG, security(()),
    params(("id" = Uuid, Path, description = "The district"), PageQuery),
    responses((status = 200, description = "A page of checkpoints", body = Page<CheckpointView>), ApiErrors)
)]
pub(super) async fn list_checkpoints(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<CheckpointView>>> {
    let mut tx = begin(&state, id).await?;
    let rows = store::checkpoints(&mut tx, id, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.size, CheckpointView::from)?))
}

/// Between which sizes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Sizes {
    /// The older size, 1 at the least.
    from: i64,
    /// The newer one; the newest if left out.
    #[serde(default)]
    to: Option<i64>,
}

/// That a ledger of one size is the beginning of that of another (RFC 9162, section 2.1.4).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsistencyView {
    /// The older size.
    pub from: i64,
    /// The newer size.
    pub to: i64,
    /// The hashes, base64, in the order of the RFC.
    pub hashes: Vec<String>,
}

/// The proof that the ledger of one size is the beginning of that of another: nothing before was changed. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/districts/{id}/checkpoint/consistency", operation_id = "read_consistency", tag = TAG,
    security(()), params(("id" = Uuid, Path, description = "The district"), Sizes),
    responses((status = 200, description = "The proof", body = ConsistencyView), ApiErrors)
)]
pub(super) async fn read_consistency(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(sizes): ApiQuery<Sizes>,
) -> Result<Json<ConsistencyView>> {
    let mut tx = begin(&state, id).await?;
    let latest = store::latest(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("checkpoint"))?;
    let to = sizes.to.unwrap_or(latest.size);
    if !(1..=latest.size).contains(&to) {
        let message = format!("must be from 1 to {}, the newest size", latest.size);
        return Err(ApiError::invalid_field("to", "out_of_range", message));
    }
    if !(1..=to).contains(&sizes.from) {
        return Err(ApiError::invalid_field("from", "out_of_range", format!("must be from 1 to {to}")));
    }
    let ranges = tree::consistency(store::unsigned(sizes.from), store::unsigned(to)).unwrap_or_default();
    let hashes = range_hashes(&mut tx, id, &ranges).await?;
    tx.commit().await?;
    let hashes = hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
    Ok(Json(ConsistencyView { from: sizes.from, to, hashes }))
}

/// A key that signs or has signed checkpoints.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckpointKeyView {
    /// The key as text (c2sp.org/signed-note): name, id and public key. Give it to `kepu verify-proof --key`.
    pub key: String,
    /// Its id, four bytes in hex.
    pub key_id: String,
    /// Since when it signs.
    pub created_at: DateTime<Utc>,
    /// Since when it signs no more; null while it does.
    pub retired_at: Option<DateTime<Utc>>,
}

/// The keys of a district's checkpoints.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckpointKeys {
    /// The first line of the district's checkpoints; null while nothing is sealed.
    pub origin: Option<String>,
    /// The newest first.
    pub items: Vec<CheckpointKeyView>,
}

/// The public keys that sign, or have ever signed, the district's checkpoints. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/districts/{id}/checkpoint/keys", operation_id = "list_checkpoint_keys", tag = TAG,
    security(()), params(("id" = Uuid, Path, description = "The district")),
    responses((status = 200, description = "The keys", body = CheckpointKeys), ApiErrors)
)]
pub(super) async fn list_checkpoint_keys(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<CheckpointKeys>> {
    let mut tx = begin(&state, id).await?;
    let Some(origin) = store::origin(&mut tx, id).await? else {
        return Ok(Json(CheckpointKeys { origin: None, items: Vec::new() }));
    };
    let rows = store::keys(&mut tx).await?;
    tx.commit().await?;
    let view = |row: store::KeyRow| {
        let key = row.named(&origin)?;
        let (created_at, retired_at) = (row.created_at, row.retired_at);
        Ok(CheckpointKeyView { key: key.text(), key_id: key.id_hex(), created_at, retired_at })
    };
    let items = rows.into_iter().map(view).collect::<Result<_>>()?;
    Ok(Json(CheckpointKeys { origin: Some(origin), items }))
}
