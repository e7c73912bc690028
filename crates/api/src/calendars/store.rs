//! The SQL of calendars.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// The most sessions that a calendar holds: the latest.
const SESSIONS_MAX: i64 = 5000;

/// A session in a calendar.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Dated {
    /// The session.
    pub id: Uuid,
    /// How often what is told of it was changed.
    pub revision: i64,
    /// Title of its activity.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// The host.
    pub host_name_zh: String,
    /// The host's name in English.
    pub host_name_en: String,
    /// Where.
    pub place: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Whether it does not take place.
    pub cancelled: bool,
    /// Why not.
    pub reason: String,
    /// Whether the person waits for a place.
    pub waits: bool,
    /// When any of this was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A theme in a calendar.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Month {
    /// The theme.
    pub id: Uuid,
    /// How often it was changed.
    pub revision: i64,
    /// First day of the month.
    pub month: NaiveDate,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Main venues.
    pub venues: String,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// What is told of sessions. One that begins after its host has closed does not take place; since when that is so is told by
/// the last row in which the host was open, so that a name that is changed later changes nothing of it.
macro_rules! dated {
    ($waits:literal, $more_revision:literal, $more_updated:literal) => {
        concat!(
            "SELECT s.id, s.version + a.version - 2",
            $more_revision,
            " AS revision, a.title_zh, a.title_en, o.name_zh AS host_name_zh, o.name_en AS host_name_en, s.place,
              s.starts_at, s.ends_at,
              CASE WHEN s.status = 'cancelled' THEN true
                   WHEN o.status = 'closed'
                   THEN s.starts_at > coalesce((SELECT max(f.known_until) FROM former_shared f
                                                WHERE f.kind = 'organization' AND f.id = o.id
                                                  AND f.was ->> 'status' = 'active'), o.updated_at)
                   ELSE false END AS cancelled, s.reason, ",
            $waits,
            " AS waits, greatest(s.updated_at, a.updated_at, o.updated_at",
            $more_updated,
            ") AS updated_at
             FROM session s JOIN activity a ON a.id = s.activity_id JOIN organization o ON o.id = s.host_id "
        )
    };
}

/// The sessions of an edition.
pub(super) async fn of_edition(tx: &mut Tx, edition: Uuid) -> Result<Vec<Dated>> {
    Ok(sqlx::query_as(concat!(
        dated!("false", "", ""),
        "WHERE a.edition_id = $1 ORDER BY s.starts_at DESC, s.id LIMIT $2"
    ))
    .bind(edition)
    .bind(SESSIONS_MAX)
    .fetch_all(&mut **tx)
    .await?)
}

/// The themes of an edition.
pub(super) async fn months(tx: &mut Tx, edition: Uuid) -> Result<Vec<Month>> {
    Ok(sqlx::query_as(
        "SELECT id, version - 1 AS revision, month, title_zh, title_en, venues, updated_at FROM theme
         WHERE edition_id = $1 ORDER BY month",
    )
    .bind(edition)
    .fetch_all(&mut **tx)
    .await?)
}

/// The sessions of the published editions of a programme from a moment on.
pub(super) async fn of_programme(tx: &mut Tx, programme: Uuid, from: DateTime<Utc>) -> Result<Vec<Dated>> {
    Ok(sqlx::query_as(concat!(
        dated!("false", "", ""),
        "JOIN edition e ON e.id = a.edition_id AND e.programme_id = $1 AND e.state <> 'draft'
         WHERE s.starts_at >= $2 ORDER BY s.starts_at DESC, s.id LIMIT $3"
    ))
    .bind(programme)
    .bind(from)
    .bind(SESSIONS_MAX)
    .fetch_all(&mut **tx)
    .await?)
}

/// The themes of the published editions of a programme from a moment on.
pub(super) async fn months_of_programme(tx: &mut Tx, programme: Uuid, from: DateTime<Utc>) -> Result<Vec<Month>> {
    Ok(sqlx::query_as(
        "SELECT m.id, m.version - 1 AS revision, m.month, m.title_zh, m.title_en, m.venues, m.updated_at
         FROM theme m JOIN edition e ON e.id = m.edition_id AND e.programme_id = $1 AND e.state <> 'draft'
         WHERE m.month >= $2 ORDER BY m.month, m.id",
    )
    .bind(programme)
    .bind(from.date_naive())
    .fetch_all(&mut **tx)
    .await?)
}

/// The sessions of a host from a moment on.
pub(super) async fn of_host(tx: &mut Tx, host: Uuid, from: DateTime<Utc>) -> Result<Vec<Dated>> {
    Ok(sqlx::query_as(concat!(
        dated!("false", "", ""),
        "WHERE s.host_id = $1 AND s.starts_at >= $2 ORDER BY s.starts_at DESC, s.id LIMIT $3"
    ))
    .bind(host)
    .bind(from)
    .bind(SESSIONS_MAX)
    .fetch_all(&mut **tx)
    .await?)
}

