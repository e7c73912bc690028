//! A district that scores by several policies at once: which of them an answer is about, and how one of them ends.

use chrono::{FixedOffset, NaiveDate, TimeDelta};
use kepu_api::{laboratory, verify};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use kepu_tests::{Account, PASSWORD, Server};
use serde_json::{Value, json};
use uuid::Uuid;

/// What pupils are scored by: one credit a practice.
const PUPILS: &str = "
kepu: 1
id: pupils
version: '1'
illustrative: true
title: { zh: 学生办法, en: Pupils }
calendar:
  terms:
    - { id: first, title: { zh: 上学期, en: first }, starts: 09-01 }
    - { id: middle, title: { zh: 中学期, en: middle }, starts: 01-01 }
    - { id: last, title: { zh: 下学期, en: last }, starts: 04-01 }
eligible: { person_kind: student }
rules:
  - { id: practice, when: { kind: practice }, credit: { fixed: 1 } }
requirements:
  - { id: one, title: { zh: 满一分, en: one }, when: { measure: total, at_least: 1 } }
";

const OPERATIONS: [&str; 13] = [
    "/scores?class={class}",
    "/persons/{pupil}/score",
    "/persons/{pupil}/next",
    "/reports/overview",
    "/reports/credits?school={school}",
    "/reports/persons?class={class}",
    "/reports/records?class={class}",
    "/reports/hosts?host={base}",
    "/reports/ready/requirements",
    "/reports/ready/settlement?host={base}",
    "/reports/ready/not_reached?school={school}",
    "/reports/overview?as_of={today}",
    "/persons/{pupil}/score?as_of={today}",
];

fn of_teachers() -> String {
    PUPILS
        .replace("id: pupils", "id: teachers")
        .replace("illustrative: true", "illustrative: false")
        .replace("学生办法", "教师办法")
        .replace("person_kind: student", "person_kind: teacher")
        .replace("fixed: 1", "fixed: 8")
}

fn of_pupils_too() -> String {
    PUPILS.replace("id: pupils", "id: pupils-too").replace("学生办法", "另一学生办法").replace("fixed: 1", "fixed: 2")
}

async fn holds(server: &Server) {
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
}

/// A teacher of the class who takes part.
async fn a_teacher(server: &Server, school: &School) -> Uuid {
    sqlx::query("UPDATE person SET kind = 'teacher' WHERE district_id = $1 AND id = $2")
        .bind(school.district)
        .bind(school.pupils[2].0)
        .execute(server.pool())
        .await
        .expect("a teacher");
    school.pupils[2].0
}

fn today(server: &Server) -> NaiveDate {
    server.state().now().with_timezone(&FixedOffset::east_opt(8 * 3600).expect("an offset")).date_naive()
}

fn paths(server: &Server, school: &School) -> Vec<String> {
    let filled = |path: &&str| {
        path.replace("{class}", &school.class.to_string())
            .replace("{school}", &school.school.to_string())
            .replace("{base}", &school.base.to_string())
            .replace("{pupil}", &school.pupils[0].0.to_string())
            .replace("{today}", &today(server).to_string())
    };
    OPERATIONS.iter().map(|path| format!("/api/v1{}", filled(path))).collect()
}

/// The policy that an answer says it is by.
fn policy(answer: &Value) -> &Value {
    let all = [&answer["policy"]["id"], &answer["policy_id"], &answer["items"][0]["policy_id"]];
    all.into_iter().find(|id| !id.is_null()).unwrap_or(&Value::Null)
}

fn with(path: &str, policy: &str) -> String {
    format!("{path}{}policy={policy}", if path.contains('?') { '&' } else { '?' })
}

async fn practised(server: &Server, school: &School, persons: &[Uuid]) -> Vec<String> {
    let session = school.session(server, school.base, "practice", 3).await;
    let recorded = school.record(session, persons).await;
    school.confirm_all(session).await;
    recorded
}

