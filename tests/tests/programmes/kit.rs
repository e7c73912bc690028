//! A city that runs a programme, and museums of two districts that take part.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Account, Answer, Client, Server, school::class_of};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// An organization with somebody who runs it.
pub struct Place {
    pub id: Uuid,
    pub account: Account,
}

/// A city with two districts.
pub struct City {
    pub server: Server,
    pub east: Uuid,
    pub west: Uuid,
    /// Of the city.
    pub official: Client,
    /// Of the eastern district.
    pub eastern: Account,
    /// Two of the east, one of the west.
    pub museums: Vec<Place>,
}

impl City {
    pub async fn new() -> Self {
        let server = Server::start().await;
        let (east, west) = (server.district("东区").await, server.district("西区").await);
        let scope = GrantScope::Authority { authority: server.city(), districts: vec![east, west] };
        let official = server.account(Role::CityOfficial, scope).await.client;
        let eastern = server.account(Role::DistrictOfficial, GrantScope::District { district: east }).await;
        let mut museums = Vec::new();
        for (district, name) in [(east, "东区科技馆"), (east, "东区自然博物馆"), (west, "西区天文馆")]
        {
            let id = server.organization(district, "museum", name).await;
            let account =
                server.account(Role::BaseAdmin, GrantScope::Organization { district, organization: id }).await;
            museums.push(Place { id, account });
        }
        Self { server, east, west, official, eastern, museums }
    }

    /// The first day of the month so many months from this one, where the districts are.
    pub fn month(&self, ahead: u32) -> NaiveDate {
        let today = (self.server.state().now() + TimeDelta::hours(8)).date_naive();
        let first = today.with_day(1).expect("a first day");
        first.checked_add_months(Months::new(ahead)).expect("a month")
    }

    /// Ten o'clock there on this day of the month so many months ahead.
    pub fn ten(&self, ahead: u32, day: u64) -> DateTime<Utc> {
        let day = self.month(ahead).checked_add_days(Days::new(day - 1)).expect("a day");
        day.and_time(NaiveTime::from_hms_opt(2, 0, 0).expect("a time")).and_utc()
    }

    /// A draft of the city's programme, over this month and the eleven after it.
    pub async fn draft(&self) -> Value {
        let programme = json!({ "authority_id": self.server.city(), "code": "joint", "name_zh": "联合行动" });
        let programme = self.official.post_json("/api/v1/programmes", &programme).await.expect(201);
        let last = self.month(12).pred_opt().expect("a day");
        let edition = json!({
            "year": self.month(0).year(), "title_zh": "点亮科技之光", "first_day": self.month(0), "last_day": last,
        });
        let path = format!("/api/v1/programmes/{}/editions", id(&programme));
        self.official.post_json(&path, &edition).await.expect(201)
    }

    pub async fn theme(&self, edition: &Value, ahead: u32, title: &str) -> Value {
        let body = json!({ "month": self.month(ahead), "title_zh": title });
        self.official.post_json(&format!("{}/themes", at(edition)), &body).await.expect(201)
    }

    pub async fn strand(&self, edition: &Value, kind: &str, title: &str) -> Value {
        let body = json!({ "kind": kind, "title_zh": title });
        self.official.post_json(&format!("{}/strands", at(edition)), &body).await.expect(201)
    }

    pub async fn publish(&self, edition: &Value) -> Value {
        step(&self.official, edition, "publish").await.expect(200)
    }

    pub async fn member(&self, edition: &Value, organization: Uuid, role: &str) -> Answer {
        let body = json!({ "organization_ids": [organization], "role": role });
        self.official.post_json(&format!("{}/members", at(edition)), &body).await
    }

    /// A published edition with a theme next month, at which all museums are hosts.
    pub async fn running(&self) -> (Value, Value) {
        let edition = self.draft().await;
        let theme = self.theme(&edition, 1, "筑梦航天").await;
        for museum in &self.museums {
            self.member(&edition, museum.id, "host").await.expect(200);
        }
        (self.publish(&edition).await, theme)
    }

    /// Launches a theme at these museums, with a session for all on these days of the month so far ahead.
    pub fn launch(&self, hosts: &[Uuid], ahead: u32, days: &[u64]) -> Value {
        let hosts: Vec<Value> = hosts.iter().map(|id| json!({ "organization_id": id })).collect();
        let sessions: Vec<Value> = days
            .iter()
            .map(|day| json!({ "starts_at": self.ten(ahead, *day), "place": "一楼", "capacity": 30 }))
            .collect();
        json!({
            "activity": { "code": "rocket", "kind": "practice", "title_zh": "造一枚水火箭", "minutes": 90 },
            "sessions": sessions, "hosts": hosts,
        })
    }

    pub fn hosts(&self) -> Vec<Uuid> {
        self.museums.iter().map(|museum| museum.id).collect()
    }

    /// A school with a class of so many pupils, and a teacher.
    pub async fn school(&self, district: Uuid, name: &str, pupils: usize) -> (Place, Vec<Uuid>) {
        let id = self.server.organization(district, "school", name).await;
        let (_, pupils) = class_of(&self.server, district, id, 5, pupils).await;
        let account = self.server.account(Role::Teacher, GrantScope::Organization { district, organization: id }).await;
        (Place { id, account }, pupils.into_iter().map(|(id, _)| id).collect())
    }

    /// How many rows there are.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.server.pool()).await.expect("counted")
    }
}

/// The id in an answer.
pub fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

/// The address of an edition.
pub fn at(edition: &Value) -> String {
    format!("/api/v1/editions/{}", id(edition))
}

/// The address of a theme.
pub fn of_theme(theme: &Value) -> String {
    format!("/api/v1/themes/{}", id(theme))
}

/// POST with the version that is current.
pub async fn step(client: &Client, edition: &Value, step: &str) -> Answer {
    let version = client.get(&at(edition)).await.body["version"].as_i64().unwrap_or(1);
    let request = client.request(Method::POST, &format!("{}/{step}", at(edition)));
    client.send(request.header("If-Match", format!("\"{version}\""))).await
}

/// Outcome and code of each host of a launch.
pub fn outcomes(answer: &Value) -> Vec<(&str, &str)> {
    answer["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| (one["outcome"].as_str().unwrap_or(""), one["code"].as_str().unwrap_or("")))
        .collect()
}
