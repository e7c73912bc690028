//! From a scheme to three awards out of five applications, with a refusal whose appeal is upheld.

use serde_json::{Value, json};

use crate::kit::{APPLICANTS, PNG, Town, id, path, rules, text};
use reqwest::{
    Method,
    multipart::{Form, Part},
};

fn errors(problem: &Value) -> Vec<(String, String)> {
    let all = problem["errors"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| (text(&one["field"]).to_owned(), text(&one["code"]).to_owned())).collect()
}

fn expected(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn rules_are_checked_path_by_path() {
    let town = Town::new().await;
    let official = town.by("official");
    let scheme = |rules: Value| json!({ "code": "centre", "name_zh": "中心", "rules": rules });
    let mut bad = rules();
    bad["form"]["fields"][1]["key"] = json!("plan");
    bad["criteria"][0]["minimum"] = json!(41);
    bad["quota"] = json!(0);
    let problem = official.post_json("/api/v1/schemes", &scheme(bad)).await.expect_problem(422, "invalid");
    let wrong = [
        ("rules.form.fields[1].key", "twice"),
        ("rules.criteria[0].minimum", "out_of_range"),
        ("rules.quota", "out_of_range"),
    ];
    assert_eq!(errors(&problem), expected(&wrong));
    for (at, field) in [
        ("/form/fields/0", "rules.form.fields[0].colour"),
        ("/criteria/1", "rules.criteria[1].colour"),
        ("/renewal", "rules.renewal.colour"),
    ] {
        let mut bad = rules();
        bad.pointer_mut(at).expect("there")["colour"] = json!("red");
        let problem = official.post_json("/api/v1/schemes", &scheme(bad)).await.expect_problem(422, "invalid");
        assert_eq!(errors(&problem), expected(&[(field, "unknown_field")]));
    }

    let plain =
        official.post_json("/api/v1/schemes", &json!({ "code": "centre", "name_zh": "中心" })).await.expect(201);
    let rounds = format!("/api/v1/schemes/{}/rounds", text(&plain["id"]));
    let round = json!({ "name_zh": "首批", "opens_on": "2026-09-01", "closes_on": "2026-09-15" });
    official.post_json(&rounds, &round).await.expect_problem(409, "scheme_without_rules");
    let scheme = format!("/api/v1/schemes/{}", text(&plain["id"]));
    official.patch_json(&scheme, 1, &json!({ "rules": rules() })).await.expect(200);
    let round = official.post_json(&rounds, &round).await.expect(201);
    // A round keeps the rules with which it was opened.
    let mut other = rules();
    other["quota"] = json!(9);
    official.patch_json(&scheme, 2, &json!({ "rules": other })).await.expect(200);
    let again = official.get(&format!("/api/v1/rounds/{}", text(&round["id"]))).await.expect(200);
    assert_eq!(again["rules"]["quota"], 3);
    let early = json!({ "name_zh": "次批", "opens_on": "2026-10-02", "closes_on": "2026-10-01" });
    official.post_json(&rounds, &early).await.expect_problem(422, "invalid");
}

#[tokio::test]
#[expect(clippy::many_single_char_names, reason = "the applicants are called so")]
async fn five_apply_three_are_awarded_one_of_them_after_an_appeal() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let round_path = format!("/api/v1/rounds/{}", text(&round["id"]));

    // An incomplete one says what is missing, and cannot be submitted.
    let draft = town.start(&round, "e").await;
    let begun = path(&draft);
    assert_eq!(draft["wrong"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        (&draft["state"], &draft["next"]["step"], &draft["next"]["due"]),
        (&json!("draft"), &json!("submit"), &json!("2026-09-15"))
    );
    let again = json!({ "organization_id": town.organizations["e"] });
    let twice = town.by("e").post_json(&format!("{round_path}/applications"), &again).await;
    twice.expect_problem(409, "applied_already");
    let problem = town.post("e", &format!("{begun}/submit"), &Value::Null).await.expect_problem(422, "invalid");
    let missing = [("answers.plan", "required"), ("answers.area", "required"), ("answers.permit", "required")];
    assert_eq!(errors(&problem), expected(&missing));
    let bad = json!({ "answers": { "area": 19, "kind": "zoo", "colour": "red" } });
    let problem = town.by("e").patch_json(&begun, 1, &bad).await.expect_problem(422, "invalid");
    let wrong =
        [("answers.area", "out_of_range"), ("answers.kind", "unknown_option"), ("answers.colour", "unknown_field")];
    assert_eq!(errors(&problem), expected(&wrong));
    town.attach("e", &begun, "plan").await.expect_problem(422, "invalid");
    town.post("e", &format!("{begun}/withdraw"), &json!({})).await.expect(200);

    // All five are submitted; one is returned and completed.
    let mut applications = Vec::new();
    for (name, _) in APPLICANTS {
        applications.push(town.apply(&round, name).await);
    }
    let [a, b, c, d, e] = &applications[..] else { panic!("five") };
    let check = |complete: bool| json!({ "complete": complete, "reason": if complete { "" } else { "缺少计划" } });
    town.post("official", &format!("{d}/completeness"), &json!({ "complete": false }))
        .await
        .expect_problem(422, "invalid");
    town.post("official", &format!("{d}/completeness"), &check(false)).await.expect(200);
    let returned = town.read("d", d).await;
    assert_eq!(
        (&returned["state"], &returned["reason"], &returned["until"]),
        (&json!("returned"), &json!("缺少计划"), &json!("2026-09-11"))
    );
    town.post("official", &format!("{d}/completeness"), &check(true)).await.expect_problem(409, "with_applicant");
    town.send("d", Method::PATCH, d, &json!({ "answers": { "plan": "每周两次" } })).await.expect(200);
    town.post("d", &format!("{d}/submit"), &Value::Null).await.expect(200);
    town.post("d", &format!("{d}/submit"), &Value::Null).await.expect_problem(409, "submitted_already");
    for application in &applications {
        town.post("official", &format!("{application}/completeness"), &check(true)).await.expect(200);
    }

    // Reviewers: one is tied by its organization, one by a declaration.
    town.assign(&round, &["one", "two", "tied"]).await;
    town.review("tied", a, 30, 30).await.expect_problem(409, "reviewer_tied");
    town.review("three", a, 30, 30).await.expect_problem(404, "not_found");
    let problem = town.review("one", a, 41, 30).await.expect_problem(422, "invalid");
    assert_eq!(errors(&problem), expected(&[("scores.space.points", "out_of_range")]));
    let tie = json!({ "account_id": town.by("tied").id, "reason": "亲属" });
    town.by("official").post_json(&format!("{e}/ties"), &tie).await.expect(200);
    town.review("tied", e, 30, 30).await.expect_problem(409, "reviewer_tied");
    for (application, space, staff) in [(a, 38, 55), (b, 30, 50), (c, 30, 45), (d, 25, 40), (e, 19, 60)] {
        town.review("one", application, space, staff).await.expect(200);
        town.review("two", application, space, staff).await.expect(200);
    }
    let decide = |choices: &[(&String, bool, &str)]| {
        let one = |(path, approve, reason): &(&String, bool, &str)| json!({ "application_id": id(path), "approve": approve, "reason": reason });
        json!({ "decisions": choices.iter().map(one).collect::<Vec<_>>() })
    };
    let decisions = format!("{round_path}/decisions");
    let early = town.by("official").post_json(&decisions, &decide(&[(a, true, "")])).await;
    early.expect_problem(409, "round_still_open");

    // The decision: within the order, within the quota, with reasons.
    town.go_to("2026-09-16").await;
    let ranking = town.by("official").get(&format!("{round_path}/ranking")).await.expect(200);
    let order: Vec<(&str, bool, u64)> = ranking["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| (text(&one["application_id"]), one["within"] == true, one["mean"].as_u64().expect("points")))
        .collect();
    let right = [(a, true, 9300), (b, true, 8000), (e, false, 7900), (c, true, 7500), (d, false, 6500)];
    assert_eq!(order, right.map(|(path, within, mean)| (id(path), within, mean)));
    assert_eq!(ranking["items"][2]["lacks"], json!(["below_minimum"]));
    for (choices, code) in [
        (vec![(e, true, "")], "lacking"),
        (vec![(a, true, ""), (c, true, "")], "passed_over"),
        (vec![(a, true, ""), (b, true, ""), (c, true, ""), (d, true, "")], "quota_exceeded"),
    ] {
        town.by("official").post_json(&decisions, &decide(&choices)).await.expect_problem(409, code);
    }
    let silent = town.by("official").post_json(&decisions, &decide(&[(d, false, " ")])).await;
    silent.expect_problem(422, "invalid");
    let all = [(a, true, ""), (b, true, ""), (c, false, "面积存疑"), (d, false, "师资不足"), (e, false, "场地不足")];
    let decided = town.by("official").post_json(&decisions, &decide(&all)).await.expect(200);
    assert_eq!(decided["until"], "2026-09-26");
    town.post("a", &format!("{a}/withdraw"), &json!({})).await.expect_problem(409, "decided_already");
    let refused = town.read("c", c).await;
    assert_eq!(
        (&refused["state"], &refused["reason"], &refused["until"]),
        (&json!("refused"), &json!("面积存疑"), &json!("2026-09-26"))
    );

    // Publication, and an objection that is dismissed.
    town.by("official").post(&format!("{round_path}/publication")).await.expect(200);
    town.by("official").post(&format!("{round_path}/publication")).await.expect_problem(409, "nothing_to_publish");
    let published = town.by("teacher").get(&format!("{round_path}/published")).await.expect(200);
    assert_eq!(published["items"].as_array().map(Vec::len), Some(2));
    let objection = json!({ "grounds": "消防未验收" });
    let objection = town.by("teacher").post_json(&format!("{b}/objections"), &objection).await.expect(201);
    let answer = format!("/api/v1/objections/{}/answer", text(&objection["id"]));
    let award = |number: &str| json!({ "number": number, "source": "区公告" });
    town.post("official", &format!("{b}/award"), &award("KC-2")).await.expect_problem(409, "objections_open");
    town.post("official", &format!("{a}/award"), &award("KC-1")).await.expect_problem(409, "objection_days_run");
    let dismiss = json!({ "uphold": false, "reason": "已验收" });
    town.by("official").post_json(&answer, &dismiss).await.expect(200);
    town.by("official").post_json(&answer, &dismiss).await.expect_problem(409, "no_such_objection");

    // The appeal: answered by another official, reviewed by others.
    let grounds = json!({ "grounds": "测绘报告见附件" });
    town.post("c", &format!("{c}/appeal"), &grounds).await.expect(200);
    let uphold = json!({ "uphold": true, "reason": "测绘属实" });
    town.post("official", &format!("{c}/appeal/answer"), &uphold).await.expect_problem(409, "heard_before");
    let again = town.post("second", &format!("{c}/appeal/answer"), &uphold).await.expect(200);
    assert_eq!((&again["state"], &again["second_hearing"]), (&json!("under_review"), &json!(true)));
    town.review("one", c, 40, 60).await.expect_problem(409, "heard_before");
    town.assign(&round, &["three", "four"]).await;
    town.review("three", c, 30, 45).await.expect(200);
    let lacking = town.by("second").post_json(&decisions, &decide(&[(c, true, "")])).await;
    lacking.expect_problem(409, "lacking");
    town.review("four", c, 30, 45).await.expect(200);
    let by_who_refused = town.by("official").post_json(&decisions, &decide(&[(c, true, "")])).await;
    by_who_refused.expect_problem(409, "heard_before");
    town.by("second").post_json(&decisions, &decide(&[(c, true, "")])).await.expect(200);
    town.by("second").post(&format!("{round_path}/publication")).await.expect(200);

    // Another appeal is dismissed, and a third one comes too late.
    town.post("d", &format!("{d}/appeal"), &grounds).await.expect(200);
    let dismiss = json!({ "uphold": false, "reason": "维持原决定" });
    town.post("second", &format!("{d}/appeal/answer"), &dismiss).await.expect(200);
    town.post("d", &format!("{d}/appeal"), &grounds).await.expect_problem(409, "dismissed_already");
    town.go_to("2026-09-27").await;
    town.post("e", &format!("{e}/appeal"), &grounds).await.expect_problem(409, "appeal_late");

    // The awards.
    for (application, number) in [(a, "KC-1"), (b, "KC-2"), (c, "KC-3")] {
        let made = town.post("official", &format!("{application}/award"), &award(number)).await;
        let made = made.expect(201);
        assert_eq!((&made["valid_from"], &made["valid_to"]), (&json!("2026-09-27"), &json!("2029-09-26")));
        assert_eq!(made["application_id"], id(application));
    }
    town.post("official", &format!("{a}/award"), &award("KC-9")).await.expect_problem(409, "awarded_already");
    let anybody = town.server.anonymous();
    let register = anybody.get("/api/v1/register?scheme=children-centre&on=2026-10-01").await.expect(200);
    assert_eq!(register["items"].as_array().map(Vec::len), Some(3));
    let one = anybody.get("/api/v1/register/KC-3").await.expect(200);
    assert_eq!(
        (&one["items"][0]["standing"], &one["items"][0]["history"][0]["kind"]),
        (&json!("in_force"), &json!("awarded"))
    );
    anybody.get("/api/v1/register/KC-9").await.expect_problem(404, "not_found");
    // However it is typed, and looked for.
    for typed in ["kc-3", "ＫＣ－３", "(KC-3)", "KC -3"] {
        let found = anybody.get(&format!("/api/v1/register/{typed}")).await.expect(200);
        assert_eq!(found["items"][0]["designation"]["number"], "KC-3", "{typed}");
        let found = anybody.get(&format!("/api/v1/register?on=2026-10-01&q={typed}")).await.expect(200);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{typed}");
    }
    anybody.get("/api/v1/register/()").await.expect_problem(404, "not_found");

    // Its papers are printed by who holds it and by who awarded it.
    let designation = format!("/api/v1/designations/{}", text(&one["items"][0]["designation"]["id"]));
    for (name, paper) in [("c", "certificate"), ("official", "certificate"), ("c", "plaque"), ("auditor", "plaque")] {
        let printed = town.by(name).get(&format!("{designation}/{paper}.pdf")).await;
        assert_eq!((printed.status, printed.bytes.starts_with(b"%PDF-1.7")), (200, true), "{paper} by {name}");
    }
    for name in ["a", "teacher", "one"] {
        town.by(name).get(&format!("{designation}/plaque.pdf")).await.expect_problem(403, "forbidden");
    }
    assert_eq!(town.audited("designation.print").await, 4);
    let end = json!({ "from": "2026-09-27", "reason": "搬迁" });
    town.post("official", &format!("{designation}/suspend"), &end).await.expect(200);
    town.by("c").get(&format!("{designation}/certificate.pdf")).await.expect_problem(409, "not_in_force");

    let story = town.read("c", c).await;
    let steps: Vec<&str> = story["history"].as_array().expect("steps").iter().map(|one| text(&one["step"])).collect();
    let told = ["start", "submit", "accept", "refuse", "appeal", "uphold_appeal", "approve", "publish", "award"];
    assert_eq!(steps, told);
    for (action, times) in
        [("application.award", 3), ("application.refuse", 3), ("application.object", 1), ("designation.grant", 3)]
    {
        assert_eq!(town.audited(action).await, times, "{action}");
    }
    town.holds().await;
}

#[tokio::test]
async fn an_objection_that_is_upheld_takes_the_award_away_and_may_be_appealed() {
    let mut town = Town::new().await;
    let round = town.round().await;
    let round_path = format!("/api/v1/rounds/{}", text(&round["id"]));
    let a = town.apply(&round, "a").await;
    town.post("official", &format!("{a}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.assign(&round, &["one", "two"]).await;
    town.review("one", &a, 40, 60).await.expect(200);
    town.review("two", &a, 40, 60).await.expect(200);
    let close = json!({ "reason": "提前截止" });
    town.post("official", &format!("{round_path}/close"), &close).await.expect(200);
    town.post("official", &format!("{round_path}/close"), &close).await.expect_problem(409, "round_closed");
    let late = json!({ "organization_id": town.organizations["b"] });
    let late = town.by("b").post_json(&format!("{round_path}/applications"), &late).await;
    late.expect_problem(409, "round_not_open");
    let approve = json!({ "decisions": [{ "application_id": id(&a), "approve": true }] });
    town.by("official").post_json(&format!("{round_path}/decisions"), &approve).await.expect(200);
    let hidden = town.by("teacher").post_json(&format!("{a}/objections"), &json!({ "grounds": "x" })).await;
    hidden.expect_problem(404, "not_found");
    town.by("official").post(&format!("{round_path}/publication")).await.expect(200);
    let objection = town.by("second").post_json(&format!("{a}/objections"), &json!({ "grounds": "材料不实" })).await;
    let answer = format!("/api/v1/objections/{}/answer", text(&objection.expect(201)["id"]));
    let uphold = json!({ "uphold": true, "reason": "查实" });
    town.by("second").post_json(&answer, &uphold).await.expect_problem(409, "own_objection");
    let refused = town.by("official").post_json(&answer, &uphold).await.expect(200);
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("查实")));
    assert_eq!(refused["objections"][0]["outcome"], "upheld");
    let own = town.read("a", &a).await;
    assert_eq!((&own["next"]["step"], &own["objections"][0]["raised_by"]), (&json!("appeal"), &Value::Null));
    // What is late is listed: the answer to the appeal.
    town.post("a", &format!("{a}/appeal"), &json!({ "grounds": "材料属实" })).await.expect(200);
    town.go_to("2026-09-16").await;
    let late = town.by("official").get("/api/v1/late").await.expect(200);
    assert_eq!(late["applications"], json!([]));
    town.go_to("2026-09-18").await;
    let late = town.by("auditor").get("/api/v1/late").await.expect(200);
    let next = &late["applications"][0]["next"];
    assert_eq!(
        (&next["step"], &next["due"], &next["late_by"]),
        (&json!("answer_appeal"), &json!("2026-09-16"), &json!(2))
    );
}

#[tokio::test]
async fn a_title_goes_to_a_professional_and_makes_no_host_of_the_employer() {
    let mut town = Town::new().await;
    let mut rules = rules();
    rules["holders"] = json!(["professional"]);
    rules["spot_check"] = json!(true);
    for (key, value) in [("criteria", json!([])), ("minimum", json!(0)), ("reviews", json!(0))] {
        rules[key] = value;
    }
    let scheme = json!({ "code": "cto", "name_zh": "首席技术官", "rules": rules });
    let scheme = town.by("official").post_json("/api/v1/schemes", &scheme).await.expect(201);
    let round = town.open(&scheme).await;
    let round_path = format!("/api/v1/rounds/{}", text(&round["id"]));
    let start = format!("{round_path}/applications");
    let employer = town.organizations["a"];
    town.by("a").post_json(&start, &json!({ "organization_id": employer })).await.expect_problem(422, "holder_sort");
    let body = json!({ "organization_id": employer, "professional": { "name": "试验员甲", "post": "工程师" } });
    let draft = town.by("a").post_json(&start, &body).await.expect(201);
    assert_eq!(draft["professional_name"], "试验员甲");
    // One person, however the name is spaced.
    let spaced = json!({ "organization_id": employer, "professional": { "name": "试验员\u{3000}甲", "post": "" } });
    town.by("a").post_json(&start, &spaced).await.expect_problem(409, "applied_already");
    let a = path(&draft);
    town.attach("a", &a, "permit").await.expect(201);
    let answers = json!({ "answers": { "plan": "讲座", "area": "20" } });
    town.send("a", Method::PATCH, &a, &answers).await.expect(200);
    town.post("a", &format!("{a}/submit"), &Value::Null).await.expect(200);
    town.post("official", &format!("{a}/completeness"), &json!({ "complete": true })).await.expect(200);
    town.go_to("2026-09-16").await;
    let decisions = format!("{round_path}/decisions");
    let approve = json!({ "decisions": [{ "application_id": id(&a), "approve": true }] });
    town.by("official").post_json(&decisions, &approve).await.expect_problem(409, "lacking");
    let visit = json!({ "visited_on": "2026-09-15", "passed": true, "remark": "属实" });
    town.send("official", Method::PUT, &format!("{a}/spot_check"), &visit).await.expect(200);
    town.by("official").post_json(&decisions, &approve).await.expect_problem(409, "lacking");
    let photo = |bytes: &'static [u8]| Form::new().part("file", Part::bytes(bytes).file_name("现场.png"));
    let paper = town.by("official").post_form(&format!("{a}/photos"), photo(crate::kit::PDF)).await;
    paper.expect_problem(415, "not_a_photo");
    let photo = town.by("official").post_form(&format!("{a}/photos"), photo(PNG)).await.expect(201);
    let file = format!("{a}/files/{}", text(&photo["id"]));
    assert_eq!(town.by("a").get(&file).await.bytes, PNG);
    town.by("a").delete(&file).await.expect_problem(403, "forbidden");
    town.by("official").post_json(&decisions, &approve).await.expect(200);
    town.by("official").post(&format!("{round_path}/publication")).await.expect(200);
    town.go_to("2026-09-24").await;
    let made = town.post("official", &format!("{a}/award"), &json!({ "number": "CTO-1" })).await.expect(201);
    assert_eq!((&made["professional_name"], &made["organization_id"]), (&json!("试验员甲"), &json!(employer)));
    let held: i64 = sqlx::query_scalar("SELECT count(*) FROM designation WHERE organization_id = $1")
        .bind(employer)
        .fetch_one(town.server.pool())
        .await
        .expect("counted");
    assert_eq!(held, 0);
    let register = town.server.anonymous().get("/api/v1/register?scheme=cto&on=2026-10-01").await.expect(200);
    assert_eq!(register["items"][0]["professional_name"], "试验员甲");
    let designation = format!("/api/v1/designations/{}", text(&made["id"]));
    let effect =
        town.by("official").get(&format!("{designation}/effect?step=suspend&from=2026-10-01")).await.expect(200);
    assert_eq!((&effect["records"], &effect["sessions"]), (&json!(0), &json!(0)));
    let year = json!({ "year": 2026, "outcome": "conditions", "remark": "多讲一场" });
    town.by("official").post_json(&format!("{designation}/assessments"), &year).await.expect(201);
    let again = town.by("official").post_json(&format!("{designation}/assessments"), &year).await;
    again.expect_problem(409, "assessed_already");
    let renew = json!({ "reason": "期满" });
    town.post("official", &format!("{designation}/renew"), &renew).await.expect_problem(409, "renewal_closed");
    town.go_to("2029-09-01").await;
    let renewed = town.post("official", &format!("{designation}/renew"), &renew).await.expect(200);
    assert_eq!(renewed["valid_to"], "2032-09-23");
    let standing = town.by("teacher").get(&format!("{designation}/standing")).await.expect(200);
    assert_eq!((&standing["standing"], &standing["assessment_owed"]), (&json!("in_force"), &json!(2027)));
    let kinds: Vec<&str> = standing["history"].as_array().expect("past").iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(kinds, ["awarded", "assessed", "renewed"]);
    let late = town.by("official").get("/api/v1/late").await.expect(200);
    assert_eq!((&late["assessments"][0]["year"], &late["assessments"][0]["due"]), (&json!(2027), &json!("2027-12-15")));
}
