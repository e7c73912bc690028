//! Appeals by filter, what waits for whom, and what waits for a host in other districts.

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::appeal::Turn;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG,
    reach::{self, May},
    store::{self, Filter},
    today,
    view::AppealView,
};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// Open or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WhichAppeals {
    /// Those that wait for somebody, in the order in which they are due.
    Open,
    /// Those that are over, the newest first.
    Closed,
}

/// For whom they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AppealTurn {
    /// For the host.
    Host,
    /// For the district.
    District,
}

/// Which appeals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AppealFilter {
    /// Open or closed; all, the newest first, if left out.
    #[serde(default)]
    #[param(inline)]
    which: Option<WhichAppeals>,
    /// Those that wait for this one.
    #[serde(default)]
    #[param(inline)]
    turn: Option<AppealTurn>,
    /// Those alone whose last day has passed.
    #[serde(default)]
    late: bool,
    /// Filed by the caller.
    #[serde(default)]
    mine: bool,
    /// Of this person.
    #[serde(default)]
    person: Option<Uuid>,
    /// At this host.
    #[serde(default)]
    host: Option<Uuid>,
    /// Of a pupil of this school.
    #[serde(default)]
    school: Option<Uuid>,
    /// About this participation or result.
    #[serde(default)]
    line: Option<Uuid>,
}

/// Appeals that the account may see: a family its own, a school those of its pupils, a host those about its sessions, the
/// district all.
#[utoipa::path(
    get, path = "/api/v1/appeals", operation_id = "list_appeals", tag = TAG, params(AppealFilter, PageQuery),
    responses((status = 200, description = "A page of appeals", body = Page<AppealView>), ApiErrors)
)]
pub(super) async fn list_appeals(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<AppealFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<AppealView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let district = tx.district().0;
    let reach = reach::readable(&actor, district)?;
    let today = today(&mut tx, &state).await?;
    let asked = Filter {
        open: filter.which.map(|which| which == WhichAppeals::Open),
        person: filter.person,
        host: filter.host,
        school: filter.school,
        line: filter.line,
        filed_by: filter.mine.then_some(actor.account_id),
        waits_for_host: filter.turn.map(|turn| turn == AppealTurn::Host),
        late: filter.late,
        today,
        reach: reach.as_filter(),
    };
    let rows = store::list(&mut tx, &asked, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    let key = |shown: &store::Shown| (shown.row.standing.0.due(), shown.row.id);
    let view = |shown: store::Shown| {
        // The list holds nothing that the actor may not read, so this only says what is shown of it.
        let may = reach::may(&actor, district, &shown).unwrap_or(May { names: false, state: false, decide: false });
        AppealView::at(shown, &actor, may, today)
    };
    Ok(Json(Page::of(rows, &page, key, view)?))
}

/// How many wait.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealSummary {
    /// For hosts.
    pub host: i64,
    /// For the district.
    pub district: i64,
    /// How many of those are late.
    pub late: i64,
}

/// Of which host.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AppealsAt {
    /// At this host alone.
    #[serde(default)]
    host: Option<Uuid>,
}

/// How many of the appeals that the account may see wait, and for whom.
#[utoipa::path(
    get, path = "/api/v1/appeals/summary", operation_id = "appeal_summary", tag = TAG, params(AppealsAt),
    responses((status = 200, description = "How many wait", body = AppealSummary), ApiErrors)
)]
pub(super) async fn appeal_summary(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(at): ApiQuery<AppealsAt>,
) -> Result<Json<AppealSummary>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let reach = reach::readable(&actor, tx.district().0)?;
    let today = today(&mut tx, &state).await?;
    let asked = Filter { open: Some(true), host: at.host, today, reach: reach.as_filter(), ..Filter::default() };
    let (host, district, late) = store::count(&mut tx, &asked).await?;
    tx.commit().await?;
    Ok(Json(AppealSummary { host, district, late }))
}

/// Another district whose students question what a host recorded.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealsElsewhere {
    /// The district; send it as `Kepu-District` to list and answer them.
    pub district_id: Uuid,
    /// Its name.
    pub name_zh: String,
    /// The same in English; may be empty.
    pub name_en: String,
    /// How many wait for the host.
    pub waiting: i64,
}

/// All of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealsElsewhereList {
    /// One for each district in which something waits.
    pub items: Vec<AppealsElsewhere>,
}

/// Other districts in which appeals wait for the caller's hosts: guests are of any district.
#[utoipa::path(
    get, path = "/api/v1/appeals/elsewhere", operation_id = "appeals_elsewhere", tag = TAG,
    responses((status = 200, description = "Where something waits", body = AppealsElsewhereList), ApiErrors)
)]
pub(super) async fn appeals_elsewhere(
    State(state): State<AppState>,
    actor: Actor,
) -> Result<Json<AppealsElsewhereList>> {
    let hosts = reach::hosts(&actor);
    let mut items = Vec::new();
    let mut tx = state.begin_snapshot(&actor).await?;
    let here = tx.district().0;
    let districts = if hosts.is_empty() { Vec::new() } else { store::districts(&mut tx).await? };
    tx.commit().await?;
    for (district_id, name_zh, name_en) in districts.into_iter().filter(|district| district.0 != here) {
        let mut tx = state.db().begin_snapshot(DistrictId(district_id)).await?;
        let today = today(&mut tx, &state).await?;
        let reach = Some((&[][..], &hosts[..], &[][..]));
        let asked = Filter { open: Some(true), today, reach, ..Filter::default() };
        let (waiting, _, _) = store::count(&mut tx, &asked).await?;
        tx.commit().await?;
        if waiting > 0 {
            items.push(AppealsElsewhere { district_id, name_zh, name_en, waiting });
        }
    }
    Ok(Json(AppealsElsewhereList { items }))
}

/// An appeal that waits, for reminders.
#[derive(Debug)]
pub struct OwedAppeal {
    /// The appeal.
    pub id: Uuid,
    /// The host, if it is the host's turn; the district otherwise.
    pub host: Option<Uuid>,
    /// The last day.
    pub due: NaiveDate,
    /// What was questioned.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
}

/// What waits in the district of the transaction.
///
/// # Errors
/// If the database cannot be read.
pub async fn owed(tx: &mut Tx, today: NaiveDate) -> Result<Vec<OwedAppeal>> {
    let asked = Filter { open: Some(true), today, ..Filter::default() };
    let rows = store::list(tx, &asked, None, i64::MAX).await?;
    Ok(rows
        .into_iter()
        .map(|shown| {
            let appeal = &shown.row.standing.0;
            let host = shown.row.host_id.filter(|_| appeal.turn(today) == Some(Turn::Host));
            let due = host.and_then(|_| appeal.host_due()).unwrap_or_else(|| appeal.due());
            OwedAppeal { id: shown.row.id, host, due, title_zh: shown.title_zh, title_en: shown.title_en }
        })
        .collect())
}
