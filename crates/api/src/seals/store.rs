//! SQL of the sealed ledger. What the sealer does goes through the owner's connections and names the district itself.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::seal::entry::Entry;
use kepu_domain::seal::note::{Checkpoint, Key};
use kepu_domain::seal::tree::{Hash, Node};
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{ApiError, Result};

/// A key with what it signs by.
#[derive(FromRow)]
pub struct SecretRow {
    pub id: Uuid,
    pub seed: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

/// A key as everybody may know it.
#[derive(Debug, FromRow)]
pub struct KeyRow {
    pub id: Uuid,
    pub public_key: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

impl KeyRow {
    /// The key under the name of a tree.
    pub fn named(&self, origin: &str) -> Result<Key> {
        Ok(Key { name: origin.to_owned(), public: hash(&self.public_key)? })
    }
}

/// A leaf to add.
pub struct NewLeaf {
    pub position: u64,
    pub entry_id: Uuid,
    pub hash: Hash,
    pub salt: [u8; 32],
}

/// A published head.
#[derive(Debug, FromRow)]
pub struct CheckpointRow {
    pub size: i64,
    pub root: Vec<u8>,
    pub note: String,
    pub key_id: Uuid,
    pub made_at: DateTime<Utc>,
}

/// A ledger entry, whole.
#[derive(Debug, FromRow)]
pub struct EntryRow {
    district_id: Uuid,
    id: Uuid,
    policy_id: String,
    policy_version_id: Uuid,
    person_id: Uuid,
    record_id: Uuid,
    amount: i64,
    cause: String,
    reason: Value,
    corrects: Option<Uuid>,
    category: String,
    rule: String,
    school_id: Option<Uuid>,
    class_id: Option<Uuid>,
    grade: Option<i32>,
    host_id: Option<Uuid>,
    on_day: NaiveDate,
    account_id: Uuid,
    at: DateTime<Utc>,
}

/// The columns of an [`EntryRow`].
pub const ENTRY: &str = "e.district_id, e.id, e.policy_id, e.policy_version_id, e.person_id, e.record_id, e.amount, \
                         e.cause, e.reason, e.corrects, e.category, e.rule, e.school_id, e.class_id, e.grade, \
                         e.host_id, e.on_day, e.account_id, e.at";

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            district: row.district_id,
            id: row.id,
            policy: row.policy_id,
            policy_version: row.policy_version_id,
            person: row.person_id,
            record: row.record_id,
            amount: row.amount,
            cause: row.cause,
            reason: row.reason,
            corrects: row.corrects,
            category: row.category,
            rule: row.rule,
            school: row.school_id,
            class: row.class_id,
            grade: row.grade,
            host: row.host_id,
            on: row.on_day,
            account: row.account_id,
            at: row.at,
        }
    }
}

/// A sealed entry with its leaf.
#[derive(Debug, FromRow)]
pub struct SealedRow {
    pub position: i64,
    pub hash: Vec<u8>,
    pub salt: Vec<u8>,
    #[sqlx(flatten)]
    pub entry: EntryRow,
}

impl SealedRow {
    /// Whether it is of this entry.
    pub fn is(&self, entry: Uuid) -> bool {
        self.entry.id == entry
    }
}

/// 32 bytes as the database has them.
pub fn hash(bytes: &[u8]) -> Result<Hash> {
    bytes.try_into().map_err(|_| ApiError::internal(anyhow::anyhow!("{} bytes are no hash", bytes.len())))
}

/// A place or size as the database has it.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The same the other way round; the database has no negative ones.
pub fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// One at a time makes a key.
pub async fn lock_keys(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('kepu seal_key', 0))").execute(connection).await?;
    Ok(())
}

