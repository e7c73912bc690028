//! From a recorded class to explained credit: record, confirm, reject, amend, void, soft rules, adoption, as of the past.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use kepu_api::verify;
use kepu_domain::credit::Credit;
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use kepu_tests::school::{School, designate, session_of};
use serde_json::{Value, json};

/// One credit an hour at designated bases, at most 3 a host; a second visit of a day waits for a decision.
const POLICY: &str = "
kepu: 1
id: trial
version: '1'
title: { zh: 试验办法, en: Trial }
select:
  - id: designated
    title: { zh: 须为指定基地, en: at a designated base }
    require: { host_designation: base }
rules:
  - id: by-the-hour
    category: practice
    when: { kind: practice }
    credit: { per_hour: 1 }
  - id: prize
    category: contest
    when: { kind: competition }
    credit: { fixed: 5 }
limits:
  - { id: once-a-day, within: [day], at_most: { records: 1 }, force: soft }
  - { id: per-base, within: [host], at_most: { credits: 3 } }
requirements:
  - { id: four, when: { measure: total, at_least: 4 } }
ladders:
  - { id: stars, levels: [ { id: one, at_least: 2 }, { id: two, at_least: 4 } ] }
";

async fn holds(server: &Server) {
    let verified = verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, [], "an invariant is broken");
}

async fn audited(server: &Server, action: &str) -> i64 {
    let sql = "SELECT count(*) FROM audit_event WHERE action = $1";
    sqlx::query_scalar(sql).bind(action).fetch_one(server.pool()).await.expect("counted")
}

fn line<'a>(sheet: &'a Value, record: &str) -> &'a Value {
    let lines = sheet["lines"].as_array().expect("lines");
    lines.iter().find(|l| l["record_id"] == record).unwrap_or_else(|| panic!("no line of {record} in {sheet}"))
}

fn codes(line: &Value) -> Vec<&str> {
    line["reasons"].as_array().expect("reasons").iter().filter_map(|r| r["code"].as_str()).collect()
}

#[tokio::test]
async fn a_class_is_recorded_confirmed_and_scored() {
    let server = Server::start().await;
    let school = School::new(&server, 45).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 3).await;

    let path = format!("/api/v1/sessions/{session}/participations");
    let answer = school.teacher.post_json(&path, &json!({ "class_id": school.class })).await.expect(200);
    assert_eq!((answer["recorded"].clone(), answer["refused"].clone()), (json!(45), json!(0)));
    let again = school.teacher.post_json(&path, &json!({ "class_id": school.class })).await.expect(200);
    assert_eq!((again["recorded"].clone(), again["already"].clone()), (json!(0), json!(45)));

    let waiting = school.host.get("/api/v1/waiting").await.expect(200);
    assert_eq!(waiting["items"][0]["waiting"], 45);
    let ids: Vec<String> = answer["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .map(|o| o["participation_id"].as_str().expect("an id").to_owned())
        .collect();
    let body = json!({
        "all": true,
        "confirm": [{ "participation_id": ids[2], "minutes": 90 }],
        "reject": [{ "participation_id": ids[0], "reason": "没有到场" }],
        "absent": [ids[1]],
    });
    let confirm = format!("/api/v1/sessions/{session}/confirmation");
    let confirmed = school.host.post_json(&confirm, &body).await.expect(200);
    assert_eq!(
        [&confirmed["confirmed"], &confirmed["rejected"], &confirmed["absent"], &confirmed["ledger_entries"]],
        [&json!(43), &json!(1), &json!(1), &json!(43)]
    );
    let changed =
        confirmed["outcomes"].as_array().expect("outcomes").iter().find(|o| o["participation_id"] == ids[2].as_str());
    assert_eq!(changed.expect("an outcome")["credit"], "1.5");

    let sheet = school.score(school.pupils[3].0).await;
    assert_eq!([&sheet["total"], &sheet["levels"]["stars"]], [&json!("2"), &json!("one")]);
    let four = &sheet["requirements"][0];
    assert_eq!([&four["id"], &four["met"], &four["shortfall"]], [&json!("four"), &json!(false), &json!("2")]);
    let missing = json!([{ "measure": "total", "unit": "credits", "need": "at_least", "have": "2", "needed": "4",
                           "short": "2" }]);
    assert_eq!(four["missing"], missing);
    assert!(four["text"].as_str().is_some_and(|t| t.contains('2')), "{four}");
    let next = &sheet["next"]["stars"];
    assert_eq!([&next["level"], &next["shortfall"]], [&json!("two"), &json!("2")]);
    assert_eq!(codes(line(&sheet, &ids[3])), ["counted_by_rule"]);
    assert_eq!(line(&sheet, &ids[3])["host_name"], "试验基地");
    assert_eq!(school.score(school.pupils[0].0).await["total"], "0");

    let entries = school.teacher.get(&format!("/api/v1/persons/{}/ledger", school.pupils[3].0)).await.expect(200);
    assert_eq!(entries["items"].as_array().map(Vec::len), Some(1));
    assert_eq!([&entries["items"][0]["amount"], &entries["items"][0]["cause"]], [&json!("2"), &json!("confirmed")]);

    let scores = school.teacher.get(&format!("/api/v1/scores?class={}", school.class)).await.expect(200);
    assert_eq!(scores["items"].as_array().map(Vec::len), Some(45));
    for sort in ["number", "name", "total"] {
        let [up, down] = ["", "-"].map(|sign| format!("{sign}{sort}"));
        let up = sorted(&school, &up).await;
        let mut down = sorted(&school, &down).await;
        down.reverse();
        assert_eq!(up, down, "{sort}");
        assert_eq!(up.len(), 45, "{sort}");
        if sort == "total" {
            assert!(up.is_sorted_by_key(|(_, total)| *total), "{up:?}");
        }
    }
    assert_eq!(audited(&server, "participation.record").await, 2);
    assert_eq!(audited(&server, "participation.confirm").await, 1);
    assert_eq!(audited(&server, "score.read").await, 2);
    holds(&server).await;
}

