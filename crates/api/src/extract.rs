//! Extractors that answer bad input with problem+json, name the field, and refuse NUL (PostgreSQL cannot store it).

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponseParts, ResponseParts},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{ApiError, FieldError, Result};

/// A JSON body.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApiJson<T>(pub T);

/// The query string.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApiQuery<T>(pub T);

/// The parameters in the path.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let json =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                let essence = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
                essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
            });
        if !json {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "Send the body as JSON, with the header Content-Type: application/json.",
            ));
        }
        let body = Bytes::from_request(request, state).await.map_err(body_error)?;
        parse_json(&body).map(Self)
    }
}

/// Reads JSON as an [`ApiJson`] does.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    if has_nul(body) {
        let field = serde_json::from_slice::<Value>(body).ok().and_then(|value| nul_path(&value, String::new()));
        return Err(nul(field.unwrap_or_default()));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        json_error(&path, error.inner())
    })?;
    reader.end().map_err(|error| json_error("", &error))?;
    Ok(parsed)
}

fn json_error(path: &str, error: &serde_json::Error) -> ApiError {
    if !error.is_data() {
        return ApiError::bad_request("malformed_json", format!("The body is not JSON: {error}."));
    }
    let text = error.to_string();
    // The position says little once the field is named.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let named = text.split('`').nth(1).unwrap_or("");
    let joined = || if path.is_empty() { named.to_owned() } else { format!("{path}.{named}") };
    let error = if text.starts_with("missing field") {
        FieldError::new(joined(), "required", "is missing")
    } else if text.starts_with("unknown field") {
        let field = if path.ends_with(named) { path.to_owned() } else { joined() };
        FieldError::new(field, "unknown_field", text)
    } else {
        FieldError::new(if path.is_empty() { "body" } else { path }, "invalid_value", text)
    };
    ApiError::invalid(vec![error])
}

/// Maps the failure to read a body.
pub fn body_error(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        ApiError::bad_request("unreadable_body", "The body could not be read to its end.")
    }
}

/// 413.
pub fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is larger than this operation takes. Send fewer items, or a smaller file.",
    )
}

fn nul(field: impl Into<String>) -> ApiError {
    ApiError::invalid_field(field, "nul_refused", "must not hold the character U+0000")
}

/// Whether JSON text holds an escaped NUL (a raw one is no JSON at all).
fn has_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or(&[]);
    }
    false
}

fn nul_path(value: &Value, path: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(path),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| nul_path(item, format!("{path}[{index}]")))
        }
        Value::Object(fields) => fields.iter().find_map(|(key, item)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            if key.contains('\0') { Some(path.replace('\0', "\u{fffd}")) } else { nul_path(item, path) }
        }),
        _ => None,
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(nul("query"));
        }
        Query::<T>::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (field, message) = text.split_once(": ").unwrap_or(("query", text));
            ApiError::invalid_field(field, "invalid_value", message)
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        if parts.uri.path().contains("%00") {
            return Err(ApiError::not_found("thing"));
        }
        Path::<T>::from_request_parts(parts, state).await.map(|Path(value)| Self(value)).map_err(|rejection| {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "not_found",
                format!("The path names nothing: {}.", rejection.body_text().trim_end_matches('.')),
            )
        })
    }
}

/// The version that the caller has read, from `If-Match: "3"`. Missing: 428.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl IfMatch {
    /// Refuses the change of something whose version is another one by now.
    pub fn check(self, kind: &str, current: i64) -> Result<()> {
        if self.0 == current { Ok(()) } else { Err(ApiError::version_changed(kind, current)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_REQUIRED,
                "if_match_required",
                "Send the ETag that you have read in the header If-Match, so that nobody's change is lost.",
            ));
        };
        let text = value.to_str().unwrap_or("").trim();
        let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        text.parse().map(Self).map_err(|_| {
            ApiError::bad_request("invalid_if_match", "If-Match must be the ETag of the answer that you have read.")
        })
    }
}

/// Puts the version of what is answered into the header `ETag`: `(ETag(row.version), Json(view))`.
#[derive(Debug, Clone, Copy)]
pub struct ETag(pub i64);

impl IntoResponseParts for ETag {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> std::result::Result<ResponseParts, Self::Error> {
        if let Ok(value) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, value);
        }
        Ok(response)
    }
}

/// Puts the address of what was created into the header `Location`.
#[derive(Debug, Clone)]
pub struct Location(pub String);

impl IntoResponseParts for Location {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> std::result::Result<ResponseParts, Self::Error> {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(HeaderName::from_static("location"), value);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_wherever_it_hides() {
        assert!(has_nul(br#"{"a":"x\u0000"}"#));
        assert!(!has_nul(br#"{"a":"x\\u0000"}"#));
        assert!(has_nul(br#"{"a":"x\\\u0000"}"#));
        assert!(!has_nul(br#"{"a":"\n"}"#));
        assert!(!has_nul(br"\"));
        let error = parse_json::<Value>(br#"{"a":[{"b":"x\u0000"}]}"#).expect_err("refused");
        assert_eq!(error.errors()[0].field, "a[0].b");
    }
}
