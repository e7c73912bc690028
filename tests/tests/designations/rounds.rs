//! What keeps a round going when something comes in between: reviewers from elsewhere, reviews that are late or wrong,
//! returns past their day, more time and more places, objections by anybody, and all awards in one go.

use std::io::Cursor;

use kepu_domain::role::{GrantScope, Role};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{Town, id, rules, text};

/// The city's official, for a district that is chosen.
fn in_district(town: &mut Town, names: &[&'static str]) {
    let district = town.district;
    for name in names {
        let account = town.accounts.get_mut(name).expect("there");
        account.client = account.client.clone().for_district(district);
    }
}

fn round_path(round: &Value) -> String {
    format!("/api/v1/rounds/{}", text(&round["id"]))
}

fn decisions(choices: &[(&str, bool)]) -> Value {
    let one = |(path, approve): &(&str, bool)| json!({ "application_id": id(path), "approve": approve, "reason": if *approve { "" } else { "不足" } });
    json!({ "decisions": choices.iter().map(one).collect::<Vec<_>>() })
}

/// Applications of these, complete, and reviewed twice with so many points of staff.
async fn reviewed(town: &Town, round: &Value, points: &[(&str, u32)]) -> Vec<String> {
    let mut applications = Vec::new();
    for (name, _) in points {
        let application = town.apply(round, name).await;
        town.post("official", &format!("{application}/completeness"), &json!({ "complete": true })).await.expect(200);
        applications.push(application);
    }
    town.assign(round, &["one", "two"]).await;
    for (application, (_, staff)) in applications.iter().zip(points) {
        for reviewer in ["one", "two"] {
            town.review(reviewer, application, 40, *staff).await.expect(200);
        }
    }
    applications
}

#[tokio::test]
async fn a_city_runs_a_round_over_districts_with_reviewers_from_anywhere() {
    let mut town = Town::new().await;
    let city = town.server.city();
    let other = town.server.district("外区").await;
    let there = town.server.organization(other, "kindergarten", "外区幼儿园").await;
    let institute = town.server.organization(other, "institute", "外区研究所").await;
    town.organizations.insert("there", there);
    town.enter("there", Role::SchoolAdmin, GrantScope::Organization { district: other, organization: there }).await;
    let expert = GrantScope::Organization { district: other, organization: institute };
    town.enter("expert", Role::BaseStaff, expert).await;
    let authority = || GrantScope::Authority { authority: city, districts: vec![town.district, other] };
    let (first, second) = (authority(), authority());
    town.enter("city", Role::CityOfficial, first).await;
    town.enter("colleague", Role::CityOfficial, second).await;
    town.go_to("2026-09-01").await;
    in_district(&mut town, &["city", "colleague"]);

    let scheme = json!({ "code": "city-centre", "name_zh": "市级科创中心", "authority_id": city,
        "holder_kinds": ["kindergarten"], "rules": rules() });
    let scheme = town.by("city").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let opened = json!({ "name_zh": "首批", "opens_on": "2026-09-01", "closes_on": "2026-09-15" });
    let rounds = format!("/api/v1/schemes/{}/rounds", text(&scheme["id"]));
    let round = town.by("city").post_json(&rounds, &opened).await.expect(201);
    let path = round_path(&round);
    let application = town.apply(&round, "there").await;
    town.post("city", &format!("{application}/completeness"), &json!({ "complete": true })).await.expect(200);

    // Reviewers are looked up by name, organization or whole login; names and organizations are told, and no more.
    let find = async |q: &str| town.by("city").get(&format!("{path}/reviewers/candidates?q={q}")).await.expect(200);
    let found = find(&town.by("expert").login).await;
    let who = &found["items"][0];
    assert_eq!((&who["account_id"], &who["belongs_to"]), (&json!(town.by("expert").id), &json!(["外区研究所"])));
    assert_eq!(who.as_object().map(serde_json::Map::len), Some(3), "{who}");
    assert_eq!(find("外区研究").await, found);
    assert_eq!(find(&town.by("auditor").login).await["items"], json!([]), "auditors review nothing");
    town.by("city").get(&format!("{path}/reviewers/candidates?q=")).await.expect_problem(422, "invalid");
    town.by("expert").get(&format!("{path}/reviewers/candidates?q=x")).await.expect_problem(403, "forbidden");
    let reviewers = json!({ "accounts": [town.by("expert").id, town.by("colleague").id] });
    town.send("city", Method::PUT, &format!("{path}/reviewers"), &reviewers).await.expect(200);
    for name in ["expert", "colleague"] {
        let to_review = town.by(name).get("/api/v1/applications?to_review=true").await.expect(200);
        assert_eq!(text(&to_review["items"][0]["id"]), id(&application), "{name}");
        town.read(name, &application).await;
        town.review(name, &application, 30, 50).await.expect(200);
    }

    town.go_to("2026-09-16").await;
    in_district(&mut town, &["city", "colleague"]);
    town.by("city").post_json(&format!("{path}/decisions"), &decisions(&[(&application, true)])).await.expect(200);
    town.by("city").post(&format!("{path}/publication")).await.expect(200);
    town.go_to("2026-09-24").await;
    in_district(&mut town, &["city", "colleague"]);
    let proposal = town.by("city").get(&format!("{path}/awards")).await.expect(200);
    assert_eq!((&proposal["prefix"], &proposal["first"]), (&json!("CITY-CENTRE-2026-"), &json!(1)));
    let awards = json!({ "applications": [id(&application)], "prefix": "SJ-", "first": 1, "digits": 2 });
    town.by("city").post_json(&format!("{path}/awards"), &awards).await.expect(200);
    let papers = town.by("city").get(&format!("{path}/papers.zip")).await;
    assert_eq!((papers.status, papers.bytes.starts_with(b"PK")), (200, true));
    let held = town.server.anonymous().get("/api/v1/register/SJ-01").await.expect(200);
    assert_eq!(held["items"][0]["designation"]["organization_name_zh"], "外区幼儿园");
    town.holds().await;
}

#[tokio::test]
#[expect(clippy::many_single_char_names, reason = "the applicants are called so")]
async fn the_last_places_are_kept_for_who_is_not_seen_through() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let path = round_path(&round);
    let all = reviewed(&town, &round, &[("a", 55), ("b", 40), ("c", 30)]).await;
    let [a, b, c] = &all[..] else { panic!("three") };
    let d = town.apply(&round, "d").await;
    town.post("official", &format!("{d}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.review("one", &d, 40, 50).await.expect(200);
    let e = town.apply(&round, "e").await;
    town.go_to("2026-09-16").await;

    // Three places: one review of d is lacking, e is not checked.
    let ranking = town.by("official").get(&format!("{path}/ranking")).await.expect(200);
    let stands = |ranking: &Value| -> Vec<(String, String)> {
        let one = |row: &Value| (text(&row["application_id"]).to_owned(), text(&row["chance"]).to_owned());
        ranking["items"].as_array().expect("items").iter().map(one).collect()
    };
    let right = [(a, "within"), (&d, "pending"), (b, "awaits"), (c, "awaits")];
    assert_eq!(stands(&ranking), right.map(|(path, chance)| (id(path).to_owned(), chance.to_owned())));
    assert_eq!(text(&ranking["unchecked"][0]["application_id"]), id(&e));
    let decide = format!("{path}/decisions");
    let two = decisions(&[(a, true), (b, true)]);
    let problem = town.by("official").post_json(&decide, &two).await.expect_problem(409, "places_pending");
    let names: Vec<&str> =
        problem["errors"].as_array().expect("names").iter().map(|one| text(&one["message"])).collect();
    assert_eq!(names, ["中心d", "中心e"]);
    town.by("official").post_json(&decide, &decisions(&[(a, true)])).await.expect(200);

    // Seen through, each has what it deserves; what was returned and not completed holds nothing up.
    town.post("official", &format!("{e}/completeness"), &json!({ "complete": false, "reason": "缺" }))
        .await
        .expect(200);
    town.by("official").post_json(&decide, &decisions(&[(b, true)])).await.expect_problem(409, "places_pending");
    town.review("two", &d, 40, 50).await.expect(200);
    town.go_to("2026-09-27").await;
    town.by("official")
        .post_json(&decide, &decisions(&[(b, true), (c, true)]))
        .await
        .expect_problem(409, "passed_over");
    town.by("official").post_json(&decide, &decisions(&[(&d, true), (b, true)])).await.expect(200);
    let more = town.by("official").post_json(&decide, &decisions(&[(c, true)])).await;
    more.expect_problem(409, "quota_exceeded");

    // More places are given with a reason, and the name is corrected.
    let change = async |name: &str, body: Value| town.send(name, Method::PATCH, &path, &body).await;
    change("official", json!({ "quota": 4 })).await.expect_problem(422, "invalid");
    change("official", json!({ "quota": 3, "reason": "增加" })).await.expect_problem(422, "invalid");
    change("auditor", json!({ "name_zh": "首批" })).await.expect_problem(403, "forbidden");
    let changed =
        change("official", json!({ "quota": 4, "reason": "增加名额", "name_zh": "第一批" })).await.expect(200);
    assert_eq!((&changed["rules"]["quota"], &changed["name_zh"]), (&json!(4), &json!("第一批")));
    town.by("official").post_json(&decide, &decisions(&[(c, true)])).await.expect(200);
    assert_eq!(town.audited("round.change").await, 1);
}

#[tokio::test]
async fn a_return_past_its_day_is_given_more_time_or_refused() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let (a, b) = (town.apply(&round, "a").await, town.apply(&round, "b").await);
    for application in [&a, &b] {
        let missing = json!({ "complete": false, "reason": "缺少计划" });
        town.post("official", &format!("{application}/completeness"), &missing).await.expect(200);
    }
    let refuse = json!({ "reason": "逾期未补正" });
    let (extension, refusal) = (format!("{a}/completion/extension"), format!("{b}/completion/refusal"));
    town.post("official", &refusal, &refuse).await.expect_problem(409, "with_applicant");
    town.go_to("2026-09-12").await;
    town.post("a", &format!("{a}/submit"), &Value::Null).await.expect_problem(409, "completion_late");
    let late = town.by("official").get("/api/v1/late").await.expect(200);
    assert_eq!(late["applications"].as_array().map(Vec::len), Some(2));

    for until in ["2026-09-11", "2026-09-10"] {
        let past = json!({ "until": until, "reason": "台风" });
        town.post("official", &extension, &past).await.expect_problem(422, "invalid");
    }
    town.post("official", &extension, &json!({ "until": "2026-09-20", "reason": " " }))
        .await
        .expect_problem(422, "invalid");
    let longer = json!({ "until": "2026-09-20", "reason": "台风停课" });
    let extended = town.post("official", &extension, &longer).await.expect(200);
    assert_eq!((&extended["state"], &extended["until"]), (&json!("returned"), &json!("2026-09-20")));
    let seen = town.read("a", &a).await;
    let last = seen["history"].as_array().and_then(|all| all.last()).expect("a step");
    assert_eq!((&last["step"], &last["reason"]), (&json!("extend"), &json!("台风停课")));
    assert_eq!(seen["reason"], "缺少计划", "what is missing stays");
    town.post("a", &format!("{a}/submit"), &Value::Null).await.expect(200);
    town.post("official", &extension, &longer).await.expect_problem(409, "submitted_already");

    town.post("official", &refusal, &json!({ "reason": "" })).await.expect_problem(422, "invalid");
    let refused = town.post("official", &refusal, &refuse).await.expect(200);
    assert_eq!((&refused["state"], &refused["until"]), (&json!("refused"), &json!("2026-09-22")));
    town.post("b", &format!("{b}/appeal"), &json!({ "grounds": "已寄出" })).await.expect(200);
    let late = town.by("official").get("/api/v1/late").await.expect(200);
    assert_eq!(late["applications"], json!([]));
    assert_eq!((town.audited("application.extend").await, town.audited("application.refuse_incomplete").await), (1, 1));
}

#[tokio::test]
async fn a_round_takes_applications_for_longer_until_something_is_decided() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let path = round_path(&round);
    let a = &reviewed(&town, &round, &[("a", 55)]).await[0];
    let extend = async |town: &Town, to: &str, reason: &str| {
        town.send("official", Method::PATCH, &path, &json!({ "closes_on": to, "reason": reason })).await
    };
    extend(&town, "2026-09-20", "").await.expect_problem(422, "invalid");
    extend(&town, "2026-09-14", "提前").await.expect_problem(422, "invalid");
    extend(&town, "2026-09-17", "延长申报").await.expect(200);
    town.go_to("2026-09-17").await;
    town.apply(&round, "b").await;
    town.go_to("2026-09-19").await;
    extend(&town, "2026-09-18", "延长申报").await.expect_problem(422, "invalid");
    extend(&town, "2026-09-20", "再延长").await.expect(200);
    let c = town.apply(&round, "c").await;
    town.go_to("2026-09-21").await;
    town.post("c", &format!("{c}/withdraw"), &json!({})).await.expect(200);
    town.by("official").post_json(&format!("{path}/decisions"), &decisions(&[(a, true)])).await.expect(200);
    extend(&town, "2026-09-30", "再延长").await.expect_problem(409, "decided_already");
    assert_eq!(town.audited("round.change").await, 2);
}

