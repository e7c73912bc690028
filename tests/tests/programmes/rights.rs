//! Who may do what with programmes, and what another district may know.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Client;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{City, at, id, of_theme};

async fn ask(client: &Client, method: &Method, path: &str, body: &Value) -> u16 {
    let request = client.request(method.clone(), path).header("If-Match", "\"99\"");
    let request = if *method == Method::GET { request } else { request.json(body) };
    client.send(request).await.status
}

/// Each operation as each sort of account. The version that is sent is none, and bodies are such as the rules refuse, so that
/// whoever may is told so and nothing changes.
#[tokio::test]
async fn every_operation_is_for_those_whom_it_concerns() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let strand = city.strand(&edition, "exchange", "交流").await;
    let (school, pupils) = city.school(city.east, "东区一校", 1).await;
    let district = |district| GrantScope::District { district };
    let person = GrantScope::Person { district: city.east, person: pupils[0] };
    let western = city.server.account(Role::DistrictOfficial, district(city.west)).await;
    let auditor = city.server.account(
        Role::Auditor,
        GrantScope::Authority { authority: city.server.city(), districts: vec![city.east, city.west] },
    );
    let auditor = auditor.await;
    let platform = city.server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let student = city.server.account(Role::Student, person.clone()).await;
    let guardian = city.server.account(Role::Guardian, person).await;
    let who: [(&str, &Client); 9] = [
        ("city official", &city.official),
        ("platform", &platform),
        ("auditor of the city", &auditor),
        ("official of a district", &city.eastern),
        ("official of another", &western),
        ("museum", &city.museums[0].account),
        ("teacher", &school.account),
        ("student", &student),
        ("guardian", &guardian),
    ];
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    let nothing = json!({});
    let programme = edition["programme_id"].as_str().expect("an id");
    let new_programme = json!({ "authority_id": city.server.city(), "code": "", "name_zh": "" });
    let new_edition = json!({ "year": 1, "title_zh": "", "first_day": "2026-01-02", "last_day": "2026-01-01" });
    let new_theme = json!({ "month": "2026-01-02" });
    let new_strand = json!({ "kind": "exchange", "title_zh": "" });
    let members = json!({ "organization_ids": [], "role": "host" });
    let launch = json!({ "activity": { "code": "", "kind": "", "title_zh": "", "minutes": 0 }, "hosts": [] });
    let month = json!({ "month": city.month(2) });
    let gone = format!("{}/members/{}", at(&edition), Uuid::nil());
    let school_link = json!({ "school_id": school.id });
    let links_of_school = format!("/api/v1/calendar-links?school_id={}", school.id);
    let links_of_person = format!("/api/v1/calendar-links?person_id={}", pupils[0]);
    let managed = |may: u16| [may, may, 403, 403, 403, 403, 403, 403, 403];
    let table: Vec<(&str, &Method, String, &Value, [u16; 9])> = vec![
        ("programmes", &get, "/api/v1/programmes".into(), &nothing, [200; 9]),
        ("editions", &get, "/api/v1/editions".into(), &nothing, [200; 9]),
        ("edition", &get, at(&edition), &nothing, [200; 9]),
        ("public list", &get, "/api/v1/public/editions".into(), &nothing, [200; 9]),
        ("public", &get, format!("/api/v1/public/editions/{}", id(&edition)), &nothing, [200; 9]),
        ("calendar", &get, format!("/api/v1/public/editions/{}/calendar.ics", id(&edition)), &nothing, [200; 9]),
        (
            "programme",
            &get,
            format!("/api/v1/public/programmes/{}/calendar.ics", edition["programme_id"].as_str().expect("an id")),
            &nothing,
            [200; 9],
        ),
        ("host", &get, format!("/api/v1/public/organizations/{}/calendar.ics", school.id), &nothing, [200; 9]),
        ("own", &get, "/api/v1/calendars/own.ics?key=none".into(), &nothing, [404; 9]),
        (
            "progress",
            &get,
            format!("{}/progress", at(&edition)),
            &nothing,
            [200, 200, 200, 403, 403, 200, 403, 403, 403],
        ),
        ("new programme", &post, "/api/v1/programmes".into(), &new_programme, managed(422)),
        ("change programme", &patch, format!("/api/v1/programmes/{programme}"), &nothing, managed(412)),
        ("new edition", &post, format!("/api/v1/programmes/{programme}/editions"), &new_edition, managed(422)),
        ("change edition", &patch, at(&edition), &nothing, managed(412)),
        ("publish", &post, format!("{}/publish", at(&edition)), &nothing, managed(412)),
        ("remove edition", &delete, at(&edition), &nothing, managed(412)),
        ("close", &post, format!("{}/close", at(&edition)), &nothing, managed(412)),
        ("reopen", &post, format!("{}/reopen", at(&edition)), &nothing, managed(412)),
        ("new theme", &post, format!("{}/themes", at(&edition)), &new_theme, managed(422)),
        ("change theme", &patch, of_theme(&theme), &nothing, managed(412)),
        ("preview", &get, format!("{}/outside?month={}", of_theme(&theme), city.month(2)), &nothing, managed(200)),
        ("move", &post, format!("{}/move", of_theme(&theme)), &month, managed(412)),
        ("launch", &post, format!("{}/launch", of_theme(&theme)), &launch, managed(422)),
        ("launch strand", &post, format!("/api/v1/strands/{}/launch", id(&strand)), &launch, managed(422)),
        ("new strand", &post, format!("{}/strands", at(&edition)), &new_strand, managed(422)),
        ("change strand", &patch, format!("/api/v1/strands/{}", id(&strand)), &nothing, managed(412)),
        ("members", &post, format!("{}/members", at(&edition)), &members, managed(422)),
        ("remove member", &delete, gone, &nothing, managed(404)),
        ("links of a school", &get, links_of_school, &nothing, [403, 422, 403, 403, 403, 403, 200, 403, 403]),
        ("links of a person", &get, links_of_person, &nothing, [403, 422, 403, 403, 403, 403, 403, 200, 200]),
        // The teacher's is really made; nobody else's is.
        ("link", &post, "/api/v1/calendar-links".into(), &school_link, [403, 422, 403, 403, 403, 403, 201, 403, 403]),
        (
            "revoke",
            &delete,
            format!("/api/v1/calendar-links/{}", Uuid::nil()),
            &nothing,
            [404, 422, 404, 404, 404, 404, 404, 404, 404],
        ),
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
    // What is taken away is gone for good, so it is asked of those alone who may not.
    for (name, client) in &who[2..] {
        for path in [of_theme(&theme), format!("/api/v1/strands/{}", id(&strand))] {
            let status = ask(client, &delete, &path, &nothing).await;
            if status != 403 {
                wrong.push(format!("remove as {name}: {status}, not 403"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((city.count("programme").await, city.count("calendar_link").await), (1, 1));
}

/// A district's programme is its own: neither the city's officials nor another district's run it, and nobody sees a draft.
#[tokio::test]
async fn a_programme_is_run_by_its_own_authority() {
    let city = City::new().await;
    let new = json!({ "code": "east", "name_zh": "东区科普月" });
    let programme = city.eastern.post_json("/api/v1/programmes", &new).await.expect(201);
    let path = format!("/api/v1/programmes/{}/editions", id(&programme));
    let new = json!({ "year": 2026, "title_zh": "科普月", "first_day": "2026-05-01", "last_day": "2026-05-31" });
    let edition = city.eastern.post_json(&path, &new).await.expect(201);
    let western = city.server.account(Role::DistrictOfficial, GrantScope::District { district: city.west }).await;
    western.get(&at(&edition)).await.expect_problem(404, "not_found");
    western
        .post_json(&format!("{}/themes", at(&edition)), &json!({ "month": "2026-05-01", "title_zh": "x" }))
        .await
        .expect(404);
    assert_eq!(western.get("/api/v1/editions").await.expect(200)["items"], json!([]));
    // The city sees what its districts plan, and leaves it to them.
    city.official.get(&at(&edition)).await.expect(200);
    let theme = json!({ "month": "2026-05-01", "title_zh": "x" });
    city.official.post_json(&format!("{}/themes", at(&edition)), &theme).await.expect_problem(403, "forbidden");
}
