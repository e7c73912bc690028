//! Reading credentials, and taking a badge along.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{CredentialView, TAG, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    credits::store as credit_store,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::Tx,
};

/// A sort of credential.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum CredentialKind {
    /// Open Badges 3.0.
    Badge,
    /// A certificate on paper.
    Certificate,
    /// A transcript on paper.
    Transcript,
}

impl CredentialKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Badge => "badge",
            Self::Certificate => "certificate",
            Self::Transcript => "transcript",
        }
    }
}

/// Which credentials.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichCredentials {
    /// Of this person; all of the district if left out, for those who answer for it.
    #[serde(default)]
    person: Option<Uuid>,
    /// Of this kind.
    #[serde(default)]
    #[param(inline)]
    kind: Option<CredentialKind>,
    /// Whose number holds this text.
    #[serde(default)]
    number: Option<String>,
}

/// The credentials of a person or of the district, the newest first.
#[utoipa::path(
    get, path = "/api/v1/credentials", operation_id = "list_credentials", tag = TAG, params(WhichCredentials, PageQuery),
    responses((status = 200, description = "A page of credentials", body = Page<CredentialView>), ApiErrors)
)]
pub(super) async fn list_credentials(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichCredentials>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<CredentialView>>> {
    let mut tx = state.begin(&actor).await?;
    match which.person {
        Some(person) => require_person(&mut tx, &actor, person).await?,
        None => actor.require(Action::CredentialRead, &Scope::District { district: tx.district().0 })?,
    }
    let filter = store::Filter {
        person: which.person,
        kind: which.kind.map(CredentialKind::word),
        number: which.number.as_deref().map(str::trim).filter(|number| !number.is_empty()),
    };
    let rows = store::credentials(&mut tx, &filter, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    let now = state.now();
    Ok(Json(Page::of(rows, &page, |row| row.id, |row| CredentialView::of(row, now))?))
}

/// One credential.
#[utoipa::path(
    get, path = "/api/v1/credentials/{id}", operation_id = "read_credential", tag = TAG,
    params(("id" = Uuid, Path, description = "The credential")),
    responses((status = 200, description = "The credential", body = CredentialView), ApiErrors)
)]
pub(super) async fn read_credential(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<CredentialView>> {
    let mut tx = state.begin(&actor).await?;
    let row = readable(&mut tx, &actor, id).await?;
    tx.commit().await?;
    Ok(Json(CredentialView::of(row, state.now())))
}

/// A badge as a file to keep: the compact JWS that Open Badges 3.0 asks for.
#[utoipa::path(
    get, path = "/api/v1/credentials/{id}/badge.jwt", operation_id = "download_badge", tag = TAG,
    params(("id" = Uuid, Path, description = "The credential")),
    responses((status = 200, description = "The badge", body = String, content_type = "application/jwt"), ApiErrors)
)]
pub(super) async fn download_badge(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let row = readable(&mut tx, &actor, id).await?;
    let token = row.token.ok_or_else(|| ApiError::not_found("badge"))?;
    let detail = json!({ "number": row.number });
    audit::record(&mut tx, &actor, state.now(), Event::new("credential.take", "credential", id, detail)).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jwt")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"badge.jwt\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, token).into_response())
}

/// The credential, if the actor may read the credit of its person.
pub(super) async fn readable(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<store::CredentialRow> {
    let row = store::credential(tx, id).await?;
    require_person(tx, actor, row.person_id).await?;
    Ok(row)
}

async fn require_person(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<()> {
    let person = credit_store::named_person(tx, id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let scope = Scope::Person { district: tx.district().0, person: id, school: person.school_id };
    actor.require(Action::CredentialRead, &scope)
}
