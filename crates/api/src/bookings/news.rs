//! Who is told at once of what happens to a booking: the owner of what was asked for, or who asked.

use chrono::{DateTime, Utc};
use kepu_domain::{
    booking::{Side, Step},
    reminder,
};

use super::store::Booking;
use crate::{
    auth::Actor,
    error::Result,
    reminders::{self, News},
    roster::today,
    tenancy::Tx,
};

/// Tells the owner that somebody asks, once for a tour.
pub(super) async fn asked(tx: &mut Tx, actor: &Actor, row: &Booking, now: DateTime<Utc>) -> Result<()> {
    to_owner(tx, actor, row, reminder::Step::BookingAsked, now).await
}

/// Tells who asked that the owner agrees: also whom a tour visits that the owner has planned.
pub(super) async fn approved(tx: &mut Tx, actor: &Actor, row: &Booking, now: DateTime<Utc>) -> Result<()> {
    to_asker(tx, actor, row, reminder::Step::BookingApproved, now).await
}

/// Tells the other side what a step did, if it has to know at once.
pub(super) async fn happened(tx: &mut Tx, actor: &Actor, row: &Booking, step: &Step, now: DateTime<Utc>) -> Result<()> {
    match step {
        Step::Approve(..) => approved(tx, actor, row, now).await,
        Step::Refuse(..) => to_asker(tx, actor, row, reminder::Step::BookingRefused, now).await,
        Step::Cancel(_, Side::Owner, _) => to_asker(tx, actor, row, reminder::Step::BookingCancelled, now).await,
        Step::Cancel(_, Side::Asker, _) => to_owner(tx, actor, row, reminder::Step::BookingCancelled, now).await,
        _ => Ok(()),
    }
}

async fn to_owner(tx: &mut Tx, actor: &Actor, row: &Booking, step: reminder::Step, now: DateTime<Utc>) -> Result<()> {
    let with = |title: &str, asker: &str| if title.is_empty() { String::new() } else { format!("{title} · {asker}") };
    let label_en = with(&row.resource_title_en, &row.organization_name_en);
    let label_zh = with(&row.resource_title_zh, &row.organization_name_zh);
    let news = News { step, object: row.id, page: None, on: today(tx, now).await?, label_zh, label_en };
    reminders::tell_organizations(tx, actor, &[row.owner_id], &news, now).await
}

/// Who asked, and whoever answers for those who did.
async fn to_asker(tx: &mut Tx, actor: &Actor, row: &Booking, step: reminder::Step, now: DateTime<Utc>) -> Result<()> {
    let (label_zh, label_en) = (row.resource_title_zh.clone(), row.resource_title_en.clone());
    let news = News { step, object: row.id, page: None, on: today(tx, now).await?, label_zh, label_en };
    reminders::tell_organizations(tx, actor, &[row.organization_id], &news, now).await?;
    if row.requested_by == actor.account_id {
        return Ok(());
    }
    reminders::tell_news(tx, row.requested_by, news, now).await
}
