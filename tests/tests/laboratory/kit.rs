//! What the tests of the laboratory share.

use kepu_api::verify;
use kepu_tests::{Account, Answer, Server};
use serde_json::{Value, json};

/// One credit an hour at designated bases, at most 3 a host; a second visit of a day waits for a decision.
pub const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
select:
  - id: designated
    require: { host_designation: base }
rules:
  - { id: by-the-hour, category: practice, when: { kind: practice }, credit: { per_hour: 1 } } # the price
limits:
  - { id: once-a-day, within: [day], at_most: { records: 1 }, force: soft }
  - { id: per-base, within: [host], at_most: { credits: 3 } }
requirements:
  - { id: four, title: { zh: 满四分, en: Four credits }, when: { measure: total, at_least: 4 } }
ladders:
  - { id: stars, title: { zh: 星级, en: Stars }, levels: [ { id: one, at_least: 2 }, { id: two, at_least: 4, title: { zh: 二星, en: Two stars } } ] }
cases:
  - name: { zh: 两小时, en: Two hours }
    records: [ { kind: practice, starts_at: '2026-03-01 09:00', minutes: 120, host_designations: base } ]
    expect: { counted: { '1': 2 } }
";

/// The next version: lectures count, hours are dearer, a base gives less, the second star is further away.
pub fn second() -> String {
    POLICY
        .replace("version: '1'", "version: '2'")
        .replace("per_hour: 1 } } # the price\n", "per_hour: 1.5 } } # the price\n  - { id: lecture, category: lecture, when: { kind: lecture }, credit: { fixed: 2 } }\n")
        .replace("at_most: { credits: 3 }", "at_most: { credits: 2 }")
        .replace("id: two, at_least: 4, title: { zh: 二星, en: Two stars }", "id: two, at_least: 5, title: { zh: 双星, en: Both stars }")
        .replace("'1': 2 }", "'1': 3 }, total: 3")
}

/// What the second version calls its ladder, levels and requirement; the first star has no title.
pub fn titles() -> Value {
    json!({
        "ladders": { "stars": { "title_zh": "星级", "title_en": "Stars" } },
        "levels": { "stars": { "two": { "title_zh": "双星", "title_en": "Both stars" } } },
        "requirements": { "four": { "title_zh": "满四分", "title_en": "Four credits" } },
    })
}

/// Every invariant of the database holds.
pub async fn holds(server: &Server) {
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
}

/// Posts a step of something that has a version.
pub async fn step(account: &Account, what: &Value, path: &str, body: &Value) -> Answer {
    let version = what["version"].as_i64().expect("a version");
    account.client.clone().with_header("If-Match", &format!("\"{version}\"")).post_json(path, body).await
}

/// Waits until a trial has ended.
pub async fn ended(account: &Account, trial: &Value) -> Value {
    let path = format!("/api/v1/policy-trials/{}", trial["id"].as_str().expect("an id"));
    for _ in 0..600 {
        let now = account.get(&path).await.expect(200);
        if now["state"] != "computing" {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the trial did not end");
}

/// Tries something and waits for what comes of it.
pub async fn trial(account: &Account, body: &Value) -> Value {
    let begun = account.post_json("/api/v1/policy-trials", body).await.expect(202);
    let trial = ended(account, &begun).await;
    assert_eq!(trial["state"], "computed", "{trial}");
    trial
}

/// Begins a draft with this text.
pub async fn draft(account: &Account, document: &str) -> Value {
    account.post_json("/api/v1/policy-drafts", &json!({ "document": document })).await.expect(201)
}

pub fn path_of(draft: &Value, step: &str) -> String {
    format!("/api/v1/policy-drafts/{}{step}", draft["id"].as_str().expect("an id"))
}
