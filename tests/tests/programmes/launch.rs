//! One theme at many venues at once.

use chrono::Months;
use kepu_tests::school::designate_as;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{City, at, id, of_theme, outcomes, step};

#[tokio::test]
async fn each_host_gets_its_own_and_a_second_launch_adds_nothing() {
    let city = City::new().await;
    let (_, theme) = city.running().await;
    let path = format!("{}/launch", of_theme(&theme));
    let mut body = city.launch(&city.hosts(), 1, &[6, 13]);
    // One has days of its own, one makes its sessions itself.
    body["hosts"][1]["sessions"] = json!([{ "starts_at": city.ten(1, 20), "place": "西门" }]);
    body["hosts"][2]["sessions"] = json!([]);
    let first = city.official.post_json(&path, &body).await.expect(200);
    assert_eq!(outcomes(&first), [("launched", ""); 3]);
    assert_eq!((&first["launched"], &first["already"], &first["refused"]), (&json!(3), &json!(0), &json!(0)));
    let sessions = |at: usize| first["items"][at]["session_ids"].as_array().expect("sessions").len();
    assert_eq!([sessions(0), sessions(1), sessions(2)], [2, 1, 0]);

    for (museum, item) in city.museums.iter().zip(first["items"].as_array().expect("items")) {
        let activity = format!("/api/v1/activities/{}", item["activity_id"].as_str().expect("an id"));
        let activity = museum.account.get(&activity).await.expect(200);
        assert_eq!((&activity["host_id"], &activity["theme_id"]), (&json!(museum.id), &theme["id"]));
        assert_eq!(activity["title_zh"], "造一枚水火箭");
    }
    let own = first["items"][1]["session_ids"][0].as_str().expect("an id");
    let own = city.museums[1].account.get(&format!("/api/v1/sessions/{own}")).await.expect(200);
    assert_eq!((&own["place"], &own["host_id"]), (&json!("西门"), &json!(city.museums[1].id)));

    let second = city.official.post_json(&path, &body).await.expect(200);
    assert_eq!(outcomes(&second), [("already", ""); 3]);
    for (one, other) in first["items"].as_array().iter().zip(second["items"].as_array()) {
        assert_eq!(one[0]["activity_id"], other[0]["activity_id"]);
    }
    assert_eq!((city.count("activity").await, city.count("session").await), (3, 3));
}

#[tokio::test]
async fn two_launches_at_once_make_one_copy() {
    let city = City::new().await;
    let (_, theme) = city.running().await;
    let path = format!("{}/launch", of_theme(&theme));
    let body = city.launch(&city.hosts(), 1, &[6]);
    let send = || city.official.post_json(&path, &body);
    let (one, other, third) = tokio::join!(send(), send(), send());
    let launched: i64 =
        [one, other, third].into_iter().map(|answer| answer.expect(200)["launched"].as_i64().expect("a number")).sum();
    assert_eq!(launched, 3);
    assert_eq!((city.count("activity").await, city.count("session").await), (3, 3));
}

#[tokio::test]
async fn who_cannot_host_is_told_why_and_the_others_go_on() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let supporter = city.server.organization(city.east, "company", "支持企业").await;
    city.member(&edition, supporter, "support").await.expect(200);
    let closed = city.server.organization(city.east, "museum", "将关闭的馆").await;
    city.member(&edition, closed, "undertake").await.expect(200);
    sqlx::query("UPDATE organization SET status = 'closed' WHERE id = $1")
        .bind(closed)
        .execute(city.server.pool())
        .await
        .expect("closed");
    // The second museum has something else under this code.
    let taken = &city.museums[1];
    let other = json!({ "host_id": taken.id, "code": "rocket", "kind": "visit", "title_zh": "参观", "minutes": 60 });
    taken.account.post_json("/api/v1/activities", &other).await.expect(201);

    let hosts = [city.museums[0].id, supporter, closed, taken.id, Uuid::from_u128(9), city.museums[2].id];
    let mut body = city.launch(&hosts, 1, &[6]);
    let elsewhere = city.ten(2, 1);
    body["hosts"][5]["sessions"] = json!([{ "starts_at": city.ten(1, 9) }, { "starts_at": elsewhere }]);
    let path = format!("{}/launch", of_theme(&theme));
    let answer = city.official.post_json(&path, &body).await.expect(200);
    assert_eq!(
        outcomes(&answer),
        [
            ("launched", ""),
            ("refused", "not_a_host"),
            ("refused", "host_closed"),
            ("refused", "code_taken"),
            ("refused", "host_closed"),
            ("refused", "outside_month"),
        ]
    );
    assert_eq!(answer["items"][5]["day"], json!(elsewhere.date_naive()));
    assert!(answer["items"][1]["reason"].as_str().expect("a reason").contains("member"));
    // What was refused left nothing behind.
    assert_eq!(city.count("activity").await, 2);
    assert_eq!(city.count("session").await, 1);
}

