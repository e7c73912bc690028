//! The SQL of reviews, ties and objections.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::review::Scores;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::ApplicationRow;
use crate::{error::Result, tenancy::Tx};

/// One reviewer's scores.
#[derive(Debug, FromRow)]
pub struct ReviewRow {
    /// Identity.
    pub id: Uuid,
    /// The application.
    pub application_id: Uuid,
    /// 1, or 2 after an appeal that was upheld.
    pub hearing: i16,
    /// The reviewer.
    pub account_id: Uuid,
    /// What the reviewer is called.
    pub display_name: String,
    /// Points and remarks by criterion.
    pub scores: Json<Scores>,
    /// What there is to say of the whole.
    pub remark: String,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was struck; none while it counts.
    pub struck_at: Option<DateTime<Utc>>,
    /// Why it was struck.
    pub struck_reason: Option<String>,
}

/// The reviews of these applications, by application and reviewer.
pub async fn reviews(tx: &mut Tx, applications: &[Uuid]) -> Result<Vec<ReviewRow>> {
    Ok(sqlx::query_as(
        "SELECT v.*, c.display_name FROM application_review v JOIN account c ON c.id = v.account_id
         WHERE v.application_id = ANY($1) ORDER BY v.application_id, v.hearing, v.account_id",
    )
    .bind(applications)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds a review, or puts it in the place of the same reviewer's.
pub async fn put_review(tx: &mut Tx, row: &ReviewRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO application_review (id, application_id, hearing, account_id, scores, remark, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (application_id, hearing, account_id)
         DO UPDATE SET scores = excluded.scores, remark = excluded.remark, at = excluded.at",
    )
    .bind(row.id)
    .bind(row.application_id)
    .bind(row.hearing)
    .bind(row.account_id)
    .bind(&row.scores)
    .bind(&row.remark)
    .bind(row.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Strikes the review of an account, which counts no more; answers whether there was one that counted.
pub async fn strike_review(
    tx: &mut Tx,
    application: Uuid,
    hearing: i16,
    account: Uuid,
    reason: &str,
    by: Uuid,
    at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE application_review SET struck_at = $4, struck_by = $5, struck_reason = $6
         WHERE application_id = $1 AND hearing = $2 AND account_id = $3 AND struck_at IS NULL",
    )
    .bind(application)
    .bind(hearing)
    .bind(account)
    .bind(at)
    .bind(by)
    .bind(reason)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the account is a reviewer of the round.
pub async fn reviews_round(tx: &mut Tx, round: Uuid, account: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT FROM round_reviewer WHERE round_id = $1 AND account_id = $2)")
        .bind(round)
        .bind(account)
        .fetch_one(&mut **tx)
        .await?)
}

/// Applications to which a tie of the account was declared.
pub async fn ties(tx: &mut Tx, account: Uuid) -> Result<BTreeSet<Uuid>> {
    let rows: Vec<Uuid> = sqlx::query_scalar("SELECT application_id FROM reviewer_tie WHERE account_id = $1")
        .bind(account)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Declares a tie; again changes nothing.
pub async fn add_tie(
    tx: &mut Tx,
    application: Uuid,
    account: Uuid,
    reason: &str,
    by: Uuid,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO reviewer_tie (application_id, account_id, reason, declared_by, declared_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(application)
    .bind(account)
    .bind(reason)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An objection to what was published.
#[derive(Debug, Clone, FromRow)]
pub struct ObjectionRow {
    /// Identity.
    pub id: Uuid,
    /// The application.
    pub application_id: Uuid,
    /// Why.
    pub grounds: String,
    /// Who objects.
    pub raised_by: Uuid,
    /// The day.
    pub raised_on: NaiveDate,
    /// When.
    pub raised_at: DateTime<Utc>,
    /// `upheld` or `dismissed`; none while it waits.
    pub outcome: Option<String>,
    /// Why.
    pub answer: String,
    /// Who answered.
    pub answered_by: Option<Uuid>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

/// The objections to these applications, the oldest first.
pub async fn objections(tx: &mut Tx, applications: &[Uuid]) -> Result<Vec<ObjectionRow>> {
    Ok(sqlx::query_as("SELECT * FROM objection WHERE application_id = ANY($1) ORDER BY id")
        .bind(applications)
        .fetch_all(&mut **tx)
        .await?)
}

/// An objection as who made it reads it.
#[derive(Debug, FromRow)]
pub struct OwnObjectionRow {
    /// Identity.
    pub id: Uuid,
    /// The application.
    pub application_id: Uuid,
    /// The round.
    pub round_name_zh: String,
    /// The same in English.
    pub round_name_en: String,
    /// The scheme.
    pub scheme_name_zh: String,
    /// The same in English.
    pub scheme_name_en: String,
    /// Who is to hold it, or the employer.
    pub organization_name_zh: String,
    /// The professional who is to hold it.
    pub professional_name: Option<String>,
    /// Why.
    pub grounds: String,
    /// The day.
    pub raised_on: NaiveDate,
    /// `upheld` or `dismissed`; none while it waits.
    pub outcome: Option<String>,
    /// Why.
    pub answer: String,
}

/// The objections of an account, the newest first.
pub async fn own_objections(tx: &mut Tx, account: Uuid, most: i64) -> Result<Vec<OwnObjectionRow>> {
    Ok(sqlx::query_as(
        "SELECT b.id, b.application_id, r.name_zh AS round_name_zh, r.name_en AS round_name_en,
                s.name_zh AS scheme_name_zh, s.name_en AS scheme_name_en, o.name_zh AS organization_name_zh,
                p.name AS professional_name, b.grounds, b.raised_on, b.outcome, b.answer
         FROM objection b JOIN application a ON a.id = b.application_id JOIN round r ON r.id = a.round_id
         JOIN scheme s ON s.id = r.scheme_id JOIN organization o ON o.id = a.organization_id
         LEFT JOIN professional p ON p.id = a.professional_id
         WHERE b.raised_by = $1 ORDER BY b.id DESC LIMIT $2",
    )
    .bind(account)
    .bind(most)
    .fetch_all(&mut **tx)
    .await?)
}

/// Finds an objection.
pub async fn find_objection(tx: &mut Tx, id: Uuid) -> Result<Option<ObjectionRow>> {
    Ok(sqlx::query_as("SELECT * FROM objection WHERE id = $1").bind(id).fetch_optional(&mut **tx).await?)
}

/// Adds an objection.
pub async fn insert_objection(tx: &mut Tx, row: &ObjectionRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO objection (id, application_id, grounds, raised_by, raised_on, raised_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id)
    .bind(row.application_id)
    .bind(&row.grounds)
    .bind(row.raised_by)
    .bind(row.raised_on)
    .bind(row.raised_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the answer to an objection.
pub async fn answer_objection(tx: &mut Tx, row: &ObjectionRow) -> Result<()> {
    sqlx::query("UPDATE objection SET outcome = $2, answer = $3, answered_by = $4, answered_at = $5 WHERE id = $1")
        .bind(row.id)
        .bind(&row.outcome)
        .bind(&row.answer)
        .bind(row.answered_by)
        .bind(row.answered_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The reviewers of the round who may still review an application, if it has fewer reviews than it takes: who has not
/// heard it, belongs neither to the applicant nor to a partner of the day, and has declared no tie.
pub async fn reviewers_asked(tx: &mut Tx, row: &ApplicationRow, reviews: u32, on: NaiveDate) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT r.account_id FROM round_reviewer r
         WHERE r.round_id = $1
           AND (SELECT count(*) FROM application_review v WHERE v.application_id = $2 AND v.hearing = $3
                    AND v.struck_at IS NULL) < $4
           AND NOT EXISTS (SELECT FROM application_review v WHERE v.application_id = $2 AND v.account_id = r.account_id)
           AND NOT EXISTS (SELECT FROM reviewer_tie t WHERE t.application_id = $2 AND t.account_id = r.account_id)
           AND NOT EXISTS (
                SELECT FROM account_grant g
                WHERE g.account_id = r.account_id AND g.revoked_at IS NULL
                  AND (g.organization_id = $5 OR g.organization_id IN (
                        SELECT other.organization_id FROM agreement_party own
                        JOIN agreement a ON a.id = own.agreement_id
                        JOIN agreement_party other ON other.agreement_id = a.id
                        WHERE own.organization_id = $5 AND a.state IN ('signed', 'ended', 'renewed')
                          AND a.first_day <= $6 AND (a.last_day IS NULL OR a.last_day >= $6)
                          AND (a.over_from IS NULL OR a.over_from > $6))))
         ORDER BY r.account_id",
    )
    .bind(row.round_id)
    .bind(row.id)
    .bind(row.hearing())
    .bind(i64::from(reviews))
    .bind(row.organization_id)
    .bind(on)
    .fetch_all(&mut **tx)
    .await?)
}
