//! Reading policies: the list, and one with its text and its sentences.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kepu_domain::text::{Lang, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::store::{self, VersionRow};
use crate::auth::Actor;
use crate::credits;
use crate::error::{ApiErrors, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::page::{Page, PageQuery};
use crate::state::AppState;

/// A published version.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyView {
    /// Its id.
    pub id: Uuid,
    /// The district that published it; none for those that come with kepu.
    pub district_id: Option<Uuid>,
    /// The policy, the same through all versions.
    pub policy_id: String,
    /// The version.
    pub version: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// True when values were made up for illustration.
    pub illustrative: bool,
    /// SHA-256 of the text, hex.
    pub digest: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// A published version with its text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyDetail {
    /// The version.
    #[serde(flatten)]
    pub policy: PolicyView,
    /// The YAML text, as published.
    pub document: String,
    /// The rules as sentences in Chinese.
    pub sentences_zh: Vec<String>,
    /// The rules as sentences in English.
    pub sentences_en: Vec<String>,
    /// The requirements that it sets, in its order.
    pub requirements: Vec<Reachable>,
    /// The ladders on which it gives levels, in its order.
    pub ladders: Vec<Reachable>,
}

/// What a person can reach under a policy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Reachable {
    /// Its id in the policy.
    pub id: String,
    /// Title in Chinese; its id if it has none.
    pub title_zh: String,
    /// Title in English; its id if it has none.
    pub title_en: String,
}

impl Reachable {
    fn of(id: &str, title: Option<&Text>) -> Self {
        let told = |lang| title.map(|title| title.get(lang)).filter(|title| !title.is_empty()).unwrap_or(id).to_owned();
        Self { id: id.to_owned(), title_zh: told(Lang::Zh), title_en: told(Lang::En) }
    }
}

impl From<VersionRow> for PolicyView {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id,
            district_id: row.district_id,
            policy_id: row.policy_id,
            version: row.version,
            title_zh: row.title_zh,
            title_en: row.title_en,
            illustrative: row.illustrative,
            digest: row.digest,
            published_at: row.published_at,
        }
    }
}

/// Which policies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only versions of this policy.
    #[serde(default)]
    pub policy_id: Option<String>,
}

/// Published versions, the district's own and those that come with kepu, newest first.
#[utoipa::path(
    get, path = "/api/v1/policies", operation_id = "list_policies", tag = TAG, params(Which, PageQuery),
    responses((status = 200, description = "A page of versions", body = Page<PolicyView>), ApiErrors)
)]
pub async fn list_policies(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<Which>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<PolicyView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let rows = store::versions(&mut tx, which.policy_id.as_deref(), page.after()?, page.fetch()?).await?;
    Ok(Json(Page::of(rows, &page, |r| r.id, PolicyView::from)?))
}

/// One published version with its text and its sentences.
#[utoipa::path(
    get, path = "/api/v1/policies/{id}", operation_id = "read_policy", tag = TAG,
    params(("id" = Uuid, Path, description = "The policy version")),
    responses((status = 200, description = "The version", body = PolicyDetail), ApiErrors)
)]
pub async fn read_policy(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<PolicyDetail>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let (row, document) = store::version(&mut tx, id).await?;
    let policy = credits::policy(&mut tx, id).await?;
    let sentences = |lang| kepu_domain::policy::explain(&policy, lang);
    let (sentences_zh, sentences_en) = (sentences(Lang::Zh), sentences(Lang::En));
    let rules = policy.document();
    let requirements = rules.requirements.iter().map(|one| Reachable::of(&one.id, one.title.as_ref())).collect();
    let ladders = rules.ladders.iter().map(|one| Reachable::of(&one.id, one.title.as_ref())).collect();
    Ok(Json(PolicyDetail { policy: row.into(), document, sentences_zh, sentences_en, requirements, ladders }))
}
