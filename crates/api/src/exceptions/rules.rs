//! What a district wants to look at.

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    exception::{Burst, Rules, Share},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TAG, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, IfMatch},
    patch,
    state::AppState,
};

/// What a district wants to look at. A rule that is null raises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRules {
    /// A person was in two sessions at once for more than so many minutes, unless one is a part of the other: within it,
    /// at the same host and place.
    #[schema(minimum = 0, maximum = 1440)]
    pub overlap_minutes: Option<u32>,
    /// One account confirmed many sessions within a short time.
    pub burst: Option<BurstRule>,
    /// Nearly everybody whom a host confirms is of one school.
    pub share: Option<ShareRule>,
    /// It was recorded more than so many days after its session had ended.
    #[schema(minimum = 0, maximum = 3660)]
    pub back_dated_days: Option<u32>,
    /// A result's contest is on no published list.
    pub unlisted: bool,
    /// A result with evidence whose contest is on a published list, and that raises nothing, is verified by itself when
    /// nobody has changed it for an hour. Participations are confirmed by their hosts and wait for no official.
    pub verify_the_rest: bool,
    /// An official looks at what was found within so many days.
    #[schema(minimum = 1, maximum = 365)]
    pub target_days: u32,
}

/// So many sessions, confirmed by one account within so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BurstRule {
    /// Sessions, this many or more.
    #[schema(minimum = 2, maximum = 1000)]
    pub sessions: u32,
    /// Between the first and the last, at most.
    #[schema(minimum = 1, maximum = 1440)]
    pub within_minutes: u32,
}

/// So much of what a host confirms is of one school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareRule {
    /// Per cent, this many or more.
    #[schema(minimum = 1, maximum = 100)]
    pub percent: u32,
    /// Only of hosts that confirmed so many person-times or more.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub person_times: u32,
    /// Of sessions in so many days before today.
    #[schema(minimum = 1, maximum = 3660)]
    pub within_days: u32,
}

impl Default for ExceptionRules {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            overlap_minutes: rules.overlap_minutes,
            burst: rules
                .burst
                .map(|burst| BurstRule { sessions: burst.sessions, within_minutes: burst.within_minutes }),
            share: rules.share.map(|share| ShareRule {
                percent: share.percent,
                person_times: share.person_times,
                within_days: share.within_days,
            }),
            back_dated_days: rules.back_dated_days,
            unlisted: rules.unlisted,
            verify_the_rest: false,
            target_days: rules.target_days,
        }
    }
}

impl From<&ExceptionRules> for Rules {
    fn from(rules: &ExceptionRules) -> Self {
        Self {
            overlap_minutes: rules.overlap_minutes,
            burst: rules.burst.map(|burst| Burst { sessions: burst.sessions, within_minutes: burst.within_minutes }),
            share: rules.share.map(|share| Share {
                percent: share.percent,
                person_times: share.person_times,
                within_days: share.within_days,
            }),
            back_dated_days: rules.back_dated_days,
            unlisted: rules.unlisted,
            target_days: rules.target_days,
        }
    }
}

fn check(rules: &ExceptionRules) -> Result<()> {
    let mut checks = Checks::new();
    let burst = rules.burst;
    let share = rules.share;
    for (field, value, range) in [
        ("overlap_minutes", rules.overlap_minutes, 0..=1440),
        ("burst.sessions", burst.map(|burst| burst.sessions), 2..=1000),
        ("burst.within_minutes", burst.map(|burst| burst.within_minutes), 1..=1440),
        ("share.percent", share.map(|share| share.percent), 1..=100),
        ("share.person_times", share.map(|share| share.person_times), 1..=1_000_000),
        ("share.within_days", share.map(|share| share.within_days), 1..=3660),
        ("back_dated_days", rules.back_dated_days, 0..=3660),
        ("target_days", Some(rules.target_days), 1..=365),
    ] {
        if let Some(value) = value {
            checks.range(field, value, range);
        }
    }
    checks.finish()
}

/// What the district wants to look at: its own rules, or those that kepu proposes.
#[utoipa::path(
    get, path = "/api/v1/exception-rules", operation_id = "read_exception_rules", tag = TAG,
    responses((status = 200, description = "The rules", body = ExceptionRules), ApiErrors)
)]
pub(super) async fn read_rules(State(state): State<AppState>, actor: Actor) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ExceptionRead, &Scope::District { district: tx.district().0 })?;
    let row = store::rules(&mut tx).await?;
    tx.commit_with((ETag(row.version), Json(row.rules()))).await
}

/// Changes what the district wants to look at. What is open and no longer found by the new rules goes away by itself, and
/// what was confirmed in the last two months is looked at by them once more.
#[utoipa::path(
    put, path = "/api/v1/exception-rules", operation_id = "change_exception_rules", tag = TAG,
    params(("If-Match" = String, Header, description = "Their ETag")), request_body = ExceptionRules,
    responses((status = 200, description = "The rules", body = ExceptionRules), ApiErrors)
)]
pub(super) async fn change_rules(
    State(state): State<AppState>,
    actor: Actor,
    version: IfMatch,
    ApiJson(body): ApiJson<ExceptionRules>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::ExceptionDecide, &Scope::District { district })?;
    check(&body)?;
    let row = store::rules(&mut tx).await?;
    version.check("exception rules", row.version)?;
    if !store::set_rules(&mut tx, &body, row.version, state.now()).await? {
        return Err(ApiError::version_changed("exception rules", row.version + 1));
    }
    let detail = patch::difference(&row.rules(), &body)?;
    let event = Event::new("exception_rules.change", "district", district, detail);
    audit::record(&mut tx, &actor, state.now(), event).await?;
    tx.commit_with((ETag(row.version + 1), Json(body))).await
}
