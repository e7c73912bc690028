//! A district that licenses children's science centres: its officials, five applicants, those who review.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Account, Answer, PASSWORD, Server};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n........";

/// The rules of the scheme: a form with one field of most kinds, two criteria, three places.
pub fn rules() -> Value {
    json!({
        "form": { "fields": [
            { "key": "plan", "name_zh": "活动计划", "name_en": "Plan", "required": true,
              "answer": { "kind": "long_text", "max_length": 2000 } },
            { "key": "area", "name_zh": "场地面积", "name_en": "Area", "required": true,
              "answer": { "kind": "number", "unit_zh": "平方米", "unit_en": "m²", "min": 20, "max": 5000, "places": 1 } },
            { "key": "kind", "name_zh": "类型", "answer": { "kind": "choice", "options": [
                { "value": "garden", "name_zh": "园区" }, { "value": "room", "name_zh": "活动室" } ] } },
            { "key": "permit", "name_zh": "许可证", "required": true, "answer": { "kind": "file", "max_files": 1 } }
        ] },
        "criteria": [
            { "key": "space", "name_zh": "场地", "points": 40, "minimum": 20 },
            { "key": "staff", "name_zh": "师资", "points": 60 }
        ],
        "minimum": 60, "reviews": 2, "quota": 3,
        "validity": { "kind": "months", "months": 36 },
        "renewal": { "days_before": 90 },
        "assessment": { "month": 12, "day": 15 },
        "objection_days": 7, "appeal_days": 10
    })
}

/// The district, with accounts by name.
pub struct Town {
    pub server: Server,
    pub district: Uuid,
    pub accounts: BTreeMap<&'static str, Account>,
    pub organizations: BTreeMap<&'static str, Uuid>,
}

/// Those who apply, with what they are.
pub const APPLICANTS: [(&str, &str); 5] =
    [("a", "kindergarten"), ("b", "kindergarten"), ("c", "community"), ("d", "kindergarten"), ("e", "media")];

impl Town {
    /// Everybody there, on the first of September.
    pub async fn new() -> Self {
        let server = Server::start().await;
        let district = server.district("试验区").await;
        let mut town = Self { server, district, accounts: BTreeMap::new(), organizations: BTreeMap::new() };
        let official = || GrantScope::District { district };
        for (name, kind) in APPLICANTS {
            let organization = town.server.organization(district, kind, &format!("中心{name}")).await;
            town.organizations.insert(name, organization);
            let role = if kind == "kindergarten" { Role::SchoolAdmin } else { Role::BaseAdmin };
            town.enter(name, role, GrantScope::Organization { district, organization }).await;
        }
        let a = town.organizations["a"];
        town.enter("official", Role::DistrictOfficial, official()).await;
        town.enter("second", Role::DistrictOfficial, official()).await;
        town.enter("auditor", Role::Auditor, official()).await;
        let own = GrantScope::Organization { district, organization: a };
        town.enter("tied", Role::Teacher, own).await;
        let school = town.server.organization(district, "school", "第一学校").await;
        for name in ["one", "two", "three", "four", "teacher"] {
            town.enter(name, Role::Teacher, GrantScope::Organization { district, organization: school }).await;
        }
        town.go_to("2026-09-01").await;
        town
    }

    pub async fn enter(&mut self, name: &'static str, role: Role, scope: GrantScope) {
        let account = self.server.account(role, scope).await;
        self.accounts.insert(name, account);
    }

    /// Moves the clock to ten in the morning of this day, and signs everybody in anew.
    pub async fn go_to(&mut self, day: &str) {
        let moment: DateTime<FixedOffset> = format!("{day}T10:00:00+08:00").parse().expect("a moment");
        self.server.advance(moment.to_utc() - self.server.state().now());
        for account in self.accounts.values_mut() {
            account.client = self.server.sign_in(&account.login, PASSWORD).await;
        }
    }

    pub fn by(&self, name: &str) -> &Account {
        &self.accounts[name]
    }

    /// A scheme with rules, and a round from the first to the fifteenth of September.
    pub async fn round(&self) -> Value {
        let scheme = json!({ "code": "children-centre", "name_zh": "儿童科创中心", "name_en": "Children's centre",
            "holder_kinds": ["kindergarten", "community", "media"], "rules": rules() });
        let scheme = self.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
        self.open(&scheme).await
    }

