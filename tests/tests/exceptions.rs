//! What the rules of a district find, what an official says of it, and what follows for credit.

use chrono::Duration;
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, class_of, designate, session_at};
use kepu_tests::{Account, Answer, Client, Server};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
rules:
  - id: each
    category: practice
    when: { kind: practice }
    credit: { fixed: 2 }
";

/// A second host of the district, and who works there.
async fn second_host(server: &Server, school: &School) -> (Uuid, Account) {
    let base = server.organization(school.district, "museum", "试验博物馆").await;
    designate(server, base, "2020-01-01").await;
    let scope = GrantScope::Organization { district: school.district, organization: base };
    (base, server.account(Role::BaseStaff, scope).await)
}

async fn look(official: &Client) -> (i64, i64, i64) {
    let looked = official.post("/api/v1/exceptions/look").await.expect(200);
    let count = |key: &str| looked[key].as_i64().expect("a count");
    (count("opened"), count("gone"), count("verified"))
}

async fn list(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/api/v1/exceptions?{query}")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

async fn decide(client: &Client, exception: &Value, body: &Value) -> Answer {
    let path = format!("/api/v1/exceptions/{}/decide", exception["id"].as_str().expect("an id"));
    let version = exception["version"].as_i64().expect("a version");
    client.clone().with_header("If-Match", &format!("\"{version}\"")).post_json(&path, body).await
}

async fn set_rules(official: &Client, change: impl FnOnce(&mut Value)) -> Answer {
    let read = official.get("/api/v1/exception-rules").await;
    let etag = read.headers.get("etag").expect("an etag").to_str().expect("text").to_owned();
    let mut rules = read.expect(200);
    change(&mut rules);
    official.clone().with_header("If-Match", &etag).put_json("/api/v1/exception-rules", &rules).await
}

async fn total(server: &Server, person: Uuid) -> i64 {
    let sql = "SELECT coalesce((SELECT total FROM score WHERE person_id = $1), 0)";
    sqlx::query_scalar(sql).bind(person).fetch_one(server.pool()).await.expect("a total")
}

async fn holds(server: &Server) {
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
}

/// Two pupils at the base and, an hour later on the same morning, at the museum: one of them at both.
async fn at_two_places(server: &Server, school: &School, museum: (Uuid, &Account)) -> (Uuid, Uuid) {
    let starts = server.state().now() - Duration::hours(30);
    let mut sessions = Vec::new();
    for (host, begins) in [(school.base, starts), (museum.0, starts + Duration::hours(1))] {
        let activity = activity(server, school.district, host, "practice", 120).await;
        sessions.push(session_at(server, school.district, host, activity, begins, None).await);
    }
    school.record(sessions[0], &[school.pupils[0].0, school.pupils[1].0]).await;
    school.confirm_all(sessions[0]).await;
    school.record(sessions[1], &[school.pupils[1].0]).await;
    let path = format!("/api/v1/sessions/{}/confirmation", sessions[1]);
    museum.1.post_json(&path, &json!({ "all": true })).await.expect(200);
    (sessions[0], sessions[1])
}

#[tokio::test]
async fn one_who_was_at_two_places_is_shown_once_and_what_is_upheld_loses_its_credit_in_the_same_breath() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let (museum, guide) = second_host(&server, &school).await;
    at_two_places(&server, &school, (museum, &guide)).await;
    let twice = school.pupils[1].0;
    assert_eq!(total(&server, twice).await, 4000, "nobody waits for an official");

    assert_eq!(look(&school.official).await, (1, 0, 0));
    assert_eq!(look(&school.official).await, (0, 0, 0), "the same facts are the same exception");
    let found = list(&school.official, "").await;
    assert_eq!(found.len(), 1);
    let one = &found[0];
    assert_eq!((&one["kind"], &one["measure"], &one["records"]), (&json!("two_places"), &json!(60), &json!(2)));
    assert_eq!((&one["person_id"], &one["host_id"], &one["late"]), (&json!(twice), &json!(museum), &json!(false)));

    let read = school.official.get(&format!("/api/v1/exceptions/{}", one["id"].as_str().expect("an id"))).await;
    let detail = read.expect(200);
    let hosts: Vec<_> = detail["lines"].as_array().expect("lines").iter().map(|line| &line["host_name_zh"]).collect();
    assert_eq!(hosts, ["试验基地", "试验博物馆"], "in the order of the sessions");

    // Only what it is about is voided, only by upholding, only with a reason, and only on what was read.
    let later = detail["lines"][1]["id"].clone();
    for (body, field, code) in [
        (json!({ "decision": "uphold", "remark": "" }), "remark", "required"),
        (json!({ "decision": "clear", "remark": "两馆相邻", "void": [later] }), "void", "only_upheld"),
        (json!({ "decision": "uphold", "remark": "不可能", "void": [Uuid::nil()] }), "void[0]", "not_in_exception"),
    ] {
        let problem = decide(&school.official, one, &body).await.expect_problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    let stale = json!({ "id": one["id"], "version": 99 });
    let uphold = json!({ "decision": "uphold", "remark": "同时在两处", "void": [later] });
    decide(&school.official, &stale, &uphold).await.expect_problem(412, "version_changed");
    assert_eq!(total(&server, twice).await, 4000);

    let upheld = decide(&school.official, one, &uphold).await.expect(200);
    assert_eq!((&upheld["state"], &upheld["lines"][1]["state"]), (&json!("upheld"), &json!("voided")));
    assert_eq!(total(&server, twice).await, 2000);
    assert_eq!(total(&server, school.pupils[0].0).await, 2000, "who was at one place keeps it");
    let entries = school.teacher.get(&format!("/api/v1/persons/{twice}/ledger")).await.expect(200);
    assert_eq!(entries["items"].as_array().map(Vec::len), Some(3), "a correction, nothing is rewritten");
    let again = decide(&school.official, &upheld, &json!({ "decision": "clear", "remark": "又想了想" })).await;
    again.expect_problem(409, "already_decided");
    assert_eq!(look(&school.official).await, (0, 0, 0), "what was decided stays decided");
    assert_eq!(list(&school.official, "").await.len(), 0);
    assert_eq!(list(&school.official, "which=decided&kind=two_places").await.len(), 1);
    holds(&server).await;
}

/// A pupil in two sessions of the base: four hours, and an hour of them.
async fn within_one_host(server: &Server, school: &School) -> [Uuid; 2] {
    let starts = server.state().now() - Duration::hours(30);
    let mut sessions = Vec::new();
    for (minutes, begins) in [(240, starts), (60, starts + Duration::hours(1))] {
        let activity = activity(server, school.district, school.base, "practice", minutes).await;
        let session = session_at(server, school.district, school.base, activity, begins, None).await;
        sqlx::query("UPDATE session SET ends_at = $2 WHERE id = $1")
            .bind(session)
            .bind(begins + Duration::minutes(i64::from(minutes)))
            .execute(server.pool())
            .await
            .expect("its end");
        school.record(session, &[school.pupils[0].0]).await;
        school.confirm_all(session).await;
        sessions.push(session);
    }
    [sessions[0], sessions[1]]
}

/// Where a session was, as its host says later.
async fn set_place(server: &Server, session: Uuid, place: &str) {
    let sql = "UPDATE session SET place = $2 WHERE id = $1";
    sqlx::query(sql).bind(session).bind(place).execute(server.pool()).await.expect("a place");
}

#[tokio::test]
async fn two_sessions_of_one_host_at_once_are_found_unless_one_is_a_part_of_the_other() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let [long, short] = within_one_host(&server, &school).await;
    assert_eq!(look(&school.official).await, (1, 0, 0), "nobody knows where they were");
    let one = list(&school.official, "").await.remove(0);
    assert_eq!((&one["kind"], &one["measure"]), (&json!("two_places"), &json!(60)));
    set_place(&server, long, "一号厅").await;
    set_place(&server, short, " 一号厅").await;
    assert_eq!(look(&school.official).await, (0, 1, 0), "an hour of the four at the same place");
    set_place(&server, short, "二号厅").await;
    assert_eq!(look(&school.official).await, (1, 0, 0));
    let read = school.official.get(&format!("/api/v1/exceptions/{}", one["id"].as_str().expect("an id"))).await;
    let detail = read.expect(200);
    let places: Vec<_> = detail["lines"].as_array().expect("lines").iter().map(|line| &line["place"]).collect();
    assert_eq!(places, ["一号厅", "二号厅"]);
}

