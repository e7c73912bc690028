//! When the places of a session open, and to whom: what requests say of it, and what is wrong with that.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use kepu_domain::places::Terms;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CAPACITY_MAX, store};
use crate::{
    check::Checks,
    error::{FieldError, Result},
    tenancy::Tx,
};

const QUOTAS_MAX: usize = 500;

/// Places that are kept for a school.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchoolQuota {
    /// The school or kindergarten, of any district.
    pub school_id: Uuid,
    /// How many.
    #[schema(minimum = 1, maximum = 100_000)]
    pub places: i32,
}

/// Places that are kept for a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotaView {
    /// The school.
    pub school_id: Uuid,
    /// Its name in Chinese.
    pub school_name_zh: String,
    /// Its name in English; empty if it has none.
    pub school_name_en: String,
    /// How many.
    pub places: i32,
}

/// A moment as PostgreSQL keeps it.
pub(super) fn moment(time: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    time.map(|time| time.trunc_subsecs(6))
}

/// The same moment of a session that begins so much later; none if there is no such moment.
pub(super) fn shifted(time: Option<DateTime<Utc>>, by: TimeDelta) -> Option<DateTime<Utc>> {
    time?.checked_add_signed(by)
}

/// The quotas with the names of their schools; a problem for each that cannot be.
pub(super) async fn quotas(tx: &mut Tx, checks: &mut Checks, asked: &[SchoolQuota]) -> Result<Json<Vec<QuotaView>>> {
    checks.count("quotas", asked.len(), 0..=QUOTAS_MAX);
    let mut seen = HashSet::new();
    for (at, quota) in asked.iter().enumerate() {
        checks.range(&format!("quotas[{at}].places"), quota.places, 1..=CAPACITY_MAX);
        let field = format!("quotas[{at}].school_id");
        checks.require(seen.insert(quota.school_id), &field, "repeated", "must not be given twice");
    }
    if asked.is_empty() || !checks.is_clean() {
        return Ok(Json(Vec::new()));
    }
    let ids: Vec<Uuid> = seen.into_iter().collect();
    let schools = store::schools(tx, &ids).await?;
    for (at, quota) in asked.iter().enumerate() {
        if !schools.iter().any(|school| school.0 == quota.school_id) {
            let message = "must be the id of a school or kindergarten that is open";
            let error = FieldError::new(format!("quotas[{at}].school_id"), "no_such_school", message);
            checks.add(error.value(quota.school_id.to_string()));
        }
    }
    let places: BTreeMap<Uuid, i32> = asked.iter().map(|quota| (quota.school_id, quota.places)).collect();
    let view = |(school_id, school_name_zh, school_name_en): (Uuid, String, String)| {
        Some(QuotaView { school_id, school_name_zh, school_name_en, places: *places.get(&school_id)? })
    };
    Ok(Json(schools.into_iter().filter_map(view).collect()))
}

/// Whether the moments and quotas of a session go together.
pub(super) fn check(checks: &mut Checks, row: &store::Session) {
    let count = |places: i32| u32::try_from(places).unwrap_or_default();
    let terms = Terms {
        capacity: row.capacity.map(count),
        opens_at: row.opens_at,
        to_all_at: row.to_all_at,
        starts_at: row.starts_at,
        quotas: row.quotas.iter().map(|quota| (quota.school_id, count(quota.places))).collect(),
    };
    for flaw in terms.flaws() {
        checks.add(FieldError::new(flaw.field(), flaw.code(), flaw.to_string()));
    }
}
