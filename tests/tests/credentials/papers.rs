//! Transcripts and certificates: of one person, and of a class as one file.

use std::io::Read;
use std::time::Duration;

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{book, student, town};

async fn paper(client: &kepu_tests::Client, made: &Value) -> Vec<u8> {
    let path = format!("/api/v1/credentials/{}/paper.pdf", made["id"].as_str().expect("an id"));
    let answer = client.get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"), "{}", answer.text());
    assert!(answer.bytes.starts_with(b"%PDF-"));
    answer.bytes
}

#[tokio::test]
async fn a_paper_stays_as_it_was_issued_and_its_number_says_whether_it_holds() {
    let server = Server::start().await;
    let school = town(&server, 2).await;
    let (pupil, pupil_number) = school.pupils[0].clone();
    let student = student(&server, &school, 0).await;
    let path = format!("/api/v1/persons/{pupil}/papers");
    let certificate = json!({ "kind": "certificate", "achievement": { "kind": "level", "id": "rank" } });
    let made = student.post_json(&path, &certificate).await.expect(201);
    assert_eq!((made["title_zh"].as_str(), made["kind"].as_str()), (Some("星级 · 一星"), Some("certificate")));
    let first = paper(&student, &made).await;
    let transcript = school.teacher.post_json(&path, &json!({ "kind": "transcript" })).await.expect(201);
    paper(&student, &transcript).await;
    let kept: Value = sqlx::query_scalar("SELECT paper FROM credential WHERE kind = 'transcript'")
        .fetch_one(server.pool())
        .await
        .expect("one");
    assert_eq!((kept["total"].as_str(), kept["sums"].clone()), (Some("2"), json!([["practice", "2"]])), "{kept}");
    assert_eq!((kept["lines"][0]["credit"].as_str(), kept["lines"][0]["host"].as_str()), (Some("2"), Some("试验基地")));
    assert_eq!(kept["reached"], json!([["满两分", "已达到 Met"], ["满十分", "未达到 Not met"], ["星级", "一星"]]));

    // More credit, and a new name: what was issued stays as it was.
    book(&server, &school).await;
    sqlx::query("UPDATE person SET name = '李四' WHERE id = $1")
        .bind(pupil)
        .execute(server.pool())
        .await
        .expect("named");
    assert_eq!(paper(&student, &made).await, first);
    let later = student.post_json(&path, &certificate).await.expect(201);
    assert_eq!(later["title_zh"], "星级 · 二星");

    // What is asked for must make sense.
    for (body, status) in [
        (json!({ "kind": "certificate" }), 422),
        (json!({ "kind": "transcript", "achievement": { "kind": "credits" } }), 422),
        (json!({ "kind": "certificate", "achievement": { "kind": "requirement", "id": "ten" } }), 409),
    ] {
        assert_eq!(student.post_json(&path, &body).await.status, status, "{body}");
    }

    let number = made["number"].as_str().expect("a number");
    let check = server.anonymous().get(&format!("/api/v1/verify/{number}")).await.expect(200);
    assert_eq!((check["state"].as_str(), check["valid_until"].clone()), (Some("valid"), Value::Null), "{check}");
    assert!(!check.to_string().contains(&pupil_number) && check.get("lines").is_none(), "{check}");
    let id = made["id"].as_str().expect("an id");
    school
        .official
        .post_json(&format!("/api/v1/credentials/{id}/revocation"), &json!({ "reason": "x" }))
        .await
        .expect(200);
    let check = server.anonymous().get(&format!("/api/v1/verify/{number}")).await.expect(200);
    assert_eq!(check["state"], "revoked");
    student.get(&format!("/api/v1/credentials/{id}/paper.pdf")).await.expect_problem(409, "credential_revoked");
    student.get(&format!("/api/v1/credentials/{id}/badge.jwt")).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_class_gets_its_papers_as_one_file_with_who_got_none() {
    let mut server = Server::start().await;
    let school = town(&server, 3).await;
    let admin = GrantScope::Organization { district: school.district, organization: school.school };
    let admin = server.account(Role::SchoolAdmin, admin).await;
    // One of them was not there.
    let absent = school.pupils[2].0;
    let participation: Uuid = sqlx::query_scalar("SELECT id FROM participation WHERE person_id = $1")
        .bind(absent)
        .fetch_one(server.pool())
        .await
        .expect("one");
    let void = format!("/api/v1/participations/{participation}/void");
    let version: i64 = sqlx::query_scalar("SELECT version FROM participation WHERE id = $1")
        .bind(participation)
        .fetch_one(server.pool())
        .await
        .expect("one");
    let host = school.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
    let voided = host.post_json(&void, &json!({ "reason": "没有到场" })).await;
    assert_eq!(voided.status, 200, "{}", voided.text());

    let body = json!({ "kind": "transcript", "class_id": school.class });
    let asked = admin.post_json("/api/v1/credential-batches", &body).await.expect(202);
    let path = format!("/api/v1/credential-batches/{}", asked["id"].as_str().expect("an id"));
    let mut batch = asked;
    for _ in 0..600 {
        batch = admin.get(&path).await.expect(200);
        if batch["state"] != "working" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((batch["state"].as_str(), batch["papers"].as_i64()), (Some("done"), Some(2)), "{batch}");
    assert_eq!((batch["progress_done"].as_i64(), batch["progress_total"].as_i64()), (Some(3), Some(3)));
    assert_eq!(batch["left_out"], json!([{ "person_id": absent, "code": "no_credit_booked" }]));
    let file = admin.get(&format!("{path}/papers.zip")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/zip"));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file.bytes)).expect("a ZIP");
    let mut names = Vec::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("read");
        assert!(bytes.starts_with(b"%PDF-"));
        names.push(entry.name().expect("a name").into_owned());
    }
    let of = |at: usize| format!("{0}-测试{0}.pdf", school.pupils[at].1);
    assert_eq!(names, [of(0), of(1)]);

    // Others neither see it nor take it; the parts cannot be had twice.
    school.host.get(&path).await.expect_problem(403, "forbidden");
    student(&server, &school, 0).await.get(&path).await.expect_problem(403, "forbidden");
    school.host.post_json("/api/v1/credential-batches", &body).await.expect_problem(403, "forbidden");
    assert_eq!(admin.get("/api/v1/credential-batches").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(school.host.get("/api/v1/credential-batches").await.expect(200)["items"], json!([]));

    // Cut off in the middle, it is gone on with: who has a paper gets no second one.
    sqlx::query("UPDATE credential_batch SET state = 'working', file = NULL, progress_done = 1")
        .execute(server.pool())
        .await
        .expect("cut off");
    sqlx::query("DELETE FROM credential WHERE person_id = $1")
        .bind(school.pupils[1].0)
        .execute(server.pool())
        .await
        .expect("lost");
    kepu_api::credentials::resume(server.state()).await.expect("resumed");
    for _ in 0..600 {
        if admin.get(&path).await.expect(200)["state"] == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(admin.get(&path).await.expect(200)["papers"], 2);
    let papers: i64 =
        sqlx::query_scalar("SELECT count(*) FROM credential").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(papers, 2);
    server.stop().await.expect("stopped");
}

/// Until a batch has ended.
async fn ended(client: &kepu_tests::Client, path: &str) -> Value {
    for _ in 0..600 {
        let batch = client.get(path).await.expect(200);
        if batch["state"] != "working" {
            return batch;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the batch did not end");
}

#[tokio::test]
async fn a_name_that_no_font_has_costs_nobody_else_the_paper() {
    let server = Server::start().await;
    let school = town(&server, 3).await;
    let admin = GrantScope::Organization { district: school.district, organization: school.school };
    let admin = server.account(Role::SchoolAdmin, admin).await;
    let rename = |person: Uuid, name: &'static str| {
        let pool = server.pool().clone();
        async move {
            sqlx::query("UPDATE person SET name = $2 WHERE id = $1")
                .bind(person)
                .bind(name)
                .execute(&pool)
                .await
                .expect("renamed");
        }
    };
    let (strange, common) = (school.pupils[0].0, school.pupils[1].0);
    rename(strange, "王\u{1F980}\u{10FFFF}").await;
    // Registered characters of names, which GB 2312 lacks.
    rename(common, "王玥祎喆堃珺").await;
    let wanted = json!({ "kind": "certificate", "achievement": { "kind": "requirement", "id": "two" } });
    let refused = school.teacher.post_json(&format!("/api/v1/persons/{strange}/papers"), &wanted).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some("missing_glyph")), "{}", refused.text());
    assert_eq!(refused.body["errors"][0]["value"], "\u{1F980}\u{10FFFF}");

    let mut body = wanted;
    body["class_id"] = json!(school.class);
    // A teacher makes them for a class as well.
    let asked = school.teacher.post_json("/api/v1/credential-batches", &body).await.expect(202);
    let path = format!("/api/v1/credential-batches/{}", asked["id"].as_str().expect("an id"));
    let batch = ended(&admin, &path).await;
    assert_eq!((batch["state"].as_str(), batch["papers"].as_i64()), (Some("done"), Some(2)), "{batch}");
    assert_eq!((batch["achievement"].as_str(), batch["achievement_id"].as_str()), (Some("requirement"), Some("two")));
    let left = json!([{ "person_id": strange, "code": "missing_glyph", "characters": "\u{1F980}\u{10FFFF}" }]);
    assert_eq!((&batch["left_out"], &batch["failed_for"]), (&left, &Value::Null));
    let issued: i64 =
        sqlx::query_scalar("SELECT count(*) FROM credential").fetch_one(server.pool()).await.expect("counted");
    assert_eq!(issued, 2, "no number is given out for what cannot be printed");

    // A paper that was issued where there was another font.
    let again = || async {
        sqlx::query("UPDATE credential_batch SET state = 'working', file = NULL")
            .execute(server.pool())
            .await
            .expect("cut off");
        kepu_api::credentials::resume(server.state()).await.expect("resumed");
        ended(&admin, &path).await
    };
    sqlx::query("UPDATE credential SET paper = jsonb_set(paper, '{school}', to_jsonb($2::text)) WHERE person_id = $1")
        .bind(common)
        .bind("\u{10FFFE}")
        .execute(server.pool())
        .await
        .expect("changed");
    let batch = again().await;
    assert_eq!((batch["state"].as_str(), batch["papers"].as_i64()), (Some("done"), Some(1)), "{batch}");
    assert_eq!(batch["left_out"].as_array().map(Vec::len), Some(2), "{batch}");
    // And one that is no paper at all: then there is none, and it is said why.
    sqlx::query("UPDATE credential SET paper = '{}'").execute(server.pool()).await.expect("changed");
    let batch = again().await;
    assert_eq!((batch["state"].as_str(), batch["failed_for"].as_str()), (Some("failed"), Some("internal")), "{batch}");
}
