use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::types::Json as Jsonb;
use utoipa::ToSchema;

use super::{OrganizationKind, OrganizationStatus, OrganizationView, check_attributes, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    state::AppState,
};

/// A new organization.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrganization {
    /// What kind; it stays.
    kind: OrganizationKind,
    /// Code, unique in the district.
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: String,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    name_en: String,
    /// Level of the organization itself: national, provincial, city, district …
    #[schema(max_length = 40)]
    level: Option<String>,
    /// Further facts. `vocational: true` marks a secondary vocational school.
    #[serde(default)]
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
}

/// Registers an organization in the district.
#[utoipa::path(
    post,
    path = "/api/v1/organizations",
    operation_id = "create_organization",
    tag = "organizations",
    request_body = NewOrganization,
    responses((status = 201, description = "Registered", body = OrganizationView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewOrganization>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::OrganizationManage, &Scope::District { district })?;
    let mut checks = Checks::new();
    let now = state.now();
    let row = store::Organization {
        id: state.new_id(),
        district_id: district,
        kind: body.kind,
        code: checks.text("code", &body.code, 1..=40),
        name_zh: checks.text("name_zh", &body.name_zh, 1..=120),
        name_en: checks.text("name_en", &body.name_en, 0..=200),
        level: checks.optional_text("level", body.level.as_deref(), 40),
        attributes: Jsonb(body.attributes),
        status: OrganizationStatus::Active,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    check_attributes(&mut checks, &row.attributes);
    checks.finish()?;
    store::insert(&mut tx, &row).await?;
    let detail = json!({ "kind": row.kind, "code": row.code, "name_zh": row.name_zh, "level": row.level });
    audit::record(&mut tx, &actor, now, Event::new("organization.create", "organization", row.id, detail)).await?;
    let place = Location(format!("/api/v1/organizations/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(OrganizationView::from(row)))).await
}
