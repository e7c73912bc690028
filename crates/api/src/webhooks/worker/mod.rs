//! The worker: derives what is to be told and tells it, in the background, as the owner. Several services may run: the
//! database takes each event once for an endpoint, and who sends a delivery has claimed it.

mod client;
mod derive;
mod send;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use tokio::task::JoinSet;
use uuid::Uuid;

use self::client::Sender;
use super::store;
use crate::{error::Result, state::AppState};

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked what happened.
const DERIVE_EVERY: Duration = Duration::from_secs(3);
/// How often everything since the last such look is looked through, for transactions that took longer than usual.
const ALL_EVERY: Duration = Duration::from_secs(3600);
/// Endpoints that are told at once.
const AT_ONCE: usize = 16;
/// What was delivered, given up or cancelled is listed for so long.
const KEPT_FOR: TimeDelta = TimeDelta::days(90);

/// At the start and every second, until the service stops. What is being sent then is waited for; what is only claimed is
/// given back. Of a service that is killed, another one sends it when the claim has run out.
pub async fn keep(state: AppState) {
    let sender = match Sender::new(state.config()) {
        Ok(sender) => sender,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent: the HTTP client was not made");
            return;
        }
    };
    let (mut looked_at, mut all_at) = (None::<Instant>, None::<Instant>);
    let mut sending: JoinSet<Uuid> = JoinSet::new();
    let mut busy: HashSet<Uuid> = HashSet::new();
    loop {
        if looked_at.is_none_or(|at| at.elapsed() >= DERIVE_EVERY) {
            let all = all_at.is_none_or(|at| at.elapsed() >= ALL_EVERY);
            match derive::look(&state, all).await {
                Ok(()) if all => all_at = Some(Instant::now()),
                Ok(()) => {}
                Err(error) => tracing::error!(%error, "webhooks: it was not looked what happened; tried again"),
            }
            looked_at = Some(Instant::now());
        }
        match store::due(state.db().owner(), None, state.now()).await {
            Ok(due) => {
                for endpoint in due {
                    if busy.len() < AT_ONCE && busy.insert(endpoint.id) {
                        let (state, sender) = (state.clone(), sender.clone());
                        sending.spawn(async move {
                            let id = endpoint.id;
                            send::tell(&state, &sender, endpoint).await;
                            id
                        });
                    }
                }
            }
            Err(error) => tracing::error!(%error, "webhooks: it was not looked what is due; tried again"),
        }
        let pause = tokio::time::sleep(EVERY);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = state.stopping().cancelled() => {
                    while sending.join_next().await.is_some() {}
                    return;
                }
                () = &mut pause => break,
                Some(ended) = sending.join_next(), if !sending.is_empty() => match ended {
                    Ok(id) => { busy.remove(&id); }
                    // Whose it was is not known; what it had claimed is sent when the claim has run out.
                    Err(error) => {
                        tracing::error!(%error, "webhooks: sending failed");
                        if sending.is_empty() { busy.clear(); }
                    }
                },
            }
        }
    }
}

/// Looks at everything that happened and sends whatever is due, once. For tests and command lines.
///
/// # Errors
/// The database failed, or the client cannot be made.
pub async fn run_once(state: &AppState) -> Result<()> {
    let sender = Sender::new(state.config())?;
    derive::look(state, true).await?;
    for endpoint in store::due(state.db().owner(), None, state.now()).await? {
        send::tell(state, &sender, endpoint).await;
    }
    Ok(())
}

/// Deletes what has been listed for its time.
///
/// # Errors
/// The database failed.
pub async fn tidy(state: &AppState) -> Result<()> {
    store::purge(state.db().owner(), state.now(), KEPT_FOR).await
}
