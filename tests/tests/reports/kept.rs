//! Reports under a name, and packs that are made in the background.

use std::io::Cursor;
use std::time::Duration;

use calamine::{Reader, Xlsx};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};

use super::town::Town;
use kepu_tests::school::School;

#[tokio::test]
async fn a_saved_report_is_opened_with_the_readers_own_right() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let path = "/api/v1/saved-reports";
    let body = json!({ "name": "本校未覆盖", "kind": "not_reached", "query": { "school": s.school.to_string() } });
    let saved = s.official.post_json(path, &body).await.expect(201);
    let one = format!("{path}/{}", saved["id"].as_str().expect("an id"));
    assert_eq!((&saved["own"], &saved["query"]["school"]), (&true.into(), &json!(s.school.to_string())));

    // Who has the address reads what it means, and sees of it what is theirs.
    let theirs = s.teacher.get(&one).await.expect(200);
    assert_eq!((&theirs["own"], &theirs["kind"]), (&false.into(), &"not_reached".into()));
    let run = format!("/api/v1/reports/ready/not_reached?school={}", s.school);
    s.teacher.get(&run).await.expect(200);
    town.second_teacher.get(&one).await.expect(200);
    town.second_teacher.get(&run).await.expect_problem(403, "forbidden");
    let person = GrantScope::Person { district: s.district, person: s.pupils[0].0 };
    let student = server.account(Role::Student, person).await;
    student.get(&one).await.expect_problem(403, "forbidden");
    student.post_json(path, &body).await.expect_problem(403, "forbidden");
    let stranger = School::new(&server, 1).await;
    stranger.official.get(&one).await.expect(404);
    // Schools and bases keep reports of their own.
    for (client, kind) in [(&s.teacher.client, "class"), (&s.host.client, "base"), (&s.host.client, "records")] {
        let own = client.post_json(path, &json!({ "name": "自己的", "kind": kind })).await.expect(201);
        assert_eq!((&own["kind"], &own["own"]), (&kind.into(), &true.into()));
        client.delete(&format!("{path}/{}", own["id"].as_str().expect("an id"))).await.expect(204);
    }
    server.anonymous().get(&one).await.expect(401);

    assert_eq!(s.official.get(path).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(s.teacher.get(path).await.expect(200)["items"], json!([]));
    s.teacher.delete(&one).await.expect_problem(403, "forbidden");
    s.official.delete(&one).await.expect(204);
    s.official.get(&one).await.expect(404);
    for wrong in [
        json!({ "name": " ", "kind": "equity" }),
        json!({ "name": "x", "kind": "weather" }),
        json!({ "name": "x", "kind": "equity", "query": { "sql": "1" } }),
    ] {
        s.official.post_json(path, &wrong).await.expect(422);
    }
}

#[tokio::test]
async fn what_the_report_refuses_is_not_saved() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let path = "/api/v1/saved-reports";
    let body = |kind: &str, query: &Value| json!({ "name": "x", "kind": kind, "query": query });
    let nowhere = server.state().new_id().to_string();
    let (own, other, class) = (s.school.to_string(), town.second.to_string(), town.second_class.to_string());
    for (kind, query, field) in [
        ("requirements", json!({ "from": "xx" }), "query.from"),
        ("settlement", json!({ "from": "2026-03-02", "to": "2026-03-01" }), "query.to"),
        ("credits", json!({ "term": "2025-winter" }), "query.term"),
        ("overview", json!({ "as_of": "soon" }), "query.as_of"),
        ("records", json!({ "as_of": "2999-01-01" }), "query.as_of"),
        ("persons", json!({ "as_of": "-9999-01-01" }), "query.as_of"),
        ("persons", json!({ "value": "城区" }), "query.value"),
        ("persons", json!({ "requirement": "nope", "met": "true" }), "query.requirement"),
        ("persons", json!({ "grade": "99" }), "query.grade"),
        ("class", json!({ "grade": "seven" }), "query.grade"),
        ("records", json!({ "host": "here" }), "query.host"),
        ("credits", json!({ "group": "weather" }), "query.group"),
        ("credits", json!({ "school": own.as_str(), "class": class.as_str() }), "query.class"),
        ("hosts", json!({}), "query.host"),
        ("settlement", json!({ "school": own.as_str() }), "query.school"),
        ("settlement", json!({ "detail": "true" }), "query.detail"),
        ("equity", json!({ "from": "2026-03-02" }), "query.from"),
    ] {
        let refused = s.official.post_json(path, &body(kind, &query)).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field, "{kind} {query}: {refused}");
    }
    // A filter of another report.
    let foreign = body("overview", &json!({ "status": "counted" }));
    s.official.post_json(path, &foreign).await.expect_problem(422, "invalid");
    for (kind, query) in [
        ("school", json!({ "school": nowhere.as_str() })),
        ("persons", json!({ "class": nowhere.as_str() })),
        ("records", json!({ "host": nowhere.as_str() })),
    ] {
        s.official.post_json(path, &body(kind, &query)).await.expect_problem(404, "not_found");
    }
    let elsewhere = json!({ "school": other.as_str() });
    for kind in ["school", "persons", "records", "credits", "not_reached"] {
        s.teacher.post_json(path, &body(kind, &elsewhere)).await.expect_problem(403, "forbidden");
    }
    s.teacher.post_json(path, &body("exceptions", &json!({}))).await.expect_problem(403, "forbidden");
    let unknown = body("overview", &json!({ "policy": "nope" }));
    s.official.post_json(path, &unknown).await.expect_problem(409, "no_policy");
    assert_eq!(s.official.get(path).await.expect(200)["items"], json!([]), "nothing of it was kept");
    assert_eq!(s.teacher.get(path).await.expect(200)["items"], json!([]));

    let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    server.advance(chrono::TimeDelta::seconds(2));
    for (kind, query) in [
        ("records", json!({ "host": "none", "status": "counted", "from": "2026-01-01" })),
        ("persons", json!({ "requirement": "three", "met": "false", "grade": "6", "school": own.as_str() })),
        ("not_reached", json!({ "school": own.as_str(), "detail": "true", "as_of": moment.as_str() })),
        ("hosts", json!({ "host": s.base.to_string() })),
        ("credits", json!({ "group": "host,school", "policy": "town" })),
    ] {
        let kept = s.official.post_json(path, &body(kind, &query)).await.expect(201);
        assert_eq!(kept["query"], query);
    }
    // A district that has no policy yet may have one when it is opened.
    let new = School::new(&server, 1).await;
    new.official.post_json(path, &body("overview", &json!({}))).await.expect(201);
}

