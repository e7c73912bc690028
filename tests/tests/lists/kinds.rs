//! Of what kind organizations are that a list registers, and how that is mended.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{counts, errors, named, official, path, post_if, rows, stage};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;

#[tokio::test]
async fn names_say_the_kind_where_a_list_is_mixed_and_rows_are_mended_before_they_are_entered() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let sheet = "序号,单位名称,性质\n1,阳光幼儿园,公办\n2,新村社区,\n3,第一小学,民办\n4,市科技馆,公立\n5,儿童之家,\n";
    let import = stage(&official, "kind=organizations&organization_kind=kindergarten", sheet).await.expect(201);
    assert_eq!(counts(&import), [5, 0, 0, 0]);
    let kinds = |rows: &[Value]| -> Vec<String> {
        let kind = |row: &Value| {
            let changes = row["changes"].as_array().expect("changes").iter();
            changes
                .filter(|one| one["field"] == "kind")
                .map(|one| one["to"].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        rows.iter().map(kind).collect()
    };
    assert_eq!(
        kinds(&rows(&official, &import).await),
        ["kindergarten", "community", "school", "museum", "kindergarten"]
    );
    // A row that is taken is written anew all the same.
    let fix = json!({ "cells": { "kind": "community" } });
    official.patch_json(&format!("{}/rows/6", path(&import)), 1, &fix).await.expect(200);
    assert_eq!(kinds(&rows(&official, &import).await)[4], "", "the row says it itself now");
    post_if(&official, &format!("{}/commit", path(&import)), 2).await.expect(200);
    let entered = named(&server).await;
    assert_eq!(entered["community-002"].1, "儿童之家");
    assert_eq!(entered["museum-001"].1, "市科技馆");
    let nature = "SELECT attributes ->> 'nature' FROM organization WHERE name_zh = '第一小学'";
    let nature: Option<String> = sqlx::query_scalar(nature).fetch_one(server.pool()).await.expect("read");
    assert_eq!(nature.as_deref(), Some("民办"));

    // A kind column that says 公办 says nothing of the kind; what is no word at all is refused as before.
    let sheet = "名称,类型\n月亮幼儿园,公办园\n星星馆,民办\n石头馆,动物园\n";
    let import = stage(&official, "kind=organizations", sheet).await.expect(201);
    let wrong = [(3, "kind", "required"), (4, "kind", "unknown_word")];
    let found = errors(&rows(&official, &import).await);
    assert_eq!(found, wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
}

#[tokio::test]
async fn a_wrong_kind_is_mended_until_something_depends_on_it() {
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    for (kind, name) in
        [("kindergarten", "新村社区"), ("base", "儿童之家"), ("base", "自然博物馆"), ("school", "旧村社区")]
    {
        let body = json!({ "kind": kind, "code": name, "name_zh": name });
        official.post_json("/api/v1/organizations", &body).await.expect(201);
    }
    let id = async |name: &str| -> Uuid {
        let sql = "SELECT id FROM organization WHERE name_zh = $1";
        sqlx::query_scalar(sql).bind(name).fetch_one(server.pool()).await.expect("there")
    };
    // Somebody works at the last one.
    let organization = id("旧村社区").await;
    server.account(Role::SchoolAdmin, GrantScope::Organization { district, organization }).await;

    // The name mends it where it is clear, a kind column where it is not; a museum may be a base.
    let sheet = "名称,类型\n新村社区,\n儿童之家,社区\n自然博物馆,\n旧村社区,\n";
    let import = stage(&official, "kind=organizations&organization_kind=base", sheet).await.expect(201);
    assert_eq!(counts(&import), [0, 2, 2, 0]);
    let change = json!([{ "field": "kind", "from": "kindergarten", "to": "community" }]);
    assert_eq!(rows(&official, &import).await[0]["changes"], change);
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let entered = named(&server).await;
    let kind = |name: &str| entered[name].0.clone();
    assert_eq!(
        ["新村社区", "儿童之家", "自然博物馆", "旧村社区"].map(kind),
        ["community", "community", "base", "school"]
    );
    let import = stage(&official, "kind=organizations", "名称,类型\n旧村社区,社区\n").await.expect(201);
    assert_eq!(errors(&rows(&official, &import).await), [(2, "kind".to_owned(), "kind_stays".to_owned())]);

    // The form of the organization says the same.
    let at = |id: Uuid| format!("/api/v1/organizations/{id}");
    let museum = json!({ "kind": "museum" });
    let mended = official.patch_json(&at(id("自然博物馆").await), 1, &museum).await.expect(200);
    assert_eq!((&mended["kind"], &mended["version"]), (&json!("museum"), &json!(2)));
    official.patch_json(&at(organization), 1, &museum).await.expect_problem(409, "kind_in_use");
    official.patch_json(&at(organization), 1, &json!({ "kind": "school", "name_en": "x" })).await.expect(200);
}
