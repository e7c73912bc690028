//! The SQL of what becomes of a designation after it was granted.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::standing::Suspension;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// Keeps an organization as it is until the end of the transaction, whatever its district, so that one at a time changes
/// the designations that it or its professionals hold.
pub async fn lock_holder(tx: &mut Tx, organization: Uuid) -> Result<()> {
    sqlx::query("SELECT FROM organization WHERE id = $1 FOR NO KEY UPDATE")
        .bind(organization)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds a suspension.
pub async fn suspend(tx: &mut Tx, id: Uuid, designation: Uuid, one: Suspension) -> Result<()> {
    sqlx::query(
        "INSERT INTO designation_suspension (id, designation_id, suspended_from, lifted_from) VALUES ($1, $2, $3, $4)",
    )
    .bind(id)
    .bind(designation)
    .bind(one.from)
    .bind(one.lifted_from)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives a suspension another end.
pub async fn end_suspension(
    tx: &mut Tx,
    designation: Uuid,
    was: Suspension,
    lifted_from: Option<NaiveDate>,
) -> Result<()> {
    sqlx::query(
        "UPDATE designation_suspension SET lifted_from = $4
         WHERE designation_id = $1 AND suspended_from = $2 AND lifted_from IS NOT DISTINCT FROM $3",
    )
    .bind(designation)
    .bind(was.from)
    .bind(was.lifted_from)
    .bind(lifted_from)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Something that happened to a designation.
#[derive(Debug)]
pub struct NewEvent<'e> {
    /// Identity.
    pub id: Uuid,
    /// The designation.
    pub designation_id: Uuid,
    /// `awarded`, `corrected`, `ended`, `suspended`, `lifted`, `revoked`, `kept`, `renewed` or `assessed`.
    pub kind: &'static str,
    /// The day from which it holds; the last day, where it was ended.
    pub on_day: NaiveDate,
    /// Why.
    pub reason: &'e str,
    /// Who said so.
    pub account_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds it to the designation's past.
pub async fn add_event(tx: &mut Tx, event: &NewEvent<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO designation_event (id, designation_id, kind, on_day, reason, account_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(event.id)
    .bind(event.designation_id)
    .bind(event.kind)
    .bind(event.on_day)
    .bind(event.reason)
    .bind(event.account_id)
    .bind(event.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A yearly assessment.
#[derive(Debug, FromRow)]
pub struct Assessment {
    /// The designation.
    pub designation_id: Uuid,
    /// The year.
    pub year: i32,
    /// `passed`, `failed` or `conditions`.
    pub outcome: String,
    /// Conditions, or why.
    pub remark: String,
    /// Who assessed it.
    pub assessed_by: Uuid,
    /// When.
    pub assessed_at: DateTime<Utc>,
}

/// The assessments of these designations, by year.
pub async fn assessments(tx: &mut Tx, designations: &[Uuid]) -> Result<Vec<Assessment>> {
    Ok(sqlx::query_as(
        "SELECT * FROM designation_assessment WHERE designation_id = ANY($1) ORDER BY designation_id, year",
    )
    .bind(designations)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds an assessment.
pub async fn add_assessment(tx: &mut Tx, row: &Assessment) -> Result<()> {
    sqlx::query(
        "INSERT INTO designation_assessment (designation_id, year, outcome, remark, assessed_by, assessed_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.designation_id)
    .bind(row.year)
    .bind(&row.outcome)
    .bind(&row.remark)
    .bind(row.assessed_by)
    .bind(row.assessed_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A session that is still to come.
#[derive(Debug, FromRow)]
pub struct SessionAhead {
    /// Identity.
    pub id: Uuid,
    /// The activity's title.
    pub title_zh: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
}

/// Sessions of a host that are still to come and begin at or after a moment, on a day at the latest, and how many there are;
/// `first` of them.
pub async fn sessions_ahead(
    tx: &mut Tx,
    host: Uuid,
    from: DateTime<Utc>,
    to: Option<NaiveDate>,
    first: i64,
) -> Result<(Vec<SessionAhead>, i64)> {
    let rows = sqlx::query_as(
        "SELECT s.id, a.title_zh, s.starts_at FROM session s JOIN activity a ON a.id = s.activity_id
         WHERE s.host_id = $1 AND s.starts_at >= $2 AND s.status = 'open'
           AND ($3::date IS NULL OR (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date <= $3)
         ORDER BY s.starts_at, s.id LIMIT $4",
    )
    .bind(host)
    .bind(from)
    .bind(to)
    .bind(first)
    .fetch_all(&mut **tx)
    .await?;
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM session WHERE host_id = $1 AND starts_at >= $2 AND status = 'open'
           AND ($3::date IS NULL OR (starts_at AT TIME ZONE 'Asia/Shanghai')::date <= $3)",
    )
    .bind(host)
    .bind(from)
    .bind(to)
    .fetch_one(&mut **tx)
    .await?;
    Ok((rows, count))
}

/// The schools, of whatever district, whose pupils are in open sessions of a host from a moment on, or for whom places are
/// kept there.
pub async fn schools_ahead(tx: &mut Tx, host: Uuid, from: DateTime<Utc>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "WITH ahead AS (SELECT id FROM session WHERE host_id = $1 AND starts_at >= $2 AND status = 'open')
         SELECT p.school_id FROM ahead CROSS JOIN LATERAL session_places(ahead.id) p WHERE p.school_id IS NOT NULL
         UNION SELECT q.school_id FROM ahead JOIN session_quota q ON q.session_id = ahead.id",
    )
    .bind(host)
    .bind(from)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many participations of the district with a host, from a day on and to a day, wait to be confirmed.
pub async fn pending(tx: &mut Tx, host: Uuid, from: NaiveDate, to: Option<NaiveDate>) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM participation p JOIN session s ON s.id = p.session_id
         WHERE s.host_id = $1 AND (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date >= $2
           AND ($3::date IS NULL OR (s.starts_at AT TIME ZONE 'Asia/Shanghai')::date <= $3)
           AND p.state IN ('attended', 'recorded')",
    )
    .bind(host)
    .bind(from)
    .bind(to)
    .fetch_one(&mut **tx)
    .await?)
}

/// Every district, for what must be looked at in each.
pub async fn districts(tx: &mut Tx) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM district ORDER BY id").fetch_all(&mut **tx).await?)
}
