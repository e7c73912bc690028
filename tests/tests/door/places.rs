//! Places: a burst of requests gets exactly as many as there are, in order, and whoever withdraws makes room for the next.

use chrono::TimeDelta;
use futures::{StreamExt, stream};
use kepu_api::participation::places;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, class_of, session_at};
use kepu_tests::{Account, Client, Server};
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

/// A school with pupils and a teacher who registers them.
struct Guests {
    school: Uuid,
    teacher: Account,
    pupils: Vec<Uuid>,
}

async fn guests(server: &Server, district: Uuid, name: &str, pupils: usize) -> Guests {
    let school = server.organization(district, "school", name).await;
    let (_, pupils) = class_of(server, district, school, 6, pupils).await;
    let teacher = server.account(Role::Teacher, GrantScope::Organization { district, organization: school }).await;
    Guests { school, teacher, pupils: pupils.into_iter().map(|pupil| pupil.0).collect() }
}

/// A session of the base in three days, made as its administrator makes it.
async fn offered(server: &Server, school: &School, body: Value) -> (Client, String) {
    let scope = GrantScope::Organization { district: school.district, organization: school.base };
    let base = server.account(Role::BaseAdmin, scope).await.client;
    let mut session = json!({
        "activity_id": activity(server, school.district, school.base, "practice", 120).await,
        "starts_at": server.state().now() + TimeDelta::days(3),
    });
    for (field, value) in body.as_object().expect("fields") {
        session[field] = value.clone();
    }
    let made = base.post_json("/api/v1/sessions", &session).await.expect(201);
    (base, format!("/api/v1/sessions/{}", made["id"].as_str().expect("an id")))
}

/// Asks for one person: the outcome and the place in the waitlist.
async fn ask(teacher: &Client, session: &str, pupil: Uuid) -> (String, Option<i64>) {
    let body = json!({ "persons": [{ "person_id": pupil }] });
    let answer = teacher.post_json(&format!("{session}/participations"), &body).await.expect(200);
    let outcome = &answer["outcomes"][0];
    (outcome["outcome"].as_str().expect("an outcome").to_owned(), outcome["waitlist_place"].as_i64())
}

/// Everybody in the session in the order of arrival: school and state.
async fn order(server: &Server, session: &str) -> Vec<(Uuid, Uuid, String)> {
    let id: Uuid = session.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    sqlx::query_as("SELECT id, school_id, state FROM participation WHERE session_id = $1 ORDER BY coalesce(turn, id)")
        .bind(id)
        .fetch_all(server.pool())
        .await
        .expect("read")
}

async fn state_of(server: &Server, pupil: Uuid) -> String {
    sqlx::query_scalar("SELECT state FROM participation WHERE person_id = $1")
        .bind(pupil)
        .fetch_one(server.pool())
        .await
        .expect("read")
}

