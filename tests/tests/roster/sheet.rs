//! Rosters over HTTP: stage, read the difference, correct, commit, discard; and what is refused on the way.

use crate::kit::{
    self, AUTUMN, School, Upload, commit, csv, enrolment, events, pupils, stage, staged, until, upload, wait, xlsx,
};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::Server;
use serde_json::json;

#[tokio::test]
async fn a_sheet_from_upload_to_commit() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let sheet = csv(&[
        "学校,年级,班级,学号,姓名,出生日期,性别,备注",
        &format!("{},五年级,三班,20260001,张 三,2015/3/1,男,好", school.code),
        &format!("{},5,(3)班,20260002,李四,2015年4月2日,女,", school.name),
        &format!("{},,五(4)班,20260003,王五,,,", school.code),
    ]);
    let started = upload(&school.official, Upload::new(sheet)).await;
    assert!(started.header("location").starts_with("/api/v1/roster/imports/"));
    let started = started.expect(202);
    let import = wait(&school.official, &started).await;
    assert_eq!(import["state"], "staged", "{import}");
    assert_eq!(import["counts"]["added"], 3, "{import}");
    assert_eq!(import["progress"], json!({ "done": 3, "total": 3 }));
    assert!(import["message"].as_str().expect("text").contains("备注"));
    assert_eq!(import["school_year"], 2026);
    assert_eq!(pupils(&server, school.district).await, 0, "staging changes nobody");

    let rows = school.official.get(&format!("/api/v1/roster/imports/{}/rows?outcome=added&limit=2", id(&import))).await;
    let rows = rows.expect(200);
    assert_eq!(rows["items"][0]["row_no"], 2);
    assert_eq!(rows["items"][0]["name"], "张三");
    assert_eq!(rows["items"][0]["grade"], 5);
    assert_eq!(rows["items"][0]["class"], "3");
    let cursor = rows["next_cursor"].as_str().expect("a second page");
    let path = format!("/api/v1/roster/imports/{}/rows?outcome=added&limit=2&cursor={cursor}", id(&import));
    let rows = school.official.get(&path).await.expect(200);
    assert_eq!(rows["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(rows["next_cursor"], json!(null));

    let done = commit(&school.official, &import).await;
    assert_eq!(done["state"], "committed", "{done}");
    assert_eq!(pupils(&server, school.district).await, 3);
    let (from, to, grade, class) = enrolment(&server, "20260002").await;
    assert_eq!((from.as_str(), to, grade, class.as_str()), ("2026-09-01", None, 5, "3"));
    for (action, expected) in [("roster.stage", 1), ("roster.commit", 1), ("person.change", 0)] {
        assert_eq!(events(&server, action).await, expected, "{action}");
    }
    let again = school.official.get("/api/v1/roster/imports").await.expect(200);
    assert_eq!(again["items"][0]["id"], done["id"]);
}

#[tokio::test]
async fn a_workbook_with_a_title_and_gb18030_text_read_alike() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let rows = [
        vec!["第一小学学生花名册"],
        vec!["序号", "姓名", "学号", "班级", "年级", "性别"],
        vec!["1", "张三", "20260001", "3", "初一", "男"],
    ];
    let book = Upload::new(xlsx(&rows)).named("名册.xlsx").school(&school.code);
    let import = staged(&school.official, book).await;
    assert_eq!(import["counts"]["added"], 1, "{import}");
    let bytes = vec![
        0xd0, 0xd5, 0xc3, 0xfb, b',', 0xd1, 0xa7, 0xba, 0xc5, b',', 0xb0, 0xe0, 0xbc, 0xb6, b',', 0xc4, 0xea, 0xbc,
        0xb6, b'\n', 0xd5, 0xc5, 0xc8, 0xfd, b',', b'2', b',', b'3', b',', b'5', b'\n',
    ];
    let import = staged(&school.official, Upload::new(bytes).school(&school.code)).await;
    let rows = school.official.get(&format!("/api/v1/roster/imports/{}/rows", id(&import))).await.expect(200);
    assert_eq!(rows["items"][0]["name"], "张三");
}

