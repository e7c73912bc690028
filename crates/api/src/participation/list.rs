//! Lists: participations by filter, and what waits for a host.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::participation::StateName;
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::entry::ListedParticipation;
use super::{TAG, store};
use crate::auth::{Actor, Reach};
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::ApiQuery;
use crate::page::{Page, PageQuery};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Which participations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of this session.
    #[serde(default)]
    pub session: Option<Uuid>,
    /// Of this person.
    #[serde(default)]
    pub person: Option<Uuid>,
    /// Of this class on the session's day.
    #[serde(default)]
    pub class: Option<Uuid>,
    /// Of this school on the session's day.
    #[serde(default)]
    pub school: Option<Uuid>,
    /// At this host.
    #[serde(default)]
    pub host: Option<Uuid>,
    /// In this state, or one of these, separated by commas.
    #[serde(default)]
    pub state: Option<String>,
    /// Recorded by this account.
    #[serde(default)]
    pub recorded_by: Option<Uuid>,
    /// Of sessions that begin on this day or later, by the clock of the district.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Of sessions that begin on this day or earlier.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// In the order of entry: `entered`, the default, or `-entered`, the newest first.
    #[serde(default)]
    #[param(inline)]
    pub sort: Option<Sort>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Sort {
    /// As they were entered.
    #[serde(rename = "entered")]
    Entered,
    /// The newest first.
    #[serde(rename = "-entered")]
    Newest,
}

/// Participations that the account may see, in the order of entry.
#[utoipa::path(
    get, path = "/api/v1/participations", operation_id = "list_participations", tag = TAG,
    params(Which, PageQuery),
    responses((status = 200, description = "A page of participations", body = Page<ListedParticipation>), ApiErrors)
)]
pub async fn list_participations(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<Which>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ListedParticipation>>> {
    let words = |text: &String| -> Vec<String> {
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let states = which.state.as_ref().map(words);
    if states.iter().flatten().any(|word| StateName::from_word(word).is_none()) {
        let all: Vec<_> = StateName::ALL.iter().map(|s| s.word()).collect();
        return Err(ApiError::invalid_field("state", "unknown", format!("must be one of {}", all.join(", "))));
    }
    let mut tx = state.begin_snapshot(&actor).await?;
    let (schools, hosts, persons) = (actor.schools(), actor.hosts(), actor.persons());
    let district = tx.district().0;
    let all = actor.may(Action::ParticipationRead, &Scope::District { district });
    let only = |reach: &Reach| match reach {
        Reach::All => Vec::new(),
        Reach::Only(ids) => ids.clone(),
    };
    let (schools, hosts) = (only(&schools), only(&hosts));
    let filter = store::Filter {
        session: which.session,
        person: which.person,
        class: which.class,
        school: which.school,
        host: which.host,
        states: states.as_deref(),
        recorded_by: which.recorded_by,
        from: day(&mut tx, which.from).await?,
        to: day(&mut tx, which.to.and_then(|day| day.succ_opt())).await?,
        newest_first: which.sort == Some(Sort::Newest),
        reach: (!all).then_some((&schools, &hosts, &persons)),
        after: page.after()?,
        fetch: page.fetch()?,
    };
    store::plan_anew(&mut tx).await?;
    let rows = store::list(&mut tx, &filter).await?;
    Ok(Json(Page::of(rows, &page, |r| r.row.id, ListedParticipation::from)?))
}

/// When a day of the district begins.
async fn day(tx: &mut Tx, day: Option<NaiveDate>) -> Result<Option<DateTime<Utc>>> {
    match day {
        Some(day) => Ok(Some(store::begin_of(tx, day).await?)),
        None => Ok(None),
    }
}

/// Of which host.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitingAt {
    /// Only this host; all that the account answers for when not given.
    #[serde(default)]
    pub host: Option<Uuid>,
}

/// A session in which something waits for its host.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// The session.
    pub session_id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The activity's title in Chinese.
    pub activity_title_zh: String,
    /// The activity's title in English.
    pub activity_title_en: String,
    /// When the session began.
    pub starts_at: DateTime<Utc>,
    /// How many wait.
    pub waiting: i64,
    /// Since when the first of them waits.
    pub oldest_recorded_at: DateTime<Utc>,
}

/// Sessions with what waits for a host.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WaitingList {
    /// That which has waited longest first; at most 500.
    pub items: Vec<Waiting>,
}

/// What waits for the hosts that the account answers for, what has waited longest first.
#[utoipa::path(
    get, path = "/api/v1/waiting", operation_id = "list_waiting", tag = TAG, params(WaitingAt),
    responses((status = 200, description = "Sessions in which something waits", body = WaitingList), ApiErrors)
)]
pub async fn list_waiting(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(at): ApiQuery<WaitingAt>,
) -> Result<Json<WaitingList>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let reach = actor.hosts();
    let asked = at.host.map(|host| vec![host]);
    if let Some(host) = at.host {
        actor.require(Action::ParticipationRead, &Scope::Host { district: tx.district().0, host })?;
    }
    let hosts = asked.as_deref().or(reach.as_filter());
    let rows = store::waiting(&mut tx, hosts, 500).await?;
    let items = rows
        .into_iter()
        .map(|row| Waiting {
            session_id: row.session_id,
            host_id: row.host_id,
            activity_title_zh: row.activity_title_zh,
            activity_title_en: row.activity_title_en,
            starts_at: row.starts_at,
            waiting: row.waiting,
            oldest_recorded_at: row.oldest_recorded_at,
        })
        .collect();
    Ok(Json(WaitingList { items }))
}
