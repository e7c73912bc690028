//! Lists as offices keep them: headers of two rows, months in Excel's cells, totals and notes, rows that lean on refused ones.

use kepu_tests::{Client, Server};
use reqwest::multipart::{Form, Part};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::{Value, json};

use crate::{counts, errors, named, official, path, post_if, rows, stage};

const GIVEN: &str = "kind=designations&scheme=base";

/// Holders, and a scheme for all of them.
async fn holders(official: &Client, names: &[&str]) {
    for name in names {
        let body = json!({ "kind": "base", "code": name, "name_zh": name });
        official.post_json("/api/v1/organizations", &body).await.expect(201);
    }
    let scheme = json!({ "code": "base", "name_zh": "校外基地", "holder_kinds": [] });
    official.post_json("/api/v1/schemes", &scheme).await.expect(201);
}

/// A workbook with one sheet.
fn workbook(write: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut book = Workbook::new();
    write(book.add_worksheet()).expect("written");
    book.save_to_buffer().expect("a workbook")
}

async fn upload(official: &Client, bytes: Vec<u8>) -> Value {
    let form = Form::new().part("file", Part::bytes(bytes).file_name("名单.xlsx"));
    official.post_form(&format!("/api/v1/list_imports?{GIVEN}"), form).await.expect(201)
}

async fn enter(official: &Client, import: &Value) {
    post_if(official, &format!("{}/commit", path(import)), 1).await.expect(200);
}

/// Number, first and last day of what is held.
async fn held(server: &Server) -> Vec<(String, String, Option<String>)> {
    let sql = "SELECT number, valid_from::text, valid_to::text FROM designation ORDER BY number";
    sqlx::query_as(sql).fetch_all(server.pool()).await.expect("read")
}

fn term(number: &str, from: &str, to: &str) -> (String, String, Option<String>) {
    (number.to_owned(), from.to_owned(), Some(to.to_owned()))
}

fn told(row: u64, column: &str, code: &str) -> (u64, String, String) {
    (row, column.to_owned(), code.to_owned())
}

#[tokio::test]
async fn a_header_of_two_rows_is_read_as_one() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    holders(&official, &["甲馆", "乙馆", "丙馆", "丁馆", "戊馆"]).await;
    let plain = Format::new();
    // All headings but 有效期 run over both rows.
    let sheet = workbook(|sheet| {
        sheet.merge_range(0, 0, 0, 4, "甲区名单", &plain)?;
        for (column, name) in (0_u16..).zip(["序号", "单位", "编号"]) {
            sheet.merge_range(1, column, 2, column, name, &plain)?;
        }
        sheet.merge_range(1, 3, 1, 4, "有效期", &plain)?;
        sheet.write(2, 3, "起")?.write(2, 4, "止")?;
        sheet.write(3, 0, 1)?.write(3, 1, "甲馆")?.write(3, 2, "K-1")?;
        sheet.write(3, 3, "2024-09-01")?.write(3, 4, "2027-08-31")?;
        Ok(())
    });
    let import = upload(&official, sheet).await;
    assert_eq!((counts(&import), &import["ignored"]), ([1, 0, 0, 0], &json!([])), "{import}");
    enter(&official, &import).await;
    // The other headings stand in the first row alone, and something stands behind the term; as text, and with groups above.
    let first = "单位,编号,有效期,,备注\n,,开始日期,结束日期,\n乙馆,K-2,2024-09-01,2027-08-31,略\n";
    let last = "单位,编号,有效期限,\n,,起,止\n丙馆,K-3,2024-09-01,2027-08-31\n";
    let groups = "基本信息,,有效期,\n单位,编号,起,止\n丁馆,K-4,2024-09-01,2027-08-31\n";
    let brackets = "单位,编号,有效期（起）,有效期（止）\n戊馆,K-5,2024-09-01,2027-08-31\n";
    for sheet in [first, last, groups, brackets] {
        let import = stage(&official, GIVEN, sheet).await.expect(201);
        assert_eq!(counts(&import), [1, 0, 0, 0], "{sheet}");
        enter(&official, &import).await;
    }
    let expected = ["K-1", "K-2", "K-3", "K-4", "K-5"].map(|number| term(number, "2024-09-01", "2027-08-31"));
    assert_eq!(held(&server).await, expected);

    // What does not go together is refused whole, whatever the upload says of all rows.
    for sheet in [
        "单位,编号,有效期,\n,,起,年限\n甲馆,K-9,2028-01-01,3年\n",
        "单位,编号,有效期,,期限,\n,,起,止,起,止\n甲馆,K-9,2028-01-01,2028-12-31,2029-01-01,2029-12-31\n",
        "单位,编号,有效期起,有效期（起）,有效期止\n甲馆,K-9,2028-01-01,2029-01-01,2029-12-31\n",
    ] {
        let given = format!("{GIVEN}&valid_from=2028-01-01");
        let problem = stage(&official, &given, sheet).await.expect_problem(422, "unclear_header");
        assert_eq!(problem["errors"][0]["code"], "two_row_header", "{sheet}");
    }
}

