//! A base's day, played over HTTP against a running service: sessions that overlap, queues at three gates each, devices
//! that are offline half of the time, say everything twice and have wrong clocks. In the end every child who came is
//! confirmed once, and nobody else.

mod base;
mod check;
mod device;
mod plan;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::try_join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Client;

/// What to play, and where.
#[derive(Debug, Clone)]
pub struct Day {
    /// Where the service listens.
    pub url: String,
    /// An account of the base: it makes the sessions and is signed in on the devices.
    pub login: String,
    /// Another account of the base: it closes, for who let a walk-in in does not confirm it.
    pub colleague: String,
    /// Teachers of the schools that come, at least one for each school.
    pub teachers: Vec<String>,
    /// The password of all of them.
    pub password: String,
    /// Sessions.
    pub sessions: usize,
    /// Children registered in each.
    pub children: usize,
    /// Into how many seconds the day is pressed.
    pub seconds: f64,
    /// Another day for another number.
    pub seed: u64,
}

/// How it went.
#[derive(Debug, Default)]
pub struct Report {
    /// Children who came.
    pub came: usize,
    /// Children who were registered and did not come.
    pub missing: usize,
    /// Scans that devices made.
    pub scans: usize,
    /// Scans as they were sent, repeated ones too.
    pub sent: usize,
    /// Requests that carried scans.
    pub requests: usize,
    /// Scans that came after the closing.
    pub after_closing: usize,
    /// Milliseconds that each request with scans took, in order.
    pub took: Vec<f64>,
    /// Between the first and the last request with scans, beside the closing.
    pub seconds: f64,
    /// Scans of each worth.
    pub verdicts: BTreeMap<String, u64>,
    /// What was to be looked at before the closing.
    pub oddities: BTreeMap<String, usize>,
}

impl Report {
    fn percentile(&self, percent: usize) -> f64 {
        let at = self.took.len().saturating_mul(percent) / 100;
        self.took.get(at.min(self.took.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |all: &BTreeMap<String, String>| {
            all.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
        };
        let verdicts = self.verdicts.iter().map(|(word, count)| (word.clone(), count.to_string())).collect();
        let oddities = self.oddities.iter().map(|(word, count)| (word.clone(), count.to_string())).collect();
        writeln!(f, "children    {} came and are confirmed once, {} did not come", self.came, self.missing)?;
        writeln!(
            f,
            "scans       {} made, {} sent, {} of them after the closing",
            self.scans, self.sent, self.after_closing
        )?;
        #[expect(clippy::cast_precision_loss, reason = "a rate to print")]
        let rate = self.sent as f64 / self.seconds.max(0.001);
        writeln!(f, "requests    {} in {:.1} s, {rate:.0} scans/s", self.requests, self.seconds)?;
        writeln!(f, "            p50 {:.1} ms, p99 {:.1} ms", self.percentile(50), self.percentile(99))?;
        writeln!(f, "verdicts    {}", counted(&verdicts))?;
        write!(f, "oddities  {}", counted(&oddities))
    }
}

/// One account of the service.
#[derive(Debug, Clone)]
struct Caller {
    client: Client,
    name: String,
}

impl Caller {
    async fn sign_in(day: &Day, login: &str) -> Result<Self> {
        let nobody = Self { client: Client::new(&day.url), name: login.to_owned() };
        let body = json!({ "login": login, "password": day.password });
        let answer = nobody.post("/api/v1/auth/login", &body).await?;
        Ok(Self { client: nobody.client.clone().with_token(word(&answer, "access_token")?), name: login.to_owned() })
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>, version: Option<i64>) -> Result<Value> {
        let asked = format!("{method} {path} as {}", self.name);
        let mut request = self.client.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        let answer =
            request.send().await.with_context(|| format!("{asked}: no answer; does the service run there?"))?;
        let status = answer.status();
        let text = answer.text().await.with_context(|| format!("{asked}: the answer broke off"))?;
        if !status.is_success() {
            bail!("{asked} answered {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("{asked} answered something else than JSON"))
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, path, Some(body), None).await
    }

    /// All items of a list, page by page.
    async fn list(&self, path: &str) -> Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}{joint}limit=500{cursor}")).await?;
            all.extend(page["items"].as_array().into_iter().flatten().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return Ok(all) };
            cursor = format!("&cursor={next}");
        }
    }

    /// The organization for which the account may do something.
    async fn organization(&self) -> Result<String> {
        let me = self.get("/api/v1/me").await?;
        let grants = me["grants"].as_array().into_iter().flatten();
        let mut organizations = grants.filter_map(|grant| grant["organization_id"].as_str());
        organizations.next().map(str::to_owned).with_context(|| format!("{} belongs to no organization", self.name))
    }
}

/// The service's clock, as far as this machine's is wrong.
#[derive(Debug, Clone, Copy)]
struct Clock {
    ahead: TimeDelta,
}

impl Clock {
    /// This machine's, until the service has told its own.
    const OURS: Self = Self { ahead: TimeDelta::zero() };

    fn told(now: DateTime<Utc>) -> Self {
        Self { ahead: now.signed_duration_since(Self::OURS.now()) }
    }

    #[expect(clippy::disallowed_methods, reason = "a machine beside the service has a clock of its own")]
    fn now(self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }
}

fn word<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("the answer has no {key}: {value}"))
}

/// How long requests took.
#[derive(Debug, Clone, Default)]
struct Watch(Arc<Mutex<Vec<(Duration, usize)>>>);

impl Watch {
    fn note(&self, began: Instant, scans: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((began.elapsed(), scans));
    }

    fn into_report(self, report: &mut Report) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        report.requests = all.len();
        report.sent = all.iter().map(|(_, scans)| scans).sum();
        report.took = all.iter().map(|(took, _)| took.as_secs_f64() * 1000.0).collect();
        report.took.sort_by(f64::total_cmp);
    }
}

/// Plays the day and checks through the API what became of everybody.
///
/// # Errors
/// The service refused something, or a child is counted wrongly: which, and how.
pub async fn play(day: &Day) -> Result<Report> {
    let base = Caller::sign_in(day, &day.login).await?;
    let colleague = Caller::sign_in(day, &day.colleague).await?;
    println!("registering {} children in each of {} sessions …", day.children, day.sessions);
    let (sessions, clock) = base::open_day(day, &base).await.context("the day could not be made")?;
    let watch = Watch::default();
    let mut report = Report::default();
    println!("the doors open …");
    let began = Instant::now();
    let devices = base::open_devices(day, &base, clock, &sessions, &watch).await;
    let mut devices = devices.context("the doors did not open")?;
    let span = plan::Span::of(&sessions, day.seconds);
    try_join_all(devices.iter_mut().map(|device| device.live(&span))).await.context("at the gates")?;
    device::carry_over(&mut devices).await.context("the file of the device that died")?;
    let mut seconds = began.elapsed();
    println!("the base closes …");
    for session in &sessions {
        check::close(&colleague, session, &mut report).await?;
    }
    let began = Instant::now();
    report.after_closing = devices.iter().map(device::Device::waiting).sum();
    try_join_all(devices.iter_mut().map(device::Device::send_the_rest)).await.context("after the closing")?;
    seconds += began.elapsed();
    report.seconds = seconds.as_secs_f64();
    for session in &sessions {
        check::session(&base, session, &mut report).await?;
    }
    watch.into_report(&mut report);
    Ok(report)
}
