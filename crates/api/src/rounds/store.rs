//! The SQL of rounds and their reviewers.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::{application::Window, scheme::Rules};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

/// A round, with its scheme.
#[derive(Debug, Clone, FromRow)]
pub struct Round {
    /// Identity.
    pub id: Uuid,
    /// The scheme.
    pub scheme_id: Uuid,
    /// Code of the scheme.
    pub scheme_code: String,
    /// Name of the scheme.
    pub scheme_name_zh: String,
    /// The same in English.
    pub scheme_name_en: String,
    /// Who runs it.
    pub authority_id: Uuid,
    /// What that is called.
    pub authority_name_zh: String,
    /// The same in English.
    pub authority_name_en: String,
    /// Kinds of organizations that may apply; any if empty.
    pub holder_kinds: Vec<String>,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// First day.
    pub opens_on: NaiveDate,
    /// Last day.
    pub closes_on: NaiveDate,
    /// The rules as they were when it was opened.
    pub rules: Json<Rules>,
    /// Version.
    pub version: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Round {
    /// When it takes applications.
    pub fn window(&self) -> Window {
        Window { from: self.opens_on, to: self.closes_on }
    }
}

macro_rules! rounds {
    () => {
        "SELECT r.id, r.scheme_id, s.code AS scheme_code, s.name_zh AS scheme_name_zh, s.name_en AS scheme_name_en,
                s.authority_id, u.name_zh AS authority_name_zh, u.name_en AS authority_name_en,
                s.holder_kinds, r.name_zh, r.name_en,
                r.opens_on, r.closes_on, r.rules, r.version, r.created_at, r.updated_at
         FROM round r JOIN scheme s ON s.id = r.scheme_id JOIN authority u ON u.id = s.authority_id "
    };
}

/// Which rounds to list.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of this scheme.
    pub scheme: Option<Uuid>,
    /// Of this authority.
    pub authority: Option<Uuid>,
    /// That take applications on this day.
    pub open_on: Option<NaiveDate>,
    /// In which this organization may apply for itself or for a professional of its own.
    pub open_to: Option<Uuid>,
}