#[tokio::test]
async fn amending_and_voiding_book_corrections() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(POLICY).await;
    let pupil = school.pupils[0].0;
    let first = school.session(&server, school.base, "practice", 9).await;
    let second = school.session(&server, school.base, "practice", 5).await;
    let one = school.record(first, &[pupil]).await.remove(0);
    let two = school.record(second, &[pupil]).await.remove(0);
    school.confirm_all(first).await;
    school.confirm_all(second).await;
    let sheet = school.score(pupil).await;
    assert_eq!(sheet["total"], "3", "at most 3 a base: {sheet}");
    assert_eq!(codes(line(&sheet, &two)), ["counted_by_rule", "cut_by_limit"]);
    assert_eq!(line(&sheet, &two)["reasons"][1]["params"]["taken_by"], json!([one]));

    let path = format!("/api/v1/participations/{one}");
    let body = json!({ "minutes": 30, "reason": "提前离开" });
    let stale = school.host.client.clone().with_header("If-Match", "\"1\"");
    stale.post_json(&format!("{path}/amend"), &body).await.expect_problem(412, "version_changed");
    let host = school.host.client.clone().with_header("If-Match", "\"2\"");
    host.post_json(&format!("{path}/amend"), &json!({ "minutes": 30, "reason": " " }))
        .await
        .expect_problem(422, "invalid");
    host.post_json(&format!("{path}/amend"), &body).await.expect(200);
    assert_eq!(school.score(pupil).await["total"], "2.5", "half an hour, then two whole hours fit");

    let entries = school.teacher.get(&format!("/api/v1/persons/{pupil}/ledger")).await.expect(200);
    let booked: Vec<(String, String, bool)> = entries["items"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|e| {
            let text = |k: &str| e[k].as_str().unwrap_or_default().to_owned();
            (text("amount"), text("cause"), e["corrects"].is_string())
        })
        .collect();
    let entry = |amount: &str, cause: &str, corrects| (amount.to_owned(), cause.to_owned(), corrects);
    let (head, tail) = booked.split_at(2);
    assert_eq!(head, [entry("2", "confirmed", false), entry("1", "confirmed", false)]);
    assert_eq!(
        tail.iter().cloned().collect::<BTreeSet<_>>(),
        BTreeSet::from([entry("-1.5", "amended", true), entry("1", "neighbour", true)])
    );

    let host = school.host.client.clone().with_header("If-Match", "\"3\"");
    host.post_json(&format!("{path}/void"), &json!({ "reason": "记错了人" })).await.expect(200);
    assert_eq!(school.score(pupil).await["total"], "2");
    let history = school.teacher.get(&path).await.expect(200);
    let states: Vec<_> =
        history["history"].as_array().expect("history").iter().map(|h| h["to_state"].clone()).collect();
    assert_eq!(states, ["recorded", "confirmed", "confirmed", "voided"]);
    holds(&server).await;
}

