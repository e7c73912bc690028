//! A district with a sealed ledger, and the command line beside it.

use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

use kepu_api::verify::{self, Broken, Kept};
use kepu_domain::seal::note::Note;
use kepu_tests::Server;
use kepu_tests::school::School;
use uuid::Uuid;

pub const POLICY: &str = "
kepu: 1
id: by-the-hour
version: '1'
title: { zh: 按时计分, en: By the hour }
rules:
  - { id: by-the-hour, credit: { per_hour: 1 } }
";

/// What `kepu verify` says of sealed ledgers.
pub const LEAVES: &str = "the places of the sealed ledger are without gap";
pub const ENTRIES: &str = "each sealed entry is in the ledger";
pub const SAID: &str = "each sealed entry says what was sealed";
pub const ERASED: &str = "what was erased is gone";
pub const TAKEN: &str = "each erased place was taken by an erasure that was carried out";
pub const SUBTREES: &str = "the stored subtrees are those of the leaves";
pub const ROOTS: &str = "each checkpoint has the root of its leaves";
pub const SIGNED: &str = "each checkpoint is signed by a listed key";
pub const WHOLE: &str = "the newest checkpoint is over all leaves";
pub const KEPT: &str = "each published checkpoint is still true";

/// A district whose policy gives a credit an hour.
pub async fn town(server: &Server, pupils: usize) -> School {
    let school = School::new(server, pupils).await;
    school.adopt(POLICY).await;
    school
}

/// One more session in which everybody was, confirmed.
pub async fn book(server: &Server, school: &School) {
    let session = school.session(server, school.base, "practice", 2).await;
    let pupils: Vec<Uuid> = school.pupils.iter().map(|pupil| pupil.0).collect();
    school.record(session, &pupils).await;
    school.confirm_all(session).await;
}

pub async fn seal(server: &Server) -> usize {
    kepu_api::seals::seal_all(server.state()).await.expect("sealed")
}

pub async fn count(server: &Server, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(server.pool()).await.expect("counted")
}

/// What of the sealed ledger is broken.
pub async fn broken(db: &kepu_api::postgres::Db, kept: &[Kept]) -> Vec<Broken> {
    let verified = verify::database_holds_to(db, kept).await.expect("verified");
    let ours = [LEAVES, ENTRIES, SAID, ERASED, TAKEN, SUBTREES, ROOTS, SIGNED, WHOLE, KEPT];
    verified.broken.into_iter().filter(|broken| ours.contains(&broken.invariant)).collect()
}

/// The newest checkpoint of a district, as somebody keeps it.
pub async fn keep(server: &Server, district: Uuid) -> Kept {
    let path = format!("/api/v1/districts/{district}/checkpoint");
    let note = Note::parse(&text(&server.anonymous(), &path).await).expect("a note");
    Kept { name: "kept.txt".to_owned(), note }
}

/// The text of an answer.
pub async fn text(client: &kepu_tests::Client, path: &str) -> String {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

/// The key that signs now, as it is published.
pub async fn key(server: &Server, district: Uuid) -> String {
    let keys = server.anonymous().get(&format!("/api/v1/districts/{district}/checkpoint/keys")).await.expect(200);
    keys["items"][0]["key"].as_str().expect("a key").to_owned()
}

/// The `kepu` binary, which is built beside the tests.
pub fn kepu() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    let folder =
        test.ancestors().find(|f| f.join("kepu").is_file()).expect("kepu is built before the tests (make test)");
    folder.join("kepu")
}

/// The proofs in an archive, each with the name of its file.
pub fn unpacked(zip: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).expect("a ZIP");
    let many = zip.len();
    let file = |at: usize| {
        let mut file = zip.by_index(at).expect("a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        (file.name().expect("a name").into_owned(), text)
    };
    (0..many).map(file).collect()
}

/// `kepu verify-proof` of one file: its exit status and what it says.
pub fn verify_proof(file: &str, key: &str, lang: &str) -> (Option<i32>, String) {
    verify_proofs(&[file.as_bytes()], key, lang)
}

/// `kepu verify-proof` of several files: its exit status and what it says.
pub fn verify_proofs(files: &[&[u8]], key: &str, lang: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |number: usize| folder.path().join(format!("{number}.tlog-proof"));
    for (number, bytes) in files.iter().enumerate() {
        std::fs::write(path(number), bytes).expect("written");
    }
    let output = Command::new(kepu())
        .arg("verify-proof")
        .args((0..files.len()).map(path))
        .args(["--key", key, "--lang", lang])
        .env_remove("DATABASE_URL")
        .output()
        .expect("kepu runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}
