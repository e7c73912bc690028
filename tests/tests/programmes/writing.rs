//! An edition is written, published and closed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{City, at, id, of_theme, step};

#[tokio::test]
async fn a_draft_is_written_published_and_closed() {
    let city = City::new().await;
    let edition = city.draft().await;
    assert_eq!(edition["state"], "draft");
    step(&city.official, &edition, "publish").await.expect_problem(409, "edition_empty");
    for to in ["close", "reopen"] {
        step(&city.official, &edition, to).await.expect_problem(409, "edition_draft");
    }

    // Nobody else knows of a draft.
    let museum = &city.museums[0].account;
    museum.get(&at(&edition)).await.expect_problem(404, "not_found");
    assert_eq!(museum.get("/api/v1/editions").await.expect(200)["items"], json!([]));
    let public = format!("/api/v1/public/editions/{}", id(&edition));
    city.server.anonymous().get(&public).await.expect_problem(404, "not_found");
    city.server.anonymous().get(&format!("{public}/calendar.ics")).await.expect_problem(404, "not_found");

    city.theme(&edition, 2, "筑梦航天").await;
    city.strand(&edition, "exchange", "展品研发交流").await;
    city.member(&edition, city.museums[0].id, "host").await.expect(200);
    city.member(&edition, city.museums[0].id, "guide").await.expect(200);
    let again = city.member(&edition, city.museums[0].id, "guide").await.expect(200);
    assert_eq!(again["items"][0]["roles"], json!(["guide", "host"]));
    let published = city.publish(&edition).await;
    assert_eq!((&published["state"], published["published_at"].is_null()), (&json!("published"), false));
    step(&city.official, &edition, "publish").await.expect_problem(409, "edition_published");

    let seen = museum.get(&at(&edition)).await.expect(200);
    assert_eq!((&seen["managed"], &seen["progress"]), (&json!(false), &json!(true)), "a member sees what came of it");
    let told = city.server.anonymous().get(&public).await.expect(200);
    assert_eq!(told["themes"][0]["title_zh"], "筑梦航天");
    assert_eq!(told["members"][0]["name_zh"], "东区科技馆");
    let mine = format!("/api/v1/editions?member_id={}", city.museums[0].id);
    assert_eq!(museum.get(&mine).await.expect(200)["items"][0]["id"], edition["id"]);
    let other = format!("/api/v1/editions?member_id={}", city.museums[1].id);
    assert_eq!(museum.get(&other).await.expect(200)["items"], json!([]));

    // A closed edition stays as it was, but for what others report of it afterwards.
    step(&city.official, &edition, "close").await.expect(200);
    step(&city.official, &edition, "close").await.expect_problem(409, "edition_closed");
    let late = json!({ "month": city.month(3), "title_zh": "迟到" });
    let themes = format!("{}/themes", at(&edition));
    city.official.post_json(&themes, &late).await.expect_problem(409, "edition_closed");
    let version = city.official.get(&at(&edition)).await.body["version"].as_i64().expect("a version");
    let renamed = city.official.patch_json(&at(&edition), version, &json!({ "title_zh": "改名" })).await;
    renamed.expect_problem(409, "edition_closed");
    let totals = json!({ "reported": [{ "measure": "events", "count": 17_017, "source": "年度总结" }] });
    let noted = city.official.patch_json(&at(&edition), version, &totals).await.expect(200);
    assert_eq!(noted["reported"][0]["count"], 17_017);

    // Closed by mistake, it is opened again as it was.
    let again = step(&city.official, &edition, "reopen").await.expect(200);
    assert_eq!((&again["state"], &again["published_at"]), (&json!("published"), &published["published_at"]));
    step(&city.official, &edition, "reopen").await.expect_problem(409, "edition_published");
    city.official.post_json(&themes, &late).await.expect(201);
}

