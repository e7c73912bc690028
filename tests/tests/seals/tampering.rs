//! Whoever owns the database changes the past: `kepu verify` finds it and names it.

use std::process::Command;

use chrono::{DateTime, Utc};
use kepu_api::postgres::Db;
use kepu_api::seals;
use kepu_api::verify::Kept;
use kepu_domain::erasure::{Channel, Erasure, Gone};
use kepu_domain::seal::note::{Checkpoint, Key, Note};
use kepu_tests::Server;
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::kit::{
    ENTRIES, ERASED, KEPT, LEAVES, ROOTS, SAID, SIGNED, SUBTREES, TAKEN, WHOLE, book, broken, count, keep, kepu, seal,
    text, town, unpacked,
};

const KEEP: &str = "
    CREATE TABLE kept_entry AS TABLE ledger_entry; CREATE TABLE kept_leaf AS TABLE seal_leaf;
    CREATE TABLE kept_salt AS TABLE seal_salt; CREATE TABLE kept_node AS TABLE seal_node;
    CREATE TABLE kept_checkpoint AS TABLE seal_checkpoint; CREATE TABLE kept_key AS TABLE seal_key";

const RESTORE: &str = "
    DELETE FROM seal_checkpoint; DELETE FROM seal_node; DELETE FROM seal_salt; DELETE FROM seal_erasure;
    DELETE FROM seal_leaf; DELETE FROM ledger_entry;
    INSERT INTO ledger_entry TABLE kept_entry; INSERT INTO seal_leaf TABLE kept_leaf;
    INSERT INTO seal_salt TABLE kept_salt; INSERT INTO seal_node TABLE kept_node;
    INSERT INTO seal_checkpoint TABLE kept_checkpoint;
    UPDATE seal_key k SET public_key = o.public_key FROM kept_key o WHERE o.id = k.id";

