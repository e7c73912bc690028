//! What a student could do next is what comes of it when it is done.

use chrono::TimeDelta;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::school::{School, activity, designate, session_of};
use kepu_tests::{PASSWORD, Server};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{POLICY, holds};

fn offer(next: &Value, session: Uuid) -> &Value {
    let offers = next["offers"].as_array().expect("offers");
    offers.iter().find(|o| o["session_id"] == json!(session)).unwrap_or_else(|| panic!("no {session} in {next}"))
}

fn offered(next: &Value, session: Uuid) -> bool {
    next["offers"].as_array().expect("offers").iter().any(|o| o["session_id"] == json!(session))
}

#[tokio::test]
async fn each_offer_brings_what_it_says_and_the_way_reaches_the_requirement() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let pupil = school.pupils[0].0;
    let done = school.session(&server, school.base, "practice", 10).await;
    school.record(done, &[pupil]).await;
    school.confirm_all(done).await;

    let second = server.organization(school.district, "base", "第二基地").await;
    designate(&server, second, "2020-01-01").await;
    let second_host = server
        .account(Role::BaseStaff, GrantScope::Organization { district: school.district, organization: second })
        .await;
    let plain = server.organization(school.district, "base", "无资质单位").await;
    let new = async |host: Uuid, minutes: i32, days: i64, capacity: Option<i32>| {
        let activity = activity(&server, school.district, host, "practice", minutes).await;
        session_of(&server, school.district, host, activity, -days, capacity).await
    };
    let same = new(school.base, 120, 5, None).await;
    let dearer = new(second, 180, 6, None).await;
    let cheap = new(second, 30, 7, None).await;
    let nothing = new(plain, 120, 8, None).await;
    let full = new(second, 120, 9, Some(1)).await;
    let far = new(second, 120, 200, None).await;
    let other = school.pupils[1].0;
    let register = async |session: Uuid, pupil: Uuid| {
        let body = json!({ "persons": [{ "person_id": pupil }] });
        let path = format!("/api/v1/sessions/{session}/participations");
        let answer = school.teacher.post_json(&path, &body).await.expect(200);
        assert_eq!(answer["outcomes"][0]["outcome"], "registered", "{answer}");
    };
    register(full, other).await;

    let path = format!("/api/v1/persons/{pupil}/next?lang=en");
    let next = school.teacher.get(&path).await.expect(200);
    assert_eq!([&next["total"], &next["total_with_planned"]], [&json!("2"), &json!("2")]);
    // 2 of the base's 3 are there; a base without designation gives nothing, and says why.
    let gain = |session| offer(&next, session)["gain"].clone();
    assert_eq!([gain(same), gain(dearer), gain(cheap), gain(nothing)], ["1", "3", "0.5", "0"].map(|g| json!(g)));
    assert_eq!([&offer(&next, same)["raw"], &offer(&next, same)["status"]], [&json!("2"), &json!("counted")]);
    assert_eq!(offer(&next, nothing)["status"], "refused");
    assert!(offer(&next, nothing)["reasons"][0]["text"].as_str().is_some_and(|t| !t.is_empty()));
    assert!(!offered(&next, full) && !offered(&next, far) && !offered(&next, done), "{next}");
    assert!(offered(&school.teacher.get(&format!("{path}&days=366")).await.expect(200), far));
    let order: Vec<&Value> = next["offers"].as_array().expect("offers").iter().map(|o| &o["session_id"]).collect();
    assert_eq!(order, [dearer, same, cheap, nothing].map(|s| json!(s)).iter().collect::<Vec<_>>());
    let way = &next["ways"][0];
    assert_eq!(
        [&way["requirement"], &way["sessions"], &way["reached"], &way["proven"], &way["least"]],
        [&json!("four"), &json!([dearer]), &json!(true), &json!(true), &json!(1)]
    );

    // Registered, it is planned and offered no more; what is planned counts before what is offered.
    register(dearer, pupil).await;
    let planned = school.teacher.get(&path).await.expect(200);
    assert_eq!([&planned["total"], &planned["total_with_planned"]], [&json!("2"), &json!("5")]);
    assert_eq!(
        [&planned["planned"][0]["session_id"], &planned["planned"][0]["counted"]],
        [&json!(dearer), &json!("3")]
    );
    assert!(!offered(&planned, dearer));
    assert_eq!(offer(&planned, cheap)["gain"], "0", "the second base has given its 3");
    // Whose room it is, the reason says by the participation, which has a title beside it.
    let reason = offer(&planned, cheap)["reasons"].as_array().expect("reasons").last().expect("one").clone();
    let participation = planned["planned"][0]["participation_id"].as_str().expect("an id");
    assert!(reason["text"].as_str().is_some_and(|text| text.contains(participation)), "{reason}");
    assert_eq!(planned["titles"]["levels"]["stars"]["two"]["title_en"], "Two stars");
    assert_eq!(planned["ways"], json!([]), "the requirement and the highest level are there: {planned}");

    // Done, it brings what it said.
    server.advance(TimeDelta::days(7));
    let teacher = server.sign_in(&school.teacher.login, PASSWORD).await;
    let host = server.sign_in(&second_host.login, PASSWORD).await;
    let confirm = format!("/api/v1/sessions/{dearer}/confirmation");
    host.post_json(&confirm, &json!({ "all": true })).await.expect(200);
    let sheet = teacher.get(&format!("/api/v1/persons/{pupil}/score")).await.expect(200);
    assert_eq!(sheet["total"], planned["total_with_planned"]);
    holds(&server).await;
}

