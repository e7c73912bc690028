//! A theme goes to another month while sessions are ahead.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{City, at, of_theme};

#[tokio::test]
async fn sessions_stay_and_are_told_to_lie_outside() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let other = city.theme(&edition, 2, "礼赞科学家").await;
    let launch = city.launch(&city.hosts(), 1, &[6, 13]);
    let launched = city.official.post_json(&format!("{}/launch", of_theme(&theme)), &launch).await.expect(200);
    let cancelled = launched["items"][0]["session_ids"][0].as_str().expect("an id");
    let path = format!("/api/v1/sessions/{cancelled}/cancel");
    let museum = &city.museums[0].account;
    let request = museum.request(Method::POST, &path).header("If-Match", "\"1\"").json(&json!({ "reason": "检修" }));
    museum.send(request).await.expect(200);

    let look = async |month| city.official.get(&format!("{}/outside?month={month}", of_theme(&theme))).await;
    let preview = look(city.month(3)).await.expect(200);
    assert_eq!((&preview["ahead"], &preview["outside_count"]), (&json!(5), &json!(5)));
    assert_eq!(preview["outside"].as_array().expect("sessions").len(), 5);
    assert_eq!(preview["swapped"], Value::Null);
    assert_eq!(look(city.month(2)).await.expect(200)["swapped"]["theme"]["id"], other["id"]);
    assert_eq!(look(city.month(1)).await.expect(200)["outside_count"], 0);

    let go = async |month, version: i64| {
        let request = city.official.request(Method::POST, &format!("{}/move", of_theme(&theme)));
        let request = request.header("If-Match", format!("\"{version}\"")).json(&json!({ "month": month }));
        city.official.send(request).await
    };
    go(city.month(2), 1).await.expect_problem(409, "month_taken");
    go(city.month(1), 1).await.expect_problem(409, "same_month");
    go(city.month(3), 9).await.expect_problem(412, "version_changed");
    go(city.month(12), 1).await.expect_problem(422, "invalid");
    let before: Vec<(uuid::Uuid, chrono::DateTime<chrono::Utc>)> = sessions(&city).await;
    let moved = go(city.month(3), 1).await.expect(200);
    assert_eq!((&moved["theme"]["month"], &moved["outside_count"]), (&json!(city.month(3)), &json!(5)));
    assert_eq!(sessions(&city).await, before);
    // Each host is told, and sees the edition from there; who does not host is not.
    for museum in &city.museums {
        let page = museum.account.get("/api/v1/reminders?waiting=true").await.expect(200);
        let told = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|row| [&row["step"], &row["object_id"], &row["page_id"]]);
        assert_eq!(told.collect::<Vec<_>>(), [[&json!("theme_moved"), &theme["id"], &edition["id"]]]);
    }
    assert_eq!((city.eastern.news().await, city.official.news().await), (vec![], vec![]));
    let themes = city.official.get(&at(&edition)).await.expect(200)["themes"].clone();
    assert_eq!((&themes[0]["id"], &themes[1]["id"]), (&other["id"], &theme["id"]));

    // A host that follows is outside no more.
    let session = launched["items"][1]["session_ids"][0].as_str().expect("an id");
    let later = json!({ "starts_at": city.ten(3, 6), "ends_at": city.ten(3, 6) + chrono::TimeDelta::minutes(90) });
    city.museums[1].account.patch_json(&format!("/api/v1/sessions/{session}"), 1, &later).await.expect(200);
    let left = look(city.month(3)).await.expect(200);
    assert_eq!((&left["ahead"], &left["outside_count"]), (&json!(5), &json!(4)));
}

async fn sessions(city: &City) -> Vec<(uuid::Uuid, chrono::DateTime<chrono::Utc>)> {
    sqlx::query_as("SELECT id, starts_at FROM session ORDER BY id").fetch_all(city.server.pool()).await.expect("read")
}

/// A calendar without a free month is rearranged all the same: two themes trade their months, and of both it is told which
/// sessions lie outside then.
#[tokio::test]
async fn two_themes_trade_their_months() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let other = city.theme(&edition, 2, "礼赞科学家").await;
    for (theme, ahead, days) in [(&theme, 1, &[6, 13][..]), (&other, 2, &[9][..])] {
        let mut launch = city.launch(&city.hosts()[..1], ahead, days);
        launch["activity"]["code"] = json!(format!("T{ahead}"));
        city.official.post_json(&format!("{}/launch", of_theme(theme)), &launch).await.expect(200);
    }
    let before = sessions(&city).await;
    let preview = city.official.get(&format!("{}/outside?month={}", of_theme(&theme), city.month(2))).await.expect(200);
    let swapped = &preview["swapped"];
    assert_eq!((&preview["outside_count"], &swapped["outside_count"]), (&json!(2), &json!(1)), "{preview}");
    assert_eq!((&swapped["theme"]["id"], &swapped["month"]), (&other["id"], &json!(city.month(1))));

    let go = async |version: i64, with: &Value| {
        let body = json!({ "month": city.month(2), "swaps_with": with });
        let request = city.official.request(Method::POST, &format!("{}/move", of_theme(&theme)));
        city.official.send(request.header("If-Match", format!("\"{version}\"")).json(&body)).await
    };
    // Nobody swaps what he has not seen.
    go(1, &Value::Null).await.expect_problem(409, "month_taken");
    go(1, &theme["id"]).await.expect_problem(409, "month_taken");
    let moved = go(1, &other["id"]).await.expect(200);
    assert_eq!(
        (&moved["theme"]["month"], &moved["swapped"]["theme"]["month"]),
        (&json!(city.month(2)), &json!(city.month(1)))
    );
    assert_eq!((&moved["theme"]["version"], &moved["swapped"]["theme"]["version"]), (&json!(2), &json!(2)));
    let themes = city.official.get(&at(&edition)).await.expect(200)["themes"].clone();
    assert_eq!((&themes[0]["id"], &themes[1]["id"]), (&other["id"], &theme["id"]));
    assert_eq!(sessions(&city).await, before, "sessions stay");
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'theme.move'")
        .fetch_one(city.server.pool())
        .await
        .expect("counted");
    assert_eq!(told, 2, "of both");
    // What was to be swapped is elsewhere by now.
    let body = json!({ "month": city.month(3), "swaps_with": other["id"] });
    let request = city.official.request(Method::POST, &format!("{}/move", of_theme(&theme)));
    city.official.send(request.header("If-Match", "\"2\"").json(&body)).await.expect_problem(409, "month_taken");
}

/// By the clock of the districts: the evening of the last day of a month is already the next month in no other zone.
#[tokio::test]
async fn the_month_is_that_of_the_district() {
    let city = City::new().await;
    let (_, theme) = city.running().await;
    let mut launch = city.launch(&city.hosts()[..1], 1, &[]);
    // Half past midnight on the first day there is still the last day of the month before in Greenwich.
    let midnight = city.ten(1, 1) - chrono::TimeDelta::minutes(9 * 60 + 30);
    launch["sessions"] = json!([{ "starts_at": midnight }]);
    let answer = city.official.post_json(&format!("{}/launch", of_theme(&theme)), &launch).await.expect(200);
    assert_eq!(answer["launched"], 1, "{answer}");
    let told = city.official.get(&format!("{}/outside?month={}", of_theme(&theme), city.month(1))).await.expect(200);
    assert_eq!(told["outside_count"], 0);
}