#[tokio::test]
async fn what_is_found_again_waits_anew_and_its_first_day_is_kept() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let [long, short] = within_one_host(&server, &school).await;
    assert_eq!(look(&school.official).await, (1, 0, 0));
    let first = list(&school.official, "").await.remove(0);
    assert_eq!(first["first_found_at"], first["found_at"]);
    set_place(&server, long, "一号厅").await;
    set_place(&server, short, "一号厅").await;
    assert_eq!(look(&school.official).await, (0, 1, 0));

    server.advance(Duration::days(20));
    let official = server.sign_in(&school.official.login, kepu_tests::PASSWORD).await;
    set_place(&server, short, "二号厅").await;
    // New rules look at all of the last two months once more.
    set_rules(&official, |rules| rules["target_days"] = json!(4)).await.expect(200);
    assert_eq!(look(&official).await, (1, 0, 0));
    let again = list(&official, "").await.remove(0);
    assert_eq!((&again["id"], &again["late"]), (&first["id"], &json!(false)), "nobody could look while it was gone");
    assert_eq!(again["first_found_at"], first["found_at"]);
    assert_ne!(again["found_at"], first["found_at"]);
    let summary = official.get("/api/v1/exceptions/summary").await.expect(200);
    assert_eq!((&summary["open"], &summary["late"], &summary["oldest"]), (&json!(1), &json!(0), &again["found_at"]));

    // What was found meanwhile and waits longer comes before it.
    sqlx::query(
        "INSERT INTO exception (district_id, id, kind, subject_id, on_day, records, measure, state, found_at, first_found_at)
         SELECT district_id, $1, 'burst', $1, on_day, records, 1, 'open', found_at - interval '1 day', found_at
         FROM exception",
    )
    .bind(server.state().new_id())
    .execute(server.pool())
    .await
    .expect("another");
    let kind = |page: &Value| page["items"][0]["kind"].clone();
    let page = official.get("/api/v1/exceptions?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("another page");
    let next = official.get(&format!("/api/v1/exceptions?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!([kind(&page), kind(&next)], ["burst", "two_places"], "what waits longest first");
}

#[tokio::test]
async fn what_is_put_right_by_its_host_goes_away_by_itself_and_what_is_cleared_can_be_looked_at_again() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let (museum, guide) = second_host(&server, &school).await;
    let (first, _) = at_two_places(&server, &school, (museum, &guide)).await;
    look(&school.official).await;
    let one = list(&school.official, "").await.remove(0);
    let cleared =
        decide(&school.official, &one, &json!({ "decision": "clear", "remark": "两馆相邻" })).await.expect(200);
    assert_eq!((&cleared["state"], &cleared["remark"]), (&json!("cleared"), &json!("两馆相邻")));
    let reopened = decide(&school.official, &cleared, &json!({ "decision": "reopen" })).await.expect(200);
    assert_eq!((&reopened["state"], &reopened["decided_at"]), (&json!("open"), &Value::Null));

    let (id, version): (Uuid, i64) =
        sqlx::query_as("SELECT id, version FROM participation WHERE session_id = $1 AND person_id = $2")
            .bind(first)
            .bind(school.pupils[1].0)
            .fetch_one(server.pool())
            .await
            .expect("a participation");
    let host = school.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
    host.post_json(&format!("/api/v1/participations/{id}/void"), &json!({ "reason": "扫错了人" })).await.expect(200);
    assert_eq!(look(&school.official).await, (0, 1, 0));
    assert_eq!(list(&school.official, "which=gone").await.len(), 1);
    decide(&school.official, &list(&school.official, "which=gone").await[0], &json!({ "decision": "reopen" }))
        .await
        .expect_problem(409, "exception_gone");
}

#[tokio::test]
async fn a_burst_and_what_is_entered_long_after_are_found_and_more_of_it_is_looked_at_anew() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    set_rules(&school.official, |rules| {
        rules["burst"] = json!({ "sessions": 3, "within_minutes": 10 });
        rules["back_dated_days"] = json!(30);
    })
    .await
    .expect(200);
    let (early, late) = (school.pupils[0].0, school.pupils[1].0);
    let mut last = Uuid::nil();
    for days in [2, 3, 40] {
        last = school.session(&server, school.base, "practice", days).await;
        school.record(last, &[early]).await;
        school.confirm_all(last).await;
    }
    assert_eq!(look(&school.official).await, (2, 0, 0));
    let burst = list(&school.official, "kind=burst").await.remove(0);
    assert_eq!((&burst["measure"], &burst["records"], &burst["host_id"]), (&json!(3), &json!(3), &json!(school.base)));
    assert!(burst["account_name"].is_string(), "{burst}");
    let dated = list(&school.official, "kind=back_dated").await.remove(0);
    assert_eq!(
        (&dated["measure"], &dated["records"], &dated["school_id"]),
        (&json!(40), &json!(1), &json!(school.school))
    );

    decide(&school.official, &dated, &json!({ "decision": "clear", "remark": "老师请假" })).await.expect(200);
    school.record(last, &[late]).await;
    school.confirm_all(last).await;
    assert_eq!(look(&school.official).await, (1, 0, 0), "one more pupil was not decided on");
    let dated = list(&school.official, "kind=back_dated").await.remove(0);
    assert_eq!((&dated["records"], &dated["remark"]), (&json!(2), &json!("")));
}

