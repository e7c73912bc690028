//! The only clock. Tests move it; everything else asks `state.now()`.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// The system's time plus an offset that tests set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in whole microseconds, as PostgreSQL keeps it.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let moved = Utc::now() + TimeDelta::microseconds(self.offset_micros.load(Ordering::Relaxed));
        moved.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(moved)
    }

    /// Moves this clock; the system's stays.
    pub fn advance(&self, by: TimeDelta) {
        self.offset_micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}
