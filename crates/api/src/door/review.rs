//! Scans in doubt: the host looks at them, and once it has let its time pass, the district may too.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::door::scan::{Decision, Kind};
use kepu_domain::participation::{StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::list::{ScanView, view};
use super::settle::settle_one;
use super::store::{self, Filter, Visit};
use super::view::VerdictView;
use crate::audit::{self, Event};
use crate::auth::{Actor, Reach};
use crate::check::Checks;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::page::{Page, PageQuery};
use crate::participation::store::{self as participations, Taken};
use crate::state::AppState;
use crate::tenancy::Tx;

/// The host has so long after the end of the session.
pub const HOST_DECIDES_WITHIN: TimeDelta = TimeDelta::days(3);

/// What was decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// `accept`: the scan counts; `refuse`: it does not.
    #[schema(value_type = String, example = "accept")]
    pub decision: Decision,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A scan in doubt.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// The scan.
    #[serde(flatten)]
    pub scan: ScanView,
    /// The activity's title.
    pub activity_title_zh: String,
    /// The same in English; may be empty.
    pub activity_title_en: String,
    /// When the session began.
    pub starts_at: DateTime<Utc>,
    /// The host.
    pub host_id: Uuid,
    /// Its name.
    pub host_name_zh: String,
    /// The same in English; may be empty.
    pub host_name_en: String,
    /// Until when the host alone decides.
    pub due_at: DateTime<Utc>,
    /// Whether that has passed.
    pub overdue: bool,
}

/// Which scans in doubt.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewFilter {
    /// At this host.
    pub host_id: Option<Uuid>,
    /// Only those whose host has let its time pass.
    pub overdue: Option<bool>,
}

/// How many scans are in doubt.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewCount {
    /// At one's hosts; for the district at all.
    pub waiting: i64,
    /// Of those, whose host has let its time pass: the district may decide, too.
    pub overdue: i64,
}

/// Decides on a scan in doubt. What follows from it is as if the scan had never been in doubt, or never been made.
/// What was decided can be decided again; the last decision holds.
#[utoipa::path(
    post, path = "/api/v1/scans/{id}/review", operation_id = "review_scan", tag = TAG,
    params(("id" = Uuid, Path, description = "The scan"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ReviewRequest,
    responses((status = 200, description = "What became of it", body = VerdictView), ApiErrors)
)]
pub async fn review_scan(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ReviewRequest>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let first = |mut rows: Vec<store::ScanRow>| rows.pop().ok_or_else(|| ApiError::not_found("scan"));
    let scan = first(store::scans(&mut tx, &[id]).await?)?;
    store::lock(&mut tx, &[scan.session_id]).await?;
    let session = store::session(&mut tx, scan.session_id).await?;
    let district = tx.district().0;
    actor.require(Action::ScanReview, &Scope::Host { district, host: session.host_id })?;
    let hosts = actor.may(Action::ParticipationConfirm, &Scope::Host { district, host: session.host_id });
    let due_at = session.ends_at + HOST_DECIDES_WITHIN;
    if !hosts && now < due_at {
        let detail = format!("The host decides until {}; after that the district may.", due_at.to_rfc3339());
        return Err(ApiError::conflict("host_decides", detail));
    }
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=500);
    checks.finish()?;
    // As it is under the lock.
    let scan = first(store::scans(&mut tx, &[id]).await?)?;
    let in_doubt = scan.verdict.as_deref() == Some(Kind::NeedsReview.word());
    let Some(person) = scan.person_id.filter(|_| in_doubt || scan.decision.is_some()) else {
        return Err(not_in_doubt(&scan.verdict.unwrap_or_default()));
    };
    let counted = scan.verdict.as_deref().is_some_and(|word| word != Kind::Refused.word()) && !in_doubt;
    store::insert_review(&mut tx, id, body.decision, &reason, actor.account_id, now).await?;
    let touched = settle_one(&mut tx, &session, &[person], now).await?;
    let answer = touched.view(id, Vec::new()).ok_or_else(|| ApiError::not_found("scan"))?;
    if body.decision == Decision::Refuse {
        if answer.verdict != Kind::Refused.word() {
            // Accepting it put the person on the list, and now nothing about it is in doubt.
            return Err(not_in_doubt(&answer.verdict));
        }
        // A word of somebody else's about the person stands, whatever becomes of a scan that never counted.
        if counted && !touched.saw(&Visit { session: session.id, person }) {
            take_back(&mut tx, session.id, person, actor.account_id, now).await?;
        }
    }
    let detail = json!({
        "session_id": session.id, "person_id": person, "was": scan.reason, "decision": body.decision.word(),
        "reason": reason, "verdict": answer.verdict, "confirmed": touched.confirmed,
        "ledger_entries": touched.ledger_entries,
    });
    audit::record(&mut tx, &actor, now, Event::new("scan.review", "scan", id, detail)).await?;
    tx.commit_with(Json(answer)).await
}

