//! `OneRoster` 1.2: everything, what changed, and packages that are not sound.

use serde_json::{Value, json};

use crate::kit::{self, School, Upload, commit, enrolment, pupils, staged, upload, wait, zip};

const USERS: &str = "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,identifier,grades,primaryOrgSourcedId\n";
const ROLES: &str = "sourcedId,status,dateLastModified,userSourcedId,roleType,role,orgSourcedId\n";
const CLASSES: &str = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,schoolSourcedId,termSourcedIds\n";
const ENROLLMENTS: &str =
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n";

fn manifest(mode: &str, files: &[&str]) -> String {
    let mut text = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n".to_owned();
    for name in ["academicSessions", "orgs", "courses", "classes", "users", "roles", "demographics", "enrollments"] {
        let value = if files.contains(&name) { mode } else { "absent" };
        text.push_str(&format!("file.{name},{value}\n"));
    }
    text
}

fn bulk(school: &School) -> Vec<u8> {
    let all = ["academicSessions", "orgs", "courses", "classes", "users", "roles", "demographics", "enrollments"];
    zip(&[
        ("roster/manifest.csv", &manifest("bulk", &all)),
        (
            "roster/academicSessions.csv",
            "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n\
             y26,,,2026-2027,schoolYear,2026-08-15,2027-07-15,,2027\n",
        ),
        (
            "roster/orgs.csv",
            &format!(
                "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
                 d1,,,区教育局,district,,\no1,,,{},school,{},d1\n",
                school.name, school.code
            ),
        ),
        ("roster/courses.csv", "sourcedId,status,dateLastModified,schoolYearSourcedId,title\nk1,,,y26,科学\n"),
        (
            "roster/classes.csv",
            &format!(
                "{CLASSES}c53,,,五年级(3)班,05,k1,,homeroom,o1,y26\nc54,,,五年级(4)班,05,k1,,homeroom,o1,y26\nclub,,,机器人社,05,k1,,scheduled,o1,y26\n"
            ),
        ),
        (
            "roster/users.csv",
            &format!(
                "{USERS}u1,,,true,,三,张,20260001,05,o1\nu2,,,true,zhangsan2,Ann,Lee,,05,o1\nt1,,,true,,老师,王,T001,,o1\n\
                 g1,,,true,,家长,张,,,o1\nu3,,,true,,五,王,20260003,05,o1\n"
            ),
        ),
        (
            "roster/roles.csv",
            &format!(
                "{ROLES}r1,,,u1,primary,student,o1\nr2,,,u2,primary,student,o1\nr3,,,t1,primary,teacher,o1\n\
                 r4,,,g1,primary,guardian,o1\nr5,,,u3,primary,student,o1\n"
            ),
        ),
        (
            "roster/demographics.csv",
            "sourcedId,status,dateLastModified,birthDate,sex\nu1,,,2015-03-01,male\nu2,,,2015-04-01,unspecified\n",
        ),
        (
            "roster/enrollments.csv",
            &format!(
                "{ENROLLMENTS}e0,,,club,o1,u1,student,true,,\ne1,,,c53,o1,u1,student,false,,\ne2,,,c53,o1,u2,student,true,,\n\
                 e3,,,c53,o1,t1,teacher,true,,\n"
            ),
        ),
    ])
}

