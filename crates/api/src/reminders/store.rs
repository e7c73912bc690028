//! The SQL of reminders.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// A reminder.
#[derive(Debug, Clone, FromRow)]
pub struct Reminder {
    /// Identity.
    pub id: Uuid,
    /// Whom it tells.
    pub account_id: Uuid,
    /// What is to be done.
    pub step: String,
    /// With what.
    pub object_id: Uuid,
    /// The last day.
    pub due: NaiveDate,
    /// How near that was.
    pub stage: String,
    /// What it is about.
    pub label_zh: String,
    /// The same in English; may be empty.
    pub label_en: String,
    /// When it was told.
    pub created_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
    /// When it was done, or told anew.
    pub over_at: Option<DateTime<Utc>>,
    /// The page on which it is seen, if it has none of its own.
    pub page_id: Option<Uuid>,
}

/// Something with a last day that concerns an organization.
#[derive(Debug, FromRow)]
pub struct Ending {
    /// Identity.
    pub id: Uuid,
    /// Whom it concerns.
    pub organization_id: Uuid,
    /// What it is called.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
    /// The last day.
    pub due: NaiveDate,
}

/// A loan.
#[derive(Debug, FromRow)]
pub struct Loan {
    /// Identity of the booking.
    pub id: Uuid,
    /// Whose it is.
    pub owner_id: Uuid,
    /// Who has it.
    pub organization_id: Uuid,
    /// The account that asked for it.
    pub asked_by: Uuid,
    /// What it is called.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
    /// The last day.
    pub due: NaiveDate,
}

