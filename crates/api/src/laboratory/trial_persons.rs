//! The persons for whom a policy would change something.

use axum::Json;
use axum::extract::State;
use kepu_domain::credit::Credit;
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::outcome::LadderFate;
use super::store::{self, TrialPersonRow};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::page::{Page, PageQuery};
use crate::state::AppState;

/// The order of persons of a trial.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum TrialSort {
    /// Who loses most first.
    #[default]
    #[serde(rename = "change")]
    LossFirst,
    /// Who gains most first.
    #[serde(rename = "-change")]
    GainFirst,
}

/// Which persons of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// Who has more.
    Gained,
    /// Who has less.
    Lost,
    /// Who has another level on some ladder.
    Level,
    /// Who has a higher level on some ladder.
    Climbed,
    /// Who has a lower one on some.
    Fell,
    /// Who meets a requirement, or meets it no more.
    Requirement,
    /// Who meets one that was not met.
    NowMet,
    /// Who meets one no more.
    NoLongerMet,
}

impl Only {
    /// The same in SQL, of a row `c`.
    pub fn condition(self) -> &'static str {
        match self {
            Self::Gained => "c.after > c.before",
            Self::Lost => "c.after < c.before",
            Self::Level => "c.levels <> '[]'",
            Self::Climbed => r#"c.levels @> '[{"up": true}]'"#,
            Self::Fell => r#"c.levels @> '[{"up": false}]'"#,
            Self::Requirement => "c.requirements <> '[]'",
            Self::NowMet => r#"c.requirements @> '[{"met": true}]'"#,
            Self::NoLongerMet => r#"c.requirements @> '[{"met": false}]'"#,
        }
    }
}

/// Which persons of a trial, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrialPersonFilter {
    /// Of this school.
    #[serde(default)]
    pub school: Option<Uuid>,
    /// Of this grade.
    #[serde(default)]
    pub grade: Option<i32>,
    /// Only those.
    #[serde(default)]
    #[param(inline)]
    pub only: Option<Only>,
    /// By `change` (if not given), who loses most first; with `-`, who gains most first.
    #[serde(default)]
    #[param(inline)]
    pub sort: Option<TrialSort>,
}

/// What would change for a person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrialPersonView {
    /// The person.
    pub person_id: Uuid,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// School at the trial.
    pub school_id: Option<Uuid>,
    /// Its name in Chinese.
    pub school_name_zh: Option<String>,
    /// Its name in English.
    pub school_name_en: Option<String>,
    /// Grade at the trial.
    pub grade: Option<i32>,
    /// Credit before, a decimal.
    pub before: String,
    /// Credit after, a decimal.
    pub after: String,
    /// After less before, a decimal that may be negative.
    pub change: String,
    /// Levels that differ.
    pub levels: Vec<PersonLevelMove>,
    /// Requirements that are met under one of the two alone.
    pub requirements: Vec<PersonRequirementMove>,
}

/// Another level on a ladder.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonLevelMove {
    /// The ladder.
    pub ladder: String,
    /// The level before; null below the first.
    pub from: Option<String>,
    /// The level after.
    pub to: Option<String>,
    /// Whether it is higher; never on a ladder that is not the same.
    pub up: bool,
    /// Whether both policies have the ladder.
    #[serde(default)]
    pub ladder_is: LadderFate,
}

/// A requirement that is met, or is no more.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonRequirementMove {
    /// The requirement.
    pub id: String,
    /// Whether it is met after.
    pub met: bool,
}

impl TryFrom<TrialPersonRow> for TrialPersonView {
    type Error = ApiError;

    fn try_from(row: TrialPersonRow) -> Result<Self> {
        let (before, after) = (Credit::from_milli(row.before), Credit::from_milli(row.after));
        Ok(Self {
            person_id: row.person_id,
            number: row.number,
            name: row.name,
            school_id: row.school_id,
            school_name_zh: row.school_name_zh,
            school_name_en: row.school_name_en,
            grade: row.grade,
            before: before.to_string(),
            after: after.to_string(),
            change: after.minus(before).to_string(),
            levels: serde_json::from_value(row.levels)?,
            requirements: serde_json::from_value(row.requirements)?,
        })
    }
}

/// Persons for whom something would change; all others keep what they have.
#[utoipa::path(
    get, path = "/api/v1/policy-trials/{id}/persons", operation_id = "list_policy_trial_persons", tag = TAG,
    params(("id" = Uuid, Path, description = "The trial"), TrialPersonFilter, PageQuery),
    responses((status = 200, description = "A page of persons", body = Page<TrialPersonView>), ApiErrors)
)]
pub async fn list_trial_persons(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(filter): ApiQuery<TrialPersonFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<TrialPersonView>>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::LaboratoryRead, &Scope::District { district: tx.district().0 })?;
    let trial = store::trial(&mut tx, id, false).await?;
    let rows = store::trial_persons(&mut tx, trial.id, &filter, page.after()?, page.fetch()?).await?;
    let detail = json!({ "persons": rows.len(), "school": filter.school, "grade": filter.grade });
    audit::record(&mut tx, &actor, state.now(), Event::new("policy.try_persons", "policy_trial", id, detail)).await?;
    tx.commit().await?;
    let key = |row: &TrialPersonRow| (row.after - row.before, row.person_id);
    let page = Page::of(rows, &page, key, |row| row)?;
    let items = page.items.into_iter().map(TrialPersonView::try_from).collect::<Result<_>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}
