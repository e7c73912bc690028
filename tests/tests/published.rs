//! The worked examples of the published rule sets, through the service: recorded, confirmed, verified, scored.

use chrono::{DateTime, Utc};
use kepu_tests::Server;
use kepu_tests::school::{School, activity, designate_as, session_at};
use serde_json::{Value, json};
use uuid::Uuid;

/// A participation of the first pupil: recorded by the teacher, confirmed by the host.
async fn take_part(server: &Server, school: &School, activity: Uuid, host: Uuid, day: &str) -> String {
    let starts: DateTime<Utc> = format!("{day}T01:00:00Z").parse().expect("a moment");
    let session = session_at(server, school.district, host, activity, starts, None).await;
    let id = school.record(session, &[school.pupils[0].0]).await.remove(0);
    let district = school.district;
    let scope = kepu_domain::role::GrantScope::Organization { district, organization: host };
    let staff = server.account(kepu_domain::role::Role::BaseStaff, scope).await;
    let path = format!("/api/v1/sessions/{session}/confirmation");
    let answer = staff.post_json(&path, &json!({ "all": true })).await.expect(200);
    assert_eq!(answer["confirmed"], 1, "{answer}");
    id
}

/// A contest of the district in this series.
async fn contest(server: &Server, school: &School, series: &str, kind: &str) -> String {
    let body = json!({ "series": series, "edition": "2024", "name_zh": format!("试验赛 {series}"), "valid_from": "2020-01-01" });
    let made = school.official.post_json("/api/v1/competitions", &body).await.expect(201);
    let id: Uuid = made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    sqlx::query("UPDATE competition SET kind = $2 WHERE id = $1")
        .bind(id)
        .bind(kind)
        .execute(server.pool())
        .await
        .expect("a kind");
    id.to_string()
}

/// A result submitted by the teacher and verified by the official.
async fn win(school: &School, mut result: Value) {
    if result.get("members").is_none() {
        result["members"] = json!([{ "person_id": school.pupils[0].0 }]);
    }
    result["achieved_on"] = json!("2024-05-01");
    let submitted = school.teacher.post_json("/api/v1/results", &result).await.expect(201);
    let id = submitted["items"][0]["id"].as_str().expect("an id");
    let version = submitted["items"][0]["version"].as_i64().unwrap_or(1);
    let official = school.official.client.clone().with_header("If-Match", &format!("\"{version}\""));
    let verified = official.post_json(&format!("/api/v1/results/{id}/verify"), &json!({})).await;
    assert!(verified.status == 200, "{}", verified.text());
}