#[tokio::test]
async fn who_records_never_confirms() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.school, "practice", 2).await;
    let id = school.record(session, &[school.pupils[0].0]).await.remove(0);
    let path = format!("/api/v1/sessions/{session}/confirmation");
    let answer = school.teacher.post_json(&path, &json!({ "all": true })).await.expect(200);
    assert_eq!([&answer["confirmed"], &answer["refused"]], [&json!(0), &json!(1)]);
    assert_eq!(answer["outcomes"][0]["code"], "recorder_cannot_confirm");
    let scope = GrantScope::Organization { district: school.district, organization: school.school };
    let colleague = server.account(Role::Teacher, scope).await;
    let answer = colleague.post_json(&path, &json!({ "confirm": [{ "participation_id": id }] })).await.expect(200);
    assert_eq!(answer["confirmed"], 1);
    let sheet = school.score(school.pupils[0].0).await;
    assert_eq!(sheet["total"], "0", "a school is no designated base");
    assert_eq!(codes(line(&sheet, &id)), ["condition_failed"]);
    holds(&server).await;
}

#[tokio::test]
async fn a_soft_rule_counts_until_it_is_enforced() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(POLICY).await;
    let pupil = school.pupils[0].0;
    let other = server.organization(school.district, "base", "另一基地").await;
    designate(&server, other, "2020-01-01").await;
    let scope = GrantScope::Organization { district: school.district, organization: other };
    let other_host = server.account(Role::BaseStaff, scope).await;
    let (morning, evening) = (
        school.session(&server, school.base, "practice", 4).await,
        school.session(&server, other, "practice", 4).await,
    );
    school.record(morning, &[pupil]).await;
    let second = school.record(evening, &[pupil]).await.remove(0);
    school.confirm_all(morning).await;
    other_host
        .post_json(&format!("/api/v1/sessions/{evening}/confirmation"), &json!({ "all": true }))
        .await
        .expect(200);
    let sheet = school.score(pupil).await;
    assert_eq!(sheet["total"], "4");
    assert_eq!(line(&sheet, &second)["flagged"], true);
    let flags = school.official.get("/api/v1/soft-flags").await.expect(200);
    assert_eq!(flags["items"][0]["record_id"], second.as_str());

    let decide = |decision: &str, rule: &str| json!({ "policy_id": "trial", "rule": rule, "record_id": second, "decision": decision, "reason": "核实过" });
    let path = "/api/v1/soft-decisions";
    school.teacher.post_json(path, &decide("enforce", "once-a-day")).await.expect_problem(403, "forbidden");
    school.official.post_json(path, &decide("enforce", "per-base")).await.expect_problem(422, "invalid");
    let decided = school.official.post_json(path, &decide("enforce", "once-a-day")).await.expect(201);
    assert_eq!(school.score(pupil).await["total"], "2");
    let revoke = format!("{path}/{}/revoke", decided["id"].as_str().expect("an id"));
    school.official.post(&revoke).await.expect(200);
    assert_eq!(school.score(pupil).await["total"], "4");
    school.official.post_json(path, &decide("waive", "once-a-day")).await.expect(201);
    let sheet = school.score(pupil).await;
    assert_eq!((sheet["total"].clone(), line(&sheet, &second)["flagged"].clone()), (json!("4"), json!(false)));
    holds(&server).await;
}

