//! Signing in and out, refreshing, changing the password, and what happens to who guesses.

use chrono::TimeDelta;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Answer, Client, PASSWORD, Server, forged};
use serde_json::{Value, json};

async fn login(client: &Client, login: &str, password: &str) -> Answer {
    client.post_json("/api/v1/auth/login", &json!({ "login": login, "password": password })).await
}

async fn audited(server: &Server, action: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = $1")
        .bind(action)
        .fetch_one(server.pool())
        .await
        .expect("counted")
}

#[tokio::test]
async fn a_session_from_sign_in_to_sign_out() {
    let server = Server::start().await;
    let district = server.district("东区").await;
    let account = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;

    let me = account.get("/api/v1/me").await.expect(200);
    assert_eq!(me["login"], account.login);
    assert_eq!(me["district_id"], json!(district));
    assert_eq!(me["grants"][0]["role"], "district_official");
    assert_eq!(me["grants"][0]["scope_name_zh"], "东区");

    let tokens = login(&server.anonymous(), &account.login.to_uppercase(), PASSWORD).await;
    assert_eq!(tokens.header("cache-control"), "no-store");
    let tokens = tokens.expect(200);
    assert_eq!(tokens["expires_in"], 600);
    let second = server.anonymous().with_token(tokens["access_token"].as_str().expect("a token"));

    let devices = second.get("/api/v1/auth/sessions").await.expect(200);
    assert_eq!(devices["items"].as_array().map(Vec::len), Some(2));
    let other = devices["items"].as_array().expect("a list").iter().find(|item| item["current"] == false);
    let other = other.expect("the first session")["id"].as_str().expect("an id").to_owned();
    second.delete(&format!("/api/v1/auth/sessions/{other}")).await.expect(204);
    account.get("/api/v1/me").await.expect_problem(401, "session_ended");
    second.delete(&format!("/api/v1/auth/sessions/{other}")).await.expect_problem(404, "not_found");

    second.post("/api/v1/auth/logout").await.expect(204);
    second.get("/api/v1/me").await.expect_problem(401, "session_ended");
    let again = json!({ "refresh_token": tokens["refresh_token"] });
    server.anonymous().post_json("/api/v1/auth/refresh", &again).await.expect_problem(401, "session_ended");

    let (one, two) = (server.sign_in(&account.login, PASSWORD).await, server.sign_in(&account.login, PASSWORD).await);
    one.post("/api/v1/auth/logout-everywhere").await.expect(204);
    for client in [one, two] {
        client.get("/api/v1/me").await.expect_problem(401, "session_ended");
    }
    assert_eq!(audited(&server, "auth.login").await, 4);
    assert_eq!(audited(&server, "auth.logout").await, 3);
}

#[tokio::test]
async fn an_access_token_lives_ten_minutes_and_a_refresh_token_is_used_once() {
    let server = Server::start().await;
    let account = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let refresh = async |token: &Value| {
        server.anonymous().post_json("/api/v1/auth/refresh", &json!({ "refresh_token": token })).await
    };
    let first = login(&server.anonymous(), &account.login, PASSWORD).await.expect(200);
    let client = server.anonymous().with_token(first["access_token"].as_str().expect("a token"));
    client.get("/api/v1/me").await.expect(200);
    server.advance(TimeDelta::minutes(11));
    client.get("/api/v1/me").await.expect_problem(401, "token_expired");

    let second = refresh(&first["refresh_token"]).await.expect(200);
    let client = server.anonymous().with_token(second["access_token"].as_str().expect("a token"));
    client.get("/api/v1/me").await.expect(200);

    // Somebody comes with the first one again: the whole family ends, the thief's and the owner's.
    refresh(&first["refresh_token"]).await.expect_problem(401, "refresh_reused");
    client.get("/api/v1/me").await.expect_problem(401, "session_ended");
    refresh(&second["refresh_token"]).await.expect_problem(401, "session_ended");
    assert_eq!(audited(&server, "auth.refresh_reused").await, 1);
    refresh(&json!("never issued")).await.expect_problem(401, "session_ended");

    // Of many at once with the same token exactly one succeeds.
    let third = login(&server.anonymous(), &account.login, PASSWORD).await.expect(200);
    let all = futures::future::join_all((0..8).map(|_| refresh(&third["refresh_token"]))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);

    // Unused for a fortnight.
    let fourth = login(&server.anonymous(), &account.login, PASSWORD).await.expect(200);
    server.advance(TimeDelta::days(15));
    refresh(&fourth["refresh_token"]).await.expect_problem(401, "session_ended");
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused() {
    let server = Server::start().await;
    let account = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let token = account.token().expect("a token");
    let forged = forged(token, token.len() - 10);
    let none = "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.eyJzdWIiOiIwMTkifQ.";
    for bad in [forged.as_str(), none, "garbage"] {
        server.anonymous().with_token(bad).get("/api/v1/me").await.expect_problem(401, "token_invalid");
    }
    let missing = server.anonymous().get("/api/v1/me").await;
    assert!(missing.header("www-authenticate").starts_with("Bearer"));
    missing.expect_problem(401, "not_signed_in");
}

#[tokio::test]
async fn keys_rotate_and_older_ones_verify_until_they_retire() {
    let server = Server::start().await;
    let account = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let now = server.state().now();
    let keys = server.state().auth().keys();
    keys.reload(server.state().db(), now + TimeDelta::days(31)).await.expect("reloaded");
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM signing_key").fetch_one(server.pool()).await.expect("two");
    assert_eq!(count, 2);
    account.get("/api/v1/me").await.expect(200);
    let fresh = server.sign_in(&account.login, PASSWORD).await;
    assert_ne!(fresh.token().expect("a token").split('.').next(), account.token().expect("a token").split('.').next());
    fresh.get("/api/v1/me").await.expect(200);
    keys.reload(server.state().db(), now + TimeDelta::days(33)).await.expect("reloaded");
    account.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    fresh.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn guessing_locks_the_login_known_or_not_with_growing_waits() {
    let server = Server::start().await;
    let account = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let nobody = server.anonymous();
    for who in [account.login.as_str(), "nobody.here"] {
        for _ in 0..5 {
            login(&nobody, who, "a wrong password").await.expect_problem(401, "invalid_credentials");
        }
        let locked = login(&nobody, who, PASSWORD).await;
        let wait: i64 = locked.header("retry-after").parse().expect("seconds");
        assert!((1..=16).contains(&wait), "{wait}");
        locked.expect_problem(429, "locked_out");
        server.advance(TimeDelta::seconds(16));
        login(&nobody, who, "a wrong password").await.expect_problem(401, "invalid_credentials");
        let wait: i64 = login(&nobody, who, PASSWORD).await.header("retry-after").parse().expect("seconds");
        assert!((17..=31).contains(&wait), "{wait}");
        server.advance(TimeDelta::seconds(32));
    }
    login(&nobody, &account.login, PASSWORD).await.expect(200);
    let failures: i32 = sqlx::query_scalar("SELECT failed_logins FROM account WHERE id = $1")
        .bind(account.id)
        .fetch_one(server.pool())
        .await
        .expect("read");
    assert_eq!(failures, 0);
    login(&nobody, &account.login, "a wrong password").await.expect_problem(401, "invalid_credentials");
    // What was typed as an unknown login may be a password: it is written nowhere.
    let leaked: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM audit_event WHERE detail::text LIKE '%nobody.here%')
              + (SELECT count(*) FROM login_attempt WHERE address LIKE '%nobody.here%')",
    )
    .fetch_one(server.pool())
    .await
    .expect("counted");
    assert_eq!(leaked, 0);
}

