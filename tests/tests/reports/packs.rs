//! Packs after a stop, and packs that nobody has to ask for.

use std::time::Duration;

use chrono::{Datelike, TimeDelta};
use kepu_api::reports::look_after_packs;
use kepu_tests::{Client, PASSWORD, Server};
use serde_json::{Value, json};

use super::town::Town;

const PATH: &str = "/api/v1/report-packs";

async fn until(client: &Client, id: &Value, held: impl Fn(&Value) -> bool) -> Value {
    let path = format!("{PATH}/{}", id.as_str().expect("an id"));
    for _ in 0..900 {
        let now = client.get(&path).await.expect(200);
        if held(&now) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{}", client.get(&path).await.expect(200));
}

#[tokio::test]
async fn a_pack_goes_on_after_a_stop_in_its_middle() {
    let mut server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official;
    // Nobody reads the themes while this lasts: the eighth report waits for them.
    let mut barrier = server.pool().begin().await.expect("begun");
    sqlx::query("LOCK TABLE theme IN ACCESS EXCLUSIVE MODE").execute(&mut *barrier).await.expect("locked");
    let asked = official.post_json(PATH, &json!({ "name": "本月" })).await.expect(202);
    let half = until(official, &asked["id"], |pack| pack["done"] == 7).await;
    assert_eq!((&half["state"], &half["total"]), (&json!("making"), &json!(14)));
    official.post_json(PATH, &json!({ "name": "又一个" })).await.expect_problem(409, "pack_running");

    let second = Server::over(server.database_url()).await;
    // As long as the first service makes it, the second one does not.
    look_after_packs(second.state()).await.expect("looked after");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = "SELECT begun, done FROM report_pack";
    let now: (i32, i32) = sqlx::query_as(begun).fetch_one(second.pool()).await.expect("read");
    assert_eq!(now, (1, 7));
    // The stop cuts the reading off; what the database waits for is let go after that.
    let let_go = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        barrier.rollback().await.expect("given up");
    };
    let (stopped, ()) = tokio::join!(server.stop(), let_go);
    stopped.expect("stopped");
    let cut: (i32, bool) =
        sqlx::query_as("SELECT done, ended_at IS NULL FROM report_pack").fetch_one(second.pool()).await.expect("read");
    assert_eq!(cut, (7, true), "cut off in its middle, and not told as failed");

    let official = second.sign_in(&official.login, PASSWORD).await.for_district(town.first.district);
    let waits = official.get(&format!("{PATH}/{}", asked["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(waits["state"], "making");
    look_after_packs(second.state()).await.expect("looked after");
    let ready = until(&official, &asked["id"], |pack| pack["state"] == "ready").await;
    assert_eq!((&ready["done"], ready["files"].as_array().map(Vec::len)), (&json!(14), Some(2)));
    let now: (i32, i32) = sqlx::query_as(begun).fetch_one(second.pool()).await.expect("read");
    assert_eq!(now, (2, 14));

    // What takes the service down with it each time is given up.
    sqlx::query("UPDATE report_pack SET state = 'making', ended_at = NULL, begun = 3")
        .execute(second.pool())
        .await
        .expect("as if it had been");
    look_after_packs(second.state()).await.expect("looked after");
    let failed = until(&official, &asked["id"], |pack| pack["state"] == "failed").await;
    assert_eq!(failed["problem"], "stopped");
}

#[tokio::test]
async fn a_month_and_a_term_that_have_ended_make_their_packs_once() {
    let server = Server::start().await;
    // A month from here no term ends, and no month is left out.
    server.at("2026-11-10T09:00:00+08:00");
    let town = Town::new(&server).await;
    let s = &town.first;
    // Who was away for a month signs in again.
    let official = async || server.sign_in(&s.official.login, PASSWORD).await;
    let packs = async || official().await.get(PATH).await.expect(200)["items"].as_array().expect("packs").clone();
    let look = async || look_after_packs(server.state()).await.expect("looked after");
    // Nothing was scored when the last month ended.
    assert_eq!((look().await, packs().await.len()), (0, 0));

    // Into the next month, of the district.
    let month = |server: &Server| (server.state().now() + TimeDelta::hours(8)).date_naive().with_day(1).expect("a day");
    let first = month(&server);
    server.advance(TimeDelta::days(31));
    assert_eq!(look().await, 1);
    assert_eq!(look().await, 0, "once");
    let made = packs().await;
    let ready = until(&official().await, &made[0]["id"], |pack| pack["state"] == "ready").await;
    assert_eq!((&ready["automatic"], &ready["from"], &ready["total"]), (&json!(true), &json!(first), &json!(14)));
    assert_eq!(ready["name"], format!("{} 年 {} 月", first.year(), first.month()));
    official().await.post_json(PATH, &json!({ "name": "另要一个" })).await.expect(202);

    // A term, too: after a year at the latest.
    server.advance(TimeDelta::days(300));
    assert_eq!(look().await, 2);
    let terms: Vec<Value> = packs().await.into_iter().filter(|pack| !pack["term"].is_null()).collect();
    assert_eq!(terms.len(), 1);
    until(&official().await, &terms[0]["id"], |pack| pack["state"] == "ready").await;

    // Not where the district does not want it.
    let path = format!("/api/v1/districts/{}", s.district);
    let official = official().await;
    let version = official.get(&path).await.expect(200)["version"].as_i64().expect("a version");
    official.patch_json(&path, version, &json!({ "report_packs": false })).await.expect(200);
    server.advance(TimeDelta::days(31));
    assert_eq!(look().await, 0);
}
