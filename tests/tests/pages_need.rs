//! What the pages ask for beyond the main job: the search, taking a group entry back, the door, the calendar, lists by
//! what a teacher has to do.

use chrono::{DateTime, TimeDelta, Utc};
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{
    Server,
    school::{School, activity, class_of, session_at, session_of},
};
use serde_json::{Value, json};
use uuid::Uuid;

async fn audited(server: &Server, action: &str, object: Uuid) -> Vec<Value> {
    sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = $1 AND object_id = $2 ORDER BY id")
        .bind(action)
        .bind(object.to_string())
        .fetch_all(server.pool())
        .await
        .expect("read")
}

fn kinds(answer: &Value) -> Vec<(String, String)> {
    let word = |hit: &Value, key: &str| hit[key].as_str().expect("a word").to_owned();
    answer["items"].as_array().expect("items").iter().map(|hit| (word(hit, "kind"), word(hit, "title"))).collect()
}

async fn states(server: &Server, session: Uuid) -> Vec<String> {
    sqlx::query_scalar("SELECT state FROM participation WHERE session_id = $1 ORDER BY id")
        .bind(session)
        .fetch_all(server.pool())
        .await
        .expect("states")
}

/// Moves a session to so many minutes from now.
async fn begins_in(server: &Server, session: Uuid, minutes: i64) {
    let starts = server.state().now() + TimeDelta::minutes(minutes);
    sqlx::query("UPDATE session SET starts_at = $2, ends_at = $3 WHERE id = $1")
        .bind(session)
        .bind(starts)
        .bind(starts + TimeDelta::hours(2))
        .execute(server.pool())
        .await
        .expect("moved");
}

#[tokio::test]
async fn the_search_finds_what_the_account_may_see() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let (pupil, number) = school.pupils[0].clone();
    let other = server.organization(school.district, "school", "第二试验学校").await;
    let (_, elsewhere) = class_of(&server, school.district, other, 6, 1).await;
    school.session(&server, school.base, "practice", 2).await;
    let find = async |client: &kepu_tests::Client, q: &str| {
        client.send(client.request(reqwest::Method::GET, "/api/v1/search").query(&[("q", q)])).await
    };

    let found = find(&school.official, &number).await.expect(200);
    assert_eq!(found["items"][0]["kind"], "person");
    assert_eq!(found["items"][0]["id"], json!(pupil));
    let subtitle = found["items"][0]["subtitle"].as_str().expect("a subtitle");
    assert!(subtitle.contains(&number) && subtitle.contains("第一试验学校"), "{subtitle}");
    let all = kinds(&find(&school.official, "试验").await.expect(200));
    for kind in ["class", "organization", "activity", "session"] {
        assert!(all.iter().any(|(found, _)| found == kind), "no {kind} in {all:?}");
    }

    // A teacher finds the pupils of the own school; a base finds no persons; a pupil finds itself.
    let teacher = kinds(&find(&school.teacher, "测试S").await.expect(200));
    assert_eq!(teacher.iter().filter(|(kind, _)| kind == "person").count(), 3, "{teacher:?}");
    assert!(kinds(&find(&school.official, "测试S").await.expect(200)).len() > 3);
    assert_eq!(kinds(&find(&school.host, "测试S").await.expect(200)), []);
    assert_eq!(kinds(&find(&school.host, "试验基地").await.expect(200))[0].0, "organization");
    let own = GrantScope::Person { district: school.district, person: pupil };
    let student = server.account(Role::Student, own.clone()).await;
    assert_eq!(kinds(&find(&student, "测试S").await.expect(200)), [("person".into(), format!("测试{number}"))]);
    let guardian = server.account(Role::Guardian, own).await;
    assert_eq!(kinds(&find(&guardian, &elsewhere[0].1).await.expect(200)), []);

    // Signs that SQL would read are letters here; nothing of another district is found.
    assert_eq!(kinds(&find(&school.official, "%").await.expect(200)), []);
    assert_eq!(kinds(&find(&school.official, "_").await.expect(200)), []);
    find(&school.official, " ").await.expect_problem(422, "invalid");
    school.official.get("/api/v1/search?q=a&limit=51").await.expect_problem(422, "invalid");
    let far = server.district("西区").await;
    let stranger = server.account(Role::DistrictOfficial, GrantScope::District { district: far }).await;
    let strange = kinds(&find(&stranger, "测试S").await.expect(200));
    assert!(strange.iter().all(|(kind, _)| kind != "person" && kind != "class"), "{strange:?}");
}

