//! A trial tells what an adoption of the same text does, and does nothing.

use std::collections::BTreeMap;

use kepu_api::laboratory;
use kepu_domain::credit::Credit;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use kepu_tests::school::{School, activity, class_of, designate, session_of};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{POLICY, draft, ended, holds, second, step, titles, trial};

/// All that a district has of credit, as one text.
async fn booked(server: &Server) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["ledger_entry", "score", "score_line", "record", "soft_decision", "credit_cell"] {
        let sql = format!("SELECT coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '') FROM {table} t");
        let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(server.pool()).await.expect("read");
        all.push(format!("{table} {text}"));
    }
    all
}

type Scores = BTreeMap<Uuid, (i64, Value, Value)>;

async fn scores(server: &Server, district: Uuid) -> Scores {
    let rows: Vec<(Uuid, i64, Value, Value)> = sqlx::query_as(
        "SELECT person_id, total, levels, requirements FROM score WHERE district_id = $1 AND policy_id = 'trial'",
    )
    .bind(district)
    .fetch_all(server.pool())
    .await
    .expect("read");
    rows.into_iter().map(|(id, total, levels, requirements)| (id, (total, levels, requirements))).collect()
}

fn met(requirements: &Value) -> bool {
    requirements.as_array().is_some_and(|all| all.iter().any(|r| r["id"] == "four" && r["met"] == true))
}

/// Two schools; pupils with 0 to 5 credits, two bases, a lecture, a decision on a soft rule.
async fn history(server: &Server) -> School {
    let school = School::new(server, 12).await;
    school.adopt(POLICY).await;
    let other_base = server.organization(school.district, "base", "第二基地").await;
    designate(server, other_base, "2020-01-01").await;
    let other_host = server
        .account(Role::BaseStaff, GrantScope::Organization { district: school.district, organization: other_base })
        .await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    for (host, kind, minutes, days, who) in [
        (school.base, "practice", 120, 30, 0..9),
        (school.base, "practice", 60, 20, 2..7),
        (school.base, "practice", 120, 20, 3..5),
        (other_base, "practice", 120, 10, 4..10),
        (other_base, "lecture", 60, 5, 9..12),
    ] {
        let activity = activity(server, school.district, host, kind, minutes).await;
        let session = session_of(server, school.district, host, activity, days, None).await;
        school.record(session, &pupils[who]).await;
        let account = if host == other_base { &other_host } else { &school.host };
        let path = format!("/api/v1/sessions/{session}/confirmation");
        account.post_json(&path, &json!({ "all": true })).await.expect(200);
    }
    // Two visits on one day: one of the pupils' flags is enforced, the other still waits.
    let flags = school.official.get("/api/v1/soft-flags").await.expect(200);
    assert!(flags["items"].as_array().is_some_and(|all| all.len() > 1), "{flags}");
    let decision = json!({
        "policy_id": "trial", "rule": "once-a-day", "record_id": flags["items"][0]["record_id"], "decision": "enforce",
        "reason": "一天一次",
    });
    school.official.post_json("/api/v1/soft-decisions", &decision).await.expect(201);
    school
}

