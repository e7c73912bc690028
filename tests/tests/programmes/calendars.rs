//! Calendars, read by another parser than the one that wrote them.

use calcard::icalendar::{ICalendar, ICalendarComponentType};
use chrono::Datelike;
use kepu_domain::role::{GrantScope, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{City, id, of_theme, step};

/// Its events as the lines that a calendar program reads: name with parameters, and value.
fn parse(text: &str) -> ICalendar {
    let calendar = ICalendar::parse(text).unwrap_or_else(|error| panic!("no calendar: {error:?}\n{text}"));
    let kinds: Vec<_> = calendar.components.iter().map(|one| one.component_type.clone()).collect();
    assert_eq!(kinds.first(), Some(&ICalendarComponentType::VCalendar));
    assert!(kinds.contains(&ICalendarComponentType::VTimezone), "{kinds:?}");
    calendar
}

fn events(text: &str) -> usize {
    parse(text).components.iter().filter(|one| one.component_type == ICalendarComponentType::VEvent).count()
}

/// The lines of each event, unfolded.
fn lines(text: &str) -> Vec<Vec<String>> {
    let unfolded = text.replace("\r\n ", "");
    let mut all = Vec::new();
    for event in unfolded.split("BEGIN:VEVENT\r\n").skip(1) {
        let event = event.split("END:VEVENT").next().unwrap_or("");
        all.push(event.lines().map(str::to_owned).collect());
    }
    all
}

fn line<'l>(event: &'l [String], name: &str) -> &'l str {
    event.iter().find(|line| line.starts_with(name)).map_or("", String::as_str)
}

async fn cancel(city: &City, museum: usize, session: &str) {
    let client = &city.museums[museum].account;
    let request = client.request(Method::POST, &format!("/api/v1/sessions/{session}/cancel"));
    let request = request.header("If-Match", "\"1\"").json(&json!({ "reason": "场馆检修" }));
    client.send(request).await.expect(200);
}

#[tokio::test]
async fn an_edition_is_a_calendar_that_another_parser_reads() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let body = city.launch(&city.hosts(), 1, &[6, 13]);
    let launched = city.official.post_json(&format!("{}/launch", of_theme(&theme)), &body).await.expect(200);
    let path = format!("/api/v1/public/editions/{}/calendar.ics", id(&edition));
    let nobody = city.server.anonymous();
    let first = nobody.get(&path).await;
    assert_eq!((first.status, first.header("content-type")), (200, "text/calendar; charset=utf-8"));
    let (text, etag) = (first.text(), first.header("etag").to_owned());
    assert!(!first.header("last-modified").is_empty());
    assert_eq!(events(&text), 7, "{text}");
    let month = lines(&text).into_iter().find(|event| line(event, "UID").contains("theme-")).expect("a theme");
    assert_eq!(line(&month, "DTSTART"), format!("DTSTART;VALUE=DATE:{}", city.month(1).format("%Y%m%d")));
    assert_eq!(line(&month, "SUMMARY"), "SUMMARY:筑梦航天");

    let session = launched["items"][0]["session_ids"][0].as_str().expect("an id");
    let uid = format!("UID:session-{session}@kepu");
    let find = |text: &str| {
        lines(text).into_iter().find(|event| line(event, "UID") == uid).unwrap_or_else(|| panic!("{uid}\n{text}"))
    };
    let event = find(&text);
    let ten = city.ten(1, 6) + chrono::TimeDelta::hours(8);
    assert_eq!(line(&event, "DTSTART"), format!("DTSTART;TZID=Asia/Shanghai:{}", ten.format("%Y%m%dT%H%M%S")));
    assert_eq!((line(&event, "SEQUENCE"), line(&event, "STATUS")), ("SEQUENCE:0", "STATUS:CONFIRMED"));
    assert_eq!(line(&event, "LOCATION"), "LOCATION:一楼 · 东区科技馆");

    // As it is known, it is not sent again; what changes has the same UID and a later sequence.
    let again = async |etag: &str| nobody.send(nobody.request(Method::GET, &path).header("If-None-Match", etag)).await;
    assert_eq!(again(&etag).await.status, 304);
    cancel(&city, 0, session).await;
    let changed = again(&etag).await;
    assert_eq!(changed.status, 200);
    let text = changed.text();
    assert_eq!(events(&text), 7);
    let event = find(&text);
    assert_eq!((line(&event, "SEQUENCE"), line(&event, "STATUS")), ("SEQUENCE:1", "STATUS:CANCELLED"));
    assert_eq!(line(&event, "DESCRIPTION"), "DESCRIPTION:场馆检修");

    // The programme's own calendar goes through the years, and says nothing of a draft.
    let programme = edition["programme_id"].as_str().expect("an id");
    let whole = format!("/api/v1/public/programmes/{programme}/calendar.ics");
    let told = nobody.get(&whole).await;
    assert_eq!((told.status, events(&told.text())), (200, 7));
    let next = city.month(1).year() + 1;
    let (first, last) = (format!("{next}-01-01"), format!("{next}-12-31"));
    let draft = json!({ "year": next, "title_zh": "明年", "first_day": first, "last_day": last });
    let draft = city.official.post_json(&format!("/api/v1/programmes/{programme}/editions"), &draft).await.expect(201);
    let themes = format!("/api/v1/editions/{}/themes", id(&draft));
    let january = json!({ "month": format!("{next}-01-01"), "title_zh": "开年" });
    city.official.post_json(&themes, &january).await.expect(201);
    assert_eq!(events(&nobody.get(&whole).await.text()), 7);
    step(&city.official, &draft, "publish").await.expect(200);
    assert_eq!(events(&nobody.get(&whole).await.text()), 8);
    nobody.get("/api/v1/public/programmes/00000000-0000-7000-8000-000000000001/calendar.ics").await.expect(404);

    let host = format!("/api/v1/public/organizations/{}/calendar.ics", city.museums[0].id);
    let told = nobody.get(&host).await;
    assert_eq!((told.status, events(&told.text())), (200, 2));
    nobody.get("/api/v1/public/organizations/00000000-0000-7000-8000-000000000001/calendar.ics").await.expect(404);
}

