//! A city centre that offers things, and kindergartens and a school that ask for them.

use chrono::{Days, NaiveDate, TimeDelta};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Account, Answer, Client, PASSWORD, Server};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// An organization with somebody who answers for it.
pub struct Place {
    pub id: Uuid,
    pub account: Account,
}

/// Two districts: the centre and its neighbours in one, a school in the other.
pub struct Town {
    pub server: Server,
    pub here: Uuid,
    pub there: Uuid,
    pub centre: Place,
    pub kindergartens: Vec<Place>,
    pub far_school: Place,
    pub official: Account,
    pub far_official: Account,
}

impl Town {
    pub async fn new(kindergartens: usize) -> Self {
        let server = Server::start().await;
        let (here, there) = (server.district("东区").await, server.district("西区").await);
        let centre = place(&server, here, "institute", "少年科创中心", Role::BaseAdmin).await;
        let mut all = Vec::new();
        for number in 1..=kindergartens {
            all.push(place(&server, here, "kindergarten", &format!("第{number}幼儿园"), Role::Teacher).await);
        }
        let far_school = place(&server, there, "school", "西区试验学校", Role::Teacher).await;
        let official = server.account(Role::DistrictOfficial, GrantScope::District { district: here }).await;
        let far_official = server.account(Role::DistrictOfficial, GrantScope::District { district: there }).await;
        Self { server, here, there, centre, kindergartens: all, far_school, official, far_official }
    }

    /// The day so many days from today, where the districts are.
    pub fn day(&self, ahead: u64) -> NaiveDate {
        let today = (self.server.state().now() + TimeDelta::hours(8)).date_naive();
        today.checked_add_days(Days::new(ahead)).expect("a day")
    }

    /// Lets days pass. Whoever was signed in is so no more.
    pub async fn pass(&mut self, days: i64) {
        self.server.advance(TimeDelta::days(days));
        for place in [&mut self.centre, &mut self.far_school].into_iter().chain(&mut self.kindergartens) {
            place.account.client = self.server.sign_in(&place.account.login, PASSWORD).await;
        }
    }

    /// The centre offers something; `change` says how it differs from one thing that can go anywhere.
    pub async fn offer(&self, kind: &str, title: &str, change: &Value) -> Value {
        let mut body = json!({
            "owner_id": self.centre.id, "kind": kind, "title_zh": title, "licence": "cc-by-4.0", "reach": "everywhere",
        });
        let fields = body.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        self.centre.account.post_json("/api/v1/resources", &body).await.expect(201)
    }

    /// What a kindergarten sends to ask for a resource on these days from today.
    pub fn wish(&self, who: usize, resource: &Value, first: u64, last: u64) -> Value {
        json!({
            "resource_id": resource["id"], "organization_id": self.kindergartens[who].id,
            "first_day": self.day(first), "last_day": self.day(last),
        })
    }

    /// A kindergarten asks for a resource on these days from today.
    pub async fn ask(&self, who: usize, resource: &Value, first: u64, last: u64) -> Answer {
        let wish = self.wish(who, resource, first, last);
        self.kindergartens[who].account.post_json("/api/v1/bookings", &wish).await
    }

    /// The centre takes a step with a booking, whatever its version.
    pub async fn step(&self, booking: &Value, step: &str, body: &Value) -> Answer {
        step_as(&self.centre.account, booking, step, body).await
    }

    /// How often something was written on the trail of an object.
    pub async fn audited(&self, action: &str, object: &Value) -> i64 {
        let sql = "SELECT count(*) FROM audit_event WHERE action = $1 AND object_id = $2";
        let object = object.as_str().expect("an id");
        sqlx::query_scalar(sql).bind(action).bind(object).fetch_one(self.server.pool()).await.expect("counted")
    }

    /// How many bookings there are.
    pub async fn count(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM booking").fetch_one(self.server.pool()).await.expect("counted")
    }
}

async fn place(server: &Server, district: Uuid, kind: &str, name: &str, role: Role) -> Place {
    let id = server.organization(district, kind, name).await;
    let account = server.account(role, GrantScope::Organization { district, organization: id }).await;
    Place { id, account }
}

/// Takes a step with a booking in the version that it has now.
pub async fn step_as(client: &Client, booking: &Value, step: &str, body: &Value) -> Answer {
    let path = path(booking);
    let version = client.get(&path).await.body["version"].as_i64().unwrap_or(1);
    let path = format!("{path}/{step}");
    let request = client.request(Method::POST, &path).header("If-Match", format!("\"{version}\"")).json(body);
    client.send(request).await
}

/// The address of a booking.
pub fn path(booking: &Value) -> String {
    format!("/api/v1/bookings/{}", booking["id"].as_str().expect("an id"))
}

/// The address of a resource.
pub fn at(resource: &Value) -> String {
    format!("/api/v1/resources/{}", resource["id"].as_str().expect("an id"))
}

/// GET with parameters that need escaping.
pub async fn find(client: &Client, path: &str, query: &[(&str, &str)]) -> Answer {
    client.send(client.request(Method::GET, path).query(query)).await
}

/// The titles of a page.
pub fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|one| one["title_zh"].as_str().expect("a title")).collect()
}

/// The ids of a page.
pub fn ids(page: &Value) -> Vec<&Value> {
    page["items"].as_array().expect("items").iter().map(|one| &one["id"]).collect()
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
