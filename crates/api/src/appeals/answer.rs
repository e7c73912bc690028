//! The host says what happened; who filed an appeal takes it back.

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    appeal::{Stance, Step},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, act, reach, read::detail, refused, store, view::AppealDetail};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Whether the host finds that it should be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealStance {
    /// It should.
    Agrees,
    /// The record is right as it is.
    StandsBy,
}

/// What the host says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealStatementRequest {
    /// Whether it should be corrected.
    stance: AppealStance,
    /// What happened.
    #[schema(min_length = 1, max_length = 1000)]
    remark: String,
}

/// The host says what happened. It corrects nothing by that: the district decides.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/statement", operation_id = "state_appeal", tag = TAG,
    params(("id" = Uuid, Path, description = "The appeal"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = AppealStatementRequest,
    responses((status = 200, description = "As it is now", body = AppealDetail), ApiErrors)
)]
pub(super) async fn state_appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AppealStatementRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    reach::may(&actor, district, &store::shown(&mut tx, id).await?)?;
    let row = store::lock(&mut tx, id).await?;
    match row.host_id {
        Some(host) => actor.require(Action::AppealAnswer, &Scope::Host { district, host })?,
        None => return Err(refused(kepu_domain::appeal::Refusal::NoHost)),
    }
    let mut checks = Checks::new();
    let remark = checks.prose("remark", &body.remark, 1000);
    checks.require(!remark.is_empty(), "remark", "required", "say what happened");
    checks.finish()?;
    version.check("appeal", row.version)?;
    let stance = match body.stance {
        AppealStance::Agrees => Stance::Agrees,
        AppealStance::StandsBy => Stance::StandsBy,
    };
    let act = act(&mut tx, &state, &actor).await?;
    let after = row.standing.0.take(Step::State(act, stance, remark.clone())).map_err(refused)?;
    store::update(&mut tx, id, &after).await?;
    let detail_of = json!({ "person_id": row.person_id, "stance": stance.word(), "remark": remark });
    audit::record(&mut tx, &actor, act.at, Event::new("appeal.state", "appeal", id, detail_of)).await?;
    let detail = detail(&state, &mut tx, &actor, id).await?;
    tx.commit_with((ETag(detail.appeal.version), Json(detail))).await
}

/// Who filed it takes it back. The line can be questioned again.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/withdraw", operation_id = "withdraw_appeal", tag = TAG,
    params(("id" = Uuid, Path, description = "The appeal"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "As it is now", body = AppealDetail), ApiErrors)
)]
pub(super) async fn withdraw_appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let shown = store::shown(&mut tx, id).await?;
    reach::may(&actor, district, &shown)?;
    let roles = Action::AppealFile.roles();
    if !actor.grants.iter().any(|grant| roles.contains(&grant.role)) {
        return Err(ApiError::forbidden("Only who filed an appeal takes it back."));
    }
    let row = store::lock(&mut tx, id).await?;
    version.check("appeal", row.version)?;
    let act = act(&mut tx, &state, &actor).await?;
    let after = row.standing.0.take(Step::Withdraw(act)).map_err(refused)?;
    store::update(&mut tx, id, &after).await?;
    let detail_of = json!({ "person_id": row.person_id });
    audit::record(&mut tx, &actor, act.at, Event::new("appeal.withdraw", "appeal", id, detail_of)).await?;
    let detail = detail(&state, &mut tx, &actor, id).await?;
    tx.commit_with((ETag(detail.appeal.version), Json(detail))).await
}
