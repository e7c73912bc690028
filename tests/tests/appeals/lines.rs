//! What can be questioned, and what a grant makes of it.

use chrono::Duration;
use kepu_tests::school::{activity, session_at};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, decide, file, state};

/// Has it decided, after the host has agreed.
async fn granted(town: &Town, filed: &Value, correction: Value) -> Value {
    let stated = state(&town.school.host, filed, "agrees").await.expect(200);
    decide(&town.school.official, &stated, correction).await.expect(200)
}

#[tokio::test]
async fn minutes_are_amended_what_was_not_so_is_voided_and_what_was_voided_by_mistake_comes_back() {
    let town = Town::new(1).await;
    let (session, lines) = town.visited(&[town.pupil()]).await;
    town.school.confirm_all(session).await;
    assert_eq!(town.total().await, 2000);
    let line = &lines[0];

    let filed = file(&town.student, line).await.expect(201);
    assert_eq!(filed["wants"], "amend");
    let stated = state(&town.school.host, &filed, "agrees").await.expect(200);
    for (correction, status, code) in [
        (json!({ "kind": "amend" }), 409, "nothing_changed"),
        (json!({ "kind": "confirm" }), 409, "correction_not_possible"),
        (json!({ "kind": "verify" }), 409, "correction_not_possible"),
        (json!({ "kind": "amend", "award": "first" }), 422, "invalid"),
        (json!({ "kind": "amend", "minutes": 2000 }), 422, "invalid"),
    ] {
        decide(&town.school.official, &stated, correction).await.expect_problem(status, code);
    }
    assert_eq!((town.total().await, town.ledger().await.len()), (2000, 1), "nothing of a refused grant is stored");
    decide(&town.school.official, &stated, json!({ "kind": "amend", "minutes": 180 })).await.expect(200);
    assert_eq!(town.total().await, 3000);

    let body = json!({ "line_kind": "participation", "line_id": line, "grounds": "他请假了", "wants": "void" });
    let other = town.school.teacher.post_json("/api/v1/appeals", &body).await.expect(201);
    assert_eq!(other["side"], "school");
    granted(&town, &other, json!({ "kind": "void" })).await;
    assert_eq!(town.total().await, 0);

    let back = file(&town.guardian, line).await.expect(201);
    assert_eq!(back["line"]["state"], "voided");
    granted(&town, &back, json!({ "kind": "confirm" })).await;
    assert_eq!(town.total().await, 3000, "with the minutes that stood");
    let causes: Vec<String> = town.ledger().await.into_iter().map(|entry| entry.0).collect();
    assert_eq!(causes.iter().filter(|cause| *cause == "appeal").count(), causes.len() - 1, "{causes:?}");
    town.holds().await;
}

#[tokio::test]
async fn what_has_not_happened_is_not_questioned_and_what_is_settled_meanwhile_is_told() {
    let town = Town::new(2).await;
    let (server, school) = (&town.server, &town.school);
    let activity = activity(server, school.district, school.base, "practice", 120).await;
    let soon = server.state().now() + Duration::hours(30);
    let ahead = session_at(server, school.district, school.base, activity, soon, None).await;
    let registered = school.record(ahead, &[town.pupil()]).await;
    file(&town.student, &registered[0]).await.expect_problem(409, "session_not_begun");
    let (session, lines) = town.visited(&[town.pupil()]).await;
    let body = json!({ "line_kind": "participation", "line_id": lines[0], "grounds": "…", "wants": "void" });
    town.student.post_json("/api/v1/appeals", &body).await.expect_problem(422, "invalid");
    file(&town.student, &Uuid::nil().to_string()).await.expect_problem(404, "not_found");

    // It waits for the host, which confirms it by itself while the appeal waits.
    let filed = file(&town.student, &lines[0]).await.expect(201);
    school.confirm_all(session).await;
    let stated = state(&school.host, &filed, "agrees").await.expect(200);
    let late = decide(&school.official, &stated, json!({ "kind": "confirm" })).await;
    late.expect_problem(409, "correction_not_possible");

    // A session that was called off cannot have been attended.
    let called_off = town.questioned().await;
    let stated = state(&school.host, &called_off, "agrees").await.expect(200);
    let sql = "UPDATE session SET status = 'cancelled' WHERE id = (SELECT session_id FROM participation WHERE id = $1)";
    let line: Uuid = called_off["line"]["id"].as_str().expect("an id").parse().expect("an id");
    sqlx::query(sql).bind(line).execute(server.pool()).await.expect("cancelled");
    let refused = decide(&school.official, &stated, json!({ "kind": "confirm" })).await;
    refused.expect_problem(409, "session_cancelled");
    assert_eq!(town.total().await, 2000);
    town.holds().await;
}

