//! Adopting a policy version: asked for, computed in the background, read, then made effective or discarded.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::adoption;
use super::end::EndingView;
use super::store::{self, AdoptionRow};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch};
use crate::ids;
use crate::page::{Page, PageQuery};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Which version to adopt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptRequest {
    /// The policy version.
    pub policy_version_id: Uuid,
}

/// An adoption of a policy version by a district.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AdoptionView {
    /// Its id.
    pub id: Uuid,
    /// The policy version.
    pub policy_version_id: Uuid,
    /// The policy.
    pub policy_id: String,
    /// The version's name.
    pub policy_version: String,
    /// `computing`, `computed`, `applying`, `effective`, `superseded`, `ended`, `discarded` or `failed`.
    pub state: String,
    /// Persons evaluated so far.
    pub progress_done: i64,
    /// Persons to evaluate.
    pub progress_total: i64,
    /// Who gains and who loses, once computed: `persons`, `changed`, `gained`, `lost`, `total_before`, `total_after`,
    /// `by_school`, `by_grade`, `levels`, `requirements`, `largest_changes`, and `titles` of ladders, levels and requirements.
    pub outcome: Value,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Since when the district scores by it.
    pub effective_at: Option<DateTime<Utc>>,
    /// Until when it did.
    pub superseded_at: Option<DateTime<Utc>>,
    /// True when values were made up for illustration; say so wherever its numbers are shown.
    pub illustrative: bool,
    /// Its end, once somebody asked for it.
    pub ending: Option<EndingView>,
    /// Its version, for `If-Match`.
    pub version: i64,
}

impl From<AdoptionRow> for AdoptionView {
    fn from(row: AdoptionRow) -> Self {
        Self {
            id: row.id,
            policy_version_id: row.policy_version_id,
            policy_id: row.policy_id,
            policy_version: row.policy_version,
            state: row.state,
            progress_done: row.progress_done,
            progress_total: row.progress_total,
            outcome: row.outcome,
            requested_at: row.requested_at,
            effective_at: row.effective_at,
            superseded_at: row.superseded_at,
            illustrative: row.illustrative,
            ending: row.ending.map(|ending| EndingView::of(ending.0, row.asked_by_name, row.agreed_by_name)),
            version: row.version,
        }
    }
}

/// Asks what adopting a version would change. Nothing of it touches the ledger.
#[utoipa::path(
    post, path = "/api/v1/adoptions", operation_id = "adopt_policy", tag = TAG, request_body = AdoptRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 202, description = "Being computed", body = AdoptionView), ApiErrors)
)]
pub async fn adopt_policy(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<AdoptRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district();
    actor.require(Action::PolicyAdopt, &Scope::District { district: district.0 })?;
    let (version, _) = store::version(&mut tx, body.policy_version_id).await?;
    let (id, now) = (ids::new(), state.now());
    store::insert_adoption(&mut tx, id, &version, actor.account_id, now).await?;
    let detail = json!({ "policy_version_id": version.id, "policy_id": version.policy_id, "version": version.version });
    audit::record(&mut tx, &actor, now, audit::Event::new("policy.adopt", "adoption", id, detail)).await?;
    let row = store::adoption(&mut tx, id, false).await?;
    let answer = tx.commit_with((StatusCode::ACCEPTED, ETag(row.version), Json(AdoptionView::from(row)))).await?;
    let job = state.clone();
    state.spawn_job("compute adoption", async move { adoption::compute(&job, district, id).await });
    Ok(answer)
}

