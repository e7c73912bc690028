//! The report of exceptions against a recount, what of it is late, and how it stood at a past moment.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};
use uuid::Uuid;

use super::as_of::ask;
use super::ready::{by_of, recount};
use super::town::Town;

/// Puts one there as if it had been found so many days ago.
async fn found(server: &Server, town: &Town, kind: &str, state: &str, days: i64, school: Option<Uuid>) -> Uuid {
    let (id, at) = (server.state().new_id(), server.state().now() - TimeDelta::days(days));
    let decided = matches!(state, "cleared" | "upheld");
    sqlx::query(
        "INSERT INTO exception (district_id, id, kind, subject_id, on_day, host_id, school_id, records, measure, state,
                                decided_by, decided_at, found_at, first_found_at)
         VALUES ($1, $2, $3, $2, $4, $5, $6, '{}', 3, $7, $8, $9, $10, $10)",
    )
    .bind(town.first.district)
    .bind(id)
    .bind(kind)
    .bind(at.date_naive())
    .bind(school.is_none().then_some(town.first.base))
    .bind(school)
    .bind(state)
    .bind(decided.then(Uuid::nil))
    .bind(decided.then(|| at + TimeDelta::days(1)))
    .bind(at)
    .execute(server.pool())
    .await
    .expect("found");
    id
}

fn section(report: &Value, key: &str) -> Vec<BTreeMap<String, Value>> {
    let of =
        report["sections"].as_array().expect("sections").iter().find(|one| one["key"] == key).expect("the section");
    let keys: Vec<&str> =
        of["columns"].as_array().expect("columns").iter().map(|one| one["key"].as_str().expect("a key")).collect();
    let row = |row: &Value| {
        let cells = row["cells"].as_array().expect("cells").iter().cloned();
        let mut all: BTreeMap<String, Value> = keys.iter().map(|key| (*key).to_owned()).zip(cells).collect();
        let is = &row["of"];
        all.insert("of".into(), if is["id"].is_null() { is["word"].clone() } else { is["id"].clone() });
        all
    };
    of["rows"].as_array().expect("rows").iter().map(row).collect()
}

