//! Competitions and results: from the submission with evidence to verified credit, and back when a prize is revoked.

use chrono::{DateTime, Utc};
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{
    Account, Answer, Client, Server,
    school::{School, class_of},
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A fixed value for each verified prize.
const POLICY: &str = "
kepu: 1
id: prizes
version: '1'
title: { zh: 奖项办法, en: Prizes }
rules:
  - id: prize
    category: contest
    when: { kind: competition }
    credit: { fixed: 5 }
";

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";

/// A server whose clock stands on 1 March 2026, within the first school year of the national list.
async fn server() -> Server {
    let server = Server::start().await;
    let day: DateTime<Utc> = "2026-03-01T04:00:00Z".parse().expect("a time");
    server.advance(day - server.state().now());
    server
}

async fn audited(server: &Server, action: &str) -> i64 {
    let sql = "SELECT count(*) FROM audit_event WHERE action = $1";
    sqlx::query_scalar(sql).bind(action).fetch_one(server.pool()).await.expect("counted")
}

async fn contest(official: &Client) -> Value {
    let body = json!({
        "series": "district-science", "edition": "2026", "name_zh": "区科学竞赛", "stages": ["primary", "junior"],
        "valid_from": "2025-09-01", "valid_to": "2026-08-31",
    });
    official.post_json("/api/v1/competitions", &body).await.expect(201)
}

fn result_of(competition: &Value, number: &str) -> Value {
    json!({
        "competition_id": competition["id"], "achieved_on": "2026-02-20", "contest_level": "county",
        "award": "first", "work_id": "W1", "work_title": "自制望远镜", "members": [{ "number": number }],
    })
}

fn path_of(answer: &Value) -> String {
    format!("/api/v1/results/{}", answer["items"][0]["id"].as_str().expect("an id"))
}

async fn post_evidence(client: &Client, result: &str, name: &str, bytes: &[u8]) -> Answer {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    client.post_form(&format!("{result}/evidence"), Form::new().part("file", part)).await
}

async fn total(server: &Server, person: Uuid) -> i64 {
    let sql = "SELECT coalesce((SELECT total FROM score WHERE person_id = $1), 0)";
    sqlx::query_scalar(sql).bind(person).fetch_one(server.pool()).await.expect("a total")
}

async fn holds(server: &Server) {
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
}

async fn second_official(server: &Server, school: &School) -> Account {
    server.account(Role::DistrictOfficial, GrantScope::District { district: school.district }).await
}

#[tokio::test]
async fn the_national_list_is_there_and_loading_it_again_changes_nothing() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let count = async |query: &str| {
        let page = school.teacher.get(&format!("/api/v1/competitions?limit=500&{query}")).await.expect(200);
        page["items"].as_array().expect("items").len()
    };
    assert_eq!(count("").await, 66);
    assert_eq!(count("on=2026-03-01").await, 22);
    assert_eq!(count("on=2025-09-30").await, 0);
    assert_eq!(count("on=2026-03-01&stage=primary").await, 12);
    assert_eq!(count("series=national-04").await, 3);
    assert_eq!(count("q=%E5%AE%8B%E5%BA%86%E9%BE%84&on=2026-03-01").await, 1);
    assert_eq!(count("listed=false").await, 0);
    assert_eq!(kepu_api::competitions::national::load(server.state()).await.expect("loaded"), 0);
    sqlx::query("UPDATE competition SET name_zh = 'wrong' WHERE series = 'national-04' AND edition = '2025-2026'")
        .execute(server.pool())
        .await
        .expect("changed");
    assert_eq!(kepu_api::competitions::national::load(server.state()).await.expect("loaded"), 1);
    assert_eq!(count("q=%E5%AE%8B%E5%BA%86%E9%BE%84&on=2026-03-01").await, 1);
    let listed = school.teacher.get("/api/v1/competitions?series=national-04").await.expect(200);
    let path = format!("/api/v1/competitions/{}", listed["items"][0]["id"].as_str().expect("an id"));
    school.official.patch_json(&path, 2, &json!({ "name_zh": "X" })).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn local_contests_are_the_districts_own() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let made = contest(&school.official).await;
    assert_eq!((&made["listed"], &made["stages"]), (&json!(false), &json!(["primary", "junior"])));
    let path = format!("/api/v1/competitions/{}", made["id"].as_str().expect("an id"));
    let again = json!({ "series": "district-science", "edition": "2026", "name_zh": "X", "valid_from": "2026-01-01" });
    school.official.post_json("/api/v1/competitions", &again).await.expect_problem(409, "edition_exists");
    school.teacher.post_json("/api/v1/competitions", &again).await.expect_problem(403, "forbidden");
    for (field, value) in [
        ("series", json!("national-01")),
        ("series", json!("")),
        ("valid_to", json!("2025-12-31")),
        ("stages", json!(["university"])),
        ("name_zh", json!("")),
    ] {
        let mut body = again.clone();
        body[field] = value;
        school.official.post_json("/api/v1/competitions", &body).await.expect_problem(422, "invalid");
    }
    school.official.patch_json(&path, 1, &json!({ "name_zh": "区赛" })).await.expect(200);
    school.official.patch_json(&path, 1, &json!({ "name_zh": "区赛" })).await.expect_problem(412, "version_changed");
    school.teacher.post_json("/api/v1/results", &result_of(&made, &school.pupils[0].1)).await.expect(201);
    let shorter = json!({ "valid_to": "2026-01-31" });
    school.official.patch_json(&path, 2, &shorter).await.expect_problem(409, "results_outside");
    let other = server.district("乙区").await;
    let far = server.account(Role::DistrictOfficial, GrantScope::District { district: other }).await;
    far.get(&path).await.expect_problem(404, "not_found");
    far.patch_json(&path, 2, &shorter).await.expect_problem(404, "not_found");
    assert_eq!(audited(&server, "competition.create").await, 1);
    assert_eq!(audited(&server, "competition.change").await, 1);
}