#[tokio::test]
async fn moves_changes_leaving_and_coming_back() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let head = "学校,年级,班级,学号,姓名,出生日期";
    let line = |class: &str, number: u32, name: &str| format!("{},5,{class},{number},{name},2015-03-01", school.code);
    let first = csv(&[head, &line("3", 1, "张三"), &line("3", 2, "李四"), &line("3", 3, "王五")]);
    school.import(Upload::new(first)).await;

    // One moves, one gets the right name, one is missing and leaves, one is new.
    let second = csv(&[head, &line("4", 1, "张三"), &line("3", 2, "李思"), &line("3", 9, "赵六")]);
    let import = staged(&school.official, Upload::new(second.clone()).on("2026-10-01")).await;
    let counts = json!({ "added": 1, "changed": 1, "moved": 1, "left": 1, "refused": 0, "unchanged": 0, "enrolled": 3,
                         "skipped": 0 });
    assert_eq!(import["counts"], counts);
    let path = format!("/api/v1/roster/imports/{}/rows", id(&import));
    let rows = school.official.get(&path).await.expect(200);
    assert_eq!(rows["items"][0]["changes"], json!([{ "field": "class", "from": "3", "to": "4" }]));
    assert_eq!(rows["items"][1]["changes"], json!([{ "field": "name", "from": "李四", "to": "李思" }]));
    assert_eq!(rows["items"][3]["outcome"], "left");
    assert_eq!(rows["items"][3]["row_no"], 5);
    commit(&school.official, &import).await;

    let history = history(&server, "1").await;
    assert_eq!(history, [("2026-09-01", Some("2026-09-30"), "3"), ("2026-10-01", None, "4")].map(owned));
    assert_eq!(status(&server, "3").await, "left");
    assert_eq!(enrolment(&server, "3").await.1.as_deref(), Some("2026-09-30"));
    assert_eq!(enrolment(&server, "9").await.0, "2026-10-01");
    for (action, expected) in [("person.change", 1), ("person.move", 1), ("person.leave", 1)] {
        assert_eq!(events(&server, action).await, expected, "{action}");
    }
    let before: serde_json::Value = sqlx::query_scalar("SELECT detail FROM audit_event WHERE action = 'person.change'")
        .fetch_one(server.pool())
        .await
        .expect("an event");
    assert_eq!(before["changes"][0]["from"], "李四");

    // The same file again says nothing new; and who left comes back.
    let import = staged(&school.official, Upload::new(second).on("2026-10-05")).await;
    assert_eq!(import["counts"]["unchanged"], 3);
    let third = csv(&[head, &line("5", 3, "王五")]);
    let import = staged(&school.official, Upload::new(third).on("2026-11-02").mode("partial")).await;
    assert_eq!(import["counts"]["moved"], 1, "{import}");
    assert_eq!(import["counts"]["left"], 0);
    commit(&school.official, &import).await;
    assert_eq!(status(&server, "3").await, "active");
    let history = history_of_three(&server).await;
    assert_eq!(history, [("2026-09-01", Some("2026-09-30"), "3"), ("2026-11-02", None, "5")].map(owned));
    assert_eq!(pupils(&server, school.district).await, 4, "nobody is ever deleted");
}

async fn history_of_three(server: &Server) -> Vec<(String, Option<String>, String)> {
    history(server, "3").await
}

fn owned(row: (&str, Option<&str>, &str)) -> (String, Option<String>, String) {
    (row.0.to_owned(), row.1.map(str::to_owned), row.2.to_owned())
}

async fn history(server: &Server, number: &str) -> Vec<(String, Option<String>, String)> {
    sqlx::query_as(
        "SELECT e.valid_from::text, e.valid_to::text, c.name FROM enrolment e JOIN person p ON p.id = e.person_id
         JOIN class c ON c.id = e.class_id WHERE p.number = $1 ORDER BY e.valid_from",
    )
    .bind(number)
    .fetch_all(server.pool())
    .await
    .expect("enrolments")
}

