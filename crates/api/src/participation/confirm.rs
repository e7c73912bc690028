//! The host speaks about a session: confirms all, some, or with changed minutes, rejects with a reason, marks as absent.
//! Credit follows in the same transaction.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use kepu_domain::credit::Credit;
use kepu_domain::participation::{Act, StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Row, Taken};
use super::{MOST, TAG, entry};
use crate::audit;
use crate::auth::Actor;
use crate::credits::{Author, Cause, touch_participations};
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::state::AppState;

/// What the host says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Confirm all that wait in the session and are not named below.
    #[serde(default)]
    pub all: bool,
    /// Confirm these, perhaps with changed minutes.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub confirm: Vec<ConfirmItem>,
    /// Reject these.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub reject: Vec<RejectItem>,
    /// Mark these participations as absent.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub absent: Vec<Uuid>,
}

/// One participation to confirm.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmItem {
    /// The participation.
    pub participation_id: Uuid,
    /// Minutes, if they differ from what was recorded.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<i32>,
    /// Quantity, if it differs from what was recorded.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub quantity: Option<i32>,
}

/// One participation to reject.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectItem {
    /// The participation.
    pub participation_id: Uuid,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What became of each participation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConfirmAnswer {
    /// The session.
    pub session_id: Uuid,
    /// Confirmed.
    pub confirmed: usize,
    /// Rejected.
    pub rejected: usize,
    /// Marked as absent.
    pub absent: usize,
    /// Refused: nothing changed.
    pub refused: usize,
    /// Entries added to the ledger.
    pub ledger_entries: usize,
    /// One for each participation.
    pub outcomes: Vec<ConfirmOutcome>,
}

/// What became of one participation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConfirmOutcome {
    /// The participation.
    pub participation_id: Uuid,
    /// The person, if found.
    pub person_id: Option<Uuid>,
    /// The person's name, if found.
    pub name: Option<String>,
    /// `confirmed`, `rejected`, `absent` or `refused`.
    pub outcome: String,
    /// Why it was refused, for programs.
    pub code: Option<String>,
    /// Why it was refused, and what to do.
    pub message: Option<String>,
    /// Credit that it brought, over all policies of the district, as a decimal.
    pub credit: Option<String>,
}

/// Confirms, rejects and marks as absent, in one go.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/confirmation", operation_id = "confirm_session", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ConfirmRequest,
    responses((status = 200, description = "What became of each participation", body = ConfirmAnswer), ApiErrors)
)]
pub async fn confirm_session(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ConfirmRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    let scope = Scope::Host { district: tx.district().0, host: session.host_id };
    actor.require(Action::ParticipationConfirm, &scope)?;
    let now = state.now();
    let act = Act { by: actor.account_id, at: now };
    let steps = steps(&body, act)?;
    if session.status == "cancelled" {
        return Err(ApiError::conflict("session_cancelled", "The session was cancelled; nobody can take part in it."));
    }
    if session.starts_at > now {
        let detail = "The session has not begun. Confirm when it has.";
        return Err(ApiError::conflict("session_not_begun", detail));
    }
    let named: Vec<Uuid> = steps.keys().copied().collect();
    let rows = store::lock_of_session(&mut tx, id, &named, body.all).await?;
    let decided = decide(rows, steps, act)?;
    store::store_steps(&mut tx, &decided.taken, actor.account_id, now).await?;
    let confirmed = decided.ids(StateName::Confirmed);
    let author = Author { account_id: actor.account_id, at: now };
    let rescored = touch_participations(&mut tx, &author, &confirmed, Cause::Confirmed).await?;
    let answer = decided.answer(id, &rescored.by_record, rescored.entries);
    let detail = json!({
        "confirmed": confirmed, "rejected": decided.ids(StateName::Rejected), "absent": decided.ids(StateName::Absent),
        "refused": answer.refused, "ledger_entries": rescored.entries,
    });
    audit::record(&mut tx, &actor, now, audit::Event::new("participation.confirm", "session", id, detail)).await?;
    tx.commit_with(Json(answer)).await
}