#[tokio::test]
async fn one_theme_a_month_and_one_edition_a_year() {
    let city = City::new().await;
    let edition = city.draft().await;
    city.theme(&edition, 2, "筑梦航天").await;
    let themes = format!("{}/themes", at(&edition));
    let add = async |body: Value| city.official.post_json(&themes, &body).await;
    let other = json!({ "month": city.month(2), "title_zh": "礼赞科学家" });
    add(other).await.expect_problem(409, "month_taken");
    let errors = |answer: kepu_tests::Answer| answer.expect_problem(422, "invalid")["errors"][0].clone();
    let middle = city.month(3).succ_opt().expect("a day");
    let refused = errors(add(json!({ "month": middle, "title_zh": "a" })).await);
    assert_eq!((&refused["field"], &refused["code"]), (&json!("month"), &json!("not_a_first_day")));
    let refused = errors(add(json!({ "month": city.month(12), "title_zh": "a" })).await);
    assert_eq!(refused["code"], "outside_edition");
    // A title may be known in one language alone, and then it is said how it is known.
    let refused = errors(add(json!({ "month": city.month(3) })).await);
    assert_eq!((&refused["field"], &refused["code"]), (&json!("title_zh"), &json!("required")));
    let both = json!({ "month": city.month(3), "title_zh": "有", "zh_certainty": "not_found" });
    assert_eq!(errors(add(both).await)["code"], "has_title");
    let english = json!({ "month": city.month(3), "title_en": "Smart Future", "zh_certainty": "not_found" });
    add(english).await.expect(201);

    let path = format!("/api/v1/programmes/{}/editions", edition["programme_id"].as_str().expect("an id"));
    let same = json!({
        "year": edition["year"], "title_zh": "又一次", "first_day": city.month(0), "last_day": city.month(1),
    });
    city.official.post_json(&path, &same).await.expect_problem(409, "year_taken");

    // The days of an edition keep its themes within them.
    let shorter = json!({ "last_day": city.month(2).pred_opt() });
    city.official.patch_json(&at(&edition), 1, &shorter).await.expect_problem(409, "theme_outside_edition");
}

#[tokio::test]
async fn a_draft_of_the_wrong_year_gets_another_or_goes() {
    let city = City::new().await;
    let edition = city.draft().await;
    let year = edition["year"].as_i64().expect("a year");
    let changed = city.official.patch_json(&at(&edition), 1, &json!({ "year": year + 1 })).await.expect(200);
    assert_eq!(changed["year"], year + 1);
    city.official.patch_json(&at(&edition), 2, &json!({ "year": 1 })).await.expect_problem(422, "invalid");
    // The year that was wrong is free again, and the right one is taken.
    let path = format!("/api/v1/programmes/{}/editions", edition["programme_id"].as_str().expect("an id"));
    let mut again =
        json!({ "year": year, "title_zh": "又一年", "first_day": city.month(0), "last_day": city.month(1) });
    let second = city.official.post_json(&path, &again).await.expect(201);
    city.official.patch_json(&at(&second), 1, &json!({ "year": year + 1 })).await.expect_problem(409, "year_taken");

    city.theme(&edition, 2, "筑梦航天").await;
    city.strand(&edition, "exchange", "展品研发交流").await;
    city.member(&edition, city.museums[0].id, "host").await.expect(200);
    let remove = async |edition: &Value, version: i64| {
        let request = city.official.request(Method::DELETE, &at(edition));
        city.official.send(request.header("If-Match", format!("\"{version}\""))).await
    };
    remove(&edition, 9).await.expect_problem(412, "version_changed");
    remove(&edition, 2).await.expect(204);
    city.official.get(&at(&edition)).await.expect_problem(404, "not_found");
    for table in ["theme", "strand", "edition_member"] {
        assert_eq!(city.count(table).await, 0, "{table}");
    }
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'edition.remove'")
        .fetch_one(city.server.pool())
        .await
        .expect("counted");
    assert_eq!(told, 1);
    again["year"] = json!(year + 1);
    city.official.post_json(&path, &again).await.expect(201);

    // What others know stays, with its year.
    city.theme(&second, 0, "筑梦航天").await;
    city.publish(&second).await;
    let version = city.official.get(&at(&second)).await.body["version"].as_i64().expect("a version");
    city.official
        .patch_json(&at(&second), version, &json!({ "year": year + 2 }))
        .await
        .expect_problem(409, "edition_known");
    remove(&second, version).await.expect_problem(409, "edition_known");
}

