//! The life of an agreement: written, refused, changed, signed, renewed.

use serde_json::{Value, json};

use crate::kit::{PDF, SECOND_PDF, Town, at, each, post_at, sign, step, told};

#[tokio::test]
async fn a_party_refuses_and_the_text_is_changed_and_offered_again() {
    let town = Town::new().await;
    let draft = town.draft(&json!({})).await;
    assert_eq!((&draft["standing"], &draft["parties"][0]["name_zh"]), (&json!("draft"), &json!("试验科技馆")));
    sign(&town.museum, &draft, "offer").await.expect_problem(409, "text_needed");
    // Before it is offered nobody else knows of it.
    for account in [&town.academy.account, &town.official, &town.far_official, &town.school.account] {
        account.get(&at(&draft)).await.expect_problem(404, "not_found");
    }
    town.text(&draft, PDF).await.expect(201);
    let blank = json!({ "name": "", "post": "馆长" });
    let problem = step(&town.museum, &draft, "offer", &blank).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("name", "required")]);
    let offered = sign(&town.museum, &draft, "offer").await.expect(200);
    assert_eq!(offered["standing"], "offered");
    assert_eq!(offered["parties"][0]["signature"]["post"], "主任");
    assert_eq!(offered["parties"][1]["signature"], Value::Null);
    // What is offered stays as it is, and is known to those whom it concerns.
    let change = json!({ "organization_id": town.museum.id, "aims": "共建" });
    let version = offered["version"].as_i64().expect("a version");
    let museum = &town.museum.account;
    museum.patch_json(&at(&draft), version, &change).await.expect_problem(409, "not_from_this_state");
    town.text(&draft, SECOND_PDF).await.expect_problem(409, "not_from_this_state");
    for account in [&town.academy.account, &town.official, &town.far_official] {
        account.get(&at(&draft)).await.expect(200);
    }
    town.school.account.get(&at(&draft)).await.expect_problem(404, "not_found");

    let problem = step(&town.academy, &draft, "refuse", &json!({})).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("reason", "required")]);
    sign(&town.museum, &draft, "sign").await.expect_problem(409, "only_others");
    let why = json!({ "reason": "期限过长" });
    let refused = step(&town.academy, &draft, "refuse", &why).await.expect(200);
    assert_eq!((&refused["standing"], &refused["reason"]), (&json!("refused"), &json!("期限过长")));
    assert_eq!(refused["by_organization_id"], json!(town.academy.id));
    sign(&town.academy, &draft, "sign").await.expect_problem(409, "not_from_this_state");

    // Another text and another term; both old and new text stay.
    town.text(&draft, SECOND_PDF).await.expect(201);
    let now = town.museum.account.get(&at(&draft)).await.expect(200);
    assert_eq!(now["standing"], "draft");
    let change = json!({ "organization_id": town.museum.id, "last_day": town.day(180), "title_zh": "合作协议" });
    town.museum.account.patch_json(&at(&draft), now["version"].as_i64().expect("a version"), &change).await.expect(200);
    sign(&town.museum, &draft, "offer").await.expect(200);
    let signed = sign(&town.academy, &draft, "sign").await.expect(200);
    assert_eq!((&signed["standing"], &signed["last_day"]), (&json!("in_force"), &json!(town.day(180))));
    let history = town.academy.account.get(&format!("{}/history", at(&draft))).await.expect(200);
    let steps: Vec<&str> =
        history["steps"].as_array().expect("steps").iter().filter_map(|s| s["step"].as_str()).collect();
    assert_eq!(steps, ["create", "text", "offer", "refuse", "text", "change", "offer", "sign"]);
    assert_eq!(history["steps"][3]["reason"], "期限过长");
    assert_eq!(history["texts"].as_array().map(Vec::len), Some(2));
    let text = format!("{}/texts/{}", at(&draft), history["texts"][0]["id"].as_str().expect("an id"));
    let file = town.academy.account.get(&text).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/pdf"));
    town.school.account.get(&text).await.expect_problem(404, "not_found");
    assert_eq!(town.audited("agreement.refuse", &draft["id"]).await, 1);
    town.holds().await;
}

