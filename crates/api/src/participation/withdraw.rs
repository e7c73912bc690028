//! A school takes a group entry back in one go: the undo of a recording.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use kepu_domain::participation::{StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::places::{self, admit_next};
use super::store::{self, Taken};
use super::{MOST, TAG, entry};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::state::AppState;

/// Which to take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// Participations of the session, as the answer of the recording names them.
    #[schema(min_items = 1, max_items = 500)]
    pub participations: Vec<Uuid>,
}

/// What became of each participation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WithdrawAnswer {
    /// The session.
    pub session_id: Uuid,
    /// Taken back.
    pub withdrawn: usize,
    /// Refused: nothing changed.
    pub refused: usize,
    /// Of the waitlist, who took the places that became free.
    pub admitted: usize,
    /// One for each participation, in the order of the request.
    pub outcomes: Vec<WithdrawOutcome>,
}

/// What became of one participation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WithdrawOutcome {
    /// The participation.
    pub participation_id: Uuid,
    /// The person, if found.
    pub person_id: Option<Uuid>,
    /// The person's name, if found.
    pub name: Option<String>,
    /// `withdrawn` or `refused`.
    pub outcome: String,
    /// Why it was refused, for programs.
    pub code: Option<String>,
    /// Why it was refused, and what to do.
    pub message: Option<String>,
}

/// Takes back what was recorded or registered together, as far as the host has not spoken about it.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/participations/withdraw", operation_id = "withdraw_participations", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = WithdrawRequest,
    responses((status = 200, description = "What became of each participation", body = WithdrawAnswer), ApiErrors)
)]
pub async fn withdraw_participations(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<WithdrawRequest>,
) -> Result<Response> {
    let ids = checked(&body.participations)?;
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let session = store::session(&mut tx, id).await?;
    let may = |school: Uuid| actor.may(Action::ParticipationRecord, &Scope::School { district, school });
    if !actor.schools().as_filter().is_some_and(|schools| schools.iter().any(|school| may(*school))) {
        // Says which roles may.
        actor.require(Action::ParticipationRecord, &Scope::District { district })?;
    }
    let now = state.now();
    let to_come = session.starts_at > now;
    if to_come {
        // Places before rows, as registering does.
        places::store::lock(&mut tx, session.id).await?;
    }
    let rows = store::lock_of_session(&mut tx, session.id, &ids, false).await?;
    let (mut taken, mut freed) = (Vec::new(), false);
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in &ids {
        let Some(row) = rows.iter().find(|row| row.id == *id) else {
            let message = "there is no such participation in this session and district".to_owned();
            outcomes.push(refused(*id, None, "not_found", message));
            continue;
        };
        let person = Some((row.person_id, row.name.clone()));
        if !row.school_id.is_some_and(may) {
            let message = "was not at your school on that day; the school of that day takes it back".to_owned();
            outcomes.push(refused(*id, None, "not_your_school", message));
            continue;
        }
        let before = row.participation()?;
        let from = before.state();
        match before.take(Step::Withdraw) {
            Ok(to) => {
                freed |= from == StateName::Registered;
                taken.push(Taken { id: *id, from, to, reason: String::new() });
                outcomes.push(WithdrawOutcome {
                    participation_id: *id,
                    person_id: Some(row.person_id),
                    name: Some(row.name.clone()),
                    outcome: "withdrawn".into(),
                    code: None,
                    message: None,
                });
            }
            Err(refusal) => {
                let (code, message) = entry::refusal(refusal);
                outcomes.push(refused(*id, person, &code, message));
            }
        }
    }
    store::store_steps(&mut tx, &taken, actor.account_id, now).await?;
    let admitted =
        if freed && to_come { admit_next(&mut tx, &state, session.id, &(&actor).into(), now).await? } else { 0 };
    let withdrawn: Vec<Uuid> = taken.iter().map(|one| one.id).collect();
    let answer = WithdrawAnswer {
        session_id: session.id,
        withdrawn: withdrawn.len(),
        refused: outcomes.len() - withdrawn.len(),
        admitted,
        outcomes,
    };
    let detail = json!({ "participations": withdrawn, "refused": answer.refused, "admitted": admitted });
    audit::record(&mut tx, &actor, now, audit::Event::new("participation.withdraw", "session", session.id, detail))
        .await?;
    tx.commit_with(Json(answer)).await
}

fn checked(asked: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for (at, id) in asked.iter().enumerate() {
        if !seen.insert(*id) {
            let error = FieldError::new(format!("participations[{at}]"), "named_twice", "is named twice");
            errors.push(error.value(id.to_string()));
        }
    }
    if asked.is_empty() {
        errors.push(FieldError::new("participations", "required", "name at least one participation"));
    }
    if asked.len() > MOST {
        let message = format!("at most {MOST} participations a request, not {}", asked.len());
        errors.push(FieldError::new("participations", "too_many", message));
    }
    if errors.is_empty() { Ok(asked.to_vec()) } else { Err(ApiError::invalid(errors)) }
}

fn refused(id: Uuid, person: Option<(Uuid, String)>, code: &str, message: String) -> WithdrawOutcome {
    WithdrawOutcome {
        participation_id: id,
        person_id: person.as_ref().map(|p| p.0),
        name: person.map(|p| p.1),
        outcome: "refused".to_owned(),
        code: Some(code.to_owned()),
        message: Some(message),
    }
}
