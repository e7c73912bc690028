//! Who makes whom, sees whom, and what an administrator can do to an account.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{PASSWORD, Server};
use serde_json::{Value, json};
use uuid::Uuid;

struct World {
    server: Server,
    district: Uuid,
    school: Uuid,
    base: Uuid,
}

async fn world() -> World {
    let server = Server::start().await;
    let district = server.district("东区").await;
    let school = server.organization(district, "school", "第一小学").await;
    let base = server.organization(district, "base", "科技馆").await;
    World { server, district, school, base }
}

fn new(login: &str, grant: &Value) -> Value {
    json!({ "login": login, "display_name": login, "grants": [grant] })
}

#[tokio::test]
async fn each_administrator_makes_those_below_and_no_others() {
    let World { server, district, school, base } = world().await;
    let other_district = server.district("西区").await;
    let other_school = server.organization(other_district, "school", "第二小学").await;
    let at = |organization| GrantScope::Organization { district, organization };
    let head = server.account(Role::SchoolAdmin, at(school)).await;
    let base_admin = server.account(Role::BaseAdmin, at(base)).await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    let platform = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let teacher = server.account(Role::Teacher, at(school)).await;

    let grant = |role: &str, organization: Uuid| json!({ "role": role, "organization_id": organization });
    let cases = [
        (&head, grant("teacher", school), 201),
        (&head, grant("teacher", other_school), 403),
        (&head, grant("school_admin", school), 403),
        (&base_admin, grant("base_staff", base), 201),
        (&base_admin, grant("base_admin", base), 403),
        (&official, grant("school_admin", school), 201),
        (&official, grant("base_admin", base), 201),
        (&official, grant("school_admin", other_school), 403),
        (&official, json!({ "role": "district_official", "district_id": district }), 403),
        (&official, json!({ "role": "auditor", "district_id": district }), 201),
        (&official, json!({ "role": "platform_admin" }), 403),
        (&platform, json!({ "role": "district_official", "district_id": district }), 201),
        (&platform, json!({ "role": "city_official", "authority_id": server.city() }), 201),
        (&platform, json!({ "role": "platform_admin" }), 201),
        (&teacher, grant("teacher", school), 403),
    ];
    for (index, (who, grant, status)) in cases.iter().enumerate() {
        let answer = who.post_json("/api/v1/accounts", &new(&format!("made{index}"), grant)).await;
        assert_eq!(answer.status, *status, "{} makes {grant}: {}", who.login, answer.text());
    }
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'account.create'")
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(made, 8);
    // A city official reaches every district of the city.
    let account = sqlx::query_scalar::<_, String>(
        "SELECT a.login FROM account a JOIN account_grant g ON g.account_id = a.id WHERE g.role = 'city_official'",
    )
    .fetch_one(server.pool())
    .await
    .expect("made");
    platform.get(&format!("/api/v1/accounts?q={account}&role=city_official")).await.expect(200);
}

#[tokio::test]
async fn what_a_grant_is_over_must_exist_and_fit() {
    let World { server, district, school, base } = world().await;
    let platform = server.account(Role::PlatformAdmin, GrantScope::Platform).await;
    let nowhere = Uuid::from_u128(7);
    for (grant, field, code) in [
        (json!({ "role": "headmaster" }), "grants[0].role", "unknown_role"),
        (json!({ "role": "teacher" }), "grants[0].role", "wrong_scope"),
        (json!({ "role": "teacher", "district_id": district }), "grants[0].role", "wrong_scope"),
        (json!({ "role": "teacher", "organization_id": nowhere }), "grants[0].organization_id", "unknown"),
        (json!({ "role": "teacher", "organization_id": base }), "grants[0].organization_id", "wrong_kind"),
        (json!({ "role": "base_staff", "organization_id": school }), "grants[0].organization_id", "wrong_kind"),
        (
            json!({ "role": "teacher", "organization_id": school, "district_id": nowhere }),
            "grants[0].district_id",
            "mismatch",
        ),
        (json!({ "role": "district_official", "district_id": nowhere }), "grants[0].district_id", "unknown"),
        (json!({ "role": "city_official", "authority_id": district }), "grants[0].authority_id", "unknown"),
        (
            json!({ "role": "teacher", "organization_id": school, "person_id": nowhere }),
            "grants[0].role",
            "ambiguous_scope",
        ),
    ] {
        let problem =
            platform.post_json("/api/v1/accounts", &new("somebody", &grant)).await.expect_problem(422, "invalid");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code)),
            "{grant}"
        );
    }
    let person = platform.client.clone().for_district("D1");
    let grant = json!({ "role": "student", "person_id": nowhere });
    let problem = person.post_json("/api/v1/accounts", &new("pupil", &grant)).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "grants[0].person_id");

    let body = json!({ "login": "x y", "display_name": "  ", "grants": [] });
    let problem = platform.post_json("/api/v1/accounts", &body).await.expect_problem(422, "invalid");
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|error| error["field"].as_str()).collect();
    assert_eq!(fields, ["login", "display_name", "grants"], "all at once");
    platform.post_json("/api/v1/accounts", &new("Taken", &json!({ "role": "platform_admin" }))).await.expect(201);
    platform
        .post_json("/api/v1/accounts", &new("tAKEN", &json!({ "role": "platform_admin" })))
        .await
        .expect_problem(409, "login_taken");
}

