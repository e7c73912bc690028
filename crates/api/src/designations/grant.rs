use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    designation::{Term, admit, scheme::Holder},
    role::{Action, Scope},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DesignationView, refused, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, Location},
    organizations::{self, OrganizationStatus},
    state::AppState,
};

/// A new designation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDesignation {
    /// The scheme: of the district, or of an authority above it.
    scheme_id: Uuid,
    /// Number of the licence, unique in the scheme.
    #[schema(min_length = 1, max_length = 60)]
    number: String,
    /// Level of the host under the scheme; policies read it as `host_level`.
    #[schema(max_length = 40)]
    level: Option<String>,
    /// First day.
    valid_from: NaiveDate,
    /// Last day; open if left out.
    valid_to: Option<NaiveDate>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
}

/// Grants a designation to an organization of the district. One scheme is held once at a time.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{id}/designations",
    operation_id = "grant_designation",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The organization")),
    request_body = NewDesignation,
    responses((status = 201, description = "Granted", body = DesignationView), ApiErrors)
)]
pub(super) async fn grant(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewDesignation>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::DesignationManage, &Scope::District { district })?;
    let holder = organizations::store::lock(&mut tx, id).await?;
    let Some(scheme) = store::find_scheme(&mut tx, body.scheme_id).await? else {
        return Err(ApiError::invalid_field("scheme_id", "unknown", "must be a scheme"));
    };
    if !store::reaches_district(&mut tx, scheme.authority_id, district).await? {
        return Err(ApiError::unprocessable(
            "scheme_elsewhere",
            "The scheme belongs to an authority that does not stand over this district.",
        ));
    }
    if !scheme.is_for(Holder::Organization) {
        return Err(ApiError::unprocessable(
            "holder_sort",
            "Only professionals may hold it: award it in a round, or import a list that names them.",
        ));
    }
    if holder.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The organization is closed."));
    }
    let mut checks = Checks::new();
    let number = checks.text("number", &body.number, 1..=60);
    let level = checks.optional_text("level", body.level.as_deref(), 40);
    let source = checks.text("source", &body.source, 0..=400);
    checks.finish()?;
    let term = Term::new(body.valid_from, body.valid_to).map_err(|refusal| refused(&refusal))?;
    let others = store::of_holder(&mut tx, id, scheme.id).await?;
    let others = others.iter().map(store::Designation::rules).collect::<Result<Vec<_>>>()?;
    admit(term, holder.kind.as_str(), &scheme.holder_kinds, &others).map_err(|refusal| refused(&refusal))?;
    let now = state.now();
    let row = store::Designation {
        id: state.new_id(),
        scheme_id: scheme.id,
        scheme_code: scheme.code,
        scheme_name_zh: scheme.name_zh,
        scheme_name_en: scheme.name_en,
        organization_id: id,
        professional_id: None,
        professional_name: None,
        application_id: None,
        district_id: holder.district_id,
        organization_name_zh: holder.name_zh,
        organization_name_en: holder.name_en,
        number,
        level,
        valid_from: term.from(),
        valid_to: term.to(),
        revoked_from: None,
        suspensions: Stored(Vec::new()),
        source,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(&mut tx, &row, actor.account_id, "").await?;
    let detail = json!({
        "organization_id": id, "scheme": row.scheme_code, "number": row.number, "level": row.level,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
    });
    audit::record(&mut tx, &actor, now, Event::new("designation.grant", "designation", row.id, detail)).await?;
    credits::touch_designation(&mut tx, &Author { account_id: actor.account_id, at: now }, id).await?;
    let place = Location(format!("/api/v1/designations/{}", row.id));
    let today = credits::today(&mut tx, now).await?;
    let answer = (StatusCode::CREATED, ETag(row.version), place, Json(DesignationView::of(row, today)?));
    let answer = tx.commit_with(answer).await?;
    credits::follow_designation(&state);
    Ok(answer)
}
