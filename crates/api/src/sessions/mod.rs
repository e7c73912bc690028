//! Sessions: dated occurrences of activities.

mod cancel;
mod change;
mod copy;
mod create;
mod list;
mod places;
mod public;
pub mod store;

use std::collections::HashMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub use self::cancel::cancel_within;
pub use self::places::{QuotaView, SchoolQuota};
use crate::{
    activities::{self, ActivityStatus, Grades},
    auth::Actor,
    check::Checks,
    error::{ApiError, FieldError, Result},
    organizations::{self, OrganizationStatus},
    state::AppState,
    tenancy::Tx,
};

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::read, change::change))
        .routes(routes!(copy::copy))
        .routes(routes!(cancel::cancel))
        .routes(routes!(public::public_sessions))
}

/// Whether a session takes guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum SessionStatus {
    /// It does.
    Open,
    /// It takes place, but nobody can be added.
    Closed,
    /// It does not take place.
    Cancelled,
}

/// What the door of a session takes note of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DoorMode {
    /// Who came.
    #[default]
    In,
    /// Who came and who left: the session credits by the minute.
    InOut,
}

impl DoorMode {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::InOut => "in_out",
        }
    }
}

/// A session, with what its activity says about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Identity.
    pub id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// Its title in Chinese.
    pub activity_title_zh: String,
    /// Its title in English; empty if it has none.
    pub activity_title_en: String,
    /// What it is.
    pub kind: String,
    /// For which grades; null for all.
    pub grades: Option<Grades>,
    /// How long it takes, in minutes, as credit is counted.
    pub minutes: i32,
    /// The district where it happens.
    pub district_id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The host's name in Chinese.
    pub host_name_zh: String,
    /// The host's name in English; empty if it has none.
    pub host_name_en: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// How many guests; null for any number.
    pub capacity: Option<i32>,
    /// When its places open; null for at once.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until when the quotas hold; null for until it begins. From then on what is left is for all, the waitlist first.
    pub to_all_at: Option<DateTime<Utc>>,
    /// Places that are kept for schools, by their names; with none, places are for all from the opening on.
    pub quotas: Vec<QuotaView>,
    /// What its door takes note of.
    pub door_mode: DoorMode,
    /// Whether it takes who was not registered.
    pub walk_ins: bool,
    /// Whether it takes guests.
    pub status: SessionStatus,
    /// Why it was cancelled.
    pub reason: String,
    /// How many persons of the district are in it, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<SessionCounts>,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// How many persons are in a session, by the state of their participation.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct SessionCounts {
    /// Will come.
    pub registered: i64,
    /// Would come if a place became free.
    pub waitlisted: i64,
    /// Are or were there, says the door; wait to be confirmed.
    pub attended: i64,
    /// Were there, says the school; wait to be confirmed.
    pub recorded: i64,
    /// Were there, says the host.
    pub confirmed: i64,
    /// Did not come.
    pub absent: i64,
    /// Were rejected.
    pub rejected: i64,
    /// Places that are left, after the guests of all districts; null for any number.
    pub free_places: Option<i64>,
}

impl SessionCounts {
    fn of(count: Option<&store::Count>, free_places: Option<i64>) -> Self {
        let Some(count) = count else { return Self { free_places, ..Self::default() } };
        Self {
            registered: count.registered,
            waitlisted: count.waitlisted,
            attended: count.attended,
            recorded: count.recorded,
            confirmed: count.confirmed,
            absent: count.absent,
            rejected: count.rejected,
            free_places,
        }
    }
}

/// Places that are left in each session that has so many and no more.
async fn free_places(tx: &mut Tx, rows: &[store::Session]) -> Result<HashMap<Uuid, i64>> {
    let limited: HashMap<Uuid, i64> = rows.iter().filter_map(|row| Some((row.id, i64::from(row.capacity?)))).collect();
    let taken = store::taken_in_all(tx, &limited.keys().copied().collect::<Vec<_>>()).await?;
    let left = |(id, all): (Uuid, i64)| (id, (all - taken.get(&id).copied().unwrap_or(0)).max(0));
    Ok(limited.into_iter().map(left).collect())
}

impl From<store::Session> for SessionView {
    fn from(row: store::Session) -> Self {
        let grades = (row.grade_from.is_some() || row.grade_to.is_some())
            .then_some(Grades { from: row.grade_from, to: row.grade_to });
        Self {
            id: row.id,
            activity_id: row.activity_id,
            activity_title_zh: row.activity_title_zh,
            activity_title_en: row.activity_title_en,
            kind: row.kind,
            grades,
            minutes: row.minutes,
            district_id: row.district_id,
            host_id: row.host_id,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            place: row.place,
            capacity: row.capacity,
            opens_at: row.opens_at,
            to_all_at: row.to_all_at,
            quotas: row.quotas.0,
            door_mode: row.door_mode,
            walk_ins: row.walk_ins,
            status: row.status,
            reason: row.reason,
            counts: None,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

const CAPACITY_MAX: i32 = 100_000;
/// The longest session: a camp.
const LENGTH_MAX: TimeDelta = TimeDelta::days(31);

/// Times as PostgreSQL keeps them, in a sensible order and year.
fn check_times(checks: &mut Checks, prefix: &str, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) {
    for (field, time) in [("starts_at", starts_at), ("ends_at", ends_at)] {
        if !(2000..=2100).contains(&time.year()) {
            let message = "must lie in the years 2000 to 2100";
            checks.add(FieldError::new(format!("{prefix}{field}"), "out_of_range", message).value(time.to_rfc3339()));
        }
    }
    let length = ends_at.signed_duration_since(starts_at);
    let field = format!("{prefix}ends_at");
    checks.require(length > TimeDelta::zero(), &field, "before_starts_at", "must be after starts_at");
    checks.require(length <= LENGTH_MAX, &field, "too_long", "must be within 31 days of starts_at");
}

/// When and where a session takes place that has neither quotas nor an opening of its own.
#[derive(Debug, Clone)]
pub struct NewTimes {
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// How many guests.
    pub capacity: Option<i32>,
}

/// Checks such a session; fields are named with `prefix` before them.
pub fn check_new_times(checks: &mut Checks, prefix: &str, times: &NewTimes) {
    check_times(checks, prefix, times.starts_at, times.ends_at);
    checks.text(&format!("{prefix}place"), &times.place, 0..=200);
    if let Some(capacity) = times.capacity {
        checks.range(&format!("{prefix}capacity"), capacity, 1..=CAPACITY_MAX);
    }
}

/// Adds such sessions, which are checked, to an activity; says their identities. Whoever calls it has judged the right.
pub async fn add_plain(
    state: &AppState,
    tx: &mut Tx,
    activity: &activities::store::Activity,
    times: &[NewTimes],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let rows: Vec<store::Session> =
        times.iter().map(|times| store::Session::plain(state.new_id(), activity, times, now)).collect();
    if !rows.is_empty() {
        store::insert(tx, &rows).await?;
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The activity of the district to which sessions may be added, locked, if the actor may.
async fn activity_for_sessions(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<activities::store::Activity> {
    let activity = activities::store::lock(tx, id).await?;
    actor.require(Action::SessionManage, &Scope::Host { district: activity.district_id, host: activity.host_id })?;
    if activity.status == ActivityStatus::Closed {
        return Err(ApiError::conflict("activity_closed", "The activity is closed: it takes no new sessions."));
    }
    let host = organizations::store::load(tx, activity.host_id).await?;
    if host.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The host is closed."));
    }
    Ok(activity)
}
