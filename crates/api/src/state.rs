//! What every handler can reach.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use object_store::ObjectStore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    auth::{Actor, Auth},
    clock::Clock,
    config::Config,
    door::Intake,
    error::Result,
    ids,
    postgres::Db,
    tenancy::{DistrictId, Tx},
};

/// Shared state; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    config: Config,
    db: Db,
    clock: Clock,
    files: Arc<dyn ObjectStore>,
    auth: Auth,
    intake: Intake,
    jobs: Mutex<JoinSet<()>>,
    shutdown: CancellationToken,
}

impl AppState {
    /// State over an open database.
    pub async fn new(config: Config, db: Db, files: Arc<dyn ObjectStore>, clock: Clock) -> Result<Self> {
        let auth = Auth::load(&db, &clock).await?;
        Ok(Self(Arc::new(Inner {
            config,
            db,
            clock,
            files,
            auth,
            intake: Intake::new(),
            jobs: Mutex::new(JoinSet::new()),
            shutdown: CancellationToken::new(),
        })))
    }

    /// The only clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// A new identifier; later ones sort after it.
    pub fn new_id(&self) -> Uuid {
        ids::new()
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The clock itself, for those who need to keep it.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Keys, passwords, sessions.
    pub fn auth(&self) -> &Auth {
        &self.0.auth
    }

    /// Where scans wait for their transaction.
    pub fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// Where files are kept.
    pub fn files(&self) -> &Arc<dyn ObjectStore> {
        &self.0.files
    }

    /// Begins a transaction of the district that the request is for.
    pub async fn begin(&self, actor: &Actor) -> Result<Tx> {
        self.db().begin(actor.district()?).await
    }

    /// Begins a transaction of this district.
    pub async fn begin_in(&self, district: DistrictId) -> Result<Tx> {
        self.db().begin(district).await
    }

    /// Begins a transaction that reads one unchanging moment of the district that the request is for.
    pub async fn begin_snapshot(&self, actor: &Actor) -> Result<Tx> {
        self.db().begin_snapshot(actor.district()?).await
    }

    /// Runs work in the background. When the service stops it is asked to end by [`AppState::stopping`], and given up
    /// after the grace time: it must write its progress so that it can be resumed or told as failed.
    pub fn spawn_job<F>(&self, name: &'static str, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        while jobs.try_join_next().is_some() {}
        jobs.spawn(async move {
            tracing::debug!(name, "job begins");
            work.await;
            tracing::debug!(name, "job ends");
        });
    }

    /// Does this in the background at the start and, each time so long after it has ended, again, until the service stops. What
    /// fails is told and tried the next time; what is to be done must follow from what is stored.
    pub fn spawn_every<F, T>(
        &self,
        name: &'static str,
        every: Duration,
        work: impl Fn(Self) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let state = self.clone();
        self.spawn_job(name, async move {
            loop {
                if let Err(error) = work(state.clone()).await {
                    tracing::error!(%error, name, again_in = ?every, "background work failed");
                }
                tokio::select! {
                    () = state.stopping().cancelled() => return,
                    () = tokio::time::sleep(every) => {}
                }
            }
        });
    }

    /// Ends when the service is asked to stop.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.shutdown
    }

    /// Asks background work to end, and waits for it.
    pub async fn stop_jobs(&self, grace: Duration) {
        self.0.shutdown.cancel();
        let mut jobs = std::mem::take(&mut *self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while jobs.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::warn!("background work did not end in time and was given up");
        }
    }
}
