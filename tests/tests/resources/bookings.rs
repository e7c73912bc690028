//! The life of a booking, and that nothing is booked twice.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, at, find, ids, path, step_as, told};

#[tokio::test]
async fn of_many_who_ask_at_once_exactly_one_gets_it() {
    let town = Town::new(8).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let answers = join_all((0..8).map(|who| town.ask(who, &robot, 3, 5))).await;
    let won: Vec<&Value> = answers.iter().filter(|answer| answer.status == 201).map(|answer| &answer.body).collect();
    assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for lost in answers.iter().filter(|answer| answer.status != 201) {
        let problem = lost.clone().expect_problem(409, "resource_taken");
        assert_eq!(told(&problem), [("first_day", "held"), ("first_day", "next_free")], "{problem}");
        assert_eq!(problem["errors"][1]["value"], json!(town.day(6)));
    }
    assert_eq!(town.count().await, 1);
}

/// The service looks before it books; the database refuses even who does not look.
#[tokio::test]
async fn the_database_holds_an_item_once_and_gives_it_out_once() {
    let town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({ "count": 2 })).await;
    let first = town.ask(0, &robot, 3, 5).await.expect(201);
    let second = town.ask(1, &robot, 5, 6).await.expect(201);
    let item = async |booking: &Value| -> Uuid {
        let id: Uuid = booking["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        sqlx::query_scalar("SELECT item_id FROM booking_item WHERE booking_id = $1")
            .bind(id)
            .fetch_one(town.server.pool())
            .await
            .expect("an item")
    };
    let (one, other) = (item(&first).await, item(&second).await);
    assert_ne!(one, other);
    let code = async |sql: &str| {
        let error = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
            .bind(one)
            .bind(other)
            .execute(town.server.pool())
            .await
            .expect_err(sql);
        error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned)).unwrap_or_default()
    };
    let moved = "UPDATE booking_item SET item_id = $1 WHERE item_id = $2";
    assert_eq!(code(moved).await, "23P01", "held on a common day");
    for booking in [&first, &second] {
        town.step(booking, "approve", &json!({})).await.expect(200);
    }
    let out = "UPDATE booking_item SET is_out = true, holds = false, item_id = $1 WHERE item_id IN ($1, $2)";
    assert_eq!(code(out).await, "23505", "with two at a time");
}