#[tokio::test]
async fn an_address_that_tries_many_logins_is_locked() {
    let server = Server::start().await;
    let account = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    sqlx::query("INSERT INTO login_attempt (address, failures, last_at) VALUES ('address:127.0.0.1', 49, $1)")
        .bind(server.state().now())
        .execute(server.pool())
        .await
        .expect("as if after 49");
    login(&server.anonymous(), "somebody", "a wrong password").await.expect_problem(401, "invalid_credentials");
    login(&server.anonymous(), &account.login, PASSWORD).await.expect_problem(429, "locked_out");
    account.get("/api/v1/me").await.expect(200);
    server.advance(TimeDelta::seconds(16));
    login(&server.anonymous(), &account.login, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_first_password_must_be_changed() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let made = admin
        .post_json(
            "/api/v1/accounts",
            &json!({ "login": "New.Admin", "display_name": "新管理员", "grants": [{ "role": "platform_admin" }] }),
        )
        .await
        .expect(201);
    let password = made["one_time_password"].as_str().expect("a password");
    let tokens = login(&server.anonymous(), "new.admin", password).await.expect(200);
    assert_eq!(tokens["must_change_password"], true);
    let fresh = server.anonymous().with_token(tokens["access_token"].as_str().expect("a token"));
    fresh.get("/api/v1/accounts").await.expect_problem(403, "password_change_required");
    assert_eq!(fresh.get("/api/v1/me").await.expect(200)["must_change_password"], true);

    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        fresh.post_json("/api/v1/auth/password", &body).await
    };
    for (current, new, field, code) in [
        ("not the password", "a completely new one", "current_password", "wrong_password"),
        (password, "short", "new_password", "too_short"),
        (password, "new.admin is my name", "new_password", "too_common"),
        (password, password, "new_password", "unchanged"),
    ] {
        let problem = change(current, new).await.expect_problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    let elsewhere = server.sign_in("new.admin", password).await;
    change(password, "a completely new one").await.expect(204);
    fresh.get("/api/v1/accounts").await.expect(200);
    elsewhere.get("/api/v1/me").await.expect_problem(401, "session_ended");
    login(&server.anonymous(), "new.admin", password).await.expect_problem(401, "invalid_credentials");
    login(&server.anonymous(), "new.admin", "a completely new one").await.expect(200);
    assert_eq!(audited(&server, "auth.password_change").await, 1);
}

#[tokio::test]
async fn cookies_serve_the_pages_and_no_other_site() {
    let server = Server::start().await;
    let account = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let body = json!({ "login": account.login, "password": PASSWORD, "cookies": true });
    let answer = server.anonymous().post_json("/api/v1/auth/login", &body).await;
    let cookies: Vec<String> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text").to_owned()).collect();
    let tokens = answer.expect(200);
    assert!(tokens.get("access_token").is_none() && tokens.get("refresh_token").is_none(), "{tokens}");
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
    let jar = cookies.iter().map(|cookie| cookie.split(';').next().expect("a pair")).collect::<Vec<_>>().join("; ");
    let page = server.anonymous().with_header("Cookie", &jar);
    page.get("/api/v1/me").await.expect(200);
    page.post("/api/v1/auth/refresh").await.expect_problem(403, "cross_site");
    let evil = page.clone().with_header("Sec-Fetch-Site", "cross-site");
    evil.post("/api/v1/auth/logout").await.expect_problem(403, "cross_site");
    let own = page.clone().with_header("Sec-Fetch-Site", "same-origin");
    let refreshed = own.post("/api/v1/auth/refresh").await;
    assert_eq!(refreshed.headers.get_all("set-cookie").iter().count(), 2);
    refreshed.expect(200);
    let out = own.post("/api/v1/auth/logout").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    out.expect(204);
    page.get("/api/v1/me").await.expect_problem(401, "session_ended");
}