#[tokio::test]
async fn a_group_entry_is_taken_back_in_one_go() {
    let server = Server::start().await;
    let school = School::new(&server, 5).await;
    let session = school.session(&server, school.base, "practice", 1).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let entered = school.record(session, &pupils).await;
    // The host has spoken about the first.
    let path = format!("/api/v1/sessions/{session}/confirmation");
    school.host.post_json(&path, &json!({ "confirm": [ { "participation_id": entered[0] } ] })).await.expect(200);

    let path = format!("/api/v1/sessions/{session}/participations/withdraw");
    let unknown = Uuid::from_u128(7);
    let mut ids: Vec<Value> = entered.iter().map(|id| json!(id)).collect();
    ids.push(json!(unknown));
    let answer = school.teacher.post_json(&path, &json!({ "participations": ids })).await.expect(200);
    assert_eq!((&answer["withdrawn"], &answer["refused"]), (&json!(4), &json!(2)), "{answer}");
    assert_eq!(answer["outcomes"][0]["code"], "not_from_this_state");
    assert_eq!(answer["outcomes"][1]["outcome"], "withdrawn");
    assert_eq!(answer["outcomes"][5]["code"], "not_found");
    assert_eq!(states(&server, session).await, ["confirmed", "withdrawn", "withdrawn", "withdrawn", "withdrawn"]);
    let trail = audited(&server, "participation.withdraw", session).await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0]["participations"].as_array().map(Vec::len), Some(4), "{}", trail[0]);

    // Refused: nothing named, something named twice, an account that records for nobody.
    school.teacher.post_json(&path, &json!({ "participations": [] })).await.expect_problem(422, "invalid");
    let twice = json!({ "participations": [entered[1], entered[1]] });
    school.teacher.post_json(&path, &twice).await.expect_problem(422, "invalid");
    let one = json!({ "participations": [entered[1]] });
    school.host.post_json(&path, &one).await.expect_problem(403, "forbidden");
    school.official.post_json(&path, &one).await.expect_problem(403, "forbidden");
    // A teacher of another school may not; one of another district finds nothing.
    let other = server.organization(school.district, "school", "第二试验学校").await;
    let of = |district, organization| GrantScope::Organization { district, organization };
    let colleague = server.account(Role::Teacher, of(school.district, other)).await;
    let answer = colleague.post_json(&path, &one).await.expect(200);
    assert_eq!(answer["outcomes"][0]["code"], "not_your_school", "{answer}");
    let far = School::new(&server, 1).await;
    let answer = far.teacher.post_json(&path, &one).await.expect(200);
    assert_eq!(answer["outcomes"][0]["code"], "not_found", "{answer}");
    assert_eq!(verify::database_holds(server.state().db()).await.expect("verified").broken, []);
}

#[tokio::test]
async fn places_that_are_given_back_go_to_the_waitlist() {
    let server = Server::start().await;
    let school = School::new(&server, 5).await;
    let activity = activity(&server, school.district, school.base, "practice", 120).await;
    let session = session_of(&server, school.district, school.base, activity, -7, Some(2)).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let entered = school.record(session, &pupils).await;
    let path = format!("/api/v1/sessions/{session}/participations/withdraw");
    let body = json!({ "participations": [entered[0], entered[1], entered[4]] });
    let answer = school.teacher.post_json(&path, &body).await.expect(200);
    assert_eq!((&answer["withdrawn"], &answer["admitted"]), (&json!(3), &json!(2)), "{answer}");
    assert_eq!(states(&server, session).await, ["withdrawn", "withdrawn", "registered", "registered", "withdrawn"]);
}

