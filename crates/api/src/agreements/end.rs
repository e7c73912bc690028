//! The early end of an agreement, and what it does to what is under way.

use axum::{Json, extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::agreement::{Step, end::Choices};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementView, AheadSort, EndChoice, EndOutcome, TAG,
    ahead::{self, AheadItem, decided},
    steps::{Open, Told},
};
use crate::{
    auth::Actor,
    bookings,
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    projects, sessions,
    state::AppState,
};

/// Who ends it, why, and what becomes of what is ahead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementEnd {
    /// The party that ends it.
    organization_id: Uuid,
    /// The first day on which it is no longer in force: before its last day, and before the day from which on it ends or is
    /// renewed already; today if left out.
    on: Option<NaiveDate>,
    /// Why, for the other parties and for those whose bookings and sessions are cancelled.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
    /// What becomes of bookings that are ahead; needed if there are any.
    bookings: Option<EndChoice>,
    /// What becomes of sessions of its projects; needed if there are any.
    sessions: Option<EndChoice>,
    /// What becomes of its projects; needed if there are any that are not over.
    projects: Option<EndChoice>,
}

/// An agreement that was ended, and what became of what was ahead.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgreementEnded {
    /// The agreement.
    agreement: AgreementView,
    /// What was ahead, each with what was done.
    items: Vec<AheadItem>,
}

/// Ends an agreement before its term is over, today or on a later day until which it stays in force. Until then any party may
/// end it on an earlier day; that one holds. For each kind of thing that is ahead of that day it is to be said whether it is
/// kept: nothing is left in silence. Bookings and sessions are cancelled at once; a project goes on until that day.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/end",
    operation_id = "end_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementEnd,
    responses((status = 200, description = "Ended", body = AgreementEnded), ApiErrors)
)]
pub(super) async fn end(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementEnd>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    let on = body.on.unwrap_or(open.today);
    checks.day("on", on);
    checks.finish()?;
    // What the rules refuse is said before what is ahead of that day is asked about.
    let step = Step::End(body.organization_id, open.act(), on, reason.clone());
    open.after(step.clone())?;
    let choices = Choices {
        bookings: body.bookings.map(Into::into),
        sessions: body.sessions.map(Into::into),
        projects: body.projects.map(Into::into),
    };
    let mut items = ahead::load(&mut open.tx, id, open.today, on, open.now).await?;
    decided(&mut items, body.organization_id, choices).map_err(|open| {
        let asked = |sort: kepu_domain::agreement::end::Sort| {
            FieldError::new(sort.word(), "required", "there are some ahead: say whether they are kept or cancelled")
        };
        ApiError::invalid(open.into_iter().map(asked).collect())
    })?;
    let of = |outcome: EndOutcome| -> Vec<Uuid> {
        items.iter().filter(|item| item.outcome == outcome).map(|item| item.id).collect()
    };
    let detail = json!({
        "on": on, "cancelled": of(EndOutcome::Cancelled), "kept": of(EndOutcome::Kept), "has_begun": of(EndOutcome::HasBegun),
        "of_others": of(EndOutcome::OfOthers),
    });
    open.take(step, Told { step: "end", action: "agreement.end", reason: &reason, detail }).await?;
    for item in items.iter().filter(|item| item.outcome == EndOutcome::Cancelled) {
        let (tx, now) = (&mut open.tx, open.now);
        match item.sort {
            AheadSort::Bookings => {
                bookings::cancel_within(tx, &actor, now, item.id, body.organization_id, &reason).await?;
            }
            AheadSort::Sessions => sessions::cancel_within(tx, &actor, now, item.id, &reason).await?,
            AheadSort::Projects => projects::stop_within(tx, &actor, now, item.id, &reason, on).await?,
        }
    }
    let Open { mut tx, row, today, .. } = open;
    let agreement = AgreementView::reload(&mut tx, row.id, today).await?;
    tx.commit_with((ETag(agreement.version), Json(AgreementEnded { agreement, items }))).await
}
