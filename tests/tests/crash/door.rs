//! Scans, closings of doors and reviews while the service dies.

use kepu_tests::school::School;
use kepu_tests::{Client, Server};
use serde_json::json;
use uuid::Uuid;

use crate::POLICY;
use crate::process::{Site, send_until_killed, sign_in};

/// Registers all pupils in a session, whenever it is.
async fn register_all(server: &Server, school: &School, session: Uuid) {
    let registered =
        "INSERT INTO participation (district_id, id, session_id, activity_id, host_id, person_id, state, source,
                                                 recorded_by, recorded_at, updated_at)
                      SELECT p.district_id, gen_random_uuid(), s.id, s.activity_id, s.host_id, p.id, 'registered',
                             'registration', $2, now(), now()
                      FROM person p, session s WHERE p.district_id = $1 AND s.id = $3";
    sqlx::query(registered)
        .bind(school.district)
        .bind(school.teacher.id)
        .bind(session)
        .execute(server.pool())
        .await
        .expect("registered");
    // Before all that the service will remember.
    sqlx::query(
        "INSERT INTO participation_event (district_id, id, participation_id, to_state, account_id, at)
         SELECT district_id, ('00000000' || substr(id::text, 9))::uuid, id, state, recorded_by, now() FROM participation WHERE session_id = $1",
    )
    .bind(session)
    .execute(server.pool())
    .await
    .expect("remembered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_scans_loses_none_that_was_acknowledged_and_counts_none_twice() {
    const GUESTS: usize = 240;
    let mut site = Site::start().await;
    let school = School::new(&site.server, GUESTS).await;
    school.adopt(POLICY).await;
    let session = school.session(&site.server, school.base, "practice", 0).await;
    register_all(&site.server, &school, session).await;
    // Three at a time, by the list: what passes prove is tried elsewhere.
    let now = site.server.state().now() - chrono::TimeDelta::hours(2);
    let scan = |(person, _): &(Uuid, String)| {
        json!({ "id": site.server.state().new_id(), "scanned_at": now, "clock_offset_ms": 0, "direction": "in", "method": "hand",
                "person_id": person })
    };
    let batch = |guests: &[(Uuid, String)]| json!({ "device_id": Uuid::from_u128(1), "scans": guests.iter().map(scan).collect::<Vec<_>>() });
    let batches: Vec<serde_json::Value> = school.pupils.chunks(3).map(batch).collect();
    let path = format!("/api/v1/sessions/{session}/scans");
    let login = school.host.login.clone();

    let host = sign_in(&site.process.url, &login).await;
    let scan = |host: &Client, at: usize| host.request(reqwest::Method::POST, &path).json(&batches[at]);
    let acknowledged = send_until_killed(batches.len(), |at| scan(&host, at), 10, || site.process.kill()).await;
    site.start_again().await;
    let kept = async |server: &Server| -> Vec<(Uuid, String)> {
        sqlx::query_as("SELECT s.id, v.verdict FROM scan s JOIN scan_verdict v ON v.scan_id = s.id")
            .fetch_all(server.pool())
            .await
            .expect("read")
    };
    let after = kept(&site.server).await;
    assert!(acknowledged.len() >= 10 && after.len() < GUESTS, "the kill came in the middle");
    for at in &acknowledged {
        for scan in batches[*at]["scans"].as_array().expect("scans") {
            let id: Uuid = scan["id"].as_str().expect("an id").parse().expect("a uuid");
            assert!(after.iter().any(|(kept, _)| *kept == id), "the acknowledged scan {id} is lost");
        }
    }

    // Devices know only what was acknowledged: they send everything again.
    let host = sign_in(&site.process.url, &login).await;
    let again = send_until_killed(batches.len(), |at| scan(&host, at), batches.len(), || ()).await;
    assert_eq!(again.len(), batches.len());
    let verdicts = kept(&site.server).await;
    assert_eq!(verdicts.len(), GUESTS);
    assert!(verdicts.iter().all(|(_, verdict)| verdict == "accepted"));
    let closed = host.post_json(&format!("/api/v1/sessions/{session}/door/close"), &json!({})).await.expect(200);
    assert_eq!(closed["confirmed"], json!(GUESTS));
    let verified = kepu_api::verify::database_holds(site.server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
    site.stop().await;
}

/// Of each session: whether its door was closed, how many are confirmed, and how many decisions about its scans there are.
async fn doors(server: &Server, sessions: &[Uuid]) -> Vec<(bool, i64, i64)> {
    let mut found = Vec::new();
    for session in sessions {
        let row = sqlx::query_as(
            "SELECT EXISTS (SELECT FROM door_closing WHERE session_id = $1),
                    (SELECT count(*) FROM participation WHERE session_id = $1 AND state = 'confirmed'),
                    (SELECT count(*) FROM scan_review r JOIN scan s ON s.id = r.scan_id WHERE s.session_id = $1)",
        );
        found.push(row.bind(session).fetch_one(server.pool()).await.expect("read"));
    }
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_closings_and_of_reviews_leaves_each_whole_or_undone_and_once() {
    const DOORS: usize = 24;
    const GUESTS: usize = 6;
    let mut site = Site::start().await;
    let school = School::new(&site.server, GUESTS).await;
    school.adopt(POLICY).await;
    // All but the last come in time; that one before the doors open.
    let now = site.server.state().now();
    let (mut sessions, mut doubtful) = (Vec::new(), Vec::new());
    for _ in 0..DOORS {
        let session = school.session(&site.server, school.base, "practice", 0).await;
        register_all(&site.server, &school, session).await;
        let scans = school.pupils.iter().enumerate().map(|(at, (person, _))| {
            let hours = if at + 1 == GUESTS { 6 } else { 2 };
            json!({ "id": site.server.state().new_id(), "scanned_at": now - chrono::TimeDelta::hours(hours), "clock_offset_ms": 0,
                    "direction": "in", "method": "hand", "person_id": person })
        });
        let scans: Vec<serde_json::Value> = scans.collect();
        let body = json!({ "device_id": Uuid::from_u128(1), "scans": scans });
        let answer = school.host.post_json(&format!("/api/v1/sessions/{session}/scans"), &body).await.expect(200);
        assert_eq!((&answer["accepted"], &answer["needs_review"]), (&json!(GUESTS - 1), &json!(1)));
        doubtful.push(scans.last().expect("scans")["id"].as_str().expect("an id").to_owned());
        sessions.push(session);
    }
    let login = school.host.login.clone();
    let of = |number: usize| i64::try_from(number).expect("few");
    let close = |host: &Client, at: usize| {
        let path = format!("/api/v1/sessions/{}/door/close", sessions[at]);
        host.request(reqwest::Method::POST, &path).header("Idempotency-Key", format!("close-{at}")).json(&json!({}))
    };
    let review = |host: &Client, at: usize| {
        let path = format!("/api/v1/scans/{}/review", doubtful[at]);
        let body = json!({ "decision": "accept", "reason": "很早就到了" });
        host.request(reqwest::Method::POST, &path).header("Idempotency-Key", format!("review-{at}")).json(&body)
    };

    let host = sign_in(&site.process.url, &login).await;
    let acknowledged = send_until_killed(DOORS, |at| close(&host, at), 5, || site.process.kill()).await;
    site.start_again().await;
    let after = doors(&site.server, &sessions).await;
    assert!(after.iter().any(|door| !door.0), "the kill came in the middle");
    for (at, (closed, confirmed, _)) in after.iter().enumerate() {
        assert!(*closed || !acknowledged.contains(&at), "the acknowledged closing {at} is lost");
        assert_eq!(*confirmed, if *closed { of(GUESTS - 1) } else { 0 }, "closing {at} is half done");
    }
    // Whoever got no answer sends it again, and is answered as if for the first time.
    let host = sign_in(&site.process.url, &login).await;
    let again = send_until_killed(DOORS, |at| close(&host, at), DOORS, || ()).await;
    assert_eq!(again.len(), DOORS);
    assert_eq!(doors(&site.server, &sessions).await, vec![(true, of(GUESTS - 1), 0); DOORS]);

    let acknowledged = send_until_killed(DOORS, |at| review(&host, at), 5, || site.process.kill()).await;
    site.start_again().await;
    let after = doors(&site.server, &sessions).await;
    assert!(after.iter().any(|door| door.2 == 0), "the kill came in the middle");
    for (at, (_, confirmed, reviews)) in after.iter().enumerate() {
        assert!(*reviews == 1 || !acknowledged.contains(&at), "the acknowledged review {at} is lost");
        assert_eq!(*confirmed, of(GUESTS - 1) + reviews, "review {at} is half done");
    }
    let host = sign_in(&site.process.url, &login).await;
    let again = send_until_killed(DOORS, |at| review(&host, at), DOORS, || ()).await;
    assert_eq!(again.len(), DOORS);
    assert_eq!(doors(&site.server, &sessions).await, vec![(true, of(GUESTS), 1); DOORS]);
    site.stop().await;
}
