//! Passes: made once, replaced when lost, seen by those who may.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use serde_json::json;

use crate::gate::{Gate, verdicts};

#[tokio::test]
async fn a_pass_is_made_once_and_a_lost_one_is_void() {
    let gate = Gate::new(2, 2).await;
    let path = format!("/api/v1/persons/{}/pass", gate.pupil(0));
    let first = gate.school.teacher.get(&path).await.expect(200);
    assert_eq!((first["token"].as_str(), &first["issue"]), (Some(gate.tokens[0].as_str()), &json!(1)));
    // No name and no 学号 in it.
    let scope = GrantScope::Person { district: gate.school.district, person: gate.pupil(0) };
    let family =
        [gate.server.account(Role::Student, scope.clone()).await, gate.server.account(Role::Guardian, scope).await];
    for account in &family {
        assert_eq!(account.get(&path).await.expect(200)["token"], first["token"]);
        let reissue = json!({ "reason": "丢了" });
        account.post_json(&format!("{path}/reissue"), &reissue).await.expect_problem(403, "forbidden");
        account.get(&format!("/api/v1/persons/{}/pass", gate.pupil(1))).await.expect_problem(403, "forbidden");
    }
    gate.school.host.get(&path).await.expect_problem(403, "forbidden");
    let stranger = School::new(&gate.server, 1).await;
    stranger.teacher.get(&path).await.expect_problem(404, "not_found");

    // Before it was replaced the old one held.
    let before = gate.scan(0, 5);
    let second =
        gate.school.teacher.post_json(&format!("{path}/reissue"), &json!({ "reason": "丢了" })).await.expect(200);
    assert_eq!((&second["issue"], &second["public_number"]), (&json!(2), &first["public_number"]));
    let now = gate.server.state().now();
    let mut after = gate.scan(0, 0);
    after["scanned_at"] = json!(now);
    let mut with_new = gate.scan_of(second["token"].as_str().expect("a token"), "in", 0);
    with_new["scanned_at"] = json!(now);
    let answer = gate.send(&[after, before, with_new]).await;
    assert_eq!(verdicts(&answer), ["refused revoked", "accepted in", "duplicate_of already_in"]);
    assert_eq!(gate.count("pass").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_ask_at_once_there_is_one_first_pass() {
    let gate = Gate::new(0, 0).await;
    let school = School::new(&gate.server, 1).await;
    let path = format!("/api/v1/persons/{}/pass", school.pupils[0].0);
    let asked = (0..16).map(|_| school.teacher.get(&path));
    let answers = futures::future::join_all(asked).await;
    let tokens: std::collections::BTreeSet<String> =
        answers.into_iter().map(|answer| answer.expect(200)["token"].to_string()).collect();
    assert_eq!((tokens.len(), gate.count("pass").await), (1, 1));
}

#[tokio::test]
async fn the_passes_of_a_class_are_printed_as_cards() {
    let gate = Gate::new(12, 0).await;
    let path = format!("/api/v1/classes/{}/passes.pdf", gate.school.class);
    let answer = gate.school.teacher.get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"));
    assert!(answer.bytes.starts_with(b"%PDF-"));
    let printed: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'pass.print'")
        .fetch_one(gate.server.pool())
        .await
        .expect("counted");
    assert_eq!(printed, 1);
    gate.school.host.get(&path).await.expect_problem(403, "forbidden");
    let stranger = School::new(&gate.server, 1).await;
    stranger.teacher.get(&path).await.expect_problem(404, "not_found");
}
