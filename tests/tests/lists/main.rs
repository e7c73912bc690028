//! Lists of organizations, designations, competitions, themes and members that come as a sheet, over HTTP.

mod kinds;
mod members;
mod offices;
mod published;

use std::collections::BTreeMap;

use calamine::{Reader, Xlsx};
use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Answer, Client, Server, school::School};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::{Value, json};
use uuid::Uuid;

async fn stage(client: &Client, given: &str, sheet: &str) -> Answer {
    let part = Part::bytes(sheet.as_bytes().to_vec()).file_name("名单.csv");
    client.post_form(&format!("/api/v1/list_imports?{given}"), Form::new().part("file", part)).await
}

async fn post_if(client: &Client, path: &str, version: i64) -> Answer {
    client.send(client.request(Method::POST, path).header("If-Match", format!("\"{version}\""))).await
}

fn path(import: &Value) -> String {
    format!("/api/v1/list_imports/{}", import["id"].as_str().expect("an id"))
}

async fn rows(client: &Client, import: &Value) -> Vec<Value> {
    let page = client.get(&format!("{}/rows?limit=200", path(import))).await.expect(200);
    page["items"].as_array().expect("rows").clone()
}

fn counts(import: &Value) -> [u64; 4] {
    ["added", "changed", "unchanged", "refused"].map(|outcome| import["counts"][outcome].as_u64().expect("a count"))
}

/// Row, column and code of each error.
fn errors(rows: &[Value]) -> Vec<(u64, String, String)> {
    let of = |row: &Value| row["errors"].as_array().cloned().unwrap_or_default();
    let told = |error: Value| {
        let text = |key: &str| error[key].as_str().expect("text").to_owned();
        (error["row"].as_u64().expect("a row"), text("column"), text("code"))
    };
    rows.iter().flat_map(of).map(told).collect()
}

async fn official(server: &Server) -> (Uuid, Client) {
    let district = server.district("甲区").await;
    (district, server.account(Role::DistrictOfficial, GrantScope::District { district }).await.client)
}

async fn audited(server: &Server, action: &str) -> i64 {
    let sql = "SELECT count(*) FROM audit_event WHERE action = $1";
    sqlx::query_scalar(sql).bind(action).fetch_one(server.pool()).await.expect("counted")
}

async fn named(server: &Server) -> BTreeMap<String, (String, String, Option<String>)> {
    let sql = "SELECT code, kind, name_zh, level FROM organization";
    let found: Vec<(String, String, String, Option<String>)> =
        sqlx::query_as(sql).fetch_all(server.pool()).await.expect("read");
    found.into_iter().map(|(code, kind, name, level)| (code, (kind, name, level))).collect()
}

