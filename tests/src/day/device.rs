//! A device at a gate: keeps what it sees until the service has answered.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signer, SigningKey};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use super::plan::{Look, Session, Span};
use super::{Caller, Clock, Watch, word};

/// A device is offline, or not, for so long at a time.
const SPELL: i64 = 10 * 60;
/// Scans in one request.
const BATCH: usize = 60;

/// What a device does that others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Sends what it has when the doors close.
    Sends,
    /// Gets its network back when the session is closed.
    Late,
    /// Dies with what it has; its file is carried over.
    Dies,
}

/// A device.
pub struct Device {
    caller: Caller,
    id: Uuid,
    session: String,
    key: SigningKey,
    clock: Clock,
    /// By how much its clock is wrong, and what it measured of that.
    wrong: TimeDelta,
    measured: Option<i64>,
    fate: Fate,
    looks: Vec<Look>,
    /// All that it ever made, and what waits for an answer.
    made: Vec<Value>,
    outbox: Vec<Value>,
    random: StdRng,
    seed: u64,
    watch: Watch,
}

impl Device {
    /// Opens a device at a gate of a session.
    pub async fn open(
        caller: Caller,
        clock: Clock,
        session: &Session,
        (number, gate): (usize, usize),
        seed: u64,
        watch: Watch,
    ) -> Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        let key = SigningKey::from_bytes(&random.random());
        let mut device = Self {
            caller,
            id: kepu_api::ids::new(),
            session: session.id.clone(),
            key,
            clock,
            wrong: TimeDelta::seconds(random.random_range(-540..=540)),
            measured: None,
            fate: match (number, gate) {
                (0, 1) => Fate::Dies,
                (_, 2) => Fate::Late,
                _ => Fate::Sends,
            },
            looks: session.looks.iter().filter(|look| look.device == gate).cloned().collect(),
            made: Vec::new(),
            outbox: Vec::new(),
            random,
            seed,
            watch,
        };
        let clock = device.clock();
        let body = json!({ "device_id": device.id, "device_name": format!("演练 {} 门 {}", number + 1, gate + 1),
                           "device_key": URL_SAFE_NO_PAD.encode(device.key.verifying_key().to_bytes()),
                           "device_time": clock });
        let bundle = device.caller.post(&format!("/api/v1/sessions/{}/door", session.id), &body).await?;
        let server: DateTime<Utc> = word(&bundle, "server_time")?.parse()?;
        device.measured = Some(server.signed_duration_since(clock).num_milliseconds());
        // One in six cannot measure; then its clock is right.
        if device.fate == Fate::Sends && device.random.random_ratio(1, 6) {
            device.wrong = TimeDelta::zero();
            device.measured = None;
        }
        Ok(device)
    }

    /// What its clock says.
    fn clock(&self) -> DateTime<Utc> {
        self.clock.now() + self.wrong
    }

    /// How many scans wait for an answer.
    pub fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// Sees everybody who comes to its gate, and sends when it can.
    pub async fn live(&mut self, span: &Span) -> Result<()> {
        let looks = std::mem::take(&mut self.looks);
        let last = looks.len().saturating_sub(looks.len() / 3);
        for (at, look) in looks.iter().enumerate() {
            span.wait(look.at).await;
            self.see(look);
            // Who is late or dies has no network for the last third of its day.
            let gone = self.fate != Fate::Sends && at >= last;
            if !gone && !self.offline(look.at) {
                self.send().await?;
            }
        }
        if self.fate == Fate::Sends { self.send_the_rest().await } else { Ok(()) }
    }

    /// Half of its spells.
    fn offline(&self, at: DateTime<Utc>) -> bool {
        let spell = at.timestamp().div_euclid(SPELL).unsigned_abs();
        StdRng::seed_from_u64(self.seed.wrapping_mul(0x9e37_79b9).wrapping_add(spell)).random()
    }

    fn see(&mut self, look: &Look) {
        // A clock that is wrong by this much says that; what is measured sets it right.
        let scanned_at = match self.measured {
            Some(offset) => look.at - TimeDelta::milliseconds(offset),
            None => look.at + self.wrong,
        };
        let scan = json!({ "id": kepu_api::ids::new(), "scanned_at": scanned_at, "clock_offset_ms": self.measured,
                           "direction": look.direction, "method": "pass", "pass": look.token });
        self.made.push(scan.clone());
        self.outbox.push(scan);
    }

    /// Sends what waits, in batches of any size and order. Some answers are lost: those scans wait on.
    async fn send(&mut self) -> Result<()> {
        let mut waits = std::mem::take(&mut self.outbox);
        waits.shuffle(&mut self.random);
        while !waits.is_empty() {
            let size = self.random.random_range(1..=BATCH).min(waits.len());
            let batch = waits.split_off(waits.len() - size);
            let body = json!({ "device_id": self.id, "scans": batch });
            let path = format!("/api/v1/sessions/{}/scans", self.session);
            let began = Instant::now();
            let answer = self.caller.post(&path, &body).await?;
            self.watch.note(began, batch.len());
            answered(&answer, batch.len())?;
            if self.random.random_ratio(1, 10) {
                self.outbox.extend(batch);
            }
        }
        Ok(())
    }

    /// Sends until nothing waits.
    pub async fn send_the_rest(&mut self) -> Result<()> {
        while !self.outbox.is_empty() {
            self.send().await?;
        }
        Ok(())
    }

    /// The file of all that it made, signed.
    fn export(&self) -> Value {
        let payload = json!({ "format": "kepu-door-1", "device_id": self.id, "session_id": self.session,
                              "exported_at": self.clock(), "scans": self.made });
        let payload = payload.to_string();
        let signature = self.key.sign(payload.as_bytes()).to_bytes();
        json!({ "payload": payload, "signature": URL_SAFE_NO_PAD.encode(signature) })
    }
}

fn answered(answer: &Value, scans: usize) -> Result<()> {
    let verdicts = answer["verdicts"].as_array().map_or(0, Vec::len);
    ensure!(verdicts == scans && answer["conflicts"] == 0, "{scans} scans were sent, and the answer is {answer}");
    Ok(())
}

/// What died with a device comes in on another one of its session, twice, for the first answer is lost.
pub async fn carry_over(devices: &mut [Device]) -> Result<()> {
    let Some(dead) = devices.iter_mut().find(|device| device.fate == Fate::Dies) else { return Ok(()) };
    ensure!(!dead.outbox.is_empty(), "the device died with nothing that waited: play a larger day");
    dead.outbox.clear();
    let (file, count, session) = (dead.export(), dead.made.len(), dead.session.clone());
    let other = devices.iter().find(|one| one.session == session && one.fate != Fate::Dies);
    let other = other.context("another device of the session")?;
    for _ in 0..2 {
        let began = Instant::now();
        let answer = other.caller.post(&format!("/api/v1/sessions/{session}/scans/import"), &file).await?;
        other.watch.note(began, count);
        answered(&answer, count)?;
    }
    Ok(())
}
