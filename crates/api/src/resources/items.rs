//! The things that can be had at a time, one row each.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ResourceKind, TAG, managed, require_read, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    bookings,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath},
    roster::today,
    state::AppState,
};

/// The most items of one resource.
const ITEMS_MAX: usize = 500;

/// One thing that can be had at a time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceItem {
    /// Identity.
    id: Uuid,
    /// Its number, from 1.
    number: i32,
    /// What is written on it.
    label: String,
    /// Whether it can be had.
    in_service: bool,
    /// Why it cannot, or what it lacks.
    note: String,
}

impl From<store::Item> for ResourceItem {
    fn from(row: store::Item) -> Self {
        Self { id: row.id, number: row.number, label: row.label, in_service: row.in_service, note: row.note }
    }
}

/// The items of a resource.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceItems {
    /// By number.
    items: Vec<ResourceItem>,
}

/// New items after those that are there: labelled, each otherwise than all others, or counted and labelled with their numbers,
/// or the next ones that no label has.
pub(super) fn labelled(
    state: &AppState,
    checks: &mut Checks,
    kind: ResourceKind,
    known: &[store::Item],
    count: Option<i32>,
    labels: &[String],
) -> Vec<store::Item> {
    checks.require(
        count.is_none() || labels.is_empty(),
        "count",
        "not_with_labels",
        "must be left out where labels are given, for each label is one",
    );
    let there = known.len();
    let room = ITEMS_MAX.saturating_sub(there);
    let count = match count {
        Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
        None if labels.is_empty() => 1,
        None => labels.len(),
    };
    let field = if labels.is_empty() { "count" } else { "labels" };
    checks.require(count <= room, field, "out_of_range", format!("must be from 0 to {room}"));
    checks.require(
        count > 0 || (there == 0 && kind.rules().may_be_files_alone()),
        field,
        "out_of_range",
        "must be at least 1, for only material can be files alone",
    );
    let mut taken: BTreeSet<String> = known.iter().map(|item| item.label.clone()).collect();
    let mut counted = there;
    let mut items = Vec::new();
    for (at, number) in (there + 1..).take(count.min(room)).enumerate() {
        let label = if let Some(label) = labels.get(at) {
            let field = format!("labels[{at}]");
            let label = checks.text(&field, label, 1..=60);
            checks.require(taken.insert(label.clone()), &field, "twice", "is what another item is called");
            label
        } else {
            counted += 1;
            while !taken.insert(counted.to_string()) {
                counted += 1;
            }
            counted.to_string()
        };
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        items.push(store::Item { id: state.new_id(), number, label, in_service: true, note: String::new() });
    }
    items
}

/// Lists the things of a resource that can be had at a time.
#[utoipa::path(
    get,
    path = "/api/v1/resources/{id}/items",
    operation_id = "list_resource_items",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The resource")),
    responses((status = 200, description = "The items", body = ResourceItems), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<ResourceItems>> {
    let mut tx = state.begin(&actor).await?;
    require_read(&actor, &tx)?;
    store::load(&mut tx, id).await?;
    let items = store::items(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(ResourceItems { items: items.into_iter().map(ResourceItem::from).collect() }))
}

/// More of the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewItems {
    /// How many, if they have no labels.
    #[schema(minimum = 1, maximum = 500)]
    count: Option<i32>,
    /// What is written on each of them, if they have labels.
    #[serde(default)]
    #[schema(max_items = 500)]
    labels: Vec<String>,
}

/// Adds items to a resource.
#[utoipa::path(
    post,
    path = "/api/v1/resources/{id}/items",
    operation_id = "add_resource_items",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewItems,
    responses((status = 201, description = "All items, with the new ones", body = ResourceItems), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewItems>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let row = managed(&mut tx, &actor, id, None).await?;
    let mut items = store::items(&mut tx, id).await?;
    let mut checks = Checks::new();
    let new = labelled(&state, &mut checks, row.kind, &items, body.count, &body.labels);
    checks.finish()?;
    store::add_items(&mut tx, id, &new).await?;
    let detail = json!({ "labels": new.iter().map(|item| item.label.as_str()).collect::<Vec<_>>() });
    audit::record(&mut tx, &actor, state.now(), Event::new("resource.items_add", "resource", id, detail)).await?;
    items.extend(new);
    let answer = ResourceItems { items: items.into_iter().map(ResourceItem::from).collect() };
    tx.commit_with((StatusCode::CREATED, Json(answer))).await
}

/// What to change of an item; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemChange {
    /// What is written on it.
    #[schema(min_length = 1, max_length = 60)]
    label: Option<String>,
    /// Whether it can be had.
    in_service: Option<bool>,
    /// Why it cannot, or what it lacks.
    #[schema(max_length = 200)]
    note: Option<String>,
}

/// Changes an item, or takes it out of service. Refused while somebody counts on it.
#[utoipa::path(
    patch,
    path = "/api/v1/resources/{id}/items/{item_id}",
    operation_id = "change_resource_item",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("item_id" = Uuid, Path, description = "The item")
    ),
    request_body = ItemChange,
    responses((status = 200, description = "As it is now", body = ResourceItem), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, item_id)): ApiPath<(Uuid, Uuid)>,
    ApiJson(body): ApiJson<ItemChange>,
) -> Result<Json<ResourceItem>> {
    let mut tx = state.begin(&actor).await?;
    managed(&mut tx, &actor, id, None).await?;
    let items = store::items(&mut tx, id).await?;
    let mut item =
        items.into_iter().find(|item| item.id == item_id).ok_or_else(|| ApiError::not_found("resource item"))?;
    let mut checks = Checks::new();
    if let Some(label) = &body.label {
        item.label = checks.text("label", label, 1..=60);
    }
    if let Some(note) = &body.note {
        item.note = checks.text("note", note, 0..=200);
    }
    checks.finish()?;
    let (now, retired) = (state.now(), item.in_service && body.in_service == Some(false));
    item.in_service = body.in_service.unwrap_or(item.in_service);
    if retired {
        let day = today(&mut tx, now).await?;
        let ahead = bookings::store::ahead(&mut tx, item_id, day).await?;
        if ahead > 0 {
            return Err(ApiError::conflict(
                "item_is_booked",
                format!("{ahead} bookings from today on count on this item. Move or cancel them first."),
            ));
        }
    }
    store::change_item(&mut tx, &item).await?;
    let detail = json!({ "item_id": item.id, "label": item.label, "in_service": item.in_service, "note": item.note });
    audit::record(&mut tx, &actor, now, Event::new("resource.item_change", "resource", id, detail)).await?;
    tx.commit().await?;
    Ok(Json(item.into()))
}
