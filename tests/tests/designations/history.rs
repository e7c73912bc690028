//! What the public register tells: each number's life from its first day on, and what is found where.

use kepu_tests::Answer;
use serde_json::{Value, json};

use crate::kit::{Town, text};

struct Register {
    town: Town,
    scheme: Value,
}

impl Register {
    /// On the first of September.
    async fn new() -> Self {
        let town = Town::new().await;
        let scheme = json!({ "code": "base", "name_zh": "科普基地", "holder_kinds": [] });
        let scheme = town.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
        Self { town, scheme }
    }

    async fn grant(&self, name: &str, number: &str, from: &str, to: Value) -> String {
        let body = json!({ "scheme_id": self.scheme["id"], "number": number, "valid_from": from, "valid_to": to });
        let path = format!("/api/v1/organizations/{}/designations", self.town.organizations[name]);
        let made = self.town.by("official").post_json(&path, &body).await.expect(201);
        format!("/api/v1/designations/{}", text(&made["id"]))
    }

    async fn step(&self, designation: &str, step: &str, body: Value) -> Answer {
        self.town.post("official", &format!("{designation}/{step}"), &body).await
    }

    /// Standing today and what happened, as anybody reads it.
    async fn of(&self, number: &str) -> (String, Vec<String>) {
        let found = self.town.server.anonymous().get(&format!("/api/v1/register/{number}")).await.expect(200);
        let one = &found["items"][0];
        let history = one["history"].as_array().expect("a history");
        let told = |event: &Value| format!("{} {}", text(&event["kind"]), text(&event["on_day"]));
        (text(&one["standing"]).to_owned(), history.iter().map(told).collect())
    }

    /// Numbers on the register of this kind.
    async fn numbers(&self, query: &str) -> Vec<String> {
        let found = self.town.server.anonymous().get(&format!("/api/v1/register?{query}")).await.expect(200);
        let mut all: Vec<String> =
            found["items"].as_array().expect("items").iter().map(|one| text(&one["number"]).to_owned()).collect();
        all.sort();
        all
    }
}

#[tokio::test]
async fn every_grant_correction_and_ending_is_in_the_history() {
    let register = Register::new().await;
    let a = register.grant("a", "H-1", "2024-01-01", Value::Null).await;
    let change = json!({ "valid_from": "2024-02-01", "reason": "日期有误" });
    register.town.send("official", reqwest::Method::PATCH, &a, &change).await.expect(200);
    let end = json!({ "last_day": "2026-10-31", "reason": "搬迁" });
    let ended = register.step(&a, "end", end).await.expect(200);
    assert_eq!(ended["standing"], "in_force");
    let (standing, told) = register.of("H-1").await;
    assert_eq!(standing, "in_force");
    assert_eq!(told, ["awarded 2024-01-01", "corrected 2026-09-01", "ended 2026-10-31"]);
    let own = register.town.by("a").get(&format!("{a}/standing")).await.expect(200);
    assert_eq!((&own["history"][1]["reason"], &own["history"][2]["reason"]), (&json!("日期有误"), &json!("搬迁")));

    // From a list, too.
    let list = "单位,编号,有效期起\n中心b,H-2,2025-01-01\n";
    let part = reqwest::multipart::Part::bytes(list.as_bytes().to_vec()).file_name("名单.csv");
    let form = reqwest::multipart::Form::new().part("file", part);
    let staged = "/api/v1/list_imports?kind=designations&scheme=base&source=x";
    let staged = register.town.by("official").post_form(staged, form).await.expect(201);
    let commit = format!("/api/v1/list_imports/{}/commit", text(&staged["id"]));
    let client = &register.town.by("official").client;
    let version = format!("\"{}\"", staged["version"]);
    let request = client.request(reqwest::Method::POST, &commit).header("If-Match", version).json(&json!({}));
    client.send(request).await.expect(200);
    assert_eq!(register.of("H-2").await.1, ["awarded 2025-01-01"]);
    register.town.holds().await;
}

