//! How many requests an account and an address may make.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::Request,
    response::{IntoResponse, Response},
};
use tower_governor::{
    GovernorError, GovernorLayer,
    governor::{GovernorConfig, GovernorConfigBuilder},
    key_extractor::KeyExtractor,
};

use crate::{
    auth::{CallerAddress, account_of},
    error::ApiError,
    state::AppState,
};

/// By address.
#[derive(Debug, Clone)]
struct ByAddress;

/// By account; those who are not signed in, by address.
#[derive(Debug, Clone)]
struct ByAccount;

impl KeyExtractor for ByAddress {
    type Key = String;

    fn extract<T>(&self, request: &Request<T>) -> Result<String, GovernorError> {
        let address = request.extensions().get::<CallerAddress>();
        Ok(address.map(|CallerAddress(address)| address.clone()).unwrap_or_default())
    }
}

impl KeyExtractor for ByAccount {
    type Key = String;

    fn extract<T>(&self, request: &Request<T>) -> Result<String, GovernorError> {
        match account_of(request.extensions()) {
            Some(account) => Ok(account.to_string()),
            None => ByAddress.extract(request),
        }
    }
}

/// Puts the limits around these routes; none if the settings say 0.
pub fn limited(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    let rate = state.config().rate;
    let (Some(account), Some(address)) = (quota(ByAccount, rate), quota(ByAddress, rate.saturating_mul(4))) else {
        return routes;
    };
    forget(state, &account);
    forget(state, &address);
    routes
        .layer(GovernorLayer::<_, _, Body>::new(account).error_handler(refuse))
        .layer(GovernorLayer::<_, _, Body>::new(address).error_handler(refuse))
}

type Config<K> = GovernorConfig<K, ::governor::middleware::NoOpMiddleware<::governor::clock::QuantaInstant>>;

/// `rate` a second for long, four times that at once.
fn quota<K: KeyExtractor>(key: K, rate: u32) -> Option<Arc<Config<K>>> {
    let nanoseconds = 1_000_000_000_u64.checked_div(rate.into())?;
    let mut builder = GovernorConfigBuilder::default().key_extractor(key);
    builder.per_nanosecond(nanoseconds.max(1)).burst_size(rate.saturating_mul(4)).finish().map(Arc::new)
}

/// Forgets those who have been quiet.
fn forget<K>(state: &AppState, config: &Arc<Config<K>>)
where
    K: KeyExtractor<Key = String> + Send + Sync + 'static,
{
    let (limiter, stopping) = (config.limiter().clone(), state.stopping().clone());
    state.spawn_job("rate limits", async move {
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(60)) => limiter.retain_recent(),
            }
        }
    });
}

fn refuse(error: GovernorError) -> Response {
    let wait = match error {
        GovernorError::TooManyRequests { wait_time, .. } => wait_time,
        _ => 1,
    };
    ApiError::too_many(
        "rate_limited",
        "Too many requests in a short time. Wait as long as Retry-After says, and send fewer, larger ones.",
        wait,
    )
    .into_response()
}