#[tokio::test]
async fn where_none_is_named_the_one_that_fits_is_meant() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let teacher = a_teacher(&server, &school).await;
    school.adopt(PUPILS).await;
    school.adopt(&of_teachers()).await;
    practised(&server, &school, &[school.pupils[0].0, teacher]).await;

    for path in paths(&server, &school) {
        let answer = school.official.get(&path).await.expect(200);
        assert_eq!(policy(&answer), "pupils", "{path}: {answer}");
    }
    let sheet = school.score(teacher).await;
    assert_eq!([policy(&sheet), &sheet["total"]], [&json!("teachers"), &json!("8")]);
    let next = school.teacher.get(&format!("/api/v1/persons/{teacher}/next")).await.expect(200);
    assert_eq!([&next["policy_id"], &next["illustrative"]], [&json!("teachers"), &json!(false)]);
    let named = school.teacher.get(&format!("/api/v1/persons/{teacher}/score?policy=pupils")).await.expect(200);
    assert_eq!([policy(&named), &named["eligible"]], [&json!("pupils"), &json!(false)]);

    // Papers: of a class by the pupils' policy, of a person by that person's.
    let admin = school_admin(&server, &school).await;
    let batch = json!({ "kind": "transcript", "class_id": school.class });
    admin.post_json("/api/v1/credential-batches", &batch).await.expect(202);
    for person in [school.pupils[0].0, teacher] {
        let path = format!("/api/v1/persons/{person}/papers");
        admin.post_json(&path, &json!({ "kind": "transcript" })).await.expect(201);
    }
    let by: Vec<String> = sqlx::query_scalar("SELECT policy_id FROM credential WHERE batch_id IS NULL ORDER BY id")
        .fetch_all(server.pool())
        .await
        .expect("read");
    assert_eq!(by, ["pupils", "teachers"]);

    let scored = school.teacher.get("/api/v1/scored-policies").await.expect(200);
    assert_eq!(scored["choices"], json!(["pupils"]));
    assert_eq!(scored["policies"].as_array().map(Vec::len), Some(2));
    let of_teacher = school.teacher.get(&format!("/api/v1/scored-policies?person={teacher}")).await.expect(200);
    assert_eq!(of_teacher["choices"], json!(["teachers"]));
    holds(&server).await;
}

async fn school_admin(server: &Server, school: &School) -> Account {
    let scope = GrantScope::Organization { district: school.district, organization: school.school };
    server.account(Role::SchoolAdmin, scope).await
}

#[tokio::test]
async fn where_several_fit_it_must_be_said_which() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let teacher = a_teacher(&server, &school).await;
    for document in [PUPILS.to_owned(), of_pupils_too(), of_teachers()] {
        school.adopt(&document).await;
    }
    practised(&server, &school, &[school.pupils[0].0, teacher]).await;
    for path in paths(&server, &school) {
        let told = school.official.get(&path).await.expect_problem(422, "invalid").to_string();
        for word in ["pupils (学生办法)", "pupils-too (另一学生办法)"] {
            assert!(told.contains(word), "{path}: {told}");
        }
        assert!(!told.contains("教师办法"), "{path} is not about teachers: {told}");
        for named in ["pupils", "pupils-too", "teachers"] {
            let answer = school.official.get(&with(&path, named)).await.expect(200);
            assert_eq!(policy(&answer), named, "{path}: {answer}");
        }
    }
    assert_eq!(policy(&school.score(teacher).await), "teachers");
    let choices = school.official.get("/api/v1/scored-policies").await.expect(200)["choices"].clone();
    assert_eq!(choices, json!(["pupils", "pupils-too"]));
    school.official.post_json("/api/v1/report-packs", &json!({ "name": "x" })).await.expect_problem(422, "invalid");
    let pack = json!({ "name": "x", "policy": "pupils-too" });
    school.official.post_json("/api/v1/report-packs", &pack).await.expect(202);
}

#[tokio::test]
async fn terms_are_those_of_the_policy() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(PUPILS).await;
    let scored = school.host.get("/api/v1/scored-policies").await.expect(200);
    let policy = &scored["policies"][0];
    let terms = policy["terms"].as_array().expect("terms");
    assert_eq!(terms.len(), 9, "three terms of three school years: {policy}");
    let newest = &policy["school_years"][0];
    let day = |value: &Value| value.as_str().expect("a day").parse::<NaiveDate>().expect("a day");
    assert!((day(&newest["from"])..=day(&newest["to"])).contains(&today(&server)), "{policy}");
    assert_eq!(policy["illustrative"], true);
    for term in terms {
        let path = format!("/api/v1/reports/overview?term={}", term["id"].as_str().expect("an id"));
        let period = school.official.get(&path).await.expect(200)["period"].clone();
        assert_eq!([&period["from"], &period["to"]], [&term["from"], &term["to"]]);
    }
    let titles: Vec<&str> = terms[..3].iter().filter_map(|term| term["title_zh"].as_str()).collect();
    assert_eq!(titles, ["下学期", "中学期", "上学期"]);
}

