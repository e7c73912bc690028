//! A policy tried on one person: the sheet under it beside that of today.

use axum::Json;
use axum::extract::State;
use chrono_tz::Tz;
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, Tried};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::credits::store as credit_store;
use crate::credits::{self, LangWord, ScoreView};
use crate::error::{ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::policies::{self, PolicyTitles};
use crate::state::AppState;

/// What to try: exactly one of a draft, a version and a text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryRequest {
    /// A draft, as it is now.
    #[serde(default)]
    pub draft_id: Option<Uuid>,
    /// A published version.
    #[serde(default)]
    pub policy_version_id: Option<Uuid>,
    /// A text of neither.
    #[serde(default)]
    pub document: Option<String>,
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TryLang {
    /// Language of the reasons and of problems: `zh` (if not given) or `en`.
    #[serde(default)]
    #[param(inline)]
    pub lang: Option<LangWord>,
}

/// A person under two policies.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TryOutcome {
    /// As it is today under the district's version of the same policy; null where the district has none.
    pub now: Option<ScoreView>,
    /// As it would be.
    pub tried: ScoreView,
    /// What both call their levels and requirements.
    pub titles: PolicyTitles,
}

/// Tries a policy on one person; nothing is kept of it.
#[utoipa::path(
    post, path = "/api/v1/persons/{id}/policy-trial", operation_id = "try_policy_on_person", tag = TAG,
    request_body = TryRequest, params(("id" = Uuid, Path, description = "The person"), TryLang),
    responses((status = 200, description = "Both sheets", body = TryOutcome), ApiErrors)
)]
pub async fn try_on_person(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(asked): ApiQuery<TryLang>,
    ApiJson(body): ApiJson<TryRequest>,
) -> Result<Json<TryOutcome>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::PolicyDraft, &Scope::District { district: tx.district().0 })?;
    credits::readable_person(&mut tx, &actor, id).await?;
    let lang = LangWord::of(asked.lang);
    let tried = Tried::load(&mut tx, body.draft_id, body.policy_version_id, body.document).await?;
    let rules = policies::read_document(&tried.document, lang)?;
    let document = rules.document();
    let at = state.now();
    let zone: Tz = credit_store::time_zone(&mut tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
    let moment = (at, at.with_timezone(&zone).date_naive());
    let version = credit_store::VersionAt {
        policy_id: document.id.clone(),
        policy_version_id: tried.policy_version_id.unwrap_or_default(),
        version: document.version.clone(),
        title_zh: document.title.get(Lang::Zh).to_owned(),
        title_en: document.title.get(Lang::En).to_owned(),
        illustrative: document.illustrative,
    };
    let person = credits::readable_person(&mut tx, &actor, id).await?;
    let after = credits::sheet_under(&mut tx, person, version, &rules, moment, lang).await?;
    let (mut now, mut titles) = (None, PolicyTitles::of([&rules]));
    if let Some(effective) = credit_store::versions_at(&mut tx, Some(&document.id), at, false).await?.pop() {
        let effective_rules = credits::policy(&mut tx, effective.policy_version_id).await?;
        titles = PolicyTitles::of([effective_rules.as_ref(), &rules]);
        let person = credits::readable_person(&mut tx, &actor, id).await?;
        now = Some(credits::sheet_under(&mut tx, person, effective, &effective_rules, moment, lang).await?);
    }
    let detail = json!({ "policy_id": document.id, "version": document.version, "draft_id": tried.draft_id });
    audit::record(&mut tx, &actor, at, Event::new("policy.try_person", "person", id, detail)).await?;
    tx.commit().await?;
    Ok(Json(TryOutcome { now, tried: after, titles }))
}
