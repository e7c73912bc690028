//! What all steps of a booking have in common.

use axum::{Json, response::Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::booking::{self as rules, Act, Step};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BookingSide, BookingView, news, refused, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, Result},
    extract::{ETag, IfMatch},
    resources::{self, store::Resource},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// A booking that nobody else changes until the transaction ends, with its resource and the day it is.
pub(super) struct Open {
    pub tx: Tx,
    pub row: store::Booking,
    pub resource: Resource,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
}

/// Loads a booking to be changed. Its resource is locked first, as by everybody else.
pub(super) async fn open(state: &AppState, actor: &Actor, id: Uuid) -> Result<Open> {
    let mut tx = state.begin(actor).await?;
    let Some(resource) = store::resource_of(&mut tx, id).await? else { return Err(ApiError::not_found("booking")) };
    let resource = resources::store::lock(&mut tx, resource).await?;
    let row = store::load(&mut tx, id).await?;
    let now = state.now();
    let today = today(&mut tx, now).await?;
    Ok(Open { tx, row, resource, now, today })
}

impl Open {
    /// Refuses a change of another version than the one that was read.
    pub fn check(&self, version: IfMatch) -> Result<()> {
        version.check("booking", self.row.version)
    }

    /// Who does it, and when.
    pub fn act(&self, actor: &Actor) -> Act {
        Act { by: actor.account_id, at: self.now }
    }

    /// Takes a step: decides, lets go of items or keeps them, and writes what happened.
    pub async fn take(&mut self, actor: &Actor, step: Step, action: &'static str, detail: Value) -> Result<()> {
        take(&mut self.tx, &mut self.row, actor, self.now, step, (action, detail)).await
    }

    /// Writes on the trail what happened.
    pub async fn tell(&mut self, actor: &Actor, action: &'static str, detail: Value) -> Result<()> {
        tell(&mut self.tx, &self.row, actor, self.now, action, detail).await
    }

    /// Commits, and answers with the booking as it is now.
    pub async fn finish(self) -> Result<Response> {
        let Self { mut tx, row, today, .. } = self;
        let row = store::load(&mut tx, row.id).await?;
        tx.commit_with((ETag(row.version), Json(BookingView::on(row, today)?))).await
    }

    /// On which side the actor stands: the owner's, if on both.
    pub fn side(&self, actor: &Actor) -> Result<rules::Side> {
        use kepu_domain::role::Action;
        if actor.may(Action::BookingAnswer, &self.row.owner()) {
            return Ok(rules::Side::Owner);
        }
        self.row.require_known(actor)?;
        actor.require(Action::BookingAsk, &self.row.asker())?;
        Ok(rules::Side::Asker)
    }
}

async fn take(
    tx: &mut Tx,
    row: &mut store::Booking,
    actor: &Actor,
    now: DateTime<Utc>,
    step: Step,
    (action, detail): (&'static str, Value),
) -> Result<()> {
    let before = row.rules()?;
    let happened = step.clone();
    let after = before.take(step).map_err(|refusal| refused(&refusal))?;
    row.turn_into(&after, now);
    store::update(tx, row).await?;
    store::hold(tx, row.id, after.held(), after.is_out()).await?;
    tell(tx, row, actor, now, action, detail).await?;
    news::happened(tx, actor, row, &happened, now).await
}

async fn tell(
    tx: &mut Tx,
    row: &store::Booking,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &'static str,
    detail: Value,
) -> Result<()> {
    let mut whole = json!({ "resource_id": row.resource_id, "organization_id": row.organization_id });
    if let (Value::Object(whole), Value::Object(detail)) = (&mut whole, detail) {
        whole.extend(detail);
    }
    audit::record(tx, actor, now, Event::new(action, "booking", row.id, whole)).await
}

/// Calls a booking off for one of its two sides, in the transaction of what makes it so: the end of an agreement.
pub async fn cancel_within(
    tx: &mut Tx,
    actor: &Actor,
    now: DateTime<Utc>,
    id: Uuid,
    organization: Uuid,
    reason: &str,
) -> Result<()> {
    let Some(resource) = store::resource_of(tx, id).await? else { return Err(ApiError::not_found("booking")) };
    resources::store::lock(tx, resource).await?;
    let mut row = store::load(tx, id).await?;
    let side = if row.owner_id == organization { rules::Side::Owner } else { rules::Side::Asker };
    let step = Step::Cancel(Act { by: actor.account_id, at: now }, side, reason.to_owned());
    let detail = json!({ "side": BookingSide::from(side), "reason": reason });
    take(tx, &mut row, actor, now, step, ("booking.cancel", detail)).await
}
