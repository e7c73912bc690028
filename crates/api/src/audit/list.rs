//! GET /api/v1/audit

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// `noun.verb`, or all of a noun with a trailing point: `participation.`.
    pub action: Option<String>,
    /// The noun.
    pub object_kind: Option<String>,
    /// The object.
    pub object_id: Option<String>,
    /// Who did it.
    pub account_id: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

/// An entry of the trail.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEventView {
    /// Its id; later ones sort after it.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; null for a sign-in that failed, or for a job.
    pub account_id: Option<Uuid>,
    /// How that account is called now.
    pub account_name: Option<String>,
    /// What was done: `noun.verb`.
    pub action: String,
    /// The noun.
    pub object_kind: String,
    /// The object.
    pub object_id: String,
    /// What changed, or what was read.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// From which network address.
    pub address: String,
    /// In which request.
    pub request_id: String,
}

/// Read the audit trail of a district, the newest first. Without a district: that of the platform (sign-ins,
/// administration).
#[utoipa::path(
    get, path = "/api/v1/audit", operation_id = "list_audit_events", tag = TAG, params(AuditFilter, PageQuery),
    responses((status = 200, description = "Entries", body = Page<AuditEventView>), ApiErrors)
)]
pub async fn list_audit_events(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<AuditFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<AuditEventView>>> {
    let (district, scope) = match actor.district {
        Some(district) => (district, Scope::District { district: district.0 }),
        None => (DistrictId::PLATFORM, Scope::Platform),
    };
    actor.require(Action::AuditRead, &scope)?;
    let filter = store::Filter {
        action: filter.action,
        object_kind: filter.object_kind,
        object_id: filter.object_id,
        account_id: filter.account_id,
        from: filter.from,
        to: filter.to,
    };
    let mut tx = state.begin_in(district).await?;
    let rows = store::list(&mut tx, &filter, page.after()?, page.fetch()?).await?;
    let view = |row: store::Row| AuditEventView {
        id: row.id,
        at: row.at,
        account_id: row.account_id,
        account_name: row.account_name,
        action: row.action,
        object_kind: row.object_kind,
        object_id: row.object_id,
        detail: row.detail,
        address: row.address,
        request_id: row.request_id,
    };
    Ok(Json(Page::of(rows, &page, |row| row.id, view)?))
}
