//! Nothing acknowledged is lost: the service is killed in the middle of confirming, PostgreSQL in the middle of commits.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kepu_api::postgres::embedded::PrivateServer;
use kepu_tests::school::School;
use kepu_tests::{Client, PASSWORD, Server};
use serde_json::json;
use uuid::Uuid;

const SESSIONS: usize = 40;
const PUPILS: usize = 12;
const POLICY: &str = include_str!("../../policies/guangming-illustrative.yaml");

/// The `kepu` binary, which is built beside the tests.
fn kepu() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    let folder =
        test.ancestors().find(|f| f.join("kepu").is_file()).expect("kepu is built before the tests (make test)");
    folder.join("kepu")
}

/// A running `kepu serve` with its private PostgreSQL.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    async fn start(data: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let child = Command::new(kepu())
            .args(["serve", "--data-dir"])
            .arg(data)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .env_remove("DATABASE_URL")
            .env("KEPU_RATE", "0")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("kepu starts");
        let process = Self { child, url: format!("http://127.0.0.1:{port}") };
        process.ready().await;
        process
    }

    async fn ready(&self) {
        for _ in 0..600 {
            if let Ok(answer) = reqwest::get(format!("{}/readyz", self.url)).await
                && answer.status().is_success()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("kepu did not become ready");
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signs in again after a restart.
async fn sign_in(url: &str, login: &str) -> Client {
    let client = Client::new(url);
    let tokens =
        client.post_json("/api/v1/auth/login", &json!({ "login": login, "password": PASSWORD })).await.expect(200);
    client.with_token(tokens["access_token"].as_str().expect("a token"))
}

/// Sends so many requests from four clients until the service is gone; answers those that were acknowledged. `kill` is run
/// once so many are, or all are sent.
async fn send_until_killed(
    count: usize,
    request: impl Fn(usize) -> reqwest::RequestBuilder,
    after: usize,
    kill: impl FnOnce(),
) -> Vec<usize> {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (next, sent, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let client = || async {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            if at >= count {
                return;
            }
            // Refused by a database that is gone, or never answered: not acknowledged.
            if request(at).send().await.is_ok_and(|answer| answer.status().is_success()) {
                acknowledged.lock().expect("not poisoned").push(at);
            }
            sent.fetch_add(1, Ordering::SeqCst);
        }
    };
    let killer = async {
        while acknowledged.lock().expect("not poisoned").len() < after && sent.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        kill();
    };
    tokio::join!(client(), client(), client(), client(), killer);
    acknowledged.into_inner().expect("not poisoned")
}

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
    let folder = tempfile::Builder::new().prefix("kepu-crash").tempdir_in("/tmp").expect("a folder");
    let data = folder.path().join("data");
    let mut process = Process::start(&data).await;
    let database = || PrivateServer::running(&data).expect("a server").expect("it runs");

    let mut server = Server::over(&database()).await;
    let school = School::new(&server, PUPILS).await;
    school.adopt(POLICY).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let mut sessions = Vec::new();
    for day in 0..SESSIONS {
        let days_ago = i64::try_from(day).expect("few") * 3 + 1;
        let session = school.session(&server, school.base, "practice", days_ago).await;
        school.record(session, &pupils).await;
        sessions.push(session);
    }
    let host_login = school.host.login.clone();
    let (first, second) = sessions.split_at(SESSIONS / 2);

    // The service dies; its PostgreSQL ends with it.
    let host = sign_in(&process.url, &host_login).await;
    let acknowledged = confirm_until_killed(&host, first, 5, || process.kill()).await;
    let _ = server.stop().await;
    assert!(acknowledged.len() >= 5);
    let mut process = Process::start(&data).await;
    let mut server = Server::over(&database()).await;
    let whole = nothing_is_lost(&server, first, &acknowledged).await;
    assert!(whole < first.len(), "the kill came in the middle");

    // PostgreSQL dies, with every process of it, while it commits.
    let host = sign_in(&process.url, &host_login).await;
    let pidfile = find_pidfile(&data);
    let acknowledged = confirm_until_killed(&host, second, 5, || kill_group(&pidfile)).await;
    assert!(acknowledged.len() >= 5);
    let _ = server.stop().await;
    process.kill();
    let mut process = Process::start(&data).await;
    let mut server = Server::over(&database()).await;
    nothing_is_lost(&server, second, &acknowledged).await;

    // What was not acknowledged is sent again, and done once.
    let host = sign_in(&process.url, &host_login).await;
    let again = confirm_until_killed(&host, &sessions, sessions.len(), || ()).await;
    assert_eq!(again.len(), sessions.len());
    assert_eq!(nothing_is_lost(&server, &sessions, &sessions).await, SESSIONS);
    let _ = server.stop().await;
    process.kill();

    let verified = Command::new(kepu()).args(["verify", "--data-dir"]).arg(&data).env_remove("DATABASE_URL").output();
    let verified = verified.expect("kepu verify runs");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && said.contains("every invariant holds"), "{said}");
}

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
    let folder = tempfile::Builder::new().prefix("kepu-crash").tempdir_in("/tmp").expect("a folder");
    let data = folder.path().join("data");
    let mut process = Process::start(&data).await;
    let database = || PrivateServer::running(&data).expect("a server").expect("it runs");
    let mut server = Server::over(&database()).await;
    let school = School::new(&server, GUESTS).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 0).await;
    register_all(&server, &school, session).await;
    // Three at a time, by the list: what passes prove is tried elsewhere.
    let now = server.state().now() - chrono::TimeDelta::hours(2);
    let scan = |(person, _): &(Uuid, String)| {
        json!({ "id": server.state().new_id(), "scanned_at": now, "clock_offset_ms": 0, "direction": "in", "method": "hand",
                "person_id": person })
    };
    let batch = |guests: &[(Uuid, String)]| json!({ "device_id": Uuid::from_u128(1), "scans": guests.iter().map(scan).collect::<Vec<_>>() });
    let batches: Vec<serde_json::Value> = school.pupils.chunks(3).map(batch).collect();
    let path = format!("/api/v1/sessions/{session}/scans");
    let login = school.host.login.clone();

    let host = sign_in(&process.url, &login).await;
    let scan = |host: &Client, at: usize| host.request(reqwest::Method::POST, &path).json(&batches[at]);
    let acknowledged = send_until_killed(batches.len(), |at| scan(&host, at), 10, || process.kill()).await;
    let _ = server.stop().await;
    let mut process = Process::start(&data).await;
    let mut server = Server::over(&database()).await;
    let kept = async |server: &Server| -> Vec<(Uuid, String)> {
        sqlx::query_as("SELECT s.id, v.verdict FROM scan s JOIN scan_verdict v ON v.scan_id = s.id")
            .fetch_all(server.pool())
            .await
            .expect("read")
    };
    let after = kept(&server).await;
    assert!(acknowledged.len() >= 10 && after.len() < GUESTS, "the kill came in the middle");
    for at in &acknowledged {
        for scan in batches[*at]["scans"].as_array().expect("scans") {
            let id: Uuid = scan["id"].as_str().expect("an id").parse().expect("a uuid");
            assert!(after.iter().any(|(kept, _)| *kept == id), "the acknowledged scan {id} is lost");
        }
    }

    // Devices know only what was acknowledged: they send everything again.
    let host = sign_in(&process.url, &login).await;
    let again = send_until_killed(batches.len(), |at| scan(&host, at), batches.len(), || ()).await;
    assert_eq!(again.len(), batches.len());
    let verdicts = kept(&server).await;
    assert_eq!(verdicts.len(), GUESTS);
    assert!(verdicts.iter().all(|(_, verdict)| verdict == "accepted"));
    let closed = host.post_json(&format!("/api/v1/sessions/{session}/door/close"), &json!({})).await.expect(200);
    assert_eq!(closed["confirmed"], json!(GUESTS));
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
    let _ = server.stop().await;
    process.kill();
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
    let folder = tempfile::Builder::new().prefix("kepu-crash").tempdir_in("/tmp").expect("a folder");
    let data = folder.path().join("data");
    let mut process = Process::start(&data).await;
    let database = || PrivateServer::running(&data).expect("a server").expect("it runs");
    let mut server = Server::over(&database()).await;
    let school = School::new(&server, GUESTS).await;
    school.adopt(POLICY).await;
    // All but the last come in time; that one before the doors open.
    let now = server.state().now();
    let (mut sessions, mut doubtful) = (Vec::new(), Vec::new());
    for _ in 0..DOORS {
        let session = school.session(&server, school.base, "practice", 0).await;
        register_all(&server, &school, session).await;
        let scans = school.pupils.iter().enumerate().map(|(at, (person, _))| {
            let hours = if at + 1 == GUESTS { 6 } else { 2 };
            json!({ "id": server.state().new_id(), "scanned_at": now - chrono::TimeDelta::hours(hours), "clock_offset_ms": 0,
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

    let host = sign_in(&process.url, &login).await;
    let acknowledged = send_until_killed(DOORS, |at| close(&host, at), 5, || process.kill()).await;
    let _ = server.stop().await;
    let mut process = Process::start(&data).await;
    let mut server = Server::over(&database()).await;
    let after = doors(&server, &sessions).await;
    assert!(after.iter().any(|door| !door.0), "the kill came in the middle");
    for (at, (closed, confirmed, _)) in after.iter().enumerate() {
        assert!(*closed || !acknowledged.contains(&at), "the acknowledged closing {at} is lost");
        assert_eq!(*confirmed, if *closed { of(GUESTS - 1) } else { 0 }, "closing {at} is half done");
    }
    // Whoever got no answer sends it again, and is answered as if for the first time.
    let host = sign_in(&process.url, &login).await;
    let again = send_until_killed(DOORS, |at| close(&host, at), DOORS, || ()).await;
    assert_eq!(again.len(), DOORS);
    assert_eq!(doors(&server, &sessions).await, vec![(true, of(GUESTS - 1), 0); DOORS]);

    let acknowledged = send_until_killed(DOORS, |at| review(&host, at), 5, || process.kill()).await;
    let _ = server.stop().await;
    let mut process = Process::start(&data).await;
    let mut server = Server::over(&database()).await;
    let after = doors(&server, &sessions).await;
    assert!(after.iter().any(|door| door.2 == 0), "the kill came in the middle");
    for (at, (_, confirmed, reviews)) in after.iter().enumerate() {
        assert!(*reviews == 1 || !acknowledged.contains(&at), "the acknowledged review {at} is lost");
        assert_eq!(*confirmed, of(GUESTS - 1) + reviews, "review {at} is half done");
    }
    let host = sign_in(&process.url, &login).await;
    let again = send_until_killed(DOORS, |at| review(&host, at), DOORS, || ()).await;
    assert_eq!(again.len(), DOORS);
    assert_eq!(doors(&server, &sessions).await, vec![(true, of(GUESTS), 1); DOORS]);
    let _ = server.stop().await;
    process.kill();
}

fn find_pidfile(data: &Path) -> PathBuf {
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.file_name().is_some_and(|n| n == "postmaster.pid") {
                return path;
            }
            if path.is_dir() && !path.join("PG_VERSION").is_file() || path.join("postmaster.pid").is_file() {
                folders.push(path);
            }
        }
    }
    panic!("no postmaster.pid under {}", data.display());
}

/// SIGKILL to the server and all its processes: they share the group of the first.
fn kill_group(pidfile: &Path) {
    let text = std::fs::read_to_string(pidfile).expect("a pid file");
    let pid = text.lines().next().expect("a line").trim().to_owned();
    let killed = Command::new("kill").args(["-KILL", "--", &format!("-{pid}")]).status().expect("kill runs");
    assert!(killed.success(), "the server's group was killed");
}

#[tokio::test]
async fn a_commit_is_carried_to_its_end_though_nobody_waits_for_it_any_more() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    for ends_with in ["COMMIT", "ROLLBACK"] {
        let mut tx = server.state().begin_in(school.district.into()).await.expect("begun");
        let connection: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *tx).await.expect("a number");
        sqlx::query("UPDATE class SET name = name || '改' WHERE district_id = $1")
            .bind(school.district)
            .execute(&mut *tx)
            .await
            .expect("changed");
        let ending = async { if ends_with == "COMMIT" { tx.commit().await } else { tx.rollback().await } };
        // As of a request whose client goes away: it is begun, and given up.
        {
            let mut ending = std::pin::pin!(ending);
            assert!(futures::poll!(&mut ending).is_pending());
        }
        let mut said = String::new();
        for _ in 0..200 {
            let (state, query): (String, String) =
                sqlx::query_as("SELECT state, query FROM pg_stat_activity WHERE pid = $1")
                    .bind(connection)
                    .fetch_one(server.pool())
                    .await
                    .expect("the connection is there");
            said = query;
            if state == "idle" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A ROLLBACK after the COMMIT would be one without a transaction.
        assert_eq!(said, ends_with);
    }
    let changed: Vec<i64> =
        sqlx::query_scalar("SELECT char_length(name) - char_length(replace(name, '改', '')) FROM class")
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert_eq!(changed, [1]);
}
