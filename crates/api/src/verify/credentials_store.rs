//! SQL of verifying what was issued.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::credentials::store::{DIGEST, ListRow};
use crate::credentials::{Booked, Issued};
use crate::error::Result;
use crate::tenancy::Tx;

/// The status lists.
pub async fn lists(tx: &mut Tx) -> Result<Vec<ListRow>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT list, address, token, made_at FROM credential_list WHERE district_id = $1 ORDER BY list")
        .bind(district.0)
        .fetch_all(&mut **tx)
        .await?)
}

/// The revoked places of each list.
pub async fn revoked(tx: &mut Tx) -> Result<HashMap<i32, Vec<u32>>> {
    let district = tx.district();
    let rows: Vec<(i32, i32)> = sqlx::query_as(
        "SELECT list, place FROM credential_slot WHERE district_id = $1 AND revoked_at IS NOT NULL ORDER BY list, place",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?;
    let mut places: HashMap<i32, Vec<u32>> = HashMap::new();
    for (list, place) in rows {
        places.entry(list).or_default().extend(u32::try_from(place).ok());
    }
    Ok(places)
}

/// What was issued, in the order of ids.
pub async fn issued_after(tx: &mut Tx, after: Option<Uuid>, many: i64) -> Result<Vec<Issued>> {
    let district = tx.district();
    let sql = format!(
        "SELECT c.id, c.number, c.claim, c.paper, c.place, l.address, c.key_id, c.token, c.issued_at, c.valid_until,
                v.title_zh AS policy_title, v.version AS policy_version, v.illustrative, {DIGEST} AS digest,
                a.detail ->> 'title' AS trail_title, a.detail ->> 'digest' AS trail_digest
         FROM credential c JOIN policy_version v ON v.id = c.policy_version_id
         LEFT JOIN credential_list l ON l.district_id = $1 AND l.list = c.list
         LEFT JOIN LATERAL (SELECT x.detail FROM audit_event x
                            WHERE x.district_id = $1 AND x.object_kind = 'credential' AND x.object_id = c.id::text
                              AND x.action = 'credential.issue' ORDER BY x.id LIMIT 1) a ON true
         WHERE c.district_id = $1 AND ($2::uuid IS NULL OR c.id > $2) ORDER BY c.id LIMIT $3"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(district.0).bind(after).bind(many).fetch_all(&mut **tx).await?)
}

/// What was ever booked for those of whom these credentials are, under their policies, in the order of time.
pub async fn booked(tx: &mut Tx, credentials: &[Uuid]) -> Result<HashMap<Uuid, Vec<Booked>>> {
    let district = tx.district();
    let rows: Vec<BookedRow> = sqlx::query_as(
        "SELECT c.id AS credential_id, e.record_id, e.amount, e.at FROM credential c
         JOIN ledger_entry e ON e.district_id = $1 AND e.person_id = c.person_id AND e.policy_id = c.policy_id
         WHERE c.district_id = $1 AND c.id = ANY($2) ORDER BY c.id, e.at, e.id",
    )
    .bind(district.0)
    .bind(credentials)
    .fetch_all(&mut **tx)
    .await?;
    let mut booked: HashMap<Uuid, Vec<Booked>> = HashMap::new();
    for row in rows {
        booked.entry(row.credential_id).or_default().push(row.entry);
    }
    Ok(booked)
}

#[derive(FromRow)]
struct BookedRow {
    credential_id: Uuid,
    #[sqlx(flatten)]
    entry: Booked,
}
