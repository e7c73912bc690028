//! Whose results somebody may read and write.

use kepu_domain::role::{Action, Grant, GrantScope, Scope};
use uuid::Uuid;

use super::store::ResultRow;
use crate::{auth::Actor, error::Result};

/// Which results of a district somebody may list.
pub(super) enum Readable {
    /// All.
    All,
    /// Those of these schools, and those of these persons.
    Of {
        /// Schools.
        schools: Vec<Uuid>,
        /// Persons.
        persons: Vec<Uuid>,
    },
}

/// Which results of the district the actor may list; 403 or 404 if none can be.
pub(super) fn readable(actor: &Actor, district: Uuid) -> Result<Readable> {
    let whole = Scope::District { district };
    if actor.may(Action::ResultRead, &whole) {
        return Ok(Readable::All);
    }
    let schools = schools_for(actor, Action::ResultRead, district);
    let persons: Vec<Uuid> = actor
        .persons()
        .into_iter()
        .filter(|person| actor.may(Action::ResultRead, &Scope::Person { district, person: *person, school: None }))
        .collect();
    if schools.is_empty() && persons.is_empty() {
        actor.require(Action::ResultRead, &whole)?;
    }
    Ok(Readable::Of { schools, persons })
}

/// Schools of the district over which the actor may do this by a grant over the school. The grants are asked, not the
/// reach: an official who also teaches reaches the whole district, but submits for the own school only.
pub(super) fn schools_for(actor: &Actor, action: Action, district: Uuid) -> Vec<Uuid> {
    let of = |grant: &Grant| match grant.scope {
        GrantScope::Organization { district: at, organization } if at == district => Some(organization),
        _ => None,
    };
    let mut schools: Vec<Uuid> =
        actor.grants.iter().filter(|grant| action.roles().contains(&grant.role)).filter_map(of).collect();
    schools.sort_unstable();
    schools.dedup();
    schools
}

/// Whether the actor may do this with a person who was at one school on the day and is at another one now.
pub(super) fn may_for(actor: &Actor, action: Action, district: Uuid, person: Uuid, schools: [Option<Uuid>; 2]) -> bool {
    let at = |school: Option<Uuid>| actor.may(action, &Scope::Person { district, person, school });
    schools.into_iter().any(at)
}

/// Refuses who may not do this with every one of these results.
pub(super) fn require_for(actor: &Actor, action: Action, district: Uuid, rows: &[ResultRow]) -> Result<()> {
    for row in rows {
        if !may_for(actor, action, district, row.person_id, [row.school_id, row.current_school_id]) {
            let scope = Scope::Person { district, person: row.person_id, school: row.school_id };
            actor.require(action, &scope)?;
        }
    }
    Ok(())
}
