//! What was found: the oldest first, and how much waits.

use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kepu_domain::{
    exception::Kind,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    state::AppState,
};

/// The rules by which an exception is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionCause {
    /// One person at two places at once.
    TwoPlaces,
    /// Many sessions confirmed in a short time.
    Burst,
    /// Nearly all of a host's guests are of one school.
    UnusualShare,
    /// Recorded long after.
    BackDated,
    /// The contest is on no published list.
    UnlistedResult,
}

impl From<ExceptionCause> for Kind {
    fn from(kind: ExceptionCause) -> Self {
        match kind {
            ExceptionCause::TwoPlaces => Self::TwoPlaces,
            ExceptionCause::Burst => Self::Burst,
            ExceptionCause::UnusualShare => Self::UnusualShare,
            ExceptionCause::BackDated => Self::BackDated,
            ExceptionCause::UnlistedResult => Self::UnlistedResult,
        }
    }
}

impl From<Kind> for ExceptionCause {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::TwoPlaces => Self::TwoPlaces,
            Kind::Burst => Self::Burst,
            Kind::UnusualShare => Self::UnusualShare,
            Kind::BackDated => Self::BackDated,
            Kind::UnlistedResult => Self::UnlistedResult,
        }
    }
}

/// Which of them.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Which {
    /// Those that wait for an official.
    #[default]
    Open,
    /// Those on which somebody decided.
    Decided,
    /// Those of them that were right as they were.
    Cleared,
    /// Those of them that were wrong.
    Upheld,
    /// Those that went away by themselves.
    Gone,
    /// All of them.
    All,
}

/// Which exceptions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExceptionFilter {
    /// Those that wait, if left out.
    #[serde(default)]
    #[param(inline)]
    which: Which,
    /// Raised by this rule.
    #[serde(default)]
    #[param(inline)]
    kind: Option<ExceptionCause>,
    /// About this host.
    #[serde(default)]
    host: Option<Uuid>,
    /// About this school.
    #[serde(default)]
    school: Option<Uuid>,
    /// Found on this day of the district or later.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Found on this day of the district or earlier.
    #[serde(default)]
    to: Option<NaiveDate>,
    /// Only those for which the time that an official may take has passed.
    #[serde(default)]
    late: bool,
}

/// Something that an official should look at. It is no verdict: credit counts meanwhile.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExceptionView {
    /// Its id.
    pub id: Uuid,
    /// The rule that raised it.
    pub kind: ExceptionCause,
    /// The day: of the confirmation, of the recording, of the result; for a share the first of its month.
    pub on_day: NaiveDate,
    /// The person, if it is about one.
    pub person_id: Option<Uuid>,
    /// The person's name.
    pub person_name: Option<String>,
    /// The host, if it is about one.
    pub host_id: Option<Uuid>,
    /// The host's name.
    pub host_name_zh: Option<String>,
    /// The same in English.
    pub host_name_en: Option<String>,
    /// The school, if it is about one.
    pub school_id: Option<Uuid>,
    /// The school's name.
    pub school_name_zh: Option<String>,
    /// The same in English.
    pub school_name_en: Option<String>,
    /// How the account is called that confirmed a burst, or recorded what is back-dated.
    pub account_name: Option<String>,
    /// How much: minutes at once, sessions, per cent, days; 0 for a result.
    pub measure: i32,
    /// How many participations or results are in it.
    pub records: usize,
    /// `open`, `cleared`, `upheld` or `gone`.
    pub state: String,
    /// What the official said.
    pub remark: String,
    /// How the official is called.
    pub decided_by_name: Option<String>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Since when it waits: when it was found, or found again after it had been decided or had gone.
    pub found_at: DateTime<Utc>,
    /// When it was found for the first time.
    pub first_found_at: DateTime<Utc>,
    /// Until when an official should have looked.
    pub due_at: DateTime<Utc>,
    /// Whether it is open and that time has passed.
    pub late: bool,
    /// For If-Match.
    pub version: i64,
}

