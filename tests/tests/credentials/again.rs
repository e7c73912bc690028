//! Whoever owns the database changes what was issued: `kepu verify` finds it and names it.

use kepu_api::postgres::Db;
use kepu_api::verify;
use kepu_tests::Server;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::kit::{badge, requirement, student, town};

const SIGNED: &str = "each badge is signed by its key";
const SAYS: &str = "each badge says what was issued";
const SHOWS: &str = "each paper shows what was issued";
const BOOKED: &str = "each badge and paper states credit that was booked";
const TRAIL: &str = "each badge and paper is as the trail says that it was issued";
const ISSUED: &str = "what was issued is there, and nothing else";
const LISTS: &str = "each status list is signed and says which of its places are revoked";
const PLACES: &str = "a place is revoked if its badge is, or if there is none any more";
const NUMBERS: &str = "a number is one credential's, and a credential is somebody's";

const KEEP: &str = "
    CREATE TABLE kept_credential AS TABLE credential; CREATE TABLE kept_slot AS TABLE credential_slot;
    CREATE TABLE kept_list AS TABLE credential_list; CREATE TABLE kept_key AS TABLE credential_key;
    ALTER TABLE credential DROP CONSTRAINT credential_district_id_number_key,
                           DROP CONSTRAINT credential_district_id_person_id_fkey";

const RESTORE: &str = "
    DELETE FROM credential; DELETE FROM credential_slot; DELETE FROM credential_list;
    UPDATE credential_key k SET modulus = o.modulus, retired_at = o.retired_at FROM kept_key o WHERE o.id = k.id;
    INSERT INTO credential_list TABLE kept_list; INSERT INTO credential_slot TABLE kept_slot;
    INSERT INTO credential TABLE kept_credential";

