//! How long the service takes for every request that the pages make, over the demonstration's district: 12,000 pupils,
//! 150,000 participations. One reader, one request after the other: what a click waits for, without the network.

mod list;

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, bail};
use chrono::{Datelike, Days};
use kepu_api::clock::Clock;
use kepu_api::config::Config;
use kepu_api::demo::plan::{Plan, Size, day_of};
use kepu_api::demo::{self, load};
use kepu_tests::{Client, Server, TestDatabase};
use serde_json::json;

use self::list::{FINDS, PAGES};
use crate::results::{Row, ratio};

/// What the service may take for a request of a page, at the 95th percentile.
const BUDGET_MS: f64 = 50.0;
/// How often each is asked.
const TIMES: usize = 40;
/// Before that, so that caches and prepared statements are as on any day.
const WARM_UP: usize = 3;
/// Areas of pages, and how their rows are called.
const AREAS: [(&str, &str); 15] = [
    ("frame", "pages: the frame, slowest request, p95"),
    ("account", "pages of the account, slowest request, p95"),
    ("teacher", "pages of a teacher, slowest request, p95"),
    ("school", "pages of a school, slowest request, p95"),
    ("base", "pages of a base, slowest request, p95"),
    ("district", "pages of the district, slowest request, p95"),
    ("programmes", "pages of programmes, slowest request, p95"),
    ("agreements", "pages of agreements, slowest request, p95"),
    ("lists", "pages of lists, slowest request, p95"),
    ("connections", "pages of other systems, slowest request, p95"),
    ("exceptions", "pages of exceptions, slowest request, p95"),
    ("appeals", "pages of appeals, slowest request, p95"),
    ("laboratory", "pages of the laboratory, slowest request, p95"),
    ("student", "pages of pupils and guardians, slowest request, p95"),
    ("public", "public pages, slowest request, p95"),
];

struct Figure {
    area: &'static str,
    page: &'static str,
    asked: &'static str,
    p50: f64,
    p95: f64,
}

/// Loads the district, asks everything, and gives a row for each area with the whole list beside it.
pub async fn run() -> anyhow::Result<(Vec<Row>, String)> {
    let database = TestDatabase::create().await?;
    let files = tempfile::tempdir()?;
    let mut config = Config::from_env();
    config.data.data_dir = files.path().into();
    let today = day_of(Clock::default().now());
    let plan = Plan::new(Size::Full, today);
    load::load(&database.url, config, &plan).await.context("the synthetic district is loaded")?;
    let server = Server::over(&database.url).await;

    let mut readers: HashMap<&str, Client> = HashMap::from([("", server.anonymous())]);
    for login in PAGES.iter().map(|page| page.who).chain(FINDS.iter().map(|find| find.1)) {
        if !readers.contains_key(login) {
            readers.insert(login, server.sign_in(login, demo::PASSWORD).await);
        }
    }
    connect(&readers["official"]).await;
    let soon = today.checked_add_days(Days::new(7)).unwrap_or(today);
    let mut known: HashMap<&str, String> = HashMap::from([
        ("today", today.to_string()),
        ("soon", soon.to_string()),
        ("year", plan.first_day().year().to_string()),
        ("next", (plan.first_day().year() + 1).to_string()),
    ]);
    for (name, who, asked, place) in FINDS {
        let answer = readers[who].get(&filled(asked, &known)).await;
        let found = answer.body.pointer(place).and_then(|value| value.as_str());
        let found = found.with_context(|| format!("{asked} as {who} says {place}: {}", answer.text()))?;
        known.insert(name, found.to_owned());
    }
    let mut figures = Vec::new();
    for page in PAGES {
        for asked in page.asks {
            let (p50, p95) = measure(&readers[page.who], &filled(asked, &known)).await?;
            figures.push(Figure { area: page.area, page: page.path, asked, p50, p95 });
        }
    }
    figures.sort_by(|a, b| b.p95.total_cmp(&a.p95));
    Ok((AREAS.iter().filter_map(|(area, name)| row(area, name, &figures)).collect(), list_of(&figures)))
}

