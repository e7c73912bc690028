//! Files that come in as a form and go out again, for whatever they are attached to.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use sha2::{Digest, Sha256};

use super::media::{ALLOWED, clean_name, sniff};
use crate::{
    error::{ApiError, Result},
    extract::too_large,
    state::AppState,
};

/// The largest file.
const BYTES_MAX: usize = 20 << 20;

/// A file that came in and is of a kind that is taken.
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

/// Takes the file of a request, if its content is one of those that are taken.
pub async fn receive(request: Request, state: &AppState) -> Result<Upload> {
    let (name, bytes) = file(request, state).await?;
    let Some(media) = sniff(&bytes) else {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_evidence",
            format!("The content of the file is none of these: {ALLOWED}. Its name does not matter."),
        ));
    };
    let digest = hex(&Sha256::digest(&bytes));
    Ok(Upload { file_name: clean_name(&name, media), media_type: media.media_type, digest, bytes })
}

/// Answers a stored file, to be saved and not shown.
pub async fn download(
    state: &AppState,
    object_key: &str,
    file_name: &str,
    media_type: &str,
    bytes: i64,
) -> Result<Response> {
    let object = state.files().get(&ObjectPath::from(object_key)).await.map_err(ApiError::internal)?;
    let mut response = Response::new(Body::from_stream(object.into_stream()));
    let name = format!("attachment; filename*=UTF-8''{}", percent(file_name));
    for (header, value) in [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (HeaderName::from_static("x-content-type-options"), "nosniff".to_owned()),
    ] {
        let value = HeaderValue::from_str(&value).map_err(ApiError::internal)?;
        response.headers_mut().insert(header, value);
    }
    Ok(response)
}

/// The form's file, in the field `file`.
pub async fn file(request: Request, state: &AppState) -> Result<(String, Bytes)> {
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
    while let Some(mut field) = form.next_field().await.map_err(failed)? {
        if field.name() != Some("file") {
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
        if bytes.is_empty() {
            return Err(ApiError::invalid_field("file", "empty", "must not be empty"));
        }
        return Ok((name, bytes.into()));
    }
    Err(unreadable("there is no such field"))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
