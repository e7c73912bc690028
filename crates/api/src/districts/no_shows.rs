//! What a district does about those who register and do not come.

use kepu_domain::no_show::{Bar, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::Checks;

const TIMES_MAX: u32 = 100;
const DAYS_MAX: u32 = 3660;

/// Warn or bar those who register and do not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoShowPolicy {
    /// An absence counts for so many days, its own among them.
    #[schema(minimum = 1, maximum = 3660)]
    pub within_days: u32,
    /// With so many absences a person is warned; null for never.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100)]
    pub warn_after: Option<u32>,
    /// Each absence that makes it so many or more bars the person; null for never.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100)]
    pub bar_after: Option<u32>,
    /// For so many days after the day of that absence; goes with `bar_after`.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3660)]
    pub bar_days: Option<u32>,
}

impl From<&NoShowPolicy> for Policy {
    fn from(policy: &NoShowPolicy) -> Self {
        let bar = policy.bar_after.zip(policy.bar_days).map(|(after, days)| Bar { after, days });
        Self { within_days: policy.within_days, warn_after: policy.warn_after, bar }
    }
}

/// Everything that is wrong with it.
pub(super) fn check(checks: &mut Checks, policy: &NoShowPolicy) {
    checks.range("no_shows.within_days", policy.within_days, 1..=DAYS_MAX);
    for (field, value, most) in [
        ("no_shows.warn_after", policy.warn_after, TIMES_MAX),
        ("no_shows.bar_after", policy.bar_after, TIMES_MAX),
        ("no_shows.bar_days", policy.bar_days, DAYS_MAX),
    ] {
        if let Some(value) = value {
            checks.range(field, value, 1..=most);
        }
    }
    let together = policy.bar_after.is_some() == policy.bar_days.is_some();
    checks.require(together, "no_shows.bar_days", "goes_together", "goes with bar_after: give both or neither");
    let says = policy.warn_after.is_some() || policy.bar_after.is_some();
    checks.require(says, "no_shows", "says_nothing", "must warn or bar; null does neither");
    let in_order = policy.warn_after.zip(policy.bar_after).is_none_or(|(warn, bar)| warn < bar);
    checks.require(in_order, "no_shows.warn_after", "not_below_bar_after", "must be below bar_after");
}
