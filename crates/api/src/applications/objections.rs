use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::{
    designation::application::{Application, Step, until},
    role::{Action, Scope},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::{Seat, of_authority},
    store::{self, ObjectionRow},
    take::take,
    view::{ApplicationView, ObjectionView, whole},
};
use crate::{
    auth::Actor,
    check::Checks,
    credits, designations,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag},
    rounds,
    state::AppState,
};

/// An objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewObjection {
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    grounds: String,
}

/// Objects to an award that was published. Who belongs to the area of the authority may.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/objections",
    operation_id = "raise_objection",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewObjection,
    responses((status = 201, description = "Raised", body = ObjectionView), ApiErrors)
)]
pub(super) async fn object(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewObjection>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::ObjectionRaise, &Scope::District { district })?;
    let row = store::lock(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    let belongs = actor.grants.iter().any(|grant| grant.scope.belongs_to(district));
    let published = matches!(row.standing.0, Application::Published { .. });
    if !belongs
        || !designations::store::reaches_district(&mut tx, round.authority_id, district).await?
        // What is not published is nobody else's to know of.
        || (!published && super::reach::seat(&mut tx, &actor, &row, &round).await.is_err())
    {
        return Err(ApiError::not_found("application"));
    }
    let mut checks = Checks::new();
    let grounds = checks.prose("grounds", &body.grounds, 4000);
    checks.require(!grounds.is_empty(), "grounds", "required", "must not be empty");
    checks.finish()?;
    let now = state.now();
    let on = credits::today(&mut tx, now).await?;
    let objection = ObjectionRow {
        id: state.new_id(),
        application_id: id,
        grounds,
        raised_by: actor.account_id,
        raised_on: on,
        raised_at: now,
        outcome: None,
        answer: String::new(),
        answered_by: None,
        answered_at: None,
    };
    let step = Step::Object { id: objection.id, on };
    take(&mut tx, &state, &actor, row, step, "application.object", &objection.grounds).await?;
    store::insert_objection(&mut tx, &objection).await?;
    let view = ObjectionView {
        id: objection.id,
        grounds: objection.grounds,
        raised_on: objection.raised_on,
        raised_by: Some(objection.raised_by),
        outcome: None,
        answer: String::new(),
    };
    tx.commit_with((StatusCode::CREATED, Json(view))).await
}

/// The answer to an objection or appeal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectionAnswer {
    /// Whether it is right.
    pub(super) uphold: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub(super) reason: String,
}

/// Answers an objection. One that is upheld refuses the application, which may then be appealed; one that is dismissed lets
/// it go on.
#[utoipa::path(
    post,
    path = "/api/v1/objections/{id}/answer",
    operation_id = "answer_objection",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The objection")),
    request_body = ObjectionAnswer,
    responses((status = 200, description = "The application now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn answer(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ObjectionAnswer>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let Some(found) = store::find_objection(&mut tx, id).await? else { return Err(ApiError::not_found("objection")) };
    let (row, round) = of_authority(&mut tx, &actor, found.application_id).await?;
    let mut objection = store::find_objection(&mut tx, id).await?.unwrap_or(found);
    if objection.raised_by == actor.account_id {
        return Err(ApiError::conflict("own_objection", "Who objects does not answer; another account must."));
    }
    let mut checks = Checks::new();
    let reason = checks.prose("reason", &body.reason, 4000);
    checks.require(!reason.is_empty(), "reason", "required", "must not be empty");
    checks.finish()?;
    let now = state.now();
    let appeal_until = until(credits::today(&mut tx, now).await?, round.rules.appeal_days);
    let (step, action) = if body.uphold {
        let (by, reason) = (actor.account_id, reason.clone());
        (Step::UpholdObjection { id, by, reason, appeal_until }, "application.uphold_objection")
    } else {
        (Step::DismissObjection { id }, "application.dismiss_objection")
    };
    let row = take(&mut tx, &state, &actor, row, step, action, &reason).await?;
    objection.outcome = Some(if body.uphold { "upheld" } else { "dismissed" }.to_owned());
    objection.answer = reason;
    objection.answered_by = Some(actor.account_id);
    objection.answered_at = Some(now);
    store::answer_objection(&mut tx, &objection).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}