#[tokio::test]
async fn a_result_is_verified_corrected_and_revoked_by_the_district_alone() {
    let town = Town::new(1).await;
    let official = &town.school.official;
    let today = town.server.state().now().date_naive();
    let contest = official
        .post_json("/api/v1/competitions", &json!({
            "series": "district-science", "edition": "now", "name_zh": "区科学竞赛", "stages": ["primary", "junior"],
            "valid_from": today - Duration::days(300), "valid_to": today + Duration::days(60),
        }))
        .await
        .expect(201);
    let submitted = town
        .school
        .teacher
        .post_json(
            "/api/v1/results",
            &json!({
                "competition_id": contest["id"], "achieved_on": today - Duration::days(9), "contest_level": "county",
                "award": "second", "members": [{ "number": town.school.pupils[0].1 }],
            }),
        )
        .await
        .expect(201);
    let id = submitted["items"][0]["id"].as_str().expect("an id").to_owned();
    official.post_json(&format!("/api/v1/results/{id}/return"), &json!({ "reason": "缺证书" })).await.expect(200);

    let question =
        |wants: Option<&str>| json!({ "line_kind": "result", "line_id": id, "grounds": "证书已补", "wants": wants });
    let filed = town.student.post_json("/api/v1/appeals", &question(None)).await.expect(201);
    assert_eq!(
        (&filed["wants"], &filed["turn"], &filed["host_id"]),
        (&json!("verify"), &json!("district"), &Value::Null)
    );
    state(&town.school.host, &filed, "agrees").await.expect_problem(404, "not_found");
    let verified = decide(official, &filed, json!({ "kind": "verify" })).await.expect(200);
    assert_eq!((&verified["line"]["state"], town.total().await), (&json!("verified"), 3000));

    let filed = town.student.post_json("/api/v1/appeals", &question(Some("correct"))).await.expect(201);
    let same = decide(official, &filed, json!({ "kind": "correct", "award": "second" })).await;
    same.expect_problem(409, "nothing_changed");
    decide(official, &filed, json!({ "kind": "correct", "award": "first" })).await.expect(200);
    assert_eq!(town.total().await, 5000);

    let filed = town.school.teacher.post_json("/api/v1/appeals", &question(Some("revoke"))).await.expect(201);
    decide(official, &filed, json!({ "kind": "revoke" })).await.expect(200);
    assert_eq!(town.total().await, 0);
    let causes: Vec<String> = town.ledger().await.into_iter().map(|entry| entry.0).collect();
    assert!(causes.iter().all(|cause| cause == "appeal"), "{causes:?}");
    town.holds().await;
}

/// What is offered is what filing takes, line by line.
#[tokio::test]
async fn only_lines_that_can_be_questioned_are_offered() {
    let town = Town::new(2).await;
    let (server, school) = (&town.server, &town.school);
    let soon = server.state().now() + Duration::hours(30);
    let activity = activity(server, school.district, school.base, "practice", 120).await;
    let ahead = session_at(server, school.district, school.base, activity, soon, None).await;
    school.record(ahead, &[town.pupil()]).await;
    let (session, confirmed) = town.visited(&[town.pupil()]).await;
    school.confirm_all(session).await;
    let (rejected, declined, open) = (town.rejected().await, town.questioned().await, town.questioned().await);
    let stated = state(&school.host, &declined, "stands_by").await.expect(200);
    decide(&school.official, &stated, Value::Null).await.expect(200);

    let path = format!("/api/v1/appeals/lines?person={}", town.pupil());
    let offered = async |client: &kepu_tests::Client| {
        let lines = client.get(&path).await.expect(200);
        let line = |one: &Value| (one["line_id"].clone(), one["wants"].clone());
        lines["items"].as_array().expect("items").iter().map(line).collect::<Vec<_>>()
    };
    let both = [(json!(confirmed[0]), json!(["amend", "void"])), (json!(rejected), json!(["confirm"]))];
    for client in [&town.student, &town.guardian, &school.teacher] {
        assert_eq!(offered(client).await, both);
    }
    let until = town.student.get(&path).await.expect(200)["items"][0]["until"].clone();
    let today = (server.state().now() + Duration::hours(8)).date_naive();
    assert_eq!(until, json!(today + Duration::days(180)));
    for line in [&declined["line"]["id"], &open["line"]["id"]] {
        file(&town.student, line.as_str().expect("an id"))
            .await
            .expect_problem(409, if *line == open["line"]["id"] { "appeal_open" } else { "appeal_declined_before" });
    }

    // Too old by the days of the district: not offered, and refused.
    let terms = json!({ "host_days": 7, "district_days": 14, "file_days": 10 });
    school.official.put_if("/api/v1/appeal-terms", 1, &terms).await.expect(200);
    server.advance(Duration::days(10));
    let student = server.sign_in(&town.student.login, kepu_tests::PASSWORD).await;
    assert_eq!(offered(&student).await.len(), 3, "on the last day, with the one that is over by now");
    server.advance(Duration::days(1));
    let student = server.sign_in(&town.student.login, kepu_tests::PASSWORD).await;
    assert_eq!(offered(&student).await.len(), 1);
    file(&student, &rejected).await.expect_problem(409, "appeal_too_late");
}
