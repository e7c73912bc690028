//! Activities and sessions, over HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Answer, Client, Server, school::School};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn audited(server: &Server, action: &str, object: &Value) -> i64 {
    let sql = "SELECT count(*) FROM audit_event WHERE action = $1 AND object_id = $2";
    let object = object.as_str().expect("an id");
    sqlx::query_scalar(sql).bind(action).bind(object).fetch_one(server.pool()).await.expect("counted")
}

async fn post_if(client: &Client, path: &str, version: i64, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).header("If-Match", format!("\"{version}\"")).json(body);
    client.send(request).await
}

fn activity_of(host: Uuid) -> Value {
    json!({
        "host_id": host, "code": "A1", "kind": "practice", "title_zh": "望远镜制作", "minutes": 120,
        "grades": { "from": 5, "to": 8 }, "tags": ["天文", " 天文 ", "动手"],
    })
}

async fn base_admin(server: &Server, school: &School) -> Client {
    let scope = GrantScope::Organization { district: school.district, organization: school.base };
    server.account(Role::BaseAdmin, scope).await.client
}

#[tokio::test]
async fn an_activity_is_offered_and_settles_when_a_session_has_begun() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let made = host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect(201);
    assert_eq!(made["tags"], json!(["天文", "动手"]));
    assert_eq!((&made["voluntary"], &made["school_day"]), (&json!(true), &json!(false)));
    host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect_problem(409, "code_taken");
    let path = format!("/api/v1/activities/{}", made["id"].as_str().expect("an id"));
    let changed = host.patch_json(&path, 1, &json!({ "minutes": 90, "grades": { "from": 6 } })).await.expect(200);
    assert_eq!(changed["grades"], json!({ "from": 6, "to": null }));
    host.patch_json(&path, 1, &json!({ "minutes": 90 })).await.expect_problem(412, "version_changed");

    let past = server.state().now() - TimeDelta::days(1);
    let session = json!({ "activity_id": made["id"], "starts_at": past });
    host.post_json("/api/v1/sessions", &session).await.expect(201);
    for (field, value) in
        [("minutes", json!(60)), ("kind", json!("visit")), ("tags", json!([])), ("level", json!("city"))]
    {
        host.patch_json(&path, 2, &json!({ field: value })).await.expect_problem(409, "activity_settled");
    }
    host.patch_json(&path, 2, &json!({ "title_zh": "自制望远镜", "status": "closed", "grades": null }))
        .await
        .expect(200);
    host.post_json("/api/v1/sessions", &session).await.expect_problem(409, "activity_closed");
    assert_eq!(audited(&server, "activity.create", &made["id"]).await, 1);
    assert_eq!(audited(&server, "activity.change", &made["id"]).await, 2);
}