async fn status(server: &Server, number: &str) -> String {
    sqlx::query_scalar("SELECT status FROM person WHERE number = $1")
        .bind(number)
        .fetch_one(server.pool())
        .await
        .expect("a person")
}

fn id(import: &serde_json::Value) -> &str {
    import["id"].as_str().expect("an id")
}

#[tokio::test]
async fn a_correction_on_the_same_day_opens_no_second_enrolment() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let head = "学校,年级,班级,学号,姓名";
    school.import(Upload::new(csv(&[head, &format!("{},5,3,1,张三", school.code)]))).await;
    school.import(Upload::new(csv(&[head, &format!("{},5,4,1,张三", school.code)]))).await;
    assert_eq!(history(&server, "1").await, [("2026-09-01", None, "4")].map(owned));
}

#[tokio::test]
async fn every_bad_cell_is_told_and_the_good_rows_stay_good() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let s = &school.code;
    server.organization(school.district, "school", "双名小学").await;
    server.organization(school.district, "school", "双名小学").await;
    let head = "学校,年级,班级,学号,姓名,出生日期,性别,身份";
    school
        .import(Upload::new(csv(&[
            head,
            &format!("{s},5,3,100,旧人,2015-01-01,男,"),
            &format!("{s},,,900,老师,,,教师"),
        ])))
        .await;
    let bad = [
        ("S404,5,3,1,张一,,,", "school", "unknown_school"),
        (",5,3,2,张二,,,", "school", "required"),
        ("双名小学,5,3,3,张三,,,", "school", "ambiguous_school"),
        ("{s},,3,4,张四,,,", "grade", "required"),
        ("{s},13,3,5,张五,,,", "grade", "out_of_range"),
        ("{s},0.5,3,6,张六,,,", "grade", "invalid_grade"),
        ("{s},2021级,3,7,张七,,,", "grade", "year_of_entry"),
        ("{s},高四,3,8,张八,,,", "grade", "out_of_range"),
        ("{s},5,,9,张九,,,", "class", "required"),
        ("{s},5,六(3)班,10,张十,,,", "class", "contradiction"),
        ("{s},5,3,,李一,,,", "number", "required"),
        ("{s},5,3,4.40305E+17,李二,,,", "number", "digits_lost"),
        ("{s},5,3,12 13,李三,,,", "number", "invalid_number"),
        ("{s},5,3,一二三,李四,,,", "number", "invalid_number"),
        ("{s},5,3,12345678901234567890123456789012345678901,李五,,,", "number", "too_long"),
        ("{s},5,3,16,,,,", "name", "required"),
        ("{s},5,3,17,??,,,", "name", "broken_characters"),
        ("{s},5,3,18,123,,,", "name", "invalid_name"),
        ("{s},5,3,19,王一,2015-02-30,,", "birth_date", "impossible_date"),
        ("{s},5,3,20,王二,3/1/2015,,", "birth_date", "ambiguous_date"),
        ("{s},5,3,21,王三,2015年,,", "birth_date", "invalid_date"),
        ("{s},5,3,22,王四,2026-08-01,,", "birth_date", "out_of_range"),
        ("{s},5,3,23,王五,1950-08-01,,", "birth_date", "out_of_range"),
        ("{s},5,3,24,王六,2030-01-01,,", "birth_date", "out_of_range"),
        ("{s},5,3,25,王七,,未知,", "sex", "invalid_sex"),
        ("{s},5,3,26,王八,,,校长", "kind", "invalid_kind"),
        ("{s},5,3,100,新人,,,", "number", "other_person"),
        ("{s},5,3,900,老师,,,", "number", "other_kind"),
        ("{s},5,3,30,赵一,,,", "number", "duplicate"),
        ("{s},5,3,30,赵二,,,", "number", "duplicate"),
        ("{s},5,3,32,赵\0三,,,", "name", "nul_refused"),
        ("{s},5,3,33,赵四,,,,多", "", "too_many_cells"),
        ("{s},5,3,34,赵五", "", "too_few_cells"),
    ];
    let mut lines = vec![head.to_owned()];
    lines.extend(bad.iter().map(|(line, ..)| line.replace("{s}", s)));
    lines.push(format!("{s},5,3,777,好人,,,"));
    let sheet = csv(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let import = staged(&school.official, Upload::new(sheet)).await;
    assert_eq!(import["counts"]["refused"], bad.len(), "{import}");
    assert_eq!(import["counts"]["added"], 1);
    assert_eq!(import["counts"]["left"], 0);
    let path = format!("/api/v1/roster/imports/{}/rows?outcome=refused&limit=100", id(&import));
    let rows = school.official.get(&path).await.expect(200);
    let rows = rows["items"].as_array().expect("rows");
    for ((line, column, code), row) in bad.iter().zip(rows) {
        let told: Vec<(&str, &str)> = row["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|error| (error["column"].as_str().expect("text"), error["code"].as_str().expect("text")))
            .collect();
        assert!(told.contains(&(column, code)), "{line}: {told:?}");
        assert_eq!(row["errors"][0]["row"], row["row_no"]);
    }
    assert_eq!(rows[0]["row_no"], 2);
    commit(&school.official, &import).await;
    assert_eq!(pupils(&server, school.district).await, 3);
}

#[tokio::test]
async fn bad_files_and_forms_are_refused_at_once() {
    let server = Server::start_with(|config| config.upload_limit = 200_000).await;
    server.at(AUTUMN);
    let school = School::open(&server).await;
    let good = format!("学校,年级,班级,学号,姓名\n{},5,3,1,张三\n", school.code).into_bytes();
    let with = |upload: Upload| upload;
    let bad_encoding = [b"\xe5\xad\xa6\xe5\x8f\xb7,\xe5\xa7\x93\xe5\x90\x8d\n1,\xff\xff\xff\n".to_vec()].concat();
    let cases = [
        ("empty", Upload::new(Vec::new()), 422, "empty_file"),
        ("only a header", Upload::new("学校,年级,班级,学号,姓名\n"), 202, ""),
        ("encoding", Upload::new(bad_encoding), 422, "encoding"),
        ("no name column", Upload::new("学校,年级,班级,学号\nS,5,3,1\n"), 422, "missing_column"),
        ("no header", Upload::new("S1,5,3,1,张三\n"), 422, "missing_column"),
        ("a merged header", Upload::new("学生信息,,,班级信息,\n姓,名,号,年级,班\n"), 422, "missing_column"),
        ("no school anywhere", Upload::new("年级,班级,学号,姓名\n5,3,1,张三\n"), 422, "missing_column"),
        ("a column twice", Upload::new("学校,年级,班级,学号,姓名,姓名\nS,5,3,1,张三,张三\n"), 422, "duplicate_column"),
        ("an open quote", Upload::new("学校,年级,班级,学号,姓名\nS,5,3,1,\"张三\n"), 202, ""),
        ("old Excel", Upload::new(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....".to_vec()), 422, "old_excel"),
        ("a broken zip", Upload::new(b"PK\x03\x04broken".to_vec()), 422, "bad_zip"),
        ("a zip of anything", Upload::new(crate::kit::zip(&[("a.csv", "x\n1\n")])), 422, "manifest_missing"),
        ("too large", Upload::new(vec![b'a'; 300_000]), 413, "body_too_large"),
        ("bad day", with(Upload::new(good.clone()).on("2026-02-30")), 422, "invalid"),
        ("far day", Upload::new(good.clone()).on("2036-01-01"), 422, "invalid"),
        ("bad mode", Upload::new(good.clone()).mode("some"), 422, "invalid"),
        ("bad school", Upload::new(good.clone()).school("nowhere"), 422, "invalid"),
        ("bad year", Upload::new(good.clone()).field("school_year", "last"), 422, "invalid"),
        ("far year", Upload::new(good.clone()).field("school_year", "2000"), 422, "invalid"),
        ("unknown field", Upload::new(good.clone()).field("colour", "red"), 422, "invalid"),
        ("NUL", Upload::new(good.clone()).field("mode", "fu\0ll"), 422, "invalid"),
    ];
    for (what, upload_form, status, code) in cases {
        let answer = upload(&school.official, upload_form).await;
        if status == 202 {
            let import = wait(&school.official, &answer.expect(202)).await;
            assert_eq!(import["state"], "failed", "{what}: {import}");
            assert_ne!(import["message"], "");
        } else {
            let text = answer.text();
            assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{what}: {text}");
        }
    }
    let none = school.official.post_json("/api/v1/roster/imports", &json!({})).await;
    none.expect_problem(415, "not_a_form");
    let form = reqwest::multipart::Form::new().text("mode", "full");
    school.official.post_form("/api/v1/roster/imports", form).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn many_leaving_must_be_allowed() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let head = "学校,年级,班级,学号,姓名".to_owned();
    let line = |n: u32| format!("{},5,3,{n},学生{n}", school.code);
    let all: Vec<String> = std::iter::once(head.clone()).chain((1..=60).map(line)).collect();
    school.import(Upload::new(all.join("\n"))).await;
    let few: Vec<String> = std::iter::once(head).chain((1..=40).map(line)).collect();
    let import = staged(&school.official, Upload::new(few.join("\n")).on("2026-10-01")).await;
    assert_eq!(import["counts"]["left"], 20);
    let path = format!("/api/v1/roster/imports/{}/commit", id(&import));
    let version = import["version"].as_i64().expect("a version");
    let send = |body: serde_json::Value, version: i64| {
        let request = school.official.request(reqwest::Method::POST, &path);
        let request = request.header("If-Match", format!("\"{version}\"")).json(&body);
        async { school.official.send(request).await }
    };
    send(json!({}), version).await.expect_problem(422, "too_many_removals");
    send(json!({ "allow_removals": true }), version + 5).await.expect_problem(412, "version_changed");
    send(json!({ "allow": true }), version).await.expect_problem(422, "invalid");
    school.official.post_json(&path, &json!({})).await.expect_problem(428, "if_match_required");
    send(json!({ "allow_removals": true }), version).await.expect(202);
    let done = until(&school.official, &import, "committed").await;
    assert_eq!(done["state"], "committed");
    send(json!({ "allow_removals": true }), version).await.expect_problem(409, "not_staged");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM person WHERE status = 'left'")
        .fetch_one(server.pool())
        .await
        .expect("counted");
    assert_eq!(left, 20);
    assert_eq!(events(&server, "person.leave").await, 20);
}

#[tokio::test]
async fn a_refused_row_is_corrected_and_judged_again() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let head = "学校,年级,班级,学号,姓名";
    let s = &school.code;
    school.import(Upload::new(csv(&[head, &format!("{s},5,3,1,张三"), &format!("{s},5,3,2,李四")]))).await;
    let sheet =
        csv(&[head, &format!("{s},五百,3,1,张三"), &format!("{s},5,3,22222222222222222222222222222222222222222,李四")]);
    let import = staged(&school.official, Upload::new(sheet).on("2026-10-01")).await;
    // The one whose number can be read is not missing; of the other nobody can know. But no good row, no kinds: nobody leaves.
    assert_eq!(import["counts"]["refused"], 2, "{import}");
    let fix = |row: u64, version: i64, body: serde_json::Value| {
        let path = format!("/api/v1/roster/imports/{}/rows/{row}", id(&import));
        let client = school.official.client.clone();
        async move { client.patch_json(&path, version, &body).await }
    };
    let version = import["version"].as_i64().expect("a version");
    fix(2, version + 1, json!({ "grade": "6" })).await.expect_problem(412, "version_changed");
    fix(9, version, json!({ "grade": "6" })).await.expect_problem(404, "not_found");
    fix(2, version, json!({ "grades": "6" })).await.expect_problem(422, "invalid");
    fix(2, version, json!({ "grade": "6\u{0}" })).await.expect_problem(422, "invalid");
    let answer = fix(2, version, json!({ "grade": "六年级" })).await;
    let version: i64 = answer.header("etag").trim_matches('"').parse().expect("a version");
    let row = answer.expect(200);
    assert_eq!(row["outcome"], "moved", "{row}");
    assert_eq!(row["cells"], json!({}));
    let now = school.official.get(&format!("/api/v1/roster/imports/{}", id(&import))).await.expect(200);
    assert_eq!(
        (&now["counts"]["moved"], &now["counts"]["refused"], &now["counts"]["left"]),
        (&json!(1), &json!(1), &json!(1))
    );
    fix(2, version, json!({ "grade": "5" })).await.expect_problem(409, "not_refused");

    let answer = fix(3, version, json!({ "number": "1" })).await;
    let version: i64 = answer.header("etag").trim_matches('"').parse().expect("a version");
    assert_eq!(answer.expect(200)["errors"][0]["code"], "duplicate");
    let row = fix(3, version, json!({ "number": "2" })).await.expect(200);
    assert_eq!(row["outcome"], "unchanged", "{row}");
    let now = school.official.get(&format!("/api/v1/roster/imports/{}", id(&import))).await.expect(200);
    assert_eq!(now["counts"]["left"], 0, "{now}");
    commit(&school.official, &now).await;
    assert_eq!(enrolment(&server, "1").await.2, 6);
    assert_eq!(status(&server, "2").await, "active");
    assert_eq!(events(&server, "roster.fix").await, 3);
}

#[tokio::test]
async fn a_number_is_one_whatever_its_case() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let head = "学校,年级,班级,学号,姓名";
    let s = &school.code;
    let line = |number: &str, name: &str| format!("{s},5,3,{number},{name}");
    school.import(Upload::new(csv(&[head, &line("d3", "张三"), &line("r003", "李四"), &line("D4.0", "王五")]))).await;
    let numbers = async || -> Vec<String> {
        sqlx::query_scalar("SELECT number FROM person ORDER BY number COLLATE \"C\"")
            .fetch_all(server.pool())
            .await
            .expect("numbers")
    };
    assert_eq!(numbers().await, ["D3", "D4", "R003"]);

    // As older imports have left them. Whoever is found so keeps the number, in the whole district as in one school.
    for (old, number) in [("D3", "d3"), ("D4", "D4.0"), ("R003", "aBr003")] {
        sqlx::query("UPDATE person SET number = $2 WHERE number = $1")
            .bind(old)
            .bind(number)
            .execute(server.pool())
            .await
            .expect("numbered");
    }
    let sheet = csv(&[head, &line("D3", "张三"), &line("Ａbr003", "李四"), &line("d4", "王五")]);
    for form in [Upload::new(sheet.clone()), Upload::new(sheet).school(s)] {
        let import = staged(&school.official, form.on("2026-10-01")).await;
        assert_eq!((&import["counts"]["unchanged"], &import["counts"]["left"]), (&json!(3), &json!(0)), "{import}");
        commit(&school.official, &import).await;
    }
    assert_eq!(numbers().await, ["D4.0", "aBr003", "d3"]);

    // Another pupil does not get it, twice in a file it stands twice, and a corrected row is told the same.
    let sheet = csv(&[head, &line("D3", "赵六"), &line("n1", "钱七"), &line("N1", "钱七"), &line("d 3", "张三")]);
    let import = staged(&school.official, Upload::new(sheet).on("2026-10-01").mode("partial")).await;
    let rows = school.official.get(&format!("/api/v1/roster/imports/{}/rows", id(&import))).await.expect(200);
    let told: Vec<(&str, &str)> = rows["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["outcome"].as_str().expect("text"), row["errors"][0]["code"].as_str().unwrap_or("")))
        .collect();
    let expected =
        [("refused", "other_person"), ("added", ""), ("refused", "duplicate"), ("refused", "invalid_number")];
    assert_eq!(told, expected, "{rows}");
    let path = format!("/api/v1/roster/imports/{}/rows/5", id(&import));
    let version = import["version"].as_i64().expect("a version");
    let fixed = school.official.patch_json(&path, version, &json!({ "number": "Ｄ3" })).await.expect(200);
    assert_eq!((&fixed["outcome"], &fixed["number"]), (&json!("unchanged"), &json!("d3")), "{fixed}");
}

#[tokio::test]
async fn discarded_and_stale_imports_change_nothing() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let head = "学校,年级,班级,学号,姓名";
    let s = &school.code;
    let sheet = |n: u32| csv(&[head, &format!("{s},5,3,{n},张三")]);
    let import = staged(&school.official, Upload::new(sheet(1))).await;
    let path = format!("/api/v1/roster/imports/{}/discard", id(&import));
    let request = school.official.request(reqwest::Method::POST, &path).header("If-Match", "\"99\"");
    school.official.send(request).await.expect_problem(412, "version_changed");
    let request =
        school.official.request(reqwest::Method::POST, &path).header("If-Match", import["version"].to_string());
    assert_eq!(school.official.send(request).await.expect(200)["state"], "discarded");
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM roster_import_row").fetch_one(server.pool()).await.expect("ok");
    assert_eq!(rows, 0);
    assert_eq!(pupils(&server, school.district).await, 0);
    assert_eq!(events(&server, "roster.discard").await, 1);

    // Two compared with the same roster: the second to be committed would undo what it never saw.
    let first = staged(&school.official, Upload::new(sheet(1))).await;
    let second = staged(&school.official, Upload::new(sheet(1))).await;
    let third = staged(&school.official, Upload::new(sheet(3))).await;
    commit(&school.official, &first).await;
    for late in [second, third] {
        let path = format!("/api/v1/roster/imports/{}/commit", id(&late));
        let request = school.official.request(reqwest::Method::POST, &path);
        let request = request.header("If-Match", late["version"].to_string()).json(&json!({}));
        school.official.send(request).await.expect_problem(409, "roster_changed");
    }
    assert_eq!(pupils(&server, school.district).await, 1);
}

#[tokio::test]
async fn of_many_commits_at_once_one_happens() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let sheet = csv(&["学校,年级,班级,学号,姓名", &format!("{},5,3,1,张三", school.code)]);
    let import = staged(&school.official, Upload::new(sheet.clone())).await;
    let other = staged(&school.official, Upload::new(sheet)).await;
    let mut sent = Vec::new();
    for import in [&import, &import, &import, &other] {
        let path = format!("/api/v1/roster/imports/{}/commit", id(import));
        let request = school.official.request(reqwest::Method::POST, &path);
        let request = request.header("If-Match", import["version"].to_string()).json(&json!({}));
        let client = school.official.client.clone();
        sent.push(tokio::spawn(async move { client.send(request).await }));
    }
    let mut accepted = 0;
    for answer in sent {
        let answer = answer.await.expect("answered");
        accepted += u32::from(answer.status == 202);
        assert!([202, 409, 412].contains(&answer.status), "{}", answer.text());
    }
    assert!((1..=2).contains(&accepted));
    let first = wait(&school.official, &import).await;
    let second = wait(&school.official, &other).await;
    let committed = [&first, &second].iter().filter(|import| import["state"] == "committed").count();
    assert_eq!(committed, 1, "{first} {second}");
    assert_eq!(pupils(&server, school.district).await, 1);
    assert_eq!(events(&server, "roster.commit").await, 1);
}

