//! Projects under an agreement: what its parties do together, by when, and what came of it.

mod came;
mod change;
mod create;
mod figures;
mod milestones;
mod read;
mod steps;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::agreement::project::{self as rules, Project};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    agreements::{
        AgreementKind, AgreementStanding,
        reach::{acts, knows},
        store::AgreementRow,
    },
    auth::Actor,
    error::{ApiError, Result},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

pub use steps::stop_within;

const TAG: &str = "projects";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(steps::start))
        .routes(routes!(steps::complete))
        .routes(routes!(steps::stop))
        .routes(routes!(milestones::add))
        .routes(routes!(milestones::change, milestones::remove))
        .routes(routes!(came::add_activity, came::remove_activity))
        .routes(routes!(came::add_resource, came::remove_resource))
        .routes(routes!(figures::figures))
}

/// Where a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ProjectState {
    /// Has not begun.
    Planned,
    /// Is under way.
    Running,
    /// Has reached its end.
    Completed,
    /// Was given up.
    Stopped,
}

impl From<&Project> for ProjectState {
    fn from(project: &Project) -> Self {
        match project {
            Project::Planned | Project::Stopping { began: None, .. } => Self::Planned,
            Project::Running { .. } | Project::Stopping { began: Some(_), .. } => Self::Running,
            Project::Completed { .. } => Self::Completed,
            Project::Stopped { .. } => Self::Stopped,
        }
    }
}

/// A milestone.
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneView {
    /// Identity.
    pub id: Uuid,
    /// What is to be reached.
    pub title: String,
    /// By when.
    pub due_on: NaiveDate,
    /// When it was reached; null while it is not.
    pub done_on: Option<NaiveDate>,
    /// Whether its day is over and it is not reached.
    pub late: bool,
}

/// An activity or resource that came of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct CameView {
    /// The activity or resource.
    pub id: Uuid,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English; may be empty.
    pub title_en: String,
    /// The host or owner.
    pub organization_id: Uuid,
    /// Its name in Chinese.
    pub organization_name_zh: String,
    /// Its name in English; may be empty.
    pub organization_name_en: String,
}

impl From<store::Came> for CameView {
    fn from(row: store::Came) -> Self {
        Self {
            id: row.id,
            title_zh: row.title_zh,
            title_en: row.title_en,
            organization_id: row.organization_id,
            organization_name_zh: row.organization_name_zh,
            organization_name_en: row.organization_name_en,
        }
    }
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectView {
    /// Identity.
    pub id: Uuid,
    /// The agreement under which it is.
    pub agreement_id: Uuid,
    /// What the agreement is called.
    pub agreement_title_zh: String,
    /// Its title in English; may be empty.
    pub agreement_title_en: String,
    /// What sort of agreement it is.
    pub agreement_kind: AgreementKind,
    /// How the agreement stands today.
    pub agreement_standing: AgreementStanding,
    /// The party that answers for it.
    pub owner_id: Uuid,
    /// The owner's name in Chinese.
    pub owner_name_zh: String,
    /// The owner's name in English; may be empty.
    pub owner_name_en: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English; may be empty.
    pub title_en: String,
    /// What it is for.
    pub aims: String,
    /// Where it stands.
    pub state: ProjectState,
    /// When it began; null if it has not, or was stopped.
    pub began_at: Option<DateTime<Utc>>,
    /// What came of it, in words, once it is completed.
    pub outcome: String,
    /// Why it was stopped, or will be.
    pub reason: String,
    /// The first day on which it is stopped, where that is still ahead.
    pub stops_on: Option<NaiveDate>,
    /// Its milestones, by day.
    pub milestones: Vec<MilestoneView>,
    /// Activities that came of it.
    pub activities: Vec<CameView>,
    /// Resources that came of it.
    pub resources: Vec<CameView>,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl ProjectView {
    /// As it is on this day.
    fn on(row: store::ProjectRow, agreement: &AgreementRow, today: NaiveDate) -> Self {
        let milestone = |one: store::Milestone| MilestoneView {
            late: rules::is_late(one.due_on, one.done_on, today),
            id: one.id,
            title: one.title,
            due_on: one.due_on,
            done_on: one.done_on,
        };
        let standing = row.standing.0.on(today);
        let (state, began_at) = (ProjectState::from(&standing), standing.began_at());
        let (outcome, reason, stops_on) = match standing {
            Project::Completed { outcome, .. } => (outcome, String::new(), None),
            Project::Stopping { reason, from, .. } => (String::new(), reason, Some(from)),
            Project::Stopped { reason, .. } => (String::new(), reason, None),
            Project::Planned | Project::Running { .. } => (String::new(), String::new(), None),
        };
        Self {
            id: row.id,
            agreement_id: row.agreement_id,
            agreement_title_zh: agreement.title_zh.clone(),
            agreement_title_en: agreement.title_en.clone(),
            agreement_kind: agreement.kind,
            agreement_standing: agreement.on(today).into(),
            owner_id: row.owner_id,
            owner_name_zh: row.owner_name_zh,
            owner_name_en: row.owner_name_en,
            title_zh: row.title_zh,
            title_en: row.title_en,
            aims: row.aims,
            state,
            began_at,
            outcome,
            reason,
            stops_on,
            milestones: row.milestones.0.into_iter().map(milestone).collect(),
            activities: row.activities.0.into_iter().map(CameView::from).collect(),
            resources: row.resources.0.into_iter().map(CameView::from).collect(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Loads a project with its agreement, to be read; for who may not, it is not there.
async fn known(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(store::ProjectRow, AgreementRow)> {
    let row = store::load(tx, id).await?;
    let agreement = crate::agreements::store::load(tx, row.agreement_id).await?;
    if knows(actor, &agreement) { Ok((row, agreement)) } else { Err(ApiError::not_found("project")) }
}

/// Loads a project to be changed by the party that answers for it, with its agreement.
async fn managed(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(store::ProjectRow, AgreementRow)> {
    let row = store::lock(tx, id).await?;
    let agreement = crate::agreements::store::load(tx, row.agreement_id).await?;
    if !knows(actor, &agreement) {
        return Err(ApiError::not_found("project"));
    }
    acts(actor, &agreement, row.owner_id)?;
    Ok((row, agreement))
}

/// Refuses to add to a project that is over.
async fn require_open(tx: &mut Tx, row: &store::ProjectRow, now: DateTime<Utc>) -> Result<()> {
    let standing = row.standing.0.clone().on(today(tx, now).await?);
    if standing.is_open() {
        return Ok(());
    }
    Err(ApiError::conflict(
        "project_is_over",
        format!("The project is {}, so that nothing more is entered for it.", standing.word()),
    ))
}

/// The answer to what the rules of projects refuse.
fn refused(refusal: &rules::Refusal) -> ApiError {
    let text = refusal.to_string();
    match refusal {
        rules::Refusal::ReasonNeeded => ApiError::invalid_field("reason", "required", text),
        _ => ApiError::conflict(refusal.code(), format!("Not now: {text}.")),
    }
}
