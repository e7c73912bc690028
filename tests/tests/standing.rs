//! Scores stand as of a day: what "this school year" means turns with the calendar, not with a person's next record.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use kepu_api::{credits, verify};
use kepu_tests::school::School;
use kepu_tests::{Account, PASSWORD, Server};
use serde_json::{Value, json};
use uuid::Uuid;

/// Two credits a school year are asked for, and two at all.
const POLICY: &str = "
kepu: 1
id: yearly
version: '1'
title: { zh: 每学年, en: Yearly }
select:
  - { id: designated, require: { host_designation: base } }
rules:
  - { id: by-the-hour, credit: { per_hour: 1 } }
measures:
  - { id: this-year, sum: credits, period: { of: school_year, take: current } }
requirements:
  - { id: this-year, when: { measure: this-year, at_least: 2 } }
  - { id: ever, when: { measure: total, at_least: 2 } }
ladders:
  - { id: year, measure: this-year, levels: [ { id: active, at_least: 2 } ] }
";

async fn holds(server: &Server) {
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
    assert_eq!(verified.waiting, 0, "a score waits to be computed anew");
}

async fn stand_anew(server: &Server) -> usize {
    credits::stand_anew(server.state()).await.expect("scored")
}

/// Moves the clock to this moment, and signs in anew those whose tokens are too old by then.
async fn go_to(server: &Server, moment: &str, accounts: &mut [&mut Account]) {
    let moment: DateTime<Utc> = moment.parse::<DateTime<chrono::FixedOffset>>().expect("a moment").to_utc();
    let now = server.state().now();
    assert!(moment > now, "time goes forward");
    server.advance(moment - now);
    for account in accounts {
        account.client = server.sign_in(&account.login, PASSWORD).await;
    }
}

async fn days(server: &Server) -> Vec<(NaiveDate, i64)> {
    sqlx::query_as("SELECT stands_on, count(*) FROM score GROUP BY stands_on ORDER BY stands_on")
        .fetch_all(server.pool())
        .await
        .expect("read")
}

async fn count(server: &Server, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(server.pool()).await.expect("counted")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// How many meet and how many miss each requirement, as the dashboard says and as the report says.
async fn requirement(school: &School, id: &str) -> (i64, i64) {
    let overview = school.official.get("/api/v1/reports/overview").await.expect(200);
    let report = school.official.get("/api/v1/reports/credits").await.expect(200);
    let of = |whole: &Value| {
        let all = whole["requirements"].as_array().cloned().unwrap_or_default();
        let one = all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no {id} in {whole}"));
        (one["met"].as_i64().expect("a count"), one["short"].as_i64().expect("a count"))
    };
    assert_eq!(of(&overview), of(&report), "{id}");
    of(&overview)
}

fn outcome<'a>(sheet: &'a Value, id: &str) -> &'a Value {
    let all = sheet["requirements"].as_array().expect("requirements");
    all.iter().find(|r| r["id"] == id).unwrap_or_else(|| panic!("no {id} in {sheet}"))
}