#[tokio::test]
async fn a_host_whose_guests_are_nearly_all_of_one_school_is_shown_once_a_month() {
    let server = Server::start().await;
    let school = School::new(&server, 10).await;
    let other = server.organization(school.district, "school", "第二试验学校").await;
    let (_, guests) = class_of(&server, school.district, other, 6, 1).await;
    set_rules(&school.official, |rules| {
        rules["share"] = json!({ "percent": 90, "person_times": 10, "within_days": 30 });
    })
    .await
    .expect(200);
    let session = school.session(&server, school.base, "practice", 1).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    school.record(session, &pupils).await;
    let scope = GrantScope::Organization { district: school.district, organization: other };
    let teacher = server.account(Role::Teacher, scope).await;
    let path = format!("/api/v1/sessions/{session}/participations");
    teacher.post_json(&path, &json!({ "persons": [{ "person_id": guests[0].0 }] })).await.expect(200);
    school.confirm_all(session).await;
    assert_eq!(look(&school.official).await, (1, 0, 0));
    let share = list(&school.official, "kind=unusual_share").await.remove(0);
    assert_eq!((&share["measure"], &share["school_id"]), (&json!(90), &json!(school.school)), "10 of 11");
    assert!(share["on_day"].as_str().expect("a day").ends_with("-01"));

    // A rule that is switched off finds nothing any more, and what it had found is gone.
    set_rules(&school.official, |rules| rules["share"] = Value::Null).await.expect(200);
    assert_eq!(look(&school.official).await, (0, 1, 0));
}

