//! What lists tell those who work with them: where to apply, what to review, what is published, who is on the register.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::kit::{Town, id, rules, text};

fn names(list: &Value, key: &str) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|one| text(&one[key]).to_owned()).collect()
}

#[tokio::test]
async fn an_organization_sees_the_rounds_in_which_it_may_apply() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let elsewhere = town.server.district("外区").await;
    let there = town.server.organization(elsewhere, "kindergarten", "外区幼儿园").await;
    let school = town.server.organization(town.district, "school", "某学校").await;
    let open_to = |organization| format!("/api/v1/rounds?open_on=2026-09-01&open_to={organization}");
    let found = town.by("a").get(&open_to(town.organizations["a"])).await.expect(200);
    assert_eq!(names(&found, "id"), [text(&round["id"])]);
    assert_eq!(found["items"][0]["authority_name_zh"], "试验区");
    for organization in [there, school] {
        let none = town.by("a").get(&open_to(organization)).await.expect(200);
        assert_eq!(none["items"], json!([]));
    }
    // A title for professionals is open to whoever employs one.
    let mut titles = rules();
    titles["holders"] = json!(["professional"]);
    let scheme = json!({ "code": "cto", "name_zh": "首席技术官", "holder_kinds": ["company"], "rules": titles });
    let scheme = town.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let titles = town.open(&scheme).await;
    let found = town.by("a").get(&open_to(school)).await.expect(200);
    assert_eq!(names(&found, "id"), [text(&titles["id"])]);
    town.go_to("2026-09-16").await;
    let over = format!("/api/v1/rounds?open_on=2026-09-16&open_to={}", town.organizations["a"]);
    assert_eq!(town.by("a").get(&over).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_reviewer_sees_what_to_review_what_is_done_and_what_ties() {
    let town = Town::new().await;
    let round = town.round().await;
    let (a, b) = (town.apply(&round, "a").await, town.apply(&round, "b").await);
    for application in [&a, &b] {
        let complete = json!({ "complete": true });
        town.post("official", &format!("{application}/completeness"), &complete).await.expect(200);
    }
    town.assign(&round, &["one", "tied", "official"]).await;
    let list = "/api/v1/applications?to_review=true";
    town.review("one", &a, 30, 40).await.expect(200);
    let seen = town.by("one").get(list).await.expect(200);
    let told: Vec<_> = seen["items"].as_array().expect("items").iter().map(|one| &one["reviewed"]).collect();
    assert_eq!(told, [&json!(true), &json!(false)]);
    assert_eq!(
        (&seen["items"][0]["round_name_zh"], &seen["items"][0]["scheme_name_en"]),
        (&json!("首批"), &json!("Children's centre"))
    );
    let tied = town.by("tied").get(list).await.expect(200);
    // By its own organization, as it applies and as it is reviewed.
    assert_eq!((&tied["items"][0]["tie"], &tied["items"][1]["tie"]), (&json!("organization"), &Value::Null));
    let both = town.by("official").get(list).await.expect(200);
    assert_eq!(both["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(town.by("two").get(list).await.expect(200)["items"], json!([]));
    let reviews = town.by("official").get(&format!("{a}/reviews")).await.expect(200);
    assert!(!text(&reviews["items"][0]["display_name"]).is_empty());
}

#[tokio::test]
async fn without_days_for_objections_what_is_published_is_awarded_at_once() {
    let mut town = Town::new().await;
    let mut quick = rules();
    for (key, value) in
        [("criteria", json!([])), ("minimum", json!(0)), ("reviews", json!(0)), ("objection_days", json!(0))]
    {
        quick[key] = value;
    }
    let scheme = json!({ "code": "quick", "name_zh": "快批", "rules": quick });
    let scheme = town.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let round = town.open(&scheme).await;
    let a = town.apply(&round, "a").await;
    town.post("official", &format!("{a}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.go_to("2026-09-16").await;
    let round_path = format!("/api/v1/rounds/{}", text(&round["id"]));
    let approve = json!({ "decisions": [{ "application_id": id(&a), "approve": true }] });
    town.by("official").post_json(&format!("{round_path}/decisions"), &approve).await.expect(200);
    let nobody = town.server.anonymous();
    assert_eq!(nobody.get("/api/v1/published").await.expect(200)["items"], json!([]));
    town.by("official").post(&format!("{round_path}/publication")).await.expect(200);
    let published = nobody.get("/api/v1/published").await.expect(200);
    assert_eq!(names(&published, "organization_name_zh"), ["中心a"]);
    let objection = json!({ "grounds": "太快" });
    town.by("teacher").post_json(&format!("{a}/objections"), &objection).await.expect_problem(409, "objection_late");
    let made = town.post("official", &format!("{a}/award"), &json!({ "number": "Q-1" })).await.expect(201);
    assert_eq!(nobody.get("/api/v1/published").await.expect(200)["items"], json!([]));

    // The register tells what is in force, what is suspended and what is over.
    let on = |standing: &str, day: &str| format!("/api/v1/register?scheme=quick&standing={standing}&on={day}");
    let found = async |standing: &str, day: &str| {
        let list = town.server.anonymous().get(&on(standing, day)).await.expect(200);
        names(&list, "number")
    };
    assert_eq!(found("in_force", "2026-09-20").await, ["Q-1"]);
    assert_eq!(found("suspended", "2026-09-20").await, [""; 0]);
    let designation = format!("/api/v1/designations/{}", text(&made["id"]));
    let from = |day: &str| json!({ "from": day.parse::<NaiveDate>().expect("a day"), "reason": "整改" });
    town.post("official", &format!("{designation}/suspend"), &from("2026-09-20")).await.expect(200);
    assert_eq!(found("in_force", "2026-09-20").await, [""; 0]);
    assert_eq!(found("suspended", "2026-09-20").await, ["Q-1"]);
    assert_eq!(found("suspended", "2026-09-19").await, [""; 0]);
    town.post("official", &format!("{designation}/revoke"), &from("2026-09-25")).await.expect(200);
    assert_eq!(found("over", "2026-09-25").await, ["Q-1"]);
    assert_eq!(found("over", "2026-09-24").await, [""; 0]);
    assert_eq!(found("suspended", "2026-09-25").await, [""; 0]);
}
