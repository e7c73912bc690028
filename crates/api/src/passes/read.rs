//! Shows the pass of one person.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kepu_domain::door::pass::{Pass, spoken};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::issue::ensure;
use super::keys::Keys;
use super::store::{self, PassRow};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::ApiPath;
use crate::roster::today;
use crate::state::AppState;
use crate::tenancy::Tx;

/// A person's pass.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PassView {
    /// The person.
    pub person_id: Uuid,
    /// Its public number, as people read it: `0000 1234 5678`.
    pub public_number: String,
    /// The how-manieth pass of the person it is.
    pub issue: i32,
    /// Since when it holds.
    pub issued_at: DateTime<Utc>,
    /// What its QR says.
    pub token: String,
}

/// The pass of a person; made now if it is the first time that somebody asks.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/pass", operation_id = "read_pass", tag = TAG,
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "The pass", body = PassView), ApiErrors)
)]
pub async fn read_pass(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<PassView>> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let scope = person_scope(&mut tx, id, now).await?;
    actor.require(Action::PassRead, &scope)?;
    let keys = Keys::ready(&mut tx, now).await?;
    let (passes, made) = ensure(&mut tx, &keys, &[id], actor.account_id, now).await?;
    let pass = passes.get(&id).ok_or_else(|| ApiError::internal(anyhow::anyhow!("person {id} got no pass")))?;
    let detail = json!({ "issue": pass.issue, "made": made });
    audit::record(&mut tx, &actor, now, Event::new("pass.read", "person", id, detail)).await?;
    let answer = view(&tx, &keys, pass)?;
    tx.commit().await?;
    Ok(Json(answer))
}

pub(super) fn view(tx: &Tx, keys: &Keys, row: &PassRow) -> Result<PassView> {
    let number = u64::try_from(row.number).unwrap_or_default();
    let issue = u16::try_from(row.issue).unwrap_or(u16::MAX);
    let pass = Pass { key: keys.newest().unwrap_or_default(), district: tx.district().0, number, issue };
    Ok(PassView {
        person_id: row.person_id,
        public_number: spoken(number),
        issue: row.issue,
        issued_at: row.issued_at,
        token: keys.text(&pass)?,
    })
}

/// What asking for a person's pass touches.
pub(super) async fn person_scope(tx: &mut Tx, person: Uuid, now: DateTime<Utc>) -> Result<Scope> {
    let district = tx.district().0;
    let day = today(tx, now).await?;
    let school = store::school_of(tx, person, day).await?.ok_or_else(|| ApiError::not_found("person"))?;
    Ok(Scope::Person { district, person, school })
}
