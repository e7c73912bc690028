//! Settlement with hosts: the published example, tariffs through the years, who sees what, and the files.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kepu_api::verify;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{
    Server,
    school::{School, activity, session_of},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::{POLICY, Town};

const PATH: &str = "/api/v1/reports/ready/settlement";

/// A cell by the words of its section and column.
fn cell<'v>(report: &'v Value, section: &str, row: usize, column: &str) -> &'v Value {
    let section = section_of(report, section);
    let columns = section["columns"].as_array().expect("columns");
    let at = columns.iter().position(|one| one["key"] == column).expect("the column");
    &section["rows"][row]["cells"][at]
}

fn section_of<'v>(report: &'v Value, key: &str) -> &'v Value {
    let sections = report["sections"].as_array().expect("sections");
    sections.iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("no section {key}: {report:#}"))
}

fn total<'v>(report: &'v Value, section: &str, column: &str) -> &'v Value {
    let section = section_of(report, section);
    let columns = section["columns"].as_array().expect("columns");
    let at = columns.iter().position(|one| one["key"] == column).expect("the column");
    &section["totals"][at]
}

fn day(server: &Server, days_ago: i64) -> String {
    let shanghai = chrono::FixedOffset::east_opt(8 * 3600).expect("an offset");
    (server.state().now() - chrono::TimeDelta::days(days_ago) - chrono::TimeDelta::hours(3))
        .with_timezone(&shanghai)
        .date_naive()
        .to_string()
}

async fn tariff(school: &School, body: Value) -> Value {
    school.official.post_json("/api/v1/tariffs", &body).await.expect(201)
}

#[tokio::test]
async fn the_published_example_comes_out_to_the_cent() {
    let server = Server::start().await;
    let school = School::new(&server, 28).await;
    school.adopt(POLICY).await;
    let body = json!({ "host_id": school.base, "yuan": "217", "first_day": day(&server, 60), "note": "合同 1 号" });
    let set = tariff(&school, body).await;
    assert_eq!((&set["yuan"], &set["last_day"]), (&"217.00".into(), &Value::Null));

    let session = school.session(&server, school.base, "practice", 10).await;
    let all: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    let ids = school.record(session, &all).await;
    let before = school.official.get(PATH).await.expect(200);
    assert_eq!(
        (cell(&before, "hosts", 0, "waiting"), cell(&before, "hosts", 0, "amount")),
        (&28.into(), &"0.00".into())
    );

    let away: Vec<Value> = ids[25..].iter().map(|id| json!({ "participation_id": id, "reason": "未到场" })).collect();
    let path = format!("/api/v1/sessions/{session}/confirmation");
    let here: Vec<Value> = ids[..25].iter().map(|id| json!({ "participation_id": id })).collect();
    school.host.post_json(&path, &json!({ "confirm": here, "reject": away })).await.expect(200);

    for client in [&school.official.client, &school.host.client] {
        let report = client.get(PATH).await.expect(200);
        let of = |column| cell(&report, "hosts", 0, column).clone();
        assert_eq!([of("sessions"), of("booked"), of("came")], [json!(1), json!(28), json!(25)], "{report:#}");
        assert_eq!([of("rate"), of("amount")], [json!("217.00"), json!("5425.00")]);
        assert_eq!(section_of(&report, "hosts")["rows"][0]["of"]["id"], school.base.to_string());
        assert_eq!(cell(&report, "sessions", 0, "amount"), "5425.00");
        assert_eq!(section_of(&report, "sessions")["rows"][0]["of"]["id"], session.to_string());
        assert_eq!(cell(&report, "sessions", 0, "day"), &json!(day(&server, 10)));
    }

    // Behind it: each person-time, by name.
    let persons = school.host.get(&format!("{PATH}?host={}&detail=true", school.base)).await.expect(200);
    let rows = section_of(&persons, "persons")["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 25);
    assert!(rows.iter().any(|row| row["cells"][2] == school.pupils[0].1.as_str()));
    assert!(!rows.iter().any(|row| row["cells"][2] == school.pupils[27].1.as_str()));
    school.official.get(&format!("{PATH}?detail=true")).await.expect_problem(422, "invalid");
    let read: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_event WHERE action = 'report.read' AND object_id = 'settlement'",
    )
    .fetch_one(server.pool())
    .await
    .expect("counted");
    assert_eq!(read, 1);

    // The files say the same.
    let csv = school.official.get(&format!("{PATH}?format=csv")).await;
    assert!(csv.text().contains(",28,25,0,0,0,217.00,5425.00,"), "{}", csv.text());
    let lines = school.official.get(&format!("{PATH}?format=csv&section=sessions")).await;
    assert!(lines.text().contains(",28,25,0,0,217.00,5425.00,"), "{}", lines.text());
    let file = school.official.get(&format!("{PATH}?format=xlsx")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes.clone())).expect("a workbook");
    let sheet = book.worksheet_range("按单位").expect("the sheet");
    assert_eq!(sheet.get((1, 8)), Some(&Data::Float(5425.0)));
    let mut parts = zip::ZipArchive::new(Cursor::new(file.bytes.clone())).expect("a package");
    assert!(parts.by_name("xl/charts/chart1.xml").is_ok(), "the amounts are drawn");
    let paper = school.official.get(&format!("{PATH}?format=pdf")).await;
    assert_eq!(paper.status, 200, "{}", paper.text());
    assert!(paper.bytes.starts_with(b"%PDF-"));
    assert_eq!(verify::database_holds(server.state().db()).await.expect("verified").broken, []);
}

