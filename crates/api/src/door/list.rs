//! GET /api/v1/sessions/{id}/scans: every scan that came, with what became of it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::store::{self, Filter, Shown};
use super::view::words;
use crate::auth::Actor;
use crate::error::{ApiErrors, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::page::{Page, PageQuery};
use crate::state::AppState;

/// Which scans.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScanFilter {
    /// `accepted`, `duplicate_of`, `needs_review` or `refused`.
    pub verdict: Option<String>,
}

/// A scan as stored.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScanView {
    /// Its id.
    pub id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// The device.
    pub device_id: Uuid,
    /// How its guide calls it; null if it was never opened here.
    pub device_name: Option<String>,
    /// Who was signed in on it.
    pub account_id: Uuid,
    /// When, by the device's clock.
    pub scanned_at: DateTime<Utc>,
    /// When, by the service's.
    pub at: DateTime<Utc>,
    /// When the service got it.
    pub received_at: DateTime<Utc>,
    /// `in` or `out`.
    pub direction: String,
    /// `pass`, `hand`, `class` or `code`.
    pub method: String,
    /// `accepted`, `duplicate_of`, `needs_review` or `refused`.
    pub verdict: String,
    /// Why, for programs.
    pub reason: String,
    /// The scan that says the same.
    pub duplicate_of: Option<Uuid>,
    /// `accept` or `refuse`, if somebody looked at it.
    pub decision: Option<String>,
    /// Why that was decided.
    pub decision_reason: Option<String>,
    /// Who, if the host may know.
    pub person_id: Option<Uuid>,
    /// The person's name, if the host may know.
    pub name: Option<String>,
    /// The person's class; within its grade, often a number alone.
    pub class_name: Option<String>,
    /// Its grade.
    pub grade: Option<i32>,
    /// What else the host should know.
    pub flags: Vec<String>,
}

/// Lists the scans of a session, the newest first.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/scans", operation_id = "list_scans", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"), ScanFilter, PageQuery),
    responses((status = 200, description = "Scans", body = Page<ScanView>), ApiErrors)
)]
pub async fn list_scans(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(filter): ApiQuery<ScanFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ScanView>>> {
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    actor.require(Action::ParticipationConfirm, &Scope::Host { district: tx.district().0, host: session.host_id })?;
    let filter = Filter {
        session: Some(id),
        verdict: filter.verdict.as_deref(),
        after: page.after()?,
        fetch: page.fetch()?,
        ..Filter::default()
    };
    let rows = store::list(&mut tx, &filter).await?;
    Ok(Json(Page::of(rows, &page, |row| row.row.id, view)?))
}

/// With the name of those alone who stand in the session or may still come in.
pub fn view(shown: Shown) -> ScanView {
    let row = shown.row;
    let flags = row.scan().map(|scan| words(&scan.flags())).unwrap_or_default();
    let named = shown.listed || row.verdict.as_deref() != Some("refused");
    ScanView {
        id: row.id,
        session_id: row.session_id,
        device_id: row.device_id,
        device_name: shown.device_name,
        account_id: row.account_id,
        scanned_at: row.scanned_at,
        at: row.at,
        received_at: row.received_at,
        direction: row.direction,
        method: row.method,
        verdict: row.verdict.unwrap_or_default(),
        reason: row.reason.unwrap_or_default(),
        duplicate_of: row.duplicate_of,
        decision: row.decision,
        decision_reason: shown.decision_reason,
        person_id: row.person_id.filter(|_| named),
        name: shown.name.filter(|_| named),
        class_name: shown.class_name,
        grade: shown.grade,
        flags,
    }
}
