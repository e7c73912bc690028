//! The end of a school year.

use kepu_domain::role::{GrantScope, Role};
use serde_json::{Value, json};

use crate::kit::{self, School, Upload, csv, enrolment, events};

#[tokio::test]
async fn classes_go_up_and_the_highest_leaves() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let s = &school.code;
    let sheet = csv(&[
        "学校,年级,班级,学号,姓名,身份",
        &format!("{s},5,3,51,五一,"),
        &format!("{s},5,3,52,五二,"),
        &format!("{s},6,1,61,六一,"),
        &format!("{s},,,T1,王老师,教师"),
    ]);
    school.import(Upload::new(sheet).on("2025-12-01").field("school_year", "2025")).await;
    let ask = |change: Value| {
        let mut body = json!({ "school": school.id, "from_school_year": 2025, "effective_on": "2026-09-01" });
        for (key, value) in change.as_object().expect("an object") {
            body[key] = value.clone();
        }
        let client = school.admin.client.clone();
        async move { client.post_json("/api/v1/classes/promote", &body).await }
    };
    let preview = ask(json!({ "dry_run": true })).await.expect(200);
    assert_eq!((&preview["promoted"], &preview["left"]), (&json!(3), &json!(1)), "{preview}");
    assert_eq!(preview["classes"][0]["to_grade"], 6);
    assert_eq!(preview["classes"][1]["leaves"], true);
    assert_eq!(events(&server, "class.promote").await, 0);
    assert_eq!(enrolment(&server, "51").await.1, None, "a preview changes nothing");

    let nine = ask(json!({ "dry_run": true, "top_grade": 9 })).await.expect(200);
    assert_eq!((&nine["promoted"], &nine["left"]), (&json!(4), &json!(0)));
    sqlx::query("UPDATE organization SET attributes = '{\"top_grade\": 5}' WHERE id = $1")
        .bind(school.id)
        .execute(server.pool())
        .await
        .expect("set");
    let five = ask(json!({ "dry_run": true })).await.expect(200);
    assert_eq!(five["left"], 3, "the school says that five is the highest");
    sqlx::query("UPDATE organization SET attributes = '{}'").execute(server.pool()).await.expect("set");

    ask(json!({ "effective_on": "2036-09-01" })).await.expect_problem(422, "invalid");
    ask(json!({ "from_school_year": 2020 })).await.expect_problem(422, "invalid");
    ask(json!({ "top_grade": 50 })).await.expect_problem(422, "invalid");
    ask(json!({ "surprise": 1 })).await.expect_problem(422, "invalid");
    ask(json!({ "effective_on": "2025-12-01" })).await.expect_problem(409, "too_early");
    let scope = GrantScope::Organization { district: school.district, organization: school.id };
    let teacher = server.account(Role::Teacher, scope).await;
    let body = json!({ "school": school.id, "from_school_year": 2025, "effective_on": "2026-09-01" });
    teacher.post_json("/api/v1/classes/promote", &body).await.expect_problem(403, "forbidden");
    let whole = json!({ "from_school_year": 2025, "effective_on": "2026-09-01" });
    school.admin.post_json("/api/v1/classes/promote", &whole).await.expect_problem(403, "forbidden");
    let other = School::open(&server).await;
    assert!([404, 422].contains(&other.official.post_json("/api/v1/classes/promote", &body).await.status));
    other.official.post_json("/api/v1/classes/promote", &whole).await.expect_problem(409, "nothing_to_promote");

    let done = ask(json!({})).await.expect(200);
    assert_eq!((&done["promoted"], &done["left"], &done["dry_run"]), (&json!(3), &json!(1), &json!(false)));
    assert_eq!(enrolment(&server, "51").await, ("2026-09-01".to_owned(), None, 6, "3".to_owned()));
    assert_eq!(enrolment(&server, "61").await.1.as_deref(), Some("2026-08-31"));
    let left: Vec<String> = sqlx::query_scalar("SELECT number FROM person WHERE status = 'left'")
        .fetch_all(server.pool())
        .await
        .expect("listed");
    assert_eq!(left, ["61"]);
    let years: i64 = sqlx::query_scalar("SELECT count(*) FROM class WHERE school_year = 2026")
        .fetch_one(server.pool())
        .await
        .expect("ok");
    assert_eq!(years, 2, "class 6-3 and the staff");
    assert_eq!(events(&server, "class.promote").await, 1);
    assert_eq!(events(&server, "person.leave").await, 1);
    ask(json!({})).await.expect_problem(409, "nothing_to_promote");
}
