//! The policies by which a district scores: which of them a page is about, and the terms of their calendars.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use kepu_domain::person::PersonKind;
use kepu_domain::policy::{Meant, Policy, SchoolYear, TermTitled};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use crate::auth::Actor;
use crate::credits::meant::{choice, scored_by};
use crate::credits::store::VersionAt;
use crate::credits::{self, When};
use crate::error::{ApiErrors, Result};
use crate::extract::ApiQuery;
use crate::state::AppState;

/// School years before the present one whose terms are offered.
const YEARS_BEFORE: i32 = 2;

/// Whom it is about, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichScored {
    /// The person whose credit is meant; students in general when left out.
    #[serde(default)]
    pub person: Option<Uuid>,
    /// Those by which the district scored at that moment (RFC 3339), or at the end of that day (by now, of today).
    #[serde(default)]
    pub as_of: Option<String>,
}

/// The policies by which a district scores.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScoredPolicies {
    /// All of them, in order of their names.
    pub policies: Vec<ScoredPolicy>,
    /// Those that may be meant where none is named: of the persons asked about. Where there is one, it is taken; where there
    /// are several, one must be named.
    pub choices: Vec<String>,
}

/// A policy by which a district scores.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScoredPolicy {
    /// The policy.
    pub policy_id: String,
    /// The version's id.
    pub policy_version_id: Uuid,
    /// The version's name.
    pub version: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// True when values were made up for illustration; say so wherever its numbers are shown.
    pub illustrative: bool,
    /// School years by its calendar, the present one and those before, the newest first.
    pub school_years: Vec<SchoolYearView>,
    /// Terms within them, the newest first.
    pub terms: Vec<TermView>,
}

/// A school year.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SchoolYearView {
    /// The year in which it starts.
    pub year: i32,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// A term of a policy's calendar.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TermView {
    /// As reports are asked by it: `2025-autumn`, or the id of a dated term.
    pub id: String,
    /// What the policy calls it, in Chinese.
    pub title_zh: String,
    /// The same in English.
    pub title_en: String,
    /// The year in which its school year starts; a dated term is of none.
    pub school_year: Option<i32>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl From<SchoolYear> for SchoolYearView {
    fn from(one: SchoolYear) -> Self {
        Self { year: one.year, from: one.from, to: one.to }
    }
}

impl From<TermTitled> for TermView {
    fn from(term: TermTitled) -> Self {
        Self {
            id: term.id,
            title_zh: term.title.get(Lang::Zh).to_owned(),
            title_en: term.title.get(Lang::En).to_owned(),
            school_year: term.school_year,
            from: term.from,
            to: term.to,
        }
    }
}

impl ScoredPolicy {
    fn of(version: VersionAt, policy: &Policy, day: NaiveDate) -> Self {
        let years = policy.school_years(day, YEARS_BEFORE);
        let terms = policy.terms_of(&years);
        Self {
            policy_id: version.policy_id,
            policy_version_id: version.policy_version_id,
            version: version.version,
            title_zh: version.title_zh,
            title_en: version.title_en,
            illustrative: version.illustrative,
            school_years: years.into_iter().rev().map(SchoolYearView::from).collect(),
            terms: terms.into_iter().rev().map(TermView::from).collect(),
        }
    }
}

/// The policies by which the district scores, which of them may be meant where none is named, and their terms.
#[utoipa::path(
    get, path = "/api/v1/scored-policies", operation_id = "list_scored_policies", tag = TAG, params(WhichScored),
    responses((status = 200, description = "The policies", body = ScoredPolicies), ApiErrors)
)]
pub async fn list_scored(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichScored>,
) -> Result<Json<ScoredPolicies>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let kind = match which.person {
        Some(id) => credits::readable_person(&mut tx, &actor, id).await?.kind(),
        None => PersonKind::Student,
    };
    let zone: Tz = credits::store::time_zone(&mut tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
    let now: DateTime<Utc> = state.now();
    let as_of = which.as_of.as_deref().map(|text| credits::moment(text, zone, now)).transpose()?;
    let when = When { at: as_of.unwrap_or(now), past: as_of.is_some() };
    let choices = match choice(&mut tx, kind, when).await? {
        Meant::None => Vec::new(),
        Meant::One(version) => vec![version.policy_id],
        Meant::Several(versions) => versions.into_iter().map(|version| version.policy_id).collect(),
    };
    let day = when.at.with_timezone(&zone).date_naive();
    let all = scored_by(&mut tx, when).await?;
    let policies = all.into_iter().map(|(version, policy)| ScoredPolicy::of(version, &policy, day)).collect();
    Ok(Json(ScoredPolicies { policies, choices }))
}
