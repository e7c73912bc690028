//! Who seals, when, and in which order.

use std::process::{Command, Stdio};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use kepu_domain::seal::tree::{self, Hash};
use kepu_tests::Server;
use serde_json::Value;
use uuid::Uuid;

use crate::kit::{book, broken, count, kepu, key, seal, text, town};

const UNSEALED: &str = "SELECT count(*) FROM ledger_entry e
                        WHERE NOT EXISTS (SELECT FROM seal_leaf l WHERE l.entry_id = e.id)";

/// Whether the places are 0, 1, 2, … and each entry has one.
async fn sealed_once_each(server: &Server) {
    let (leaves, last, entries): (i64, i64, i64) =
        sqlx::query_as("SELECT count(*), max(position), count(DISTINCT entry_id) FROM seal_leaf")
            .fetch_one(server.pool())
            .await
            .expect("read");
    assert_eq!((leaves, entries), (last + 1, last + 1));
    assert_eq!(count(server, UNSEALED).await, 0);
    assert_eq!(count(server, "SELECT count(*) FROM seal_salt").await, leaves);
    assert_eq!(broken(server.state().db(), &[]).await, []);
}

#[tokio::test]
async fn what_is_confirmed_is_sealed_by_itself_within_seconds() {
    let server = Server::start().await;
    let school = town(&server, 3).await;
    book(&server, &school).await;
    let path = format!("/api/v1/districts/{}/checkpoint", school.district);
    for _ in 0..200 {
        if server.anonymous().get(&path).await.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let note = text(&server.anonymous(), &path).await;
    assert!(note.starts_with("kepu/D"), "{note}");
    assert_eq!(note.lines().nth(1), Some("3"));
    sealed_once_each(&server).await;
    assert_eq!(seal(&server).await, 0, "once is enough");
    assert_eq!(count(&server, "SELECT count(*) FROM seal_checkpoint").await, 1, "signed only when something was added");
}

#[tokio::test]
async fn each_checkpoint_goes_on_from_those_before() {
    let server = Server::start().await;
    let school = town(&server, 3).await;
    for _ in 0..4 {
        book(&server, &school).await;
        seal(&server).await;
    }
    let anybody = server.anonymous();
    let path = format!("/api/v1/districts/{}", school.district);
    let heads = anybody.get(&format!("{path}/checkpoints")).await.expect(200);
    let heads: Vec<Value> = heads["items"].as_array().expect("items").clone();
    let newest = &heads[0];
    assert_eq!(newest["size"], 12);
    assert_eq!(newest["note"], Value::from(text(&anybody, &format!("{path}/checkpoint")).await));
    let hash = |text: &Value| -> Hash {
        STANDARD.decode(text.as_str().expect("text")).expect("base64").try_into().expect("32 bytes")
    };
    let size = |head: &Value| head["size"].as_u64().expect("a size");
    for (number, newer) in heads.iter().enumerate() {
        for older in &heads[number..] {
            let asked = format!("{path}/checkpoint/consistency?from={}&to={}", size(older), size(newer));
            let proof = anybody.get(&asked).await.expect(200);
            let hashes: Vec<Hash> = proof["hashes"].as_array().expect("hashes").iter().map(hash).collect();
            let (old_root, new_root) = (hash(&older["root"]), hash(&newer["root"]));
            assert!(tree::is_consistent((size(older), &old_root), (size(newer), &new_root), &hashes), "{asked}");
            let other = tree::leaf_hash(b"other");
            assert!(!tree::is_consistent((size(older), &other), (size(newer), &new_root), &hashes), "{asked}");
        }
    }
    for wrong in ["from=0", "from=13", "from=1&to=13", "from=3&to=2", "from=-1"] {
        anybody.get(&format!("{path}/checkpoint/consistency?{wrong}")).await.expect_problem(422, "invalid");
    }
    let page = anybody.get(&format!("{path}/checkpoints?limit=1")).await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("more");
    let next = anybody.get(&format!("{path}/checkpoints?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&page["items"][0]["size"], &next["items"][0]["size"]), (&heads[0]["size"], &heads[1]["size"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_services_seal_each_entry_once() {
    let server = Server::start().await;
    let other = Server::over(server.database_url()).await;
    let school = town(&server, 4).await;
    for _ in 0..6 {
        book(&server, &school).await;
        tokio::join!(seal(&server), seal(&other), seal(&server), seal(&other), book(&server, &school));
    }
    tokio::join!(seal(&server), seal(&other));
    assert_eq!(count(&server, "SELECT count(*) FROM seal_leaf").await, 48);
    assert_eq!(count(&server, "SELECT count(*) FROM seal_key").await, 1, "they share the key");
    sealed_once_each(&server).await;
}

#[tokio::test]
async fn a_transaction_that_ends_late_finds_its_place_then() {
    let server = Server::start().await;
    let school = town(&server, 2).await;
    let mut late = server.pool().begin().await.expect("begun");
    book(&server, &school).await;
    // Older by id and time than whatever is sealed.
    sqlx::query(
        "INSERT INTO ledger_entry (district_id, id, policy_id, policy_version_id, person_id, record_id, amount, cause,
                                   reason, category, rule, on_day, account_id, at)
         SELECT district_id, $1, policy_id, policy_version_id, person_id, record_id, 1, 'amended', '[]', '', '', on_day,
                account_id, at - interval '1 hour' FROM ledger_entry LIMIT 1",
    )
    .bind(Uuid::from_u128(1))
    .execute(&mut *late)
    .await
    .expect("added");
    seal(&server).await;
    assert_eq!(count(&server, "SELECT count(*) FROM seal_leaf").await, 2);
    late.commit().await.expect("committed");
    seal(&server).await;
    let last: Uuid = sqlx::query_scalar("SELECT entry_id FROM seal_leaf ORDER BY position DESC LIMIT 1")
        .fetch_one(server.pool())
        .await
        .expect("read");
    assert_eq!(last, Uuid::from_u128(1));
    sealed_once_each(&server).await;
}

#[tokio::test]
async fn a_key_is_replaced_after_a_year_and_the_old_one_stays_listed() {
    let server = Server::start().await;
    let school = town(&server, 1).await;
    book(&server, &school).await;
    seal(&server).await;
    let old = key(&server, school.district).await;
    server.advance(TimeDelta::days(366));
    sqlx::query(
        "INSERT INTO ledger_entry (district_id, id, policy_id, policy_version_id, person_id, record_id, amount, cause,
                                   reason, category, rule, on_day, account_id, at)
         SELECT district_id, gen_random_uuid(), policy_id, policy_version_id, person_id, record_id, 1, 'amended', '[]',
                '', '', on_day, account_id, at FROM ledger_entry LIMIT 1",
    )
    .execute(server.pool())
    .await
    .expect("added");
    seal(&server).await;
    let path = format!("/api/v1/districts/{}/checkpoint/keys", school.district);
    let keys = server.anonymous().get(&path).await.expect(200);
    let items = keys["items"].as_array().expect("items");
    assert_eq!(items.len(), 2);
    assert_eq!((&items[1]["key"], &items[0]["retired_at"]), (&Value::from(old), &Value::Null));
    assert!(items[1]["retired_at"].is_string());
    assert_eq!(count(&server, "SELECT count(*) FROM seal_key_secret").await, 1, "a retired key signs no more");
    sealed_once_each(&server).await;
}

/// A service is killed while it seals: what it did is whole, and the next one goes on from there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_sealing_leaves_a_tree_that_goes_on() {
    let mut server = Server::start().await;
    let school = town(&server, 1).await;
    book(&server, &school).await;
    server.stop().await.expect("stopped");
    sqlx::query(
        "INSERT INTO ledger_entry (district_id, id, policy_id, policy_version_id, person_id, record_id, amount, cause,
                                   reason, category, rule, on_day, account_id, at)
         SELECT e.district_id, gen_random_uuid(), e.policy_id, e.policy_version_id, e.person_id, e.record_id,
                CASE WHEN n % 2 = 0 THEN 1 ELSE -1 END, 'amended', '[]', '', '', e.on_day, e.account_id, e.at
         FROM (SELECT * FROM ledger_entry LIMIT 1) e, generate_series(1, 12000) n",
    )
    .execute(server.pool())
    .await
    .expect("added");
    let folder = tempfile::tempdir().expect("a folder");
    let mut killed = 0;
    for heads in 1..=3 {
        let mut child = Command::new(kepu())
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path())
            .env("DATABASE_URL", server.database_url())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("kepu starts");
        for _ in 0..2000 {
            if count(&server, "SELECT count(*) FROM seal_checkpoint").await >= heads * 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        killed += i64::from(count(&server, UNSEALED).await > 0);
    }
    assert!(killed >= 1, "it was never killed in the middle");
    let next = Server::over(server.database_url()).await;
    seal(&next).await;
    assert_eq!(count(&next, "SELECT count(*) FROM seal_leaf").await, 12_001);
    sealed_once_each(&next).await;
}
