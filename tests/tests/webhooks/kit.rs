//! A district, and a receiver that answers as it is told to and keeps what it got.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use kepu_api::{config::Config, webhooks};
use kepu_tests::{Client, PASSWORD, Server, school::School};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use uuid::Uuid;

pub const POLICY: &str = "
kepu: 1
id: by-the-hour
version: '1'
title: { zh: 按时计分, en: By the hour }
rules:
  - { id: by-the-hour, category: practice, when: { kind: practice }, credit: { per_hour: 1 } }
  - { id: prize, category: contest, when: { kind: competition }, credit: { fixed: 5 } }
";

/// Every kind that an endpoint can ask for.
pub const KINDS: [&str; 9] = [
    "ledger_entry.booked",
    "participation.confirmed",
    "participation.amended",
    "participation.voided",
    "result.verified",
    "result.revoked",
    "policy_version.effective",
    "credential.issued",
    "credential.revoked",
];

/// Settings under which a receiver on this machine may be called.
pub fn open(config: &mut Config) {
    config.webhook_networks = vec!["127.0.0.0/8".parse().expect("a network")];
    config.webhook_http = true;
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Got {
    pub id: String,
    pub timestamp: i64,
    pub signatures: Vec<String>,
    pub agent: String,
    pub body: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a kind").to_owned()
    }

    /// Which of its signatures is by this secret, computed as the specification says and without our own code.
    pub fn signed_by(&self, secret: &str) -> Option<usize> {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a prefix")).expect("base64");
        assert!(key.len() >= 24, "at least 192 bits");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.iter().position(|one| *one == signature)
    }
}

/// What a receiver answers.
#[derive(Debug, Clone)]
pub struct Says {
    status: u16,
    headers: Vec<(&'static str, String)>,
    after: Duration,
    body: String,
}

pub fn says(status: u16) -> Says {
    Says { status, headers: Vec::new(), after: Duration::ZERO, body: String::new() }
}

impl Says {
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }
}

#[derive(Default)]
struct Memory {
    got: Vec<Got>,
    next: VecDeque<Says>,
    always: Option<Says>,
}

/// Something that is told.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    memory: Arc<Mutex<Memory>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().route("/hook", post(receive)).with_state(memory.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, memory }
    }

    /// The next answers, one after another; then 204 again.
    pub fn next(&self, answers: impl IntoIterator<Item = Says>) {
        self.memory.lock().expect("held").next.extend(answers);
    }

    /// From now on, what no other answer is set for.
    pub fn always(&self, answer: Says) {
        self.memory.lock().expect("held").always = Some(answer);
    }

    pub fn got(&self) -> Vec<Got> {
        self.memory.lock().expect("held").got.clone()
    }

    pub fn of(&self, kind: &str) -> Vec<Got> {
        self.got().into_iter().filter(|got| got.kind() == kind).collect()
    }

    /// Waits until so many messages came.
    pub async fn wait(&self, many: usize) -> Vec<Got> {
        for _ in 0..1200 {
            let got = self.got();
            if got.len() >= many {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{many} messages did not come: {:?}", self.got());
    }
}

async fn receive(State(memory): State<Arc<Mutex<Memory>>>, headers: HeaderMap, body: String) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    assert_eq!(text("content-type"), "application/json");
    let answer = {
        let mut memory = memory.lock().expect("held");
        memory.got.push(Got {
            id: text("webhook-id"),
            timestamp: text("webhook-timestamp").parse().expect("seconds"),
            signatures: text("webhook-signature").split(' ').map(str::to_owned).collect(),
            agent: text("user-agent"),
            body,
        });
        memory.next.pop_front().or_else(|| memory.always.clone()).unwrap_or_else(|| says(204))
    };
    tokio::time::sleep(answer.after).await;
    let status = StatusCode::from_u16(answer.status).expect("a status");
    let mut response = (status, answer.body).into_response();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, value.parse().expect("a value"));
    }
    response
}

/// A district that scores, with a server that may call this machine.
pub async fn town(pupils: usize) -> (Server, School) {
    let server = Server::start_with(open).await;
    let school = School::new(&server, pupils).await;
    school.adopt(POLICY).await;
    (server, school)
}

/// An endpoint with its secret.
#[derive(Debug, Clone)]
pub struct Hook {
    pub id: String,
    pub secret: String,
}

impl Hook {
    pub fn path(&self) -> String {
        format!("/api/v1/webhooks/{}", self.id)
    }
}

pub async fn hook(official: &Client, url: &str, kinds: &[&str]) -> Hook {
    let body = json!({ "url": url, "description": "校园卡系统", "kinds": kinds });
    let made = official.post_json("/api/v1/webhooks", &body).await.expect(201);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    Hook { id: text(&made["webhook"]["id"]), secret: text(&made["secret"]) }
}

/// Everybody was in one more session, confirmed; answers the participations.
pub async fn book(server: &Server, school: &School) -> Vec<String> {
    let session = school.session(server, school.base, "practice", 2).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    let recorded = school.record(session, &pupils).await;
    school.confirm_all(session).await;
    recorded
}

/// The worker's round, at once.
pub async fn work(server: &Server) {
    webhooks::run_once(server.state()).await.expect("a round");
}

/// The official, signed in again after the clock was moved.
pub async fn again(server: &Server, school: &School) -> Client {
    server.sign_in(&school.official.login, PASSWORD).await
}

pub async fn deliveries(official: &Client, hook: &Hook, query: &str) -> Vec<Value> {
    let page = official.get(&format!("{}/deliveries{query}", hook.path())).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

/// Waits until an endpoint's deliveries, the latest first, stand so.
pub async fn stand(official: &Client, hook: &Hook, states: &[&str]) -> Vec<Value> {
    let mut last = Vec::new();
    for _ in 0..400 {
        last = deliveries(official, hook, "").await;
        if last.iter().map(|one| one["state"].as_str().expect("a state")).eq(states.iter().copied()) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {states:?}: {last:#?}");
}

/// Waits until nothing is being sent and an endpoint stands so.
pub async fn is(official: &Client, hook: &Hook, state: &str) -> Value {
    let mut last = Value::Null;
    for _ in 0..400 {
        last = official.get(&hook.path()).await.expect(200);
        if last["state"] == state {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {state}: {last:#}");
}

pub async fn detail(official: &Client, delivery: &Value) -> Value {
    let id = delivery["id"].as_str().expect("an id");
    official.get(&format!("/api/v1/webhook-deliveries/{id}")).await.expect(200)
}

/// Waits until so many attempts are kept of all deliveries, and none is under way.
pub async fn attempts(server: &Server, many: i64) {
    let mut last: (i64, i64) = (0, 0);
    for _ in 0..800 {
        last = sqlx::query_as(
            "SELECT (SELECT count(*) FROM webhook_attempt),
                    (SELECT count(*) FROM webhook_delivery WHERE claimed_until IS NOT NULL)",
        )
        .fetch_one(server.pool())
        .await
        .expect("counted");
        if last.0 >= many && last.1 == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{last:?} instead of {many} attempts and none under way");
}