async fn admissions(server: &Server) -> Vec<(Uuid, bool, i32)> {
    sqlx::query_as(
        "SELECT district_id, account_id IS NOT NULL, jsonb_array_length(detail->'participations')
         FROM audit_event WHERE action = 'participation.admit' ORDER BY id",
    )
    .fetch_all(server.pool())
    .await
    .expect("read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_get_thirty_places_by_quota_and_then_in_order() {
    let server = Server::start().await;
    let school = School::new(&server, 0).await;
    let east = guests(&server, school.district, "东校", 500).await;
    let west = guests(&server, school.district, "西校", 300).await;
    let far = guests(&server, school.district, "远校", 200).await;
    let now = server.state().now();
    let (opens, to_all) = (now + TimeDelta::minutes(1), now + TimeDelta::minutes(6));
    let quotas = json!([{ "school_id": east.school, "places": 10 }, { "school_id": west.school, "places": 8 }]);
    let body = json!({ "capacity": 30, "opens_at": opens, "to_all_at": to_all, "quotas": quotas });
    let (_, session) = offered(&server, &school, body).await;

    let early = json!({ "persons": [{ "person_id": east.pupils[0] }] });
    let path = format!("{session}/participations");
    let problem = east.teacher.post_json(&path, &early).await.expect_problem(409, "places_not_open");
    let moment = opens.to_rfc3339();
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains(&moment[..19])), "{problem}");
    assert_eq!(order(&server, &session).await, []);

    // Seven hundred while schools have their quotas, from three schools at once.
    server.advance(TimeDelta::minutes(1));
    let mut asks: Vec<(&Client, Uuid)> = Vec::new();
    for (at, pupil) in east.pupils.iter().enumerate() {
        asks.push((&east.teacher, *pupil));
        asks.extend(west.pupils.get(at).map(|pupil| (&west.teacher.client, *pupil)));
        asks.extend(far.pupils.get(at).map(|pupil| (&far.teacher.client, *pupil)));
    }
    let burst = async |asks: &[(&Client, Uuid)]| -> Vec<(String, Option<i64>)> {
        let each = asks.iter().map(|(teacher, pupil)| ask(teacher, &session, *pupil));
        stream::iter(each).buffer_unordered(64).collect().await
    };
    let first = burst(&asks[..700]).await;
    let mut places: Vec<i64> = first.iter().filter_map(|outcome| outcome.1).collect();
    places.sort_unstable();
    assert_eq!(places, (1..=682).collect::<Vec<i64>>(), "each who waits has a place of its own in the waitlist");
    let then = order(&server, &session).await;
    for (who, quota) in [(&east, 10), (&west, 8), (&far, 0)] {
        let mine: Vec<&str> = then.iter().filter(|one| one.1 == who.school).map(|one| one.2.as_str()).collect();
        assert!(mine.iter().take(quota).all(|state| *state == "registered"), "{mine:?}");
        assert!(mine.iter().skip(quota).all(|state| *state == "waitlisted"), "{mine:?}");
    }
    assert_eq!(places::move_up(server.state(), None).await.expect("moved"), 0, "the quotas hold still");

    // The others when what is left is for all: it is for those that wait.
    server.advance(TimeDelta::minutes(5));
    let second = burst(&asks[700..]).await;
    assert!(second.iter().all(|outcome| outcome.0 == "waitlisted"), "nobody overtakes those that wait");
    let now = order(&server, &session).await;
    let had: Vec<Uuid> = then.iter().filter(|one| one.2 == "registered").map(|one| one.0).collect();
    let moved: Vec<Uuid> = then.iter().filter(|one| one.2 == "waitlisted").take(12).map(|one| one.0).collect();
    let have: Vec<Uuid> = now.iter().filter(|one| one.2 == "registered").map(|one| one.0).collect();
    assert_eq!((had.len(), have.len(), now.len()), (18, 30, 1000));
    assert!(now.iter().all(|one| (had.contains(&one.0) || moved.contains(&one.0)) == (one.2 == "registered")));
    // By the first of those requests, or by the service itself where that came before.
    let admitted = admissions(&server).await;
    assert!(matches!(admitted.as_slice(), [(district, _, 12)] if *district == school.district), "{admitted:?}");

    // Who takes it back makes room for the next, of whatever school, and stands at the end when it asks again.
    let mine = now.iter().filter(|one| one.1 == east.school && one.2 == "registered").take(2);
    let body = json!({ "participations": mine.map(|one| one.0).collect::<Vec<_>>() });
    let answer = east.teacher.post_json(&format!("{path}/withdraw"), &body).await.expect(200);
    assert_eq!((&answer["withdrawn"], &answer["admitted"]), (&json!(2), &json!(2)));
    let after = order(&server, &session).await;
    let next = now.iter().filter(|one| one.2 == "waitlisted").take(2);
    for one in next {
        assert!(after.iter().any(|other| other.0 == one.0 && other.2 == "registered"));
    }
    let again = asks.iter().map(|ask| ask.1);
    let mut back = None;
    for pupil in again.take(30) {
        if state_of(&server, pupil).await == "withdrawn" {
            back = Some(pupil);
            break;
        }
    }
    let back = back.expect("one that took it back");
    assert_eq!(ask(&east.teacher, &session, back).await, ("waitlisted".to_owned(), Some(969)));
    assert_eq!(ask(&east.teacher, &session, back).await, ("already".to_owned(), Some(969)));
    let end = order(&server, &session).await;
    assert_eq!(end.iter().filter(|one| one.2 == "registered").count(), 30);
    assert!(end.last().is_some_and(|last| last.2 == "waitlisted" && last.1 == east.school));
}