#[tokio::test]
async fn results_on_a_published_list_are_verified_by_themselves_where_the_district_wants_it_and_the_others_are_shown() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let today = server.state().now().date_naive();
    let mut results = Vec::new();
    for (series, listed) in [("listed", true), ("local", false)] {
        let body = json!({
            "series": series, "edition": "2026", "name_zh": "区科学竞赛", "stages": ["primary"],
            "valid_from": today - Duration::days(300), "valid_to": today + Duration::days(300),
        });
        let contest = school.official.post_json("/api/v1/competitions", &body).await.expect(201);
        // A district's own contest is on no published list, whatever is asked; the national list's are.
        sqlx::query("UPDATE competition SET listed = $2 WHERE id = $1")
            .bind(Uuid::parse_str(contest["id"].as_str().expect("an id")).expect("an id"))
            .bind(listed)
            .execute(server.pool())
            .await
            .expect("listed");
        for (pupil, evidence) in [(0, true), (1, false)] {
            let body = json!({
                "competition_id": contest["id"], "achieved_on": today - Duration::days(9), "contest_level": "county",
                "award": "first", "work_id": "W1", "members": [{ "number": school.pupils[pupil].1 }],
            });
            let made = school.teacher.post_json("/api/v1/results", &body).await.expect(201);
            let id = made["items"][0]["id"].as_str().expect("an id").to_owned();
            if evidence {
                let part = Part::bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".to_vec()).file_name("奖状.pdf");
                let form = Form::new().part("file", part);
                school.teacher.post_form(&format!("/api/v1/results/{id}/evidence"), form).await.expect(201);
            }
            results.push(id);
        }
    }
    assert_eq!(look(&school.official).await, (2, 0, 0), "nothing is verified before the district says so");
    set_rules(&school.official, |rules| rules["verify_the_rest"] = json!(true)).await.expect(200);
    assert_eq!(look(&school.official).await, (0, 0, 0), "who has just submitted may still correct it");
    server.advance(Duration::minutes(61));
    let official = server.sign_in(&school.official.login, kepu_tests::PASSWORD).await;
    assert_eq!(look(&official).await, (0, 0, 1));
    let mut states = Vec::new();
    for id in &results {
        let read = official.get(&format!("/api/v1/results/{id}")).await.expect(200);
        states.push(read["state"].as_str().expect("a state").to_owned());
    }
    assert_eq!(
        states,
        ["verified", "submitted", "submitted", "submitted"],
        "with evidence and on a list: that one alone"
    );
    let shown = list(&official, "kind=unlisted_result").await;
    assert_eq!(shown.len(), 2);
    holds(&server).await;
}

