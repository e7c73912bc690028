//! What a launch asks of hosts and activities, and what a theme has ahead.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    activities::{self, store::Activity},
    error::Result,
    organizations::OrganizationStatus,
    programmes::words::MemberRole,
    tenancy::Tx,
};

/// An organization that shall get an activity.
#[derive(Debug, Clone, FromRow)]
pub struct LaunchHost {
    /// The organization.
    pub id: Uuid,
    /// Its district.
    pub district_id: Uuid,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether it works.
    pub status: OrganizationStatus,
    /// As what it takes part.
    pub roles: Vec<MemberRole>,
}

/// Those of these organizations that there are, locked in the order of their ids so that none is closed meanwhile.
pub async fn hosts(tx: &mut Tx, edition: Uuid, ids: &[Uuid]) -> Result<Vec<LaunchHost>> {
    Ok(sqlx::query_as(
        "SELECT o.id, o.district_id, o.name_zh, o.name_en, o.status,
                coalesce((SELECT array_agg(m.role) FROM edition_member m
                          WHERE m.edition_id = $1 AND m.organization_id = o.id), '{}') AS roles
         FROM organization o WHERE o.id = ANY($2) ORDER BY o.id FOR SHARE OF o",
    )
    .bind(edition)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?)
}

/// The activity of a host that has this code, with its theme.
pub async fn activity_of_code(
    tx: &mut Tx,
    host: Uuid,
    code: &str,
) -> Result<Option<(Uuid, Option<Uuid>, Option<Uuid>)>> {
    Ok(sqlx::query_as("SELECT id, theme_id, strand_id FROM activity WHERE host_id = $1 AND code = $2")
        .bind(host)
        .bind(code)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Adds an activity unless the host has one of its code, even one that is being added right now.
pub async fn insert_activity(tx: &mut Tx, row: &Activity) -> Result<bool> {
    activities::store::insert_unless_there(tx, row).await
}

/// A session of a theme that is still to come.
#[derive(Debug, Clone, FromRow)]
pub struct Ahead {
    /// The session.
    pub id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// Its title.
    pub activity_title_zh: String,
    /// Its title in English.
    pub activity_title_en: String,
    /// The host.
    pub host_id: Uuid,
    /// The host's name.
    pub host_name_zh: String,
    /// The host's name in English.
    pub host_name_en: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// Where.
    pub place: String,
}

/// Sessions of a theme that begin after this moment outside the month that begins on `month`, by their beginning: so many
/// of them, and how many there are.
pub async fn sessions_outside(
    tx: &mut Tx,
    theme: Uuid,
    month: NaiveDate,
    after: DateTime<Utc>,
    limit: i64,
) -> Result<(Vec<Ahead>, i64)> {
    const OUTSIDE: &str = "
        FROM session s JOIN activity a ON a.id = s.activity_id JOIN organization o ON o.id = s.host_id
        JOIN district d ON d.id = s.district_id
        WHERE a.theme_id = $1 AND s.starts_at > $3 AND s.status <> 'cancelled'
          AND date_trunc('month', s.starts_at AT TIME ZONE d.time_zone)::date <> $2";
    let sql = format!(
        "SELECT s.id, s.activity_id, a.title_zh AS activity_title_zh, a.title_en AS activity_title_en, s.host_id,
                o.name_zh AS host_name_zh, o.name_en AS host_name_en, s.starts_at, s.place
         {OUTSIDE} ORDER BY s.starts_at, s.id LIMIT $4"
    );
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(theme)
        .bind(month)
        .bind(after)
        .bind(limit)
        .fetch_all(&mut **tx)
        .await?;
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) {OUTSIDE}")))
        .bind(theme)
        .bind(month)
        .bind(after)
        .fetch_one(&mut **tx)
        .await?;
    Ok((rows, count))
}

/// How many sessions of a theme begin after this moment.
pub async fn sessions_ahead(tx: &mut Tx, theme: Uuid, after: DateTime<Utc>) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM session s JOIN activity a ON a.id = s.activity_id
         WHERE a.theme_id = $1 AND s.starts_at > $2 AND s.status <> 'cancelled'",
    )
    .bind(theme)
    .bind(after)
    .fetch_one(&mut **tx)
    .await?)
}
