//! What becomes of scans.

use chrono::Duration;
use futures::{StreamExt, stream};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{forged, school::School};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gate::{Gate, Kind, verdicts};

#[tokio::test]
async fn every_scan_is_kept_and_gets_its_verdict() {
    let gate = Gate::new(4, 3).await;
    let again = gate.scan(0, 5);
    let forged = forged(&gate.tokens[1], 60);
    let scans = [
        gate.scan(0, 4),
        again.clone(),
        gate.scan(3, 5),
        gate.out(1, 6),
        gate.scan_of("KPNONSENSE", "in", 6),
        gate.scan_of(&forged, "in", 6),
        gate.scan_of(&gate.tokens[2].to_lowercase(), "in", 7),
        gate.scan(1, -121),
        gate.scan(1, 200),
    ];
    let answer = gate.send(&scans).await;
    assert_eq!(
        verdicts(&answer),
        [
            "accepted in",
            "duplicate_of already_in",
            "refused not_on_list",
            "refused no_outs",
            "refused unreadable",
            "refused bad_signature",
            "accepted in",
            "needs_review too_early",
            "needs_review clock_implausible",
        ]
    );
    assert_eq!(answer["verdicts"][1]["duplicate_of"], scans[0]["id"]);
    assert_eq!(answer["verdicts"][0]["name"].as_str().map(|name| !name.is_empty()), Some(true));
    // Who is not in the session stays unnamed.
    assert_eq!((&answer["verdicts"][2]["name"], &answer["verdicts"][2]["person_id"]), (&Value::Null, &Value::Null));
    let sums = ["accepted", "duplicates", "needs_review", "refused", "conflicts"]
        .map(|of| answer[of].as_u64().expect("a sum"));
    assert_eq!(sums, [2, 1, 2, 4, 0]);
    assert_eq!((gate.count("scan").await, gate.count("scan_verdict").await), (9, 9));
    assert_eq!(gate.state_of(0).await.as_deref(), Some("attended"));
    assert_eq!(gate.state_of(1).await.as_deref(), Some("registered"));
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'scan.take' AND account_id = $1")
            .bind(gate.school.host.id)
            .fetch_one(gate.server.pool())
            .await
            .expect("counted");
    assert_eq!(audited, 1);

    let path = format!("/api/v1/sessions/{}/scans?verdict=refused", gate.session);
    let listed = gate.school.host.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(4));
    gate.verify().await;
}

#[tokio::test]
async fn the_same_scan_again_is_the_same_scan_and_another_body_is_its_own_error() {
    let gate = Gate::new(2, 2).await;
    let scan = gate.scan(0, 5);
    let first = gate.send(std::slice::from_ref(&scan)).await;
    for _ in 0..3 {
        let again = gate.send(std::slice::from_ref(&scan)).await;
        assert_eq!(again["verdicts"], first["verdicts"]);
    }
    let mut other = scan.clone();
    other["direction"] = json!("out");
    assert_eq!(
        verdicts(&gate.send(&[other.clone(), gate.scan(1, 6)]).await),
        ["conflict scan_id_reused", "accepted in"]
    );
    // Twice in one request, once with another body.
    let fresh = gate.scan(0, 9);
    let mut changed = fresh.clone();
    changed["scanned_at"] = json!(gate.begun);
    let answer = gate.send(&[fresh.clone(), fresh, changed]).await;
    assert_eq!(verdicts(&answer), ["duplicate_of already_in", "duplicate_of already_in", "conflict scan_id_reused"]);
    assert_eq!(gate.count("scan").await, 3);
    // The same id in another session is another scan, too.
    let elsewhere = crate::gate::session(&gate.server, &gate.school, Kind::default(), gate.begun, 0).await;
    let body = json!({ "device_id": Uuid::from_u128(7), "scans": [scan] });
    let answer = gate.school.host.post_json(&format!("/api/v1/sessions/{elsewhere}/scans"), &body).await.expect(200);
    assert_eq!(verdicts(&answer), ["conflict scan_id_reused"]);
}

