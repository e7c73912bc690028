//! What was signed on paper is entered, disputed, upheld and taken out; officials bring two together.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{PDF, Town, at, post_at, sign, step, told};

#[tokio::test]
async fn an_agreement_of_years_ago_is_entered_with_its_text() {
    let town = Town::new().await;
    let entered = town
        .record(&town.museum.account, Some(town.museum.id), &[&town.museum, &town.academy], &json!({}))
        .await
        .expect(201);
    assert_eq!((&entered["standing"], &entered["on_paper"]), (&json!("expired"), &json!(true)));
    assert_eq!(entered["entered_for"], json!(town.museum.id));
    assert_eq!(entered["parties"][1]["signature"]["on"], json!(town.day(-900)));
    // All parties see who entered it, and have the text.
    let history = town.academy.account.get(&format!("{}/history", at(&entered))).await.expect(200);
    assert_eq!(
        (&history["steps"][0]["step"], &history["steps"][0]["organization_id"]),
        (&json!("record"), &json!(town.museum.id))
    );
    let text = format!("{}/texts/{}", at(&entered), history["texts"][0]["id"].as_str().expect("an id"));
    assert_eq!(town.academy.account.get(&text).await.status, 200);
    town.school.account.get(&at(&entered)).await.expect_problem(404, "not_found");
    assert_eq!(town.audited("agreement.record", &entered["id"]).await, 1);
    // What is over is renewed like any other.
    let renewed = town.signed(&json!({ "predecessor_id": entered["id"] })).await;
    assert_eq!(renewed["standing"], "in_force");
    let old = town.academy.account.get(&at(&entered)).await.expect(200);
    assert_eq!((&old["standing"], &old["successor_id"]), (&json!("renewed"), &renewed["id"]));
    town.holds().await;
}

#[tokio::test]
async fn whoever_may_enters_and_what_is_missing_is_said() {
    let town = Town::new().await;
    let both = [&town.museum, &town.academy];
    let own = Some(town.museum.id);
    let museum = &town.museum.account;
    // An official of the district of a party, for those who have no account.
    let entered = town.record(&town.official, None, &both, &json!({ "last_day": null })).await.expect(201);
    assert_eq!((&entered["standing"], &entered["entered_for"]), (&json!("in_force"), &Value::Null));
    town.record(&town.far_official, None, &[&town.museum, &town.firm], &json!({}))
        .await
        .expect_problem(403, "forbidden");
    town.record(&town.school.account, None, &both, &json!({})).await.expect_problem(403, "forbidden");
    town.record(&town.school.account, own, &both, &json!({})).await.expect_problem(403, "forbidden");
    let stranger = town.record(museum, Some(town.firm.id), &both, &json!({})).await.expect_problem(422, "invalid");
    assert_eq!(told(&stranger), [("entered_for", "not_a_party")]);

    let signature =
        |id: Uuid, on: i64| json!({ "organization_id": id, "name": "王", "post": "馆长", "on": town.day(on) });
    let with = async |signatures: Value| {
        let problem =
            town.record(museum, own, &both, &json!({ "signatures": signatures })).await.expect_problem(422, "invalid");
        let (field, code) = told(&problem)[0];
        format!("{field} {code}")
    };
    assert_eq!(with(json!([])).await, "signatures required");
    assert_eq!(with(json!([signature(town.museum.id, -9)])).await, "parties party_count");
    let twice = json!([signature(town.museum.id, -9), signature(town.museum.id, -9)]);
    assert_eq!(with(twice).await, "parties party_twice");
    let tomorrow = json!([signature(town.museum.id, -9), signature(town.academy.id, 1)]);
    assert_eq!(with(tomorrow).await, "signatures signed_in_the_future");
    let mut long_ago = signature(town.academy.id, -9);
    long_ago["on"] = json!("0001-01-01");
    assert_eq!(with(json!([signature(town.museum.id, -9), long_ago])).await, "signatures[1].on out_of_range");
    let mut nameless = signature(town.academy.id, -9);
    nameless["name"] = json!(" ");
    assert_eq!(with(json!([signature(town.museum.id, -9), nameless])).await, "signatures[1].name required");

    // Without the text nothing is entered, and what is no document is none.
    let body = json!({ "kind": "strategic", "title_zh": "x", "signatures": [], "first_day": town.day(0) }).to_string();
    let send = async |form: Form| museum.post_form("/api/v1/agreements/paper", form).await;
    send(Form::new().text("agreement", body.clone())).await.expect_problem(400, "malformed_form");
    send(Form::new().part("file", Part::bytes(PDF))).await.expect_problem(400, "malformed_form");
    let file = Part::bytes(&b"plain words"[..]).file_name("a.pdf");
    send(Form::new().text("agreement", body).part("file", file)).await.expect_problem(415, "not_a_document");
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM agreement").fetch_one(town.server.pool()).await.expect("counted");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn who_did_not_sign_disputes_it_and_it_is_not_in_force() {
    let town = Town::new().await;
    let change = json!({ "last_day": null });
    let entered = town
        .record(&town.museum.account, Some(town.museum.id), &[&town.museum, &town.academy], &change)
        .await
        .expect(201);
    let ties = async || town.official.get("/api/v1/network").await.expect(200)["ties"].as_array().map_or(0, Vec::len);
    assert_eq!(ties().await, 1);
    let why = json!({ "reason": "没有签过这份协议" });
    step(&town.museum, &entered, "dispute", &why).await.expect_problem(409, "not_entered_by_others");
    step(&town.academy, &entered, "dispute", &json!({})).await.expect_problem(422, "invalid");
    let disputed = step(&town.academy, &entered, "dispute", &why).await.expect(200);
    assert_eq!((&disputed["standing"], &disputed["reason"]), (&json!("disputed"), &why["reason"]));
    assert_eq!(disputed["by_organization_id"], json!(town.academy.id));
    assert_eq!(ties().await, 0, "what is disputed ties nobody");
    let listed = town.museum.account.get("/api/v1/agreements?standing=disputed").await.expect(200);
    assert_eq!(listed["items"][0]["id"], entered["id"]);
    step(&town.museum, &entered, "end", &json!({ "reason": "x" })).await.expect_problem(409, "not_from_this_state");

    step(&town.museum, &entered, "uphold", &json!({})).await.expect_problem(409, "only_objector");
    let upheld = step(&town.academy, &entered, "uphold", &json!({})).await.expect(200);
    assert_eq!(upheld["standing"], "in_force");
    assert_eq!(ties().await, 1);

    // Who entered it takes it out; nobody else does.
    step(&town.academy, &entered, "strike", &why).await.expect_problem(409, "only_recorder");
    let version = upheld["version"].clone();
    let as_official = post_at(&town.official, &format!("{}/strike", at(&entered)), &version, &why).await;
    as_official.expect_problem(409, "only_recorder");
    let struck = step(&town.museum, &entered, "strike", &json!({ "reason": "录错了" })).await.expect(200);
    assert_eq!((&struck["standing"], &struck["reason"]), (&json!("withdrawn"), &json!("录错了")));
    for (action, times) in [("agreement.dispute", 1), ("agreement.uphold", 1), ("agreement.strike", 1)] {
        assert_eq!(town.audited(action, &entered["id"]).await, times, "{action}");
    }
    // What was signed here is not disputed but ended.
    let signed = town.signed(&json!({})).await;
    step(&town.academy, &signed, "dispute", &why).await.expect_problem(409, "not_entered_by_others");
    step(&town.academy, &signed, "strike", &why).await.expect_problem(409, "only_recorder");
}