#[tokio::test]
async fn a_new_school_year_asks_anew() {
    let server = Server::start().await;
    server.advance(day("2027-08-20").and_hms_opt(2, 0, 0).expect("a time").and_utc() - server.state().now());
    let mut school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let session = school.session(&server, school.base, "practice", 5).await;
    school.record(session, &pupils[..2]).await;
    school.confirm_all(session).await;
    assert_eq!((requirement(&school, "this-year").await, requirement(&school, "ever").await), ((2, 1), (2, 1)));
    assert_eq!(days(&server).await, [(day("2027-08-20"), 3)]);
    assert_eq!(stand_anew(&server).await, 0);
    holds(&server).await;

    // The last hour of the school year: another day, and nothing is touched.
    go_to(&server, "2027-08-31T23:00:00+08:00", &mut [&mut school.official]).await;
    assert_eq!(stand_anew(&server).await, 0);
    assert_eq!(days(&server).await, [(day("2027-08-20"), 3)], "what stands on in the same periods is left alone");
    assert_eq!(requirement(&school, "this-year").await, (2, 1));
    holds(&server).await;

    // In UTC it is still August.
    go_to(&server, "2027-09-01T01:00:00+08:00", &mut [&mut school.official, &mut school.teacher]).await;
    holds(&server).await;
    let sheet = school.score(pupils[0]).await;
    let year = outcome(&sheet, "this-year");
    assert_eq!([&year["met"], &year["shortfall"]], [&json!(false), &json!("2")], "read alone, it is of today");
    assert_eq!([&outcome(&sheet, "ever")["met"], &sheet["levels"]["year"]], [&json!(true), &Value::Null]);
    let path = format!("/api/v1/persons/{}/score?as_of=2027-08-31", pupils[0]);
    let then = school.teacher.get(&path).await.expect(200);
    assert_eq!([&outcome(&then, "this-year")["met"], &then["levels"]["year"]], [&json!(true), &json!("active")]);

    let entries = count(&server, "SELECT count(*) FROM ledger_entry").await;
    assert_eq!(stand_anew(&server).await, 3);
    assert_eq!((requirement(&school, "this-year").await, requirement(&school, "ever").await), ((0, 3), (2, 1)));
    assert_eq!(days(&server).await, [(day("2027-09-01"), 3)]);
    assert_eq!(count(&server, "SELECT count(*) FROM ledger_entry").await, entries, "no credit changes");
    assert_eq!(count(&server, "SELECT count(*) FROM audit_event WHERE action = 'score.renew'").await, 1);
    let list = school.teacher.get(&format!("/api/v1/scores?class={}", school.class)).await.expect(200);
    assert!(list["items"].as_array().expect("items").iter().all(|item| outcome(item, "this-year")["met"] == false));
    holds(&server).await;
    assert_eq!(stand_anew(&server).await, 0, "once is enough");

    // Who takes part in the new year meets it; who has no record in it falls short.
    go_to(&server, "2027-09-06T10:00:00+08:00", &mut [&mut school.official, &mut school.teacher, &mut school.host])
        .await;
    let session = school.session(&server, school.base, "practice", 1).await;
    school.record(session, &pupils[..1]).await;
    school.confirm_all(session).await;
    assert_eq!((requirement(&school, "this-year").await, requirement(&school, "ever").await), ((1, 2), (2, 1)));
    assert_eq!(days(&server).await, [(day("2027-09-01"), 2), (day("2027-09-06"), 1)]);
    holds(&server).await;

    // What is stored otherwise than the engine says on that day is found.
    sqlx::query("UPDATE score SET stands_on = '2027-08-31' WHERE person_id = $1")
        .bind(pupils[1])
        .execute(server.pool())
        .await
        .expect("set");
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    let found: Vec<&str> = verified.broken.iter().map(|broken| broken.invariant).collect();
    assert_eq!(found, ["each person stands where the engine says on the day of the score"]);
}

