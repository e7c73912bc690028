//! Who may do what, and what another district may know.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Client;
use kepu_tests::school::{School, class_of};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Town, at, decide, file, list, state};

async fn ask(client: &Client, method: &Method, path: &str, body: &Value) -> u16 {
    let request = client.request(method.clone(), path).header("If-Match", "\"99\"");
    let request = if *method == Method::GET { request } else { request.json(body) };
    client.send(request).await.status
}

/// Each operation as each sort of account. The version that is sent is none, so that whoever may is told so (412) and
/// nothing changes; filing is sent what the rules refuse (422).
#[tokio::test]
async fn every_operation_is_for_those_whom_it_concerns() {
    let town = Town::new(2).await;
    let (server, school) = (&town.server, &town.school);
    let district = school.district;
    let far = School::new(server, 1).await;
    let filed = town.questioned().await;
    let (_, other) = town.visited(&[town.pupil()]).await;
    let person = |person| GrantScope::Person { district, person };
    let classmate = server.account(Role::Student, person(school.pupils[1].0)).await;
    let neighbour = server.organization(district, "school", "第二试验学校").await;
    class_of(server, district, neighbour, 6, 1).await;
    let organization = |organization| GrantScope::Organization { district, organization };
    let neighbour = server.account(Role::SchoolAdmin, organization(neighbour)).await;
    let museum = server.organization(district, "museum", "试验博物馆").await;
    let museum = server.account(Role::BaseAdmin, organization(museum)).await;
    let city = GrantScope::Authority { authority: server.city(), districts: vec![district] };
    let city = server.account(Role::CityOfficial, city).await.client.clone().for_district(district);
    let auditor = server.account(Role::Auditor, GrantScope::District { district }).await;
    let who: [(&str, &Client); 11] = [
        ("student", &town.student),
        ("guardian", &town.guardian),
        ("classmate", &classmate),
        ("teacher", &school.teacher),
        ("other school", &neighbour),
        ("host", &school.host),
        ("other host", &museum),
        ("official", &school.official),
        ("city", &city),
        ("auditor", &auditor),
        ("far official", &far.official),
    ];
    let one = at(&filed);
    let none = json!({ "line_kind": "participation", "line_id": other[0], "grounds": "" });
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let said = json!({ "stance": "agrees", "remark": "是的" });
    let terms = json!({ "host_days": 5, "district_days": 5, "file_days": 50 });
    let cases: Vec<(&str, &Method, String, Value, [u16; 11])> = vec![
        ("list", &get, "/api/v1/appeals".into(), json!({}), [200; 11]),
        ("summary", &get, "/api/v1/appeals/summary".into(), json!({}), [200; 11]),
        ("elsewhere", &get, "/api/v1/appeals/elsewhere".into(), json!({}), [200; 11]),
        (
            "lines",
            &get,
            format!("/api/v1/appeals/lines?person={}", town.pupil()),
            json!({}),
            [200, 200, 403, 200, 403, 403, 403, 403, 403, 403, 404],
        ),
        ("read", &get, one.clone(), json!({}), [200, 200, 404, 200, 404, 200, 404, 200, 200, 200, 404]),
        ("file", &post, "/api/v1/appeals".into(), none, [422, 422, 403, 422, 403, 403, 403, 403, 403, 403, 404]),
        ("state", &post, format!("{one}/statement"), said, [403, 403, 404, 403, 404, 412, 404, 403, 403, 403, 404]),
        (
            "withdraw",
            &post,
            format!("{one}/withdraw"),
            json!({}),
            [412, 412, 404, 412, 404, 403, 404, 403, 403, 403, 404],
        ),
        (
            "decide",
            &post,
            format!("{one}/decision"),
            json!({ "reason": "无依据" }),
            [403, 403, 404, 403, 404, 403, 404, 412, 403, 403, 404],
        ),
        (
            "preview",
            &post,
            format!("{one}/preview"),
            json!({ "kind": "confirm" }),
            [403, 403, 404, 403, 404, 403, 404, 200, 403, 403, 404],
        ),
        (
            "terms",
            &get,
            "/api/v1/appeal-terms".into(),
            json!({}),
            [403, 403, 403, 403, 403, 403, 403, 200, 200, 200, 200],
        ),
        (
            "change terms",
            &put,
            "/api/v1/appeal-terms".into(),
            terms,
            [403, 403, 403, 403, 403, 403, 403, 412, 403, 403, 412],
        ),
    ];
    let mut wrong = Vec::new();
    for (what, method, path, body, expected) in &cases {
        for ((name, client), expected) in who.iter().zip(expected) {
            let status = ask(client, method, path, body).await;
            if status != *expected {
                wrong.push(format!("{what} as {name}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, client, seen) in [
        ("student", &town.student, 1),
        ("teacher", &school.teacher, 1),
        ("host", &school.host, 1),
        ("classmate", &classmate, 0),
        ("other school", &neighbour, 0),
        ("other host", &museum, 0),
    ] {
        assert_eq!(list(client, "").await.len(), seen, "{name}");
    }
    // Asked within the district to which it does not belong.
    let stranger = far.official.client.clone().for_district(district);
    assert_eq!(ask(&stranger, &get, "/api/v1/appeals", &json!({})).await, 404);
    assert_eq!(ask(&stranger, &get, &one, &json!({})).await, 404);
    town.holds().await;
}

#[tokio::test]
async fn a_host_answers_to_guests_of_another_district_and_their_district_decides() {
    let town = Town::new(1).await;
    let (server, school) = (&town.server, &town.school);
    // The base is at home in a district of its own.
    let home = server.district("邻区").await;
    let base = server.organization(home, "base", "邻区基地").await;
    let scope = GrantScope::Organization { district: home, organization: base };
    let guide = server.account(Role::BaseStaff, scope).await;
    let session = school.session(server, base, "practice", 2).await;
    let lines = school.record(session, &[town.pupil()]).await;
    let there = guide.client.clone().for_district(school.district);
    let body = json!({ "reject": [{ "participation_id": lines[0], "reason": "没看到" }] });
    there.post_json(&format!("/api/v1/sessions/{session}/confirmation"), &body).await.expect(200);

    let filed = file(&town.student, &lines[0]).await.expect(201);
    assert_eq!(list(&guide, "").await.len(), 0, "nothing of its own district");
    let elsewhere = guide.get("/api/v1/appeals/elsewhere").await.expect(200);
    assert_eq!(
        (&elsewhere["items"][0]["district_id"], &elsewhere["items"][0]["waiting"]),
        (&json!(school.district), &json!(1))
    );
    assert_eq!(list(&there, "which=open&turn=host").await.len(), 1);
    let foreign = server.account(Role::DistrictOfficial, GrantScope::District { district: home }).await;
    decide(&foreign, &filed, json!({ "kind": "confirm" })).await.expect_problem(404, "not_found");
    let stated = state(&there, &filed, "agrees").await.expect(200);
    decide(&school.official, &stated, json!({ "kind": "confirm" })).await.expect(200);
    assert_eq!(town.total().await, 2000);
    assert_eq!(guide.get("/api/v1/appeals/elsewhere").await.expect(200)["items"], json!([]));
    town.holds().await;
}

#[tokio::test]
async fn who_filed_or_spoke_for_the_host_does_not_decide() {
    let town = Town::new(1).await;
    let (server, school) = (&town.server, &town.school);
    let filed = town.questioned().await;
    // An official who is also a guide.
    let sql = "INSERT INTO account_grant (id, account_id, role, district_id, organization_id, granted_at)
               VALUES ($1, $2, 'base_staff', $3, $4, $5)";
    sqlx::query(sql)
        .bind(server.state().new_id())
        .bind(school.official.id)
        .bind(school.district)
        .bind(school.base)
        .bind(server.state().now())
        .execute(server.pool())
        .await
        .expect("a grant");
    let both = server.sign_in(&school.official.login, kepu_tests::PASSWORD).await;
    let stated = state(&both, &filed, "agrees").await.expect(200);
    assert_eq!(stated["may_decide"], false);
    decide(&both, &stated, json!({ "kind": "confirm" })).await.expect_problem(403, "own_statement");
    let second = server.account(Role::DistrictOfficial, GrantScope::District { district: school.district }).await;
    decide(&second, &stated, json!({ "kind": "confirm" })).await.expect(200);
    town.holds().await;
}
