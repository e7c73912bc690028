//! Serving: from settings to a listening service, and back down.

use std::{future::Future, net::SocketAddr, process::ExitCode, time::Duration};

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    clock::Clock,
    competitions,
    config::{Config, DataConfig},
    credentials, credits, erasures, exceptions, files, housekeeping, laboratory, participation, policies,
    postgres::{
        Db,
        embedded::{Durability, PrivateServer},
    },
    reminders, reports, router, seals,
    state::AppState,
    telemetry::{self, metrics},
    webhooks,
};

const HOUR: Duration = Duration::from_secs(3600);

/// The database that the settings name: its address, and the private server if there is one.
pub struct Database {
    /// Where to connect, as owner.
    pub url: String,
    private: Option<PrivateServer>,
}

impl Database {
    /// Takes the one of `DATABASE_URL`, or starts the private server.
    pub async fn of(data: &DataConfig) -> anyhow::Result<Self> {
        if let Some(url) = &data.database_url {
            return Ok(Self { url: url.clone(), private: None });
        }
        let folder = data.data_dir.clone();
        let server = tokio::task::spawn_blocking(move || PrivateServer::start(&folder, Durability::Full)).await??;
        server.ensure_database().await?;
        Ok(Self { url: server.url().to_owned(), private: Some(server) })
    }

    /// The same for a command beside the service: uses the private server of a kepu that runs on the folder.
    pub async fn beside(data: &DataConfig) -> anyhow::Result<Self> {
        if data.database_url.is_none()
            && let Some(url) = PrivateServer::running(&data.data_dir)?
        {
            return Ok(Self { url, private: None });
        }
        Self::of(data).await
    }

    /// Stops the private server, after everything that uses it.
    pub async fn stop(self) -> anyhow::Result<()> {
        if let Some(mut server) = self.private {
            tokio::task::spawn_blocking(move || server.stop()).await?;
        }
        Ok(())
    }
}

/// `kepu serve`: runs until SIGINT or SIGTERM.
pub async fn run(mut config: Config) -> anyhow::Result<ExitCode> {
    telemetry::init(config.log_format);
    // Listening first: an occupied port is told before anything is started.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another with --listen", config.listen))?;
    let stop = stop_signal()?;
    let database = Database::of(&config.data).await?;
    if let Some(private) = &database.private {
        config.data.app_database_url = Some(private.app_url()?);
    }
    if config.public_url.is_none() {
        tracing::warn!(
            "KEPU_PUBLIC_URL is not set: no badges are signed, and printed codes lead to where each request came in"
        );
    }
    let state = open(config, &database.url, Clock::default()).await?;
    tracing::info!(address = %listener.local_addr()?, "kepu serves");
    let served = serve(listener, state, stop).await;
    database.stop().await?;
    tracing::info!("kepu has stopped");
    served.map(|()| ExitCode::SUCCESS)
}

/// Resolves at the first SIGINT or SIGTERM.
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("asked to stop by SIGINT"),
            _ = terminate.recv() => tracing::info!("asked to stop by SIGTERM"),
        }
    })
}

/// Opens the database at `url` and everything else that the settings name.
pub async fn open(config: Config, url: &str, clock: Clock) -> anyhow::Result<AppState> {
    let db = Db::open_as(url, config.data.app_database_url.as_deref(), config.connections).await?;
    let files = files::open(&config)?;
    let state = AppState::new(config, db, files, clock).await?;
    competitions::national::load(&state).await?;
    policies::load_shipped(state.db(), state.now()).await?;
    policies::resume(&state).await?;
    laboratory::resume(&state).await?;
    credentials::resume(&state).await?;
    Ok(state)
}

/// Serves on this listener until `stop` resolves, then drains running requests and background work.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    metrics::install();
    state.spawn_job("metrics", metrics::upkeep(state.clone()));
    state.spawn_every("housekeeping", HOUR, |state| async move { housekeeping::tidy(&state).await });
    state.spawn_every("erasures", erasures::EVERY, |state| async move { erasures::carry_out_due(&state).await });
    state.spawn_every("exceptions", exceptions::EVERY, |state| async move { exceptions::look(&state).await });
    state.spawn_every(
        "planned policies",
        laboratory::EVERY,
        |state| async move { laboratory::begin_planned(&state).await },
    );
    state.spawn_every("packs of reports", HOUR, |state| async move { reports::look_after_packs(&state).await });
    state.spawn_every("reminders", HOUR, |state| async move { reminders::remind(&state).await });
    // These say themselves when they look next.
    state.spawn_job("standing of scores", credits::keep(state.clone()));
    state.spawn_job("sealer", seals::keep(state.clone()));
    state.spawn_job("webhooks", webhooks::keep(state.clone()));
    state.spawn_job("waitlists", participation::places::keep(state.clone()));
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
