//! The pages, built into the binary from `web/dist`.
//!
//! Addresses of pages are made in the browser: every address outside `/api/` that wants HTML answers the one page there is.

use std::fmt::Write as _;
use std::{collections::HashMap, sync::LazyLock};

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::http::guard;

// PAGES: path within `web/dist` and content, in order of path; empty in a binary that was built without the pages.
include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// A file of the pages.
struct File {
    data: &'static [u8],
    /// Weak: compressed on its way, it is the same file in other bytes.
    tag: String,
}

static FILES: LazyLock<HashMap<&str, File>> = LazyLock::new(|| {
    let file = |data: &'static [u8]| {
        let digest: String = Sha256::digest(data).iter().take(12).fold(String::new(), |mut digest, byte| {
            _ = write!(digest, "{byte:02x}");
            digest
        });
        File { data, tag: format!("W/\"{digest}\"") }
    };
    PAGES.iter().map(|(path, data)| (*path, file(data))).collect()
});

/// The page that loads all others.
const INDEX: &str = "index.html";
/// The bundler names files of this folder by their content.
const NAMED_BY_CONTENT: &str = "assets/";

/// Answers what no operation answers: a file of the pages, the page itself, or that there is nothing.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let reads = method == Method::GET || method == Method::HEAD;
    if !reads || path == "api" || path.starts_with("api/") {
        return guard::no_such_address().await.into_response();
    }
    if let Some(file) = FILES.get(path) {
        return answer(path, file.data, &file.tag, &headers);
    }
    if names_a_file(path) || !wants_html(&headers) {
        return guard::no_such_address().await.into_response();
    }
    match FILES.get(INDEX) {
        Some(page) => answer(INDEX, page.data, &page.tag, &headers),
        None => (
            [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")],
            include_str!("web_missing.html"),
        )
            .into_response(),
    }
}

/// A file, or that the browser has it already.
fn answer(path: &str, data: &'static [u8], tag: &str, headers: &HeaderMap) -> Response {
    let cache = if path.starts_with(NAMED_BY_CONTENT) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let has_it = known.flat_map(|value| value.split(',')).any(|one| matches!(one.trim(), "*") || one.trim() == tag);
    let mut response = if has_it {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type(path))], data).into_response()
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        kept.insert(header::ETAG, tag);
    }
    response
}

/// Whether the last part of the address has an extension, as files have and pages have not.
fn names_a_file(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.rsplit_once('.')
        .is_some_and(|(_, end)| (1..=11).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether the asker takes HTML; one that says nothing takes all.
fn wants_html(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    said.peek().is_none() || said.any(|value| value.contains("text/html") || value.contains("*/*"))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_from_pages() {
        for file in ["favicon.ico", "assets/index-Bx3.js", "a/b.webmanifest"] {
            assert!(names_a_file(file), "{file}");
        }
        for page in ["", "sessions", "persons/01890000-0000-7000-8000-000000000001", "policies/a.b c"] {
            assert!(!names_a_file(page), "{page}");
        }
    }

    #[tokio::test]
    async fn files_named_by_content_stay_and_the_page_is_asked_for_anew() {
        let file = |path, headers: &HeaderMap| answer(path, b"x".as_slice(), "W/\"7\"", headers);
        let script = file("assets/index-Bx3.js", &HeaderMap::new());
        assert_eq!(script.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(script.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let page = file(INDEX, &HeaderMap::new());
        assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = page.headers()[header::ETAG].clone();
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, tag);
        assert_eq!(file(INDEX, &again).status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn what_is_not_html_is_not_answered_with_a_page() {
        let ask = |path: &'static str, accept: &'static str, method: Method| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            serve(method, Uri::from_static(path), headers)
        };
        let html = "text/html,application/xhtml+xml";
        assert_eq!(ask("/", html, Method::GET).await.status(), StatusCode::OK);
        assert_eq!(ask("/sessions/7", html, Method::GET).await.status(), StatusCode::OK);
        for (path, accept, method) in [
            ("/assets/gone.js", html, Method::GET),
            ("/sessions/7", "application/json", Method::GET),
            ("/api/v1/nothing", html, Method::GET),
            ("/sessions/7", html, Method::POST),
        ] {
            assert_eq!(ask(path, accept, method).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
