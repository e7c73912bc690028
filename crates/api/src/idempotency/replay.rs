//! The middleware.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use sha2::{Digest, Sha256};
use tracing::Instrument;

use super::{
    answer::{Kept, KeyRow},
    claim::{SLOT, Slot, Stage},
    form,
};
use crate::{
    auth::{known_actor, secret},
    error::{ApiError, Result},
    extract::body_error,
    state::AppState,
    telemetry,
    tenancy::DistrictId,
};

/// The header.
const KEY: &str = "idempotency-key";
/// How long to wait for the answer of a request that has just been carried out.
const WAITS: u32 = 20;

/// Answers a repeated POST with the answer of the first.
pub async fn replay(State(state): State<AppState>, request: Request, next: Next) -> Result<Response> {
    let path = request.uri().path();
    // Tokens are never kept, and signing in is no creation.
    if request.method() != Method::POST || path.starts_with("/api/v1/auth/") {
        return Ok(next.run(request).await);
    }
    let Some(key) = key(request.headers())? else { return Ok(next.run(request).await) };
    let Some(actor) = known_actor(request.extensions()) else { return Ok(next.run(request).await) };

    let district = actor.district.unwrap_or(DistrictId::PLATFORM);
    let mut hash = Sha256::new();
    hash.update(format!("{}\n{}\n", request.method(), request.uri()));
    let (parts, body) = request.into_parts();
    let body = if let Some(boundary) = form::boundary(&parts.headers) {
        form::digest(body, boundary, &mut hash).await?
    } else {
        let bytes = Bytes::from_request(Request::new(body), &state).await.map_err(body_error)?;
        hash.update(&bytes);
        Body::from(bytes)
    };
    let request = Request::from_parts(parts, body);
    let slot = Slot::new(district, actor.account_id, key, secret::hex(&hash.finalize()), state.now());
    let slot = Arc::new(slot);
    if let Some(answer) = earlier(&state, &slot).await? {
        return Ok(answer);
    }

    // In a task of its own: a client that goes away does not leave a change without its answer.
    let work = carry_out(state, slot, request, next);
    let work = telemetry::in_request(telemetry::request_id(), work).in_current_span();
    tokio::spawn(work).await.map_err(ApiError::internal)?
}

async fn carry_out(state: AppState, slot: Arc<Slot>, request: Request, next: Next) -> Result<Response> {
    let response = SLOT.scope(slot.clone(), next.run(request)).await;
    match slot.stage() {
        Stage::Lost => earlier(&state, &slot).await?.ok_or_else(|| {
            ApiError::unavailable("contended", "The same request is being carried out. Try again in a moment.")
        }),
        Stage::Done => {
            let (kept, response) = Kept::of(response).await?;
            let mut tx = state.begin_in(slot.district).await?;
            kept.write(&mut tx, &slot).await?;
            tx.commit().await?;
            Ok(response)
        }
        Stage::Open | Stage::Held | Stage::Answered => Ok(response),
    }
}

/// The answer of an earlier request with this key.
async fn earlier(state: &AppState, slot: &Slot) -> Result<Option<Response>> {
    for _ in 0..WAITS {
        let mut tx = state.begin_in(slot.district).await?;
        let Some(row) = KeyRow::find(&mut tx, slot).await? else { return Ok(None) };
        tx.rollback().await?;
        if row.digest != slot.digest {
            return Err(ApiError::unprocessable(
                "idempotency_key_reused",
                "This Idempotency-Key was sent with another request before. Use a new key for each thing to create.",
            ));
        }
        if row.status != 0 {
            return Ok(Some(row.replay()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(ApiError::conflict(
        "answer_lost",
        "The request with this Idempotency-Key was carried out, but the service was interrupted before it could keep \
         the answer. Read what it should have created.",
    ))
}

fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let key = value.to_str().unwrap_or("").trim();
    if (1..=200).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key.to_owned()));
    }
    Err(ApiError::bad_request(
        "invalid_idempotency_key",
        "Idempotency-Key must have from 1 to 200 visible ASCII characters; a UUID is good.",
    ))
}
