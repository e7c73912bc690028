//! What came of an edition, counted over districts; and what others report, which is never added.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::session_at;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{City, at, of_theme};

/// A session of the activity that a museum got, which ended some hours ago.
async fn held(city: &City, launched: &Value, museum: usize) -> Uuid {
    let activity: Uuid = launched["items"][museum]["activity_id"].as_str().expect("an id").parse().expect("an id");
    let district = if museum == 2 { city.west } else { city.east };
    let starts = city.server.state().now() - chrono::Duration::hours(5);
    session_at(&city.server, district, city.museums[museum].id, activity, starts, None).await
}

/// Pupils are recorded by their teacher and confirmed by the museum.
async fn took_part(
    city: &City,
    museum: usize,
    session: Uuid,
    teacher: &kepu_tests::Client,
    pupils: &[Uuid],
    district: Uuid,
) {
    let persons: Vec<Value> = pupils.iter().map(|id| json!({ "person_id": id })).collect();
    let path = format!("/api/v1/sessions/{session}/participations");
    let answer = teacher.post_json(&path, &json!({ "persons": persons })).await.expect(200);
    assert_eq!(answer["recorded"], json!(pupils.len()), "{answer}");
    let host = city.museums[museum].account.client.clone().for_district(district);
    host.post_json(&format!("/api/v1/sessions/{session}/confirmation"), &json!({ "all": true })).await.expect(200);
}

fn counted(progress: &Value, list: &str, id: &Value) -> [i64; 5] {
    let part = progress[list].as_array().expect("a list").iter().find(|part| part["id"] == *id).expect("a part");
    ["events", "ahead", "persons", "person_times", "schools"].map(|word| part[word].as_i64().unwrap_or(-1))
}

#[tokio::test]
async fn events_people_and_schools_are_counted_over_districts() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let strand = city.strand(&edition, "themed_activities", "主题日").await;
    let mut launch = city.launch(&city.hosts(), 1, &[6]);
    launch["strand_id"] = strand["id"].clone();
    let launched = city.official.post_json(&format!("{}/launch", of_theme(&theme)), &launch).await.expect(200);
    let (one, three) = (held(&city, &launched, 0).await, held(&city, &launched, 2).await);
    let (eastern, east) = city.school(city.east, "东区一校", 3).await;
    let (second, near) = city.school(city.east, "东区二校", 1).await;
    let (western, west) = city.school(city.west, "西区一校", 2).await;
    // A museum of the east has guests of both districts, and some of them go to the west as well.
    took_part(&city, 0, one, &eastern.account, &east, city.east).await;
    took_part(&city, 0, one, &second.account, &near, city.east).await;
    took_part(&city, 0, one, &western.account, &west[..1], city.west).await;
    took_part(&city, 2, three, &eastern.account, &east[..2], city.east).await;
    took_part(&city, 2, three, &western.account, &west, city.west).await;

    let progress = city.official.get(&format!("{}/progress", at(&edition))).await.expect(200);
    let total = &progress["total"];
    let words = ["activities", "venues", "events", "ahead", "cancelled", "persons", "person_times", "schools"];
    assert_eq!(words.map(|word| total[word].as_i64().unwrap_or(-1)), [3, 2, 2, 3, 0, 6, 9, 3], "{progress}");
    assert_eq!(counted(&progress, "themes", &theme["id"]), [2, 3, 6, 9, 3]);
    assert_eq!(counted(&progress, "strands", &strand["id"]), [2, 3, 6, 9, 3]);
    let venue = |at: usize| counted(&progress, "venues", &json!(city.museums[at].id));
    assert_eq!(venue(0), [1, 1, 5, 5, 3]);
    assert_eq!(venue(1), [0, 1, 0, 0, 0]);
    assert_eq!(venue(2), [1, 1, 4, 4, 2]);

    // Who was rejected or voided is not there; what others report is told apart.
    let mine = city.museums[0].account.client.clone().for_district(city.east);
    let page = mine.get(&format!("/api/v1/participations?session_id={one}")).await.expect(200);
    let voided = &page["items"][0];
    let path = format!("/api/v1/participations/{}/void", voided["id"].as_str().expect("an id"));
    let request = mine.request(reqwest::Method::POST, &path).header("If-Match", format!("\"{}\"", voided["version"]));
    mine.send(request.json(&json!({ "reason": "记错了" }))).await.expect(200);
    let version = city.official.get(&at(&edition)).await.body["version"].as_i64().expect("a version");
    let reported = json!({ "reported": [
        { "measure": "events", "count": 17_017, "source": "2024 年度总结" },
        { "measure": "schools", "count": 3_625, "source": "2024 年度总结" },
    ] });
    city.official.patch_json(&at(&edition), version, &reported).await.expect(200);
    let after = city.official.get(&format!("{}/progress", at(&edition))).await.expect(200);
    assert_eq!((&after["total"]["events"], &after["total"]["person_times"]), (&json!(2), &json!(8)));
    assert_eq!(after["reported"][0]["count"], 17_017);
}

#[tokio::test]
async fn counts_are_for_the_authority_and_name_nobody() {
    let city = City::new().await;
    let (edition, _) = city.running().await;
    let path = format!("{}/progress", at(&edition));
    city.eastern.get(&path).await.expect_problem(403, "forbidden");
    let scope = GrantScope::Authority { authority: city.server.city(), districts: vec![city.east, city.west] };
    let auditor = city.server.account(Role::Auditor, scope).await;
    let told = auditor.get(&path).await.expect(200);
    assert_eq!(told["total"]["persons"], 0);
}

#[tokio::test]
async fn who_takes_part_sees_the_whole_and_its_own_venue() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let body = city.launch(&city.hosts(), 1, &[6]);
    city.official.post_json(&format!("{}/launch", of_theme(&theme)), &body).await.expect(200);
    let path = format!("{}/progress", at(&edition));
    let seen = city.museums[1].account.get(&path).await.expect(200);
    let venues: Vec<&Value> = seen["venues"].as_array().expect("venues").iter().map(|venue| &venue["id"]).collect();
    assert_eq!((venues, &seen["total"]["activities"]), (vec![&json!(city.museums[1].id)], &json!(3)));
    let whole = city.official.get(&path).await.expect(200);
    assert_eq!(whole["venues"].as_array().map(Vec::len), Some(3));
    let stranger = city.server.organization(city.east, "base", "未参加的基地").await;
    let scope = GrantScope::Organization { district: city.east, organization: stranger };
    let stranger = city.server.account(Role::BaseAdmin, scope).await;
    stranger.get(&path).await.expect_problem(403, "forbidden");
}