#[tokio::test]
#[expect(clippy::many_single_char_names, reason = "the applicants are called so")]
async fn whom_an_appeal_gives_right_has_a_place_in_a_full_round() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let path = round_path(&round);
    let all = reviewed(&town, &round, &[("a", 55), ("b", 50), ("c", 45), ("d", 40), ("e", 35)]).await;
    let [a, b, c, d, e] = &all[..] else { panic!("five") };
    town.go_to("2026-09-16").await;
    let decide = format!("{path}/decisions");
    // The fourth is refused as wrongly measured, and the quota is full.
    let choices = decisions(&[(a, true), (b, true), (c, true), (d, false)]);
    town.by("official").post_json(&decide, &choices).await.expect(200);
    town.post("d", &format!("{d}/appeal"), &json!({ "grounds": "测量有误" })).await.expect(200);
    let uphold = json!({ "uphold": true, "reason": "属实" });
    town.post("second", &format!("{d}/appeal/answer"), &uphold).await.expect(200);
    town.assign(&round, &["three", "four"]).await;
    for name in ["three", "four"] {
        town.review(name, d, 40, 60).await.expect(200);
    }
    let ranking = town.by("second").get(&format!("{path}/ranking")).await.expect(200);
    let within: Vec<bool> =
        ranking["items"].as_array().expect("items").iter().map(|one| one["within"] == true).collect();
    assert_eq!((&ranking["places_left"], within), (&json!(0), vec![true, false]));
    let more = town.by("second").post_json(&decide, &decisions(&[(d, true), (e, true)])).await;
    more.expect_problem(409, "quota_exceeded");
    town.by("second").post_json(&decide, &decisions(&[(d, true), (e, false)])).await.expect(200);
    let published = town.by("second").post(&format!("{path}/publication")).await.expect(200);
    assert_eq!(published["items"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn whoever_is_signed_in_may_object_and_reads_the_answer() {
    let mut town = Town::new().await;
    let (district, city) = (town.district, town.server.city());
    let elsewhere = town.server.district("外区").await;
    let person = |person| GrantScope::Person { district, person: Uuid::from_u128(person) };
    town.enter("guardian", Role::Guardian, person(7)).await;
    town.enter("student", Role::Student, person(8)).await;
    town.enter("stranger", Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    let authority = GrantScope::Authority { authority: city, districts: vec![district, elsewhere] };
    town.enter("city", Role::CityOfficial, authority).await;
    town.go_to("2026-09-01").await;
    in_district(&mut town, &["city"]);
    let round = town.round().await;
    let path = round_path(&round);
    let a = &reviewed(&town, &round, &[("a", 55)]).await[0];
    let objections = format!("{a}/objections");
    let grounds = json!({ "grounds": "消防未验收" });
    for name in ["guardian", "stranger"] {
        town.by(name).post_json(&objections, &grounds).await.expect_problem(404, "not_found");
    }
    town.post("official", &format!("{path}/close"), &json!({ "reason": "提前截止" })).await.expect(200);
    town.by("official").post_json(&format!("{path}/decisions"), &decisions(&[(a, true)])).await.expect(200);
    town.by("official").post(&format!("{path}/publication")).await.expect(200);
    town.server.anonymous().post_json(&objections, &grounds).await.expect_problem(401, "not_signed_in");
    let mut made = Value::Null;
    for name in ["guardian", "student", "city", "auditor", "stranger", "teacher"] {
        made = town.by(name).post_json(&objections, &grounds).await.expect(201);
        town.by(name).post_json(&objections, &grounds).await.expect_problem(409, "objected_already");
    }
    town.by("a").post_json(&objections, &grounds).await.expect_problem(409, "own_application");
    let own = town.by("teacher").get("/api/v1/objections").await.expect(200);
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1));
    let mine = &own["items"][0];
    assert_eq!(
        (&mine["id"], &mine["outcome"], &mine["organization_name_zh"]),
        (&made["id"], &Value::Null, &json!("中心a"))
    );
    let answer = json!({ "uphold": false, "reason": "已验收" });
    town.by("official")
        .post_json(&format!("/api/v1/objections/{}/answer", text(&made["id"])), &answer)
        .await
        .expect(200);
    let own = town.by("teacher").get("/api/v1/objections").await.expect(200);
    assert_eq!((&own["items"][0]["outcome"], &own["items"][0]["answer"]), (&json!("dismissed"), &json!("已验收")));
    let others = town.by("guardian").get("/api/v1/objections").await.expect(200);
    assert_eq!(others["items"][0]["outcome"], Value::Null);
    assert_eq!(town.by("b").get("/api/v1/objections").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_review_by_somebody_tied_is_struck_and_another_takes_its_place() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let path = round_path(&round);
    let a = &reviewed(&town, &round, &[("a", 60)]).await[0];
    let strike = format!("{a}/reviews/{}/strike", town.by("two").id);
    let tie = json!({ "account_id": town.by("two").id, "reason": "亲属" });
    town.by("official").post_json(&format!("{a}/ties"), &tie).await.expect_problem(409, "reviewed_already");
    let reason = json!({ "reason": "与园长为亲属" });
    for (name, status) in [("auditor", 403), ("a", 403), ("one", 403), ("b", 404)] {
        assert_eq!(town.by(name).post_json(&strike, &reason).await.status, status, "{name}");
    }
    town.by("official").post_json(&strike, &json!({ "reason": "" })).await.expect_problem(422, "invalid");
    town.by("official").post_json(&strike, &reason).await.expect(200);
    town.by("official").post_json(&strike, &reason).await.expect_problem(404, "not_found");

    // It stays to be read with the reason, which the applicant does not see, and counts for nothing.
    let reviews = town.by("official").get(&format!("{a}/reviews")).await.expect(200);
    let struck = reviews["items"].as_array().expect("items").iter().find(|one| !one["struck"].is_null()).expect("one");
    assert_eq!((&struck["account_id"], &struck["struck"]["reason"]), (&json!(town.by("two").id), &reason["reason"]));
    let step = |view: &Value| view["history"].as_array().and_then(|all| all.last()).cloned().expect("a step");
    let (theirs, ours) = (step(&town.read("a", a).await), step(&town.read("official", a).await));
    assert_eq!((&theirs["step"], &theirs["reason"]), (&json!("strike_review"), &json!("")));
    assert_eq!(ours["reason"], reason["reason"]);
    town.review("two", a, 40, 60).await.expect_problem(409, "reviewer_tied");
    let list = town.by("two").get("/api/v1/applications?to_review=true").await.expect(200);
    assert_eq!((&list["items"][0]["reviewed"], &list["items"][0]["tie"]), (&json!(false), &json!("declared")));

    town.go_to("2026-09-16").await;
    let approve = decisions(&[(a, true)]);
    town.by("official").post_json(&format!("{path}/decisions"), &approve).await.expect_problem(409, "lacking");
    town.assign(&round, &["one", "three"]).await;
    town.review("three", a, 30, 50).await.expect(200);
    let ranking = town.by("official").get(&format!("{path}/ranking")).await.expect(200);
    assert_eq!((&ranking["items"][0]["mean"], &ranking["items"][0]["reviews"]), (&json!(9000), &json!(2)));
    town.by("official").post_json(&format!("{path}/decisions"), &approve).await.expect(200);
    let one = format!("{a}/reviews/{}/strike", town.by("one").id);
    town.by("official").post_json(&one, &reason).await.expect_problem(409, "decided_already");
    assert_eq!(town.audited("application.strike_review").await, 1);
}

#[tokio::test]
async fn all_awards_of_a_round_are_made_in_one_go() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let path = round_path(&round);
    let awards = format!("{path}/awards");
    let all = reviewed(&town, &round, &[("a", 45), ("b", 55), ("c", 50)]).await;
    let [a, b, c] = &all[..] else { panic!("three") };
    town.go_to("2026-09-16").await;
    let choices = decisions(&[(a, true), (b, true), (c, true)]);
    town.by("official").post_json(&format!("{path}/decisions"), &choices).await.expect(200);
    town.by("official").get(&format!("{path}/papers.zip")).await.expect_problem(409, "nothing_awarded");
    let waits = town.by("official").get(&awards).await.expect(200);
    assert_eq!((&waits["ready"], &waits["waiting"][0]["code"]), (&json!([]), &json!("not_published")));
    town.by("official").post(&format!("{path}/publication")).await.expect(200);
    let objection = json!({ "grounds": "消防未验收" });
    town.by("teacher").post_json(&format!("{a}/objections"), &objection).await.expect(201);
    town.go_to("2026-09-24").await;

    // The numbers run in the order of the round; who waits for an answer waits.
    let ready = town.by("official").get(&awards).await.expect(200);
    let who = |list: &Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|one| text(&one["application_id"]).to_owned()).collect()
    };
    assert_eq!(who(&ready["ready"]), [id(b), id(c)]);
    assert_eq!(
        (who(&ready["waiting"]), &ready["waiting"][0]["code"]),
        (vec![id(a).to_owned()], &json!("objections_open"))
    );
    let body = |applications: &[&String], first: u32| {
        json!({ "applications": applications.iter().map(|path| id(path)).collect::<Vec<_>>(), "prefix": "KC-2026-",
                "first": first, "digits": 3, "valid_from": "2026-10-01", "source": "区公告",
                "ceremony": "科普日授牌仪式，区少年宫" })
    };
    let problem =
        town.by("official").post_json(&awards, &body(&[b, a], 1)).await.expect_problem(409, "objections_open");
    assert_eq!(problem["errors"][0]["message"], "中心a KC-2026-002");
    town.by("official").post_json(&awards, &body(&[b, b], 1)).await.expect_problem(422, "invalid");
    assert_eq!(town.audited("designation.grant").await, 0, "all or none");
    let made = town.by("official").post_json(&awards, &body(&[b, c], 1)).await.expect(200);
    let numbers: Vec<&str> = made["items"].as_array().expect("items").iter().map(|one| text(&one["number"])).collect();
    assert_eq!(numbers, ["KC-2026-001", "KC-2026-002"]);
    let standing = format!("/api/v1/designations/{}/standing", text(&made["items"][1]["designation_id"]));
    let past = town.by("teacher").get(&standing).await.expect(200);
    let event = &past["history"][0];
    assert_eq!((&event["kind"], &event["reason"]), (&json!("awarded"), &json!("科普日授牌仪式，区少年宫")));

    // The next ones go on where these ended.
    let dismiss = json!({ "uphold": false, "reason": "已验收" });
    let open: Uuid = sqlx::query_scalar("SELECT id FROM objection").fetch_one(town.server.pool()).await.expect("one");
    town.by("official").post_json(&format!("/api/v1/objections/{open}/answer"), &dismiss).await.expect(200);
    let next = town.by("official").get(&awards).await.expect(200);
    let proposed = (&next["prefix"], &next["first"], &next["digits"], &next["awarded"]);
    assert_eq!(proposed, (&json!("KC-2026-"), &json!(3), &json!(3), &json!(2)));
    let taken = town.by("official").post_json(&awards, &body(&[a], 2)).await.expect_problem(409, "number_taken");
    assert_eq!(taken["errors"][0]["message"], "中心a KC-2026-002");
    town.by("official").post_json(&awards, &body(&[a], 3)).await.expect(200);

    let papers = town.by("official").get(&format!("{path}/papers.zip")).await;
    assert_eq!(papers.status, 200, "{}", papers.text());
    let mut zip = zip::ZipArchive::new(Cursor::new(papers.bytes)).expect("a ZIP");
    let names: Vec<String> = zip.file_names().map(|name| name.expect("a name").into_owned()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    assert!(names.contains(&"证书/KC-2026-001-中心b.pdf".to_owned()), "{names:?}");
    let mut pdf = Vec::new();
    std::io::copy(&mut zip.by_name("牌匾/KC-2026-003-中心a.pdf").expect("there"), &mut pdf).expect("read");
    assert!(pdf.starts_with(b"%PDF-1.7"));
    town.by("teacher").get(&format!("{path}/papers.zip")).await.expect_problem(403, "forbidden");
    assert_eq!((town.audited("round.award").await, town.audited("round.print").await), (2, 1));
    town.holds().await;
}
