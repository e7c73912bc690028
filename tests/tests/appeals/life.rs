//! From the filing to the answer, and what stands in the ledger then.

use chrono::Duration;
use serde_json::{Value, json};

use crate::kit::{Town, at, decide, file, list, state, step};

#[tokio::test]
async fn a_student_questions_a_rejected_attendance_and_a_grant_books_its_credit() {
    let town = Town::new(1).await;
    let line = town.rejected().await;
    assert_eq!(town.total().await, 0);

    let filed = file(&town.student, &line).await.expect(201);
    assert_eq!(
        (&filed["state"], &filed["side"], &filed["wants"]),
        (&json!("filed"), &json!("student"), &json!("confirm"))
    );
    assert_eq!((&filed["turn"], &filed["line"]["state"]), (&json!("host"), &json!("rejected")));
    assert_eq!(
        (&filed["may_withdraw"], &filed["may_state"], &filed["may_decide"]),
        (&json!(true), &json!(false), &json!(false))
    );
    file(&town.school.teacher, &line).await.expect_problem(409, "appeal_open");

    // The host is asked first, and does not learn more than as whom it was filed.
    let waiting = list(&town.school.host, "which=open&turn=host").await;
    assert_eq!((waiting.len(), &waiting[0]["history"][0]["account_name"]), (1, &Value::Null));
    decide(&town.school.official, &filed, json!({ "kind": "confirm" })).await.expect_problem(409, "waits_for_host");
    let stated = state(&town.school.host, &filed, "agrees").await.expect(200);
    assert_eq!((&stated["turn"], &stated["earns"]), (&json!("district"), &json!([])));
    state(&town.school.host, &stated, "stands_by").await.expect_problem(409, "not_from_this_state");
    assert_eq!(town.total().await, 0, "the host's word corrects nothing");

    // A preview stores nothing; what does not fit the line is refused with what is possible.
    let path = format!("{}/preview", at(&stated));
    let preview = town.school.official.post_json(&path, &json!({ "kind": "confirm" })).await.expect(200);
    assert_eq!(preview["effects"], json!([{ "policy_id": "trial", "before": "0", "after": "2" }]));
    assert_eq!((town.total().await, town.ledger().await.len()), (0, 0));
    let wrong = town.school.official.post_json(&path, &json!({ "kind": "void" })).await;
    wrong.expect_problem(409, "correction_not_possible");

    let granted = decide(&town.school.official, &stated, json!({ "kind": "confirm", "minutes": 90 })).await.expect(200);
    assert_eq!((&granted["state"], &granted["line"]["state"]), (&json!("granted"), &json!("confirmed")));
    assert_eq!(granted["booked"], json!([{ "policy_id": "trial", "amount": "1.5" }]));
    assert_eq!(town.ledger().await, [("appeal".to_owned(), 1500)]);
    let read = town.student.get(&at(&filed)).await.expect(200);
    let steps: Vec<&str> =
        read["history"].as_array().expect("steps").iter().map(|s| s["step"].as_str().expect("a word")).collect();
    assert_eq!((steps, &read["earns"][0]["counted"]), (vec!["filed", "agrees", "granted"], &json!("1.5")));
    let sheet = town.school.score(town.pupil()).await;
    assert_eq!((&sheet["total"], &sheet["lines"][0]["counted"]), (&json!("1.5"), &json!("1.5")));
    decide(&town.school.official, &granted, Value::Null).await.expect_problem(409, "not_from_this_state");
    town.holds().await;

    // An appeal whose correction is missing is found.
    let sql = "DELETE FROM participation_event WHERE to_state = 'confirmed'";
    sqlx::query(sql).execute(town.server.pool()).await.expect("deleted");
    let verified = kepu_api::verify::database_holds(town.server.state().db()).await.expect("verified");
    let broken: Vec<&str> = verified.broken.iter().map(|one| one.invariant).collect();
    assert!(broken.contains(&"what an appeal corrected is a step of its line"), "{broken:?}");
}

