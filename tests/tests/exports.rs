//! What other systems take from here.

use std::io::Read;

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use kepu_tests::school::School;
use serde_json::{Value, json};
use uuid::Uuid;

const POLICY: &str = "
kepu: 1
id: by-the-hour
version: '1'
title: { zh: 按时计分, en: By the hour }
rules:
  - { id: by-the-hour, category: practice, credit: { per_hour: 1 } }
";

/// Files of OneRoster 1.2, their columns, and those of which none may be empty.
const STANDARD: [(&str, &str, &str); 7] = [
    (
        "academicSessions.csv",
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
        "sourcedId,title,type,startDate,endDate,schoolYear",
    ),
    ("orgs.csv", "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId", "sourcedId,name,type"),
    (
        "courses.csv",
        "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
        "sourcedId,title,orgSourcedId",
    ),
    (
        "classes.csv",
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
         termSourcedIds,subjects,subjectCodes,periods",
        "sourcedId,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds",
    ),
    (
        "users.csv",
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,\
         sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,\
         preferredFamilyName,primaryOrgSourcedId,pronouns",
        "sourcedId,enabledUser,username,givenName,familyName",
    ),
    (
        "roles.csv",
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
        "sourcedId,userSourcedId,roleType,role,orgSourcedId",
    ),
    (
        "enrollments.csv",
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
        "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role",
    ),
];

fn sheet(zip: &mut zip::ZipArchive<std::io::Cursor<Vec<u8>>>, name: &str) -> Vec<Vec<String>> {
    let mut text = String::new();
    zip.by_name(name).expect("a file").read_to_string(&mut text).expect("text");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn the_roster_goes_out_as_a_package_whose_parts_fit_together() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    let admin = GrantScope::Organization { district: school.district, organization: school.school };
    let admin = server.account(Role::SchoolAdmin, admin).await;
    // A teacher, who is of the school and of no class.
    let staff = "
        WITH staff AS (
            INSERT INTO class (district_id, id, school_id, school_year, grade, name, created_at)
            SELECT district_id, gen_random_uuid(), school_id, school_year, $2, '', now() FROM class WHERE id = $1
            RETURNING district_id, id, school_id
        ), teacher AS (
            INSERT INTO person (district_id, id, kind, number, name, created_at, updated_at)
            SELECT district_id, gen_random_uuid(), 'teacher', 'T001', '李老师', now(), now() FROM staff
            RETURNING district_id, id
        )
        INSERT INTO enrolment (district_id, id, person_id, class_id, school_id, grade, valid_from, created_at)
        SELECT s.district_id, gen_random_uuid(), t.id, s.id, s.school_id, $2, '2020-01-01', now() FROM staff s, teacher t";
    sqlx::query(staff)
        .bind(school.class)
        .bind(kepu_domain::roster::STAFF_GRADE)
        .execute(server.pool())
        .await
        .expect("added");
    let path = format!("/api/v1/exports/oneroster.zip?school={}", school.school);
    let answer = admin.get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"), "{}", answer.text());
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).expect("a ZIP");
    let manifest = sheet(&mut zip, "manifest.csv");
    assert_eq!(manifest[0], ["propertyName", "value"]);
    let said = |key: &str| manifest.iter().find(|row| row[0] == key).map(|row| row[1].clone());
    assert_eq!(said("oneroster.version").as_deref(), Some("1.2"));
    for row in &manifest {
        let Some(file) = row[0].strip_prefix("file.") else { continue };
        assert_eq!(zip.by_name(&format!("{file}.csv")).is_ok(), row[1] == "bulk", "{file}");
    }
    // All columns of the standard in its order, and nothing empty that it asks for.
    for (name, columns, required) in STANDARD {
        let rows = sheet(&mut zip, name);
        assert_eq!(rows[0].join(","), columns, "{name}");
        for row in &rows[1..] {
            for (column, value) in rows[0].iter().zip(row) {
                assert!(
                    !value.is_empty() || !required.split(',').any(|one| one == column),
                    "{name}: {column}, {row:?}"
                );
            }
        }
    }
    // Each reference leads somewhere.
    let mut of = |name: &str, column: &str| -> Vec<String> {
        let rows = sheet(&mut zip, name);
        let at = rows[0].iter().position(|one| one == column).expect("a column");
        rows[1..].iter().map(|row| row[at].clone()).collect()
    };
    for (from, column, to, many) in [
        ("courses.csv", "schoolYearSourcedId", "academicSessions.csv", 1),
        ("courses.csv", "orgSourcedId", "orgs.csv", 1),
        ("classes.csv", "courseSourcedId", "courses.csv", 1),
        ("classes.csv", "schoolSourcedId", "orgs.csv", 1),
        ("classes.csv", "termSourcedIds", "academicSessions.csv", 2),
        ("users.csv", "primaryOrgSourcedId", "orgs.csv", 4),
        ("roles.csv", "userSourcedId", "users.csv", 4),
        ("roles.csv", "orgSourcedId", "orgs.csv", 4),
        ("enrollments.csv", "classSourcedId", "classes.csv", 3),
        ("enrollments.csv", "schoolSourcedId", "orgs.csv", 3),
        ("enrollments.csv", "userSourcedId", "users.csv", 3),
    ] {
        let (references, ids) = (of(from, column), of(to, "sourcedId"));
        let references: Vec<&str> = references.iter().flat_map(|one| one.split(',')).collect();
        assert_eq!(references.len(), many, "{from}");
        assert!(
            references.iter().all(|one| ids.iter().any(|id| id == one)),
            "{from}, {column}: {references:?} in {ids:?}"
        );
    }
    let mut numbers: Vec<String> = school.pupils.iter().map(|pupil| pupil.1.clone()).collect();
    numbers.push("T001".into());
    assert_eq!((of("users.csv", "identifier"), of("users.csv", "username")), (numbers.clone(), numbers));
    let roles = of("roles.csv", "role");
    assert_eq!(roles.iter().filter(|role| *role == "teacher").count(), 1, "{roles:?}");
    // A class is given in terms, which are of the year.
    let ids: Vec<(String, String)> =
        of("academicSessions.csv", "sourcedId").into_iter().zip(of("academicSessions.csv", "type")).collect();
    let kind = |id: &str| ids.iter().find(|one| one.0 == id).map(|one| one.1.as_str());
    let terms = of("classes.csv", "termSourcedIds");
    assert!(terms.iter().flat_map(|one| one.split(',')).all(|id| kind(id) == Some("term")), "{terms:?} in {ids:?}");
    let above = of("academicSessions.csv", "parentSourcedId");
    assert!(above.iter().all(|id| id.is_empty() || kind(id) == Some("schoolYear")), "{above:?}");

    // For who answers for the school, and for nobody else.
    for (client, status) in [(&school.teacher, 403), (&school.host, 403), (&school.official, 200)] {
        assert_eq!(client.get(&path).await.status, status);
    }
    assert_eq!(admin.get("/api/v1/exports/oneroster.zip").await.status, 403, "the whole district");
    assert_eq!(admin.get("/api/v1/exports/xapi").await.status, 403, "the whole district");
    let exports: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = 'roster.export'")
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(exports, 2);
}

