//! Which items a booking has, and on which days it keeps others from them.

use chrono::NaiveDate;
use kepu_domain::booking::{
    Days,
    days::{self, Item},
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// Days on which a booking holds an item.
#[derive(Debug, Clone, FromRow)]
pub struct Held {
    /// The item.
    pub item_id: Uuid,
    /// The booking.
    pub booking_id: Uuid,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Whether it is out now.
    pub is_out: bool,
}

impl Held {
    /// The days on which nobody else can have the item; what is out stays so today at least, however late it is.
    fn days(&self, today: NaiveDate) -> Option<Days> {
        let last = if self.is_out { self.last_day.max(today) } else { self.last_day };
        // What has been late for years is more than a booking may take, and holds no day to come.
        Days::new(self.first_day, last).or_else(|_| Days::new(today, last)).ok()
    }
}

/// The items of a resource that are in service, by number, with what holds them from this day on.
pub async fn items(tx: &mut Tx, resource: Uuid, today: NaiveDate) -> Result<Vec<Item<Uuid, Uuid>>> {
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM resource_item WHERE resource_id = $1 AND in_service ORDER BY number")
            .bind(resource)
            .fetch_all(&mut **tx)
            .await?;
    let mut items: Vec<Item<Uuid, Uuid>> = ids.into_iter().map(|id| Item { id, held: Vec::new() }).collect();
    for held in held_between(tx, resource, today, None).await? {
        if let Some(item) = items.iter_mut().find(|item| item.id == held.item_id)
            && let Some(days) = held.days(today)
        {
            item.held.push((held.booking_id, days));
        }
    }
    Ok(items)
}

/// What holds the items of a resource on these days, both inclusive; and what is out, whatever its days.
pub async fn held_between(tx: &mut Tx, resource: Uuid, first: NaiveDate, last: Option<NaiveDate>) -> Result<Vec<Held>> {
    Ok(sqlx::query_as(
        "SELECT h.item_id, h.booking_id, lower(h.days) AS first_day, upper(h.days) - 1 AS last_day, h.is_out
         FROM booking_item h JOIN resource_item i ON i.id = h.item_id
         WHERE i.resource_id = $1 AND h.holds AND (h.days && daterange($2, $3, '[]') OR h.is_out)
         ORDER BY i.number, h.days",
    )
    .bind(resource)
    .bind(first)
    .bind(last)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many bookings count on an item on this day or later, and have not got it yet.
pub async fn ahead(tx: &mut Tx, item: Uuid, today: NaiveDate) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM booking_item h JOIN booking b ON b.id = h.booking_id
         WHERE h.item_id = $1 AND h.holds AND upper(h.days) > $2 AND b.state IN ('requested', 'approved')",
    )
    .bind(item)
    .bind(today)
    .fetch_one(&mut **tx)
    .await?)
}

/// The items of a booking.
pub async fn held_by(tx: &mut Tx, booking: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT item_id FROM booking_item WHERE booking_id = $1")
        .bind(booking)
        .fetch_all(&mut **tx)
        .await?)
}

/// Which bookings have any of the items of this one now.
pub async fn out_with(tx: &mut Tx, booking: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT other.booking_id FROM booking_item own JOIN booking_item other ON other.item_id = own.item_id
         WHERE own.booking_id = $1 AND other.booking_id <> $1 AND other.is_out",
    )
    .bind(booking)
    .fetch_all(&mut **tx)
    .await?)
}

/// What is written on the items of a booking that are out of service.
pub async fn unfit(tx: &mut Tx, booking: Uuid) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "SELECT i.label FROM booking_item h JOIN resource_item i ON i.id = h.item_id
         WHERE h.booking_id = $1 AND NOT i.in_service ORDER BY i.number",
    )
    .bind(booking)
    .fetch_all(&mut **tx)
    .await?)
}

fn taken() -> ApiError {
    ApiError::conflict("resource_taken", "Somebody has just taken it for some of these days. Look for other days.")
}

/// Gives a booking these items for these days, instead of what it had.
pub async fn assign(tx: &mut Tx, booking: Uuid, items: &[Uuid], days: Days) -> Result<()> {
    sqlx::query("DELETE FROM booking_item WHERE booking_id = $1").bind(booking).execute(&mut **tx).await?;
    sqlx::query(
        "INSERT INTO booking_item (booking_id, item_id, days, holds)
         SELECT $1, item, daterange($3, $4, '[]'), true FROM unnest($2::uuid[]) item",
    )
    .bind(booking)
    .bind(items)
    .bind(days.first())
    .bind(days.last())
    .execute(&mut **tx)
    .await
    .on_constraint("booking_item_held_once", taken)?;
    Ok(())
}

/// Writes from which days a booking keeps others, and whether its items are out. One that holds nothing keeps its days
/// to be read.
pub async fn hold(tx: &mut Tx, booking: Uuid, held: Option<days::Days>, is_out: bool) -> Result<()> {
    sqlx::query(
        "UPDATE booking_item SET holds = $2::date IS NOT NULL, is_out = $4,
                days = CASE WHEN $2 IS NULL THEN days ELSE daterange($2, $3, '[]') END
         WHERE booking_id = $1",
    )
    .bind(booking)
    .bind(held.map(Days::first))
    .bind(held.map(Days::last))
    .bind(is_out)
    .execute(&mut **tx)
    .await
    .on_constraint("booking_item_held_once", taken)
    .on_constraint("booking_item_out_once", || {
        ApiError::conflict("item_not_back", "An item of this booking is still with somebody else.")
    })?;
    Ok(())
}

/// Takes items of a booking out of service: those that are named, all of them if none is.
pub async fn retire(tx: &mut Tx, booking: Uuid, only: &[Uuid], note: &str) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "UPDATE resource_item i SET in_service = false, note = $3 FROM booking_item h
         WHERE h.booking_id = $1 AND i.id = h.item_id AND (cardinality($2::uuid[]) = 0 OR i.id = ANY($2))
         RETURNING i.id",
    )
    .bind(booking)
    .bind(only)
    .bind(note)
    .fetch_all(&mut **tx)
    .await?)
}
