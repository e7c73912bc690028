//! Scans per second over HTTP, one a request and fifty a request, and how long a scan takes at half of that rate, against
//! pgbench doing the inserts of a check-in (a row of attendance, a row of the ledger, a summary) in one statement.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures::{StreamExt, stream};
use kepu_tests::school::{School, activity, session_at};
use kepu_tests::{Client, Server};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::results::{Row, median, per_second, ratio};

const PUPILS: usize = 300;
const SESSIONS: usize = 25;
const CLIENTS: usize = 32;
const BATCH: usize = 50;

const LIMIT_TABLES: &str = "
CREATE TABLE limit_session (id int PRIMARY KEY, open boolean NOT NULL);
INSERT INTO limit_session SELECT g, true FROM generate_series(1, 1000) g;
CREATE TABLE limit_attendance (id uuid PRIMARY KEY, session int, person int, at timestamptz);
CREATE TABLE limit_ledger (id uuid PRIMARY KEY, person int, amount bigint, at timestamptz);
CREATE TABLE limit_summary (person int PRIMARY KEY, total bigint);
";

const LIMIT_ONE: &str = "\\set s random(1, 1000)
\\set p random(1, 200000)
WITH t AS (SELECT id FROM limit_session WHERE id = :s AND open),
     a AS (INSERT INTO limit_attendance SELECT gen_random_uuid(), t.id, :p, now() FROM t RETURNING person),
     l AS (INSERT INTO limit_ledger SELECT gen_random_uuid(), person, 1000, now() FROM a)
INSERT INTO limit_summary SELECT person, 1000 FROM a
ON CONFLICT (person) DO UPDATE SET total = limit_summary.total + 1000;
";

const LIMIT_BATCH: &str = "\\set s random(1, 1000)
\\set p random(1, 4000)
WITH t AS (SELECT id FROM limit_session WHERE id = :s AND open),
     a AS (INSERT INTO limit_attendance
           SELECT gen_random_uuid(), t.id, :p * 50 + g, now() FROM t, generate_series(1, 50) g RETURNING person),
     l AS (INSERT INTO limit_ledger SELECT gen_random_uuid(), person, 1000, now() FROM a)
INSERT INTO limit_summary SELECT person, 1000 FROM a ORDER BY person
ON CONFLICT (person) DO UPDATE SET total = limit_summary.total + 1000;
";

/// Measures service and limit in turn.
pub async fn run(rounds: usize) -> anyhow::Result<Vec<Row>> {
    let mut all = Figures::default();
    for _ in 0..rounds {
        let server = Server::start_with(|config| config.connections = 16).await;
        sqlx::raw_sql(LIMIT_TABLES).execute(server.pool()).await?;
        let gate = Gate::new(&server).await?;
        // Plans that were made for empty tables serve nobody: with some rows in each, the database learns what they hold, as
        // it does by itself within a minute.
        gate.scan_all(1, 1).await?;
        sqlx::raw_sql("ANALYZE").execute(server.pool()).await?;
        all.limit_one.push(pgbench(&server, LIMIT_ONE, None).await?.rate);
        all.one.push(gate.scan_all(SESSIONS / 3, 1).await?);
        all.limit_batch.push(pgbench(&server, LIMIT_BATCH, None).await?.rate * 50.0);
        all.batch.push(gate.scan_all(SESSIONS / 3, BATCH).await?);
        let rate = all.one.last().copied().unwrap_or(1.0) / 2.0;
        all.limit_p99.push(pgbench(&server, LIMIT_ONE, Some(rate)).await?.p99_ms);
        all.p99.push(gate.p99_at(SESSIONS / 3, rate).await?);
    }
    let (one, limit_one) = (median(all.one), median(all.limit_one));
    let (batch, limit_batch) = (median(all.batch), median(all.limit_batch));
    let (p99, limit_p99) = (median(all.p99), median(all.limit_p99));
    Ok(vec![
        Row {
            name: "door, single scans over HTTP, 32 connections",
            figure: per_second(one),
            limit: format!("pgbench, one statement, 32 clients: {}", per_second(limit_one)),
            ratio: ratio(one, limit_one),
            target: 1000,
            smaller_is_better: false,
        },
        Row {
            name: "door, batches of 50 over HTTP",
            figure: format!("{} scans", per_second(batch)),
            limit: format!("pgbench, batch of 50: {} rows", per_second(limit_batch)),
            ratio: ratio(batch, limit_batch),
            target: 700,
            smaller_is_better: false,
        },
        Row {
            name: "door, p99 at half of the maximum rate",
            figure: format!("{p99:.1} ms"),
            limit: format!("pgbench at the same rate: {limit_p99:.1} ms"),
            ratio: ratio(p99, limit_p99),
            target: 2000,
            smaller_is_better: true,
        },
    ])
}

#[derive(Default)]
struct Figures {
    one: Vec<f64>,
    limit_one: Vec<f64>,
    batch: Vec<f64>,
    limit_batch: Vec<f64>,
    p99: Vec<f64>,
    limit_p99: Vec<f64>,
}

/// Sessions that have begun, in each of which all pupils are registered, and the pupils' passes.
struct Gate {
    host: Client,
    tokens: Vec<String>,
    sessions: std::sync::Mutex<Vec<Uuid>>,
    server_now: chrono::DateTime<chrono::Utc>,
    ids: Box<dyn Fn() -> Uuid + Send + Sync>,
}