#[tokio::test]
async fn the_door_marks_who_came_before_the_host_confirms() {
    let server = Server::start().await;
    let school = School::new(&server, 4).await;
    let activity = activity(&server, school.district, school.base, "practice", 120).await;
    let starts = server.state().now() + TimeDelta::hours(5);
    let session = session_at(&server, school.district, school.base, activity, starts, None).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let entered = school.record(session, &pupils).await;
    let path = format!("/api/v1/sessions/{session}/attendance");
    let present = |id: &str| json!({ "participation_id": id, "presence": "present" });
    let early = json!({ "items": [present(&entered[0])] });
    school.host.post_json(&path, &early).await.expect_problem(409, "session_not_begun");
    begins_in(&server, session, 60).await;
    let body = json!({ "items": [
        { "participation_id": entered[0], "presence": "present" },
        { "person_id": pupils[1], "presence": "present", "minutes": 90 },
        { "participation_id": entered[2], "presence": "absent" },
        { "person_id": Uuid::from_u128(9), "presence": "present" },
        { "person_id": pupils[0], "presence": "absent" },
    ] });
    let answer = school.host.post_json(&path, &body).await.expect(200);
    let words: Vec<&str> = answer["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .map(|o| o["outcome"].as_str().expect("a word"))
        .collect();
    assert_eq!(words, ["attended", "attended", "absent", "refused", "refused"], "{answer}");
    assert_eq!(states(&server, session).await, ["attended", "attended", "absent", "registered"]);
    // The door corrects itself; what is so already stays.
    let body = json!({ "items": [present(&entered[2]), present(&entered[0])] });
    let answer = school.host.post_json(&path, &body).await.expect(200);
    assert_eq!((&answer["attended"], &answer["unchanged"]), (&json!(1), &json!(1)), "{answer}");
    let trail = audited(&server, "participation.attend", session).await;
    assert_eq!(trail.len(), 2);
    assert_eq!(trail[0]["absent"], json!([entered[2]]));

    // What waits for the host now, and how the session stands.
    begins_in(&server, session, -120).await;
    let waiting = school.host.get("/api/v1/waiting").await.expect(200);
    assert_eq!(waiting["items"][0]["waiting"], 3, "{waiting}");
    let shown = school.host.get(&format!("/api/v1/sessions/{session}?counts=true")).await.expect(200);
    assert_eq!((&shown["counts"]["attended"], &shown["counts"]["registered"]), (&json!(3), &json!(1)), "{shown}");
    let body = json!({ "items": [present(&entered[0])] });
    school.teacher.post_json(&path, &body).await.expect_problem(403, "forbidden");
    school.official.post_json(&path, &body).await.expect_problem(403, "forbidden");
    let answer = school.confirm_all(session).await;
    assert_eq!(answer["confirmed"], 4, "{answer}");
    let minutes: Vec<Option<i32>> =
        sqlx::query_scalar("SELECT minutes FROM participation WHERE session_id = $1 ORDER BY id")
            .bind(session)
            .fetch_all(server.pool())
            .await
            .expect("minutes");
    assert_eq!(minutes, [None, Some(90), None, None]);
    let answer = school.host.post_json(&path, &body).await.expect(200);
    assert_eq!(answer["outcomes"][0]["code"], "not_from_this_state", "{answer}");

    // A host of another district has no say there.
    let far = School::new(&server, 1).await;
    far.host.post_json(&path, &body).await.expect_problem(403, "forbidden");
    assert_eq!(verify::database_holds(server.state().db()).await.expect("verified").broken, []);
}

#[tokio::test]
async fn the_public_calendar_shows_what_takes_guests_and_nobody() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let visits = activity(&server, school.district, school.base, "visit", 60).await;
    let talks = activity(&server, school.district, school.base, "lecture", 60).await;
    let to_come = session_of(&server, school.district, school.base, visits, -7, Some(5)).await;
    let later = session_of(&server, school.district, school.base, talks, -9, None).await;
    session_of(&server, school.district, school.base, visits, 3, None).await;
    let cancelled = session_of(&server, school.district, school.base, visits, -8, None).await;
    sqlx::query("UPDATE session SET status = 'cancelled' WHERE id = $1")
        .bind(cancelled)
        .execute(server.pool())
        .await
        .expect("cancelled");
    school.record(to_come, &[school.pupils[0].0, school.pupils[1].0]).await;

    let nobody = server.anonymous();
    let all = nobody.get("/api/v1/public/sessions").await.expect(200);
    let ids: Vec<&Value> = all["items"].as_array().expect("items").iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&json!(to_come), &json!(later)]);
    assert_eq!((&all["items"][0]["capacity"], &all["items"][0]["free_places"]), (&json!(5), &json!(3)));
    assert_eq!(all["items"][1]["free_places"], Value::Null);
    assert_eq!(all["items"][0]["host_name_zh"], "试验基地");
    assert!(!all.to_string().contains(&school.pupils[0].0.to_string()));

    let code = all["items"][0]["district_code"].as_str().expect("a code").to_owned();
    let count = async |query: String| {
        let page = nobody.get(&format!("/api/v1/public/sessions?{query}")).await.expect(200);
        page["items"].as_array().expect("items").len()
    };
    // The day after the first, by the clock of the district, eight hours ahead.
    let first: DateTime<Utc> = all["items"][0]["starts_at"].as_str().expect("a moment").parse().expect("RFC 3339");
    let day = (first + TimeDelta::days(1) + TimeDelta::hours(8)).format("%Y-%m-%d");
    assert_eq!(count(format!("district={code}")).await, 2);
    assert_eq!(count("district=nowhere".into()).await, 0);
    assert_eq!(count(format!("host={}", school.base)).await, 2);
    assert_eq!(count("kind=lecture".into()).await, 1);
    assert_eq!(count(format!("from={day}")).await, 1);
    assert_eq!(count(format!("to={day}")).await, 1);
    assert_eq!(count("q=%E8%AF%95%E9%AA%8C%E5%9F%BA%E5%9C%B0&grade=6".into()).await, 2);
    let first = nobody.get("/api/v1/public/sessions?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    assert_eq!(count(format!("limit=1&cursor={cursor}")).await, 1);
}