/// The step for each participation that is named.
fn steps(body: &ConfirmRequest, act: Act) -> Result<HashMap<Uuid, Step>> {
    let mut errors = Vec::new();
    let mut steps = HashMap::new();
    let mut add = |field: String, id: Uuid, step: Step, errors: &mut Vec<FieldError>| {
        if steps.insert(id, step).is_some() {
            errors
                .push(FieldError::new(field, "named_twice", "the participation is named twice").value(id.to_string()));
        }
    };
    for (i, item) in body.confirm.iter().enumerate() {
        let field = format!("confirm[{i}]");
        let extent = entry::extent(&field, item.minutes, item.quantity, &mut errors);
        add(field, item.participation_id, Step::Confirm(act, extent), &mut errors);
    }
    for (i, item) in body.reject.iter().enumerate() {
        let length = item.reason.trim().chars().count();
        if !(1..=500).contains(&length) {
            let field = format!("reject[{i}].reason");
            errors.push(FieldError::new(field, "length", "say why, in 1 to 500 characters"));
        }
        let step = Step::Reject(act, item.reason.trim().to_owned());
        add(format!("reject[{i}]"), item.participation_id, step, &mut errors);
    }
    for (i, id) in body.absent.iter().enumerate() {
        add(format!("absent[{i}]"), *id, Step::MarkAbsent, &mut errors);
    }
    if steps.is_empty() && !body.all {
        errors.push(FieldError::new("confirm", "required", "say `all`, or name at least one participation"));
    }
    if steps.len() > MOST {
        let message = format!("at most {MOST} participations a request, not {}", steps.len());
        errors.push(FieldError::new("confirm", "too_many", message));
    }
    if errors.is_empty() { Ok(steps) } else { Err(ApiError::invalid(errors)) }
}

/// What is stored and what is answered.
struct Decided {
    taken: Vec<Taken>,
    people: HashMap<Uuid, (Uuid, String)>,
    /// Were marked as absent at the door already: nothing to store.
    absent_already: Vec<Uuid>,
    refused: Vec<ConfirmOutcome>,
}

/// Takes the steps on the locked rows.
fn decide(rows: Vec<Row>, mut steps: HashMap<Uuid, Step>, act: Act) -> Result<Decided> {
    let mut decided =
        Decided { taken: Vec::new(), people: HashMap::new(), absent_already: Vec::new(), refused: Vec::new() };
    for row in rows {
        let step = steps.remove(&row.id).unwrap_or(Step::Confirm(act, kepu_domain::participation::Extent::default()));
        let before = row.participation()?;
        let from = before.state();
        let reason = match &step {
            Step::Reject(_, reason) => reason.clone(),
            _ => String::new(),
        };
        decided.people.insert(row.id, (row.person_id, row.name.clone()));
        if from == StateName::Absent && step == Step::MarkAbsent {
            decided.absent_already.push(row.id);
            continue;
        }
        match before.take(step) {
            Ok(to) => decided.taken.push(Taken { id: row.id, from, to, reason }),
            Err(refusal) => {
                let (code, message) = entry::refusal(refusal);
                decided.refused.push(refused(row.id, Some((row.person_id, row.name)), &code, message));
            }
        }
    }
    let unknown: HashSet<Uuid> = steps.into_keys().collect();
    let message = "there is no such participation in this session and district";
    decided.refused.extend(unknown.into_iter().map(|id| refused(id, None, "not_found", message.to_owned())));
    decided.refused.sort_by_key(|o| o.participation_id);
    Ok(decided)
}

impl Decided {
    fn ids(&self, state: StateName) -> Vec<Uuid> {
        self.taken.iter().filter(|t| t.to.state() == state).map(|t| t.id).collect()
    }

    fn answer(&self, session_id: Uuid, credit: &HashMap<Uuid, Credit>, ledger_entries: usize) -> ConfirmAnswer {
        let taken = self.taken.iter().map(|t| (t.id, t.to.state()));
        let absent_already = self.absent_already.iter().map(|id| (*id, StateName::Absent));
        let taken = taken.chain(absent_already).map(|(id, state)| {
            let person = self.people.get(&id);
            let confirmed = state == StateName::Confirmed;
            ConfirmOutcome {
                participation_id: id,
                person_id: person.map(|p| p.0),
                name: person.map(|p| p.1.clone()),
                outcome: state.word().to_owned(),
                code: None,
                message: None,
                credit: confirmed.then(|| credit.get(&id).copied().unwrap_or_default().to_string()),
            }
        });
        let mut outcomes: Vec<ConfirmOutcome> = taken.collect();
        outcomes.extend(self.refused.iter().map(|o| {
            let person = o.person_id.zip(o.name.clone());
            refused(
                o.participation_id,
                person,
                o.code.as_deref().unwrap_or_default(),
                o.message.clone().unwrap_or_default(),
            )
        }));
        ConfirmAnswer {
            session_id,
            confirmed: self.ids(StateName::Confirmed).len(),
            rejected: self.ids(StateName::Rejected).len(),
            absent: self.ids(StateName::Absent).len() + self.absent_already.len(),
            refused: self.refused.len(),
            ledger_entries,
            outcomes,
        }
    }
}

fn refused(id: Uuid, person: Option<(Uuid, String)>, code: &str, message: String) -> ConfirmOutcome {
    ConfirmOutcome {
        participation_id: id,
        person_id: person.as_ref().map(|p| p.0),
        name: person.map(|p| p.1),
        outcome: "refused".to_owned(),
        code: Some(code.to_owned()),
        message: Some(message),
        credit: None,
    }
}