    pub async fn open(&self, scheme: &Value) -> Value {
        let path = format!("/api/v1/schemes/{}/rounds", text(&scheme["id"]));
        let round = json!({ "name_zh": "首批", "opens_on": "2026-09-01", "closes_on": "2026-09-15" });
        self.by("official").post_json(&path, &round).await.expect(201)
    }

    /// A draft of this applicant.
    pub async fn start(&self, round: &Value, name: &str) -> Value {
        let path = format!("/api/v1/rounds/{}/applications", text(&round["id"]));
        let body = json!({ "organization_id": self.organizations[name] });
        self.by(name).post_json(&path, &body).await.expect(201)
    }

    /// A whole application of this applicant, submitted.
    pub async fn apply(&self, round: &Value, name: &str) -> String {
        let draft = self.start(round, name).await;
        let path = path(&draft);
        self.attach(name, &path, "permit").await.expect(201);
        let answers = json!({ "answers": { "plan": "每周开放", "area": 120.5, "kind": "room" } });
        self.by(name).patch_json(&path, 2, &answers).await.expect(200);
        self.post(name, &format!("{path}/submit"), &Value::Null).await.expect(200);
        path
    }

    pub async fn attach(&self, name: &str, path: &str, field: &str) -> Answer {
        let form = Form::new().part("file", Part::bytes(PDF).file_name("许可证.pdf"));
        self.by(name).post_form(&format!("{path}/files?field={field}"), form).await
    }

    /// POST on the version that there is now.
    pub async fn post(&self, name: &str, path: &str, body: &Value) -> Answer {
        self.send(name, Method::POST, path, body).await
    }

    pub async fn send(&self, name: &str, method: Method, path: &str, body: &Value) -> Answer {
        let parts: Vec<&str> = path.split('/').take(5).collect();
        let kind = parts[3];
        let (table, id) = match kind {
            "applications" => ("application", parts[4]),
            "rounds" => ("round", parts[4]),
            "designations" => ("designation", parts[4]),
            other => panic!("no version of {other}"),
        };
        let sql = format!("SELECT version FROM {table} WHERE id = $1");
        let id: Uuid = id.parse().expect("an id");
        let version: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.server.pool())
            .await
            .expect("read")
            .unwrap_or(1);
        let client = &self.by(name).client;
        let mut request = client.request(method, path).header("If-Match", format!("\"{version}\""));
        if !body.is_null() {
            request = request.json(body);
        }
        client.send(request).await
    }

    /// Names these accounts to review.
    pub async fn assign(&self, round: &Value, names: &[&str]) {
        let accounts: Vec<Uuid> = names.iter().map(|name| self.by(name).id).collect();
        let path = format!("/api/v1/rounds/{}/reviewers", text(&round["id"]));
        let answer = self.send("official", Method::PUT, &path, &json!({ "accounts": accounts })).await.expect(200);
        assert_eq!(answer["items"].as_array().map(Vec::len), Some(names.len()));
    }

    pub async fn review(&self, name: &str, application: &str, space: u32, staff: u32) -> Answer {
        let body =
            json!({ "scores": { "space": { "points": space }, "staff": { "points": staff, "remark": "尚可" } } });
        self.by(name).put_json(&format!("{application}/review"), &body).await
    }

    pub async fn read(&self, name: &str, application: &str) -> Value {
        self.by(name).get(application).await.expect(200)
    }

    pub async fn holds(&self) {
        let verified = verify::database_holds(self.server.state().db()).await.expect("verified");
        assert_eq!(verified.broken, [], "an invariant is broken");
    }

    pub async fn audited(&self, action: &str) -> i64 {
        let sql = "SELECT count(*) FROM audit_event WHERE action = $1";
        sqlx::query_scalar(sql).bind(action).fetch_one(self.server.pool()).await.expect("counted")
    }
}

pub fn path(application: &Value) -> String {
    format!("/api/v1/applications/{}", text(&application["id"]))
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The id at the end of a path.
pub fn id(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}