#[tokio::test]
async fn a_booking_is_asked_for_approved_delivered_and_returned() {
    let town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({ "capacity": 30 })).await;
    let mut wish = town.wish(0, &robot, 0, 6);
    (wish["place"], wish["purpose"], wish["persons"]) = (json!("多功能室"), json!("科技节"), json!(31));
    let client = &town.kindergartens[0].account;
    let problem = client.post_json("/api/v1/bookings", &wish).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("persons", "out_of_range")]);
    wish["persons"] = json!(30);
    let keyed = client.client.clone().with_header("Idempotency-Key", "wish-1");
    let asked = keyed.post_json("/api/v1/bookings", &wish).await.expect(201);
    assert_eq!(keyed.post_json("/api/v1/bookings", &wish).await.expect(201)["id"], asked["id"]);
    assert_eq!((&asked["state"], &asked["labels"]), (&json!("requested"), &json!(["1"])));
    assert_eq!((&asked["owner_name_zh"], &asked["days_late"]), (&json!("少年科创中心"), &Value::Null));

    // Not before it is approved, and only in the version that was read.
    town.step(&asked, "deliver", &json!({})).await.expect_problem(409, "not_from_this_state");
    let approved = town.step(&asked, "approve", &json!({})).await.expect(200);
    assert_eq!((&approved["state"], &approved["version"]), (&json!("approved"), &json!(2)));
    let owner = &town.centre.account;
    let stale = owner.request(Method::POST, &format!("{}/approve", path(&asked))).header("If-Match", "\"1\"");
    owner.send(stale).await.expect_problem(412, "version_changed");
    let tomorrow = json!({ "on": town.day(1) });
    let problem = town.step(&asked, "deliver", &tomorrow).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("on", "in_the_future")]);
    let delivered = town.step(&asked, "deliver", &json!({})).await.expect(200);
    assert_eq!((&delivered["state"], &delivered["delivered_on"]), (&json!("delivered"), &json!(town.day(0))));
    town.step(&asked, "cancel", &json!({ "reason": "x" })).await.expect_problem(409, "not_from_this_state");
    town.step(&asked, "move", &json!({ "first_day": town.day(8), "last_day": town.day(9) }))
        .await
        .expect_problem(409, "not_from_this_state");

    // It is due in the week, and back early: the next one may have the rest of the days.
    let due = find(owner, "/api/v1/bookings", &[("due_by", &town.day(6).to_string())]).await.expect(200);
    assert_eq!(ids(&due), [&asked["id"]]);
    let due = find(owner, "/api/v1/bookings", &[("due_by", &town.day(5).to_string())]).await.expect(200);
    assert!(ids(&due).is_empty());
    town.ask(1, &robot, 1, 3).await.expect_problem(409, "resource_taken");
    let back = town.step(&asked, "return", &json!({ "condition": "good" })).await.expect(200);
    assert_eq!((&back["state"], &back["days_late"]), (&json!("returned"), &Value::Null));
    town.ask(1, &robot, 1, 3).await.expect(201);
    for action in ["booking.request", "booking.approve", "booking.deliver", "booking.return"] {
        assert_eq!(town.audited(action, &asked["id"]).await, 1, "{action}");
    }
}

#[tokio::test]
async fn what_is_not_back_on_its_day_is_late_and_goes_to_nobody_else() {
    let mut town = Town::new(3).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let late = town.ask(0, &robot, 0, 1).await.expect(201);
    let next = town.ask(1, &robot, 3, 6).await.expect(201);
    for booking in [&late, &next] {
        town.step(booking, "approve", &json!({})).await.expect(200);
    }
    town.step(&late, "deliver", &json!({})).await.expect(200);
    let owner = town.centre.account.client.clone();
    assert!(ids(&find(&owner, "/api/v1/bookings", &[("late", "true")]).await.expect(200)).is_empty());

    town.pass(4).await;
    let owner = town.centre.account.client.clone();
    let listed = find(&owner, "/api/v1/bookings", &[("late", "true"), ("side", "owner")]).await.expect(200);
    assert_eq!(ids(&listed), [&late["id"]]);
    assert_eq!(listed["items"][0]["days_late"], 3);
    let asked = find(&town.kindergartens[0].account, "/api/v1/bookings", &[("late", "true")]).await.expect(200);
    assert_eq!(ids(&asked), [&late["id"]], "who is late sees it, too");
    let calendar = owner.get(&format!("{}/calendar", at(&robot))).await.expect(200);
    assert_eq!(calendar["items"][0]["held"][0]["late"], true, "{calendar}");

    // The next one cannot get it, nor can a third ask for today.
    let problem = town.step(&next, "deliver", &json!({})).await.expect_problem(409, "item_not_back");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("第1幼儿园")), "{problem}");
    let today = find(&owner, "/api/v1/resources", &[("free_from", &town.day(0).to_string())]).await.expect(200);
    assert!(ids(&today).is_empty());
    let back = town.step(&late, "return", &json!({ "condition": "worn" })).await.expect(200);
    assert_eq!((&back["days_late"], &back["condition"]), (&json!(3), &json!("worn")));
    town.step(&next, "deliver", &json!({})).await.expect(200);
    assert!(ids(&find(&owner, "/api/v1/bookings", &[("late", "true")]).await.expect(200)).is_empty());
}

