//! What a form says, whatever boundary its parts are packed with: each time it is sent they get another one.

use std::{convert::Infallible, error::Error};

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use futures::{TryStreamExt, stream};
use http_body_util::LengthLimitError;
use memchr::memmem::Finder;
use sha2::{Digest, Sha256};

use crate::{
    error::{ApiError, Result},
    extract::too_large,
};

/// The boundary of a form with files; nothing of any other body.
pub(super) fn boundary(headers: &HeaderMap) -> Option<&str> {
    let (media, parameters) = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split_once(';')?;
    if !media.trim().to_ascii_lowercase().starts_with("multipart/") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

/// Reads a form to its end and adds what it says to the digest. It is handed on in the pieces in which it came, and each
/// is let go as it is read again: so a large file is held once.
pub(super) async fn digest(body: Body, boundary: &str, digest: &mut Sha256) -> Result<Body> {
    let mut parts = Parts::packed_with(boundary);
    let mut pieces = Vec::new();
    let mut incoming = body.into_data_stream();
    while let Some(piece) = incoming.try_next().await.map_err(|error| unreadable(&error))? {
        parts.take(&piece);
        pieces.push(piece);
    }
    digest.update(parts.finish());
    Ok(Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>))))
}

fn unreadable(error: &axum::Error) -> ApiError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return too_large();
        }
        cause = error.source();
    }
    ApiError::bad_request("unreadable_body", "The body could not be read to its end.")
}

/// The digest of the digests of what stands between the boundaries.
struct Parts {
    boundary: Finder<'static>,
    /// What was taken and may be the beginning of a boundary.
    rest: Vec<u8>,
    part: Sha256,
    all: Sha256,
}

impl Parts {
    fn packed_with(boundary: &str) -> Self {
        let boundary = Finder::new(format!("--{boundary}").as_bytes()).into_owned();
        Self { boundary, rest: Vec::new(), part: Sha256::new(), all: Sha256::new() }
    }

    fn take(&mut self, piece: &[u8]) {
        self.rest.extend_from_slice(piece);
        let length = self.boundary.needle().len();
        let mut from = 0;
        while let Some(at) = self.boundary.find(&self.rest[from..]) {
            self.part.update(&self.rest[from..from + at]);
            self.all.update(self.part.finalize_reset());
            from += at + length;
        }
        let sure = self.rest.len().saturating_sub(length - 1).max(from);
        self.part.update(&self.rest[from..sure]);
        self.rest.drain(..sure);
    }

    fn finish(mut self) -> impl AsRef<[u8]> {
        self.part.update(&self.rest);
        self.all.update(self.part.finalize());
        self.all.finalize()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// A form with one file, in pieces of so many bytes.
    async fn said(boundary: &str, file: &str, piece: usize) -> (Vec<u8>, Vec<u8>) {
        let form = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{file}\r\n\
             --{boundary}--\r\n"
        );
        let pieces: Vec<Vec<u8>> = form.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
        let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)));
        let mut all = Sha256::new();
        let body = digest(body, boundary, &mut all).await.expect("read");
        let again = axum::body::to_bytes(body, usize::MAX).await.expect("read again");
        assert_eq!(again, form.as_bytes(), "it is handed on as it came");
        (all.finalize().to_vec(), again.to_vec())
    }

    #[tokio::test]
    async fn a_form_says_the_same_under_any_boundary_and_in_any_pieces() {
        let (first, body) = said("x1", "学号\r\nS1", 4096).await;
        for (boundary, piece) in [("x1", 1), ("x1", 7), ("another-boundary", 4096), ("another-boundary", 3)] {
            assert_eq!(said(boundary, "学号\r\nS1", piece).await.0, first, "{boundary} {piece}");
        }
        assert_ne!(said("x1", "学号\r\nS2", 4096).await.0, first);
        assert_ne!(said("x1", "学号\r\n--\r\nS1", 4096).await.0, first);
        assert!(!body.is_empty());
    }

    #[test]
    fn the_boundary_stands_in_the_type() {
        for (media, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/json; boundary=abc", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
            assert_eq!(boundary(&headers), expected, "{media}");
        }
        assert_eq!(boundary(&HeaderMap::new()), None);
    }

    #[tokio::test]
    async fn a_form_beyond_the_limit_is_too_large() {
        let body = Body::new(http_body_util::Limited::new(Body::from(vec![b'x'; 100]), 10));
        let error = digest(body, "x", &mut Sha256::new()).await.expect_err("too large");
        assert_eq!(error.code(), "body_too_large");
        let broken = stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("gone"))]);
        let error = digest(Body::from_stream(broken), "x", &mut Sha256::new()).await.expect_err("broken");
        assert_eq!(error.code(), "unreadable_body");
    }
}
