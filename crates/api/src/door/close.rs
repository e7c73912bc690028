//! The host closes a session: who was there is confirmed, in one go.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use kepu_domain::participation::{Act, Extent, StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::settle::settle_one;
use super::store::{self, Closing};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::check::Checks;
use crate::credits::{Author, Cause, touch_participations};
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::participation::store::{Row, Taken, lock_of_session, store_steps};
use crate::state::AppState;

/// Persons that one closing may hold back.
const MOST_HELD: usize = 1000;

/// How to close.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    /// Persons who stay unconfirmed for now.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub hold: Vec<Uuid>,
    /// Mark those who were expected and did not come as absent.
    #[serde(default = "yes")]
    pub mark_absent: bool,
}

const fn yes() -> bool {
    true
}

/// What closing did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CloseAnswer {
    /// The session.
    pub session_id: Uuid,
    /// When.
    pub closed_at: DateTime<Utc>,
    /// Confirmed.
    pub confirmed: usize,
    /// Marked as absent.
    pub absent: usize,
    /// Held back.
    pub held: usize,
    /// Entries added to the ledger.
    pub ledger_entries: usize,
    /// Who could not be confirmed, and why.
    pub refused: Vec<CloseRefusal>,
}

/// Who could not be confirmed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CloseRefusal {
    /// The participation.
    pub participation_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The person's name.
    pub name: String,
    /// The person's class; within its grade, often a number alone.
    pub class_name: Option<String>,
    /// Its grade.
    pub grade: Option<i32>,
    /// Why, for programs.
    pub code: String,
    /// Why, and what to do.
    pub message: String,
}

/// Closes the door of a session for the guests of the district: who was there is confirmed, with credit, in one
/// transaction. Scans of before that come later are treated as if they had come in time; those of after must be looked at.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/door/close", operation_id = "close_door", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = CloseRequest,
    responses((status = 200, description = "What became of everybody", body = CloseAnswer), ApiErrors)
)]
pub async fn close_door(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<CloseRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    store::lock(&mut tx, &[id]).await?;
    let mut session = store::session(&mut tx, id).await?;
    actor.require(Action::ParticipationConfirm, &Scope::Host { district: tx.district().0, host: session.host_id })?;
    let mut checks = Checks::new();
    checks.count("hold", body.hold.len(), 0..=MOST_HELD);
    checks.finish()?;
    // Read under the lock: no scan that is in has a later moment.
    let now = state.now();
    if session.status == "cancelled" {
        return Err(ApiError::conflict("session_cancelled", "The session was cancelled; there is nothing to close."));
    }
    if session.starts_at > now {
        return Err(ApiError::conflict("session_not_begun", "The session has not begun. Close it when it is over."));
    }
    if let Some(at) = session.closed_at {
        let detail = format!("The door was closed already, at {}. Confirm who is left one by one.", at.to_rfc3339());
        return Err(ApiError::conflict("door_closed", detail));
    }
    let closing = Closing { by: actor.account_id, at: now, held: body.hold };
    store::insert_closing(&mut tx, id, &closing).await?;
    session.closed_at = Some(closing.at);
    session.closed_by = Some(closing.by);
    session.held = Some(closing.held.clone());
    let guests = store::guests(&mut tx, id).await?;
    let persons: Vec<Uuid> = guests.iter().map(|guest| guest.person_id).collect();
    let classes: HashMap<Uuid, Option<String>> =
        guests.into_iter().map(|guest| (guest.person_id, guest.class_name)).collect();
    let touched = settle_one(&mut tx, &session, &persons, now).await?;
    // Walk-ins whom the one that closes had let in, and another guide, too.
    let (mut confirmed, mut entries) = (touched.confirmed.clone(), touched.ledger_entries);
    let presence = touched.presence();
    let minutes: HashMap<Uuid, Option<i32>> = presence.iter().map(|(person, one)| (*person, one.minutes)).collect();
    let rows = lock_of_session(&mut tx, id, &[], true).await?;
    let mut decided = decide(rows, &closing, &minutes, body.mark_absent, Act { by: actor.account_id, at: now })?;
    for refusal in &mut decided.refused {
        refusal.class_name = classes.get(&refusal.person_id).cloned().flatten();
    }
    store_steps(&mut tx, &decided.taken, actor.account_id, now).await?;
    let decided_on = decided.ids(StateName::Confirmed);
    let author = Author { account_id: actor.account_id, at: now };
    entries += touch_participations(&mut tx, &author, &decided_on, Cause::Confirmed).await?.entries;
    confirmed.extend(decided_on);
    let answer = CloseAnswer {
        session_id: id,
        closed_at: now,
        confirmed: confirmed.len(),
        absent: decided.ids(StateName::Absent).len(),
        held: decided.held,
        ledger_entries: entries,
        refused: decided.refused,
    };
    let detail = json!({
        "confirmed": confirmed, "absent": answer.absent, "held": closing.held, "refused": answer.refused.len(),
        "ledger_entries": entries,
    });
    audit::record(&mut tx, &actor, now, Event::new("door.close", "session", id, detail)).await?;
    tx.commit_with(Json(answer)).await
}

struct Decided {
    taken: Vec<Taken>,
    held: usize,
    refused: Vec<CloseRefusal>,
}

impl Decided {
    fn ids(&self, state: StateName) -> Vec<Uuid> {
        self.taken.iter().filter(|one| one.to.state() == state).map(|one| one.id).collect()
    }
}

/// Those who were seen are confirmed, those who were expected are absent; what a school recorded afterwards waits on.
fn decide(
    rows: Vec<Row>,
    closing: &Closing,
    minutes: &HashMap<Uuid, Option<i32>>,
    mark_absent: bool,
    act: Act,
) -> Result<Decided> {
    let mut decided = Decided { taken: Vec::new(), held: 0, refused: Vec::new() };
    for row in rows {
        let before = row.participation()?;
        let from = before.state();
        let step = match from {
            StateName::Attended => {
                let minutes = minutes.get(&row.person_id).copied().flatten();
                Step::Confirm(act, Extent { minutes, quantity: None })
            }
            StateName::Registered if mark_absent => Step::MarkAbsent,
            _ => continue,
        };
        if closing.held.contains(&row.person_id) {
            decided.held += 1;
            continue;
        }
        match before.take(step) {
            Ok(to) => decided.taken.push(Taken { id: row.id, from, to, reason: String::new() }),
            Err(refusal) => decided.refused.push(CloseRefusal {
                participation_id: row.id,
                person_id: row.person_id,
                name: row.name,
                class_name: None,
                grade: row.grade,
                code: refusal.code().to_owned(),
                message: refusal.to_string(),
            }),
        }
    }
    Ok(decided)
}
