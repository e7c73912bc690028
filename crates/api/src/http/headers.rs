//! Headers that every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::state::AppState;

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
/// The pages load nothing from elsewhere and run no script of a page's own text; compiled modules may run (they read
/// sheets and pictures), and pictures are shown before they are sent.
const PAGES: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                     img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; \
                     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
/// The reference of the operations.
const DOCS: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; \
                    base-uri 'self'; frame-ancestors 'none'";
/// Answers of the operations are no pages.
const NONE: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds what browsers need to be told.
pub async fn secure(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let docs = path.starts_with("/api/docs");
    let api = path.starts_with("/api/") && !docs;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "no-referrer");
    if api {
        put(header::CONTENT_SECURITY_POLICY, NONE);
        put(header::CACHE_CONTROL, "private, no-cache");
    } else {
        put(header::CONTENT_SECURITY_POLICY, if docs { DOCS } else { PAGES });
        put(PERMISSIONS, "camera=(self), microphone=(), geolocation=(), payment=(), usb=()");
        put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    if state.config().secure_cookies {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