#[tokio::test]
async fn what_comes_back_broken_leaves_service() {
    let mut town = Town::new(1).await;
    let scopes = town.offer("equipment", "显微镜", &json!({ "labels": ["甲", "乙", "丙"] })).await;
    let mut wish = town.wish(0, &scopes, 0, 2);
    wish["quantity"] = json!(2);
    let asked = town.kindergartens[0].account.post_json("/api/v1/bookings", &wish).await.expect(201);
    assert_eq!(asked["labels"], json!(["甲", "乙"]));
    let problem = town.kindergartens[0].account.post_json("/api/v1/bookings", &wish).await;
    let problem = problem.expect_problem(409, "resource_taken");
    assert!(problem["detail"].as_str().is_some_and(|text| text.starts_with("1 of 3 are free")), "{problem}");
    (wish["first_day"], wish["last_day"]) = (json!(town.day(4)), json!(town.day(5)));
    let ahead = town.kindergartens[0].account.post_json("/api/v1/bookings", &wish).await.expect(201);
    wish["quantity"] = json!(4);
    town.kindergartens[0].account.post_json("/api/v1/bookings", &wish).await.expect_problem(422, "invalid");
    town.step(&asked, "approve", &json!({})).await.expect(200);
    town.step(&asked, "deliver", &json!({})).await.expect(200);
    let problem = town.step(&asked, "return", &json!({ "condition": "damaged" })).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("remark", "required")]);
    let items = town.centre.account.get(&format!("{}/items", at(&scopes))).await.expect(200);
    let body = json!({ "condition": "damaged", "remark": "摔了", "faulty": [items["items"][2]["id"]] });
    town.step(&asked, "return", &body).await.expect_problem(422, "invalid");
    // One that is not of the booking is not passed over, and what is said of items is not lost where nothing is broken.
    let (one, other) = (&items["items"][1]["id"], &items["items"][2]["id"]);
    let body = json!({ "condition": "damaged", "remark": "摔了", "faulty": [one, other] });
    let problem = town.step(&asked, "return", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("faulty", "unknown")]);
    let body = json!({ "condition": "good", "faulty": [one] });
    let problem = town.step(&asked, "return", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("faulty", "not_for_this_condition")]);
    assert_eq!(&asked["item_ids"][1], one);
    let body = json!({ "condition": "damaged", "remark": "摔了", "faulty": [one] });
    town.step(&asked, "return", &body).await.expect(200);
    let items = town.centre.account.get(&format!("{}/items", at(&scopes))).await.expect(200);
    let service: Vec<bool> =
        items["items"].as_array().expect("items").iter().map(|item| item["in_service"] == true).collect();
    assert_eq!(service, [true, false, true]);
    assert_eq!(items["items"][1]["note"], "摔了");
    // Who counted on it does not get it, but another one.
    town.step(&ahead, "approve", &json!({})).await.expect(200);
    town.pass(4).await;
    let problem = town.step(&ahead, "deliver", &json!({})).await.expect_problem(409, "item_out_of_service");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("乙")), "{problem}");
    let same = json!({ "first_day": ahead["first_day"], "last_day": ahead["last_day"] });
    let moved = town.step(&ahead, "move", &same).await.expect(200);
    assert_eq!(moved["labels"], json!(["甲", "丙"]));
    town.step(&ahead, "deliver", &json!({})).await.expect(200);
}

