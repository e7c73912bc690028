//! Who may do what about rounds and applications: each role's refusals, and what another district sees.

use kepu_domain::role::{GrantScope, Role};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{PNG, Town, id, path, rules, text};

/// Operations of the authority, of the applicant and of reviewers on one round and application.
struct Probe {
    method: Method,
    path: String,
    body: Value,
    /// Who may, of `official`, `applicant`, `reviewer`, `auditor`; a state may still refuse it.
    may: &'static [&'static str],
}

fn probes(round: &str, application: &str) -> Vec<Probe> {
    let probe = |method: Method, path: String, body: Value, may| Probe { method, path, body, may };
    let (post, put, get) = (Method::POST, Method::PUT, Method::GET);
    let authority: &[&str] = &["official"];
    let readers: &[&str] = &["official", "auditor"];
    let applicant: &[&str] = &["applicant"];
    let decision =
        json!({ "decisions": [{ "application_id": application.rsplit('/').next(), "approve": false, "reason": "x" }] });
    let answer = json!({ "uphold": false, "reason": "x" });
    let visit = json!({ "visited_on": "2026-09-01", "passed": true, "remark": "x" });
    vec![
        probe(post.clone(), format!("{round}/close"), json!({ "reason": "" }), authority),
        probe(Method::PATCH, round.to_owned(), json!({ "closes_on": "2026-09-20" }), authority),
        probe(get.clone(), format!("{round}/reviewers/candidates?q=x"), Value::Null, authority),
        probe(get.clone(), format!("{round}/awards"), Value::Null, readers),
        probe(
            post.clone(),
            format!("{round}/awards"),
            json!({ "applications": [], "prefix": "", "first": 1, "digits": 1 }),
            authority,
        ),
        probe(get.clone(), format!("{round}/papers.zip"), Value::Null, readers),
        probe(
            put.clone(),
            format!("{round}/reviewers"),
            json!({ "accounts": ["01890000-0000-7000-8000-000000000001"] }),
            authority,
        ),
        probe(get.clone(), format!("{round}/reviewers"), Value::Null, readers),
        probe(get.clone(), format!("{round}/ranking"), Value::Null, readers),
        probe(post.clone(), format!("{round}/decisions"), decision, authority),
        probe(post.clone(), format!("{round}/publication"), Value::Null, authority),
        probe(post.clone(), format!("{application}/completeness"), json!({ "complete": true }), authority),
        probe(put.clone(), format!("{application}/spot_check"), visit, authority),
        probe(post.clone(), format!("{application}/appeal/answer"), answer, authority),
        probe(post.clone(), format!("{application}/award"), json!({ "number": "1" }), authority),
        probe(
            post.clone(),
            format!("{application}/completion/extension"),
            json!({ "until": "2026-09-20", "reason": "x" }),
            authority,
        ),
        probe(post.clone(), format!("{application}/completion/refusal"), json!({ "reason": "x" }), authority),
        probe(
            post.clone(),
            format!("{application}/reviews/01890000-0000-7000-8000-000000000001/strike"),
            json!({ "reason": "" }),
            authority,
        ),
        probe(get.clone(), format!("{application}/reviews"), Value::Null, &["official", "auditor", "reviewer"]),
        probe(Method::PATCH, application.to_owned(), json!({ "answers": {} }), applicant),
        probe(post.clone(), format!("{application}/submit"), Value::Null, applicant),
        probe(post, format!("{application}/appeal"), json!({ "grounds": "x" }), applicant),
        probe(put, format!("{application}/review"), json!({ "scores": {} }), &["reviewer"]),
        probe(get, application.to_owned(), Value::Null, &["official", "auditor", "reviewer", "applicant"]),
    ]
}

