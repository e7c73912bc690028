//! Taking a step: decided by the domain, written with its event and its entry on the trail.

use chrono::{DateTime, Utc};
use kepu_domain::{
    designation::{
        application::{Refusal, Step},
        form::Attached,
    },
    reminder,
};
use serde_json::json;
use uuid::Uuid;

use super::store::{self, ApplicationRow, EventRow, FileRow};
use crate::{
    audit::{self, Event},
    auth::Actor,
    credits,
    error::{ApiError, FieldError, Result},
    reminders::{self, News},
    state::AppState,
    tenancy::Tx,
};

/// The answer to what the domain refuses.
pub fn refused(refusal: &Refusal) -> ApiError {
    match refusal {
        Refusal::ReasonNeeded => ApiError::invalid_field("reason", "required", refusal.to_string()),
        Refusal::NotLater(_) => ApiError::invalid_field("until", "too_early", refusal.to_string()),
        Refusal::NumberNeeded => ApiError::invalid_field("number", "required", refusal.to_string()),
        _ => ApiError::conflict(refusal.code(), format!("That cannot be done: {refusal}.")),
    }
}

/// Takes a step of an application that is locked, and writes it. `action` is the word of the trail, whose verb is the step's
/// name.
pub async fn take(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    mut row: ApplicationRow,
    step: Step,
    action: &'static str,
    reason: &str,
) -> Result<ApplicationRow> {
    let before = row.standing.0.state();
    let happened = news(&step);
    row.standing.0 = row.standing.0.clone().take(step).map_err(|refusal| refused(&refusal))?;
    let after = row.standing.0.state();
    let now = state.now();
    if before != after {
        row.since = credits::today(tx, now).await?;
    }
    row.version += 1;
    row.updated_at = now;
    store::update(tx, &row).await?;
    write(tx, state, actor, row.id, Some(before.word()), after.word(), action, reason).await?;
    if let Some(happened) = happened {
        tell(tx, actor, &row, happened, now).await?;
    }
    Ok(row)
}

/// What of a step the applicant is told at once.
const fn news(step: &Step) -> Option<reminder::Step> {
    Some(match step {
        Step::Return { .. } => reminder::Step::ApplicationReturned,
        Step::Approve { .. } => reminder::Step::ApplicationApproved,
        Step::Refuse { .. } | Step::UpholdObjection { .. } => reminder::Step::ApplicationRefused,
        Step::Publish { .. } => reminder::Step::ApplicationPublished,
        Step::Award { .. } => reminder::Step::ApplicationAwarded,
        Step::UpholdAppeal { .. } | Step::DismissAppeal { .. } => reminder::Step::RefusalAnswered,
        _ => return None,
    })
}

/// Tells the applicant what has happened to an application.
async fn tell(
    tx: &mut Tx,
    actor: &Actor,
    row: &ApplicationRow,
    step: reminder::Step,
    now: DateTime<Utc>,
) -> Result<()> {
    let on = credits::today(tx, now).await?;
    let (label_zh, label_en) = row.label();
    let news = News { step, object: row.id, page: None, on, label_zh, label_en };
    reminders::tell_organizations(tx, actor, &[row.organization_id], &news, now).await
}

/// Writes what happened to an application.
pub async fn write(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    from: Option<&str>,
    to: &str,
    action: &'static str,
    reason: &str,
) -> Result<()> {
    let event = EventRow {
        id: state.new_id(),
        step: action.rsplit_once('.').map_or(action, |(_, verb)| verb).to_owned(),
        from_state: from.map(str::to_owned),
        to_state: to.to_owned(),
        reason: reason.to_owned(),
        account_id: actor.account_id,
        at: state.now(),
    };
    store::add_event(tx, id, &event).await?;
    let detail = json!({ "from": from, "to": to, "reason": reason });
    audit::record(tx, actor, event.at, Event::new(action, "application", id, detail)).await
}

/// How many files are attached to each field.
pub fn attached(files: &[FileRow]) -> Attached {
    let mut attached = Attached::new();
    for field in files.iter().filter_map(|file| file.field.as_ref()) {
        *attached.entry(field.clone()).or_default() += 1;
    }
    attached
}

/// What is wrong with answers, as field errors.
pub fn field_errors(wrong: Vec<kepu_domain::designation::Wrong>) -> Vec<FieldError> {
    wrong.into_iter().map(|one| FieldError::new(format!("answers.{}", one.path), one.code, one.message)).collect()
}
