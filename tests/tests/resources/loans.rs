//! Loans are kept longer when the owner agrees, mistaken deliveries are taken back, and no two things have one label.

use kepu_domain::role::{GrantScope, Role};
use serde_json::{Value, json};

use crate::kit::{Town, at, find, ids, path, step_as, told};

/// A loan that is out.
async fn lent(town: &Town, resource: &Value, first: u64, last: u64) -> Value {
    let asked = town.ask(0, resource, first, last).await.expect(201);
    town.step(&asked, "approve", &json!({})).await.expect(200);
    town.step(&asked, "deliver", &json!({})).await.expect(200)
}

#[tokio::test]
async fn who_borrowed_it_asks_to_keep_it_and_the_owner_agrees() {
    let town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let loan = lent(&town, &robot, 0, 3).await;
    let client = &town.kindergartens[0].account;
    let longer = |last: u64| json!({ "last_day": town.day(last), "reason": "还有一个班" });
    let refused = step_as(client, &loan, "extend", &longer(3)).await.expect_problem(422, "invalid");
    assert_eq!(told(&refused), [("last_day", "not_longer")]);
    let asked = step_as(client, &loan, "extend", &longer(6)).await.expect(200);
    assert_eq!((&asked["last_day"], &asked["longer_until"]), (&json!(town.day(3)), &json!(town.day(6))));
    assert_eq!(asked["longer_reason"], "还有一个班");
    // What is asked for is held, so that nobody else counts on it.
    town.ask(1, &robot, 5, 7).await.expect_problem(409, "resource_taken");

    // The owner needs it back, says why, and lets go of the days.
    town.step(&loan, "refuse-extension", &json!({ "reason": " " })).await.expect_problem(422, "invalid");
    let answered = town.step(&loan, "refuse-extension", &json!({ "reason": "下周要检修" })).await.expect(200);
    assert_eq!((&answered["longer_until"], &answered["longer_refusal"]), (&Value::Null, &json!("下周要检修")));
    town.step(&loan, "refuse-extension", &json!({ "reason": "x" })).await.expect_problem(409, "not_asked");
    let next = town.ask(1, &robot, 6, 7).await.expect(201);

    // Up to the next one's days it may stay.
    let met = step_as(client, &loan, "extend", &longer(6)).await.expect_problem(409, "resource_taken");
    assert_eq!(told(&met), [("last_day", "held")]);
    let known = step_as(&town.centre.account, &loan, "extend", &longer(6)).await.expect_problem(409, "resource_taken");
    assert_eq!(known["errors"][0]["value"], next["id"], "the owner is told whose they are");
    step_as(client, &loan, "extend", &longer(5)).await.expect(200);
    let lengthened = town.step(&loan, "extend", &json!({ "last_day": town.day(5) })).await.expect(200);
    assert_eq!((&lengthened["last_day"], &lengthened["longer_until"]), (&json!(town.day(5)), &Value::Null));
    let back = town.step(&loan, "return", &json!({ "condition": "good" })).await.expect(200);
    assert_eq!((&back["state"], &back["longer_refusal"]), (&json!("returned"), &json!("")));
    for (action, times) in [("booking.ask_longer", 2), ("booking.extend", 1), ("booking.refuse_longer", 1)] {
        assert_eq!(town.audited(action, &loan["id"]).await, times, "{action}");
    }
}