#[tokio::test]
async fn one_heading_over_two_days_is_no_term() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    holders(&official, &["甲馆", "乙馆"]).await;
    let sheet = workbook(|sheet| {
        for (column, name) in (0_u16..).zip(["单位", "编号", "有效期"]) {
            sheet.write(0, column, name)?;
        }
        sheet.write(1, 0, "甲馆")?.write(1, 1, "K-1")?.write(1, 2, "2024-09-01")?.write(1, 3, "2027-08-31")?;
        sheet.write(2, 0, "乙馆")?.write(2, 1, "K-2")?.write(2, 2, "2024-09-01至2027-08-31")?.write(2, 3, "略")?;
        Ok(())
    });
    let form = Form::new().part("file", Part::bytes(sheet).file_name("名单.xlsx"));
    let given = format!("/api/v1/list_imports?{GIVEN}&valid_from=2024-01-01");
    let import = official.post_form(&given, form).await.expect(201);
    assert_eq!(errors(&rows(&official, &import).await), [told(2, "valid_to", "two_days")]);
    assert_eq!(counts(&import), [1, 0, 0, 1], "{import}");
    let fix = json!({ "cells": { "valid_to": "2024-09-01至2027-08-31" } });
    let fixed = official.patch_json(&format!("{}/rows/2", path(&import)), 1, &fix).await.expect(200);
    assert_eq!(fixed["outcome"], "added");
}

#[tokio::test]
async fn months_in_cells_are_read_as_they_are_shown() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    holders(&official, &["甲馆", "乙馆", "丙馆", "丁馆"]).await;
    let sheet = workbook(|sheet| {
        for (column, name) in (0_u16..).zip(["单位", "编号", "有效期起", "有效期至"]) {
            sheet.write(0, column, name)?;
        }
        for (row, name) in (1_u32..).zip(["甲馆", "乙馆", "丙馆", "丁馆"]) {
            sheet.write(row, 0, name)?.write(row, 1, format!("K-{row}"))?;
        }
        let month = Format::new().set_num_format("yyyy\"年\"m\"月\";@");
        let (from, to) = (ExcelDateTime::from_ymd(2026, 5, 1)?, ExcelDateTime::from_ymd(2029, 4, 1)?);
        sheet.write_with_format(1, 2, &from, &month)?.write_with_format(1, 3, &to, &month)?;
        // Day by day it is that day.
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(2, 2, &from, &day)?.write_with_format(2, 3, &to, &day)?;
        // 2025.10 as a number: shown as such, or not told from January; as a text it is what it says.
        let places = Format::new().set_num_format("0.00");
        sheet.write_with_format(3, 2, 2025.1, &places)?.write_with_format(3, 3, 2028.09, &places)?;
        sheet.write(4, 2, "2025.1")?.write(4, 3, 2028.1)?;
        Ok(())
    });
    let import = upload(&official, sheet).await;
    assert_eq!(errors(&rows(&official, &import).await), [told(5, "valid_to", "unclear_month")]);
    assert_eq!(counts(&import), [3, 0, 0, 1], "{import}");
    let fix = json!({ "cells": { "valid_to": "2028-10" } });
    official.patch_json(&format!("{}/rows/5", path(&import)), 1, &fix).await.expect(200);
    post_if(&official, &format!("{}/commit", path(&import)), 2).await.expect(200);
    let expected = [
        term("K-1", "2026-05-01", "2029-04-30"),
        term("K-2", "2026-05-01", "2029-04-01"),
        term("K-3", "2025-10-01", "2028-09-30"),
        term("K-4", "2025-01-01", "2028-10-31"),
    ];
    assert_eq!(held(&server).await, expected);

    // A file of text may have been written by Excel.
    let sheet = "单位,编号,有效期起,有效期至\n甲馆,K-9,2030.1,2031.12\n";
    let import = stage(&official, GIVEN, sheet).await.expect(201);
    assert_eq!(errors(&rows(&official, &import).await), [told(2, "valid_from", "unclear_month")]);
}

