//! Who may do what, and what another district may know.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Client, Server};
use uuid::Uuid;

use crate::kit::{book, seal, text, town};

#[tokio::test]
async fn heads_are_for_everybody_and_proofs_for_those_who_may_read_the_ledger() {
    let server = Server::start().await;
    let school = town(&server, 2).await;
    book(&server, &school).await;
    seal(&server).await;
    let far = server.district("远区").await;
    let far_school = server.organization(far, "school", "远区小学").await;
    let (here, pupil) = (school.district, school.pupils[0].0);
    let person = |person| GrantScope::Person { district: here, person };
    let organization = |district, organization| GrantScope::Organization { district, organization };
    let other_school = server.organization(here, "school", "第二试验学校").await;
    let city = GrantScope::Authority { authority: server.city(), districts: vec![here, far] };
    let own = server.account(Role::Student, person(pupil)).await;
    let guardian = server.account(Role::Guardian, person(pupil)).await;
    let classmate = server.account(Role::Student, person(school.pupils[1].0)).await;
    let admin = server.account(Role::SchoolAdmin, organization(here, school.school)).await;
    let neighbour = server.account(Role::SchoolAdmin, organization(here, other_school)).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district: here }).await;
    let city = server.account(Role::CityOfficial, city).await.client.clone().for_district(here);
    let far_admin = server.account(Role::SchoolAdmin, organization(far, far_school)).await;
    let far_official = server.account(Role::DistrictOfficial, GrantScope::District { district: far }).await;
    let intruder = far_official.client.clone().for_district(here);
    let nobody = server.anonymous();
    let who: [(&str, &Client); 14] = [
        ("own", &own),
        ("guardian", &guardian),
        ("classmate", &classmate),
        ("teacher", &school.teacher),
        ("school admin", &admin),
        ("neighbour", &neighbour),
        ("host", &school.host),
        ("official", &school.official),
        ("auditor", &auditor),
        ("city", &city),
        ("far school", &far_admin),
        ("far official", &far_official),
        ("far official, asking for this district", &intruder),
        ("nobody", &nobody),
    ];
    let district = format!("/api/v1/districts/{here}");
    let proof = format!("/api/v1/persons/{pupil}/ledger/proof");
    // In the order of `who`.
    let table: [(String, [u16; 14]); 5] = [
        (format!("{district}/checkpoint"), [200; 14]),
        (format!("{district}/checkpoints"), [200; 14]),
        (format!("{district}/checkpoint/consistency?from=1"), [200; 14]),
        (format!("{district}/checkpoint/keys"), [200; 14]),
        (proof.clone(), [200, 200, 403, 200, 200, 403, 403, 200, 200, 200, 404, 404, 404, 401]),
    ];
    let mut wrong = Vec::new();
    for (path, expected) in &table {
        for ((name, client), expected) in who.iter().zip(expected) {
            let status = client.get(path).await.status;
            if status != *expected {
                wrong.push(format!("{path} as {name}: {status}, not {expected}"));
            }
        }
    }
    // Whoever may not read the ledger gets no proof of it, and the other way round.
    for (name, client) in &who {
        let ledger = client.get(&format!("/api/v1/persons/{pupil}/ledger")).await.status;
        let proven = client.get(&proof).await.status;
        if ledger != proven {
            wrong.push(format!("{name}: the ledger answers {ledger}, its proof {proven}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What everybody may read names nobody, and one district's says nothing of another's.
    for (path, _) in &table[..4] {
        let open = text(&nobody, path).await;
        for secret in [pupil.to_string(), school.pupils[0].1.clone(), school.school.to_string()] {
            assert!(!open.contains(&secret), "{path} tells {secret}");
        }
    }
    let other = format!("/api/v1/districts/{far}");
    nobody.get(&format!("{other}/checkpoint")).await.expect_problem(404, "not_found");
    nobody.get(&format!("{other}/checkpoint/consistency?from=1")).await.expect_problem(404, "not_found");
    assert_eq!(nobody.get(&format!("{other}/checkpoints")).await.expect(200)["items"], serde_json::json!([]));
    let keys = nobody.get(&format!("{other}/checkpoint/keys")).await.expect(200);
    assert_eq!(keys, serde_json::json!({ "origin": null, "items": [] }));
    let missing = format!("/api/v1/districts/{}/checkpoint/keys", Uuid::nil());
    nobody.get(&missing).await.expect_problem(404, "not_found");
}
