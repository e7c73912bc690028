//! Moves waitlists up when quotas end, and in the other districts of a session when a place became free in one. Each
//! session in each district is a transaction of its own; who is due is told by what is stored, so a stop loses nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Line, store};
use crate::audit::Origin;
use crate::error::Result;
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Everything is looked at so often, whatever happened in between.
const WHOLE: TimeDelta = TimeDelta::hours(1);
/// A session whose quotas were made to end earlier is found within this time.
const LOOK: Duration = Duration::from_secs(30);

/// At the start, when the quotas of a session end, and every hour, until the service stops.
pub async fn keep(state: AppState) {
    let (mut whole, mut looked) = (None::<DateTime<Utc>>, state.now());
    loop {
        let now = state.now();
        let moved = if whole.is_none_or(|at| now - at >= WHOLE) {
            move_up(&state, None).await.map(|_| whole = Some(now))
        } else {
            move_turned(&state, looked, now).await
        };
        match moved {
            Ok(()) => looked = now,
            Err(error) => tracing::error!(%error, "waitlists were not moved up; it is tried again in a moment"),
        }
        tokio::select! {
            () = state.stopping().cancelled() => return,
            () = tokio::time::sleep(until_next(&state).await) => {}
        }
    }
}

/// Moves up every waitlist, or those of some sessions, in every district; answers how many persons got a place. Where one
/// fails, the others go on.
///
/// # Errors
/// The first failure.
pub async fn move_up(state: &AppState, only: Option<&[Uuid]>) -> Result<usize> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let districts = store::districts(&mut tx).await?;
    tx.rollback().await?;
    let (mut persons, mut failed) = (0, None);
    for district in districts {
        match move_up_in(state, DistrictId(district), only).await {
            Ok(many) => persons += many,
            Err(error) => {
                tracing::error!(%error, %district, "waitlists were not moved up");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(persons), Err)
}

/// The same for one session in the background. It waits for the lock of the caller's transaction.
pub(super) fn follow(state: &AppState, session: Uuid) {
    let job = state.clone();
    state.spawn_job("move up a waitlist", async move {
        if let Err(error) = move_up(&job, Some(&[session])).await {
            tracing::error!(%error, %session, "a waitlist was not moved up; it is tried again within an hour");
        }
    });
}

async fn move_turned(state: &AppState, after: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let turned = store::turned(&mut tx, after, now).await?;
    tx.rollback().await?;
    if !turned.is_empty() {
        move_up(state, Some(&turned)).await?;
    }
    Ok(())
}

async fn move_up_in(state: &AppState, district: DistrictId, only: Option<&[Uuid]>) -> Result<usize> {
    let mut tx = state.begin_in(district).await?;
    let sessions = store::waited_for(&mut tx, state.now(), only).await?;
    tx.rollback().await?;
    let mut persons = 0;
    for session in sessions {
        if state.stopping().is_cancelled() {
            break;
        }
        let mut tx = state.begin_in(district).await?;
        let line = Line::settled(&mut tx, session, &Origin::default(), state.now()).await?;
        persons += line.map_or(0, |line| line.admitted.len());
        tx.commit().await?;
    }
    Ok(persons)
}

/// How long until quotas end somewhere, or somebody may have changed when they do.
async fn until_next(state: &AppState) -> Duration {
    let next = async {
        let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
        let next = store::next_turn(&mut tx, state.now()).await?;
        tx.rollback().await?;
        Result::Ok(next)
    };
    let next = next.await.ok().flatten().and_then(|at| (at - state.now()).to_std().ok());
    next.unwrap_or(LOOK).min(LOOK) + Duration::from_millis(20)
}
