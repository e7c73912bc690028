//! The SQL of projects, their milestones and what came of them.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::agreement::project::Project;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::ProjectState;
use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

/// A milestone.
#[derive(Debug, Clone, Serialize, Deserialize, FromRow)]
pub struct Milestone {
    /// Identity.
    pub id: Uuid,
    /// What is to be reached.
    pub title: String,
    /// By when.
    pub due_on: NaiveDate,
    /// When it was.
    pub done_on: Option<NaiveDate>,
    /// Account that said so.
    pub done_by: Option<Uuid>,
}

/// An activity or resource that came of a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Came {
    /// Identity.
    pub id: Uuid,
    /// Title.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// The host or owner.
    pub organization_id: Uuid,
    /// Its name.
    pub organization_name_zh: String,
    /// Its name in English.
    pub organization_name_en: String,
}

/// A row, with its milestones and what came of it.
#[derive(Debug, Clone, FromRow)]
pub struct ProjectRow {
    /// Identity.
    pub id: Uuid,
    /// The agreement.
    pub agreement_id: Uuid,
    /// The party that answers for it.
    pub owner_id: Uuid,
    /// Its name.
    pub owner_name_zh: String,
    /// Its name in English.
    pub owner_name_en: String,
    /// Title.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// What it is for.
    pub aims: String,
    /// The state.
    pub state: ProjectState,
    /// The state with what it owns.
    pub standing: Json<Project>,
    /// Version.
    pub version: i64,
    /// Account that entered it.
    pub created_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Its milestones, by day.
    pub milestones: Json<Vec<Milestone>>,
    /// Activities that came of it.
    pub activities: Json<Vec<Came>>,
    /// Resources that came of it.
    pub resources: Json<Vec<Came>>,
}

macro_rules! projects {
    ($tail:literal) => {
        concat!(
            "SELECT p.*, o.name_zh AS owner_name_zh, o.name_en AS owner_name_en,
                    coalesce((SELECT jsonb_agg(jsonb_build_object('id', m.id, 'title', m.title, 'due_on', m.due_on,
                                        'done_on', m.done_on, 'done_by', m.done_by) ORDER BY m.due_on, m.id)
                              FROM project_milestone m WHERE m.project_id = p.id), '[]') AS milestones,
                    coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'title_zh', a.title_zh,
                                        'title_en', a.title_en, 'organization_id', h.id,
                                        'organization_name_zh', h.name_zh, 'organization_name_en', h.name_en)
                                     ORDER BY x.added_at, a.id)
                              FROM project_activity x JOIN activity a ON a.id = x.activity_id
                              JOIN organization h ON h.id = a.host_id WHERE x.project_id = p.id), '[]') AS activities,
                    coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.id, 'title_zh', r.title_zh,
                                        'title_en', r.title_en, 'organization_id', h.id,
                                        'organization_name_zh', h.name_zh, 'organization_name_en', h.name_en)
                                     ORDER BY x.added_at, r.id)
                              FROM project_resource x JOIN resource r ON r.id = x.resource_id
                              JOIN organization h ON h.id = r.owner_id WHERE x.project_id = p.id), '[]') AS resources
             FROM project p JOIN organization o ON o.id = p.owner_id ",
            $tail
        )
    };
}

/// The projects of an agreement, in the order of entry.
pub async fn of_agreement(tx: &mut Tx, agreement: Uuid) -> Result<Vec<ProjectRow>> {
    Ok(sqlx::query_as(projects!("WHERE p.agreement_id = $1 ORDER BY p.id"))
        .bind(agreement)
        .fetch_all(&mut **tx)
        .await?)
}

/// Those of an agreement that are planned or running.
pub async fn open_of(tx: &mut Tx, agreement: Uuid) -> Result<Vec<ProjectRow>> {
    Ok(sqlx::query_as(projects!("WHERE p.agreement_id = $1 AND p.state IN ('planned', 'running') ORDER BY p.id"))
        .bind(agreement)
        .fetch_all(&mut **tx)
        .await?)
}

/// Loads one.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<ProjectRow> {
    sqlx::query_as(projects!("WHERE p.id = $1"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("project"))
}

