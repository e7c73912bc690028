//! Trials: begun, read, called off, deleted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::outcome::TrialOutcome;
use super::store::{self, Ending, NewTrial, TrialRow};
use super::{Answer, TAG, Tried, trial_job};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::credits;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch};
use crate::ids;
use crate::page::{Page, PageQuery};
use crate::policies::{self, InLang};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Trials that a district may have running.
const MOST_RUNNING: i64 = 3;

/// What to try: exactly one of a draft, a version and a text; and against what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialRequest {
    /// A draft, as it is now.
    #[serde(default)]
    pub draft_id: Option<Uuid>,
    /// A published version.
    #[serde(default)]
    pub policy_version_id: Option<Uuid>,
    /// A text of neither.
    #[serde(default)]
    pub document: Option<String>,
    /// The published version that it is compared with. When not given, the one by which the district scores under the same
    /// policy; if there is none, with having no credit at all.
    #[serde(default)]
    pub against: Option<Uuid>,
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// Being computed.
    Computing,
    /// What would change is known.
    Computed,
    /// Called off.
    Cancelled,
    /// It could not be computed.
    Failed,
}

/// A trial of a policy on the whole history of the district. Nothing of it touches the ledger.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrialView {
    /// Its id.
    pub id: Uuid,
    /// The draft that is tried.
    pub draft_id: Option<Uuid>,
    /// The version that is tried.
    pub policy_version_id: Option<Uuid>,
    /// The policy that is tried.
    pub policy_id: String,
    /// Its version, as its text says it.
    pub policy_version: String,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// True when values of it, or of what it is compared with, were made up for illustration; say so wherever its numbers
    /// are shown.
    pub illustrative: bool,
    /// The version it is compared with; null for no credit at all.
    pub against_version_id: Option<Uuid>,
    /// The policy of that.
    pub against_policy_id: Option<String>,
    /// The name of that version.
    pub against_version: Option<String>,
    /// How far it is.
    pub state: TrialState,
    /// Persons evaluated so far.
    pub progress_done: i64,
    /// Persons to evaluate.
    pub progress_total: i64,
    /// Who gains and who loses, once computed.
    pub outcome: Option<TrialOutcome>,
    /// Why it could not be computed; else empty.
    pub error: String,
    /// The moment whose records were read.
    pub as_of: Option<DateTime<Utc>>,
    /// Who asked for it.
    pub requested_by: Uuid,
    /// How that account is called.
    pub requested_by_name: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Its version, for `If-Match`.
    pub version: i64,
}

impl TryFrom<TrialRow> for TrialView {
    type Error = ApiError;

    fn try_from(row: TrialRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            draft_id: row.draft_id,
            policy_version_id: row.policy_version_id,
            policy_id: row.policy_id,
            policy_version: row.policy_version,
            title_zh: row.title_zh,
            title_en: row.title_en,
            illustrative: row.illustrative,
            against_version_id: row.against_version_id,
            against_policy_id: row.against_policy_id,
            against_version: row.against_version,
            state: serde_json::from_value(json!(row.state))?,
            progress_done: row.progress_done,
            progress_total: row.progress_total,
            outcome: row.outcome.map(serde_json::from_value).transpose()?,
            error: row.error,
            as_of: row.as_of,
            requested_by: row.requested_by,
            requested_by_name: row.requested_by_name,
            requested_at: row.requested_at,
            finished_at: row.finished_at,
            version: row.version,
        })
    }
}

/// Tries a policy on the whole history of the district, in the background.
#[utoipa::path(
    post, path = "/api/v1/policy-trials", operation_id = "start_policy_trial", tag = TAG, request_body = TrialRequest,
    params(InLang, ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 202, description = "Being computed", body = TrialView), ApiErrors)
)]
pub async fn start_trial(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(asked): ApiQuery<InLang>,
    ApiJson(body): ApiJson<TrialRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district();
    actor.require(Action::PolicyDraft, &Scope::District { district: district.0 })?;
    let tried = Tried::load(&mut tx, body.draft_id, body.policy_version_id, body.document).await?;
    let policy = policies::read_document(&tried.document, asked.lang.unwrap_or_default())?;
    let document = policy.document();
    let against = against(&mut tx, body.against, &document.id).await?;
    if store::running_trials(&mut tx).await? >= MOST_RUNNING {
        let detail = format!("{MOST_RUNNING} trials are being computed already. Wait for one, or cancel it.");
        return Err(ApiError::conflict("trials_running", detail));
    }
    let (id, now) = (ids::new(), state.now());
    let new = NewTrial {
        id,
        draft_id: tried.draft_id,
        policy_version_id: tried.policy_version_id,
        document: &tried.document,
        policy_id: &document.id,
        policy_version: &document.version,
        title_zh: document.title.get(Lang::Zh),
        title_en: document.title.get(Lang::En),
        illustrative: document.illustrative,
        against_version_id: against,
        requested_by: actor.account_id,
        requested_at: now,
    };
    store::insert_trial(&mut tx, &new).await?;
    let detail = json!({
        "policy_id": document.id, "version": document.version, "draft_id": tried.draft_id,
        "policy_version_id": tried.policy_version_id, "against": against,
    });
    audit::record(&mut tx, &actor, now, Event::new("policy.try", "policy_trial", id, detail)).await?;
    let row = store::trial(&mut tx, id, false).await?;
    let answer = (StatusCode::ACCEPTED, ETag(row.version), Json(TrialView::try_from(row)?));
    let answer = tx.commit_with(answer).await?;
    let job = state.clone();
    state.spawn_job("try policy", async move { trial_job::run(&job, district, id).await });
    Ok(answer)
}