#[tokio::test]
async fn totals_and_notes_are_passed_over_and_said() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    let sheet = "序号,单位名称,类型\n1,说明书博物馆,\n小计,1家,\n2,共青农场,基地\n,合计,\n总计,2家,\n,注：以上为首批单位,\n\
                 填表人：,某某,\n备注：略\n,填报单位（盖章）：,\n3,合计,基地\n";
    let import = stage(&official, "kind=organizations", sheet).await.expect(201);
    assert_eq!(counts(&import), [2, 0, 0, 0], "{import}");
    let passed = [
        "passed_over 3 小计",
        "passed_over 5 合计",
        "passed_over 6 总计",
        "passed_over 7 注：以上为首批单位",
        "passed_over 8 填表人：",
        "passed_over 9 备注：略",
        "passed_over 10 填报单位（盖章）：",
        "passed_over 11 合计",
    ];
    assert_eq!(import["notes"], json!(passed));
    enter(&official, &import).await;
    let names: Vec<String> = named(&server).await.into_values().map(|(_, name, _)| name).collect();
    assert_eq!(names, ["共青农场", "说明书博物馆"]);
    let read = official.get(&path(&import)).await.expect(200);
    assert_eq!(read["notes"], json!(passed), "it is still said afterwards");

    let sheet = "名称,有效期起\n创新大赛,2026-09-01\n合计：1项,\n联系电话：00000000,\n";
    let import = stage(&official, "kind=competitions", sheet).await.expect(201);
    assert_eq!((counts(&import), &import["notes"][1]), ([1, 0, 0, 0], &json!("passed_over 4 联系电话：00000000")));
}

