//! One participation: read with its history, amend, void, take back.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use kepu_domain::participation::{Act, Refusal, StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::entry::{self, ListedParticipation, ParticipationView};
use super::places;
use super::store::{self, Row, Taken};
use crate::audit;
use crate::auth::Actor;
use crate::credits::{Author, Cause, touch_participations};
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath, ETag, IfMatch};
use crate::state::AppState;
use crate::tenancy::Tx;

/// A participation with its history.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ParticipationDetail {
    /// As it is now.
    #[serde(flatten)]
    pub participation: ListedParticipation,
    /// Every step, first to last.
    pub history: Vec<HistoryEntry>,
}

/// One step of a participation's life.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HistoryEntry {
    /// The state before; none for the first.
    pub from_state: Option<String>,
    /// The state after.
    pub to_state: String,
    /// Minutes after it.
    pub minutes: Option<i32>,
    /// Quantity after it.
    pub quantity: Option<i32>,
    /// Why.
    pub reason: String,
    /// Who.
    pub account_id: Uuid,
    /// How that account is called.
    pub account_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Corrected minutes or quantity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendRequest {
    /// Minutes, if they were wrong.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<i32>,
    /// Quantity, if it was wrong.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub quantity: Option<i32>,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// One participation with its history.
#[utoipa::path(
    get, path = "/api/v1/participations/{id}", operation_id = "read_participation", tag = TAG,
    params(("id" = Uuid, Path, description = "The participation")),
    responses((status = 200, description = "The participation", body = ParticipationDetail), ApiErrors)
)]
pub async fn read_participation(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ParticipationDetail>)> {
    let mut tx = state.begin(&actor).await?;
    let shown = store::shown(&mut tx, id).await?;
    let row = &shown.row;
    let district = tx.district().0;
    let host = Scope::Host { district, host: row.host_id };
    let person = Scope::Person { district, person: row.person_id, school: row.school_id };
    if !actor.may(Action::ParticipationRead, &host) {
        actor.require(Action::ParticipationRead, &person)?;
    }
    let events = store::events(&mut tx, id).await?;
    let detail = json!({ "person_id": row.person_id });
    audit::record(&mut tx, &actor, state.now(), audit::Event::new("participation.read", "participation", id, detail))
        .await?;
    tx.commit().await?;
    let history = events
        .into_iter()
        .map(|e| HistoryEntry {
            from_state: e.from_state,
            to_state: e.to_state,
            minutes: e.minutes,
            quantity: e.quantity,
            reason: e.reason,
            account_id: e.account_id,
            account_name: e.account_name,
            at: e.at,
        })
        .collect();
    Ok((ETag(shown.row.version), Json(ParticipationDetail { participation: shown.into(), history })))
}

/// Corrects what was confirmed. Credit follows.
#[utoipa::path(
    post, path = "/api/v1/participations/{id}/amend", operation_id = "amend_participation", tag = TAG,
    params(("id" = Uuid, Path, description = "The participation"),
           ("If-Match" = String, Header, description = "The version that was read")),
    request_body = AmendRequest,
    responses((status = 200, description = "As it is now", body = ParticipationView), ApiErrors)
)]
pub async fn amend_participation(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AmendRequest>,
) -> Result<Response> {
    let mut errors = Vec::new();
    let extent = entry::extent("", body.minutes, body.quantity, &mut errors);
    if body.minutes.is_none() && body.quantity.is_none() {
        errors.push(FieldError::new("minutes", "required", "give the right minutes or quantity"));
    }
    let reason = reason(&body.reason, &mut errors);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let change =
        Change { action: Action::ParticipationAmend, event: "participation.amend", cause: Some(Cause::Amended) };
    change.make(&state, &actor, id, Some(version), reason.clone(), |act| Step::Amend(act, extent, reason)).await
}

/// Takes away what was confirmed wrongly. Credit goes with it; the history stays.
#[utoipa::path(
    post, path = "/api/v1/participations/{id}/void", operation_id = "void_participation", tag = TAG,
    params(("id" = Uuid, Path, description = "The participation"),
           ("If-Match" = String, Header, description = "The version that was read")),
    request_body = ReasonRequest,
    responses((status = 200, description = "As it is now", body = ParticipationView), ApiErrors)
)]
pub async fn void_participation(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ReasonRequest>,
) -> Result<Response> {
    let mut errors = Vec::new();
    let reason = reason(&body.reason, &mut errors);
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let mut tx = state.begin(&actor).await?;
    let row = store::lock(&mut tx, id).await?;
    actor.require(Action::ParticipationVoid, &Scope::Host { district: tx.district().0, host: row.host_id })?;
    version.check("participation", row.version)?;
    void_many(&mut tx, &state, &actor, &[id], &reason).await?;
    let row = store::get(&mut tx, id).await?;
    tx.commit_with((ETag(row.version), Json(ParticipationView::from(row)))).await
}

