#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::types::Json as Jsonb;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{OrganizationKind, OrganizationView, check_attributes, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationChange {
    /// What kind; another one only while nothing depends on it.
    kind: Option<OrganizationKind>,
    /// Code, unique in the district.
    #[schema(min_length = 1, max_length = 40)]
    code: Option<String>,
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: Option<String>,
    /// Name in English.
    #[schema(max_length = 200)]
    name_en: Option<String>,
    /// Level of the organization itself; null takes it away.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    level: Option<Option<String>>,
    /// Further facts, all of them.
    #[schema(value_type = Option<Object>)]
    attributes: Option<Map<String, Value>>,
}

/// Changes an organization of the district. With its level, records at it as a host are scored again.
#[utoipa::path(
    patch,
    path = "/api/v1/organizations/{id}",
    operation_id = "change_organization",
    tag = "organizations",
    params(
        ("id" = Uuid, Path, description = "The organization"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = OrganizationChange,
    responses((status = 200, description = "As it is now", body = OrganizationView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<OrganizationChange>,
) -> Result<(ETag, Json<OrganizationView>)> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::OrganizationManage, &Scope::District { district: tx.district().0 })?;
    let before = store::lock(&mut tx, id).await?;
    version.check("organization", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    if let Some(code) = &body.code {
        row.code = checks.text("code", code, 1..=40);
    }
    if let Some(name) = &body.name_zh {
        row.name_zh = checks.text("name_zh", name, 1..=120);
    }
    if let Some(name) = &body.name_en {
        row.name_en = checks.text("name_en", name, 0..=200);
    }
    if let Some(level) = &body.level {
        row.level = checks.optional_text("level", level.as_deref(), 40);
    }
    if let Some(attributes) = body.attributes {
        row.attributes = Jsonb(attributes);
        check_attributes(&mut checks, &row.attributes);
    }
    checks.finish()?;
    if let Some(kind) = body.kind.filter(|kind| *kind != before.kind) {
        if store::kind_in_use(&mut tx, &[(id, kind)]).await?.contains(&id) {
            return Err(ApiError::conflict(
                "kind_in_use",
                "Its kind stays as it is: classes, activities, licences, agreements, applications or accounts depend on it. \
                 Register another organization instead, or take those away first.",
            ));
        }
        row.kind = kind;
    }
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let relevelled = row.level != before.level;
    let after = OrganizationView::from(row);
    let detail = patch::difference(&OrganizationView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("organization.change", "organization", id, detail)).await?;
    if relevelled {
        credits::touch_designation(&mut tx, &Author { account_id: actor.account_id, at: now }, id).await?;
    }
    tx.commit().await?;
    if relevelled {
        credits::follow_designation(&state);
    }
    Ok((ETag(after.version), Json(after)))
}
