//! What a granted appeal does to a participation, in the transaction of the decision.

use chrono::{DateTime, Utc};
use kepu_domain::participation::{Act, Extent, Step};
use serde_json::json;
use uuid::Uuid;

use super::change::refused;
use super::entry;
use super::store::{self, Taken};
use crate::audit;
use crate::auth::Actor;
use crate::credits::{Author, Cause, Rescored, touch_participations};
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// What is put right.
#[derive(Debug, Clone, Copy)]
pub enum Righting {
    /// The person was there.
    Confirm(Extent),
    /// Minutes or quantity were others.
    Amend(Extent),
    /// The person was not there.
    Void,
}

/// Puts a participation right for this reason at the moment of the decision; credit follows. The caller has asked for the
/// right to decide.
///
/// # Errors
/// If the session was cancelled or has not begun, or the state of the participation does not allow it; nothing is
/// stored then.
pub async fn put_right(
    tx: &mut Tx,
    actor: &Actor,
    id: Uuid,
    righting: Righting,
    (reason, now): (&str, DateTime<Utc>),
) -> Result<Rescored> {
    let row = store::lock(tx, id).await?;
    let session = store::session(tx, row.session_id).await?;
    let act = Act { by: actor.account_id, at: now };
    let reason = reason.to_owned();
    let step = match righting {
        Righting::Confirm(_) if session.status == "cancelled" => {
            let detail = "The session was cancelled; nobody can have taken part in it. Nothing was changed.";
            return Err(ApiError::conflict("session_cancelled", detail));
        }
        Righting::Confirm(_) if session.starts_at > now => {
            let detail = "The session has not begun; nobody has taken part in it yet. Nothing was changed.";
            return Err(ApiError::conflict("session_not_begun", detail));
        }
        Righting::Confirm(extent) => Step::Uphold(act, checked(extent)?, reason.clone()),
        Righting::Amend(extent) => Step::Amend(act, checked(extent)?, reason.clone()),
        Righting::Void => Step::Void(act, reason.clone()),
    };
    let before = row.participation()?;
    let from = before.state();
    let to = before.take(step).map_err(refused)?;
    let detail = json!({
        "person_id": row.person_id, "from": from.word(), "to": to.state().word(), "reason": reason,
        "minutes": { "from": row.minutes, "to": to.entry().extent.minutes },
        "quantity": { "from": row.quantity, "to": to.entry().extent.quantity },
    });
    store::store_steps(tx, &[Taken { id, from, to, reason }], actor.account_id, now).await?;
    audit::record(tx, actor, now, audit::Event::new("participation.put_right", "participation", id, detail)).await?;
    touch_participations(tx, &Author { account_id: actor.account_id, at: now }, &[id], Cause::Appeal).await
}

fn checked(extent: Extent) -> Result<Extent> {
    let mut errors = Vec::new();
    let extent = entry::extent("correction", extent.minutes, extent.quantity, &mut errors);
    if errors.is_empty() { Ok(extent) } else { Err(ApiError::invalid(errors)) }
}
