//! Who may do what, and what another district may know.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Client, Server};
use serde_json::json;

use crate::kit::{badge, part, path, requirement, student, town};

#[tokio::test]
async fn badges_are_made_by_the_family_read_by_who_reads_credit_and_revoked_by_the_district() {
    let server = Server::start().await;
    let school = town(&server, 2).await;
    let far = server.district("远区").await;
    let far_school = server.organization(far, "school", "远区小学").await;
    let (here, pupil) = (school.district, school.pupils[0].0);
    let person = |person| GrantScope::Person { district: here, person };
    let organization = |district, organization| GrantScope::Organization { district, organization };
    let other_school = server.organization(here, "school", "第二试验学校").await;
    let own = student(&server, &school, 0).await;
    let guardian = server.account(Role::Guardian, person(pupil)).await;
    let classmate = student(&server, &school, 1).await;
    let admin = server.account(Role::SchoolAdmin, organization(here, school.school)).await;
    let neighbour = server.account(Role::SchoolAdmin, organization(here, other_school)).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district: here }).await;
    let far_admin = server.account(Role::SchoolAdmin, organization(far, far_school)).await;
    let far_official = server.account(Role::DistrictOfficial, GrantScope::District { district: far }).await;
    let intruder = far_official.client.clone().for_district(here);
    let nobody = server.anonymous();
    let who: [(&str, &Client); 13] = [
        ("own", &own),
        ("guardian", &guardian),
        ("classmate", &classmate),
        ("teacher", &school.teacher),
        ("school admin", &admin),
        ("neighbour", &neighbour),
        ("host", &school.host),
        ("official", &school.official),
        ("auditor", &auditor),
        ("far school", &far_admin),
        ("far official", &far_official),
        ("far official, asking for this district", &intruder),
        ("nobody", &nobody),
    ];
    let (made, jwt) = badge(&own, pupil, &requirement("two")).await;
    let id = made["id"].as_str().expect("an id");
    let reads = [200, 200, 403, 200, 200, 403, 403, 200, 200, 404, 404, 404, 401];
    let table: [(&str, String, Option<serde_json::Value>, [u16; 13]); 7] = [
        ("read", format!("/api/v1/credentials/{id}"), None, reads),
        ("take", format!("/api/v1/credentials/{id}/badge.jwt"), None, reads),
        ("list of the person", format!("/api/v1/credentials?person={pupil}"), None, reads),
        (
            "list of the district",
            "/api/v1/credentials".into(),
            None,
            [403, 403, 403, 403, 403, 403, 403, 200, 200, 403, 200, 404, 401],
        ),
        (
            "make",
            format!("/api/v1/persons/{pupil}/badges"),
            Some(requirement("two")),
            [201, 201, 403, 403, 403, 403, 403, 403, 403, 404, 404, 404, 401],
        ),
        (
            "replace the key",
            "/api/v1/credential-keys".into(),
            Some(json!({})),
            [403, 403, 403, 403, 403, 403, 403, 201, 403, 403, 201, 404, 401],
        ),
        (
            "revoke",
            format!("/api/v1/credentials/{id}/revocation"),
            Some(json!({ "reason": "x" })),
            [403, 403, 403, 403, 403, 403, 403, 200, 403, 403, 404, 404, 401],
        ),
    ];
    let mut wrong = Vec::new();
    for (what, path, body, expected) in &table {
        for ((name, client), expected) in who.iter().zip(expected) {
            let answer = match body {
                None => client.get(path).await,
                Some(body) => client.post_json(path, body).await,
            };
            if answer.status != *expected {
                wrong.push(format!("{what} as {name}: {}, not {expected} {}", answer.status, answer.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What everybody may read of it names nobody.
    let payload = part(&jwt, 1);
    for open in [
        format!("{}/jwks.json", path(&server, &payload["iss"])),
        path(&server, &payload["iss"]),
        path(&server, &payload["credentialStatus"]["statusListCredential"]),
        format!("/api/v1/verify/{}", made["number"].as_str().expect("a number")),
    ] {
        let answer = nobody.get(&open).await;
        assert_eq!(answer.status, 200, "{open}");
        for secret in [pupil.to_string(), school.pupils[0].1.clone(), school.school.to_string()] {
            assert!(!answer.text().contains(&secret), "{open} tells {secret}");
        }
    }
    nobody.get("/api/v1/issuers/none/jwks.json").await.expect_problem(404, "not_found");
}