#[tokio::test]
async fn an_earlier_scan_that_comes_later_takes_the_place_of_the_first() {
    let gate = Gate::new(1, 1).await;
    let (early, late) = (gate.scan(0, 5), gate.scan(0, 9));
    assert_eq!(verdicts(&gate.send(std::slice::from_ref(&late)).await), ["accepted in"]);
    assert_eq!(verdicts(&gate.send(std::slice::from_ref(&early)).await), ["accepted in"]);
    let again = gate.send(&[early.clone(), late]).await;
    assert_eq!(verdicts(&again), ["accepted in", "duplicate_of already_in"]);
    assert_eq!(again["verdicts"][1]["duplicate_of"], early["id"]);
    // What was answered first is still known.
    assert_eq!((gate.count("scan").await, gate.count("scan_verdict").await), (2, 3));
}

#[tokio::test]
async fn clocks_that_are_off_are_corrected_and_told() {
    let gate = Gate::new(3, 3).await;
    let at = |minute: i64| json!(gate.begun + Duration::minutes(minute));
    let mut fast = gate.scan(0, 0);
    fast["scanned_at"] = at(5 + 180);
    fast["clock_offset_ms"] = json!(-180 * 60_000);
    let mut unknown = gate.scan(1, 6);
    unknown["clock_offset_ms"] = Value::Null;
    let mut hopeless = gate.scan(2, 6);
    hopeless["clock_offset_ms"] = json!(25 * 3_600_000);
    let answer = gate.send(&[fast, unknown, hopeless]).await;
    assert_eq!(verdicts(&answer), ["accepted in", "accepted in", "needs_review clock_implausible"]);
    let flags = |at: usize| answer["verdicts"][at]["flags"].clone();
    assert_eq!((flags(0), flags(1)), (json!(["clock_corrected", "late"]), json!(["clock_unchecked", "late"])));
    let at: chrono::DateTime<chrono::Utc> =
        answer["verdicts"][0]["at"].as_str().expect("at").parse().expect("a moment");
    assert_eq!((at - gate.begun).num_seconds(), 300);
}

/// What one broken device says does not keep the scans of the others out: it would send the same for ever.
#[tokio::test]
async fn a_clock_beyond_all_measure_is_one_scans_own_trouble() {
    let gate = Gate::new(6, 6).await;
    let with = |pupil: usize, field: &str, value: Value| {
        let mut scan = gate.scan(pupil, 5);
        scan[field] = value;
        scan
    };
    let scans = [
        gate.scan(0, 5),
        with(1, "clock_offset_ms", json!(-1_000_000_000_000_000_i64)),
        with(2, "clock_offset_ms", json!(i64::MIN)),
        with(3, "clock_offset_ms", json!(i64::MAX)),
        with(4, "scanned_at", json!("-4800-01-01T00:00:00Z")),
        with(5, "scanned_at", json!("+262000-01-01T00:00:00Z")),
    ];
    let answer = gate.send(&scans).await;
    let mut expected = vec!["accepted in"];
    expected.extend(["needs_review clock_implausible"; 5]);
    assert_eq!(verdicts(&answer), expected);
    assert_eq!(gate.count("scan").await, 6);
    // Sent again it is the same, and it can be listed.
    assert_eq!(verdicts(&gate.send(&scans).await), expected);
    let path = format!("/api/v1/sessions/{}/scans?verdict=needs_review", gate.session);
    let listed = gate.school.host.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(5));
    gate.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_at_three_gates_counts_every_child_once() {
    let gate = Gate::new(60, 60).await;
    // Three devices scan everybody, one scan a request, all at once; each request is sent twice.
    let mut requests = Vec::new();
    for device in 0..3u128 {
        for pupil in 0..60 {
            let body = json!({ "device_id": Uuid::from_u128(device), "scans": [gate.scan(pupil, 5 + i64::try_from(device).expect("small"))] });
            requests.push(body.clone());
            requests.push(body);
        }
    }
    let path = format!("/api/v1/sessions/{}/scans", gate.session);
    let send = |body: Value| {
        let (host, path) = (gate.school.host.client.clone(), path.clone());
        async move { host.post_json(&path, &body).await }
    };
    let answers: Vec<_> = stream::iter(requests).map(send).buffer_unordered(32).collect().await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(gate.count("scan").await, 180);
    let worth: Vec<(String, i64)> = sqlx::query_as(
        "SELECT verdict, count(*) FROM (SELECT DISTINCT ON (scan_id) verdict FROM scan_verdict ORDER BY scan_id, number DESC) v
         GROUP BY verdict ORDER BY verdict",
    )
    .fetch_all(gate.server.pool())
    .await
    .expect("read");
    assert_eq!(worth, [("accepted".to_owned(), 60), ("duplicate_of".to_owned(), 120)]);
    let answer = gate.close().await;
    assert_eq!((&answer["confirmed"], &answer["absent"]), (&json!(60), &json!(0)));
    gate.verify().await;
}

