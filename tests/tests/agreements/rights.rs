//! Who may do what, and what another district may know.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Client, school::activity};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{PDF, Town, at, each, of, sign};

async fn ask(client: &Client, method: &Method, path: &str, body: &Value) -> u16 {
    let request = client.request(method.clone(), path).header("If-Match", "\"99\"");
    let request = if method == Method::GET || body.is_null() { request } else { request.json(body) };
    client.send(request).await.status
}

/// Each operation as each sort of account. The version that is sent is none, so that whoever may is told so (412) and
/// nothing changes; operations without one are sent what the rules refuse (4xx).
#[tokio::test]
async fn every_operation_is_for_those_whom_it_concerns() {
    let town = Town::new().await;
    let (here, there) = (town.here, town.there);
    let agreement = town.signed(&json!({})).await;
    let new = json!({ "owner_id": town.museum.id, "title_zh": "论坛" });
    let project = town.museum.account.post_json(&format!("{}/projects", at(&agreement)), &new).await.expect(201);
    let organization = |id: Uuid| GrantScope::Organization { district: here, organization: id };
    let city = GrantScope::Authority { authority: town.server.city(), districts: vec![here, there] };
    let person = GrantScope::Person { district: here, person: Uuid::from_u128(1) };
    let city_official = town.server.account(Role::CityOfficial, city).await.client.clone().for_district(here);
    let platform =
        town.server.account(Role::PlatformAdmin, GrantScope::Platform).await.client.clone().for_district(here);
    let auditor = town.server.account(Role::Auditor, GrantScope::District { district: here }).await;
    let student = town.server.account(Role::Student, person).await;
    let staff = town.server.account(Role::BaseStaff, organization(town.museum.id)).await;
    let who: [(&str, &Client); 11] = [
        ("proposer", &town.museum.account),
        ("other party", &town.academy.account),
        ("its staff", &staff),
        ("no party", &town.school.account),
        ("official", &town.official),
        ("far official", &town.far_official),
        ("city", &city_official),
        ("auditor", &auditor),
        ("platform", &platform),
        ("student", &student),
        ("firm", &town.firm.account),
    ];
    let path = at(&agreement);
    let of_museum = json!({ "organization_id": town.museum.id });
    let signed = json!({ "organization_id": town.museum.id, "name": "王", "post": "馆长" });
    let why = json!({ "organization_id": town.museum.id, "reason": "x" });
    let unfit = json!({
        "kind": "strategic", "title_zh": "", "proposer_id": town.museum.id, "parties": [], "first_day": town.day(0),
    });
    let (untitled, nothing) = (json!({ "owner_id": town.museum.id, "title_zh": "" }), Value::Null);
    let milestone = json!({ "title": "", "due_on": town.day(3) });
    let (text, empty) = (json!({ "text": "x" }), json!({}));
    let profile = json!({ "offers": [], "seeks": [], "open": true });
    let (text_of_reason, untitled_work) = (json!({ "reason": "x" }), json!({ "title": "" }));
    let unpaired = json!({ "title_zh": "", "parties": [town.school.id, town.firm.id], "first_day": town.day(0) });
    let works = format!("/api/v1/organizations/{}/works", town.museum.id);
    let (nil, own) = (Uuid::nil(), of(&project));
    let (get, post, patch, put, delete) = (Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE);
    let step = |name: &str| format!("{path}/{name}");
    let foreign = activity(&town.server, here, town.firm.id, "practice", 60).await;
    let of_org = format!("/api/v1/organizations/{}/partner-profile", town.museum.id);
    // In the order of `who`: proposer, other, staff, none, official, far, city, auditor, platform, student, firm.
    let reads = [200, 200, 404, 404, 200, 200, 200, 200, 200, 404, 404];
    let lists = [200, 200, 403, 200, 200, 200, 200, 200, 200, 403, 200];
    let runs = |may: u16| [may, 403, 404, 404, 403, 403, 403, 403, 403, 404, 404];
    let shared = [200, 200, 200, 200, 200, 200, 200, 200, 200, 403, 200];
    let table: Vec<(&str, &Method, String, &Value, [u16; 11])> = vec![
        ("list", &get, "/api/v1/agreements".into(), &nothing, lists),
        ("read", &get, path.clone(), &nothing, reads),
        ("history", &get, step("history"), &nothing, reads),
        ("text", &get, step(&format!("texts/{nil}")), &nothing, reads.map(|_| 404)),
        ("projects", &get, step("projects"), &nothing, reads),
        ("project", &get, own.clone(), &nothing, reads),
        ("figures", &get, format!("{own}/figures"), &nothing, reads),
        ("network", &get, "/api/v1/network".into(), &nothing, shared),
        ("profile", &get, of_org.clone(), &nothing, shared),
        (
            "partners",
            &get,
            format!("/api/v1/partners?organization_id={}", town.museum.id),
            &nothing,
            [200, 404, 403, 403, 200, 404, 200, 200, 200, 403, 403],
        ),
        ("ahead", &get, format!("{path}/ahead?organization_id={}", town.museum.id), &nothing, runs(200)),
        ("create", &post, "/api/v1/agreements".into(), &unfit, [422, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
        ("change", &patch, path.clone(), &of_museum, runs(412)),
        ("offer", &post, step("offer"), &signed, runs(412)),
        ("sign", &post, step("sign"), &signed, runs(412)),
        ("refuse", &post, step("refuse"), &why, runs(412)),
        ("recall", &post, step("recall"), &of_museum, runs(412)),
        ("withdraw", &post, step("withdraw"), &of_museum, runs(412)),
        ("end", &post, step("end"), &why, runs(412)),
        ("dispute", &post, step("dispute"), &why, runs(412)),
        ("uphold", &post, step("uphold"), &why, runs(412)),
        ("strike", &post, step("strike"), &why, runs(412)),
        // Of the district of one of the parties: both officials are.
        (
            "strike as official",
            &post,
            step("strike"),
            &text_of_reason,
            [403, 403, 404, 404, 412, 412, 403, 403, 403, 404, 404],
        ),
        (
            "bring",
            &post,
            "/api/v1/agreements/pairings".into(),
            &unpaired,
            [403, 403, 403, 403, 422, 403, 403, 403, 403, 403, 403],
        ),
        ("market", &get, "/api/v1/market".into(), &nothing, shared),
        ("show", &post, works.clone(), &untitled_work, [422, 404, 403, 403, 403, 404, 403, 403, 403, 403, 403]),
        (
            "take off",
            &delete,
            format!("{works}/{nil}"),
            &nothing,
            [404, 404, 403, 403, 403, 404, 403, 403, 403, 403, 403],
        ),
        ("plan", &post, step("projects"), &untitled, runs(422)),
        ("change project", &patch, own.clone(), &empty, runs(412)),
        ("start", &post, format!("{own}/start"), &nothing, runs(412)),
        ("complete", &post, format!("{own}/complete"), &text, runs(412)),
        ("stop", &post, format!("{own}/stop"), &text, runs(412)),
        ("milestone", &post, format!("{own}/milestones"), &milestone, runs(422)),
        ("change milestone", &patch, format!("{own}/milestones/{nil}"), &empty, runs(404)),
        ("remove milestone", &delete, format!("{own}/milestones/{nil}"), &nothing, runs(404)),
        ("activity", &put, format!("{own}/activities/{foreign}"), &nothing, runs(422)),
        ("no activity", &delete, format!("{own}/activities/{nil}"), &nothing, runs(404)),
        ("resource", &put, format!("{own}/resources/{nil}"), &nothing, runs(404)),
        ("no resource", &delete, format!("{own}/resources/{nil}"), &nothing, runs(404)),
        ("describe", &put, of_org, &profile, [422, 404, 403, 403, 403, 404, 403, 403, 403, 403, 403]),
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
    for (name, client) in who {
        let form =
            reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(PDF).file_name("a.pdf"));
        let answer = client.post_form(&format!("{path}/texts?organization_id={}", town.museum.id), form).await;
        let expected = match name {
            "proposer" => 409,
            "its staff" | "no party" | "student" | "firm" => 404,
            _ => 403,
        };
        assert_eq!(answer.status, expected, "text as {name}: {}", answer.text());
    }
}

/// Entering from paper is a form, so it is asked apart: of who may, with what the rules refuse.
#[tokio::test]
async fn entering_from_paper_is_for_parties_and_officials() {
    let town = Town::new().await;
    let both = [&town.museum, &town.firm];
    let student = GrantScope::Person { district: town.here, person: Uuid::from_u128(1) };
    let student = town.server.account(Role::Student, student).await;
    let untitled = json!({ "title_zh": "" });
    let own = Some(town.museum.id);
    for (name, client, entered_for, expected) in [
        ("party", &town.museum.account.client, own, 422),
        ("party, as official", &town.museum.account.client, None, 403),
        ("another for it", &town.firm.account.client, own, 403),
        ("no party", &town.school.account.client, own, 403),
        ("official", &town.official.client, None, 422),
        ("official, as party", &town.official.client, own, 403),
        ("far official", &town.far_official.client, None, 403),
        ("student", &student.client, None, 403),
    ] {
        let answer = town.record(client, entered_for, &both, &untitled).await;
        assert_eq!(answer.status, expected, "{name}: {}", answer.text());
    }
}

/// What another district knows of an agreement in which it has no party: that it is in force, and nothing of a draft.
#[tokio::test]
async fn who_is_no_party_knows_what_is_in_force_and_no_more() {
    let town = Town::new().await;
    let secret = json!({ "parties": [town.firm.id], "aims": "内部目标", "title_zh": "馆企协议" });
    let draft = town.draft(&secret).await;
    let strangers = [&town.far_official.client, &town.academy.account.client, &town.school.account.client];
    let unknown = async |what: &str| {
        for client in strangers {
            client.get(&at(&draft)).await.expect_problem(404, "not_found");
            let listed = client.get("/api/v1/agreements").await.expect(200);
            assert_eq!(each(&listed, "id"), [""; 0], "{what}");
        }
    };
    unknown("a draft").await;
    assert_eq!(town.official.get("/api/v1/agreements").await.expect(200)["items"], json!([]), "nor the own official");
    town.text(&draft, PDF).await.expect(201);
    sign(&town.museum, &draft, "offer").await.expect(200);
    unknown("offered").await;
    for client in strangers {
        assert_eq!(client.get("/api/v1/network").await.expect(200)["ties"], json!([]), "not in force");
    }
    assert_eq!(each(&town.official.get("/api/v1/agreements").await.expect(200), "title_zh"), ["馆企协议"]);
    sign(&town.firm, &draft, "sign").await.expect(200);
    unknown("in force").await;
    for client in strangers {
        let network = client.get("/api/v1/network").await.expect(200);
        assert_eq!(network["ties"][0]["title_zh"], "馆企协议");
        assert!(!network.to_string().contains("内部目标"), "{network}");
    }
}