async fn adoption_of(school: &School, policy: &str) -> Value {
    let list = school.official.get("/api/v1/adoptions?limit=50").await.expect(200);
    let one = |one: &&Value| one["policy_id"] == policy && one["state"] == "effective";
    list["items"].as_array().expect("items").iter().find(one).unwrap_or_else(|| panic!("{list}")).clone()
}

/// Does something to an adoption as it was read.
async fn act(
    by: &Account,
    adoption: &Value,
    way: reqwest::Method,
    path: &str,
    body: Option<Value>,
) -> kepu_tests::Answer {
    let id = adoption["id"].as_str().expect("an id");
    let version = adoption["version"].as_i64().expect("a version");
    let client = by.client.clone().with_header("If-Match", &format!("\"{version}\""));
    let request = client.request(way, &format!("/api/v1/adoptions/{id}/{path}"));
    client.send(if let Some(body) = body { request.json(&body) } else { request }).await
}

#[tokio::test]
async fn a_policy_ends_and_what_was_booked_stays() {
    let server = Server::start().await;
    let mut school = School::new(&server, 3).await;
    school.adopt(PUPILS).await;
    school.adopt(&of_pupils_too()).await;
    let pupil = school.pupils[0].0;
    let first = practised(&server, &school, &[pupil, school.pupils[1].0]).await;
    let adoption = adoption_of(&school, "pupils").await;
    let end = |on: NaiveDate, reason: &str| Some(json!({ "on": on, "reason": reason }));
    let (today, tomorrow) = (today(&server), today(&server) + TimeDelta::days(1));
    let post = reqwest::Method::POST;
    let official = &school.official;
    act(official, &adoption, post.clone(), "end", end(today - TimeDelta::days(1), "x"))
        .await
        .expect_problem(422, "invalid");
    act(official, &adoption, post.clone(), "end", end(today, " ")).await.expect_problem(422, "invalid");
    act(&school.teacher, &adoption, post.clone(), "end", end(today, "x")).await.expect_problem(403, "forbidden");

    // Set for tomorrow, withdrawn, and set again.
    let set = act(official, &adoption, post.clone(), "end", end(tomorrow, "另有办法")).await.expect(200);
    assert_eq!([&set["state"], &set["ending"]["waits"]], [&json!("effective"), &json!(false)]);
    act(official, &set, post.clone(), "end", end(tomorrow, "x")).await.expect_problem(409, "not_from_this_state");
    act(official, &set, post.clone(), "end/agreement", None).await.expect_problem(409, "not_from_this_state");
    let on = act(official, &set, reqwest::Method::DELETE, "end", None).await.expect(200);
    assert_eq!(on["ending"], Value::Null);
    let set = act(official, &on, post.clone(), "end", end(tomorrow, "另有办法")).await.expect(200);
    let told = school.teacher.get("/api/v1/adoptions?limit=50").await.expect(200);
    assert!(!told.to_string().contains("另有办法"), "a teacher is not told who wants to change the rules: {told}");

    let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let ask = async |school: &School, path: &str| {
        let mut answer = school.official.get(path).await.expect(200);
        answer["as_of"] = Value::Null;
        answer
    };
    let sheet = format!("/api/v1/persons/{pupil}/score?policy=pupils&as_of={moment}");
    let report = format!("/api/v1/reports/credits?policy=pupils&as_of={moment}");
    let then = [ask(&school, &sheet).await, ask(&school, &report).await];

    laboratory::begin_planned(server.state()).await.expect("looked");
    assert_eq!(adoption_of(&school, "pupils").await["version"], set["version"], "its day has not come");
    server.advance(TimeDelta::days(1));
    laboratory::begin_planned(server.state()).await.expect("ended");
    laboratory::begin_planned(server.state()).await.expect("nothing left");
    for account in [&mut school.official, &mut school.teacher, &mut school.host] {
        account.client = server.sign_in(&account.login, PASSWORD).await;
    }
    let id = set["id"].as_str().expect("an id");
    let over = school.official.get(&format!("/api/v1/adoptions/{id}")).await.expect(200);
    assert_eq!([&over["state"], &over["ending"]["reason"]], [&json!("ended"), &json!("另有办法")]);
    assert!(over["superseded_at"].is_string(), "{over}");

    // Nothing new is scored by it; the other policy is meant now.
    practised(&server, &school, &[pupil]).await;
    let version: i64 = sqlx::query_scalar("SELECT version FROM participation WHERE id = $1")
        .bind(first[1].parse::<Uuid>().expect("an id"))
        .fetch_one(server.pool())
        .await
        .expect("read");
    let client = school.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
    let void = format!("/api/v1/participations/{}/void", first[1]);
    client.post_json(&void, &json!({ "reason": "记错了人" })).await.expect(200);
    let sheet_now = school.score(pupil).await;
    assert_eq!([policy(&sheet_now), &sheet_now["total"]], [&json!("pupils-too"), &json!("4")]);
    school.official.get(&format!("/api/v1/persons/{pupil}/score?policy=pupils")).await.expect_problem(409, "no_policy");
    let booked: i64 = sqlx::query_scalar("SELECT sum(amount)::bigint FROM ledger_entry WHERE policy_id = 'pupils'")
        .fetch_one(server.pool())
        .await
        .expect("summed");
    assert_eq!(booked, 2000);
    // What was said before its end is said as of then.
    assert_eq!([ask(&school, &sheet).await, ask(&school, &report).await], then);
    let choices = async |path: &str| school.official.get(path).await.expect(200)["choices"].clone();
    assert_eq!(choices("/api/v1/scored-policies").await, json!(["pupils-too"]));
    let path = format!("/api/v1/scored-policies?as_of={moment}");
    assert_eq!(choices(&path).await, json!(["pupils", "pupils-too"]));
    holds(&server).await;

    // It can be taken up again: then all is scored by it that happened meanwhile.
    let again = school.compute_adoption(over["policy_version_id"].as_str().expect("an id")).await;
    school.make_effective(&again).await;
    let sheet_now = school.teacher.get(&format!("/api/v1/persons/{pupil}/score?policy=pupils")).await.expect(200);
    assert_eq!(sheet_now["total"], "2");
    holds(&server).await;
    for action in ["ask_end", "withdraw_end", "end"] {
        let sql = "SELECT count(*) FROM audit_event WHERE action = 'policy.' || $1";
        let told: i64 = sqlx::query_scalar(sql).bind(action).fetch_one(server.pool()).await.expect("counted");
        assert!(told > 0, "{action} is not on the trail");
    }
}