#[tokio::test]
async fn bad_activities_and_sessions_are_refused() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let table = [
        ("minutes", json!(0), "minutes"),
        ("minutes", json!(1441), "minutes"),
        ("kind", json!(""), "kind"),
        ("title_zh", json!("x".repeat(121)), "title_zh"),
        ("grades", json!({ "from": 9, "to": 5 }), "grades.to"),
        ("grades", json!({ "from": 99 }), "grades.from"),
        ("tags", json!(["a;b"]), "tags[0]"),
        ("tags", json!(vec!["x"; 21]), "tags"),
    ];
    for (field, value, at) in table {
        let mut body = activity_of(school.base);
        body[field] = value;
        let problem = host.post_json("/api/v1/activities", &body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], at, "{problem}");
    }
    let made = host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect(201);
    let good = json!({ "activity_id": made["id"], "starts_at": "2026-03-01T09:00:00+08:00" });
    let table = [
        ("starts_at", json!("2026-03-01"), "starts_at"),
        ("starts_at", json!("1826-03-01T09:00:00Z"), "starts_at"),
        ("ends_at", json!("2026-03-01T09:00:00+08:00"), "ends_at"),
        ("ends_at", json!("2026-05-01T09:00:00+08:00"), "ends_at"),
        ("capacity", json!(0), "capacity"),
        ("place", json!("x".repeat(201)), "place"),
    ];
    for (field, value, at) in table {
        let mut body = good.clone();
        body[field] = value;
        let problem = host.post_json("/api/v1/sessions", &body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], at, "{problem}");
    }
    let unknown = json!({ "activity_id": Uuid::nil(), "starts_at": "2026-03-01T09:00:00+08:00" });
    host.post_json("/api/v1/sessions", &unknown).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn sessions_are_made_copied_moved_and_cancelled() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let activity = host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect(201);
    let soon = server.state().now() + TimeDelta::days(7);
    let body = json!({ "activity_id": activity["id"], "starts_at": soon, "place": "一号厅", "capacity": 30 });
    let made = host.post_json("/api/v1/sessions", &body).await.expect(201);
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok()).expect("a time");
    assert_eq!(time(&made["ends_at"]) - time(&made["starts_at"]), TimeDelta::minutes(120));
    assert_eq!((&made["kind"], &made["activity_title_zh"]), (&json!("practice"), &json!("望远镜制作")));
    let path = format!("/api/v1/sessions/{}", made["id"].as_str().expect("an id"));

    let later = [soon + TimeDelta::days(7), soon + TimeDelta::days(14)];
    let copies = host.post_json(&format!("{path}/copy"), &json!({ "starts_at": later })).await.expect(201);
    assert_eq!(copies["items"].as_array().map(Vec::len), Some(2));
    assert_eq!((&copies["items"][1]["capacity"], &copies["items"][1]["place"]), (&json!(30), &json!("一号厅")));
    let twice = json!({ "starts_at": [soon, soon] });
    host.post_json(&format!("{path}/copy"), &twice).await.expect_problem(422, "invalid");
    host.post_json(&format!("{path}/copy"), &json!({ "starts_at": [] })).await.expect_problem(422, "invalid");

    let moved =
        json!({ "starts_at": soon + TimeDelta::hours(1), "ends_at": soon + TimeDelta::hours(4), "capacity": null });
    let moved = host.patch_json(&path, 1, &moved).await.expect(200);
    assert_eq!(moved["capacity"], Value::Null);
    host.patch_json(&path, 1, &json!({ "status": "closed" })).await.expect_problem(412, "version_changed");
    host.patch_json(&path, 2, &json!({ "status": "closed" })).await.expect(200);
    host.patch_json(&path, 3, &json!({ "status": "cancelled" })).await.expect_problem(422, "invalid");
    post_if(&host, &format!("{path}/cancel"), 3, &json!({ "reason": "" })).await.expect_problem(422, "invalid");
    let cancelled = post_if(&host, &format!("{path}/cancel"), 3, &json!({ "reason": "暴雨" })).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["reason"]), (&json!("cancelled"), &json!("暴雨")));
    host.patch_json(&path, 4, &json!({ "place": "二号厅" })).await.expect_problem(409, "session_cancelled");
    let again = post_if(&host, &format!("{path}/cancel"), 4, &json!({ "reason": "暴雨" })).await;
    again.expect_problem(409, "already_cancelled");
    for (action, object, count) in [
        ("session.create", &made["id"], 1),
        ("session.create", &copies["items"][0]["id"], 1),
        ("session.change", &made["id"], 2),
        ("session.cancel", &made["id"], 1),
    ] {
        assert_eq!(audited(&server, action, object).await, count, "{action}");
    }
}

#[tokio::test]
async fn a_session_that_took_place_keeps_its_time_and_its_guests() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let session = school.session(&server, school.base, "practice", 2).await;
    let path = format!("/api/v1/sessions/{session}");
    let moved = json!({ "starts_at": server.state().now() - TimeDelta::days(2) - TimeDelta::hours(4) });
    host.patch_json(&path, 1, &moved).await.expect_problem(409, "session_settled");
    host.patch_json(&path, 1, &json!({ "place": "二号厅" })).await.expect(200);
    school.record(session, &[school.pupils[0].0]).await;
    let cancel = post_if(&host, &format!("{path}/cancel"), 2, &json!({ "reason": "误建" })).await;
    cancel.expect_problem(409, "session_took_place");
}

