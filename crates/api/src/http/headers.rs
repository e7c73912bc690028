//! Headers that every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::state::AppState;

/// Adds what browsers need to be told.
pub async fn secure(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let api = path.starts_with("/api/") && !path.starts_with("/api/docs");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "no-referrer");
    if api {
        put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        put(header::CACHE_CONTROL, "private, no-cache");
    } else {
        put(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; \
             base-uri 'self'; frame-ancestors 'none'",
        );
    }
    if state.config().secure_cookies {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