#[tokio::test]
async fn a_pack_is_made_in_the_background_and_kept() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let path = "/api/v1/report-packs";
    let asked = s.official.post_json(path, &json!({ "name": "三月", "from": "2020-01-01" })).await.expect(202);
    assert_eq!((&asked["state"], &asked["total"]), (&"waiting".into(), &14.into()));
    let one = format!("{path}/{}", asked["id"].as_str().expect("an id"));
    let wait = async |one: &str| -> Value {
        for _ in 0..600 {
            let now = s.official.get(one).await.expect(200);
            assert_ne!(now["state"], "failed", "{now}");
            if now["state"] == "ready" {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the pack was not made");
    };
    let ready = wait(&one).await;
    assert_eq!((&ready["done"], ready["files"].as_array().map(Vec::len)), (&14.into(), Some(2)));

    let book = s.official.get(&format!("{one}/files/reports.xlsx")).await;
    assert_eq!(i64::try_from(book.bytes.len()).ok(), ready["files"][0]["bytes"].as_i64());
    let mut sheets: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes.clone())).expect("a workbook");
    let names = sheets.sheet_names().clone();
    for name in [
        "总览·按月",
        "学校情况·按学校",
        "班级情况·按班级",
        "基地情况·按单位",
        "异常核查·按种类",
        "达标情况·按学校",
        "未覆盖学生·按班级",
        "均衡情况·按学校",
        "承办单位结算·场次明细",
        "说明",
    ] {
        assert!(names.iter().any(|one| one == name), "{name} among {names:?}");
    }
    let sheet = sheets.worksheet_range("未覆盖学生·全部").expect("the sheet");
    let told = s.official.get("/api/v1/reports/ready/not_reached?from=2020-01-01").await.expect(200);
    assert_eq!(
        sheet.get((1, 0)).map(ToString::to_string),
        Some(told["sections"][0]["rows"][0]["cells"][0].to_string())
    );
    let paper = s.official.get(&format!("{one}/files/reports.pdf")).await;
    assert!(paper.bytes.starts_with(b"%PDF-"));
    s.official.get(&format!("{one}/files/../secret")).await.expect(404);

    // Of the past, too.
    let moment = server.state().now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    server.advance(chrono::TimeDelta::seconds(3));
    let past = s.official.post_json(path, &json!({ "name": "截至", "as_of": moment })).await.expect(202);
    assert_eq!(past["total"], 14);
    wait(&format!("{path}/{}", past["id"].as_str().expect("an id"))).await;

    // What is wrong is told at once; who may, and who may not.
    s.official.post_json(path, &json!({ "name": "x", "term": "2025-winter" })).await.expect_problem(422, "invalid");
    s.official.post_json(path, &json!({ "name": "x", "as_of": "2999-01-01" })).await.expect_problem(422, "invalid");
    let auditor = server.account(Role::Auditor, GrantScope::District { district: s.district }).await;
    auditor.post_json(path, &json!({ "name": "x" })).await.expect_problem(403, "forbidden");
    auditor.get(&format!("{one}/files/reports.pdf")).await.expect(200);
    for client in [&s.teacher.client, &s.host.client] {
        client.get(path).await.expect_problem(403, "forbidden");
        client.get(&one).await.expect_problem(403, "forbidden");
        client.get(&format!("{one}/files/reports.pdf")).await.expect_problem(403, "forbidden");
    }
    let stranger = School::new(&server, 1).await;
    stranger.official.get(&one).await.expect(404);
    stranger.official.get(&format!("{one}/files/reports.pdf")).await.expect(404);
}
