//! Files opened again: CSV and XLSX say what JSON says, nothing runs as a formula, and much of it needs little memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::time::Instant;

use calamine::{Data, Range, Reader, Xlsx};
use flate2::read::GzDecoder;
use futures::StreamExt;
use kepu_domain::credit::Credit;
use kepu_tests::school::School;
use kepu_tests::{Client, Server};
use reqwest::Method;
use serde_json::Value;

use super::town::{POLICY, Town};

/// Headers, then rows as header → cell.
fn csv_rows(bytes: &[u8]) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let text = std::str::from_utf8(bytes).expect("UTF-8").strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "lines end as RFC 4180 says");
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let headers: Vec<String> = reader.headers().expect("headers").iter().map(str::to_owned).collect();
    let row = |r: Result<csv::StringRecord, csv::Error>| {
        headers.iter().cloned().zip(r.expect("a row").iter().map(str::to_owned)).collect()
    };
    let rows = reader.records().map(row).collect();
    (headers, rows)
}

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    book.worksheet_range(name).unwrap_or_else(|e| panic!("{name}: {e}; there are {:?}", book.sheet_names()))
}

/// A cell as the CSV writes it.
fn cell(data: &Data) -> String {
    match data {
        Data::Float(number) => {
            #[expect(clippy::cast_possible_truncation, reason = "thousandths of small numbers")]
            let milli = (number * 10_000.0).round() as i64;
            if milli % 10 == 0 { Credit::from_milli(milli / 10).to_string() } else { format!("{number:.4}") }
        }
        Data::DateTime(day) => day.as_datetime().expect("a day").date().to_string(),
        other => other.to_string(),
    }
}

fn all_text(range: &Range<Data>) -> String {
    range.rows().flatten().map(ToString::to_string).collect::<Vec<_>>().join("|")
}

async fn items(client: &Client, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/v1/reports/{path}?limit=4{cursor}")).await.expect(200);
        all.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn the_files_of_persons_and_records_say_what_json_says() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official.client;

    let columns = [
        (
            "persons",
            "Persons",
            vec![
                ("Number", "number"),
                ("Name", "name"),
                ("School", "school_name"),
                ("Grade", "grade"),
                ("Class", "class_name"),
                ("Records in period", "records"),
                ("Credits in period", "credits"),
                ("Credits in all", "total"),
            ],
        ),
        (
            "records",
            "Records",
            vec![
                ("Day", "on_day"),
                ("Number", "number"),
                ("School", "school_name"),
                ("Grade", "grade"),
                ("Host", "host_name"),
                ("Activity or competition", "title"),
                ("Category", "category"),
                ("Rule", "rule"),
                ("Minutes", "minutes"),
                ("Before limits", "raw"),
                ("Credits", "counted"),
                ("Status", "status"),
                ("Record id", "record_id"),
            ],
        ),
    ];
    for (path, name, pairs) in columns {
        let json = items(official, path).await;
        let answer = official.get(&format!("/api/v1/reports/{path}?format=csv&lang=en")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").starts_with("text/csv; charset=utf-8"));
        assert!(answer.header("content-disposition").contains("illustrative.csv"), "{:?}", answer.headers);
        assert_eq!(answer.header("kepu-illustrative"), "true");
        let (headers, rows) = csv_rows(&answer.bytes);
        assert!(headers.last().is_some_and(|h| h.contains("illustrative")), "{headers:?}");
        assert_eq!(rows.len(), json.len(), "{path}");
        for (row, item) in rows.iter().zip(&json) {
            for (header, field) in &pairs {
                assert_eq!(row[*header], text(&item[*field]), "{header} of {item}");
            }
            assert!(row[headers.last().expect("a header")].contains("Illustrative policy"), "{row:?}");
        }

        let answer = official.get(&format!("/api/v1/reports/{path}?format=xlsx&lang=en")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let range = sheet(&answer.bytes, name);
        let found: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(cell).collect()).collect();
        assert_eq!(found[0], headers);
        assert_eq!(found.len(), rows.len() + 2, "headers, rows, totals");
        for (mine, row) in found[1..].iter().zip(&rows) {
            let theirs: Vec<String> = headers.iter().map(|h| row[h].clone()).collect();
            assert_eq!(mine, &theirs);
        }
        let totals = found.last().expect("totals");
        assert_eq!(totals[0], "Total");
        for (at, header) in headers.iter().enumerate() {
            if ["Credits", "Credits in period", "Minutes"].contains(&header.as_str()) {
                let sum: i64 = rows.iter().map(|r| r[header].parse::<Credit>().expect("a number").milli()).sum();
                assert_eq!(totals[at], Credit::from_milli(sum).to_string(), "{header}");
            }
        }
        let about = all_text(&sheet(&answer.bytes, "About"));
        for part in ["Illustrative policy", "town 1", "Data as of|20", "+08:00", "From|open", "SUBTOTAL"] {
            assert!(about.contains(part), "{part} in {about}");
        }
        // Headers are bold and stay; the rows can be filtered; totals are formulas.
        let xml = part(&answer.bytes, "xl/worksheets/sheet1.xml");
        for piece in ["state=\"frozen\"", "<autoFilter", "SUBTOTAL(109,"] {
            assert!(xml.contains(piece), "{piece}");
        }
        assert!(part(&answer.bytes, "xl/styles.xml").contains("<b/>"));
    }
    // Chinese when no language is asked for.
    let (headers, _) = csv_rows(&official.get("/api/v1/reports/persons?format=csv").await.bytes);
    assert_eq!(headers[..3], ["学号", "姓名", "学校"]);
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut file = archive.by_name(name).expect("the part");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut file, &mut text).expect("text");
    text
}

