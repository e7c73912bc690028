//! Who may do what, and what another district may know.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Client;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, at, find, ids, path};

async fn ask(client: &Client, method: &Method, path: &str, body: &Value) -> u16 {
    let request = client.request(method.clone(), path).header("If-Match", "\"99\"");
    let request = if method == Method::GET { request } else { request.json(body) };
    client.send(request).await.status
}

/// Each operation as each sort of account. The version that is sent is none, so that whoever may is told so (412) and
/// nothing changes; creating operations are sent what the rules refuse (422).
#[tokio::test]
async fn every_operation_is_for_those_whom_it_concerns() {
    let town = Town::new(2).await;
    let (here, there) = (town.here, town.there);
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let booking = town.ask(0, &robot, 3, 4).await.expect(201);
    let tour = json!({
        "resource_id": robot["id"], "name": "巡回", "stops": [
            { "organization_id": town.kindergartens[0].id, "first_day": town.day(9), "last_day": town.day(9) },
            { "organization_id": town.kindergartens[0].id, "first_day": town.day(8), "last_day": town.day(8) },
        ],
    });
    let city = GrantScope::Authority { authority: town.server.city(), districts: vec![here, there] };
    let person = GrantScope::Person { district: here, person: Uuid::from_u128(1) };
    let city_official = town.server.account(Role::CityOfficial, city).await.client.clone().for_district(here);
    let auditor = town.server.account(Role::Auditor, GrantScope::District { district: here }).await;
    let student = town.server.account(Role::Student, person.clone()).await;
    let guardian = town.server.account(Role::Guardian, person).await;
    let who: [(&str, &Client); 10] = [
        ("owner", &town.centre.account),
        ("asker", &town.kindergartens[0].account),
        ("neighbour", &town.kindergartens[1].account),
        ("official", &town.official),
        ("city", &city_official),
        ("auditor", &auditor),
        ("student", &student),
        ("guardian", &guardian),
        ("far school", &town.far_school.account),
        ("far official", &town.far_official),
    ];
    let resource = at(&robot);
    let item = format!("{resource}/items/{}", Uuid::nil());
    let file = format!("{resource}/files/{}", Uuid::nil());
    let step = |name: &str| format!("{}/{name}", path(&booking));
    let new = json!({
        "owner_id": town.centre.id, "kind": "course", "title_zh": "", "licence": "cc-by-4.0", "reach": "everywhere",
    });
    let wish = town.wish(0, &robot, 2, 1);
    let days = json!({ "first_day": town.day(20), "last_day": town.day(21) });
    let why = json!({ "reason": "x" });
    let longer = json!({ "last_day": town.day(9) });
    let (nothing, none_added) = (json!({}), json!({ "count": 0 }));
    let (good, nine) = (json!({ "condition": "good" }), json!({ "stars": 9 }));
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    // In the order of `who`.
    let table: Vec<(&str, &Method, String, &Value, [u16; 10])> = vec![
        ("list", &get, "/api/v1/resources".into(), &nothing, [200; 10]),
        ("read", &get, resource.clone(), &nothing, [200; 10]),
        ("items", &get, format!("{resource}/items"), &nothing, [200; 10]),
        ("files", &get, format!("{resource}/files"), &nothing, [200; 10]),
        ("file", &get, file.clone(), &nothing, [404; 10]),
        ("ratings", &get, format!("{resource}/ratings"), &nothing, [200; 10]),
        ("calendar", &get, format!("{resource}/calendar"), &nothing, [200; 10]),
        // An official of another district offers what organizations there have; this one is none of them.
        ("offer", &post, "/api/v1/resources".into(), &new, [422, 403, 403, 422, 403, 403, 403, 403, 403, 422]),
        ("change", &patch, resource.clone(), &nothing, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("close", &post, format!("{resource}/close"), &why, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("reopen", &post, format!("{resource}/reopen"), &why, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        (
            "add items",
            &post,
            format!("{resource}/items"),
            &none_added,
            [422, 403, 403, 422, 403, 403, 403, 403, 404, 404],
        ),
        ("change item", &patch, item, &nothing, [404, 403, 403, 404, 403, 403, 403, 403, 404, 404]),
        ("remove file", &Method::DELETE, file, &nothing, [404, 403, 403, 404, 403, 403, 403, 403, 404, 404]),
        ("bookings", &get, "/api/v1/bookings".into(), &nothing, [200, 200, 200, 200, 200, 200, 403, 403, 200, 200]),
        ("booking", &get, path(&booking), &nothing, [200, 200, 403, 200, 200, 200, 403, 403, 404, 404]),
        ("ask", &post, "/api/v1/bookings".into(), &wish, [403, 422, 403, 422, 403, 403, 403, 403, 404, 404]),
        ("tour", &post, "/api/v1/tours".into(), &tour, [422, 422, 403, 422, 403, 403, 403, 403, 404, 404]),
        ("approve", &post, step("approve"), &nothing, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("refuse", &post, step("refuse"), &why, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("deliver", &post, step("deliver"), &nothing, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("return", &post, step("return"), &good, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("cancel", &post, step("cancel"), &why, [412, 412, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("move", &post, step("move"), &days, [412, 412, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("extend", &post, step("extend"), &longer, [412, 412, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("refuse longer", &post, step("refuse-extension"), &why, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("undo", &post, step("undo-delivery"), &nothing, [412, 403, 403, 412, 403, 403, 403, 403, 404, 404]),
        ("rate", &post, step("rating"), &nine, [403, 422, 403, 403, 403, 403, 403, 403, 404, 404]),
    ];
    let mut wrong = Vec::new();
    for (what, method, path, body, expected) in &table {
        for ((name, client), expected) in who.iter().zip(expected) {
            let status = ask(client, method, path, body).await;
            if status != *expected {
                wrong.push(format!("{what} as {name}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(town.count().await, 1);
}

#[tokio::test]
async fn another_district_learns_the_days_and_not_whose_they_are() {
    let town = Town::new(1).await;
    let robot = town.offer("equipment", "机器人", &json!({})).await;
    let booking = town.ask(0, &robot, 3, 4).await.expect(201);
    let calendar = format!("{}/calendar", at(&robot));
    let known = town.centre.account.get(&calendar).await.expect(200)["items"][0]["held"][0].clone();
    assert_eq!((&known["booking_id"], &known["state"]), (&booking["id"], &json!("requested")));
    assert_eq!(known["organization_name_zh"], "第1幼儿园");
    let held = town.far_school.account.get(&calendar).await.expect(200)["items"][0]["held"][0].clone();
    assert_eq!((&held["first_day"], &held["booking_id"]), (&json!(town.day(3)), &Value::Null));
    assert_eq!(held["organization_name_zh"], Value::Null);

    let mut wish = town.wish(0, &robot, 4, 5);
    wish["organization_id"] = json!(town.far_school.id);
    let client = &town.far_school.account;
    let problem = client.post_json("/api/v1/bookings", &wish).await.expect_problem(409, "resource_taken");
    let text = problem.to_string();
    assert!(!text.contains("幼儿园") && !text.contains(booking["id"].as_str().expect("an id")), "{text}");

    // A school of another district that does borrow it is known to both, and to the officials of both.
    (wish["first_day"], wish["last_day"]) = (json!(town.day(5)), json!(town.day(6)));
    let far = client.post_json("/api/v1/bookings", &wish).await.expect(201);
    for account in [&town.centre.account, &town.far_school.account, &town.official, &town.far_official] {
        account.get(&path(&far)).await.expect(200);
    }
    town.kindergartens[0].account.get(&path(&far)).await.expect_problem(403, "forbidden");
    let listed = find(&town.far_official, "/api/v1/bookings", &[]).await.expect(200);
    assert_eq!(ids(&listed), [&far["id"]]);
    let listed = find(&town.official, "/api/v1/bookings", &[("side", "owner")]).await.expect(200);
    assert_eq!(ids(&listed), [&booking["id"], &far["id"]]);
    let listed = find(&town.official, "/api/v1/bookings", &[("side", "asker")]).await.expect(200);
    assert_eq!(ids(&listed), [&booking["id"]]);
    let other = town.kindergartens[0].id.to_string();
    find(client, "/api/v1/bookings", &[("organization_id", &other)]).await.expect_problem(404, "not_found");
}