#[tokio::test]
async fn three_sign_and_a_recall_asks_all_again() {
    let town = Town::new().await;
    let draft = town.draft(&json!({ "parties": [town.academy.id, town.firm.id], "last_day": null })).await;
    town.text(&draft, PDF).await.expect(201);
    sign(&town.museum, &draft, "offer").await.expect(200);
    let half = sign(&town.firm, &draft, "sign").await.expect(200);
    assert_eq!(half["standing"], "offered");
    sign(&town.firm, &draft, "sign").await.expect_problem(409, "signed_already");
    step(&town.firm, &draft, "recall", &json!({})).await.expect_problem(409, "only_proposer");
    step(&town.museum, &draft, "recall", &json!({})).await.expect(200);
    let again = sign(&town.museum, &draft, "offer").await.expect(200);
    assert_eq!(again["parties"][2]["signature"], Value::Null, "who signed the old one has not signed this one");
    sign(&town.firm, &draft, "sign").await.expect(200);
    assert_eq!(sign(&town.academy, &draft, "sign").await.expect(200)["standing"], "in_force");
    // A stale version changes nothing.
    let body = json!({ "organization_id": town.firm.id, "reason": "x" });
    post_at(&town.firm.account, &format!("{}/end", at(&draft)), &json!(1), &body)
        .await
        .expect_problem(412, "version_changed");
}

#[tokio::test]
async fn a_term_begins_and_ends_by_the_day_and_a_renewal_takes_its_place() {
    let mut town = Town::new().await;
    let first = town.signed(&json!({ "first_day": town.day(5), "last_day": town.day(30) })).await;
    assert_eq!(first["standing"], "not_begun");
    town.pass(5).await;
    let standing =
        async |town: &Town, one: &Value| town.academy.account.get(&at(one)).await.expect(200)["standing"].clone();
    assert_eq!(standing(&town, &first).await, "in_force");
    let from_the_start = json!({ "predecessor_id": first["id"], "first_day": first["first_day"] });
    let mut body = json!({
        "kind": "strategic", "title_zh": "续签", "proposer_id": town.museum.id, "parties": [town.academy.id],
        "first_day": town.day(10), "last_day": null, "predecessor_id": first["id"],
    });
    body["first_day"] = from_the_start["first_day"].clone();
    let museum = &town.museum.account;
    let problem = museum.post_json("/api/v1/agreements", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("first_day", "renews_from_the_start")]);
    body["first_day"] = json!(town.day(10));
    body["parties"] = json!([town.firm.id]);
    let problem = museum.post_json("/api/v1/agreements", &body).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("predecessor_id", "not_the_same_parties")]);
    let second =
        town.signed(&json!({ "predecessor_id": first["id"], "first_day": town.day(10), "last_day": null })).await;
    assert_eq!((&second["standing"], &second["predecessor_id"]), (&json!("not_begun"), &first["id"]));
    assert_eq!(standing(&town, &first).await, "in_force", "until the other one begins");
    town.pass(10).await;
    let old = town.academy.account.get(&at(&first)).await.expect(200);
    assert_eq!((&old["standing"], &old["successor_id"]), (&json!("renewed"), &second["id"]));
    assert_eq!(standing(&town, &second).await, "in_force");
    let listed = town.academy.account.get("/api/v1/agreements?standing=in_force").await.expect(200);
    assert_eq!(each(&listed, "id"), [second["id"].as_str().expect("an id")]);
    let listed = town.official.get("/api/v1/agreements?standing=renewed").await.expect(200);
    assert_eq!(each(&listed, "id"), [first["id"].as_str().expect("an id")]);
    // What is renewed is not renewed again, nor ended.
    let third = json!({ "predecessor_id": first["id"], "first_day": town.day(20) });
    let mut again = body.clone();
    again["parties"] = json!([town.academy.id]);
    again.as_object_mut().expect("an object").extend(third.as_object().expect("an object").clone());
    let problem = town.museum.account.post_json("/api/v1/agreements", &again).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("predecessor_id", "not_signed")]);
    step(&town.academy, &first, "end", &json!({ "reason": "x" })).await.expect_problem(409, "not_from_this_state");
}

