//! The audit trail as officials and auditors read it.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn the_trail_is_read_by_filter_and_page_in_ones_own_district() {
    let server = Server::start().await;
    let (east, west) = (server.district("东区").await, server.district("西区").await);
    let school = server.organization(east, "school", "第一小学").await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district: east }).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district: east }).await;
    let stranger = server.account(Role::Auditor, GrantScope::District { district: west }).await;
    let platform = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let mut made = Vec::new();
    for index in 0..3 {
        let grant = json!({ "role": "school_admin", "organization_id": school });
        let body = json!({ "login": format!("head{index}"), "display_name": "校长", "grants": [grant] });
        let account = official.post_json("/api/v1/accounts", &body).await.expect(201);
        made.push(account["account"]["id"].as_str().expect("an id").to_owned());
    }

    let first = auditor.get("/api/v1/audit?action=account.&limit=2").await.expect(200);
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["object_id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&first), [made[2].clone(), made[1].clone()], "the newest first");
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = auditor.get(&format!("/api/v1/audit?action=account.&limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(ids(&second), [made[0].clone()]);
    let entry = &second["items"][0];
    assert_eq!(entry["action"], "account.create");
    assert_eq!(entry["account_id"], json!(official.id));
    assert_eq!(entry["address"], "127.0.0.1");
    assert_eq!(entry["detail"]["login"], "head0");
    assert_ne!(entry["request_id"], "");

    let path = format!("/api/v1/audit?object_kind=account&object_id={}", made[1]);
    assert_eq!(auditor.get(&path).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    let path =
        format!("/api/v1/audit?account_id={}&from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00%2B08:00", official.id);
    assert_eq!(auditor.get(&path).await.expect(200)["items"], json!([]));
    assert_eq!(stranger.get("/api/v1/audit").await.expect(200)["items"], json!([]));

    // Sign-ins belong to no district; the platform reads them.
    let logins = platform.get("/api/v1/audit?action=auth.login").await.expect(200);
    assert_eq!(logins["items"].as_array().map(Vec::len), Some(4));
    let teacher = GrantScope::Organization { district: east, organization: school };
    let teacher = server.account(Role::Teacher, teacher).await;
    teacher.get("/api/v1/audit").await.expect_problem(403, "forbidden");
}
