use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::role::Action;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{RoundView, TAG, require, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    designations,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, Location},
    state::AppState,
};

/// A new round.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRound {
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: String,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    name_en: String,
    /// First day on which it takes applications.
    opens_on: NaiveDate,
    /// Last day.
    closes_on: NaiveDate,
}

/// Opens a round of a scheme. It keeps the scheme's rules as they are now.
#[utoipa::path(
    post,
    path = "/api/v1/schemes/{id}/rounds",
    operation_id = "open_round",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The scheme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewRound,
    responses((status = 201, description = "Opened", body = RoundView), ApiErrors)
)]
pub(super) async fn open(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewRound>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let scheme = designations::store::load_scheme(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, scheme.authority_id).await?;
    let Some(rules) = scheme.rules else {
        return Err(ApiError::conflict(
            "scheme_without_rules",
            "The scheme has no form and criteria yet. Give it its rules first.",
        ));
    };
    let mut checks = Checks::new();
    let name_zh = checks.text("name_zh", &body.name_zh, 1..=120);
    let name_en = checks.text("name_en", &body.name_en, 0..=200);
    checks.require(body.opens_on <= body.closes_on, "closes_on", "before_opens_on", "must not lie before opens_on");
    checks.finish()?;
    let now = state.now();
    let row = store::Round {
        id: state.new_id(),
        scheme_id: id,
        scheme_code: scheme.code,
        scheme_name_zh: scheme.name_zh,
        scheme_name_en: scheme.name_en,
        authority_name_zh: String::new(),
        authority_name_en: String::new(),
        authority_id: scheme.authority_id,
        holder_kinds: scheme.holder_kinds,
        name_zh,
        name_en,
        opens_on: body.opens_on,
        closes_on: body.closes_on,
        rules,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(&mut tx, &row).await?;
    let row = store::load(&mut tx, row.id).await?;
    let detail = json!({ "scheme": row.scheme_code, "opens_on": row.opens_on, "closes_on": row.closes_on });
    audit::record(&mut tx, &actor, now, Event::new("round.open", "round", row.id, detail)).await?;
    let place = Location(format!("/api/v1/rounds/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(RoundView::from(row)))).await
}