/// Loads one: nobody else changes it until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<ProjectRow> {
    // A statement that has to wait reads all but the row itself as of before the wait: milestones and the like need their own.
    sqlx::query("SELECT FROM project WHERE id = $1 FOR NO KEY UPDATE").bind(id).execute(&mut **tx).await?;
    load(tx, id).await
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &ProjectRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO project (id, agreement_id, owner_id, title_zh, title_en, aims, state, standing, version, created_by,
                              created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id)
    .bind(row.agreement_id)
    .bind(row.owner_id)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.aims)
    .bind(row.state)
    .bind(&row.standing)
    .bind(row.version)
    .bind(row.created_by)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes one that is locked. Its agreement and owner stay.
pub async fn update(tx: &mut Tx, row: &ProjectRow) -> Result<()> {
    sqlx::query(
        "UPDATE project SET title_zh = $2, title_en = $3, aims = $4, state = $5, standing = $6, version = $7,
                updated_at = $8
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.aims)
    .bind(row.state)
    .bind(&row.standing)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds a milestone, or writes one that is there.
pub async fn put_milestone(tx: &mut Tx, project: Uuid, row: &Milestone) -> Result<()> {
    sqlx::query(
        "INSERT INTO project_milestone (id, project_id, title, due_on, done_on, done_by) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, due_on = excluded.due_on, done_on = excluded.done_on,
                                        done_by = excluded.done_by",
    )
    .bind(row.id)
    .bind(project)
    .bind(&row.title)
    .bind(row.due_on)
    .bind(row.done_on)
    .bind(row.done_by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes a milestone.
pub async fn remove_milestone(tx: &mut Tx, id: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM project_milestone WHERE id = $1").bind(id).execute(&mut **tx).await?;
    Ok(())
}

/// Says that an activity came of a project; again changes nothing.
pub async fn add_activity(tx: &mut Tx, project: Uuid, activity: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("INSERT INTO project_activity VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(project)
        .bind(activity)
        .bind(by)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Says that a resource came of a project; again changes nothing.
pub async fn add_resource(tx: &mut Tx, project: Uuid, resource: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("INSERT INTO project_resource VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(project)
        .bind(resource)
        .bind(by)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes that back.
pub async fn remove_activity(tx: &mut Tx, project: Uuid, activity: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM project_activity WHERE project_id = $1 AND activity_id = $2")
        .bind(project)
        .bind(activity)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes that back.
pub async fn remove_resource(tx: &mut Tx, project: Uuid, resource: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM project_resource WHERE project_id = $1 AND resource_id = $2")
        .bind(project)
        .bind(resource)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The sessions of the activities of a project from this day on, but for cancelled ones.
pub async fn sessions(tx: &mut Tx, project: Uuid, from: NaiveDate) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT s.id FROM project_activity x JOIN session s ON s.activity_id = x.activity_id
         JOIN district d ON d.id = s.district_id
         WHERE x.project_id = $1 AND s.status <> 'cancelled' AND (s.starts_at AT TIME ZONE d.time_zone)::date >= $2
         ORDER BY s.id",
    )
    .bind(project)
    .bind(from)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many persons of the transaction's district were there, and how often.
pub async fn participants(tx: &mut Tx, sessions: &[Uuid]) -> Result<(i64, i64)> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT count(DISTINCT person_id), count(*) FROM participation
         WHERE district_id = $1 AND session_id = ANY($2) AND state = 'confirmed'",
    )
    .bind(district)
    .bind(sessions)
    .fetch_one(&mut **tx)
    .await?)
}

/// What that earned them so far, in thousandths, by policy.
pub async fn credits(tx: &mut Tx, sessions: &[Uuid]) -> Result<Vec<(String, i64)>> {
    let district = tx.district().0;
    Ok(sqlx::query_as(
        "SELECT l.policy_id, sum(l.counted)::bigint FROM participation p
         JOIN score_line l ON l.district_id = p.district_id AND l.record_id = p.id
         WHERE p.district_id = $1 AND p.session_id = ANY($2) AND p.state = 'confirmed'
         GROUP BY l.policy_id ORDER BY l.policy_id",
    )
    .bind(district)
    .bind(sessions)
    .fetch_all(&mut **tx)
    .await?)
}
