//! A change of the rules: written by one official, approved by another, effective on its day.

use chrono::{NaiveDate, TimeDelta};
use kepu_api::laboratory;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use kepu_tests::{Account, PASSWORD, Server};
use serde_json::{Value, json};

use crate::kit::{POLICY, draft, holds, path_of, second, step};

async fn another(server: &Server, school: &School) -> Account {
    server.account(Role::DistrictOfficial, GrantScope::District { district: school.district }).await
}

/// Takes a step that must succeed.
async fn take(account: &Account, on: &Value, name: &str, body: &Value) -> Value {
    step(account, on, &path_of(on, &format!("/{name}")), body).await.expect(200)
}

async fn refused(account: &Account, on: &Value, name: &str, body: &Value, status: u16, code: &str) {
    step(account, on, &path_of(on, &format!("/{name}")), body).await.expect_problem(status, code);
}

/// The day it is in the district.
fn today(server: &Server) -> NaiveDate {
    server.state().now().with_timezone(&chrono::FixedOffset::east_opt(8 * 3600).expect("an offset")).date_naive()
}

#[tokio::test]
async fn a_second_official_approves_and_the_day_makes_it_effective() {
    let server = Server::start().await;
    let mut school = School::new(&server, 2).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 3).await;
    school.record(session, &[school.pupils[0].0]).await;
    school.confirm_all(session).await;
    let (one, two) = (&school.official, another(&server, &school).await);

    let written = draft(one, "kepu: 1\nid: tri").await;
    assert_eq!([&written["state"], &written["policy_id"]], [&json!("draft"), &json!("")]);
    refused(one, &written, "submit", &json!({}), 422, "policy_refused").await;
    let change = async |on: &Value, text: &str| {
        let version = on["version"].as_i64().expect("a version");
        one.patch_json(&path_of(on, ""), version, &json!({ "document": text })).await
    };
    let failing = change(&written, &second().replace("'1': 3 }", "'1': 9 }")).await.expect(200);
    assert_eq!([&failing["policy_version"], &failing["title_en"]], [&json!("2"), &json!("Trial")]);
    refused(one, &failing, "submit", &json!({}), 422, "policy_cases_fail").await;
    let taken = change(&failing, POLICY).await.expect(200);
    refused(one, &taken, "submit", &json!({}), 409, "version_published").await;
    let sound = change(&taken, &second()).await.expect(200);
    refused(&two, &sound, "approve", &json!({}), 409, "not_from_this_state").await;

    let submitted = take(one, &sound, "submit", &json!({ "note": "请审" })).await;
    assert_eq!([&submitted["state"], &submitted["submitted"]["note"]], [&json!("submitted"), &json!("请审")]);
    change(&submitted, POLICY).await.expect_problem(409, "not_from_this_state");
    refused(one, &submitted, "approve", &json!({}), 409, "second_official").await;
    refused(one, &submitted, "reject", &json!({ "note": "x" }), 409, "second_official").await;
    refused(&two, &submitted, "reject", &json!({}), 422, "invalid").await;
    refused(&two, &sound, "approve", &json!({}), 412, "version_changed").await;
    let rejected = take(&two, &submitted, "reject", &json!({ "note": "太贵" })).await;
    assert_eq!([&rejected["state"], &rejected["decided"]["note"]], [&json!("rejected"), &json!("太贵")]);
    let again =
        change(&rejected, &second().replace("at_most: { credits: 2 }", "at_most: { credits: 2.5 }")).await.expect(200);
    let submitted = take(one, &again, "submit", &json!({})).await;
    let approved = take(&two, &submitted, "approve", &json!({})).await;
    assert_eq!(approved["digest"], again["digest"]);
    refused(one, &approved, "publish", &json!({ "effective_on": today(&server) - TimeDelta::days(1) }), 422, "invalid")
        .await;
    let tomorrow = today(&server) + TimeDelta::days(1);
    let published = take(one, &approved, "publish", &json!({ "effective_on": tomorrow })).await;
    assert_eq!([&published["state"], &published["effective_on"]], [&json!("published"), &json!(tomorrow)]);

    // Before its day nothing happens, after it the district scores by it, once.
    laboratory::begin_planned(server.state()).await.expect("looked");
    assert_eq!(school.score(school.pupils[0].0).await["policy"]["version"], "1");
    server.advance(TimeDelta::days(1));
    laboratory::begin_planned(server.state()).await.expect("begun");
    laboratory::begin_planned(server.state()).await.expect("nothing left");
    for account in [&mut school.official, &mut school.teacher] {
        account.client = server.sign_in(&account.login, PASSWORD).await;
    }
    let one = &school.official;
    let sheet = school.score(school.pupils[0].0).await;
    assert_eq!([&sheet["policy"]["version"], &sheet["total"]], [&json!("2"), &json!("2.5")]);
    let done = one.get(&path_of(&published, "")).await.expect(200);
    assert_eq!([&done["state"], &done["adoption_state"]], [&json!("published"), &json!("effective")]);
    refused(one, &done, "withdraw", &json!({ "note": "x" }), 409, "already_begun").await;
    let adoptions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM policy_adoption WHERE state IN ('effective', 'superseded')")
            .fetch_one(server.pool())
            .await
            .expect("counted");
    assert_eq!(adoptions, 2);
    for action in ["create", "change", "submit", "reject", "approve", "publish"] {
        let sql = "SELECT count(*) FROM audit_event WHERE action = 'policy_draft.' || $1";
        let told: i64 = sqlx::query_scalar(sql).bind(action).fetch_one(server.pool()).await.expect("counted");
        assert!(told > 0, "{action} is not on the trail");
    }
    holds(&server).await;
}

