//! Limits of time and size, and panics.

use std::any::Any;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::Limited;

use crate::{
    error::{ApiError, Result},
    extract::too_large,
    state::AppState,
};

/// Gives a request up after its time. What streams afterwards is not meant: the answer has begun.
pub async fn timeout(State(state): State<AppState>, request: Request, next: Next) -> Result<Response> {
    tokio::time::timeout(state.config().request_timeout(), next.run(request)).await.map_err(|_| {
        ApiError::unavailable(
            "timed_out",
            "It took too long and was given up; nothing was changed unless a read shows otherwise. Try again, or ask \
             for less at once.",
        )
    })
}

/// Refuses bodies that are too large: JSON and forms by one limit, files by a larger one.
pub async fn body_limit(State(state): State<AppState>, request: Request, next: Next) -> Result<Response> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let small = media.is_empty() || media.contains("json") || media.starts_with("application/x-www-form-urlencoded");
    let limit = if small { state.config().body_limit } else { state.config().upload_limit };
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    Ok(next.run(request.map(|body| Body::new(Limited::new(body, limit)))).await)
}

/// Answers what nothing else answers.
#[expect(clippy::unused_async, reason = "a handler answers with a future")]
pub async fn no_such_address() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "no_such_address",
        "Nothing has this address. The operations are listed at /api/docs and in /api/openapi.json.",
    )
}

/// Refuses methods that an address does not have.
pub async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take this method; the header Allow lists those that it takes.",
    )
}

/// A panic is a fault of ours and ends one request, not the service.
pub fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_default();
    ApiError::internal(anyhow::anyhow!("panic: {message}")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_500_that_tells_nothing() {
        async fn fails() -> &'static str {
            panic!("secret")
        }
        let service = Router::new().route("/", get(fails)).layer(CatchPanicLayer::custom(panicked));
        let response = service.oneshot(Request::new(Body::empty())).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains("\"internal\"") && !text.contains("secret"), "{text}");
    }
}