#[tokio::test]
async fn the_files_of_the_report_say_what_json_says() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official.client;
    let json = official.get("/api/v1/reports/credits?lang=en").await.expect(200);
    let (headers, rows) = csv_rows(&official.get("/api/v1/reports/credits?format=csv&lang=en").await.bytes);
    assert!(headers.last().is_some_and(|h| h.contains("illustrative")));
    let parts = [
        ("category", "by_category", "By category", "title"),
        ("rule", "by_rule", "By rule", "title"),
        ("host", "by_host", "By host", "name"),
        ("school", "by_school", "By school", "name"),
        ("grade", "by_grade", "By grade", "grade"),
    ];
    let answer = official.get("/api/v1/reports/credits?format=xlsx&lang=en").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for (word, field, name, title) in parts {
        let list = json[field].as_array().expect("a list");
        let mine: Vec<_> = rows.iter().filter(|r| r["Part"] == word).collect();
        assert_eq!(mine.len(), list.len(), "{word}");
        let range = sheet(&answer.bytes, name);
        let xlsx: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(cell).collect()).collect();
        let at =
            |header: &str| xlsx[0].iter().position(|h| h == header).unwrap_or_else(|| panic!("{header} in {name}"));
        for (number, (row, item)) in mine.iter().zip(list).enumerate() {
            for (header, key) in [("Participants", "participants"), ("Records", "records"), ("Credits", "credits")] {
                assert_eq!(row[header], text(&item[key]), "{header} of {item}");
                assert_eq!(xlsx[number + 1][at(header)], text(&item[key]), "{header} of {item}");
            }
            assert_eq!(row["Name"], text(&item[title]));
        }
        assert_eq!(xlsx.last().expect("totals")[at("Credits")], "18", "{word}");
    }
    let met = rows.iter().find(|r| r["Part"] == "requirement").expect("the requirement");
    assert_eq!(met["Met"], json["requirements"][0]["met"].to_string());
    assert!(all_text(&sheet(&answer.bytes, "About")).contains("Illustrative policy"));
    let host = town.first.host.get("/api/v1/reports/hosts?format=xlsx&lang=en").await;
    assert_eq!(
        cell(sheet(&host.bytes, "By school").rows().next_back().expect("totals").get(11).expect("credits")),
        "18"
    );
}

#[tokio::test]
async fn files_arrive_whole_when_the_browser_takes_them_compressed() {
    let server = Server::start().await;
    let town = Town::new(&server).await;
    let official = &town.first.official.client;
    for path in ["credits", "persons", "records"] {
        let path = format!("/api/v1/reports/{path}?format=csv");
        let plain = official.get(&path).await.bytes;
        let request = official.request(Method::GET, &path).header("Accept-Encoding", "gzip, deflate, br");
        let answer = official.send(request).await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{path}");
        let mut opened = Vec::new();
        GzDecoder::new(answer.bytes.as_slice()).read_to_end(&mut opened).expect("a whole file");
        assert_eq!(csv_rows(&opened).1.len(), csv_rows(&plain).1.len(), "{path}");
    }
}

