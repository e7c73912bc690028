//! Drafts: written, read, changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::draft::{self as rules, Draft, Step};
use kepu_domain::policy::Policy;
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json as Jsonb;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::draft_steps::refused;
use super::store::{self, DraftRow};
use super::{Answer, TAG, Tried};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::error::{ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch};
use crate::ids;
use crate::page::{Page, PageQuery};
use crate::policies;
use crate::state::AppState;

/// What a draft begins with: exactly one of a published version and a text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// The YAML text; it may be unfinished.
    #[serde(default)]
    pub document: Option<String>,
    /// A published version whose text is taken.
    #[serde(default)]
    pub policy_version_id: Option<Uuid>,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftChange {
    /// The YAML text; it may be unfinished.
    pub document: String,
}

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// Being written.
    Draft,
    /// Waits for another official.
    Submitted,
    /// Another official agreed.
    Approved,
    /// Another official did not agree.
    Rejected,
    /// Published, to count from a day on.
    Published,
    /// Given up.
    Withdrawn,
}

impl From<rules::StateName> for DraftState {
    fn from(name: rules::StateName) -> Self {
        match name {
            rules::StateName::Draft => Self::Draft,
            rules::StateName::Submitted => Self::Submitted,
            rules::StateName::Approved => Self::Approved,
            rules::StateName::Rejected => Self::Rejected,
            rules::StateName::Published => Self::Published,
            rules::StateName::Withdrawn => Self::Withdrawn,
        }
    }
}

/// What somebody did to a draft.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftAct {
    /// The account.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What there was to say.
    pub note: String,
}

impl From<&rules::Act> for DraftAct {
    fn from(act: &rules::Act) -> Self {
        Self { by: act.by, at: act.at, note: act.note.clone() }
    }
}

/// A change of the rules that is being written.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftView {
    /// Its id.
    pub id: Uuid,
    /// The policy, as its text says it; empty while the text cannot be read.
    pub policy_id: String,
    /// The version, as its text says it.
    pub policy_version: String,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// SHA-256 of the text, hex.
    pub digest: String,
    /// Where it stands.
    pub state: DraftState,
    /// Who submitted it, once it was.
    pub submitted: Option<DraftAct>,
    /// Who approved or rejected it.
    pub decided: Option<DraftAct>,
    /// Who published it.
    pub published: Option<DraftAct>,
    /// Who gave it up.
    pub withdrawn: Option<DraftAct>,
    /// From which day the district scores by it.
    pub effective_on: Option<NaiveDate>,
    /// The version that it became.
    pub policy_version_id: Option<Uuid>,
    /// The adoption by which it becomes effective; begun when its day comes.
    pub adoption_id: Option<Uuid>,
    /// The state of that adoption.
    pub adoption_state: Option<String>,
    /// Why it failed, if it did. It is tried again every hour, or at once when asked for.
    pub adoption_error: Option<String>,
    /// Who began it.
    pub created_by: Uuid,
    /// How that account is called.
    pub created_by_name: Option<String>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: Uuid,
    /// How that account is called.
    pub updated_by_name: Option<String>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Its version, for `If-Match`.
    pub version: i64,
}

/// A draft with its text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftDetail {
    /// The draft.
    #[serde(flatten)]
    pub draft: DraftView,
    /// The YAML text.
    pub document: String,
}

impl From<DraftRow> for DraftDetail {
    fn from(mut row: DraftRow) -> Self {
        let document = std::mem::take(&mut row.document);
        let digest = policies::digest(&document);
        Self { draft: DraftView { digest, ..row.into() }, document }
    }
}