#[tokio::test]
async fn a_new_version_is_computed_then_adopted_and_the_past_stays_as_it_was() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 4).await;
    let pupils: Vec<_> = school.pupils.iter().map(|p| p.0).collect();
    school.record(session, &pupils[..2]).await;
    school.confirm_all(session).await;
    let before = server.state().now();
    server.advance(TimeDelta::minutes(1));

    let document = POLICY.replace("version: '1'", "version: '2'").replace("per_hour: 1", "per_hour: 2");
    let published = school.official.post_json("/api/v1/policies", &json!({ "document": document })).await.expect(201);
    let adoption = school.compute_adoption(published["id"].as_str().expect("an id")).await;
    let outcome = &adoption["outcome"];
    assert_eq!(
        [
            &outcome["persons"],
            &outcome["changed"],
            &outcome["gained"],
            &outcome["total_before"],
            &outcome["total_after"]
        ],
        [&json!(3), &json!(2), &json!(2), &json!("4"), &json!("6")]
    );
    assert_eq!(school.score(pupils[0]).await["total"], "2", "computing touches nothing");
    school.make_effective(&adoption).await;
    assert_eq!(school.score(pupils[0]).await["total"], "3", "2 h × 2, at most 3 a base");

    let past = before.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let then = school.teacher.get(&format!("/api/v1/persons/{}/score?as_of={past}", pupils[0])).await.expect(200);
    assert_eq!([&then["total"], &then["policy"]["version"]], [&json!("2"), &json!("1")]);
    for path in [format!("/api/v1/persons/{}/score", pupils[0]), "/api/v1/scored-policies".into()] {
        for (as_of, code) in [
            ("-9999-01-01", "out_of_range"),
            ("%2B10000-01-01", "out_of_range"),
            ("0000-01-01T00:00:00Z", "out_of_range"),
            ("2999-01-01", "in_the_future"),
            ("2999-01-01T00:00:00%2B08:00", "in_the_future"),
            ("tomorrow", "invalid_value"),
        ] {
            let refused = school.teacher.get(&format!("{path}?as_of={as_of}")).await.expect_problem(422, "invalid");
            let error = &refused["errors"][0];
            assert_eq!([&error["field"], &error["code"]], [&json!("as_of"), &json!(code)], "{path}?as_of={as_of}");
        }
    }
    let same = school.official.post_json("/api/v1/policies", &json!({ "document": document })).await.expect(200);
    assert_eq!(same["id"], published["id"]);
    let other = document.replace("fixed: 5", "fixed: 6");
    let refused = school.official.post_json("/api/v1/policies", &json!({ "document": other })).await;
    refused.expect_problem(409, "version_published");
    holds(&server).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_told_in_the_language_asked_for() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let misspelt = json!({ "document": POLICY.replace("per_hour: 1", "per_hours: 1") });
    let failing = "cases: [{ name: { zh: 空, en: Nothing }, expect: { total: 1 } }]\n";
    let failing = json!({ "document": format!("{POLICY}{failing}") });
    let languages = [
        ("", "此处没有 `per_hours` 这个键", "是否应为 `per_hour`？", "总学分：应为 1，实际为 0"),
        ("?lang=zh", "此处没有 `per_hours` 这个键", "是否应为 `per_hour`？", "总学分：应为 1，实际为 0"),
        ("?lang=en", "`per_hours` is not known here", "did you mean `per_hour`?", "total: expected 1, got 0"),
    ];
    for (query, message, help, difference) in languages {
        let (check, publish) = (format!("/api/v1/policies/check{query}"), format!("/api/v1/policies{query}"));
        let found = school.official.post_json(&check, &misspelt).await.expect(200);
        let problem = &found["problems"][0];
        assert_eq!([&problem["message"], &problem["help"]], [&json!(message), &json!(help)], "{query}");
        let refused = school.official.post_json(&publish, &misspelt).await.expect_problem(422, "policy_refused");
        let told = refused["errors"][0]["message"].as_str().expect("a message");
        assert!(told.starts_with(message) && told.ends_with(help), "{told}");
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.ends_with(message)), "{refused}");
        let found = school.official.post_json(&check, &failing).await.expect(200);
        assert_eq!(found["failed_cases"][0]["differences"], json!([difference]), "{query}");
        let refused = school.official.post_json(&publish, &failing).await.expect_problem(422, "policy_cases_fail");
        assert!(refused["errors"][0]["message"].as_str().is_some_and(|m| m.ends_with(difference)), "{refused}");
    }
    school.official.post_json("/api/v1/policies/check?lang=fr", &misspelt).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn each_person_gets_an_outcome_and_the_good_ones_are_kept() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let elsewhere = School::new(&server, 1).await;
    let session = school.session(&server, school.base, "practice", 1).await;
    let path = format!("/api/v1/sessions/{session}/participations");
    let number = |i: usize| school.pupils[i].1.as_str();
    let body = json!({ "persons": [
        { "number": number(0) },
        { "number": number(0) },
        { "number": "S-unknown" },
        { "number": number(1), "name": "别的名字" },
        { "number": number(2), "minutes": 45 },
        { "number": elsewhere.pupils[0].1 },
    ]});
    let answer = school.teacher.post_json(&path, &body).await.expect(200);
    let outcomes: Vec<_> = answer["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .map(|o| o["code"].as_str().or(o["outcome"].as_str()).unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        outcomes,
        ["recorded", "twice_in_request", "unknown_person", "name_differs", "recorded", "unknown_person"],
        "a pupil of another district is unknown here"
    );

    let bad = [
        (json!({}), "persons"),
        (json!({ "persons": [{}] }), "persons[0]"),
        (json!({ "persons": [{ "number": "x", "person_id": school.pupils[0].0 }] }), "persons[0]"),
        (json!({ "persons": [{ "number": "x", "minutes": 1441 }] }), "persons[0].minutes"),
        (json!({ "persons": [{ "number": "x", "minutes": -1 }] }), "persons[0].minutes"),
        (json!({ "persons": [{ "number": "x\u{0}" }] }), "persons[0].number"),
        (json!({ "persons": [{ "number": "x" }], "minutes": 2000 }), "minutes"),
        (json!({ "class_id": school.pupils[0].0 }), "class_id"),
        (json!({ "persons": vec![json!({ "number": "x" }); 501] }), "persons"),
        (json!({ "person": [] }), "person"),
    ];
    for (body, field) in bad {
        let answer = school.teacher.post_json(&path, &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text());
        assert_eq!(answer.body["errors"][0]["field"], field, "{body}: {}", answer.text());
    }
    // Nobody of another district can see or touch the session's pupils; the base's own staff does not record.
    let theirs = elsewhere.teacher.post_json(&path, &json!({ "persons": [{ "number": number(1) }] })).await.expect(200);
    assert_eq!(theirs["outcomes"][0]["code"], "unknown_person");
    let base = school.host.post_json(&path, &json!({ "persons": [{ "number": number(1) }] })).await;
    base.expect_problem(403, "forbidden");
    let confirm = format!("/api/v1/sessions/{session}/confirmation");
    school.teacher.post_json(&confirm, &json!({ "all": true })).await.expect_problem(403, "forbidden");
    elsewhere.host.post_json(&confirm, &json!({ "all": true })).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn a_sheet_is_recorded_row_by_row() {
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    let session = school.session(&server, school.base, "practice", 1).await;
    let csv = format!(
        "\u{feff}姓名,学号,时长\n测试{0},{0},60\n,{1},abc\n某某,,30\n,{1},\n",
        school.pupils[0].1, school.pupils[1].1
    );
    let form = reqwest::multipart::Form::new()
        .part("file", reqwest::multipart::Part::bytes(csv.into_bytes()).file_name("名单.csv"));
    let path = format!("/api/v1/sessions/{session}/participations/sheet");
    let answer = school.teacher.post_form(&path, form).await.expect(200);
    let outcomes: Vec<_> = answer["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .map(|o| (o["index"].as_u64().unwrap_or(0), o["outcome"].as_str().unwrap_or_default().to_owned()))
        .collect();
    let row = |n, o: &str| (n, o.to_owned());
    assert_eq!(outcomes, [row(2, "recorded"), row(3, "refused"), row(4, "refused"), row(5, "recorded")]);
    let form = reqwest::multipart::Form::new()
        .part("file", reqwest::multipart::Part::bytes("学号,身高\n1,2\n".as_bytes().to_vec()).file_name("x.csv"));
    let refused = school.teacher.post_form(&path, form).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["value"], "身高");
}

