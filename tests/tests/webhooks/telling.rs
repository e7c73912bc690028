//! What is told, and that it is told once.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use kepu_domain::credit::Credit;
use kepu_tests::{Server, school::School};
use serde_json::{Value, json};

use crate::kit::{
    Got, KINDS, POLICY, Receiver, again, attempts, book, deliveries, detail, hook, open, says, stand, town, work,
};

/// A result, submitted, verified, revoked.
async fn prize(server: &Server, school: &School) -> String {
    let contest = json!({
        "series": "district-science", "edition": "2026", "name_zh": "区科学竞赛", "stages": ["primary", "junior"],
        "valid_from": "2020-09-01", "valid_to": "2100-08-31",
    });
    let contest = school.official.post_json("/api/v1/competitions", &contest).await.expect(201);
    let result = json!({
        "competition_id": contest["id"], "achieved_on": server.state().now().date_naive() - TimeDelta::days(3),
        "contest_level": "county", "award": "first", "work_id": "W1", "work_title": "自制望远镜",
        "members": [{ "number": school.pupils[0].1 }],
    });
    let made = school.teacher.post_json("/api/v1/results", &result).await.expect(201);
    let id = made["items"][0]["id"].as_str().expect("an id").to_owned();
    let part = reqwest::multipart::Part::bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".to_vec()).file_name("a.pdf");
    let form = reqwest::multipart::Form::new().part("file", part);
    school.teacher.post_form(&format!("/api/v1/results/{id}/evidence"), form).await.expect(201);
    school.official.post(&format!("/api/v1/results/{id}/verify")).await.expect(200);
    let why = json!({ "reason": "撤销" });
    school.official.post_json(&format!("/api/v1/results/{id}/revoke"), &why).await.expect(200);
    id
}

async fn ids(server: &Server, sql: &'static str) -> BTreeSet<String> {
    let rows: Vec<uuid::Uuid> = sqlx::query_scalar(sql).fetch_all(server.pool()).await.expect("ids");
    rows.iter().map(ToString::to_string).collect()
}