/// Two renew an agreement of three by leaving the third out: its end would come without a word of it.
#[tokio::test]
async fn nobody_is_cut_out_by_a_renewal() {
    let town = Town::new().await;
    let three = json!({ "parties": [town.academy.id, town.firm.id] });
    let first = town.signed(&three).await;
    sign(&town.firm, &first, "sign").await.expect(200);
    let renewal =
        |day: i64| json!({ "predecessor_id": first["id"], "first_day": town.day(day), "parties": three["parties"] });
    let draft = town.draft(&renewal(10)).await;
    let change = |what: &Value| {
        let mut body = json!({ "organization_id": town.museum.id });
        body.as_object_mut().expect("an object").extend(what.as_object().expect("an object").clone());
        body
    };
    let museum = &town.museum.account;
    let without = change(&json!({ "parties": [town.academy.id] }));
    let problem = museum.patch_json(&at(&draft), 1, &without).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("predecessor_id", "not_the_same_parties")]);
    let early = change(&json!({ "first_day": town.day(0) }));
    let problem = museum.patch_json(&at(&draft), 1, &early).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("first_day", "renews_from_the_start")]);
    town.text(&draft, PDF).await.expect(201);
    // As it could be written before this was looked at.
    let sql = "DELETE FROM agreement_party WHERE agreement_id = $1::uuid AND organization_id = $2";
    let id = draft["id"].as_str().expect("an id");
    sqlx::query(sql).bind(id).bind(town.firm.id).execute(town.server.pool()).await.expect("left out");
    sign(&town.museum, &draft, "offer").await.expect_problem(409, "predecessor_not_renewable");
    assert_eq!(town.firm.account.get(&at(&first)).await.expect(200)["over_from"], Value::Null);

    // Of two renewals one is signed; whoever would sign the other learns it at once, not the last of them.
    let (one, other) = (town.draft(&renewal(20)).await, town.draft(&renewal(30)).await);
    for renewed in [&one, &other] {
        town.text(renewed, PDF).await.expect(201);
        sign(&town.museum, renewed, "offer").await.expect(200);
    }
    for party in [&town.academy, &town.firm] {
        sign(party, &one, "sign").await.expect(200);
    }
    let late = sign(&town.firm, &other, "sign").await.expect_problem(409, "predecessor_not_renewable");
    assert!(late["detail"].as_str().is_some_and(|text| text.contains("renewed by another")), "{late}");
    step(&town.museum, &other, "withdraw", &json!({})).await.expect(200);
    town.holds().await;
}

#[tokio::test]
async fn what_is_over_before_it_is_signed_is_not_signed() {
    let mut town = Town::new().await;
    let draft = town.draft(&json!({ "last_day": town.day(3) })).await;
    town.text(&draft, PDF).await.expect(201);
    sign(&town.museum, &draft, "offer").await.expect(200);
    town.pass(4).await;
    sign(&town.academy, &draft, "sign").await.expect_problem(409, "term_is_over");
    let withdrawn = step(&town.museum, &draft, "withdraw", &json!({ "reason": "过期" })).await.expect(200);
    assert_eq!((&withdrawn["standing"], &withdrawn["reason"]), (&json!("withdrawn"), &json!("过期")));
    sign(&town.museum, &draft, "offer").await.expect_problem(409, "not_from_this_state");
}

#[tokio::test]
async fn parties_and_days_that_cannot_be_are_refused_together() {
    let town = Town::new().await;
    let museum = &town.museum.account;
    let body = |change: Value| {
        let mut body = json!({
            "kind": "strategic", "title_zh": "协议", "proposer_id": town.museum.id, "parties": [town.academy.id],
            "first_day": town.day(0),
        });
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body
    };
    for (change, errors) in [
        (json!({ "parties": [] }), vec![("parties", "party_count")]),
        (json!({ "parties": [town.museum.id] }), vec![("parties", "party_twice")]),
        (json!({ "parties": [town.here] }), vec![("parties", "unknown")]),
        (
            json!({ "last_day": town.day(-1), "title_zh": " " }),
            vec![("last_day", "before_first_day"), ("title_zh", "required")],
        ),
        (json!({ "title_zh": "\u{200b}\u{feff}" }), vec![("title_zh", "required")]),
        (json!({ "first_day": "0001-01-01" }), vec![("first_day", "out_of_range")]),
        (json!({ "last_day": "9999-12-31" }), vec![("last_day", "out_of_range")]),
        (
            json!({ "first_day": "+200000-01-01", "last_day": "+200000-01-01" }),
            vec![("first_day", "out_of_range"), ("last_day", "out_of_range")],
        ),
        (json!({ "kind": "pairing" }), vec![("parties", "not_a_pair")]),
        (json!({ "kind": "pairing", "parties": [town.school.id, town.firm.id] }), vec![("parties", "not_two")]),
    ] {
        let problem =
            museum.post_json("/api/v1/agreements", &body(change.clone())).await.expect_problem(422, "invalid");
        assert_eq!(told(&problem), errors, "{change}");
    }
    let keyed = museum.client.clone().with_header("Idempotency-Key", "draft-1");
    let once = keyed.post_json("/api/v1/agreements", &body(json!({}))).await.expect(201);
    assert_eq!(keyed.post_json("/api/v1/agreements", &body(json!({}))).await.expect(201)["id"], once["id"]);
    let change = json!({ "organization_id": town.museum.id, "last_day": "9999-12-31" });
    let problem = museum.patch_json(&at(&once), 1, &change).await.expect_problem(422, "invalid");
    assert_eq!(told(&problem), [("last_day", "out_of_range")]);
}