#[tokio::test]
async fn refusing_and_cancelling_let_go_of_the_days() {
    let town = Town::new(2).await;
    let talk = town.offer("speaker", "院士讲座", &json!({})).await;
    let (asker, owner) = (&town.kindergartens[0].account, &town.centre.account);
    let refused = town.ask(0, &talk, 7, 7).await.expect(201);
    town.step(&refused, "refuse", &json!({ "reason": " " })).await.expect_problem(422, "invalid");
    let answer = town.step(&refused, "refuse", &json!({ "reason": "那天在外地" })).await.expect(200);
    assert_eq!((&answer["state"], &answer["reason"]), (&json!("refused"), &json!("那天在外地")));

    let called_off = town.ask(0, &talk, 7, 7).await.expect(201);
    step_as(asker, &called_off, "approve", &json!({})).await.expect_problem(403, "forbidden");
    let answer = step_as(asker, &called_off, "cancel", &json!({})).await.expect(200);
    assert_eq!((&answer["state"], &answer["cancelled_by"]), (&json!("cancelled"), &json!("asker")));

    let again = town.ask(1, &talk, 7, 7).await.expect(201);
    town.step(&again, "approve", &json!({})).await.expect(200);
    let problem = step_as(owner, &again, "cancel", &json!({})).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("reason", "required")]);
    let answer = step_as(owner, &again, "cancel", &json!({ "reason": "航班取消" })).await.expect(200);
    assert_eq!(answer["cancelled_by"], "owner");
    town.ask(0, &talk, 7, 7).await.expect(201);
    let states = find(owner, "/api/v1/bookings", &[("state", "cancelled"), ("side", "owner")]).await.expect(200);
    assert_eq!(ids(&states).len(), 2);
}