#[tokio::test]
async fn a_sheet_reads_numbers_names_and_minutes_as_a_roster_does() {
    let server = Server::start().await;
    let school = School::new(&server, 6).await;
    let session = school.session(&server, school.base, "practice", 1).await;
    // An older roster brought it so.
    sqlx::query("UPDATE person SET number = 'd3' WHERE id = $1")
        .bind(school.pupils[4].0)
        .execute(server.pool())
        .await
        .expect("numbered");
    let number = |pupil: usize| school.pupils[pupil].1.clone();
    let wide: String = number(1).chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
    let csv = format!(
        "学号,姓名,时长\n{},测 试{},９０\n{wide},,90.0\n{}.0,,\n{},测\u{200b}试{}\u{200b},\u{200b}\nＤ3,,60\n{},别人,60\n{},,90.5\n",
        number(0).to_lowercase(),
        number(0),
        number(2),
        number(3),
        number(3),
        number(5),
        number(5),
    );
    let part = reqwest::multipart::Part::bytes(csv.into_bytes()).file_name("名单.csv");
    let form = reqwest::multipart::Form::new().part("file", part);
    let path = format!("/api/v1/sessions/{session}/participations/sheet");
    let answer = school.teacher.post_form(&path, form).await.expect(200);
    assert_eq!((&answer["recorded"], &answer["refused"]), (&json!(5), &json!(2)), "{answer}");
    let codes: Vec<&str> =
        answer["outcomes"].as_array().expect("outcomes").iter().filter_map(|o| o["code"].as_str()).collect();
    assert_eq!(codes, ["name_differs", "unreadable_row"], "{answer}");
    assert_eq!(answer["outcomes"][4]["number"], "d3");
    let minutes: Vec<(uuid::Uuid, Option<i32>)> =
        sqlx::query_as("SELECT person_id, minutes FROM participation WHERE session_id = $1")
            .bind(session)
            .fetch_all(server.pool())
            .await
            .expect("participations");
    let of =
        |pupil: usize| minutes.iter().find(|(id, _)| *id == school.pupils[pupil].0).and_then(|(_, minutes)| *minutes);
    assert_eq!((of(0), of(1), of(4)), (Some(90), Some(90), Some(60)));
}

