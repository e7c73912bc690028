//! Who reads whom, and that it is kept.

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::json;
use uuid::Uuid;

use crate::kit::{self, School, Upload, csv, events};

async fn person(server: &Server, number: &str) -> Uuid {
    sqlx::query_scalar("SELECT id FROM person WHERE number = $1")
        .bind(number)
        .fetch_one(server.pool())
        .await
        .expect("a person")
}

fn numbers(list: &serde_json::Value) -> Vec<&str> {
    list["items"].as_array().expect("items").iter().map(|item| item["number"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn persons_and_classes_are_listed_within_reach() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let second = server.organization(school.district, "school", "隔壁小学").await;
    let s = &school.code;
    school
        .import(Upload::new(csv(&[
            "学校,年级,班级,学号,姓名,出生日期,身份",
            &format!("{s},5,3,101,张三,2015-03-01,"),
            &format!("{s},5,4,102,张四%,2015-03-01,"),
            &format!("{s},6,3,103,李五,2014-03-01,"),
            &format!("{s},,,T1,王老师,,教师"),
            "隔壁小学,5,3,201,赵六,2015-03-01,",
        ])))
        .await;
    let scope = |organization| GrantScope::Organization { district: school.district, organization };
    let teacher = server.account(Role::Teacher, scope(school.id)).await;
    let child = person(&server, "101").await;
    let stands = GrantScope::Person { district: school.district, person: child };
    let guardian = server.account(Role::Guardian, stands.clone()).await;
    let student = server.account(Role::Student, stands).await;
    let other = School::open(&server).await;

    for (query, expected) in [
        ("", vec!["101", "102", "103", "201", "T1"]),
        ("?query=%E5%BC%A0", vec!["101", "102"]),
        ("?query=%25", vec!["102"]),
        ("?query=10", vec!["101", "102", "103"]),
        ("?query=t1", vec!["T1"]),
        ("?query=%EF%BC%B4%EF%BC%91", vec!["T1"]),     // full-width
        ("?query=%E5%BC%A0%20%E4%B8%89", vec!["101"]), // a blank within the name
        ("?query=%C2%B7", vec![]),                     // a dot is not every name
        ("?query=%E2%80%8B", vec!["101", "102", "103", "201", "T1"]), // nothing that is seen
        ("?grade=5", vec!["101", "102", "201"]),
        ("?status=left", vec![]),
        (&format!("?school={second}"), vec!["201"]),
    ] {
        let list = school.official.get(&format!("/api/v1/persons{query}")).await.expect(200);
        assert_eq!(numbers(&list), expected, "{query}");
    }
    for (q, found) in [
        ("t1", vec!["王老师"]),
        ("%EF%BC%B4%EF%BC%91", vec!["王老师"]),
        ("%E7%8E%8B%20%E8%80%81", vec!["王老师"]),
        ("%C2%B7", vec![]),
    ] {
        let hits = school.official.get(&format!("/api/v1/search?q={q}")).await.expect(200);
        let persons = hits["items"].as_array().expect("items").iter().filter(|hit| hit["kind"] == "person");
        let titles: Vec<&str> = persons.map(|hit| hit["title"].as_str().expect("text")).collect();
        assert_eq!(titles, found, "{q}");
    }
    let first = school.official.get("/api/v1/persons?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("more");
    let rest = school.official.get(&format!("/api/v1/persons?limit=10&cursor={cursor}")).await.expect(200);
    assert_eq!(numbers(&rest), ["103", "201", "T1"]);
    assert_eq!(rest["items"][2]["grade"], json!(null));
    assert!(first["items"][0].get("birth_date").is_none(), "a list holds no birth dates");
    assert_eq!(numbers(&teacher.get("/api/v1/persons").await.expect(200)), ["101", "102", "103", "T1"]);
    assert_eq!(
        numbers(&teacher.get(&format!("/api/v1/persons?school={second}")).await.expect(200)),
        Vec::<&str>::new()
    );
    assert_eq!(numbers(&guardian.get("/api/v1/persons").await.expect(200)), ["101"]);
    assert_eq!(numbers(&student.get("/api/v1/persons").await.expect(200)), ["101"]);
    assert_eq!(numbers(&other.official.get("/api/v1/persons").await.expect(200)), Vec::<&str>::new());
    school.official.get("/api/v1/persons?status=gone").await.expect_problem(422, "invalid");
    school.official.get("/api/v1/persons?limit=0").await.expect_problem(422, "invalid");

    let classes = teacher.get(&format!("/api/v1/classes?school={}&school_year=2026", school.id)).await.expect(200);
    let classes = classes["items"].as_array().expect("items");
    assert_eq!(classes.len(), 4, "three classes and the staff");
    assert_eq!(
        (&classes[0]["grade"], &classes[0]["name"], &classes[0]["persons"]),
        (&json!(5), &json!("3"), &json!(1))
    );
    assert_eq!(classes[3]["grade"], json!(null));
    let path = format!("/api/v1/classes/{}/persons", classes[0]["id"].as_str().expect("an id"));
    assert_eq!(numbers(&teacher.get(&path).await.expect(200)), ["101"]);
    let their = server.account(Role::Teacher, scope(second)).await;
    their.get(&path).await.expect_problem(403, "forbidden");
    other.official.get(&path).await.expect_problem(404, "not_found");
    student.get("/api/v1/classes").await.expect_problem(403, "forbidden");
    let pages = school.official.get("/api/v1/classes?limit=3").await.expect(200);
    let cursor = pages["next_cursor"].as_str().expect("more");
    let rest = school.official.get(&format!("/api/v1/classes?limit=3&cursor={cursor}")).await.expect(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(2));

    let before = events(&server, "person.read").await;
    let path = format!("/api/v1/persons/{child}");
    for client in [&school.official, &school.admin, &teacher, &guardian, &student] {
        let detail = client.get(&path).await.expect(200);
        assert_eq!(detail["birth_date"], "2015-03-01");
        assert_eq!(detail["enrolments"][0]["class_name"], "3");
    }
    assert_eq!(events(&server, "person.read").await, before + 5);
    their.get(&path).await.expect_problem(403, "forbidden");
    let sibling = person(&server, "102").await;
    guardian.get(&format!("/api/v1/persons/{sibling}")).await.expect_problem(403, "forbidden");
    other.official.get(&path).await.expect_problem(404, "not_found");
    server.anonymous().get(&path).await.expect_problem(401, "not_signed_in");
    assert_eq!(events(&server, "person.read").await, before + 5, "what was refused was not read");
    let address: String = sqlx::query_scalar("SELECT object_id FROM audit_event WHERE action = 'person.read' LIMIT 1")
        .fetch_one(server.pool())
        .await
        .expect("an event");
    assert_eq!(address, child.to_string());
}