/// Adoptions of the district, newest first.
#[utoipa::path(
    get, path = "/api/v1/adoptions", operation_id = "list_adoptions", tag = TAG, params(PageQuery),
    responses((status = 200, description = "A page of adoptions", body = Page<AdoptionView>), ApiErrors)
)]
pub async fn list_adoptions(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<AdoptionView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let rows = store::adoptions(&mut tx, page.after()?, page.fetch()?).await?;
    // Who asks for the end of a policy, and why, is told to those who read how the rules change.
    let told = actor.may(Action::LaboratoryRead, &Scope::District { district: tx.district().0 });
    let view = |row: AdoptionRow| {
        let view = AdoptionView::from(row);
        AdoptionView { ending: view.ending.filter(|_| told), ..view }
    };
    Ok(Json(Page::of(rows, &page, |r| r.id, view)?))
}

/// One adoption: how far it is, and what it would change.
#[utoipa::path(
    get, path = "/api/v1/adoptions/{id}", operation_id = "read_adoption", tag = TAG,
    params(("id" = Uuid, Path, description = "The adoption")),
    responses((status = 200, description = "The adoption", body = AdoptionView), ApiErrors)
)]
pub async fn read_adoption(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<AdoptionView>)> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::PolicyAdopt, &Scope::District { district: tx.district().0 })?;
    let row = store::adoption(&mut tx, id, false).await?;
    Ok((ETag(row.version), Json(AdoptionView::from(row))))
}

/// Scores the district by a computed adoption from now on: in the background, all or nothing. Confirmations wait meanwhile.
#[utoipa::path(
    post, path = "/api/v1/adoptions/{id}/effective", operation_id = "make_adoption_effective", tag = TAG,
    params(("id" = Uuid, Path, description = "The adoption"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 202, description = "Being applied; poll until it is `effective`", body = AdoptionView), ApiErrors)
)]
pub async fn make_effective(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district();
    actor.require(Action::PolicyAdopt, &Scope::District { district: district.0 })?;
    let row = store::adoption(&mut tx, id, true).await?;
    version.check("adoption", row.version)?;
    require_one_is_enough(&mut tx).await?;
    if row.state != "computed" {
        let detail = format!("The adoption is {}. It can become effective once it is computed.", row.state);
        return Err(ApiError::conflict("not_computed", detail));
    }
    store::set_state(&mut tx, id, "applying", None).await?;
    let row = store::adoption(&mut tx, id, false).await?;
    let answer = tx.commit_with((StatusCode::ACCEPTED, ETag(row.version), Json(AdoptionView::from(row)))).await?;
    let job = state.clone();
    state.spawn_job("apply adoption", async move { adoption::apply(&job, &(&actor).into(), district, id).await });
    Ok(answer)
}

/// Refuses where the district wants a second official for a change of the rules.
pub(super) async fn require_one_is_enough(tx: &mut Tx) -> Result<()> {
    if store::wants_second_official(tx).await? {
        let detail = "In this district a change of the rules needs a second official. Write it as a draft and submit it: \
                      another official approves it, then it is published with its day.";
        return Err(ApiError::conflict("second_official_needed", detail));
    }
    Ok(())
}

/// Gives up an adoption that is not effective.
#[utoipa::path(
    post, path = "/api/v1/adoptions/{id}/discard", operation_id = "discard_adoption", tag = TAG,
    params(("id" = Uuid, Path, description = "The adoption"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Discarded", body = AdoptionView), ApiErrors)
)]
pub async fn discard_adoption(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::PolicyAdopt, &Scope::District { district: tx.district().0 })?;
    let row = store::adoption(&mut tx, id, true).await?;
    version.check("adoption", row.version)?;
    if !matches!(row.state.as_str(), "computing" | "computed" | "failed") {
        let detail = format!("The adoption is {}; only one that never became effective can be discarded.", row.state);
        return Err(ApiError::conflict("not_discardable", detail));
    }
    store::set_state(&mut tx, id, "discarded", None).await?;
    let event = audit::Event::new("policy.discard", "adoption", id, json!({ "policy_id": row.policy_id }));
    audit::record(&mut tx, &actor, state.now(), event).await?;
    let row = store::adoption(&mut tx, id, false).await?;
    tx.commit_with((ETag(row.version), Json(AdoptionView::from(row)))).await
}
