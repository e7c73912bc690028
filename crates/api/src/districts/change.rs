//! PATCH /api/v1/districts/{id}

use axum::{extract::State, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DistrictView, NoShowPolicy, TAG, check_time_zone, no_shows, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
    tenancy::DistrictId,
};

/// What to change; what is left away stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DistrictChange {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    pub name_zh: Option<String>,
    /// The same in English.
    #[schema(max_length = 200)]
    pub name_en: Option<String>,
    /// A name of the time zone database.
    pub time_zone: Option<String>,
    /// Settings to set; null removes one.
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Map<String, Value>>,
    /// What it does about those who register and do not come; null for nothing.
    #[serde(default, deserialize_with = "patch::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NoShowPolicy>)]
    pub no_shows: Option<Option<NoShowPolicy>>,
    /// Whether a change of the rules needs a second official. Only a platform administrator ends that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_official: Option<bool>,
    /// Whether the pack of reports of a month or term is made by itself when that has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_packs: Option<bool>,
}

/// Change the name, time zone or settings of a district.
#[utoipa::path(
    patch, path = "/api/v1/districts/{id}", operation_id = "change_district", tag = TAG, request_body = DistrictChange,
    params(("id" = Uuid, Path, description = "The district"), ("If-Match" = String, Header, description = "Its ETag")),
    responses((status = 200, description = "Changed", body = DistrictView), ApiErrors)
)]
pub async fn change_district(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DistrictChange>,
) -> Result<Response> {
    actor.require(Action::DistrictSettings, &Scope::District { district: id })?;
    let mut checks = Checks::new();
    let name_zh = body.name_zh.as_deref().map(|name| checks.text("name_zh", name, 1..=100));
    let name_en = body.name_en.as_deref().map(|name| checks.text("name_en", name, 0..=200));
    let time_zone = body.time_zone.as_deref().map(|name| check_time_zone(&mut checks, name));
    let size = serde_json::to_string(&body.settings)?.len();
    checks.require(size <= 16_384, "settings", "too_long", "must have at most 16384 bytes of JSON");
    if let Some(Some(policy)) = &body.no_shows {
        no_shows::check(&mut checks, policy);
    }
    checks.finish()?;

    let now = state.now();
    let mut tx = state.begin_in(DistrictId(id)).await?;
    let mut row = store::district(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("district"))?;
    version.check("district", row.version)?;
    let before = json!({
        "name_zh": row.name_zh, "name_en": row.name_en, "time_zone": row.time_zone, "settings": row.settings,
        "no_shows": row.no_shows, "second_official": row.second_official,
        "report_packs": row.report_packs,
    });
    row.name_zh = name_zh.unwrap_or(row.name_zh);
    row.name_en = name_en.unwrap_or(row.name_en);
    row.time_zone = time_zone.unwrap_or(row.time_zone);
    row.report_packs = body.report_packs.unwrap_or(row.report_packs);
    if row.second_official && body.second_official == Some(false) {
        // One official who could end it alone would need no second one.
        actor.require(Action::DistrictManage, &Scope::Platform)?;
    }
    row.second_official = body.second_official.unwrap_or(row.second_official);
    if let Some(policy) = &body.no_shows {
        row.no_shows = policy.clone().map(Json);
    }
    if let Value::Object(settings) = &mut row.settings {
        for (key, value) in body.settings.clone().unwrap_or_default() {
            if value.is_null() {
                settings.remove(&key);
            } else {
                settings.insert(key, value);
            }
        }
    }
    if !store::change_district(&mut tx, &row, now).await? {
        return Err(ApiError::version_changed("district", row.version + 1));
    }
    row.version += 1;
    let event = Event::new("district.change", "district", id, json!({ "from": before, "to": body }));
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit_with((ETag(row.version), axum::Json(DistrictView::from(row)))).await
}