async fn rows(school: &School, import: &Value) -> Vec<Value> {
    let path = format!("/api/v1/roster/imports/{}/rows?limit=100", import["id"].as_str().expect("an id"));
    school.official.get(&path).await.expect(200)["items"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn everything_and_then_what_changed() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let import = staged(&school.official, Upload::new(bulk(&school)).named("bulk.zip").on("2026-09-01")).await;
    assert_eq!(import["format"], "oneroster_bulk");
    assert_eq!((&import["school_year"], &import["mode"]), (&json!(2026), &json!("full")));
    assert_eq!((&import["counts"]["added"], &import["counts"]["skipped"]), (&json!(3), &json!(1)), "{import}");
    let listed = rows(&school, &import).await;
    assert_eq!(
        (&listed[0]["name"], &listed[0]["class"], &listed[0]["source_id"]),
        (&json!("张三"), &json!("3"), &json!("u1"))
    );
    assert_eq!((&listed[1]["name"], &listed[1]["number"]), (&json!("Ann Lee"), &json!("ZHANGSAN2")));
    assert_eq!((&listed[2]["kind"], &listed[2]["grade"]), (&json!("teacher"), &json!(null)));
    assert_eq!(listed[3]["errors"][0]["code"], "no_class", "{}", listed[3]);
    commit(&school.official, &import).await;
    assert_eq!(pupils(&server, school.district).await, 3);
    let class: String = sqlx::query_scalar("SELECT source_id FROM class WHERE name = '3'")
        .fetch_one(server.pool())
        .await
        .expect("a class");
    assert_eq!(class, "c53");

    // One marries and gets another number, one moves by an enrolment alone, one is unknown, one leaves.
    let delta = zip(&[
        ("manifest.csv", &manifest("delta", &["users", "classes", "enrollments"])),
        (
            "users.csv",
            &format!(
                "{USERS}t1,active,2026-10-01T00:00:00Z,true,,老师,李,T001,,o1\n\
                 u2,tobedeleted,2026-10-01T00:00:00Z,true,,Ann,Lee,,05,o1\n\
                 u9,tobedeleted,2026-10-01T00:00:00Z,true,,九,谁,,05,o1\nu8,gone,2026-10-01T00:00:00Z,true,,八,谁,8,05,o1\n"
            ),
        ),
        (
            "classes.csv",
            &format!("{CLASSES}c54,active,2026-10-01T00:00:00Z,五年级(4)班,05,k1,,homeroom,{},y26\n", school.code),
        ),
        (
            "enrollments.csv",
            &format!(
                "{ENROLLMENTS}e1,tobedeleted,2026-10-01T00:00:00Z,c53,{0},u1,student,true,,\n\
                 e9,active,2026-10-01T00:00:00Z,c54,{0},u1,student,true,,\n\
                 e8,active,2026-10-01T00:00:00Z,c54,{0},nobody,student,true,,\n",
                school.code
            ),
        ),
    ]);
    let import = staged(&school.official, Upload::new(delta).on("2026-10-01")).await;
    assert_eq!((&import["format"], &import["mode"]), (&json!("oneroster_delta"), &json!("delta")));
    let listed = rows(&school, &import).await;
    let told: Vec<(&str, &str)> = listed
        .iter()
        .map(|row| (row["outcome"].as_str().expect("text"), row["errors"][0]["code"].as_str().unwrap_or("")))
        .collect();
    let expected = [
        ("changed", ""),
        ("left", ""),
        ("refused", "unknown_person"),
        ("refused", "invalid_status"),
        ("moved", ""),
        ("refused", "unknown_person"),
    ];
    assert_eq!(told, expected, "{listed:#?}");
    assert_eq!(listed[0]["changes"], json!([{ "field": "name", "from": "王老师", "to": "李老师" }]));
    commit(&school.official, &import).await;
    assert_eq!(enrolment(&server, "20260001").await.3, "4");
    assert_eq!(enrolment(&server, "ZHANGSAN2").await.1.as_deref(), Some("2026-09-30"));

    // The enrolment in the only class ends: the person leaves.
    let delta = zip(&[
        ("manifest.csv", &manifest("delta", &["enrollments"])),
        (
            "enrollments.csv",
            &format!("{ENROLLMENTS}e9,tobedeleted,2026-11-01T00:00:00Z,c54,{},u1,student,true,,\n", school.code),
        ),
    ]);
    let import = staged(&school.official, Upload::new(delta).on("2026-11-01")).await;
    assert_eq!(import["counts"]["left"], 1, "{import}");
}

#[tokio::test]
async fn packages_that_are_not_sound() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let orgs = "sourcedId,status,dateLastModified,name,type\n";
    let four = ["orgs", "users", "classes", "enrollments"];
    let old = manifest("bulk", &four).replace("oneroster.version,1.2", "oneroster.version,1.1");
    let mixed = manifest("bulk", &four).replace("file.users,bulk", "file.users,delta");
    let odd = manifest("bulk", &four).replace("file.users,bulk", "file.users,some");
    let cases: Vec<(&str, Vec<(&str, &str)>, &str)> = vec![
        ("no manifest", vec![("users.csv", USERS)], "manifest_missing"),
        ("another version", vec![("manifest.csv", &old)], "unsupported_version"),
        (
            "an odd word",
            vec![
                ("manifest.csv", &odd),
                ("orgs.csv", orgs),
                ("classes.csv", CLASSES),
                ("enrollments.csv", ENROLLMENTS),
                ("users.csv", USERS),
            ],
            "bad_manifest",
        ),
        (
            "bulk and delta",
            vec![
                ("manifest.csv", &mixed),
                ("orgs.csv", orgs),
                ("classes.csv", CLASSES),
                ("enrollments.csv", ENROLLMENTS),
                ("users.csv", USERS),
            ],
            "mixed_modes",
        ),
        ("an empty manifest", vec![("manifest.csv", "")], "empty_sheet"),
    ];
    for (what, files, code) in cases {
        let answer = upload(&school.official, Upload::new(zip(&files))).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some(code)), "{what}: {}", answer.text());
    }
    let promised = manifest("bulk", &four);
    let answer = upload(&school.official, Upload::new(zip(&[("manifest.csv", &promised), ("orgs.csv", orgs)]))).await;
    let body = answer.expect_problem(422, "file_missing");
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(3), "{body}");
    let short = manifest("bulk", &["orgs", "users"]);
    let answer = upload(
        &school.official,
        Upload::new(zip(&[("manifest.csv", &short), ("orgs.csv", orgs), ("users.csv", USERS)])),
    )
    .await;
    answer.expect_problem(422, "file_missing");
    let files = [
        ("manifest.csv", promised.as_str()),
        ("orgs.csv", orgs),
        ("users.csv", "sourcedId,name\n"),
        ("classes.csv", CLASSES),
        ("enrollments.csv", ENROLLMENTS),
    ];
    let body = upload(&school.official, Upload::new(zip(&files))).await.expect_problem(422, "missing_column");
    assert_eq!(body["errors"][0]["field"], "users.csv: givenName");
    let full = Upload::new(bulk(&school)).mode("partial");
    let import = staged(&school.official, full).await;
    assert_eq!(import["mode"], "partial");
    let files = [
        ("manifest.csv", promised.as_str()),
        ("orgs.csv", orgs),
        ("users.csv", USERS),
        ("classes.csv", CLASSES),
        ("enrollments.csv", ENROLLMENTS),
    ];
    let started = upload(&school.official, Upload::new(zip(&files))).await.expect(202);
    let import = wait(&school.official, &started).await;
    assert_eq!(import["state"], "failed", "nobody is in it: {import}");
}

#[tokio::test]
async fn a_zip_bomb_is_refused() {
    use std::io::Write;
    let server = kit::start().await;
    let school = School::open(&server).await;
    let mut archive = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
    archive.start_file("manifest.csv", options).expect("begun");
    archive.write_all(manifest("bulk", &["orgs", "users", "classes", "enrollments"]).as_bytes()).expect("written");
    archive.start_file("orgs.csv", options).expect("begun");
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..80 {
        archive.write_all(&blanks).expect("written");
    }
    for name in ["users.csv", "classes.csv", "enrollments.csv"] {
        archive.start_file(name, options).expect("begun");
    }
    let bytes = archive.finish().expect("a zip").into_inner();
    assert!(bytes.len() < 200_000);
    upload(&school.official, Upload::new(bytes)).await.expect_problem(422, "too_large");
}
