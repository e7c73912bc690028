//! A course that visits centres in turn over a month.

use kepu_tests::Answer;
use serde_json::{Value, json};

use crate::kit::{Town, find, ids, step_as, told};

/// Stops of three days in turn, one a week, from a day on.
fn month(town: &Town, from: u64) -> Vec<Value> {
    let stop = |(who, week): (usize, u64)| {
        json!({
            "organization_id": town.kindergartens[who].id, "first_day": town.day(from + 7 * week),
            "last_day": town.day(from + 7 * week + 2), "place": "活动室",
        })
    };
    (0..4).zip(0..4).map(stop).collect()
}

async fn plan(town: &Town, course: &Value, stops: &[Value]) -> Answer {
    let body = json!({ "resource_id": course["id"], "name": "人工智能课巡回", "stops": stops });
    town.centre.account.post_json("/api/v1/tours", &body).await
}

#[tokio::test]
async fn a_course_visits_four_centres_in_a_month() {
    let town = Town::new(4).await;
    let course = town.offer("course", "人工智能体验课", &json!({})).await;
    let tour = plan(&town, &course, &month(&town, 3)).await.expect(201);
    let stops = tour["stops"].as_array().expect("stops");
    assert_eq!(stops.len(), 4);
    for (stop, place) in stops.iter().zip(&town.kindergartens) {
        assert_eq!((&stop["state"], &stop["organization_id"]), (&json!("approved"), &json!(place.id)));
        assert_eq!((&stop["tour_name"], &stop["tour_id"]), (&json!("人工智能课巡回"), &tour["id"]));
        let own = place.account.get("/api/v1/bookings").await.expect(200);
        assert_eq!(ids(&own), [&stop["id"]]);
    }
    assert_eq!(town.audited("tour.plan", &tour["id"]).await, 1);
    // On the days of travel it is free for others.
    town.ask(0, &course, 6, 9).await.expect(201);
    // Who is visited reads the whole way, for each hands over to the next; nobody else does.
    let path = format!("/api/v1/tours/{}", tour["id"].as_str().expect("an id"));
    let read = town.kindergartens[3].account.get(&path).await.expect(200);
    assert_eq!(read["stops"].as_array().map(Vec::len), Some(4));
    town.far_school.account.get(&path).await.expect_problem(404, "not_found");
    town.far_official.get(&path).await.expect_problem(404, "not_found");

    // A centre that cannot calls its own stop off; the others stay.
    step_as(&town.kindergartens[1].account, &stops[1], "cancel", &json!({})).await.expect(200);
    let listed = find(&town.official, "/api/v1/bookings", &[("tour_id", tour["id"].as_str().expect("an id"))]).await;
    let states: Vec<Value> =
        listed.expect(200)["items"].as_array().expect("items").iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["approved", "cancelled", "approved", "approved"]);
}

#[tokio::test]
async fn a_tour_that_meets_another_booking_books_nothing() {
    let town = Town::new(4).await;
    let course = town.offer("course", "人工智能体验课", &json!({})).await;
    let other = town.ask(0, &course, 11, 11).await.expect(201);
    let problem = plan(&town, &course, &month(&town, 3)).await.expect_problem(409, "tour_collides");
    assert_eq!(told(&problem), [("stops[1].first_day", "held"), ("stops", "next_free")], "{problem}");
    assert_eq!(problem["errors"][0]["value"], other["id"]);
    // From the fourth on its third stop would begin on the eighteenth; the second from the eleventh on meets it.
    assert_eq!(problem["errors"][1]["value"], json!(town.day(5)), "{problem}");
    assert_eq!(town.count().await, 1, "all of it or none");
    let tours: i64 = sqlx::query_scalar("SELECT count(*) FROM tour").fetch_one(town.server.pool()).await.expect("one");
    assert_eq!(tours, 0);
    plan(&town, &course, &month(&town, 5)).await.expect(201);
    assert_eq!(town.count().await, 5);
}

#[tokio::test]
async fn stops_do_not_meet_each_other_and_keep_their_order() {
    let town = Town::new(4).await;
    let course = town.offer("course", "人工智能体验课", &json!({})).await;
    let mut stops = month(&town, 3);
    stops[1]["first_day"] = json!(town.day(5));
    let problem = plan(&town, &course, &stops).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("stops[1].first_day", "stops_collide")], "{problem}");
    let mut stops = month(&town, 3);
    stops.swap(0, 1);
    let problem = plan(&town, &course, &stops).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("stops[1].first_day", "out_of_order")], "{problem}");
    let problem = plan(&town, &course, &month(&town, 3)[..1]).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("stops", "wrong_count")], "{problem}");
    assert_eq!(town.count().await, 0);
}

#[tokio::test]
async fn moving_a_stop_says_which_others_it_meets() {
    let town = Town::new(4).await;
    let course = town.offer("course", "人工智能体验课", &json!({})).await;
    let tour = plan(&town, &course, &month(&town, 3)).await.expect(201);
    let stop = &tour["stops"][1];
    let to = |first: u64, last: u64| json!({ "first_day": town.day(first), "last_day": town.day(last) });
    let problem = town.step(stop, "move", &to(5, 17)).await.expect_problem(409, "tour_stops_collide");
    assert_eq!(told(&problem), [("first_day", "held"); 2], "{problem}");
    assert_eq!(problem["errors"][0]["value"], tour["stops"][0]["id"]);
    assert_eq!(problem["errors"][1]["value"], tour["stops"][2]["id"]);
    // The centre itself may not move what was agreed on.
    step_as(&town.kindergartens[1].account, stop, "move", &to(13, 15)).await.expect_problem(409, "only_owner_moves");
    let moved = town.step(stop, "move", &to(13, 15)).await.expect(200);
    assert_eq!(moved["first_day"], json!(town.day(13)));
    // A stop that was called off is in nobody's way.
    town.step(&tour["stops"][2], "cancel", &json!({ "reason": "装修" })).await.expect(200);
    town.step(stop, "move", &to(17, 18)).await.expect(200);
}

#[tokio::test]
async fn who_may_ask_for_all_of_them_plans_for_the_owner_to_approve() {
    let town = Town::new(4).await;
    let course = town.offer("course", "人工智能体验课", &json!({})).await;
    let mut body = json!({ "resource_id": course["id"], "name": "巡回", "stops": month(&town, 3) });
    town.kindergartens[0].account.post_json("/api/v1/tours", &body).await.expect_problem(403, "forbidden");
    town.far_official.post_json("/api/v1/tours", &body).await.expect_problem(404, "not_found");
    assert_eq!(town.count().await, 0);
    // Two stops at the own place are a tour, too.
    for stop in body["stops"].as_array_mut().expect("stops") {
        stop["organization_id"] = json!(town.kindergartens[0].id);
    }
    let tour = town.kindergartens[0].account.post_json("/api/v1/tours", &body).await.expect(201);
    assert_eq!(tour["stops"][0]["state"], "requested");
    town.step(&tour["stops"][0], "approve", &json!({})).await.expect(200);
}
