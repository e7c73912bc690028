//! What a trial found, as it is kept and answered.

use std::collections::HashMap;

use kepu_domain::policy::trial::{Change, LadderIs, Summary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::policies::PolicyTitles;

/// What a policy would change in the district.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TrialOutcome {
    /// For all persons.
    pub all: TrialChange,
    /// For the persons of each school, by name; those of none are in `all` alone.
    pub by_school: Vec<SchoolChange>,
    /// For the persons of each grade.
    pub by_grade: Vec<GradeChange>,
    /// Moves on ladders.
    pub levels: Vec<LevelMoves>,
    /// Who meets each requirement.
    pub requirements: Vec<RequirementMeeting>,
    /// What they are called.
    #[serde(default)]
    pub titles: PolicyTitles,
}

/// What changes for some persons, added up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TrialChange {
    /// Persons.
    pub persons: u64,
    /// Persons who have more.
    pub gained: u64,
    /// Persons who have less.
    pub lost: u64,
    /// What those who gain gain together, a decimal.
    pub gain: String,
    /// What those who lose lose together, a decimal.
    pub loss: String,
    /// Credit of all before, a decimal.
    pub total_before: String,
    /// Credit of all after, a decimal.
    pub total_after: String,
    /// What it costs in credits: after less before, a decimal that may be negative.
    pub cost: String,
    /// Persons with a higher level on some ladder that both policies have.
    pub climbed: u64,
    /// Persons with a lower level on some ladder that both policies have.
    pub fell: u64,
    /// Persons who meet a requirement that they did not meet.
    pub now_met: u64,
    /// Persons who no longer meet a requirement.
    pub no_longer_met: u64,
}

/// The same for a school.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SchoolChange {
    /// The school.
    pub school_id: Uuid,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// What changes.
    #[serde(flatten)]
    pub change: TrialChange,
}

/// The same for a grade.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct GradeChange {
    /// The grade.
    pub grade: i32,
    /// What changes.
    #[serde(flatten)]
    pub change: TrialChange,
}

/// How many persons move from one level to another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LevelMoves {
    /// The ladder.
    pub ladder: String,
    /// The level before; null below the first.
    pub from: Option<String>,
    /// The level after; null below the first.
    pub to: Option<String>,
    /// Whether it is higher; never on a ladder that is not the same.
    pub up: bool,
    /// Whether both policies have the ladder.
    #[serde(default)]
    pub ladder_is: LadderFate,
    /// Persons.
    pub persons: u64,
}

/// What becomes of a ladder: on one that comes, goes or has all other levels nobody climbs or falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LadderFate {
    /// Both policies have it.
    #[default]
    Same,
    /// It comes.
    New,
    /// It goes.
    Gone,
    /// All its levels are others.
    Replaced,
}

impl From<LadderIs> for LadderFate {
    fn from(ladder: LadderIs) -> Self {
        match ladder {
            LadderIs::Same => Self::Same,
            LadderIs::New => Self::New,
            LadderIs::Gone => Self::Gone,
            LadderIs::Replaced => Self::Replaced,
        }
    }
}

/// How many persons meet a requirement.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequirementMeeting {
    /// The requirement.
    pub id: String,
    /// Persons who met it before.
    pub met_before: u64,
    /// Persons who meet it after.
    pub met_after: u64,
    /// Persons who meet it after alone.
    pub now_met: u64,
    /// Persons who met it before alone.
    pub no_longer_met: u64,
}

impl From<&Change> for TrialChange {
    fn from(change: &Change) -> Self {
        Self {
            persons: change.persons,
            gained: change.gained,
            lost: change.lost,
            gain: change.gain.to_string(),
            loss: change.loss.to_string(),
            total_before: change.total_before.to_string(),
            total_after: change.total_after.to_string(),
            cost: change.total_after.minus(change.total_before).to_string(),
            climbed: change.climbed,
            fell: change.fell,
            now_met: change.now_met,
            no_longer_met: change.no_longer_met,
        }
    }
}

impl TrialOutcome {
    /// With the names of schools, in Chinese and English.
    pub fn of(summary: Summary, names: &HashMap<Uuid, (String, String)>, titles: PolicyTitles) -> Self {
        let school = |(id, change): (&Uuid, &Change)| {
            let (name_zh, name_en) = names.get(id).cloned().unwrap_or_default();
            SchoolChange { school_id: *id, name_zh, name_en, change: change.into() }
        };
        let mut by_school: Vec<SchoolChange> = summary.by_school.iter().map(school).collect();
        by_school.sort_by(|a, b| a.name_zh.cmp(&b.name_zh).then(a.school_id.cmp(&b.school_id)));
        Self {
            all: (&summary.all).into(),
            by_school,
            by_grade: summary
                .by_grade
                .iter()
                .map(|(grade, change)| GradeChange { grade: *grade, change: change.into() })
                .collect(),
            levels: summary
                .levels
                .into_iter()
                .map(|moves| LevelMoves {
                    ladder: moves.step.ladder,
                    from: moves.step.from,
                    to: moves.step.to,
                    up: moves.step.up,
                    ladder_is: moves.step.ladder_is.into(),
                    persons: moves.persons,
                })
                .collect(),
            requirements: summary
                .requirements
                .into_iter()
                .map(|meeting| RequirementMeeting {
                    id: meeting.id,
                    met_before: meeting.met_before,
                    met_after: meeting.met_after,
                    now_met: meeting.now_met,
                    no_longer_met: meeting.no_longer_met,
                })
                .collect(),
            titles,
        }
    }
}