#[tokio::test]
async fn a_prize_lives_from_submission_to_revocation() {
    let server = server().await;
    let school = School::new(&server, 2).await;
    school.adopt(POLICY).await;
    let (pupil, number) = &school.pupils[0];
    let competition = contest(&school.official).await;
    let submitted = school.teacher.post_json("/api/v1/results", &result_of(&competition, number)).await;
    let place = submitted.header("location").to_owned();
    let submitted = submitted.expect(201);
    let path = path_of(&submitted);
    assert_eq!(place, path);
    let one = &submitted["items"][0];
    assert_eq!((&one["state"], &one["grade"], &one["team"]), (&json!("submitted"), &json!(6), &Value::Null));
    assert_eq!(one["school_id"], school.school.to_string());

    let proof = post_evidence(&school.teacher, &path, "奖状.pdf", PDF).await.expect(201);
    assert_eq!((&proof["media_type"], &proof["bytes"]), (&json!("application/pdf"), &json!(PDF.len())));
    let file = format!("{path}/evidence/{}", proof["id"].as_str().expect("an id"));
    let got = school.official.get(&file).await;
    assert_eq!((got.status, got.bytes.as_slice()), (200, PDF));
    assert_eq!(got.header("content-type"), "application/pdf");
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert!(got.header("content-disposition").starts_with("attachment; filename*=UTF-8''%E5%A5%96"));
    assert_eq!(audited(&server, "evidence.read").await, 1);

    // Returned, corrected, resubmitted.
    school
        .official
        .post_json(&format!("{path}/return"), &json!({ "reason": " " }))
        .await
        .expect_problem(422, "invalid");
    let returned =
        school.official.post_json(&format!("{path}/return"), &json!({ "reason": "缺公章" })).await.expect(200);
    assert_eq!(
        (&returned["items"][0]["state"], &returned["items"][0]["reason"]),
        (&json!("returned"), &json!("缺公章"))
    );
    school.official.post(&format!("{path}/verify")).await.expect_problem(409, "wrong_state");
    let version = returned["items"][0]["version"].as_i64().expect("a version");
    let change = json!({ "award": "second", "achieved_on": "2026-02-21" });
    school.teacher.patch_json(&path, version - 1, &change).await.expect_problem(412, "version_changed");
    let corrected = school.teacher.patch_json(&path, version, &change).await.expect(200);
    assert_eq!(corrected["items"][0]["award"], "second");
    school.teacher.post(&format!("{path}/resubmit")).await.expect(200);
    school.teacher.patch_json(&path, version + 2, &change).await.expect_problem(409, "wrong_state");

    // Verified: credit at once. Who read an older version does not verify another one.
    let stale = school.official.client.clone().with_header("If-Match", "\"1\"");
    stale.post(&format!("{path}/verify")).await.expect_problem(412, "version_changed");
    assert_eq!(total(&server, *pupil).await, 0);
    let verified = school.official.post(&format!("{path}/verify")).await.expect(200);
    assert_eq!(verified["items"][0]["decided_by"], school.official.id.to_string());
    assert_eq!(total(&server, *pupil).await, 5000);
    holds(&server).await;
    post_evidence(&school.teacher, &path, "b.png", b"\x89PNG\r\n\x1a\n").await.expect_problem(409, "wrong_state");
    school.teacher.delete(&file).await.expect_problem(409, "wrong_state");
    let body = json!({ "reason": "" });
    school.teacher.post_json(&format!("{path}/withdraw"), &body).await.expect_problem(409, "wrong_state");
    let same = school.teacher.post_json("/api/v1/results", &result_of(&competition, number)).await;
    same.expect_problem(409, "result_exists");

    // Revoked: credit back.
    let revoked = school.official.post_json(&format!("{path}/revoke"), &json!({ "reason": "抄袭" })).await.expect(200);
    assert_eq!(revoked["items"][0]["state"], "revoked");
    assert_eq!(total(&server, *pupil).await, 0);
    holds(&server).await;
    let causes: Vec<String> = sqlx::query_scalar("SELECT cause FROM ledger_entry ORDER BY id")
        .fetch_all(server.pool())
        .await
        .expect("the ledger");
    assert_eq!(causes, ["verified", "revoked"]);

    let detail = school.official.get(&path).await.expect(200);
    let steps: Vec<&str> =
        detail["history"].as_array().expect("history").iter().filter_map(|step| step["to"].as_str()).collect();
    assert_eq!(
        steps,
        ["submitted", "submitted", "returned", "returned", "submitted", "verified", "revoked"],
        "{detail}"
    );
    assert_eq!(detail["evidence"][0]["file_name"], "奖状.pdf");
    for action in ["submit", "return", "correct", "resubmit", "verify", "revoke", "read"] {
        assert_eq!(audited(&server, &format!("result.{action}")).await, 1, "{action}");
    }
    assert_eq!(audited(&server, "evidence.add").await, 1);
    // What was revoked or withdrawn may be entered again.
    let again = school.teacher.post_json("/api/v1/results", &result_of(&competition, number)).await.expect(201);
    let again = path_of(&again);
    school.teacher.post_json(&format!("{again}/withdraw"), &json!({ "reason": "误报" })).await.expect(200);
    school.official.post(&format!("{again}/verify")).await.expect_problem(409, "wrong_state");
}