/// The version to compare with: the one that is named, else the effective one of the same policy.
async fn against(tx: &mut Tx, named: Option<Uuid>, policy_id: &str) -> Result<Option<Uuid>> {
    if let Some(id) = named {
        let (version, _) = policies::store::version(tx, id).await?;
        return Ok(Some(version.id));
    }
    let effective = credits::store::effective_policies(tx).await?;
    Ok(effective.into_iter().find(|one| one.policy_id == policy_id).map(|one| one.policy_version_id))
}

/// Which trials.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichTrials {
    /// Of this draft.
    #[serde(default)]
    pub draft_id: Option<Uuid>,
}

/// Trials of the district, newest first.
#[utoipa::path(
    get, path = "/api/v1/policy-trials", operation_id = "list_policy_trials", tag = TAG, params(WhichTrials, PageQuery),
    responses((status = 200, description = "A page of trials", body = Page<TrialView>), ApiErrors)
)]
pub async fn list_trials(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichTrials>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<TrialView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::LaboratoryRead, &Scope::District { district: tx.district().0 })?;
    let rows = store::trials(&mut tx, which.draft_id, page.after()?, page.fetch()?).await?;
    let rows = rows.into_iter().map(TrialView::try_from).collect::<Result<Vec<_>>>()?;
    Ok(Json(Page::of(rows, &page, |trial| trial.id, |trial| trial)?))
}

/// One trial: how far it is, and what would change.
#[utoipa::path(
    get, path = "/api/v1/policy-trials/{id}", operation_id = "read_policy_trial", tag = TAG,
    params(("id" = Uuid, Path, description = "The trial")),
    responses((status = 200, description = "The trial", body = TrialView), ApiErrors)
)]
pub async fn read_trial(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Answer<TrialView> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::LaboratoryRead, &Scope::District { district: tx.district().0 })?;
    let row = store::trial(&mut tx, id, false).await?;
    Ok((ETag(row.version), Json(row.try_into()?)))
}

/// Calls off a trial that is being computed.
#[utoipa::path(
    post, path = "/api/v1/policy-trials/{id}/cancel", operation_id = "cancel_policy_trial", tag = TAG,
    params(("id" = Uuid, Path, description = "The trial"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Called off", body = TrialView), ApiErrors)
)]
pub async fn cancel_trial(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::PolicyDraft, &Scope::District { district: tx.district().0 })?;
    let row = store::trial(&mut tx, id, true).await?;
    version.check("trial", row.version)?;
    let now = state.now();
    if !store::end_trial(&mut tx, id, Ending::Cancelled, now).await? {
        let detail = format!("The trial is {}; only one that is being computed can be cancelled.", row.state);
        return Err(ApiError::conflict("not_computing", detail));
    }
    store::forget_persons(&mut tx, id).await?;
    let event = Event::new("policy.try_cancel", "policy_trial", id, json!({ "policy_id": row.policy_id }));
    audit::record(&mut tx, &actor, now, event).await?;
    let row = store::trial(&mut tx, id, false).await?;
    tx.commit_with((ETag(row.version), Json(TrialView::try_from(row)?))).await
}

/// Deletes a trial with all that it found.
#[utoipa::path(
    delete, path = "/api/v1/policy-trials/{id}", operation_id = "delete_policy_trial", tag = TAG,
    params(("id" = Uuid, Path, description = "The trial"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 204, description = "Deleted"), ApiErrors)
)]
pub async fn delete_trial(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::PolicyDraft, &Scope::District { district: tx.district().0 })?;
    let row = store::trial(&mut tx, id, true).await?;
    version.check("trial", row.version)?;
    store::forget_persons(&mut tx, id).await?;
    store::delete_trial(&mut tx, id).await?;
    let detail = json!({ "policy_id": row.policy_id, "version": row.policy_version, "state": row.state });
    audit::record(&mut tx, &actor, state.now(), Event::new("policy.try_delete", "policy_trial", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
