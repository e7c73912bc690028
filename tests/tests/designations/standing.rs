//! A designation is suspended, lifted and revoked, and credit follows, in the guests' districts, too.

use chrono::{Duration, NaiveDate};
use kepu_api::{credits, verify};
use kepu_tests::{Answer, Client, Server, school::School};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const POLICY: &str = "
kepu: 1
id: hours
version: '1'
title: { zh: 按学时, en: By the hour }
select:
  - { id: designated, require: { host_designation: base } }
rules:
  - { id: by-the-hour, credit: { per_hour: 1 } }
";

struct Base {
    server: Server,
    home: School,
    guests: School,
    designation: String,
    today: NaiveDate,
}

impl Base {
    /// Two hours ten days ago for two pupils and three days ago for one of them; three days ago for a guest, too.
    async fn new() -> Self {
        let server = Server::start().await;
        let (home, guests) = (School::new(&server, 2).await, School::new(&server, 1).await);
        home.adopt(POLICY).await;
        guests.adopt(POLICY).await;
        let pupils: Vec<Uuid> = home.pupils.iter().map(|pupil| pupil.0).collect();
        let early = home.session(&server, home.base, "practice", 10).await;
        home.record(early, &pupils).await;
        home.confirm_all(early).await;
        let late = home.session(&server, home.base, "practice", 3).await;
        home.record(late, &pupils[..1]).await;
        home.confirm_all(late).await;
        guests.record(late, &[guests.pupils[0].0]).await;
        let path = format!("/api/v1/sessions/{late}/confirmation");
        let there = home.host.client.clone().for_district(guests.district);
        there.post_json(&path, &json!({ "all": true })).await.expect(200);
        home.session(&server, home.base, "practice", -5).await;
        let held = home.official.get(&format!("/api/v1/organizations/{}/designations", home.base)).await.expect(200);
        let designation = format!("/api/v1/designations/{}", held["items"][0]["id"].as_str().expect("an id"));
        let today = (server.state().now() + Duration::hours(8)).date_naive();
        Self { server, home, guests, designation, today }
    }

    fn day(&self, ago: i64) -> NaiveDate {
        self.today - Duration::days(ago)
    }

    async fn post(&self, client: &Client, step: &str, from: NaiveDate) -> Answer {
        let version: i64 = sqlx::query_scalar("SELECT version FROM designation WHERE organization_id = $1")
            .bind(self.home.base)
            .fetch_one(self.server.pool())
            .await
            .expect("read");
        let request = client
            .request(Method::POST, &format!("{}/{step}", self.designation))
            .header("If-Match", format!("\"{version}\""))
            .json(&json!({ "from": from, "reason": "整改" }));
        client.send(request).await
    }

    async fn done(&self, step: &str, from: NaiveDate) -> Value {
        let done = self.post(&self.home.official, step, from).await.expect(200);
        // Guests are scored in the background; here it is waited for.
        credits::rescore_guests(self.server.state()).await.expect("scored");
        done
    }

    async fn effect(&self, step: &str, from: NaiveDate) -> Value {
        let path = format!("{}/effect?step={step}&from={from}", self.designation);
        self.home.official.get(&path).await.expect(200)
    }

    /// Credit of the two pupils and of the guest.
    async fn credit(&self) -> [String; 3] {
        let of = async |school: &School, pupil: Uuid| {
            let sheet = school.score(pupil).await;
            sheet["total"].as_str().map_or_else(|| sheet["total"].to_string(), str::to_owned)
        };
        let (home, guests) = (&self.home, &self.guests);
        [of(home, home.pupils[0].0).await, of(home, home.pupils[1].0).await, of(guests, guests.pupils[0].0).await]
    }

    async fn holds(&self) {
        let verified = verify::database_holds(self.server.state().db()).await.expect("verified");
        assert_eq!(verified.broken, [], "an invariant is broken");
    }

