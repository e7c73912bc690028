//! Soft rules: what waits for an official, and waiving or enforcing it. Credit follows in the same transaction.

use std::collections::{BTreeSet, HashSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credit::Credit;
use kepu_domain::policy::document::Force;
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::scoring::{Author, Cause, effective, rescore};
use super::store::{self, DecidedRow, FlagRow};
use super::view::TAG;
use crate::audit;
use crate::auth::{Actor, Reach};
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::ids;
use crate::page::{Page, PageQuery};
use crate::state::AppState;

/// Which flags or decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichFlags {
    /// Only under this policy.
    #[serde(default)]
    pub policy: Option<String>,
    /// Only of this person.
    #[serde(default)]
    pub person: Option<Uuid>,
}

/// A record that breaks a soft rule and waits for a decision. It counts meanwhile; its sheet says which rule it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Flag {
    /// The policy.
    pub policy_id: String,
    /// The participation or result.
    pub record_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The person's name.
    pub name: String,
    /// The school of the record's day.
    pub school_id: Option<Uuid>,
    /// The record's day.
    pub on_day: NaiveDate,
    /// Credit that counts meanwhile, a decimal.
    pub counted: String,
}

/// Records that break a soft rule and wait for a decision.
#[utoipa::path(
    get, path = "/api/v1/soft-flags", operation_id = "list_flags", tag = TAG, params(WhichFlags, PageQuery),
    responses((status = 200, description = "A page of flags", body = Page<Flag>), ApiErrors)
)]
pub async fn list_flags(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichFlags>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<Flag>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let schools = schools(&actor, tx.district().0)?;
    let rows =
        store::flags(&mut tx, which.policy.as_deref(), which.person, schools.as_deref(), page.after()?, page.fetch()?)
            .await?;
    let view = |row: FlagRow| Flag {
        policy_id: row.policy_id,
        record_id: row.record_id,
        person_id: row.person_id,
        name: row.name,
        school_id: row.school_id,
        on_day: row.on_day,
        counted: Credit::from_milli(row.counted).to_string(),
    };
    Ok(Json(Page::of(rows, &page, |r| r.record_id, view)?))
}

/// The schools whose flags the actor may see; nothing for all.
fn schools(actor: &Actor, district: Uuid) -> Result<Option<Vec<Uuid>>> {
    if actor.may(Action::SoftDecisionRead, &Scope::District { district }) {
        return Ok(None);
    }
    let may = |school: &Uuid| actor.may(Action::SoftDecisionRead, &Scope::School { district, school: *school });
    let schools: Vec<Uuid> = match actor.schools() {
        Reach::All => Vec::new(),
        Reach::Only(schools) => schools.into_iter().filter(may).collect(),
    };
    if schools.is_empty() {
        actor.require(Action::SoftDecisionRead, &Scope::District { district })?;
    }
    Ok(Some(schools))
}

/// A decision on a soft rule for one record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// The policy.
    pub policy_id: String,
    /// The soft select or limit.
    pub rule: String,
    /// The participation or result.
    pub record_id: Uuid,
    /// `waive`: counts as if the rule were not there. `enforce`: as if it were hard.
    pub decision: DecisionWord,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionWord {
    /// Counts as if the rule were not there.
    Waive,
    /// As if the rule were hard.
    Enforce,
}

