//! What Prometheus reads.

use std::{sync::OnceLock, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{error::ApiError, http::guard, state::AppState};

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

const BUCKETS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Begins to count, once a process.
pub fn install() -> Option<&'static PrometheusHandle> {
    let install = || {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_duration_seconds".into()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder);
        match builder {
            Ok(handle) => {
                metrics::describe_counter!("http_requests_total", "Requests by method, route and status");
                metrics::describe_histogram!("http_request_duration_seconds", "Seconds until the answer begins");
                metrics::describe_gauge!("db_pool_connections", "Connections of the pool by state");
                Some(handle)
            }
            Err(error) => {
                tracing::error!(%error, "nothing is counted");
                None
            }
        }
    };
    HANDLE.get_or_init(install).as_ref()
}

/// Keeps the histograms small.
pub async fn upkeep(state: AppState) {
    let Some(handle) = install() else { return };
    loop {
        tokio::select! {
            () = state.stopping().cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(5)) => handle.run_upkeep(),
        }
    }
}

/// GET /metrics. Not for those who come through a proxy: Prometheus asks kepu itself.
pub async fn metrics(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded") {
        return guard::no_such_address().await.into_response();
    }
    let Some(handle) = install() else {
        return ApiError::unavailable("no_metrics", "Nothing is counted; see the log of the start.").into_response();
    };
    let pool = state.db().app();
    let (size, idle) = (f64::from(pool.size()), u32::try_from(pool.num_idle()).map_or(0.0, f64::from));
    metrics::gauge!("db_pool_connections", "state" => "idle").set(idle);
    metrics::gauge!("db_pool_connections", "state" => "used").set(size - idle);
    metrics::gauge!("db_pool_connections", "state" => "allowed").set(f64::from(state.config().connections));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}
