//! What was issued.

use chrono::{DateTime, Utc};
use kepu_domain::credential::{
    claim::Claim,
    standing::{Revocation, Standing},
};
use serde_json::Value;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::{
    credits::store::VersionAt,
    error::{ApiError, Result},
    tenancy::Tx,
};

/// The district, as those know it who verify.
#[derive(Debug, Clone, FromRow)]
pub struct DistrictRow {
    pub id: Uuid,
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
}

/// A credential to add.
pub struct NewCredential<'a> {
    pub id: Uuid,
    pub number: &'a str,
    pub kind: &'static str,
    pub person_id: Uuid,
    pub policy_id: &'a str,
    pub policy_version_id: Uuid,
    pub claim: &'a Claim,
    pub paper: Option<Value>,
    /// Of a badge: list, place, key and token.
    pub badge: Option<(i32, i32, Uuid, &'a str)>,
    pub batch_id: Option<Uuid>,
    pub issued_by: Uuid,
    pub issued_at: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
}

/// A credential with what people know its parts by.
#[derive(Debug, FromRow)]
pub struct CredentialRow {
    pub id: Uuid,
    pub number: String,
    pub kind: String,
    pub person_id: Uuid,
    pub person_name: String,
    pub policy_id: String,
    pub policy_version: String,
    pub policy_title_zh: String,
    pub policy_title_en: String,
    pub illustrative: bool,
    pub claim: Json<Claim>,
    pub paper: Option<Value>,
    pub list: Option<i32>,
    pub place: Option<i32>,
    pub token: Option<String>,
    pub issued_at: DateTime<Utc>,
    pub valid_until: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<Uuid>,
    pub revoke_reason: Option<String>,
}

impl CredentialRow {
    /// What became of it.
    pub fn standing(&self) -> Standing {
        match (self.revoked_at, self.revoked_by) {
            (Some(at), Some(by)) => {
                Standing::Revoked(Revocation { at, by, reason: self.revoke_reason.clone().unwrap_or_default() })
            }
            _ => Standing::Issued,
        }
    }
}

const SELECT: &str = "SELECT c.id, c.number, c.kind, c.person_id, p.name AS person_name, c.policy_id,
        v.version AS policy_version, v.title_zh AS policy_title_zh, v.title_en AS policy_title_en, v.illustrative,
        c.claim, c.paper, c.list, c.place, c.token, c.issued_at, c.valid_until, c.revoked_at, c.revoked_by, c.revoke_reason
 FROM credential c
 JOIN person p ON p.district_id = c.district_id AND p.id = c.person_id
 JOIN policy_version v ON v.id = c.policy_version_id
 WHERE c.district_id = $1";

/// What a credential `c` says, to the letter, as a digest.
pub const DIGEST: &str = "encode(sha256(convert_to(concat_ws(E'\\n', c.claim, c.paper, c.token), 'UTF8')), 'hex')";

/// The digest of a credential, for the trail.
pub async fn digest(tx: &mut Tx, id: Uuid) -> Result<String> {
    let district = tx.district();
    let sql = format!("SELECT {DIGEST} FROM credential c WHERE c.district_id = $1 AND c.id = $2");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(id).fetch_one(&mut **tx).await?)
}

/// The district of the transaction.
pub async fn district(tx: &mut Tx) -> Result<DistrictRow> {
    let district = tx.district();
    sqlx::query_as("SELECT id, code, name_zh, name_en FROM district WHERE id = $1")
        .bind(district.0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("district"))
}

/// The district of this code.
pub async fn district_of_code(tx: &mut Tx, code: &str) -> Result<Option<DistrictRow>> {
    Ok(sqlx::query_as("SELECT id, code, name_zh, name_en FROM district WHERE code = $1")
        .bind(code)
        .fetch_optional(&mut **tx)
        .await?)
}

/// A policy version by which the district scores or has scored.
pub async fn version_of(tx: &mut Tx, version: Uuid) -> Result<Option<VersionAt>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT v.policy_id, v.id AS policy_version_id, v.version, v.title_zh, v.title_en, v.illustrative
         FROM policy_version v
         WHERE v.id = $2 AND EXISTS (SELECT FROM policy_adoption a WHERE a.district_id = $1 AND a.policy_version_id = $2
                                       AND a.effective_at IS NOT NULL)",
    )
    .bind(district.0)
    .bind(version)
    .fetch_optional(&mut **tx)
    .await?)
}

