//! Schools and firms say what they offer and seek, find each other and pair.

use kepu_tests::Answer;
use serde_json::{Value, json};

use crate::kit::{Place, Town, at, each, sign, step, told};

async fn describe(place: &Place, offers: &[&str], seeks: &[&str]) -> Answer {
    let body = json!({
        "offers": offers, "seeks": seeks, "offer_note": "每学期两次", "open": true, "persons_per_year": 60,
        "grades": { "from": 4, "to": 6 },
    });
    let path = format!("/api/v1/organizations/{}/partner-profile", place.id);
    let version = place.account.get(&path).await.expect(200)["version"].as_i64().expect("a version");
    place.account.put_if(&path, version, &body).await
}

fn search(place: &Place) -> String {
    format!("/api/v1/partners?organization_id={}", place.id)
}

#[tokio::test]
async fn a_school_and_a_firm_find_each_other_and_pair() {
    let town = Town::new().await;
    let school = &town.school.account;
    assert_eq!(school.get(&search(&town.school)).await.expect(200)["described"], false);
    describe(&town.school, &["biology"], &["robotics", "ai", "ai"]).await.expect(200);
    let seen =
        town.firm.account.get(&format!("/api/v1/organizations/{}/partner-profile", town.school.id)).await.expect(200);
    assert_eq!((&seen["seeks"], &seen["version"]), (&json!(["robotics", "ai"]), &json!(1)));
    describe(&town.firm, &["robotics"], &["energy"]).await.expect(200);
    describe(&town.academy, &["ai", "robotics"], &["biology"]).await.expect(200);
    describe(&town.museum, &["geology"], &["marine"]).await.expect(200);
    describe(&town.second_school, &["robotics"], &[]).await.expect(200);
    let found = school.get(&search(&town.school)).await.expect(200);
    assert_eq!(each(&found, "name_zh"), ["试验研究院", "试验企业"], "three fields before one; no other school");
    assert_eq!(
        found["items"][1]["reasons"],
        json!([
            { "code": "offers_what_you_seek", "fields": ["robotics"], "count": null },
            { "code": "same_district", "fields": [], "count": null },
            { "code": "pairings", "fields": [], "count": 0 },
        ])
    );

    let offered = town.propose(&town.school, &town.firm).await.expect(201);
    assert_eq!((&offered["standing"], &offered["kind"]), (&json!("offered"), &json!("pairing")));
    let found = school.get(&search(&town.school)).await.expect(200);
    assert_eq!(
        (&found["items"][1]["agreement_id"], &found["items"][1]["agreement_standing"]),
        (&offered["id"], &json!("offered"))
    );
    // Neither of the two proposes it again while it waits or holds.
    town.propose(&town.school, &town.firm).await.expect_problem(409, "already_paired");
    town.propose(&town.firm, &town.school).await.expect_problem(409, "already_paired");
    let signed = sign(&town.firm, &offered, "sign").await.expect(200);
    assert_eq!(signed["standing"], "in_force");
    town.propose(&town.firm, &town.school).await.expect_problem(409, "already_paired");
    // Many to many: the firm with another school, the school with another partner.
    let other = town.propose(&town.firm, &town.second_school).await.expect(201);
    sign(&town.second_school, &other, "sign").await.expect(200);
    let third = town.propose(&town.school, &town.academy).await.expect(201);
    sign(&town.academy, &third, "sign").await.expect(200);

    let network = town.far_official.get("/api/v1/network?kind=pairing").await.expect(200);
    assert_eq!(
        network["figures"],
        json!({ "organizations": 4, "agreements": 3, "pairings": 3, "schools": 2, "partners": 2 })
    );
    let near = town.official.get(&format!("/api/v1/network?district_id={}", town.there)).await.expect(200);
    assert_eq!(near["ties"].as_array().map(Vec::len), Some(1));
    assert_eq!(town.official.get("/api/v1/network?kind=strategic").await.expect(200)["ties"], json!([]));
    // Once it is ended they may pair anew.
    step(&town.school, &offered, "end", &json!({ "reason": "换届" })).await.expect(200);
    town.propose(&town.firm, &town.school).await.expect(201);
    town.holds().await;
}

/// The service looks before it pairs; the database refuses even who does not look.
#[tokio::test]
async fn of_two_who_propose_at_once_one_does() {
    let town = Town::new().await;
    let (one, other) = futures::join!(town.propose(&town.school, &town.firm), town.propose(&town.firm, &town.school));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [201, 409], "{} {}", one.text(), other.text());
    let won = if one.status == 201 { one.body } else { other.body };
    let copied = sqlx::query(
        "INSERT INTO agreement (id, kind, title_zh, proposer_id, first_day, last_day, state, standing, offered_at, pair_first,
                                pair_second, created_by, created_at, updated_at)
         SELECT gen_random_uuid(), kind, title_zh, proposer_id, first_day, last_day, state, standing, offered_at, pair_first,
                pair_second, created_by, created_at, updated_at FROM agreement WHERE id = $1::uuid",
    )
    .bind(won["id"].as_str().expect("an id"))
    .execute(town.server.pool())
    .await
    .expect_err("a second pairing of the same two");
    assert_eq!(copied.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(), Some("23P01"));
}

