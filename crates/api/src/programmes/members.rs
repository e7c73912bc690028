use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::programme::Step;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MemberRole, TAG, begin, managed, store, views::MemberView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    designations,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath},
    organizations::{self, OrganizationStatus},
    state::AppState,
};

const AT_ONCE: usize = 500;

/// Who takes part, and as what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMembers {
    /// Organizations within the area of the programme's authority.
    #[schema(min_items = 1, max_items = 500)]
    organization_ids: Vec<Uuid>,
    /// As what; beside what they are already.
    role: MemberRole,
}

/// Who takes part now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Members {
    /// All members, by name.
    items: Vec<MemberView>,
}

/// Adds organizations to an edition, or gives them one more role. All are added or none.
#[utoipa::path(
    post,
    path = "/api/v1/editions/{id}/members",
    operation_id = "add_members",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewMembers,
    responses((status = 200, description = "All members", body = Members), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewMembers>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let edition = managed(&mut tx, &actor, id, None, Step::Change).await?;
    let mut checks = Checks::new();
    checks.count("organization_ids", body.organization_ids.len(), 1..=AT_ONCE);
    for (index, organization) in body.organization_ids.iter().enumerate().take(AT_ONCE) {
        let field = format!("organization_ids[{index}]");
        let Some(row) = organizations::store::find(&mut tx, *organization).await? else {
            checks.add(FieldError::new(field, "unknown", "must be an organization"));
            continue;
        };
        let within = designations::store::reaches_district(&mut tx, edition.authority_id, row.district_id).await?;
        checks.require(within, &field, "outside_area", "must lie within the area of the programme's authority");
        checks.require(row.status == OrganizationStatus::Active, &field, "closed", "must not be closed");
    }
    checks.finish()?;
    let now = state.now();
    let mut added = Vec::new();
    for organization in &body.organization_ids {
        if store::add_member(&mut tx, id, *organization, body.role, now).await? {
            added.push(*organization);
        }
    }
    if !added.is_empty() {
        let detail = json!({ "organization_ids": added, "role": body.role });
        audit::record(&mut tx, &actor, now, Event::new("edition.add_members", "edition", id, detail)).await?;
    }
    let items = store::members(&mut tx, id).await?.into_iter().map(Into::into).collect();
    tx.commit_with(Json(Members { items })).await
}

/// Takes an organization out of an edition; refused while it has activities of it.
#[utoipa::path(
    delete,
    path = "/api/v1/editions/{id}/members/{organization_id}",
    operation_id = "remove_member",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("organization_id" = Uuid, Path, description = "The organization")
    ),
    responses((status = 204, description = "Gone"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, organization)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = begin(&state, &actor).await?;
    managed(&mut tx, &actor, id, None, Step::Change).await?;
    let activities = store::activities_in(&mut tx, id, organization).await?;
    if activities > 0 {
        return Err(ApiError::conflict(
            "has_activities",
            format!("{activities} activities of the organization are part of the edition. Take them out first."),
        ));
    }
    if !store::remove_member(&mut tx, id, organization).await? {
        return Err(ApiError::not_found("member"));
    }
    let detail = json!({ "organization_id": organization });
    audit::record(&mut tx, &actor, state.now(), Event::new("edition.remove_member", "edition", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
