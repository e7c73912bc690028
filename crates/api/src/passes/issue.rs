//! Makes passes, and replaces one that was lost.

use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use kepu_domain::door::pass::LARGEST_NUMBER;
use kepu_domain::role::{Action, Scope};
use rand::Rng;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::keys::Keys;
use super::read::{PassView, person_scope, view};
use super::store::{self, NewPass, PassRow};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::check::Checks;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::ids;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Numbers are drawn again when they are taken; with a thousand million free ones for each person that does not go on.
const TRIES: usize = 5;

/// Why a new pass is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReissueRequest {
    /// What became of the old one.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Voids a person's pass and makes the next one.
#[utoipa::path(
    post, path = "/api/v1/persons/{id}/pass/reissue", operation_id = "reissue_pass", tag = TAG,
    params(("id" = Uuid, Path, description = "The person"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ReissueRequest,
    responses((status = 200, description = "The new pass", body = PassView), ApiErrors)
)]
pub async fn reissue_pass(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ReissueRequest>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let scope: Scope = person_scope(&mut tx, id, now).await?;
    actor.require(Action::PassIssue, &scope)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=200);
    checks.finish()?;
    let keys = Keys::ready(&mut tx, now).await?;
    store::lock_persons(&mut tx, &[id]).await?;
    let old = store::passes_of(&mut tx, &[id]).await?.into_iter().next();
    let pass = match old {
        None => first(&mut tx, &keys, &[id], actor.account_id, now).await?.remove(&id),
        Some(old) => {
            store::replace(&mut tx, id, now, &reason).await?;
            let next =
                NewPass { id: ids::new(), person_id: id, number: old.number, issue: old.issue.saturating_add(1) };
            store::insert(&mut tx, key_number(&keys)?, &[next], actor.account_id, now).await?;
            store::passes_of(&mut tx, &[id]).await?.into_iter().next()
        }
    };
    let pass = pass.ok_or_else(|| ApiError::internal(anyhow::anyhow!("person {id} got no pass")))?;
    let detail = json!({ "issue": pass.issue, "reason": reason });
    audit::record(&mut tx, &actor, now, Event::new("pass.reissue", "person", id, detail)).await?;
    let answer = view(&tx, &keys, &pass)?;
    tx.commit_with(Json(answer)).await
}

/// The passes that these persons hold; who has none gets one now. `added` are those that were made.
pub async fn ensure(
    tx: &mut Tx,
    keys: &Keys,
    persons: &[Uuid],
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<(HashMap<Uuid, PassRow>, usize)> {
    let mut held = holding(tx, persons).await?;
    let missing: Vec<Uuid> = persons.iter().copied().filter(|id| !held.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok((held, 0));
    }
    store::lock_persons(tx, &missing).await?;
    // Somebody else may have made some while we waited.
    held.extend(holding(tx, &missing).await?);
    let missing: Vec<Uuid> = missing.into_iter().filter(|id| !held.contains_key(id)).collect();
    held.extend(first(tx, keys, &missing, by, now).await?);
    Ok((held, missing.len()))
}

async fn holding(tx: &mut Tx, persons: &[Uuid]) -> Result<HashMap<Uuid, PassRow>> {
    let rows = store::passes_of(tx, persons).await?;
    Ok(rows.into_iter().filter(|row| row.replaced_at.is_none()).map(|row| (row.person_id, row)).collect())
}

/// First passes, each with a number drawn at random.
async fn first(
    tx: &mut Tx,
    keys: &Keys,
    persons: &[Uuid],
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, PassRow>> {
    let mut missing: BTreeSet<Uuid> = persons.iter().copied().collect();
    for _ in 0..TRIES {
        if missing.is_empty() {
            break;
        }
        let new: Vec<NewPass> = missing
            .iter()
            .map(|person| NewPass { id: ids::new(), person_id: *person, number: draw(), issue: 1 })
            .collect();
        for added in store::insert(tx, key_number(keys)?, &new, by, now).await? {
            missing.remove(&added);
        }
    }
    holding(tx, persons).await
}

fn key_number(keys: &Keys) -> Result<i16> {
    let newest = keys.newest().ok_or_else(|| ApiError::internal(anyhow::anyhow!("the district has no door key")))?;
    Ok(i16::from(newest))
}

#[expect(clippy::disallowed_methods, reason = "a public number says nothing because nobody chose it")]
fn draw() -> i64 {
    let number = rand::rng().random_range(1..=LARGEST_NUMBER);
    i64::try_from(number).unwrap_or(1)
}
