use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, GrantScope, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG, store,
    view::{ApplicationSummary, NextStep, next},
};
use crate::{
    auth::Actor,
    credits, designations,
    error::{ApiErrors, Result},
    rounds,
    state::AppState,
};

/// An application whose next step is late.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LateApplication {
    /// The application.
    application: ApplicationSummary,
    /// What should have been done, by whom, by when.
    next: NextStep,
}

/// A designation whose yearly assessment is late.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LateAssessment {
    /// The designation.
    designation_id: Uuid,
    /// Its number.
    number: String,
    /// Who holds it, or employs who does.
    organization_name_zh: String,
    /// The year.
    year: i32,
    /// By when it was due.
    due: NaiveDate,
}

/// What is late.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LateView {
    /// Applications, the latest first.
    applications: Vec<LateApplication>,
    /// Assessments, the latest first.
    assessments: Vec<LateAssessment>,
}

/// The most that is looked at.
const LOOKED_AT: i64 = 5000;

/// Lists what is late in the schemes of the district, and in those of the authority above it whose official asks:
/// applications by the schemes' targets, and yearly assessments.
#[utoipa::path(
    get,
    path = "/api/v1/late",
    operation_id = "list_late",
    tag = TAG,
    responses((status = 200, description = "What is late", body = LateView), ApiErrors)
)]
pub(super) async fn late(State(state): State<AppState>, actor: Actor) -> Result<Json<LateView>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let mut authorities: Vec<Uuid> = actor
        .grants
        .iter()
        .filter_map(|grant| match grant.scope {
            GrantScope::Authority { authority, .. } => Some(authority),
            _ => None,
        })
        .filter(|authority| actor.may(Action::RoundRead, &Scope::Authority { authority: *authority }))
        .collect();
    if authorities.is_empty() || actor.may(Action::RoundRead, &Scope::District { district }) {
        actor.require(Action::RoundRead, &Scope::District { district })?;
        authorities.push(district);
    }
    authorities.sort_unstable();
    authorities.dedup();
    let today = credits::today(&mut tx, state.now()).await?;
    let mut applications = Vec::new();
    let mut assessments = Vec::new();
    let mut schemes = Vec::new();
    for authority in authorities {
        schemes.extend(designations::store::list_schemes(&mut tx, Some(authority), None, LOOKED_AT).await?);
    }
    for scheme in &schemes {
        let of_scheme = rounds::store::Filter { scheme: Some(scheme.id), ..rounds::store::Filter::default() };
        for round in rounds::store::list(&mut tx, &of_scheme, None, LOOKED_AT).await? {
            let waiting = ["submitted", "returned", "under_review", "approved", "published", "appealed"];
            let rows = store::of_round(&mut tx, round.id, &waiting).await?;
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let objections = store::objections(&mut tx, &ids).await?;
            for row in &rows {
                if let Some(next) = next(row, &objections, &round, today).filter(NextStep::is_late) {
                    applications.push(LateApplication { application: row.into(), next });
                }
            }
        }
        let Some(rule) = scheme.rules.as_ref().and_then(|rules| rules.assessment) else { continue };
        let held = designations::store::of_scheme(&mut tx, scheme.id).await?;
        let ids: Vec<Uuid> = held.iter().map(|one| one.id).collect();
        let assessed = designations::store::assessments(&mut tx, &ids).await?;
        for one in held {
            let years: Vec<i32> = assessed.iter().filter(|a| a.designation_id == one.id).map(|a| a.year).collect();
            if let Some((year, due)) = one.rules()?.assessment_owed(rule, today, &years) {
                assessments.push(LateAssessment {
                    designation_id: one.id,
                    number: one.number,
                    organization_name_zh: one.organization_name_zh,
                    year,
                    due,
                });
            }
        }
    }
    tx.commit().await?;
    applications.sort_by_key(|one| (one.next.due(), one.application.id));
    assessments.sort_by_key(|one| (one.due, one.designation_id));
    Ok(Json(LateView { applications, assessments }))
}
