//! What becomes of messages that do not get through, and how endpoints are halted and go on.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::kit::{Receiver, again, attempts, book, deliveries, detail, hook, is, says, stand, town, work};

#[tokio::test]
async fn after_a_failure_it_is_told_again_with_the_same_id_and_then_no_more() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;
    let long = "很长的答复".repeat(1000);
    receiver.next([says(500).body(&long), says(302).with("location", "http://127.0.0.1:1/elsewhere")]);
    book(&server, &school).await;
    receiver.wait(1).await;
    attempts(&server, 1).await;
    let waiting = stand(&school.official, &hook, &["waiting"]).await;
    assert_eq!((&waiting[0]["made"], &waiting[0]["last_status"]), (&json!(1), &json!(500)));
    assert!(school.official.get(&hook.path()).await.expect(200)["failing_since"].is_string());
    work(&server).await;
    assert_eq!(receiver.got().len(), 1, "not before it is due");

    server.advance(TimeDelta::seconds(6));
    receiver.wait(2).await;
    attempts(&server, 2).await;
    server.advance(TimeDelta::minutes(6));
    let got = receiver.wait(3).await;
    let delivered = stand(&school.official, &hook, &["delivered"]).await;
    assert_eq!((&got[0].id, &got[0].body), (&got[2].id, &got[2].body), "the same message");
    assert_eq!(delivered[0]["message_id"], got[0].id.as_str());
    assert!(got[2].timestamp > got[0].timestamp + 300, "of another moment");
    assert!(got.iter().all(|got| got.signed_by(&hook.secret).is_some()));
    let kept = detail(&school.official, &delivered[0]).await;
    let kept = kept["attempts"].as_array().expect("attempts").clone();
    let statuses: Vec<&Value> = kept.iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [500, 302, 204], "no redirect is followed");
    let first = kept[0]["answer"].as_str().expect("text");
    assert!(first.starts_with("很长的答复") && first.len() <= 1100, "{}", first.len());

    server.advance(TimeDelta::minutes(3));
    work(&server).await;
    assert_eq!(receiver.got().len(), 3);
    let view = again(&server, &school).await.get(&hook.path()).await.expect(200);
    assert_eq!((&view["failing_since"], &view["state"]), (&Value::Null, &json!("active")));
}

#[tokio::test]
async fn what_is_given_up_is_listed_and_sent_again_when_somebody_says_so() {
    let (server, school) = town(2).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;
    receiver.always(says(500));
    let began = server.state().now();
    book(&server, &school).await;
    for round in 1..=10 {
        // While it fails, one message at a time; both plans are gone through.
        attempts(&server, round * 2).await;
        let due: Option<DateTime<Utc>> = sqlx::query_scalar("SELECT max(due_at) FROM webhook_delivery")
            .fetch_one(server.pool())
            .await
            .expect("read");
        assert_eq!(due.is_none(), round == 10, "{round}: {due:?}");
        if let Some(due) = due {
            server.advance(due - server.state().now());
        }
    }
    assert_eq!(receiver.got().len(), 20);
    let official = again(&server, &school).await;
    let failed = stand(&official, &hook, &["failed", "failed"]).await;
    assert!(failed.iter().all(|one| one["made"] == 10 && one["due_at"].is_null()), "{failed:#?}");
    let took = server.state().now() - began;
    assert!((TimeDelta::hours(75)..TimeDelta::hours(85)).contains(&took), "{took}");
    assert_eq!(deliveries(&official, &hook, "?state=failed").await.len(), 2);
    assert_eq!(deliveries(&official, &hook, "?state=waiting").await.len(), 0);
    let view = official.get(&hook.path()).await.expect(200);
    assert_eq!((&view["failed"], &view["state"]), (&json!(2), &json!("active")));
    server.advance(TimeDelta::hours(1));
    work(&server).await;
    assert_eq!(receiver.got().len(), 20, "given up is given up");

    // One by hand, then all since a moment.
    let official = again(&server, &school).await;
    receiver.always(says(204));
    let id = failed[0]["id"].as_str().expect("an id");
    let sent = official.post(&format!("/api/v1/webhook-deliveries/{id}/resend")).await.expect(200);
    assert_eq!((&sent["state"], &sent["made"]), (&json!("waiting"), &json!(0)));
    let got = receiver.wait(21).await;
    assert_eq!(got[20].id, failed[0]["message_id"].as_str().expect("an id"));
    stand(&official, &hook, &["delivered", "failed"]).await;
    let resend = format!("{}/resend", hook.path());
    let late = json!({ "since": server.state().now() });
    assert_eq!(official.post_json(&resend, &late).await.expect(200)["deliveries"], 0);
    let early = json!({ "since": began });
    assert_eq!(official.post_json(&resend, &early).await.expect(200)["deliveries"], 1);
    stand(&official, &hook, &["delivered", "delivered"]).await;
    assert_eq!(receiver.got().len(), 22);
}

