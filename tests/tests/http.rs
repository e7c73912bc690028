//! What holds for every operation: the shape of errors, limits, headers, health, metrics.

use std::time::Duration;

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn errors_are_problems_with_the_id_of_the_request() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let answer = admin.client.clone().with_header("X-Request-Id", "my-own.id_1").get("/api/v1/nowhere").await;
    assert_eq!(answer.header("x-request-id"), "my-own.id_1");
    let problem = answer.expect_problem(404, "no_such_address");
    assert_eq!(problem["instance"], "my-own.id_1");
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["title"], "Not Found");
    assert_eq!(problem["status"], 404);
    let odd = admin.client.clone().with_header("X-Request-Id", "no spaces; please").get("/api/v1/me").await;
    assert_eq!(odd.header("x-request-id").len(), 36, "{}", odd.header("x-request-id"));

    let answer = admin.send(admin.request(Method::PUT, "/api/v1/me")).await;
    assert!(answer.header("allow").contains("GET"));
    answer.expect_problem(405, "method_not_allowed");
    admin.get("/api/v1/districts/not-an-id").await.expect_problem(404, "not_found");
    admin.get("/api/v1/districts/00000000-0000-0000-0000-000000000001").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn bad_bodies_are_told_apart_and_name_the_field() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let send = async |media: &str, body: &str| {
        let request = admin.request(Method::POST, "/api/v1/districts").header("Content-Type", media);
        admin.send(request.body(body.to_owned())).await
    };
    let json = "application/json";
    send("text/plain", "{}").await.expect_problem(415, "not_json");
    send(json, "{").await.expect_problem(400, "malformed_json");
    send(json, r#"{"code":"1","name_zh":"x"} {}"#).await.expect_problem(400, "malformed_json");
    for (body, field, part) in [
        (r#"{"name_zh":"x"}"#, "code", "is missing"),
        ("[]", "body", "expected"),
        (r#"{"code":"1","name_zh":"x","colour":"red"}"#, "colour", "unknown field `colour`"),
        (r#"{"code":1,"name_zh":"x"}"#, "code", "expected a string"),
        (r#"{"code":"1","name_zh":"x\u0000y"}"#, "name_zh", "U+0000"),
        (r#"{"code":"1","name_zh":"x\ny"}"#, "name_zh", "control characters"),
    ] {
        let problem = send(json, body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        assert!(problem["errors"][0]["message"].as_str().expect("a message").contains(part), "{body}: {problem}");
    }
    admin.get("/api/v1/accounts?q=%00").await.expect_problem(422, "invalid");
    admin.get("/api/v1/districts/%00").await.expect_problem(404, "not_found");
}

/// The database's days begin in 4713 BC, those that can be written much earlier: that is no fault of the service.
#[tokio::test]
async fn days_that_no_database_holds_are_refused() {
    let server = Server::start().await;
    let district = server.district("东区").await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    server.anonymous().get("/api/v1/register?on=-9999-01-01").await.expect_problem(422, "out_of_range");
    server.anonymous().get("/api/v1/register?on=1999-01-01").await.expect(200);
    for path in [
        "/api/v1/sessions?from=-9999-01-01",
        "/api/v1/sessions?to=-9999-01-01",
        "/api/v1/exceptions?from=-9999-01-01",
        "/api/v1/audit?from=-9999-01-01T00:00:00Z",
    ] {
        let problem = official.get(path).await.expect_problem(422, "out_of_range");
        assert!(
            problem["detail"].as_str().is_some_and(|text| text.contains("too far from today")),
            "{path}: {problem}"
        );
    }
}

#[tokio::test]
async fn bodies_are_limited() {
    let server = Server::start_with(|config| {
        config.body_limit = 1000;
        config.upload_limit = 2000;
    })
    .await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let body = json!({ "code": "1", "name_zh": "x".repeat(1500), "parent_id": null });
    admin.post_json("/api/v1/districts", &body).await.expect_problem(413, "body_too_large");
    // Without an announced length it is counted while it comes.
    let chunks = futures::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100])));
    let request = admin
        .request(Method::POST, "/api/v1/districts")
        .header("Content-Type", "application/json")
        .body(reqwest::Body::wrap_stream(chunks));
    admin.send(request).await.expect_problem(413, "body_too_large");
}

#[tokio::test]
async fn accounts_and_addresses_are_slowed_down() {
    let server = Server::start_with(|config| config.rate = 5).await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    // At once: one after the other they might come slowly enough.
    let answers = futures::future::join_all((0..60).map(|_| admin.get("/api/v1/me"))).await;
    let refused = answers.into_iter().find(|answer| answer.status == 429).expect("the account is slowed down");
    assert!(refused.header("retry-after").parse::<u64>().expect("seconds") >= 1);
    refused.expect_problem(429, "rate_limited");
    // Others of the same address go on, and health is never limited.
    server.account(Role::PlatformAdmin, GrantScope::Platform).await.get("/api/v1/me").await.expect(200);
    for _ in 0..100 {
        server.anonymous().get("/healthz").await.expect(200);
    }
}

#[tokio::test]
async fn slow_requests_are_given_up() {
    let server = Server::start_with(|config| config.request_timeout = 5).await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let mut lock = server.pool().begin().await.expect("begun");
    sqlx::query("LOCK TABLE authority IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.expect("locked");
    admin.get("/api/v1/authorities").await.expect_problem(503, "timed_out");
    lock.rollback().await.expect("unlocked");
    admin.get("/api/v1/authorities").await.expect(200);
}

#[tokio::test]
async fn headers_compression_and_documents() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let answer = admin.get("/api/v1/me").await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cache-control", "private, no-cache"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let nobody = server.anonymous();
    let document = nobody.get("/api/openapi.json").await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let packed = nobody.clone().with_header("Accept-Encoding", "gzip").get("/api/openapi.json").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.bytes.len() * 3 < document.to_string().len());
    assert!(nobody.get("/api/docs/").await.text().contains("swagger"));
}

#[tokio::test]
async fn health_readiness_and_metrics() {
    let mut server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let nobody = server.anonymous();
    nobody.get("/healthz").await.expect(200);
    let ready = nobody.get("/readyz").await.expect(200);
    assert_eq!((&ready["database"], &ready["migrations"]), (&json!("ok"), &json!("ok")));
    admin.get("/api/v1/districts/00000000-0000-0000-0000-000000000001").await.expect(404);
    let metrics = nobody.get("/metrics").await.text();
    let line = r#"http_requests_total{method="GET",route="/api/v1/districts/{id}",status="404"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
    for name in ["http_request_duration_seconds_bucket", "db_pool_connections{state=\"used\"}"] {
        assert!(metrics.contains(name), "{name} in {metrics}");
    }
    nobody
        .clone()
        .with_header("X-Forwarded-For", "10.0.0.1")
        .get("/metrics")
        .await
        .expect_problem(404, "no_such_address");

    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 1").execute(server.pool()).await.expect("deleted");
    assert_eq!(nobody.get("/readyz").await.expect(503)["migrations"], "behind");
    server.stop().await.expect("a clean end");
}

#[tokio::test]
async fn a_running_request_is_finished_when_the_service_stops() {
    let mut server = Server::start_with(|config| config.grace = 10).await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let mut lock = server.pool().begin().await.expect("begun");
    sqlx::query("LOCK TABLE authority IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.expect("locked");
    let client = admin.client.clone();
    let slow = tokio::spawn(async move { client.get("/api/v1/authorities").await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        lock.rollback().await
    };
    let (stopped, released) = tokio::join!(server.stop(), release);
    stopped.expect("a clean end");
    released.expect("unlocked");
    slow.await.expect("no panic").expect(200);
}

#[tokio::test]
async fn addresses_of_pages_answer_the_page_and_no_script_comes_from_elsewhere() {
    let server = Server::start().await;
    let browser = server.anonymous().with_header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    for path in ["/", "/sessions/01890000-0000-7000-8000-000000000001"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(!page.header("cache-control").contains("max-age"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(page.header("permissions-policy").starts_with("camera=(self)"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let inline = page.text().split("<script").skip(1).filter(|tag| !tag.trim_start().contains("src=")).count();
        assert_eq!(inline, 0, "a script within the page would not run");
    }
    browser.get("/assets/nothing-00000000.js").await.expect_problem(404, "no_such_address");
    browser.get("/api/v1/nothing").await.expect_problem(404, "no_such_address");
    browser.post("/sessions").await.expect_problem(404, "no_such_address");
    let machine = server.anonymous().with_header("Accept", "application/json");
    machine.get("/sessions").await.expect_problem(404, "no_such_address");
    assert!(browser.get("/api/docs/").await.header("content-security-policy").contains("base-uri 'self'"));

    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/dist/assets");
    for file in std::fs::read_dir(assets).into_iter().flatten().flatten().take(20) {
        let name = file.file_name().into_string().expect("a name");
        let packed = browser.clone().with_header("Accept-Encoding", "gzip").get(&format!("/assets/{name}")).await;
        assert_eq!(packed.status, 200, "{name}");
        assert_eq!(packed.header("cache-control"), "public, max-age=31536000, immutable", "{name}");
        if file.path().extension().is_some_and(|end| end == "js") && file.metadata().is_ok_and(|m| m.len() > 1000) {
            assert_eq!(packed.header("content-encoding"), "gzip", "{name}");
        }
        let again = browser.clone().with_header("If-None-Match", packed.header("etag"));
        assert_eq!(again.get(&format!("/assets/{name}")).await.status, 304, "{name}");
    }
}