#[tokio::test]
async fn a_list_of_organizations_is_compared_mended_and_entered() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let known = json!({ "kind": "base", "code": "B1", "name_zh": "天文馆", "level": "city" });
    official.post_json("/api/v1/organizations", &known).await.expect(201);

    // A title above the header, names in Chinese, one column that nobody reads.
    let sheet = "甲区首批名单,,,,\n序号,单位名称,类型,单位代码,级别\n1,示范农场,农场,,区级\n2,天文台,,B1,市级\n3,天文馆二馆,博物馆,M2,\n\
                 4,示范馆,动物园,,\n5,示范农场,基地,,\n6,,学校,S1,\n7,第二农场,基地,,\n";
    let import = stage(&official, "kind=organizations", sheet).await.expect(201);
    assert_eq!((counts(&import), &import["ignored"]), ([3, 1, 0, 3], &json!(["序号"])));
    let found = rows(&official, &import).await;
    let wrong = [(6, "kind", "unknown_word"), (7, "name", "twice_in_file"), (8, "name", "required")];
    assert_eq!(errors(&found), wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    assert_eq!(found[1]["changes"], json!([{ "field": "name", "from": "天文馆", "to": "天文台" }]));
    assert_eq!(named(&server).await.len(), 1, "nothing is entered yet");

    // A refused row is mended in place, and the rest keeps what it was.
    let fix = |row: u64, cells: Value| (format!("{}/rows/{row}", path(&import)), json!({ "cells": cells }));
    let (at, body) = fix(6, json!({ "kind": "科技馆", "x": "1" }));
    official.patch_json(&at, 1, &body).await.expect_problem(422, "invalid");
    let (at, body) = fix(6, json!({ "kind": "科技馆" }));
    let fixed = official.patch_json(&at, 1, &body).await.expect(200);
    assert_eq!((&fixed["outcome"], &fixed["label"]), (&json!("added"), &json!("示范馆")));
    official.patch_json(&format!("{}/rows/99", path(&import)), 2, &body).await.expect_problem(404, "not_found");
    let (at, body) = fix(7, json!({ "name": "第三农场" }));
    official.patch_json(&at, 1, &body).await.expect_problem(412, "version_changed");
    official.patch_json(&at, 2, &body).await.expect(200);
    let refused = official.get(&format!("{}/rows?outcome=refused", path(&import))).await.expect(200);
    assert_eq!(refused["items"].as_array().map(Vec::len), Some(1));

    let commit = format!("{}/commit", path(&import));
    post_if(&official, &commit, 2).await.expect_problem(412, "version_changed");
    let done = post_if(&official, &commit, 3).await.expect(200);
    assert_eq!((&done["state"], counts(&done)), (&json!("committed"), [5, 1, 0, 1]));
    post_if(&official, &commit, 4).await.expect_problem(409, "not_staged");
    let entered = named(&server).await;
    let level = |text: &str| Some(text.to_owned());
    assert_eq!(entered["base-001"], ("base".into(), "示范农场".into(), level("district")));
    assert_eq!(entered["B1"], ("base".into(), "天文台".into(), level("city")));
    assert_eq!(entered["museum-001"], ("museum".into(), "示范馆".into(), None));
    assert_eq!(entered["base-003"].1, "第二农场", "codes are given in the order of the rows");
    assert_eq!(entered.len(), 6);
    assert_eq!((audited(&server, "organization.create").await, audited(&server, "organization.change").await), (6, 1));

    // The same list again says nothing new of what it could be told by.
    let again = stage(&official, "kind=organizations", sheet).await.expect(201);
    assert_eq!(counts(&again)[2], 4);
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn a_list_of_designations_gives_what_policies_read_and_refuses_what_cannot_be() {
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    for (kind, code, name) in
        [("base", "B1", "天文馆"), ("museum", "M1", "科技馆"), ("school", "S1", "第一小学"), ("base", "B2", "天文馆")]
    {
        let body = json!({ "kind": kind, "code": code, "name_zh": name });
        official.post_json("/api/v1/organizations", &body).await.expect(201);
    }
    let scheme = json!({ "code": "base", "name_zh": "校外基地", "holder_kinds": ["base", "museum"] });
    official.post_json("/api/v1/schemes", &scheme).await.expect(201);

    let sheet = "基地名称,编号,有效期起,有效期至,级别,资质\n科技馆,K-1,2026/9/1,2029年8月31日,市级,\nB1,K-2,2026-09-01,,,校外基地\n\
                 天文馆,K-3,2026-09-01,,,\n第一小学,K-4,2026-09-01,,,\nB1,K-5,2027-01-01,,,\nM1,K-1,2030-01-01,,,\n\
                 无名馆,K-6,2026-09-01,,,\nB2,K-7,,,,\nB2,K-8,2026-09-01,2026-01-01,,\nB2,K-9,2026-09-01,,,奖章\n";
    let import = stage(&official, "kind=designations&scheme=base&source=区公告", sheet).await.expect(201);
    assert_eq!(counts(&import), [2, 0, 0, 8]);
    let wrong = [
        (4, "holder", "name_of_several"),
        (5, "holder", "not_for_this_holder"),
        (6, "holder", "not_for_this_holder"),
        (7, "number", "twice_in_file"),
        (8, "holder", "unknown"),
        (9, "valid_from", "required"),
        (10, "valid_to", "before_valid_from"),
        (11, "scheme", "unknown"),
    ];
    let found = rows(&official, &import).await;
    assert_eq!(errors(&found), wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let register = server.anonymous().get("/api/v1/register?on=2027-01-01").await.expect(200);
    let told: Vec<(&str, &str, &str, &Value)> = register["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().expect("text");
            (text("organization_name_zh"), text("number"), text("source"), &one["level"])
        })
        .collect();
    assert_eq!(told, [("科技馆", "K-1", "区公告", &json!("city")), ("天文馆", "K-2", "区公告", &Value::Null)]);

    // Again: known as they are; with other days: on its own page.
    let again = stage(&official, "kind=designations&scheme=base", sheet).await.expect(201);
    assert_eq!(counts(&again)[2], 2);
    let other = "单位,编号,生效日期\nM1,K-1,2026-10-01\n";
    let other = stage(&official, "kind=designations&scheme=base", other).await.expect(201);
    assert_eq!(errors(&rows(&official, &other).await), [(2, "number".to_owned(), "number_taken".to_owned())]);
    let none = "单位,编号,生效日期\nM1,K-9,2030-10-01\n";
    let none = stage(&official, "kind=designations", none).await.expect(201);
    assert_eq!(errors(&rows(&official, &none).await), [(2, "scheme".to_owned(), "required".to_owned())]);

    // Something else was granted between the comparison and the entry.
    let staged = "单位,编号,生效日期\nB2,K-10,2026-09-01\n";
    let staged = stage(&official, "kind=designations&scheme=base", staged).await.expect(201);
    let holder: Uuid = sqlx::query_scalar("SELECT id FROM organization WHERE code = 'B2' AND district_id = $1")
        .bind(district)
        .fetch_one(server.pool())
        .await
        .expect("there");
    let schemes = official.get("/api/v1/schemes").await.expect(200);
    let grant = json!({ "scheme_id": schemes["items"][0]["id"], "number": "K-11", "valid_from": "2026-09-01" });
    official.post_json(&format!("/api/v1/organizations/{holder}/designations"), &grant).await.expect(201);
    let commit = format!("{}/commit", path(&staged));
    post_if(&official, &commit, 1).await.expect_problem(409, "list_changed");
    let gone = post_if(&official, &format!("{}/discard", path(&staged)), 1).await.expect(200);
    assert_eq!((&gone["state"], rows(&official, &gone).await.len()), (&json!("discarded"), 0));
}

/// A workbook as offices keep them: a sheet with instructions first, a title, a number at the side, a kind merged over its
/// rows, days as text, as numbers and as days, rows that are numbered but empty, a note below.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let plain = Format::new();
    book.add_worksheet().set_name("填表说明").expect("a name").write(0, 0, "请填第二张表").expect("written");
    let write = |sheet: &mut Worksheet| -> Result<(), rust_xlsxwriter::XlsxError> {
        sheet.merge_range(0, 0, 0, 5, "甲区名单", &plain)?;
        for (column, name) in (0_u16..).zip(["序号", "单位 名称（全称）", "类型", "单位代码", "电话"])
        {
            sheet.write(1, column, name)?;
        }
        sheet.merge_range(2, 2, 4, 2, "民办幼儿园", &plain)?;
        let rows = [("阳光幼儿园", "Ｋ００１"), ("月亮（东）幼儿园", ""), ("月亮(东)幼儿园", "")];
        for ((row, (name, code)), number) in (2_u32..).zip(rows).zip(1_u32..) {
            sheet.write(row, 0, number)?.write(row, 1, name)?.write(row, 3, code)?;
            // More digits than a spreadsheet keeps, where nobody reads them.
            sheet.write(row, 4, 1.234_567_890_123_456_8e17)?;
        }
        sheet.write(5, 0, 4)?.write(6, 0, 5)?;
        sheet.write(7, 6, "beside the columns")?;
        sheet.write(8, 0, "合计：3 家")?;
        Ok(())
    };
    write(book.add_worksheet().set_name("幼儿园").expect("a name")).expect("written");
    write(book.add_worksheet().set_name("以前").expect("a name")).expect("written");
    book.save_to_buffer().expect("a workbook")
}

