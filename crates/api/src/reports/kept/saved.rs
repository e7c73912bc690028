//! A report under a name: its kind and filters. It is shared by its address; what it shows is what its reader may see.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::TAG;
use super::{judge, require_reader, store};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::check::Checks;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::state::AppState;

/// Saved reports of one account.
const SAVED_MAX: i64 = 200;
/// Filters that may be kept.
const FILTERS: [&str; 25] = [
    "policy",
    "level",
    "school",
    "class",
    "grade",
    "host",
    "from",
    "to",
    "term",
    "as_of",
    "group",
    "met",
    "status",
    "category",
    "detail",
    "requirement",
    "took",
    "earned",
    "enrolled",
    "sex",
    "attribute",
    "value",
    "rule",
    "edition",
    "theme",
];

/// A report that can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum SavedKind {
    /// Ready: the overview.
    Overview,
    /// On credits.
    Credits,
    /// On persons.
    Persons,
    /// On records.
    Records,
    /// On a host.
    Hosts,
    /// Ready: settlement with hosts.
    Settlement,
    /// Ready: who is not reached.
    NotReached,
    /// Ready: empty places.
    EmptyPlaces,
    /// Ready: no-shows.
    NoShows,
    /// Ready: from attendance to credit.
    Promptness,
    /// Ready: equity.
    Equity,
    /// Ready: programmes and themes.
    Programmes,
    /// Ready: results of competitions.
    Results,
    /// Ready: requirements.
    Requirements,
    /// Ready: schools, or one.
    School,
    /// Ready: classes, or one.
    Class,
    /// Ready: hosts, or one.
    Base,
    /// Ready: exceptions.
    Exceptions,
}

/// A report to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSaved {
    /// What to call it.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// Which report.
    kind: SavedKind,
    /// Filters, period and as-of, by the names of the report's parameters.
    #[serde(default)]
    query: BTreeMap<String, String>,
}

/// A saved report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SavedReport {
    /// Identity; its address is shared.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Which report.
    pub kind: SavedKind,
    /// Filters, period and as-of.
    pub query: BTreeMap<String, String>,
    /// Whether the account that asks saved it.
    pub own: bool,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
}

/// Saved reports.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SavedReports {
    /// The newest first.
    pub items: Vec<SavedReport>,
}

/// The reports that the account has saved in the district.
#[utoipa::path(
    get, path = "/api/v1/saved-reports", operation_id = "list_saved_reports", tag = TAG,
    responses((status = 200, description = "The reports", body = SavedReports), ApiErrors)
)]
pub async fn list_saved(State(state): State<AppState>, actor: Actor) -> Result<Json<SavedReports>> {
    let mut tx = state.begin(&actor).await?;
    require_reader(&actor, tx.district().0)?;
    let rows = store::saved_by(&mut tx, actor.account_id).await?;
    tx.rollback().await?;
    Ok(Json(SavedReports { items: rows.into_iter().map(|row| view(row, &actor)).collect() }))
}

/// Saves a report under a name; refused is what the report would refuse.
#[utoipa::path(
    post, path = "/api/v1/saved-reports", operation_id = "save_report", tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewSaved,
    responses((status = 201, description = "Saved", body = SavedReport), ApiErrors)
)]
pub async fn save(State(state): State<AppState>, actor: Actor, ApiJson(body): ApiJson<NewSaved>) -> Result<Response> {
    require_reader(&actor, actor.district()?.0)?;
    let mut checks = Checks::new();
    let name = checks.text("name", &body.name, 1..=80);
    for (filter, value) in &body.query {
        let field = format!("query.{filter}");
        checks.require(FILTERS.contains(&filter.as_str()), &field, "unknown_filter", "is no filter of a report");
        checks.text(&field, value, 1..=100);
    }
    checks.finish()?;
    judge::openable(&state, &actor, body.kind, &body.query).await?;
    let mut tx = state.begin(&actor).await?;
    if store::count_saved(&mut tx, actor.account_id).await? >= SAVED_MAX {
        return Err(ApiError::conflict(
            "too_many",
            format!("There are {SAVED_MAX} saved reports already. Remove some."),
        ));
    }
    let row = store::SavedRow {
        id: state.new_id(),
        name,
        kind: body.kind,
        query: sqlx::types::Json(body.query),
        saved_by: actor.account_id,
        saved_at: state.now(),
    };
    store::insert_saved(&mut tx, &row).await?;
    let detail = json!({ "name": row.name, "kind": row.kind, "query": row.query });
    audit::record(&mut tx, &actor, row.saved_at, Event::new("report.save", "report", row.id, detail)).await?;
    tx.commit_with((StatusCode::CREATED, Json(view(row, &actor)))).await
}

/// A saved report, for whoever has its address and may read reports of the district.
#[utoipa::path(
    get, path = "/api/v1/saved-reports/{id}", operation_id = "read_saved_report", tag = TAG,
    params(("id" = Uuid, Path, description = "The saved report")),
    responses((status = 200, description = "The report", body = SavedReport), ApiErrors)
)]
pub async fn read_saved(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<SavedReport>> {
    let mut tx = state.begin(&actor).await?;
    require_reader(&actor, tx.district().0)?;
    let row = store::saved(&mut tx, id).await?;
    tx.rollback().await?;
    Ok(Json(view(row, &actor)))
}

/// Removes a report that the account has saved; its address leads nowhere then.
#[utoipa::path(
    delete, path = "/api/v1/saved-reports/{id}", operation_id = "remove_saved_report", tag = TAG,
    params(("id" = Uuid, Path, description = "The saved report")),
    responses((status = 204, description = "Removed"), ApiErrors)
)]
pub async fn remove_saved(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    require_reader(&actor, tx.district().0)?;
    let row = store::saved(&mut tx, id).await?;
    if row.saved_by != actor.account_id {
        return Err(ApiError::forbidden("Only who saved a report removes it."));
    }
    store::remove_saved(&mut tx, id, state.now()).await?;
    let detail = json!({ "name": row.name, "removed": true });
    audit::record(&mut tx, &actor, state.now(), Event::new("report.save", "report", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(row: store::SavedRow, actor: &Actor) -> SavedReport {
    SavedReport {
        id: row.id,
        name: row.name,
        kind: row.kind,
        query: row.query.0,
        own: row.saved_by == actor.account_id,
        saved_at: row.saved_at,
    }
}
