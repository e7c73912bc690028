//! Where scans wait for the transaction before theirs: those of one session that arrive while it runs go into the next one
//! together, and each request is answered after its commit.
//!
//! A queue of children sends one scan at a time; without this, each would pay for a commit of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::future::Cache;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::MOST;
use super::store;
use super::take::{Incoming, take};
use super::view::VerdictView;
use crate::audit::{self, Event, Origin};
use crate::error::{ApiError, Result};
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Requests of one session that may wait.
const QUEUE: usize = 1000;
/// A session whose door is quiet for so long gives its place back.
const QUIET: Duration = Duration::from_secs(30);

type Lane = (DistrictId, Uuid);

/// The scans of one request.
struct Waiting {
    scans: Vec<Incoming>,
    origin: Origin,
    answer: oneshot::Sender<Result<Vec<VerdictView>>>,
}

/// The lanes: one for each session and district whose door is busy.
#[derive(Clone)]
pub struct Intake {
    lanes: Arc<Mutex<HashMap<Lane, mpsc::Sender<Waiting>>>>,
    /// Which host a session belongs to: that never changes.
    hosts: Cache<Uuid, Uuid>,
}

impl Intake {
    /// No door is busy.
    pub fn new() -> Self {
        Self { lanes: Arc::default(), hosts: Cache::builder().max_capacity(100_000).build() }
    }

    /// The host of a session.
    pub async fn host_of(&self, state: &AppState, district: DistrictId, session: Uuid) -> Result<Uuid> {
        if let Some(host) = self.hosts.get(&session).await {
            return Ok(host);
        }
        let mut tx = state.begin_in(district).await?;
        let host = store::session(&mut tx, session).await?.host_id;
        self.hosts.insert(session, host).await;
        Ok(host)
    }

    /// Takes scans; answers when they are durable.
    pub async fn take(
        &self,
        state: &AppState,
        lane: (DistrictId, Uuid),
        scans: Vec<Incoming>,
        origin: Origin,
    ) -> Result<Vec<VerdictView>> {
        let (answer, answered) = oneshot::channel();
        let mut waiting = Waiting { scans, origin, answer };
        // A lane that has just closed is opened again; it cannot close twice in a moment.
        for _ in 0..3 {
            match self.lane(state, lane).send(waiting).await {
                Ok(()) => return answered.await.map_err(|_| busy())?,
                Err(mpsc::error::SendError(back)) => waiting = back,
            }
        }
        Err(busy())
    }

    fn lane(&self, state: &AppState, lane: Lane) -> mpsc::Sender<Waiting> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = lanes.get(&lane).filter(|open| !open.is_closed()) {
            return open.clone();
        }
        let (sender, receiver) = mpsc::channel(QUEUE);
        lanes.insert(lane, sender.clone());
        tokio::spawn(run(self.clone(), state.clone(), lane, receiver));
        sender
    }
}

impl Intake {
    fn close(&self, lane: &Lane, queue: &mut mpsc::Receiver<Waiting>) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        queue.close();
        lanes.remove(lane);
    }
}

impl Default for Intake {
    fn default() -> Self {
        Self::new()
    }
}

fn busy() -> ApiError {
    ApiError::unavailable("busy", "The door's queue is full. The scans are safe on the device: send them again.")
}

async fn run(intake: Intake, state: AppState, lane: Lane, mut queue: mpsc::Receiver<Waiting>) {
    while let Ok(Some(first)) = tokio::time::timeout(QUIET, queue.recv()).await {
        let mut together = vec![first];
        let mut count = together.iter().map(|one| one.scans.len()).sum::<usize>();
        while count < MOST {
            let Ok(next) = queue.try_recv() else { break };
            count += next.scans.len();
            together.push(next);
        }
        serve(&state, lane, together).await;
    }
    intake.close(&lane, &mut queue);
    // Who slipped in before the lane closed.
    while let Some(one) = queue.recv().await {
        serve(&state, lane, vec![one]).await;
    }
}

async fn serve(state: &AppState, lane: Lane, together: Vec<Waiting>) {
    let now = state.now();
    match commit(state, lane, &together, now).await {
        Ok(answers) => {
            for (one, answer) in together.into_iter().zip(answers) {
                let _ = one.answer.send(Ok(answer));
            }
        }
        // One request's trouble is not another's: each for itself.
        Err(error) if together.len() > 1 => {
            tracing::warn!(%error, requests = together.len(), "scans are taken one request at a time");
            for one in together {
                let answer = commit(state, lane, std::slice::from_ref(&one), now).await;
                let answer = answer.map(|mut all| all.pop().unwrap_or_default());
                let _ = one.answer.send(answer);
            }
        }
        Err(error) => {
            if let Some(one) = together.into_iter().next() {
                let _ = one.answer.send(Err(error));
            }
        }
    }
}

async fn commit(
    state: &AppState,
    (district, session): Lane,
    together: &[Waiting],
    now: DateTime<Utc>,
) -> Result<Vec<Vec<VerdictView>>> {
    let scans: Vec<Incoming> = together.iter().flat_map(|one| one.scans.iter().cloned()).collect();
    let mut tx = state.begin_in(district).await?;
    let mut verdicts = take(&mut tx, session, &scans, now).await?.into_iter();
    let mut answers = Vec::with_capacity(together.len());
    let mut events = Vec::with_capacity(together.len());
    for one in together {
        let mine: Vec<VerdictView> = verdicts.by_ref().take(one.scans.len()).collect();
        let count = |word: &str| mine.iter().filter(|view| view.verdict == word).count();
        let detail = json!({
            "scans": mine.len(), "accepted": count("accepted"), "duplicates": count("duplicate_of"),
            "needs_review": count("needs_review"), "refused": count("refused"), "conflicts": count("conflict"),
        });
        events.push((one.origin.clone(), Event::new("scan.take", "session", session, detail)));
        answers.push(mine);
    }
    audit::record_each(&mut tx, now, events).await?;
    tx.commit().await?;
    Ok(answers)
}