/// The newest key, if it can still sign.
pub async fn signing_key(connection: &mut PgConnection) -> Result<Option<SecretRow>> {
    Ok(sqlx::query_as(
        "SELECT k.id, s.seed, k.created_at FROM seal_key k JOIN seal_key_secret s ON s.key_id = k.id
         WHERE k.retired_at IS NULL ORDER BY k.created_at DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?)
}

/// Adds a key and retires the others: what they signed by is deleted.
pub async fn replace_key(connection: &mut PgConnection, row: &SecretRow, public: &[u8; 32]) -> Result<()> {
    sqlx::query("DELETE FROM seal_key_secret").execute(&mut *connection).await?;
    sqlx::query("UPDATE seal_key SET retired_at = $1 WHERE retired_at IS NULL")
        .bind(row.created_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO seal_key (id, public_key, created_at) VALUES ($1, $2, $3)")
        .bind(row.id)
        .bind(public.as_slice())
        .bind(row.created_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO seal_key_secret (key_id, seed) VALUES ($1, $2)")
        .bind(row.id)
        .bind(&row.seed)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Every key that has ever signed, the newest first.
pub async fn keys(connection: &mut PgConnection) -> Result<Vec<KeyRow>> {
    Ok(sqlx::query_as("SELECT id, public_key, created_at, retired_at FROM seal_key ORDER BY created_at DESC, id DESC")
        .fetch_all(connection)
        .await?)
}

/// The districts that have entries from this id on which are not sealed.
pub async fn districts_to_seal(owner: &PgPool, from: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT d.id FROM district d
         WHERE EXISTS (SELECT FROM ledger_entry e WHERE e.district_id = d.id AND e.id >= $1
                       AND NOT EXISTS (SELECT FROM seal_leaf l WHERE l.district_id = d.id AND l.entry_id = e.id))
         ORDER BY d.id",
    )
    .bind(from)
    .fetch_all(owner)
    .await?)
}

/// Nobody else seals or erases in the district until the transaction ends; answers the origin of its checkpoints.
pub async fn hold_log(connection: &mut PgConnection, district: Uuid, at: DateTime<Utc>) -> Result<String> {
    sqlx::query(
        "INSERT INTO seal_log (district_id, origin, created_at)
         SELECT id, 'kepu/' || code, $2 FROM district WHERE id = $1
         ON CONFLICT DO NOTHING",
    )
    .bind(district)
    .bind(at)
    .execute(&mut *connection)
    .await?;
    Ok(sqlx::query_scalar("SELECT origin FROM seal_log WHERE district_id = $1 FOR UPDATE")
        .bind(district)
        .fetch_one(connection)
        .await?)
}

/// The origin of the district's checkpoints, if it has any.
pub async fn origin(connection: &mut PgConnection, district: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT origin FROM seal_log WHERE district_id = $1")
        .bind(district)
        .fetch_optional(connection)
        .await?)
}

/// Entries from this id on that are not sealed, in their order.
pub async fn unsealed(connection: &mut PgConnection, district: Uuid, from: Uuid, many: i64) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {ENTRY} FROM ledger_entry e
         WHERE e.district_id = $1 AND e.id >= $2
           AND NOT EXISTS (SELECT FROM seal_leaf l WHERE l.district_id = $1 AND l.entry_id = e.id)
         ORDER BY e.id LIMIT $3"
    );
    let rows: Vec<EntryRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(district).bind(from).bind(many).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// How many leaves there are.
pub async fn sealed(connection: &mut PgConnection, district: Uuid) -> Result<u64> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(position) FROM seal_leaf WHERE district_id = $1")
        .bind(district)
        .fetch_one(connection)
        .await?;
    Ok(last.map_or(0, |last| unsigned(last) + 1))
}

/// The hashes of these subtrees, in the order in which they are asked for; those that are not stored are left out.
pub async fn hashes(connection: &mut PgConnection, district: Uuid, nodes: &[Node]) -> Result<Vec<Hash>> {
    let found = nodes_by_place(connection, district, nodes).await?;
    Ok(nodes.iter().filter_map(|node| found.get(node).copied()).collect())
}

/// The hashes of these subtrees.
pub async fn nodes_by_place(
    connection: &mut PgConnection,
    district: Uuid,
    nodes: &[Node],
) -> Result<HashMap<Node, Hash>> {
    let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT 0::smallint, l.position, l.hash FROM unnest($2::smallint[], $3::bigint[]) AS a (level, position)
         JOIN seal_leaf l ON l.district_id = $1 AND l.position = a.position WHERE a.level = 0
         UNION ALL
         SELECT n.level, n.position, n.hash FROM unnest($2::smallint[], $3::bigint[]) AS a (level, position)
         JOIN seal_node n ON n.district_id = $1 AND n.level = a.level AND n.position = a.position",
    )
    .bind(district)
    .bind(nodes.iter().map(|node| i16::from(node.level)).collect::<Vec<_>>())
    .bind(nodes.iter().map(|node| signed(node.index)).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(level, position, bytes)| {
            let node = Node { level: u8::try_from(level).unwrap_or(u8::MAX), index: unsigned(position) };
            Ok((node, hash(&bytes)?))
        })
        .collect()
}