#[tokio::test]
async fn what_activities_have_stays() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let strand = city.strand(&edition, "exchange", "展品研发交流").await;
    let museum = &city.museums[0];
    let mut new = json!({
        "host_id": museum.id, "code": "X1", "kind": "lecture", "title_zh": "航天讲座", "minutes": 60,
        "theme_id": theme["id"], "strand_id": strand["id"],
    });
    let made = museum.account.post_json("/api/v1/activities", &new).await.expect(201);
    assert_eq!(made["edition_id"], edition["id"]);
    let listed = museum.account.get(&format!("/api/v1/activities?edition_id={}&everywhere=true", id(&edition))).await;
    assert_eq!(listed.expect(200)["items"][0]["id"], made["id"]);
    city.official.delete(&of_theme(&theme)).await.expect_problem(409, "has_activities");
    city.official.delete(&format!("/api/v1/strands/{}", id(&strand))).await.expect_problem(409, "has_activities");
    let member = format!("{}/members/{}", at(&edition), museum.id);
    city.official.delete(&member).await.expect_problem(409, "has_activities");

    let path = format!("/api/v1/activities/{}", id(&made));
    let out = json!({ "theme_id": null, "strand_id": null });
    let freed = museum.account.patch_json(&path, 1, &out).await.expect(200);
    assert_eq!(freed["edition_id"], Value::Null);
    city.official.delete(&of_theme(&theme)).await.expect(204);
    city.official.delete(&member).await.expect(204);
    // And who takes part no more cannot say so.
    new["code"] = json!("X2");
    new["theme_id"] = Value::Null;
    let refused = museum.account.post_json("/api/v1/activities", &new).await.expect_problem(422, "invalid");
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("strand_id"), &json!("not_a_member"))
    );
}

#[tokio::test]
async fn theme_and_strand_are_of_one_edition() {
    let city = City::new().await;
    let (edition, theme) = city.running().await;
    let path = format!("/api/v1/programmes/{}/editions", edition["programme_id"].as_str().expect("an id"));
    let next = json!({
        "year": edition["year"].as_i64().expect("a year") + 1, "title_zh": "下一年", "first_day": city.month(0),
        "last_day": city.month(6),
    });
    let next = city.official.post_json(&path, &next).await.expect(201);
    let strand = city.strand(&next, "training", "科技教师培训").await;
    let museum = &city.museums[0];
    let new = |theme: &Value, strand: &Value| {
        json!({
            "host_id": museum.id, "code": "X1", "kind": "lecture", "title_zh": "讲座", "minutes": 60,
            "theme_id": theme, "strand_id": strand,
        })
    };
    let post = async |body: &Value| museum.account.post_json("/api/v1/activities", body).await;
    let refused = post(&new(&theme["id"], &strand["id"])).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "other_edition");
    post(&new(&Value::Null, &strand["id"])).await.expect_problem(409, "edition_draft");

    // The database says so as well.
    let made = post(&new(&theme["id"], &Value::Null)).await.expect(201);
    let sql = "UPDATE activity SET strand_id = $2::uuid WHERE id = $1::uuid";
    let error = sqlx::query(sql)
        .bind(id(&made).parse::<uuid::Uuid>().expect("an id"))
        .bind(id(&strand).parse::<uuid::Uuid>().expect("an id"))
        .execute(city.server.pool())
        .await
        .expect_err("refused");
    assert!(error.to_string().contains("activity_strand_of_edition"), "{error}");
}

#[tokio::test]
async fn a_competition_belongs_to_a_strand_of_its_kind() {
    let city = City::new().await;
    let edition = city.draft().await;
    let competition = json!({
        "series": "docents", "edition": "2026", "name_zh": "科普讲解大赛", "valid_from": "2026-01-01",
    });
    let competition = city.eastern.post_json("/api/v1/competitions", &competition).await.expect(201);
    let strands = format!("{}/strands", at(&edition));
    let wrong = json!({ "kind": "exchange", "title_zh": "交流", "competition_id": competition["id"] });
    let refused = city.official.post_json(&strands, &wrong).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "wrong_kind");
    let right = json!({ "kind": "competition", "title_zh": "讲解", "competition_id": competition["id"] });
    let strand = city.official.post_json(&strands, &right).await.expect(201);
    let path = format!("/api/v1/strands/{}", id(&strand));
    let changed = city.official.patch_json(&path, 1, &json!({ "topic": "面向讲解员" })).await.expect(200);
    assert_eq!((&changed["topic"], &changed["version"]), (&json!("面向讲解员"), &json!(2)));
    city.official.patch_json(&path, 1, &json!({ "topic": "x" })).await.expect_problem(412, "version_changed");
}

#[tokio::test]
async fn repeating_a_request_adds_nothing() {
    let city = City::new().await;
    let edition = city.draft().await;
    let body = json!({ "month": city.month(1), "title_zh": "筑梦航天" });
    let send = async || {
        let request = city.official.request(Method::POST, &format!("{}/themes", at(&edition)));
        city.official.send(request.header("Idempotency-Key", "one-theme").json(&body)).await.expect(201)
    };
    assert_eq!(send().await["id"], send().await["id"]);
    assert_eq!(city.count("theme").await, 1);
}
