use axum::{Json, extract::State};
use kepu_domain::role::{Action, Grant, GrantScope, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    EditionState, TAG, begin, managing, sees_all, speaks_for, store,
    views::{EditionView, WholeEdition},
};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::Tx,
};

/// Which editions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EditionFilter {
    /// Of this programme.
    programme_id: Option<Uuid>,
    /// Of this year.
    year: Option<i32>,
    /// In this state.
    state: Option<EditionState>,
    /// In which this organization takes part.
    member_id: Option<Uuid>,
}

/// Lists editions, the latest entered first. Drafts are seen by their authority alone.
#[utoipa::path(
    get,
    path = "/api/v1/editions",
    operation_id = "list_editions",
    tag = TAG,
    params(EditionFilter, PageQuery),
    responses((status = 200, description = "A page of editions", body = Page<EditionView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<EditionFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<EditionView>>> {
    let mut tx = begin(&state, &actor).await?;
    actor.require(Action::ProgrammeRead, &Scope::Platform)?;
    let sees = |grant: &&Grant| Action::ProgrammeProgress.roles().contains(&grant.role);
    let mut wanted = store::Filter {
        programme: filter.programme_id,
        year: filter.year,
        state: filter.state,
        member: filter.member_id,
        ..store::Filter::default()
    };
    for grant in actor.grants.iter().filter(sees) {
        match &grant.scope {
            GrantScope::Platform => wanted.all_drafts = true,
            GrantScope::Authority { authority, districts } => {
                wanted.drafts_of.push(*authority);
                wanted.drafts_of.extend(districts);
            }
            GrantScope::District { district } => wanted.drafts_of.push(*district),
            GrantScope::Organization { .. } | GrantScope::Person { .. } => {}
        }
    }
    let rows = store::list_editions(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, EditionView::from)?))
}

/// Reads an edition with its themes, strands and members.
#[utoipa::path(
    get,
    path = "/api/v1/editions/{id}",
    operation_id = "read_edition",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The edition")),
    responses((status = 200, description = "The edition", body = WholeEdition), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<WholeEdition>)> {
    let mut tx = begin(&state, &actor).await?;
    actor.require(Action::ProgrammeRead, &Scope::Platform)?;
    let row = store::load_edition(&mut tx, id).await?;
    let progress = sees_all(&mut tx, &actor, row.authority_id).await?;
    if row.state == EditionState::Draft && !progress {
        return Err(ApiError::not_found("edition"));
    }
    let (action, scope) = managing(&mut tx, row.authority_id).await?;
    let managed = actor.may(action, &scope);
    let version = row.version;
    let progress = progress || store::members(&mut tx, id).await?.iter().any(|member| speaks_for(&actor, member));
    let whole = whole(&mut tx, row, managed, progress).await?;
    tx.commit().await?;
    Ok((ETag(version), Json(whole)))
}

/// An edition with its parts.
pub(super) async fn whole(tx: &mut Tx, row: store::Edition, managed: bool, progress: bool) -> Result<WholeEdition> {
    let id = row.id;
    Ok(WholeEdition {
        edition: row.into(),
        themes: store::themes(tx, id).await?.into_iter().map(Into::into).collect(),
        strands: store::strands(tx, id).await?.into_iter().map(Into::into).collect(),
        members: store::members(tx, id).await?.into_iter().map(Into::into).collect(),
        managed,
        progress,
    })
}