#[tokio::test]
async fn an_official_enters_and_takes_out_for_those_without_accounts() {
    let town = Town::new().await;
    let pair = [&town.school, &town.firm];
    let change = json!({ "kind": "pairing", "title_zh": "结对", "first_day": town.day(-9), "last_day": town.day(90) });
    let entered = town.record(&town.official, None, &pair, &change).await.expect(201);
    assert_eq!(entered["standing"], "in_force");
    town.record(&town.official, None, &pair, &change).await.expect_problem(409, "already_paired");
    town.propose(&town.school, &town.firm).await.expect_problem(409, "already_paired");
    // Both may say that it is not so, and meanwhile pair anew; then the old one cannot be taken up again.
    step(&town.firm, &entered, "dispute", &json!({ "reason": "没有签过" })).await.expect(200);
    let anew = town.propose(&town.school, &town.firm).await.expect(201);
    sign(&town.firm, &anew, "sign").await.expect(200);
    step(&town.firm, &entered, "uphold", &json!({})).await.expect_problem(409, "already_paired");
    let why = json!({ "reason": "误录" });
    let version = town.official.get(&at(&entered)).await.body["version"].clone();
    post_at(&town.far_official, &format!("{}/strike", at(&entered)), &version, &why).await.expect(404);
    let struck = post_at(&town.official, &format!("{}/strike", at(&entered)), &version, &why).await.expect(200);
    assert_eq!(struck["standing"], "withdrawn");
}

#[tokio::test]
async fn an_official_brings_a_school_and_a_firm_together_and_both_sign() {
    let town = Town::new().await;
    let pairing = |parties: [Uuid; 2]| json!({ "title_zh": "牵线结对", "parties": parties, "first_day": town.day(0), "last_day": town.day(300) });
    let path = "/api/v1/agreements/pairings";
    let ours = pairing([town.school.id, town.firm.id]);
    let brought = town.official.post_json(path, &ours).await.expect(201);
    assert_eq!((&brought["standing"], &brought["kind"]), (&json!("offered"), &json!("pairing")));
    for party in brought["parties"].as_array().expect("parties") {
        assert_eq!(party["signature"], Value::Null, "nobody has signed yet");
    }
    town.official.post_json(path, &ours).await.expect_problem(409, "already_paired");
    town.far_official
        .post_json(path, &pairing([town.second_school.id, town.firm.id]))
        .await
        .expect_problem(403, "forbidden");
    let schools = town.official.post_json(path, &pairing([town.school.id, town.second_school.id])).await;
    assert_eq!(told(&schools.expect_problem(422, "invalid")), [("parties", "not_a_pair")]);
    let over = json!({ "title_zh": "x", "parties": [town.second_school.id, town.firm.id], "first_day": town.day(-9), "last_day": town.day(-1) });
    town.official.post_json(path, &over).await.expect_problem(409, "term_is_over");

    let half = sign(&town.school, &brought, "sign").await.expect(200);
    assert_eq!(half["standing"], "offered");
    sign(&town.school, &brought, "sign").await.expect_problem(409, "only_others");
    assert_eq!(sign(&town.firm, &brought, "sign").await.expect(200)["standing"], "in_force");
    assert_eq!(town.audited("agreement.bring", &brought["id"]).await, 1);
    // Or one of them does not want to.
    let second = town.official.post_json(path, &pairing([town.second_school.id, town.firm.id])).await.expect(201);
    let refused = step(&town.second_school, &second, "refuse", &json!({ "reason": "已有伙伴" })).await.expect(200);
    assert_eq!(
        (&refused["standing"], &refused["by_organization_id"]),
        (&json!("refused"), &json!(town.second_school.id))
    );
    town.holds().await;
}