#[tokio::test]
async fn who_may_not_cannot() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let other = School::open(&server).await;
    let neighbour = server.organization(school.district, "school", "隔壁小学").await;
    let sheet = csv(&["学校,年级,班级,学号,姓名", &format!("{},5,3,1,张三", school.code)]);
    let import = staged(&school.official, Upload::new(sheet.clone())).await;
    let path = format!("/api/v1/roster/imports/{}", id(&import));

    // Another district sees nothing of it, whatever it asks for.
    for client in [&other.official, &other.admin] {
        client.get(&path).await.expect_problem(404, "not_found");
        client.get(&format!("{path}/rows")).await.expect_problem(404, "not_found");
        client.patch_json(&format!("{path}/rows/2"), 2, &json!({})).await.expect_problem(404, "not_found");
        for verb in ["commit", "discard"] {
            let request = client.request(reqwest::Method::POST, &format!("{path}/{verb}")).header("If-Match", "\"2\"");
            client.send(request.json(&json!({}))).await.expect_problem(404, "not_found");
        }
        let list = client.get("/api/v1/roster/imports").await.expect(200);
        assert_eq!(list["items"], json!([]));
        let abroad = client.client.clone().for_district(school.district);
        assert!([403, 404].contains(&abroad.get(&path).await.status));
    }
    // The district's own import is not the school's.
    school.admin.get(&path).await.expect_problem(403, "forbidden");
    // A teacher reads, and imports nothing; a base has no business here.
    let scope = |organization| GrantScope::Organization { district: school.district, organization };
    let teacher = server.account(Role::Teacher, scope(school.id)).await;
    upload(&teacher, Upload::new(sheet.clone())).await.expect_problem(403, "forbidden");
    let base = server.organization(school.district, "base", "基地").await;
    let staff = server.account(Role::BaseStaff, scope(base)).await;
    staff.get("/api/v1/roster/imports").await.expect_problem(403, "forbidden");
    staff.get("/api/v1/persons").await.expect_problem(403, "forbidden");
    upload(&server.anonymous(), Upload::new(sheet.clone())).await.expect_problem(401, "not_signed_in");
    commit(&school.official, &import).await;

    // A school imports for itself alone, and takes nobody over from another.
    let their = server.account(Role::SchoolAdmin, scope(neighbour)).await;
    let form = Upload::new(sheet.clone()).school(&school.code);
    upload(&their, form).await.expect_problem(403, "forbidden");
    let import = staged(&their, Upload::new(sheet)).await;
    assert_eq!(first_error(&their, &import).await, "other_school");
    let stolen = csv(&["年级,班级,学号,姓名", "5,1,1,张三"]);
    let import = staged(&their, Upload::new(stolen)).await;
    assert_eq!(import["school_id"], json!(neighbour));
    assert_eq!(first_error(&their, &import).await, "enrolled_elsewhere");
    let list = teacher.get("/api/v1/roster/imports").await.expect(200);
    assert_eq!(list["items"], json!([]), "a school does not see the imports of others");
}

