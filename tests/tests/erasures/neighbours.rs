//! What belongs to others is as it was: credit, sums, the evidence of a team, the account of a guardian of two.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, session_at};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::kit::{PDF, Town, ask};

#[tokio::test]
async fn the_credit_of_those_who_stood_behind_does_not_move_and_sums_are_those_of_who_is_left() {
    let mut town = Town::of(4).await;
    // Two of a class get credit in a session: the third and the fourth got none, and get none now.
    let pool = town.server.pool().clone();
    let totals = async || -> Vec<(String, i64)> {
        sqlx::query_as("SELECT p.number, s.total FROM score s JOIN person p ON p.id = s.person_id ORDER BY 1")
            .fetch_all(&pool)
            .await
            .expect("totals")
    };
    let before = totals().await;
    assert_eq!(before.iter().map(|one| one.1).collect::<Vec<_>>(), [2000, 2000, 0, 0], "{before:?}");
    let seals = kepu_api::seals::seal_all(town.server.state()).await.expect("sealed");
    town.erase(town.pupil(0)).await;
    assert_eq!(totals().await, before[1..]);
    town.holds().await;
    let leaves: i64 =
        sqlx::query_scalar("SELECT count(*) FROM seal_leaf").fetch_one(town.server.pool()).await.expect("counted");
    assert!(usize::try_from(leaves).is_ok_and(|leaves| leaves >= seals), "the leaves stay");
    // Reports read the sums.
    let sums: (i64, i64) = sqlx::query_as("SELECT sum(records)::bigint, sum(credits)::bigint FROM credit_cell")
        .fetch_one(town.server.pool())
        .await
        .expect("sums");
    assert_eq!(sums, (3, 2000));
    // The seat that became free is taken by somebody new without carrying anything along.
    let (_, fresh) = kepu_tests::school::class_of(&town.server, town.school.district, town.school.school, 6, 1).await;
    let session = town.school.session(&town.server, town.school.base, "practice", 1).await;
    town.school.record(session, &[fresh[0].0, town.pupil(1)]).await;
    town.school.confirm_all(session).await;
    town.holds().await;
}

#[tokio::test]
async fn a_team_keeps_its_evidence_when_the_one_goes_for_whom_it_was_entered() {
    let mut town = Town::of(3).await;
    let contest = json!({
        "series": "district-science", "edition": "2026", "name_zh": "区科学竞赛", "stages": ["primary"],
        "valid_from": "2020-09-01", "valid_to": "2036-08-31",
    });
    let contest = town.school.official.post_json("/api/v1/competitions", &contest).await.expect(201);
    let day = town.server.state().now().date_naive() - chrono::Days::new(3);
    let team = json!({
        "competition_id": contest["id"], "achieved_on": day, "contest_level": "county", "award": "first",
        "work_id": "W1", "work_title": "自制望远镜", "team_size": 2,
        "members": [{ "person_id": town.pupil(0), "position": 1 }, { "person_id": town.pupil(1), "position": 2 }],
    });
    let team = town.school.teacher.post_json("/api/v1/results", &team).await.expect(201);
    let path = |at: usize| format!("/api/v1/results/{}", team["items"][at]["id"].as_str().expect("an id"));
    let form = || Form::new().part("file", Part::bytes(PDF.to_vec()).file_name("奖状.pdf"));
    let proof = town.school.teacher.post_form(&format!("{}/evidence", path(0)), form()).await.expect(201);
    let ids: Vec<&Value> = team["items"].as_array().expect("items").iter().map(|one| &one["id"]).collect();
    let verified = town.school.official.post_json("/api/v1/results/verify", &json!({ "ids": ids })).await;
    assert_eq!(verified.status, 200, "{}", verified.text());
    town.holds().await;

    town.erase(town.pupil(0)).await;
    town.holds().await;
    let left = town.school.official.get(&path(1)).await.expect(200);
    assert_eq!((&left["evidence"][0]["id"], &left["others"]), (&proof["id"], &json!([])), "{left}");
    let file = format!("{}/evidence/{}", path(1), proof["id"].as_str().expect("an id"));
    assert_eq!(town.school.teacher.get(&file).await.status, 200, "the file is there");
    assert_eq!(town.school.score(town.pupil(1)).await["total"], "7", "and the credit");
    // The last one of the team takes the file along.
    town.erase(town.pupil(1)).await;
    town.holds().await;
    let (rows, kept): (i64, String) = sqlx::query_as("SELECT count(*), coalesce(max(object_key), '') FROM evidence")
        .fetch_one(town.server.pool())
        .await
        .expect("counted");
    assert_eq!((rows, kept.as_str()), (0, ""));
}