#[tokio::test]
async fn a_family_and_a_school_have_secret_calendars_that_name_nobody() {
    let city = City::new().await;
    let (_, theme) = city.running().await;
    let body = city.launch(&city.hosts(), 1, &[6]);
    let launched = city.official.post_json(&format!("{}/launch", of_theme(&theme)), &body).await.expect(200);
    let session = |museum: usize| launched["items"][museum]["session_ids"][0].as_str().expect("an id").to_owned();
    let (school, pupils) = city.school(city.east, "东区一校", 2).await;
    let register = async |museum: usize, pupil| {
        let path = format!("/api/v1/sessions/{}/participations", session(museum));
        let persons = json!({ "persons": [{ "person_id": pupil }] });
        school.account.post_json(&path, &persons).await.expect(200)
    };
    register(0, pupils[0]).await;
    register(2, pupils[1]).await;
    let person = GrantScope::Person { district: city.east, person: pupils[0] };
    let guardian = city.server.account(Role::Guardian, person.clone()).await;
    let child = city.server.account(Role::Student, person).await;
    let make = async |client: &kepu_tests::Client, body: Value| client.post_json("/api/v1/calendar-links", &body).await;
    let of_child = json!({ "person_id": pupils[0] });
    let link = make(&guardian, of_child.clone()).await.expect(201);
    let path = link["path"].as_str().expect("an address").to_owned();

    // Neither another child's, nor a school's of somebody else.
    make(&guardian, json!({ "person_id": pupils[1] })).await.expect_problem(403, "forbidden");
    make(&guardian, json!({ "school_id": school.id })).await.expect_problem(403, "forbidden");
    make(&school.account, of_child.clone()).await.expect_problem(403, "forbidden");
    make(&guardian, json!({})).await.expect_problem(422, "invalid");

    let nobody = city.server.anonymous();
    let text = nobody.get(&path).await.expect_text();
    assert_eq!(events(&text), 1);
    assert!(text.contains(&session(0)) && !text.contains(&pupils[0].to_string()), "{text}");
    cancel(&city, 0, &session(0)).await;
    assert!(nobody.get(&path).await.expect_text().contains("STATUS:CANCELLED"));

    let of_school = make(&school.account, json!({ "school_id": school.id })).await.expect(201);
    let text = nobody.get(of_school["path"].as_str().expect("an address")).await.expect_text();
    assert_eq!(events(&text), 2);

    // The secret is kept nowhere; the child may revoke what the guardian made.
    let kept: String = sqlx::query_scalar("SELECT digest FROM calendar_link ORDER BY id LIMIT 1")
        .fetch_one(city.server.pool())
        .await
        .expect("a digest");
    assert!(!path.contains(&kept));
    let listed = child.get(&format!("/api/v1/calendar-links?person_id={}", pupils[0])).await.expect(200);
    assert_eq!(listed["items"][0]["id"], link["id"]);
    let revoke = format!("/api/v1/calendar-links/{}", id(&link));
    school.account.delete(&revoke).await.expect_problem(403, "forbidden");
    child.delete(&revoke).await.expect(204);
    nobody.get(&path).await.expect_problem(404, "not_found");

    // Who is no longer the guardian has no address any more.
    let second = make(&guardian, of_child).await.expect(201);
    let path = second["path"].as_str().expect("an address");
    nobody.get(path).await.expect_text();
    sqlx::query("UPDATE account_grant SET revoked_at = now() WHERE account_id = $1")
        .bind(guardian.id)
        .execute(city.server.pool())
        .await
        .expect("taken away");
    nobody.get(path).await.expect_problem(404, "not_found");
    // A secret that names another district, or nothing, is none.
    let elsewhere = path.replace(&city.east.simple().to_string(), &city.west.simple().to_string());
    nobody.get(&elsewhere).await.expect_problem(404, "not_found");
    nobody.get("/api/v1/calendars/own.ics?key=x").await.expect_problem(404, "not_found");
}

trait Text {
    fn expect_text(self) -> String;
}

impl Text for kepu_tests::Answer {
    fn expect_text(self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        self.text()
    }
}