#[tokio::test]
async fn a_trial_changes_nothing_and_equals_the_adoption_of_the_same_text() {
    let server = Server::start().await;
    let school = history(&server).await;
    let other = server.organization(school.district, "school", "第二试验学校").await;
    class_of(&server, school.district, other, 5, 3).await;
    let elsewhere = School::new(&server, 2).await;
    // Everybody has a score, as after the first night.
    kepu_api::credits::stand_anew(server.state()).await.expect("scored");
    let (before, was) = (booked(&server).await, scores(&server, school.district).await);
    let written = draft(&school.official, &second()).await;

    let tried = trial(&school.official, &json!({ "draft_id": written["id"] })).await;
    assert_eq!([&tried["progress_done"], &tried["progress_total"]], [&json!(15), &json!(15)]);
    assert_eq!([&tried["policy_version"], &tried["against_version"]], [&json!("2"), &json!("1")]);
    let path = format!("/api/v1/policy-trials/{}/persons", tried["id"].as_str().expect("an id"));
    let persons = school.official.get(&format!("{path}?limit=500")).await.expect(200);
    assert_eq!(booked(&server).await, before, "a trial touched what is booked");

    let adopted = school.adopt(&second()).await;
    let is = scores(&server, school.district).await;
    assert_ne!(booked(&server).await, before);
    let (outcome, real) = (&tried["outcome"], &adopted["outcome"]);
    assert_eq!([&outcome["titles"], &real["titles"]], [&titles(), &titles()]);
    for field in ["persons", "gained", "lost", "total_before", "total_after"] {
        assert_eq!(outcome["all"][field], real[field], "{field}: {outcome} {real}");
    }
    assert!(real["gained"].as_i64() > Some(0) && real["lost"].as_i64() > Some(0), "{real}");
    let sum = |scores: &Scores| Credit::from_milli(scores.values().map(|s| s.0).sum()).to_string();
    assert_eq!(
        [&outcome["all"]["total_before"], &outcome["all"]["total_after"]],
        [&json!(sum(&was)), &json!(sum(&is))]
    );
    for (list, key) in [("by_school", "school_id"), ("by_grade", "grade")] {
        let real = real[list].as_array().expect("a list");
        let found = outcome[list].as_array().expect("a list");
        assert_eq!(found.len(), real.len(), "{list}");
        for one in real {
            let same = found.iter().find(|f| f[key] == one[key]).unwrap_or_else(|| panic!("no {key} of {one}"));
            for field in ["persons", "gained", "lost", "total_before", "total_after"] {
                assert_eq!(same[field], one[field], "{list} {field}");
            }
        }
    }

    // Each person: who is named changes as told, who is not stays.
    let told: BTreeMap<String, &Value> = persons["items"]
        .as_array()
        .expect("persons")
        .iter()
        .map(|p| (p["person_id"].as_str().expect("an id").to_owned(), p))
        .collect();
    let (mut climbed, mut fell, mut now_met, mut no_longer_met) = (0, 0, 0, 0);
    for (id, (total, levels, requirements)) in &is {
        let (total_before, levels_before, requirements_before) = &was[id];
        let same = total == total_before && levels == levels_before && met(requirements) == met(requirements_before);
        let Some(change) = told.get(&id.to_string()) else {
            assert!(same, "{id} changes and is not told");
            continue;
        };
        assert!(!same, "{id} is told and does not change");
        let credit = |milli: i64| json!(Credit::from_milli(milli).to_string());
        assert_eq!([&change["before"], &change["after"]], [&credit(*total_before), &credit(*total)]);
        let moves = change["levels"].as_array().expect("moves");
        assert_eq!(moves.is_empty(), levels == levels_before, "{change}");
        for one in moves {
            assert_eq!([&one["from"], &one["to"]], [&levels_before["stars"], &levels["stars"]]);
            climbed += i64::from(one["up"] == true);
            fell += i64::from(one["up"] == false);
        }
        let crossed = change["requirements"].as_array().expect("requirements");
        assert_eq!(crossed.is_empty(), met(requirements) == met(requirements_before), "{change}");
        now_met += i64::from(met(requirements) && !met(requirements_before));
        no_longer_met += i64::from(!met(requirements) && met(requirements_before));
    }
    assert!(climbed > 0 && fell > 0, "{climbed} {fell}");
    let all = &outcome["all"];
    assert_eq!(
        [&all["climbed"], &all["fell"], &all["now_met"], &all["no_longer_met"]],
        [&json!(climbed), &json!(fell), &json!(now_met), &json!(no_longer_met)]
    );
    let four = outcome["requirements"].as_array().expect("a list").iter().find(|r| r["id"] == "four").expect("four");
    let count = |scores: &Scores| json!(scores.values().filter(|s| met(&s.2)).count());
    assert_eq!([&four["met_before"], &four["met_after"]], [&count(&was), &count(&is)]);

    // Filters and order of the persons.
    let lost = school.official.get(&format!("{path}?only=lost&limit=1")).await.expect(200);
    assert!(lost["next_cursor"].is_string(), "{lost}");
    let cursor = lost["next_cursor"].as_str().expect("a cursor");
    let more = school.official.get(&format!("{path}?only=lost&limit=500&cursor={cursor}")).await.expect(200);
    assert_eq!(json!(more["items"].as_array().expect("a list").len() + 1), all["lost"]);
    let gained = school.official.get(&format!("{path}?only=gained&sort=-change&grade=6")).await.expect(200);
    assert_eq!(json!(gained["items"].as_array().expect("a list").len()), all["gained"]);
    assert_eq!(school.official.get(&format!("{path}?school={other}")).await.expect(200)["items"], json!([]));

    // Nobody of another district sees it, nor is anybody of it counted.
    let id = tried["id"].as_str().expect("an id");
    let path = format!("/api/v1/policy-trials/{id}");
    elsewhere.official.get(&path).await.expect_problem(404, "not_found");
    step(&elsewhere.official, &tried, &format!("{path}/cancel"), &json!({})).await.expect_problem(404, "not_found");
    assert_eq!(elsewhere.official.get("/api/v1/policy-trials").await.expect(200)["items"], json!([]));

    // Deleting forgets all of it.
    let delete = school.official.client.clone().with_header("If-Match", &format!("\"{}\"", tried["version"]));
    assert_eq!(delete.delete(&path).await.status, 204);
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM policy_trial_person").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(left, 0);
    holds(&server).await;
}

