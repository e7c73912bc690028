//! PATCH /api/v1/authorities/{id}

use axum::{Json, extract::State, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, authorities::AuthorityView, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
    tenancy::DistrictId,
};

/// The new names; what is left away stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityChange {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    pub name_zh: Option<String>,
    /// The same in English.
    #[schema(max_length = 200)]
    pub name_en: Option<String>,
}

/// Rename a country, province or city. A district is renamed with PATCH /api/v1/districts/{id}.
#[utoipa::path(
    patch, path = "/api/v1/authorities/{id}", operation_id = "rename_authority", tag = TAG, request_body = AuthorityChange,
    params(("id" = Uuid, Path, description = "The authority"), ("If-Match" = String, Header, description = "Its version")),
    responses((status = 200, description = "Renamed", body = AuthorityView), ApiErrors)
)]
pub async fn rename_authority(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AuthorityChange>,
) -> Result<Response> {
    actor.require(Action::DistrictManage, &Scope::Platform)?;
    let mut checks = Checks::new();
    let name_zh = body.name_zh.as_deref().map(|name| checks.text("name_zh", name, 1..=100));
    let name_en = body.name_en.as_deref().map(|name| checks.text("name_en", name, 0..=200));
    checks.finish()?;
    let now = state.now();
    let mut tx = state.begin_in(actor.district.unwrap_or(DistrictId::PLATFORM)).await?;
    let mut row = store::authority(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("authority"))?;
    if row.level == "district" {
        let text = "This is a district: rename it with PATCH /api/v1/districts/{id}.";
        return Err(ApiError::unprocessable("is_district", text));
    }
    version.check("authority", row.version)?;
    let before = json!({ "name_zh": row.name_zh, "name_en": row.name_en });
    row.name_zh = name_zh.unwrap_or(row.name_zh);
    row.name_en = name_en.unwrap_or(row.name_en);
    if !store::rename_authority(&mut tx, &row).await? {
        return Err(ApiError::version_changed("authority", row.version + 1));
    }
    row.version += 1;
    let event = Event::new("authority.rename", "authority", id, json!({ "from": before, "to": body }));
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit_with((ETag(row.version), Json(AuthorityView::from(row)))).await
}
