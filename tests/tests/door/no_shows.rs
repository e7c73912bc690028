//! Who registers and does not come: counted, warned, barred, for as long as the district says, and not a day longer.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, session_at};
use kepu_tests::{Client, Server};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gate::{Gate, Kind, verdicts};

fn policy() -> Value {
    json!({ "within_days": 90, "warn_after": 1, "bar_after": 2, "bar_days": 30 })
}

async fn set(official: &Client, district: Uuid, version: i64, policy: Value) -> Value {
    let path = format!("/api/v1/districts/{district}");
    official.patch_json(&path, version, &json!({ "no_shows": policy })).await.expect(200)
}

/// Pupils were registered for sessions so many days ago, one session a day, and did not come.
async fn missed(server: &Server, school: &School, pupils: &[Uuid], days_ago: &[i64]) -> Vec<Uuid> {
    let activity = activity(server, school.district, school.base, "practice", 60).await;
    let mut sessions = Vec::new();
    for days in days_ago {
        let soon = server.state().now() + Duration::hours(1);
        let session = session_at(server, school.district, school.base, activity, soon, None).await;
        school.record(session, pupils).await;
        let then = server.state().now() - Duration::days(*days);
        sqlx::query("UPDATE session SET starts_at = $2, ends_at = $3 WHERE id = $1")
            .bind(session)
            .bind(then)
            .bind(then + Duration::hours(2))
            .execute(server.pool())
            .await
            .expect("moved");
        let items: Vec<Value> =
            pupils.iter().map(|pupil| json!({ "person_id": pupil, "presence": "absent" })).collect();
        let path = format!("/api/v1/sessions/{session}/attendance");
        let answer = school.host.post_json(&path, &json!({ "items": items })).await.expect(200);
        assert_eq!(answer["absent"], json!(pupils.len()), "{answer}");
        sessions.push(session);
    }
    sessions
}

/// The day of the district so many days ago.
fn day(server: &Server, ago: i64) -> NaiveDate {
    let moment: DateTime<Utc> = server.state().now() - Duration::days(ago);
    (moment + Duration::hours(8)).date_naive()
}

async fn no_shows(client: &Client, pupil: Uuid) -> Value {
    client.get(&format!("/api/v1/persons/{pupil}/no-shows")).await.expect(200)
}

/// Registers persons for a session in three days; the outcomes as code or outcome.
async fn register(server: &Server, school: &School, pupils: &[Uuid]) -> Value {
    let activity = activity(server, school.district, school.base, "practice", 60).await;
    let starts = server.state().now() + Duration::days(3);
    let session = session_at(server, school.district, school.base, activity, starts, None).await;
    let persons: Vec<Value> = pupils.iter().map(|pupil| json!({ "person_id": pupil })).collect();
    let path = format!("/api/v1/sessions/{session}/participations");
    school.teacher.post_json(&path, &json!({ "persons": persons })).await.expect(200)
}

