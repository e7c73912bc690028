//! Who may see an agreement and act on it: its parties; the officials of their districts, once it was offered.

use kepu_domain::role::{Action, GrantScope, Role, Scope};
use uuid::Uuid;

use super::store::{self, AgreementRow, Party};
use crate::{
    auth::Actor,
    error::{ApiError, Result},
    tenancy::Tx,
};

impl Party {
    /// The organization, as rights are judged.
    pub fn scope(&self) -> Scope {
        Scope::Host { district: self.district_id, host: self.id }
    }
}

/// Whether the actor reads for the whole platform.
fn is_platform(actor: &Actor) -> bool {
    actor.may(Action::AgreementRead, &Scope::Platform)
}

/// Whether the actor may read it. Before it was first offered only who proposes it does.
pub fn knows(actor: &Actor, row: &AgreementRow) -> bool {
    let own = |party: &Party| party.id == row.proposer_id && actor.may(Action::AgreementManage, &party.scope());
    let reads = |party: &Party| row.offered_at.is_some() && actor.may(Action::AgreementRead, &party.scope());
    is_platform(actor) || row.parties.iter().any(|party| own(party) || reads(party))
}

/// Loads one to be read; for who may not, it is not there.
pub async fn known(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<AgreementRow> {
    let row = store::load(tx, id).await?;
    if knows(actor, &row) { Ok(row) } else { Err(ApiError::not_found("agreement")) }
}

/// Loads one that nobody else changes or ends until the transaction ends; for who may not know of it, it is not there.
pub async fn held(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<AgreementRow> {
    let row = store::lock(tx, id).await?;
    if knows(actor, &row) { Ok(row) } else { Err(ApiError::not_found("agreement")) }
}

/// Loads one to be changed in the name of a party that the actor answers for.
pub async fn managed(tx: &mut Tx, actor: &Actor, id: Uuid, party: Uuid) -> Result<AgreementRow> {
    let row = held(tx, actor, id).await?;
    acts(actor, &row, party)?;
    Ok(row)
}

/// Loads one to be changed by an official who arranges for one of its parties.
pub async fn arranged(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<AgreementRow> {
    let row = held(tx, actor, id).await?;
    require_arrange(actor, &row.parties)?;
    Ok(row)
}

/// Refuses who arranges for none of these.
pub fn require_arrange(actor: &Actor, parties: &[Party]) -> Result<()> {
    if parties.iter().any(|party| actor.may(Action::AgreementArrange, &party.scope())) {
        return Ok(());
    }
    Err(ApiError::forbidden("This is done by the officials of the district of one of the parties."))
}

/// Refuses who does not answer for this party.
pub fn acts(actor: &Actor, row: &AgreementRow, party: Uuid) -> Result<()> {
    acts_for(actor, &row.parties, "organization_id", party)
}

/// Refuses who does not answer for this one of the parties; `field` names it.
pub fn acts_for(actor: &Actor, parties: &[Party], field: &str, party: Uuid) -> Result<()> {
    let Some(found) = parties.iter().find(|one| one.id == party) else {
        return Err(ApiError::invalid_field(field, "not_a_party", "must be a party of the agreement"));
    };
    if actor.may(Action::AgreementManage, &found.scope()) {
        return Ok(());
    }
    Err(ApiError::forbidden(
        "This account does not answer for that party. The school's or the host's own administrator does it.",
    ))
}

/// What of all agreements the actor may list.
#[derive(Debug, Default)]
pub struct Sight {
    /// All.
    pub all: bool,
    /// Those with a party in these districts.
    pub districts: Vec<Uuid>,
    /// Those of these parties.
    pub organizations: Vec<Uuid>,
}

/// What the actor may list.
pub fn sight(actor: &Actor) -> Sight {
    let mut sight = Sight { all: is_platform(actor), ..Sight::default() };
    for grant in actor.grants.iter().filter(|grant| Action::AgreementRead.roles().contains(&grant.role)) {
        match &grant.scope {
            GrantScope::Platform | GrantScope::Person { .. } => {}
            GrantScope::Authority { districts, .. } => sight.districts.extend(districts),
            GrantScope::District { district } => sight.districts.push(*district),
            GrantScope::Organization { organization, .. } => sight.organizations.push(*organization),
        }
    }
    sight
}

/// Whether any role of the actor reads agreements at all.
pub fn require_some(actor: &Actor) -> Result<()> {
    let reads = |role: Role| Action::AgreementRead.roles().contains(&role);
    if actor.grants.iter().any(|grant| reads(grant.role)) {
        return Ok(());
    }
    Err(ApiError::forbidden(
        "Agreements are read by the administrators of their parties and the officials of their districts.",
    ))
}

/// Refuses whoever may not read the network, which all districts share.
pub fn require_network(actor: &Actor, tx: &Tx) -> Result<()> {
    actor.require(Action::NetworkRead, &Scope::District { district: tx.district().0 })
}
