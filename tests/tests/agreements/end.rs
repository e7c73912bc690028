//! An agreement that is ended early while things are under way.

use kepu_tests::school::{activity, session_of};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, at, each, of, run, step, told};

/// What the museum offers, and a booking of it by the academy on these days from today.
async fn booked(town: &Town, title: &str, first: i64, last: i64) -> (Value, Value) {
    let offer = json!({
        "owner_id": town.museum.id, "kind": "equipment", "title_zh": title, "licence": "cc-by-4.0", "reach": "everywhere",
    });
    let resource = town.museum.account.post_json("/api/v1/resources", &offer).await.expect(201);
    let wish = json!({
        "resource_id": resource["id"], "organization_id": town.academy.id, "first_day": town.day(first),
        "last_day": town.day(last),
    });
    let booking = town.academy.account.post_json("/api/v1/bookings", &wish).await.expect(201);
    (resource, booking)
}

fn outcomes(list: &Value) -> Vec<(&str, &str, &str)> {
    let items = list["items"].as_array().expect("items").iter();
    items
        .map(|item| {
            let word = |name: &str| item[name].as_str().unwrap_or_default();
            (word("sort"), word("title_zh"), word("outcome"))
        })
        .collect()
}

#[tokio::test]
async fn nothing_is_left_in_silence() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({ "parties": [town.academy.id] })).await;
    let (_, open) = booked(&town, "球幕放映机", 3, 5).await;
    let (_, lent) = booked(&town, "望远镜", 0, 9).await;
    for step in ["approve", "deliver"] {
        let path = format!("/api/v1/bookings/{}", lent["id"].as_str().expect("an id"));
        let version = town.museum.account.get(&path).await.body["version"].clone();
        crate::kit::post_at(&town.museum.account, &format!("{path}/{step}"), &version, &json!({})).await.expect(200);
    }
    // One of somebody else is not the agreement's.
    let wish = json!({
        "resource_id": open["resource_id"], "organization_id": town.firm.id, "first_day": town.day(20),
        "last_day": town.day(21),
    });
    let foreign = town.firm.account.post_json("/api/v1/bookings", &wish).await.expect(201);
    let body = json!({ "owner_id": town.museum.id, "title_zh": "科学传播论坛" });
    let project = town.museum.account.post_json(&format!("{}/projects", at(&agreement)), &body).await.expect(201);
    let hosted = activity(&town.server, town.here, town.museum.id, "practice", 60).await;
    let ahead = session_of(&town.server, town.here, town.museum.id, hosted, -4, None).await;
    session_of(&town.server, town.here, town.museum.id, hosted, 4, None).await;
    town.museum.account.put_json(&format!("{}/activities/{hosted}", of(&project)), &json!({})).await.expect(200);

    let shown = |place: &crate::kit::Place| format!("{}/ahead?organization_id={}", at(&agreement), place.id);
    let list = town.museum.account.get(&shown(&town.museum)).await.expect(200);
    let all = [
        ("bookings", "望远镜", "has_begun"),
        ("bookings", "球幕放映机", "cancelled"),
        ("sessions", "试验活动", "cancelled"),
        ("projects", "科学传播论坛", "cancelled"),
    ];
    assert_eq!(outcomes(&list), all);
    // To the academy the session is the museum's.
    let list = town.academy.account.get(&shown(&town.academy)).await.expect(200);
    assert_eq!(outcomes(&list)[2].2, "of_others");
    town.academy.account.get(&shown(&town.museum)).await.expect_problem(403, "forbidden");

    let why = json!({ "reason": "场馆改造" });
    let problem = step(&town.museum, &agreement, "end", &why).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("bookings", "required"), ("sessions", "required"), ("projects", "required")]);
    let standing = town.museum.account.get(&at(&agreement)).await.expect(200)["standing"].clone();
    assert_eq!(standing, "in_force", "a refused end changes nothing");
    let body = json!({ "reason": "场馆改造", "bookings": "cancel", "sessions": "cancel", "projects": "cancel" });
    let ended = step(&town.museum, &agreement, "end", &body).await.expect(200);
    assert_eq!(outcomes(&ended), all);
    assert_eq!((&ended["agreement"]["standing"], &ended["agreement"]["reason"]), (&json!("ended"), &json!("场馆改造")));
    let read = async |id: &Value| {
        let path = format!("/api/v1/bookings/{}", id.as_str().expect("an id"));
        let booking = town.museum.account.get(&path).await.expect(200);
        (booking["state"].clone(), booking["reason"].clone(), booking["cancelled_by"].clone())
    };
    assert_eq!(read(&open["id"]).await, (json!("cancelled"), json!("场馆改造"), json!("owner")));
    assert_eq!(read(&lent["id"]).await.0, "delivered");
    assert_eq!(read(&foreign["id"]).await.0, "requested");
    let session = town.museum.account.get(&format!("/api/v1/sessions/{ahead}")).await.expect(200);
    assert_eq!((&session["status"], &session["reason"]), (&json!("cancelled"), &json!("场馆改造")));
    let stopped = town.academy.account.get(&of(&project)).await.expect(200);
    assert_eq!((&stopped["state"], &stopped["reason"]), (&json!("stopped"), &json!("场馆改造")));
    // The items are free again, and the trail has each of them.
    assert_eq!(town.audited("booking.cancel", &open["id"]).await, 1);
    assert_eq!(town.audited("session.cancel", &json!(ahead)).await, 1);
    step(&town.academy, &agreement, "end", &body).await.expect_problem(409, "not_from_this_state");
    town.holds().await;
}