#[tokio::test]
async fn only_the_host_scans_and_only_for_its_own_sessions() {
    let gate = Gate::new(1, 1).await;
    let other = School::new(&gate.server, 1).await;
    let path = format!("/api/v1/sessions/{}/scans", gate.session);
    let body = json!({ "device_id": Uuid::from_u128(7), "scans": [gate.scan(0, 5)] });
    gate.school.teacher.post_json(&path, &body).await.expect_problem(403, "forbidden");
    gate.school.official.post_json(&path, &body).await.expect_problem(403, "forbidden");
    other.host.post_json(&path, &body).await.expect_problem(403, "forbidden");
    let missing = format!("/api/v1/sessions/{}/scans", Uuid::from_u128(1));
    gate.school.host.post_json(&missing, &body).await.expect_problem(404, "not_found");
    let empty = json!({ "device_id": Uuid::from_u128(7), "scans": [] });
    gate.school.host.post_json(&path, &empty).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn guests_of_two_districts_come_each_to_the_door_of_its_own() {
    let gate = Gate::of(Kind { walk_ins: true, ..Kind::default() }, 2, 1).await;
    let west = School::new(&gate.server, 2).await;
    west.adopt(crate::gate::POLICY).await;
    let path = format!("/api/v1/sessions/{}/scans", gate.session);
    let mut passes = Vec::new();
    for (pupil, _) in &west.pupils {
        let pass = west.teacher.get(&format!("/api/v1/persons/{pupil}/pass")).await.expect(200);
        passes.push(pass["token"].as_str().expect("a token").to_owned());
    }
    let guest = |minute| gate.scan_of(&passes[0], "in", minute);

    // In the batch of the base's own district it is refused, and tells nothing of the pupil.
    let answer = gate.send(&[guest(5), gate.scan(0, 6)]).await;
    assert_eq!(verdicts(&answer), ["refused other_district", "accepted in"]);
    assert_eq!((&answer["verdicts"][0]["name"], &answer["verdicts"][0]["person_id"]), (&Value::Null, &Value::Null));

    // In a batch of its district it counts, and the pupils of the base's own do not.
    let abroad = gate.school.host.client.clone().for_district(west.district);
    let scans = [guest(7), gate.scan(0, 8), gate.scan_of(&passes[1], "in", 9)];
    let body = json!({ "device_id": Uuid::from_u128(7), "scans": scans });
    let answer = abroad.post_json(&path, &body).await.expect(200);
    assert_eq!(verdicts(&answer), ["accepted in", "refused other_district", "accepted in"]);

    // Each district's guests are closed for themselves.
    assert_eq!(gate.close().await["confirmed"], json!(1));
    let close = format!("/api/v1/sessions/{}/door/close", gate.session);
    assert_eq!(gate.state_of_person(west.pupils[0].0).await.as_deref(), Some("attended"));
    // Who let walk-ins in does not confirm them; a colleague does.
    let scope = GrantScope::Organization { district: gate.school.district, organization: gate.school.base };
    let colleague = gate.server.account(Role::BaseStaff, scope).await.client.for_district(west.district);
    assert_eq!(colleague.post_json(&close, &json!({})).await.expect(200)["confirmed"], json!(2));
    assert_ne!(west.score(west.pupils[0].0).await["total"], "0");
    gate.verify().await;
}