#[tokio::test]
async fn places_are_given_out_once_and_the_waitlist_moves_up() {
    let server = Server::start().await;
    let school = School::new(&server, 6).await;
    let activity = kepu_tests::school::activity(&server, school.district, school.base, "practice", 60).await;
    let session = session_of(&server, school.district, school.base, activity, -2, Some(3)).await;
    let path = format!("/api/v1/sessions/{session}/participations");
    let asks = school.pupils.iter().map(|(id, _)| {
        let (client, path, body) =
            (school.teacher.client.clone(), path.clone(), json!({ "persons": [{ "person_id": id }] }));
        async move { client.post_json(&path, &body).await.expect(200)["outcomes"][0].clone() }
    });
    let outcomes = futures::future::join_all(asks).await;
    let of = |word: &str| outcomes.iter().filter(|o| o["outcome"] == word).count();
    assert_eq!((of("registered"), of("waitlisted")), (3, 3));
    let gone = outcomes.iter().find(|o| o["outcome"] == "registered").expect("one");
    let id = gone["participation_id"].as_str().expect("an id");
    school.teacher.post(&format!("/api/v1/participations/{id}/withdraw")).await.expect(200);
    let list = school.host.get(&format!("/api/v1/participations?session={session}&state=registered")).await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
    let confirm = format!("/api/v1/sessions/{session}/confirmation");
    school.host.post_json(&confirm, &json!({ "all": true })).await.expect_problem(409, "session_not_begun");
}

#[tokio::test]
async fn confirmations_at_once_lose_nothing() {
    let server = Server::start().await;
    let school = School::new(&server, 4).await;
    school.adopt(POLICY).await;
    let pupils: Vec<_> = school.pupils.iter().map(|p| p.0).collect();
    let mut sessions = Vec::new();
    for day in 0..6 {
        let session = school.session(&server, school.base, "practice", day * 2 + 1).await;
        school.record(session, &pupils).await;
        sessions.push(session);
    }
    let confirm = sessions.iter().map(|s| school.confirm_all(*s));
    let done = futures::future::join_all(confirm).await;
    assert!(done.iter().all(|d| d["confirmed"] == 4));
    for pupil in pupils {
        assert_eq!(school.score(pupil).await["total"], "3");
    }
    holds(&server).await;
}

/// Persons and totals of the class in an order, page by page.
async fn sorted(school: &School, sort: &str) -> Vec<(String, Credit)> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/scores?class={0},{0}&limit=7&sort={sort}{cursor}", school.class);
        let page = school.teacher.get(&path).await.expect(200);
        for item in page["items"].as_array().expect("items") {
            for bar in item["progress"].as_array().expect("a list") {
                let outcome =
                    item["requirements"].as_array().expect("a list").iter().find(|r| r["id"] == bar["requirement"]);
                let number = |field: &str| bar[field].as_str().expect("text").parse::<Credit>().expect("a decimal");
                let met = outcome.expect("of a requirement that applies")["met"] == true;
                assert!(!met || number("have") >= number("needed"), "{item}");
            }
            let total = item["total"].as_str().expect("text").parse().expect("a decimal");
            all.push((item["number"].as_str().expect("a number").to_owned(), total));
        }
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}
