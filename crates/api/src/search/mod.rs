//! One box that finds what an account may see: persons, classes, organizations, activities, sessions,
//! resources.

mod store;

use axum::{Json, extract::State};
use kepu_domain::{role::Action, text::Lang};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Actor, Reach},
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::ApiQuery,
    persons::Among,
    roster::{school, today},
    state::AppState,
};

const TAG: &str = "search";
/// Hits when the caller does not say how many.
const DEFAULT: u32 = 20;
/// Hits at most.
const MOST: u32 = 50;

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Part of a name or title, or the beginning of a student number or code.
    #[param(min_length = 1, max_length = 64)]
    pub q: String,
    /// How many hits at most, 20 if not given.
    #[param(minimum = 1, maximum = 50)]
    #[serde(default)]
    pub limit: Option<u32>,
    /// Language of titles: `zh` or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A person.
    Person,
    /// A class.
    Class,
    /// A school, base or other organization.
    Organization,
    /// An activity.
    Activity,
    /// A session.
    Session,
    /// A resource.
    Resource,
}

/// Something that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// What tells it from others of the same name: number and class, school, host, day.
    pub subtitle: String,
}

/// What was found: persons, then classes, organizations, activities, sessions, resources.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Hits {
    /// The hits. Where there are more than asked for, each kind has its share.
    pub items: Vec<Hit>,
}

/// Find persons by name or number, classes, organizations, activities, sessions and resources by name, among what the
/// account may see.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search", tag = TAG, params(Wanted),
    responses((status = 200, description = "What was found", body = Hits), ApiErrors)
)]
pub async fn search(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Hits>> {
    let mut checks = Checks::new();
    let q = checks.text("q", &wanted.q, 1..=64);
    checks.finish()?;
    let limit = match wanted.limit.unwrap_or(DEFAULT) {
        limit @ 1..=MOST => limit as usize,
        other => {
            let message = format!("must be from 1 to {MOST}, not {other}");
            return Err(ApiError::invalid_field("limit", "out_of_range", message));
        }
    };
    let now = state.now();
    let mut tx = state.begin_snapshot(&actor).await?;
    let day = today(&mut tx, now).await?;
    let lang = wanted.lang.unwrap_or_default();
    let look = store::Look { q: &q, day, now, limit: i64::try_from(limit).unwrap_or(i64::from(MOST)), lang };
    let mut found: Vec<Vec<Hit>> = Vec::new();
    // Who may see no persons or classes still finds the rest.
    if let Ok(among) = Among::of(&actor) {
        found.push(store::persons(&mut tx, &look, &among).await?);
    }
    if let Ok(reach) = school::reach(&actor, Action::RosterRead) {
        let schools = match &reach {
            Reach::All => None,
            Reach::Only(schools) => Some(schools.as_slice()),
        };
        found.push(store::classes(&mut tx, &look, schools).await?);
    }
    found.push(store::organizations(&mut tx, &look).await?);
    found.push(store::activities(&mut tx, &look).await?);
    found.push(store::sessions(&mut tx, &look).await?);
    found.push(store::resources(&mut tx, &look).await?);
    tx.rollback().await?;
    Ok(Json(Hits { items: shared(found, limit) }))
}

/// At most `limit` of all lists, in their order; no list is pushed out by a longer one before it.
fn shared(mut lists: Vec<Vec<Hit>>, limit: usize) -> Vec<Hit> {
    let mut takes: Vec<usize> = vec![0; lists.len()];
    let mut left = limit;
    loop {
        let before = left;
        for (take, list) in takes.iter_mut().zip(&lists) {
            if left > 0 && *take < list.len() {
                *take += 1;
                left -= 1;
            }
        }
        if left == before || left == 0 {
            break;
        }
    }
    for (list, take) in lists.iter_mut().zip(takes) {
        list.truncate(take);
    }
    lists.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_share() {
        let list = |kind, count: u128| -> Vec<Hit> {
            (0..count)
                .map(|n| Hit { kind, id: Uuid::from_u128(n), title: String::new(), subtitle: String::new() })
                .collect()
        };
        let of = |lists: Vec<Vec<Hit>>, limit| -> (usize, usize) {
            let all = shared(lists, limit);
            let persons = all.iter().filter(|hit| hit.kind == HitKind::Person).count();
            (persons, all.len() - persons)
        };
        assert_eq!(of(vec![list(HitKind::Person, 50), list(HitKind::Class, 3)], 10), (7, 3));
        assert_eq!(of(vec![list(HitKind::Person, 50), list(HitKind::Class, 50)], 10), (5, 5));
        assert_eq!(of(vec![list(HitKind::Person, 2), list(HitKind::Class, 0)], 10), (2, 0));
        assert_eq!(of(vec![], 10), (0, 0));
    }
}