#[tokio::test]
async fn what_counts_goes_out_as_statements_that_name_nobody() {
    let server = Server::start().await;
    let school = School::new(&server, 3).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 2).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    school.record(session, &pupils).await;
    school.confirm_all(session).await;
    let page = |path: String| {
        let official = school.official.client.clone();
        async move { official.get(&path).await.expect(200) }
    };
    let first = page("/api/v1/exports/xapi?limit=2".into()).await;
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = page(format!("/api/v1/exports/xapi?limit=2&cursor={cursor}")).await;
    let all: Vec<Value> =
        [&first, &second].iter().flat_map(|page| page["items"].as_array().expect("statements").clone()).collect();
    assert_eq!((all.len(), second["next_cursor"].clone()), (3, Value::Null));
    let mut ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().expect("an id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    for one in &all {
        assert_eq!(one["verb"]["id"], "http://adlnet.gov/expapi/verbs/attended");
        assert_eq!(one["object"]["definition"]["name"], json!({ "zh-CN": "试验活动" }));
        assert_eq!(one["result"]["duration"], "PT120M");
        assert_eq!(one["result"]["score"], json!({ "raw": 2 }));
        let host = &one["context"]["contextActivities"]["grouping"][0];
        assert_eq!(host["definition"]["name"]["zh-CN"], "试验基地", "{one}");
        let credits: Vec<&Value> = one["result"]["extensions"].as_object().expect("extensions").values().collect();
        assert!(credits.contains(&&json!("2")) && credits.contains(&&json!("practice")), "{one}");
        assert!(one["timestamp"].is_string() && one["actor"]["account"]["homePage"].is_string(), "{one}");
    }
    let version = |id: &str| id.parse::<Uuid>().expect("a UUID").get_version_num();
    assert!(ids.iter().all(|id| version(id) == 5), "a version that RFC 4122 knows: {ids:?}");
    let text = json!(all).to_string();
    assert!(school.pupils.iter().all(|(_, number)| !text.contains(number)), "{text}");
    // The same statements another time, and none before their day.
    assert_eq!(page("/api/v1/exports/xapi?limit=2".into()).await["items"], first["items"]);
    assert_eq!(page("/api/v1/exports/xapi?to=2020-01-01".into()).await["items"], json!([]));
}