#[tokio::test]
async fn what_is_declined_stays_as_it_was_and_is_not_asked_again_until_it_changes() {
    let town = Town::new(1).await;
    let filed = town.questioned().await;
    let stated = state(&town.school.host, &filed, "stands_by").await.expect(200);
    let wordless = step(&town.school.official, &stated, "decision", &json!({ "reason": " " })).await;
    wordless.expect_problem(422, "invalid");
    let declined = decide(&town.school.official, &stated, Value::Null).await.expect(200);
    assert_eq!((&declined["state"], &declined["line"]["state"]), (&json!("declined"), &json!("rejected")));
    assert_eq!((town.ledger().await.len(), town.total().await), (0, 0));
    let line = filed["line"]["id"].as_str().expect("an id");
    file(&town.guardian, line).await.expect_problem(409, "appeal_declined_before");
    assert_eq!(list(&town.student, "which=closed").await.len(), 1);
    assert_eq!(list(&town.student, "which=open").await.len(), 0);
    town.holds().await;
}

#[tokio::test]
async fn a_host_that_lets_its_days_pass_is_decided_without_and_nobody_is_judged_by_later_days() {
    let town = Town::new(1).await;
    let official = &town.school.official;
    let (_, lines) = town.visited(&[town.pupil()]).await;
    let early = town.questioned().await;
    let read = official.get("/api/v1/appeal-terms").await.expect(200);
    assert_eq!(read, json!({ "host_days": 7, "district_days": 14, "file_days": 180 }));
    let shorter = json!({ "host_days": 2, "district_days": 3, "file_days": 10 });
    official
        .put_if("/api/v1/appeal-terms", 1, &json!({ "host_days": 0, "district_days": 3, "file_days": 10 }))
        .await
        .expect_problem(422, "invalid");
    official.put_if("/api/v1/appeal-terms", 1, &shorter).await.expect(200);
    official.put_if("/api/v1/appeal-terms", 1, &shorter).await.expect_problem(412, "version_changed");
    let late = town.questioned().await;
    assert!(late["due"].as_str() < early["due"].as_str(), "{late} {early}");

    town.server.advance(Duration::days(3));
    let login = town.server.sign_in(&official.login, kepu_tests::PASSWORD).await;
    let still = decide(&login, &early, Value::Null).await;
    still.expect_problem(409, "waits_for_host");
    let all = list(&login, "which=open").await;
    assert_eq!((&all[0]["id"], &all[0]["turn"]), (&late["id"], &json!("district")), "what is due first is first");
    assert_eq!((all.len(), list(&login, "which=open&turn=host").await.len()), (2, 1));
    assert_eq!(list(&login, "which=open&late=true").await.len(), 0);
    town.server.advance(Duration::days(3));
    let login = town.server.sign_in(&official.login, kepu_tests::PASSWORD).await;
    let overdue = list(&login, "which=open&late=true").await;
    assert_eq!((overdue.len(), &overdue[0]["id"], &overdue[0]["late"]), (1, &late["id"], &json!(true)));
    let summary = login.get("/api/v1/appeals/summary").await.expect(200);
    assert_eq!(summary, json!({ "host": 1, "district": 1, "late": 1 }));
    decide(&login, &late, json!({ "kind": "confirm" })).await.expect(200);
    assert_eq!(town.total().await, 2000);
    town.holds().await;

    // What changed long ago is not questioned any more.
    town.server.advance(Duration::days(11));
    let student = town.server.sign_in(&town.student.login, kepu_tests::PASSWORD).await;
    file(&student, &lines[0]).await.expect_problem(409, "appeal_too_late");
}

#[tokio::test]
async fn who_filed_takes_it_back_and_the_line_can_be_questioned_again() {
    let town = Town::new(1).await;
    let filed = town.questioned().await;
    let nothing = json!({});
    step(&town.guardian, &filed, "withdraw", &nothing).await.expect_problem(403, "not_who_filed");
    step(&town.school.official, &filed, "withdraw", &nothing).await.expect_problem(403, "forbidden");
    let withdrawn = step(&town.student, &filed, "withdraw", &nothing).await.expect(200);
    assert_eq!((&withdrawn["state"], &withdrawn["turn"]), (&json!("withdrawn"), &Value::Null));
    state(&town.school.host, &withdrawn, "agrees").await.expect_problem(409, "not_from_this_state");
    let again = file(&town.guardian, filed["line"]["id"].as_str().expect("an id")).await.expect(201);
    assert_eq!(again["side"], "guardian");
    town.holds().await;
}