#[tokio::test]
async fn what_is_kept_goes_on() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let (_, open) = booked(&town, "球幕放映机", 3, 5).await;
    let body = json!({ "owner_id": town.academy.id, "title_zh": "实习研究员" });
    let project = town.academy.account.post_json(&format!("{}/projects", at(&agreement)), &body).await.expect(201);
    crate::kit::run(&town.academy, &project, "start", &json!({})).await.expect(200);
    let body = json!({ "reason": "不再续约", "bookings": "keep", "projects": "keep" });
    let ended = step(&town.academy, &agreement, "end", &body).await.expect(200);
    assert_eq!(outcomes(&ended).iter().map(|one| one.2).collect::<Vec<_>>(), ["kept", "kept"]);
    let booking = format!("/api/v1/bookings/{}", open["id"].as_str().expect("an id"));
    assert_eq!(town.academy.account.get(&booking).await.expect(200)["state"], "requested");
    let running = town.academy.account.get(&of(&project)).await.expect(200);
    assert_eq!((&running["state"], &running["agreement_standing"]), (&json!("running"), &json!("ended")));
    crate::kit::run(&town.academy, &project, "complete", &json!({ "text": "三名实习研究员" })).await.expect(200);
    // Nothing new begins under it, and it is in the network no more.
    let path = format!("{}/projects", at(&agreement));
    let body = json!({ "owner_id": town.academy.id, "title_zh": "新项目" });
    town.academy.account.post_json(&path, &body).await.expect_problem(409, "agreement_not_in_force");
    let network = town.official.get("/api/v1/network").await.expect(200);
    assert_eq!(network["ties"], json!([]));
    let listed = town.official.get("/api/v1/agreements?standing=ended").await.expect(200);
    assert_eq!(each(&listed, "reason"), ["不再续约"]);
}

