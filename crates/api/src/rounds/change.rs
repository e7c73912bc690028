use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    designation::round::{Unchangeable, extend, raise},
    role::Action,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DECIDED, RoundView, TAG, require, store};
use crate::{
    applications,
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundChange {
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: Option<String>,
    /// Name in English.
    #[schema(max_length = 200)]
    name_en: Option<String>,
    /// A later last day, today or to come.
    closes_on: Option<NaiveDate>,
    /// More places.
    quota: Option<u32>,
    /// Why; needed for a later last day and for more places.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

/// Changes a round: its name, a later last day, more places. One that is closed takes applications again as long as nothing
/// of it is decided.
#[utoipa::path(
    patch,
    path = "/api/v1/rounds/{id}",
    operation_id = "change_round",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The round"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = RoundChange,
    responses((status = 200, description = "As it is now", body = RoundView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<RoundChange>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let before = store::lock(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, before.authority_id).await?;
    version.check("round", before.version)?;
    let mut row = before.clone();
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    let decided = !applications::store::of_round(&mut tx, id, &DECIDED).await?.is_empty();
    let mut checks = Checks::new();
    if let Some(name) = &body.name_zh {
        row.name_zh = checks.text("name_zh", name, 1..=120);
    }
    if let Some(name) = &body.name_en {
        row.name_en = checks.text("name_en", name, 0..=200);
    }
    let reason = checks.text("reason", &body.reason, 0..=400);
    let explained = body.closes_on.is_none() && body.quota.is_none() || !reason.is_empty();
    checks.require(explained, "reason", "required", "must say why");
    let wrong = |field: &str, refusal: Unchangeable| FieldError::new(field, refusal.code(), refusal.to_string());
    match body.closes_on.map(|to| extend(row.window(), to, today, decided)) {
        None => {}
        Some(Ok(window)) => row.closes_on = window.to,
        Some(Err(refusal @ Unchangeable::Decided)) => {
            return Err(ApiError::conflict(refusal.code(), format!("The round cannot be extended: {refusal}.")));
        }
        Some(Err(refusal)) => checks.add(wrong("closes_on", refusal)),
    }
    match body.quota.map(|to| raise(row.rules.quota, to)) {
        None => {}
        Some(Ok(quota)) => row.rules.0.quota = Some(quota),
        Some(Err(refusal)) => checks.add(wrong("quota", refusal)),
    }
    for one in row.rules.check() {
        checks.add(FieldError::new(one.path, one.code, one.message));
    }
    checks.finish()?;
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let after = RoundView::from(row);
    let mut detail = patch::difference(&RoundView::from(before), &after)?;
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("reason".to_owned(), reason.into());
    }
    audit::record(&mut tx, &actor, now, Event::new("round.change", "round", id, detail)).await?;
    tx.commit_with((ETag(after.version), Json(after))).await
}
