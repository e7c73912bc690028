//! POST /api/v1/districts

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DistrictView, TAG, check_code, check_time_zone, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    state::AppState,
    tenancy::DistrictId,
};

/// The district to make.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDistrict {
    /// The city (or province) above it.
    pub parent_id: Option<Uuid>,
    /// ASCII letters, digits and `- _ .`, e.g. the code of the administrative division.
    #[schema(min_length = 1, max_length = 32)]
    pub code: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    pub name_zh: String,
    /// The same in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub name_en: String,
    /// A name of the time zone database.
    #[serde(default = "shanghai")]
    #[schema(default = "Asia/Shanghai")]
    pub time_zone: String,
}

fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}

/// Make a district.
#[utoipa::path(
    post, path = "/api/v1/districts", operation_id = "create_district", tag = TAG, request_body = NewDistrict,
    responses((status = 201, description = "Made", body = DistrictView), ApiErrors)
)]
pub async fn create_district(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewDistrict>,
) -> Result<Response> {
    actor.require(Action::DistrictManage, &Scope::Platform)?;
    let (id, now) = (state.new_id(), state.now());
    let mut checks = Checks::new();
    let row = store::DistrictRow {
        id,
        parent_id: body.parent_id,
        code: check_code(&mut checks, &body.code),
        name_zh: checks.text("name_zh", &body.name_zh, 1..=100),
        name_en: checks.text("name_en", &body.name_en, 0..=200),
        time_zone: check_time_zone(&mut checks, &body.time_zone),
        settings: json!({}),
        no_shows: None,
        second_official: false,
        report_packs: true,
        created_at: now,
        version: 1,
    };
    checks.finish()?;
    let mut tx = state.begin_in(actor.district.unwrap_or(DistrictId::PLATFORM)).await?;
    if let Some(parent) = row.parent_id {
        let above = store::level(&mut tx, parent).await?;
        if !matches!(above.as_deref(), Some("city" | "province")) {
            return Err(ApiError::invalid_field("parent_id", "wrong_parent", "must be the id of a city or province"));
        }
    }
    let authority = store::AuthorityRow {
        id,
        parent_id: row.parent_id,
        level: "district".to_owned(),
        code: row.code.clone(),
        name_zh: row.name_zh.clone(),
        name_en: row.name_en.clone(),
        version: 1,
    };
    store::add_authority(&mut tx, &authority, now).await?;
    store::add_district(&mut tx, &row).await?;
    audit::record(&mut tx, &actor, now, Event::new("district.create", "district", id, json!(body))).await?;
    let location = Location(format!("/api/v1/districts/{id}"));
    tx.commit_with((StatusCode::CREATED, ETag(1), location, Json(DistrictView::from(row)))).await
}
