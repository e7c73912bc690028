//! Teachers are trained in a strand of the summer, and their hours count under a policy of their own, beside the pupils'.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{
    Server,
    school::{School, session_at},
};
use serde_json::{Value, json};

const TRAINING: &str = include_str!("../../../policies/teacher-training.yaml");
const PUPILS: &str = include_str!("../../../policies/guangming-illustrative.yaml");

#[tokio::test]
async fn confirmed_hours_of_a_teacher_count_under_the_policy_for_teachers() {
    let server = Server::start().await;
    let town = School::new(&server, 2).await;
    town.adopt(PUPILS).await;
    town.adopt(TRAINING).await;
    let adopted = town.official.get("/api/v1/adoptions").await.expect(200);
    let effective: Vec<&Value> =
        adopted["items"].as_array().expect("items").iter().filter(|one| one["state"] == "effective").collect();
    assert_eq!(effective.len(), 2, "one for pupils, one for teachers: {adopted}");

    // The museum and the normal university train teachers together.
    let museum = server.organization(town.district, "museum", "科技馆").await;
    let university = server.organization(town.district, "university", "师范大学").await;
    let staff = server
        .account(Role::BaseAdmin, GrantScope::Organization { district: town.district, organization: museum })
        .await;
    let post = async |client: &kepu_tests::Client, path: &str, body: &Value| client.post_json(path, body).await;
    let programme = json!({ "code": "training", "name_zh": "科技教师培训" });
    let programme = post(&town.official, "/api/v1/programmes", &programme).await.expect(201);
    let edition = json!({
        "year": 2026, "title_zh": "暑期研修", "first_day": "2020-01-01", "last_day": "2099-12-31",
    });
    let editions = format!("/api/v1/programmes/{}/editions", programme["id"].as_str().expect("an id"));
    let edition = post(&town.official, &editions, &edition).await.expect(201);
    let at = format!("/api/v1/editions/{}", edition["id"].as_str().expect("an id"));
    let strand = json!({ "kind": "training", "title_zh": "科技馆＋当地师范大学" });
    let strand = post(&town.official, &format!("{at}/strands"), &strand).await.expect(201);
    for (organization, role) in [(museum, "host"), (university, "undertake")] {
        let body = json!({ "organization_ids": [organization], "role": role });
        post(&town.official, &format!("{at}/members"), &body).await.expect(200);
    }
    let publish = town.official.client.clone().with_header("If-Match", "\"1\"");
    publish.post(&format!("{at}/publish")).await.expect(200);
    let activity = json!({
        "host_id": museum, "code": "T1", "kind": "training", "title_zh": "科学教师暑期培训", "minutes": 360,
        "strand_id": strand["id"],
    });
    let activity = post(&staff, "/api/v1/activities", &activity).await.expect(201);
    let activity = activity["id"].as_str().expect("an id").parse().expect("an id");
    let starts = server.state().now() - chrono::Duration::days(2);
    let session = session_at(&server, town.district, museum, activity, starts, None).await;

    // The first of the class is a teacher.
    let (teacher, pupil) = (town.pupils[0].0, town.pupils[1].0);
    sqlx::query("UPDATE person SET kind = 'teacher' WHERE id = $1")
        .bind(teacher)
        .execute(server.pool())
        .await
        .expect("a teacher");
    town.record(session, &[teacher, pupil]).await;
    let confirm = format!("/api/v1/sessions/{session}/confirmation");
    post(&staff, &confirm, &json!({ "all": true })).await.expect(200);

    let credit = async |person, policy: &str| -> Value {
        let path = format!("/api/v1/persons/{person}/score?policy={policy}");
        town.teacher.get(&path).await.expect(200)["total"].clone()
    };
    assert_eq!(credit(teacher, "teacher-training").await, "6");
    assert_eq!(credit(teacher, "guangming-illustrative").await, "0");
    assert_eq!(credit(pupil, "teacher-training").await, "0");

    let progress = town.official.get(&format!("{at}/progress")).await.expect(200);
    assert_eq!((&progress["strands"][0]["id"], &progress["strands"][0]["person_times"]), (&strand["id"], &json!(2)));
}
