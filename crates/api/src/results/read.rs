use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::role::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    ResultState, ResultView, TAG,
    evidence::EvidenceView,
    reach::{Readable, readable, require_for},
    store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which results to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ResultFilter {
    /// In this state.
    state: Option<ResultState>,
    /// Of persons who were at this school on the day.
    school_id: Option<Uuid>,
    /// Of this competition.
    competition_id: Option<Uuid>,
    /// Of this person.
    person_id: Option<Uuid>,
    /// Of this level: `national`, `provincial`, `city`, `county`, `town`, `school`.
    level: Option<String>,
    /// Achieved on this day or later.
    from: Option<NaiveDate>,
    /// Achieved on this day or earlier.
    to: Option<NaiveDate>,
    /// Submitted by this account.
    submitted_by: Option<Uuid>,
    /// In the order of submission: `submitted`, the default, or `-submitted`, the newest first.
    #[param(inline)]
    sort: Option<Sort>,
}

/// The order of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub(super) enum Sort {
    /// As they were submitted.
    #[serde(rename = "submitted")]
    Submitted,
    /// The newest first.
    #[serde(rename = "-submitted")]
    Newest,
}

/// Lists the results that the account may read, in the order of submission.
#[utoipa::path(
    get,
    path = "/api/v1/results",
    operation_id = "list_results",
    tag = TAG,
    params(ResultFilter, PageQuery),
    responses((status = 200, description = "A page of results", body = Page<ResultView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ResultFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ResultView>>> {
    let mut tx = state.begin(&actor).await?;
    let readable = readable(&actor, tx.district().0)?;
    let (schools, persons) = match &readable {
        Readable::All => (None, &[][..]),
        Readable::Of { schools, persons } => (Some(schools.as_slice()), persons.as_slice()),
    };
    let wanted = store::Filter {
        schools,
        persons,
        state: filter.state,
        school: filter.school_id,
        competition: filter.competition_id,
        person: filter.person_id,
        level: filter.level.as_deref(),
        from: filter.from,
        to: filter.to,
        submitted_by: filter.submitted_by,
        newest_first: filter.sort == Some(Sort::Newest),
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, ResultView::from)?))
}

/// A step of a result's life.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResultStep {
    /// From this state; null at the beginning.
    from: Option<ResultState>,
    /// To this state.
    to: ResultState,
    /// Why, or what.
    reason: String,
    /// The account.
    account_id: Uuid,
    /// When.
    at: DateTime<Utc>,
}

/// A result with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResultDetail {
    /// The result.
    #[serde(flatten)]
    result: ResultView,
    /// The results of the other members of the team.
    others: Vec<ResultView>,
    /// Files that prove it.
    evidence: Vec<EvidenceView>,
    /// Its life so far.
    history: Vec<ResultStep>,
}

/// Reads a result with its team, evidence and history. The reading is put on the trail.
#[utoipa::path(
    get,
    path = "/api/v1/results/{id}",
    operation_id = "read_result",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The result")),
    responses((status = 200, description = "The result", body = ResultDetail), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ResultDetail>)> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let mut rows = store::achievement_of(&mut tx, id).await?;
    let Some(at) = rows.iter().position(|row| row.id == id) else { return Err(ApiError::not_found("result")) };
    let row = rows.remove(at);
    require_for(&actor, Action::ResultRead, district, std::slice::from_ref(&row))?;
    // A student or a guardian sees the team mates' names nowhere but on the certificate.
    rows.retain(|other| require_for(&actor, Action::ResultRead, district, std::slice::from_ref(other)).is_ok());
    let evidence = store::evidence_of(&mut tx, row.achievement()).await?;
    let history = store::events(&mut tx, id).await?;
    let detail = json!({ "person_id": row.person_id });
    audit::record(&mut tx, &actor, state.now(), Event::new("result.read", "result", id, detail)).await?;
    tx.commit().await?;
    let version = row.version;
    let detail = ResultDetail {
        result: row.into(),
        others: rows.into_iter().map(ResultView::from).collect(),
        evidence: evidence.into_iter().map(EvidenceView::from).collect(),
        history: history
            .into_iter()
            .map(|event| ResultStep {
                from: event.from_state,
                to: event.to_state,
                reason: event.reason,
                account_id: event.account_id,
                at: event.at,
            })
            .collect(),
    };
    Ok((ETag(version), Json(detail)))
}