impl From<DraftRow> for DraftView {
    fn from(row: DraftRow) -> Self {
        let (mut submitted, mut decided, mut published, mut withdrawn) = (None, None, None, None);
        match &row.standing.0 {
            Draft::Draft => {}
            Draft::Submitted { submission } => submitted = Some(&submission.act),
            Draft::Approved { submission, approval: act } | Draft::Rejected { submission, rejection: act } => {
                (submitted, decided) = (Some(&submission.act), Some(act));
            }
            Draft::Published { submission, approval, publication } => {
                (submitted, decided, published) = (Some(&submission.act), Some(approval), Some(&publication.act));
            }
            Draft::Withdrawn { withdrawal, publication } => {
                (withdrawn, published) = (Some(withdrawal), publication.as_ref().map(|p| &p.act));
            }
        }
        Self {
            submitted: submitted.map(Into::into),
            decided: decided.map(Into::into),
            published: published.map(Into::into),
            withdrawn: withdrawn.map(Into::into),
            state: row.standing.name().into(),
            digest: policies::digest(&row.document),
            id: row.id,
            policy_id: row.policy_id,
            policy_version: row.policy_version,
            title_zh: row.title_zh,
            title_en: row.title_en,
            effective_on: row.effective_on,
            policy_version_id: row.policy_version_id,
            adoption_id: row.adoption_id,
            adoption_state: row.adoption_state,
            adoption_error: row.adoption_error,
            created_by: row.created_by,
            created_by_name: row.created_by_name,
            created_at: row.created_at,
            updated_by: row.updated_by,
            updated_by_name: row.updated_by_name,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

impl DraftRow {
    /// Takes a text, and what it says of itself as far as it can be read.
    fn write(&mut self, document: String, by: Uuid, at: DateTime<Utc>) {
        if let Ok(policy) = Policy::parse(&document) {
            let read = policy.document();
            self.policy_id.clone_from(&read.id);
            self.policy_version.clone_from(&read.version);
            self.title_zh = read.title.get(Lang::Zh).to_owned();
            self.title_en = read.title.get(Lang::En).to_owned();
        }
        self.document = document;
        (self.updated_by, self.updated_at) = (by, at);
    }
}

/// Begins a draft, from a published version or from a text.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts", operation_id = "create_policy_draft", tag = TAG, request_body = NewDraft,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "Begun", body = DraftDetail), ApiErrors)
)]
pub async fn create_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewDraft>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::PolicyDraft, &Scope::District { district: tx.district().0 })?;
    let from = Tried::load(&mut tx, None, body.policy_version_id, body.document).await?;
    let (id, now) = (ids::new(), state.now());
    let mut row = DraftRow {
        id,
        document: String::new(),
        policy_id: String::new(),
        policy_version: String::new(),
        title_zh: String::new(),
        title_en: String::new(),
        standing: Jsonb(Draft::Draft),
        effective_on: None,
        policy_version_id: None,
        adoption_id: None,
        adoption_state: None,
        adoption_error: None,
        created_by: actor.account_id,
        created_by_name: None,
        created_at: now,
        updated_by: actor.account_id,
        updated_by_name: None,
        updated_at: now,
        version: 1,
    };
    row.write(from.document, actor.account_id, now);
    store::insert_draft(&mut tx, &row).await?;
    let detail = json!({ "policy_id": row.policy_id, "from": body.policy_version_id });
    audit::record(&mut tx, &actor, now, Event::new("policy_draft.create", "policy_draft", id, detail)).await?;
    let row = store::draft(&mut tx, id, false).await?;
    tx.commit_with((StatusCode::CREATED, ETag(row.version), Json(DraftDetail::from(row)))).await
}

/// Which drafts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichDrafts {
    /// In this state.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<DraftState>,
}

/// Drafts of the district, newest first.
#[utoipa::path(
    get, path = "/api/v1/policy-drafts", operation_id = "list_policy_drafts", tag = TAG, params(WhichDrafts, PageQuery),
    responses((status = 200, description = "A page of drafts", body = Page<DraftView>), ApiErrors)
)]
pub async fn list_drafts(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichDrafts>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<DraftView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::LaboratoryRead, &Scope::District { district: tx.district().0 })?;
    let word = which.state.map(serde_json::to_value).transpose()?;
    let word = word.as_ref().and_then(|word| word.as_str());
    let rows = store::drafts(&mut tx, word, page.after()?, page.fetch()?).await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, DraftView::from)?))
}

/// One draft with its text.
#[utoipa::path(
    get, path = "/api/v1/policy-drafts/{id}", operation_id = "read_policy_draft", tag = TAG,
    params(("id" = Uuid, Path, description = "The draft")),
    responses((status = 200, description = "The draft", body = DraftDetail), ApiErrors)
)]
pub async fn read_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Answer<DraftDetail> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::LaboratoryRead, &Scope::District { district: tx.district().0 })?;
    let row = store::draft(&mut tx, id, false).await?;
    Ok((ETag(row.version), Json(row.into())))
}

/// Changes the text of a draft; one that was rejected is being written again.
#[utoipa::path(
    patch, path = "/api/v1/policy-drafts/{id}", operation_id = "change_policy_draft", tag = TAG,
    request_body = DraftChange,
    params(("id" = Uuid, Path, description = "The draft"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Changed", body = DraftDetail), ApiErrors)
)]
pub async fn change_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftChange>,
) -> Answer<DraftDetail> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::PolicyDraft, &Scope::District { district: tx.district().0 })?;
    policies::size(&body.document)?;
    let mut row = store::draft(&mut tx, id, true).await?;
    version.check("draft", row.version)?;
    row.standing = Jsonb(row.standing.0.clone().take(Step::Change).map_err(|refusal| refused(&refusal))?);
    let now = state.now();
    row.write(body.document, actor.account_id, now);
    store::update_draft(&mut tx, &row).await?;
    let detail = json!({ "policy_id": row.policy_id, "digest": policies::digest(&row.document) });
    audit::record(&mut tx, &actor, now, Event::new("policy_draft.change", "policy_draft", id, detail)).await?;
    let row = store::draft(&mut tx, id, false).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
