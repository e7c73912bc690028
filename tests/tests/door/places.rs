//! Places: a burst of requests gets exactly as many as there are, in order, and whoever withdraws makes room for the next.

use futures::{StreamExt, stream};
use kepu_tests::Server;
use kepu_tests::school::{School, activity, session_at};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_a_thousand_requests_for_thirty_places_gives_out_thirty() {
    let server = Server::start().await;
    let school = School::new(&server, 1000).await;
    let activity = activity(&server, school.district, school.base, "practice", 120).await;
    let starts = server.state().now() + chrono::TimeDelta::days(3);
    let session = session_at(&server, school.district, school.base, activity, starts, Some(30)).await;
    let path = format!("/api/v1/sessions/{session}/participations");
    let ask = |pupil: Uuid| {
        let (teacher, path) = (school.teacher.client.clone(), path.clone());
        async move {
            let answer = teacher.post_json(&path, &json!({ "persons": [{ "person_id": pupil }] })).await.expect(200);
            answer["outcomes"][0]["outcome"].as_str().expect("an outcome").to_owned()
        }
    };
    let outcomes: Vec<String> =
        stream::iter(school.pupils.iter().map(|pupil| ask(pupil.0))).buffer_unordered(64).collect().await;
    let count = |word: &str| outcomes.iter().filter(|outcome| *outcome == word).count();
    assert_eq!((count("registered"), count("waitlisted")), (30, 970));

    // Who came first is in; who came next is next.
    let order: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, state FROM participation WHERE session_id = $1 ORDER BY id")
            .bind(session)
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert!(order.iter().take(30).all(|(_, state)| state == "registered"), "{order:?}");
    let withdraw = json!({ "participations": [order[0].0, order[1].0] });
    let answer = school.teacher.post_json(&format!("{path}/withdraw"), &withdraw).await.expect(200);
    assert_eq!(answer["admitted"], json!(2));
    let moved: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, state FROM participation WHERE session_id = $1 ORDER BY id")
            .bind(session)
            .fetch_all(server.pool())
            .await
            .expect("read");
    let states: Vec<&str> = moved.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states[..2], ["withdrawn", "withdrawn"]);
    assert!(states[2..32].iter().all(|state| *state == "registered") && states[32] == "waitlisted", "{states:?}");
    let read: Value = school.teacher.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!(read["capacity"], json!(30));
}
