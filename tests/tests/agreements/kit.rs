//! A museum, an academy in another district, two schools and a firm, each with its administrator.

use std::time::Duration;

use chrono::{Days, NaiveDate, TimeDelta};
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Account, Answer, Client, PASSWORD, Server};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";
pub const SECOND_PDF: &[u8] = b"%PDF-1.7\n2 0 obj\n<<>>\nendobj\n";

/// An organization with its administrator.
pub struct Place {
    pub id: Uuid,
    pub account: Account,
}

/// Two districts: museum, schools and firm in one, the academy in the other.
pub struct Town {
    pub server: Server,
    pub here: Uuid,
    pub there: Uuid,
    pub museum: Place,
    pub academy: Place,
    pub school: Place,
    pub second_school: Place,
    pub firm: Place,
    pub official: Account,
    pub far_official: Account,
}

impl Town {
    pub async fn new() -> Self {
        let server = Server::start().await;
        let (here, there) = (server.district("东区").await, server.district("西区").await);
        let place = async |district: Uuid, kind: &str, name: &str, role: Role| {
            let id = server.organization(district, kind, name).await;
            let account = server.account(role, GrantScope::Organization { district, organization: id }).await;
            Place { id, account }
        };
        let museum = place(here, "museum", "试验科技馆", Role::BaseAdmin).await;
        let academy = place(there, "institute", "试验研究院", Role::BaseAdmin).await;
        let school = place(here, "school", "第一试验学校", Role::SchoolAdmin).await;
        let second_school = place(here, "school", "第二试验学校", Role::SchoolAdmin).await;
        let firm = place(here, "company", "试验企业", Role::BaseAdmin).await;
        let official = server.account(Role::DistrictOfficial, GrantScope::District { district: here }).await;
        let far_official = server.account(Role::DistrictOfficial, GrantScope::District { district: there }).await;
        Self { server, here, there, museum, academy, school, second_school, firm, official, far_official }
    }

    /// The day so many days from today, where the districts are.
    pub fn day(&self, ahead: i64) -> NaiveDate {
        let today = (self.server.state().now() + TimeDelta::hours(8)).date_naive();
        let days = Days::new(ahead.unsigned_abs());
        if ahead < 0 { today.checked_sub_days(days) } else { today.checked_add_days(days) }.expect("a day")
    }

    /// Lets days pass. Whoever was signed in is so no more.
    pub async fn pass(&mut self, days: i64) {
        self.server.advance(TimeDelta::days(days));
        let places = [&mut self.museum, &mut self.academy, &mut self.school, &mut self.second_school, &mut self.firm];
        let accounts = places.into_iter().map(|place| &mut place.account);
        for account in accounts.chain([&mut self.official, &mut self.far_official]) {
            account.client = self.server.sign_in(&account.login, PASSWORD).await;
        }
    }

    /// A strategic agreement of the museum with the academy from today on; `change` says what else it has.
    pub async fn draft(&self, change: &Value) -> Value {
        let mut body = json!({
            "kind": "strategic", "title_zh": "战略合作协议", "proposer_id": self.museum.id, "parties": [self.academy.id],
            "first_day": self.day(0), "last_day": self.day(365),
        });
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        self.museum.account.post_json("/api/v1/agreements", &body).await.expect(201)
    }

    /// One that all have signed.
    pub async fn signed(&self, change: &Value) -> Value {
        let draft = self.draft(change).await;
        self.text(&draft, PDF).await.expect(201);
        sign(&self.museum, &draft, "offer").await.expect(200);
        sign(&self.academy, &draft, "sign").await.expect(200)
    }

    /// The school proposes a pairing to the firm.
    pub async fn propose(&self, from: &Place, to: &Place) -> Answer {
        let body = json!({
            "kind": "pairing", "title_zh": "结对", "proposer_id": from.id, "parties": [to.id], "first_day": self.day(0),
            "last_day": self.day(300), "offer": { "name": "李校长", "post": "校长" },
        });
        from.account.post_json("/api/v1/agreements", &body).await
    }

