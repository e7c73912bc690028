//! Organizations, schemes, designations and the public register, over HTTP.

use chrono::TimeDelta;
use kepu_api::participation::places;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{
    Answer, Client, PASSWORD, Server,
    school::{School, activity, session_at},
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn audited(server: &Server, action: &str, object: &Value) -> Vec<Value> {
    let sql = "SELECT detail FROM audit_event WHERE action = $1 AND object_id = $2 ORDER BY id";
    let object = object.as_str().expect("an id");
    sqlx::query_scalar(sql).bind(action).bind(object).fetch_all(server.pool()).await.expect("audit rows")
}

async fn post_if(client: &Client, path: &str, version: i64, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).header("If-Match", format!("\"{version}\"")).json(body);
    client.send(request).await
}

async fn official(server: &Server, name: &str) -> (Uuid, Client) {
    let district = server.district(name).await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    (district, official.client)
}

#[tokio::test]
async fn an_organization_is_registered_changed_closed_and_reopened() {
    let server = Server::start().await;
    let (district, official) = official(&server, "甲区").await;
    let body = json!({ "kind": "base", "code": "B1", "name_zh": " 天文馆 ", "level": "city" });
    let made = official.post_json("/api/v1/organizations", &body).await;
    assert_eq!(made.header("etag"), "\"1\"");
    let place = made.header("location").to_owned();
    let made = made.expect(201);
    assert_eq!(made["name_zh"], "天文馆");
    assert_eq!(made["district_id"], district.to_string());
    let path = format!("/api/v1/organizations/{}", made["id"].as_str().expect("an id"));
    assert_eq!(place, path);
    official.post_json("/api/v1/organizations", &body).await.expect_problem(409, "code_taken");

    let change = json!({ "name_en": "Planetarium", "level": null, "attributes": { "founded": 1957 } });
    let changed = official.patch_json(&path, 1, &change).await.expect(200);
    assert_eq!((&changed["level"], &changed["version"]), (&Value::Null, &json!(2)));
    official.patch_json(&path, 1, &change).await.expect_problem(412, "version_changed");
    let unconditional = official.send(official.request(Method::PATCH, &path).json(&change)).await;
    unconditional.expect_problem(428, "if_match_required");

    let closed = post_if(&official, &format!("{path}/close"), 2, &json!({ "reason": "搬迁" })).await.expect(200);
    assert_eq!(closed["status"], "closed");
    let again = post_if(&official, &format!("{path}/close"), 3, &json!({ "reason": "搬迁" })).await;
    again.expect_problem(409, "already_closed");
    let activity = json!({ "host_id": made["id"], "code": "A", "kind": "visit", "title_zh": "参观", "minutes": 60 });
    official.post_json("/api/v1/activities", &activity).await.expect_problem(409, "organization_closed");
    post_if(&official, &format!("{path}/reopen"), 3, &json!({ "reason": "重开" })).await.expect(200);

    let detail = audited(&server, "organization.change", &made["id"]).await;
    assert_eq!(detail[0]["level"], json!({ "from": "city", "to": null }));
    for action in ["organization.create", "organization.close", "organization.reopen"] {
        assert_eq!(audited(&server, action, &made["id"]).await.len(), 1, "{action}");
    }
}

