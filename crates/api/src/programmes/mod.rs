//! Programmes: editions by year, what their months are about, what runs beside them, who takes part, and what came of it.
//! Their activities and sessions are those of [`crate::activities`] and [`crate::sessions`].

mod editions;
mod launch;
mod life;
mod list;
mod members;
mod moving;
mod programme;
mod progress;
mod public;
pub mod store;
mod strands;
mod themes;
mod views;
mod words;

use kepu_domain::{
    programme::Step,
    role::{Action, GrantScope, Scope},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub use words::{EditionState, Measure, MemberRole, Reported, StrandKind, TitleCertainty};

use crate::{
    auth::Actor,
    designations,
    error::{ApiError, Result},
    extract::IfMatch,
    state::AppState,
    tenancy::{DistrictId, Tx},
};

const TAG: &str = "programmes";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(programme::list, programme::create))
        .routes(routes!(programme::change))
        .routes(routes!(list::list))
        .routes(routes!(editions::create))
        .routes(routes!(list::read, editions::change, life::remove))
        .routes(routes!(life::publish))
        .routes(routes!(life::close))
        .routes(routes!(life::reopen))
        .routes(routes!(themes::add))
        .routes(routes!(themes::change, themes::remove))
        .routes(routes!(moving::preview))
        .routes(routes!(moving::move_to))
        .routes(routes!(strands::add))
        .routes(routes!(strands::change, strands::remove))
        .routes(routes!(members::add))
        .routes(routes!(members::remove))
        .routes(routes!(launch::launch))
        .routes(routes!(launch::launch_strand))
        .routes(routes!(progress::progress))
        .routes(routes!(public::list))
        .routes(routes!(public::read))
}

/// A transaction of the account's district; of none for who runs the installation or an authority without districts.
async fn begin(state: &AppState, actor: &Actor) -> Result<Tx> {
    state.begin_in(actor.district.unwrap_or(DistrictId::PLATFORM)).await
}

/// The scope of an authority, with what it takes to manage its programmes.
async fn managing(tx: &mut Tx, authority: Uuid) -> Result<(Action, Scope)> {
    let scope = designations::schemes::scope(tx, authority).await?;
    Ok((Action::ProgrammeManage, scope))
}

/// Refuses who does not run the programmes of the authority.
async fn require_manage(tx: &mut Tx, actor: &Actor, authority: Uuid) -> Result<()> {
    let (action, scope) = managing(tx, authority).await?;
    actor.require(action, &scope)
}

/// The programmes that somebody runs, by identity.
pub async fn managed_by(tx: &mut Tx, actor: &Actor) -> Result<Vec<store::Programme>> {
    let mut managed = Vec::new();
    for programme in store::list_programmes(tx, None, i64::MAX).await? {
        let (action, scope) = managing(tx, programme.authority_id).await?;
        if actor.may(action, &scope) {
            managed.push(programme);
        }
    }
    Ok(managed)
}

/// The authority as which somebody adds programmes: the district's, else the one above it whose official asks.
pub async fn own_authority(tx: &mut Tx, actor: &Actor) -> Result<Option<Uuid>> {
    let above = actor.grants.iter().filter_map(|grant| match grant.scope {
        GrantScope::Authority { authority, .. } => Some(authority),
        _ => None,
    });
    let candidates: Vec<Uuid> = std::iter::once(tx.district().0).chain(above).collect();
    for authority in candidates {
        let (action, scope) = managing(tx, authority).await?;
        if actor.may(action, &scope) {
            return Ok(Some(authority));
        }
    }
    Ok(None)
}

/// Whether somebody sees the drafts of the authority, and what came of its editions.
async fn sees_all(tx: &mut Tx, actor: &Actor, authority: Uuid) -> Result<bool> {
    let scope = designations::schemes::scope(tx, authority).await?;
    Ok(actor.may(Action::ProgrammeProgress, &scope))
}

/// Whether somebody speaks for a member, and so sees what came of its editions.
fn speaks_for(actor: &Actor, member: &store::Member) -> bool {
    actor.may(Action::ProgrammeVenue, &Scope::Host { district: member.district_id, host: member.organization_id })
}

/// An edition that the actor manages, locked, in the version that was read, if a step of this kind can be taken.
pub async fn managed(
    tx: &mut Tx,
    actor: &Actor,
    id: Uuid,
    version: Option<IfMatch>,
    step: Step,
) -> Result<store::Edition> {
    let mut row = store::lock_edition(tx, id).await?;
    if row.state == EditionState::Draft && !sees_all(tx, actor, row.authority_id).await? {
        return Err(ApiError::not_found("edition"));
    }
    require_manage(tx, actor, row.authority_id).await?;
    if let Some(version) = version {
        version.check("edition", row.version)?;
    }
    let standing =
        row.standing().take(step).map_err(|refusal| ApiError::conflict(refusal.code(), refusal.to_string()))?;
    row.stand(standing);
    Ok(row)
}

/// What an activity says of the edition it is part of: the edition of its theme and strand, if the host may say so.
/// `before` is what it said until now, which it may keep saying.
pub async fn part_of(tx: &mut Tx, host: Uuid, theme: Option<Uuid>, strand: Option<Uuid>) -> Result<Option<Uuid>> {
    let unknown = |field: &'static str| {
        move |error: ApiError| match error.code() {
            "not_found" => ApiError::invalid_field(field, "unknown", "must be one of an edition"),
            _ => error,
        }
    };
    let of_theme = match theme {
        Some(id) => Some(store::load_theme(tx, id).await.map_err(unknown("theme_id"))?.edition_id),
        None => None,
    };
    let of_strand = match strand {
        Some(id) => Some(store::load_strand(tx, id).await.map_err(unknown("strand_id"))?.edition_id),
        None => None,
    };
    if let (Some(one), Some(other)) = (of_theme, of_strand)
        && one != other
    {
        let message = "must be of the same edition as the theme";
        return Err(ApiError::invalid_field("strand_id", "other_edition", message));
    }
    let Some(edition) = of_theme.or(of_strand) else { return Ok(None) };
    let field = if theme.is_some() { "theme_id" } else { "strand_id" };
    let row = store::load_edition(tx, edition).await?;
    if let Err(refusal) = row.standing().take(Step::Join) {
        return Err(ApiError::conflict(refusal.code(), refusal.to_string()));
    }
    if !store::members(tx, edition).await?.iter().any(|member| member.organization_id == host) {
        let message = "must be of an edition in which the host takes part";
        return Err(ApiError::invalid_field(field, "not_a_member", message));
    }
    Ok(Some(edition))
}