/// Lists rounds by identity.
pub async fn list(tx: &mut Tx, filter: &Filter, after: Option<Uuid>, fetch: i64) -> Result<Vec<Round>> {
    Ok(sqlx::query_as(concat!(
        rounds!(),
        "WHERE ($1::uuid IS NULL OR r.scheme_id = $1) AND ($2::date IS NULL OR $2 BETWEEN r.opens_on AND r.closes_on)
           AND ($3::uuid IS NULL OR s.authority_id = $3)
           AND ($4::uuid IS NULL OR EXISTS (
                WITH RECURSIVE above AS (
                    SELECT h.id, h.parent_id FROM authority h JOIN organization o ON o.district_id = h.id WHERE o.id = $4
                    UNION SELECT h.id, h.parent_id FROM authority h JOIN above ON h.id = above.parent_id
                )
                SELECT FROM organization o WHERE o.id = $4 AND s.authority_id IN (SELECT id FROM above)
                  AND (r.rules->'holders' ? 'professional' OR s.holder_kinds = '{}' OR o.kind = ANY(s.holder_kinds))))
           AND ($5::uuid IS NULL OR r.id > $5) ORDER BY r.id LIMIT $6"
    ))
    .bind(filter.scheme)
    .bind(filter.open_on)
    .bind(filter.authority)
    .bind(filter.open_to)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads a round.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Round> {
    sqlx::query_as(concat!(rounds!(), "WHERE r.id = $1"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("round"))
}

/// Loads a round, to be changed or decided upon: nobody else does until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Round> {
    sqlx::query_as(concat!(rounds!(), "WHERE r.id = $1 FOR NO KEY UPDATE OF r"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("round"))
}

/// Adds a round.
pub async fn insert(tx: &mut Tx, row: &Round) -> Result<()> {
    sqlx::query(
        "INSERT INTO round (id, scheme_id, name_zh, name_en, opens_on, closes_on, rules, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(row.id)
    .bind(row.scheme_id)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(row.opens_on)
    .bind(row.closes_on)
    .bind(&row.rules)
    .bind(row.version)
    .bind(row.created_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the changed fields of a round that is locked.
pub async fn update(tx: &mut Tx, row: &Round) -> Result<()> {
    sqlx::query(
        "UPDATE round SET closes_on = $2, version = $3, updated_at = $4, name_zh = $5, name_en = $6, rules = $7
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(row.closes_on)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.rules)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An account that reviews.
#[derive(Debug, FromRow)]
pub struct ReviewerRow {
    /// The account.
    pub account_id: Uuid,
    /// What it is called.
    pub display_name: String,
}

/// The reviewers of a round.
pub async fn reviewers(tx: &mut Tx, round: Uuid) -> Result<Vec<ReviewerRow>> {
    Ok(sqlx::query_as(
        "SELECT r.account_id, a.display_name FROM round_reviewer r JOIN account a ON a.id = r.account_id
         WHERE r.round_id = $1 ORDER BY r.account_id",
    )
    .bind(round)
    .fetch_all(&mut **tx)
    .await?)
}

/// An account that might review.
#[derive(Debug, FromRow)]
pub struct CandidateRow {
    /// The account.
    pub account_id: Uuid,
    /// What it is called.
    pub display_name: String,
    /// What it works for.
    pub belongs_to: Vec<String>,
}

/// Accounts that work and hold one of these roles, whose name or organization holds the text or whose login it is; by name.
pub async fn candidates(tx: &mut Tx, text: &str, roles: &[&str], most: i64) -> Result<Vec<CandidateRow>> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    Ok(sqlx::query_as(
        "SELECT a.id AS account_id, a.display_name,
                array_agg(DISTINCT coalesce(o.name_zh, u.name_zh, '') ORDER BY coalesce(o.name_zh, u.name_zh, ''))
                    AS belongs_to
         FROM account a JOIN account_grant g ON g.account_id = a.id AND g.revoked_at IS NULL AND g.role = ANY($2)
         LEFT JOIN organization o ON o.id = g.organization_id
         LEFT JOIN authority u ON u.id = coalesce(g.authority_id, g.district_id)
         WHERE a.status = 'active'
         GROUP BY a.id
         HAVING a.login = lower($1) OR strpos(a.display_name, $1) > 0 OR bool_or(strpos(coalesce(o.name_zh, ''), $1) > 0)
         ORDER BY a.display_name, a.id LIMIT $3",
    )
    .bind(text)
    .bind(roles)
    .bind(most)
    .fetch_all(&mut **tx)
    .await?)
}

/// Which of these accounts work, with the roles that they hold.
pub async fn roles_of(tx: &mut Tx, accounts: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
    let rows: Vec<(Uuid, Vec<String>)> = sqlx::query_as(
        "SELECT a.id, array_remove(array_agg(g.role), NULL)
         FROM account a LEFT JOIN account_grant g ON g.account_id = a.id AND g.revoked_at IS NULL
         WHERE a.id = ANY($1) AND a.status = 'active' GROUP BY a.id",
    )
    .bind(accounts)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Makes these accounts, and no others, the reviewers of a round.
pub async fn set_reviewers(tx: &mut Tx, round: Uuid, accounts: &[Uuid], by: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("DELETE FROM round_reviewer WHERE round_id = $1 AND account_id <> ALL($2)")
        .bind(round)
        .bind(accounts)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO round_reviewer (round_id, account_id, added_by, added_at)
         SELECT $1, account_id, $3, $4 FROM unnest($2::uuid[]) AS n (account_id) ON CONFLICT DO NOTHING",
    )
    .bind(round)
    .bind(accounts)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