#[tokio::test]
async fn bad_organizations_are_refused_field_by_field() {
    let server = Server::start().await;
    let (_, official) = official(&server, "甲区").await;
    let good = json!({ "kind": "base", "code": "B1", "name_zh": "天文馆" });
    let table: [(&str, Value, &str, &str); 9] = [
        ("code", json!(" "), "code", "required"),
        ("code", json!("x".repeat(41)), "code", "too_long"),
        ("name_zh", json!("两\n行"), "name_zh", "control_character"),
        ("name_zh", json!("空\u{0}"), "name_zh", "nul_refused"),
        ("kind", json!("zoo"), "kind", "invalid_value"),
        ("level", json!("x".repeat(41)), "level", "too_long"),
        ("attributes", json!({ "vocational": "yes" }), "attributes.vocational", "invalid_value"),
        ("attributes", json!({ "long": "x".repeat(9000) }), "attributes", "too_long"),
        ("unknown", json!(1), "unknown", "unknown_field"),
    ];
    for (field, value, at, code) in table {
        let mut body = good.clone();
        body[field] = value.clone();
        let problem = official.post_json("/api/v1/organizations", &body).await.expect_problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(error["code"], code, "{field}: {problem}");
        assert_eq!(error["field"], at, "{field}: {problem}");
    }
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM organization").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn organizations_are_listed_by_page_and_filter() {
    let server = Server::start().await;
    let (district, official) = official(&server, "甲区").await;
    let other = server.district("乙区").await;
    for (index, kind) in ["school", "school", "base", "museum"].into_iter().enumerate() {
        server.organization(district, kind, &format!("单位{index}")).await;
    }
    server.organization(other, "base", "外区基地").await;
    let names = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|one| one["name_zh"].as_str().unwrap_or("").into())
            .collect()
    };
    let first = official.get("/api/v1/organizations?limit=3").await.expect(200);
    assert_eq!(names(&first), ["单位0", "单位1", "单位2"]);
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = official.get(&format!("/api/v1/organizations?limit=3&cursor={cursor}")).await.expect(200);
    assert_eq!((names(&second), &second["next_cursor"]), (vec!["单位3".to_owned()], &Value::Null));
    for (query, expected) in [
        ("kind=school", vec!["单位0", "单位1"]),
        ("q=%E5%8D%95%E4%BD%8D3", vec!["单位3"]),
        ("kind=base&everywhere=true", vec!["单位2", "外区基地"]),
        (&format!("district_id={other}"), vec!["外区基地"]),
        ("status=closed", vec![]),
    ] {
        let page = official.get(&format!("/api/v1/organizations?{query}")).await.expect(200);
        assert_eq!(names(&page), expected, "{query}");
    }
    official.get("/api/v1/organizations?limit=0").await.expect_problem(422, "invalid");
    official.get("/api/v1/organizations?cursor=x").await.expect_problem(422, "invalid");
    official.get("/api/v1/organizations?kind=zoo").await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn only_officials_of_the_district_change_its_organizations() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let (_, stranger) = official(&server, "乙区").await;
    let path = format!("/api/v1/organizations/{}", school.base);
    let body = json!({ "kind": "base", "code": "X", "name_zh": "X" });
    for client in [&school.teacher.client, &school.host.client] {
        client.post_json("/api/v1/organizations", &body).await.expect_problem(403, "forbidden");
        client.patch_json(&path, 1, &json!({ "name_zh": "X" })).await.expect_problem(403, "forbidden");
        client.get(&path).await.expect(200);
    }
    stranger.get(&path).await.expect(200);
    stranger.patch_json(&path, 1, &json!({ "name_zh": "X" })).await.expect_problem(404, "not_found");
    let here = stranger.clone().for_district(school.district);
    here.patch_json(&path, 1, &json!({ "name_zh": "X" })).await.expect_problem(404, "not_found");
    server.anonymous().get(&path).await.expect_problem(401, "not_signed_in");
    server.anonymous().post_json("/api/v1/organizations", &body).await.expect_problem(401, "not_signed_in");
}