#[tokio::test]
async fn nothing_runs_as_a_formula() {
    let server = Server::start().await;
    let school = School::new(&server, 6).await;
    school.adopt(POLICY).await;
    let names = ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\tx", "a,\"b\"\r\nc"];
    for ((pupil, _), name) in school.pupils.iter().zip(names) {
        sqlx::query("UPDATE person SET name = $2 WHERE id = $1")
            .bind(pupil)
            .bind(name)
            .execute(server.pool())
            .await
            .expect("renamed");
    }
    let answer = school.official.get("/api/v1/reports/persons?format=csv&lang=en").await;
    let body = answer.text();
    let mut reader = csv::Reader::from_reader(body.trim_start_matches('\u{feff}').as_bytes());
    let found: Vec<String> = reader.records().map(|r| r.expect("a row")[1].to_owned()).collect();
    let safe = ["'=HYPERLINK(\"http://x\")", "'+1", "'-1", "'@SUM(A1)", "'\tx", "a,\"b\"\r\nc"];
    assert_eq!(found, safe);
    // A workbook tells words from formulas.
    let answer = school.official.get("/api/v1/reports/persons?format=xlsx&lang=en").await;
    let range = sheet(&answer.bytes, "Persons");
    for (row, name) in range.rows().skip(1).zip(names) {
        assert!(
            matches!(&row[1], Data::String(text) if text.replace("\r\n", "\n") == name.replace("\r\n", "\n")),
            "{row:?}"
        );
    }
    assert!(!part(&answer.bytes, "xl/worksheets/sheet1.xml").contains("<f>HYPERLINK"));
}

/// What the process has held at most, in KiB.
fn high_water() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

async fn many(server: &Server, school: &School, records: i64) {
    sqlx::query(
        "INSERT INTO score_line (district_id, policy_id, record_id, person_id, raw, counted, status, category, rule,
                                 school_id, class_id, grade, host_id, on_day, minutes)
         SELECT $1, 'town', gen_random_uuid(), ($2::uuid[])[1 + n % cardinality($2)], 1000, 1000, 'counted', 'practice',
                'by-the-hour', $3, $4, 6, $5, date '2026-01-01' + (n % 200)::int, 60
         FROM generate_series(1, $6) AS n",
    )
    .bind(school.district)
    .bind(school.pupils.iter().map(|p| p.0).collect::<Vec<_>>())
    .bind(school.school)
    .bind(school.class)
    .bind(school.base)
    .bind(records)
    .execute(server.pool())
    .await
    .expect("lines");
    sqlx::query("ANALYZE score_line").execute(server.pool()).await.expect("analysed");
}

#[tokio::test]
async fn two_hundred_thousand_rows_stream_in_little_memory() {
    let server = Server::start().await;
    let school = School::new(&server, 50).await;
    school.adopt(POLICY).await;
    many(&server, &school, 200_000).await;
    let before = high_water();

    let request = school.official.request(Method::GET, "/api/v1/reports/records?format=csv");
    let begun = Instant::now();
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let mut body = response.bytes_stream();
    let (mut lines, mut bytes, mut first) = (0_usize, 0_usize, None);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.expect("a chunk");
        first.get_or_insert_with(|| begun.elapsed());
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
        bytes += chunk.len();
    }
    let (first, all) = (first.expect("bytes"), begun.elapsed());
    assert_eq!(lines, 200_001, "headers and rows");
    assert!(bytes > 20_000_000, "{bytes}");
    assert!(first * 2 < all, "the first bytes came after {first:?} of {all:?}");
    let grown = high_water() - before;
    assert!(grown < 100 * 1024, "memory grew by {grown} KiB for {bytes} bytes");

    // A workbook of the same, read to its end without being kept.
    let before = high_water();
    let response =
        school.official.request(Method::GET, "/api/v1/reports/records?format=xlsx").send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let mut body = response.bytes_stream();
    let mut bytes = 0;
    while let Some(chunk) = body.next().await {
        bytes += chunk.expect("a chunk").len();
    }
    assert!(bytes > 1_000_000, "{bytes}");
    let grown = high_water() - before;
    assert!(grown < 100 * 1024, "memory grew by {grown} KiB for a workbook of {bytes} bytes");
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_place() {
    let server = Server::start().await;
    let school = School::new(&server, 5).await;
    school.adopt(POLICY).await;
    many(&server, &school, 60_000).await;
    // More than run at a time, each left after its first bytes.
    for _ in 0..8 {
        let request = school.official.request(Method::GET, "/api/v1/reports/records?format=csv");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        let mut body = response.bytes_stream();
        body.next().await.expect("bytes").expect("a chunk");
    }
    let answer = school.official.get("/api/v1/reports/persons?format=csv").await;
    assert_eq!((answer.status, csv_rows(&answer.bytes).1.len()), (200, 5));
}