#[tokio::test]
async fn while_it_is_paused_everything_waits() {
    let (server, school) = town(2).await;
    let receiver = Receiver::start().await;
    let official = &school.official;
    let hook = hook(official, &receiver.url, &["participation.confirmed"]).await;
    let (pause, resume) = (format!("{}/pause", hook.path()), format!("{}/resume", hook.path()));
    official.post(&resume).await.expect_problem(409, "webhook_active");
    assert_eq!(official.post(&pause).await.expect(200)["state"], "paused");
    official.post(&pause).await.expect_problem(409, "webhook_paused");
    official.post(&format!("{}/ping", hook.path())).await.expect_problem(409, "webhook_paused");
    book(&server, &school).await;
    work(&server).await;
    stand(official, &hook, &["waiting", "waiting"]).await;
    assert_eq!(receiver.got().len(), 0);
    assert_eq!(official.post(&resume).await.expect(200)["state"], "active");
    receiver.wait(2).await;
    stand(official, &hook, &["delivered", "delivered"]).await;

    // Deleted: what waits is cancelled, and stays listed.
    official.post(&pause).await.expect(200);
    book(&server, &school).await;
    work(&server).await;
    stand(official, &hook, &["waiting", "waiting", "delivered", "delivered"]).await;
    official.delete(&hook.path()).await.expect(204);
    let all = stand(official, &hook, &["cancelled", "cancelled", "delivered", "delivered"]).await;
    // Nor is any of it sent again, for it would wait for ever.
    for (delivery, code) in
        all.iter().zip(["delivery_cancelled", "delivery_cancelled", "webhook_deleted", "webhook_deleted"])
    {
        let again = format!("/api/v1/webhook-deliveries/{}/resend", delivery["id"].as_str().expect("an id"));
        official.post(&again).await.expect_problem(409, code);
    }
    stand(official, &hook, &["cancelled", "cancelled", "delivered", "delivered"]).await;
    official.get(&hook.path()).await.expect_problem(404, "not_found");
    official.delete(&hook.path()).await.expect_problem(404, "not_found");
    assert_eq!(official.get("/api/v1/webhooks").await.expect(200)["items"], json!([]));
    let secrets: i64 =
        sqlx::query_scalar("SELECT count(*) FROM webhook_secret").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(secrets, 0);
    book(&server, &school).await;
    work(&server).await;
    assert_eq!(receiver.got().len(), 2);
}

/// Two messages fail twice, so that by their plans they are due in five minutes: then they go as soon as an official says so.
#[tokio::test]
async fn what_waits_for_its_next_attempt_goes_at_once_when_an_official_says_so() {
    let (server, school) = town(2).await;
    let receiver = Receiver::start().await;
    let official = &school.official;
    let hook = hook(official, &receiver.url, &["participation.confirmed"]).await;
    let fail_twice = async |before: i64| {
        receiver.always(says(500));
        book(&server, &school).await;
        attempts(&server, before + 2).await;
        server.advance(TimeDelta::seconds(6));
        attempts(&server, before + 4).await;
        for one in deliveries(official, &hook, "?state=waiting").await {
            let due: DateTime<Utc> = one["due_at"].as_str().and_then(|due| due.parse().ok()).expect("a moment");
            assert!(due > server.state().now() + TimeDelta::minutes(3), "{one:#}");
        }
        receiver.always(says(204));
    };
    fail_twice(0).await;
    official.post(&format!("{}/pause", hook.path())).await.expect(200);
    official.post(&format!("{}/resume", hook.path())).await.expect(200);
    receiver.wait(6).await;
    let kept = detail(official, &stand(official, &hook, &["delivered", "delivered"]).await[0]).await;
    assert_eq!(kept["attempts"].as_array().map(Vec::len), Some(3), "the plan it had went on");

    // Nothing was given up, but what waits is sent too, and counted.
    fail_twice(6).await;
    let resend = json!({ "since": server.state().now() });
    let sent = official.post_json(&format!("{}/resend", hook.path()), &resend).await.expect(200);
    assert_eq!(sent["deliveries"], 2);
    receiver.wait(12).await;
    stand(official, &hook, &["delivered"; 4]).await;
}