#[tokio::test]
async fn a_birthday_and_an_enrolment_turn_those_whom_they_concern() {
    let policy = POLICY.replace(
        "requirements:",
        "requirements:
  - { id: thirteen, for: { age: { from: 13 } }, when: { measure: total, at_least: 1 } }
  - { id: fifth, for: { grade: 5 }, when: { measure: total, at_least: 1 } }",
    );
    let policy =
        policy.replace("period: { of: school_year, take: current }", "period: { of: school_year, take: best }");
    let server = Server::start().await;
    server.advance(day("2027-04-20").and_hms_opt(2, 0, 0).expect("a time").and_utc() - server.state().now());
    let mut school = School::of_grade(&server, 4, 3).await;
    school.adopt(&policy).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    sqlx::query("UPDATE person SET birth_date = '2015-05-01' WHERE id = $1")
        .bind(pupils[2])
        .execute(server.pool())
        .await
        .expect("set");
    let applies = async |id: &str| -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM score, jsonb_to_recordset(requirements) AS r (id text) WHERE r.id = $1",
        )
        .bind(id)
        .fetch_one(server.pool())
        .await
        .expect("counted")
    };
    assert_eq!((applies("thirteen").await, applies("fifth").await), (0, 0));

    go_to(&server, "2027-05-01T00:30:00+08:00", &mut [&mut school.official]).await;
    assert_eq!(stand_anew(&server).await, 3, "thirteen and twelve today");
    assert_eq!((applies("thirteen").await, applies("fifth").await), (2, 0));
    assert_eq!(days(&server).await, [(day("2027-05-01"), 3)]);
    holds(&server).await;
    go_to(&server, "2027-08-20T08:00:00+08:00", &mut [&mut school.official]).await;
    assert_eq!(stand_anew(&server).await, 0);

    // Going up is entered beforehand: the old grade holds until the day, and a new pupil is scored too.
    let body = json!({ "from_school_year": 2026, "effective_on": "2027-09-01" });
    school.official.post_json("/api/v1/classes/promote", &body).await.expect(200);
    sqlx::query(
        "INSERT INTO person (district_id, id, kind, number, name, created_at, updated_at)
         VALUES ($1, gen_random_uuid(), 'student', 'NEW', '新生', now(), now())",
    )
    .bind(school.district)
    .execute(server.pool())
    .await
    .expect("a new pupil");
    let behind = "SELECT count(*) FROM person p JOIN score s ON s.person_id = p.id WHERE s.person_version <> p.version";
    for _ in 0..200 {
        if count(&server, behind).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stand_anew(&server).await;
    assert_eq!(applies("fifth").await, 0);
    assert_eq!(days(&server).await, [(day("2027-08-20"), 4)]);
    holds(&server).await;
    go_to(&server, "2027-09-01T00:00:01+08:00", &mut []).await;
    assert_eq!(stand_anew(&server).await, 3, "all but the one in no class");
    assert_eq!(applies("fifth").await, 3);
    holds(&server).await;
}