#[tokio::test]
async fn exceptions_are_counted_by_kind_state_and_place_and_aged_against_the_target() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    for (kind, state, days, school) in [
        ("burst", "open", 1, None),
        ("burst", "open", 7, None),
        ("burst", "open", 20, None),
        ("burst", "cleared", 9, None),
        ("back_dated", "upheld", 4, Some(s.school)),
        ("back_dated", "open", 6, Some(s.school)),
        ("back_dated", "gone", 2, Some(town.second)),
    ] {
        found(&server, &town, kind, state, days, school).await;
    }
    let report = s.official.get("/api/v1/reports/ready/exceptions").await.expect(200);
    macro_rules! by {
        ($key:literal) => {
            concat!(
                "SELECT ",
                $key,
                "::text, ARRAY[count(*), count(*) FILTER (WHERE state = 'open'),
                     count(*) FILTER (WHERE state = 'open' AND found_at < now() - interval '5 days'),
                     count(*) FILTER (WHERE state = 'cleared'), count(*) FILTER (WHERE state = 'upheld'),
                     count(*) FILTER (WHERE state = 'gone')]
                 FROM exception WHERE district_id = $1 AND ",
                $key,
                " IS NOT NULL GROUP BY 1"
            )
        };
    }
    let columns = ["found", "open", "late", "cleared", "upheld", "gone"];
    let mut kinds = by_of(&section(&report, "kinds"), columns);
    assert_eq!(kinds.len(), 5, "every kind has its row");
    kinds.retain(|_, counts| counts[0] > 0);
    assert_eq!(kinds, recount(server.pool(), s.district, by!("kind")).await);
    assert_eq!(by_of(&section(&report, "hosts"), columns), recount(server.pool(), s.district, by!("host_id")).await);
    assert_eq!(
        by_of(&section(&report, "schools"), columns),
        recount(server.pool(), s.district, by!("school_id")).await
    );
    let ages: Vec<Value> = section(&report, "ages").into_iter().map(|row| row["waiting"].clone()).collect();
    assert_eq!(ages, [1, 2, 1], "within five days, up to five days late, later");
    let burst = &section(&report, "kinds")[1];
    assert_eq!((&burst["age"], &burst["in_time"]), (&json!(20), &json!("1.0000")));
    let waiting = section(&report, "waiting");
    let days: Vec<i64> = waiting.iter().map(|row| row["age"].as_i64().expect("days")).collect();
    assert_eq!(days, [20, 7, 6, 1], "the oldest first");

    // Each figure opens to the list of just those.
    let count = async |query: &str| {
        let list = s.official.get(&format!("/api/v1/exceptions?limit=200&{query}")).await.expect(200);
        list["items"].as_array().expect("items").len()
    };
    for row in section(&report, "kinds") {
        let kind = row["of"].as_str().expect("a kind");
        for (column, query) in [
            ("found", "which=all"),
            ("open", "which=open"),
            ("late", "which=open&late=true"),
            ("cleared", "which=cleared"),
            ("upheld", "which=upheld"),
            ("gone", "which=gone"),
        ] {
            assert_eq!(row[column], count(&format!("{query}&kind={kind}")).await, "{kind} {column}");
        }
    }

    // A period holds what was found on its days; a host or school, what is about it.
    let day = |days: i64| (server.state().now() - TimeDelta::days(days) + TimeDelta::hours(8)).date_naive();
    let query = format!("from={}&to={}", day(8), day(3));
    let some = s.official.get(&format!("/api/v1/reports/ready/exceptions?{query}")).await.expect(200);
    let all: i64 = section(&some, "kinds").iter().map(|row| row["found"].as_i64().expect("a count")).sum();
    assert_eq!(all, 3);
    assert_eq!(count(&format!("which=all&{query}")).await, 3);
    let own = s.official.get(&format!("/api/v1/reports/ready/exceptions?school={}", s.school)).await.expect(200);
    assert_eq!(section(&own, "waiting").len(), 1);

    // Who does not see the whole district sees nothing of it, of whatever place is asked.
    let scope = GrantScope::Organization { district: s.district, organization: s.school };
    let admin = server.account(Role::SchoolAdmin, scope).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district: s.district }).await;
    auditor.get("/api/v1/reports/ready/exceptions").await.expect(200);
    for (client, place) in
        [(&admin.client, format!("school={}", s.school)), (&s.host.client, format!("host={}", s.base))]
    {
        for query in ["", place.as_str()] {
            let path = format!("/api/v1/reports/ready/exceptions?{query}");
            client.get(&path).await.expect_problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn what_was_decided_or_went_away_since_waits_in_a_report_of_before() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let first = found(&server, &town, "burst", "open", 3, None).await;
    found(&server, &town, "back_dated", "open", 4, Some(s.school)).await;
    let mut told: Vec<(&str, String, Value)> = Vec::new();
    let tell = async |after: &'static str| {
        server.advance(TimeDelta::seconds(10));
        let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let answer = ask(&town, "ready/exceptions", None).await;
        server.advance(TimeDelta::seconds(10));
        (after, moment, answer)
    };
    told.push(tell("at first").await);
    let decide = async |body: Value| {
        let path = format!("/api/v1/exceptions/{first}");
        let version = s.official.get(&path).await.expect(200)["version"].as_i64().expect("a version");
        let client = s.official.client.clone().with_header("If-Match", &format!("\"{version}\""));
        client.post_json(&format!("{path}/decide"), &body).await.expect(200);
    };
    decide(json!({ "decision": "clear", "remark": "看过" })).await;
    told.push(tell("cleared").await);
    decide(json!({ "decision": "reopen" })).await;
    told.push(tell("reopened").await);
    // What nobody finds any more goes away by itself.
    s.official.post("/api/v1/exceptions/look").await.expect(200);
    told.push(tell("gone").await);
    let read = s.official.get("/api/v1/exception-rules").await;
    let etag = read.headers.get("etag").expect("an etag").to_str().expect("text").to_owned();
    let mut rules = read.expect(200);
    rules["target_days"] = json!(2);
    let client = s.official.client.clone().with_header("If-Match", &etag);
    client.put_json("/api/v1/exception-rules", &rules).await.expect(200);
    told.push(tell("another target").await);

    for pair in told.windows(2) {
        assert_ne!(pair[0].2, pair[1].2, "{} changes nothing, so it proves nothing", pair[1].0);
    }
    for (after, moment, then) in &told {
        let now = ask(&town, "ready/exceptions", Some(moment)).await;
        assert_eq!(&now, then, "{after} as of {moment}");
    }
}
