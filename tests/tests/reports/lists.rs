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
    assert_eq!(persons(&town, "requirement=none-such").await, [] as [Value; 0]);
    s.official.get("/api/v1/reports/persons?enrolled=once").await.expect_problem(422, "invalid");
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
