//! Whose appeals somebody may read, and as whom somebody questions a line.

use kepu_domain::{
    appeal::Side,
    role::{Action, Grant, GrantScope, Role, Scope},
};
use uuid::Uuid;

use super::store::Shown;
use crate::{
    auth::Actor,
    error::{ApiError, Result},
};

/// Which appeals of a district somebody may list.
pub(super) enum Readable {
    /// All.
    All,
    /// Those of these schools' pupils, at these hosts, of these persons.
    Of {
        /// Schools of the district.
        schools: Vec<Uuid>,
        /// Hosts of any district.
        hosts: Vec<Uuid>,
        /// Persons.
        persons: Vec<Uuid>,
    },
}

impl Readable {
    /// Schools, hosts and persons; none for all.
    pub fn as_filter(&self) -> Option<(&[Uuid], &[Uuid], &[Uuid])> {
        match self {
            Self::All => None,
            Self::Of { schools, hosts, persons } => Some((schools, hosts, persons)),
        }
    }
}

/// Which appeals of the district the actor may list; refused if there can be none.
pub(super) fn readable(actor: &Actor, district: Uuid) -> Result<Readable> {
    let whole = Scope::District { district };
    if actor.may(Action::AppealRead, &whole) {
        return Ok(Readable::All);
    }
    let (mut schools, hosts) = (Vec::new(), hosts(actor));
    for grant in readers(actor) {
        if let GrantScope::Organization { district: of, organization } = grant.scope
            && of == district
        {
            schools.push(organization);
        }
    }
    let persons = actor.persons();
    if schools.is_empty() && hosts.is_empty() && persons.is_empty() {
        actor.require(Action::AppealRead, &whole)?;
    }
    Ok(Readable::Of { schools, hosts, persons })
}

/// The hosts for which the actor may say what happened, whatever the district.
pub(super) fn hosts(actor: &Actor) -> Vec<Uuid> {
    let of = |grant: &Grant| match grant.scope {
        GrantScope::Organization { organization, .. } if Action::AppealAnswer.roles().contains(&grant.role) => {
            Some(organization)
        }
        _ => None,
    };
    actor.grants.iter().filter_map(of).collect()
}

fn readers(actor: &Actor) -> impl Iterator<Item = &Grant> {
    actor.grants.iter().filter(|grant| Action::AppealRead.roles().contains(&grant.role))
}

/// Whether the actor may do this with the person, who was at one school on the day and is at another one now.
fn may_for(actor: &Actor, action: Action, district: Uuid, person: Uuid, schools: [Option<Uuid>; 2]) -> bool {
    let at = |school: Option<Uuid>| actor.may(action, &Scope::Person { district, person, school });
    schools.into_iter().any(at)
}

/// What somebody may know of an appeal and do with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct May {
    /// Knows who filed it: the family, its school and the district do. A host knows as whom it was filed.
    pub names: bool,
    /// Speaks for the host.
    pub state: bool,
    /// Decides.
    pub decide: bool,
}

/// What the actor may know and do; for whom it is not there, it is not found.
pub(super) fn may(actor: &Actor, district: Uuid, shown: &Shown) -> Result<May> {
    let schools = [shown.row.school_id, shown.current_school_id];
    let names = may_for(actor, Action::AppealRead, district, shown.row.person_id, schools);
    let at_host = |action| shown.row.host_id.is_some_and(|host| actor.may(action, &Scope::Host { district, host }));
    if !names && !at_host(Action::AppealRead) {
        return Err(ApiError::not_found("appeal"));
    }
    let decide = actor.may(Action::AppealDecide, &Scope::District { district });
    Ok(May { names, state: at_host(Action::AppealAnswer), decide })
}

/// As whom the actor questions a line of this person; refused if it may not.
pub(super) fn side(actor: &Actor, district: Uuid, person: Uuid, schools: [Option<Uuid>; 2]) -> Result<Side> {
    let own = Scope::Person { district, person, school: None };
    let as_role = |role: Role| {
        actor.grants.iter().any(|grant| grant.role == role && kepu_domain::role::covers(&grant.scope, &own))
    };
    if as_role(Role::Student) {
        return Ok(Side::Student);
    }
    if as_role(Role::Guardian) {
        return Ok(Side::Guardian);
    }
    if !may_for(actor, Action::AppealFile, district, person, schools) {
        actor.require(Action::AppealFile, &Scope::Person { district, person, school: schools[0] })?;
    }
    Ok(Side::School)
}