#[tokio::test]
async fn a_team_submits_once_and_is_verified_together() {
    let server = server().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let competition = contest(&school.official).await;
    let mut body = result_of(&competition, &school.pupils[0].1);
    body["members"] = json!([
        { "person_id": school.pupils[0].0, "position": 3 },
        { "number": school.pupils[1].1, "position": 1 },
    ]);
    body["team_size"] = json!(4);
    let team = school.teacher.post_json("/api/v1/results", &body).await.expect(201);
    let places: Vec<(i64, i64)> = team["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| (one["team"]["position"].as_i64().unwrap_or(0), one["team"]["size"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(places, [(1, 4), (3, 4)]);
    assert_eq!(team["items"][0]["team"]["id"], team["items"][1]["team"]["id"]);
    let second = format!("/api/v1/results/{}", team["items"][1]["id"].as_str().expect("an id"));
    // Evidence and decisions are the team's, whichever member is named.
    post_evidence(&school.teacher, &second, "a.pdf", PDF).await.expect(201);
    let detail = school.official.get(&path_of(&team)).await.expect(200);
    assert_eq!((detail["evidence"].as_array().map(Vec::len), &detail["evidence_count"]), (Some(1), &json!(1)));
    assert_eq!(detail["others"][0]["id"], team["items"][1]["id"]);
    let verified = school.official.post(&format!("{second}/verify")).await.expect(200);
    assert!(verified["items"].as_array().expect("items").iter().all(|one| one["state"] == "verified"));
    for (pupil, expected) in [(0, 5000), (1, 5000), (2, 0)] {
        assert_eq!(total(&server, school.pupils[pupil].0).await, expected);
    }
    let revoke = format!("{}/revoke", path_of(&team));
    school.official.post_json(&revoke, &json!({ "reason": "撤销" })).await.expect(200);
    assert_eq!(total(&server, school.pupils[1].0).await, 0);
    holds(&server).await;
}

#[tokio::test]
async fn bad_results_are_refused_field_by_field() {
    let server = server().await;
    let school = School::new(&server, 2).await;
    let (_, seniors) = class_of(&server, school.district, school.school, 11, 1).await;
    let competition = contest(&school.official).await;
    let good = result_of(&competition, &school.pupils[0].1);
    let senior = seniors[0].1.clone();
    let twice = json!([{ "number": school.pupils[0].1 }, { "person_id": school.pupils[0].0 }]);
    let same_place = json!([
        { "number": school.pupils[0].1, "position": 1 }, { "number": school.pupils[1].1, "position": 1 },
    ]);
    let half = json!([{ "number": school.pupils[0].1, "position": 1 }, { "number": school.pupils[1].1 }]);
    let both = json!([{ "number": school.pupils[0].1, "person_id": school.pupils[0].0 }]);
    let table: Vec<(&str, Value, &str, &str)> = vec![
        ("achieved_on", json!("2025-08-31"), "achieved_on", "outside_edition"),
        ("achieved_on", json!("2026-03-02"), "achieved_on", "in_future"),
        ("achieved_on", json!("20260220"), "achieved_on", "invalid_value"),
        ("contest_level", json!(""), "contest_level", "required"),
        ("award", json!(null), "award", "required"),
        ("award", json!("x".repeat(41)), "award", "too_long"),
        ("place", json!(0), "place", "out_of_range"),
        ("places_listed", json!(8), "place", "required"),
        ("work_title", json!("x".repeat(201)), "work_title", "too_long"),
        ("work_id", json!("a\u{0}"), "work_id", "nul_refused"),
        ("tags", json!(["a,b"]), "tags[0]", "invalid_value"),
        ("competition_id", json!(Uuid::nil()), "competition_id", "unknown"),
        ("members", json!([]), "members", "wrong_count"),
        ("members", json!([{}]), "members[0].number", "one_of"),
        ("members", both, "members[0].number", "one_of"),
        ("members", json!([{ "number": "nobody" }]), "members[0].number", "unknown_person"),
        ("members", json!([{ "number": senior }]), "members[0].number", "stage_not_open"),
        ("members", twice, "members[1].person_id", "repeated"),
        ("members", same_place, "members[1].position", "repeated"),
        ("members", half, "members[1].position", "required"),
        ("team_size", json!(0), "team_size", "out_of_range"),
        ("unknown", json!(1), "unknown", "unknown_field"),
    ];
    for (field, value, at, code) in table {
        let mut body = good.clone();
        body[field] = value;
        let problem = school.teacher.post_json("/api/v1/results", &body).await.expect_problem(422, "invalid");
        let errors = problem["errors"].as_array().expect("errors");
        assert!(errors.iter().any(|error| error["code"] == code && error["field"] == at), "{field}: {problem}");
    }
    let mut places = good.clone();
    places["place"] = json!(9);
    places["places_listed"] = json!(8);
    school.teacher.post_json("/api/v1/results", &places).await.expect_problem(422, "invalid");
    // Before the pupil was enrolled anywhere.
    let old = json!({ "series": "old", "edition": "2019", "name_zh": "旧赛", "valid_from": "2009-01-01" });
    let old = school.official.post_json("/api/v1/competitions", &old).await.expect(201);
    let mut body = result_of(&old, &school.pupils[0].1);
    body["achieved_on"] = json!("2009-05-01");
    let problem = school.teacher.post_json("/api/v1/results", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "not_enrolled");
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM result").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn a_vocational_school_is_its_own_stage() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let (_, pupils) = class_of(&server, school.district, school.school, 11, 1).await;
    // Number 14 of the list is open to senior and vocational, number 16 to senior alone.
    let find = async |series: &str| {
        let page = school.teacher.get(&format!("/api/v1/competitions?series={series}&on=2026-02-20")).await.expect(200);
        page["items"][0].clone()
    };
    sqlx::query("UPDATE organization SET attributes = '{\"vocational\": true}' WHERE id = $1")
        .bind(school.school)
        .execute(server.pool())
        .await
        .expect("changed");
    let body = result_of(&find("national-16").await, &pupils[0].1);
    let problem = school.teacher.post_json("/api/v1/results", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "stage_not_open");
    let body = result_of(&find("national-14").await, &pupils[0].1);
    school.teacher.post_json("/api/v1/results", &body).await.expect(201);
}

#[tokio::test]
async fn who_submits_never_verifies() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let competition = contest(&school.official).await;
    // Somebody who is both a teacher and an official.
    sqlx::query(
        "INSERT INTO account_grant (id, account_id, role, district_id, granted_at)
         VALUES ($1, $2, 'district_official', $3, $4)",
    )
    .bind(server.state().new_id())
    .bind(school.teacher.id)
    .bind(school.district)
    .bind(server.state().now())
    .execute(server.pool())
    .await
    .expect("granted");
    let both = server.sign_in(&school.teacher.login, kepu_tests::PASSWORD).await;
    let submitted = both.post_json("/api/v1/results", &result_of(&competition, &school.pupils[0].1)).await.expect(201);
    let path = path_of(&submitted);
    both.post(&format!("{path}/verify")).await.expect_problem(403, "own_submission");
    let back = json!({ "reason": "x" });
    both.post_json(&format!("{path}/return"), &back).await.expect_problem(403, "own_submission");
    let many = json!({ "ids": [submitted["items"][0]["id"]] });
    let answer = both.post_json("/api/v1/results/verify", &many).await.expect(200);
    assert_eq!((&answer["verified"], &answer["outcomes"][0]["code"]), (&json!(0), &json!("own_submission")));
    school.official.post(&format!("{path}/verify")).await.expect(200);
    both.post_json(&format!("{path}/revoke"), &back).await.expect_problem(403, "own_submission");
}