#[tokio::test]
async fn where_two_are_needed_one_alone_changes_no_rules() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(POLICY).await;
    let (one, two) = (&school.official, another(&server, &school).await);
    let published = one.post_json("/api/v1/policies", &json!({ "document": second() })).await.expect(201);
    let ready = school.compute_adoption(published["id"].as_str().expect("an id")).await;
    let district = one.get(&format!("/api/v1/districts/{}", school.district)).await.expect(200);
    assert_eq!(district["second_official"], false);
    let path = format!("/api/v1/districts/{}", school.district);
    let version = district["version"].as_i64().expect("a version");
    let changed = one.patch_json(&path, version, &json!({ "second_official": true })).await.expect(200);
    assert_eq!(changed["second_official"], true);
    for official in [one, &two] {
        let ended = official.patch_json(&path, version + 1, &json!({ "second_official": false })).await;
        ended.expect_problem(403, "forbidden");
    }

    let third = second().replace("version: '2'", "version: '3'");
    one.post_json("/api/v1/policies", &json!({ "document": third }))
        .await
        .expect_problem(409, "second_official_needed");
    let path = format!("/api/v1/adoptions/{}/effective", ready["id"].as_str().expect("an id"));
    step(one, &ready, &path, &json!({})).await.expect_problem(409, "second_official_needed");

    let written = draft(one, &third).await;
    let submitted = take(one, &written, "submit", &json!({})).await;
    let approved = take(&two, &submitted, "approve", &json!({})).await;
    let back = take(&two, &approved, "take-back", &json!({})).await;
    assert_eq!([&back["state"], &back["decided"]], [&json!("draft"), &Value::Null]);
    let submitted = take(&two, &back, "submit", &json!({})).await;
    let approved = take(one, &submitted, "approve", &json!({})).await;
    let later = take(one, &approved, "publish", &json!({ "effective_on": today(&server) + TimeDelta::days(30) })).await;
    let given_up = take(&two, &later, "withdraw", &json!({ "note": "改期" })).await;
    assert_eq!([&given_up["state"], &given_up["withdrawn"]["note"]], [&json!("withdrawn"), &json!("改期")]);

    // At once: today's day.
    let fourth = second().replace("version: '2'", "version: '4'");
    let written = draft(one, &fourth).await;
    let submitted = take(one, &written, "submit", &json!({})).await;
    let approved = take(&two, &submitted, "approve", &json!({})).await;
    let published = take(&two, &approved, "publish", &json!({ "effective_on": today(&server) })).await;
    for _ in 0..600 {
        if one.get(&path_of(&published, "")).await.expect(200)["adoption_state"] == "effective" {
            assert_eq!(school.score(school.pupils[0].0).await["policy"]["version"], "4");
            // The one that was given up stays without effect when its day comes.
            server.advance(TimeDelta::days(31));
            laboratory::begin_planned(server.state()).await.expect("looked");
            let now: String = sqlx::query_scalar(
                "SELECT v.version FROM policy_adoption a JOIN policy_version v ON v.id = a.policy_version_id
                 WHERE a.state = 'effective'",
            )
            .fetch_one(server.pool())
            .await
            .expect("one");
            assert_eq!(now, "4");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it did not become effective");
}

/// A draft of this text that was published to count from tomorrow.
async fn published_for_tomorrow(server: &Server, (one, two): (&Account, &Account), text: &str) -> Value {
    let written = draft(one, text).await;
    let submitted = take(one, &written, "submit", &json!({})).await;
    let approved = take(two, &submitted, "approve", &json!({})).await;
    take(one, &approved, "publish", &json!({ "effective_on": today(server) + TimeDelta::days(1) })).await
}

#[tokio::test]
async fn what_fails_on_its_day_says_so_and_is_tried_again() {
    let server = Server::start().await;
    let mut school = School::new(&server, 1).await;
    school.adopt(POLICY).await;
    let two = another(&server, &school).await;
    let third = second().replace("version: '2'", "version: '3'");
    let published = published_for_tomorrow(&server, (&school.official, &two), &second()).await;
    let given_up = published_for_tomorrow(&server, (&school.official, &two), &third).await;
    refused(&school.official, &published, "retry", &json!({}), 409, "not_failed").await;
    // Their texts cannot be read when the day comes, as if they were of another version of the service.
    let set = async |text: &str, version: &Value| {
        sqlx::query("UPDATE policy_version SET document = $1 WHERE id = $2::uuid")
            .bind(text)
            .bind(version.as_str())
            .execute(server.pool())
            .await
            .expect("written");
    };
    for one in [&published, &given_up] {
        set("kepu: 99", &one["policy_version_id"]).await;
    }
    let failed = async || {
        let sql = "SELECT count(*) FROM policy_adoption WHERE state = 'failed'";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(server.pool()).await.expect("counted")
    };
    server.advance(TimeDelta::days(1));
    laboratory::begin_planned(server.state()).await.expect("looked");
    laboratory::begin_planned(server.state()).await.expect("looked again at once");
    assert_eq!(failed().await, 2, "each once");
    server.advance(TimeDelta::minutes(61));
    laboratory::begin_planned(server.state()).await.expect("looked an hour later");
    assert_eq!(failed().await, 4, "each once more");

    for account in [&mut school.official, &mut school.teacher] {
        account.client = server.sign_in(&account.login, PASSWORD).await;
    }
    let one = &school.official;
    let now = one.get(&path_of(&published, "")).await.expect(200);
    assert_eq!([&now["state"], &now["adoption_state"]], [&json!("published"), &json!("failed")]);
    assert!(now["adoption_error"].as_str().is_some_and(|text| !text.is_empty()), "{now}");
    let other = one.get(&path_of(&given_up, "")).await.expect(200);
    let other = take(one, &other, "withdraw", &json!({ "note": "重写" })).await;
    assert_eq!([&other["state"], &other["adoption_id"]], [&json!("withdrawn"), &Value::Null]);

    set(&second(), &published["policy_version_id"]).await;
    take(one, &now, "retry", &json!({})).await;
    for _ in 0..600 {
        let now = one.get(&path_of(&published, "")).await.expect(200);
        if now["adoption_state"] == "effective" {
            assert_eq!(now["adoption_error"], Value::Null);
            assert_eq!(school.score(school.pupils[0].0).await["policy"]["version"], "2");
            refused(one, &now, "retry", &json!({}), 409, "not_failed").await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it did not become effective");
}
