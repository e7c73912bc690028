//! A district whose pupils have credit, and what is needed to read badges.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use kepu_api::credentials::{Jwks, KeySet, verify};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::School;
use kepu_tests::{Account, Client, Server};
use serde_json::{Value, json};
use uuid::Uuid;

pub const POLICY: &str = "
kepu: 1
id: by-the-hour
version: '2026'
title: { zh: 按时计分, en: By the hour }
rules:
  - { id: by-the-hour, category: practice, credit: { per_hour: 1 } }
ladders:
  - id: rank
    title: { zh: 星级, en: Stars }
    levels: [{ id: one, title: { zh: 一星, en: One star }, at_least: 2 }, { id: two, title: { zh: 二星, en: Two stars }, at_least: 4 }]
requirements:
  - { id: two, title: { zh: 满两分, en: Two credits }, when: { measure: total, at_least: 2 } }
  - { id: ten, title: { zh: 满十分, en: Ten credits }, when: { measure: total, at_least: 10 } }
";

/// A district whose policy gives a credit an hour; every pupil was in one session of two hours.
pub async fn town(server: &Server, pupils: usize) -> School {
    let school = School::new(server, pupils).await;
    school.adopt(POLICY).await;
    book(server, &school).await;
    school
}

/// One more session in which everybody was, confirmed.
pub async fn book(server: &Server, school: &School) {
    let session = school.session(server, school.base, "practice", 2).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    school.record(session, &pupils).await;
    school.confirm_all(session).await;
}

/// The account of a pupil.
pub async fn student(server: &Server, school: &School, pupil: usize) -> Account {
    let person = GrantScope::Person { district: school.district, person: school.pupils[pupil].0 };
    server.account(Role::Student, person).await
}

/// What is asked for to state a requirement.
pub fn requirement(id: &str) -> Value {
    json!({ "achievement": { "kind": "requirement", "id": id } })
}

/// Makes a badge; answers the credential and the file.
pub async fn badge(client: &Client, person: Uuid, body: &Value) -> (Value, String) {
    let made = client.post_json(&format!("/api/v1/persons/{person}/badges"), body).await.expect(201);
    let file = client.get(&format!("/api/v1/credentials/{}/badge.jwt", made["id"].as_str().expect("an id"))).await;
    assert_eq!(file.status, 200, "{}", file.text());
    (made, file.text())
}

/// A part of a JWT.
pub fn part(jwt: &str, at: usize) -> Value {
    let part = jwt.split('.').nth(at).expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The path of an address of this service.
pub fn path(server: &Server, address: &Value) -> String {
    address.as_str().expect("an address").strip_prefix(&server.url).expect("of this service").to_owned()
}

/// What is needed to verify a badge, as anybody can get it: keys and status list.
pub async fn published(server: &Server, jwt: &str) -> (Jwks, Vec<String>) {
    let payload = part(jwt, 1);
    let nobody = server.anonymous();
    let keys = nobody.get(&format!("{}/jwks.json", path(server, &payload["iss"]))).await.expect(200);
    let list = nobody.get(&path(server, &payload["credentialStatus"]["statusListCredential"])).await;
    assert_eq!((list.status, list.header("content-type")), (200, "application/vc+jwt"));
    assert_eq!(list.header("access-control-allow-origin"), "*");
    (serde_json::from_value(keys).expect("keys"), vec![list.text()])
}

/// The code by which a badge is refused; none if it holds.
pub async fn refused(server: &Server, jwt: &str, at: DateTime<Utc>) -> Option<&'static str> {
    let (keys, lists) = published(server, jwt).await;
    verify(jwt, &KeySet::from(&keys), &lists, at).err().map(|refusal| refusal.code())
}
