//! The same request sent twice is carried out once.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Account, Answer, Server, school::School};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

async fn make(account: &Account, key: &str, body: &Value) -> Answer {
    account.client.clone().with_header("Idempotency-Key", key).post_json("/api/v1/districts", body).await
}

async fn count(server: &Server, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(server.pool()).await.expect("counted")
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let body = json!({ "code": "X1", "name_zh": "某区", "parent_id": null });
    let first = make(&admin, "one", &body).await;
    assert_eq!(first.header("idempotency-replayed"), "");
    let second = make(&admin, "one", &body).await;
    assert_eq!(second.header("idempotency-replayed"), "true");
    for name in ["content-type", "location", "etag"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
        assert_ne!(first.header(name), "", "{name}");
    }
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(count(&server, "SELECT count(*) FROM district").await, 1);

    let other = json!({ "code": "X2", "name_zh": "某区", "parent_id": null });
    make(&admin, "one", &other).await.expect_problem(422, "idempotency_key_reused");
    // Another account's keys are its own.
    let colleague = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    make(&colleague, "one", &other).await.expect(201);
    // A refusal changes nothing, so it is judged anew.
    let taken = make(&admin, "two", &other).await;
    taken.expect_problem(409, "code_taken");
    sqlx::query("DELETE FROM district WHERE code = 'X2'").execute(server.pool()).await.expect("deleted");
    sqlx::query("DELETE FROM authority WHERE code = 'X2'").execute(server.pool()).await.expect("deleted");
    make(&admin, "two", &other).await.expect(201);
    for bad in ["", "two words", &"x".repeat(201)] {
        make(&admin, bad, &body).await.expect_problem(400, "invalid_idempotency_key");
    }
}

#[tokio::test]
async fn of_many_at_once_one_is_carried_out() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let body = json!({ "code": "X1", "name_zh": "某区", "parent_id": null });
    let answers = futures::future::join_all((0..8).map(|_| make(&admin, "same", &body))).await;
    let bodies: Vec<Value> = answers.iter().map(|answer| answer.clone().expect(201)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 7);
    assert_eq!(count(&server, "SELECT count(*) FROM district").await, 1);
    assert_eq!(count(&server, "SELECT count(*) FROM audit_event WHERE action = 'district.create'").await, 1);
}

#[tokio::test]
async fn another_file_is_another_request() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let session = school.session(&server, school.base, "practice", 1).await;
    let path = format!("/api/v1/sessions/{session}/participations/sheet");
    let upload = async |key: &str, pupil: usize, file_name: &'static str| {
        let sheet = format!("学号\n{}\n", school.pupils[pupil].1);
        let form = Form::new().part("file", Part::bytes(sheet.into_bytes()).file_name(file_name));
        school.teacher.client.clone().with_header("Idempotency-Key", key).post_form(&path, form).await
    };
    let first = upload("one", 0, "a.csv").await;
    assert_eq!(first.header("idempotency-replayed"), "");
    // The same file comes with another boundary.
    let again = upload("one", 0, "a.csv").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let first = first.expect(200);
    assert_eq!((&first, &first["recorded"]), (&again.expect(200), &json!(1)));
    upload("one", 1, "a.csv").await.expect_problem(422, "idempotency_key_reused");
    upload("one", 0, "b.csv").await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(count(&server, "SELECT count(*) FROM participation").await, 1);
    assert_eq!(upload("two", 1, "a.csv").await.expect(200)["recorded"], 1);
    assert_eq!(count(&server, "SELECT count(*) FROM participation").await, 2);
}

#[tokio::test]
async fn a_large_file_arrives_whole_with_a_key() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let contest = json!({
        "series": "district-science", "edition": "2026", "name_zh": "区科学竞赛", "stages": ["primary"], "valid_from": "2020-09-01",
        "valid_to": "2036-08-31",
    });
    let contest = school.official.post_json("/api/v1/competitions", &contest).await.expect(201);
    let result = json!({
        "competition_id": contest["id"], "achieved_on": server.state().now().date_naive() - chrono::Days::new(3),
        "contest_level": "county", "award": "first", "members": [{ "number": school.pupils[0].1 }],
    });
    let made = school.teacher.post_json("/api/v1/results", &result).await.expect(201);
    let path = format!("/api/v1/results/{}/evidence", made["items"][0]["id"].as_str().expect("an id"));
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.resize(2 << 20, b'-');
    let upload = async |client: &kepu_tests::Client| {
        let form = Form::new().part("file", Part::bytes(bytes.clone()).file_name("奖状.pdf"));
        client.clone().with_header("Idempotency-Key", "proof").post_form(&path, form).await
    };
    let kept = upload(&school.teacher).await.expect(201);
    assert_eq!(kept["bytes"], bytes.len());
    assert_eq!(upload(&school.teacher).await.expect(201), kept);
    let file = format!("{path}/{}", kept["id"].as_str().expect("an id"));
    assert_eq!(school.official.get(&file).await.bytes, bytes);
    // Who may not is refused as without a key.
    upload(&school.host).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn secrets_are_not_kept() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let client = admin.client.clone().with_header("Idempotency-Key", "k");
    let body = json!({ "login": "new.one", "display_name": "x", "grants": [{ "role": "platform_admin" }] });
    let made = client.post_json("/api/v1/accounts", &body).await.expect(201);
    client.post_json("/api/v1/accounts", &body).await.expect_problem(409, "answer_not_kept");
    let password = made["one_time_password"].as_str().expect("a password");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM idempotency_key WHERE position($1::bytea IN body) > 0")
        .bind(password.as_bytes())
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let body = json!({ "code": "X1", "name_zh": "某区", "parent_id": null });
    make(&admin, "one", &body).await.expect(201);
    server.advance(chrono::TimeDelta::hours(25));
    kepu_api::housekeeping::tidy(server.state()).await.expect("tidied");
    assert_eq!(count(&server, "SELECT count(*) FROM idempotency_key").await, 0);
}
