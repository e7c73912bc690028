//! What is ahead under an agreement, for who thinks of ending it.

use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::agreement::end::{self, Ahead, Choice, Choices, Outcome, begun_by};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{AheadSort, EndOutcome, TAG, reach, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    projects,
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// One thing that is ahead.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct AheadItem {
    /// What it is.
    pub sort: AheadSort,
    /// Which booking, session or project.
    pub id: Uuid,
    /// What it is called.
    pub title_zh: String,
    /// Its title in English; may be empty.
    pub title_en: String,
    /// The organizations of which it is.
    pub organizations: Vec<Uuid>,
    /// First day; null for a project.
    pub first_day: Option<NaiveDate>,
    /// Last day; null for a project.
    pub last_day: Option<NaiveDate>,
    /// What becomes of it: if it is to be cancelled, as it is shown; then what was done.
    pub outcome: EndOutcome,
    #[serde(skip)]
    pub rules: Ahead,
}

/// What is ahead.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AheadList {
    /// Bookings, then sessions, then projects.
    items: Vec<AheadItem>,
}

/// For whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AheadFor {
    /// The party that thinks of ending it.
    organization_id: Uuid,
    /// The first day on which it would no longer be in force; today if left out.
    on: Option<NaiveDate>,
}

/// All that is ahead of a day, today or a later one, as the rules see it too.
pub(super) async fn load(
    tx: &mut Tx,
    agreement: Uuid,
    today: NaiveDate,
    on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<AheadItem>> {
    let on = on.max(today);
    let here = tx.district().0;
    let item = |sort: AheadSort, id, titles: (String, String), of: Vec<Uuid>, days: Option<(NaiveDate, NaiveDate)>| {
        let rules = Ahead { sort: sort.into(), id, of: of.clone(), begun: false };
        AheadItem {
            sort,
            id,
            title_zh: titles.0,
            title_en: titles.1,
            organizations: of,
            first_day: days.map(|days| days.0),
            last_day: days.map(|days| days.1),
            outcome: EndOutcome::Kept,
            rules,
        }
    };
    let mut items = Vec::new();
    for row in store::bookings_ahead(tx, agreement, on).await? {
        let (of, days) = (vec![row.owner_id, row.organization_id], Some((row.first_day, row.last_day)));
        let mut one = item(AheadSort::Bookings, row.id, (row.title_zh, row.title_en), of, days);
        one.rules.begun = begun_by(row.delivered, Some(row.first_day), today, on);
        items.push(one);
    }
    for row in store::sessions_ahead(tx, agreement, now, on).await? {
        let days = Some((row.first_day, row.last_day));
        let mut one = item(AheadSort::Sessions, row.id, (row.title_zh, row.title_en), vec![row.host_id], days);
        // A session is changed in the district in which it happens, and by nobody else.
        if row.district_id != here {
            one.rules.of.clear();
        }
        items.push(one);
    }
    let parties: Vec<Uuid> = store::load(tx, agreement).await?.parties.iter().map(|party| party.id).collect();
    for row in projects::store::open_of(tx, agreement).await? {
        // Each party may stop what rests on the agreement that it ends.
        let mut one = item(AheadSort::Projects, row.id, (row.title_zh, row.title_en), vec![row.owner_id], None);
        one.rules.of.clone_from(&parties);
        items.push(one);
    }
    Ok(items)
}

/// Shows what is ahead under an agreement, and what would become of each thing if its kind was cancelled by this party.
#[utoipa::path(
    get,
    path = "/api/v1/agreements/{id}/ahead",
    operation_id = "read_agreement_ahead",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The agreement"), AheadFor),
    responses((status = 200, description = "What is ahead", body = AheadList), ApiErrors)
)]
pub(super) async fn ahead(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(of): ApiQuery<AheadFor>,
) -> Result<Json<AheadList>> {
    let mut tx = state.begin(&actor).await?;
    let row = reach::known(&mut tx, &actor, id).await?;
    reach::acts(&actor, &row, of.organization_id)?;
    let now = state.now();
    let today = today(&mut tx, now).await?;
    let mut items = load(&mut tx, id, today, of.on.unwrap_or(today), now).await?;
    tx.commit().await?;
    let all = Some(Choice::Cancel);
    decided(&mut items, of.organization_id, Choices { bookings: all, sessions: all, projects: all })
        .map_err(|_| crate::error::ApiError::internal(anyhow::anyhow!("a kind without a choice")))?;
    Ok(Json(AheadList { items }))
}

/// Writes beside each thing what the rules make of it.
pub(super) fn decided(
    items: &mut [AheadItem],
    by: Uuid,
    choices: Choices,
) -> std::result::Result<Vec<Outcome>, Vec<end::Sort>> {
    let rules: Vec<Ahead> = items.iter().map(|item| item.rules.clone()).collect();
    let outcomes = end::decide(by, &rules, choices)?;
    for (item, outcome) in items.iter_mut().zip(&outcomes) {
        item.outcome = (*outcome).into();
    }
    Ok(outcomes)
}
