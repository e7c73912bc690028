//! GET and POST /api/v1/authorities

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, check_code, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiQuery},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// What an authority answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityLevel {
    /// The country.
    Country,
    /// A province.
    Province,
    /// A city.
    City,
}

impl AuthorityLevel {
    fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::City => "city",
        }
    }
}

/// An education authority.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuthorityView {
    /// Its id.
    pub id: Uuid,
    /// The one above it.
    pub parent_id: Option<Uuid>,
    /// `country`, `province`, `city` or `district`.
    pub level: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// For If-Match.
    pub version: i64,
}

impl From<store::AuthorityRow> for AuthorityView {
    fn from(row: store::AuthorityRow) -> Self {
        let store::AuthorityRow { id, parent_id, level, code, name_zh, name_en, version } = row;
        Self { id, parent_id, level, code, name_zh, name_en, version }
    }
}

/// Which authorities.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuthorityFilter {
    /// `country`, `province`, `city` or `district`.
    pub level: Option<String>,
}

/// List authorities by code.
#[utoipa::path(
    get, path = "/api/v1/authorities", operation_id = "list_authorities", tag = TAG, params(AuthorityFilter, PageQuery),
    responses((status = 200, description = "Authorities", body = Page<AuthorityView>), ApiErrors)
)]
pub async fn list_authorities(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<AuthorityFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<AuthorityView>>> {
    actor.require(Action::DistrictRead, &Scope::Platform)?;
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::authorities(&mut tx, filter.level.as_deref(), page.after()?, page.fetch()?).await?;
    Ok(Json(Page::of(rows, &page, |row| row.code.clone(), AuthorityView::from)?))
}

/// The authority to make. Districts are made with POST /api/v1/districts.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAuthority {
    /// What it answers for.
    pub level: AuthorityLevel,
    /// The one above it; a country has none.
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
}

/// Make a country, province or city.
#[utoipa::path(
    post, path = "/api/v1/authorities", operation_id = "create_authority", tag = TAG, request_body = NewAuthority,
    responses((status = 201, description = "Made", body = AuthorityView), ApiErrors)
)]
pub async fn create_authority(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewAuthority>,
) -> Result<Response> {
    actor.require(Action::DistrictManage, &Scope::Platform)?;
    let mut checks = Checks::new();
    let row = store::AuthorityRow {
        id: state.new_id(),
        parent_id: body.parent_id,
        level: body.level.as_str().to_owned(),
        code: check_code(&mut checks, &body.code),
        name_zh: checks.text("name_zh", &body.name_zh, 1..=100),
        name_en: checks.text("name_en", &body.name_en, 0..=200),
        version: 1,
    };
    checks.finish()?;
    let now = state.now();
    let mut tx = state.begin_in(actor.district.unwrap_or(DistrictId::PLATFORM)).await?;
    if let Some(parent) = row.parent_id {
        let above = store::level(&mut tx, parent).await?;
        let fits = match body.level {
            AuthorityLevel::Country => false,
            AuthorityLevel::Province => above.as_deref() == Some("country"),
            AuthorityLevel::City => matches!(above.as_deref(), Some("country" | "province")),
        };
        if !fits {
            let message = "must be the id of an authority of a higher level";
            return Err(ApiError::invalid_field("parent_id", "wrong_parent", message));
        }
    }
    store::add_authority(&mut tx, &row, now).await?;
    audit::record(&mut tx, &actor, now, Event::new("authority.create", "authority", row.id, json!(body))).await?;
    tx.commit_with((StatusCode::CREATED, Json(AuthorityView::from(row)))).await
}
