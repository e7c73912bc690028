//! GET /healthz and /readyz, for whoever watches over the service.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{postgres::migrate, state::AppState};

/// The process lives.
pub async fn healthz() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// It can serve: the database answers, its schema is current, and nobody has asked it to stop.
pub async fn readyz(State(state): State<AppState>) -> Response {
    let current = tokio::time::timeout(Duration::from_secs(3), migrate::is_current(state.db().app())).await;
    let (database, migrations) = match current {
        Ok(Ok(true)) => ("ok", "ok"),
        Ok(Ok(false)) => ("ok", "behind"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            ("down", "unknown")
        }
        Err(_) => ("slow", "unknown"),
    };
    let stopping = state.stopping().is_cancelled();
    let ready = database == "ok" && migrations == "ok" && !stopping;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if ready { "ready" } else { "not ready" };
    let body = json!({ "status": word, "database": database, "migrations": migrations, "stopping": stopping });
    (status, Json(body)).into_response()
}
