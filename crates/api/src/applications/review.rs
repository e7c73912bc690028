use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::{
    designation::review::{Applicant, Reviewer, Scores, check},
    role::{Action, GrantScope, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::{Seat, seat},
    store::{self, ApplicationRow},
    take::refused,
};
use crate::{
    agreements,
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    designations::schema::ReviewScore,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath},
    roster::today,
    rounds,
    state::AppState,
    tenancy::Tx,
};

/// A review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationReviewBody {
    /// Points and remark for each criterion, by its key.
    #[schema(value_type = std::collections::BTreeMap<String, ReviewScore>)]
    scores: Scores,
    /// What there is to say of the whole.
    #[serde(default)]
    #[schema(max_length = 4000)]
    remark: String,
}

/// A review that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationReviewView {
    /// The reviewer.
    account_id: Uuid,
    /// What the reviewer is called.
    display_name: String,
    /// 1, or 2 after an appeal that was upheld.
    hearing: i16,
    /// Points and remark for each criterion, by its key.
    #[schema(value_type = std::collections::BTreeMap<String, ReviewScore>)]
    scores: Scores,
    /// What there is to say of the whole.
    remark: String,
    /// When.
    at: DateTime<Utc>,
    /// Why it was struck, and counts for nothing; null while it counts.
    struck: Option<StruckView>,
}

/// That a review was struck.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StruckView {
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<store::ReviewRow> for ApplicationReviewView {
    fn from(row: store::ReviewRow) -> Self {
        Self {
            account_id: row.account_id,
            display_name: row.display_name,
            hearing: row.hearing,
            scores: row.scores.0,
            remark: row.remark,
            at: row.at,
            struck: row.struck_at.map(|at| StruckView { reason: row.struck_reason.unwrap_or_default(), at }),
        }
    }
}

/// Reviews of an application.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationReviewList {
    /// By hearing and reviewer.
    items: Vec<ApplicationReviewView>,
}