#[tokio::test]
async fn who_is_gone_or_silent_for_days_is_told_nothing_until_an_official_says_so() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;
    receiver.next([says(410)]);
    book(&server, &school).await;
    let gone = is(&school.official, &hook, "disabled").await;
    assert_eq!((&gone["disabled_why"], &gone["waiting"]), (&json!("gone"), &json!(1)));
    server.advance(TimeDelta::minutes(2));
    work(&server).await;
    assert_eq!(receiver.got().len(), 1);
    school.official.post(&format!("{}/resume", hook.path())).await.expect(200);
    receiver.wait(2).await;
    stand(&school.official, &hook, &["delivered"]).await;

    receiver.next([says(500)]);
    book(&server, &school).await;
    receiver.wait(3).await;
    attempts(&server, 3).await;
    receiver.next([says(404)]);
    server.advance(TimeDelta::days(6));
    receiver.wait(4).await;
    let official = again(&server, &school).await;
    let silent = is(&official, &hook, "disabled").await;
    assert_eq!((&silent["disabled_why"], &silent["waiting"]), (&json!("unreachable"), &json!(1)));
    official.post(&format!("{}/resume", hook.path())).await.expect(200);
    receiver.wait(5).await;
    stand(&official, &hook, &["delivered", "delivered"]).await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;
    receiver.next([says(429).with("retry-after", "240")]);
    book(&server, &school).await;
    receiver.wait(1).await;
    attempts(&server, 1).await;
    // Nor is anything else sent meanwhile.
    school.official.post(&format!("{}/ping", hook.path())).await.expect(201);
    server.advance(TimeDelta::seconds(120));
    work(&server).await;
    assert_eq!(receiver.got().len(), 1);
    assert!(school.official.get(&hook.path()).await.expect(200)["quiet_until"].is_string());
    server.advance(TimeDelta::seconds(125));
    receiver.wait(3).await;
    stand(&school.official, &hook, &["delivered", "delivered"]).await;
    assert!(school.official.get(&hook.path()).await.expect(200)["quiet_until"].is_null());
}

#[tokio::test]
async fn for_a_day_after_its_replacement_the_old_secret_signs_too() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let official = &school.official;
    let hook = hook(official, &receiver.url, &["participation.confirmed"]).await;
    let ping = format!("{}/ping", hook.path());
    official.post(&ping).await.expect(201);
    let rotated = official.post(&format!("{}/secret", hook.path())).await;
    assert_eq!(rotated.header("cache-control"), "no-store");
    let rotated = rotated.expect(200);
    assert!(rotated["webhook"]["old_secret_until"].is_string());
    let new = rotated["secret"].as_str().expect("a secret").to_owned();
    assert_ne!(new, hook.secret);
    receiver.wait(1).await;
    official.post(&ping).await.expect(201);
    let got = receiver.wait(2).await;
    let both = &got[1];
    assert_eq!((both.signed_by(&new), both.signed_by(&hook.secret)), (Some(0), Some(1)));
    attempts(&server, 2).await;

    server.advance(TimeDelta::hours(25));
    let official = again(&server, &school).await;
    official.post(&ping).await.expect(201);
    let got = receiver.wait(3).await;
    assert_eq!((got[2].signed_by(&new), got[2].signed_by(&hook.secret)), (Some(0), None));
    assert_eq!(got[2].signatures.len(), 1);
    assert!(official.get(&hook.path()).await.expect(200)["old_secret_until"].is_null());
}

/// A receiver that is slow to fail does not keep others waiting, and what ended long ago is deleted.
#[tokio::test]
async fn one_that_hangs_does_not_hold_up_another_and_old_deliveries_go() {
    let (server, school) = town(1).await;
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.always(says(204).after(Duration::from_secs(5)));
    let official = &school.official;
    let first = hook(official, &slow.url, &["participation.confirmed"]).await;
    let second = hook(official, &quick.url, &["participation.confirmed"]).await;
    book(&server, &school).await;
    slow.wait(1).await;
    quick.wait(1).await;
    stand(official, &second, &["delivered"]).await;
    assert_eq!(deliveries(official, &first, "").await[0]["state"], "waiting", "it is under way still");
    stand(official, &first, &["delivered"]).await;

    // Ids are of the system's time, which is not moved: what has just happened would be told anew.
    for hook in [&first, &second] {
        official.delete(&hook.path()).await.expect(204);
    }
    server.advance(TimeDelta::days(91));
    kepu_api::housekeeping::tidy(server.state()).await.expect("tidy");
    let left: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM webhook_delivery), (SELECT count(*) FROM webhook_attempt)")
            .fetch_one(server.pool())
            .await
            .expect("counted");
    assert_eq!(left, (0, 0));
}