#[tokio::test]
async fn administrators_see_their_own_and_page_through_them() {
    let World { server, district, school, base } = world().await;
    let at = |organization| GrantScope::Organization { district, organization };
    let head = server.account(Role::SchoolAdmin, at(school)).await;
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    let staff = server.account(Role::BaseStaff, at(base)).await;
    let mut teachers = Vec::new();
    for _ in 0..3 {
        teachers.push(server.account(Role::Teacher, at(school)).await.login);
    }
    let logins = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["login"].as_str().expect("a login").to_owned()).collect()
    };
    let first = head.get("/api/v1/accounts?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = head.get(&format!("/api/v1/accounts?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(second["next_cursor"], Value::Null);
    let mut expected = teachers.clone();
    expected.push(head.login.clone());
    expected.sort();
    assert_eq!([logins(&first), logins(&second)].concat(), expected);

    assert_eq!(official.get("/api/v1/accounts").await.expect(200)["items"].as_array().map(Vec::len), Some(6));
    let teachers_only = official.get("/api/v1/accounts?role=teacher").await.expect(200);
    assert_eq!(logins(&teachers_only), teachers);
    let at_base = official.get(&format!("/api/v1/accounts?organization_id={base}")).await.expect(200);
    assert_eq!(logins(&at_base), std::slice::from_ref(&staff.login));
    head.get(&format!("/api/v1/accounts/{}", staff.id)).await.expect_problem(404, "not_found");
    staff.get("/api/v1/accounts").await.expect_problem(403, "forbidden");
    for bad in ["limit=0", "limit=501", "limit=x", "cursor=x", "organization_id=x"] {
        official.get(&format!("/api/v1/accounts?{bad}")).await.expect_problem(422, "invalid");
    }
}

#[tokio::test]
async fn an_account_is_changed_disabled_and_reset() {
    let World { server, district, school, .. } = world().await;
    let at = |organization| GrantScope::Organization { district, organization };
    let head = server.account(Role::SchoolAdmin, at(school)).await;
    let teacher = server.account(Role::Teacher, at(school)).await;
    let path = format!("/api/v1/accounts/{}", teacher.id);

    let read = head.get(&path).await;
    let etag = read.header("etag").to_owned();
    assert_eq!(etag, "\"1\"");
    assert_eq!(read.expect(200)["status"], "active");
    let without = head.send(head.request(reqwest::Method::PATCH, &path).json(&json!({}))).await;
    without.expect_problem(428, "if_match_required");
    let changed = head.patch_json(&path, 1, &json!({ "display_name": " 王老师 " })).await.expect(200);
    assert_eq!((&changed["display_name"], &changed["version"]), (&json!("王老师"), &json!(2)));
    head.patch_json(&path, 1, &json!({ "display_name": "x" })).await.expect_problem(412, "version_changed");

    // What takes rights away works at once, not when a copy has grown old.
    teacher.get("/api/v1/me").await.expect(200);
    head.patch_json(&path, 2, &json!({ "status": "disabled" })).await.expect(200);
    teacher.get("/api/v1/me").await.expect_problem(401, "session_ended");
    let body = json!({ "login": teacher.login, "password": PASSWORD });
    server.anonymous().post_json("/api/v1/auth/login", &body).await.expect_problem(403, "account_disabled");
    head.patch_json(&path, 3, &json!({ "status": "active" })).await.expect(200);

    let teacher_again = server.sign_in(&teacher.login, PASSWORD).await;
    let reset = head.post(&format!("{path}/reset-password")).await;
    assert_eq!(reset.header("cache-control"), "no-store");
    let password = reset.expect(200)["one_time_password"].as_str().expect("a password").to_owned();
    teacher_again.get("/api/v1/me").await.expect_problem(401, "session_ended");
    let fresh = server.sign_in(&teacher.login, &password).await;
    fresh.get("/api/v1/districts").await.expect_problem(403, "password_change_required");

    head.post(&format!("/api/v1/accounts/{}/reset-password", head.id)).await.expect_problem(409, "own_account");
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    head.post(&format!("/api/v1/accounts/{}/reset-password", official.id)).await.expect_problem(404, "not_found");
    let colleague = server.account(Role::SchoolAdmin, at(school)).await;
    head.post(&format!("/api/v1/accounts/{}/reset-password", colleague.id)).await.expect_problem(403, "forbidden");
    let leaked: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE detail::text LIKE '%' || $1 || '%'")
        .bind(&password)
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(leaked, 0, "a password is never written down");
}

#[tokio::test]
async fn rights_are_given_and_taken_at_once() {
    let World { server, district, school, base } = world().await;
    let at = |organization| GrantScope::Organization { district, organization };
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
    let head = server.account(Role::SchoolAdmin, at(school)).await;
    head.get("/api/v1/accounts").await.expect(200);
    let path = format!("/api/v1/accounts/{}", head.id);
    let body = json!({ "role": "base_admin", "organization_id": base });
    let given = official.post_json(&format!("{path}/grants"), &body).await.expect(201);
    assert_eq!(given["grants"].as_array().map(Vec::len), Some(2));
    let me = head.get("/api/v1/me").await.expect(200);
    assert_eq!(me["grants"][1]["scope_name_zh"], "科技馆");
    head.post_json(&format!("{path}/grants"), &body).await.expect_problem(403, "forbidden");

    let first = me["grants"][0]["id"].as_str().expect("an id");
    official.delete(&format!("{path}/grants/{first}")).await.expect(204);
    official.delete(&format!("{path}/grants/{first}")).await.expect_problem(404, "not_found");
    let me = head.get("/api/v1/me").await.expect(200);
    assert_eq!(me["grants"].as_array().map(Vec::len), Some(1));
    assert_eq!(me["grants"][0]["role"], "base_admin");
    let own = official.get("/api/v1/me").await.expect(200)["grants"][0]["id"].clone();
    let own = own.as_str().expect("an id");
    official.delete(&format!("/api/v1/accounts/{}/grants/{own}", official.id)).await.expect_problem(403, "forbidden");
}
