//! Places meet rows here; who gets one is decided by [`kepu_domain::places`].
//!
//! Everything happens under one lock a session, over all districts, so the order of the lock is the order of arrival. A
//! transaction moves up those of its own district alone; a place that is due to somebody of another district is left to
//! that one, and nobody behind gets it.

mod moving;
pub(crate) mod store;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use kepu_domain::participation::{StateName, Step};
use kepu_domain::places::{Room, Taken as TakenPlaces};
use serde_json::json;
use uuid::Uuid;

pub use self::moving::{keep, move_up};
use super::store::{Row, Taken, store_steps};
use crate::audit::{self, Event, Origin};
use crate::error::{ApiError, Result};
use crate::state::AppState;
use crate::tenancy::Tx;

/// The places and the waitlist of a session, while its lock is held.
pub struct Line {
    session: Uuid,
    room: Room,
    /// Who wait on, of all districts.
    waiting: i64,
    /// Who wait in other districts and get their place there.
    due: HashSet<Uuid>,
    /// Who of this district got a place now.
    pub admitted: Vec<Uuid>,
}

/// What somebody who asks gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A place.
    Place,
    /// This place in the waitlist, from 1.
    Waits(i64),
}

impl Line {
    /// Takes the lock and moves up whoever is due a place by now; none for a session that was cancelled, or whose host has
    /// closed.
    pub async fn settled(tx: &mut Tx, session: Uuid, by: &Origin, now: DateTime<Utc>) -> Result<Option<Self>> {
        store::lock(tx, session).await?;
        loop {
            let Some(line) = Self::read(tx, session, now).await? else { return Ok(None) };
            let rows = store::lock_waiting(tx, &line.admitted).await?;
            // The door does not ask for the lock: whom it let in meanwhile waits no more, and the next one is due.
            if rows.len() == line.admitted.len() {
                line.admit(tx, rows, by, now).await?;
                return Ok(Some(line));
            }
        }
    }

    async fn read(tx: &mut Tx, session: Uuid, now: DateTime<Utc>) -> Result<Option<Self>> {
        let Some(terms) = store::terms(tx, session).await? else { return Ok(None) };
        let mut taken = TakenPlaces::default();
        let mut waiting = 0;
        for row in store::counted(tx, session).await? {
            taken.add(row.school_id, store::count(row.taken)?);
            waiting += row.waiting;
        }
        let room = Room::new(terms, taken, now);
        let mut line = Self { session, room, waiting, due: HashSet::new(), admitted: Vec::new() };
        if waiting > 0 && line.room.is_open() {
            for next in store::waitlist(tx, session).await? {
                if !line.room.take(next.school_id) {
                    continue;
                }
                line.waiting -= 1;
                if next.district_id == tx.district().0 {
                    line.admitted.push(next.participation_id);
                } else {
                    line.due.insert(next.participation_id);
                }
            }
        }
        Ok(Some(line))
    }

    async fn admit(&self, tx: &mut Tx, rows: Vec<Row>, by: &Origin, now: DateTime<Utc>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut taken = Vec::with_capacity(rows.len());
        for row in rows {
            let from = StateName::Waitlisted;
            let to = row.participation()?.take(Step::Admit).map_err(ApiError::internal)?;
            taken.push(Taken { id: row.id, from, to, reason: String::new() });
        }
        store_steps(tx, &taken, by.account_id.unwrap_or_default(), now).await?;
        let detail = json!({ "participations": self.admitted });
        let event = Event::new("participation.admit", "session", self.session, detail);
        audit::record_as(tx, by, now, vec![event]).await
    }

    /// Refuses whoever asks before places open.
    pub fn require_open(&self) -> Result<()> {
        let Some(opens) = self.room.opens_later() else { return Ok(()) };
        let detail = format!("Places of this session open at {}. Register from then on.", opens.to_rfc3339());
        Err(ApiError::conflict("places_not_open", detail))
    }

    /// The next in the order of arrival asks.
    pub fn ask(&mut self, school: Option<Uuid>) -> Asked {
        if self.room.take(school) {
            return Asked::Place;
        }
        self.waiting += 1;
        Asked::Waits(self.waiting)
    }

    /// The place in the waitlist of each who waits, as far as it is stored.
    pub async fn turns(&self, tx: &mut Tx) -> Result<HashMap<Uuid, i64>> {
        let waiting = store::waitlist(tx, self.session).await?;
        let waiting = waiting.into_iter().map(|one| one.participation_id).filter(|id| !self.due.contains(id));
        Ok(waiting.zip(1..).collect())
    }
}

/// Places became free, or there are more: the first of the waitlist take them. Answers how many of this district did; the
/// other districts follow in the background.
pub async fn admit_next(
    tx: &mut Tx,
    state: &AppState,
    session: Uuid,
    by: &Origin,
    now: DateTime<Utc>,
) -> Result<usize> {
    let Some(line) = Line::settled(tx, session, by, now).await? else { return Ok(0) };
    if !line.due.is_empty() {
        moving::follow(state, session);
    }
    Ok(line.admitted.len())
}
