//! What becomes of scans.

use std::collections::BTreeMap;

use chrono::Duration;
use futures::{StreamExt, stream};
use kepu_tests::school::School;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gate::{Gate, Kind, verdicts};

#[tokio::test]
async fn every_scan_is_kept_and_gets_its_verdict() {
    let gate = Gate::new(4, 3).await;
    let again = gate.scan(0, 5);
    let mut tampered = gate.tokens[1].clone();
    let other = if tampered.ends_with('A') { 'B' } else { 'A' };
    tampered.replace_range(60..61, &other.to_string());
    let scans = [
        gate.scan(0, 4),
        again.clone(),
        gate.scan(3, 5),
        gate.out(1, 6),
        gate.scan_of("KPNONSENSE", "in", 6),
        gate.scan_of(&tampered, "in", 6),
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

#[tokio::test]
async fn whatever_the_order_of_arrival_the_outcome_is_the_same() {
    let mut outcomes: Vec<(BTreeMap<String, String>, Vec<String>)> = Vec::new();
    for seed in 0..3 {
        let mut random = StdRng::seed_from_u64(seed);
        let gate = Gate::of(Kind { in_out: true, walk_ins: true, capacity: None }, 6, 4).await;
        // The same story each time; ids sort as they are written.
        let story = [
            (0, "in", 2),
            (0, "in", 3),
            (0, "out", 40),
            (0, "in", 50),
            (1, "in", 5),
            (1, "out", 30),
            (1, "out", 31),
            (2, "out", 20),
            (3, "in", 7),
            (4, "in", 8),
            (4, "out", 58),
            (5, "out", 9),
            (5, "in", 12),
            (0, "out", 55),
            (3, "in", 7),
            (2, "in", 33),
        ];
        let named = |at: usize| format!("{at:02}");
        let mut scans: Vec<(String, Value)> = story
            .iter()
            .enumerate()
            .map(|(at, (pupil, way, minute))| {
                let mut scan = gate.scan_of(&gate.tokens[*pupil], way, *minute);
                scan["id"] = json!(Uuid::from_u128(
                    0x0198_0000_0000_7000_8000_0000_0000_0000 + u128::try_from(at).expect("small")
                ));
                (named(at), scan)
            })
            .collect();
        // Each is sent once or twice, in batches of any size.
        let twice = scans.clone();
        scans.extend(twice.into_iter().take(9));
        scans.shuffle(&mut random);
        let closes_after = usize::try_from(seed).expect("small") * 9;
        let mut sent = 0;
        while sent < scans.len() {
            let size = (1 + sent % 4).min(scans.len() - sent);
            let batch: Vec<Value> = scans[sent..sent + size].iter().map(|(_, scan)| scan.clone()).collect();
            gate.send(&batch).await;
            if sent <= closes_after && closes_after < sent + size {
                gate.close().await;
            }
            sent += size;
        }
        let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
            "SELECT DISTINCT ON (scan_id) scan_id, verdict, reason FROM scan_verdict ORDER BY scan_id, number DESC",
        )
        .fetch_all(gate.server.pool())
        .await
        .expect("read");
        assert_eq!((rows.len(), gate.count("scan").await), (16, 16));
        let verdicts =
            rows.into_iter().map(|(id, verdict, reason)| (id.to_string(), format!("{verdict} {reason}"))).collect();
        let mut people = Vec::new();
        for (at, (pupil, _)) in gate.school.pupils.iter().enumerate() {
            let row = gate.participations().await.into_iter().find(|(id, ..)| id == pupil);
            people.push(format!("{at} {:?}", row.map(|(_, state, minutes)| (state, minutes))));
        }
        gate.verify().await;
        outcomes.push((verdicts, people));
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[1], outcomes[2]);
    insta::assert_snapshot!(outcomes[0].1.join("\n"));
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
    // A guest from another district is another district's transaction.
    let pass = other.teacher.get(&format!("/api/v1/persons/{}/pass", other.pupils[0].0)).await.expect(200);
    let foreign = gate.scan_of(pass["token"].as_str().expect("a token"), "in", 5);
    assert_eq!(verdicts(&gate.send(&[foreign]).await), ["refused other_district"]);
    let empty = json!({ "device_id": Uuid::from_u128(7), "scans": [] });
    gate.school.host.post_json(&path, &empty).await.expect_problem(422, "invalid");
}