#[tokio::test]
async fn lists_show_a_teacher_what_to_do() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let past = school.session(&server, school.base, "practice", 3).await;
    let entered = school.record(past, &[school.pupils[0].0, school.pupils[1].0]).await;
    let body = json!({ "reject": [ { "participation_id": entered[1], "reason": "签到表上没有此人" } ] });
    school.host.post_json(&format!("/api/v1/sessions/{past}/confirmation"), &body).await.expect(200);
    let coming = school.session(&server, school.base, "practice", -3).await;
    school.session(&server, school.base, "practice", -4).await;
    school.record(coming, &[school.pupils[2].0]).await;

    let path = format!("/api/v1/participations?recorded_by={}&state=rejected,absent&sort=-entered", school.teacher.id);
    let rejected = school.teacher.get(&path).await.expect(200);
    assert_eq!(rejected["items"].as_array().map(Vec::len), Some(1), "{rejected}");
    let item = &rejected["items"][0];
    assert_eq!((&item["id"], &item["reason"]), (&json!(entered[1]), &json!("签到表上没有此人")));
    assert_eq!((&item["activity_title_zh"], &item["host_name_zh"]), (&json!("试验活动"), &json!("试验基地")));
    assert!(item["class_name"].is_string() && item["starts_at"].is_string(), "{item}");
    let others = format!("/api/v1/participations?recorded_by={}", school.host.id);
    assert_eq!(school.teacher.get(&others).await.expect(200)["items"], json!([]));
    let day = |days: i64| (server.state().now() + TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    let path = format!("/api/v1/participations?from={}&to={}", day(-10), day(-2));
    let both = school.teacher.get(&path).await.expect(200);
    assert_eq!(both["items"].as_array().map(Vec::len), Some(2), "{both}");
    let newest = school.teacher.get(&format!("{path}&sort=-entered&limit=1")).await.expect(200);
    assert_eq!(newest["items"][0]["id"], json!(entered[1]));
    let cursor = newest["next_cursor"].as_str().expect("a cursor");
    let rest = school.teacher.get(&format!("{path}&sort=-entered&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(rest["items"][0]["id"], json!(entered[0]));
    school.teacher.get("/api/v1/participations?state=recorded,lost").await.expect_problem(422, "invalid");

    // Sessions to which the own pupils go, and the latest first.
    let path = format!("/api/v1/sessions?from={}&guests_of={}&counts=true", day(0), school.school);
    let mine = school.teacher.get(&path).await.expect(200);
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(1), "{mine}");
    assert_eq!((&mine["items"][0]["id"], &mine["items"][0]["counts"]["registered"]), (&json!(coming), &json!(1)));
    let other = server.organization(school.district, "school", "第二试验学校").await;
    let path = format!("/api/v1/sessions?guests_of={other}");
    school.teacher.get(&path).await.expect_problem(403, "forbidden");
    let latest = school.teacher.get("/api/v1/sessions?sort=-starts_at&limit=1").await.expect(200);
    let cursor = latest["next_cursor"].as_str().expect("a cursor");
    let next =
        school.teacher.get(&format!("/api/v1/sessions?sort=-starts_at&limit=2&cursor={cursor}")).await.expect(200);
    let starts = |page: &Value, at: usize| page["items"][at]["starts_at"].as_str().expect("a time").to_owned();
    assert!(starts(&latest, 0) > starts(&next, 0) && starts(&next, 0) > starts(&next, 1));
    assert_eq!(next["items"][1]["id"], json!(past));
    let found =
        school.teacher.get("/api/v1/sessions?q=%E8%AF%95%E9%AA%8C%E6%B4%BB%E5%8A%A8&kind=practice").await.expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(school.teacher.get("/api/v1/sessions?kind=visit").await.expect(200)["items"], json!([]));
}