#[tokio::test]
async fn a_proposal_is_refused_and_a_closed_organization_signs_nothing() {
    let town = Town::new().await;
    let offered = town.propose(&town.school, &town.firm).await.expect(201);
    let refused = step(&town.firm, &offered, "refuse", &json!({ "reason": "名额已满" })).await.expect(200);
    assert_eq!((&refused["standing"], &refused["reason"]), (&json!("refused"), &json!("名额已满")));
    // A refused proposal keeps nobody from another one.
    let again = town.propose(&town.firm, &town.school).await.expect(201);
    let close = |id: uuid::Uuid| {
        sqlx::query("UPDATE organization SET status = 'closed' WHERE id = $1").bind(id).execute(town.server.pool())
    };
    close(town.firm.id).await.expect("closed");
    let problem = sign(&town.school, &again, "sign").await.expect_problem(409, "organization_closed");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("试验企业")), "{problem}");
    town.propose(&town.school, &town.firm).await.expect_problem(409, "organization_closed");
    describe(&town.firm, &["robotics"], &[]).await.expect_problem(409, "organization_closed");
    assert_eq!(town.audited("agreement.refuse", &offered["id"]).await, 1);
    let kept: Value = town.school.account.get(&at(&again)).await.expect(200);
    assert_eq!(kept["standing"], "offered");
}

#[tokio::test]
async fn a_description_that_cannot_be_is_refused() {
    let town = Town::new().await;
    let path = format!("/api/v1/organizations/{}/partner-profile", town.school.id);
    let put = async |body: Value| town.school.account.put_if(&path, 0, &body).await.expect_problem(422, "invalid");
    let problem = put(json!({ "offers": [], "seeks": [], "open": true, "persons_per_year": 0 })).await;
    assert_eq!(told(&problem), [("persons_per_year", "out_of_range"), ("offers", "required")]);
    let problem = put(json!({ "offers": ["alchemy"], "seeks": [], "open": true })).await;
    assert_eq!(told(&problem), [("offers[0]", "invalid_value")]);
    let problem = put(json!({ "offers": ["ai"], "seeks": [], "open": true, "grades": { "from": 6, "to": 4 } })).await;
    assert_eq!(told(&problem), [("grades.to", "before_from")]);
}

#[tokio::test]
async fn nobodys_words_are_written_over_unseen() {
    let town = Town::new().await;
    describe(&town.school, &["biology"], &["ai"]).await.expect(200);
    let path = format!("/api/v1/organizations/{}/partner-profile", town.school.id);
    let body = json!({ "offers": ["ai"], "seeks": [], "open": true });
    town.school.account.put_json(&path, &body).await.expect_problem(428, "if_match_required");
    town.school.account.put_if(&path, 0, &body).await.expect_problem(412, "version_changed");
    let after = town.school.account.put_if(&path, 1, &body).await.expect(200);
    assert_eq!((&after["offers"], &after["version"]), (&json!(["ai"]), &json!(2)));
}

#[tokio::test]
async fn works_are_shown_on_the_market_and_taken_off() {
    let town = Town::new().await;
    let works = format!("/api/v1/organizations/{}/works", town.firm.id);
    let firm = &town.firm.account;
    let http = json!({ "title": "焊接机器人", "link": "http://example.com" });
    assert_eq!(told(&firm.post_json(&works, &http).await.expect_problem(422, "invalid")), [("link", "not_https")]);
    let work =
        json!({ "title": "焊接机器人", "summary": "六轴", "field": "robotics", "link": "https://example.com/arm" });
    let shown = firm.post_json(&works, &work).await.expect(201);
    describe(&town.school, &["biology"], &["robotics"]).await.expect(200);
    describe(&town.academy, &["ai"], &[]).await.expect(200);

    // Whoever reads the network finds it, in any district.
    let find = async |query: &str| {
        let page = town.far_official.get(&format!("/api/v1/market?{query}")).await.expect(200);
        each(&page, "name_zh").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(find("").await, ["试验研究院", "第一试验学校", "试验企业"]);
    assert_eq!(find("side=school").await, ["第一试验学校"]);
    assert_eq!(find("side=partner").await, ["试验研究院", "试验企业"]);
    assert_eq!(find("field=robotics").await, ["第一试验学校", "试验企业"], "seeks it, or shows a work of it");
    assert_eq!(find(&format!("district_id={}", town.there)).await, ["试验研究院"]);
    assert_eq!(find("q=%E5%85%AD%E8%BD%B4").await, ["试验企业"], "by a word of a work");
    let own = firm.get(&format!("/api/v1/market?organization_id={}", town.firm.id)).await.expect(200);
    assert_eq!((&own["items"][0]["works"][0], own["items"].as_array().map(Vec::len)), (&shown, Some(1)));

    let one = format!("{works}/{}", shown["id"].as_str().expect("an id"));
    town.museum.account.delete(&one).await.expect_problem(403, "forbidden");
    firm.delete(&one).await.expect(204);
    firm.delete(&one).await.expect_problem(404, "not_found");
    assert_eq!(find("side=partner").await, ["试验研究院"], "who says and shows nothing is not there");
    assert_eq!(town.audited("partner.show", &json!(town.firm.id)).await, 1);
    assert_eq!(town.audited("partner.take_off", &json!(town.firm.id)).await, 1);
}
