//! A school whose pupils question what a base recorded.

use chrono::Duration;
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, session_at};
use kepu_tests::{Account, Answer, Client, Server};
use serde_json::{Value, json};
use uuid::Uuid;

/// One credit an hour, five a prize.
pub const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
rules:
  - id: by-the-hour
    category: practice
    when: { kind: practice }
    credit: { per_hour: 1 }
  - id: first
    category: contest
    when: { kind: competition, award: first }
    credit: { fixed: 5 }
  - id: second
    category: contest
    when: { kind: competition, award: second }
    credit: { fixed: 3 }
";

/// The district, and an account for one pupil and for a parent of the same.
pub struct Town {
    pub server: Server,
    pub school: School,
    pub student: Account,
    pub guardian: Account,
}

impl Town {
    pub async fn new(pupils: usize) -> Self {
        let server = Server::start().await;
        let school = School::new(&server, pupils).await;
        school.adopt(POLICY).await;
        let person = GrantScope::Person { district: school.district, person: school.pupils[0].0 };
        let student = server.account(Role::Student, person.clone()).await;
        let guardian = server.account(Role::Guardian, person).await;
        Self { server, school, student, guardian }
    }

    pub fn pupil(&self) -> Uuid {
        self.school.pupils[0].0
    }

    /// A session of two hours that ended yesterday; the pupils who were recorded, as participations.
    pub async fn visited(&self, pupils: &[Uuid]) -> (Uuid, Vec<String>) {
        let (server, school) = (&self.server, &self.school);
        let activity = activity(server, school.district, school.base, "practice", 120).await;
        let starts = server.state().now() - Duration::hours(30);
        let session = session_at(server, school.district, school.base, activity, starts, None).await;
        (session, school.record(session, pupils).await)
    }

    /// The same, and the base rejects the first pupil.
    pub async fn rejected(&self) -> String {
        let (session, lines) = self.visited(&[self.pupil()]).await;
        let body = json!({ "reject": [{ "participation_id": lines[0], "reason": "名单上没有" }] });
        self.school.host.post_json(&format!("/api/v1/sessions/{session}/confirmation"), &body).await.expect(200);
        lines[0].clone()
    }

    /// A rejected attendance that the student has questioned.
    pub async fn questioned(&self) -> Value {
        file(&self.student, &self.rejected().await).await.expect(201)
    }

    pub async fn total(&self) -> i64 {
        let sql = "SELECT coalesce((SELECT total FROM score WHERE person_id = $1), 0)";
        sqlx::query_scalar(sql).bind(self.pupil()).fetch_one(self.server.pool()).await.expect("a total")
    }

    /// Causes and amounts of the pupil's entries, in their order.
    pub async fn ledger(&self) -> Vec<(String, i64)> {
        sqlx::query_as("SELECT cause, amount FROM ledger_entry WHERE person_id = $1 ORDER BY at, id")
            .bind(self.pupil())
            .fetch_all(self.server.pool())
            .await
            .expect("entries")
    }

    pub async fn holds(&self) {
        let verified = verify::database_holds(self.server.state().db()).await.expect("verified");
        assert_eq!(verified.broken, [], "an invariant is broken");
    }
}

pub async fn file(client: &Client, line: &str) -> Answer {
    let body = json!({ "line_kind": "participation", "line_id": line, "grounds": "我那天在场，有照片" });
    client.post_json("/api/v1/appeals", &body).await
}

pub fn at(appeal: &Value) -> String {
    format!("/api/v1/appeals/{}", appeal["id"].as_str().expect("an id"))
}

/// A step of an appeal on the version that was read.
pub async fn step(client: &Client, appeal: &Value, name: &str, body: &Value) -> Answer {
    let version = appeal["version"].as_i64().expect("a version");
    let client = client.clone().with_header("If-Match", &format!("\"{version}\""));
    client.post_json(&format!("{}/{name}", at(appeal)), body).await
}

pub async fn state(client: &Client, appeal: &Value, stance: &str) -> Answer {
    step(client, appeal, "statement", &json!({ "stance": stance, "remark": "核对了签到表" })).await
}

pub async fn decide(client: &Client, appeal: &Value, correction: Value) -> Answer {
    step(client, appeal, "decision", &json!({ "reason": "签到表上有他", "correction": correction })).await
}

pub async fn list(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/api/v1/appeals?{query}")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}
