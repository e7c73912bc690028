//! Confirming while the service dies, and while PostgreSQL does.

use std::process::Command;

use kepu_tests::school::School;
use kepu_tests::{Client, Server, program::kepu};
use serde_json::json;
use uuid::Uuid;

use crate::POLICY;
use crate::process::{Site, find_pidfile, kill_group, send_until_killed, sign_in};

const SESSIONS: usize = 40;
const PUPILS: usize = 12;

/// Confirms sessions until the service is gone; answers those that were acknowledged.
async fn confirm_until_killed(host: &Client, sessions: &[Uuid], after: usize, kill: impl FnOnce()) -> Vec<Uuid> {
    let confirm = |at: usize| {
        let path = format!("/api/v1/sessions/{}/confirmation", sessions[at]);
        host.request(reqwest::Method::POST, &path).json(&json!({ "all": true }))
    };
    let acknowledged = send_until_killed(sessions.len(), confirm, after, kill).await;
    acknowledged.into_iter().map(|at| sessions[at]).collect()
}

/// Every acknowledged session is confirmed whole; every other one whole or not at all.
async fn nothing_is_lost(server: &Server, sessions: &[Uuid], acknowledged: &[Uuid]) -> usize {
    let mut whole = 0;
    for session in sessions {
        let confirmed: i64 =
            sqlx::query_scalar("SELECT count(*) FROM participation WHERE session_id = $1 AND state = 'confirmed'")
                .bind(session)
                .fetch_one(server.pool())
                .await
                .expect("counted");
        let all = usize::try_from(confirmed) == Ok(PUPILS);
        assert!(all || confirmed == 0, "session {session} is half confirmed: {confirmed} of {PUPILS}");
        assert!(all || !acknowledged.contains(session), "the acknowledged session {session} is lost");
        whole += usize::from(all);
    }
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
    whole
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_confirming_loses_nothing_that_was_acknowledged() {
    let mut site = Site::start().await;
    let school = School::new(&site.server, PUPILS).await;
    school.adopt(POLICY).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let mut sessions = Vec::new();
    for day in 0..SESSIONS {
        let days_ago = i64::try_from(day).expect("few") * 3 + 1;
        let session = school.session(&site.server, school.base, "practice", days_ago).await;
        school.record(session, &pupils).await;
        sessions.push(session);
    }
    let host_login = school.host.login.clone();
    let (first, second) = sessions.split_at(SESSIONS / 2);

    // The service dies; its PostgreSQL ends with it.
    let host = sign_in(&site.process.url, &host_login).await;
    let acknowledged = confirm_until_killed(&host, first, 5, || site.process.kill()).await;
    assert!(acknowledged.len() >= 5);
    site.start_again().await;
    let whole = nothing_is_lost(&site.server, first, &acknowledged).await;
    assert!(whole < first.len(), "the kill came in the middle");

    // PostgreSQL dies, with every process of it, while it commits.
    let host = sign_in(&site.process.url, &host_login).await;
    let pidfile = find_pidfile(&site.data);
    let acknowledged = confirm_until_killed(&host, second, 5, || kill_group(&pidfile)).await;
    assert!(acknowledged.len() >= 5);
    site.start_again().await;
    nothing_is_lost(&site.server, second, &acknowledged).await;

    // What was not acknowledged is sent again, and done once.
    let host = sign_in(&site.process.url, &host_login).await;
    let again = confirm_until_killed(&host, &sessions, sessions.len(), || ()).await;
    assert_eq!(again.len(), sessions.len());
    assert_eq!(nothing_is_lost(&site.server, &sessions, &sessions).await, SESSIONS);
    site.stop().await;

    let verified =
        Command::new(kepu()).args(["verify", "--data-dir"]).arg(&site.data).env_remove("DATABASE_URL").output();
    let verified = verified.expect("kepu verify runs");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && said.contains("every invariant holds"), "{said}");
}
