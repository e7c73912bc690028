//! Verifying many results at once.

use std::collections::{BTreeMap, HashSet};

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    competition::{Decision, Step, Submission},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    decide::{carry_out, take},
    first,
    store::{self, ResultRow},
};
use crate::{
    audit::Origin,
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::ApiJson,
    state::AppState,
    tenancy::Tx,
};

const MOST: usize = 500;

/// Which results to verify.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ManyResults {
    /// The results; a team is meant by that of any member.
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifyOutcome {
    /// The result that was asked for.
    id: Uuid,
    /// Whether it is verified now.
    verified: bool,
    /// Why not: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifyAnswer {
    /// How many were verified, of those asked for.
    verified: usize,
    /// How many were not.
    refused: usize,
    /// One for each that was asked for, in that order.
    outcomes: Vec<VerifyOutcome>,
}

/// Verifies many results; each is answered for itself, and those that cannot be verified stay as they are.
#[utoipa::path(
    post,
    path = "/api/v1/results/verify",
    operation_id = "verify_results",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ManyResults,
    responses((status = 200, description = "What became of each", body = VerifyAnswer), ApiErrors)
)]
pub(super) async fn verify_many(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<ManyResults>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ResultVerify, &Scope::District { district: tx.district().0 })?;
    let mut checks = Checks::new();
    checks.count("ids", body.ids.len(), 1..=MOST);
    checks.finish()?;

    let outcome_of = verify_all(&mut tx, &state, &(&actor).into(), &body.ids).await?;

    let missing = || Some(("not_found".to_owned(), "There is no such result here.".to_owned()));
    let mut seen = HashSet::new();
    let outcomes: Vec<VerifyOutcome> = body
        .ids
        .into_iter()
        .filter(|id| seen.insert(*id))
        .map(|id| {
            let refusal = outcome_of.get(&id).cloned().unwrap_or_else(missing);
            let (code, detail) = refusal.unzip();
            VerifyOutcome { id, verified: code.is_none(), code, detail }
        })
        .collect();
    let verified = outcomes.iter().filter(|one| one.verified).count();
    tx.commit_with(Json(VerifyAnswer { verified, refused: outcomes.len() - verified, outcomes })).await
}

/// Why it was not verified, code and words; nothing if it was.
type Refusal = Option<(String, String)>;

/// Verifies each of these results that can be, with the whole of its achievement; tells what became of each that exists.
pub async fn verify_all(tx: &mut Tx, state: &AppState, by: &Origin, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Refusal>> {
    let account = by.account_id.unwrap_or_default();
    let rows = store::lock(tx, ids).await?;
    let mut achievements: BTreeMap<Uuid, Vec<ResultRow>> = BTreeMap::new();
    for row in rows {
        achievements.entry(row.achievement()).or_default().push(row);
    }
    let keys: Vec<Uuid> = achievements.keys().copied().collect();
    let mut authors = store::authors(tx, &keys).await?;
    let (mut ready, mut outcome_of) = (Vec::new(), BTreeMap::new());
    for (achievement, rows) in achievements {
        let taken = take(first(&rows)?, authors.remove(&achievement).unwrap_or_default(), Step::Verify, account);
        let refusal = taken.err().map(|error| (error.code().to_owned(), error.detail().to_owned()));
        outcome_of.extend(rows.iter().map(|row| (row.id, refusal.clone())));
        if refusal.is_none() {
            ready.extend(rows);
        }
    }
    if !ready.is_empty() {
        // Each was decided above; what is written is the same for all of them.
        let decision = Decision { by: account, reason: String::new() };
        let next = Submission::Verified(kepu_domain::competition::Authors::new(), decision);
        carry_out(tx, state, by, &ready, &next, &Step::Verify).await?;
    }
    Ok(outcome_of)
}
