//! Each figure opens to the list of just those whom it counts.

use kepu_tests::Server;
use kepu_tests::school::class_of;
use serde_json::{Value, json};

use super::ready::rows;
use super::town::Town;

async fn persons(town: &Town, query: &str) -> Vec<Value> {
    let list = town.first.official.get(&format!("/api/v1/reports/persons?limit=500&{query}")).await.expect(200);
    list["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn who_is_not_reached_and_who_falls_short_are_listed_and_nobody_else() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    for (section, filter) in [("schools", "school"), ("grades", "grade"), ("classes", "class"), ("whole", "")] {
        for row in rows(s, "not_reached", section).await {
            let of = row["of"].as_str().map_or_else(|| row["of"].to_string(), str::to_owned);
            let place = if filter.is_empty() { String::new() } else { format!("{filter}={of}&") };
            for (column, query) in [
                ("enrolled", "enrolled=within"),
                ("reached", "enrolled=within&took=true"),
                ("not_reached", "enrolled=within&took=false"),
                ("no_credit", "enrolled=within&earned=false"),
            ] {
                let listed = persons(&town, &format!("{place}{query}")).await;
                assert_eq!(row[column], listed.len(), "{section} {of} {column}: {listed:#?}");
            }
        }
        for row in rows(s, "requirements", section).await {
            let of = row["of"].as_str().map_or_else(|| row["of"].to_string(), str::to_owned);
            let place = if filter.is_empty() { String::new() } else { format!("{filter}={of}&") };
            for (column, query) in [("persons", ""), ("met", "&met=true"), ("short", "&met=false")] {
                let listed = persons(&town, &format!("{place}enrolled=now&requirement=three{query}")).await;
                assert_eq!(row[column], listed.len(), "{section} {of} {column}");
                let is_met = |one: &Value| one["requirements"][0]["met"] == json!(column == "met");
                assert!(column == "persons" || listed.iter().all(is_met), "{listed:#?}");
            }
        }
    }
    s.official.get("/api/v1/reports/persons?enrolled=once").await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn filters_that_mean_nothing_are_refused_and_named() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    for (query, field) in [
        ("persons?value=x", "value"),
        ("persons?requirement=nope&met=true", "requirement"),
        ("persons?requirement=nope&format=csv", "requirement"),
        ("persons?grade=99", "grade"),
        ("records?grade=-5", "grade"),
        ("overview?grade=21", "grade"),
        ("ready/not_reached?grade=99", "grade"),
        ("ready/overview?section=nope", "section"),
        ("ready/overview?section=nope&format=csv", "section"),
        ("ready/overview?section=nope&format=pdf", "section"),
        ("records?host=nowhere", "host"),
    ] {
        let refused = town.first.official.get(&format!("/api/v1/reports/{query}")).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field, "{query}: {refused}");
    }
    for query in
        ["persons?attribute=x", "persons?attribute=x&value=y", "persons?grade=-3", "ready/overview?section=hosts"]
    {
        town.first.official.get(&format!("/api/v1/reports/{query}")).await.expect(200);
    }
}

#[tokio::test]
async fn records_of_no_host_open_like_those_of_one() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let day = |days: i64| (server.state().now() + chrono::TimeDelta::days(days)).date_naive().to_string();
    let contest = json!({ "series": "district-science", "edition": "2026", "name_zh": "区科学竞赛", "valid_from": day(-100),
                          "valid_to": day(100) });
    let contest = s.official.post_json("/api/v1/competitions", &contest).await.expect(201);
    for at in [0, 1] {
        let result = json!({ "competition_id": contest["id"], "achieved_on": day(-3), "contest_level": "county",
                             "award": "first", "members": [{ "number": s.pupils[at].1 }] });
        let entered = s.teacher.post_json("/api/v1/results", &result).await.expect(201);
        let id = entered["items"][0]["id"].as_str().expect("an id");
        s.official.post(&format!("/api/v1/results/{id}/verify")).await.expect(200);
    }
    let listed = async |query: &str| {
        let list = s.official.get(&format!("/api/v1/reports/records?limit=500&{query}")).await.expect(200);
        list["items"].as_array().expect("items").clone()
    };
    for (path, place) in [
        ("overview".to_owned(), String::new()),
        (format!("school?school={}", s.school), format!("&school={}", s.school)),
    ] {
        let report = s.official.get(&format!("/api/v1/reports/ready/{path}")).await.expect(200);
        let sections = report["sections"].as_array().expect("sections");
        let hosts = sections.iter().find(|one| one["key"] == "hosts").expect("hosts");
        let columns = hosts["columns"].as_array().expect("columns");
        let at = columns.iter().position(|one| one["key"] == "records").expect("the column");
        let rows = hosts["rows"].as_array().expect("rows");
        assert!(rows.iter().any(|row| row["of"]["word"] == "none"), "{hosts:#}");
        for row in rows {
            let of = &row["of"];
            assert_eq!(of["sort"], "host", "{row}");
            let host = of["id"].as_str().or(of["word"].as_str()).expect("a host, or none");
            assert_eq!(row["cells"][at], listed(&format!("host={host}{place}")).await.len(), "{row}");
        }
    }
    let nowhere = listed("host=none").await;
    assert_eq!(nowhere.len(), 2);
    assert!(nowhere.iter().all(|one| one["source"] == "result" && one["host_id"].is_null()), "{nowhere:#?}");
    // Whoever sees what happened at hosts sees nothing of what happened at none.
    let base = s.host.get("/api/v1/reports/records?host=none").await.expect(200);
    assert_eq!(base["items"], json!([]));
    let file = s.official.get("/api/v1/reports/records?host=none&format=csv").await;
    assert_eq!(file.text().lines().count(), 3, "{}", file.text());
}

