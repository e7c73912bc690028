//! The steps of a draft: submitted, taken back, approved or rejected by another official, published, given up.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::draft::{Act, Publication, Refusal, Step, Submission};
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::types::Json as Jsonb;
use utoipa::ToSchema;
use uuid::Uuid;

use super::drafts::DraftDetail;
use super::store::{self, DraftRow};
use super::{TAG, planned};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::check::Checks;
use crate::credits;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch};
use crate::policies::{self, InLang};
use crate::state::AppState;
use crate::tenancy::Tx;

/// What there is to say about a step.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DraftNote {
    /// A remark; needed where a draft is rejected or given up.
    #[schema(max_length = 1000)]
    pub note: String,
}

/// From when a published draft counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftPublication {
    /// The day on which the district begins to score by it: today or later, by the clock of the district.
    pub effective_on: NaiveDate,
    /// A remark.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: String,
}

/// The answer to what the rules of drafts refuse.
pub(super) fn refused(refusal: &Refusal) -> ApiError {
    let text = refusal.to_string();
    match refusal {
        Refusal::NotFromHere { .. } | Refusal::SecondOfficial | Refusal::NotFailed | Refusal::Begun => {
            ApiError::conflict(refusal.code(), format!("Not so: {text}."))
        }
        Refusal::ReasonNeeded => ApiError::invalid_field("note", "required", text),
        Refusal::InThePast { .. } => ApiError::invalid_field("effective_on", refusal.code(), text),
    }
}

/// A draft that nobody else changes until the transaction ends.
struct Open {
    tx: Tx,
    row: DraftRow,
    act: Act,
}

impl Open {
    async fn of(state: &AppState, actor: &Actor, id: Uuid, version: IfMatch, note: &str) -> Result<Self> {
        let mut tx = state.begin(actor).await?;
        actor.require(Action::PolicyDraft, &Scope::District { district: tx.district().0 })?;
        let mut checks = Checks::new();
        let note = checks.text("note", note, 0..=1000);
        checks.finish()?;
        let row = store::draft(&mut tx, id, true).await?;
        version.check("draft", row.version)?;
        let act = Act { by: actor.account_id, at: state.now(), note };
        Ok(Self { tx, row, act })
    }

    fn at(&self) -> DateTime<Utc> {
        self.act.at
    }

    fn decide(&mut self, step: Step) -> Result<()> {
        let after = self.row.standing.0.clone().take(step).map_err(|refusal| refused(&refusal))?;
        self.row.standing = Jsonb(after);
        (self.row.updated_by, self.row.updated_at) = (self.act.by, self.act.at);
        Ok(())
    }

    async fn store(&mut self, actor: &Actor, action: &'static str, detail: Value) -> Result<()> {
        let row = &self.row;
        let mut whole = json!({
            "policy_id": row.policy_id, "version": row.policy_version, "digest": policies::digest(&row.document),
            "note": self.act.note,
        });
        if let (Value::Object(whole), Value::Object(detail)) = (&mut whole, detail) {
            whole.extend(detail);
        }
        store::update_draft(&mut self.tx, row).await?;
        audit::record(&mut self.tx, actor, self.act.at, Event::new(action, "policy_draft", row.id, whole)).await
    }

    /// A step that needs nothing but who takes it and what there is to say.
    async fn take(mut self, actor: &Actor, action: &'static str, step: impl FnOnce(Act) -> Step) -> Result<Response> {
        self.decide(step(self.act.clone()))?;
        self.store(actor, action, json!({})).await?;
        self.finish().await
    }

    async fn finish(mut self) -> Result<Response> {
        let row = store::draft(&mut self.tx, self.row.id, false).await?;
        self.tx.commit_with((ETag(row.version), Json(DraftDetail::from(row)))).await
    }
}

/// Puts a draft before another official. Its text must be one that could be published.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/submit", operation_id = "submit_policy_draft", tag = TAG,
    request_body = DraftNote,
    params(("id" = Uuid, Path, description = "The draft"), InLang,
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Submitted", body = DraftDetail), ApiErrors)
)]
pub async fn submit_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(asked): ApiQuery<InLang>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftNote>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, version, &body.note).await?;
    let submission = Submission { act: open.act.clone(), digest: policies::digest(&open.row.document) };
    open.decide(Step::Submit(submission))?;
    publishable(&mut open.tx, &open.row, asked.lang.unwrap_or_default()).await?;
    open.store(&actor, "policy_draft.submit", json!({})).await?;
    open.finish().await
}

/// Refuses a text that could not be published: it cannot be read, its cases fail, or its version is taken.
async fn publishable(tx: &mut Tx, row: &DraftRow, lang: Lang) -> Result<()> {
    let policy = policies::sound_document(&row.document, lang)?;
    let document = policy.document();
    let district = tx.district().0;
    let taken = policies::store::version_by_name(tx, Some(district), &document.id, &document.version).await?;
    if taken.is_some() {
        let detail = format!(
            "Version {} of {} is published already, and a published version never changes. Give the draft a new version.",
            document.version, document.id
        );
        return Err(ApiError::conflict("version_published", detail));
    }
    Ok(())
}

