//! Serving: from settings to a listening service, and back down.

use std::{future::Future, net::SocketAddr};

use anyhow::Context;
use tokio::net::TcpListener;

use crate::{clock::Clock, config::Config, files, postgres::Db, router, state::AppState};

/// Opens the database at `url` and everything else that the settings name.
pub async fn open(config: Config, url: &str, clock: Clock) -> anyhow::Result<AppState> {
    let db = Db::open(url, config.connections).await?;
    let files = files::open(&config)?;
    Ok(AppState::new(config, db, files, clock).await?)
}

/// Serves on this listener until `stop` resolves, then drains running requests and background work.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let service = router::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let drain = state.clone();
    let graceful = async move {
        stop.await;
        drain.stopping().cancel();
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(graceful).into_future();
    let grace = state.config().grace();
    let overdue = async {
        state.stopping().cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        ended = serving => ended.context("the listener failed")?,
        () = overdue => tracing::warn!("requests did not end in time and were given up"),
    }
    state.stop_jobs(grace).await;
    state.db().close().await;
    Ok(())
}
