//! How many days answers take, and how long a line can be questioned: the district sets it.

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    appeal::Terms,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TAG, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, IfMatch},
    patch,
    state::AppState,
};

/// The days. What was filed keeps those of its time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealTerms {
    /// Days in which the host says what happened; after them the district decides without it.
    #[schema(minimum = 1, maximum = 90)]
    pub host_days: u32,
    /// Days in which the district decides after that.
    #[schema(minimum = 1, maximum = 180)]
    pub district_days: u32,
    /// Days after its last change in which a line can be questioned.
    #[schema(minimum = 1, maximum = 3660)]
    pub file_days: u32,
}

impl From<Terms> for AppealTerms {
    fn from(terms: Terms) -> Self {
        Self { host_days: terms.host_days, district_days: terms.district_days, file_days: terms.file_days }
    }
}

/// The days that the district wants, or those that kepu proposes.
#[utoipa::path(
    get, path = "/api/v1/appeal-terms", operation_id = "read_appeal_terms", tag = TAG,
    responses((status = 200, description = "The days", body = AppealTerms), ApiErrors)
)]
pub(super) async fn read_terms(State(state): State<AppState>, actor: Actor) -> Result<Response> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::AppealRead, &Scope::District { district: tx.district().0 })?;
    let (terms, version) = store::terms(&mut tx).await?;
    tx.commit_with((ETag(version), Json(AppealTerms::from(terms)))).await
}

/// Changes the days, for appeals that are filed from now on.
#[utoipa::path(
    put, path = "/api/v1/appeal-terms", operation_id = "change_appeal_terms", tag = TAG,
    params(("If-Match" = String, Header, description = "Their ETag")), request_body = AppealTerms,
    responses((status = 200, description = "The days", body = AppealTerms), ApiErrors)
)]
pub(super) async fn change_terms(
    State(state): State<AppState>,
    actor: Actor,
    version: IfMatch,
    ApiJson(body): ApiJson<AppealTerms>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::AppealDecide, &Scope::District { district })?;
    let mut checks = Checks::new();
    checks.range("host_days", body.host_days, 1..=90);
    checks.range("district_days", body.district_days, 1..=180);
    checks.range("file_days", body.file_days, 1..=3660);
    checks.finish()?;
    let (before, read) = store::terms(&mut tx).await?;
    version.check("appeal terms", read)?;
    let terms = Terms { host_days: body.host_days, district_days: body.district_days, file_days: body.file_days };
    if !store::set_terms(&mut tx, &terms, read).await? {
        return Err(ApiError::version_changed("appeal terms", read + 1));
    }
    let detail = patch::difference(&AppealTerms::from(before), &body)?;
    audit::record(&mut tx, &actor, state.now(), Event::new("appeal_terms.change", "district", district, detail))
        .await?;
    tx.commit_with((ETag(read + 1), Json(body))).await
}