#[tokio::test]
async fn groups_that_are_shown_open_and_small_ones_do_not() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let third = server.organization(s.district, "school", "第三试验学校").await;
    let (_, pupils) = class_of(&server, s.district, third, 8, 30).await;
    class_of(&server, s.district, third, 7, 12).await;
    for (school, kept) in
        [(s.school, json!({ "位置": "城区" })), (town.second, json!({})), (third, json!({ "位置": "乡镇" }))]
    {
        sqlx::query("UPDATE organization SET attributes = $2 WHERE id = $1")
            .bind(school)
            .bind(kept)
            .execute(server.pool())
            .await
            .expect("kept");
    }
    sqlx::query("UPDATE person SET sex = CASE WHEN id = ANY($2) THEN 'female' ELSE 'male' END WHERE district_id = $1")
        .bind(s.district)
        .bind(pupils.iter().take(20).map(|pupil| pupil.0).collect::<Vec<_>>())
        .execute(server.pool())
        .await
        .expect("known");
    let report = s.official.get("/api/v1/reports/ready/equity").await.expect(200);
    let (mut open, mut hidden) = (0, 0);
    for section in report["sections"].as_array().expect("sections") {
        for row in section["rows"].as_array().expect("rows") {
            let of = &row["of"];
            if row["cells"][1] == "*" {
                assert!(of.is_null(), "what is hidden does not open: {row}");
                hidden += 1;
                continue;
            }
            let text = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
            let place = match text("sort").as_str() {
                "whole" => String::new(),
                "school" => format!("&school={}", text("id")),
                "grade" => format!("&grade={}", of["grade"]),
                "sex" => format!("&sex={}", text("word")),
                "attribute" if of["value"].is_null() => format!("&attribute={}", text("word")),
                "attribute" => format!("&attribute={}&value={}", text("word"), text("value")),
                other => panic!("{other}"),
            };
            for (at, query) in [(1, ""), (2, "&took=true"), (4, "&earned=true")] {
                let listed = persons(&town, &format!("enrolled=last{place}{query}")).await;
                assert_eq!(row["cells"][at], listed.len(), "{of} {query}");
            }
            open += 1;
        }
    }
    assert!(open >= 5 && hidden >= 2, "{open} open, {hidden} hidden");
}

#[tokio::test]
async fn records_are_listed_by_category_rule_and_place() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let school = format!("school={}", s.school);
    let count = async |query: String| {
        let list = s.official.get(&format!("/api/v1/reports/records?limit=500&{query}")).await.expect(200);
        list["items"].as_array().expect("items").len()
    };
    let report = s.official.get(&format!("/api/v1/reports/ready/school?{school}")).await.expect(200);
    let mut told = 0;
    for section in report["sections"].as_array().expect("sections") {
        let columns = section["columns"].as_array().expect("columns");
        let at = |key: &str| columns.iter().position(|one| one["key"] == key);
        for row in section["rows"].as_array().expect("rows") {
            let of = &row["of"];
            let text = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
            let place = match text("sort").as_str() {
                "category" if !text("word").is_empty() => format!("&category={}", text("word")),
                "rule" if !text("word").is_empty() => format!("&rule={}", text("word")),
                "host" => format!("&host={}", text("id")),
                "class" => format!("&class={}", text("id")),
                "grade" => format!("&grade={}", of["grade"]),
                _ => continue,
            };
            for (column, query) in [
                ("records", ""),
                ("counted", "&status=counted"),
                ("cut", "&status=cut"),
                ("refused", "&status=refused"),
            ] {
                let cell = &row["cells"][at(column).expect("the column")];
                assert_eq!(*cell, count(format!("{school}{place}{query}")).await, "{of} {column}");
                told += 1;
            }
        }
    }
    assert!(told > 20, "{told} figures were opened");
    assert_eq!(count("flagged=true".into()).await, 0);
    assert_eq!(count("theme=none".into()).await, 19, "no activity is of a theme");
    assert_eq!(count(format!("edition={}", s.district)).await, 0);
}
