//! An official brings a school and a partner together: both are asked to sign.

use axum::{extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::agreement::{Agreement, Step};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementKind, AgreementState, AgreementView, TAG,
    create::{parties, term},
    reach,
    steps::{Open, Told},
    store::{self, AgreementRow},
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::ApiJson,
    roster::today,
    state::AppState,
};

/// A pairing that an official proposes to both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BroughtPairing {
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 2000)]
    aims: String,
    /// The school or kindergarten, and the firm, institute or other partner.
    #[schema(min_items = 2, max_items = 2)]
    parties: Vec<Uuid>,
    /// First day of its term.
    first_day: NaiveDate,
    /// Last day; open if left out.
    last_day: Option<NaiveDate>,
}

/// Proposes a pairing to both of its parties, as an official of the district of one of them. It is in force when both have
/// signed.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/pairings",
    operation_id = "bring_pairing",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = BroughtPairing,
    responses((status = 201, description = "Proposed to both", body = AgreementView), ApiErrors)
)]
pub(super) async fn bring(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<BroughtPairing>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let mut checks = Checks::new();
    let first = body.parties.first().copied().unwrap_or_default();
    let others = body.parties.get(1..).unwrap_or_default();
    let parties = parties(&mut tx, &mut checks, AgreementKind::Pairing, first, others).await?;
    reach::require_arrange(&actor, &parties)?;
    term(&mut checks, body.first_day, body.last_day);
    let now = state.now();
    let row = AgreementRow {
        id: state.new_id(),
        kind: AgreementKind::Pairing,
        title_zh: checks.text("title_zh", &body.title_zh, 1..=120),
        title_en: checks.text("title_en", &body.title_en, 0..=200),
        aims: checks.prose("aims", &body.aims, 2000),
        source: String::new(),
        proposer_id: first,
        first_day: body.first_day,
        last_day: body.last_day,
        state: AgreementState::Draft,
        standing: Stored(Agreement::Draft),
        over_from: None,
        offered_at: None,
        predecessor_id: None,
        created_by: actor.account_id,
        version: 1,
        created_at: now,
        updated_at: now,
        parties: Stored(parties),
        text_count: 0,
    };
    checks.finish()?;
    let today = today(&mut tx, now).await?;
    let mut open = Open::new(&state, &actor, tx, row, None, today);
    open.check_parties().await?;
    store::insert(&mut open.tx, &open.row).await?;
    let detail = json!({ "title_zh": open.row.title_zh, "parties": body.parties });
    let told = Told { step: "bring", action: "agreement.bring", reason: "", detail };
    open.take(Step::Bring, told).await?;
    open.created().await
}
