//! Reminders of deadlines: once a stage, to whoever has to act, and put away when it is done.

use kepu_api::reminders::remind;
use serde_json::{Value, json};

use crate::kit::{Town, text};

/// What somebody has to do: step, stage and whether it was read. News are told elsewhere.
async fn waiting(town: &Town, name: &str) -> Vec<(String, String, bool)> {
    let page = town.by(name).get("/api/v1/reminders?waiting=true").await.expect(200);
    let told = |row: &Value| (text(&row["step"]).to_owned(), text(&row["stage"]).to_owned(), !row["read_at"].is_null());
    let deadlines = page["items"].as_array().expect("items").iter().filter(|row| row["stage"] != "news");
    deadlines.map(told).collect()
}

async fn unread(town: &Town, name: &str) -> i64 {
    town.by(name).get("/api/v1/reminders/unread").await.expect(200)["unread"].as_i64().expect("a number")
}

fn one(step: &str, stage: &str) -> Vec<(String, String, bool)> {
    vec![(step.to_owned(), stage.to_owned(), false)]
}

async fn told(town: &Town) -> usize {
    remind(town.server.state()).await.expect("reminded")
}

#[tokio::test]
async fn whoever_has_to_act_is_told_once_in_each_stage() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let application = town.apply(&round, "a").await;
    assert_eq!(told(&town).await, 0, "five days are left for the check");

    town.go_to("2026-09-03").await;
    assert_eq!(told(&town).await, 2, "both officials");
    assert_eq!(told(&town).await, 0);
    assert_eq!(waiting(&town, "official").await, one("check", "soon"));
    assert_eq!((waiting(&town, "a").await.len(), waiting(&town, "auditor").await.len()), (0, 0));
    // The service was stopped on the day itself: what is late is told, and the earlier stage waits no more.
    town.go_to("2026-09-09").await;
    assert_eq!(told(&town).await, 2);
    assert_eq!(waiting(&town, "official").await, one("check", "late"));
    let all = town.by("official").get("/api/v1/reminders").await.expect(200);
    let over: Vec<bool> = all["items"].as_array().expect("items").iter().map(|row| !row["over_at"].is_null()).collect();
    assert_eq!(over, [false, true], "the newest first");

    // One reads it; the other does it, and it waits for nobody.
    assert_eq!((unread(&town, "official").await, unread(&town, "second").await), (1, 1));
    let id = all["items"][0]["id"].clone();
    let stranger = town.by("a").post_json("/api/v1/reminders/read", &json!({ "ids": [id] })).await.expect(200);
    assert_eq!((&stranger["unread"], unread(&town, "official").await), (&json!(0), 1), "others' are passed over");
    let left = town.by("official").post_json("/api/v1/reminders/read", &json!({})).await.expect(200);
    assert_eq!((&left["unread"], unread(&town, "second").await), (&json!(0), 1));
    assert_eq!(waiting(&town, "official").await, [("check".to_owned(), "late".to_owned(), true)]);
    let named = ["one", "two", "tied"].map(|name| town.by(name).id);
    let reviewers = json!({ "accounts": named });
    let path = format!("/api/v1/rounds/{}/reviewers", text(&round["id"]));
    town.send("official", reqwest::Method::PUT, &path, &reviewers).await.expect(200);
    town.post("second", &format!("{application}/completeness"), &json!({ "complete": true })).await.expect(200);
    assert_eq!(told(&town).await, 0);
    assert_eq!((waiting(&town, "official").await.len(), unread(&town, "second").await), (0, 0));

    // The round closes on the fifteenth, and thirty days are left for the decision: reviewers first, the officials too.
    town.go_to("2026-10-13").await;
    assert_eq!(told(&town).await, 4);
    assert_eq!(
        (waiting(&town, "one").await, waiting(&town, "official").await),
        (one("review", "soon"), one("decide", "soon"))
    );
    assert_eq!(waiting(&town, "tied").await, [], "who is tied to the applicant does not review it");
}

#[tokio::test]
async fn an_applicant_is_told_what_is_to_be_completed_and_what_can_be_handed_in() {
    let mut town = Town::new().await;
    let round = town.round().await;
    town.start(&round, "b").await;
    let application = town.apply(&round, "a").await;
    let back = json!({ "complete": false, "reason": "计划没有附上" });
    town.post("official", &format!("{application}/completeness"), &back).await.expect(200);
    town.go_to("2026-09-11").await;
    told(&town).await;
    assert_eq!(waiting(&town, "a").await, one("complete", "today"));
    town.go_to("2026-09-15").await;
    told(&town).await;
    assert_eq!((waiting(&town, "a").await, waiting(&town, "b").await), (vec![], one("submit", "today")));
    town.go_to("2026-09-16").await;
    told(&town).await;
    assert_eq!(waiting(&town, "b").await, [], "it is too late for that");
}

#[tokio::test]
async fn what_is_late_under_a_city_is_shown_to_its_officials() {
    use kepu_domain::role::{GrantScope, Role};
    let mut town = Town::new().await;
    let city = town.server.city();
    let districts = vec![town.district];
    town.enter("city", Role::CityOfficial, GrantScope::Authority { authority: city, districts }).await;
    let scheme = json!({ "code": "city-centre", "name_zh": "市级中心", "authority_id": city, "holder_kinds": [],
        "rules": crate::kit::rules() });
    let scheme = town.by("city").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let path = format!("/api/v1/schemes/{}/rounds", text(&scheme["id"]));
    let round = json!({ "name_zh": "首批", "opens_on": "2026-09-01", "closes_on": "2026-09-15" });
    let round = town.by("city").post_json(&path, &round).await.expect(201);
    town.apply(&round, "a").await;
    town.go_to("2026-09-20").await;
    let late = async |name: &str| {
        let seen = town.by(name).get("/api/v1/late").await.expect(200);
        seen["applications"].as_array().map(Vec::len)
    };
    assert_eq!((late("city").await, late("official").await), (Some(1), Some(0)));
    assert_eq!(told(&town).await, 1, "the city's own official is reminded");
    assert_eq!(waiting(&town, "city").await, one("check", "late"));
}
