//! Authorities and districts, and which district a request is for.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn a_platform_administrator_lays_out_city_and_district() {
    let server = Server::start().await;
    let admin = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let province = json!({ "level": "province", "parent_id": null, "code": "330000", "name_zh": "浙江省" });
    let province = admin.post_json("/api/v1/authorities", &province).await.expect(201);
    let city = json!({ "level": "city", "parent_id": province["id"], "code": "330100", "name_zh": "杭州市" });
    let city = admin.post_json("/api/v1/authorities", &city).await.expect(201);
    let wrong = json!({ "level": "province", "parent_id": city["id"], "code": "1", "name_zh": "x" });
    admin.post_json("/api/v1/authorities", &wrong).await.expect_problem(422, "invalid");

    let body = json!({ "parent_id": city["id"], "code": "330106", "name_zh": "西湖区", "name_en": "Xihu" });
    let answer = admin.post_json("/api/v1/districts", &body).await;
    let location = answer.header("location").to_owned();
    let made = answer.expect(201);
    assert_eq!(made["time_zone"], "Asia/Shanghai");
    assert_eq!(admin.get(&location).await.expect(200), made);
    admin.post_json("/api/v1/districts", &body).await.expect_problem(409, "code_taken");
    let bad = json!({ "parent_id": null, "code": "西湖", "name_zh": "", "time_zone": "Beijing" });
    let problem = admin.post_json("/api/v1/districts", &bad).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(3));

    let list = admin.get("/api/v1/authorities?level=city").await.expect(200);
    assert_eq!(list["items"], json!([city]));
    let list =
        admin.get(&format!("/api/v1/districts?parent_id={}", city["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(list["items"], json!([made]));

    // Renamed, each by what it is; the district is an authority, too, and is called the same as such.
    let path = format!("/api/v1/authorities/{}", city["id"].as_str().expect("an id"));
    let name = json!({ "name_zh": "杭州", "name_en": "Hangzhou" });
    let renamed = admin.patch_json(&path, 1, &name).await.expect(200);
    assert_eq!(
        (&renamed["name_zh"], &renamed["code"], &renamed["version"]),
        (&json!("杭州"), &city["code"], &json!(2))
    );
    admin.patch_json(&path, 1, &name).await.expect_problem(412, "version_changed");
    admin.patch_json(&path, 2, &json!({ "name_zh": "" })).await.expect_problem(422, "invalid");
    let as_authority = format!("/api/v1/authorities/{}", made["id"].as_str().expect("an id"));
    admin.patch_json(&as_authority, 1, &name).await.expect_problem(422, "is_district");
    let name = json!({ "name_zh": "西湖新区" });
    admin.patch_json(&location, 1, &name).await.expect(200);
    let list = admin.get("/api/v1/authorities?level=district").await.expect(200);
    let all = list["items"].as_array().expect("items");
    assert!(all.iter().any(|one| one["id"] == made["id"] && one["name_zh"] == "西湖新区"), "{list}");

    let district = made["id"].as_str().expect("an id").parse().expect("a uuid");
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    let change = json!({ "settings": { "term_starts": "09-01" } });
    let changed = official.patch_json(&location, 2, &change).await.expect(200);
    assert_eq!(changed["settings"], json!({ "term_starts": "09-01" }));
    let removed = official.patch_json(&location, 3, &json!({ "settings": { "term_starts": null } })).await.expect(200);
    assert_eq!(removed["settings"], json!({}));
    official.post_json("/api/v1/districts", &body).await.expect_problem(403, "forbidden");
    official.patch_json(&path, 2, &json!({ "name_zh": "x" })).await.expect_problem(403, "forbidden");
    let audited: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_event WHERE action ~ '^(authority|district)[.]' ORDER BY id")
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert_eq!(
        audited,
        [
            "authority.create",
            "authority.create",
            "district.create",
            "authority.rename",
            "district.change",
            "district.change",
            "district.change"
        ]
    );
}

#[tokio::test]
async fn a_request_is_for_the_district_of_its_header_or_of_its_account() {
    let server = Server::start().await;
    let (east, west) = (server.district("东区").await, server.district("西区").await);
    let base = server.organization(east, "base", "科技馆").await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district: east }).await;
    let scope = GrantScope::Authority { authority: server.city(), districts: vec![] };
    let city = server.account(Role::CityOfficial, scope).await;
    let scope = GrantScope::Organization { district: east, organization: base };
    let staff = server.account(Role::BaseStaff, scope).await;
    let platform = server.account(Role::PlatformAdmin, GrantScope::Platform).await;

    let of = async |client: &kepu_tests::Client, district: Option<String>| -> Value {
        let client = match district {
            Some(district) => client.clone().for_district(district),
            None => client.clone(),
        };
        let answer = client.get("/api/v1/me").await;
        if answer.status == 200 { answer.body["district_id"].clone() } else { answer.body["code"].clone() }
    };
    for (what, client, header, expected) in [
        ("an official's own", &official, None, json!(east)),
        ("… by code", &official, Some("D1".to_owned()), json!(east)),
        ("… not another", &official, Some(west.to_string()), json!("not_found")),
        ("… nor one that does not exist", &official, Some("nowhere".to_owned()), json!("not_found")),
        ("the first of the city", &city, None, json!(east)),
        ("… any of the city", &city, Some("D2".to_owned()), json!(west)),
        ("the base's own", &staff, None, json!(east)),
        ("… or that of its guests", &staff, Some(west.to_string()), json!(west)),
        ("none for the platform", &platform, None, Value::Null),
        ("… or any", &platform, Some(west.to_string()), json!(west)),
    ] {
        assert_eq!(of(client, header).await, expected, "{what}");
    }
}
