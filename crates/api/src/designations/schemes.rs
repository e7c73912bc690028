//! Schemes: under what organizations and professionals are designated, and who runs them.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::{
    designation::scheme::Rules,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{schema::SchemeRules, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch, Location},
    organizations::OrganizationKind,
    page::{Page, PageQuery},
    patch,
    state::AppState,
    tenancy::Tx,
};

/// A scheme under which organizations are designated.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SchemeView {
    /// Identity.
    id: Uuid,
    /// The authority that runs it.
    authority_id: Uuid,
    /// Code, which policies name in `host_designation`.
    code: String,
    /// Name in Chinese.
    name_zh: String,
    /// Name in English.
    name_en: String,
    /// Kinds of organizations that may hold one; any if empty.
    holder_kinds: Vec<String>,
    /// Form, criteria, validity; null where there are no rounds.
    #[schema(value_type = Option<SchemeRules>)]
    rules: Option<Rules>,
    /// For If-Match.
    version: i64,
    /// When it was entered.
    created_at: DateTime<Utc>,
}

impl From<store::Scheme> for SchemeView {
    fn from(row: store::Scheme) -> Self {
        Self {
            id: row.id,
            authority_id: row.authority_id,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            holder_kinds: row.holder_kinds,
            rules: row.rules.map(|rules| rules.0),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Which schemes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SchemeFilter {
    /// Of this authority.
    authority_id: Option<Uuid>,
}

/// A new scheme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewScheme {
    /// The authority that runs it; the district of the request if left out.
    authority_id: Option<Uuid>,
    /// Code, unique with the authority; it stays, for policies name it.
    #[schema(min_length = 1, max_length = 60)]
    code: String,
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: String,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    name_en: String,
    /// Kinds of organizations that may hold one; any if empty.
    #[serde(default)]
    holder_kinds: Vec<OrganizationKind>,
    /// Form, criteria, validity; without them no round can be opened.
    #[schema(value_type = Option<SchemeRules>)]
    rules: Option<Rules>,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemeChange {
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: Option<String>,
    /// Name in English.
    #[schema(max_length = 200)]
    name_en: Option<String>,
    /// Kinds of organizations that may hold one; any if empty. Who holds one keeps it.
    holder_kinds: Option<Vec<OrganizationKind>>,
    /// Form, criteria, validity. Rounds that are open keep theirs.
    #[schema(value_type = Option<SchemeRules>)]
    rules: Option<Rules>,
}

/// Lists schemes, of all authorities unless one is named.
#[utoipa::path(
    get,
    path = "/api/v1/schemes",
    operation_id = "list_schemes",
    tag = "designations",
    params(SchemeFilter, PageQuery),
    responses((status = 200, description = "A page of schemes", body = Page<SchemeView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<SchemeFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<SchemeView>>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: tx.district().0 })?;
    let rows = store::list_schemes(&mut tx, filter.authority_id, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, SchemeView::from)?))
}

/// Reads a scheme.
#[utoipa::path(
    get,
    path = "/api/v1/schemes/{id}",
    operation_id = "read_scheme",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The scheme")),
    responses((status = 200, description = "The scheme", body = SchemeView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<SchemeView>)> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: tx.district().0 })?;
    let row = store::load_scheme(&mut tx, id).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}

/// A district's own scheme is its officials' matter; one of a higher authority is the platform's.
pub async fn scope(tx: &mut Tx, authority: Uuid) -> Result<Scope> {
    match store::authority_level(tx, authority).await?.as_deref() {
        Some("district") => Ok(Scope::District { district: authority }),
        Some(_) => Ok(Scope::Authority { authority }),
        None => Err(ApiError::invalid_field("authority_id", "unknown", "must be an authority")),
    }
}

fn check_rules(checks: &mut Checks, rules: Option<&Stored<Rules>>) {
    for wrong in rules.map(|rules| rules.check()).unwrap_or_default() {
        checks.add(FieldError::new(format!("rules.{}", wrong.path), wrong.code, wrong.message));
    }
}

fn words(kinds: &[OrganizationKind]) -> Vec<String> {
    let mut words: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Adds a scheme.
#[utoipa::path(
    post,
    path = "/api/v1/schemes",
    operation_id = "create_scheme",
    tag = "designations",
    request_body = NewScheme,
    responses((status = 201, description = "Added", body = SchemeView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewScheme>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let authority = body.authority_id.unwrap_or(tx.district().0);
    let scope = scope(&mut tx, authority).await?;
    actor.require(Action::SchemeManage, &scope)?;
    let mut checks = Checks::new();
    let now = state.now();
    let row = store::Scheme {
        id: state.new_id(),
        authority_id: authority,
        code: checks.text("code", &body.code, 1..=60),
        name_zh: checks.text("name_zh", &body.name_zh, 1..=120),
        name_en: checks.text("name_en", &body.name_en, 0..=200),
        holder_kinds: words(&body.holder_kinds),
        rules: body.rules.map(Stored),
        version: 1,
        created_at: now,
    };
    // `;` separates designations in sheets.
    check_rules(&mut checks, row.rules.as_ref());
    checks.require(!row.code.contains([';', ',']), "code", "invalid_value", "must not hold ; or ,");
    checks.finish()?;
    store::insert_scheme(&mut tx, &row).await?;
    let detail = json!({ "code": row.code, "name_zh": row.name_zh, "authority_id": authority });
    audit::record(&mut tx, &actor, now, Event::new("scheme.create", "scheme", row.id, detail)).await?;
    let place = Location(format!("/api/v1/schemes/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(SchemeView::from(row)))).await
}

/// Changes a scheme.
#[utoipa::path(
    patch,
    path = "/api/v1/schemes/{id}",
    operation_id = "change_scheme",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The scheme"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = SchemeChange,
    responses((status = 200, description = "As it is now", body = SchemeView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<SchemeChange>,
) -> Result<(ETag, Json<SchemeView>)> {
    let mut tx = state.begin(&actor).await?;
    let before = store::lock_scheme(&mut tx, id).await?;
    let scope = scope(&mut tx, before.authority_id).await?;
    actor.require(Action::SchemeManage, &scope)?;
    version.check("scheme", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    if let Some(name) = &body.name_zh {
        row.name_zh = checks.text("name_zh", name, 1..=120);
    }
    if let Some(name) = &body.name_en {
        row.name_en = checks.text("name_en", name, 0..=200);
    }
    if let Some(kinds) = &body.holder_kinds {
        row.holder_kinds = words(kinds);
    }
    if let Some(rules) = body.rules {
        row.rules = Some(Stored(rules));
        check_rules(&mut checks, row.rules.as_ref());
    }
    checks.finish()?;
    row.version += 1;
    store::update_scheme(&mut tx, &row).await?;
    let after = SchemeView::from(row);
    let detail = patch::difference(&SchemeView::from(before), &after)?;
    audit::record(&mut tx, &actor, state.now(), Event::new("scheme.change", "scheme", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