#[tokio::test]
async fn only_rows_that_are_taken_stand_in_the_way() {
    let server = Server::start().await;
    let (district, official) = official(&server).await;
    holders(&official, &["甲馆", "乙馆"]).await;
    let long = "级".repeat(41);
    // The second one of each is right; so is what comes after a row that does not fit its header.
    let sheet = format!(
        "单位,编号,有效期起,有效期至,级别\n甲馆,K-1,2026-01-01,2026-12-31,{long}\n甲馆,K-1,2026-01-01,2026-12-31,\n\
         乙馆,K-2,2026-01-01,2026-12-31\n乙馆,K-2,2026-01-01,2026-12-31,\n乙馆,K-3,2026-06-01,2027-12-31,\n"
    );
    let import = stage(&official, GIVEN, &sheet).await.expect(201);
    let found = rows(&official, &import).await;
    assert_eq!(
        errors(&found),
        [told(2, "level", "too_long"), told(4, "", "unlike_header"), told(6, "holder", "not_for_this_holder")]
    );
    enter(&official, &import).await;

    let sheet = "名称,类型\n丙园,动物园\n丙园,幼儿园\n丙园,幼儿园\n";
    let import = stage(&official, "kind=organizations", sheet).await.expect(201);
    let expected = [told(2, "kind", "unknown_word"), told(4, "name", "twice_in_file")];
    assert_eq!(errors(&rows(&official, &import).await), expected);

    let sheet = "名称,学段,有效期起\n航模赛,大学,2026-09-01\n航模赛,小学,2026-09-01\n航模赛,小学,2026-09-01\n";
    let import = stage(&official, "kind=competitions", sheet).await.expect(201);
    let expected = [told(2, "stages", "unknown_word"), told(4, "name", "twice_in_file")];
    assert_eq!(errors(&rows(&official, &import).await), expected);

    let programme = json!({ "authority_id": district, "code": "year", "name_zh": "科普年" });
    let programme = official.post_json("/api/v1/programmes", &programme).await.expect(201);
    let sheet = "月份,主题,类别,中文名依据\n2026-03,航天,,某某\n2026-03,航天,,\n2026-03,航海,,\n2026-04,\n,讲座,交流,某某\n2026-05,天文,,\n";
    let given = "kind=themes&programme=year&main_theme=年度主题";
    let import = stage(&official, given, sheet).await.expect(201);
    let expected = [
        told(2, "zh_certainty", "unknown_word"),
        told(4, "month", "twice_in_file"),
        told(5, "", "unlike_header"),
        told(5, "title_zh", "required"),
        told(6, "zh_certainty", "unknown_word"),
        told(6, "year", "required"),
    ];
    assert_eq!(errors(&rows(&official, &import).await), expected);
    // The year comes with the first row that is taken.
    enter(&official, &import).await;

    let edition = json!({ "year": 2027, "title_zh": "次年", "first_day": "2027-01-01", "last_day": "2027-12-31" });
    let editions = format!("/api/v1/programmes/{}/editions", programme["id"].as_str().expect("an id"));
    let edition = official.post_json(&editions, &edition).await.expect(201);
    let given = format!("kind=members&edition={}", edition["id"].as_str().expect("an id"));
    let sheet = "单位,角色\n甲馆,主办、观众\n甲馆,主办\n甲馆,主办\n";
    let import = stage(&official, &given, sheet).await.expect(201);
    let expected = [told(2, "role", "unknown_word"), told(4, "organization", "twice_in_file")];
    assert_eq!(errors(&rows(&official, &import).await), expected);
    enter(&official, &import).await;
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(verified.broken, []);
}

#[tokio::test]
async fn numbers_are_kept_as_people_type_them_and_known_however_they_are_kept() {
    let server = Server::start().await;
    let (_, official) = official(&server).await;
    holders(&official, &["甲馆", "乙馆", "丙馆"]).await;
    let sheet = "单位,编号,有效期起,有效期至\n甲馆,ＫＰ－２０２６－００１,2026-01-01,2026-12-31\n\
                 乙馆,KP—2026—001,2026-01-01,2026-12-31\n丙馆,示科〔２０２６〕1 号,2024-02-29,一年\n";
    let import = stage(&official, GIVEN, sheet).await.expect(201);
    let found = rows(&official, &import).await;
    assert_eq!(errors(&found), [told(3, "number", "twice_in_file")]);
    assert_eq!(found[0]["changes"], json!([{ "field": "number", "from": "", "to": "KP-2026-001" }]));
    enter(&official, &import).await;
    let expected =
        [term("KP-2026-001", "2026-01-01", "2026-12-31"), term("示科〔2026〕1 号", "2024-02-29", "2025-02-28")];
    assert_eq!(held(&server).await, expected);

    // One that was kept with other signs before is the same, and stays as it is.
    let sql = "UPDATE designation SET number = 'KP－2026－001' WHERE number = 'KP-2026-001'";
    sqlx::query(sql).execute(server.pool()).await.expect("written");
    let sheet = "单位,编号,有效期起,有效期至\n甲馆,kp-2026-001,2026-01-01,2026-12-31\n";
    let again = stage(&official, GIVEN, sheet).await.expect(201);
    assert_eq!(counts(&again), [0, 0, 1, 0]);
    let sheet = "序号,单位,有效期起,有效期至\n7,乙馆,2026-01-01,2026-12-31\n";
    let numbered = stage(&official, &format!("{GIVEN}&number=ＫＰ－{{nnn}}"), sheet).await.expect(201);
    let found = rows(&official, &numbered).await;
    assert_eq!(found[0]["changes"][0], json!({ "field": "number", "from": "", "to": "KP-007" }));
}