#[tokio::test]
async fn a_workbook_is_read_as_offices_keep_it() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let upload = async |given: &str, name: &'static str, bytes: Vec<u8>| {
        let form = Form::new().part("file", Part::bytes(bytes).file_name(name));
        official.post_form(&format!("/api/v1/list_imports?{given}"), form).await.expect(201)
    };
    let import = upload("kind=organizations", "名单.xlsx", workbook()).await;
    assert_eq!((counts(&import), &import["ignored"]), ([2, 0, 0, 1], &json!(["序号", "电话", "以前!"])));
    assert_eq!(import["notes"], json!(["passed_over 9 合计：3 家"]));
    let found = rows(&official, &import).await;
    assert_eq!(errors(&found), [(5, "name".to_owned(), "twice_in_file".to_owned())]);
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let entered = named(&server).await;
    assert_eq!(entered["K001"], ("kindergarten".into(), "阳光幼儿园".into(), None));
    assert_eq!(entered["kindergarten-001"].1, "月亮（东）幼儿园");

    // A list that says no kind at all, in the encoding of Chinese Excel; what is known keeps its kind and its name.
    let sheet = "学校\n第一小学\n月亮 (东) 幼儿园\n,第二小学\n";
    let (bytes, ..) = encoding_rs::GB18030.encode(sheet);
    let import = upload("kind=organizations&organization_kind=school", "名单.csv", bytes.into_owned()).await;
    assert_eq!((counts(&import), &import["given"]["organization_kind"]), ([1, 0, 1, 1], &json!("school")));
    // A row that does not fit the header is mended by writing its cells.
    let found = rows(&official, &import).await;
    assert_eq!(found[2]["errors"][0]["code"], "unlike_header");
    let fix = json!({ "cells": { "name": "第二小学" } });
    let fixed = official.patch_json(&format!("{}/rows/4", path(&import)), 1, &fix).await.expect(200);
    assert_eq!((&fixed["outcome"], &fixed["errors"]), (&json!("added"), &json!([])));

    let scheme = json!({ "code": "centre", "name_zh": "儿童 科创中心" });
    official.post_json("/api/v1/schemes", &scheme).await.expect(201);
    let sheet = "单位,证书编号,授牌日期,有效期至,资质\n月亮(东)幼儿园,１,2024.5.1,45777,儿童科创中心\n\
                 阳光幼儿园,2,20240501,长期,CENTRE\n阳光幼儿园,3,2023 年 5 月 1 日,2023年12月31号,centre\n";
    let import = upload("kind=designations", "授牌.csv", sheet.as_bytes().to_vec()).await;
    assert_eq!(errors(&rows(&official, &import).await), [(3, "scheme".to_owned(), "unknown".to_owned())]);
    let fix = json!({ "cells": { "scheme": "centre" } });
    official.patch_json(&format!("{}/rows/3", path(&import)), 1, &fix).await.expect(200);
    post_if(&official, &format!("{}/commit", path(&import)), 2).await.expect(200);
    let register = server.anonymous().get("/api/v1/register?on=2024-05-01").await.expect(200);
    let days: Vec<[&Value; 3]> = register["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| [&one["number"], &one["valid_from"], &one["valid_to"]])
        .collect();
    let first = json!("2024-05-01");
    assert_eq!(days, [[&json!("1"), &first, &json!("2025-04-30")], [&json!("2"), &first, &Value::Null]]);
}