async fn first_error(client: &kepu_tests::Client, import: &serde_json::Value) -> String {
    let rows = client.get(&format!("/api/v1/roster/imports/{}/rows?outcome=refused", id(import))).await.expect(200);
    rows["items"][0]["errors"][0]["code"].as_str().unwrap_or("").to_owned()
}

#[tokio::test]
async fn an_import_whose_process_died_says_so() {
    let server = kit::start().await;
    let school = School::open(&server).await;
    let sheet = csv(&["学校,年级,班级,学号,姓名", &format!("{},5,3,1,张三", school.code)]);
    let import = staged(&school.official, Upload::new(sheet)).await;
    let path = format!("/api/v1/roster/imports/{}", id(&import));
    for (state, expected) in [("staging", "failed"), ("committing", "staged")] {
        sqlx::query("UPDATE roster_import SET state = $1, progress_at = progress_at - interval '1 hour'")
            .bind(state)
            .execute(server.pool())
            .await
            .expect("updated");
        let import = school.official.get(&path).await.expect(200);
        assert_eq!(import["state"], expected);
        assert!(import["message"].as_str().expect("text").contains("stopped"));
    }
    let import = school.official.get(&path).await.expect(200);
    let done = commit(&school.official, &import).await;
    assert_eq!(done["state"], "committed");
    let list = stage(&school.official, Upload::new("学校,年级,班级,学号,姓名\nx,1,1,1,x\n")).await;
    assert_eq!(list["state"], "staging");
}