    async fn rows(&self) -> Vec<i64> {
        let mut all = Vec::new();
        for table in
            ["ledger_entry", "record", "designation_suspension", "designation_event", "audit_event", "guest_rescore"]
        {
            let sql = format!("SELECT count(*) FROM {table}");
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.server.pool()).await;
            all.push(count.expect("counted"));
        }
        all
    }
}

#[tokio::test]
async fn a_suspension_takes_credit_and_its_lifting_gives_it_back() {
    let base = Base::new().await;
    assert_eq!(base.credit().await, ["4", "2", "2"]);

    // What it would do is told before, and nothing is written.
    let before = base.rows().await;
    let effect = base.effect("suspend", base.day(5)).await;
    assert_eq!(base.rows().await, before);
    assert_eq!((&effect["sessions"], &effect["records"], &effect["persons"]), (&json!(1), &json!(2), &json!(2)));
    assert_eq!((&effect["credit"], &effect["districts"]), (&json!(-4000), &json!(2)));
    assert_eq!(effect["first_sessions"].as_array().map(Vec::len), Some(1));
    let whole = base.effect("suspend", base.day(20)).await;
    assert_eq!((&whole["records"], &whole["persons"], &whole["credit"]), (&json!(4), &json!(3), &json!(-8000)));
    base.holds().await;

    let suspended = base.done("suspend", base.day(5)).await;
    assert_eq!(suspended["suspensions"], json!([{ "from": base.day(5), "lifted_from": null }]));
    assert_eq!(base.credit().await, ["2", "2", "0"]);
    base.holds().await;
    let again = base.post(&base.home.official, "suspend", base.day(4)).await;
    again.expect_problem(409, "suspended_already");
    let early = base.post(&base.home.official, "lift", base.day(6)).await;
    early.expect_problem(409, "before_suspension");
    let on = |day: NaiveDate| format!("/api/v1/register?scheme=base&on={day}");
    let register = base.server.anonymous().get(&on(base.today)).await.expect(200);
    let here = |register: &Value| {
        let all = register["items"].as_array().expect("items");
        all.iter().filter(|one| one["organization_name_zh"] == "试验基地").count()
    };
    assert_eq!(here(&register), 1, "the guests' own base alone");
    assert_eq!(here(&base.server.anonymous().get(&on(base.day(6))).await.expect(200)), 2);

    // Lifted from a later day on: the days in between stay without credit.
    base.done("lift", base.day(2)).await;
    assert_eq!(base.credit().await, ["2", "2", "0"]);
    base.holds().await;
}

#[tokio::test]
async fn a_suspension_that_is_undone_gives_all_back() {
    let base = Base::new().await;
    base.done("suspend", base.day(20)).await;
    assert_eq!(base.credit().await, ["0", "0", "0"]);
    base.holds().await;
    // Lifting tells what it would give.
    let effect = base.effect("lift", base.day(5)).await;
    assert_eq!((&effect["records"], &effect["credit"]), (&json!(2), &json!(4000)));
    base.done("lift", base.day(20)).await;
    assert_eq!(base.credit().await, ["4", "2", "2"]);
    base.holds().await;

    // Revoked, it is revoked for good; and another may be granted from that day on.
    base.done("revoke", base.day(5)).await;
    assert_eq!(base.credit().await, ["2", "2", "0"]);
    base.holds().await;
    base.post(&base.home.official, "lift", base.day(5)).await.expect_problem(409, "revoked_already");
    let held = base.home.official.get(&base.designation).await.expect(200);
    let grant = |from: NaiveDate| json!({ "scheme_id": held["scheme_id"], "number": "NEW", "valid_from": from });
    let path = format!("/api/v1/organizations/{}/designations", base.home.base);
    let meets = base.home.official.post_json(&path, &grant(base.day(6))).await;
    meets.expect_problem(409, "designation_overlaps");
    base.home.official.post_json(&path, &grant(base.day(5))).await.expect(201);
    credits::rescore_guests(base.server.state()).await.expect("scored");
    assert_eq!(base.credit().await, ["4", "2", "2"]);
    base.holds().await;
    let number = held["number"].as_str().expect("a number");
    let past = base.server.anonymous().get(&format!("/api/v1/register/{number}")).await.expect(200);
    let kinds: Vec<&Value> =
        past["items"][0]["history"].as_array().expect("a past").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["suspended", "lifted", "revoked"]);
    let granted = base.server.anonymous().get("/api/v1/register/NEW").await.expect(200);
    assert_eq!(granted["items"][0]["history"][0]["kind"], "awarded");
    assert_eq!(past["items"][0]["standing"], "revoked");
}

