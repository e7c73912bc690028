use axum::{Json, extract::State};
use kepu_domain::role::{Action, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, require, store};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    state::AppState,
};

/// The most that are told.
const MOST: i64 = 30;

/// Who is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CandidateQuery {
    /// Part of a name or of an organization's, or a whole login.
    #[param(min_length = 1, max_length = 60)]
    q: String,
}

/// An account that might review.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CandidateView {
    /// The account.
    account_id: Uuid,
    /// What it is called.
    display_name: String,
    /// Organizations or authorities for which it works.
    belongs_to: Vec<String>,
}

/// Accounts that might review.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CandidatesView {
    /// By name, 30 at the most.
    items: Vec<CandidateView>,
}

/// Looks up who might review a round: an expert may come from anywhere, so accounts of all districts are found, by their name
/// and organization alone.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/reviewers/candidates",
    operation_id = "find_reviewers",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round"), CandidateQuery),
    responses((status = 200, description = "Who might review", body = CandidatesView), ApiErrors)
)]
pub(super) async fn candidates(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<CandidateQuery>,
) -> Result<Json<CandidatesView>> {
    let mut tx = state.begin(&actor).await?;
    let round = store::load(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, round.authority_id).await?;
    let mut checks = Checks::new();
    let q = checks.text("q", &query.q, 1..=60);
    checks.finish()?;
    let roles: Vec<&str> = Action::ApplicationReview.roles().iter().copied().map(Role::as_str).collect();
    let rows = store::candidates(&mut tx, &q, &roles, MOST).await?;
    tx.commit().await?;
    let view = |row: store::CandidateRow| CandidateView {
        account_id: row.account_id,
        display_name: row.display_name,
        belongs_to: row.belongs_to.into_iter().filter(|name| !name.is_empty()).collect(),
    };
    Ok(Json(CandidatesView { items: rows.into_iter().map(view).collect() }))
}
