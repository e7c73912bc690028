//! Who may do what, what another district may know, and that a secret is told once.

use kepu_api::auth::secret::hex;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Client;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Receiver, book, deliveries, hook, says, stand, town, work};

async fn ask(client: &Client, method: &Method, path: &str, body: &Value) -> u16 {
    let request = client.request(method.clone(), path).header("If-Match", "\"99\"");
    let request = if method == Method::GET { request } else { request.json(body) };
    client.send(request).await.status
}

/// Each operation as each sort of account, in an order that leaves the webhook as it was for the next one.
#[tokio::test]
async fn officials_connect_other_systems_and_auditors_look() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    receiver.always(says(204));
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;
    book(&server, &school).await;
    let delivery = stand(&school.official, &hook, &["delivered"]).await[0]["id"].as_str().expect("an id").to_owned();
    let (here, pupil) = (school.district, school.pupils[0].0);
    let far = server.district("远区").await;
    let organization = |organization| GrantScope::Organization { district: here, organization };
    let person = GrantScope::Person { district: here, person: pupil };
    let city = GrantScope::Authority { authority: server.city(), districts: vec![here, far] };
    let admin = server.account(Role::SchoolAdmin, organization(school.school)).await;
    let base_admin = server.account(Role::BaseAdmin, organization(school.base)).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district: here }).await;
    let city = server.account(Role::CityOfficial, city).await.client.clone().for_district(here);
    let student = server.account(Role::Student, person.clone()).await;
    let guardian = server.account(Role::Guardian, person).await;
    let far_official = server.account(Role::DistrictOfficial, GrantScope::District { district: far }).await;
    let intruder = far_official.client.clone().for_district(here);
    let nobody = server.anonymous();
    let who: [(&str, &Client); 12] = [
        ("official", &school.official),
        ("auditor", &auditor),
        ("city", &city),
        ("school admin", &admin),
        ("teacher", &school.teacher),
        ("base admin", &base_admin),
        ("host", &school.host),
        ("student", &student),
        ("guardian", &guardian),
        ("far official", &far_official),
        ("far official, asking for this district", &intruder),
        ("nobody", &nobody),
    ];
    let path = hook.path();
    let kept = format!("/api/v1/webhook-deliveries/{delivery}");
    let (get, post) = (Method::GET, Method::POST);
    let (nothing, since) = (json!({}), json!({ "since": "2020-01-01T00:00:00Z" }));
    let bad = json!({ "url": "", "kinds": [] });
    let read = |official, auditor, far| [official, auditor, 403, 403, 403, 403, 403, 403, 403, far, 404, 401];
    let manage = |official, far| [official, 403, 403, 403, 403, 403, 403, 403, 403, far, 404, 401];
    // In the order of `who`.
    let table: Vec<(&str, &Method, String, &Value, [u16; 12])> = vec![
        ("list", &get, "/api/v1/webhooks".into(), &nothing, read(200, 200, 200)),
        ("kinds", &get, "/api/v1/webhook-kinds".into(), &nothing, read(200, 200, 200)),
        ("read", &get, path.clone(), &nothing, read(200, 200, 404)),
        ("deliveries", &get, format!("{path}/deliveries"), &nothing, read(200, 200, 404)),
        ("delivery", &get, kept.clone(), &nothing, read(200, 200, 404)),
        ("create", &post, "/api/v1/webhooks".into(), &bad, manage(422, 422)),
        ("change", &Method::PATCH, path.clone(), &nothing, manage(412, 404)),
        ("ping", &post, format!("{path}/ping"), &nothing, manage(201, 404)),
        ("rotate", &post, format!("{path}/secret"), &nothing, manage(200, 404)),
        ("resend", &post, format!("{kept}/resend"), &nothing, manage(200, 404)),
        ("resend all", &post, format!("{path}/resend"), &since, manage(200, 404)),
        ("pause", &post, format!("{path}/pause"), &nothing, manage(200, 404)),
        ("resume", &post, format!("{path}/resume"), &nothing, manage(200, 404)),
        ("delete", &Method::DELETE, path.clone(), &nothing, manage(204, 404)),
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
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_event WHERE action LIKE 'webhook%' ORDER BY id")
            .fetch_all(server.pool())
            .await
            .expect("read");
    let expected = ["create", "ping", "rotate_secret", "resend", "resend", "pause", "resume", "delete"];
    let expected: Vec<String> = expected.iter().map(|verb| format!("webhook.{verb}")).collect();
    let actions: Vec<String> = actions.iter().map(|action| action.replace("webhook_delivery.", "webhook.")).collect();
    assert_eq!(actions, expected, "whoever may not leaves no trace");
}

#[tokio::test]
async fn one_district_is_not_told_what_happens_in_another() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let far = server.district("远区").await;
    let far_official = server.account(Role::DistrictOfficial, GrantScope::District { district: far }).await;
    let theirs = hook(&far_official, &receiver.url, &crate::kit::KINDS).await;
    book(&server, &school).await;
    work(&server).await;
    assert_eq!(deliveries(&far_official, &theirs, "").await.len(), 0);
    assert_eq!(receiver.got().len(), 0);
    assert_eq!(school.official.get("/api/v1/webhooks").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_secret_is_told_once_and_is_nowhere_after_that() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let official = school.official.client.clone().with_header("Idempotency-Key", &server.state().new_id().to_string());
    let body = json!({ "url": receiver.url, "kinds": ["participation.confirmed"] });
    let made = official.post_json("/api/v1/webhooks", &body).await;
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.expect(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    let again = official.post_json("/api/v1/webhooks", &body).await;
    assert!(!again.text().contains(&secret), "the repeated request is answered without it");
    let path = format!("/api/v1/webhooks/{}", made["webhook"]["id"].as_str().expect("an id"));
    let new = school.official.post(&format!("{path}/secret")).await.expect(200)["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    school.official.patch_json(&path, 1, &json!({ "description": "新" })).await.expect(200);
    book(&server, &school).await;
    receiver.wait(1).await;
    let mut said = String::new();
    for path in ["/api/v1/webhooks", &path, &format!("{path}/deliveries"), "/api/v1/audit?limit=500"] {
        said.push_str(&school.official.get(path).await.expect(200).to_string());
    }
    // In every column of every table but the one for it, as text and as bytes.
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'webhook_secret'",
    )
    .fetch_all(server.pool())
    .await
    .expect("tables");
    assert!(tables.len() > 50, "{}", tables.len());
    for table in tables {
        let sql = format!("SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{table}\" t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(server.pool()).await.expect("rows");
        said.push_str(&rows);
    }
    for secret in [secret, new] {
        let bare = secret.trim_start_matches("whsec_");
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, bare).expect("base64");
        for form in [bare, &hex(&bytes), &hex(bare.as_bytes())] {
            assert!(!said.contains(form), "the secret is told again");
        }
    }
}