fn told(got: &[Got], kind: &str, key: &str) -> Vec<String> {
    let of = got.iter().filter(|got| got.kind() == kind);
    of.map(|got| got.json()["data"][key].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn whatever_happens_is_told_once_signed_and_names_nobody() {
    let (server, school) = town(3).await;
    book(&server, &school).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, &receiver.url, &KINDS).await;
    let before = ids(&server, "SELECT id FROM ledger_entry").await;
    assert_eq!(before.len(), 3);

    let recorded = book(&server, &school).await;
    let participation = format!("/api/v1/participations/{}", recorded[0]);
    let mut version = school.official.get(&participation).await.expect(200)["version"].as_i64().expect("a version");
    for (step, body) in [("amend", json!({ "minutes": 60, "reason": "早退" })), ("void", json!({ "reason": "误登" }))]
    {
        let official = school.official.client.clone().with_header("If-Match", &format!("\"{version}\""));
        let after = official.post_json(&format!("{participation}/{step}"), &body).await.expect(200);
        version = after["version"].as_i64().expect("a version");
    }
    let result = prize(&server, &school).await;
    let papers = format!("/api/v1/persons/{}/papers", school.pupils[1].0);
    let paper = school.teacher.post_json(&papers, &json!({ "kind": "transcript" })).await.expect(201);
    let credential = paper["id"].as_str().expect("an id").to_owned();
    let revocation = format!("/api/v1/credentials/{credential}/revocation");
    school.official.post_json(&revocation, &json!({ "reason": "x" })).await.expect(200);
    school.adopt(&POLICY.replace("version: '1'", "version: '2'").replace("per_hour: 1", "per_hour: 2")).await;

    let entries: BTreeSet<String> =
        ids(&server, "SELECT id FROM ledger_entry").await.difference(&before).cloned().collect();
    let got = receiver.wait(entries.len() + 3 + 2 + 2 + 2 + 1).await;
    attempts(&server, i64::try_from(got.len()).expect("few")).await;
    work(&server).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let got_later = receiver.got();
    assert_eq!(got_later.len(), got.len(), "nothing is told twice");

    let set = |list: Vec<String>| {
        let many = list.len();
        let set: BTreeSet<String> = list.into_iter().collect();
        assert_eq!(set.len(), many, "told once");
        set
    };
    let one = |id: &str| BTreeSet::from([id.to_owned()]);
    assert_eq!(set(told(&got, "ledger_entry.booked", "ledger_entry_id")), entries);
    assert_eq!(
        set(told(&got, "participation.confirmed", "participation_id")),
        recorded.iter().cloned().collect::<BTreeSet<_>>()
    );
    assert_eq!(set(told(&got, "participation.amended", "participation_id")), one(&recorded[0]));
    assert_eq!(set(told(&got, "participation.voided", "participation_id")), one(&recorded[0]));
    assert_eq!(set(told(&got, "result.verified", "result_id")), one(&result));
    assert_eq!(set(told(&got, "result.revoked", "result_id")), one(&result));
    assert_eq!(set(told(&got, "credential.issued", "credential_id")), one(&credential));
    assert_eq!(set(told(&got, "credential.revoked", "credential_id")), one(&credential));
    let effective = receiver.of("policy_version.effective");
    assert_eq!(effective[0].json()["data"]["version"], "2");
    assert_eq!(set(got.iter().map(|got| got.id.clone()).collect()).len(), got.len(), "ids of messages");

    // What is told is what the ledger says.
    for message in receiver.of("ledger_entry.booked") {
        let data = message.json()["data"].clone();
        let (amount, cause): (i64, String) =
            sqlx::query_as("SELECT amount, cause FROM ledger_entry WHERE id = $1::text::uuid")
                .bind(data["ledger_entry_id"].as_str().expect("an id"))
                .fetch_one(server.pool())
                .await
                .expect("an entry");
        assert_eq!(data["credit"], Credit::from_milli(amount).to_string());
        assert_eq!(data["cause"], cause.as_str());
    }
    let now = server.state().now().timestamp();
    for message in &got {
        assert_eq!(message.signed_by(&hook.secret), Some(0), "{message:?}");
        assert_eq!(message.signatures.len(), 1);
        assert!(message.id.starts_with("msg_") && !message.id.contains('.'), "{}", message.id);
        assert!((now - message.timestamp).abs() < 120, "{}", message.timestamp);
        assert!(message.agent.starts_with("kepu-webhooks/"), "{}", message.agent);
        assert_eq!(message.json()["district_id"], school.district.to_string());
        for (_, number) in &school.pupils {
            assert!(!message.body.contains(number) && !message.body.contains("测试"), "{}", message.body);
        }
    }
    let view = school.official.get(&hook.path()).await.expect(200);
    assert_eq!((&view["waiting"], &view["failed"], &view["last_status"]), (&json!(0), &json!(0), &json!(204)));
}

#[tokio::test]
async fn a_kind_is_told_from_when_it_was_asked_for_on() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    book(&server, &school).await;
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;
    book(&server, &school).await;
    receiver.wait(1).await;
    let change = json!({ "kinds": ["ledger_entry.booked"], "description": "流水" });
    let changed = school.official.patch_json(&hook.path(), 1, &change).await.expect(200);
    assert_eq!((&changed["version"], &changed["kinds"]), (&json!(2), &json!(["ledger_entry.booked"])));
    school.official.patch_json(&hook.path(), 1, &change).await.expect_problem(412, "version_changed");
    work(&server).await;
    book(&server, &school).await;
    receiver.wait(2).await;
    work(&server).await;
    let kinds: Vec<String> = receiver.got().iter().map(Got::kind).collect();
    assert_eq!(kinds, ["participation.confirmed", "ledger_entry.booked"]);
    let known = school.official.get("/api/v1/webhook-kinds").await.expect(200);
    let mut words = BTreeSet::new();
    for kind in known["items"].as_array().expect("items") {
        let example: Value = serde_json::from_str(kind["example"].as_str().expect("a body")).expect("JSON");
        assert_eq!(example["type"], kind["kind"]);
        if kind["for_subscribers"] == true {
            words.insert(kind["kind"].as_str().expect("a kind"));
        }
    }
    assert_eq!(words, KINDS.into_iter().collect::<BTreeSet<_>>());
}

