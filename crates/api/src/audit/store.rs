//! SQL of the trail.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Event, Origin};
use crate::{error::Result, ids, tenancy::Tx};

/// Adds entries with one statement.
pub async fn insert(tx: &mut Tx, at: DateTime<Utc>, entries: Vec<(Origin, Event)>) -> Result<()> {
    let district = tx.district();
    let mut ids = Vec::with_capacity(entries.len());
    let (mut accounts, mut addresses, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    let (mut actions, mut kinds, mut objects, mut details) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (origin, event) in entries {
        accounts.push(origin.account_id);
        addresses.push(origin.address);
        requests.push(origin.request_id);
        ids.push(ids::new());
        actions.push(event.action);
        kinds.push(event.object_kind);
        objects.push(event.object_id);
        details.push(event.detail);
    }
    sqlx::query(
        "INSERT INTO audit_event (district_id, id, at, account_id, action, object_kind, object_id, detail, address,
                                  request_id)
         SELECT $1, e.id, $2, e.account, e.action, e.kind, e.object, e.detail, e.address, e.request
         FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::jsonb[])
              AS e (account, address, request, id, action, kind, object, detail)",
    )
    .bind(district.0)
    .bind(at)
    .bind(accounts)
    .bind(addresses)
    .bind(requests)
    .bind(ids)
    .bind(actions)
    .bind(kinds)
    .bind(objects)
    .bind(details)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which entries.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of this kind, or of all of a noun: `participation.`.
    pub action: Option<String>,
    /// About objects of this noun.
    pub object_kind: Option<String>,
    /// About this object.
    pub object_id: Option<String>,
    /// By this account.
    pub account_id: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

/// An entry.
#[derive(Debug, FromRow)]
pub struct Row {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub account_id: Option<Uuid>,
    pub account_name: Option<String>,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub detail: Value,
    pub address: String,
    pub request_id: String,
}

/// Entries of the district, the newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, before: Option<Uuid>, fetch: i64) -> Result<Vec<Row>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT e.id, e.at, e.account_id, a.display_name AS account_name, e.action, e.object_kind, e.object_id, e.detail,
                e.address, e.request_id
         FROM audit_event e LEFT JOIN account a ON a.id = e.account_id
         WHERE e.district_id = $1 AND ($2::uuid IS NULL OR e.id < $2)
           AND ($3::text IS NULL OR e.action = $3 OR (right($3, 1) = '.' AND starts_with(e.action, $3)))
           AND ($4::text IS NULL OR e.object_kind = $4) AND ($5::text IS NULL OR e.object_id = $5)
           AND ($6::uuid IS NULL OR e.account_id = $6)
           AND ($7::timestamptz IS NULL OR e.at >= $7) AND ($8::timestamptz IS NULL OR e.at < $8)
         ORDER BY e.id DESC LIMIT $9",
    )
    .bind(district.0)
    .bind(before)
    .bind(&filter.action)
    .bind(&filter.object_kind)
    .bind(&filter.object_id)
    .bind(filter.account_id)
    .bind(filter.from)
    .bind(filter.to)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}
