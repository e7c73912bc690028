//! What is in the way of a booking, said as far as the asker may know, and when it could be instead.

use chrono::NaiveDate;
use kepu_domain::booking::{
    Days,
    days::{Item, next_free},
};
use uuid::Uuid;

use super::store;
use crate::{
    auth::Actor,
    error::{ApiError, FieldError, Result},
    tenancy::Tx,
};

/// How far ahead free days are looked for.
pub(super) const HORIZON: u64 = 366;
/// How many chances are told.
const CHANCES: usize = 3;
/// How many bookings in the way are told.
const TOLD: usize = 10;

/// A booking that is in the way, and of which field that is said.
pub(super) struct InTheWay {
    /// The booking.
    pub booking: Uuid,
    /// Its days.
    pub days: Days,
    /// The field.
    pub field: String,
}

/// Says of each booking in the way on which days it holds what is wanted; which one it is and whose, only to those who
/// may read it.
pub(super) async fn told(tx: &mut Tx, actor: &Actor, in_the_way: &[InTheWay]) -> Result<Vec<FieldError>> {
    let ids: Vec<Uuid> = in_the_way.iter().map(|one| one.booking).collect();
    let rows = store::these(tx, &ids).await?;
    let mut errors = Vec::new();
    for one in in_the_way.iter().take(TOLD) {
        let (first, last) = (one.days.first(), one.days.last());
        let known = rows.iter().find(|row| row.id == one.booking).filter(|row| row.is_known_to(actor));
        errors.push(match known {
            Some(row) => {
                let text =
                    format!("is held from {first} to {last} by booking {} of {}", row.id, row.organization_name_zh);
                FieldError::new(one.field.as_str(), "held", text).value(row.id.to_string())
            }
            None => FieldError::new(one.field.as_str(), "held", format!("is held from {first} to {last}")),
        });
    }
    Ok(errors)
}

/// The answer when there are not enough items on the days that are wanted.
pub(super) async fn taken(
    tx: &mut Tx,
    actor: &Actor,
    items: &[Item<Uuid, Uuid>],
    wanted: Days,
    quantity: usize,
    in_the_way: Vec<(Uuid, Days)>,
) -> Result<ApiError> {
    let in_the_way: Vec<InTheWay> = in_the_way
        .into_iter()
        .map(|(booking, days)| InTheWay { booking, days, field: "first_day".to_owned() })
        .collect();
    let mut errors = told(tx, actor, &in_the_way).await?;
    let chances = next_free(items, wanted, quantity, wanted.first(), HORIZON, CHANCES);
    for days in &chances {
        let text = format!("is free from {} to {}", days.first(), days.last());
        errors.push(FieldError::new("first_day", "next_free", text).value(days.first().to_string()));
    }
    let free = items.iter().filter(|item| item.is_free(wanted)).count();
    let all = items.len();
    let next = match chances.first() {
        Some(days) => format!("They are from {} to {}.", days.first(), days.last()),
        None => "They are not within a year.".to_owned(),
    };
    Ok(ApiError::conflict(
        "resource_taken",
        format!("{free} of {all} are free from {} to {}, not {quantity}. {next}", wanted.first(), wanted.last()),
    )
    .with_errors(errors))
}

/// The day on which a tour could begin instead, moved as a whole.
pub(super) fn next_start(items: &[Item<Uuid, Uuid>], spans: &[Days], quantity: usize) -> Option<NaiveDate> {
    let mut spans = spans.to_vec();
    for _ in 0..HORIZON {
        spans = spans.iter().map(|days| days.beginning(days.first().succ_opt()?)).collect::<Option<Vec<Days>>>()?;
        let free = items.iter().filter(|item| spans.iter().all(|days| item.is_free(*days))).take(quantity).count();
        if free == quantity {
            return spans.first().map(|days| days.first());
        }
    }
    None
}