/// Adds leaves with their salts.
pub async fn add_leaves(
    connection: &mut PgConnection,
    district: Uuid,
    leaves: &[NewLeaf],
    at: DateTime<Utc>,
) -> Result<()> {
    let positions: Vec<i64> = leaves.iter().map(|leaf| signed(leaf.position)).collect();
    sqlx::query(
        "INSERT INTO seal_leaf (district_id, position, entry_id, hash, sealed_at)
         SELECT $1, n.position, n.entry_id, n.hash, $2
         FROM unnest($3::bigint[], $4::uuid[], $5::bytea[]) AS n (position, entry_id, hash)",
    )
    .bind(district)
    .bind(at)
    .bind(&positions)
    .bind(leaves.iter().map(|leaf| leaf.entry_id).collect::<Vec<_>>())
    .bind(leaves.iter().map(|leaf| leaf.hash.as_slice()).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO seal_salt (district_id, position, salt)
         SELECT $1, n.position, n.salt FROM unnest($2::bigint[], $3::bytea[]) AS n (position, salt)",
    )
    .bind(district)
    .bind(&positions)
    .bind(leaves.iter().map(|leaf| leaf.salt.as_slice()).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// Adds subtrees.
pub async fn add_nodes(connection: &mut PgConnection, district: Uuid, nodes: &[(Node, Hash)]) -> Result<()> {
    sqlx::query(
        "INSERT INTO seal_node (district_id, level, position, hash)
         SELECT $1, n.level, n.position, n.hash
         FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS n (level, position, hash)",
    )
    .bind(district)
    .bind(nodes.iter().map(|(node, _)| i16::from(node.level)).collect::<Vec<_>>())
    .bind(nodes.iter().map(|(node, _)| signed(node.index)).collect::<Vec<_>>())
    .bind(nodes.iter().map(|(_, hash)| hash.as_slice()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds a head.
pub async fn add_checkpoint(
    connection: &mut PgConnection,
    district: Uuid,
    checkpoint: &Checkpoint,
    note: &str,
    key: Uuid,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO seal_checkpoint (district_id, size, root, note, key_id, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(district)
    .bind(signed(checkpoint.size))
    .bind(checkpoint.root.as_slice())
    .bind(note)
    .bind(key)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Heads of the district below a size, the newest first.
pub async fn checkpoints(
    connection: &mut PgConnection,
    district: Uuid,
    below: Option<i64>,
    fetch: i64,
) -> Result<Vec<CheckpointRow>> {
    Ok(sqlx::query_as(
        "SELECT size, root, note, key_id, made_at FROM seal_checkpoint
         WHERE district_id = $1 AND ($2::bigint IS NULL OR size < $2) ORDER BY size DESC LIMIT $3",
    )
    .bind(district)
    .bind(below)
    .bind(fetch)
    .fetch_all(connection)
    .await?)
}

/// The newest head.
pub async fn latest(connection: &mut PgConnection, district: Uuid) -> Result<Option<CheckpointRow>> {
    Ok(checkpoints(connection, district, None, 1).await?.pop())
}

/// The sealed entries of a person in the tree of this size, in the order of the tree.
pub async fn sealed_of(
    connection: &mut PgConnection,
    district: Uuid,
    person: Uuid,
    size: i64,
) -> Result<Vec<SealedRow>> {
    let sql = format!(
        "SELECT l.position, l.hash, s.salt, {ENTRY} FROM ledger_entry e
         JOIN seal_leaf l ON l.district_id = $1 AND l.entry_id = e.id
         JOIN seal_salt s ON s.district_id = $1 AND s.position = l.position
         WHERE e.district_id = $1 AND e.person_id = $2 AND l.position < $3 ORDER BY l.position"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(district).bind(person).bind(size).fetch_all(connection).await?)
}

/// Whether a person has this entry, sealed or not.
pub async fn is_of(connection: &mut PgConnection, district: Uuid, person: Uuid, entry: Uuid) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT FROM ledger_entry WHERE district_id = $1 AND person_id = $2 AND id = $3)";
    Ok(sqlx::query_scalar(sql).bind(district).bind(person).bind(entry).fetch_one(connection).await?)
}

/// Erases a person's entries, and the salts of those that are sealed; answers how many were.
pub async fn erase(
    connection: &mut PgConnection,
    district: Uuid,
    person: Uuid,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<u64> {
    let erased = sqlx::query(
        "INSERT INTO seal_erasure (district_id, position, reason, erased_at)
         SELECT $1, l.position, $3, $4 FROM ledger_entry e
         JOIN seal_leaf l ON l.district_id = $1 AND l.entry_id = e.id
         WHERE e.district_id = $1 AND e.person_id = $2",
    )
    .bind(district)
    .bind(person)
    .bind(reason)
    .bind(at)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM seal_salt s USING seal_erasure x
         WHERE s.district_id = $1 AND x.district_id = $1 AND x.position = s.position",
    )
    .bind(district)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM ledger_entry WHERE district_id = $1 AND person_id = $2")
        .bind(district)
        .bind(person)
        .execute(&mut *connection)
        .await?;
    Ok(erased.rows_affected())
}
