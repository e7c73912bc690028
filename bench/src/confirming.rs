//! Confirmed participations per second over HTTP, sessions of 50, with evaluation and ledger, against pgbench doing the
//! same inserts: 50 rows of attendance and ledger and 50 upserts of a summary in one statement.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use futures::StreamExt;
use kepu_tests::school::School;
use kepu_tests::{Client, Server};
use serde_json::json;
use uuid::Uuid;

use crate::results::{Row, median, per_second, ratio};

const PUPILS: usize = 50;
const CLASSES: usize = 8;
const SESSIONS: usize = 100;
const CLIENTS: usize = 8;

const LIMIT_TABLES: &str = "
CREATE TABLE limit_attendance (id uuid PRIMARY KEY, session int, person int, at timestamptz);
CREATE TABLE limit_ledger (id uuid PRIMARY KEY, person int, amount bigint, at timestamptz);
CREATE TABLE limit_summary (person int PRIMARY KEY, total bigint);
";

const LIMIT_SCRIPT: &str = "\\set s random(1, 1000)
WITH a AS (INSERT INTO limit_attendance
           SELECT gen_random_uuid(), :s, :s * 50 + g, now() FROM generate_series(1, 50) g RETURNING person),
     l AS (INSERT INTO limit_ledger SELECT gen_random_uuid(), person, 1000, now() FROM a)
INSERT INTO limit_summary SELECT person, 1000 FROM a ORDER BY person
ON CONFLICT (person) DO UPDATE SET total = limit_summary.total + 1000;
";

/// Measures both in turn.
pub async fn run(rounds: usize) -> anyhow::Result<Vec<Row>> {
    let (mut confirmed, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let server = Server::start().await;
        confirmed.push(confirm(&server).await?);
        limit.push(pgbench(&server).await?);
    }
    let (confirmed, limit) = (median(confirmed), median(limit));
    Ok(vec![Row {
        name: "confirming sessions of 50 over HTTP",
        figure: format!("{} persons", per_second(confirmed)),
        limit: format!("pgbench, batch of 50: {} rows", per_second(limit)),
        ratio: ratio(confirmed, limit),
        target: 400,
        smaller_is_better: false,
    }])
}

async fn confirm(server: &Server) -> anyhow::Result<f64> {
    let mut schools = Vec::new();
    for _ in 0..CLASSES {
        let school = School::new(server, PUPILS).await;
        school.adopt(include_str!("../../policies/guangming-illustrative.yaml")).await;
        let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
        let mut sessions = Vec::new();
        for day in 0..SESSIONS / CLASSES {
            let days_ago = i64::try_from(day)? * 2 + 1;
            let session = school.session(server, school.base, "practice", days_ago).await;
            school.record(session, &pupils).await;
            sessions.push(session);
        }
        schools.push((school, sessions));
    }
    let jobs: Vec<_> = schools
        .iter()
        .flat_map(|(school, sessions)| sessions.iter().map(|s| (school.host.client.clone(), *s)))
        .collect();
    // Plans that were made for empty tables serve nobody: with some rows in each, the database learns what they hold, as it
    // does by itself within a minute.
    let (first, jobs) = jobs.split_at(SESSIONS / CLASSES);
    confirm_all(first).await;
    sqlx::raw_sql("ANALYZE").execute(server.pool()).await?;
    let start = Instant::now();
    let confirmed = confirm_all(jobs).await;
    let seconds = start.elapsed().as_secs_f64();
    let wanted = (jobs.len() * PUPILS) as u64;
    if confirmed != wanted {
        bail!("{confirmed} of {wanted} participations were confirmed");
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate to print")]
    let confirmed = confirmed as f64;
    Ok(confirmed / seconds)
}

/// Persons whose participation their hosts confirmed, session by session.
async fn confirm_all(jobs: &[(Client, Uuid)]) -> u64 {
    let confirm = async |(host, session): (Client, Uuid)| {
        let path = format!("/api/v1/sessions/{session}/confirmation");
        let answer = host.post_json(&path, &json!({ "all": true })).await.expect(200);
        answer["confirmed"].as_u64().unwrap_or(0)
    };
    futures::stream::iter(jobs.to_vec()).map(confirm).buffer_unordered(CLIENTS).fold(0, async |sum, n| sum + n).await
}

async fn pgbench(server: &Server) -> anyhow::Result<f64> {
    sqlx::raw_sql(LIMIT_TABLES).execute(server.pool()).await?;
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), LIMIT_SCRIPT)?;
    let url = server.database_url().to_owned();
    let path = script.path().to_owned();
    let clients = CLIENTS.to_string();
    let output = tokio::task::spawn_blocking(move || {
        Command::new("pgbench").args(["-n", "-T", "6", "-c", &clients, "-j", "2", "-f"]).arg(path).arg(url).output()
    })
    .await?
    .context("pgbench runs (it comes with PostgreSQL)")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = said.lines().find_map(|l| l.strip_prefix("tps = ")?.split_whitespace().next()?.parse::<f64>().ok());
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    tps.map(|tps| tps * 50.0).with_context(|| format!("pgbench says its tps: {said}{complaint}"))
}