#[tokio::test]
async fn designations_are_granted_corrected_and_ended_and_never_overlap() {
    let server = Server::start().await;
    let (district, official) = official(&server, "甲区").await;
    let base = server.organization(district, "base", "天文馆").await;
    let scheme = json!({ "code": "science-base", "name_zh": "科普教育基地", "holder_kinds": ["base", "museum"] });
    let scheme = official.post_json("/api/v1/schemes", &scheme).await.expect(201);
    assert_eq!(scheme["authority_id"], district.to_string());
    let again = json!({ "code": "science-base", "name_zh": "重名" });
    official.post_json("/api/v1/schemes", &again).await.expect_problem(409, "code_taken");

    let path = format!("/api/v1/organizations/{base}/designations");
    let grant = |number: &str, from: &str, to: Option<&str>| json!({ "scheme_id": scheme["id"], "number": number, "level": "city", "valid_from": from, "valid_to": to });
    let first = official.post_json(&path, &grant("1", "2022-11-16", Some("2025-11-15"))).await.expect(201);
    for (number, from, to) in [
        ("2", "2025-11-15", None),
        ("2", "2020-01-01", None),
        ("2", "2023-01-01", Some("2023-01-01")),
        ("2", "2022-01-01", Some("2022-11-16")),
    ] {
        official.post_json(&path, &grant(number, from, to)).await.expect_problem(409, "designation_overlaps");
    }
    official.post_json(&path, &grant("1", "2026-01-01", None)).await.expect_problem(409, "number_taken");
    official.post_json(&path, &grant("2", "2026-01-02", Some("2026-01-01"))).await.expect_problem(422, "invalid");
    let second = official.post_json(&path, &grant("2", "2025-11-16", None)).await.expect(201);

    let second_path = format!("/api/v1/designations/{}", second["id"].as_str().expect("an id"));
    let back = json!({ "valid_from": "2025-11-01", "reason": "更正" });
    official.patch_json(&second_path, 1, &back).await.expect_problem(409, "designation_overlaps");
    official.patch_json(&second_path, 1, &json!({ "valid_from": "2025-12-01" })).await.expect_problem(422, "invalid");
    let later = json!({ "valid_from": "2025-12-01", "reason": "更正" });
    official.patch_json(&second_path, 1, &later).await.expect(200);
    official.patch_json(&second_path, 1, &later).await.expect_problem(412, "version_changed");
    let end = format!("{second_path}/end");
    let ended = post_if(&official, &end, 2, &json!({ "last_day": "2026-06-30", "reason": "注销" })).await.expect(200);
    assert_eq!(ended["valid_to"], "2026-06-30");
    let longer = post_if(&official, &end, 3, &json!({ "last_day": "2026-07-01", "reason": "注销" })).await;
    longer.expect_problem(409, "ends_already");
    let before = post_if(&official, &end, 3, &json!({ "last_day": "2025-11-30", "reason": "注销" })).await;
    before.expect_problem(422, "invalid");

    let all = official.get(&path).await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    let on = official.get(&format!("{path}?on=2025-11-20")).await.expect(200);
    assert_eq!(on["items"].as_array().map(Vec::len), Some(0));
    let here = official.get("/api/v1/designations?scheme=science-base&on=2025-01-01").await.expect(200);
    assert_eq!(here["items"][0]["id"], first["id"]);

    // Whom the scheme is not for, whose it is not, what does not exist.
    let school = server.organization(district, "school", "一小").await;
    let to_school = format!("/api/v1/organizations/{school}/designations");
    official.post_json(&to_school, &grant("3", "2026-01-01", None)).await.expect_problem(422, "holder_kind");
    let elsewhere = server.district("乙区").await;
    let stranger = server.account(Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    let foreign = server.organization(elsewhere, "base", "乙馆").await;
    let foreign_path = format!("/api/v1/organizations/{foreign}/designations");
    let refused = stranger.post_json(&foreign_path, &grant("3", "2026-01-01", None)).await;
    refused.expect_problem(422, "scheme_elsewhere");
    stranger.post_json(&path, &grant("3", "2026-08-01", None)).await.expect_problem(404, "not_found");
    stranger.patch_json(&second_path, 3, &later).await.expect_problem(404, "not_found");
    let mut unknown = grant("3", "2026-08-01", None);
    unknown["scheme_id"] = json!(Uuid::nil());
    official.post_json(&path, &unknown).await.expect_problem(422, "invalid");

    assert_eq!(audited(&server, "designation.grant", &second["id"]).await.len(), 1);
    let change = audited(&server, "designation.change", &second["id"]).await;
    assert_eq!(change[0]["valid_from"], json!({ "from": "2025-11-16", "to": "2025-12-01" }));
    assert_eq!(change[0]["reason"], "更正");
    assert_eq!(audited(&server, "designation.end", &second["id"]).await[0]["reason"], "注销");
}

#[tokio::test]
async fn schemes_of_higher_authorities_are_not_the_districts_to_change() {
    let server = Server::start().await;
    let (district, official) = official(&server, "甲区").await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await.client.for_district(district);
    let body = json!({ "authority_id": server.city(), "code": "city-base", "name_zh": "市级基地" });
    official.post_json("/api/v1/schemes", &body).await.expect_problem(403, "forbidden");
    let scheme = admin.post_json("/api/v1/schemes", &body).await.expect(201);
    let path = format!("/api/v1/schemes/{}", scheme["id"].as_str().expect("an id"));
    official.patch_json(&path, 1, &json!({ "name_zh": "X" })).await.expect_problem(403, "forbidden");
    admin.patch_json(&path, 1, &json!({ "name_zh": "市科普基地" })).await.expect(200);
    // But an official enters who holds one.
    let base = server.organization(district, "base", "天文馆").await;
    let grant = json!({ "scheme_id": scheme["id"], "number": "C1", "valid_from": "2024-01-01" });
    official.post_json(&format!("/api/v1/organizations/{base}/designations"), &grant).await.expect(201);
    assert_eq!(audited(&server, "scheme.change", &scheme["id"]).await.len(), 1);
}

#[tokio::test]
async fn two_grants_at_once_do_not_overlap() {
    let server = Server::start().await;
    let (district, official) = official(&server, "甲区").await;
    let base = server.organization(district, "base", "天文馆").await;
    let scheme = official.post_json("/api/v1/schemes", &json!({ "code": "s", "name_zh": "资质" })).await.expect(201);
    let path = format!("/api/v1/organizations/{base}/designations");
    let grants = (0..8).map(|number| {
        let (official, path, scheme) = (official.clone(), path.clone(), scheme["id"].clone());
        async move {
            let body = json!({ "scheme_id": scheme, "number": format!("{number}"), "valid_from": "2024-01-01" });
            official.post_json(&path, &body).await.status
        }
    });
    let statuses = futures::future::join_all(grants).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
}

#[tokio::test]
async fn the_register_is_public_and_says_only_what_is_in_force() {
    let server = Server::start().await;
    let (district, official) = official(&server, "甲区").await;
    let scheme = official.post_json("/api/v1/schemes", &json!({ "code": "s", "name_zh": "资质" })).await.expect(201);
    for (name, to) in [("天文馆", None), ("旧馆", Some("2024-12-31"))] {
        let base = server.organization(district, "base", name).await;
        let grant = json!({ "scheme_id": scheme["id"], "number": name, "valid_from": "2024-01-01", "valid_to": to });
        official.post_json(&format!("/api/v1/organizations/{base}/designations"), &grant).await.expect(201);
    }
    let names = |page: Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|one| one["organization_name_zh"].as_str().unwrap_or("").into()).collect()
    };
    let nobody = server.anonymous();
    let today = nobody.get("/api/v1/register").await.expect(200);
    assert_eq!(today["items"][0]["district_name_zh"], "甲区");
    assert_eq!(names(today), ["天文馆"]);
    assert_eq!(names(nobody.get("/api/v1/register?on=2024-06-01").await.expect(200)), ["天文馆", "旧馆"]);
    assert!(names(nobody.get("/api/v1/register?scheme=other").await.expect(200)).is_empty());
    assert_eq!(names(nobody.get("/api/v1/register?on=2024-06-01&q=%E6%97%A7").await.expect(200)), ["旧馆"]);
    let paged = nobody.get("/api/v1/register?on=2024-06-01&limit=1").await.expect(200);
    assert!(paged["next_cursor"].is_string());
    nobody.get("/api/v1/designations").await.expect_problem(401, "not_signed_in");
}

