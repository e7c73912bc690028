//! Where scans wait for the transaction before theirs: those of a district that arrive while it runs go into the next one
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
use crate::passes::keys::Keys;
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Requests of one district that may wait.
const QUEUE: usize = 1000;
/// A district whose doors are quiet for so long gives its lane back.
const QUIET: Duration = Duration::from_secs(30);
/// How long keys of passes are remembered; a key is there before its first pass.
const KEYS_FOR: Duration = Duration::from_secs(10);
/// A device that was seen is not said to have been seen again for so long.
const SEEN_FOR: Duration = Duration::from_secs(30);

/// The scans of one request.
struct Waiting {
    session: Uuid,
    scans: Vec<Incoming>,
    origin: Origin,
    answer: oneshot::Sender<Result<Vec<VerdictView>>>,
}

/// The lanes: one for each district whose doors are busy.
#[derive(Clone)]
pub struct Intake {
    lanes: Arc<Mutex<HashMap<DistrictId, mpsc::Sender<Waiting>>>>,
    /// Which host a session belongs to: that never changes.
    hosts: Cache<Uuid, Uuid>,
    keys: Cache<DistrictId, Arc<Keys>>,
    seen: Cache<(DistrictId, Uuid), ()>,
}

impl Intake {
    /// No door is busy.
    pub fn new() -> Self {
        Self {
            lanes: Arc::default(),
            hosts: Cache::builder().max_capacity(100_000).build(),
            keys: Cache::builder().max_capacity(1000).time_to_live(KEYS_FOR).build(),
            seen: Cache::builder().max_capacity(10_000).time_to_live(SEEN_FOR).build(),
        }
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

    /// Takes the scans of a request; answers when they are durable.
    pub async fn take(
        &self,
        state: &AppState,
        district: DistrictId,
        session: Uuid,
        scans: Vec<Incoming>,
        origin: Origin,
    ) -> Result<Vec<VerdictView>> {
        let (answer, answered) = oneshot::channel();
        let mut waiting = Waiting { session, scans, origin, answer };
        // A lane that has just closed is opened again; it cannot close twice in a moment.
        for _ in 0..3 {
            match self.lane(state, district).send(waiting).await {
                Ok(()) => return answered.await.map_err(|_| busy())?,
                Err(mpsc::error::SendError(back)) => waiting = back,
            }
        }
        Err(busy())
    }

    fn lane(&self, state: &AppState, district: DistrictId) -> mpsc::Sender<Waiting> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = lanes.get(&district).filter(|open| !open.is_closed()) {
            return open.clone();
        }
        let (sender, receiver) = mpsc::channel(QUEUE);
        lanes.insert(district, sender.clone());
        tokio::spawn(run(self.clone(), state.clone(), district, receiver));
        sender
    }

    fn close(&self, district: DistrictId, queue: &mut mpsc::Receiver<Waiting>) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        queue.close();
        lanes.remove(&district);
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

async fn run(intake: Intake, state: AppState, district: DistrictId, mut queue: mpsc::Receiver<Waiting>) {
    while let Ok(Some(first)) = tokio::time::timeout(QUIET, queue.recv()).await {
        let mut together = vec![first];
        let mut count = together.iter().map(|one| one.scans.len()).sum::<usize>();
        while count < MOST {
            let Ok(next) = queue.try_recv() else { break };
            count += next.scans.len();
            together.push(next);
        }
        serve(&intake, &state, district, together).await;
    }
    intake.close(district, &mut queue);
    // Who slipped in before the lane closed.
    while let Some(one) = queue.recv().await {
        serve(&intake, &state, district, vec![one]).await;
    }
}

async fn serve(intake: &Intake, state: &AppState, district: DistrictId, together: Vec<Waiting>) {
    let now = state.now();
    match commit(intake, state, district, &together, now).await {
        Ok(answers) => {
            for (one, answer) in together.into_iter().zip(answers) {
                let _ = one.answer.send(Ok(answer));
            }
        }
        // One request's trouble is not another's: each for itself.
        Err(error) if together.len() > 1 => {
            tracing::warn!(%error, requests = together.len(), "scans are taken one request at a time");
            for one in together {
                let answer = commit(intake, state, district, std::slice::from_ref(&one), now).await;
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
    intake: &Intake,
    state: &AppState,
    district: DistrictId,
    together: &[Waiting],
    now: DateTime<Utc>,
) -> Result<Vec<Vec<VerdictView>>> {
    let scans: Vec<Incoming> = together.iter().flat_map(|one| one.scans.iter().cloned()).collect();
    let mut tx = state.begin_in(district).await?;
    let keys = match intake.keys.get(&district).await {
        Some(keys) => keys,
        None => Arc::new(Keys::load(&mut tx).await?),
    };
    let mut verdicts = take(&mut tx, &keys, &scans, now).await?.into_iter();
    let mut answers = Vec::with_capacity(together.len());
    let mut events = Vec::with_capacity(together.len());
    for one in together {
        let mine: Vec<VerdictView> = verdicts.by_ref().take(one.scans.len()).collect();
        let count = |word: &str| mine.iter().filter(|view| view.verdict == word).count();
        let detail = json!({
            "scans": mine.len(), "accepted": count("accepted"), "duplicates": count("duplicate_of"),
            "needs_review": count("needs_review"), "refused": count("refused"), "conflicts": count("conflict"),
        });
        events.push((one.origin.clone(), Event::new("scan.take", "session", one.session, detail)));
        answers.push(mine);
    }
    audit::record_each(&mut tx, now, events).await?;
    let mut devices: Vec<Uuid> = scans.iter().map(|one| one.device_id).collect();
    devices.sort_unstable();
    devices.dedup();
    devices.retain(|device| !intake.seen.contains_key(&(district, *device)));
    if !devices.is_empty() {
        store::devices_seen(&mut tx, &devices, now).await?;
    }
    tx.commit().await?;
    for device in devices {
        intake.seen.insert((district, device), ()).await;
    }
    // A district without keys may make its first any moment.
    if keys.newest().is_some() {
        intake.keys.insert(district, keys).await;
    }
    Ok(answers)
}
