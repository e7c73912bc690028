//! Closing a session, what comes after it, and what somebody must look at.

use chrono::{Duration, TimeDelta};
use kepu_domain::role::{GrantScope, Role};
use serde_json::{Value, json};

use crate::gate::{Gate, Kind, session, verdicts};

#[tokio::test]
async fn closing_confirms_who_was_there_with_credit_and_marks_who_was_not() {
    let gate = Gate::new(5, 5).await;
    gate.send(&[gate.scan(0, 5), gate.scan(1, 6), gate.scan(2, 7)]).await;
    let path = format!("/api/v1/sessions/{}/door/close", gate.session);
    let held = json!({ "hold": [gate.pupil(2)] });
    let answer = gate.school.host.post_json(&path, &held).await.expect(200);
    let numbers = ["confirmed", "absent", "held"].map(|of| answer[of].as_u64().expect("a number"));
    assert_eq!(numbers, [2, 2, 1]);
    assert!(answer["ledger_entries"].as_u64() >= Some(2), "{answer}");
    assert_eq!(answer["refused"], json!([]));
    let states: Vec<_> = gate.participations().await.into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["confirmed", "confirmed", "attended", "absent", "absent"]);
    assert_ne!(gate.school.score(gate.pupil(0)).await["total"], "0");
    gate.school.host.post_json(&path, &json!({})).await.expect_problem(409, "door_closed");
    gate.verify().await;

    // A device that was offline sends what it saw before the closing: as if it had come in time.
    let answer = gate.send(&[gate.scan(3, 8), gate.scan(2, 9)]).await;
    assert_eq!(verdicts(&answer), ["accepted in", "duplicate_of already_in"]);
    assert_eq!(gate.state_of(3).await.as_deref(), Some("confirmed"));
    assert_eq!(gate.state_of(2).await.as_deref(), Some("attended"));
    assert_ne!(gate.school.score(gate.pupil(3)).await["total"], "0");
    gate.verify().await;
}

#[tokio::test]
async fn what_happened_after_the_closing_waits_for_somebody_to_look() {
    let gate = Gate::new(2, 2).await;
    gate.close().await;
    let mut after = gate.scan(0, 0);
    after["scanned_at"] = json!(gate.server.state().now() + TimeDelta::seconds(2));
    let answer = gate.send(std::slice::from_ref(&after)).await;
    assert_eq!(verdicts(&answer), ["needs_review after_closing"]);
    assert_eq!(gate.state_of(0).await.as_deref(), Some("absent"));

    let waiting = gate.school.host.get("/api/v1/reviews").await.expect(200);
    assert_eq!((waiting["items"].as_array().map(Vec::len), &waiting["items"][0]["id"]), (Some(1), &after["id"]));
    let path = format!("/api/v1/scans/{}/review", after["id"].as_str().expect("an id"));
    let accept = json!({ "decision": "accept", "reason": "他迟到了，我在场" });
    gate.school.teacher.post_json(&path, &accept).await.expect_problem(403, "forbidden");
    gate.school.official.post_json(&path, &accept).await.expect_problem(409, "host_decides");
    gate.school
        .host
        .post_json(&path, &json!({ "decision": "accept", "reason": " " }))
        .await
        .expect_problem(422, "invalid");
    let decided = gate.school.host.post_json(&path, &accept).await.expect(200);
    assert_eq!((&decided["verdict"], &decided["reason"]), (&json!("accepted"), &json!("in")));
    assert_eq!(gate.state_of(0).await.as_deref(), Some("confirmed"));
    assert_eq!(gate.school.host.get("/api/v1/reviews").await.expect(200)["items"], json!([]));
    let count = gate.school.host.get("/api/v1/reviews/count").await.expect(200);
    assert_eq!(count, json!({ "waiting": 0, "overdue": 0 }));
    assert_eq!((gate.count("scan_review").await, gate.count("scan").await), (1, 1));
    // With credit there is a way of its own to take it back.
    let refuse = json!({ "decision": "refuse", "reason": "看错人了" });
    gate.school.host.post_json(&path, &refuse).await.expect_problem(409, "already_confirmed");
    assert_eq!((gate.state_of(0).await.as_deref(), gate.count("scan_review").await), (Some("confirmed"), 1));
    gate.verify().await;
}