#[tokio::test]
async fn those_whose_turn_it_is_are_reminded() {
    let town = Town::new(1).await;
    let scope =
        kepu_domain::role::GrantScope::Organization { district: town.school.district, organization: town.school.base };
    let head = town.server.account(kepu_domain::role::Role::BaseAdmin, scope).await;
    let filed = town.questioned().await;
    let waiting = async |account: &kepu_tests::Account| {
        kepu_api::reminders::remind(town.server.state()).await.expect("reminded");
        let client = town.server.sign_in(&account.login, kepu_tests::PASSWORD).await;
        let page = client.get("/api/v1/reminders?waiting=true").await.expect(200);
        let step = |one: &Value| one["step"].as_str().expect("a word").to_owned();
        page["items"].as_array().expect("items").iter().map(step).collect::<Vec<_>>()
    };
    assert_eq!(waiting(&head).await, Vec::<String>::new(), "its day is far ahead");
    town.server.advance(Duration::days(5));
    assert_eq!(waiting(&head).await, ["state_appeal"]);
    let host = town.server.sign_in(&town.school.host.login, kepu_tests::PASSWORD).await;
    state(&host, &filed, "agrees").await.expect(200);
    assert_eq!(waiting(&head).await, Vec::<String>::new(), "it has spoken");
    town.server.advance(Duration::days(13));
    assert_eq!(waiting(&town.school.official).await, ["decide_appeal"]);
}

#[tokio::test]
async fn who_filed_it_is_told_of_the_answer_at_once_and_once() {
    let town = Town::new(1).await;
    let told = async |login: &str| {
        let client = town.server.sign_in(login, kepu_tests::PASSWORD).await;
        let unread = client.get("/api/v1/reminders/unread").await.expect(200)["unread"].clone();
        let page = client.get("/api/v1/reminders?waiting=true").await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        (unread.as_i64().expect("a number"), items)
    };
    let remind = async || kepu_api::reminders::remind(town.server.state()).await.expect("reminded");
    let (student, guardian) = (&town.student.login, &town.guardian.login);
    let filed = town.questioned().await;
    let stated = state(&town.school.host, &filed, "agrees").await.expect(200);
    assert_eq!(told(student).await.0, 0, "the host's word is no answer");
    decide(&town.school.official, &stated, json!({ "kind": "confirm" })).await.expect(200);
    let (unread, items) = told(student).await;
    assert_eq!((unread, items.len()), (1, 1));
    let news = ["step", "object_id", "stage", "label_zh"].map(|field| items[0][field].clone());
    let title = filed["line"]["title_zh"].clone();
    assert_eq!(news, [json!("appeal_answered"), filed["id"].clone(), json!("news"), title]);
    assert_eq!(told(guardian).await.0, 0, "the guardian did not file it");

    // The hourly round tells it no second time, and does not put it away before it was read.
    assert_eq!(remind().await, 0);
    assert_eq!(told(student).await.0, 1);
    let client = town.server.sign_in(student, kepu_tests::PASSWORD).await;
    let read = json!({ "ids": [items[0]["id"]] });
    assert_eq!(client.post_json("/api/v1/reminders/read", &read).await.expect(200)["unread"], 0);
    assert_eq!(remind().await, 0);
    assert_eq!(told(student).await, (0, vec![]), "what was read waits no more");

    // One that was declined is told, too; and whatever is not read for a month is put away.
    let second = town.rejected().await;
    let filed = file(&town.guardian, &second).await.expect(201);
    let stated = state(&town.school.host, &filed, "stands_by").await.expect(200);
    decide(&town.school.official, &stated, Value::Null).await.expect(200);
    assert_eq!((told(guardian).await.0, told(student).await.0), (1, 0));
    town.server.advance(Duration::days(29));
    assert_eq!((remind().await, told(guardian).await.0), (0, 1));
    town.server.advance(Duration::days(2));
    assert_eq!((remind().await, told(guardian).await.0), (0, 0));
}
