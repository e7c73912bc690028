//! A report as of a past moment is the report that was given at that moment, whatever came after.

use chrono::TimeDelta;
use kepu_api::credits;
use kepu_tests::{PASSWORD, Server};
use serde_json::{Value, json};

use super::town::{POLICY, Town};

fn paths(town: &Town) -> Vec<String> {
    let s = &town.first;
    let all = "group=distribution,category,rule,requirement,level,host,school,grade,class";
    vec![
        "overview".to_owned(),
        format!("overview?school={}", town.second),
        format!("credits?{all}"),
        format!("credits?{all}&school={}", s.school),
        format!("credits?{all}&class={}", town.second_class),
        "persons?limit=100".into(),
        format!("persons?limit=100&school={}", s.school),
        "persons?limit=100&met=true".into(),
        "records?limit=100".into(),
        format!("records?limit=100&host={}", s.base),
        format!("hosts?host={}", s.base),
        format!("hosts?host={}", town.other_base),
        "ready/settlement".into(),
        "ready/overview".into(),
        "ready/base".into(),
        format!("ready/school?school={}", s.school),
        format!("ready/class?class={}", s.class),
    ]
}

pub(super) async fn ask(town: &Town, path: &str, as_of: Option<&str>) -> Value {
    let mark = if path.contains('?') { '&' } else { '?' };
    let as_of = as_of.map(|moment| format!("{mark}as_of={moment}")).unwrap_or_default();
    let mut answer = town.first.official.get(&format!("/api/v1/reports/{path}{as_of}")).await.expect(200);
    answer["as_of"] = Value::Null;
    answer
}

/// What all reports say now, and the moment.
async fn keep(server: &Server, town: &Town) -> (String, Vec<Value>) {
    server.advance(TimeDelta::seconds(10));
    let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let mut all = Vec::new();
    for path in paths(town) {
        all.push(ask(town, &path, None).await);
    }
    server.advance(TimeDelta::seconds(10));
    (moment, all)
}

#[tokio::test]
async fn a_report_of_a_past_moment_is_what_was_said_then() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let mut kept = vec![("at first", keep(&server, &town).await)];

    // What waited is confirmed.
    let list = s.official.get("/api/v1/participations?limit=100").await.expect(200);
    let items = list["items"].as_array().expect("items").clone();
    let of = |state: &str, at: usize| {
        items.iter().filter(|one| one["state"] == state).nth(at).expect("one of the state").clone()
    };
    let waiting = of("recorded", 0);
    s.confirm_all(waiting["session_id"].as_str().expect("a session").parse().expect("an id")).await;
    kept.push(("confirmed", keep(&server, &town).await));

    // One is taken back, one corrected.
    let change = async |one: &Value, word: &str, body: Value| {
        let (id, version) = (one["id"].as_str().expect("an id"), one["version"].as_i64().expect("a version"));
        let client = s.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
        client.post_json(&format!("/api/v1/participations/{id}/{word}"), &body).await.expect(200)
    };
    let at_base: Vec<&Value> =
        items.iter().filter(|one| one["state"] == "confirmed" && one["host_id"] == s.base.to_string()).collect();
    change(at_base[0], "void", json!({ "reason": "记错了人" })).await;
    change(at_base[1], "amend", json!({ "minutes": 30, "reason": "提前离场" })).await;
    kept.push(("corrected", keep(&server, &town).await));

    // A pupil leaves, which is entered now and said to have been so for a month.
    sqlx::query(
        "UPDATE enrolment SET valid_to = (now() AT TIME ZONE 'Asia/Shanghai')::date - 30, ended_at = $2
         WHERE person_id = $1 AND valid_to IS NULL",
    )
    .bind(s.pupils[5].0)
    .bind(server.state().now())
    .execute(server.pool())
    .await
    .expect("left");
    kept.push(("left", keep(&server, &town).await));

    // Another policy, by which all is worth something else.
    let other = POLICY
        .replace("version: '1'", "version: '2'")
        .replace("per_hour: 1", "per_hour: 2")
        .replace("fixed: 0.5", "fixed: 0.25")
        .replace("credits: 3 } }", "credits: 5 } }");
    s.adopt(&other).await;
    kept.push(("another policy", keep(&server, &town).await));

    for pair in kept.windows(2) {
        assert_ne!(pair[0].1.1, pair[1].1.1, "{} changes nothing, so it proves nothing", pair[1].0);
    }
    for (about, (moment, answers)) in &kept {
        for (path, then) in paths(&town).iter().zip(answers) {
            let told = ask(&town, path, Some(moment)).await;
            assert_eq!(&told, then, "{about}: {path} as of {moment}");
        }
    }
    // It leaves nothing behind: what is asked for today is of today.
    let (_, last) = kept.last().map(|(about, (moment, all))| ((about, moment), all)).expect("kept");
    for (path, now) in paths(&town).iter().zip(last) {
        assert_eq!(&ask(&town, path, None).await, now, "{path} today");
    }
}