#[tokio::test]
async fn a_missed_day_and_an_interrupted_change_are_made_up_for_at_the_start() {
    let server = Server::start().await;
    let east = School::new(&server, 1).await;
    let west = School::new(&server, 2).await;
    east.adopt(POLICY).await;
    west.adopt(POLICY).await;
    let session = east.session(&server, east.base, "practice", 1).await;
    let guest = west.pupils[0].0;
    west.record(session, &[guest]).await;
    let client = east.host.client.clone().for_district(west.district);
    let path = format!("/api/v1/sessions/{session}/confirmation");
    let confirmed = client.post_json(&path, &json!({ "all": true })).await.expect(200);
    assert_eq!(confirmed["confirmed"], 1, "{confirmed}");
    assert_eq!(west.score(guest).await["total"], "2");
    holds(&server).await;

    // Ended long ago, as it turns out: the base's own district follows at once, the guests' after it.
    let list = east.official.get(&format!("/api/v1/organizations/{}/designations", east.base)).await.expect(200);
    let designation = list["items"].as_array().or(list.as_array()).and_then(|all| all.first()).expect("one").clone();
    let id = designation["id"].as_str().expect("an id");
    let official = east.official.client.clone().with_header("If-Match", "\"1\"");
    let body = json!({ "last_day": "2025-01-01", "reason": "未通过复核" });
    official.post_json(&format!("/api/v1/designations/{id}/end"), &body).await.expect(200);
    for _ in 0..200 {
        if count(&server, "SELECT count(*) FROM guest_rescore").await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(count(&server, "SELECT count(*) FROM guest_rescore").await, 0);
    let sheet = west.score(guest).await;
    assert_eq!(sheet["total"], "0", "{sheet}");
    holds(&server).await;

    // The service was stopped after a change was committed and before the guests were done; and for years of days.
    sqlx::query("UPDATE designation SET valid_to = NULL").execute(server.pool()).await.expect("set");
    sqlx::query(
        "INSERT INTO guest_rescore (id, host_id, districts, account_id, asked_at)
         VALUES (gen_random_uuid(), $1, ARRAY[$2, $3], $4, now())",
    )
    .bind(east.base)
    .bind(east.district)
    .bind(west.district)
    .bind(east.official.id)
    .execute(server.pool())
    .await
    .expect("marked");
    sqlx::query("UPDATE score SET stands_on = stands_on - 800").execute(server.pool()).await.expect("set");
    let mut again = Server::over(server.database_url()).await;
    let left =
        "SELECT (SELECT count(*) FROM guest_rescore) + (SELECT count(*) FROM score WHERE stands_on < current_date - 2)";
    for _ in 0..600 {
        if count(&server, left).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(count(&server, left).await, 0);
    assert_eq!(west.score(guest).await["total"], "2");
    let booked: Vec<(i64, String)> =
        sqlx::query_as("SELECT amount, cause FROM ledger_entry WHERE person_id = $1 ORDER BY id")
            .bind(guest)
            .fetch_all(server.pool())
            .await
            .expect("read");
    let entry = |amount, cause: &str| (amount, cause.to_owned());
    assert_eq!(booked, [entry(2000, "confirmed"), entry(-2000, "designation"), entry(2000, "designation")]);
    // Of this school year, but where one begins between the session and today.
    let starts: DateTime<Utc> = sqlx::query_scalar("SELECT starts_at FROM session WHERE id = $1")
        .bind(session)
        .fetch_one(server.pool())
        .await
        .expect("a session");
    let year = |moment: DateTime<Utc>| {
        let day = (moment + TimeDelta::hours(8)).date_naive();
        if day.month() < 9 { day.year() - 1 } else { day.year() }
    };
    let this_year = year(starts) == year(server.state().now());
    assert_eq!(outcome(&west.score(guest).await, "this-year")["met"], this_year);
    holds(&server).await;
    again.stop().await.expect("stopped");
}

#[tokio::test]
async fn what_the_roster_corrects_is_booked_as_such() {
    let policy = POLICY.replace("rules:", "eligible: { age: { from: 12 } }\nrules:");
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    school.adopt(&policy).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|p| p.0).collect();
    let session = school.session(&server, school.base, "practice", 1).await;
    school.record(session, &pupils).await;
    school.confirm_all(session).await;
    assert_eq!(school.score(pupils[0]).await["total"], "2");
    // As a roster import does: another day of birth, another version of the row.
    sqlx::query("UPDATE person SET birth_date = '2020-05-01', version = version + 1 WHERE id = $1")
        .bind(pupils[0])
        .execute(server.pool())
        .await
        .expect("set");
    assert_eq!(stand_anew(&server).await, 1, "nobody else");
    let booked: Vec<(i64, String)> =
        sqlx::query_as("SELECT amount, cause FROM ledger_entry WHERE person_id = $1 ORDER BY id")
            .bind(pupils[0])
            .fetch_all(server.pool())
            .await
            .expect("read");
    assert_eq!(booked, [(2000, "confirmed".to_owned()), (-2000, "person".to_owned())]);
    assert_eq!(requirement(&school, "ever").await, (1, 0), "the one who may not earn is not asked");
    holds(&server).await;
}

#[tokio::test]
async fn many_are_computed_anew_batch_by_batch_and_a_stop_leaves_the_rest() {
    let server = Server::start().await;
    let school = School::new(&server, 1100).await;
    school.adopt(POLICY).await;
    sqlx::query("UPDATE score SET stands_on = stands_on - 800").execute(server.pool()).await.expect("set");
    assert_eq!(stand_anew(&server).await, 1100);
    assert_eq!(count(&server, "SELECT count(*) FROM audit_event WHERE action = 'score.renew'").await, 3);
    assert_eq!(count(&server, "SELECT count(*) FROM score WHERE version = 2").await, 1100);

    // As after a stop between two batches: those that were done are not touched again.
    sqlx::query("UPDATE score SET stands_on = stands_on - 800 WHERE person_id = ANY($1)")
        .bind(school.pupils.iter().skip(500).map(|p| p.0).collect::<Vec<_>>())
        .execute(server.pool())
        .await
        .expect("set");
    assert_eq!(stand_anew(&server).await, 600);
    assert_eq!(count(&server, "SELECT count(*) FROM score WHERE version = 2").await, 500);
    holds(&server).await;

    // Two services at once: nobody is done twice.
    sqlx::query("UPDATE score SET stands_on = stands_on - 800").execute(server.pool()).await.expect("set");
    let (one, other) = tokio::join!(stand_anew(&server), stand_anew(&server));
    assert_eq!(one + other, 1100);
    holds(&server).await;
}
