//! Answers to appeals while the service dies: a grant is its step, the corrected line and the credit, all or none.

use kepu_tests::Server;
use kepu_tests::school::School;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::POLICY;
use crate::process::{Site, send_until_killed, sign_in};

/// Of each appeal: whether it was granted, whether its line is confirmed, and how often it was booked.
async fn answers(server: &Server, appeals: &[Uuid]) -> Vec<(bool, bool, i64)> {
    let mut found = Vec::new();
    for appeal in appeals {
        let row = sqlx::query_as(
            "SELECT a.state = 'granted', p.state = 'confirmed',
                    (SELECT count(*) FROM ledger_entry e WHERE e.person_id = a.person_id AND e.cause = 'appeal')
             FROM appeal a JOIN participation p ON p.id = a.line_id WHERE a.id = $1",
        );
        found.push(row.bind(appeal).fetch_one(server.pool()).await.expect("read"));
    }
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_answers_to_appeals_leaves_each_whole_or_undone_and_once() {
    const APPEALS: usize = 24;
    let mut site = Site::start().await;
    let school = School::new(&site.server, APPEALS).await;
    school.adopt(POLICY).await;

    // The base turns everybody away, the school asks why, and the base sees that it was wrong.
    let session = school.session(&site.server, school.base, "practice", 1).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    let lines = school.record(session, &pupils).await;
    let reject: Vec<Value> =
        lines.iter().map(|line| json!({ "participation_id": line, "reason": "名单上没有" })).collect();
    let path = format!("/api/v1/sessions/{session}/confirmation");
    school.host.post_json(&path, &json!({ "reject": reject })).await.expect(200);
    let mut appeals = Vec::new();
    for line in &lines {
        let body = json!({ "line_kind": "participation", "line_id": line, "grounds": "那天全班都在场" });
        let filed = school.teacher.post_json("/api/v1/appeals", &body).await.expect(201);
        let id: Uuid = filed["id"].as_str().expect("an id").parse().expect("a uuid");
        let host = school.host.client.clone().with_header("If-Match", "\"1\"");
        let stated = json!({ "stance": "agrees", "remark": "核对了签到表" });
        let stated = host.post_json(&format!("/api/v1/appeals/{id}/statement"), &stated).await.expect(200);
        assert_eq!(stated["version"], 2);
        appeals.push(id);
    }
    let login = school.official.login.clone();
    let grant = |official: &kepu_tests::Client, at: usize| {
        let path = format!("/api/v1/appeals/{}/decision", appeals[at]);
        let body = json!({ "reason": "签到表上有他", "correction": { "kind": "confirm" } });
        let request = official.request(reqwest::Method::POST, &path).header("If-Match", "\"2\"");
        request.header("Idempotency-Key", format!("grant-{at}")).json(&body)
    };

    let official = sign_in(&site.process.url, &login).await;
    let acknowledged = send_until_killed(APPEALS, |at| grant(&official, at), 5, || site.process.kill()).await;
    site.start_again().await;
    let after = answers(&site.server, &appeals).await;
    assert!(after.iter().any(|answer| !answer.0), "the kill came in the middle");
    for (at, answer) in after.iter().enumerate() {
        assert!(answer.0 || !acknowledged.contains(&at), "the acknowledged answer {at} is lost");
        assert!([(true, true, 1), (false, false, 0)].contains(answer), "answer {at} is half given: {answer:?}");
    }
    // Whoever got no answer sends it again, and is answered as if for the first time.
    let official = sign_in(&site.process.url, &login).await;
    let again = send_until_killed(APPEALS, |at| grant(&official, at), APPEALS, || ()).await;
    assert_eq!(again.len(), APPEALS);
    assert_eq!(answers(&site.server, &appeals).await, vec![(true, true, 1); APPEALS]);
    site.stop().await;
}
