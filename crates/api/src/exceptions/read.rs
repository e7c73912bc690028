//! One exception with the records that it is about.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, list::ExceptionView, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ETag},
    state::AppState,
    tenancy::Tx,
};

/// Records that are shown at most; a burst may have more.
const MOST: i64 = 500;

/// An exception with the records that it is about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExceptionDetail {
    /// The exception.
    #[serde(flatten)]
    pub exception: ExceptionView,
    /// Its participations or results, in the order of their sessions; 500 at most.
    pub lines: Vec<ExceptionLine>,
}

/// A participation or result of an exception.
#[derive(Debug, Serialize, Deserialize, ToSchema, FromRow)]
pub struct ExceptionLine {
    /// The participation or result.
    pub id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The person's name.
    pub person_name: String,
    /// The session; null for a result.
    pub session_id: Option<Uuid>,
    /// The activity, or the contest.
    pub title_zh: String,
    /// The same in English.
    pub title_en: String,
    /// The host; empty for a result.
    pub host_name_zh: String,
    /// The same in English.
    pub host_name_en: String,
    /// Where at the host; empty where it is not known, and for a result.
    pub place: String,
    /// When the session began.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ends_at: Option<DateTime<Utc>>,
    /// How the account is called that recorded or submitted it.
    pub recorded_by_name: Option<String>,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// How the account is called that confirmed or verified it.
    pub decided_by_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Its state now.
    pub state: String,
    /// Its version, for If-Match.
    pub version: i64,
}

/// One exception with the records that it is about.
#[utoipa::path(
    get, path = "/api/v1/exceptions/{id}", operation_id = "read_exception", tag = TAG,
    params(("id" = Uuid, Path, description = "The exception")),
    responses((status = 200, description = "The exception", body = ExceptionDetail), ApiErrors)
)]
pub(super) async fn read_exception(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::ExceptionRead, &Scope::District { district: tx.district().0 })?;
    let detail = detail(&state, &mut tx, id).await?;
    tx.commit_with((ETag(detail.exception.version), axum::Json(detail))).await
}

/// As it is now.
pub(super) async fn detail(state: &AppState, tx: &mut Tx, id: Uuid) -> Result<ExceptionDetail> {
    let shown = store::shown(tx, id).await?;
    let target = store::rules(tx).await?.rules().target_days;
    let lines = store::records(tx, &shown.row.records, MOST).await?;
    Ok(ExceptionDetail { exception: ExceptionView::at(shown, state.now(), target)?, lines })
}