/// The demonstration tells nobody anything, so a webhook with a delivery is made: halted, and to a name that leads nowhere.
async fn connect(official: &Client) {
    let body = json!({ "url": "https://hooks.invalid/", "kinds": ["ledger_entry.booked"] });
    let made = official.post_json("/api/v1/webhooks", &body).await.expect(201);
    let path = format!("/api/v1/webhooks/{}", made["webhook"]["id"].as_str().unwrap_or_default());
    official.post(&format!("{path}/ping")).await.expect(201);
    official.post(&format!("{path}/pause")).await.expect(200);
}

/// The path with what stands for its names.
fn filled(asked: &str, known: &HashMap<&str, String>) -> String {
    let path = known.iter().fold(asked.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    format!("/api/v1{path}")
}

/// Median and 95th percentile, in milliseconds.
async fn measure(reader: &Client, path: &str) -> anyhow::Result<(f64, f64)> {
    let mut took = Vec::with_capacity(TIMES);
    for round in 0..WARM_UP + TIMES {
        let start = Instant::now();
        let answer = reader.get(path).await;
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        if answer.status != 200 {
            bail!("{path} was refused: {}", answer.text());
        }
        if round >= WARM_UP {
            took.push(ms);
        }
    }
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took.get((TIMES * percent).div_ceil(100) - 1).copied().unwrap_or(f64::NAN);
    Ok((at(50), at(95)))
}

/// The slowest request of an area; they are in order.
fn row(area: &str, name: &'static str, figures: &[Figure]) -> Option<Row> {
    let slowest = figures.iter().find(|figure| figure.area == area)?;
    Some(Row {
        name,
        figure: format!("{:.0} ms: `{}`", slowest.p95, slowest.asked),
        limit: format!("budget of a request: {BUDGET_MS:.0} ms"),
        ratio: ratio(slowest.p95, BUDGET_MS),
        target: 1000,
        smaller_is_better: true,
    })
}

/// Every request, the slowest first.
fn list_of(figures: &[Figure]) -> String {
    let mut text = format!(
        "## Requests of the pages\n\nThe demonstration's district, {TIMES} times each, milliseconds.\n\n\
         | area | page | request | p50 | p95 |\n|---|---|---|---:|---:|\n"
    );
    for Figure { area, page, asked, p50, p95 } in figures {
        text.push_str(&format!("| {area} | {page} | `{asked}` | {p50:.1} | {p95:.1} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{AREAS, FINDS, PAGES};

    /// `/persons/{id}/score` of `/persons/{person}/score?lang=zh`.
    fn shape(asked: &str) -> String {
        let path = asked.split('?').next().unwrap_or_default();
        let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    fn sources(folder: &Path, texts: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder of the pages") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, texts);
            } else if !path.to_string_lossy().contains(".test.") {
                texts.push(fs::read_to_string(&path).expect("a source"));
            }
        }
    }

    #[test]
    fn every_path_that_a_page_reads_is_measured() {
        let mut texts = Vec::new();
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src");
        for part in ["pages", "ui", "app"] {
            sources(&web.join(part), &mut texts);
        }
        let mut read = BTreeSet::new();
        for text in &texts {
            for call in ["getQuery(", "api.GET("] {
                for after in text.split(call).skip(1) {
                    let path = after.trim_start().strip_prefix("\"/api/v1").and_then(|rest| rest.split('"').next());
                    // An ellipsis is an example in a comment.
                    read.extend(path.filter(|path| !path.contains('…')).map(shape));
                }
            }
        }
        assert!(read.len() > 30, "the sources are read: {read:?}");
        let measured: BTreeSet<String> = PAGES.iter().flat_map(|page| page.asks).map(|asked| shape(asked)).collect();
        let missing: Vec<_> = read.difference(&measured).collect();
        assert!(missing.is_empty(), "add to bench/src/pages/list.rs: {missing:?}");
    }

    #[test]
    fn every_page_stands_in_an_area_and_every_name_is_found() {
        let own = ["today", "soon", "year", "next"];
        for page in PAGES {
            assert!(AREAS.iter().any(|(area, _)| *area == page.area), "{}", page.area);
            for asked in page.asks {
                for name in asked.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                    assert!(own.contains(&name) || FINDS.iter().any(|find| find.0 == name), "{asked}: {name}");
                }
            }
        }
    }
}