#[tokio::test]
async fn a_suspension_and_a_revocation_ahead_can_be_taken_back() {
    let mut register = Register::new().await;
    let a = register.grant("a", "K-1", "2024-01-01", Value::Null).await;
    let from = |day: &str| json!({ "from": day, "reason": "整改" });
    register.step(&a, "suspend", from("2026-09-10")).await.expect(200);
    register.step(&a, "lift", from("2026-09-10")).await.expect(200);
    let keep = json!({ "reason": "已整改" });
    register.step(&a, "keep", keep.clone()).await.expect_problem(409, "not_revoked");
    register.step(&a, "revoke", from("2026-09-20")).await.expect(200);
    let standing = register.town.by("a").get(&format!("{a}/standing")).await.expect(200);
    assert_eq!((&standing["standing"], &standing["revocation_ahead"]), (&json!("in_force"), &json!(true)));
    let effect = format!("{a}/effect?step=keep&from=2026-09-20");
    register.town.by("official").get(&effect).await.expect(200);
    register.town.post("a", &format!("{a}/keep"), &keep).await.expect_problem(403, "forbidden");
    let kept = register.step(&a, "keep", keep.clone()).await.expect(200);
    assert_eq!(kept["revoked_from"], Value::Null);
    let (_, told) = register.of("K-1").await;
    let life =
        ["awarded 2024-01-01", "suspended 2026-09-10", "lifted 2026-09-10", "revoked 2026-09-20", "kept 2026-09-01"];
    assert_eq!(told, life);

    // Not where another was granted for the days after it, nor once the day has come.
    register.step(&a, "revoke", from("2026-09-20")).await.expect(200);
    let next = register.grant("a", "K-2", "2026-09-20", Value::Null).await;
    register.step(&a, "keep", keep.clone()).await.expect_problem(409, "designation_overlaps");
    register.town.by("official").get(&effect).await.expect_problem(409, "designation_overlaps");
    register.step(&next, "revoke", from("2026-09-20")).await.expect(200);
    register.town.go_to("2026-09-20").await;
    register.step(&a, "keep", keep).await.expect_problem(409, "revoked_already");
    assert_eq!(register.of("K-1").await.0, "revoked");
    // Its number is not given again, and the answer says so.
    let body = json!({ "scheme_id": register.scheme["id"], "number": "K-1", "valid_from": "2026-09-20" });
    let path = format!("/api/v1/organizations/{}/designations", register.town.organizations["b"]);
    let taken = register.town.by("official").post_json(&path, &body).await.expect_problem(409, "number_taken");
    assert!(text(&taken["detail"]).contains("not given again"), "{taken}");
    register.town.holds().await;
}

#[tokio::test]
async fn each_number_is_found_where_it_belongs_whatever_became_of_it() {
    let register = Register::new().await;
    let from = |day: &str| json!({ "from": day, "reason": "整改" });
    register.grant("a", "V-in-force", "2024-01-01", Value::Null).await;
    let b = register.grant("b", "V-suspended", "2024-01-01", Value::Null).await;
    register.step(&b, "suspend", from("2026-08-01")).await.expect(200);
    let c = register.grant("c", "V-revoked", "2024-01-01", Value::Null).await;
    register.step(&c, "revoke", from("2026-08-01")).await.expect(200);
    register.grant("d", "V-expired", "2024-01-01", json!("2026-08-31")).await;
    register.grant("e", "V-upcoming", "2026-10-01", Value::Null).await;
    for (number, standing) in [
        ("V-in-force", "in_force"),
        ("V-suspended", "suspended"),
        ("V-revoked", "revoked"),
        ("V-expired", "expired"),
        ("V-upcoming", "upcoming"),
    ] {
        assert_eq!(register.of(number).await.0, standing, "{number}");
    }
    assert_eq!(register.numbers("").await, ["V-in-force"]);
    assert_eq!(register.numbers("standing=suspended").await, ["V-suspended"]);
    assert_eq!(register.numbers("standing=over").await, ["V-expired", "V-revoked"]);
    assert_eq!(register.numbers("standing=upcoming").await, ["V-upcoming"]);
    assert_eq!(register.numbers("on=2026-10-01").await, ["V-in-force", "V-upcoming"]);
    assert_eq!(register.numbers("standing=over&q=中心d").await, ["V-expired"]);

    // By district.
    let elsewhere = register.town.server.district("外区").await;
    let code: String = sqlx::query_scalar("SELECT code FROM district WHERE id = $1")
        .bind(elsewhere)
        .fetch_one(register.town.server.pool())
        .await
        .expect("a code");
    assert_eq!(register.numbers(&format!("district={code}")).await, Vec::<String>::new());
    let here = register.town.by("official").get(&format!("/api/v1/districts/{}", register.town.district)).await;
    let here = here.expect(200);
    assert_eq!(register.numbers(&format!("district={}", text(&here["code"]))).await, ["V-in-force"]);
}