/// One credit an hour at designated bases.
const POLICY: &str = "
kepu: 1
id: gate
version: '1'
title: { zh: 门槛, en: Gate }
select:
  - id: designated
    title: { zh: 须为指定基地, en: at a designated base }
    require: { host_designation: base }
rules:
  - id: by-the-hour
    category: practice
    when: { kind: practice }
    credit: { per_hour: 1 }
";

#[tokio::test]
async fn ending_a_designation_takes_the_credit_of_later_days_back() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 3).await;
    let (pupil, _) = school.pupils[0];
    school.record(session, &[pupil]).await;
    school.confirm_all(session).await;
    let before = school.score(pupil).await;
    assert!(before.to_string().contains("\"total\":\"2\""), "{before}");
    let held = school.official.get(&format!("/api/v1/organizations/{}/designations", school.base)).await.expect(200);
    let path = format!("/api/v1/designations/{}", held["items"][0]["id"].as_str().expect("an id"));
    let end = json!({ "last_day": "2021-12-31", "reason": "撤销" });
    post_if(&school.official, &format!("{path}/end"), 1, &end).await.expect(200);
    let after = school.score(pupil).await;
    assert!(after.to_string().contains("\"total\":\"0\""), "{after}");
    let reopened = json!({ "valid_to": null, "reason": "误撤" });
    school.official.patch_json(&path, 2, &reopened).await.expect(200);
    let restored = school.score(pupil).await;
    assert!(restored.to_string().contains("\"total\":\"2\""), "{restored}");
    let causes: Vec<String> = sqlx::query_scalar("SELECT cause FROM ledger_entry ORDER BY id")
        .fetch_all(server.pool())
        .await
        .expect("the ledger");
    assert_eq!(causes, ["confirmed", "designation", "designation"]);
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