#[tokio::test]
async fn only_whom_it_concerns_reads_and_writes_results() {
    let server = server().await;
    let school = School::new(&server, 2).await;
    let district = school.district;
    let competition = contest(&school.official).await;
    let (pupil, number) = school.pupils[0].clone();
    let submitted = school.teacher.post_json("/api/v1/results", &result_of(&competition, &number)).await.expect(201);
    let path = path_of(&submitted);
    let proof = post_evidence(&school.teacher, &path, "a.pdf", PDF).await.expect(201);
    let file = format!("{path}/evidence/{}", proof["id"].as_str().expect("an id"));
    let because = json!({ "reason": "x" });

    let other_school = server.organization(district, "school", "二小").await;
    let scope = GrantScope::Organization { district, organization: other_school };
    let colleague = server.account(Role::Teacher, scope).await;
    let student = server.account(Role::Student, GrantScope::Person { district, person: pupil }).await;
    let neighbour = server.account(Role::Student, GrantScope::Person { district, person: school.pupils[1].0 }).await;
    let far_district = server.district("乙区").await;
    let far = server.account(Role::DistrictOfficial, GrantScope::District { district: far_district }).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district }).await;

    let listed = async |client: &Client| client.get("/api/v1/results").await.body["items"].as_array().map(Vec::len);
    assert_eq!(listed(&school.teacher).await, Some(1));
    assert_eq!(listed(&school.official).await, Some(1));
    assert_eq!(listed(&auditor).await, Some(1));
    assert_eq!(listed(&student).await, Some(1));
    assert_eq!(listed(&neighbour).await, Some(0));
    assert_eq!(listed(&colleague).await, Some(0));
    assert_eq!(listed(&far).await, Some(0));
    school.host.get("/api/v1/results").await.expect_problem(403, "forbidden");
    server.anonymous().get("/api/v1/results").await.expect_problem(401, "not_signed_in");

    for reader in [&student.client, &auditor.client, &school.official.client] {
        reader.get(&path).await.expect(200);
        reader.get(&file).await;
        reader.post_json("/api/v1/results", &result_of(&competition, &number)).await.expect_problem(403, "forbidden");
        post_evidence(reader, &path, "b.pdf", b"%PDF-1.4").await.expect_problem(403, "forbidden");
        reader.delete(&file).await.expect_problem(403, "forbidden");
    }
    for stranger in [&neighbour.client, &colleague.client, &school.host.client] {
        stranger.get(&path).await.expect_problem(403, "forbidden");
        stranger.get(&file).await.expect_problem(403, "forbidden");
        stranger.get(&format!("{path}/evidence")).await.expect_problem(403, "forbidden");
        stranger.post_json(&format!("{path}/withdraw"), &because).await.expect_problem(403, "forbidden");
    }
    for (method, step) in
        [(Method::GET, ""), (Method::GET, "/evidence"), (Method::POST, "/verify"), (Method::POST, "/resubmit")]
    {
        far.send(far.request(method, &format!("{path}{step}"))).await.expect_problem(404, "not_found");
    }
    for step in ["return", "revoke"] {
        far.post_json(&format!("{path}/{step}"), &because).await.expect_problem(404, "not_found");
        school.teacher.post_json(&format!("{path}/{step}"), &because).await.expect_problem(403, "forbidden");
    }
    far.get(&file).await.expect_problem(404, "not_found");
    school.teacher.post(&format!("{path}/verify")).await.expect_problem(403, "forbidden");
    let many = json!({ "ids": [submitted["items"][0]["id"]] });
    school.teacher.post_json("/api/v1/results/verify", &many).await.expect_problem(403, "forbidden");
    let answer = far.post_json("/api/v1/results/verify", &many).await.expect(200);
    assert_eq!(answer["outcomes"][0]["code"], "not_found");
    // Numbers of another school are not for trying out.
    let mut body = result_of(&competition, &number);
    body["work_id"] = json!("W2");
    let problem = colleague.post_json("/api/v1/results", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "unknown_person");
}

