//! Offering, signing, refusing, recalling and withdrawing.

use axum::{extract::State, response::Response};
use kepu_domain::agreement::{Signature, StateName, Step};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementView, TAG,
    steps::{Open, Told, signatory},
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, IfMatch},
    state::AppState,
};

/// Who signs for a party.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementSignature {
    /// The party.
    organization_id: Uuid,
    /// The signatory's name.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// The signatory's post.
    #[schema(min_length = 1, max_length = 60)]
    post: String,
}

impl AgreementSignature {
    fn check(&self) -> Result<(String, String)> {
        let mut checks = Checks::new();
        let signed = signatory(&mut checks, "", &self.name, &self.post);
        checks.finish()?;
        Ok(signed)
    }
}

/// Signs an agreement for the party that proposes it, and offers it to the others.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/offer",
    operation_id = "offer_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementSignature,
    responses((status = 200, description = "Offered", body = AgreementView), ApiErrors)
)]
pub(super) async fn offer(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementSignature>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let (name, post) = body.check()?;
    let signature = Signature { party: body.organization_id, name, post, act: open.act(), paper: None };
    open.offer(signature).await?;
    open.finish().await
}

/// Signs an agreement for another party. When all have signed, it is in force from its first day on, and what it renews
/// is renewed.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/sign",
    operation_id = "sign_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementSignature,
    responses((status = 200, description = "Signed", body = AgreementView), ApiErrors)
)]
pub(super) async fn sign(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementSignature>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let (name, post) = body.check()?;
    let signature = Signature { party: body.organization_id, name, post, act: open.act(), paper: None };
    open.check_parties().await?;
    open.check_predecessor().await?;
    let detail = json!({ "name": signature.name, "post": signature.post });
    let told = Told { step: "sign", action: "agreement.sign", reason: "", detail };
    open.take(Step::Sign(signature), told).await?;
    if open.row.standing.state() == StateName::Signed {
        open.renew_predecessor().await?;
    }
    open.finish().await
}

/// What a party does, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementReason {
    /// The party.
    organization_id: Uuid,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

impl AgreementReason {
    fn check(&self, shortest: usize) -> Result<String> {
        let mut checks = Checks::new();
        let reason = checks.text("reason", &self.reason, shortest..=400);
        checks.finish()?;
        Ok(reason)
    }
}

/// Does not sign an agreement, and says why. Who proposes it can change it and offer it again.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/refuse",
    operation_id = "refuse_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementReason,
    responses((status = 200, description = "Refused", body = AgreementView), ApiErrors)
)]
pub(super) async fn refuse(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementReason>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let reason = body.check(1)?;
    let step = Step::Refuse(body.organization_id, open.act(), reason.clone());
    open.take(step, Told { step: "refuse", action: "agreement.refuse", reason: &reason, detail: json!({}) }).await?;
    open.finish().await
}

/// Takes an offered agreement back to change it. Those who signed sign again.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/recall",
    operation_id = "recall_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementReason,
    responses((status = 200, description = "A draft again", body = AgreementView), ApiErrors)
)]
pub(super) async fn recall(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementReason>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let reason = body.check(0)?;
    let told = Told { step: "recall", action: "agreement.recall", reason: &reason, detail: json!({}) };
    open.take(Step::Recall(body.organization_id), told).await?;
    open.finish().await
}

/// Gives an agreement up before all have signed.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/withdraw",
    operation_id = "withdraw_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementReason,
    responses((status = 200, description = "Withdrawn", body = AgreementView), ApiErrors)
)]
pub(super) async fn withdraw(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementReason>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let reason = body.check(0)?;
    let step = Step::Withdraw(body.organization_id, open.act(), reason.clone());
    let told = Told { step: "withdraw", action: "agreement.withdraw", reason: &reason, detail: json!({}) };
    open.take(step, told).await?;
    open.finish().await
}
