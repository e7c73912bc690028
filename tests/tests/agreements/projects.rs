//! Projects under an agreement, and what came of them.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, session_of};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, at, of, post_at, run, told};

const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
rules:
  - id: by-the-hour
    category: practice
    when: { kind: practice }
    credit: { per_hour: 1 }
";

#[tokio::test]
async fn a_project_runs_from_its_plan_to_its_end() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let path = format!("{}/projects", at(&agreement));
    let museum = &town.museum.account;
    let of_academy = json!({ "owner_id": town.academy.id, "title_zh": "论坛" });
    museum.post_json(&path, &of_academy).await.expect_problem(403, "forbidden");
    let of_school = json!({ "owner_id": town.school.id, "title_zh": "论坛" });
    let problem = museum.post_json(&path, &of_school).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("owner_id", "not_a_party")]);
    let body = json!({ "owner_id": town.museum.id, "title_zh": "科学传播论坛", "aims": "每年一届" });
    let project = museum.post_json(&path, &body).await.expect(201);
    assert_eq!((&project["state"], &project["milestones"]), (&json!("planned"), &json!([])));

    let milestone = json!({ "title": "确定主题", "due_on": town.day(-1) });
    let with = museum.post_json(&format!("{}/milestones", of(&project)), &milestone).await.expect(201);
    assert_eq!(with["milestones"][0]["late"], true);
    run(&town.museum, &project, "complete", &json!({})).await.expect_problem(409, "not_from_this_state");
    run(&town.museum, &project, "start", &json!({})).await.expect(200);
    run(&town.museum, &project, "complete", &json!({})).await.expect_problem(409, "milestones_open");
    let one = format!("{}/milestones/{}", of(&project), with["milestones"][0]["id"].as_str().expect("an id"));
    let problem = museum.patch_json(&one, 1, &json!({ "done_on": town.day(1) })).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("done_on", "in_the_future")]);
    let done = museum.patch_json(&one, 1, &json!({ "done_on": town.day(0) })).await.expect(200);
    assert_eq!(
        (&done["milestones"][0]["late"], &done["milestones"][0]["done_on"]),
        (&json!(false), &json!(town.day(0)))
    );
    museum.delete(&one).await.expect_problem(409, "milestone_reached");
    let version = museum.get(&of(&project)).await.body["version"].as_i64().expect("a version");
    museum.patch_json(&of(&project), version, &json!({ "aims": "每年两届" })).await.expect(200);
    run(&town.museum, &project, "stop", &json!({ "text": " " })).await.expect_problem(422, "invalid");
    let over = run(&town.museum, &project, "complete", &json!({ "text": "首届论坛" })).await.expect(200);
    assert_eq!((&over["state"], &over["outcome"]), (&json!("completed"), &json!("首届论坛")));
    museum.post_json(&format!("{}/milestones", of(&project)), &milestone).await.expect_problem(409, "project_is_over");

    // The other party reads it and does not run it; who is no party does not know of it.
    town.academy.account.get(&of(&project)).await.expect(200);
    let (stop, why) = (format!("{}/stop", of(&project)), json!({ "text": "x" }));
    post_at(&town.academy.account, &stop, &json!(9), &why).await.expect_problem(403, "forbidden");
    town.school.account.get(&of(&project)).await.expect_problem(404, "not_found");
    assert_eq!(town.official.get(&path).await.expect(200)["items"][0]["id"], project["id"]);
}