/// All that the ledger has booked for a person under a policy, in thousandths.
pub async fn booked(tx: &mut Tx, policy_id: &str, person: Uuid) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT coalesce(sum(amount), 0)::bigint FROM ledger_entry
         WHERE district_id = $1 AND policy_id = $2 AND person_id = $3",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(person)
    .fetch_one(&mut **tx)
    .await?)
}

/// Adds a credential.
pub async fn insert(tx: &mut Tx, new: &NewCredential<'_>) -> Result<()> {
    let district = tx.district();
    let (list, place, key, token) = match new.badge {
        Some((list, place, key, token)) => (Some(list), Some(place), Some(key), Some(token)),
        None => (None, None, None, None),
    };
    sqlx::query(
        "INSERT INTO credential (district_id, id, number, kind, person_id, policy_id, policy_version_id, claim, paper,
                                 list, place, key_id, token, batch_id, issued_by, issued_at, valid_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(district.0)
    .bind(new.id)
    .bind(new.number)
    .bind(new.kind)
    .bind(new.person_id)
    .bind(new.policy_id)
    .bind(new.policy_version_id)
    .bind(Json(new.claim))
    .bind(&new.paper)
    .bind(list)
    .bind(place)
    .bind(key)
    .bind(token)
    .bind(new.batch_id)
    .bind(new.issued_by)
    .bind(new.issued_at)
    .bind(new.valid_until)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One credential.
pub async fn credential(tx: &mut Tx, id: Uuid) -> Result<CredentialRow> {
    let district = tx.district();
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} AND c.id = $2")))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("credential"))
}

/// The same, held until the end of the transaction.
pub async fn hold_credential(tx: &mut Tx, id: Uuid) -> Result<CredentialRow> {
    let district = tx.district();
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} AND c.id = $2 FOR UPDATE OF c")))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("credential"))
}

/// The credential of a public number.
pub async fn of_number(tx: &mut Tx, number: &str) -> Result<Option<CredentialRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} AND c.number = $2")))
        .bind(district.0)
        .bind(number)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Which credentials.
pub struct Filter<'a> {
    pub person: Option<Uuid>,
    pub kind: Option<&'a str>,
    /// Whose number holds this text.
    pub number: Option<&'a str>,
}

/// A page of credentials, the newest first.
pub async fn credentials(
    tx: &mut Tx,
    filter: &Filter<'_>,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<CredentialRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{SELECT} AND ($2::uuid IS NULL OR c.person_id = $2) AND ($3::text IS NULL OR c.kind = $3)
           AND ($4::text IS NULL OR strpos(c.number, upper($4)) > 0) AND ($5::uuid IS NULL OR c.id < $5)
         ORDER BY c.id DESC LIMIT $6"
    )))
    .bind(district.0)
    .bind(filter.person)
    .bind(filter.kind)
    .bind(filter.number)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Says that a credential holds no more.
pub async fn revoke(tx: &mut Tx, id: Uuid, revocation: &Revocation) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE credential SET revoked_at = $3, revoked_by = $4, revoke_reason = $5 WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(revocation.at)
    .bind(revocation.by)
    .bind(&revocation.reason)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where the status of a person's badges is, list by list.
pub async fn places_of(tx: &mut Tx, person: Uuid) -> Result<Vec<(i32, i32)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT list, place FROM credential WHERE district_id = $1 AND person_id = $2 AND list IS NOT NULL
         ORDER BY list, place",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// Deletes what was issued to a person, for the owner; answers how much it was.
pub async fn forget(tx: &mut Tx, person: Uuid) -> Result<u64> {
    let district = tx.district();
    let gone = sqlx::query("DELETE FROM credential WHERE district_id = $1 AND person_id = $2")
        .bind(district.0)
        .bind(person)
        .execute(&mut **tx)
        .await?;
    Ok(gone.rows_affected())
}