#[tokio::test]
async fn a_session_says_when_its_places_open_and_to_whom() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let activity = host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect(201);
    let elsewhere = server.district("乙区").await;
    let other = server.organization(elsewhere, "kindergarten", "乙幼").await;
    let starts = server.state().now() + TimeDelta::days(7);
    let before = |hours: i64| json!(starts - TimeDelta::hours(hours));
    let quotas = json!([{ "school_id": school.school, "places": 20 }, { "school_id": other, "places": 10 }]);
    let good = json!({
        "activity_id": activity["id"], "starts_at": starts, "capacity": 30, "opens_at": before(48),
        "to_all_at": before(24), "quotas": quotas,
    });
    let quota = |school: Uuid, places: i32| json!([{ "school_id": school, "places": places }]);
    let table = [
        ("opens_at", before(0), "opens_at", "not_before_starts_at"),
        ("to_all_at", before(-1), "to_all_at", "not_before_starts_at"),
        ("to_all_at", before(48), "to_all_at", "not_after_opens_at"),
        ("quotas", json!([]), "to_all_at", "needs_quotas"),
        ("capacity", json!(29), "quotas", "beyond_capacity"),
        ("quotas", quota(school.school, 0), "quotas[0].places", "out_of_range"),
        ("quotas", quota(school.base, 1), "quotas[0].school_id", "no_such_school"),
        ("quotas", quota(Uuid::nil(), 1), "quotas[0].school_id", "no_such_school"),
        ("quotas", json!([quotas[0], quotas[0]]), "quotas[1].school_id", "repeated"),
    ];
    for (field, value, at, code) in &table {
        let mut body = good.clone();
        body[*field] = value.clone();
        let problem = host.post_json("/api/v1/sessions", &body).await.expect_problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(at), &json!(code)));
    }
    let made = host.post_json("/api/v1/sessions", &good).await.expect(201);
    let path = format!("/api/v1/sessions/{}", made["id"].as_str().expect("an id"));
    for (field, value, at, code) in &table {
        let problem = host.patch_json(&path, 1, &json!({ *field: value })).await.expect_problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(at), &json!(code)));
    }
    let read = school.teacher.get(&path).await.expect(200);
    let mut shown: Vec<Value> = read["quotas"].as_array().expect("quotas").clone();
    shown.sort_by_key(|quota| quota["places"].as_i64());
    let named = json!({ "school_id": other, "school_name_zh": "乙幼", "school_name_en": "", "places": 10 });
    assert_eq!((shown.len(), &shown[0]), (2, &named));
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok()).expect("a time");
    assert_eq!(starts.signed_duration_since(time(&read["opens_at"])).num_hours(), 48);

    // A copy opens as long before its beginning, and keeps the quotas.
    let later = starts + TimeDelta::days(7);
    let copies = host.post_json(&format!("{path}/copy"), &json!({ "starts_at": [later] })).await.expect(201);
    let copy = &copies["items"][0];
    assert_eq!(copy["quotas"], read["quotas"]);
    assert_eq!(later.signed_duration_since(time(&copy["to_all_at"])).num_hours(), 24);

    // All of it may be changed while nobody could have come, also to nothing.
    let change = json!({ "opens_at": null, "to_all_at": null, "quotas": [] });
    let changed = host.patch_json(&path, 1, &change).await.expect(200);
    assert_eq!((&changed["opens_at"], &changed["quotas"]), (&Value::Null, &json!([])));
    let detail: Value = sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = 'session.change'")
        .fetch_one(server.pool())
        .await
        .expect("read");
    assert_eq!((&detail["quotas"]["from"], &detail["quotas"]["to"]), (&read["quotas"], &json!([])));
    let public = server.anonymous().get("/api/v1/public/sessions").await.expect(200);
    let opened: Vec<bool> =
        public["items"].as_array().expect("items").iter().map(|one| one["opens_at"].is_null()).collect();
    assert_eq!(opened, [true, false]);

    let begun = school.session(&server, school.base, "practice", 2).await;
    let quotas = json!({ "quotas": quota(school.school, 1) });
    host.patch_json(&format!("/api/v1/sessions/{begun}"), 1, &quotas).await.expect_problem(409, "session_settled");
}