impl Gate {
    async fn new(server: &Server) -> anyhow::Result<Self> {
        let school = School::new(server, PUPILS).await;
        let read = |pupil: Uuid| {
            let teacher = school.teacher.client.clone();
            async move { teacher.get(&format!("/api/v1/persons/{pupil}/pass")).await.expect(200) }
        };
        let passes: Vec<Value> =
            stream::iter(school.pupils.iter().map(|pupil| read(pupil.0))).buffered(8).collect().await;
        let tokens: Vec<String> = passes.iter().filter_map(|pass| Some(pass["token"].as_str()?.to_owned())).collect();
        if tokens.len() != PUPILS {
            bail!("{} of {PUPILS} pupils have a pass", tokens.len());
        }
        let now = server.state().now();
        let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
        let mut sessions = Vec::new();
        for _ in 0..SESSIONS {
            let activity = activity(server, school.district, school.base, "practice", 120).await;
            let soon = now + chrono::TimeDelta::hours(1);
            let session = session_at(server, school.district, school.base, activity, soon, None).await;
            school.record(session, &pupils).await;
            sessions.push(session);
        }
        let state = server.state().clone();
        Ok(Self {
            host: school.host.client.clone(),
            tokens,
            sessions: std::sync::Mutex::new(sessions),
            server_now: now,
            ids: Box::new(move || state.new_id()),
        })
    }

    /// Requests that scan everybody in so many fresh sessions, of so many scans each, mixed as at several gates.
    fn requests(&self, sessions: usize, size: usize) -> anyhow::Result<Vec<(String, Value)>> {
        let fresh: Vec<Uuid> = {
            let mut left = self.sessions.lock().map_err(|_| anyhow::anyhow!("a bench has failed"))?;
            let at = left.len().checked_sub(sessions).context("no sessions are left")?;
            left.split_off(at)
        };
        let mut requests = Vec::new();
        for tokens in self.tokens.chunks(size) {
            for session in &fresh {
                let scan = |token: &String| {
                    json!({ "id": (self.ids)(), "scanned_at": self.server_now, "clock_offset_ms": 0, "direction": "in",
                            "method": "pass", "pass": token })
                };
                let scans: Vec<Value> = tokens.iter().map(scan).collect();
                let body = json!({ "device_id": session, "scans": scans });
                requests.push((format!("/api/v1/sessions/{session}/scans"), body));
            }
        }
        Ok(requests)
    }

    /// Scans per second.
    async fn scan_all(&self, sessions: usize, size: usize) -> anyhow::Result<f64> {
        let requests = self.requests(sessions, size)?;
        let start = Instant::now();
        let send = |(path, body): (String, Value)| {
            let host = self.host.clone();
            async move { host.post_json(&path, &body).await.expect(200)["accepted"].as_u64().unwrap_or(0) }
        };
        let accepted: u64 =
            stream::iter(requests).map(send).buffer_unordered(CLIENTS).fold(0, async |sum, n| sum + n).await;
        let seconds = start.elapsed().as_secs_f64();
        if accepted != (sessions * PUPILS) as u64 {
            bail!("{accepted} of {} scans were accepted", sessions * PUPILS);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate to print")]
        let accepted = accepted as f64;
        Ok(accepted / seconds)
    }

    /// Milliseconds within which 99 of 100 single scans are answered when so many come a second.
    async fn p99_at(&self, sessions: usize, rate: f64) -> anyhow::Result<f64> {
        let requests = self.requests(sessions, 1)?;
        let start = tokio::time::Instant::now();
        let mut sent = Vec::with_capacity(requests.len());
        let mut due = Duration::ZERO;
        for (path, body) in requests {
            tokio::time::sleep_until(start + due).await;
            let (host, scheduled) = (self.host.clone(), start + due);
            sent.push(tokio::spawn(async move {
                host.post_json(&path, &body).await.expect(200);
                scheduled.elapsed().as_secs_f64() * 1000.0
            }));
            due += Duration::from_secs_f64(1.0 / rate);
        }
        let mut took = Vec::with_capacity(sent.len());
        for one in sent {
            took.push(one.await?);
        }
        Ok(percentile(took, 99))
    }
}

fn percentile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() * percent / 100).min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

struct Measured {
    rate: f64,
    p99_ms: f64,
}

async fn pgbench(server: &Server, script: &str, rate: Option<f64>) -> anyhow::Result<Measured> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("script.sql");
    std::fs::write(&file, script)?;
    let mut command = Command::new("pgbench");
    command.current_dir(folder.path()).args(["-n", "-T", "5", "-c", &CLIENTS.to_string(), "-j", "2", "-l"]);
    if let Some(rate) = rate {
        command.arg(format!("--rate={rate:.0}"));
    }
    command.arg("-f").arg(&file).arg(server.database_url());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await?
        .context("pgbench runs (it comes with PostgreSQL)")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let tps = said.lines().find_map(|l| l.strip_prefix("tps = ")?.split_whitespace().next()?.parse::<f64>().ok());
    let mut took = Vec::new();
    for entry in std::fs::read_dir(folder.path())? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "sql") {
            continue;
        }
        // Client, transaction, microseconds …
        let text = std::fs::read_to_string(path)?;
        took.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok()).map(|us| us / 1000.0));
    }
    let rate = tps.with_context(|| format!("pgbench says its tps: {said}{complaint}"))?;
    Ok(Measured { rate, p99_ms: percentile(took, 99) })
}
