//! The end of a policy that a district scores by: asked for, agreed to by another official where the district wants that,
//! withdrawn, and done when its day comes. What was booked by it stays, and is read as of earlier days.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::draft::Act;
use kepu_domain::ending::{Ending, Refused};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::adopt::AdoptionView;
use super::store::{self, AdoptionRow};
use crate::audit::{self, Event, Origin};
use crate::auth::Actor;
use crate::check::Checks;
use crate::credits;
use crate::credits::store as credit_store;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ETag, IfMatch};
use crate::state::AppState;
use crate::tenancy::{DistrictId, Tx};

/// From when on, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRequest {
    /// The first day on which nothing is scored by it any more: today or later, by the clock of the district.
    pub on: NaiveDate,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// The end of a policy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EndingView {
    /// The first day on which nothing is scored by it any more.
    pub on: NaiveDate,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub asked_by: Uuid,
    /// How that account is called.
    pub asked_by_name: Option<String>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Whether another official must agree first.
    pub waits: bool,
    /// Who agreed.
    pub agreed_by: Option<Uuid>,
    /// How that account is called.
    pub agreed_by_name: Option<String>,
    /// When.
    pub agreed_at: Option<DateTime<Utc>>,
}

impl EndingView {
    pub(super) fn of(ending: Ending, asked_by_name: Option<String>, agreed_by_name: Option<String>) -> Self {
        Self {
            on: ending.on,
            waits: !ending.is_agreed(),
            asked_by: ending.asked.by,
            asked_by_name,
            asked_at: ending.asked.at,
            reason: ending.asked.note,
            agreed_by: ending.agreed.as_ref().map(|act| act.by),
            agreed_by_name,
            agreed_at: ending.agreed.map(|act| act.at),
        }
    }
}

/// The answer to what the rules of ends refuse.
fn refused(refusal: Refused) -> ApiError {
    match refusal {
        Refused::ReasonNeeded => ApiError::invalid_field("reason", refusal.code(), refusal.to_string()),
        Refused::InThePast { .. } => ApiError::invalid_field("on", refusal.code(), refusal.to_string()),
        Refused::AskedAlready | Refused::Settled | Refused::SecondOfficial => {
            ApiError::conflict(refusal.code(), format!("Not so: {refusal}."))
        }
    }
}

/// An adoption that nobody else changes until the transaction ends.
struct Open {
    tx: Tx,
    row: AdoptionRow,
    now: DateTime<Utc>,
}

impl Open {
    async fn of(state: &AppState, actor: &Actor, id: Uuid, version: IfMatch) -> Result<Self> {
        let mut tx = state.begin(actor).await?;
        actor.require(Action::PolicyAdopt, &Scope::District { district: tx.district().0 })?;
        // Before the row: whoever makes a version effective holds the policies first, too.
        credit_store::lock_policies_exclusive(&mut tx).await?;
        let row = store::adoption(&mut tx, id, true).await?;
        version.check("adoption", row.version)?;
        if row.state != "effective" {
            let detail =
                format!("The adoption is {}. Only a policy that the district scores by can be ended.", row.state);
            return Err(ApiError::conflict("not_from_this_state", detail));
        }
        Ok(Self { tx, row, now: state.now() })
    }

    /// Keeps the end, and ends the policy if its day is there.
    async fn keep(mut self, actor: &Actor, action: &'static str, ending: Ending) -> Result<Response> {
        let id = self.row.id;
        let today = credits::today(&mut self.tx, self.now).await?;
        let detail = json!({ "policy_id": self.row.policy_id, "on": ending.on, "reason": ending.asked.note });
        audit::record(&mut self.tx, actor, self.now, Event::new(action, "adoption", id, detail)).await?;
        store::set_ending(&mut self.tx, id, Some(&ending)).await?;
        if ending.is_due(today) {
            end(&mut self.tx, &actor.into(), &self.row, self.now).await?;
        }
        self.answer().await
    }

    async fn answer(mut self) -> Result<Response> {
        let row = store::adoption(&mut self.tx, self.row.id, false).await?;
        self.tx.commit_with((ETag(row.version), Json(AdoptionView::from(row)))).await
    }
}

