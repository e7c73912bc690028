//! Who may see and touch an application: who applies, who runs the scheme, who was named to review.

use kepu_domain::role::{Action, GrantScope, Role, Scope};
use uuid::Uuid;

use super::store::{self, ApplicationRow, Sight};
use crate::{
    auth::Actor,
    designations::schemes,
    error::{ApiError, Result},
    rounds::{self, store::Round},
    tenancy::Tx,
};

/// From where somebody looks at an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// Runs the scheme.
    Authority,
    /// Applies.
    Applicant,
    /// Reviews.
    Reviewer,
}

/// From where the actor looks at the application; for all others it is not there.
pub async fn seat(tx: &mut Tx, actor: &Actor, row: &ApplicationRow, round: &Round) -> Result<Seat> {
    let state = row.standing.0.state().word();
    if actor.may(Action::ApplicationSubmit, &own(row)) {
        return Ok(Seat::Applicant);
    }
    let authority = schemes::scope(tx, round.authority_id).await?;
    if state != "draft" && actor.may(Action::RoundRead, &authority) {
        return Ok(Seat::Authority);
    }
    let may_review = state == "under_review" && actor.may(Action::ApplicationReview, &Scope::Platform);
    if may_review && store::reviews_round(tx, row.round_id, actor.account_id).await? {
        return Ok(Seat::Reviewer);
    }
    Err(ApiError::not_found("application"))
}

/// The scope of who applies.
pub fn own(row: &ApplicationRow) -> Scope {
    Scope::Host { district: row.district_id, host: row.organization_id }
}

/// Loads an application and its round to be changed by who applies. The round stays as it is meanwhile.
pub async fn of_applicant(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(ApplicationRow, Round)> {
    let row = store::lock(tx, id).await?;
    let round = rounds::store::load(tx, row.round_id).await?;
    let seat = seat(tx, actor, &row, &round).await?;
    if seat != Seat::Applicant {
        actor.require(Action::ApplicationSubmit, &own(&row))?;
    }
    Ok((row, round))
}

/// Loads an application and its round to be changed by who runs the scheme.
pub async fn of_authority(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(ApplicationRow, Round)> {
    let row = store::lock(tx, id).await?;
    let round = rounds::store::load(tx, row.round_id).await?;
    seat(tx, actor, &row, &round).await?;
    rounds::require(tx, actor, Action::RoundManage, round.authority_id).await?;
    Ok((row, round))
}

/// What of all applications the actor may list.
pub fn sight(actor: &Actor, district: Uuid) -> Sight {
    let mut sight = Sight { reviewer: Some(actor.account_id), ..Sight::default() };
    if actor.may(Action::RoundRead, &Scope::District { district }) {
        sight.authorities.push(district);
    }
    for grant in &actor.grants {
        match &grant.scope {
            GrantScope::Platform if grant.role == Role::PlatformAdmin || grant.role == Role::Auditor => {
                sight.all = true;
            }
            GrantScope::Authority { authority, .. } if Action::RoundRead.roles().contains(&grant.role) => {
                sight.authorities.push(*authority);
            }
            GrantScope::Organization { organization, .. }
                if Action::ApplicationSubmit.roles().contains(&grant.role) =>
            {
                sight.organizations.push(*organization);
            }
            _ => {}
        }
    }
    sight
}