#[tokio::test]
async fn evidence_is_what_its_content_says() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let competition = contest(&school.official).await;
    let body = result_of(&competition, &school.pupils[0].1);
    let path = path_of(&school.teacher.post_json("/api/v1/results", &body).await.expect(201));
    for (name, bytes) in [
        ("a.pdf", &b"MZ\x90\0 a program"[..]),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.jpg", b"<html><script>alert(1)</script>"),
        ("a.zip", b"PK\x03\x04........"),
    ] {
        post_evidence(&school.teacher, &path, name, bytes).await.expect_problem(415, "not_evidence");
    }
    post_evidence(&school.teacher, &path, "a.pdf", b"").await.expect_problem(422, "invalid");
    let other = Form::new().text("note", "no file");
    school.teacher.post_form(&format!("{path}/evidence"), other).await.expect_problem(400, "malformed_form");
    let plain = school.teacher.post_json(&format!("{path}/evidence"), &json!({})).await;
    plain.expect_problem(400, "malformed_form");
    let mut large = PDF.to_vec();
    large.resize((20 << 20) + 1, 0);
    post_evidence(&school.teacher, &path, "a.pdf", &large).await.expect_problem(413, "body_too_large");

    let png = post_evidence(&school.teacher, &path, "../../报告.exe", b"\x89PNG\r\n\x1a\n").await.expect(201);
    assert_eq!((&png["media_type"], &png["file_name"]), (&json!("image/png"), &json!("报告.exe")));
    post_evidence(&school.teacher, &path, "b.png", b"\x89PNG\r\n\x1a\n").await.expect_problem(409, "evidence_exists");
    let file = format!("{path}/evidence/{}", png["id"].as_str().expect("an id"));
    school.teacher.delete(&file).await.expect(204);
    school.teacher.delete(&file).await.expect_problem(404, "not_found");
    school.teacher.get(&file).await.expect_problem(404, "not_found");
    let list = school.teacher.get(&format!("{path}/evidence")).await.expect(200);
    assert_eq!(list["items"], json!([]));
    let removed: bool = sqlx::query_scalar("SELECT removed_at IS NOT NULL FROM evidence")
        .fetch_one(server.pool())
        .await
        .expect("a row");
    assert!(removed);
    assert_eq!((audited(&server, "evidence.add").await, audited(&server, "evidence.remove").await), (1, 1));
}

#[tokio::test]
async fn many_results_are_verified_at_once_each_for_itself() {
    let server = server().await;
    let school = School::new(&server, 4).await;
    school.adopt(POLICY).await;
    let competition = contest(&school.official).await;
    let mut ids = Vec::new();
    for (_, number) in &school.pupils {
        let made = school.teacher.post_json("/api/v1/results", &result_of(&competition, number)).await.expect(201);
        ids.push(made["items"][0]["id"].clone());
    }
    let withdraw = format!("/api/v1/results/{}/withdraw", ids[3].as_str().expect("an id"));
    school.teacher.post_json(&withdraw, &json!({})).await.expect(200);
    ids.push(json!(Uuid::nil()));
    let answer = school.official.post_json("/api/v1/results/verify", &json!({ "ids": ids })).await.expect(200);
    assert_eq!((&answer["verified"], &answer["refused"]), (&json!(3), &json!(2)));
    assert_eq!(answer["outcomes"][3]["code"], "wrong_state");
    assert_eq!(answer["outcomes"][4]["code"], "not_found");
    assert_eq!(total(&server, school.pupils[2].0).await, 5000);
    assert_eq!(total(&server, school.pupils[3].0).await, 0);
    holds(&server).await;
    let none = json!({ "ids": [] });
    school.official.post_json("/api/v1/results/verify", &none).await.expect_problem(422, "invalid");
    let list = school.official.get("/api/v1/results?state=verified&limit=2").await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
    assert!(list["next_cursor"].is_string());
    for (query, expected) in [
        (format!("school_id={}", school.school), 4),
        (format!("competition_id={}", Uuid::nil()), 0),
        (format!("person_id={}", school.pupils[1].0), 1),
        ("from=2026-02-21".to_owned(), 0),
        ("state=withdrawn".to_owned(), 1),
        (format!("level={}", list["items"][0]["contest_level"].as_str().expect("a level")), 4),
        ("level=international".to_owned(), 0),
    ] {
        let page = school.official.get(&format!("/api/v1/results?{query}")).await.expect(200);
        assert_eq!(page["items"].as_array().map(Vec::len), Some(expected), "{query}");
    }
}

