//! A school before the door of a base.

use chrono::{DateTime, Duration, Utc};
use kepu_tests::Server;
use kepu_tests::school::{School, activity, session_at};
use serde_json::{Value, json};
use uuid::Uuid;

pub const POLICY: &str = include_str!("../../../policies/guangming-illustrative.yaml");

/// A session that has begun, with the pupils' passes.
pub struct Gate {
    pub server: Server,
    pub school: School,
    pub session: Uuid,
    /// Texts of the pupils' passes, in their order.
    pub tokens: Vec<String>,
    /// When the session began.
    pub begun: DateTime<Utc>,
}

/// What a session is like.
#[derive(Default, Clone, Copy)]
pub struct Kind {
    pub in_out: bool,
    pub walk_ins: bool,
    pub capacity: Option<i32>,
}

impl Gate {
    /// So many pupils, of whom the first `registered` are registered in a session of two hours that began an hour ago.
    pub async fn new(pupils: usize, registered: usize) -> Self {
        Self::of(Kind::default(), pupils, registered).await
    }

    pub async fn of(kind: Kind, pupils: usize, registered: usize) -> Self {
        let server = Server::start().await;
        let school = School::new(&server, pupils).await;
        school.adopt(POLICY).await;
        let mut tokens = Vec::new();
        for (pupil, _) in &school.pupils {
            let pass = school.teacher.get(&format!("/api/v1/persons/{pupil}/pass")).await.expect(200);
            tokens.push(pass["token"].as_str().expect("a token").to_owned());
        }
        let begun = server.state().now() - Duration::hours(1);
        let session = session(&server, &school, kind, begun, registered).await;
        Self { server, school, session, tokens, begun }
    }

    pub fn pupil(&self, at: usize) -> Uuid {
        self.school.pupils[at].0
    }

    /// A scan of a pupil's pass, so many minutes after the beginning.
    pub fn scan(&self, pupil: usize, minute: i64) -> Value {
        self.scan_of(&self.tokens[pupil], "in", minute)
    }

    pub fn out(&self, pupil: usize, minute: i64) -> Value {
        self.scan_of(&self.tokens[pupil], "out", minute)
    }

    pub fn scan_of(&self, token: &str, direction: &str, minute: i64) -> Value {
        json!({ "id": self.server.state().new_id(), "scanned_at": self.begun + Duration::minutes(minute), "clock_offset_ms": 0,
                "direction": direction, "method": "pass", "pass": token })
    }

    pub async fn send(&self, scans: &[Value]) -> Value {
        let body = json!({ "device_id": Uuid::from_u128(7), "scans": scans });
        self.school.host.post_json(&format!("/api/v1/sessions/{}/scans", self.session), &body).await.expect(200)
    }

    pub async fn close(&self) -> Value {
        let path = format!("/api/v1/sessions/{}/door/close", self.session);
        self.school.host.post_json(&path, &json!({})).await.expect(200)
    }

    /// State and minutes of each pupil who is in the session, in order of the pupils.
    pub async fn participations(&self) -> Vec<(Uuid, String, Option<i32>)> {
        sqlx::query_as("SELECT person_id, state, minutes FROM participation WHERE session_id = $1 ORDER BY person_id")
            .bind(self.session)
            .fetch_all(self.server.pool())
            .await
            .expect("read")
    }

    pub async fn state_of(&self, pupil: usize) -> Option<String> {
        self.state_of_person(self.pupil(pupil)).await
    }

    pub async fn state_of_person(&self, person: Uuid) -> Option<String> {
        self.participations().await.into_iter().find(|(id, ..)| *id == person).map(|(_, state, _)| state)
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.server.pool()).await.expect("counted")
    }

    /// Every invariant holds.
    pub async fn verify(&self) {
        let verified = kepu_api::verify::database_holds(self.server.state().db()).await.expect("verified");
        assert_eq!(verified.broken, []);
    }
}

/// A session of two hours at the base, in which the first pupils are registered.
pub async fn session(server: &Server, school: &School, kind: Kind, begun: DateTime<Utc>, registered: usize) -> Uuid {
    let activity = activity(server, school.district, school.base, "practice", 120).await;
    let soon = server.state().now() + Duration::minutes(30);
    let session = session_at(server, school.district, school.base, activity, soon, None).await;
    let pupils: Vec<Uuid> = school.pupils.iter().take(registered).map(|pupil| pupil.0).collect();
    if !pupils.is_empty() {
        school.record(session, &pupils).await;
    }
    sqlx::query(
        "UPDATE session SET starts_at = $2, ends_at = $3, door_mode = $4, walk_ins = $5, capacity = $6 WHERE id = $1",
    )
    .bind(session)
    .bind(begun)
    .bind(begun + Duration::hours(2))
    .bind(if kind.in_out { "in_out" } else { "in" })
    .bind(kind.walk_ins)
    .bind(kind.capacity)
    .execute(server.pool())
    .await
    .expect("begun");
    session
}

/// `verdict reason` of each scan, in order.
pub fn verdicts(answer: &Value) -> Vec<String> {
    let word =
        |one: &Value| format!("{} {}", one["verdict"].as_str().unwrap_or(""), one["reason"].as_str().unwrap_or(""));
    answer["verdicts"].as_array().expect("verdicts").iter().map(word).collect()
}
