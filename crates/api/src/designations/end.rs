use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DesignationView, refused, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    organizations,
    state::AppState,
};

/// When and why it ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DesignationEnd {
    /// The last day on which it holds.
    last_day: NaiveDate,
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Ends a designation on a day. Records of later days are scored again.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/end",
    operation_id = "end_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = DesignationEnd,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn end(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DesignationEnd>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationManage, &Scope::District { district: tx.district().0 })?;
    let holder = store::load(&mut tx, id).await?.organization_id;
    organizations::store::lock(&mut tx, holder).await?;
    let mut row = store::load(&mut tx, id).await?;
    version.check("designation", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let before = row.valid_to;
    let term = row.rules()?.term.ended(body.last_day).map_err(|refusal| refused(&refusal))?;
    let now = state.now();
    row.valid_to = term.to();
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let event = store::NewEvent {
        id: state.new_id(),
        designation_id: id,
        kind: "ended",
        on_day: body.last_day,
        reason: &reason,
        account_id: actor.account_id,
        at: now,
    };
    store::add_event(&mut tx, &event).await?;
    let detail = json!({ "valid_to": { "from": before, "to": row.valid_to }, "reason": reason });
    audit::record(&mut tx, &actor, now, Event::new("designation.end", "designation", id, detail)).await?;
    credits::touch_designation(&mut tx, &Author { account_id: actor.account_id, at: now }, holder).await?;
    let today = credits::today(&mut tx, now).await?;
    let answer = tx.commit_with((ETag(row.version), Json(DesignationView::of(row, today)?))).await?;
    credits::follow_designation(&state);
    Ok(answer)
}
