//! POST /api/v1/erasures

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::{
    erasure::{Act, Asker, Erasure},
    role::{Action, GrantScope, Role},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Jsonb;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ErasureDetail, TAG, detail, refused, require_person, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// Who is to be erased, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewErasure {
    /// The person.
    person_id: Uuid,
    /// Why; where it was asked for on paper: by whom, when, and where the paper is. The family need not say.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

/// Asks that everything that is held about a person be erased: the guardian, a student of full age, or an official who was asked
/// on paper. Another official decides.
#[utoipa::path(
    post, path = "/api/v1/erasures", operation_id = "request_erasure", tag = TAG, request_body = NewErasure,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "Asked for", body = ErasureDetail), ApiErrors)
)]
pub(super) async fn request_erasure(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewErasure>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require_person(&mut tx, &actor, Action::ErasureAsk, body.person_id).await?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 0..=400);
    checks.finish()?;
    let now = state.now();
    let asker = asker(&mut tx, &state, &actor, body.person_id).await?;
    let act = Act { by: actor.account_id, at: now, note: reason };
    let standing = Erasure::request(asker, act).map_err(|refusal| refused(&refusal))?;
    if store::is_open(&mut tx, body.person_id).await? {
        return Err(ApiError::conflict("erasure_open", "The erasure of this person has been asked for already."));
    }
    let id = state.new_id();
    let channel = standing.asked().map(|request| request.channel.word());
    store::insert(&mut tx, id, body.person_id, &Jsonb(standing), now).await?;
    let what = json!({ "person_id": body.person_id, "channel": channel });
    audit::record(&mut tx, &actor, now, Event::new("erasure.request", "erasure", id, what)).await?;
    let detail = detail(&mut tx, id, actor.account_id).await?;
    let place = Location(format!("/api/v1/erasures/{id}"));
    tx.commit_with((StatusCode::CREATED, ETag(detail.erasure.version), place, Json(detail))).await
}

/// In which of its roles the account asks.
async fn asker(tx: &mut Tx, state: &AppState, actor: &Actor, person: Uuid) -> Result<Asker> {
    let stands = |role: Role| {
        actor.grants.iter().any(|grant| {
            grant.role == role && matches!(grant.scope, GrantScope::Person { person: of, .. } if of == person)
        })
    };
    if stands(Role::Guardian) {
        return Ok(Asker::Guardian);
    }
    if stands(Role::Student) {
        let day = today(tx, state.now()).await?;
        let born = store::birth_date(tx, person).await?;
        let age = born.and_then(|born| day.years_since(born)).and_then(|years| i32::try_from(years).ok());
        return Ok(Asker::Student { age });
    }
    Ok(Asker::Official)
}
