//! Which schools an account may work on, and by which words a file may name them.

use kepu_domain::role::{Action, Scope};
use kepu_domain::roster::SchoolList;
use uuid::Uuid;

use crate::{
    auth::{Actor, Reach},
    error::{ApiError, Result},
    tenancy::Tx,
};

/// The scope of something that is a school's, or the whole district's.
pub(crate) fn scope(district: Uuid, school: Option<Uuid>) -> Scope {
    match school {
        Some(school) => Scope::School { district, school },
        None => Scope::District { district },
    }
}

/// The schools on which the actor may do this: all of the district or some of them; 403 if none.
pub(crate) fn reach(actor: &Actor, action: Action) -> Result<Reach> {
    let district = actor.district()?.0;
    let whole = Scope::District { district };
    if actor.may(action, &whole) {
        return Ok(Reach::All);
    }
    let mut schools = match actor.schools() {
        Reach::All => Vec::new(),
        Reach::Only(schools) => schools,
    };
    schools.retain(|school| actor.may(action, &Scope::School { district, school: *school }));
    if schools.is_empty() {
        actor.require(action, &whole)?;
    }
    Ok(Reach::Only(schools))
}

/// A school or kindergarten.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct School {
    pub id: Uuid,
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// The highest grade, if the organization says so in its attributes.
    pub top_grade: Option<i32>,
}

/// The open schools of the district, or the one that is asked for.
pub(crate) async fn load(tx: &mut Tx, only: Option<Uuid>) -> Result<Vec<School>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT id, code, name_zh, name_en,
                CASE WHEN attributes->>'top_grade' ~ '^-?[0-9]{1,2}$' THEN (attributes->>'top_grade')::integer END AS top_grade
         FROM organization
         WHERE district_id = $1 AND kind IN ('school', 'kindergarten') AND status = 'active'
           AND ($2::uuid IS NULL OR id = $2)
         ORDER BY code",
    )
    .bind(district)
    .bind(only)
    .fetch_all(&mut **tx)
    .await?)
}

/// The school of this id, or a refusal that names the field.
pub(crate) async fn require(tx: &mut Tx, field: &str, id: Uuid) -> Result<School> {
    let found = load(tx, Some(id)).await?.pop();
    found.ok_or_else(|| ApiError::invalid_field(field, "unknown_school", "must be an open school of this district"))
}

/// The words by which a file may name these schools.
pub(crate) fn list(schools: &[School], only: Option<Uuid>) -> SchoolList {
    let mut list = SchoolList::new(only);
    for school in schools {
        for word in [&school.code, &school.name_zh, &school.name_en] {
            list.add(word, school.id);
        }
    }
    list
}