fn not_in_doubt(verdict: &str) -> ApiError {
    ApiError::conflict("not_in_doubt", format!("The scan is not in doubt: it is {verdict}."))
}

/// Nothing says any more that somebody was there whom the door had let in.
async fn take_back(tx: &mut Tx, session: Uuid, person: Uuid, by: Uuid, now: DateTime<Utc>) -> Result<()> {
    let Some(row) = participations::lock_pairs(tx, &[session], &[person]).await?.pop() else { return Ok(()) };
    let before = row.participation()?;
    let from = before.state();
    match from {
        StateName::Attended => {
            let Ok(to) = before.take(Step::MarkAbsent) else { return Ok(()) };
            participations::store_steps(tx, &[Taken { id: row.id, from, to, reason: String::new() }], by, now).await
        }
        StateName::Confirmed => Err(ApiError::conflict(
            "already_confirmed",
            "The person was confirmed with credit. If that was wrong, void it in the list of the session.",
        )),
        _ => Ok(()),
    }
}

/// The hosts whose doubts somebody may see; none stands for all.
fn hosts_of(actor: &Actor, district: Uuid, only: Option<Uuid>) -> Result<Option<Vec<Uuid>>> {
    let may = |host: &Uuid| actor.may(Action::ScanReview, &Scope::Host { district, host: *host });
    match (actor.hosts(), only) {
        (Reach::All, None) => {
            actor.require(Action::ScanReview, &Scope::District { district })?;
            Ok(None)
        }
        (_, Some(host)) => {
            actor.require(Action::ScanReview, &Scope::Host { district, host })?;
            Ok(Some(vec![host]))
        }
        (Reach::Only(hosts), None) => {
            let hosts: Vec<Uuid> = hosts.into_iter().filter(may).collect();
            if hosts.is_empty() {
                // Says which roles may.
                actor.require(Action::ScanReview, &Scope::District { district })?;
            }
            Ok(Some(hosts))
        }
    }
}

/// Counts the scans in doubt at one's hosts; for the district all.
#[utoipa::path(
    get, path = "/api/v1/reviews/count", operation_id = "count_reviews", tag = TAG,
    responses((status = 200, description = "How many", body = ReviewCount), ApiErrors)
)]
pub async fn count_reviews(State(state): State<AppState>, actor: Actor) -> Result<Json<ReviewCount>> {
    let mut tx = state.begin(&actor).await?;
    let hosts = hosts_of(&actor, tx.district().0, None)?;
    let (waiting, overdue) = store::count_doubts(&mut tx, hosts.as_deref(), state.now() - HOST_DECIDES_WITHIN).await?;
    Ok(Json(ReviewCount { waiting, overdue }))
}

/// Lists the scans in doubt at one's hosts, the oldest first; for the district all.
#[utoipa::path(
    get, path = "/api/v1/reviews", operation_id = "list_reviews", tag = TAG, params(ReviewFilter, PageQuery),
    responses((status = 200, description = "Scans in doubt", body = Page<ReviewView>), ApiErrors)
)]
pub async fn list_reviews(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ReviewFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ReviewView>>> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let hosts = hosts_of(&actor, district, filter.host_id)?;
    let ended_before = filter.overdue.unwrap_or_default().then(|| now - HOST_DECIDES_WITHIN);
    let filter = Filter {
        hosts: hosts.as_deref(),
        verdict: Some(Kind::NeedsReview.word()),
        ended_before,
        oldest_first: true,
        after: page.after()?,
        fetch: page.fetch()?,
        ..Filter::default()
    };
    let rows = store::list(&mut tx, &filter).await?;
    let review = |row: store::Shown| {
        let due_at = row.ends_at + HOST_DECIDES_WITHIN;
        ReviewView {
            activity_title_zh: row.activity_title_zh.clone(),
            activity_title_en: row.activity_title_en.clone(),
            starts_at: row.starts_at,
            host_id: row.host_id,
            host_name_zh: row.host_name_zh.clone(),
            host_name_en: row.host_name_en.clone(),
            due_at,
            overdue: now > due_at,
            scan: view(row),
        }
    };
    Ok(Json(Page::of(rows, &page, |row| row.row.id, review)?))
}