#[tokio::test]
async fn two_versions_are_compared_over_the_same_history_both_ways() {
    let server = Server::start().await;
    let school = history(&server).await;
    let publish = async |text: &str| {
        let answer = school.official.post_json("/api/v1/policies", &json!({ "document": text })).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
        answer.body["id"].clone()
    };
    let (a, b) = (publish(POLICY).await, publish(&second()).await);
    let there = trial(&school.official, &json!({ "policy_version_id": b, "against": a })).await;
    let back = trial(&school.official, &json!({ "policy_version_id": a, "against": b })).await;
    let (there, back) = (&there["outcome"]["all"], &back["outcome"]["all"]);
    for (one, other) in [
        ("gained", "lost"),
        ("gain", "loss"),
        ("total_before", "total_after"),
        ("climbed", "fell"),
        ("now_met", "no_longer_met"),
    ] {
        assert_eq!((&there[one], &there[other]), (&back[other], &back[one]), "{one} and {other}");
    }
    assert_ne!(there["cost"], "0");
    let same = trial(&school.official, &json!({ "document": POLICY })).await;
    assert_eq!([&same["outcome"]["all"]["gained"], &same["outcome"]["all"]["lost"]], [&json!(0), &json!(0)]);
    // A policy that the district does not have yet is compared with nothing.
    let new = trial(&school.official, &json!({ "document": POLICY.replace("id: trial", "id: other") })).await;
    assert_eq!([&new["against_version_id"], &new["outcome"]["all"]["total_before"]], [&Value::Null, &json!("0")]);
}

/// Puts a trial into the database as a stopped service leaves it.
async fn left(server: &Server, school: &School, document: &str) -> Uuid {
    let id = server.state().new_id();
    sqlx::query(
        "INSERT INTO policy_trial (district_id, id, document, policy_id, policy_version, title_zh, title_en, state,
                                   requested_by, requested_at)
         VALUES ($1, $2, $3, 'trial', '1', '试', 't', 'computing', $4, now())",
    )
    .bind(school.district)
    .bind(id)
    .bind(document)
    .bind(school.official.id)
    .execute(server.pool())
    .await
    .expect("left");
    id
}

