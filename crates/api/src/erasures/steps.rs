//! An official approves or refuses what was asked for; whoever wanted it takes it back.

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    erasure::{Act, Step, WAIT_DAYS},
    role::{Action, Scope},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ErasureDetail, TAG, carry_out, detail, refused, require_person, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
    tenancy::Tx,
};

/// How long it waits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureApproval {
    /// Days in which it can still be taken back.
    #[serde(default = "wait_days")]
    #[schema(default = 7, minimum = 0, maximum = 60)]
    wait_days: u32,
    /// A remark.
    #[serde(default)]
    #[schema(max_length = 400)]
    note: String,
}

fn wait_days() -> u32 {
    WAIT_DAYS
}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureRefusal {
    /// Told to whoever asked.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// What there is to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ErasureNote {
    /// A remark.
    #[schema(max_length = 400)]
    note: String,
}

/// Agrees to an erasure that somebody else asked for. It is done so many days later, unless it is taken back.
#[utoipa::path(
    post, path = "/api/v1/erasures/{id}/approve", operation_id = "approve_erasure", tag = TAG,
    params(("id" = Uuid, Path, description = "The erasure"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ErasureApproval,
    responses((status = 200, description = "As it is now", body = ErasureDetail), ApiErrors)
)]
pub(super) async fn approve_erasure(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ErasureApproval>,
) -> Result<Response> {
    let tx = decider(&state, &actor).await?;
    let note = said("note", &body.note)?;
    let days = body.wait_days;
    let open = Open { tx, id, version };
    let answer = open.take(&state, &actor, note, "erasure.approve", |act| Step::Approve(act, days)).await?;
    if days == 0 {
        carry_out::soon(&state);
    }
    Ok(answer)
}

/// Does not agree, and says why.
#[utoipa::path(
    post, path = "/api/v1/erasures/{id}/refuse", operation_id = "refuse_erasure", tag = TAG,
    params(("id" = Uuid, Path, description = "The erasure"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ErasureRefusal,
    responses((status = 200, description = "As it is now", body = ErasureDetail), ApiErrors)
)]
pub(super) async fn refuse_erasure(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ErasureRefusal>,
) -> Result<Response> {
    let tx = decider(&state, &actor).await?;
    let reason = said("reason", &body.reason)?;
    Open { tx, id, version }.take(&state, &actor, reason, "erasure.refuse", Step::Refuse).await
}

/// Takes it back: the family, or an official. Once it is done nothing brings anything back.
#[utoipa::path(
    post, path = "/api/v1/erasures/{id}/take-back", operation_id = "take_back_erasure", tag = TAG,
    params(("id" = Uuid, Path, description = "The erasure"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ErasureNote,
    responses((status = 200, description = "As it is now", body = ErasureDetail), ApiErrors)
)]
pub(super) async fn take_back_erasure(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ErasureNote>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    match store::person_of(&mut tx, id).await? {
        Some(person) => require_person(&mut tx, &actor, Action::ErasureAsk, person).await?,
        None => actor.require(Action::ErasureAsk, &Scope::District { district: tx.district().0 })?,
    }
    let note = said("note", &body.note)?;
    Open { tx, id, version }.take(&state, &actor, note, "erasure.take_back", Step::TakeBack).await
}

async fn decider(state: &AppState, actor: &Actor) -> Result<Tx> {
    let tx = state.begin(actor).await?;
    actor.require(Action::ErasureDecide, &Scope::District { district: tx.district().0 })?;
    Ok(tx)
}

fn said(field: &str, text: &str) -> Result<String> {
    let mut checks = Checks::new();
    let text = checks.text(field, text, 0..=400);
    checks.finish()?;
    Ok(text)
}

/// A step that is about to be taken by somebody who may.
struct Open {
    tx: Tx,
    id: Uuid,
    version: IfMatch,
}

impl Open {
    async fn take(
        self,
        state: &AppState,
        actor: &Actor,
        note: String,
        action: &'static str,
        step: impl FnOnce(Act) -> Step,
    ) -> Result<Response> {
        let Self { mut tx, id, version } = self;
        let row = store::lock(&mut tx, id).await?;
        version.check("erasure", row.version)?;
        let act = Act { by: actor.account_id, at: state.now(), note };
        let (at, from) = (act.at, row.standing.0.name().word());
        let after = row.standing.0.take(step(act)).map_err(|refusal| refused(&refusal))?;
        let what = json!({ "person_id": row.person_id, "from": from, "to": after.name().word() });
        store::update(&mut tx, id, &after).await?;
        audit::record(&mut tx, actor, at, Event::new(action, "erasure", id, what)).await?;
        let detail = detail(&mut tx, id, actor.account_id).await?;
        tx.commit_with((ETag(detail.erasure.version), Json(detail))).await
    }
}