/// Pupils of two districts were there: each district is counted in its own transaction.
#[tokio::test]
async fn participants_and_credits_are_counted_in_each_district() {
    let town = Town::new().await;
    let server = &town.server;
    let agreement = town.signed(&json!({ "first_day": town.day(-10) })).await;
    let museum = &town.museum.account;
    let body = json!({ "owner_id": town.museum.id, "title_zh": "青少年创新实践" });
    let project = museum.post_json(&format!("{}/projects", at(&agreement)), &body).await.expect(201);
    let hosted = activity(server, town.here, town.museum.id, "practice", 120).await;
    let foreign = activity(server, town.here, town.firm.id, "practice", 120).await;
    let attach = |activity: Uuid| format!("{}/activities/{activity}", of(&project));
    let problem = museum.put_json(&attach(foreign), &json!({})).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("activity_id", "not_of_a_party")]);
    museum.put_json(&attach(hosted), &json!({})).await.expect(200);
    let offer = json!({
        "owner_id": town.museum.id, "kind": "game", "title_zh": "昆虫侦探", "licence": "cc-by-4.0", "reach": "everywhere",
    });
    let game = museum.post_json("/api/v1/resources", &offer).await.expect(201);
    let resource = format!("{}/resources/{}", of(&project), game["id"].as_str().expect("an id"));
    let with = museum.put_json(&resource, &json!({})).await.expect(200);
    assert_eq!((&with["activities"][0]["id"], &with["resources"][0]["title_zh"]), (&json!(hosted), &json!("昆虫侦探")));
    let figures = format!("{}/figures", of(&project));
    assert_eq!(museum.get(&figures).await.expect(200)["persons"], 0);

    let staff = GrantScope::Organization { district: town.here, organization: town.museum.id };
    let staff = server.account(Role::BaseStaff, staff).await;
    let session = session_of(server, town.here, town.museum.id, hosted, 2, None).await;
    let old = session_of(server, town.here, town.museum.id, hosted, 20, None).await;
    let mut districts = Vec::new();
    for pupils in [3, 2] {
        let school = School::new(server, pupils).await;
        school.adopt(POLICY).await;
        let ids: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
        for session in [session, old] {
            school.record(session, &ids).await;
            let path = format!("/api/v1/sessions/{session}/confirmation");
            let there = staff.client.clone().for_district(school.district);
            there.post_json(&path, &json!({ "all": true })).await.expect(200);
        }
        districts.push(school.district);
    }
    let found = town.academy.account.get(&figures).await.expect(200);
    // Before the first day of the agreement nothing counts.
    assert_eq!((&found["sessions"], &found["persons"], &found["participations"]), (&json!(1), &json!(5), &json!(5)));
    let by: Vec<(&Value, &Value, &Value)> = found["districts"]
        .as_array()
        .expect("districts")
        .iter()
        .map(|one| (&one["district_id"], &one["persons"], &one["credits"][0]["credits"]))
        .collect();
    assert_eq!(by.len(), 2, "{found}");
    for (district, persons, credits) in [(districts[0], 3, json!("6")), (districts[1], 2, json!("4"))] {
        assert!(by.contains(&(&json!(district), &json!(persons), &credits)), "{found}");
    }
    museum.delete(&attach(hosted)).await.expect(204);
    museum.delete(&attach(hosted)).await.expect_problem(404, "not_found");
    museum.delete(&resource).await.expect(204);
    assert_eq!(museum.get(&figures).await.expect(200)["sessions"], 0);
    town.holds().await;
}

/// A milestone that is set while somebody waits to complete the project keeps it open.
#[tokio::test]
async fn who_waits_for_a_project_sees_its_milestones_of_after_the_wait() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let plan = json!({ "owner_id": town.museum.id, "title_zh": "论坛" });
    let project = town.museum.account.post_json(&format!("{}/projects", at(&agreement)), &plan).await.expect(201);
    run(&town.museum, &project, "start", &json!({})).await.expect(200);
    let id: Uuid = project["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let mut setting = town.server.pool().begin().await.expect("begun");
    sqlx::query("SELECT FROM project WHERE id = $1 FOR NO KEY UPDATE")
        .bind(id)
        .execute(&mut *setting)
        .await
        .expect("held");
    let sql =
        "INSERT INTO project_milestone (id, project_id, title, due_on) VALUES (gen_random_uuid(), $1, '确定主题', $2)";
    sqlx::query(sql).bind(id).bind(town.day(3)).execute(&mut *setting).await.expect("set");
    let nothing = json!({});
    let (completed, ()) = futures::join!(run(&town.museum, &project, "complete", &nothing), async {
        town.until_somebody_waits().await;
        setting.commit().await.expect("committed");
    });
    completed.expect_problem(409, "milestones_open");
    assert_eq!(town.museum.account.get(&of(&project)).await.expect(200)["state"], "running");
}

#[tokio::test]
async fn milestones_lie_in_years_that_somebody_means() {
    let town = Town::new().await;
    let agreement = town.signed(&json!({})).await;
    let museum = &town.museum.account;
    let plan = json!({ "owner_id": town.museum.id, "title_zh": "论坛" });
    let project = museum.post_json(&format!("{}/projects", at(&agreement)), &plan).await.expect(201);
    let path = format!("{}/milestones", of(&project));
    for day in ["0001-01-01", "1899-12-31", "2201-01-01", "9999-01-01", "+200000-01-01"] {
        let body = json!({ "title": "确定主题", "due_on": day });
        let problem = museum.post_json(&path, &body).await.expect_problem(422, "invalid");
        assert_eq!(told(&problem), [("due_on", "out_of_range")], "{day}");
    }
    let unseen = json!({ "title": "\u{200b}", "due_on": town.day(3) });
    let problem = museum.post_json(&path, &unseen).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("title", "required")]);
    let set = museum.post_json(&path, &json!({ "title": "确定主题", "due_on": town.day(3) })).await.expect(201);
    let one = format!("{path}/{}", set["milestones"][0]["id"].as_str().expect("an id"));
    for (field, day) in [("due_on", "9999-01-01"), ("done_on", "0001-01-01")] {
        let problem = museum.patch_json(&one, 1, &json!({ field: day })).await.expect_problem(422, "invalid");
        assert_eq!(told(&problem), [(field, "out_of_range")]);
    }
}