#[tokio::test]
async fn what_other_districts_of_the_city_offer_is_on_offer_too() {
    let server = Server::start().await;
    let (school, near) = (School::new(&server, 1).await, School::new(&server, 1).await);
    school.adopt(POLICY).await;
    near.adopt(POLICY).await;
    // Another city's, and one there that has an agreement with the school.
    let far = School::new(&server, 1).await;
    let tied = server.organization(far.district, "museum", "远方科技馆").await;
    designate(&server, tied, "2020-01-01").await;
    let (city, agreement) = (server.state().new_id(), server.state().new_id());
    let write = async |sql: &'static str, one: Uuid, other: Uuid| {
        sqlx::query(sql).bind(one).bind(other).execute(server.pool()).await.expect("written");
    };
    write(
        "INSERT INTO authority (id, parent_id, level, code, name_zh, created_at)
         SELECT $1, parent_id, 'city', 'OTHER', '另一市', now() FROM authority WHERE id = $2",
        city,
        server.city(),
    )
    .await;
    write("UPDATE authority SET parent_id = $1 WHERE id = $2", city, far.district).await;
    write(
        "INSERT INTO agreement (id, kind, title_zh, proposer_id, first_day, last_day, state, standing, offered_at,
                                created_by, created_at, updated_at)
         SELECT $1, 'framework', '合作', $2, current_date - 9, current_date + 9, 'signed', '{}', now(), $1, now(), now()",
        agreement,
        tied,
    )
    .await;
    let party = "INSERT INTO agreement_party (agreement_id, organization_id, position)
                 SELECT $1, $2, count(*) FROM agreement_party WHERE agreement_id = $1";
    write(party, agreement, tied).await;
    write(party, agreement, school.school).await;
    let new = async |of: &School, host: Uuid, days: i64| {
        let activity = activity(&server, of.district, host, "practice", 60).await;
        session_of(&server, of.district, host, activity, -days, None).await
    };
    let (here, there) = (new(&school, school.base, 5).await, new(&near, near.base, 4).await);
    let (beyond, with_us, later) = (new(&far, far.base, 3).await, new(&far, tied, 6).await, new(&far, tied, 20).await);

    let path = format!("/api/v1/persons/{}/next", school.pupils[0].0);
    let next = school.teacher.get(&path).await.expect(200);
    let district: String = sqlx::query_scalar("SELECT name_zh FROM district WHERE id = $1")
        .bind(near.district)
        .fetch_one(server.pool())
        .await
        .expect("a name");
    assert_eq!([&offer(&next, there)["elsewhere_zh"], &offer(&next, there)["gain"]], [&json!(district), &json!("1")]);
    assert_eq!(offer(&next, here)["elsewhere_zh"], Value::Null);
    assert_eq!(offer(&next, with_us)["gain"], "1");
    assert!(!offered(&next, beyond), "of another city, and nothing ties them");
    assert!(!offered(&next, later), "the agreement is over by then");
}
