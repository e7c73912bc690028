use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{
    designation::{
        application::{Application, StateName},
        rank::{Chance, Entry, Ranked, rank},
    },
    role::Action,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG, require,
    store::{self, Round},
};
use crate::{
    applications::{self, store::ApplicationRow},
    auth::Actor,
    credits,
    error::{ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
    tenancy::Tx,
};

/// The mean points of a criterion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CriterionMean {
    /// Key of the criterion.
    key: String,
    /// Mean points, in hundredths.
    mean: u64,
}

/// Where an application stands in its round.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RankedView {
    /// The application.
    application_id: Uuid,
    /// Who applies.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
    /// Where the application stands.
    #[schema(value_type = String)]
    state: StateName,
    /// Whether it is reviewed for the second time, after an appeal.
    second_hearing: bool,
    /// From 1.
    place: usize,
    /// Whether it lacks nothing and is among the best that there are places for, whatever comes of those that are pending.
    within: bool,
    /// Whether it has a place: `within`; `awaits`: lacks nothing, and has one if not all that are pending take one; `beyond`:
    /// lacks nothing, and there is none for it; `pending`: lacks what is still to come, a review, a visit or its photographs;
    /// `lacking`.
    #[schema(value_type = String)]
    chance: Chance,
    /// Mean of all points together, in hundredths.
    mean: u64,
    /// Reviews that there are.
    reviews: u32,
    /// Mean points of each criterion.
    criteria: Vec<CriterionMean>,
    /// What it lacks to be approved: `reviews_missing`, `below_minimum`, `below_total_minimum`, `spot_check_missing`,
    /// `spot_check_failed`, `photos_missing`.
    lacks: Vec<String>,
}

/// An application that is not under review yet, and may still come to be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UncheckedView {
    /// The application.
    application_id: Uuid,
    /// Who applies.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
    /// `submitted`, or `returned` while there are days left to complete it.
    #[schema(value_type = String)]
    state: StateName,
}

/// The order of a round.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RankingView {
    /// Awards at the most; null if there is no limit.
    quota: Option<u32>,
    /// Places that are left for those that wait for a decision; null if there is no limit.
    places_left: Option<usize>,
    /// Those that wait for a decision, the best first.
    items: Vec<RankedView>,
    /// Those that may still come to be among them. As long as they and those that are pending may take the last places,
    /// these are not given to others.
    unchecked: Vec<UncheckedView>,
}

/// What waits for a decision, in its order.
pub(super) struct Waiting {
    pub rows: Vec<ApplicationRow>,
    pub entries: Vec<Entry>,
    pub ranked: Vec<Ranked>,
    pub places: Option<usize>,
    /// What may still come to be among them.
    pub unchecked: Vec<ApplicationRow>,
}

impl Waiting {
    /// Who these are.
    pub fn names(&self, ids: &[Uuid]) -> Vec<String> {
        let all = self.rows.iter().chain(&self.unchecked).filter(|row| ids.contains(&row.id));
        all.map(|row| row.professional_name.clone().unwrap_or_else(|| row.organization_name_zh.clone())).collect()
    }
}

/// Looks at what waits for a decision in a round.
pub(super) async fn waiting(
    tx: &mut Tx,
    round: &Round,
    rows: Vec<ApplicationRow>,
    today: NaiveDate,
) -> Result<Waiting> {
    let taken = usize::try_from(applications::store::places_taken(tx, round.id).await?).unwrap_or(usize::MAX);
    let quota = round.rules.quota.map(|quota| usize::try_from(quota).unwrap_or(usize::MAX));
    let places = quota.map(|quota| quota.saturating_sub(taken));
    let entries = applications::outcomes(tx, round, &rows).await?;
    let mut unchecked = applications::store::of_round(tx, round.id, &["submitted", "returned"]).await?;
    // What was not completed in time does not come back by itself.
    unchecked.retain(|row| !matches!(row.standing.0, Application::Returned { until, .. } if until < today));
    let ranked = rank(entries.clone(), places, unchecked.len());
    Ok(Waiting { rows, entries, ranked, places, unchecked })
}

/// Ranks the applications of a round that wait for a decision: by mean points, then by the criteria in their order, then by
/// the moment of submission.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/ranking",
    operation_id = "rank_round",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "The order", body = RankingView), ApiErrors)
)]
pub(super) async fn ranking(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<RankingView>> {
    let mut tx = state.begin(&actor).await?;
    let round = store::load(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundRead, round.authority_id).await?;
    let rows = applications::store::of_round(&mut tx, id, &["under_review"]).await?;
    let today = credits::today(&mut tx, state.now()).await?;
    let found = waiting(&mut tx, &round, rows, today).await?;
    tx.commit().await?;
    let mut items = Vec::with_capacity(found.ranked.len());
    for one in found.ranked {
        let row = found.rows.iter().find(|row| row.id == one.application);
        let entry = found.entries.iter().find(|entry| entry.application == one.application);
        let (Some(row), Some(entry)) = (row, entry) else { continue };
        let criteria = round.rules.criteria.iter().zip(&entry.outcome.by_criterion);
        items.push(RankedView {
            application_id: row.id,
            organization_name_zh: row.organization_name_zh.clone(),
            professional_name: row.professional_name.clone(),
            state: row.standing.0.state(),
            second_hearing: row.hearing() == 2,
            place: one.place,
            within: one.chance == Chance::Within,
            chance: one.chance,
            mean: entry.outcome.mean.hundredths(),
            reviews: entry.outcome.mean.of,
            criteria: criteria
                .map(|(criterion, mean)| CriterionMean { key: criterion.key.clone(), mean: mean.hundredths() })
                .collect(),
            lacks: entry.outcome.lacks.iter().map(|lack| lack.code().to_owned()).collect(),
        });
    }
    let unchecked = found.unchecked.into_iter().map(|row| UncheckedView {
        application_id: row.id,
        state: row.standing.0.state(),
        organization_name_zh: row.organization_name_zh,
        professional_name: row.professional_name,
    });
    let unchecked = unchecked.collect();
    Ok(Json(RankingView { quota: round.rules.quota, places_left: found.places, items, unchecked }))
}
