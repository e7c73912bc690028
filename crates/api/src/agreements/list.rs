use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    AgreementKind, AgreementStanding, AgreementView, TAG, reach, store,
    view::{AgreementHistory, AgreementStep, AgreementText},
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    roster::today,
    state::AppState,
};

/// Which agreements to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AgreementFilter {
    /// Whose title or a party's name holds this.
    #[param(max_length = 64)]
    q: Option<String>,
    /// Of this sort.
    #[param(inline)]
    kind: Option<AgreementKind>,
    /// That stand like this today.
    #[param(inline)]
    standing: Option<AgreementStanding>,
    /// With this party.
    organization_id: Option<Uuid>,
}

/// Lists agreements, the newest first: those of the account's own organizations or districts.
#[utoipa::path(
    get,
    path = "/api/v1/agreements",
    operation_id = "list_agreements",
    tag = TAG,
    params(AgreementFilter, PageQuery),
    responses((status = 200, description = "A page of agreements", body = Page<AgreementView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<AgreementFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<AgreementView>>> {
    let mut tx = state.begin(&actor).await?;
    reach::require_some(&actor)?;
    let mut checks = Checks::new();
    let q = checks.optional_text("q", filter.q.as_deref(), 64);
    checks.finish()?;
    let day = today(&mut tx, state.now()).await?;
    let sight = reach::sight(&actor);
    let wanted = store::Filter {
        all: sight.all,
        districts: &sight.districts,
        organizations: &sight.organizations,
        kind: filter.kind,
        party: filter.organization_id,
        standing: filter.standing,
        today: day,
        q: q.as_deref(),
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, |row| AgreementView::on(row, day))?))
}

/// Reads an agreement: its parties, and once it was offered the officials of their districts.
#[utoipa::path(
    get,
    path = "/api/v1/agreements/{id}",
    operation_id = "read_agreement",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The agreement")),
    responses((status = 200, description = "The agreement", body = AgreementView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<AgreementView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = reach::known(&mut tx, &actor, id).await?;
    let day = today(&mut tx, state.now()).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(AgreementView::on(row, day))))
}

/// Reads the life of an agreement so far: who did what, when and why, and its texts.
#[utoipa::path(
    get,
    path = "/api/v1/agreements/{id}/history",
    operation_id = "read_agreement_history",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The agreement")),
    responses((status = 200, description = "Steps and texts", body = AgreementHistory), ApiErrors)
)]
pub(super) async fn steps(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<AgreementHistory>> {
    let mut tx = state.begin(&actor).await?;
    reach::known(&mut tx, &actor, id).await?;
    let steps = store::steps(&mut tx, id).await?;
    let texts = store::texts(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(AgreementHistory {
        steps: steps.into_iter().map(AgreementStep::from).collect(),
        texts: texts.into_iter().map(AgreementText::from).collect(),
    }))
}