/// A decision.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Its id.
    pub id: Uuid,
    /// The policy.
    pub policy_id: String,
    /// The soft select or limit.
    pub rule: String,
    /// The participation or result.
    pub record_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// `waive` or `enforce`.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub decided_by: Uuid,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl From<DecidedRow> for Decision {
    fn from(row: DecidedRow) -> Self {
        Self {
            id: row.id,
            policy_id: row.policy_id,
            rule: row.rule,
            record_id: row.record_id,
            person_id: row.person_id,
            decision: row.decision,
            reason: row.reason,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// Waives or enforces a soft rule for one record; takes the place of an earlier decision on the same.
#[utoipa::path(
    post, path = "/api/v1/soft-decisions", operation_id = "decide_soft_rule", tag = TAG, request_body = DecideRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "Decided", body = Decision), ApiErrors)
)]
pub async fn decide(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<DecideRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::SoftDecisionDecide, &Scope::District { district })?;
    let reason = body.reason.trim();
    if !(1..=500).contains(&reason.chars().count()) {
        return Err(ApiError::invalid_field("reason", "length", "say why, in 1 to 500 characters"));
    }
    soft_rule(&mut tx, &body).await?;
    let person_id = store::person_of_record(&mut tx, body.record_id).await?;
    let person_id = person_id.ok_or_else(|| ApiError::not_found("record"))?;
    let now = state.now();
    let row = DecidedRow {
        id: ids::new(),
        policy_id: body.policy_id,
        rule: body.rule,
        record_id: body.record_id,
        person_id,
        decision: if body.decision == DecisionWord::Waive { "waive" } else { "enforce" }.to_owned(),
        reason: reason.to_owned(),
        decided_by: actor.account_id,
        decided_at: now,
        revoked_at: None,
    };
    store::put_decision(&mut tx, &row).await?;
    book(&mut tx, &actor, now, &row, "soft_decision.decide").await?;
    tx.commit_with((StatusCode::CREATED, Json(Decision::from(row)))).await
}

/// Refuses a rule that is not a soft one of the effective policy.
async fn soft_rule(tx: &mut crate::tenancy::Tx, body: &DecideRequest) -> Result<()> {
    let all = effective(tx).await?;
    let Some(found) = all.iter().find(|e| e.row.policy_id == body.policy_id) else {
        return Err(ApiError::invalid_field("policy_id", "unknown", "the district does not score by this policy"));
    };
    let document = found.policy.document();
    let selects = document.select.iter().filter(|s| s.force == Force::Soft).map(|s| s.id.as_str());
    let limits = document.limits.iter().filter(|l| l.force == Force::Soft).map(|l| l.id.as_str());
    let soft: Vec<&str> = selects.chain(limits).collect();
    if soft.contains(&body.rule.as_str()) {
        return Ok(());
    }
    let message = match soft.as_slice() {
        [] => "the policy has no soft rules".to_owned(),
        some => format!("must be a soft rule of the policy: {}", some.join(", ")),
    };
    Err(ApiError::invalid(vec![FieldError::new("rule", "unknown", message).value(body.rule.clone())]))
}

/// Decisions, newest first.
#[utoipa::path(
    get, path = "/api/v1/soft-decisions", operation_id = "list_decisions", tag = TAG, params(WhichFlags, PageQuery),
    responses((status = 200, description = "A page of decisions", body = Page<Decision>), ApiErrors)
)]
pub async fn list_decisions(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichFlags>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<Decision>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::SoftDecisionRead, &Scope::District { district: tx.district().0 })?;
    let rows = store::decisions(&mut tx, which.policy.as_deref(), which.person, page.after()?, page.fetch()?).await?;
    Ok(Json(Page::of(rows, &page, |r| r.id, Decision::from)?))
}

/// Takes a decision back: the record counts and is flagged again.
#[utoipa::path(
    post, path = "/api/v1/soft-decisions/{id}/revoke", operation_id = "revoke_decision", tag = TAG,
    params(("id" = Uuid, Path, description = "The decision")),
    responses((status = 200, description = "Taken back", body = Decision), ApiErrors)
)]
pub async fn revoke(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::SoftDecisionDecide, &Scope::District { district: tx.district().0 })?;
    let now = state.now();
    let row = store::revoke_decision(&mut tx, id, now).await?.ok_or_else(|| ApiError::not_found("open decision"))?;
    book(&mut tx, &actor, now, &row, "soft_decision.revoke").await?;
    tx.commit_with(Json(Decision::from(row))).await
}

async fn book(
    tx: &mut crate::tenancy::Tx,
    actor: &Actor,
    at: DateTime<Utc>,
    row: &DecidedRow,
    event: &'static str,
) -> Result<()> {
    let author = Author { account_id: actor.account_id, at };
    let touched = HashSet::from([row.record_id]);
    rescore(tx, &author, &BTreeSet::from([row.person_id]), &touched, Cause::Decision).await?;
    let detail = json!({
        "policy_id": row.policy_id, "rule": row.rule, "record_id": row.record_id, "person_id": row.person_id,
        "decision": row.decision, "reason": row.reason,
    });
    audit::record(tx, actor, at, audit::Event::new(event, "soft_decision", row.id, detail)).await
}