#[tokio::test]
async fn a_list_of_titles_names_persons_and_their_employers() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let firm = json!({ "kind": "company", "code": "F1", "name_zh": "示范公司" });
    official.post_json("/api/v1/organizations", &firm).await.expect(201);
    let rules = json!({
        "holders": ["professional"], "validity": { "kind": "open" },
        "form": { "fields": [{ "key": "works", "name_zh": "作品", "answer": { "kind": "text", "max_length": 10 } }] },
    });
    let scheme = json!({ "code": "cto", "name_zh": "首席技术官", "holder_kinds": ["school"], "rules": rules });
    let scheme = official.post_json("/api/v1/schemes", &scheme).await.expect(201);
    let schools = json!({ "code": "school", "name_zh": "联盟学校", "rules": {
        "holders": ["organization"], "form": scheme["rules"]["form"], "validity": { "kind": "open" } } });
    official.post_json("/api/v1/schemes", &schools).await.expect(201);

    let sheet = "单位,姓名,职务,编号,授牌日期,资质\n示范公司,甲 某,工程师,T-1,2026-09-01,\nF1,乙某,,T-2,2026-09-01,\n\
                 F1,甲某,,T-3,2026-10-01,\nF1,,,T-4,2026-09-01,\nF1,丙某,,T-5,2026-09-01,school\n";
    let import = stage(&official, "kind=designations&scheme=cto", sheet).await.expect(201);
    let wrong = [
        (4, "holder", "not_for_this_holder"),
        (5, "professional", "only_professionals"),
        (6, "professional", "only_organizations"),
    ];
    let found = rows(&official, &import).await;
    assert_eq!(errors(&found), wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    assert_eq!((counts(&import), &found[0]["label"]), ([2, 0, 0, 3], &json!("示范公司 甲 某 T-1")));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let register = server.anonymous().get("/api/v1/register?on=2026-09-02&q=甲某").await.expect(200);
    assert_eq!(
        (&register["items"][0]["professional_name"], &register["items"][0]["organization_name_zh"]),
        (&json!("甲 某"), &json!("示范公司"))
    );
    let again = stage(&official, "kind=designations&scheme=cto", sheet).await.expect(201);
    assert_eq!(counts(&again), [0, 0, 2, 3]);
    // Nor is it granted to the firm itself.
    let holder: Uuid = sqlx::query_scalar("SELECT id FROM organization WHERE code = 'F1'")
        .fetch_one(server.pool())
        .await
        .expect("there");
    let grant = json!({ "scheme_id": scheme["id"], "number": "T-9", "valid_from": "2026-09-01" });
    let granted = official.post_json(&format!("/api/v1/organizations/{holder}/designations"), &grant).await;
    granted.expect_problem(422, "holder_sort");
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn a_designation_from_a_list_gives_credit_back_to_its_first_day() {
    const POLICY: &str = include_str!("../../../policies/guangming-illustrative.yaml");
    let server = Server::start().await;
    let school = School::new(&server, 2).await;
    school.adopt(POLICY).await;
    // A host without any designation, where two pupils were.
    let farm = server.organization(school.district, "base", "示范农场").await;
    let session = school.session(&server, farm, "practice", 10).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|one| one.0).collect();
    school.record(session, &pupils).await;
    let scope = GrantScope::Organization { district: school.district, organization: farm };
    let host = server.account(Role::BaseAdmin, scope).await;
    let confirm = format!("/api/v1/sessions/{session}/confirmation");
    host.post_json(&confirm, &json!({ "all": true })).await.expect(200);
    let entries = "SELECT count(*) FROM ledger_entry";
    let before: i64 = sqlx::query_scalar(entries).fetch_one(server.pool()).await.expect("counted");

    let scheme: String = sqlx::query_scalar("SELECT code FROM scheme ORDER BY id LIMIT 1")
        .fetch_one(server.pool())
        .await
        .expect("a scheme");
    let official = server.account(Role::DistrictOfficial, GrantScope::District { district: school.district }).await;
    let sheet = "单位,编号,生效日期\n示范农场,N-1,2020-09-01\n";
    let import = stage(&official, &format!("kind=designations&scheme={scheme}"), sheet).await.expect(201);
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    for _ in 0..100 {
        let now: i64 = sqlx::query_scalar(entries).fetch_one(server.pool()).await.expect("counted");
        if now > before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let after: i64 = sqlx::query_scalar(entries).fetch_one(server.pool()).await.expect("counted");
    assert!(after > before, "the two pupils are credited");
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn a_list_of_contests_is_entered_and_changed() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let sheet = "赛事名称,学段,开始日期,结束日期,届次\n创新大赛,小学、初中,2026-09-01,2027-08-31,\n航模赛,,2026-09-01,,第3届\n\
                 航模赛,大学,2026-09-01,,第4届\n创新大赛,,2026-11-01,,2026\n";
    let import = stage(&official, "kind=competitions&source=区公告", sheet).await.expect(201);
    let found = rows(&official, &import).await;
    let wrong = [(4, "stages", "unknown_word"), (5, "name", "twice_in_file")];
    assert_eq!(errors(&found), wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let listed = official.get("/api/v1/competitions?q=创新大赛&listed=false").await.expect(200);
    let one = &listed["items"][0];
    assert_eq!(
        (&one["series"], &one["edition"], &one["stages"], &one["listed"], &one["source"]),
        (&json!("创新大赛"), &json!("2026"), &json!(["primary", "junior"]), &json!(false), &json!("区公告"))
    );
    let changed = "赛事名称,开始日期,结束日期\n创新大赛,2026-09-01,2027-07-31\n";
    let import = stage(&official, "kind=competitions", changed).await.expect(201);
    let change = json!([{ "field": "valid_to", "from": "2027-08-31", "to": "2027-07-31" }]);
    assert_eq!((counts(&import), &rows(&official, &import).await[0]["changes"]), ([0, 1, 0, 0], &change));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let listed = official.get("/api/v1/competitions?q=创新大赛&listed=false").await.expect(200);
    assert_eq!((&listed["items"][0]["valid_to"], &listed["items"][0]["version"]), (&json!("2027-07-31"), &json!(2)));
}

#[tokio::test]
async fn templates_are_taken_as_they_are_and_bad_files_say_why() {
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    let scheme = json!({ "code": "base", "name_zh": "校外基地", "holder_kinds": [] });
    official.post_json("/api/v1/schemes", &scheme).await.expect(201);
    let programme = json!({ "authority_id": district, "code": "year", "name_zh": "科普年" });
    official.post_json("/api/v1/programmes", &programme).await.expect(201);
    for kind in ["organizations", "designations", "competitions", "themes"] {
        let template = official.get(&format!("/api/v1/list_templates/{kind}")).await;
        assert_eq!(template.status, 200);
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(&template.bytes)).expect("a workbook");
        let range = book.worksheet_range_at(0).expect("a sheet").expect("readable");
        assert_eq!(range.height(), 2, "{kind}");
        let part = Part::bytes(template.bytes.clone()).file_name("template.xlsx");
        let form = Form::new().part("file", part);
        let import =
            official.post_form(&format!("/api/v1/list_imports?kind={kind}&programme=year"), form).await.expect(201);
        if kind == "organizations" {
            post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
        }
        assert_eq!((counts(&import)[0], &import["ignored"]), (1, &json!([])), "{kind}: {import}");
    }
    let bad =
        [("名称,级别\n", 422, "empty_file"), ("代码,级别\nA,区级\n", 422, "missing_column"), ("", 422, "invalid")];
    for (sheet, status, code) in bad {
        stage(&official, "kind=organizations", sheet).await.expect_problem(status, code);
    }
    stage(&official, "kind=planets", "名称\nA\n").await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn only_officials_of_the_district_see_and_enter_its_lists() {
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    let elsewhere = server.district("乙区").await;
    let stranger = server.account(Role::DistrictOfficial, GrantScope::District { district: elsewhere }).await;
    let school = server.organization(district, "school", "第一小学").await;
    let sheet = "名称,类型\n示范农场,基地\n";
    let import = stage(&official, "kind=organizations", sheet).await.expect(201);
    let own = path(&import);
    let roles = [
        (Role::Teacher, GrantScope::Organization { district, organization: school }),
        (Role::SchoolAdmin, GrantScope::Organization { district, organization: school }),
        (Role::BaseAdmin, GrantScope::Organization { district, organization: school }),
        (Role::Auditor, GrantScope::District { district }),
    ];
    for (role, scope) in roles {
        let who = server.account(role, scope).await;
        stage(&who, "kind=organizations", sheet).await.expect_problem(403, "forbidden");
        who.get("/api/v1/list_imports").await.expect_problem(403, "forbidden");
        who.get(&own).await.expect_problem(403, "forbidden");
        who.get(&format!("{own}/rows")).await.expect_problem(403, "forbidden");
        who.patch_json(&format!("{own}/rows/2"), 1, &json!({ "cells": {} })).await.expect_problem(403, "forbidden");
        post_if(&who, &format!("{own}/commit"), 1).await.expect_problem(403, "forbidden");
        post_if(&who, &format!("{own}/discard"), 1).await.expect_problem(403, "forbidden");
    }
    stranger.get(&own).await.expect_problem(404, "not_found");
    stranger.get(&format!("{own}/rows")).await.expect_problem(404, "not_found");
    stranger.patch_json(&format!("{own}/rows/2"), 1, &json!({ "cells": {} })).await.expect_problem(404, "not_found");
    post_if(&stranger, &format!("{own}/commit"), 1).await.expect_problem(404, "not_found");
    post_if(&stranger, &format!("{own}/discard"), 1).await.expect_problem(404, "not_found");
    assert_eq!(stranger.get("/api/v1/list_imports").await.expect(200)["items"], json!([]));
    assert_eq!(official.get("/api/v1/list_imports").await.expect(200)["items"][0]["id"], import["id"]);
}

#[tokio::test]
async fn a_list_of_themes_makes_a_year_of_a_programme_and_is_held_against_what_it_has() {
    const PUBLISHED: &str = include_str!("../../../data/joint-action-2024-themes.csv");
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    let programme = json!({ "authority_id": district, "code": "joint", "name_zh": "联合行动" });
    official.post_json("/api/v1/programmes", &programme).await.expect(201);

    // The published list names neither programme nor main theme: the upload says both.
    let none = stage(&official, "kind=themes", PUBLISHED).await.expect(201);
    assert_eq!(counts(&none), [0, 0, 0, 10]);
    let none = stage(&official, "kind=themes&programme=joint", PUBLISHED).await.expect(201);
    assert_eq!(errors(&rows(&official, &none).await)[0], (2, "main_theme".to_owned(), "no_main_theme".to_owned()));
    let given = "kind=themes&programme=joint&main_theme=年度主题&source=公开报道";
    let import = stage(&official, given, PUBLISHED).await.expect(201);
    assert_eq!((counts(&import), &import["ignored"]), ([10, 0, 0, 0], &json!([])));
    let made = json!([{ "field": "main_theme", "from": "", "to": "年度主题" }]);
    let told = rows(&official, &import).await;
    assert_eq!((&told[0]["changes"], &told[1]["changes"]), (&made, &json!([])));
    post_if(&official, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let editions = official.get("/api/v1/editions").await.expect(200);
    let edition = editions["items"][0].clone();
    let days = |edition: &Value| (edition["first_day"].clone(), edition["last_day"].clone());
    assert_eq!((&edition["state"], days(&edition)), (&json!("draft"), (json!("2024-03-01"), json!("2024-12-31"))));
    let at = format!("/api/v1/editions/{}", edition["id"].as_str().expect("an id"));
    let read = official.get(&at).await.expect(200);
    let themes = read["themes"].as_array().expect("themes");
    let (march, april) = (&themes[0], &themes[1]);
    assert_eq!(themes.len(), 10);
    assert_eq!((&march["title_zh"], &march["zh_certainty"]), (&json!(""), &json!("not_found")));
    assert_eq!(
        (&april["month"], &april["title_zh"], &april["venues"], &april["source"]),
        (&json!("2024-04-01"), &json!("筑梦航天"), &json!("Gansu, Jiuquan"), &json!("公开报道"))
    );
    let again = stage(&official, given, PUBLISHED).await.expect(201);
    assert_eq!(counts(&again), [0, 0, 10, 0]);

    // A programme that nobody runs is entered with its first row, if the upload says so.
    let sheet = "月份,主题,科普计划,年度主题\n2026年3月,春日科普,少年 科学院,少年之年\n三月,重复,少年科学院,\n2027.5,夏日科普,少年科学院,次年\n";
    let refused = stage(&official, "kind=themes", sheet).await.expect(201);
    assert_eq!(counts(&refused), [0, 0, 0, 3]);
    let made = stage(&official, "kind=themes&new_programmes=true", sheet).await.expect(201);
    assert_eq!((counts(&made), &made["given"]["new_programmes"]), ([2, 0, 0, 1], &json!(true)));
    let told = rows(&official, &made).await;
    let change = |field: &str, to: &str| json!({ "field": field, "from": "", "to": to });
    assert_eq!(told[0]["changes"], json!([change("programme", "少年 科学院"), change("main_theme", "少年之年")]));
    assert_eq!(told[2]["changes"], json!([change("main_theme", "次年")]));
    post_if(&official, &format!("{}/commit", path(&made)), 1).await.expect(200);
    let known = official.get("/api/v1/programmes").await.expect(200);
    assert_eq!(known["items"][1]["code"], "programme-001");
    let again = stage(&official, "kind=themes&new_programmes=true", sheet).await.expect(201);
    assert_eq!(counts(&again), [0, 0, 2, 1]);

    // Each row is held against the year as it is; strands stand beside the months.
    let sheet = "月份,主题,英文主题,类别,科普计划,年度,主场馆\n2024-04,筑梦航天,,,联合行动,,酒泉\n4月,美丽乡村,,,joint,2024,\n\
                 2024-05,美丽中国,,,joint,,\n2025年1月,冰雪科学,,,joint,2024,\n13,无月,,,joint,2024,\n2024-06,,,,joint,,\n\
                 2024-06,智慧未来,,,nobody,,\n,讲解竞赛,,竞赛,joint,2024,\n,讲解竞赛,,竞赛,joint,2024,\n,教师培训,,游园,joint,2024,\n\
                 2024-07,科技奥运,Science and Technology Olympics,,joint,,\n";
    let import = stage(&official, "kind=themes", sheet).await.expect(201);
    let found = rows(&official, &import).await;
    let wrong = [
        (3, "month", "twice_in_file"),
        (3, "month", "month_taken"),
        (4, "month", "other_month"),
        (4, "month", "month_taken"),
        (5, "month", "outside_edition"),
        (6, "month", "invalid_month"),
        (7, "title_zh", "required"),
        (7, "month", "month_taken"),
        (8, "programme", "unknown"),
        (10, "title_zh", "twice_in_file"),
        (11, "kind", "unknown_word"),
        (12, "zh_certainty", "has_title"),
    ];
    assert_eq!(errors(&found), wrong.map(|(row, column, code)| (row, column.to_owned(), code.to_owned())));
    let moved = json!([{ "field": "venues", "from": "Gansu, Jiuquan", "to": "酒泉" }]);
    assert_eq!((&found[0]["outcome"], &found[0]["changes"]), (&json!("changed"), &moved));
    let fix = json!({ "cells": { "zh_certainty": "公布" } });
    official.patch_json(&format!("{}/rows/12", path(&import)), 1, &fix).await.expect(200);
    post_if(&official, &format!("{}/commit", path(&import)), 2).await.expect(200);
    let read = official.get(&at).await.expect(200);
    assert_eq!((&read["themes"][1]["venues"], &read["themes"][4]["title_zh"]), (&json!("酒泉"), &json!("科技奥运")));
    assert_eq!(
        (&read["strands"][0]["kind"], &read["strands"][0]["title_zh"]),
        (&json!("competition"), &json!("讲解竞赛"))
    );

    // A closed year stays as it was: what was compared before is not entered any more.
    let late =
        stage(&official, "kind=themes&programme=joint", "月份,主题\n2024-04,航天\n2024-05,乡村\n").await.expect(201);
    assert_eq!(counts(&late)[3], 2);
    let late = "月份,主题,类别,年度\n,科普讲座,交流,2024\n";
    let late = stage(&official, "kind=themes&programme=joint", late).await.expect(201);
    assert_eq!(counts(&late)[0], 1);
    let version = read["version"].as_i64().expect("a version");
    post_if(&official, &format!("{at}/publish"), version).await.expect(200);
    post_if(&official, &format!("{at}/close"), version + 1).await.expect(200);
    post_if(&official, &format!("{}/commit", path(&late)), 1).await.expect_problem(409, "list_changed");
    let after = "月份,主题\n2024-05,礼赞科学家\n";
    let after = stage(&official, "kind=themes&programme=joint", after).await.expect(201);
    assert_eq!(errors(&rows(&official, &after).await), [(2, "year".to_owned(), "edition_closed".to_owned())]);
    assert_eq!((audited(&server, "theme.create").await, audited(&server, "edition.create").await), (12, 3));

    // Who runs an authority above enters its programmes, from a district of its area; nobody else sees that list.
    let city = server.city();
    let scope = GrantScope::Authority { authority: city, districts: vec![district] };
    let above = server.account(Role::CityOfficial, scope).await;
    let own = json!({ "authority_id": city, "code": "city", "name_zh": "全市科普" });
    above.post_json("/api/v1/programmes", &own).await.expect(201);
    let sheet = "月份,主题,科普计划,年度主题\n2026-03,筑梦航天,city,科学年\n2026-04,美丽中国,joint,\n";
    let import = stage(&above, "kind=themes", sheet).await.expect(201);
    assert_eq!(errors(&rows(&above, &import).await), [(3, "programme".to_owned(), "unknown".to_owned())]);
    official.get(&path(&import)).await.expect_problem(404, "not_found");
    above.get(&path(&none)).await.expect_problem(404, "not_found");
    let listed = above.get("/api/v1/list_imports").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    stage(&above, "kind=organizations", "名称,类型\n甲,基地\n").await.expect_problem(403, "forbidden");
    post_if(&above, &format!("{}/commit", path(&import)), 1).await.expect(200);
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}
