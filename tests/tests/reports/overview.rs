//! The overview says what the report on credits says, from sums that are kept with the ledger.

use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};

use crate::town::Town;

/// Both reports of these filters agree wherever they say the same.
async fn agree(town: &Town, query: &str) -> Value {
    let overview = town.first.official.get(&format!("/api/v1/reports/overview?{query}")).await.expect(200);
    let credits = town.first.official.get(&format!("/api/v1/reports/credits?{query}")).await.expect(200);
    for key in ["enrolled", "participants", "earners", "participation", "records", "credits", "credits_per_enrolled"] {
        assert_eq!(overview["totals"][key], credits["totals"][key], "{key} of {query}");
    }
    let list = |report: &Value, part: &str, key: &str| -> Vec<[Value; 4]> {
        let mut rows: Vec<[Value; 4]> = report[part]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| [row[key].clone(), row["participants"].clone(), row["records"].clone(), row["credits"].clone()])
            .collect();
        rows.sort_by_key(|row| row[0].to_string());
        rows
    };
    for (part, key) in
        [("by_category", "category"), ("by_host", "host_id"), ("by_grade", "grade"), ("by_school", "school_id")]
    {
        if !credits[part].is_null() {
            assert_eq!(list(&overview, part, key), list(&credits, part, key), "{part} of {query}");
        }
    }
    overview
}

#[tokio::test]
async fn the_overview_agrees_with_the_records_behind_it() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let district = agree(&town, "").await;
    assert_eq!(district["by_school"].as_array().map(Vec::len), Some(2), "{district}");
    let months: i64 =
        district["by_month"].as_array().expect("months").iter().map(|m| m["records"].as_i64().expect("a count")).sum();
    assert_eq!(json!(months), district["totals"]["records"]);
    let requirement = &district["requirements"][0];
    assert_eq!((&requirement["id"], &requirement["title"]), (&json!("three"), &json!("满三分")));
    let count = |key: &str| requirement[key].as_i64().expect("a count");
    assert_eq!(count("met") + count("short"), count("persons"));
    let enrolled = district["totals"]["enrolled"].as_i64().expect("a count");
    let participants = district["totals"]["participants"].as_i64().expect("a count");
    assert_eq!(district["not_reached"]["persons"], json!(enrolled - participants));
    let classes = district["not_reached"]["classes"].as_array().expect("classes");
    assert!(classes.iter().all(|class| class["school_name"].is_string()), "{classes:?}");
    assert_eq!(district["by_category"][0]["title"], "实践");

    agree(&town, &format!("school={}", town.first.school)).await;
    agree(&town, &format!("school={}", town.second)).await;
    agree(&town, &format!("class={}", town.second_class)).await;
    let day = |days: i64| (server.state().now() - chrono::TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    agree(&town, &format!("from={}&to={}", day(25), day(8))).await;
    let of_grade = town.first.official.get("/api/v1/reports/overview?grade=7").await.expect(200);
    assert_eq!(of_grade["by_grade"].as_array().map(Vec::len), Some(1), "{of_grade}");
    let lectures = town.first.official.get("/api/v1/reports/overview?category=lecture").await.expect(200);
    assert_eq!(lectures["by_category"].as_array().map(Vec::len), Some(1), "{lectures}");
    let host = format!("/api/v1/reports/overview?host={}&lang=en", town.first.base);
    let hosted = town.first.official.get(&host).await.expect(200);
    assert_eq!(hosted["by_host"].as_array().map(Vec::len), Some(1), "{hosted}");
}

#[tokio::test]
async fn sums_follow_what_is_amended_voided_and_adopted_anew() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let school = &town.first;
    let confirmed = school.official.get("/api/v1/participations?state=confirmed&limit=500").await.expect(200);
    let rows = confirmed["items"].as_array().expect("items");
    let act = async |row: &Value, what: &str, body: Value| {
        let path = format!("/api/v1/participations/{}/{what}", row["id"].as_str().expect("an id"));
        let version = row["version"].as_i64().expect("a version");
        let request =
            school.official.request(reqwest::Method::POST, &path).header("If-Match", format!("\"{version}\""));
        school.official.send(request.json(&body)).await.expect(200);
    };
    act(&rows[0], "void", json!({ "reason": "重复登记" })).await;
    act(&rows[1], "amend", json!({ "minutes": 30, "reason": "登记的时长有误" })).await;
    act(&rows[2], "void", json!({ "reason": "重复登记" })).await;
    agree(&town, "").await;
    assert_eq!(verify::database_holds(server.state().db()).await.expect("verified").broken, []);

    let twice = crate::town::POLICY.replace("per_hour: 1", "per_hour: 2").replace("version: '1'", "version: '2'");
    school.adopt(&twice).await;
    agree(&town, "").await;
    agree(&town, &format!("school={}", town.second)).await;
    assert_eq!(verify::database_holds(server.state().db()).await.expect("verified").broken, []);

    // A sum that is off is found.
    sqlx::query("UPDATE credit_cell SET took = took | (1::bigint << 62)").execute(server.pool()).await.expect("spoilt");
    let broken = verify::database_holds(server.state().db()).await.expect("verified").broken;
    assert!(broken.iter().any(|one| one.invariant == "the sums that reports read are those of the lines"));
}

#[tokio::test]
async fn an_overview_is_for_whom_it_is() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let path = "/api/v1/reports/overview";
    let own = town.first.teacher.get(path).await.expect(200);
    assert_eq!(own["by_school"].as_array().map(Vec::len), Some(1), "{own}");
    town.first.teacher.get(&format!("{path}?school={}", town.second)).await.expect_problem(403, "forbidden");
    town.first.host.get(path).await.expect_problem(403, "forbidden");
    town.first.host.get(&format!("{path}?host={}", town.first.base)).await.expect(200);
    town.first.official.get(&format!("{path}?colour=red")).await.expect_problem(422, "invalid");
    let far = server.district("西区").await;
    let stranger = server.account(Role::DistrictOfficial, GrantScope::District { district: far }).await;
    stranger.get(&format!("{path}?school={}", town.first.school)).await.expect_problem(404, "not_found");
}