#[tokio::test]
async fn every_change_of_the_past_is_found_and_named() {
    let mut server = Server::start().await;
    let school = town(&server, 3).await;
    book(&server, &school).await;
    seal(&server).await;
    book(&server, &school).await;
    seal(&server).await;
    let entries: Vec<Uuid> = sqlx::query_scalar("SELECT entry_id FROM seal_leaf ORDER BY position")
        .fetch_all(server.pool())
        .await
        .expect("read");
    assert_eq!(entries.len(), 6);
    // No sealer mends meanwhile what is taken away.
    server.stop().await.expect("stopped");
    let db = Db::open(server.database_url(), 4).await.expect("opened");
    let run = async |sql: &str| {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(server.pool())
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    assert_eq!(broken(&db, &[]).await, []);
    run(KEEP).await;

    let (second, fifth) = (entries[1].to_string(), entries[4].to_string());
    let swap = |of: &str| {
        format!(
            "CREATE TEMP TABLE swapped ON COMMIT DROP AS SELECT position, entry_id, hash FROM seal_leaf WHERE position IN (1, 4);
             UPDATE seal_leaf SET entry_id = gen_random_uuid() WHERE position IN (1, 4);
             UPDATE seal_leaf l SET {of} FROM swapped s WHERE l.position + s.position = 5 AND l.position IN (1, 4)"
        )
    };
    let salts = "; UPDATE seal_salt s SET salt = k.salt FROM kept_salt k
                 WHERE s.position + k.position = 5 AND s.position IN (1, 4)";
    let tampered: Vec<(&str, String, &[&str], &str)> = vec![
        (
            "an amount",
            format!("UPDATE ledger_entry SET amount = amount + 1000 WHERE id = '{second}'"),
            &[SAID],
            &second,
        ),
        (
            "a reason",
            format!("UPDATE ledger_entry SET reason = '[{{\"code\":\"x\"}}]' WHERE id = '{second}'"),
            &[SAID],
            &second,
        ),
        (
            "a moment",
            format!("UPDATE ledger_entry SET at = at - interval '1 microsecond' WHERE id = '{fifth}'"),
            &[SAID],
            &fifth,
        ),
        (
            "whose it is",
            format!("UPDATE ledger_entry SET person_id = '{}' WHERE id = '{second}'", school.pupils[2].0),
            &[SAID],
            &second,
        ),
        ("an entry dropped", format!("DELETE FROM ledger_entry WHERE id = '{second}'"), &[ENTRIES], &second),
        ("entries in another order", swap("entry_id = s.entry_id"), &[SAID], &second),
        (
            "leaves in another order",
            swap("entry_id = s.entry_id, hash = s.hash") + salts,
            &[ROOTS, SUBTREES],
            "subtree 0",
        ),
        (
            "a leaf",
            "UPDATE seal_leaf SET hash = sha256('x') WHERE position = 4".to_owned(),
            &[ROOTS, SAID, SUBTREES],
            &fifth,
        ),
        (
            "a leaf dropped",
            "DELETE FROM seal_salt WHERE position = 4; DELETE FROM seal_leaf WHERE position = 4".to_owned(),
            &[LEAVES],
            "leaf 4 is missing",
        ),
        (
            "the last leaf dropped",
            "DELETE FROM seal_salt WHERE position = 5; DELETE FROM seal_leaf WHERE position = 5".to_owned(),
            &[SUBTREES, WHOLE],
            "the checkpoint of 6",
        ),
        ("a salt", "UPDATE seal_salt SET salt = sha256('x') WHERE position = 1".to_owned(), &[SAID], &second),
        ("a salt dropped", "DELETE FROM seal_salt WHERE position = 1".to_owned(), &[SAID], &second),
        (
            "a subtree",
            "UPDATE seal_node SET hash = sha256('x') WHERE level = 2".to_owned(),
            &[SUBTREES],
            "subtree 0 of level 2",
        ),
        ("a subtree dropped", "DELETE FROM seal_node WHERE level = 2".to_owned(), &[SUBTREES], "subtree 0 of level 2"),
        (
            "a checkpoint rolled back",
            "DELETE FROM seal_checkpoint WHERE size = 6".to_owned(),
            &[WHOLE],
            "the newest checkpoint is of 3",
        ),
        (
            "a root",
            "UPDATE seal_checkpoint SET root = sha256('x') WHERE size = 3".to_owned(),
            &[ROOTS],
            "the checkpoint of 3",
        ),
        (
            "a note",
            "UPDATE seal_checkpoint SET note = replace(note, E'\\n3\\n', E'\\n4\\n') WHERE size = 3".to_owned(),
            &[ROOTS, SIGNED],
            "the checkpoint of 3",
        ),
        ("a key", "UPDATE seal_key SET public_key = sha256('x')".to_owned(), &[SIGNED], "the checkpoint of 3"),
        (
            "an erasure that was none",
            "INSERT INTO seal_erasure SELECT district_id, 1, 'x', now() FROM seal_leaf WHERE position = 1".to_owned(),
            &[ERASED, TAKEN],
            &second,
        ),
        (
            "entries dropped as if they had been erased",
            format!(
                "DELETE FROM ledger_entry WHERE id IN ('{second}', '{fifth}');
                 DELETE FROM seal_salt WHERE position IN (1, 4);
                 INSERT INTO seal_erasure SELECT district_id, position, 'x', now() FROM seal_leaf WHERE position IN (1, 4)"
            ),
            &[TAKEN],
            "2 place(s), the first of them leaf 1",
        ),
    ];
    for (what, sql, expected, named) in &tampered {
        run(&format!("BEGIN; {sql}; COMMIT")).await;
        let found = broken(&db, &[]).await;
        let mut invariants: Vec<&str> = found.iter().map(|broken| broken.invariant).collect();
        invariants.sort_unstable();
        invariants.dedup();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(invariants, expected, "{what}: {found:?}");
        assert!(found.iter().any(|broken| broken.found.contains(named)), "{what}: {found:?} does not name {named}");
        run(RESTORE).await;
        assert_eq!(broken(&db, &[]).await, [], "after {what}");
    }
    db.close().await;
}

#[tokio::test]
async fn a_past_that_is_sealed_anew_contradicts_what_was_published() {
    let server = Server::start().await;
    let school = town(&server, 3).await;
    book(&server, &school).await;
    seal(&server).await;
    let published = [keep(&server, school.district).await];
    book(&server, &school).await;
    seal(&server).await;
    assert_eq!(broken(server.state().db(), &published).await, []);
    // Everything again, with the true key, after a change.
    sqlx::raw_sql(
        "BEGIN; DELETE FROM seal_checkpoint; DELETE FROM seal_node; DELETE FROM seal_salt; DELETE FROM seal_leaf;
         UPDATE ledger_entry SET amount = amount + 1000 WHERE id = (SELECT min(id::text)::uuid FROM ledger_entry); COMMIT",
    )
    .execute(server.pool())
    .await
    .expect("changed");
    seal(&server).await;
    assert_eq!(broken(server.state().db(), &[]).await, [], "within itself it is sound");
    let found = broken(server.state().db(), &published).await;
    assert_eq!(found.iter().map(|broken| broken.invariant).collect::<Vec<_>>(), [KEPT], "{found:?}");
}

#[tokio::test]
async fn who_is_erased_leaves_the_tree_whole() {
    let server = Server::start().await;
    let school = town(&server, 3).await;
    book(&server, &school).await;
    seal(&server).await;
    let kept = keep(&server, school.district).await;
    book(&server, &school).await;
    let (gone, stays) = (school.pupils[0].0, school.pupils[1].0);
    let mut tx = server.state().db().owner().begin().await.expect("begun");
    let now = server.state().now();
    let erased = seals::erase_person(&mut tx, school.district, gone, "asked by the family", now).await.expect("erased");
    tx.commit().await.expect("committed");
    seal(&server).await;
    assert!((1..=2).contains(&erased), "{erased}");
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM ledger_entry WHERE person_id = $1)
              + (SELECT count(*) FROM seal_salt s JOIN seal_erasure x USING (district_id, position))",
    )
    .bind(gone)
    .fetch_one(server.pool())
    .await
    .expect("counted");
    assert_eq!(left, 0, "nothing is left to guess the entries by");
    assert_eq!(count(&server, "SELECT count(*) FROM seal_leaf").await, 4 + i64::try_from(erased).expect("few"));
    // Entries that nobody is known to have erased might as well have been dropped.
    let kept = [kept];
    let invariants = async || {
        let found = broken(server.state().db(), &kept).await;
        found.into_iter().map(|broken| broken.invariant).collect::<Vec<_>>()
    };
    assert_eq!(invariants().await, [TAKEN]);
    carried_out(&server, school.district, now, 2).await;
    assert_eq!(invariants().await, [""; 0]);
    let verified = kepu_api::verify::database_holds(server.state().db()).await.expect("verified");
    assert_eq!(u64::try_from(verified.erased), Ok(erased), "and it is told");
    let proofs = school.teacher.get(&format!("/api/v1/persons/{stays}/ledger/proof")).await;
    assert_eq!(unpacked(&proofs.bytes).len(), 2, "the others keep theirs");

    // And what somebody drops later cannot be called a part of it.
    sqlx::raw_sql(
        "BEGIN; CREATE TEMP TABLE dropped ON COMMIT DROP AS
             SELECT l.district_id, l.position, l.entry_id FROM seal_leaf l JOIN ledger_entry e ON e.id = l.entry_id LIMIT 2;
         INSERT INTO seal_erasure SELECT d.district_id, d.position, x.reason, x.erased_at
             FROM dropped d CROSS JOIN (SELECT * FROM seal_erasure LIMIT 1) x;
         DELETE FROM seal_salt s USING dropped d WHERE d.position = s.position;
         DELETE FROM ledger_entry e USING dropped d WHERE d.entry_id = e.id; COMMIT",
    )
    .execute(server.pool())
    .await
    .expect("dropped");
    assert_eq!(invariants().await, [TAKEN]);
}

