//! The answer that is kept with a key.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, Limited};
use sqlx::{FromRow, PgConnection, types::Json};

use super::claim::Slot;
use crate::error::{ApiError, Result};

/// Larger answers are not kept.
const LARGEST: usize = 4 * 1024 * 1024;
/// The headers that belong to the answer itself.
const HEADERS: [HeaderName; 4] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, header::CACHE_CONTROL];
/// Says that the answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    status: StatusCode,
    headers: BTreeMap<String, String>,
    body: Bytes,
}

/// A key as the database has it.
#[derive(Debug, FromRow)]
pub(super) struct KeyRow {
    pub(super) digest: String,
    /// 0 until the answer is written.
    pub(super) status: i32,
    headers: Json<BTreeMap<String, String>>,
    body: Vec<u8>,
}

impl Kept {
    /// Reads an answer to its end, so that it can be both kept and sent. Secrets (`no-store`) and large answers are
    /// kept without their body.
    pub async fn of(response: Response) -> Result<(Self, Response)> {
        let (parts, body) = response.into_parts();
        let bytes = Limited::new(body, usize::MAX)
            .collect()
            .await
            .map_err(|error| ApiError::internal(anyhow::anyhow!("an answer could not be read: {error}")))?
            .to_bytes();
        let secret = parts.headers.get(header::CACHE_CONTROL).is_some_and(|value| value == "no-store");
        let headers = HEADERS
            .iter()
            .filter_map(|name| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned())))
            .collect();
        let body = if secret || bytes.len() > LARGEST { Bytes::new() } else { bytes.clone() };
        let kept = Self { status: parts.status, headers, body };
        Ok((kept, Response::from_parts(parts, Body::from(bytes))))
    }

    /// Writes it to the row of its key.
    pub(super) async fn write(&self, connection: &mut PgConnection, slot: &Slot) -> Result<()> {
        sqlx::query(
            "UPDATE idempotency_key SET status = $4, headers = $5, body = $6
             WHERE district_id = $1 AND account_id = $2 AND key = $3",
        )
        .bind(slot.district.0)
        .bind(slot.account)
        .bind(&slot.key)
        .bind(i32::from(self.status.as_u16()))
        .bind(Json(&self.headers))
        .bind(self.body.as_ref())
        .execute(connection)
        .await?;
        Ok(())
    }
}

impl KeyRow {
    /// The row of a key, if it is taken.
    pub(super) async fn find(connection: &mut PgConnection, slot: &Slot) -> Result<Option<Self>> {
        Ok(sqlx::query_as(
            "SELECT digest, status, headers, body FROM idempotency_key
             WHERE district_id = $1 AND account_id = $2 AND key = $3",
        )
        .bind(slot.district.0)
        .bind(slot.account)
        .bind(&slot.key)
        .fetch_optional(connection)
        .await?)
    }

    /// The answer once more.
    pub(super) fn replay(self) -> Response {
        let Some(status) = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok()) else {
            return ApiError::internal(anyhow::anyhow!("a kept answer has the status {}", self.status)).into_response();
        };
        let secret = self.headers.get(header::CACHE_CONTROL.as_str()).is_some_and(|value| value == "no-store");
        if self.body.is_empty() && (secret || status != StatusCode::NO_CONTENT) {
            return ApiError::conflict(
                "answer_not_kept",
                "The request with this Idempotency-Key was carried out, but its answer held a secret or was too large \
                 to be kept. Read the object instead; a one-time password can be reset.",
            )
            .into_response();
        }
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers.0 {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        (status, headers, self.body).into_response()
    }
}