#[tokio::test]
async fn who_ends_it_does_not_call_off_what_is_between_others() {
    let town = Town::new().await;
    let draft = town.draft(&json!({ "parties": [town.academy.id, town.firm.id] })).await;
    town.text(&draft, crate::kit::PDF).await.expect(201);
    for (place, how) in [(&town.museum, "offer"), (&town.academy, "sign"), (&town.firm, "sign")] {
        crate::kit::sign(place, &draft, how).await.expect(200);
    }
    let (_, open) = booked(&town, "球幕放映机", 3, 5).await;
    let body = json!({ "reason": "退出", "bookings": "cancel" });
    let ended = step(&town.firm, &draft, "end", &body).await.expect(200);
    assert_eq!(outcomes(&ended), [("bookings", "球幕放映机", "of_others")]);
    let id: Uuid = open["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let state: String = sqlx::query_scalar("SELECT state FROM booking WHERE id = $1")
        .bind(id)
        .fetch_one(town.server.pool())
        .await
        .expect("read");
    assert_eq!(state, "requested");
}

#[tokio::test]
async fn it_may_end_on_a_later_day_and_is_in_force_until_then() {
    let mut town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let (_, before) = booked(&town, "球幕放映机", 1, 2).await;
    let (_, across) = booked(&town, "望远镜", 4, 6).await;
    let (_, after) = booked(&town, "显微镜", 5, 7).await;
    let on = town.day(5);
    let shown =
        |day: chrono::NaiveDate| format!("{}/ahead?organization_id={}&on={day}", at(&agreement), town.museum.id);
    let list = town.museum.account.get(&shown(on)).await.expect(200);
    let ahead = [("bookings", "望远镜", "has_begun"), ("bookings", "显微镜", "cancelled")];
    assert_eq!(outcomes(&list), ahead);
    assert_eq!(
        town.museum.account.get(&shown(town.day(0))).await.expect(200)["items"].as_array().map(Vec::len),
        Some(3)
    );

    // What was agreed on under it goes on until that day.
    let path = format!("{}/projects", at(&agreement));
    let forum = json!({ "owner_id": town.academy.id, "title_zh": "科学传播论坛" });
    let forum = town.academy.account.post_json(&path, &forum).await.expect(201);

    let body =
        |on: chrono::NaiveDate| json!({ "reason": "场馆改造", "on": on, "bookings": "cancel", "projects": "cancel" });
    let problem = step(&town.museum, &agreement, "end", &body(town.day(-1))).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("on", "ends_in_the_past")]);
    let ended = step(&town.museum, &agreement, "end", &body(on)).await.expect(200);
    assert_eq!(outcomes(&ended), [ahead[0], ahead[1], ("projects", "科学传播论坛", "cancelled")]);
    let seen = &ended["agreement"];
    assert_eq!((&seen["standing"], &seen["over_from"]), (&json!("in_force"), &json!(on)));
    let state = async |booking: &Value| {
        let path = format!("/api/v1/bookings/{}", booking["id"].as_str().expect("an id"));
        town.museum.account.get(&path).await.expect(200)["state"].clone()
    };
    assert_eq!(
        [state(&before).await, state(&across).await, state(&after).await],
        ["requested", "requested", "cancelled"]
    );
    // Until then something may still begin under it; from then on nothing does.
    let planned = town.academy.account.get(&of(&forum)).await.expect(200);
    assert_eq!((&planned["state"], &planned["stops_on"]), (&json!("planned"), &json!(on)));
    let begun = run(&town.academy, &forum, "start", &json!({})).await.expect(200);
    assert_eq!(
        (&begun["state"], &begun["stops_on"], &begun["reason"]),
        (&json!("running"), &json!(on), &json!("场馆改造"))
    );
    let plan = json!({ "owner_id": town.academy.id, "title_zh": "收尾项目" });
    town.academy.account.post_json(&path, &plan).await.expect(201);
    town.pass(5).await;
    assert_eq!(town.museum.account.get(&at(&agreement)).await.expect(200)["standing"], "ended");
    town.academy.account.post_json(&path, &plan).await.expect_problem(409, "agreement_not_in_force");
    let stopped = town.academy.account.get(&of(&forum)).await.expect(200);
    assert_eq!(
        (&stopped["state"], &stopped["stops_on"], &stopped["reason"]),
        (&json!("stopped"), &Value::Null, &json!("场馆改造"))
    );
    run(&town.academy, &forum, "complete", &json!({})).await.expect_problem(409, "not_from_this_state");
    let milestone = json!({ "title": "收尾", "due_on": on });
    town.academy
        .account
        .post_json(&format!("{}/milestones", of(&forum)), &milestone)
        .await
        .expect_problem(409, "project_is_over");
    town.holds().await;
}

