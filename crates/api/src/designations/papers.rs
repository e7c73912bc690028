//! What is handed over: the certificate and the plaque of a designation, with a code that leads to the register.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kepu_domain::{
    designation::standing::StandingName,
    role::{Action, Scope},
};
use serde_json::json;
use uuid::Uuid;

use super::{schemes, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
    http::public_url::PublicUrl,
    pdf::{self, Award, Paper},
    state::AppState,
};

/// The certificate of a designation, as PDF.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}/certificate.pdf",
    operation_id = "designation_certificate",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The designation")),
    responses((status = 200, description = "A4, with a code that leads to the register", content_type = "application/pdf"),
              ApiErrors)
)]
pub(super) async fn certificate(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    print(&state, &actor, &pages, id, Paper::Certificate).await
}

/// The plaque of a designation, as PDF to be enlarged to 60 × 40 cm.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}/plaque.pdf",
    operation_id = "designation_plaque",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The designation")),
    responses((status = 200, description = "Three by two, with a code that leads to the register",
               content_type = "application/pdf"),
              ApiErrors)
)]
pub(super) async fn plaque(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    print(&state, &actor, &pages, id, Paper::Plaque).await
}

/// Prints it for whoever applied for it or awarded it, while it is in force or about to be.
async fn print(state: &AppState, actor: &Actor, pages: &PublicUrl, id: Uuid, paper: Paper) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(actor).await?;
    let row = store::load(&mut tx, id).await?;
    let holder = Scope::Host { district: row.district_id, host: row.organization_id };
    if !actor.may(Action::ApplicationSubmit, &holder) {
        let scheme = store::load_scheme(&mut tx, row.scheme_id).await?;
        actor.require(Action::RoundRead, &schemes::scope(&mut tx, scheme.authority_id).await?)?;
    }
    let today = credits::today(&mut tx, now).await?;
    let standing = row.rules()?.standing_on(today);
    if !matches!(standing, StandingName::InForce | StandingName::Upcoming) {
        let detail = format!(
            "It is {} today: only what is in force, or about to be, is printed.",
            standing.word().replace('_', " ")
        );
        return Err(ApiError::conflict("not_in_force", detail));
    }
    let award = award(store::registered(&mut tx, id).await?, row.application_id.is_some(), pages);
    let made = tokio::task::spawn_blocking(move || pdf::award(paper, &award)).await.map_err(ApiError::internal)?;
    let file = made.map_err(|error| error.unprintable())?;
    let (word, name) = match paper {
        Paper::Certificate => ("certificate", "attachment; filename=\"certificate.pdf\""),
        Paper::Plaque => ("plaque", "attachment; filename=\"plaque.pdf\""),
    };
    audit::record(&mut tx, actor, now, Event::new("designation.print", "designation", id, json!({ "paper": word })))
        .await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, file).into_response())
}

/// What is printed of a designation.
pub(crate) fn award(registered: store::Registered, applied_for: bool, pages: &PublicUrl) -> Award {
    let (holder, holder_en, employer) = match registered.professional_name {
        Some(person) => (person, String::new(), Some(registered.organization_name_zh)),
        None => (registered.organization_name_zh, registered.organization_name_en, None),
    };
    Award {
        authority: registered.authority_name_zh,
        title_zh: registered.scheme_name_zh,
        title_en: registered.scheme_name_en,
        holder,
        holder_en,
        employer,
        level: registered.level,
        applied_for,
        verify_at: pages.page(&["register", &registered.number]),
        number: registered.number,
        valid_from: registered.valid_from,
        valid_to: registered.valid_to,
    }
}