/// An erasure that took so many entries at a moment, as it stands once it is done.
async fn carried_out(server: &Server, district: Uuid, at: DateTime<Utc>, entries: u64) {
    let gone = Gone { entries, ..Gone::default() };
    let standing = Erasure::Done {
        channel: Channel::Paper,
        asked_at: at,
        approved_by: Uuid::nil(),
        approved_at: at,
        done_at: at,
        gone,
    };
    let id = server.state().new_id();
    sqlx::query("INSERT INTO erasure (district_id, id, state, standing, asked_at) VALUES ($1, $2, 'done', $3, $4)")
        .bind(district)
        .bind(id)
        .bind(serde_json::to_value(&standing).expect("JSON"))
        .bind(at)
        .execute(server.pool())
        .await
        .expect("added");
    sqlx::query(
        "INSERT INTO audit_event (district_id, id, at, action, object_kind, object_id, detail)
         VALUES ($1, $2, $3, 'erasure.carry_out', 'erasure', $4, $5)",
    )
    .bind(district)
    .bind(server.state().new_id())
    .bind(at)
    .bind(id.to_string())
    .bind(json!({ "gone": gone }))
    .execute(server.pool())
    .await
    .expect("added");
}

#[tokio::test]
async fn a_kept_checkpoint_that_is_compared_with_nothing_is_told() {
    let mut server = Server::start().await;
    let school = town(&server, 2).await;
    book(&server, &school).await;
    seal(&server).await;
    let kept = keep(&server, school.district).await;
    let path = format!("/api/v1/districts/{}/checkpoint", school.district);
    let note = text(&server.anonymous(), &path).await;
    server.stop().await.expect("stopped");
    let db = Db::open(server.database_url(), 4).await.expect("opened");
    let elsewhere = Checkpoint { origin: "kepu/elsewhere".to_owned(), size: 2, root: [0; 32] }.text();
    let key = Key { name: "kepu/elsewhere".to_owned(), public: [0; 32] };
    let elsewhere = Note::signed(&elsewhere, &key, &[0; 64]);
    let foreign = Kept { name: "elsewhere.txt".to_owned(), note: Note::parse(&elsewhere).expect("a note") };

    assert_eq!(broken(&db, std::slice::from_ref(&kept)).await, []);
    let found = broken(&db, &[kept.clone(), foreign]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].invariant, found[0].district), (KEPT, Uuid::nil()));
    assert!(found[0].to_string().contains("the kept checkpoint elsewhere.txt is of no ledger here"), "{}", found[0]);

    // By the command line, and that nothing is broken but this.
    let folder = tempfile::tempdir().expect("a folder");
    let run = |text: &str| {
        let file = folder.path().join("checkpoint.txt");
        std::fs::write(&file, text).expect("written");
        let output = Command::new(kepu())
            .args(["verify", "--data-dir"])
            .arg(folder.path())
            .arg("--checkpoint")
            .arg(&file)
            .env("DATABASE_URL", server.database_url())
            .output()
            .expect("kepu runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, told) = run(&note);
    assert!(status == Some(0) && told.contains("every invariant holds"), "{status:?} {told}");
    let (status, told) = run(&elsewhere);
    assert!(status == Some(1) && told.contains("checkpoint.txt is of no ledger here"), "{status:?} {told}");

    // All seals emptied, with and without the keys.
    let empty = "DELETE FROM seal_checkpoint; DELETE FROM seal_node; DELETE FROM seal_salt; DELETE FROM seal_leaf;
                 DELETE FROM seal_log";
    for sql in [empty, "DELETE FROM seal_key_secret; DELETE FROM seal_key"] {
        sqlx::raw_sql(sql).execute(server.pool()).await.expect("emptied");
        let found = broken(&db, std::slice::from_ref(&kept)).await;
        assert_eq!(found.len(), 1, "{found:?}");
        let said = "has no seal, though a checkpoint of size 2 was kept (kept.txt)";
        assert!(found[0].invariant == KEPT && found[0].found.contains(said), "{found:?}");
        let (status, told) = run(&note);
        assert!(status == Some(1) && told.contains("has no seal"), "{status:?} {told}");
    }
    db.close().await;
}