#[tokio::test]
async fn a_host_needs_what_the_edition_asks_for_on_each_day() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    // Two held it long since; of one it lapses in the middle of the month.
    for museum in &city.museums[..2] {
        designate_as(&city.server, museum.id, "station", "2020-01-01").await;
    }
    let last = city.month(1).checked_add_days(chrono::Days::new(9)).expect("a day");
    sqlx::query("UPDATE designation SET valid_to = $2 WHERE organization_id = $1")
        .bind(city.museums[1].id)
        .bind(last)
        .execute(city.server.pool())
        .await
        .expect("shortened");
    let scheme: Uuid = sqlx::query_scalar("SELECT id FROM scheme WHERE code = 'station'")
        .fetch_one(city.server.pool())
        .await
        .expect("a scheme");
    let version = city.official.get(&at(&edition)).await.body["version"].as_i64().expect("a version");
    let asked = json!({ "host_scheme_id": scheme });
    city.official.patch_json(&at(&edition), version, &asked).await.expect(200);

    let path = format!("{}/launch", of_theme(&theme));
    let answer = city.official.post_json(&path, &city.launch(&city.hosts(), 1, &[6, 20])).await.expect(200);
    assert_eq!(outcomes(&answer), [("launched", ""), ("refused", "not_designated"), ("refused", "not_designated")]);
    assert_eq!(answer["items"][1]["day"], json!(city.ten(1, 20).date_naive()));
    assert_eq!(answer["items"][2]["day"], json!(city.ten(1, 6).date_naive()));
    // Within its term the second one hosts as well; without sessions it is asked on the first day of the month.
    let answer = city.official.post_json(&path, &city.launch(&[city.museums[1].id], 1, &[])).await.expect(200);
    assert_eq!(outcomes(&answer), [("launched", "")]);
}

#[tokio::test]
async fn only_what_is_published_is_launched_and_nonsense_is_refused_as_a_whole() {
    let city = City::new().await;
    let edition = city.draft().await;
    let theme = city.theme(&edition, 1, "筑梦航天").await;
    city.member(&edition, city.museums[0].id, "host").await.expect(200);
    let path = format!("{}/launch", of_theme(&theme));
    let body = city.launch(&city.hosts()[..1], 1, &[6]);
    city.official.post_json(&path, &body).await.expect_problem(409, "edition_draft");
    city.publish(&edition).await;

    let mut wrong = city.launch(&[city.museums[0].id, city.museums[0].id], 1, &[6]);
    wrong["activity"]["minutes"] = json!(0);
    wrong["sessions"][0]["capacity"] = json!(0);
    wrong["strand_id"] = json!(Uuid::from_u128(3));
    let problem = city.official.post_json(&path, &wrong).await.expect_problem(422, "invalid");
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().map(|one| one["field"].as_str().unwrap_or("")).collect();
    for field in ["activity.minutes", "sessions[0].capacity", "hosts[1].organization_id", "strand_id"] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
    step(&city.official, &edition, "close").await.expect(200);
    city.official.post_json(&path, &body).await.expect_problem(409, "edition_closed");
    assert_eq!(city.count("activity").await, 0);
}

#[tokio::test]
async fn members_lie_within_the_area_of_the_authority() {
    let city = City::new().await;
    let new = json!({ "code": "east", "name_zh": "东区科普月" });
    let programme = city.eastern.post_json("/api/v1/programmes", &new).await.expect(201);
    assert_eq!(programme["authority_id"], json!(city.east));
    let last = city.month(0).checked_add_months(Months::new(6)).expect("a day");
    let new = json!({ "year": 2026, "title_zh": "科普月", "first_day": city.month(0), "last_day": last });
    let path = format!("/api/v1/programmes/{}/editions", id(&programme));
    let edition = city.eastern.post_json(&path, &new).await.expect(201);
    let members = format!("{}/members", at(&edition));
    let all = json!({ "organization_ids": city.hosts(), "role": "host" });
    let refused = city.eastern.post_json(&members, &all).await.expect_problem(422, "invalid");
    let told: Vec<&Value> = refused["errors"].as_array().expect("errors").iter().map(|one| &one["field"]).collect();
    assert_eq!(told, [&json!("organization_ids[2]")]);
    assert_eq!(city.count("edition_member").await, 0);
    let near = json!({ "organization_ids": city.hosts()[..2], "role": "host" });
    city.eastern.post_json(&members, &near).await.expect(200);
}

#[tokio::test]
async fn a_strand_is_launched_on_its_own_on_any_day_of_the_edition() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let strand = city.strand(&edition, "training", "科技教师培训").await;
    let path = format!("/api/v1/strands/{}/launch", id(&strand));
    let mut body = city.launch(&city.hosts(), 2, &[6]);
    body["activity"]["code"] = json!("training");
    let far = chrono::Duration::days(4000);
    body["hosts"][1]["sessions"] = json!([{ "starts_at": city.ten(1, 20) + far }]);
    let other = city.strand(&edition, "exchange", "交流").await;
    body["strand_id"] = other["id"].clone();
    city.official.post_json(&path, &body).await.expect_problem(422, "invalid");
    body["strand_id"] = Value::Null;
    let first = city.official.post_json(&path, &body).await.expect(200);
    assert_eq!(outcomes(&first), [("launched", ""), ("refused", "outside_edition"), ("launched", "")]);
    let activity = format!("/api/v1/activities/{}", first["items"][0]["activity_id"].as_str().expect("an id"));
    let activity = city.museums[0].account.get(&activity).await.expect(200);
    assert_eq!((&activity["strand_id"], &activity["theme_id"]), (&strand["id"], &Value::Null));
    let again = city.official.post_json(&path, &body).await.expect(200);
    assert_eq!(outcomes(&again)[0], ("already", ""));
    // The same code is another strand's or a theme's by now.
    let path = format!("/api/v1/strands/{}/launch", id(&other));
    assert_eq!(outcomes(&city.official.post_json(&path, &body).await.expect(200))[0], ("refused", "code_taken"));
    let path = format!("{}/launch", of_theme(&theme));
    assert_eq!(
        outcomes(&city.official.post_json(&path, &city.launch(&city.hosts(), 1, &[6])).await.expect(200))[0].0,
        "launched"
    );
}