#[tokio::test]
async fn sessions_are_listed_by_host_day_and_activity() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let activity = host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect(201);
    // 00:30 of 2 March in Shanghai is still 1 March in Greenwich.
    let mut ids = Vec::new();
    for starts_at in ["2026-03-01T09:00:00+08:00", "2026-03-02T00:30:00+08:00", "2099-03-03T09:00:00+08:00"] {
        let body = json!({ "activity_id": activity["id"], "starts_at": starts_at });
        ids.push(host.post_json("/api/v1/sessions", &body).await.expect(201)["id"].clone());
    }
    let list = async |client: &Client, query: &str| -> Vec<Value> {
        let page = client.get(&format!("/api/v1/sessions?{query}")).await.expect(200);
        page["items"].as_array().expect("items").iter().map(|one| one["id"].clone()).collect()
    };
    let teacher = &school.teacher.client;
    let activity_id = activity["id"].as_str().expect("an id");
    for (query, expected) in [
        (String::new(), &ids[..]),
        ("from=2026-03-02&to=2026-03-02".to_owned(), &ids[1..2]),
        ("to=2026-03-01".to_owned(), &ids[..1]),
        ("open=true".to_owned(), &ids[2..]),
        (format!("activity_id={activity_id}&grade=5"), &ids[..]),
        (format!("activity_id={activity_id}&grade=9"), &ids[..0]),
        (format!("host_id={}", school.school), &ids[..0]),
    ] {
        assert_eq!(list(teacher, &query).await, expected, "{query}");
    }
    let first = teacher.get("/api/v1/sessions?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a next page");
    assert_eq!(list(teacher, &format!("limit=2&cursor={cursor}")).await, ids[2..]);
    // Teachers of other districts choose among them too.
    let other = server.district("乙区").await;
    let far = server.organization(other, "school", "乙小").await;
    let far = server.account(Role::Teacher, GrantScope::Organization { district: other, organization: far }).await;
    assert!(list(&far, "").await.is_empty());
    assert_eq!(list(&far, &format!("host_id={}", school.base)).await, ids);
}

#[tokio::test]
async fn hosts_keep_to_what_is_theirs() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let host = base_admin(&server, &school).await;
    let made = host.post_json("/api/v1/activities", &activity_of(school.base)).await.expect(201);
    let path = format!("/api/v1/activities/{}", made["id"].as_str().expect("an id"));
    // A teacher runs what the school runs, not what the base does.
    let teacher = &school.teacher.client;
    teacher.post_json("/api/v1/activities", &activity_of(school.base)).await.expect_problem(403, "forbidden");
    teacher.patch_json(&path, 1, &json!({ "minutes": 1 })).await.expect_problem(403, "forbidden");
    let session = json!({ "activity_id": made["id"], "starts_at": "2026-03-01T09:00:00+08:00" });
    teacher.post_json("/api/v1/sessions", &session).await.expect_problem(403, "forbidden");
    teacher.post_json("/api/v1/activities", &activity_of(school.school)).await.expect(201);
    // Another district's base does not see a handle on it.
    let other = server.district("乙区").await;
    let base = server.organization(other, "base", "乙馆").await;
    let far = server.account(Role::BaseAdmin, GrantScope::Organization { district: other, organization: base }).await;
    far.patch_json(&path, 1, &json!({ "minutes": 1 })).await.expect_problem(404, "not_found");
    far.post_json("/api/v1/sessions", &session).await.expect_problem(404, "not_found");
    far.post_json("/api/v1/activities", &activity_of(school.base)).await.expect_problem(403, "forbidden");
    far.get(&path).await.expect(200);
    server.anonymous().get(&path).await.expect_problem(401, "not_signed_in");
}
