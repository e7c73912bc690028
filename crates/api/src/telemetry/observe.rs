//! Around every request: its id, one line in the log, its count and duration.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, field::Empty, info_span};

use super::in_request;
use crate::{auth::caller_address, ids, state::AppState};

/// The header of a request's id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost middleware.
pub async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = taken_over(&request).unwrap_or_else(|| ids::new().to_string());
    let method = request.method().clone();
    // The template, not the path: ids would make a series of each object.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = info_span!(
        "request",
        request_id = id,
        %method,
        path = request.uri().path(),
        address = caller_address(&request, state.config().trust_proxy),
        account = Empty,
    );
    let answered = async {
        let mut response = next.run(request).await;
        if let Ok(value) = HeaderValue::from_str(&super::request_id()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let (status, took) = (response.status().as_u16(), began.elapsed());
        if !matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
            tracing::info!(status, ms = took.as_secs_f64() * 1000.0, "answered");
        }
        let labels = [("method", method.to_string()), ("route", route)];
        metrics::histogram!("http_request_duration_seconds", &labels).record(took.as_secs_f64());
        let [method, route] = labels;
        metrics::counter!("http_requests_total", &[method, route, ("status", status.to_string())]).increment(1);
        response
    };
    in_request(id, answered.instrument(span)).await
}

/// The id that a proxy or client has given, if it looks like one.
fn taken_over(request: &Request) -> Option<String> {
    let id = request.headers().get(&REQUEST_ID)?.to_str().ok()?;
    let fits =
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    fits.then(|| id.to_owned())
}
