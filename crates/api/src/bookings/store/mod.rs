//! The SQL of bookings. All districts share them; who reads which is judged by `permits`.

mod held;
mod row;
mod said;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::BookingState;
use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

pub use held::{Held, ahead, assign, held_between, held_by, hold, items, out_with, retire, unfit};
pub use row::Booking;
pub use said::{Rating, add_rating, ratings};

/// A booking with what it is called; the tail says which.
macro_rules! bookings {
    ($tail:literal) => {
        concat!(
            "SELECT b.*, r.title_zh AS resource_title_zh, r.title_en AS resource_title_en, r.kind AS resource_kind,
                    r.owner_id, r.district_id AS owner_district_id, o.name_zh AS owner_name_zh,
                    o.name_en AS owner_name_en, a.district_id AS organization_district_id,
                    a.name_zh AS organization_name_zh, a.name_en AS organization_name_en, t.name AS tour_name,
                    ARRAY(SELECT i.label FROM booking_item h JOIN resource_item i ON i.id = h.item_id
                          WHERE h.booking_id = b.id ORDER BY i.number) AS labels,
                    ARRAY(SELECT i.id FROM booking_item h JOIN resource_item i ON i.id = h.item_id
                          WHERE h.booking_id = b.id ORDER BY i.number) AS item_ids,
                    EXISTS (SELECT FROM resource_rating s WHERE s.booking_id = b.id) AS rated
             FROM booking b JOIN resource r ON r.id = b.resource_id JOIN organization o ON o.id = r.owner_id
             JOIN organization a ON a.id = b.organization_id LEFT JOIN tour t ON t.id = b.tour_id ",
            $tail
        )
    };
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of this district: of organizations there that asked or were asked.
    pub district: Option<Uuid>,
    /// Of these organizations.
    pub organizations: Option<&'f [Uuid]>,
    /// Those that they asked for.
    pub asked: bool,
    /// Those of what they offer.
    pub owned: bool,
    /// Of this resource.
    pub resource: Option<Uuid>,
    /// That have, or had, this item.
    pub item: Option<Uuid>,
    /// Of this tour.
    pub tour: Option<Uuid>,
    /// In this state.
    pub state: Option<BookingState>,
    /// That have a day on or after this one.
    pub from: Option<NaiveDate>,
    /// That have a day on or before this one.
    pub to: Option<NaiveDate>,
    /// Lent and not back, with a last day on or before this one.
    pub due_by: Option<NaiveDate>,
}

/// Lists by first day.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter<'_>,
    after: Option<(NaiveDate, Uuid)>,
    fetch: i64,
) -> Result<Vec<Booking>> {
    Ok(sqlx::query_as(bookings!(
        "WHERE (($3 AND ($1::uuid IS NULL OR a.district_id = $1) AND ($2::uuid[] IS NULL OR a.id = ANY($2)))
                OR ($4 AND ($1::uuid IS NULL OR r.district_id = $1) AND ($2::uuid[] IS NULL OR r.owner_id = ANY($2))))
           AND ($5::uuid IS NULL OR b.resource_id = $5) AND ($6::uuid IS NULL OR b.tour_id = $6)
           AND ($7::text IS NULL OR b.state = $7)
           AND ($8::date IS NULL OR b.last_day >= $8) AND ($9::date IS NULL OR b.first_day <= $9)
           AND ($10::date IS NULL OR b.last_day <= $10
                AND EXISTS (SELECT FROM booking_item h WHERE h.booking_id = b.id AND h.is_out))
           AND ($11::uuid IS NULL OR EXISTS (SELECT FROM booking_item h WHERE h.booking_id = b.id AND h.item_id = $11))
           AND ($12::date IS NULL OR (b.first_day, b.id) > ($12, $13))
         ORDER BY b.first_day, b.id LIMIT $14"
    ))
    .bind(filter.district)
    .bind(filter.organizations)
    .bind(filter.asked)
    .bind(filter.owned)
    .bind(filter.resource)
    .bind(filter.tour)
    .bind(filter.state)
    .bind(filter.from)
    .bind(filter.to)
    .bind(filter.due_by)
    .bind(filter.item)
    .bind(after.map(|(day, _)| day))
    .bind(after.map(|(_, id)| id))
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Those of these ids, by first day.
pub async fn these(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Booking>> {
    Ok(sqlx::query_as(bookings!("WHERE b.id = ANY($1) ORDER BY b.first_day, b.id"))
        .bind(ids)
        .fetch_all(&mut **tx)
        .await?)
}

/// The stops of a tour in the order of their days.
pub async fn of_tour(tx: &mut Tx, tour: Uuid) -> Result<Vec<Booking>> {
    Ok(sqlx::query_as(bookings!("WHERE b.tour_id = $1 ORDER BY b.first_day, b.id"))
        .bind(tour)
        .fetch_all(&mut **tx)
        .await?)
}

/// Loads one, whoever it is between.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Booking> {
    these(tx, &[id]).await?.pop().ok_or_else(|| ApiError::not_found("booking"))
}

/// Of which resource it is; none if there is no such booking.
pub async fn resource_of(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar("SELECT resource_id FROM booking WHERE id = $1").bind(id).fetch_optional(&mut **tx).await?)
}

/// Adds a tour.
pub async fn add_tour(tx: &mut Tx, id: Uuid, resource: Uuid, name: &str, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("INSERT INTO tour (id, resource_id, name, created_by, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(resource)
        .bind(name)
        .bind(by)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds one. Its resource is locked.
pub async fn insert(tx: &mut Tx, row: &Booking) -> Result<()> {
    sqlx::query(
        "INSERT INTO booking (id, resource_id, organization_id, tour_id, quantity, first_day, last_day, persons, place,
                              purpose, state, requested_by, requested_at, decided_by, decided_at, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(row.id)
    .bind(row.resource_id)
    .bind(row.organization_id)
    .bind(row.tour_id)
    .bind(row.quantity)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(row.persons)
    .bind(&row.place)
    .bind(&row.purpose)
    .bind(row.state)
    .bind(row.requested_by)
    .bind(row.requested_at)
    .bind(row.decided_by)
    .bind(row.decided_at)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes where it stands. Its resource is locked.
pub async fn update(tx: &mut Tx, row: &Booking) -> Result<()> {
    sqlx::query(
        "UPDATE booking SET first_day = $2, last_day = $3, state = $4, decided_by = $5, decided_at = $6,
                cancelled_side = $7, reason = $8, delivered_by = $9, delivered_at = $10, delivered_on = $11,
                returned_by = $12, returned_at = $13, returned_on = $14, condition = $15, remark = $16, version = $17,
                updated_at = $18, longer_until = $19, longer_reason = $20, longer_by = $21, longer_at = $22,
                longer_refusal = $23
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(row.state)
    .bind(row.decided_by)
    .bind(row.decided_at)
    .bind(row.cancelled_side)
    .bind(&row.reason)
    .bind(row.delivered_by)
    .bind(row.delivered_at)
    .bind(row.delivered_on)
    .bind(row.returned_by)
    .bind(row.returned_at)
    .bind(row.returned_on)
    .bind(row.condition)
    .bind(&row.remark)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.longer_until)
    .bind(&row.longer_reason)
    .bind(row.longer_by)
    .bind(row.longer_at)
    .bind(&row.longer_refusal)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