#[tokio::test]
async fn one_session_has_one_set_of_places_for_the_guests_of_two_districts() {
    let server = Server::start().await;
    let school = School::new(&server, 0).await;
    let near = guests(&server, school.district, "近校", 3).await;
    let other = server.district("乙区").await;
    let far = guests(&server, other, "远校", 3).await;
    let (base, session) = offered(&server, &school, json!({ "capacity": 3 })).await;
    let near_ask = async |at: usize| ask(&near.teacher, &session, near.pupils[at]).await;
    let far_ask = async |at: usize| ask(&far.teacher, &session, far.pupils[at]).await;
    let got = |outcome: &str, place: Option<i64>| (outcome.to_owned(), place);
    assert_eq!(near_ask(0).await, got("registered", None));
    assert_eq!(far_ask(0).await, got("registered", None));
    assert_eq!(near_ask(1).await, got("registered", None));
    assert_eq!(far_ask(1).await, got("waitlisted", Some(1)));
    assert_eq!(near_ask(2).await, got("waitlisted", Some(2)));
    assert_eq!(far_ask(2).await, got("waitlisted", Some(3)));
    let read = near.teacher.get(&format!("{session}?counts=true")).await.expect(200);
    assert_eq!((&read["counts"]["registered"], &read["counts"]["free_places"]), (&json!(2), &json!(0)));

    let wait = async |pupil: Uuid| {
        for _ in 0..1500 {
            if state_of(&server, pupil).await == "registered" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("nobody gave the place on");
    };
    // The place that becomes free here is due to the other district: nobody here gets it, and it gets it by itself.
    let id: Uuid = sqlx::query_scalar("SELECT id FROM participation WHERE person_id = $1")
        .bind(near.pupils[0])
        .fetch_one(server.pool())
        .await
        .expect("read");
    near.teacher.post(&format!("/api/v1/participations/{id}/withdraw")).await.expect(200);
    assert_eq!(state_of(&server, near.pupils[2]).await, "waitlisted");
    wait(far.pupils[1]).await;
    assert_eq!(near_ask(2).await, got("already", Some(1)));

    // More places: each district takes its own.
    base.patch_json(&session, 1, &json!({ "capacity": 5 })).await.expect(200);
    assert_eq!(state_of(&server, near.pupils[2]).await, "registered");
    wait(far.pupils[2]).await;
    assert_eq!(near_ask(0).await, got("waitlisted", Some(1)));
    assert_eq!(order(&server, &session).await.iter().filter(|one| one.2 == "registered").count(), 5);
    let admitted = admissions(&server).await;
    assert_eq!(admitted.len(), 3, "{admitted:?}");
    assert!(admitted.contains(&(school.district, true, 1)) && admitted.contains(&(other, false, 1)), "{admitted:?}");
}

#[tokio::test]
async fn waitlists_move_up_by_themselves_when_quotas_end_or_change() {
    let server = Server::start().await;
    let school = School::new(&server, 0).await;
    let near = guests(&server, school.district, "近校", 6).await;
    let now = server.state().now();
    let quota = |places: i32| json!([{ "school_id": near.school, "places": places }]);
    let body = json!({ "capacity": 5, "to_all_at": now + TimeDelta::minutes(5), "quotas": quota(1) });
    let (base, session) = offered(&server, &school, body).await;
    let all = json!({ "persons": near.pupils.iter().map(|pupil| json!({ "person_id": pupil })).collect::<Vec<_>>() });
    let answer = near.teacher.post_json(&format!("{session}/participations"), &all).await.expect(200);
    assert_eq!((&answer["recorded"], &answer["waitlisted"]), (&json!(1), &json!(5)));
    let registered = async || order(&server, &session).await.iter().filter(|one| one.2 == "registered").count();

    let changed = base.patch_json(&session, 1, &json!({ "quotas": quota(3) })).await.expect(200);
    assert_eq!(changed["quotas"][0]["places"], json!(3));
    assert_eq!(registered().await, 3);
    assert_eq!(places::move_up(server.state(), None).await.expect("moved"), 0);
    server.advance(TimeDelta::minutes(5));
    // The service itself does so too: one of the two finds nothing left to do.
    places::move_up(server.state(), None).await.expect("moved");
    assert_eq!(registered().await, 5);
    let states: Vec<String> = order(&server, &session).await.into_iter().map(|one| one.2).collect();
    assert_eq!(states.last().map(String::as_str), Some("waitlisted"));
    let admitted = admissions(&server).await;
    assert_eq!(admitted, [(school.district, true, 2), (school.district, false, 2)]);
    // Once it has begun nobody is moved up, for nobody would know.
    server.advance(TimeDelta::days(4));
    sqlx::query("UPDATE session SET capacity = 6").execute(server.pool()).await.expect("changed");
    assert_eq!(places::move_up(server.state(), None).await.expect("moved"), 0);
    assert_eq!(registered().await, 5);
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}
