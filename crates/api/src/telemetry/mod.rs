//! Logs, request ids, metrics.

pub mod metrics;
mod observe;

use std::future::Future;

use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::config::LogFormat;

pub use observe::observe;

tokio::task_local! {
    static REQUEST: RequestContext;
}

/// What every line and answer of one request carries.
#[derive(Debug, Clone)]
struct RequestContext {
    id: String,
}

/// Begins to log to standard error. `RUST_LOG` says how much; `info` by default.
pub fn init(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (two services in one test) keeps the first.
    let _ = match format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => log.try_init(),
    };
}

/// The id of the request that is being answered; empty outside of one.
pub fn request_id() -> String {
    REQUEST.try_with(|context| context.id.clone()).unwrap_or_default()
}

/// Runs `work` as the request of this id: for what a request spawns.
pub async fn in_request<T>(id: String, work: impl Future<Output = T>) -> T {
    REQUEST.scope(RequestContext { id }, work).await
}

/// Notes whose request it is, for the log.
pub fn note_account(account: Uuid) {
    tracing::Span::current().record("account", tracing::field::display(account));
}
