//! The ledger of a person, entry by entry.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credit::Credit;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::{self, EntryRow};
use super::view::{TAG, readable_person};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiErrors, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::page::{Page, PageQuery};
use crate::state::AppState;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichEntries {
    /// Only under this policy.
    #[serde(default)]
    pub policy: Option<String>,
    /// Only of this record.
    #[serde(default)]
    pub record: Option<Uuid>,
}

/// One change of credit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntry {
    /// Its id.
    pub id: Uuid,
    /// The policy.
    pub policy_id: String,
    /// The version under which it was booked.
    pub policy_version_id: Uuid,
    /// The participation or result.
    pub record_id: Uuid,
    /// The change, a decimal; negative where credit was taken back.
    pub amount: String,
    /// `confirmed`, `amended`, `voided`, `verified`, `revoked`, `policy`, `designation`, `decision`, `person` (the
    /// roster says something else of the person), or `neighbour`: another
    /// record of the person changed what limits leave of this one.
    pub cause: String,
    /// The reasons of the line as it was booked, as codes with parameters.
    #[schema(value_type = Vec<Object>)]
    pub reason: Value,
    /// The entry of the same record that this one corrects.
    pub corrects: Option<Uuid>,
    /// Category.
    pub category: String,
    /// Rule.
    pub rule: String,
    /// The record's day.
    pub on_day: NaiveDate,
    /// Who brought it about.
    pub account_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<EntryRow> for LedgerEntry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id,
            policy_id: row.policy_id,
            policy_version_id: row.policy_version_id,
            record_id: row.record_id,
            amount: Credit::from_milli(row.amount).to_string(),
            cause: row.cause,
            reason: row.reason,
            corrects: row.corrects,
            category: row.category,
            rule: row.rule,
            on_day: row.on_day,
            account_id: row.account_id,
            at: row.at,
        }
    }
}

/// A person's ledger, first to last.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/ledger", operation_id = "list_ledger", tag = TAG,
    params(("id" = Uuid, Path, description = "The person"), WhichEntries, PageQuery),
    responses((status = 200, description = "A page of entries", body = Page<LedgerEntry>), ApiErrors)
)]
pub async fn list_ledger(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(which): ApiQuery<WhichEntries>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<LedgerEntry>>> {
    let mut tx = state.begin(&actor).await?;
    readable_person(&mut tx, &actor, id).await?;
    let rows = store::entries(&mut tx, id, which.policy.as_deref(), which.record, page.after()?, page.fetch()?).await?;
    audit::record(&mut tx, &actor, state.now(), audit::Event::new("ledger.read", "person", id, json!({}))).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |r| r.id, LedgerEntry::from)?))
}