async fn match_sheet(client: &Client, query: &str, sheet: &str) -> Answer {
    let part = Part::bytes(sheet.as_bytes().to_vec()).file_name("名单.csv");
    client.post_form(&format!("/api/v1/results/match?{query}"), Form::new().part("file", part)).await
}

#[tokio::test]
async fn an_organizers_list_is_matched_row_by_row() {
    let server = server().await;
    let school = School::new(&server, 5).await;
    school.adopt(POLICY).await;
    let competition = contest(&school.official).await;
    let number = |index: usize| school.pupils[index].1.clone();
    sqlx::query("UPDATE person SET name = '重名' WHERE id = ANY($1)")
        .bind(vec![school.pupils[3].0, school.pupils[4].0])
        .execute(server.pool())
        .await
        .expect("renamed");
    let sheet = format!(
        "学号,姓名,学校,奖项,级别,获奖日期,作品,队伍\n\
         {a},测试{a},,一等奖,区级,2026/2/20,望远镜,\n\
         ,测试{b},第一试验学校,second,市级,2026-02-20,机器人,一队\n\
         {c},,,二等奖,市级,2026-02-20,机器人,一队\n\
         {a},别名,,一等奖,市级,2026-02-20,,\n\
         nobody,,,一等奖,市级,2026-02-20,,\n\
         ,重名,第一试验学校,一等奖,市级,2026-02-20,,\n\
         {b},,,,市级,2026-02-20,,\n\
         {b},,,一等奖,市级,昨天,,\n\
         {a},,,二等奖,区级,2026-02-20,,\n",
        a = number(0),
        b = number(1),
        c = number(2),
    );
    let query = format!("competition_id={}", competition["id"].as_str().expect("an id"));
    let kinds = |answer: &Value| -> Vec<String> {
        let outcomes = answer["outcomes"].as_array().expect("outcomes");
        outcomes.iter().map(|one| one["outcome"].as_str().unwrap_or("").to_owned()).collect()
    };
    let expected =
        ["matched", "matched", "matched", "refused", "unmatched", "ambiguous", "refused", "refused", "refused"];
    let tried = match_sheet(&school.official, &format!("{query}&dry_run=true"), &sheet).await.expect(200);
    assert_eq!(kinds(&tried), expected, "{tried}");
    let rows = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM result").fetch_one(server.pool()).await.expect("counted")
    };
    assert_eq!(rows().await, 0);
    let done = match_sheet(&school.official, &query, &sheet).await.expect(200);
    assert_eq!((kinds(&done), &done["matched"]), (expected.map(str::to_owned).to_vec(), &json!(3)));
    assert_eq!(rows().await, 3);
    let listed = school.official.get("/api/v1/results").await.expect(200);
    let first = &listed["items"][0];
    assert_eq!((&first["award"], &first["contest_level"]), (&json!("first"), &json!("county")));
    assert_eq!(listed["items"][1]["team"]["id"], listed["items"][2]["team"]["id"]);
    assert_eq!((&listed["items"][2]["team"]["position"], &listed["items"][2]["team"]["size"]), (&json!(2), &json!(2)));
    let again = match_sheet(&school.official, &query, &sheet).await.expect(200);
    assert_eq!(kinds(&again)[..3], ["exists", "exists", "exists"]);
    assert_eq!(rows().await, 3);

    // Who entered the list does not verify it.
    let ids: Vec<Value> = listed["items"].as_array().expect("items").iter().map(|one| one["id"].clone()).collect();
    let own = school.official.post_json("/api/v1/results/verify", &json!({ "ids": ids })).await.expect(200);
    assert_eq!(own["verified"], 0);
    let second = second_official(&server, &school).await;
    let verified = second.post_json("/api/v1/results/verify", &json!({ "ids": ids })).await.expect(200);
    assert_eq!(verified["verified"], 3);
    assert_eq!(total(&server, school.pupils[2].0).await, 5000);
    holds(&server).await;

    match_sheet(&school.teacher, &query, &sheet).await.expect_problem(403, "forbidden");
    for (bad, code) in [
        ("学号,奖项,颜色\n1,一等奖,红\n", "invalid"),
        ("姓名,奖项\n张三,一等奖\n", "invalid"),
        ("", "invalid"),
        ("学号,奖项\n\"1,一等奖\n", "unreadable_sheet"),
    ] {
        match_sheet(&school.official, &query, bad).await.expect_problem(422, code);
    }
}