#[tokio::test]
async fn days_are_to_come_in_order_and_within_reach() {
    let town = Town::new(1).await;
    let near = json!({ "reach": "districts", "districts": [town.here] });
    let game = town.offer("game", "纸飞机", &near).await;
    let client = &town.kindergartens[0].account;
    let yesterday = town.day(0).pred_opt().expect("a day");
    for (first, last, field, code) in [
        (json!(yesterday), json!(town.day(1)), "first_day", "in_the_past"),
        (json!(town.day(3)), json!(town.day(2)), "last_day", "before_first_day"),
        (json!(town.day(3)), json!(town.day(500)), "last_day", "too_long"),
        (json!(town.day(800)), json!(town.day(801)), "last_day", "too_far"),
    ] {
        let mut wish = town.wish(0, &game, 1, 1);
        (wish["first_day"], wish["last_day"]) = (first, last);
        let problem = client.post_json("/api/v1/bookings", &wish).await.expect_problem(422, "invalid");
        assert_eq!(told(&problem), [(field, code)], "{problem}");
    }
    let mut wish = town.wish(0, &game, 1, 1);
    wish["organization_id"] = json!(town.far_school.id);
    town.far_school.account.post_json("/api/v1/bookings", &wish).await.expect_problem(422, "out_of_reach");
    client.post_json("/api/v1/bookings", &wish).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_request_is_moved_by_both_and_an_approved_one_by_the_owner() {
    let town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let (first, other) = (town.ask(0, &robot, 2, 3).await.expect(201), town.ask(1, &robot, 6, 7).await.expect(201));
    let asker = &town.kindergartens[0].account;
    let to = |first: u64, last: u64| json!({ "first_day": town.day(first), "last_day": town.day(last) });
    let moved = step_as(asker, &first, "move", &to(3, 4)).await.expect(200);
    assert_eq!((&moved["first_day"], &moved["state"]), (&json!(town.day(3)), &json!("requested")));
    let problem = step_as(asker, &first, "move", &to(5, 6)).await.expect_problem(409, "resource_taken");
    assert_eq!(told(&problem), [("first_day", "held"), ("first_day", "next_free")]);
    assert_eq!(problem["errors"][0]["value"], Value::Null, "whose it is, is not for the asker");
    town.step(&first, "approve", &json!({})).await.expect(200);
    step_as(asker, &first, "move", &to(4, 5)).await.expect_problem(409, "only_owner_moves");
    let moved = town.step(&first, "move", &to(4, 5)).await.expect(200);
    assert_eq!(moved["state"], "approved");
    let problem = town.step(&first, "move", &to(7, 8)).await.expect_problem(409, "resource_taken");
    assert_eq!(problem["errors"][0]["value"], other["id"], "the owner learns by which");
    // The days that it left are free.
    town.ask(1, &robot, 3, 3).await.expect(201);
}

#[tokio::test]
async fn who_has_used_it_says_how_it_was_once() {
    let mut town = Town::new(2).await;
    let course = town.offer("course", "人工智能体验课", &json!({})).await;
    let mut held = Vec::new();
    for (who, day) in [(0, 0), (1, 1)] {
        let booking = town.ask(who, &course, day, day).await.expect(201);
        town.step(&booking, "approve", &json!({})).await.expect(200);
        held.push(booking);
    }
    let rating = |booking: &Value| format!("{}/rating", path(booking));
    let five = json!({ "stars": 5, "remark": "孩子们很喜欢" });
    town.kindergartens[0].account.post_json(&rating(&held[0]), &five).await.expect_problem(409, "not_used");
    town.step(&held[0], "deliver", &json!({})).await.expect(200);
    town.step(&held[0], "return", &json!({ "condition": "good" })).await.expect_problem(409, "not_lent");
    town.centre.account.post_json(&rating(&held[0]), &five).await.expect_problem(403, "forbidden");
    town.official.post_json(&rating(&held[0]), &five).await.expect_problem(403, "forbidden");
    let client = &town.kindergartens[0].account;
    client.post_json(&rating(&held[0]), &json!({ "stars": 6 })).await.expect_problem(422, "invalid");
    client.post_json(&rating(&held[0]), &five).await.expect(201);
    client.post_json(&rating(&held[0]), &five).await.expect_problem(409, "already_rated");
    town.pass(1).await;
    town.step(&held[1], "deliver", &json!({})).await.expect(200);
    town.kindergartens[1].account.post_json(&rating(&held[1]), &json!({ "stars": 4 })).await.expect(201);

    let read = town.kindergartens[1].account.get(&at(&course)).await.expect(200);
    assert_eq!((&read["rating_tenths"], &read["rating_count"]), (&json!(45), &json!(2)));
    let said = town.far_school.account.get(&format!("{}/ratings", at(&course))).await.expect(200);
    let stars: Vec<&Value> = said["items"].as_array().expect("items").iter().map(|one| &one["stars"]).collect();
    assert_eq!(stars, [4, 5]);
    let booking = town.kindergartens[0].account.get(&path(&held[0])).await.expect(200);
    assert_eq!(booking["rated"], true);
    assert_eq!(town.audited("booking.rate", &held[0]["id"]).await, 1);
}

#[tokio::test]
async fn who_has_borrowed_is_reminded_to_bring_it_back() {
    let mut town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let booking = town.ask(0, &robot, 0, 5).await.expect(201);
    town.step(&booking, "approve", &json!({})).await.expect(200);
    town.step(&booking, "deliver", &json!({})).await.expect(200);
    let remind = async |town: &Town| kepu_api::reminders::remind(town.server.state()).await.expect("reminded");
    assert_eq!(remind(&town).await, 0, "five days are left");
    town.pass(6).await;
    assert_eq!(remind(&town).await, 2, "its owner knows that it is late, too");
    let late = |booking: &Value| ("loan_late".to_owned(), booking["id"].as_str().expect("an id").to_owned());
    assert!(town.centre.account.news().await.contains(&late(&booking)));
    let seen = async |town: &Town, who: usize| {
        let page = town.kindergartens[who].account.get("/api/v1/reminders?waiting=true").await.expect(200);
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|row| row["stage"] != "news")
            .map(|row| (row["stage"].clone(), row["label_zh"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&town, 0).await, [(json!("late"), json!("机器人"))]);
    assert_eq!(seen(&town, 1).await, []);
    town.step(&booking, "return", &json!({ "condition": "good" })).await.expect(200);
    assert_eq!(remind(&town).await, 0);
    assert_eq!(seen(&town, 0).await, [], "it is back");
    assert!(!town.centre.account.news().await.contains(&late(&booking)), "and that is no news any more");
}

#[tokio::test]
async fn owner_and_asker_are_told_what_the_other_does() {
    let town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({ "count": 2 })).await;
    let of = |booking: &Value, step: &str| (step.to_owned(), booking["id"].as_str().expect("an id").to_owned());
    let first = town.ask(0, &robot, 1, 2).await.expect(201);
    let second = town.ask(1, &robot, 1, 2).await.expect(201);
    assert_eq!(town.centre.account.news().await, [of(&first, "booking_asked"), of(&second, "booking_asked")]);
    town.step(&first, "approve", &json!({})).await.expect(200);
    town.step(&second, "refuse", &json!({ "reason": "检修" })).await.expect(200);
    assert_eq!(town.kindergartens[0].account.news().await, [of(&first, "booking_approved")]);
    assert_eq!(town.kindergartens[1].account.news().await, [of(&second, "booking_refused")]);
    step_as(&town.kindergartens[0].account, &first, "cancel", &json!({})).await.expect(200);
    assert_eq!(town.centre.account.news().await.last(), Some(&of(&first, "booking_cancelled")));
    let third = town.ask(1, &robot, 5, 6).await.expect(201);
    town.step(&third, "cancel", &json!({ "reason": "停电" })).await.expect(200);
    let told = [of(&second, "booking_refused"), of(&third, "booking_cancelled")];
    assert_eq!(town.kindergartens[1].account.news().await, told);
    for stranger in [&town.far_school.account, &town.official] {
        assert_eq!(stranger.news().await, []);
    }
}

#[tokio::test]
async fn a_held_item_that_does_not_fit_its_booking_is_found() {
    let town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({ "count": 2 })).await;
    let first = town.ask(0, &robot, 0, 2).await.expect(201);
    let second = town.ask(1, &robot, 3, 5).await.expect(201);
    town.step(&first, "approve", &json!({})).await.expect(200);
    town.step(&first, "deliver", &json!({})).await.expect(200);
    town.step(&second, "refuse", &json!({ "reason": "检修" })).await.expect(200);
    let found = async || {
        let verified = kepu_api::verify::database_holds(town.server.state().db()).await.expect("verified");
        verified.broken.into_iter().map(|broken| broken.invariant).collect::<Vec<_>>()
    };
    assert_eq!(found().await, [""; 0]);
    for (spoil, invariant) in [
        ("UPDATE booking_item SET is_out = false", "an item is out while it is lent, and no longer"),
        (
            "UPDATE booking_item SET holds = true, is_out = (SELECT state = 'delivered' FROM booking b WHERE b.id = booking_id)",
            "a booking holds its items on its days until it is refused or cancelled",
        ),
        (
            "UPDATE booking_item SET holds = (SELECT state <> 'refused' FROM booking b WHERE b.id = booking_id),
                    days = daterange(lower(days), upper(days) - 1)",
            "a booking holds its items on its days until it is refused or cancelled",
        ),
        ("DELETE FROM booking_item", "a booking has as many items as it says, all of what it books"),
    ] {
        sqlx::query(spoil).execute(town.server.pool()).await.expect("spoilt");
        let broken = found().await;
        assert!(broken.contains(&invariant), "{spoil}: {broken:?}");
    }
}

#[tokio::test]
async fn the_search_of_everything_finds_resources_too() {
    let town = Town::new(1).await;
    let robot = town.offer("equipment", "昆虫标本箱", &json!({ "summary": "蝴蝶与甲虫" })).await;
    town.offer("equipment", "机器人", &json!({})).await;
    for q in ["昆虫", "甲虫"] {
        let found = town.kindergartens[0].account.get(&format!("/api/v1/search?q={q}")).await.expect(200);
        let hits = found["items"].as_array().expect("items");
        assert_eq!(hits.len(), 1, "{q}: {found}");
        assert_eq!((&hits[0]["kind"], &hits[0]["id"]), (&json!("resource"), &robot["id"]));
    }
}