/// A transaction whose ids are older than what was told meanwhile, because it took long.
#[tokio::test]
async fn what_is_committed_late_is_told_all_the_same() {
    let (server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let recorded = book(&server, &school).await;
    let hook = hook(&school.official, &receiver.url, &["participation.voided"]).await;
    sqlx::query("UPDATE webhook_topic SET since = $1")
        .bind(uuid::Uuid::nil())
        .execute(server.pool())
        .await
        .expect("asked for long ago");
    for (hours, told) in [(1, true), (23, true), (26, false)] {
        let early = kepu_api::ids::earlier(kepu_api::ids::new(), hours * 3_600_000);
        sqlx::query(
            "INSERT INTO participation_event (district_id, id, participation_id, from_state, to_state, account_id, at)
             VALUES ($1, $2, $3::text::uuid, 'confirmed', 'voided', $2, now())",
        )
        .bind(school.district)
        .bind(early)
        .bind(&recorded[0])
        .execute(server.pool())
        .await
        .expect("committed");
        let before = receiver.got().len();
        work(&server).await;
        // An endpoint remembers the last look over everything, and looks a day further back.
        if told {
            receiver.wait(before + 1).await;
        }
        attempts(&server, i64::try_from(before + usize::from(told)).expect("few")).await;
        assert_eq!(receiver.got().len(), before + usize::from(told), "{hours} hours");
    }
    assert_eq!(deliveries(&school.official, &hook, "").await.len(), 2);
}

#[tokio::test]
async fn two_services_tell_everything_once() {
    let (server, school) = town(25).await;
    let receiver = Receiver::start().await;
    hook(&school.official, &receiver.url, &["ledger_entry.booked", "participation.confirmed"]).await;
    let second = Server::over_with(server.database_url(), open).await;
    receiver.always(says(200).after(Duration::from_millis(20)));
    book(&server, &school).await;
    let (first, other) = (async { work(&server).await }, async { work(&second).await });
    futures::join!(first, other);
    let got = receiver.wait(50).await;
    attempts(&server, 50).await;
    let different: BTreeSet<&String> = got.iter().map(|got| &got.id).collect();
    assert_eq!((got.len(), different.len()), (50, 50));
}

#[tokio::test]
async fn a_stop_between_claim_and_answer_loses_nothing() {
    let (mut server, school) = town(1).await;
    let receiver = Receiver::start().await;
    let hook = hook(&school.official, &receiver.url, &["participation.confirmed"]).await;

    // What is under way when the service is asked to stop is waited for.
    receiver.next([says(200).after(Duration::from_millis(300))]);
    book(&server, &school).await;
    receiver.wait(1).await;
    server.stop().await.expect("stopped");
    let pool = server.pool();
    let state: String = sqlx::query_scalar("SELECT state FROM webhook_delivery").fetch_one(pool).await.expect("one");
    assert_eq!(state, "delivered");

    // One that takes longer than the time to stop is sent again by the next service, once its claim has run out.
    let second = Server::over_with(server.database_url(), open).await;
    let official = again(&second, &school).await;
    receiver.next([says(200).after(Duration::from_secs(10))]);
    official.post(&format!("{}/ping", hook.path())).await.expect(201);
    receiver.wait(2).await;
    let mut second = second;
    second.stop().await.expect("stopped");
    let third = Server::over_with(server.database_url(), open).await;
    work(&third).await;
    assert_eq!(receiver.got().len(), 2, "whoever claimed it may be sending it still");
    third.advance(TimeDelta::minutes(3));
    let got = receiver.wait(3).await;
    assert_eq!((&got[1].id, &got[1].body), (&got[2].id, &got[2].body));
    assert_eq!(got[2].signed_by(&hook.secret), Some(0));
    let official = again(&third, &school).await;
    let all = stand(&official, &hook, &["delivered", "delivered"]).await;
    let ping = detail(&official, &all[0]).await;
    assert_eq!(ping["attempts"].as_array().expect("attempts").len(), 1, "the first one left no trace");
}
