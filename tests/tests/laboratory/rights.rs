//! Who may do what in the laboratory.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use kepu_tests::{Client, Server};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{POLICY, draft, trial};

async fn ask(client: &Client, method: &Method, path: &str, body: &Value) -> u16 {
    let request = client.request(method.clone(), path).header("If-Match", "\"99\"");
    let request = if method == Method::GET { request } else { request.json(body) };
    client.send(request).await.status
}

/// Each operation as each sort of account. The version that is sent is none, so that whoever may is told so (412) and
/// nothing changes; creating operations are sent what the rules refuse (422).
#[tokio::test]
async fn every_operation_is_for_those_whom_it_concerns() {
    let server = Server::start().await;
    let (school, far) = (School::new(&server, 2).await, School::new(&server, 1).await);
    school.adopt(POLICY).await;
    far.adopt(POLICY).await;
    let district = school.district;
    let (pupil, other) = (school.pupils[0].0, school.pupils[1].0);
    let person = |person| GrantScope::Person { district, person };
    let city = GrantScope::Authority { authority: server.city(), districts: vec![district, far.district] };
    let head = GrantScope::Organization { district, organization: school.school };
    let city = server.account(Role::CityOfficial, city).await.client.clone().for_district(district);
    let auditor = server.account(Role::Auditor, GrantScope::District { district }).await;
    let head = server.account(Role::SchoolAdmin, head).await;
    let student = server.account(Role::Student, person(pupil)).await;
    let guardian = server.account(Role::Guardian, person(pupil)).await;
    let neighbour = server.account(Role::Student, person(other)).await;
    let who: [(&str, &Client); 10] = [
        ("official", &school.official),
        ("city", &city),
        ("auditor", &auditor),
        ("head", &head),
        ("teacher", &school.teacher),
        ("host", &school.host),
        ("student", &student),
        ("guardian", &guardian),
        ("another student", &neighbour),
        ("far official", &far.official),
    ];
    let written = draft(&school.official, POLICY).await;
    let tried = trial(&school.official, &json!({ "document": POLICY })).await;
    let at = |base: &str, of: &Value, rest: &str| format!("/api/v1/{base}/{}{rest}", of["id"].as_str().expect("an id"));
    let drafts = |rest: &str| at("policy-drafts", &written, rest);
    let trials = |rest: &str| at("policy-trials", &tried, rest);
    let persons = |rest: &str| format!("/api/v1/persons/{pupil}/{rest}");
    let (nothing, text) = (json!({}), json!({ "document": POLICY }));
    let publication = json!({ "effective_on": "2026-09-01" });
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    // In the order of `who`.
    let own = [200, 200, 200, 403, 403, 403, 403, 403, 403, 200];
    let reads = [200, 200, 200, 403, 403, 403, 403, 403, 403, 404];
    let writes = [412, 403, 403, 403, 403, 403, 403, 403, 403, 404];
    let makes = [422, 403, 403, 403, 403, 403, 403, 403, 403, 422];
    let table: Vec<(&str, &Method, String, &Value, [u16; 10])> = vec![
        ("list trials", &get, "/api/v1/policy-trials".into(), &nothing, own),
        ("start a trial", &post, "/api/v1/policy-trials".into(), &nothing, makes),
        ("read a trial", &get, trials(""), &nothing, reads),
        ("persons of a trial", &get, trials("/persons"), &nothing, reads),
        ("cancel a trial", &post, trials("/cancel"), &nothing, writes),
        ("delete a trial", &delete, trials(""), &nothing, writes),
        ("list drafts", &get, "/api/v1/policy-drafts".into(), &nothing, own),
        ("begin a draft", &post, "/api/v1/policy-drafts".into(), &nothing, makes),
        ("read a draft", &get, drafts(""), &nothing, reads),
        ("change a draft", &patch, drafts(""), &text, writes),
        ("submit", &post, drafts("/submit"), &nothing, writes),
        ("take back", &post, drafts("/take-back"), &nothing, writes),
        ("approve", &post, drafts("/approve"), &nothing, writes),
        ("reject", &post, drafts("/reject"), &nothing, writes),
        ("publish", &post, drafts("/publish"), &publication, writes),
        ("try again", &post, drafts("/retry"), &nothing, writes),
        ("withdraw", &post, drafts("/withdraw"), &nothing, writes),
        ("try on a pupil", &post, persons("policy-trial"), &text, [200, 403, 403, 403, 403, 403, 403, 403, 403, 404]),
        ("next", &get, persons("next"), &nothing, [200, 200, 200, 200, 200, 403, 200, 200, 403, 404]),
    ];
    let mut wrong = Vec::new();
    for (name, method, path, body, expected) in &table {
        for ((account, client), expected) in who.iter().zip(expected) {
            let status = ask(client, method, path, body).await;
            if status != *expected {
                wrong.push(format!("{name} by {account}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
