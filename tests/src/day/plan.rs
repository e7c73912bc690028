//! Who comes when to which gate.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use uuid::Uuid;

/// Devices at the gates of a session.
pub const DEVICES: usize = 3;
/// How long a session lasts.
pub const LENGTH: TimeDelta = TimeDelta::minutes(120);
/// The last session began so long ago: all have come by now.
const LAST_BEGAN: i64 = 25;
/// All of a session have come so long after its beginning.
const LAST_COMES: i64 = 15;

/// A child with the text of its pass.
#[derive(Debug, Clone)]
pub struct Child {
    pub person: Uuid,
    pub token: String,
}

/// What somebody shows at a gate.
#[derive(Debug, Clone)]
pub struct Look {
    /// When, in truth.
    pub at: DateTime<Utc>,
    /// At which device.
    pub device: usize,
    pub direction: &'static str,
    pub token: String,
}

/// A session and who comes.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: String,
    pub starts_at: DateTime<Utc>,
    pub in_out: bool,
    pub walk_ins: bool,
    pub came: Vec<Uuid>,
    pub missing: Vec<Uuid>,
    /// Came, and must not come in.
    pub strangers: Vec<Uuid>,
    pub looks: Vec<Look>,
    /// Scans that must count, and that must not.
    pub accepted: u64,
    pub refused: u64,
}

/// When the session of this number began, of so many.
pub fn began(number: usize, of: usize, now: DateTime<Utc>) -> DateTime<Utc> {
    let after = i64::try_from(of.saturating_sub(number + 1)).unwrap_or(0);
    let between = (240 / i64::try_from(of.max(1)).unwrap_or(1)).max(30);
    now - TimeDelta::minutes(LAST_BEGAN + after * between)
}

impl Session {
    /// A session without guests.
    pub fn new(number: usize, id: String, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        // Everybody has left by now.
        let over = starts_at + LENGTH + TimeDelta::minutes(LAST_COMES) <= now;
        Self {
            id,
            starts_at,
            in_out: over && number.is_multiple_of(2),
            walk_ins: number.is_multiple_of(2),
            came: Vec::new(),
            missing: Vec::new(),
            strangers: Vec::new(),
            looks: Vec::new(),
            accepted: 0,
            refused: 0,
        }
    }

    /// Draws the day of the registered and of some who are not.
    pub fn draw(&mut self, registered: Vec<Child>, others: Vec<Child>, random: &mut StdRng) {
        for child in registered {
            if random.random_ratio(3, 100) {
                self.missing.push(child.person);
                continue;
            }
            self.comes(&child, random);
        }
        for child in others {
            if self.walk_ins {
                self.comes(&child, random);
            } else {
                self.strangers.push(child.person);
                self.refused += 1;
                let at = self.starts_at + TimeDelta::seconds(random.random_range(-1200..600));
                self.look(&child.token, at, random.random_range(0..DEVICES), "in");
            }
        }
        // A ticket of something else.
        for _ in 0..2 {
            self.refused += 1;
            let at = self.starts_at + TimeDelta::seconds(random.random_range(-1200..600));
            self.look("https://example.org/ticket", at, random.random_range(0..DEVICES), "in");
        }
        self.looks.sort_by_key(|look| look.at);
    }

    fn comes(&mut self, child: &Child, random: &mut StdRng) {
        self.came.push(child.person);
        self.accepted += 1;
        let device = random.random_range(0..DEVICES);
        let at = self.starts_at + TimeDelta::seconds(random.random_range(-2400..(LAST_COMES - 4) * 60));
        self.look(&child.token, at, device, "in");
        if random.random_ratio(8, 100) {
            let other = (device + 1) % DEVICES;
            self.look(&child.token, at + TimeDelta::seconds(random.random_range(60..180)), other, "in");
        }
        if random.random_ratio(5, 100) {
            self.look(&child.token, at + TimeDelta::seconds(10), device, "in");
        }
        // Some forget to show that they leave.
        if self.in_out && random.random_ratio(9, 10) {
            self.accepted += 1;
            let at = self.starts_at + TimeDelta::seconds(random.random_range(3600..7200));
            self.look(&child.token, at, random.random_range(0..DEVICES), "out");
        }
    }

    fn look(&mut self, token: &str, at: DateTime<Utc>, device: usize, direction: &'static str) {
        self.looks.push(Look { at, device, direction, token: token.to_owned() });
    }
}

/// How the time of the day is pressed into that of the play.
#[derive(Debug, Clone)]
pub struct Span {
    first: DateTime<Utc>,
    whole: TimeDelta,
    begin: Instant,
    seconds: f64,
}

impl Span {
    pub fn of(sessions: &[Session], seconds: f64) -> Self {
        let moments = || sessions.iter().flat_map(|session| session.looks.iter().map(|look| look.at));
        let first = moments().min().unwrap_or_default();
        let whole = moments().max().unwrap_or_default().signed_duration_since(first);
        Self { first, whole, begin: Instant::now(), seconds }
    }

    /// Waits until it is that time of the day.
    pub async fn wait(&self, at: DateTime<Utc>) {
        let millis = |time: TimeDelta| f64::from(i32::try_from(time.num_milliseconds()).unwrap_or(i32::MAX));
        let part = millis(at.signed_duration_since(self.first)) / millis(self.whole).max(1.0);
        let due = self.begin + Duration::from_secs_f64((part * self.seconds).max(0.0));
        tokio::time::sleep_until(due.into()).await;
    }
}
