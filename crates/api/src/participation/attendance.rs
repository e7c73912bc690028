//! At the door: the host says who of those that registered is there, before it confirms.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use kepu_domain::participation::{Participation, StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Row, Taken};
use super::{MOST, TAG, entry};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::state::AppState;

/// Doors open so long before the beginning.
const DOORS: TimeDelta = TimeDelta::hours(2);

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Is or was there.
    Present,
    /// Did not come.
    Absent,
}

/// Who is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceRequest {
    /// One for each person of whom something is said.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Vec<AttendanceItem>,
}

/// One person, by `participation_id` or `person_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceItem {
    /// The participation.
    #[serde(default)]
    pub participation_id: Option<Uuid>,
    /// The person who is registered.
    #[serde(default)]
    pub person_id: Option<Uuid>,
    /// Whether the person is there.
    pub presence: Presence,
    /// Minutes, if they differ from the plan.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<i32>,
}

/// What became of each.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AttendanceAnswer {
    /// The session.
    pub session_id: Uuid,
    /// Newly marked as there.
    pub attended: usize,
    /// Newly marked as absent.
    pub absent: usize,
    /// Were marked so already.
    pub unchanged: usize,
    /// Refused: nothing changed.
    pub refused: usize,
    /// One for each item, in the order of the request.
    pub outcomes: Vec<AttendanceOutcome>,
}

/// What became of one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AttendanceOutcome {
    /// Place in the request, from 0.
    pub index: usize,
    /// The participation, if found.
    pub participation_id: Option<Uuid>,
    /// The person, if found.
    pub person_id: Option<Uuid>,
    /// The person's name, if found.
    pub name: Option<String>,
    /// `attended`, `absent`, `unchanged` or `refused`.
    pub outcome: String,
    /// Why it was refused, for programs.
    pub code: Option<String>,
    /// Why it was refused, and what to do.
    pub message: Option<String>,
}

/// Marks who is there and who is not, from two hours before the beginning until the session is confirmed.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/attendance", operation_id = "mark_attendance", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = AttendanceRequest,
    responses((status = 200, description = "What became of each", body = AttendanceAnswer), ApiErrors)
)]
pub async fn mark_attendance(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<AttendanceRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    let scope = Scope::Host { district: tx.district().0, host: session.host_id };
    actor.require(Action::ParticipationConfirm, &scope)?;
    check(&body)?;
    if session.status == "cancelled" {
        return Err(ApiError::conflict("session_cancelled", "The session was cancelled; nobody can take part in it."));
    }
    let now = state.now();
    if session.starts_at - DOORS > now {
        let detail = "Attendance is taken from two hours before the session begins.";
        return Err(ApiError::conflict("session_not_begun", detail));
    }
    let ids: Vec<Uuid> = body.items.iter().filter_map(|item| item.participation_id).collect();
    let persons: Vec<Uuid> = body.items.iter().filter_map(|item| item.person_id).collect();
    let rows = store::lock_named(&mut tx, session.id, &ids, &persons).await?;
    let (mut taken, mut seen) = (Vec::new(), HashSet::new());
    let mut outcomes = Vec::with_capacity(body.items.len());
    for (index, item) in body.items.iter().enumerate() {
        let found = rows.iter().find(|row| {
            Some(row.id) == item.participation_id
                || item.participation_id.is_none() && Some(row.person_id) == item.person_id
        });
        outcomes.push(match found {
            None => outcome(index, None, "refused", Some(("not_found", NOT_FOUND.to_owned()))),
            Some(row) if !seen.insert(row.id) => {
                let message = "stands in this request twice; the first one is taken".to_owned();
                outcome(index, Some(row), "refused", Some(("twice_in_request", message)))
            }
            Some(row) => mark(index, row, item, &mut taken)?,
        });
    }
    store::store_steps(&mut tx, &taken, actor.account_id, now).await?;
    let of = |state: StateName| -> Vec<Uuid> {
        taken.iter().filter(|one| one.to.state() == state).map(|one| one.id).collect()
    };
    let (attended, absent) = (of(StateName::Attended), of(StateName::Absent));
    let count = |word: &str| outcomes.iter().filter(|one| one.outcome == word).count();
    let answer = AttendanceAnswer {
        session_id: session.id,
        attended: attended.len(),
        absent: absent.len(),
        unchanged: count("unchanged"),
        refused: count("refused"),
        outcomes,
    };
    let detail = json!({ "attended": attended, "absent": absent, "refused": answer.refused });
    audit::record(&mut tx, &actor, now, audit::Event::new("participation.attend", "session", session.id, detail))
        .await?;
    tx.commit_with(Json(answer)).await
}

const NOT_FOUND: &str = "is not registered for this session in this district";

fn check(body: &AttendanceRequest) -> Result<()> {
    let mut errors = Vec::new();
    for (at, item) in body.items.iter().enumerate() {
        let field = format!("items[{at}]");
        entry::extent(&field, item.minutes, None, &mut errors);
        if item.participation_id.is_some() == item.person_id.is_some() {
            errors.push(FieldError::new(field, "one_of", "give either participation_id or person_id"));
        }
    }
    if body.items.is_empty() {
        errors.push(FieldError::new("items", "required", "say at least of one person whether it is there"));
    }
    if body.items.len() > MOST {
        let message = format!("at most {MOST} items a request, not {}", body.items.len());
        errors.push(FieldError::new("items", "too_many", message));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

fn mark(index: usize, row: &Row, item: &AttendanceItem, taken: &mut Vec<Taken>) -> Result<AttendanceOutcome> {
    let before = row.participation()?;
    let from = before.state();
    let minutes = kepu_domain::participation::Extent { minutes: item.minutes, quantity: None };
    let step = match item.presence {
        Presence::Present => Step::Attend(minutes),
        Presence::Absent => Step::MarkAbsent,
    };
    let same = match (&before, item.presence) {
        (Participation::Attended(entry), Presence::Present) => {
            item.minutes.is_none() || item.minutes == entry.extent.minutes
        }
        (Participation::Absent(_), Presence::Absent) => true,
        _ => false,
    };
    if same {
        return Ok(outcome(index, Some(row), "unchanged", None));
    }
    Ok(match before.take(step) {
        Ok(to) => {
            let word = to.state().word();
            taken.push(Taken { id: row.id, from, to, reason: String::new() });
            outcome(index, Some(row), word, None)
        }
        Err(refusal) => {
            let (code, message) = entry::refusal(refusal);
            outcome(index, Some(row), "refused", Some((&code, message)))
        }
    })
}

fn outcome(index: usize, row: Option<&Row>, word: &str, why: Option<(&str, String)>) -> AttendanceOutcome {
    let (code, message) = why.map(|(code, message)| (code.to_owned(), message)).unzip();
    AttendanceOutcome {
        index,
        participation_id: row.map(|row| row.id),
        person_id: row.map(|row| row.person_id),
        name: row.map(|row| row.name.clone()),
        outcome: word.to_owned(),
        code,
        message,
    }
}
