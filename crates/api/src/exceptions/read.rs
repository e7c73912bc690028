//! One exception with the records that it is about.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
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
#[derive(Debug, Serialize, Deserialize, ToSchema)]
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

impl From<store::RecordRow> for ExceptionLine {
    fn from(row: store::RecordRow) -> Self {
        Self {
            id: row.id,
            person_id: row.person_id,
            person_name: row.person_name,
            session_id: row.session_id,
            title_zh: row.title_zh,
            title_en: row.title_en,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            recorded_by_name: row.recorded_by_name,
            recorded_at: row.recorded_at,
            decided_by_name: row.decided_by_name,
            decided_at: row.decided_at,
            state: row.state,
            version: row.version,
        }
    }
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
    Ok(ExceptionDetail {
        exception: ExceptionView::at(shown, state.now(), target)?,
        lines: lines.into_iter().map(ExceptionLine::from).collect(),
    })
}