#[tokio::test]
async fn every_change_of_what_was_issued_is_found_and_named() {
    let mut server = Server::start().await;
    let school = town(&server, 2).await;
    let mut ids = Vec::new();
    for pupil in 0..2 {
        let student = student(&server, &school, pupil).await;
        let (made, _) = badge(&student, school.pupils[pupil].0, &requirement("two")).await;
        ids.push(made["id"].as_str().expect("an id").to_owned());
        let path = format!("/api/v1/persons/{}/papers", school.pupils[pupil].0);
        student.post_json(&path, &json!({ "kind": "transcript" })).await.expect(201);
    }
    let revocation = format!("/api/v1/credentials/{}/revocation", ids[1]);
    school.official.post_json(&revocation, &json!({ "reason": "发错了" })).await.expect(200);
    server.stop().await.expect("stopped");
    let db = Db::open(server.database_url(), 4).await.expect("opened");
    let run = async |sql: &str| {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(server.pool()).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    let broken = async || {
        let verified = verify::database_holds(&db).await.expect("verified");
        assert_eq!(verified.credentials, 4);
        verified.broken
    };
    assert_eq!(broken().await, []);
    run(KEEP).await;

    let (valid, revoked) = (&ids[0], &ids[1]);
    let token =
        "token = overlay(token placing CASE substr(token, 400, 1) WHEN 'A' THEN 'B' ELSE 'A' END from 400 for 1)";
    let claim = "claim = jsonb_set(claim, '{credits}', '\"9\"')";
    let papers = |change: &str| format!("UPDATE credential SET {change} WHERE kind = 'transcript'");
    for (what, sql, expected) in [
        ("a letter of a badge", format!("UPDATE credential SET {token} WHERE id = '{valid}'"), &[SIGNED][..]),
        (
            "the badge of another",
            format!("UPDATE credential SET token = (SELECT token FROM credential WHERE id = '{revoked}') WHERE id = '{valid}'"),
            &[SAYS],
        ),
        ("what a badge states", format!("UPDATE credential SET {claim} WHERE id = '{valid}'"), &[SAYS]),
        ("when it ends", format!("UPDATE credential SET valid_until = valid_until + interval '1 year' WHERE id = '{valid}'"), &[SAYS]),
        ("the number of a badge", format!("UPDATE credential SET number = 'X' WHERE id = '{valid}'"), &[SAYS, ISSUED]),
        ("the key", "UPDATE credential_key SET modulus = set_byte(modulus, 99, get_byte(modulus, 99) # 1)".to_owned(), &[SIGNED, SIGNED, LISTS]),
        ("what a paper states", format!("UPDATE credential SET {claim} WHERE kind = 'transcript'"), &[SHOWS, SHOWS]),
        (
            "what a paper shows",
            "UPDATE credential SET paper = jsonb_set(paper, '{total}', '\"9\"') WHERE kind = 'transcript'".to_owned(),
            &[SHOWS, SHOWS],
        ),
        (
            "a revocation that was taken back in the row alone",
            format!("UPDATE credential SET revoked_at = NULL, revoked_by = NULL, revoke_reason = NULL WHERE id = '{revoked}'"),
            &[PLACES],
        ),
        (
            "a revocation that was taken back in the place alone",
            "UPDATE credential_slot SET revoked_at = NULL".to_owned(),
            &[PLACES, LISTS],
        ),
        (
            "a revocation that was not published",
            format!(
                "UPDATE credential SET revoked_at = now(), revoked_by = issued_by, revoke_reason = 'x' WHERE id = '{valid}';
                 UPDATE credential_slot s SET revoked_at = now() FROM credential c WHERE c.id = '{valid}' AND s.place = c.place"
            ),
            &[LISTS],
        ),
        ("a published list", "UPDATE credential_list SET token = token || 'A'".to_owned(), &[LISTS]),
        (
            "a badge that is gone while its place holds",
            format!("DELETE FROM credential WHERE id = '{valid}'"),
            &[PLACES, ISSUED],
        ),
        ("one number twice", "UPDATE credential SET number = 'X' WHERE kind = 'transcript'".to_owned(), &[NUMBERS, ISSUED, ISSUED]),
        ("a line of a paper", papers("paper = jsonb_set(paper, '{lines,0,credit}', '\"9\"')"), &[SHOWS, SHOWS]),
        (
            "a paper that adds up to more than was booked",
            papers(
                "claim = jsonb_set(claim, '{credits}', '\"9\"'),
                 paper = jsonb_set(jsonb_set(jsonb_set(paper, '{total}', '\"9\"'), '{lines,0,credit}', '\"9\"'),
                                   '{sums,0,1}', '\"9\"')",
            ),
            &[BOOKED, BOOKED],
        ),
        ("what a line is of", papers("paper = jsonb_set(paper, '{lines,0,title}', '\"x\"')"), &[TRAIL, TRAIL]),
        ("whose a paper is", papers("paper = jsonb_set(paper, '{name}', '\"x\"')"), &[TRAIL, TRAIL]),
        ("papers that are gone", "DELETE FROM credential WHERE kind = 'transcript'".to_owned(), &[ISSUED, ISSUED]),
        (
            "a paper that nobody issued",
            "INSERT INTO credential
             SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'number', 'Y'))).*
             FROM credential c WHERE c.kind = 'transcript' ORDER BY c.id LIMIT 1".to_owned(),
            &[ISSUED],
        ),
        (
            "papers of nobody",
            "UPDATE credential SET person_id = gen_random_uuid() WHERE kind = 'transcript'".to_owned(),
            &[NUMBERS, NUMBERS, ISSUED, ISSUED, BOOKED, BOOKED],
        ),
    ] {
        run(&sql).await;
        let verified = verify::database_holds(&db).await.expect("verified");
        let mut found: Vec<&str> = verified.broken.iter().map(|broken| broken.invariant).collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{what}: {:?}", verified.broken);
        run(RESTORE).await;
    }
    assert_eq!(broken().await, [], "as it was");
}
