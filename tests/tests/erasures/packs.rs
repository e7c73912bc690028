//! Packs of reports that are asked for while somebody is being erased, or begun before.

use std::time::Duration;

use calamine::{DataType, Reader};
use kepu_api::erasures::carry_out_due;
use serde_json::{Value, json};

use crate::kit::{Town, read};

const PATH: &str = "/api/v1/report-packs";

async fn asked(town: &Town, name: &str) -> String {
    let pack = town.school.official.post_json(PATH, &json!({ "name": name })).await.expect(202);
    format!("{PATH}/{}", pack["id"].as_str().expect("an id"))
}

async fn ready(town: &Town, pack: &str) -> Value {
    for _ in 0..600 {
        let now = town.school.official.get(pack).await.expect(200);
        if now["state"] == "ready" {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{}", town.school.official.get(pack).await.text());
}

/// Of how many pupils a pack tells: what stands under each such heading of its workbook.
async fn enrolled(town: &Town, pack: &str) -> Vec<i64> {
    let file = town.school.official.get(&format!("{pack}/files/reports.xlsx")).await;
    assert_eq!(file.status, 200, "{}", file.text());
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(file.bytes)).expect("a workbook");
    let mut told = Vec::new();
    for (_, sheet) in book.worksheets() {
        for (heading, below) in sheet.rows().zip(sheet.rows().skip(1)) {
            let under = heading.iter().zip(below).filter(|(cell, _)| cell.get_string() == Some("在籍人数"));
            told.extend(under.map(|(_, cell)| cell.as_i64().expect("a count")));
        }
    }
    told
}

/// Waits until somebody waits for a lock of this table.
async fn waits_for(town: &Town, table: &str) {
    for _ in 0..600 {
        let waits: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                            WHERE NOT l.granted AND l.relation = $1::regclass AND d.datname = current_database())",
        )
        .bind(table)
        .fetch_one(town.server.pool())
        .await
        .expect("read");
        if waits {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody waits for {table}");
}

#[tokio::test]
async fn a_pack_that_is_begun_while_somebody_is_erased_tells_of_the_others_alone() {
    let mut town = Town::of(2).await;
    let before = asked(&town, "之前").await;
    ready(&town, &before).await;
    let two = enrolled(&town, &before).await;
    assert!(!two.is_empty() && two.iter().all(|count| *count == 2), "{two:?}");

    town.agreed(town.pupil(0)).await;
    town.later(8).await;
    // The erasure has taken everything out and stops short of its end: nobody else sees any of it yet.
    let mut barrier = town.server.pool().begin().await.expect("begun");
    sqlx::query("LOCK TABLE erasure IN SHARE MODE").execute(&mut *barrier).await.expect("locked");
    let state = town.server.state().clone();
    let erasing = tokio::spawn(async move { carry_out_due(&state).await });
    waits_for(&town, "erasure").await;
    let pack = asked(&town, "其间").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_ne!(town.school.official.get(&pack).await.expect(200)["state"], "ready", "it waits for the erasure");
    barrier.rollback().await.expect("given up");

    assert_eq!(erasing.await.expect("ended").expect("carried out"), 1);
    for pack in [&pack, &before] {
        ready(&town, pack).await;
        assert_eq!(enrolled(&town, pack).await, vec![1; two.len()], "{pack}");
    }
    town.holds().await;
}

#[tokio::test]
async fn nobody_is_erased_while_a_pack_is_made_that_tells_of_them() {
    let mut town = Town::of(2).await;
    let erasure = town.agreed(town.pupil(0)).await;
    town.later(8).await;
    let mut barrier = town.server.pool().begin().await.expect("begun");
    sqlx::query("LOCK TABLE theme IN ACCESS EXCLUSIVE MODE").execute(&mut *barrier).await.expect("locked");
    let pack = asked(&town, "其间").await;
    waits_for(&town, "theme").await;
    // What says that a pack is being made is no more; the lock is enough.
    sqlx::query("UPDATE report_pack SET state = 'ready', ended_at = now()")
        .execute(town.server.pool())
        .await
        .expect("set");
    assert_eq!(town.carry_out().await, 0);
    sqlx::query("UPDATE report_pack SET state = 'making', ended_at = NULL")
        .execute(town.server.pool())
        .await
        .expect("set");
    barrier.rollback().await.expect("given up");
    ready(&town, &pack).await;
    // The lock goes with the end of the making, a moment after the pack is told as ready.
    for _ in 0..100 {
        if town.carry_out().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(read(&town.second, &erasure).await["state"], "done");
    ready(&town, &pack).await;
    let told = enrolled(&town, &pack).await;
    assert!(!told.is_empty() && told.iter().all(|count| *count == 1), "{told:?}");
}
