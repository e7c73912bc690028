use std::collections::BTreeSet;

use axum::{Json, extract::State};
use kepu_domain::role::{Action, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, require, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Who is to review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewersBody {
    /// The accounts; these and no others.
    #[schema(max_items = 200)]
    accounts: Vec<Uuid>,
}

/// An account that reviews.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewerView {
    /// The account.
    account_id: Uuid,
    /// What it is called.
    display_name: String,
}

/// Who reviews.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewersView {
    /// The accounts.
    items: Vec<ReviewerView>,
}

impl From<Vec<store::ReviewerRow>> for ReviewersView {
    fn from(rows: Vec<store::ReviewerRow>) -> Self {
        let view =
            |row: store::ReviewerRow| ReviewerView { account_id: row.account_id, display_name: row.display_name };
        Self { items: rows.into_iter().map(view).collect() }
    }
}

/// Lists the reviewers of a round.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/reviewers",
    operation_id = "list_round_reviewers",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "The reviewers", body = ReviewersView), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ReviewersView>)> {
    let mut tx = state.begin(&actor).await?;
    let round = store::load(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundRead, round.authority_id).await?;
    let rows = store::reviewers(&mut tx, id).await?;
    tx.commit().await?;
    Ok((ETag(round.version), Json(rows.into())))
}

/// Names the reviewers of a round: these accounts and no others. What somebody has reviewed already stays.
#[utoipa::path(
    put,
    path = "/api/v1/rounds/{id}/reviewers",
    operation_id = "assign_reviewers",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The round"),
        ("If-Match" = String, Header, description = "The ETag of the round")
    ),
    request_body = ReviewersBody,
    responses((status = 200, description = "The reviewers now", body = ReviewersView), ApiErrors)
)]
pub(super) async fn assign(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ReviewersBody>,
) -> Result<(ETag, Json<ReviewersView>)> {
    let mut tx = state.begin(&actor).await?;
    let mut round = store::lock(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, round.authority_id).await?;
    version.check("round", round.version)?;
    let roles = store::roles_of(&mut tx, &body.accounts).await?;
    let mut checks = Checks::new();
    checks.count("accounts", body.accounts.len(), 0..=200);
    let mut seen = BTreeSet::new();
    for (index, account) in body.accounts.iter().enumerate() {
        let at = format!("accounts[{index}]");
        let reviews =
            |role: &String| Role::parse(role).is_some_and(|role| Action::ApplicationReview.roles().contains(&role));
        match roles.get(account) {
            None => checks.add(FieldError::new(at, "unknown", "is no account that works")),
            Some(roles) if !roles.iter().any(reviews) => {
                checks.add(FieldError::new(at, "wrong_role", "has no role in which one may review"));
            }
            Some(_) if !seen.insert(*account) => checks.add(FieldError::new(at, "twice", "is there twice")),
            Some(_) => {}
        }
    }
    checks.finish()?;
    let now = state.now();
    store::set_reviewers(&mut tx, id, &body.accounts, actor.account_id, now).await?;
    round.version += 1;
    round.updated_at = now;
    store::update(&mut tx, &round).await?;
    let detail = json!({ "accounts": body.accounts });
    audit::record(&mut tx, &actor, now, Event::new("round.assign", "round", id, detail)).await?;
    let rows = store::reviewers(&mut tx, id).await?;
    tx.commit().await?;
    Ok((ETag(round.version), Json(rows.into())))
}