/// The sessions from a moment on in which pupils of a school of the transaction's district are registered or were.
pub(super) async fn of_school(tx: &mut Tx, school: Uuid, from: DateTime<Utc>) -> Result<Vec<Dated>> {
    let district = tx.district();
    Ok(sqlx::query_as(concat!(
        dated!("false", "", ""),
        "WHERE s.starts_at >= $3
           AND EXISTS (SELECT FROM participation p
                       WHERE p.district_id = $1 AND p.session_id = s.id AND p.school_id = $2
                         AND p.state IN ('registered', 'attended', 'recorded', 'confirmed'))
         ORDER BY s.starts_at DESC, s.id LIMIT $4"
    ))
    .bind(district.0)
    .bind(school)
    .bind(from)
    .bind(SESSIONS_MAX)
    .fetch_all(&mut **tx)
    .await?)
}

/// The sessions from a moment on in which a person of the transaction's district is registered, waits or was.
pub(super) async fn of_person(tx: &mut Tx, person: Uuid, from: DateTime<Utc>) -> Result<Vec<Dated>> {
    let district = tx.district();
    Ok(sqlx::query_as(concat!(
        dated!("p.state = 'waitlisted'", " + p.version - 1", ", p.updated_at"),
        "JOIN participation p ON p.district_id = $1 AND p.session_id = s.id AND p.person_id = $2
         WHERE s.starts_at >= $3 AND p.state IN ('registered', 'waitlisted', 'attended', 'recorded', 'confirmed')
         ORDER BY s.starts_at DESC, s.id LIMIT $4"
    ))
    .bind(district.0)
    .bind(person)
    .bind(from)
    .bind(SESSIONS_MAX)
    .fetch_all(&mut **tx)
    .await?)
}

/// A secret address.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Link {
    /// Identity.
    pub id: Uuid,
    /// The school, if it is one's calendar.
    pub school_id: Option<Uuid>,
    /// The person, if it is one's calendar.
    pub person_id: Option<Uuid>,
    /// Who made it.
    pub created_by: Uuid,
    /// How that account is called.
    pub created_by_name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The addresses of a school or a person that hold, the latest first.
pub(super) async fn links(tx: &mut Tx, school: Option<Uuid>, person: Option<Uuid>) -> Result<Vec<Link>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT l.*, a.display_name AS created_by_name FROM calendar_link l JOIN account a ON a.id = l.created_by
         WHERE l.district_id = $1 AND l.revoked_at IS NULL AND (l.school_id = $2 OR l.person_id = $3)
         ORDER BY l.id DESC",
    )
    .bind(district.0)
    .bind(school)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads one, to be revoked.
pub(super) async fn lock_link(tx: &mut Tx, id: Uuid) -> Result<Link> {
    let district = tx.district();
    sqlx::query_as(
        "SELECT l.*, a.display_name AS created_by_name FROM calendar_link l JOIN account a ON a.id = l.created_by
         WHERE l.district_id = $1 AND l.id = $2 FOR NO KEY UPDATE OF l",
    )
    .bind(district.0)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("calendar link"))
}

/// The address of this digest, if it holds: not revoked, and who made it still stands for the person or works at the
/// school.
pub(super) async fn link_of(tx: &mut Tx, digest: &str) -> Result<Option<Link>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT l.*, a.display_name AS created_by_name FROM calendar_link l
         JOIN account a ON a.id = l.created_by AND a.status = 'active'
         WHERE l.district_id = $1 AND l.digest = $2 AND l.revoked_at IS NULL
           AND EXISTS (SELECT FROM account_grant g
                       WHERE g.account_id = l.created_by AND g.revoked_at IS NULL AND g.district_id = l.district_id
                         AND (g.person_id = l.person_id OR g.organization_id = l.school_id))",
    )
    .bind(district.0)
    .bind(digest)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Adds one.
pub(super) async fn insert_link(tx: &mut Tx, link: &Link, digest: &str) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO calendar_link (district_id, id, school_id, person_id, digest, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(district.0)
    .bind(link.id)
    .bind(link.school_id)
    .bind(link.person_id)
    .bind(digest)
    .bind(link.created_by)
    .bind(link.created_at)
    .execute(&mut **tx)
    .await
    .on_constraint("calendar_link_district_id_person_id_fkey", || ApiError::not_found("person"))?;
    Ok(())
}

/// Revokes one that is locked.
pub(super) async fn revoke_link(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE calendar_link SET revoked_at = $3 WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