#[tokio::test]
async fn where_two_are_needed_another_official_agrees_to_the_end() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(PUPILS).await;
    let other = server.account(Role::DistrictOfficial, GrantScope::District { district: school.district }).await;
    sqlx::query("UPDATE district SET second_official = true WHERE id = $1")
        .bind(school.district)
        .execute(server.pool())
        .await
        .expect("set");
    let post = reqwest::Method::POST;
    let body = Some(json!({ "on": today(&server), "reason": "另有办法" }));
    let adoption = adoption_of(&school, "pupils").await;
    let asked = act(&school.official, &adoption, post.clone(), "end", body).await.expect(200);
    assert_eq!([&asked["state"], &asked["ending"]["waits"]], [&json!("effective"), &json!(true)]);
    laboratory::begin_planned(server.state()).await.expect("looked");
    assert_eq!(policy(&school.score(school.pupils[0].0).await), "pupils", "nobody agreed yet");
    let elsewhere = School::new(&server, 1).await;
    act(&elsewhere.official, &asked, post.clone(), "end/agreement", None).await.expect_problem(404, "not_found");
    let path = format!("/api/v1/scored-policies?person={}", school.pupils[0].0);
    elsewhere.official.get(&path).await.expect_problem(404, "not_found");
    let alone = act(&school.official, &asked, post.clone(), "end/agreement", None).await;
    alone.expect_problem(409, "second_official");
    let ended = act(&other, &asked, post, "end/agreement", None).await.expect(200);
    assert_eq!(ended["state"], "ended");
    let told = school.teacher.get(&format!("/api/v1/persons/{}/score", school.pupils[0].0)).await;
    told.expect_problem(409, "no_policy");
    let scored = school.teacher.get("/api/v1/scored-policies").await.expect(200);
    assert_eq!(scored, json!({ "policies": [], "choices": [] }));
    holds(&server).await;
}