/// Where bookings, sessions and projects stand that were to go on until the later day.
#[tokio::test]
async fn an_announced_end_locks_nobody_in() {
    let mut town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let (_, soon) = booked(&town, "球幕放映机", 3, 4).await;
    let (_, late) = booked(&town, "望远镜", 12, 14).await;
    let path = format!("{}/projects", at(&agreement));
    let plan = json!({ "owner_id": town.museum.id, "title_zh": "科学传播论坛" });
    let project = town.museum.account.post_json(&path, &plan).await.expect(201);

    // Neither the last day nor one that never comes is announced; what is ahead is not even asked about.
    let end =
        |on: Value, choice: Value| json!({ "reason": "场馆改造", "on": on, "bookings": choice, "projects": choice });
    for (on, code) in [
        (json!(town.day(365)), "ends_by_itself"),
        (json!(town.day(366)), "ends_by_itself"),
        (json!("9999-12-31"), "out_of_range"),
        (json!("0001-01-01"), "out_of_range"),
    ] {
        let body = end(on.clone(), Value::Null);
        let problem = step(&town.academy, &agreement, "end", &body).await.expect_problem(422, "invalid");
        assert_eq!(told(&problem), [("on", code)], "{on}");
    }
    let body = end(json!(town.day(10)), json!("cancel"));
    step(&town.academy, &agreement, "end", &body).await.expect(200);
    assert_eq!(town.museum.account.get(&of(&project)).await.expect(200)["stops_on"], json!(town.day(10)));

    // Until then any party may end it on an earlier day, and on no other.
    for (place, on) in [(&town.museum, 10), (&town.academy, 11)] {
        let body = end(json!(town.day(on)), json!("cancel"));
        let problem = step(place, &agreement, "end", &body).await.expect_problem(422, "invalid");
        assert_eq!(told(&problem), [("on", "end_announced")]);
        let words = problem["errors"][0]["message"].as_str().expect("words");
        assert!(words.contains(&format!("its end on {} was announced", town.day(10))), "{words}");
    }
    let body = end(json!(town.day(2)), json!("cancel"));
    let ended = step(&town.museum, &agreement, "end", &body).await.expect(200);
    assert_eq!(
        outcomes(&ended),
        [("bookings", "球幕放映机", "cancelled"), ("projects", "科学传播论坛", "cancelled")],
        "what begins after the earlier day is called off, too"
    );
    let seen = &ended["agreement"];
    assert_eq!((&seen["standing"], &seen["over_from"]), (&json!("in_force"), &json!(town.day(2))));
    assert_eq!(seen["by_organization_id"], json!(town.museum.id));
    for booking in [&soon, &late] {
        let path = format!("/api/v1/bookings/{}", booking["id"].as_str().expect("an id"));
        assert_eq!(town.museum.account.get(&path).await.expect(200)["state"], "cancelled");
    }
    assert_eq!(town.museum.account.get(&of(&project)).await.expect(200)["stops_on"], json!(town.day(2)));
    assert_eq!(town.audited("agreement.end", &agreement["id"]).await, 2);
    let news = town.academy.account.news().await;
    assert!(news.iter().any(|(step, _)| step == "agreement_ended"), "who announced the other day is told: {news:?}");
    town.pass(2).await;
    assert_eq!(town.museum.account.get(&at(&agreement)).await.expect(200)["standing"], "ended");
    assert_eq!(town.museum.account.get(&of(&project)).await.expect(200)["state"], "stopped");
    let again = end(Value::Null, json!("cancel"));
    step(&town.academy, &agreement, "end", &again).await.expect_problem(409, "not_from_this_state");
    town.holds().await;
}

#[tokio::test]
async fn one_that_never_ends_by_itself_is_ended_before_the_announced_day() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({ "last_day": null })).await;
    let body = json!({ "reason": "不再合作", "on": "2199-12-31" });
    assert_eq!(step(&town.academy, &agreement, "end", &body).await.expect(200)["agreement"]["standing"], "in_force");
    let body = json!({ "reason": "等不到那一天" });
    let ended = step(&town.museum, &agreement, "end", &body).await.expect(200);
    assert_eq!(
        (&ended["agreement"]["standing"], &ended["agreement"]["over_from"]),
        (&json!("ended"), &json!(town.day(0)))
    );
}

#[tokio::test]
async fn one_that_is_renewed_but_still_runs_is_ended_before_its_renewal_begins() {
    let town = Town::new().await;
    let first = town.signed(&json!({})).await;
    let second = town.signed(&json!({ "predecessor_id": first["id"], "first_day": town.day(10) })).await;
    let body = |on: i64| json!({ "reason": "场馆改造", "on": town.day(on) });
    let problem = step(&town.academy, &first, "end", &body(10)).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("on", "renewed_from")]);
    let ended = step(&town.academy, &first, "end", &body(0)).await.expect(200);
    let seen = &ended["agreement"];
    assert_eq!((&seen["standing"], &seen["successor_id"]), (&json!("ended"), &second["id"]));
    assert_eq!(seen["over_from"], json!(town.day(0)));
    assert_eq!(
        town.museum.account.get(&at(&second)).await.expect(200)["standing"],
        "not_begun",
        "the other one stands"
    );
    town.holds().await;
}

/// Who ends it finds every project under it, or who plans one finds that it is over.
#[tokio::test]
async fn no_project_is_planned_past_an_end_that_is_under_way() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let id: Uuid = agreement["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let today = town.day(0);
    let ended = json!({
        "state": "ended", "party": town.academy.id, "on": today, "reason": "场馆改造",
        "act": { "by": town.academy.account.id, "at": town.server.state().now() },
    });
    let mut ending = town.server.pool().begin().await.expect("begun");
    sqlx::query("UPDATE agreement SET state = 'ended', over_from = $2, standing = standing || $3 WHERE id = $1")
        .bind(id)
        .bind(today)
        .bind(&ended)
        .execute(&mut *ending)
        .await
        .expect("ended");
    let (path, plan) =
        (format!("{}/projects", at(&agreement)), json!({ "owner_id": town.museum.id, "title_zh": "论坛" }));
    let (planned, ()) = futures::join!(town.museum.account.post_json(&path, &plan), async {
        town.until_somebody_waits().await;
        ending.commit().await.expect("committed");
    });
    planned.expect_problem(409, "agreement_not_in_force");
    let listed = town.museum.account.get(&path).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}
