#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::agreement::Step;
use serde::Deserialize;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementView, TAG,
    create::{check_predecessor, parties, term},
    steps::{Open, Told},
    store,
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementChange {
    /// The party that proposes it.
    organization_id: Uuid,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: Option<String>,
    /// Title in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// What it is for.
    #[schema(max_length = 2000)]
    aims: Option<String>,
    /// Where it was made public.
    #[schema(max_length = 200)]
    source: Option<String>,
    /// The other parties.
    #[schema(max_items = 11)]
    parties: Option<Vec<Uuid>>,
    /// First day of its term.
    first_day: Option<NaiveDate>,
    /// Last day; null for an open term.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<NaiveDate>)]
    last_day: Option<Option<NaiveDate>>,
}

/// Changes a draft, or what was refused, which then is a draft again.
#[utoipa::path(
    patch,
    path = "/api/v1/agreements/{id}",
    operation_id = "change_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = AgreementChange,
    responses((status = 200, description = "As it is now", body = AgreementView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementChange>,
) -> Result<(ETag, Json<AgreementView>)> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let before = AgreementView::on(open.row.clone(), open.today);
    let mut checks = Checks::new();
    if let Some(others) = &body.parties {
        let found = parties(&mut open.tx, &mut checks, open.row.kind, open.row.proposer_id, others).await?;
        open.row.parties = Stored(found);
    }
    let row = &mut open.row;
    row.title_zh = checks.text("title_zh", body.title_zh.as_deref().unwrap_or(&row.title_zh), 1..=120);
    row.title_en = checks.text("title_en", body.title_en.as_deref().unwrap_or(&row.title_en), 0..=200);
    row.aims = checks.prose("aims", body.aims.as_deref().unwrap_or(&row.aims), 2000);
    row.source = checks.text("source", body.source.as_deref().unwrap_or(&row.source), 0..=200);
    row.first_day = body.first_day.unwrap_or(row.first_day);
    row.last_day = body.last_day.unwrap_or(row.last_day);
    term(&mut checks, row.first_day, row.last_day);
    check_predecessor(&mut open.tx, &actor, &mut checks, &open.row).await?;
    checks.finish()?;
    let detail = patch::difference(&before, &AgreementView::on(open.row.clone(), open.today))?;
    let told = Told { step: "change", action: "agreement.change", reason: "", detail };
    open.take(Step::Change(body.organization_id), told).await?;
    if body.parties.is_some() {
        store::replace_parties(&mut open.tx, &open.row).await?;
    }
    let Open { mut tx, row, today, .. } = open;
    let view = AgreementView::reload(&mut tx, row.id, today).await?;
    tx.commit().await?;
    Ok((ETag(view.version), Json(view)))
}
