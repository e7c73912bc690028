use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    designation::application::{Application, Step, until},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::{Seat, of_authority, own as own_scope},
    store::{self, ObjectionRow},
    take::take,
    view::{ApplicationView, ObjectionView, whole},
};
use crate::{
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag},
    rounds,
    state::AppState,
    tenancy::DistrictId,
};

/// An objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewObjection {
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    grounds: String,
}

/// Objects to an award that was published. It is published for everybody, so whoever is signed in may.
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
    actor.require(Action::ObjectionRaise, &Scope::Platform)?;
    let row = store::lock(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    // What is not published is nobody else's to know of.
    if !matches!(row.standing.0, Application::Published { .. }) {
        super::reach::seat(&mut tx, &actor, &row, &round).await?;
    }
    if actor.may(Action::ApplicationSubmit, &own_scope(&row)) {
        return Err(ApiError::conflict("own_application", "Who applies does not object to it; withdraw it instead."));
    }
    let waits = store::objections(&mut tx, &[id]).await?;
    if waits.iter().any(|one| one.raised_by == actor.account_id && one.outcome.is_none()) {
        return Err(ApiError::conflict("objected_already", "You have objected already; it waits for its answer."));
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

/// An objection of the account, with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnObjection {
    /// Identity.
    id: Uuid,
    /// The application.
    application_id: Uuid,
    /// What the round is called.
    round_name_zh: String,
    /// The same in English.
    round_name_en: String,
    /// What the scheme is called.
    scheme_name_zh: String,
    /// The same in English.
    scheme_name_en: String,
    /// Who is to hold it, or the employer of the professional who is.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
    /// Why.
    grounds: String,
    /// The day.
    raised_on: NaiveDate,
    /// `upheld` or `dismissed`; null while it waits.
    outcome: Option<String>,
    /// Why; empty while it waits.
    answer: String,
}

/// The objections of the account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnObjections {
    /// The newest first.
    items: Vec<OwnObjection>,
}

/// Lists the objections that the account made, with what was answered, the newest first, 200 at the most.
#[utoipa::path(
    get,
    path = "/api/v1/objections",
    operation_id = "list_own_objections",
    tag = TAG,
    responses((status = 200, description = "The own objections", body = OwnObjections), ApiErrors)
)]
pub(super) async fn own(State(state): State<AppState>, actor: Actor) -> Result<Json<OwnObjections>> {
    let mut tx = state.begin_in(actor.district().unwrap_or(DistrictId::PLATFORM)).await?;
    let rows = store::own_objections(&mut tx, actor.account_id, 200).await?;
    tx.commit().await?;
    let view = |row: store::OwnObjectionRow| OwnObjection {
        id: row.id,
        application_id: row.application_id,
        round_name_zh: row.round_name_zh,
        round_name_en: row.round_name_en,
        scheme_name_zh: row.scheme_name_zh,
        scheme_name_en: row.scheme_name_en,
        organization_name_zh: row.organization_name_zh,
        professional_name: row.professional_name,
        grounds: row.grounds,
        raised_on: row.raised_on,
        outcome: row.outcome,
        answer: row.answer,
    };
    Ok(Json(OwnObjections { items: rows.into_iter().map(view).collect() }))
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
