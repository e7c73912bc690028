//! The works that an organization shows on the market.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PartnerField, TAG, market::PartnerWork, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, Location},
    organizations::{self, OrganizationStatus},
    state::AppState,
    tenancy::Tx,
};

/// The most works of one organization.
const WORKS_MAX: i64 = 30;

/// A work to be shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWork {
    /// Its title.
    #[schema(min_length = 1, max_length = 120)]
    title: String,
    /// What it is.
    #[serde(default)]
    #[schema(max_length = 1000)]
    summary: String,
    /// The field it is of.
    field: Option<PartnerField>,
    /// Where more of it can be seen: an address that begins with https://.
    #[serde(default)]
    #[schema(max_length = 400)]
    link: String,
}

/// Refuses who does not speak for the organization; what is closed shows nothing new.
async fn own(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<OrganizationStatus> {
    let organization = organizations::store::load(tx, id).await?;
    actor.require(Action::AgreementManage, &Scope::Host { district: organization.district_id, host: id })?;
    // One at a time, so that the most are the most.
    organizations::store::lock(tx, id).await?;
    Ok(organization.status)
}

/// Shows a work of an organization on the market.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{id}/works",
    operation_id = "show_work",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The organization"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewWork,
    responses((status = 201, description = "Shown", body = PartnerWork), ApiErrors)
)]
pub(super) async fn show(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewWork>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    if own(&mut tx, &actor, id).await? == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The organization is closed."));
    }
    let mut checks = Checks::new();
    let row = store::Work {
        id: state.new_id(),
        title: checks.text("title", &body.title, 1..=120),
        summary: checks.prose("summary", &body.summary, 1000),
        field: body.field,
        link: checks.text("link", &body.link, 0..=400),
        shown_at: state.now(),
    };
    let safe = row.link.is_empty() || row.link.starts_with("https://");
    checks.require(safe, "link", "not_https", "must begin with https://");
    checks.finish()?;
    if store::work_count(&mut tx, id).await? >= WORKS_MAX {
        let text = format!("There are {WORKS_MAX} works already. Take one away first.");
        return Err(ApiError::conflict("too_many_works", text));
    }
    store::add_work(&mut tx, id, &row, actor.account_id).await?;
    let detail = json!({ "work_id": row.id, "title": row.title });
    audit::record(&mut tx, &actor, row.shown_at, Event::new("partner.show", "organization", id, detail)).await?;
    let place = Location(format!("/api/v1/organizations/{id}/works/{}", row.id));
    tx.commit_with((StatusCode::CREATED, place, Json(PartnerWork::from(row)))).await
}

/// Takes a work off the market.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{id}/works/{work_id}",
    operation_id = "remove_work",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The organization"),
        ("work_id" = Uuid, Path, description = "The work")
    ),
    responses((status = 204, description = "Gone"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, work_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    own(&mut tx, &actor, id).await?;
    let Some(title) = store::remove_work(&mut tx, id, work_id).await? else { return Err(ApiError::not_found("work")) };
    let detail = json!({ "work_id": work_id, "title": title });
    audit::record(&mut tx, &actor, state.now(), Event::new("partner.take_off", "organization", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