#[tokio::test]
async fn each_role_does_its_own_and_no_more() {
    let mut town = Town::new().await;
    let elsewhere = town.server.district("外区").await;
    town.enter("stranger", Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    town.enter(
        "city",
        Role::CityOfficial,
        GrantScope::Authority { authority: town.server.city(), districts: vec![town.district] },
    )
    .await;
    town.go_to("2026-09-02").await;
    let city = town.accounts.get_mut("city").expect("there");
    city.client = city.client.clone().for_district(town.district);
    let round = town.round().await;
    let application = town.apply(&round, "a").await;
    town.post("official", &format!("{application}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.assign(&round, &["one"]).await;
    let round = format!("/api/v1/rounds/{}", text(&round["id"]));
    let seats = [
        ("official", "official"),
        ("auditor", "auditor"),
        ("city", "auditor"),
        ("applicant", "a"),
        ("reviewer", "one"),
        ("nobody", "b"),
        ("nobody", "two"),
        ("nobody", "stranger"),
    ];
    let mut wrong = Vec::new();
    for probe in probes(&round, &application) {
        for (first, second) in seats {
            let (seat, name) = match (first, second) {
                ("city", seat) => (seat, "city"),
                (seat, name) => (seat, name),
            };
            let answer = town.send(name, probe.method.clone(), &probe.path, &probe.body).await;
            let refused = matches!(answer.status, 403 | 404);
            if refused == probe.may.contains(&seat) {
                wrong.push(format!("{} by {name}: {} {}", answer.asked, answer.status, answer.text()));
            }
            // An application is not there for those whom it does not concern.
            let hidden = seat == "nobody" && probe.path.starts_with("/api/v1/applications/");
            if hidden && answer.status != 404 {
                wrong.push(format!("{} tells {name} that there is such a one: {}", answer.asked, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn another_district_finds_nothing_whatever_it_asks_for() {
    let mut town = Town::new().await;
    let elsewhere = town.server.district("外区").await;
    let there = town.server.organization(elsewhere, "kindergarten", "外区幼儿园").await;
    let scope = GrantScope::Organization { district: elsewhere, organization: there };
    town.enter("outside", Role::SchoolAdmin, scope).await;
    town.enter("stranger", Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    let round = town.round().await;
    let application = town.apply(&round, "a").await;
    let round = format!("/api/v1/rounds/{}", text(&round["id"]));
    // The round itself is public, and not for them.
    town.by("outside").get(&round).await.expect(200);
    let apply =
        town.by("outside").post_json(&format!("{round}/applications"), &json!({ "organization_id": there })).await;
    apply.expect_problem(422, "scheme_elsewhere");
    let for_another = json!({ "organization_id": town.organizations["b"] });
    let for_another = town.by("outside").post_json(&format!("{round}/applications"), &for_another).await;
    for_another.expect_problem(404, "not_found");
    for name in ["outside", "stranger"] {
        let here = town.by(name).client.clone().for_district(town.district);
        for client in [&town.by(name).client, &here] {
            for probe in probes(&round, &application) {
                let mut request = client.request(probe.method, &probe.path).header("If-Match", "\"1\"");
                if !probe.body.is_null() {
                    request = request.json(&probe.body);
                }
                let answer = client.send(request).await;
                assert_eq!(answer.status, 404, "{} by {name}: {}", answer.asked, answer.text());
            }
            let photo = Form::new().part("file", Part::bytes(PNG).file_name("x.png"));
            client.post_form(&format!("{application}/photos"), photo).await.expect_problem(404, "not_found");
            let objection = client.post_json(&format!("{application}/objections"), &json!({ "grounds": "x" })).await;
            objection.expect_problem(404, "not_found");
        }
        let list = town.by(name).get("/api/v1/applications").await.expect(200);
        assert_eq!(list["items"], json!([]), "{name}");
    }
    town.by("stranger")
        .client
        .clone()
        .for_district(town.district)
        .get("/api/v1/late")
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn lists_show_each_what_is_theirs() {
    let town = Town::new().await;
    let round = town.round().await;
    let (a, b) = (town.apply(&round, "a").await, town.apply(&round, "b").await);
    let draft = path(&town.start(&round, "c").await);
    town.post("official", &format!("{b}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.assign(&round, &["one"]).await;
    let list = async |name: &str, query: &str| -> Vec<String> {
        let page = town.by(name).get(&format!("/api/v1/applications{query}")).await.expect(200);
        page["items"].as_array().expect("items").iter().map(path).collect()
    };
    assert_eq!(list("official", "").await, [a.clone(), b.clone()]);
    assert_eq!(list("official", "?state=submitted").await, std::slice::from_ref(&a));
    assert_eq!(list("auditor", "?limit=1").await, std::slice::from_ref(&a));
    assert_eq!(list("a", "").await, std::slice::from_ref(&a));
    assert_eq!(list("c", "").await, std::slice::from_ref(&draft));
    assert_eq!(list("one", "").await, std::slice::from_ref(&b));
    assert_eq!(list("two", "").await, Vec::<String>::new());
    let organization = town.organizations["b"];
    assert_eq!(list("official", &format!("?organization_id={organization}")).await, [b]);
    town.by("official").get("/api/v1/applications?state=lost").await.expect_problem(422, "invalid");
    // A draft is the applicant's alone.
    town.by("official").get(&draft).await.expect_problem(404, "not_found");
    town.by("c").get(&draft).await.expect(200);
    let rounds = town.by("teacher").get("/api/v1/rounds?open_on=2026-09-15").await.expect(200);
    assert_eq!(rounds["items"].as_array().map(Vec::len), Some(1));
    let over = town.by("teacher").get("/api/v1/rounds?open_on=2026-09-16").await.expect(200);
    assert_eq!(over["items"], json!([]));
}

#[tokio::test]
async fn beginning_twice_with_one_key_begins_once() {
    let town = Town::new().await;
    let round = town.round().await;
    let path = format!("/api/v1/rounds/{}/applications", text(&round["id"]));
    let body = json!({ "organization_id": town.organizations["a"] });
    let client = town.by("a").client.clone().with_header("Idempotency-Key", "begin-once");
    let (one, two) =
        (client.post_json(&path, &body).await.expect(201), client.post_json(&path, &body).await.expect(201));
    assert_eq!(one["id"], two["id"]);
    assert_eq!(town.audited("application.start").await, 1);
}

#[tokio::test]
async fn a_city_runs_its_own_rounds_and_leaves_those_of_its_districts_to_them() {
    let mut town = Town::new().await;
    let city = town.server.city();
    let scope = GrantScope::Authority { authority: city, districts: vec![town.district] };
    town.enter("city", Role::CityOfficial, scope).await;
    town.go_to("2026-09-01").await;
    let account = town.accounts.get_mut("city").expect("there");
    account.client = account.client.clone().for_district(town.district);

    // What is the district's stays the district's, whoever lies above it; what is the city's is no district's.
    let scheme = |code: &str, authority: Uuid| {
        json!({ "code": code, "name_zh": "市级科创中心", "authority_id": authority,
                "holder_kinds": ["kindergarten"], "rules": rules() })
    };
    let for_district = town.by("city").post_json("/api/v1/schemes", &scheme("x", town.district)).await;
    for_district.expect_problem(403, "forbidden");
    let for_city = town.by("official").post_json("/api/v1/schemes", &scheme("x", city)).await;
    for_city.expect_problem(403, "forbidden");

    let scheme = town.by("city").post_json("/api/v1/schemes", &scheme("city-centre", city)).await.expect(201);
    let rounds = format!("/api/v1/schemes/{}/rounds", text(&scheme["id"]));
    let round = json!({ "name_zh": "首批", "opens_on": "2026-09-01", "closes_on": "2026-09-15" });
    town.by("official").post_json(&rounds, &round).await.expect_problem(403, "forbidden");
    let round = town.by("city").post_json(&rounds, &round).await.expect(201);
    let application = town.apply(&round, "a").await;
    let complete = json!({ "complete": true });
    town.post("official", &format!("{application}/completeness"), &complete).await.expect_problem(404, "not_found");
    town.post("city", &format!("{application}/completeness"), &complete).await.expect(200);
    let path = format!("/api/v1/rounds/{}", text(&round["id"]));
    let reviewers = json!({ "accounts": [town.by("one").id, town.by("two").id] });
    town.send("city", Method::PUT, &format!("{path}/reviewers"), &reviewers).await.expect(200);
    for name in ["one", "two"] {
        town.review(name, &application, 30, 50).await.expect(200);
    }
    town.go_to("2026-09-16").await;
    let account = town.accounts.get_mut("city").expect("there");
    account.client = account.client.clone().for_district(town.district);
    let approve = json!({ "decisions": [{ "application_id": id(&application), "approve": true, "reason": "" }] });
    town.by("city").post_json(&format!("{path}/decisions"), &approve).await.expect(200);
    town.by("city").post(&format!("{path}/publication")).await.expect(200);
    town.go_to("2026-09-27").await;
    let account = town.accounts.get_mut("city").expect("there");
    account.client = account.client.clone().for_district(town.district);
    let made = town.post("city", &format!("{application}/award"), &json!({ "number": "C-1" })).await.expect(201);
    let designation = format!("/api/v1/designations/{}", text(&made["id"]));
    let suspend = json!({ "from": "2026-09-28", "reason": "整改" });
    town.post("official", &format!("{designation}/suspend"), &suspend).await.expect_problem(403, "forbidden");
    town.post("city", &format!("{designation}/suspend"), &suspend).await.expect(200);
    town.holds().await;
}