#[tokio::test]
async fn what_was_said_of_a_suspension_is_said_anew_while_it_lasts() {
    let register = Register::new().await;
    let a = register.grant("a", "M-1", "2024-01-01", json!("2026-12-31")).await;
    let days = |from: &str, to: Value| json!({ "from": from, "to": to, "reason": "整改" });
    let from = |from: &str| json!({ "from": from, "reason": "已整改" });
    register.step(&a, "suspend", days("2026-09-01", Value::Null)).await.expect(200);
    register.step(&a, "lift", from("2062-09-20")).await.expect_problem(409, "not_in_term");
    register.step(&a, "lift", from("2026-09-20")).await.expect(200);
    // Its end is still to come: another day, or a longer suspension.
    register.step(&a, "lift", from("2026-09-10")).await.expect(200);
    let effect = format!("{a}/effect?step=suspend&from=2026-09-05&to=2026-09-30");
    register.town.by("official").get(&effect).await.expect(200);
    register.step(&a, "suspend", days("2026-09-05", json!("2026-09-30"))).await.expect(200);
    // Days of the past, before it.
    register
        .step(&a, "suspend", days("2025-03-01", json!("2025-02-28")))
        .await
        .expect_problem(409, "ends_before_it_begins");
    register.step(&a, "suspend", days("2025-03-01", json!("2025-03-31"))).await.expect(200);
    register.step(&a, "suspend", days("2025-03-31", json!("2025-04-10"))).await.expect_problem(409, "suspended_then");

    let standing = format!("{a}/standing");
    let own = register.town.by("a").get(&standing).await.expect(200);
    assert_eq!(own["standing"], "suspended");
    assert_eq!(
        own["designation"]["suspensions"],
        json!([{ "from": "2025-03-01", "lifted_from": "2025-04-01" }, { "from": "2026-09-01", "lifted_from": "2026-10-01" }])
    );
    let told = register.of("M-1").await.1;
    assert_eq!(
        told[1..],
        [
            "suspended 2026-09-01",
            "lifted 2026-09-20",
            "lifted 2026-09-10",
            "suspended 2026-09-05",
            "lifted 2026-10-01",
            "suspended 2025-03-01",
            "lifted 2025-04-01"
        ]
    );
    // Why, its holder and its authority read, and nobody else.
    let official = register.town.by("official").get(&standing).await.expect(200);
    assert_eq!((&own["history"][1]["reason"], &official["history"][1]["reason"]), (&json!("整改"), &json!("整改")));
    let other = register.town.by("b").get(&standing).await.expect(200);
    assert_eq!((&other["history"][1]["kind"], &other["history"][1]["reason"]), (&json!("suspended"), &Value::Null));
    register.town.holds().await;
}

#[tokio::test]
async fn a_number_is_one_however_it_is_typed() {
    let register = Register::new().await;
    let organization = |name: &str| format!("/api/v1/organizations/{}/designations", register.town.organizations[name]);
    let body = |scheme: &Value, number: &str| json!({ "scheme_id": scheme["id"], "number": number, "valid_from": "2024-01-01" });
    register.grant("a", "KP-2026-001", "2024-01-01", Value::Null).await;
    for typed in ["ＫＰ－２０２６－００１", "kp—2026—001", "KP〔-2026-001〕"] {
        let again = register.town.by("official").post_json(&organization("b"), &body(&register.scheme, typed)).await;
        again.expect_problem(409, "number_taken");
    }
    let b = register.grant("b", "KP-2026-002", "2024-01-01", Value::Null).await;
    let change = json!({ "number": "kp-2026-001", "reason": "更正" });
    register.town.send("official", reqwest::Method::PATCH, &b, &change).await.expect_problem(409, "number_taken");
    let change = json!({ "number": "KP—2026—002", "reason": "更正" });
    register.town.send("official", reqwest::Method::PATCH, &b, &change).await.expect(200);

    // Under another scheme it may be there, and whoever verifies it is told of both.
    let other = json!({ "code": "title", "name_zh": "另一类", "holder_kinds": [] });
    let other = register.town.by("official").post_json("/api/v1/schemes", &other).await.expect(201);
    register
        .town
        .by("official")
        .post_json(&organization("b"), &body(&other, "ＫＰ－２０２６－００１"))
        .await
        .expect(201);
    for typed in ["KP-2026-001", "ＫＰ－２０２６－００１", "kp–2026–001"] {
        let found = register.town.server.anonymous().get(&format!("/api/v1/register/{typed}")).await.expect(200);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(2), "{typed}");
    }
}