/// Whoever waits for an agreement reads its texts as of after the wait: their numbers do not meet.
#[tokio::test]
async fn texts_that_are_added_at_once_are_numbered_one_after_the_other() {
    let town = Town::new().await;
    let draft = town.draft(&json!({})).await;
    let (one, two, three) =
        futures::join!(town.text(&draft, PDF), town.text(&draft, SECOND_PDF), town.text(&draft, PDF));
    let mut numbers: Vec<i64> =
        [one, two, three].into_iter().filter_map(|answer| answer.expect(201)["number"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
}

#[tokio::test]
async fn each_party_is_reminded_that_an_agreement_ends() {
    let mut town = Town::new().await;
    let agreement = town.signed(&json!({ "last_day": town.day(40) })).await;
    let remind = async |town: &Town| kepu_api::reminders::remind(town.server.state()).await.expect("reminded");
    assert_eq!(remind(&town).await, 0, "it is far ahead");
    town.pass(10).await;
    assert_eq!(remind(&town).await, 2);
    assert_eq!(remind(&town).await, 0, "once is enough");
    let list = town.academy.account.get("/api/v1/reminders").await.expect(200);
    let told = &list["items"][0];
    assert_eq!(
        (&told["step"], &told["stage"], &told["object_id"]),
        (&json!("agreement_ends"), &json!("soon"), &agreement["id"])
    );
    assert_eq!(town.firm.account.get("/api/v1/reminders").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn the_other_parties_are_told_at_once() {
    let town = Town::new().await;
    let of = |agreement: &Value, steps: &[&str]| -> Vec<(String, String)> {
        steps.iter().map(|step| ((*step).to_owned(), agreement["id"].as_str().expect("an id").to_owned())).collect()
    };
    let draft = town.draft(&json!({ "parties": [town.academy.id, town.school.id] })).await;
    town.text(&draft, PDF).await.expect(201);
    assert_eq!(town.academy.account.news().await, [], "a draft is the proposer's alone");
    sign(&town.museum, &draft, "offer").await.expect(200);
    assert_eq!(town.academy.account.news().await, of(&draft, &["agreement_offered"]));
    step(&town.academy, &draft, "refuse", &json!({ "reason": "期限太长" })).await.expect(200);
    assert_eq!(town.museum.account.news().await, of(&draft, &["agreement_refused"]));
    assert_eq!(town.school.account.news().await, of(&draft, &["agreement_offered", "agreement_refused"]));
    assert_eq!(town.academy.account.news().await, of(&draft, &["agreement_offered"]), "who does it knows it");

    let signed = town.signed(&json!({})).await;
    step(&town.academy, &signed, "end", &json!({ "reason": "场馆改造" })).await.expect(200);
    let ended = of(&signed, &["agreement_ended"]);
    assert_eq!(town.museum.account.news().await, [of(&draft, &["agreement_refused"]), ended].concat());
    // A pairing is offered as it is written down.
    let pairing = town.propose(&town.school, &town.firm).await.expect(201);
    assert_eq!(town.firm.account.news().await, of(&pairing, &["agreement_offered"]));
    for stranger in [&town.second_school.account, &town.official, &town.far_official] {
        assert_eq!(stranger.news().await, []);
    }
}