#[tokio::test]
async fn a_trial_is_cancelled_taken_up_again_after_a_stop_or_told_as_failed() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let official = &school.official;
    let mut waiting = Vec::new();
    for text in [POLICY, POLICY, "kepu: 1\n"] {
        waiting.push(left(&server, &school, text).await);
    }
    official
        .post_json("/api/v1/policy-trials", &json!({ "document": POLICY }))
        .await
        .expect_problem(409, "trials_running");
    let path = |id: Uuid| format!("/api/v1/policy-trials/{id}");
    let first = official.get(&path(waiting[0])).await.expect(200);
    let cancelled = step(official, &first, &format!("{}/cancel", path(waiting[0])), &json!({})).await.expect(200);
    assert_eq!([&cancelled["state"], &cancelled["outcome"]], [&json!("cancelled"), &Value::Null]);
    step(official, &cancelled, &format!("{}/cancel", path(waiting[0])), &json!({}))
        .await
        .expect_problem(409, "not_computing");
    step(official, &first, &format!("{}/cancel", path(waiting[0])), &json!({}))
        .await
        .expect_problem(412, "version_changed");

    laboratory::resume(server.state()).await.expect("taken up");
    let second = ended(official, &json!({ "id": waiting[1] })).await;
    assert_eq!([&second["state"], &second["outcome"]["all"]["persons"]], [&json!("computed"), &json!(3)]);
    let third = ended(official, &json!({ "id": waiting[2] })).await;
    assert_eq!(third["state"], "failed");
    assert!(third["error"].as_str().is_some_and(|e| !e.is_empty()), "{third}");
    assert_eq!(official.get(&path(waiting[0])).await.expect(200)["state"], "cancelled");

    // What cannot be read is refused at once, with its line.
    let broken = POLICY.replace("per_hour: 1 }", "per_hour: dear }");
    let refused = official.post_json("/api/v1/policy-trials?lang=en", &json!({ "document": broken })).await;
    let refused = refused.expect_problem(422, "policy_refused");
    assert_eq!(refused["errors"][0]["row"], 10, "{refused}");
    official.post_json("/api/v1/policy-trials", &json!({})).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn a_draft_is_tried_on_one_pupil_and_on_its_cases() {
    let server = Server::start().await;
    let school = history(&server).await;
    let before = booked(&server).await;
    let pupil = school.pupils[4].0;
    let path = format!("/api/v1/persons/{pupil}/policy-trial?lang=en");
    let both = school.official.post_json(&path, &json!({ "document": second() })).await.expect(200);
    let now = school.score(pupil).await;
    assert_eq!([&both["now"]["total"], &both["now"]["levels"]], [&now["total"], &now["levels"]]);
    assert_eq!(both["tried"]["policy"]["version"], "2");
    assert_eq!(both["titles"], titles());
    assert_eq!(both["tried"]["lines"].as_array().map(Vec::len), now["lines"].as_array().map(Vec::len));
    assert_eq!(booked(&server).await, before);
    school.adopt(&second()).await;
    let after = school.score(pupil).await;
    assert_eq!([&both["tried"]["total"], &both["tried"]["levels"]], [&after["total"], &after["levels"]]);
    assert_ne!(now["total"], after["total"]);

    let check = async |text: &str| {
        school.official.post_json("/api/v1/policies/check?lang=en", &json!({ "document": text })).await.expect(200)
    };
    let good = check(POLICY).await;
    assert_eq!(
        [&good["case_results"][0]["holds"], &good["case_results"][0]["name"]],
        [&json!(true), &json!("Two hours")]
    );
    assert!(good["sentences_zh"].as_array().is_some_and(|s| s.len() > 3), "{good}");
    let dear = POLICY.replace("per_hour: 1 }", "per_hour: dear }");
    let place = dear.lines().enumerate().find_map(|(line, text)| Some((line + 1, text.find("dear")? + 1)));
    let wrong = check(&dear).await;
    let problem = &wrong["problems"][0];
    let (line, column) = place.expect("its place");
    assert_eq!([&problem["line"], &problem["column"]], [&json!(line), &json!(column)], "{problem}");
    let bad = check(&POLICY.replace("'1': 2 }", "'1': 3 }")).await;
    assert_eq!([&bad["ok"], &bad["case_results"][0]["holds"]], [&json!(false), &json!(false)]);
    assert!(bad["case_results"][0]["differences"][0].as_str().is_some_and(|d| d.contains('3')), "{bad}");
}