/// Ends the policy of an adoption now. The transaction holds the district's policies.
async fn end(tx: &mut Tx, origin: &Origin, row: &AdoptionRow, now: DateTime<Utc>) -> Result<()> {
    store::end(tx, row.id, now).await?;
    let detail = json!({ "policy_id": row.policy_id, "version": row.policy_version });
    audit::record_as(tx, origin, now, vec![Event::new("policy.end", "adoption", row.id, detail)]).await
}

/// Asks for the end of a policy that the district scores by, from a day on. Where the district wants a second official,
/// another one agrees first.
#[utoipa::path(
    post, path = "/api/v1/adoptions/{id}/end", operation_id = "end_policy", tag = TAG, request_body = EndRequest,
    params(("id" = Uuid, Path, description = "The adoption that is effective"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Asked for, or ended", body = AdoptionView), ApiErrors)
)]
pub async fn end_policy(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<EndRequest>,
) -> Result<Response> {
    let mut checks = Checks::new();
    let note = checks.text("reason", &body.reason, 1..=1000);
    checks.finish()?;
    let mut open = Open::of(&state, &actor, id, version).await?;
    let asked = Act { by: actor.account_id, at: open.now, note };
    let today = credits::today(&mut open.tx, open.now).await?;
    let second = store::wants_second_official(&mut open.tx).await?;
    let under_way = open.row.ending.as_ref().map(|ending| &ending.0);
    let ending = Ending::ask(under_way, body.on, asked, today, second).map_err(refused)?;
    open.keep(&actor, "policy.ask_end", ending).await
}

/// Agrees to the end of a policy that another official asked for.
#[utoipa::path(
    post, path = "/api/v1/adoptions/{id}/end/agreement", operation_id = "agree_policy_end", tag = TAG,
    params(("id" = Uuid, Path, description = "The adoption"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "Agreed, or ended", body = AdoptionView), ApiErrors)
)]
pub async fn agree_end(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let open = Open::of(&state, &actor, id, version).await?;
    let ending = open.row.ending.as_ref().map(|ending| ending.0.clone()).ok_or_else(none)?;
    let agreed = Act { by: actor.account_id, at: open.now, note: String::new() };
    let ending = ending.agree(agreed).map_err(refused)?;
    open.keep(&actor, "policy.agree_end", ending).await
}

/// Withdraws the end of a policy before its day, or does not agree to it.
#[utoipa::path(
    delete, path = "/api/v1/adoptions/{id}/end", operation_id = "withdraw_policy_end", tag = TAG,
    params(("id" = Uuid, Path, description = "The adoption"),
           ("If-Match" = String, Header, description = "The version that was read")),
    responses((status = 200, description = "It goes on", body = AdoptionView), ApiErrors)
)]
pub async fn withdraw_end(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, version).await?;
    let ending = open.row.ending.as_ref().map(|ending| ending.0.clone()).ok_or_else(none)?;
    store::set_ending(&mut open.tx, id, None).await?;
    let detail = json!({ "policy_id": open.row.policy_id, "on": ending.on, "reason": ending.asked.note });
    let event = Event::new("policy.withdraw_end", "adoption", id, detail);
    audit::record(&mut open.tx, &actor, open.now, event).await?;
    open.answer().await
}

fn none() -> ApiError {
    ApiError::conflict("not_from_this_state", "Nobody asked for an end of this policy.")
}

/// Ends the policies of a district whose day has come.
///
/// # Errors
/// If the database cannot be read or written; what is due stays due.
pub async fn end_due(state: &AppState, district: DistrictId) -> Result<()> {
    let mut tx = state.begin_in(district).await?;
    let today = credits::today(&mut tx, state.now()).await?;
    let due = store::ending_by(&mut tx, today).await?;
    tx.commit().await?;
    for id in due {
        let mut tx = state.begin_in(district).await?;
        credit_store::lock_policies_exclusive(&mut tx).await?;
        let row = store::adoption(&mut tx, id, true).await?;
        let now = state.now();
        // It may have been withdrawn or superseded meanwhile.
        let ending = row.ending.as_ref().filter(|ending| row.state == "effective" && ending.0.is_due(today));
        if let Some(ending) = ending {
            let by = ending.0.agreed.as_ref().unwrap_or(&ending.0.asked).by;
            end(&mut tx, &Origin { account_id: Some(by), ..Origin::default() }, &row, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
