//! What the tests of rosters share: a district with a school, files, and waiting for jobs.
use std::io::{Cursor, Write};

use kepu_domain::role::{GrantScope, Role};
use kepu_tests::{Account, Answer, Client, Server};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

/// A day after those of the sheets, and within a year of each: what a roster says may be no older and no further ahead.
pub const AUTUMN: &str = "2026-11-15T09:00:00+08:00";

/// The service on that day.
pub async fn start() -> Server {
    let server = Server::start().await;
    server.at(AUTUMN);
    server
}

/// A district with one school and accounts for both.
pub struct School {
    pub district: Uuid,
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub official: Account,
    pub admin: Account,
}

impl School {
    pub async fn open(server: &Server) -> Self {
        let district = server.district("测试区").await;
        let name = format!("第{}小学", server.number());
        let id = server.organization(district, "school", &name).await;
        let code = sqlx::query_scalar("SELECT code FROM organization WHERE id = $1")
            .bind(id)
            .fetch_one(server.pool())
            .await
            .expect("a code");
        let official = server.account(Role::DistrictOfficial, GrantScope::District { district }).await;
        let scope = GrantScope::Organization { district, organization: id };
        let admin = server.account(Role::SchoolAdmin, scope).await;
        Self { district, id, code, name, official, admin }
    }

    /// Imports a file from upload to commit.
    pub async fn import(&self, upload: Upload) -> Value {
        let import = staged(&self.official, upload).await;
        commit(&self.official, &import).await
    }
}

/// A form to be sent.
#[derive(Clone)]
pub struct Upload {
    bytes: Vec<u8>,
    name: String,
    fields: Vec<(String, String)>,
}

impl Upload {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let fields = vec![("effective_on".to_owned(), "2026-09-01".to_owned())];
        Self { bytes: bytes.into(), name: "名册.csv".to_owned(), fields }
    }

    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn on(self, day: &str) -> Self {
        self.field("effective_on", day)
    }

    pub fn mode(self, mode: &str) -> Self {
        self.field("mode", mode)
    }

    pub fn school(self, code: &str) -> Self {
        self.field("school", code)
    }
}

pub async fn upload(client: &Client, upload: Upload) -> Answer {
    let mut form = Form::new().part("file", Part::bytes(upload.bytes).file_name(upload.name));
    for (name, value) in upload.fields {
        form = form.text(name, value);
    }
    client.post_form("/api/v1/roster/imports", form).await
}

/// Uploads, and does not wait.
pub async fn stage(client: &Client, form: Upload) -> Value {
    upload(client, form).await.expect(202)
}

/// Uploads, and waits until it is staged.
pub async fn staged(client: &Client, form: Upload) -> Value {
    let import = wait(client, &stage(client, form).await).await;
    assert_eq!(import["state"], "staged", "{import}");
    import
}

/// Waits until no job works on the import.
pub async fn wait(client: &Client, import: &Value) -> Value {
    let path = format!("/api/v1/roster/imports/{}", import["id"].as_str().expect("an id"));
    for _ in 0..6000 {
        let now = client.get(&path).await.expect(200);
        if now["state"] != "staging" && now["state"] != "committing" {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the import does not end");
}

pub async fn until(client: &Client, import: &Value, state: &str) -> Value {
    let now = wait(client, import).await;
    assert_eq!(now["state"], state, "{now}");
    now
}

/// Commits what was staged, and waits until it is.
pub async fn commit(client: &Client, import: &Value) -> Value {
    let path = format!("/api/v1/roster/imports/{}/commit", import["id"].as_str().expect("an id"));
    let version = import["version"].as_i64().expect("a version");
    let request = client.request(reqwest::Method::POST, &path).header("If-Match", format!("\"{version}\""));
    client.send(request.json(&json!({ "allow_removals": true }))).await.expect(202);
    until(client, import, "committed").await
}

pub fn csv(lines: &[&str]) -> Vec<u8> {
    lines.join("\r\n").into_bytes()
}

pub fn xlsx(rows: &[Vec<&str>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in (0..).zip(rows) {
        for (c, cell) in (0..).zip(row) {
            sheet.write_string(r, c, *cell).expect("written");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        archive.write_all(text.as_bytes()).expect("written");
    }
    archive.finish().expect("a zip").into_inner()
}

/// Persons of the district.
pub async fn pupils(server: &Server, district: Uuid) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM person WHERE district_id = $1")
        .bind(district)
        .fetch_one(server.pool())
        .await
        .expect("counted")
}

/// Events of this action.
pub async fn events(server: &Server, action: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = $1")
        .bind(action)
        .fetch_one(server.pool())
        .await
        .expect("counted")
}

/// The newest enrolment: from, to, grade, class.
pub async fn enrolment(server: &Server, number: &str) -> (String, Option<String>, i32, String) {
    sqlx::query_as(
        "SELECT e.valid_from::text, e.valid_to::text, e.grade, c.name
         FROM enrolment e JOIN person p ON p.district_id = e.district_id AND p.id = e.person_id
         JOIN class c ON c.district_id = e.district_id AND c.id = e.class_id
         WHERE p.number = $1 ORDER BY e.valid_from DESC LIMIT 1",
    )
    .bind(number)
    .fetch_one(server.pool())
    .await
    .expect("an enrolment")
}