/// What is due by host, in fen, by a recount that knows nothing of the service: from the steps of participations.
async fn recount(server: &Server, district: Uuid) -> Vec<(Uuid, i64, i64, i64, i64)> {
    sqlx::query_as(
        "WITH last AS (
             SELECT DISTINCT ON (participation_id) participation_id, to_state FROM participation_event
             WHERE district_id = $1 ORDER BY participation_id, at DESC, id DESC
         ), one AS (
             SELECT s.host_id, s.id, s.activity_id, (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day, l.to_state
             FROM last l JOIN participation p ON p.id = l.participation_id JOIN session s ON s.id = p.session_id
             WHERE s.status <> 'cancelled' AND l.to_state NOT IN ('withdrawn', 'waitlisted')
         )
         SELECT host_id, count(DISTINCT id), count(*), count(*) FILTER (WHERE to_state = 'confirmed'),
                coalesce(sum((SELECT t.fen FROM tariff t
                              WHERE t.district_id = $1 AND t.host_id = one.host_id AND t.withdrawn_at IS NULL
                                AND (t.activity_id = one.activity_id OR t.activity_id IS NULL)
                                AND t.first_day <= day AND day <= coalesce(t.last_day, 'infinity')
                              ORDER BY t.activity_id NULLS LAST LIMIT 1)) FILTER (WHERE to_state = 'confirmed'), 0)::bigint
         FROM one GROUP BY host_id ORDER BY host_id",
    )
    .bind(district)
    .fetch_all(server.pool())
    .await
    .expect("recounted")
}