#[tokio::test]
async fn a_district_sets_what_it_does_about_those_who_do_not_come() {
    let server = Server::start().await;
    let school = School::new(&server, 0).await;
    let path = format!("/api/v1/districts/{}", school.district);
    assert_eq!(school.official.get(&path).await.expect(200)["no_shows"], Value::Null);
    for (wrong, field, code) in [
        (json!({ "within_days": 0, "warn_after": 1 }), "no_shows.within_days", "out_of_range"),
        (json!({ "within_days": 90, "warn_after": 0 }), "no_shows.warn_after", "out_of_range"),
        (json!({ "within_days": 90, "bar_after": 101, "bar_days": 1 }), "no_shows.bar_after", "out_of_range"),
        (json!({ "within_days": 90, "bar_after": 2 }), "no_shows.bar_days", "goes_together"),
        (json!({ "within_days": 90 }), "no_shows", "says_nothing"),
        (
            json!({ "within_days": 90, "warn_after": 2, "bar_after": 2, "bar_days": 1 }),
            "no_shows.warn_after",
            "not_below_bar_after",
        ),
    ] {
        let body = json!({ "no_shows": wrong });
        let problem = school.official.patch_json(&path, 1, &body).await.expect_problem(422, "invalid");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    let changed = set(&school.official, school.district, 1, policy()).await;
    assert_eq!(changed["no_shows"], policy());
    school.official.patch_json(&path, 1, &json!({ "no_shows": null })).await.expect_problem(412, "version_changed");
    school.teacher.patch_json(&path, 2, &json!({ "no_shows": null })).await.expect_problem(403, "forbidden");
    // What is left out stays.
    let renamed = school.official.patch_json(&path, 2, &json!({ "name_en": "East" })).await.expect(200);
    assert_eq!(renamed["no_shows"], policy());
    assert_eq!(set(&school.official, school.district, 3, Value::Null).await["no_shows"], Value::Null);
    let audited: Vec<Value> =
        sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = 'district.change' ORDER BY id")
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert_eq!((&audited[0]["from"]["no_shows"], &audited[0]["to"]["no_shows"]), (&Value::Null, &policy()));
    assert_eq!(audited[1]["to"].get("no_shows"), None);
    assert_eq!((&audited[2]["from"]["no_shows"], &audited[2]["to"]["no_shows"]), (&policy(), &Value::Null));
}

#[tokio::test]
async fn who_is_warned_is_told_and_who_is_barred_is_refused_and_the_others_go_on() {
    let server = Server::start().await;
    let school = School::new(&server, 4).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    missed(&server, &school, &pupils[..2], &[40]).await;
    let last = missed(&server, &school, &pupils[..1], &[10]).await[0];
    // Nobody is barred where the district has set nothing, but it is counted.
    let answer = register(&server, &school, &pupils).await;
    assert_eq!((&answer["recorded"], &answer["refused"]), (&json!(4), &json!(0)));
    let shown = no_shows(&school.teacher, pupils[0]).await;
    assert_eq!((&shown["count"], &shown["warned"], &shown["barred_until"]), (&json!(2), &json!(false), &Value::Null));
    assert_eq!((&shown["days"], &shown["policy"]), (&json!([day(&server, 10), day(&server, 40)]), &Value::Null));

    set(&school.official, school.district, 1, policy()).await;
    let answer = register(&server, &school, &pupils).await;
    assert_eq!((&answer["recorded"], &answer["refused"]), (&json!(3), &json!(1)));
    let until = day(&server, 10) + chrono::Days::new(30);
    let outcome = |at: usize| &answer["outcomes"][at];
    assert_eq!((&outcome(0)["outcome"], &outcome(0)["code"]), (&json!("refused"), &json!("barred")));
    assert_eq!(outcome(0)["barred_until"], json!(until));
    assert!(outcome(0)["message"].as_str().is_some_and(|text| text.contains(&until.to_string())), "{answer}");
    assert_eq!((&outcome(1)["outcome"], &outcome(1)["code"]), (&json!("registered"), &json!("no_show_warning")));
    assert!(outcome(1)["message"].as_str().is_some_and(|text| text.contains("30 days")), "{answer}");
    for at in [2, 3] {
        let quiet = (&outcome(at)["outcome"], &outcome(at)["code"], &outcome(at)["message"]);
        assert_eq!(quiet, (&json!("registered"), &Value::Null, &Value::Null));
    }
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM participation WHERE session_id = $1 AND person_id = $2")
        .bind(answer["session_id"].as_str().and_then(|id| id.parse::<Uuid>().ok()))
        .bind(pupils[0])
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(rows, 0, "nothing is stored of who was refused");
    let audited: Value = sqlx::query_scalar(
        "SELECT detail FROM audit_event WHERE action = 'participation.record' ORDER BY id DESC LIMIT 1",
    )
    .fetch_one(server.pool())
    .await
    .expect("read");
    assert_eq!((&audited["recorded"], &audited["refused"]), (&json!(3), &json!(1)));
    let shown = no_shows(&school.teacher, pupils[0]).await;
    assert_eq!((&shown["warned"], &shown["barred_until"]), (&json!(true), &json!(until)));

    // What was is recorded still: a bar is for what is to come.
    let was = school.session(&server, school.base, "practice", 5).await;
    school.record(was, &pupils[..1]).await;
    // An absence that was a mistake is gone from the count by itself.
    let body = json!({ "items": [{ "person_id": pupils[0], "presence": "present" }] });
    school.host.post_json(&format!("/api/v1/sessions/{last}/attendance"), &body).await.expect(200);
    let shown = no_shows(&school.teacher, pupils[0]).await;
    assert_eq!((&shown["count"], &shown["barred_until"]), (&json!(1), &Value::Null));
    let answer = register(&server, &school, &pupils[..1]).await;
    assert_eq!(answer["outcomes"][0]["code"], json!("no_show_warning"));
    // Nor does a session count that was cancelled after all.
    sqlx::query("UPDATE session SET status = 'cancelled' WHERE starts_at < now() - interval '30 days'")
        .execute(server.pool())
        .await
        .expect("cancelled");
    let answer = register(&server, &school, &pupils[..2]).await;
    assert_eq!((&answer["outcomes"][0]["code"], &answer["outcomes"][1]["code"]), (&Value::Null, &Value::Null));
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn no_shows_are_read_by_whoever_may_read_the_persons_participations() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let (pupil, other) = (school.pupils[0].0, school.pupils[1].0);
    let district = school.district;
    let elsewhere = server.organization(district, "school", "别校").await;
    let far = server.district("乙区").await;
    let organization = |organization| GrantScope::Organization { district, organization };
    let person = |person| GrantScope::Person { district, person };
    let city = GrantScope::Authority { authority: server.city(), districts: vec![] };
    let path = format!("/api/v1/persons/{pupil}/no-shows");
    for (role, scope, status) in [
        (Role::Teacher, organization(school.school), 200),
        (Role::SchoolAdmin, organization(school.school), 200),
        (Role::Teacher, organization(elsewhere), 403),
        (Role::BaseStaff, organization(school.base), 403),
        (Role::BaseAdmin, organization(school.base), 403),
        (Role::DistrictOfficial, GrantScope::District { district }, 200),
        (Role::DistrictOfficial, GrantScope::District { district: far }, 404),
        (Role::CityOfficial, city.clone(), 200),
        (Role::Auditor, GrantScope::District { district }, 200),
        (Role::Guardian, person(pupil), 200),
        (Role::Student, person(pupil), 200),
        (Role::Guardian, person(other), 403),
        (Role::Student, person(other), 403),
        (Role::PlatformAdmin, GrantScope::Platform, 403),
    ] {
        let account = server.account(role, scope).await;
        let client = match role {
            Role::CityOfficial | Role::PlatformAdmin => account.client.clone().for_district(district.to_string()),
            _ => account.client.clone(),
        };
        let answer = client.get(&path).await;
        assert_eq!(answer.status, status, "{role:?}: {}", answer.text());
    }
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'no_show.read' AND object_id = $1")
            .bind(pupil.to_string())
            .fetch_one(server.pool())
            .await
            .expect("counted");
    assert_eq!(audited, 7);
}

#[tokio::test]
async fn at_the_door_the_barred_do_not_walk_in_and_the_device_knows() {
    let kind = Kind { walk_ins: true, ..Kind::default() };
    let gate = Gate::of(kind, 5, 2).await;
    let (server, school) = (&gate.server, &gate.school);
    // The first is registered all the same; the second took it back; the third was never in it.
    let barred = [gate.pupil(0), gate.pupil(1), gate.pupil(2)];
    let last = missed(server, school, &barred, &[20, 10]).await[1];
    set(&school.official, school.district, 1, policy()).await;
    sqlx::query("UPDATE participation SET state = 'withdrawn' WHERE session_id = $1 AND person_id = $2")
        .bind(gate.session)
        .bind(gate.pupil(1))
        .execute(server.pool())
        .await
        .expect("withdrawn");
    sqlx::query(
        "INSERT INTO participation_event (district_id, id, participation_id, from_state, to_state, account_id, at)
         SELECT district_id, $3, id, 'registered', 'withdrawn', recorded_by, now() FROM participation
         WHERE session_id = $1 AND person_id = $2",
    )
    .bind(gate.session)
    .bind(gate.pupil(1))
    .bind(server.state().new_id())
    .execute(server.pool())
    .await
    .expect("remembered");

    let open = async || -> Value {
        let key = URL_SAFE_NO_PAD.encode([9; 32]);
        let body = json!({ "device_id": Uuid::from_u128(7), "device_name": "东门 1", "device_key": key,
                           "device_time": server.state().now() });
        school.host.post_json(&format!("/api/v1/sessions/{}/door", gate.session), &body).await.expect(200)
    };
    let told = |bundle: &Value, list: &str, pupil: usize| {
        let person = json!(gate.pupil(pupil));
        let all = bundle[list].as_array().expect("a list");
        all.iter().find(|one| one["person_id"] == person).expect("told of").get("barred").cloned()
    };
    let bundle = open().await;
    assert_eq!(told(&bundle, "passes", 2), Some(json!(true)));
    assert_eq!(told(&bundle, "passes", 3), None);
    assert_eq!(told(&bundle, "roster", 1), Some(json!(true)));
    assert_eq!(told(&bundle, "roster", 0), None, "who is registered is expected");

    let answer = gate.send(&[gate.scan(0, 5), gate.scan(1, 6), gate.scan(2, 7), gate.scan(3, 8)]).await;
    assert_eq!(verdicts(&answer), ["accepted in", "refused barred", "refused barred", "accepted in"]);
    assert_eq!(answer["verdicts"][2]["name"], Value::Null, "who may not come in stays unnamed");
    assert_eq!(gate.state_of(1).await.as_deref(), Some("withdrawn"));
    assert_eq!(gate.state_of(2).await, None);
    gate.verify().await;

    // The absence was a mistake: whoever shows the pass again comes in, and the earlier scan counts, too.
    let body = json!({ "items": [{ "person_id": gate.pupil(2), "presence": "present" }] });
    school.host.post_json(&format!("/api/v1/sessions/{last}/attendance"), &body).await.expect(200);
    let answer = gate.send(&[gate.scan(2, 20)]).await;
    assert_eq!(verdicts(&answer), ["duplicate_of already_in"]);
    assert_eq!(gate.state_of(2).await.as_deref(), Some("attended"));
    // Who came in stays in, whatever is found out later about somebody's other days.
    let body = json!({ "items": [{ "person_id": gate.pupil(2), "presence": "absent" }] });
    school.host.post_json(&format!("/api/v1/sessions/{last}/attendance"), &body).await.expect(200);
    assert_eq!(verdicts(&gate.send(&[gate.scan(2, 30)]).await), ["duplicate_of already_in"]);
    assert_eq!(told(&open().await, "roster", 2), None);
    gate.verify().await;
}

/// The host has said that somebody was not there; the school can record the person again and withdraw that as it likes.
#[tokio::test]
async fn no_act_of_the_school_makes_an_absence_vanish() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    set(&school.official, school.district, 1, json!({ "within_days": 90, "bar_after": 1, "bar_days": 30 })).await;
    let session = missed(&server, &school, &pupils[..1], &[3]).await[0];
    let path = format!("/api/v1/sessions/{session}/participations");
    let body = json!({ "persons": [{ "person_id": pupils[0] }, { "person_id": pupils[1] }] });
    let answer = school.teacher.post_json(&path, &body).await.expect(200);
    assert_eq!((&answer["recorded"], &answer["refused"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(answer["outcomes"][0]["code"], "marked_absent");
    let id: Uuid = sqlx::query_scalar("SELECT id FROM participation WHERE session_id = $1 AND person_id = $2")
        .bind(session)
        .bind(pupils[0])
        .fetch_one(server.pool())
        .await
        .expect("read");
    let body = json!({ "participations": [id] });
    let answer = school.teacher.post_json(&format!("{path}/withdraw"), &body).await.expect(200);
    assert_eq!((&answer["withdrawn"], &answer["outcomes"][0]["code"]), (&json!(0), &json!("not_from_this_state")));
    let shown = no_shows(&school.teacher, pupils[0]).await;
    assert_eq!((&shown["count"], &shown["barred_until"]), (&json!(1), &json!(day(&server, 3) + chrono::Days::new(30))));
    assert_eq!(register(&server, &school, &pupils[..1]).await["outcomes"][0]["code"], "barred");

    // The host takes back what it has said.
    let items = json!({ "items": [{ "participation_id": id, "presence": "present" }] });
    let path = format!("/api/v1/sessions/{session}/attendance");
    assert_eq!(school.host.post_json(&path, &items).await.expect(200)["attended"], 1);
    assert_eq!(no_shows(&school.teacher, pupils[0]).await["count"], 0);
}
