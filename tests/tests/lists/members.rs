//! Lists of who takes part in a programme's year.

use serde_json::{Value, json};

use crate::{counts, errors, path, post_if, rows, stage};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;

#[tokio::test]
async fn venues_of_several_districts_join_by_one_list() {
    let server = Server::start().await;
    let (east, west) = (server.district("东区").await, server.district("西区").await);
    let elsewhere = GrantScope::District { district: west };
    let stranger = server.account(Role::DistrictOfficial, elsewhere).await;
    for (district, name) in [(east, "示范科技馆"), (west, "示范科技馆"), (east, "天文馆"), (west, "自然博物馆")]
    {
        server.organization(district, "museum", name).await;
    }
    let scope = GrantScope::Authority { authority: server.city(), districts: vec![east, west] };
    let official = server.account(Role::CityOfficial, scope).await;
    let programme = json!({ "authority_id": server.city(), "code": "joint", "name_zh": "联合行动" });
    let programme = official.post_json("/api/v1/programmes", &programme).await.expect(201);
    let edition =
        json!({ "year": 2026, "title_zh": "点亮科技之光", "first_day": "2026-01-01", "last_day": "2026-12-31" });
    let editions = format!("/api/v1/programmes/{}/editions", programme["id"].as_str().expect("an id"));
    let edition = official.post_json(&editions, &edition).await.expect(201);
    let id = edition["id"].as_str().expect("an id");

    let sheet = "序号,单位名称,角色,区\n1,天文馆,主办,\n2,示范科技馆,承办、支持,东区\n3,自然 博物馆,,\n4,示范科技馆,主办,\n\
                 5,无名馆,主办,\n6,天文馆,主办,\n7,示范科技馆,观众,西区\n";
    stage(&official, "kind=members", sheet).await.expect_problem(422, "invalid");
    let given = format!("kind=members&edition={id}&member_role=host");
    stage(&stranger, &given, sheet).await.expect_problem(404, "not_found");
    let import = stage(&official, &given, sheet).await.expect(201);
    assert_eq!(counts(&import), [3, 0, 0, 4]);
    let wrong = [
        (5, "organization", "several_districts"),
        (6, "organization", "unknown"),
        (7, "organization", "twice_in_file"),
        (8, "role", "unknown_word"),
    ];
    let found = errors(&rows(&official, &import).await);
    assert_eq!(found, wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    stranger.get(&path(&import)).await.expect_problem(404, "not_found");
    let fix = json!({ "cells": { "district": "西区" } });
    official.patch_json(&format!("{}/rows/5", path(&import)), 1, &fix).await.expect(200);
    post_if(&official, &format!("{}/commit", path(&import)), 2).await.expect(200);
    let members = async || {
        let read = official.get(&format!("/api/v1/editions/{id}")).await.expect(200);
        let member = |one: &Value| (one["name_zh"].clone(), one["district_name_zh"].clone(), one["roles"].clone());
        let mut all: Vec<_> = read["members"].as_array().expect("members").iter().map(member).collect();
        all.sort_by_key(|one| format!("{one:?}"));
        all
    };
    let member = |name: &str, district: &str, roles: &[&str]| (json!(name), json!(district), json!(roles));
    let expected = [
        member("天文馆", "东区", &["host"]),
        member("示范科技馆", "东区", &["support", "undertake"]),
        member("示范科技馆", "西区", &["host"]),
        member("自然博物馆", "西区", &["host"]),
    ];
    let mut expected = expected.to_vec();
    expected.sort_by_key(|one| format!("{one:?}"));
    assert_eq!(members().await, expected);
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'edition.add_members'")
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(told, 3, "one for each role");

    // Again: known; one gets another role.
    let sheet = "单位,角色\n天文馆,指导\n自然博物馆,主办\n";
    let import = stage(&official, &given, sheet).await.expect(201);
    assert_eq!(counts(&import), [0, 1, 1, 0]);
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    assert!(members().await.contains(&member("天文馆", "东区", &["guide", "host"])));
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}
