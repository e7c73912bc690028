use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::{
    designation::{application::Application, form::Answers, may_apply, scheme::Holder},
    role::{Action, Scope},
    roster::cell,
};
use serde::Deserialize;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    reach::Seat,
    store::{self, ApplicationRow},
    take::write,
    view::{ApplicationView, whole},
};
use crate::{
    auth::Actor,
    check::Checks,
    credits, designations,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, Location},
    organizations::{self, OrganizationStatus},
    rounds,
    state::AppState,
};

/// A new application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApplication {
    /// The organization that applies; the employer if a professional is to hold it.
    organization_id: Uuid,
    /// The professional who is to hold it; left out if the organization is.
    professional: Option<NewProfessional>,
}

/// A professional: one person of a name at an employer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProfessional {
    /// The name.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// What the person does there.
    #[serde(default)]
    #[schema(max_length = 120)]
    post: String,
}

/// Begins an application in a round, as a draft that nobody but the applicant sees.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/applications",
    operation_id = "start_application",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The round"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewApplication,
    responses((status = 201, description = "Begun", body = ApplicationView), ApiErrors)
)]
pub(super) async fn start(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewApplication>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let round = rounds::store::load(&mut tx, id).await?;
    let Some(applicant) = organizations::store::find(&mut tx, body.organization_id).await? else {
        return Err(ApiError::invalid_field("organization_id", "unknown", "must be an organization"));
    };
    actor.require(Action::ApplicationSubmit, &Scope::Host { district: applicant.district_id, host: applicant.id })?;
    if !designations::store::reaches_district(&mut tx, round.authority_id, applicant.district_id).await? {
        return Err(ApiError::unprocessable(
            "scheme_elsewhere",
            "The round belongs to an authority that does not stand over the district of this organization.",
        ));
    }
    if applicant.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The organization is closed."));
    }
    let wanted = if body.professional.is_some() { Holder::Professional } else { Holder::Organization };
    if !round.rules.holders.contains(&wanted) {
        let detail = match wanted {
            Holder::Organization => "Only professionals may hold it: name one of this organization.",
            Holder::Professional => "Only organizations may hold it: leave the professional out.",
        };
        return Err(ApiError::unprocessable("holder_sort", detail));
    }
    let kind = applicant.kind.as_str();
    if wanted == Holder::Organization
        && !round.holder_kinds.is_empty()
        && !round.holder_kinds.iter().any(|one| one == kind)
    {
        let allowed = round.holder_kinds.join(", ");
        let detail = format!("Not for this holder: the scheme is for {allowed}, the organization is a {kind}.");
        return Err(ApiError::unprocessable("holder_kind", detail));
    }
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    if round.closes_on < today {
        let detail = format!("The round took applications until {}.", round.closes_on);
        return Err(ApiError::conflict("round_not_open", detail));
    }
    let mut professional = None;
    if let Some(new) = &body.professional {
        let mut checks = Checks::new();
        let name = checks.text("professional.name", &new.name, 1..=60);
        // One person, however the name is spaced.
        let name = match cell::name(&name) {
            Ok(name) => name,
            Err(wrong) => {
                // An empty one is refused already.
                checks.require(name.is_empty(), "professional.name", wrong.code, wrong.message);
                name
            }
        };
        let post = checks.text("professional.post", &new.post, 0..=120);
        checks.finish()?;
        let id = store::professional(&mut tx, state.new_id(), applicant.id, &name, &post, now).await?;
        professional = Some((id, name, post));
    }
    let holder = professional.as_ref().map_or(applicant.id, |(id, ..)| *id);
    let others = designations::store::of_holder(&mut tx, holder, round.scheme_id).await?;
    let others = others.iter().map(designations::store::Designation::rules).collect::<Result<Vec<_>>>()?;
    may_apply(today, round.rules.renewal.is_some(), &others).map_err(|refusal| designations::refused(&refusal))?;
    let row = ApplicationRow {
        id: state.new_id(),
        round_id: id,
        round_name_zh: round.name_zh.clone(),
        round_name_en: round.name_en.clone(),
        scheme_name_zh: round.scheme_name_zh.clone(),
        scheme_name_en: round.scheme_name_en.clone(),
        organization_id: applicant.id,
        organization_name_zh: applicant.name_zh,
        organization_kind: kind.to_owned(),
        district_id: applicant.district_id,
        professional_id: professional.as_ref().map(|(id, ..)| *id),
        professional_name: professional.as_ref().map(|(_, name, _)| name.clone()),
        professional_post: professional.map(|(.., post)| post),
        standing: Stored(Application::Draft),
        since: today,
        answers: Stored(Answers::new()),
        spot_check: None,
        created_by: actor.account_id,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(&mut tx, &row).await?;
    write(&mut tx, &state, &actor, row.id, None, "draft", "application.start", "").await?;
    let place = Location(format!("/api/v1/applications/{}", row.id));
    let version = row.version;
    let view = whole(&mut tx, &state, row, &round, Seat::Applicant).await?;
    tx.commit_with((StatusCode::CREATED, ETag(version), place, Json(view))).await
}