fn named(pupils: &[Uuid]) -> Value {
    json!({ "persons": pupils.iter().map(|pupil| json!({ "person_id": pupil })).collect::<Vec<_>>() })
}

#[tokio::test]
async fn a_closed_host_takes_nobody_more_and_what_was_there_is_confirmed() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    let offered = activity(&server, school.district, school.base, "practice", 120).await;
    let at = |starts, capacity| session_at(&server, school.district, school.base, offered, starts, capacity);
    let now = server.state().now();
    let past = at(now - TimeDelta::days(2), None).await;
    let soon = at(now + TimeDelta::hours(1), None).await;
    let ahead = at(now + TimeDelta::days(3), Some(1)).await;
    let teacher = &school.teacher.client;
    let path = format!("/api/v1/sessions/{ahead}/participations");
    school.record(past, &pupils[..1]).await;
    school.record(soon, &pupils[..1]).await;
    let asked = teacher.post_json(&path, &named(&pupils[..2])).await.expect(200);
    assert_eq!((&asked["recorded"], &asked["waitlisted"]), (&json!(1), &json!(1)), "{asked}");

    let place = format!("/api/v1/organizations/{}", school.base);
    let reason = json!({ "reason": "搬迁" });
    let closed = post_if(&school.official, &format!("{place}/close"), 1, &reason).await.expect(200);
    assert_eq!((&closed["status"], &closed["sessions_ahead"]), (&json!("closed"), &json!(2)), "{closed}");

    // By person, by class and from a sheet.
    for body in [named(&pupils[2..]), json!({ "class_id": school.class })] {
        teacher.post_json(&path, &body).await.expect_problem(409, "organization_closed");
    }
    let sheet = format!("学号\n{}\n", school.pupils[2].1);
    let file = reqwest::multipart::Part::bytes(sheet.into_bytes()).file_name("名单.csv");
    let form = reqwest::multipart::Form::new().part("file", file);
    teacher.post_form(&format!("{path}/sheet"), form).await.expect_problem(409, "organization_closed");
    // Nor does anybody who waits get the place that becomes free.
    let withdraw = json!({ "participations": [asked["outcomes"][0]["participation_id"]] });
    let withdrawn = teacher.post_json(&format!("{path}/withdraw"), &withdraw).await.expect(200);
    assert_eq!((&withdrawn["withdrawn"], &withdrawn["admitted"]), (&json!(1), &json!(0)), "{withdrawn}");
    assert_eq!(places::move_up(server.state(), None).await.expect("looked at"), 0);

    // Who was registered before is there; what was before is recorded and confirmed.
    let there = json!({ "items": [{ "person_id": pupils[0], "presence": "present" }] });
    let marked = school.host.post_json(&format!("/api/v1/sessions/{soon}/attendance"), &there).await.expect(200);
    assert_eq!(marked["attended"], 1, "{marked}");
    school.record(past, &pupils[1..2]).await;
    assert_eq!(school.confirm_all(past).await["confirmed"], 2);

    post_if(&school.official, &format!("{place}/reopen"), 2, &reason).await.expect(200);
    assert_eq!(places::move_up(server.state(), None).await.expect("looked at"), 1);
    let again = teacher.post_json(&path, &named(&pupils[2..])).await.expect(200);
    assert_eq!(again["waitlisted"], 1, "{again}");
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn the_calendar_of_a_host_tells_that_it_was_renamed_and_that_it_has_closed() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let offered = activity(&server, school.district, school.base, "practice", 120).await;
    let now = server.state().now();
    for starts in [now - TimeDelta::days(2), now + TimeDelta::days(3)] {
        session_at(&server, school.district, school.base, offered, starts, None).await;
    }
    let place = format!("/api/v1/organizations/{}", school.base);
    let calendar = async || {
        let answer =
            server.anonymous().get(&format!("/api/v1/public/organizations/{}/calendar.ics", school.base)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    };
    let lines = |text: &str, name: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
    };
    let before = calendar().await;
    assert_eq!(lines(&before, "STATUS"), ["STATUS:CONFIRMED"; 2]);
    server.advance(TimeDelta::minutes(2));
    school.official.patch_json(&place, 1, &json!({ "name_zh": "新馆" })).await.expect(200);
    let renamed = calendar().await;
    assert_eq!(lines(&renamed, "LOCATION"), ["LOCATION:新馆"; 2]);
    let modified = |text: &str| lines(text, "LAST-MODIFIED");
    assert!(modified(&before).iter().zip(&modified(&renamed)).all(|(before, after)| before < after), "{renamed}");
    assert_eq!(lines(&renamed, "SEQUENCE"), lines(&before, "SEQUENCE"));

    // What was ahead when it closed stays cancelled, whatever else is changed of the host and however late it is.
    let reason = json!({ "reason": "搬迁" });
    post_if(&school.official, &format!("{place}/close"), 2, &reason).await.expect(200);
    let ahead_then_past = ["STATUS:CANCELLED", "STATUS:CONFIRMED"];
    assert_eq!(lines(&calendar().await, "STATUS"), ahead_then_past);
    server.advance(TimeDelta::days(4));
    let official = server.sign_in(&school.official.login, PASSWORD).await;
    official.patch_json(&place, 3, &json!({ "name_zh": "旧馆" })).await.expect(200);
    assert_eq!(lines(&calendar().await, "STATUS"), ahead_then_past);
    post_if(&official, &format!("{place}/reopen"), 4, &reason).await.expect(200);
    assert_eq!(lines(&calendar().await, "STATUS"), ["STATUS:CONFIRMED"; 2]);
}