/// The school takes back what the host has not spoken about.
#[utoipa::path(
    post, path = "/api/v1/participations/{id}/withdraw", operation_id = "withdraw_participation", tag = TAG,
    params(("id" = Uuid, Path, description = "The participation")),
    responses((status = 200, description = "As it is now", body = ParticipationView), ApiErrors)
)]
pub async fn withdraw_participation(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let change = Change { action: Action::ParticipationRecord, event: "participation.withdraw", cause: None };
    change.make(&state, &actor, id, None, String::new(), |_| Step::Withdraw).await
}

/// Voids several confirmed participations, each with this reason, for the actor who may do so at each host.
///
/// # Errors
/// If one cannot be voided; none is then.
pub async fn void_many(tx: &mut Tx, state: &AppState, actor: &Actor, ids: &[Uuid], reason: &str) -> Result<()> {
    let (district, now) = (tx.district().0, state.now());
    let rows = store::lock_all(tx, ids).await?;
    let (mut taken, mut trail) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in &rows {
        actor.require(Action::ParticipationVoid, &Scope::Host { district, host: row.host_id })?;
        let before = row.participation()?;
        let from = before.state();
        let act = Act { by: actor.account_id, at: now };
        let to = before.take(Step::Void(act, reason.to_owned())).map_err(refused)?;
        let detail =
            json!({ "person_id": row.person_id, "from": from.word(), "to": to.state().word(), "reason": reason });
        trail.push(audit::Event::new("participation.void", "participation", row.id, detail));
        taken.push(Taken { id: row.id, from, to, reason: reason.to_owned() });
    }
    let found: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    if ids.iter().any(|id| !found.contains(id)) {
        return Err(ApiError::not_found("participation"));
    }
    store::store_steps(tx, &taken, actor.account_id, now).await?;
    touch_participations(tx, &Author { account_id: actor.account_id, at: now }, &found, Cause::Voided).await?;
    audit::record_many(tx, actor, now, trail).await
}

fn reason(text: &str, errors: &mut Vec<FieldError>) -> String {
    let text = text.trim();
    if !(1..=500).contains(&text.chars().count()) {
        errors.push(FieldError::new("reason", "length", "say why, in 1 to 500 characters"));
    }
    text.to_owned()
}

/// A change of one participation.
struct Change {
    action: Action,
    event: &'static str,
    /// Why credit changes; none where there is none yet.
    cause: Option<Cause>,
}

impl Change {
    async fn make(
        self,
        state: &AppState,
        actor: &Actor,
        id: Uuid,
        version: Option<IfMatch>,
        reason: String,
        step: impl FnOnce(Act) -> Step,
    ) -> Result<Response> {
        let mut tx = state.begin(actor).await?;
        if self.cause.is_none() {
            // Places before rows, as registering does.
            let session = store::get(&mut tx, id).await?.session_id;
            places::store::lock(&mut tx, session).await?;
        }
        let row = store::lock(&mut tx, id).await?;
        actor.require(self.action, &self.scope(&tx, &row))?;
        if let Some(version) = version {
            version.check("participation", row.version)?;
        }
        let now = state.now();
        let before = row.participation()?;
        let from = before.state();
        let to = before.take(step(Act { by: actor.account_id, at: now })).map_err(refused)?;
        let detail = json!({
            "person_id": row.person_id, "from": from.word(), "to": to.state().word(), "reason": reason,
            "minutes": { "from": row.minutes, "to": to.entry().extent.minutes },
        });
        store::store_steps(&mut tx, &[Taken { id, from, to, reason }], actor.account_id, now).await?;
        if let Some(cause) = self.cause {
            let author = Author { account_id: actor.account_id, at: now };
            touch_participations(&mut tx, &author, &[id], cause).await?;
        } else if from == StateName::Registered {
            places::admit_next(&mut tx, state, row.session_id, &actor.into(), now).await?;
        }
        audit::record(&mut tx, actor, now, audit::Event::new(self.event, "participation", id, detail)).await?;
        let row = store::get(&mut tx, id).await?;
        tx.commit_with((ETag(row.version), Json(ParticipationView::from(row)))).await
    }

    /// Schools answer for what they record, hosts for what they confirm.
    fn scope(&self, tx: &Tx, row: &Row) -> Scope {
        let district = tx.district().0;
        match (self.action, row.school_id) {
            (Action::ParticipationRecord, Some(school)) => Scope::School { district, school },
            _ => Scope::Host { district, host: row.host_id },
        }
    }
}

pub(super) fn refused(refusal: Refusal) -> ApiError {
    let (code, message) = (refusal.code(), refusal.to_string());
    match refusal {
        Refusal::RecorderCannotConfirm => ApiError::forbidden(message),
        _ => ApiError::conflict(code, format!("Nothing was changed: {message}.")),
    }
}