    /// Enters from paper what these have signed, for a party or an official; `change` says what else it has.
    pub async fn record(&self, by: &Client, entered_for: Option<Uuid>, parties: &[&Place], change: &Value) -> Answer {
        let signatures: Vec<Value> = parties
            .iter()
            .map(|place| json!({ "organization_id": place.id, "name": "王主任", "post": "主任", "on": self.day(-900) }))
            .collect();
        let mut body = json!({
            "kind": "strategic", "title_zh": "纸质战略合作协议", "signatures": signatures, "first_day": self.day(-900),
            "last_day": self.day(-170), "entered_for": entered_for,
        });
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let file = Part::bytes(PDF).file_name("协议.pdf");
        let form = Form::new().text("agreement", body.to_string()).part("file", file);
        by.post_form("/api/v1/agreements/paper", form).await
    }

    /// The museum adds a text.
    pub async fn text(&self, agreement: &Value, bytes: &'static [u8]) -> Answer {
        let form = Form::new().part("file", Part::bytes(bytes).file_name("协议.pdf"));
        let path = format!("{}/texts?organization_id={}", at(agreement), self.museum.id);
        self.museum.account.post_form(&path, form).await
    }

    /// How often something was written on the trail of an object.
    pub async fn audited(&self, action: &str, object: &Value) -> i64 {
        let sql = "SELECT count(*) FROM audit_event WHERE action = $1 AND object_id = $2";
        let object = object.as_str().expect("an id");
        sqlx::query_scalar(sql).bind(action).bind(object).fetch_one(self.server.pool()).await.expect("counted")
    }

    /// Waits until somebody waits for a row that another transaction holds.
    pub async fn until_somebody_waits(&self) {
        for _ in 0..600 {
            let waits: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                                WHERE NOT l.granted AND a.datname = current_database())",
            )
            .fetch_one(self.server.pool())
            .await
            .expect("read");
            if waits {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody waits");
    }

    pub async fn holds(&self) {
        let verified = verify::database_holds(self.server.state().db()).await.expect("verified");
        assert_eq!(verified.broken, [], "an invariant is broken");
    }
}

/// The address of an agreement.
pub fn at(agreement: &Value) -> String {
    format!("/api/v1/agreements/{}", agreement["id"].as_str().expect("an id"))
}

/// The address of a project.
pub fn of(project: &Value) -> String {
    format!("/api/v1/projects/{}", project["id"].as_str().expect("an id"))
}

/// POST with a version.
pub async fn post_at(client: &Client, path: &str, version: &Value, body: &Value) -> Answer {
    client.send(client.request(Method::POST, path).header("If-Match", format!("\"{version}\"")).json(body)).await
}

/// Takes a step with an agreement in the version that it has now.
pub async fn step(place: &Place, agreement: &Value, step: &str, more: &Value) -> Answer {
    let path = at(agreement);
    let version = place.account.get(&path).await.body["version"].clone();
    let mut body = json!({ "organization_id": place.id });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    post_at(&place.account, &format!("{path}/{step}"), &version, &body).await
}

/// Offers or signs.
pub async fn sign(place: &Place, agreement: &Value, how: &str) -> Answer {
    step(place, agreement, how, &json!({ "name": "王主任", "post": "主任" })).await
}

/// Takes a step with a project in the version that it has now.
pub async fn run(place: &Place, project: &Value, step: &str, body: &Value) -> Answer {
    let path = of(project);
    let version = place.account.get(&path).await.body["version"].clone();
    post_at(&place.account, &format!("{path}/{step}"), &version, body).await
}

/// The words of a field of each item of a page.
pub fn each<'a>(page: &'a Value, field: &str) -> Vec<&'a str> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|one| one[field].as_str().unwrap_or_default()).collect()
}

/// Field and code of each error of a problem.
pub fn told(problem: &Value) -> Vec<(&str, &str)> {
    problem["errors"]
        .as_array()
        .map(|errors| {
            errors
                .iter()
                .map(|error| (error["field"].as_str().unwrap_or(""), error["code"].as_str().unwrap_or("")))
                .collect()
        })
        .unwrap_or_default()
}