/// What became of the rows of a list, and why.
fn told(answer: &Value) -> Vec<(&str, &str)> {
    let outcomes = answer["outcomes"].as_array().expect("outcomes");
    outcomes
        .iter()
        .map(|one| (one["outcome"].as_str().unwrap_or_default(), one["detail"].as_str().unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn teams_of_one_name_are_told_apart_by_school_and_work() {
    let server = server().await;
    let school = School::new(&server, 2).await;
    school.adopt(POLICY).await;
    let other = server.organization(school.district, "school", "第二试验学校").await;
    let (_, others) = class_of(&server, school.district, other, 6, 2).await;
    let competition = contest(&school.official).await;
    let query = format!("competition_id={}&achieved_on=2026-02-20", competition["id"].as_str().expect("an id"));
    let sheet = format!(
        "学号,奖项,级别,作品编号,队伍\n{},一等奖,区级,Z1,一队\n{},二等奖,区级,Z2,一队\n{},一等奖,区级,Z1,一队\n\
         {},二等奖,区级,Z2,一队\n",
        school.pupils[0].1, others[0].1, school.pupils[1].1, others[1].1
    );
    let done = match_sheet(&school.official, &query, &sheet).await.expect(200);
    assert_eq!(done["matched"], 4, "{done}");
    let listed = school.official.get("/api/v1/results").await.expect(200);
    let items = listed["items"].as_array().expect("items");
    let places: Vec<(i64, i64)> = items
        .iter()
        .map(|one| (one["team"]["position"].as_i64().unwrap_or(0), one["team"]["size"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(places, [(1, 2), (1, 2), (2, 2), (2, 2)], "{listed}");
    assert_eq!(items[0]["team"]["id"], items[2]["team"]["id"]);
    assert_eq!(items[1]["team"]["id"], items[3]["team"]["id"]);
    assert_ne!(items[0]["team"]["id"], items[1]["team"]["id"]);
    // So one of them is decided without the other.
    let second = second_official(&server, &school).await;
    second.post(&format!("/api/v1/results/{}/verify", items[0]["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(total(&server, school.pupils[1].0).await, 5000);
    assert_eq!(total(&server, others[0].0).await, 0);
    holds(&server).await;
}

#[tokio::test]
async fn a_list_refuses_places_and_prizes_that_do_not_go_together() {
    let server = server().await;
    let school = School::new(&server, 8).await;
    let competition = contest(&school.official).await;
    let query = format!("competition_id={}&achieved_on=2026-02-20", competition["id"].as_str().expect("an id"));
    let row = |pupil: usize, award: &str, work: &str, position: &str| {
        format!("{},{award},区级,{work},一队,{position}\n", school.pupils[pupil].1)
    };
    let sheet = [
        "学号,奖项,级别,作品编号,队伍,队内顺序\n".to_owned(),
        row(0, "一等奖", "A", "7"),
        row(1, "一等奖", "A", "9"),
        row(2, "一等奖", "B", "1"),
        row(3, "一等奖", "B", "１.0"),
        row(4, "一等奖", "C", "2"),
        row(5, "二等奖", "C", "1"),
        row(6, "一等奖", "D", "2"),
        row(7, "一等奖", "D", "1"),
    ]
    .concat();
    let done = match_sheet(&school.official, &query, &sheet).await.expect(200);
    let expected = [
        ("refused", "team_position: must be from 1 to 2, not 7"),
        ("refused", "team_position: must be from 1 to 2, not 9"),
        ("matched", ""),
        ("refused", "team_position: must not be given twice"),
        ("matched", ""),
        ("refused", "award: is another award than in row 6, which is of the same team and work"),
        ("matched", ""),
        ("matched", ""),
    ];
    assert_eq!(told(&done), expected);
    // What is refused is not counted out of the team: the row is to be put right.
    let listed = school.official.get("/api/v1/results").await.expect(200);
    let places: Vec<(i64, i64)> = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| (one["team"]["position"].as_i64().unwrap_or(0), one["team"]["size"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(places, [(1, 2), (2, 2), (2, 2), (1, 2)], "{listed}");
}

/// Letters and digits as an input method for Chinese writes them.
fn wide(text: &str) -> String {
    let wider = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c };
    text.chars().map(wider).collect()
}

#[tokio::test]
async fn a_list_reads_numbers_and_names_as_a_roster_does() {
    let server = server().await;
    let school = School::new(&server, 7).await;
    let competition = contest(&school.official).await;
    // What older rosters brought stays as it is stored.
    for (pupil, number) in [(5, "d3"), (6, "aBc6")] {
        sqlx::query("UPDATE person SET number = $1 WHERE id = $2")
            .bind(number)
            .bind(school.pupils[pupil].0)
            .execute(server.pool())
            .await
            .expect("numbered");
    }
    let number = |pupil: usize| school.pupils[pupil].1.clone();
    let sheet = format!(
        "学号,姓名,学校,奖项,级别\n{},测 试{},,一等奖,区级\n{},,,一等奖,区级\n{}.0,,,一等奖,区级\n\
         ,测\u{200b}试 {},第一试验学校,一等奖,区级\n{}\u{200b},,,一等奖,区级\nD3,,,一等奖,区级\nABC6,,,一等奖,区级\n",
        number(0).to_lowercase(),
        number(0),
        wide(&number(1)),
        number(2),
        number(3),
        number(4),
    );
    let query = format!("competition_id={}&achieved_on=2026-02-20", competition["id"].as_str().expect("an id"));
    let done = match_sheet(&school.official, &query, &sheet).await.expect(200);
    assert_eq!(done["matched"], 7, "{done}");
    for (outcome, (pupil, _)) in done["outcomes"].as_array().expect("outcomes").iter().zip(&school.pupils) {
        assert_eq!(outcome["person_id"], json!(pupil), "{outcome}");
    }
    // As who submits one by one writes them.
    let mut body = result_of(&competition, "ｄ3");
    body["work_id"] = json!("W9");
    let made = school.teacher.post_json("/api/v1/results", &body).await.expect(201);
    assert_eq!(made["items"][0]["person_number"], "d3");
}

#[tokio::test]
async fn a_work_is_one_however_it_is_spelled() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let competition = contest(&school.official).await;
    let number = &school.pupils[0].1;
    let spelled = |work: &str| {
        let mut body = result_of(&competition, number);
        body["work_id"] = json!(work);
        body
    };
    let made = school.teacher.post_json("/api/v1/results", &spelled(" k1")).await.expect(201);
    assert_eq!(made["items"][0]["work_id"], "K1");
    let refused = async || {
        for work in ["K1", "k1", "Ｋ1", "K\u{200b}1"] {
            let again = school.teacher.post_json("/api/v1/results", &spelled(work)).await;
            again.expect_problem(409, "result_exists");
        }
        let query = format!("competition_id={}&achieved_on=2026-02-20", competition["id"].as_str().expect("an id"));
        let sheet = format!("学号,奖项,级别,作品编号\n{number},一等奖,区级,ｋ１\n");
        let list = match_sheet(&school.official, &query, &sheet).await.expect(200);
        assert_eq!(told(&list), [("exists", "this result is entered already")]);
    };
    refused().await;
    // Entered before works had one spelling.
    sqlx::query("UPDATE result SET work_id = 'k1'").execute(server.pool()).await.expect("changed");
    refused().await;
    // Nor is another one corrected into it.
    let other = school.teacher.post_json("/api/v1/results", &spelled("K2")).await.expect(201);
    let path = path_of(&other);
    let back = json!({ "reason": "作品编号" });
    let returned = school.official.post_json(&format!("{path}/return"), &back).await.expect(200);
    let version = returned["items"][0]["version"].as_i64().expect("a version");
    let change = json!({ "work_id": "Ｋ1" });
    school.teacher.patch_json(&path, version, &change).await.expect_problem(409, "result_exists");
    let change = json!({ "work_id": "k 3" });
    let corrected = school.teacher.patch_json(&path, version, &change).await.expect(200);
    assert_eq!(corrected["items"][0]["work_id"], "K 3");
}

#[tokio::test]
async fn submitting_twice_with_one_key_submits_once() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let competition = contest(&school.official).await;
    let teacher = school.teacher.client.clone().with_header("Idempotency-Key", "a-key-of-the-form");
    let body = result_of(&competition, &school.pupils[0].1);
    let first = teacher.post_json("/api/v1/results", &body).await.expect(201);
    let second = teacher.post_json("/api/v1/results", &body).await.expect(201);
    assert_eq!(first, second);
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM result").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn a_result_belongs_to_the_school_of_its_day() {
    let server = server().await;
    let school = School::new(&server, 1).await;
    let (pupil, number) = school.pupils[0].clone();
    let competition = contest(&school.official).await;
    // The pupil moved on 1 January to another school.
    let next = server.organization(school.district, "school", "二小").await;
    let (class, _) = class_of(&server, school.district, next, 6, 0).await;
    sqlx::query("UPDATE enrolment SET valid_to = '2025-12-31' WHERE person_id = $1")
        .bind(pupil)
        .execute(server.pool())
        .await
        .expect("closed");
    sqlx::query(
        "INSERT INTO enrolment (district_id, id, person_id, class_id, school_id, grade, valid_from, created_at)
         VALUES ($1, $2, $3, $4, $5, 6, '2026-01-01', now())",
    )
    .bind(school.district)
    .bind(server.state().new_id())
    .bind(pupil)
    .bind(class)
    .bind(next)
    .execute(server.pool())
    .await
    .expect("opened");
    let scope = GrantScope::Organization { district: school.district, organization: next };
    let new_teacher = server.account(Role::Teacher, scope).await;
    let mut body = result_of(&competition, &number);
    body["achieved_on"] = json!("2025-12-20");
    // Either school may enter it; it counts for the one of the day.
    let made = new_teacher.post_json("/api/v1/results", &body).await.expect(201);
    assert_eq!(made["items"][0]["school_id"], school.school.to_string());
    school.teacher.get(&path_of(&made)).await.expect(200);
    new_teacher.get(&path_of(&made)).await.expect(200);
    // Corrected to a day after the move, it counts for the new one.
    school.official.post_json(&format!("{}/return", path_of(&made)), &json!({ "reason": "日期" })).await.expect(200);
    let corrected =
        new_teacher.patch_json(&path_of(&made), 2, &json!({ "achieved_on": "2026-01-20" })).await.expect(200);
    assert_eq!(corrected["items"][0]["school_id"], next.to_string());
}