#[tokio::test]
async fn tariffs_change_on_their_day_and_an_activity_may_have_its_own() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let own = activity(&server, s.district, s.base, "practice", 120).await;
    let session = session_of(&server, s.district, s.base, own, 8, None).await;
    s.record(session, &[s.pupils[0].0, s.pupils[1].0]).await;
    s.confirm_all(session).await;

    let set = async |yuan: &str, from: i64, to: Option<i64>, activity: Option<Uuid>| {
        let last = to.map(|to| day(&server, to));
        let body = json!({ "host_id": s.base, "activity_id": activity, "yuan": yuan, "first_day": day(&server, from),
                           "last_day": last });
        s.official.post_json("/api/v1/tariffs", &body).await
    };
    set("10.50", 100, None, None).await.expect(201);
    // From that day on another one: the first is cut to the day before.
    set("20", 18, None, None).await.expect(201);
    let listed = s.official.get("/api/v1/tariffs").await.expect(200);
    let items = listed["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "{listed:#}");
    assert_eq!((&items[0]["yuan"], &items[0]["last_day"]), (&"20.00".into(), &Value::Null));
    assert_eq!((&items[1]["yuan"], &items[1]["last_day"]), (&"10.50".into(), &json!(day(&server, 19))));
    set("300.01", 9, Some(7), Some(own)).await.expect(201);
    set("1", 30, Some(20), None).await.expect_problem(409, "tariff_overlaps");
    for (yuan, field) in [("-1", "yuan"), ("1.005", "yuan"), ("", "yuan"), ("100001", "yuan")] {
        let answer = set(yuan, 200, Some(199), None).await.expect(422);
        assert_eq!(answer["errors"][0]["field"], field);
    }
    set("1", 7, Some(9), None).await.expect_problem(422, "invalid");
    let elsewhere = activity(&server, s.district, town.other_base, "practice", 60).await;
    set("1", 300, Some(299), Some(elsewhere)).await.expect_problem(422, "invalid");

    let check = async |about: &str| {
        let report = s.official.get(PATH).await.expect(200);
        let mine = recount(&server, s.district).await;
        let rows = section_of(&report, "hosts")["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), mine.len(), "{about}: {report:#}");
        let mut sum = 0;
        for (host, sessions, booked, came, fen) in mine {
            let at = rows.iter().position(|row| row["of"]["id"] == host.to_string()).expect("the host");
            let of = |column| cell(&report, "hosts", at, column).clone();
            let yuan = format!("{}.{:02}", fen / 100, fen % 100);
            assert_eq!(
                [of("sessions"), of("booked"), of("came"), of("amount")],
                [json!(sessions), json!(booked), json!(came), json!(yuan)],
                "{about}: {report:#}"
            );
            sum += fen;
        }
        assert_eq!(total(&report, "hosts", "amount"), &json!(format!("{}.{:02}", sum / 100, sum % 100)));
        assert_eq!(total(&report, "hosts", "amount"), total(&report, "sessions", "amount"));
        report
    };
    let report = check("three tariffs").await;
    // 40 and 20 days ago 9 at 10.50, since then 1 and 6 at 20, the own one 2 at 300.01; the other base has none.
    let base = section_of(&report, "hosts")["rows"].as_array().expect("rows");
    let at = base.iter().position(|row| row["of"]["id"] == s.base.to_string()).expect("the base");
    assert_eq!(cell(&report, "hosts", at, "amount"), "834.52");
    assert_eq!(cell(&report, "hosts", at, "rate"), &Value::Null, "several tariffs are not one");
    assert_eq!(cell(&report, "hosts", 1 - at, "unpriced"), 3);

    // A tariff that is withdrawn counts no more; as of before, it does.
    let moment = report["as_of"].as_str().expect("a moment").to_owned();
    server.advance(chrono::TimeDelta::seconds(5));
    let id = items[0]["id"].as_str().expect("an id");
    s.official.delete(&format!("/api/v1/tariffs/{id}")).await.expect(204);
    s.official.delete(&format!("/api/v1/tariffs/{id}")).await.expect(204);
    let after = check("one withdrawn").await;
    assert_ne!(total(&after, "hosts", "amount"), total(&report, "hosts", "amount"));
    let then = s.official.get(&format!("{PATH}?as_of={moment}")).await.expect(200);
    assert_eq!(then["sections"], report["sections"]);
}

#[tokio::test]
async fn a_rate_at_which_nobody_was_paid_for_is_not_told() {
    let server = Server::start().await;
    let school = School::new(&server, 4).await;
    school.adopt(POLICY).await;
    let set = async |yuan: &str, from: i64| {
        tariff(&school, json!({ "host_id": school.base, "yuan": yuan, "first_day": day(&server, from) })).await
    };
    set("10", 60).await;
    set("20", 15).await;
    let held = async |days: i64, come: bool| {
        let session = school.session(&server, school.base, "practice", days).await;
        let ids = school.record(session, &[school.pupils[0].0, school.pupils[1].0]).await;
        let away: Vec<Value> = ids.iter().map(|id| json!({ "participation_id": id, "reason": "未到场" })).collect();
        let body = if come { json!({ "all": true }) } else { json!({ "reject": away }) };
        school.host.post_json(&format!("/api/v1/sessions/{session}/confirmation"), &body).await.expect(200);
    };
    let told = async || {
        let report = school.official.get(PATH).await.expect(200);
        ["booked", "came", "rate", "amount"].map(|column| cell(&report, "hosts", 0, column).clone())
    };
    held(10, false).await;
    assert_eq!(told().await, [json!(2), json!(0), Value::Null, json!("0.00")], "nobody came");
    held(30, true).await;
    assert_eq!(told().await, [json!(4), json!(2), json!("10.00"), json!("20.00")], "those who came cost 10 each");
    held(5, true).await;
    assert_eq!(told().await, [json!(6), json!(4), Value::Null, json!("60.00")], "at two rates");
}

#[tokio::test]
async fn a_base_sees_its_own_and_only_the_district_sets_tariffs() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let s = &town.first;
    let district = s.district;
    let body = json!({ "host_id": s.base, "yuan": "9", "first_day": "2026-01-01" });
    let set = tariff(s, body.clone()).await;
    let stranger = School::new(&server, 1).await;
    let auditor = server.account(Role::Auditor, GrantScope::District { district }).await;
    let admin = server.account(Role::BaseAdmin, GrantScope::Organization { district, organization: s.base }).await;
    let one = format!("{PATH}?host={}", s.base);
    let tariffs = format!("/api/v1/tariffs?host={}", s.base);
    let withdrawal = format!("/api/v1/tariffs/{}", set["id"].as_str().expect("an id"));
    // all hosts, this base, its tariffs, setting one
    let rows = [
        ("official", &s.official.client, [200, 200, 200, 409]),
        ("auditor", &auditor.client, [200, 200, 200, 403]),
        ("base_staff", &s.host.client, [200, 200, 200, 403]),
        ("base_admin", &admin.client, [200, 200, 200, 403]),
        ("other base", &town.other_host.client, [200, 403, 403, 403]),
        // A school may host, too; it sees what is due to itself: nothing here.
        ("teacher", &s.teacher.client, [200, 403, 403, 403]),
        ("another district", &stranger.official.client, [404, 404, 404, 404]),
        ("nobody", &server.anonymous(), [401, 401, 401, 401]),
    ];
    for (who, client, expected) in rows {
        let client = client.clone().for_district(district);
        let found = [
            client.get(PATH).await.status,
            client.get(&one).await.status,
            client.get(&tariffs).await.status,
            client.post_json("/api/v1/tariffs", &body).await.status,
        ];
        assert_eq!(found, expected, "{who}");
        if who != "official" {
            assert!(client.delete(&withdrawal).await.status >= 401, "{who}");
        }
    }
    let own = town.other_host.get(PATH).await.expect(200);
    assert_eq!(section_of(&own, "hosts")["rows"].as_array().map(Vec::len), Some(1));
    assert_eq!(section_of(&own, "hosts")["rows"][0]["of"]["id"], town.other_base.to_string());
    let none = s.teacher.get(PATH).await.expect(200);
    assert_eq!(section_of(&none, "hosts")["rows"], json!([]));
    s.official.get(&format!("{PATH}?school={}", s.school)).await.expect_problem(422, "invalid");
    s.official.get("/api/v1/reports/ready/nonsense").await.expect(404);
    s.official.get(&format!("{PATH}?format=csv&section=nothing")).await.expect_problem(422, "invalid");
}