/// Takes a draft back that was submitted or approved, to change it.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/take-back", operation_id = "take_policy_draft_back", tag = TAG,
    request_body = DraftNote,
    params(("id" = Uuid, Path, description = "The draft"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Being written again", body = DraftDetail), ApiErrors)
)]
pub async fn take_draft_back(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftNote>,
) -> Result<Response> {
    let open = Open::of(&state, &actor, id, version, &body.note).await?;
    open.take(&actor, "policy_draft.take_back", |_| Step::TakeBack).await
}

/// Approves a draft that another official submitted.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/approve", operation_id = "approve_policy_draft", tag = TAG,
    request_body = DraftNote,
    params(("id" = Uuid, Path, description = "The draft"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Approved", body = DraftDetail), ApiErrors)
)]
pub async fn approve_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftNote>,
) -> Result<Response> {
    let open = Open::of(&state, &actor, id, version, &body.note).await?;
    open.take(&actor, "policy_draft.approve", Step::Approve).await
}

/// Rejects a draft that another official submitted, with a reason.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/reject", operation_id = "reject_policy_draft", tag = TAG,
    request_body = DraftNote,
    params(("id" = Uuid, Path, description = "The draft"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Rejected", body = DraftDetail), ApiErrors)
)]
pub async fn reject_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftNote>,
) -> Result<Response> {
    let open = Open::of(&state, &actor, id, version, &body.note).await?;
    open.take(&actor, "policy_draft.reject", Step::Reject).await
}

/// Publishes an approved draft; from the given day on the district scores by it. On that day every person is computed
/// in the background and booked in one transaction.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/publish", operation_id = "publish_policy_draft", tag = TAG,
    request_body = DraftPublication,
    params(("id" = Uuid, Path, description = "The draft"), InLang,
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Published", body = DraftDetail), ApiErrors)
)]
pub async fn publish_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(asked): ApiQuery<InLang>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftPublication>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, version, &body.note).await?;
    let (district, now) = (open.tx.district(), open.at());
    let today = credits::today(&mut open.tx, now).await?;
    // What the version will be called is known once it is there; whether it may be is asked before.
    let publication =
        |policy_version_id| Publication { act: open.act.clone(), policy_version_id, effective_on: body.effective_on };
    let (planned_step, lang) = (Step::Publish(publication(Uuid::nil()), today), asked.lang.unwrap_or_default());
    open.row.standing.0.clone().take(planned_step).map_err(|refusal| refused(&refusal))?;
    publishable(&mut open.tx, &open.row, lang).await?;
    let by = Some(actor.account_id);
    let (made, _) = policies::publish(&mut open.tx, Some(district.0), &open.row.document, by, now, lang).await?;
    let publication =
        Publication { act: open.act.clone(), policy_version_id: made.id, effective_on: body.effective_on };
    open.decide(Step::Publish(publication, today))?;
    open.row.effective_on = Some(body.effective_on);
    open.row.policy_version_id = Some(made.id);
    let detail = json!({ "policy_version_id": made.id, "effective_on": body.effective_on });
    open.store(&actor, "policy_draft.publish", detail).await?;
    let answer = open.finish().await?;
    if body.effective_on <= today {
        planned::begin_soon(&state, district);
    }
    Ok(answer)
}

/// Tries again at once to make a published draft effective whose day has come, where that has failed or was discarded. By
/// itself what has failed is tried again every hour.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/retry", operation_id = "retry_policy_draft", tag = TAG,
    request_body = DraftNote,
    params(("id" = Uuid, Path, description = "The draft"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Being tried again", body = DraftDetail), ApiErrors)
)]
pub async fn retry_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftNote>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, version, &body.note).await?;
    open.decide(Step::Retry(open.row.has_failed()))?;
    let district = open.tx.district();
    let failed = open.row.adoption_id.take();
    open.store(&actor, "policy_draft.retry", json!({ "adoption_id": failed })).await?;
    let answer = open.finish().await?;
    planned::begin_soon(&state, district);
    Ok(answer)
}

/// Gives a draft up, with a reason. One that is published can be given up until its day comes, or where it could not be made
/// effective; its version then stays published, and the district does not score by it.
#[utoipa::path(
    post, path = "/api/v1/policy-drafts/{id}/withdraw", operation_id = "withdraw_policy_draft", tag = TAG,
    request_body = DraftNote,
    params(("id" = Uuid, Path, description = "The draft"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Given up", body = DraftDetail), ApiErrors)
)]
pub async fn withdraw_draft(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DraftNote>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, version, &body.note).await?;
    let begun = open.row.adoption_id.is_some() && !open.row.has_failed();
    if !begun {
        open.row.adoption_id = None;
    }
    open.take(&actor, "policy_draft.withdraw", |act| Step::Withdraw(act, begun)).await
}