/// Reviews an application of a round for which the account was named, or puts another review in the place of its own. Nobody
/// reviews whom they are tied to, nor again after an appeal.
#[utoipa::path(
    put,
    path = "/api/v1/applications/{id}/review",
    operation_id = "review_application",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The application")),
    request_body = ApplicationReviewBody,
    responses((status = 200, description = "As it is kept", body = ApplicationReviewView), ApiErrors)
)]
pub(super) async fn review(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ApplicationReviewBody>,
) -> Result<Json<ApplicationReviewView>> {
    let mut tx = state.begin(&actor).await?;
    let row = store::lock(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    let seat = seat(&mut tx, &actor, &row, &round).await?;
    let named = seat == Seat::Reviewer || store::reviews_round(&mut tx, row.round_id, actor.account_id).await?;
    if !named || !actor.may(Action::ApplicationReview, &Scope::Platform) {
        return Err(ApiError::forbidden(
            "This account was not named to review this round. Who runs the scheme names the reviewers.",
        ));
    }
    row.standing.0.reviewable_by(actor.account_id).map_err(|refusal| refused(&refusal))?;
    let now = state.now();
    let applicant = applicant(&mut tx, &row, now).await?;
    if let Some(tie) = reviewer(&mut tx, &actor).await?.tie(&applicant) {
        return Err(ApiError::conflict(
            "reviewer_tied",
            format!("You are tied to the applicant ({}), so that somebody else must review it.", tie.word()),
        ));
    }
    let mut checks = Checks::new();
    let remark = checks.prose("remark", &body.remark, 4000);
    for wrong in check(&round.rules.criteria, &body.scores) {
        checks.add(FieldError::new(wrong.path, wrong.code, wrong.message));
    }
    checks.finish()?;
    let made = store::ReviewRow {
        id: state.new_id(),
        application_id: id,
        hearing: row.hearing(),
        account_id: actor.account_id,
        display_name: actor.display_name.clone(),
        scores: Stored(body.scores),
        remark,
        at: now,
        struck_at: None,
        struck_reason: None,
    };
    store::put_review(&mut tx, &made).await?;
    let detail = json!({ "hearing": made.hearing, "scores": made.scores.0 });
    audit::record(&mut tx, &actor, now, Event::new("application.review", "application", id, detail)).await?;
    tx.commit().await?;
    Ok(Json(made.into()))
}

/// The actor, as far as ties go.
pub(super) async fn reviewer(tx: &mut Tx, actor: &Actor) -> Result<Reviewer> {
    let of = |scope: &GrantScope| match scope {
        GrantScope::Organization { organization, .. } => Some(*organization),
        _ => None,
    };
    let organizations = actor.grants.iter().filter_map(|grant| of(&grant.scope)).collect();
    Ok(Reviewer { organizations, declared: store::ties(tx, actor.account_id).await? })
}

/// Who applies, as far as ties go. An agreement that is in force on the day of the review ties its parties.
pub(super) async fn applicant(tx: &mut Tx, row: &ApplicationRow, now: DateTime<Utc>) -> Result<Applicant> {
    let today = today(tx, now).await?;
    Ok(Applicant {
        application: row.id,
        organization: row.organization_id,
        professional: row.professional_id.is_some(),
        partners: agreements::store::partners_in_force(tx, row.organization_id, today).await?,
    })
}

/// Lists the reviews of an application: all for the authority, the own ones for a reviewer.
#[utoipa::path(
    get,
    path = "/api/v1/applications/{id}/reviews",
    operation_id = "list_application_reviews",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The application")),
    responses((status = 200, description = "The reviews", body = ApplicationReviewList), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<ApplicationReviewList>> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    let seat = seat(&mut tx, &actor, &row, &round).await?;
    if seat == Seat::Applicant {
        return Err(ApiError::forbidden(
            "Reviews are read by who runs the scheme; reasons are given with the decision.",
        ));
    }
    let rows = store::reviews(&mut tx, &[id]).await?;
    tx.commit().await?;
    let seen = |row: &store::ReviewRow| seat == Seat::Authority || row.account_id == actor.account_id;
    Ok(Json(ApplicationReviewList { items: rows.into_iter().filter(seen).map(ApplicationReviewView::from).collect() }))
}

/// A tie between a reviewer and an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TieBody {
    /// The reviewer; the account itself if left out. Only who runs the scheme declares one of others.
    account_id: Option<Uuid>,
    /// What ties them.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// A tie that was declared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TieView {
    /// The application.
    application_id: Uuid,
    /// The reviewer.
    account_id: Uuid,
}

/// Declares that a reviewer is tied to an application, and so does not review it.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/ties",
    operation_id = "declare_tie",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The application")),
    request_body = TieBody,
    responses((status = 200, description = "Declared", body = TieView), ApiErrors)
)]
pub(super) async fn declare_tie(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<TieBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let row = store::lock(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    let account_id = body.account_id.unwrap_or(actor.account_id);
    let seat = seat(&mut tx, &actor, &row, &round).await?;
    if account_id != actor.account_id || seat == Seat::Applicant {
        rounds::require(&mut tx, &actor, Action::RoundManage, round.authority_id).await?;
    }
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    if !store::reviews_round(&mut tx, row.round_id, account_id).await? {
        return Err(ApiError::invalid_field("account_id", "unknown", "must be a reviewer of the round"));
    }
    let reviewed = store::reviews(&mut tx, &[id]).await?;
    let counts = |one: &store::ReviewRow| {
        one.account_id == account_id && one.hearing == row.hearing() && one.struck_at.is_none()
    };
    if reviewed.iter().any(counts) {
        return Err(ApiError::conflict(
            "reviewed_already",
            "The reviewer has reviewed the application. Who runs the scheme can strike the review.",
        ));
    }
    let now = state.now();
    store::add_tie(&mut tx, id, account_id, &reason, actor.account_id, now).await?;
    let detail = json!({ "account_id": account_id, "reason": reason });
    audit::record(&mut tx, &actor, now, Event::new("application.tie", "application", id, detail)).await?;
    tx.commit_with(Json(TieView { application_id: id, account_id })).await
}
