//! What is ahead under an agreement: bookings between its parties, and sessions of its projects.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// A booking of what one party offers by another one.
#[derive(Debug, Clone, FromRow)]
pub struct AheadBooking {
    /// Identity.
    pub id: Uuid,
    /// Title of what is booked.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Who offers.
    pub owner_id: Uuid,
    /// Who asked.
    pub organization_id: Uuid,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Whether it was handed over.
    pub delivered: bool,
}

/// A session of an activity of one of its projects.
#[derive(Debug, Clone, FromRow)]
pub struct AheadSession {
    /// Identity.
    pub id: Uuid,
    /// Title of the activity.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// The host.
    pub host_id: Uuid,
    /// The district in which it happens.
    pub district_id: Uuid,
    /// The day on which it begins.
    pub first_day: NaiveDate,
    /// The day on which it ends.
    pub last_day: NaiveDate,
}

/// Bookings of what one of its parties offers by another one that were asked for under it and are not over: requested,
/// approved, or out.
pub async fn bookings_ahead(tx: &mut Tx, agreement: Uuid, today: NaiveDate) -> Result<Vec<AheadBooking>> {
    Ok(sqlx::query_as(
        "SELECT b.id, r.title_zh, r.title_en, r.owner_id, b.organization_id, b.first_day, b.last_day,
                b.state = 'delivered' AS delivered
         FROM agreement g
         JOIN agreement_party lender ON lender.agreement_id = g.id
         JOIN resource r ON r.owner_id = lender.organization_id
         JOIN agreement_party asker ON asker.agreement_id = g.id AND asker.organization_id <> lender.organization_id
         JOIN booking b ON b.resource_id = r.id AND b.organization_id = asker.organization_id
         WHERE g.id = $1 AND b.last_day >= g.first_day AND (g.last_day IS NULL OR b.first_day <= g.last_day)
           AND (b.state IN ('requested', 'approved') AND b.last_day >= $2
                OR b.state = 'delivered'
                   AND EXISTS (SELECT FROM booking_item i WHERE i.booking_id = b.id AND (i.is_out OR b.last_day >= $2)))
         ORDER BY b.first_day, b.id",
    )
    .bind(agreement)
    .bind(today)
    .fetch_all(&mut **tx)
    .await?)
}

/// Sessions of the activities of its open projects that have not begun and begin on this day or later.
pub async fn sessions_ahead(
    tx: &mut Tx,
    agreement: Uuid,
    now: DateTime<Utc>,
    on: NaiveDate,
) -> Result<Vec<AheadSession>> {
    Ok(sqlx::query_as(
        "SELECT s.id, a.title_zh, a.title_en, s.host_id, s.district_id,
                (s.starts_at AT TIME ZONE d.time_zone)::date AS first_day,
                (s.ends_at AT TIME ZONE d.time_zone)::date AS last_day
         FROM session s JOIN activity a ON a.id = s.activity_id JOIN district d ON d.id = s.district_id
         WHERE s.status <> 'cancelled' AND s.starts_at > $2 AND (s.starts_at AT TIME ZONE d.time_zone)::date >= $3
           AND EXISTS (SELECT FROM project p JOIN project_activity x ON x.project_id = p.id
                       WHERE p.agreement_id = $1 AND p.state IN ('planned', 'running') AND x.activity_id = a.id)
         ORDER BY s.starts_at, s.id",
    )
    .bind(agreement)
    .bind(now)
    .bind(on)
    .fetch_all(&mut **tx)
    .await?)
}
