//! Who asks, who decides, how long it waits, and that it is done once.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::PASSWORD;
use kepu_tests::school::School;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, ask, read, step};

#[tokio::test]
async fn a_guardian_asks_an_official_agrees_and_after_a_week_nothing_is_left() {
    let mut town = Town::of(2).await;
    let (child, other) = (town.pupil(0), town.pupil(1));
    let guardian = town.family(Role::Guardian, 0).await;
    let asked = ask(&guardian, child, "转学离区").await.expect(201);
    assert_eq!((&asked["state"], &asked["channel"]), (&json!("requested"), &json!("family")));
    assert_eq!((&asked["held"]["participations"], &asked["held"]["entries"]), (&json!(1), &json!(1)), "{asked}");
    ask(&guardian, child, "").await.expect_problem(409, "erasure_open");
    ask(&guardian, other, "").await.expect_problem(403, "forbidden");
    step(&guardian, &asked, "approve", &json!({})).await.expect_problem(403, "forbidden");

    let waiting = town.school.official.get("/api/v1/erasures?which=open").await.expect(200);
    assert_eq!((&waiting["items"][0]["id"], &waiting["items"][0]["is_own"]), (&asked["id"], &json!(false)));
    let agreed = step(&town.school.official, &asked, "approve", &json!({ "note": "已核验身份" })).await.expect(200);
    assert_eq!(agreed["state"], "approved");
    step(&town.second, &asked, "refuse", &json!({ "reason": "x" })).await.expect_problem(412, "version_changed");
    assert_eq!(town.carry_out().await, 0, "it is not due");
    town.later(6).await;
    let guardian_later = town.server.sign_in(&guardian.login, PASSWORD).await;
    assert_eq!(town.carry_out().await, 0);
    let mine = guardian_later.get(&format!("/api/v1/erasures?person={child}")).await.expect(200);
    assert_eq!(mine["items"][0]["due_at"], agreed["due_at"], "the family sees how long it can take it back");

    town.holds().await;
    town.later(1).await;
    assert_eq!((town.carry_out().await, town.carry_out().await), (1, 0), "once");
    town.holds().await;
    let again = json!({ "login": guardian.login, "password": PASSWORD });
    town.server.anonymous().post_json("/api/v1/auth/login", &again).await.expect_problem(401, "invalid_credentials");
    let done = read(&town.school.official, &asked).await;
    assert_eq!((&done["state"], &done["person_id"], &done["reason"]), (&json!("done"), &Value::Null, &json!("")));
    assert_eq!((&done["gone"]["participations"], &done["gone"]["accounts"]), (&json!(1), &json!(1)), "{done}");
    town.school.official.get(&format!("/api/v1/persons/{child}")).await.expect_problem(404, "not_found");
    town.school.official.get(&format!("/api/v1/persons/{other}")).await.expect(200);
    step(&town.school.official, &done, "take-back", &json!({})).await.expect_problem(409, "not_from_this_state");
    // That it took place is on the trail, of nobody.
    let trail = town.school.official.get("/api/v1/audit?action=erasure.carry_out").await.expect(200);
    assert_eq!(trail["items"].as_array().map(Vec::len), Some(1));
    assert_eq!((&trail["items"][0]["object_id"], &trail["items"][0]["account_id"]), (&asked["id"], &Value::Null));
    // Whoever comes back is a new person, and can ask again.
    ask(&town.school.official, child, "x").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn whoever_asks_on_paper_does_not_decide_and_what_is_taken_back_is_not_done() {
    let mut town = Town::of(2).await;
    let pupil = town.pupil(0);
    let problem = ask(&town.school.official, pupil, " ").await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "reason");
    let asked = ask(&town.school.official, pupil, "监护人 6 月 3 日来函").await.expect(201);
    assert_eq!((&asked["channel"], &asked["is_own"]), (&json!("paper"), &json!(true)));
    step(&town.school.official, &asked, "approve", &json!({})).await.expect_problem(409, "second_official");
    let refuse = json!({ "reason": "x" });
    step(&town.school.official, &asked, "refuse", &refuse).await.expect_problem(409, "second_official");
    step(&town.second, &asked, "refuse", &json!({ "reason": "" })).await.expect_problem(422, "invalid");
    step(&town.second, &asked, "approve", &json!({ "wait_days": 61 })).await.expect_problem(422, "invalid");
    let agreed = step(&town.second, &asked, "approve", &json!({ "wait_days": 3 })).await.expect(200);
    // The family may take back what was asked for on paper.
    let guardian = town.family(Role::Guardian, 0).await;
    let back = step(&guardian, &agreed, "take-back", &json!({ "note": "不转学了" })).await.expect(200);
    assert_eq!((&back["state"], &back["held"]), (&json!("taken_back"), &Value::Null));
    town.later(30).await;
    assert_eq!(town.carry_out().await, 0);
    assert_eq!(town.school.score(pupil).await["total"], "2");

    let guardian = town.server.sign_in(&guardian.login, PASSWORD).await;
    let again = ask(&guardian, pupil, "").await.expect(201);
    let refused = step(&town.second, &again, "refuse", &json!({ "reason": "身份未核验" })).await.expect(200);
    assert_eq!((&refused["state"], &refused["note"]), (&json!("refused"), &json!("身份未核验")));
    let over = town.school.official.get("/api/v1/erasures?which=over").await.expect(200);
    assert_eq!(over["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_student_asks_alone_from_eighteen_on() {
    let town = Town::of(1).await;
    let student = town.family(Role::Student, 0).await;
    ask(&student, town.pupil(0), "").await.expect_problem(409, "guardian_needed");
    let today = town.server.state().now().date_naive();
    for (born, asked) in [
        (None, Err("guardian_needed")),
        (
            today
                .checked_sub_months(chrono::Months::new(18 * 12))
                .and_then(|day| day.succ_opt())
                .and_then(|d| d.succ_opt()),
            Err("guardian_needed"),
        ),
        (today.checked_sub_months(chrono::Months::new(18 * 12)).and_then(|day| day.pred_opt()), Ok("requested")),
    ] {
        sqlx::query("UPDATE person SET birth_date = $1").bind(born).execute(town.server.pool()).await.expect("set");
        let answer = ask(&student, town.pupil(0), "").await;
        match asked {
            Ok(state) => assert_eq!(answer.expect(201)["state"], state),
            Err(code) => drop(answer.expect_problem(409, code)),
        }
    }
}

#[tokio::test]
async fn nobody_else_asks_reads_or_decides() {
    let town = Town::of(1).await;
    let asked = ask(&town.school.official, town.pupil(0), "来函").await.expect(201);
    let path = format!("/api/v1/erasures/{}", asked["id"].as_str().expect("an id"));
    let auditor = GrantScope::District { district: town.school.district };
    let auditor = town.server.account(Role::Auditor, auditor).await;
    auditor.get(&path).await.expect(200);
    auditor.get("/api/v1/erasures").await.expect(200);
    for account in [&auditor, &town.school.teacher, &town.school.host] {
        ask(account, town.pupil(0), "x").await.expect_problem(403, "forbidden");
        for (name, body) in [("approve", json!({})), ("refuse", json!({ "reason": "x" })), ("take-back", json!({}))] {
            step(account, &asked, name, &body).await.expect_problem(403, "forbidden");
        }
    }
    town.school.teacher.get(&path).await.expect_problem(403, "forbidden");
    town.school.teacher.get("/api/v1/erasures").await.expect_problem(403, "forbidden");
    let elsewhere = School::new(&town.server, 1).await;
    elsewhere.official.get(&path).await.expect_problem(404, "not_found");
    assert_eq!(elsewhere.official.get("/api/v1/erasures").await.expect(200)["items"], json!([]));
    ask(&elsewhere.official, town.pupil(0), "x").await.expect_problem(404, "not_found");
    step(&elsewhere.official, &asked, "approve", &json!({})).await.expect_problem(404, "not_found");
    // A family sees no list of the district, and nothing of other children.
    let guardian = town.family(Role::Guardian, 0).await;
    guardian.get("/api/v1/erasures").await.expect_problem(403, "forbidden");
    guardian.get(&path).await.expect(200);
}

#[tokio::test]
async fn with_no_days_to_wait_it_is_done_at_once_and_files_that_a_stop_left_are_removed_later() {
    let town = Town::of(1).await;
    let asked = ask(&town.school.official, town.pupil(0), "来函").await.expect(201);
    step(&town.second, &asked, "approve", &json!({ "wait_days": 0 })).await.expect(200);
    for _ in 0..200 {
        if read(&town.second, &asked).await["state"] == "done" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(read(&town.second, &asked).await["state"], "done");
    // As if the service had stopped right after the transaction.
    let file = town.server.state().config().data.data_dir.join("files/evidence/left.pdf");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(&file, b"%PDF").expect("written");
    sqlx::query("UPDATE erasure SET rest = $1")
        .bind(json!([{ "remove": "evidence/left.pdf" }, { "remove": "evidence/gone-before.pdf" }]))
        .execute(town.server.pool())
        .await
        .expect("set");
    assert_eq!(town.carry_out().await, 1, "the one that the service carried out");
    assert!(!file.exists(), "removed");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM erasure WHERE rest <> '[]'")
        .fetch_one(town.server.pool())
        .await
        .expect("counted");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn it_waits_for_what_has_read_the_person_already() {
    let mut town = Town::of(1).await;
    town.agreed(town.pupil(0)).await;
    town.later(8).await;
    sqlx::query("UPDATE policy_adoption SET state = 'computing' WHERE district_id = $1")
        .bind(town.school.district)
        .execute(town.server.pool())
        .await
        .expect("set");
    assert_eq!(town.carry_out().await, 0);
    sqlx::query("UPDATE policy_adoption SET state = 'effective'").execute(town.server.pool()).await.expect("set");
    assert_eq!(town.carry_out().await, 1);
    let left: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM person").fetch_all(town.server.pool()).await.expect("read");
    assert!(left.is_empty(), "{left:?}");
}
