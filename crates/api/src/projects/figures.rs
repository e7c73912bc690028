//! How many took part in what came of a project, and what it earned them: counted in each district for itself.

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::credit::Credit;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, known, store};
use crate::{
    auth::Actor,
    districts,
    error::{ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
    tenancy::DistrictId,
};

/// The most districts that are asked.
const DISTRICTS_MAX: i64 = 5000;

/// Credit under a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProjectCredit {
    /// The policy.
    policy_id: String,
    /// What counts today.
    #[schema(value_type = String)]
    credits: Credit,
}

/// What a project came to in one district.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProjectDistrict {
    /// The district.
    district_id: Uuid,
    /// Its name in Chinese.
    district_name_zh: String,
    /// Its name in English; may be empty.
    district_name_en: String,
    /// Distinct persons who were there.
    persons: i64,
    /// How often they were.
    participations: i64,
    /// What it earned them, by policy: policies are not added up.
    credits: Vec<ProjectCredit>,
}

/// What a project came to so far.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProjectFigures {
    /// From this day on: the first of the agreement.
    since: NaiveDate,
    /// Sessions of its activities.
    sessions: usize,
    /// Distinct persons, of all districts.
    persons: i64,
    /// How often they were there.
    participations: i64,
    /// By district, those with anybody.
    districts: Vec<ProjectDistrict>,
}

/// Counts who took part so far in the activities that came of a project, from the first day of the agreement on.
#[utoipa::path(
    get,
    path = "/api/v1/projects/{id}/figures",
    operation_id = "read_project_figures",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The project")),
    responses((status = 200, description = "The figures", body = ProjectFigures), ApiErrors)
)]
pub(super) async fn figures(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<ProjectFigures>> {
    let mut tx = state.begin(&actor).await?;
    let (_, agreement) = known(&mut tx, &actor, id).await?;
    let sessions = store::sessions(&mut tx, id, agreement.first_day).await?;
    let all = if sessions.is_empty() {
        Vec::new()
    } else {
        districts::store::districts(&mut tx, None, None, DISTRICTS_MAX).await?
    };
    tx.commit().await?;
    let mut figures = ProjectFigures {
        since: agreement.first_day,
        sessions: sessions.len(),
        persons: 0,
        participations: 0,
        districts: Vec::new(),
    };
    for district in all {
        let mut tx = state.db().begin_snapshot(DistrictId(district.id)).await?;
        let (persons, participations) = store::participants(&mut tx, &sessions).await?;
        if participations == 0 {
            continue;
        }
        let credits = store::credits(&mut tx, &sessions).await?;
        figures.persons += persons;
        figures.participations += participations;
        figures.districts.push(ProjectDistrict {
            district_id: district.id,
            district_name_zh: district.name_zh,
            district_name_en: district.name_en,
            persons,
            participations,
            credits: credits
                .into_iter()
                .map(|(policy_id, milli)| ProjectCredit { policy_id, credits: Credit::from_milli(milli) })
                .collect(),
        });
    }
    Ok(Json(figures))
}