#[tokio::test]
async fn what_is_open_for_longer_than_the_district_wants_is_late_and_only_officials_see_any_of_it() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let (museum, guide) = second_host(&server, &school).await;
    at_two_places(&server, &school, (museum, &guide)).await;
    look(&school.official).await;
    server.advance(Duration::days(5) + Duration::minutes(1));
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district: school.district }).await;
    let summary = official.get("/api/v1/exceptions/summary").await.expect(200);
    assert_eq!((&summary["open"], &summary["late"], &summary["target_days"]), (&json!(1), &json!(1), &json!(5)));
    assert_eq!(summary["kinds"], json!([{ "kind": "two_places", "open": 1 }]));
    let one = list(&official, "").await.remove(0);
    assert_eq!(one["late"], true);

    let scope = GrantScope::Organization { district: school.district, organization: school.school };
    let teacher = server.account(Role::Teacher, scope).await;
    for path in ["/api/v1/exceptions", "/api/v1/exceptions/summary", "/api/v1/exception-rules"] {
        teacher.get(path).await.expect_problem(403, "forbidden");
    }
    decide(&teacher, &one, &json!({ "decision": "clear", "remark": "没事" })).await.expect_problem(403, "forbidden");
    let elsewhere = server.district("别的区").await;
    let stranger = server.account(Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    assert_eq!(list(&stranger, "").await.len(), 0);
    decide(&stranger, &one, &json!({ "decision": "clear", "remark": "没事" })).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn rules_are_checked_field_by_field_and_changed_on_what_was_read() {
    let server = Server::start().await;
    let school = School::new(&server, 0).await;
    let problem = set_rules(&school.official, |rules| {
        rules["burst"] = json!({ "sessions": 1, "within_minutes": 0 });
        rules["target_days"] = json!(0);
    })
    .await
    .expect_problem(422, "invalid");
    let fields: Vec<_> = problem["errors"].as_array().expect("errors").iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["burst.sessions", "burst.within_minutes", "target_days"]);
    let rules = school.official.get("/api/v1/exception-rules").await.expect(200);
    let stale = school.official.client.clone().with_header("If-Match", "\"7\"");
    stale.put_json("/api/v1/exception-rules", &rules).await.expect_problem(412, "version_changed");
    set_rules(&school.official, |rules| rules["target_days"] = json!(9)).await.expect(200);
    let detail: Value = sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = 'exception_rules.change'")
        .fetch_one(server.pool())
        .await
        .expect("audited");
    assert_eq!(detail, json!({ "target_days": { "from": 5, "to": 9 } }));
}

#[tokio::test]
async fn stricter_rules_find_what_was_there_before_them() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let pupil = school.pupils[0].0;
    let session = school.session(&server, school.base, "practice", 20).await;
    school.record(session, &[pupil]).await;
    school.confirm_all(session).await;
    assert_eq!(look(&school.official).await, (0, 0, 0));
    // So much later that what was confirmed is not seen again for its own sake.
    server.advance(Duration::days(5));
    let official = server.sign_in(&school.official.login, kepu_tests::PASSWORD).await;
    assert_eq!(look(&official).await, (0, 0, 0));
    set_rules(&official, |rules| rules["back_dated_days"] = json!(10)).await.expect(200);
    assert_eq!(look(&official).await, (1, 0, 0));
    assert_eq!(list(&official, "kind=back_dated").await.len(), 1);
    set_rules(&official, |rules| rules["back_dated_days"] = json!(30)).await.expect(200);
    assert_eq!(look(&official).await, (0, 1, 0), "wider ones let it go");
}
