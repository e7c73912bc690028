//! Logs, request ids, metrics.

use std::future::Future;

tokio::task_local! {
    static REQUEST: RequestContext;
}

/// What every line and answer of one request carries.
#[derive(Debug, Clone)]
struct RequestContext {
    id: String,
}

/// The id of the request that is being answered; empty outside of one.
pub fn request_id() -> String {
    REQUEST.try_with(|context| context.id.clone()).unwrap_or_default()
}

/// Runs `work` as the request of this id.
pub async fn in_request<T>(id: String, work: impl Future<Output = T>) -> T {
    REQUEST.scope(RequestContext { id }, work).await
}