#[tokio::test]
async fn what_is_current_is_that_of_the_moment() {
    let server = Server::start().await;
    let mut town = Town::new(&server).await;
    let monthly = POLICY.replace("version: '1'", "version: 'monthly'").replace(
        "requirements:",
        "measures:\n  - { id: lately, sum: credits, period: { of: month, take: current } }\n\
         requirements:\n  - { id: lately, when: { measure: lately, at_least: 0.5 } }",
    );
    town.first.adopt(&monthly).await;
    let (moment, told) = keep(&server, &town).await;
    server.advance(TimeDelta::days(40));
    let anew = credits::stand_anew(server.state()).await.expect("scored");
    assert!(anew > 0, "another month says nothing else, so it proves nothing");
    for account in [&mut town.first.official, &mut town.first.host] {
        account.client = server.sign_in(&account.login, PASSWORD).await;
    }
    // Nothing happened to anybody; then to one, so that the others' lines stand beside those of that one.
    for after in ["another month", "one was taken back"] {
        for (path, then) in paths(&town).iter().zip(&told) {
            assert_eq!(&ask(&town, path, Some(&moment)).await, then, "{after}: {path} as of {moment}");
        }
        let list = town.first.official.get("/api/v1/participations?state=confirmed&limit=100").await.expect(200);
        let at_base = |one: &&Value| one["host_id"] == town.first.base.to_string();
        let one = list["items"].as_array().expect("items").iter().find(at_base).expect("one at the base");
        let (id, version) = (one["id"].as_str().expect("an id"), one["version"].as_i64().expect("a version"));
        let client = town.first.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
        let path = format!("/api/v1/participations/{id}/void");
        client.post_json(&path, &json!({ "reason": "记错了人" })).await.expect(200);
    }
}

#[tokio::test]
async fn days_and_files_of_the_past_and_what_has_not_been() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official;
    let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    server.advance(TimeDelta::seconds(5));
    let file = official.get(&format!("/api/v1/reports/persons?format=csv&as_of={moment}")).await;
    assert_eq!(file.text().lines().count(), 16, "{}", file.text());
    let file = official.get(&format!("/api/v1/reports/records?format=xlsx&as_of={moment}")).await;
    assert_eq!(file.status, 200);
    official.get("/api/v1/reports/overview?as_of=2999-01-01").await.expect_problem(422, "invalid");
    official.get("/api/v1/reports/overview?as_of=soon").await.expect_problem(422, "invalid");
    // Days that no database knows, and those that have not been.
    let far = ["-9999-01-01", "%2B12345-01-01", "-200000-01-01", "0000-12-31", "0000-06-01T00:00:00Z"];
    for path in ["overview", "credits", "persons", "records", "ready/overview", "ready/settlement"] {
        for (as_of, code) in far.map(|day| (day, "out_of_range")).into_iter().chain([("9999-12-31", "in_the_future")]) {
            let refused = official.get(&format!("/api/v1/reports/{path}?as_of={as_of}")).await;
            let refused = refused.expect_problem(422, "invalid");
            assert_eq!(
                (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
                (&"as_of".into(), &code.into())
            );
        }
    }
    for (as_of, code) in [("-9999-01-01", "out_of_range"), ("2999-01-01", "in_the_future")] {
        let body = json!({ "name": "x", "as_of": as_of });
        let refused = official.post_json("/api/v1/report-packs", &body).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["code"], code, "{refused}");
    }
    // Nothing was scored then.
    official.get("/api/v1/reports/overview?as_of=2020-01-01").await.expect_problem(409, "no_policy");
}
