//! Who registered and did not come: counted, warned, barred by what the district has set. Decided in
//! [`kepu_domain::no_show`].

mod store;

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use kepu_domain::no_show::{Policy, Standing, standing};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::districts::NoShowPolicy;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::ApiPath;
use crate::passes::store::school_of;
use crate::roster::today;
use crate::state::AppState;
use crate::tenancy::Tx;

/// How a person stands who registered and did not come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NoShows {
    /// The person.
    pub person_id: Uuid,
    /// Absences that count today; all where the district has no policy.
    pub count: u32,
    /// Whether that is enough for a warning.
    pub warned: bool,
    /// The last day on which the person cannot be registered; null if it can.
    pub barred_until: Option<NaiveDate>,
    /// Days of all absences, the last first.
    pub days: Vec<NaiveDate>,
    /// What the district does about it; null for nothing.
    pub policy: Option<NoShowPolicy>,
}

/// How often a person registered and did not come, and what follows from it.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/no-shows", operation_id = "read_no_shows", tag = TAG,
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "Absences and what follows", body = NoShows), ApiErrors)
)]
pub async fn read_no_shows(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<NoShows>> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let day = today(&mut tx, now).await?;
    let school = school_of(&mut tx, id, day).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let scope = Scope::Person { district: tx.district().0, person: id, school };
    actor.require(Action::ParticipationRead, &scope)?;
    let policy = store::policy(&mut tx).await?;
    let days: Vec<NaiveDate> = store::absences(&mut tx, &[id]).await?.into_iter().map(|one| one.1).collect();
    let Standing { count, warned, barred_until } = standing(policy.as_ref().map(Policy::from).as_ref(), &days, day);
    audit::record(&mut tx, &actor, now, Event::new("no_show.read", "person", id, json!({}))).await?;
    tx.commit().await?;
    Ok(Json(NoShows { person_id: id, count, warned, barred_until, days, policy }))
}

/// How persons stand under the policy of their district.
#[derive(Debug, Default)]
pub struct Standings {
    policy: Option<NoShowPolicy>,
    absences: HashMap<Uuid, Vec<NaiveDate>>,
}

impl Standings {
    /// Of these persons; asks for nobody's absences where there is no policy.
    pub async fn of(tx: &mut Tx, persons: &[Uuid]) -> Result<Self> {
        let Some(policy) = store::policy(tx).await? else { return Ok(Self::default()) };
        let absences = grouped(store::absences(tx, persons).await?);
        Ok(Self { policy: Some(policy), absences })
    }

    /// How one of them stands on a day.
    pub fn on(&self, person: Uuid, day: NaiveDate) -> Standing {
        let (Some(policy), Some(days)) = (&self.policy, self.absences.get(&person)) else { return Standing::default() };
        standing(Some(&Policy::from(policy)), days, day)
    }

    /// What to tell whom to warn.
    pub fn warning(&self, standing: &Standing) -> Option<String> {
        let policy = self.policy.as_ref().filter(|_| standing.warned)?;
        let bar = policy.bar_after.zip(policy.bar_days);
        let then = bar.map_or_else(String::new, |(after, days)| {
            format!("; with {after} a person is barred from registering for {days} days")
        });
        Some(format!("did not come to {} sessions within {} days{then}", standing.count, policy.within_days))
    }
}

/// Everybody of the district who is barred on a day.
pub async fn barred_on(tx: &mut Tx, day: NaiveDate) -> Result<HashSet<Uuid>> {
    let Some(policy) = store::policy(tx).await? else { return Ok(HashSet::new()) };
    let policy = Policy::from(&policy);
    if policy.bar.is_none() {
        return Ok(HashSet::new());
    }
    // A day more than it takes, for the days of the district begin at another hour.
    let reach = TimeDelta::days(i64::from(policy.reach()) + 1);
    let since = day.and_time(NaiveTime::MIN).and_utc().checked_sub_signed(reach).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let absences = grouped(store::absences_since(tx, since).await?);
    let barred = absences.into_iter().filter(|(_, days)| standing(Some(&policy), days, day).barred_until.is_some());
    Ok(barred.map(|(person, _)| person).collect())
}

fn grouped(absences: Vec<(Uuid, NaiveDate)>) -> HashMap<Uuid, Vec<NaiveDate>> {
    let mut of: HashMap<Uuid, Vec<NaiveDate>> = HashMap::new();
    for (person, day) in absences {
        of.entry(person).or_default().push(day);
    }
    of
}
