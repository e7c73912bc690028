//! A roster of 100,000 rows through the service (upload, stage, difference, commit), against COPY of the same persons into
//! the same table.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::results::{Row, median, per_second, ratio};

const ROWS: usize = 100_000;
const SCHOOLS: usize = 20;

/// Measures both in turn.
pub async fn run(rounds: usize) -> anyhow::Result<Vec<Row>> {
    let (mut imported, mut copied) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let server = Server::start_with(|config| config.request_timeout = 600).await;
        imported.push(import(&server).await?);
        copied.push(copy(&server).await?);
    }
    let (imported, copied) = (median(imported), median(copied));
    Ok(vec![Row {
        name: "roster import of 100,000 rows",
        figure: format!("{} rows", per_second(imported)),
        limit: format!("COPY: {} rows", per_second(copied)),
        ratio: ratio(imported, copied),
        target: 150,
        smaller_is_better: false,
    }])
}

#[expect(clippy::cast_precision_loss, reason = "a rate to print")]
fn rate(start: Instant) -> f64 {
    ROWS as f64 / start.elapsed().as_secs_f64()
}

async fn import(server: &Server) -> anyhow::Result<f64> {
    let district = server.district("试验区").await;
    for n in 0..SCHOOLS {
        server.organization(district, "school", &format!("第{n}试验学校")).await;
    }
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    let mut csv = String::from("学校,年级,班级,学号,姓名,出生日期,性别\n");
    for n in 0..ROWS {
        let (school, grade, class) = (n % SCHOOLS, 5 + n / SCHOOLS % 4, 1 + n / SCHOOLS / 4 % 28);
        let sex = if n % 2 == 0 { "男" } else { "女" };
        csv.push_str(&format!(
            "第{school}试验学校,{grade},{class},2026{n:06},测试{n:06},201{}-03-1{},{sex}\n",
            n % 6,
            n % 9
        ));
    }
    let start = Instant::now();
    let form = reqwest::multipart::Form::new()
        .text("effective_on", "2026-09-01")
        .text("school_year", "2026")
        .part("file", reqwest::multipart::Part::bytes(csv.into_bytes()).file_name("名册.csv"));
    let staged = official.post_form("/api/v1/roster/imports", form).await.expect(202);
    let id = staged["id"].as_str().context("an import has an id")?.to_owned();
    let staged = wait(&official, &id, "staged").await?;
    if staged["counts"]["added"] != json!(ROWS) {
        bail!("not all rows are added: {staged}");
    }
    let version = staged["version"].as_i64().unwrap_or(1);
    let client = official.client.clone().with_header("If-Match", &format!("\"{version}\""));
    let answer = client.post_json(&format!("/api/v1/roster/imports/{id}/commit"), &json!({})).await;
    if !matches!(answer.status, 200 | 202) {
        bail!("the commit was refused: {}", answer.text());
    }
    wait(&official, &id, "committed").await?;
    Ok(rate(start))
}

async fn wait(official: &kepu_tests::Account, id: &str, state: &str) -> anyhow::Result<Value> {
    loop {
        let now = official.get(&format!("/api/v1/roster/imports/{id}")).await.expect(200);
        if now["state"] == state {
            return Ok(now);
        }
        if now["state"] == "failed" {
            bail!("the import failed: {now}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn copy(server: &Server) -> anyhow::Result<f64> {
    let district = server.district("对照区").await;
    let mut rows = String::new();
    for n in 0..ROWS {
        let id = server.state().new_id();
        rows.push_str(&format!(
            "{district},{id},student,2026{n:06},测试{n:06},201{}-03-1{},male,2026-09-01,2026-09-01\n",
            n % 6,
            n % 9
        ));
    }
    let mut connection = sqlx::PgConnection::connect(server.database_url()).await?;
    let start = Instant::now();
    let mut copy = connection
        .copy_in_raw(
            "COPY person (district_id, id, kind, number, name, birth_date, sex, created_at, updated_at) FROM STDIN CSV",
        )
        .await?;
    copy.send(rows.as_bytes()).await?;
    let copied = copy.finish().await?;
    if copied != ROWS as u64 {
        bail!("{copied} rows were copied");
    }
    Ok(rate(start))
}