const VOIDED: &str = "http://adlnet.gov/expapi/verbs/voided";

#[tokio::test]
async fn what_holds_no_more_is_voided_and_what_holds_instead_has_another_id() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    school.adopt(POLICY).await;
    let session = school.session(&server, school.base, "practice", 2).await;
    let one = school.record(session, &[school.pupils[0].0]).await.remove(0);
    school.confirm_all(session).await;
    let told = || {
        let official = school.official.client.clone();
        async move { official.get("/api/v1/exports/xapi").await.expect(200)["items"].clone() }
    };
    let first = told().await;
    assert_eq!(first.as_array().map(Vec::len), Some(1), "{first}");
    let change = |what: &str, version: u8, body: Value| {
        let host = school.host.client.clone().with_header("If-Match", &format!("\"{version}\""));
        let path = format!("/api/v1/participations/{one}/{what}");
        async move { host.post_json(&path, &body).await.expect(200) }
    };
    change("amend", 2, json!({ "minutes": 60, "reason": "提前离开" })).await;
    let second = told().await;
    let [void, now] = second.as_array().expect("statements").as_slice() else { panic!("{second}") };
    assert_eq!(
        (void["verb"]["id"].as_str(), void["object"]["objectType"].as_str()),
        (Some(VOIDED), Some("StatementRef"))
    );
    assert_eq!((&void["object"]["id"], void.get("context")), (&first[0]["id"], None), "{void}");
    assert_eq!((now["result"]["score"]["raw"].clone(), now["result"]["duration"].as_str()), (json!(1), Some("PT60M")));
    assert_ne!(now["id"], first[0]["id"]);
    assert_ne!(void["id"], void["object"]["id"]);

    change("void", 3, json!({ "reason": "没有到场" })).await;
    let third = told().await;
    let all = third.as_array().expect("statements");
    assert_eq!((all.len(), &all[0]), (2, void), "what was told before stays as it was: {third}");
    assert_eq!((all[1]["verb"]["id"].as_str(), &all[1]["object"]["id"]), (Some(VOIDED), &now["id"]));
    assert_eq!(told().await, third);
}

#[tokio::test]
async fn what_is_no_school_here_and_what_was_mistyped_is_not_exported() {
    let server = Server::start().await;
    let school = School::new(&server, 1).await;
    let elsewhere = server.district("乙区").await;
    let far = server.organization(elsewhere, "school", "乙小").await;
    for path in ["/api/v1/exports/oneroster.zip", "/api/v1/exports/xapi"] {
        for id in [Uuid::nil(), school.base, far] {
            school.official.get(&format!("{path}?school={id}")).await.expect_problem(404, "not_found");
        }
        let mistyped = [format!("schol={}", school.school), format!("school={}&form=2026-01-01", school.school)];
        for query in mistyped {
            school.official.get(&format!("{path}?{query}")).await.expect_problem(422, "invalid");
        }
        school.official.get(&format!("{path}?school={}", school.school)).await.expect(200);
    }
    school.official.get("/api/v1/exports/xapi?limit=0").await.expect_problem(422, "invalid");
    let exports: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action IN ('roster.export', 'credit.export')")
            .fetch_one(server.pool())
            .await
            .expect("counted");
    assert_eq!(exports, 2, "what was refused is in no trail");
}

#[tokio::test]
async fn statements_are_made_in_no_name_that_a_request_has_chosen() {
    for (anywhere, status) in [(false, 409), (true, 200)] {
        let server = Server::start_with(|config| {
            config.public_url = None;
            config.sign_anywhere = anywhere;
        })
        .await;
        let school = School::new(&server, 1).await;
        let answer = school.official.get("/api/v1/exports/xapi").await.expect(status);
        assert_eq!(answer["code"] == "no_public_url", !anywhere, "{answer}");
    }
}
