//! Who has an agreement in force with an applicant does not review it.

use serde_json::{Value, json};

use crate::kit::{Town, text};
use kepu_domain::role::{GrantScope, Role};

#[tokio::test]
async fn an_agreement_in_force_ties_a_reviewer_until_it_is_ended() {
    let mut town = Town::new().await;
    let (district, firm) = (town.district, town.server.organization(town.district, "company", "试验企业").await);
    town.organizations.insert("firm", firm);
    town.enter("firm", Role::BaseAdmin, GrantScope::Organization { district, organization: firm }).await;
    let round = town.round().await;
    let application = town.apply(&round, "a").await;
    town.post("official", &format!("{application}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.assign(&round, &["firm", "one"]).await;

    let body = json!({
        "kind": "pairing", "title_zh": "结对", "proposer_id": firm, "parties": [town.organizations["a"]],
        "first_day": "2026-08-01", "offer": { "name": "赵", "post": "经理" },
    });
    let offered = town.by("firm").post_json("/api/v1/agreements", &body).await.expect(201);
    town.review("firm", &application, 30, 30).await.expect(200);
    let step = async |name: &str, step: &str, body: &Value| {
        let path = format!("/api/v1/agreements/{}", text(&offered["id"]));
        let version = town.by(name).get(&path).await.expect(200)["version"].clone();
        let client = town.by(name).client.clone().with_header("If-Match", &format!("\"{version}\""));
        client.post_json(&format!("{path}/{step}"), body).await.expect(200)
    };
    let signed = json!({ "organization_id": town.organizations["a"], "name": "钱", "post": "园长" });
    step("a", "sign", &signed).await;
    let problem = town.review("firm", &application, 30, 30).await.expect_problem(409, "reviewer_tied");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("agreement")), "{problem}");
    town.review("one", &application, 30, 30).await.expect(200);
    step("firm", "end", &json!({ "organization_id": firm, "reason": "到期" })).await;
    town.review("firm", &application, 30, 30).await.expect(200);
}