impl ExceptionView {
    /// How it is shown at this moment, with so many days to look.
    pub(super) fn at(shown: store::Shown, now: DateTime<Utc>, target_days: u32) -> Result<Self> {
        let kind = shown.row.key()?.kind.into();
        let due_at = shown.row.found_at + TimeDelta::days(i64::from(target_days));
        Ok(Self {
            id: shown.row.id,
            kind,
            on_day: shown.row.on_day,
            person_id: shown.row.person_id,
            person_name: shown.person_name,
            host_id: shown.row.host_id,
            host_name_zh: shown.host_name_zh,
            host_name_en: shown.host_name_en,
            school_id: shown.row.school_id,
            school_name_zh: shown.school_name_zh,
            school_name_en: shown.school_name_en,
            account_name: shown.account_name,
            measure: shown.row.measure,
            records: shown.row.records.len(),
            late: shown.row.state == "open" && due_at < now,
            state: shown.row.state,
            remark: shown.row.remark,
            decided_by_name: shown.decided_by_name,
            decided_at: shown.row.decided_at,
            found_at: shown.row.found_at,
            first_found_at: shown.row.first_found_at,
            due_at,
            version: shown.row.version,
        })
    }
}

/// What the rules found, what waits longest first.
#[utoipa::path(
    get, path = "/api/v1/exceptions", operation_id = "list_exceptions", tag = TAG, params(ExceptionFilter, PageQuery),
    responses((status = 200, description = "A page of exceptions", body = Page<ExceptionView>), ApiErrors)
)]
pub(super) async fn list_exceptions(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ExceptionFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ExceptionView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::ExceptionRead, &Scope::District { district: tx.district().0 })?;
    let states: &[&str] = match filter.which {
        Which::Open => &["open"],
        Which::Decided => &["cleared", "upheld"],
        Which::Cleared => &["cleared"],
        Which::Upheld => &["upheld"],
        Which::Gone => &["gone"],
        Which::All => &["open", "cleared", "upheld", "gone"],
    };
    let kind = filter.kind.map(|kind| Kind::from(kind).word());
    let target = store::rules(&mut tx).await?.rules().target_days;
    let now = state.now();
    let asked = store::Filter {
        states,
        kind,
        host: filter.host,
        school: filter.school,
        from: filter.from,
        to: filter.to,
        before: filter.late.then(|| now - TimeDelta::days(i64::from(target))),
    };
    let rows = store::list(&mut tx, &asked, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    let page = Page::of(
        rows,
        &page,
        |shown| (shown.row.found_at, shown.row.id),
        |shown| ExceptionView::at(shown, now, target),
    )?;
    let items = page.items.into_iter().collect::<Result<_>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// How much waits.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExceptionSummary {
    /// How many wait.
    pub open: i64,
    /// How many of them for longer than the district wants.
    pub late: i64,
    /// The time of the oldest.
    pub oldest: Option<DateTime<Utc>>,
    /// An official looks within so many days.
    pub target_days: u32,
    /// When it was last looked.
    pub looked_at: Option<DateTime<Utc>>,
    /// By rule.
    pub kinds: Vec<ExceptionCount>,
}

/// How much of one rule waits.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ExceptionCount {
    /// The rule.
    pub kind: ExceptionCause,
    /// How many wait.
    pub open: i64,
}

/// How much waits, and how long.
#[utoipa::path(
    get, path = "/api/v1/exceptions/summary", operation_id = "exception_summary", tag = TAG,
    responses((status = 200, description = "How much waits", body = ExceptionSummary), ApiErrors)
)]
pub(super) async fn exception_summary(State(state): State<AppState>, actor: Actor) -> Result<Json<ExceptionSummary>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    actor.require(Action::ExceptionRead, &Scope::District { district: tx.district().0 })?;
    let rules = store::rules(&mut tx).await?;
    let target_days = rules.rules().target_days;
    let rows = store::open_by_kind(&mut tx, state.now() - TimeDelta::days(i64::from(target_days))).await?;
    tx.commit().await?;
    Ok(Json(ExceptionSummary {
        open: rows.iter().map(|row| row.1).sum(),
        late: rows.iter().map(|row| row.2).sum(),
        oldest: rows.iter().map(|row| row.3).min(),
        target_days,
        looked_at: rules.looked_at,
        kinds: rows
            .into_iter()
            .filter_map(|row| Some(ExceptionCount { kind: Kind::from_word(&row.0)?.into(), open: row.1 }))
            .collect(),
    }))
}