async fn holds(server: &Server) {
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn guangming_a_fourth_grader_is_not_eligible_a_sixth_grader_at_a_designated_base_is() {
    let policy = include_str!("../../policies/guangming-illustrative.yaml");
    for (grade, eligible) in [(4, false), (6, true)] {
        let server = Server::start().await;
        let school = School::of_grade(&server, grade, 1).await;
        school.adopt(policy).await;
        let practice = activity(&server, school.district, school.base, "practice", 120).await;
        take_part(&server, &school, practice, school.base, "2025-10-11").await;
        let sheet = school.score(school.pupils[0].0).await;
        assert_eq!(sheet["eligible"], eligible, "grade {grade}: {sheet}");
        assert_eq!(sheet["total"] != "0", eligible, "grade {grade}: {sheet}");
        assert_eq!(sheet["policy"]["illustrative"], true);
        holds(&server).await;
    }
}

#[tokio::test]
async fn beijing_three_when_enforced_four_when_waived() {
    let server = Server::start().await;
    let school = School::of_grade(&server, 7, 1).await;
    school.adopt(include_str!("../../policies/beijing-open-practice-2016.yaml")).await;
    let mut activities = Vec::new();
    for _ in 0..4 {
        activities.push(activity(&server, school.district, school.base, "practice", 120).await);
    }
    let days = ["2016-09-10", "2016-10-15", "2016-11-12", "2017-03-11"];
    let mut records = Vec::new();
    for (activity, day) in activities.iter().zip(days) {
        records.push(take_part(&server, &school, *activity, school.base, day).await);
    }
    take_part(&server, &school, activities[0], school.base, "2017-04-15").await;
    let pupil = school.pupils[0].0;
    assert_eq!(school.score(pupil).await["total"], "4", "flagged ones count");
    let flags = school.official.get("/api/v1/soft-flags").await.expect(200);
    let flagged: Vec<_> = flags["items"].as_array().expect("flags").iter().map(|f| f["record_id"].clone()).collect();
    assert_eq!(flagged, [json!(records[3])], "U1-P4 is the flagged one");
    for (decision, total) in [("enforce", "3"), ("waive", "4")] {
        let body = json!({ "policy_id": "beijing-open-practice-2016", "rule": "per-unit", "record_id": records[3],
                           "decision": decision, "reason": "核实" });
        school.official.post_json("/api/v1/soft-decisions", &body).await.expect(201);
        assert_eq!(school.score(pupil).await["total"], total);
    }
    holds(&server).await;
}

#[tokio::test]
async fn beijing_nineteen_activities_give_physics_ten() {
    let server = Server::start().await;
    let school = School::of_grade(&server, 7, 1).await;
    school.adopt(include_str!("../../policies/beijing-open-practice-2016.yaml")).await;
    for n in 0..19 {
        let unit = server.organization(school.district, "institute", &format!("资源单位{n}")).await;
        let once = activity(&server, school.district, unit, "practice", 120).await;
        take_part(&server, &school, once, unit, &format!("2016-10-{:02}", n + 1)).await;
    }
    let sheet = school.score(school.pupils[0].0).await;
    assert_eq!(
        [&sheet["total"], &sheet["outputs"]["physics"], &sheet["outputs"]["biology"]],
        [&json!("19"), &json!("10"), &json!("10")]
    );
}

#[tokio::test]
async fn childrens_university_silver_award_and_twenty_seven_short_of_gold() {
    let server = Server::start().await;
    let school = School::of_grade(&server, 4, 1).await;
    school.adopt(include_str!("../../policies/childrens-university.yaml")).await;
    let mut hosts = Vec::new();
    for name in ["图书馆", "农场", "游泳馆"] {
        let host = server.organization(school.district, "community", name).await;
        designate_as(&server, host, "validated", "2020-01-01").await;
        hosts.push(host);
    }
    for (minutes, day) in (1..=6).map(|d| (600, format!("2022-02-0{d}"))).chain([(60, "2022-02-07".to_owned())]) {
        let reading = activity(&server, school.district, hosts[0], "activity", minutes).await;
        take_part(&server, &school, reading, hosts[0], &day).await;
    }
    for _ in 0..10 {
        let farm = activity(&server, school.district, hosts[1], "farm-activity", 15).await;
        take_part(&server, &school, farm, hosts[1], "2022-04-07").await;
    }
    let swimming = activity(&server, school.district, hosts[2], "paid-club", 120).await;
    for week in 1..=12 {
        take_part(&server, &school, swimming, hosts[2], &format!("2022-05-{week:02}")).await;
    }
    let sheet = school.score(school.pupils[0].0).await;
    assert_eq!([&sheet["total"], &sheet["levels"]["award"]], [&json!("73"), &json!("silver-award")]);
    assert_eq!(sheet["next"]["award"]["shortfall"], "27");
    holds(&server).await;
}

#[tokio::test]
async fn award_table_fifteen() {
    let server = Server::start().await;
    let school = School::of_grade(&server, 7, 1).await;
    school.adopt(include_str!("../../policies/award-table-junior-school.yaml")).await;
    let contest = contest(&server, &school, "fair", "competition").await;
    for (level, award, work) in [
        ("county", "first", "w1"),
        ("city", "second", "w1"),
        ("provincial", "third", "w1"),
        ("county", "excellence", "w2"),
    ] {
        win(&school, json!({ "competition_id": contest, "contest_level": level, "award": award, "work_id": work }))
            .await;
    }
    let place =
        json!({ "competition_id": contest, "contest_level": "city", "place": 4, "places_listed": 8, "work_id": "w3" });
    win(&school, place).await;
    assert_eq!(school.score(school.pupils[0].0).await["total"], "15");
    holds(&server).await;
}

#[tokio::test]
async fn second_classroom_three() {
    let server = Server::start().await;
    let school = School::of_grade(&server, 13, 1).await;
    school.adopt(include_str!("../../policies/second-classroom.yaml")).await;
    let contest = contest(&server, &school, "modelling", "competition").await;
    for (level, award) in [("provincial", "second"), ("school", "first")] {
        win(&school, json!({ "competition_id": contest, "contest_level": level, "award": award })).await;
    }
    let laboratory = activity(&server, school.district, school.base, "open-laboratory", 60).await;
    for day in ["2024-03-01", "2024-03-08", "2024-03-15"] {
        take_part(&server, &school, laboratory, school.base, day).await;
    }
    assert_eq!(school.score(school.pupils[0].0).await["total"], "3");
    holds(&server).await;
}

#[tokio::test]
async fn science_shop_two_to_nothing() {
    let server = Server::start().await;
    let school = School::of_grade(&server, 13, 5).await;
    school.adopt(include_str!("../../policies/science-shop-team.yaml")).await;
    let paper = contest(&server, &school, "papers", "paper").await;
    let members: Vec<Value> = school
        .pupils
        .iter()
        .zip(1..)
        .map(|((id, _), position)| json!({ "person_id": id, "position": position }))
        .collect();
    win(
        &school,
        json!({ "competition_id": paper, "contest_level": "school", "award": "published", "members": members }),
    )
    .await;
    let mut totals = Vec::new();
    for (pupil, _) in &school.pupils {
        totals.push(school.score(*pupil).await["total"].clone());
    }
    assert_eq!(totals, ["2", "1.5", "1", "0.5", "0"]);
    holds(&server).await;
}