#[tokio::test]
async fn a_late_loan_is_kept_on_and_what_is_not_lent_is_not() {
    let mut town = Town::new(1).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let loan = lent(&town, &robot, 0, 1).await;
    town.pass(3).await;
    let client = town.kindergartens[0].account.client.clone();
    assert_eq!(client.get(&path(&loan)).await.expect(200)["days_late"], 2);
    let yesterday = town.day(0).pred_opt().expect("a day");
    let past = step_as(&client, &loan, "extend", &json!({ "last_day": yesterday })).await;
    assert_eq!(told(&past.expect_problem(422, "invalid")), [("last_day", "in_the_past")]);
    let kept = town.step(&loan, "extend", &json!({ "last_day": town.day(2) })).await.expect(200);
    assert_eq!((&kept["days_late"], &kept["last_day"]), (&Value::Null, &json!(town.day(2))));

    let course = town.offer("course", "机器人课", &json!({})).await;
    let held = lent(&town, &course, 0, 0).await;
    let longer = json!({ "last_day": town.day(4) });
    town.step(&held, "extend", &longer).await.expect_problem(409, "not_lent");
    let asked = town.ask(0, &course, 8, 8).await.expect(201);
    town.step(&asked, "extend", &json!({ "last_day": town.day(9) })).await.expect_problem(409, "not_from_this_state");
}

#[tokio::test]
async fn a_mistaken_delivery_is_taken_back_that_day_by_who_entered_it() {
    let mut town = Town::new(2).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let loan = lent(&town, &robot, 0, 3).await;
    let here = GrantScope::Organization { district: town.here, organization: town.centre.id };
    let colleague = town.server.account(Role::BaseStaff, here).await;
    step_as(&colleague, &loan, "undo-delivery", &json!({})).await.expect_problem(409, "only_who_delivered");
    let undone = town.step(&loan, "undo-delivery", &json!({})).await.expect(200);
    assert_eq!((&undone["state"], &undone["delivered_on"]), (&json!("approved"), &Value::Null));
    let out = find(&town.centre.account, "/api/v1/bookings", &[("due_by", "9999-12-31")]).await.expect(200);
    assert!(ids(&out).is_empty(), "it is with nobody");
    town.ask(1, &robot, 2, 3).await.expect_problem(409, "resource_taken");
    town.step(&loan, "undo-delivery", &json!({})).await.expect_problem(409, "not_from_this_state");
    assert_eq!(town.audited("booking.undo_delivery", &loan["id"]).await, 1);

    // The next day others have counted on it.
    town.step(&loan, "deliver", &json!({})).await.expect(200);
    town.pass(1).await;
    town.step(&loan, "undo-delivery", &json!({})).await.expect_problem(409, "too_late_to_undo");
    // And what was rated was delivered.
    let course = town.offer("course", "机器人课", &json!({})).await;
    let held = lent(&town, &course, 0, 0).await;
    let rating = format!("{}/rating", path(&held));
    town.kindergartens[0].account.post_json(&rating, &json!({ "stars": 4 })).await.expect(201);
    town.step(&held, "undo-delivery", &json!({})).await.expect_problem(409, "rated_already");
}

#[tokio::test]
async fn no_two_items_have_one_label() {
    let town = Town::new(0).await;
    let owner = &town.centre.account;
    let body = json!({
        "owner_id": town.centre.id, "kind": "equipment", "title_zh": "望远镜", "licence": "cc-by-4.0", "reach": "everywhere",
        "labels": ["A", "A"],
    });
    let twice = owner.post_json("/api/v1/resources", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&twice), [("labels[1]", "twice")]);
    let robot = town.offer("equipment", "机器人", &json!({ "labels": ["2", "B"] })).await;
    let items = format!("{}/items", at(&robot));
    let again = owner.post_json(&items, &json!({ "labels": ["B"] })).await.expect_problem(422, "invalid");
    assert_eq!(told(&again), [("labels[0]", "twice")]);
    // What is counted gets numbers that no label has.
    let all = owner.post_json(&items, &json!({ "count": 2 })).await.expect(201);
    let labels: Vec<&str> =
        all["items"].as_array().expect("items").iter().filter_map(|one| one["label"].as_str()).collect();
    assert_eq!(labels, ["2", "B", "3", "4"]);
    let one = format!("{items}/{}", all["items"][2]["id"].as_str().expect("an id"));
    owner.patch_json(&one, 1, &json!({ "label": "B" })).await.expect_problem(409, "label_taken");
    owner.patch_json(&one, 1, &json!({ "label": "C" })).await.expect(200);
}