#[tokio::test]
async fn correcting_the_days_is_told_before_it_is_done() {
    let base = Base::new().await;
    let waits = base.home.session(&base.server, base.home.base, "practice", 2).await;
    base.home.record(waits, &[base.home.pupils[0].0, base.home.pupils[1].0]).await;
    let before = base.rows().await;
    let path = |to: NaiveDate| format!("{}/effect?step=correct&from=2020-01-01&to={to}", base.designation);
    let effect = base.home.official.get(&path(base.day(5))).await.expect(200);
    assert_eq!(
        (&effect["sessions"], &effect["pending"], &effect["records"], &effect["credit"]),
        (&json!(1), &json!(2), &json!(2), &json!(-4000))
    );
    assert_eq!(base.rows().await, before);
    let none = base.home.official.get(&path(base.day(-30))).await.expect(200);
    assert_eq!((&none["records"], &none["credit"]), (&json!(0), &json!(0)));
    let backwards = base.home.official.get(&path("2019-12-31".parse().expect("a day"))).await;
    backwards.expect_problem(422, "invalid");
    base.home.teacher.client.get(&path(base.day(5))).await.expect_problem(403, "forbidden");

    // And it does what it told.
    let held = base.home.official.get(&base.designation).await.expect(200);
    let version = held["version"].as_i64().expect("a version");
    let change = json!({ "valid_from": "2020-01-01", "valid_to": base.day(5), "reason": "登记有误" });
    base.home.official.patch_json(&base.designation, version, &change).await.expect(200);
    credits::rescore_guests(base.server.state()).await.expect("scored");
    assert_eq!(base.credit().await, ["2", "2", "0"]);
    base.holds().await;
}

#[tokio::test]
async fn only_the_authority_of_the_scheme_says_what_becomes_of_a_designation() {
    let base = Base::new().await;
    let School { teacher, host, .. } = &base.home;
    for client in [&teacher.client, &host.client] {
        for step in ["suspend", "lift", "revoke"] {
            base.post(client, step, base.today).await.expect_problem(403, "forbidden");
        }
        let effect = client.get(&format!("{}/effect?step=suspend&from={}", base.designation, base.today)).await;
        effect.expect_problem(403, "forbidden");
        client.get(&format!("{}/standing", base.designation)).await.expect(200);
    }
    let stranger = &base.guests.official;
    base.post(stranger, "suspend", base.today).await.expect_problem(404, "not_found");
    let here = stranger.client.clone().for_district(base.home.district);
    base.post(&here, "suspend", base.today).await.expect_problem(404, "not_found");
    let year = json!({ "year": 2025, "outcome": "passed" });
    let assessments = format!("{}/assessments", base.designation);
    stranger.post_json(&assessments, &year).await.expect_problem(404, "not_found");
    host.post_json(&assessments, &year).await.expect_problem(403, "forbidden");
    let (suspend, body) = (format!("{}/suspend", base.designation), json!({ "from": base.today, "reason": "x" }));
    base.home.official.post_json(&suspend, &body).await.expect_problem(428, "if_match_required");
    let unreasoned = base.home.official.request(Method::POST, &format!("{}/suspend", base.designation));
    let unreasoned = unreasoned.header("If-Match", "\"1\"").json(&json!({ "from": base.today, "reason": " " }));
    base.home.official.send(unreasoned).await.expect_problem(422, "invalid");
    assert_eq!(base.credit().await, ["4", "2", "2"]);
}
