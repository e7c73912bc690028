//! Files that somebody sends with a form, and how they are given out again.

pub mod media;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use sha2::{Digest, Sha256};

use self::media::{ALLOWED, clean_name, sniff};
use crate::{
    auth::secret,
    error::{ApiError, Result},
    extract::too_large,
    state::AppState,
};

/// The largest file.
pub const BYTES_MAX: usize = 20 << 20;

/// A file that came in and is of a kind that is taken as evidence.
pub struct Upload {
    /// What it is called, without folders.
    pub file_name: String,
    /// What it is, by its content.
    pub media_type: &'static str,
    /// SHA-256, hex.
    pub digest: String,
    /// What it holds.
    pub bytes: Bytes,
}

/// A file that is kept.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Where.
    pub object_key: &'a str,
    /// What it is called.
    pub file_name: &'a str,
    /// What it is, by its content.
    pub media_type: &'a str,
    /// Its size.
    pub bytes: i64,
}

/// Takes the file of a request, if its content is one of those that are taken as evidence.
pub async fn receive(request: Request, state: &AppState) -> Result<Upload> {
    let (name, bytes) = file(request, state).await?;
    let Some(media) = sniff(&bytes) else {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_evidence",
            format!("The content of the file is none of these: {ALLOWED}. Its name does not matter."),
        ));
    };
    let digest = secret::hex(&Sha256::digest(&bytes));
    Ok(Upload { file_name: clean_name(&name, media), media_type: media.media_type, digest, bytes })
}

/// The name and content of the form's file.
pub async fn file(request: Request, state: &AppState) -> Result<(String, Bytes)> {
    let (name, bytes, _) = parts(request, state, None).await?;
    Ok((name, bytes))
}

/// The same, with what another field of the form holds.
pub async fn file_and(request: Request, state: &AppState, other: &str) -> Result<(String, Bytes, Bytes)> {
    parts(request, state, Some(other)).await
}

async fn parts(request: Request, state: &AppState, other: Option<&str>) -> Result<(String, Bytes, Bytes)> {
    let unreadable = |what: &str| {
        ApiError::bad_request(
            "malformed_form",
            format!("Send the file as multipart/form-data in the field `file`: {what}."),
        )
    };
    let failed = |error: axum::extract::multipart::MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { unreadable(&error.body_text()) }
    };
    let mut form = Multipart::from_request(request, state).await.map_err(|error| unreadable(&error.body_text()))?;
    let (mut file, mut more) = (None, None);
    while let Some(mut field) = form.next_field().await.map_err(failed)? {
        let is_file = field.name() == Some("file");
        if !is_file && (other.is_none() || field.name() != other) {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > BYTES_MAX {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        if is_file && bytes.is_empty() {
            return Err(ApiError::invalid_field("file", "empty", "must not be empty"));
        }
        if is_file {
            file = Some((name, Bytes::from(bytes)));
        } else {
            more = Some(Bytes::from(bytes));
        }
        if file.is_some() && (other.is_none() || more.is_some()) {
            break;
        }
    }
    let Some((name, bytes)) = file else { return Err(unreadable("there is no such field")) };
    match (other, more) {
        (Some(other), None) => Err(unreadable(&format!("the field `{other}` is missing"))),
        (_, more) => Ok((name, bytes, more.unwrap_or_default())),
    }
}

/// A kept file as an answer: to be saved, not shown, and never guessed at.
pub async fn answer(state: &AppState, kept: Kept<'_>) -> Result<Response> {
    let object = state.files().get(&ObjectPath::from(kept.object_key)).await.map_err(ApiError::internal)?;
    let mut response = Response::new(Body::from_stream(object.into_stream()));
    let name = format!("attachment; filename*=UTF-8''{}", percent(kept.file_name));
    for (header, value) in [
        (header::CONTENT_TYPE, kept.media_type.to_owned()),
        (header::CONTENT_LENGTH, kept.bytes.to_string()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (HeaderName::from_static("x-content-type-options"), "nosniff".to_owned()),
    ] {
        let value = HeaderValue::from_str(&value).map_err(ApiError::internal)?;
        response.headers_mut().insert(header, value);
    }
    Ok(response)
}

/// Deletes a file whose row says that it is gone; one that stays behind is only waste.
pub async fn forget(state: &AppState, object_key: &str) {
    if let Err(error) = state.files().delete(&ObjectPath::from(object_key)).await {
        tracing::warn!(%error, key = object_key, "a removed file could not be deleted");
    }
}

/// As RFC 8187 wants it: all but letters, digits and a few marks as %XX.
fn percent(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