#[tokio::test]
async fn a_guardian_of_two_keeps_the_account_for_the_other_child() {
    let mut town = Town::of(2).await;
    let guardian = town.family(Role::Guardian, 0).await;
    sqlx::query(
        "INSERT INTO account_grant (id, account_id, role, district_id, person_id, granted_at)
         VALUES ($1, $2, 'guardian', $3, $4, now())",
    )
    .bind(town.server.state().new_id())
    .bind(guardian.id)
    .bind(town.school.district)
    .bind(town.pupil(1))
    .execute(town.server.pool())
    .await
    .expect("granted");
    let name: String = sqlx::query_scalar(
        "UPDATE account SET display_name = p.name || '的家长' FROM person p
                                           WHERE account.id = $1 AND p.id = $2 RETURNING display_name",
    )
    .bind(guardian.id)
    .bind(town.pupil(0))
    .fetch_one(town.server.pool())
    .await
    .expect("named");
    ask(&guardian, town.pupil(0), "").await.expect(201);
    let open = town.school.official.get("/api/v1/erasures").await.expect(200);
    crate::kit::step(&town.school.official, &open["items"][0], "approve", &json!({})).await.expect(200);
    town.later(7).await;
    assert_eq!(town.carry_out().await, 1);
    let guardian = town.server.sign_in(&guardian.login, kepu_tests::PASSWORD).await;
    let me = guardian.get("/api/v1/me").await.expect(200);
    assert_eq!(me["grants"].as_array().map(Vec::len), Some(1), "{me}");
    assert_eq!((me["display_name"].as_str(), name.ends_with("的家长")), (Some("…的家长"), true));
    guardian.get(&format!("/api/v1/persons/{}/score", town.pupil(1))).await.expect(200);
}

#[tokio::test]
async fn a_guest_at_a_base_of_another_district_goes_there_too() {
    let mut town = Town::of(2).await;
    let elsewhere = School::new(&town.server, 1).await;
    let activity =
        kepu_tests::school::activity(&town.server, elsewhere.district, elsewhere.base, "practice", 120).await;
    let starts = town.server.state().now() - chrono::Duration::hours(30);
    let session = session_at(&town.server, elsewhere.district, elsewhere.base, activity, starts, Some(5)).await;
    town.school.record(session, &[town.pupil(0), town.pupil(1)]).await;
    let code: String = sqlx::query_scalar("SELECT code FROM district WHERE id = $1")
        .bind(town.school.district)
        .fetch_one(town.server.pool())
        .await
        .expect("a code");
    let host = elsewhere.host.client.clone().with_header("Kepu-District", &code);
    host.post_json(&format!("/api/v1/sessions/{session}/confirmation"), &json!({ "all": true })).await.expect(200);
    assert_eq!(town.school.score(town.pupil(0)).await["total"], "4");
    town.erase(town.pupil(0)).await;
    town.holds().await;
    let host =
        town.server.sign_in(&elsewhere.host.login, kepu_tests::PASSWORD).await.with_header("Kepu-District", &code);
    let left = host.get(&format!("/api/v1/participations?session={session}")).await.expect(200);
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1), "{left}");
    let scope = GrantScope::Person { district: town.school.district, person: town.pupil(1) };
    let student = town.server.account(Role::Student, scope).await;
    student.get(&format!("/api/v1/persons/{}/score", town.pupil(1))).await.expect(200);
}