#[tokio::test]
async fn a_decision_can_be_decided_again_and_the_last_one_holds() {
    let gate = Gate::new(2, 1).await;
    let early = gate.scan(0, -130);
    let waitlisted = gate.scan(1, 5);
    let answer = gate.send(&[early.clone(), waitlisted.clone()]).await;
    assert_eq!(verdicts(&answer), ["needs_review too_early", "refused not_on_list"]);
    let grade = answer["verdicts"][0]["grade"].as_i64();
    assert!(grade.is_some(), "{answer}");
    let count = gate.school.host.get("/api/v1/reviews/count").await.expect(200);
    assert_eq!(count, json!({ "waiting": 1, "overdue": 0 }));
    assert_eq!(gate.school.official.get("/api/v1/reviews?overdue=true").await.expect(200)["items"], json!([]));
    let review = async |scan: &Value, decision: &str| {
        let path = format!("/api/v1/scans/{}/review", scan["id"].as_str().expect("an id"));
        gate.school.host.post_json(&path, &json!({ "decision": decision, "reason": "我在场" })).await
    };
    let accepted = review(&early, "accept").await.expect(200);
    assert_eq!((&accepted["verdict"], gate.state_of(0).await.as_deref()), (&json!("accepted"), Some("attended")));
    let refused = review(&early, "refuse").await.expect(200);
    assert_eq!((&refused["verdict"], &refused["reason"]), (&json!("refused"), &json!("too_early")));
    assert_eq!(gate.state_of(0).await.as_deref(), Some("absent"));
    review(&early, "accept").await.expect(200);
    assert_eq!(gate.state_of(0).await.as_deref(), Some("attended"));
    // Nobody was ever in doubt about this one.
    review(&waitlisted, "accept").await.expect_problem(409, "not_in_doubt");
    let listed =
        gate.school.host.get(&format!("/api/v1/sessions/{}/scans?verdict=accepted", gate.session)).await.expect(200);
    let row = &listed["items"][0];
    assert_eq!((&row["decision"], &row["decision_reason"]), (&json!("accept"), &json!("我在场")));
    assert_eq!(row["grade"].as_i64(), grade);
    gate.verify().await;
}

#[tokio::test]
async fn what_the_host_lets_lie_the_district_may_decide() {
    let gate = Gate::new(1, 1).await;
    let early = gate.scan(0, -130);
    gate.send(std::slice::from_ref(&early)).await;
    sqlx::query("UPDATE session SET ends_at = $2, starts_at = $3 WHERE id = $1")
        .bind(gate.session)
        .bind(gate.server.state().now() - Duration::days(4))
        .bind(gate.server.state().now() - Duration::days(4) - Duration::hours(2))
        .execute(gate.server.pool())
        .await
        .expect("long ago");
    let listed = gate.school.official.get("/api/v1/reviews").await.expect(200);
    assert_eq!(listed["items"][0]["overdue"], json!(true));
    let overdue = gate.school.official.get("/api/v1/reviews?overdue=true").await.expect(200);
    assert_eq!(overdue["items"][0]["id"], early["id"]);
    let count = gate.school.official.get("/api/v1/reviews/count").await.expect(200);
    assert_eq!(count, json!({ "waiting": 1, "overdue": 1 }));
    gate.school.teacher.get("/api/v1/reviews/count").await.expect(200);
    let path = format!("/api/v1/scans/{}/review", early["id"].as_str().expect("an id"));
    let refuse = json!({ "decision": "refuse", "reason": "无人证实" });
    let decided = gate.school.official.post_json(&path, &refuse).await.expect(200);
    assert_eq!(decided["verdict"], json!("refused"));
    assert_eq!(gate.state_of(0).await.as_deref(), Some("registered"));
}

#[tokio::test]
async fn minutes_inside_are_what_is_credited() {
    let gate = Gate::of(Kind { in_out: true, ..Kind::default() }, 3, 3).await;
    gate.send(&[gate.scan(0, 0), gate.out(0, 30), gate.scan(0, 40), gate.out(0, 55), gate.scan(1, 20)]).await;
    gate.close().await;
    let minutes: Vec<_> = gate.participations().await.into_iter().map(|(_, state, minutes)| (state, minutes)).collect();
    let confirmed = |minutes| ("confirmed".to_owned(), Some(minutes));
    assert_eq!(minutes[..2], [confirmed(45), confirmed(100)]);
    // The device that saw the second one leave comes late.
    gate.send(&[gate.out(1, 50)]).await;
    let minutes: Vec<_> = gate.participations().await.into_iter().map(|(_, state, minutes)| (state, minutes)).collect();
    assert_eq!(minutes[1], confirmed(30));
    gate.verify().await;
}

