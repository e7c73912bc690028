//! SQL of verifying the sealed ledger.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use kepu_domain::seal::entry::Entry;
use kepu_domain::seal::tree::{Hash, Node};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, Row};
use uuid::Uuid;

use crate::error::Result;
use crate::seals::store::{CheckpointRow, ENTRY, EntryRow, checkpoints, hash, signed, unsigned};
use crate::tenancy::Tx;

/// A leaf with what is left of its entry.
pub struct LeafRow {
    pub position: i64,
    pub entry_id: Uuid,
    pub hash: Vec<u8>,
    pub salt: Option<Vec<u8>>,
    pub erased: bool,
    pub entry: Option<Entry>,
}

impl FromRow<'_, PgRow> for LeafRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let there: bool = row.try_get("there")?;
        Ok(Self {
            position: row.try_get("leaf_position")?,
            entry_id: row.try_get("leaf_entry")?,
            hash: row.try_get("leaf_hash")?,
            salt: row.try_get("salt")?,
            erased: row.try_get("erased")?,
            entry: there.then(|| EntryRow::from_row(row)).transpose()?.map(Entry::from),
        })
    }
}

/// Places that are said to be erased at one moment.
#[derive(FromRow)]
pub struct ErasedRow {
    pub erased_at: DateTime<Utc>,
    pub places: i64,
    pub first: i64,
    /// Of them those that were sealed after that.
    pub sealed_later: i64,
    /// How many entries the erasures of that moment took; none where there was none.
    pub taken: Option<i64>,
}

/// What the checkpoints of the district are named by, sealed or not.
pub async fn origin(tx: &mut Tx) -> Result<String> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT coalesce(l.origin, 'kepu/' || d.code) FROM district d
         LEFT JOIN seal_log l ON l.district_id = $1 WHERE d.id = $1",
    )
    .bind(district.0)
    .fetch_one(&mut **tx)
    .await?)
}

/// What is said to be erased, by its moment, beside what erasures took then. An erasure is one that is done and of which the
/// trail says the same: it takes the entries in one transaction, at one moment. What was not sealed yet has no place, so it
/// may take more than there are places. Clocks of two services may differ by some minutes.
pub async fn erased_at_once(tx: &mut Tx) -> Result<Vec<ErasedRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT x.erased_at, x.places, x.first, x.sealed_later, e.taken
         FROM (SELECT s.erased_at, count(*) AS places, min(s.position) AS first,
                      count(*) FILTER (WHERE l.sealed_at > s.erased_at + interval '10 minutes') AS sealed_later
               FROM seal_erasure s JOIN seal_leaf l ON l.district_id = $1 AND l.position = s.position
               WHERE s.district_id = $1 GROUP BY s.erased_at) x
         LEFT JOIN (SELECT (e.standing ->> 'done_at')::timestamptz AS done_at,
                           sum((e.standing #>> '{gone,entries}')::bigint)::bigint AS taken
                    FROM erasure e
                    JOIN audit_event a ON a.district_id = $1 AND a.object_kind = 'erasure' AND a.object_id = e.id::text
                         AND a.action = 'erasure.carry_out' AND a.at = (e.standing ->> 'done_at')::timestamptz
                         AND a.detail -> 'gone' = e.standing -> 'gone'
                    WHERE e.district_id = $1 AND e.state = 'done' GROUP BY 1) e ON e.done_at = x.erased_at
         ORDER BY x.erased_at",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// Leaves from a place on, in their order.
pub async fn leaves_from(tx: &mut Tx, from: u64, many: i64) -> Result<Vec<LeafRow>> {
    let district = tx.district();
    let sql = format!(
        "SELECT l.position AS leaf_position, l.entry_id AS leaf_entry, l.hash AS leaf_hash, s.salt,
                x.position IS NOT NULL AS erased, e.id IS NOT NULL AS there, {ENTRY}
         FROM seal_leaf l
         LEFT JOIN seal_salt s ON s.district_id = $1 AND s.position = l.position
         LEFT JOIN seal_erasure x ON x.district_id = $1 AND x.position = l.position
         LEFT JOIN ledger_entry e ON e.district_id = $1 AND e.id = l.entry_id
         WHERE l.district_id = $1 AND l.position >= $2 ORDER BY l.position LIMIT $3"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(district.0).bind(signed(from)).bind(many).fetch_all(&mut **tx).await?)
}

/// The subtrees whose last leaf is one of these.
pub async fn nodes_between(tx: &mut Tx, start: u64, end: u64) -> Result<HashMap<Node, Hash>> {
    let district = tx.district();
    let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT n.level, n.position, n.hash FROM generate_series(1, 62) AS of_level (level)
         JOIN seal_node n ON n.district_id = $1 AND n.level = of_level.level
              AND n.position >= ($2::bigint >> of_level.level) AND n.position < ($3::bigint >> of_level.level)",
    )
    .bind(district.0)
    .bind(signed(start))
    .bind(signed(end))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|(level, position, bytes)| {
            let node = Node { level: u8::try_from(level).unwrap_or(u8::MAX), index: unsigned(position) };
            Ok((node, hash(&bytes)?))
        })
        .collect()
}

/// How many subtrees are stored.
pub async fn count_nodes(tx: &mut Tx) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT count(*) FROM seal_node WHERE district_id = $1")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// How many entries wait to be sealed.
pub async fn count_unsealed(tx: &mut Tx) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM ledger_entry e WHERE e.district_id = $1
         AND NOT EXISTS (SELECT FROM seal_leaf l WHERE l.district_id = $1 AND l.entry_id = e.id)",
    )
    .bind(district.0)
    .fetch_one(&mut **tx)
    .await?)
}

/// Every stored head by its size.
pub async fn heads(tx: &mut Tx) -> Result<BTreeMap<u64, CheckpointRow>> {
    let district = tx.district().0;
    let rows = checkpoints(tx, district, None, i64::MAX).await?;
    Ok(rows.into_iter().map(|row| (unsigned(row.size), row)).collect())
}