/// What is lent and not back: what does not come back is not lent.
pub async fn lent(tx: &mut Tx) -> Result<Vec<Loan>> {
    Ok(sqlx::query_as(
        "SELECT b.id, r.owner_id, b.organization_id, b.requested_by AS asked_by, r.title_zh, r.title_en, b.last_day AS due
         FROM booking b JOIN resource r ON r.id = b.resource_id
         WHERE b.state = 'delivered' AND EXISTS (SELECT FROM booking_item i WHERE i.booking_id = b.id AND i.is_out)
         ORDER BY b.id",
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Agreements that are signed and not over, once for each party, if they have a last day.
pub async fn agreements_ending(tx: &mut Tx, on: NaiveDate) -> Result<Vec<Ending>> {
    Ok(sqlx::query_as(
        "SELECT g.id, p.organization_id, g.title_zh, g.title_en, g.last_day AS due
         FROM agreement g JOIN agreement_party p ON p.agreement_id = g.id
         WHERE g.state = 'signed' AND g.last_day >= $1 ORDER BY g.id, p.organization_id",
    )
    .bind(on)
    .fetch_all(&mut **tx)
    .await?)
}

/// Who speaks for organizations and authorities.
#[derive(Debug, Default)]
pub struct People {
    organizations: HashMap<Uuid, Vec<Uuid>>,
    authorities: HashMap<Uuid, Vec<Uuid>>,
}

impl People {
    /// The accounts that speak for an organization.
    pub fn of_organization(&self, id: Uuid) -> &[Uuid] {
        self.organizations.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The officials of an authority.
    pub fn of_authority(&self, id: Uuid) -> &[Uuid] {
        self.authorities.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// Everybody who speaks for an organization or an authority and may sign in.
pub async fn people(tx: &mut Tx) -> Result<People> {
    let rows: Vec<(Uuid, Option<Uuid>, Option<Uuid>)> = sqlx::query_as(
        "SELECT DISTINCT g.account_id,
                CASE WHEN g.role IN ('school_admin', 'base_admin') THEN g.organization_id END,
                CASE g.role WHEN 'district_official' THEN g.district_id WHEN 'city_official' THEN g.authority_id END
         FROM account_grant g JOIN account a ON a.id = g.account_id
         WHERE g.revoked_at IS NULL AND a.status = 'active'
           AND g.role IN ('school_admin', 'base_admin', 'district_official', 'city_official')",
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut people = People::default();
    for (account, organization, authority) in rows {
        if let Some(id) = organization {
            people.organizations.entry(id).or_default().push(account);
        }
        if let Some(id) = authority {
            people.authorities.entry(id).or_default().push(account);
        }
    }
    Ok(people)
}

/// The accounts that speak for any of these organizations and may sign in.
pub async fn speakers(tx: &mut Tx, organizations: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT g.account_id FROM account_grant g JOIN account a ON a.id = g.account_id
         WHERE g.organization_id = ANY($1) AND g.role IN ('school_admin', 'base_admin')
           AND g.revoked_at IS NULL AND a.status = 'active' ORDER BY g.account_id",
    )
    .bind(organizations)
    .fetch_all(&mut **tx)
    .await?)
}

/// Tells news; what happened once more on the same day is new again.
pub async fn tell(tx: &mut Tx, row: &Reminder) -> Result<()> {
    sqlx::query(
        "INSERT INTO reminder (id, account_id, step, object_id, due, stage, label_zh, label_en, created_at, page_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT ON CONSTRAINT reminder_once
         DO UPDATE SET label_zh = excluded.label_zh, label_en = excluded.label_en, created_at = excluded.created_at,
                       page_id = excluded.page_id, read_at = NULL, over_at = NULL",
    )
    .bind(row.id)
    .bind(row.account_id)
    .bind(&row.step)
    .bind(row.object_id)
    .bind(row.due)
    .bind(&row.stage)
    .bind(&row.label_zh)
    .bind(&row.label_en)
    .bind(row.created_at)
    .bind(row.page_id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets one round run at a time.
pub async fn hold(tx: &mut Tx) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('kepu.reminders'))").execute(&mut **tx).await?;
    Ok(())
}

/// What was told, in the order of stages.
#[derive(Debug, FromRow)]
pub struct Told {
    /// Identity.
    pub id: Uuid,
    /// Whom.
    pub account_id: Uuid,
    /// What was to be done.
    pub step: String,
    /// With what.
    pub object_id: Uuid,
    /// The last day.
    pub due: NaiveDate,
    /// How near it was.
    pub stage: String,
}

/// All that was told.
pub async fn told(tx: &mut Tx) -> Result<Vec<Told>> {
    Ok(sqlx::query_as(
        "SELECT id, account_id, step, object_id, due, stage FROM reminder
         ORDER BY array_position(ARRAY['soon', 'today', 'late', 'news'], stage)",
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Tells these.
pub async fn insert(tx: &mut Tx, rows: &[Reminder]) -> Result<()> {
    for row in rows {
        sqlx::query(
            "INSERT INTO reminder (id, account_id, step, object_id, due, stage, label_zh, label_en, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT ON CONSTRAINT reminder_once DO NOTHING",
        )
        .bind(row.id)
        .bind(row.account_id)
        .bind(&row.step)
        .bind(row.object_id)
        .bind(row.due)
        .bind(&row.stage)
        .bind(&row.label_zh)
        .bind(&row.label_en)
        .bind(row.created_at)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Puts away all but these. What is `told_at_once` where it happens is not among them; it waits from its day on until
/// `news_since` has passed that.
pub async fn put_away(
    tx: &mut Tx,
    waiting: &[Uuid],
    told_at_once: &[&str],
    news_since: NaiveDate,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE reminder SET over_at = $2
         WHERE over_at IS NULL AND id <> ALL($1) AND (step <> ALL($3) OR due < $4)",
    )
    .bind(waiting)
    .bind(at)
    .bind(told_at_once)
    .bind(news_since)
    .execute(&mut **tx)
    .await?;
    // What is owed again, as it was before. News that were read are over.
    sqlx::query(
        "UPDATE reminder SET over_at = NULL
         WHERE over_at IS NOT NULL AND id = ANY($1) AND NOT (stage = 'news' AND read_at IS NOT NULL)",
    )
    .bind(waiting)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The reminders of an account, the newest first.
pub async fn list(
    tx: &mut Tx,
    account: Uuid,
    waiting: bool,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<Reminder>> {
    Ok(sqlx::query_as(
        "SELECT * FROM reminder
         WHERE account_id = $1 AND (NOT $2 OR over_at IS NULL) AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4",
    )
    .bind(account)
    .bind(waiting)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many of an account wait and are not read.
pub async fn unread(tx: &mut Tx, account: Uuid) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM reminder WHERE account_id = $1 AND over_at IS NULL AND read_at IS NULL",
    )
    .bind(account)
    .fetch_one(&mut **tx)
    .await?)
}

/// Notes that these of an account were read; all of them if none is named. News wait for nothing else.
pub async fn read(tx: &mut Tx, account: Uuid, ids: Option<&[Uuid]>, at: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "UPDATE reminder SET read_at = $3, over_at = CASE WHEN stage = 'news' THEN coalesce(over_at, $3) ELSE over_at END
         WHERE account_id = $1 AND ($2::uuid[] IS NULL OR id = ANY($2)) AND read_at IS NULL",
    )
    .bind(account)
    .bind(ids)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