#[tokio::test]
async fn oddities_are_shown_before_closing() {
    let gate = Gate::of(Kind { in_out: false, walk_ins: true, capacity: Some(2) }, 14, 13).await;
    let by_hand = |pupil: usize| {
        let mut scan = gate.scan(pupil, 10);
        scan["method"] = json!("class");
        scan["pass"] = Value::Null;
        scan["person_id"] = json!(gate.pupil(pupil));
        scan
    };
    let burst: Vec<Value> = (0..11).map(by_hand).collect();
    gate.send(&burst).await;
    gate.send(&[gate.scan(13, 11), gate.scan(11, -125)]).await;
    let elsewhere = session(&gate.server, &gate.school, Kind::default(), gate.begun, 1).await;
    let body = json!({ "device_id": gate.pupil(0), "scans": [gate.scan(0, 12)] });
    gate.school.host.post_json(&format!("/api/v1/sessions/{elsewhere}/scans"), &body).await.expect(200);

    let path = format!("/api/v1/sessions/{}/door", gate.session);
    let door = gate.school.host.get(&path).await.expect(200);
    let oddities = door["oddities"].as_array().expect("oddities");
    let mut kinds: Vec<&str> = oddities.iter().map(|one| one["kind"].as_str().expect("a kind")).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["needs_review", "two_places", "over_capacity", "recorder_confirms", "burst_by_hand", "absent"],
        "{door}"
    );
    let of = |kind: &str| oddities.iter().filter(|one| one["kind"] == kind).count();
    let named = oddities.iter().find(|one| one["kind"] == "absent").expect("one");
    assert!(named["grade"].is_i64() && named["class_name"].is_string(), "{named}");
    assert_eq!((of("two_places"), of("absent"), of("recorder_confirms")), (1, 2, 1));
    assert_eq!(door["counts"]["attended"], json!(12));
    assert_eq!((&door["counts"]["scans"], &door["counts"]["needs_review"]), (&json!(13), &json!(1)));

    // Who let a walk-in in does not confirm it; somebody else of the base does.
    let answer = gate.close().await;
    assert_eq!(answer["refused"][0]["code"], json!("recorder_cannot_confirm"));
    assert!(answer["refused"][0]["class_name"].is_string(), "{answer}");
    let scope = GrantScope::Organization { district: gate.school.district, organization: gate.school.base };
    let colleague = gate.server.account(Role::BaseStaff, scope).await;
    let path = format!("/api/v1/sessions/{}/confirmation", gate.session);
    let answer = colleague.post_json(&path, &json!({ "all": true })).await.expect(200);
    assert_eq!(answer["confirmed"], json!(1));
    gate.verify().await;
}

#[tokio::test]
async fn a_session_that_has_not_begun_or_was_cancelled_is_not_closed() {
    let gate = Gate::new(1, 1).await;
    let path = format!("/api/v1/sessions/{}/door/close", gate.session);
    gate.school.teacher.post_json(&path, &json!({})).await.expect_problem(403, "forbidden");
    let update = |sql: &'static str| sqlx::query(sql).bind(gate.session).execute(gate.server.pool());
    update(
        "UPDATE session SET starts_at = now() + interval '1 hour', ends_at = now() + interval '3 hours' WHERE id = $1",
    )
    .await
    .expect("moved");
    gate.school.host.post_json(&path, &json!({})).await.expect_problem(409, "session_not_begun");
    update("UPDATE session SET status = 'cancelled' WHERE id = $1").await.expect("cancelled");
    gate.school.host.post_json(&path, &json!({})).await.expect_problem(409, "session_cancelled");
    assert_eq!(verdicts(&gate.send(&[gate.scan(0, 59)]).await), ["refused session_cancelled"]);
}

#[tokio::test]
async fn a_walk_in_whom_two_guides_saw_is_confirmed_when_either_closes() {
    let gate = Gate::of(Kind { walk_ins: true, ..Kind::default() }, 2, 0).await;
    let scope = GrantScope::Organization { district: gate.school.district, organization: gate.school.base };
    let colleague = gate.server.account(Role::BaseStaff, scope).await;
    // The host's own scan is the first of both; the colleague saw only one of them.
    gate.send(&[gate.scan(0, 5), gate.scan(1, 5)]).await;
    let path = format!("/api/v1/sessions/{}/scans", gate.session);
    let body = json!({ "device_id": gate.pupil(1), "scans": [gate.scan(0, 9)] });
    assert_eq!(verdicts(&colleague.post_json(&path, &body).await.expect(200)), ["duplicate_of already_in"]);
    let answer = gate.close().await;
    assert_eq!((&answer["confirmed"], &answer["ledger_entries"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(answer["refused"][0]["person_id"], json!(gate.pupil(1)));
    // What the colleague saw of the other comes later.
    let body = json!({ "device_id": gate.pupil(1), "scans": [gate.scan(1, 10)] });
    colleague.post_json(&path, &body).await.expect(200);
    assert_eq!(gate.state_of(1).await.as_deref(), Some("confirmed"));
    gate.verify().await;
}
