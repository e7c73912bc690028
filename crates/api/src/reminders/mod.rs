//! Reminders of deadlines: each account reads its own, and nobody else's. What is told when is
//! [`kepu_domain::reminder`]'s to say.

mod gather;
mod keep;
mod store;

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::reminder::{Stage, Step};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub use keep::remind;

use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiQuery},
    ids,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::{DistrictId, Tx},
};

const TAG: &str = "reminders";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(unread)).routes(routes!(read))
}

/// A reminder.
#[derive(Debug, Serialize, ToSchema)]
struct ReminderView {
    /// Identity.
    id: Uuid,
    /// What is to be done: `submit`, `complete`, `appeal`, `check`, `review`, `decide`, `publish`, `answer_objection`,
    /// `award`, `answer_appeal` of an application, `assess`, `renew`, `designation_ends` of a designation, `return` of a
    /// booking, `agreement_ends` of an agreement, `state_appeal`, `decide_appeal` of an appeal. News are `appeal_answered`,
    /// which says that an appeal of one's own was granted or declined; `application_returned`, `application_approved`,
    /// `application_refused`, `application_published`, `application_awarded`, `refusal_answered`; `designation_suspended`,
    /// `designation_resumed`, `designation_revoked`, and with `host_` for who has sessions ahead there; `booking_asked`,
    /// `booking_approved`, `booking_refused`, `booking_cancelled`, `loan_late`; `agreement_offered`, `agreement_refused`,
    /// `agreement_ended`; `theme_moved`.
    step: String,
    /// The application, designation, booking, agreement, appeal or theme.
    object_id: Uuid,
    /// Where that has no page of its own, the one on which it is seen: the edition of a theme.
    page_id: Option<Uuid>,
    /// The last day; of news, the day on which it happened.
    due: NaiveDate,
    /// How near that was when it was told: `soon`, `today`, `late`; `news` if nothing is to be done.
    stage: String,
    /// What it is about.
    label_zh: String,
    /// The same in English; may be empty.
    label_en: String,
    /// When it was told.
    created_at: DateTime<Utc>,
    /// When it was read; null until then.
    read_at: Option<DateTime<Utc>>,
    /// Since when it is done, was told anew in a later stage, or is news that was read; null while it waits.
    over_at: Option<DateTime<Utc>>,
}

impl From<store::Reminder> for ReminderView {
    fn from(row: store::Reminder) -> Self {
        Self {
            id: row.id,
            step: row.step,
            object_id: row.object_id,
            page_id: row.page_id,
            due: row.due,
            stage: row.stage,
            label_zh: row.label_zh,
            label_en: row.label_en,
            created_at: row.created_at,
            read_at: row.read_at,
            over_at: row.over_at,
        }
    }
}

/// News, told in the transaction in which it happened: the hourly round would tell it late.
#[derive(Debug, Clone)]
pub struct News {
    /// What has happened.
    pub step: Step,
    /// With what.
    pub object: Uuid,
    /// The page on which that is seen, if it has none of its own.
    pub page: Option<Uuid>,
    /// On which day.
    pub on: NaiveDate,
    /// What it is about.
    pub label_zh: String,
    /// The same in English; may be empty.
    pub label_en: String,
}

/// Tells an account some news, once.
///
/// # Errors
/// If the database cannot be written.
pub async fn tell_news(tx: &mut Tx, account: Uuid, news: News, now: DateTime<Utc>) -> Result<()> {
    let row = store::Reminder {
        id: ids::new(),
        account_id: account,
        step: news.step.word().to_owned(),
        object_id: news.object,
        due: news.on,
        stage: Stage::News.word().to_owned(),
        label_zh: news.label_zh,
        label_en: news.label_en,
        created_at: now,
        read_at: None,
        over_at: None,
        page_id: news.page,
    };
    store::tell(tx, &row).await
}

/// Tells news to all who speak for organizations, each of them once, but not to who made it happen.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn tell_organizations(
    tx: &mut Tx,
    by: &Actor,
    organizations: &[Uuid],
    news: &News,
    now: DateTime<Utc>,
) -> Result<()> {
    for account in store::speakers(tx, organizations).await? {
        if account != by.account_id {
            tell_news(tx, account, news.clone(), now).await?;
        }
    }
    Ok(())
}

/// How many wait.
#[derive(Debug, Serialize, ToSchema)]
struct UnreadView {
    /// Reminders that wait and were not read.
    unread: i64,
}

/// Which ones.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReminderFilter {
    /// Those alone that still wait.
    #[serde(default)]
    waiting: bool,
}

/// What was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadReminders {
    /// These; all of the account if left out.
    #[schema(max_items = 500)]
    ids: Option<Vec<Uuid>>,
}

/// Lists my reminders, the newest first.
#[utoipa::path(
    get, path = "/api/v1/reminders", operation_id = "list_reminders", tag = TAG, params(ReminderFilter, PageQuery),
    responses((status = 200, description = "Reminders", body = Page<ReminderView>), ApiErrors)
)]
async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ReminderFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ReminderView>>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::list(&mut tx, actor.account_id, filter.waiting, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, ReminderView::from)?))
}

/// Tells how many of my reminders wait and were not read.
#[utoipa::path(
    get, path = "/api/v1/reminders/unread", operation_id = "count_reminders", tag = TAG,
    responses((status = 200, description = "How many", body = UnreadView), ApiErrors)
)]
async fn unread(State(state): State<AppState>, actor: Actor) -> Result<Json<UnreadView>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let unread = store::unread(&mut tx, actor.account_id).await?;
    tx.rollback().await?;
    Ok(Json(UnreadView { unread }))
}

/// Notes that I have read these of my reminders, or all of them. Others' are passed over.
#[utoipa::path(
    post, path = "/api/v1/reminders/read", operation_id = "read_reminders", tag = TAG, request_body = ReadReminders,
    responses((status = 200, description = "How many wait still", body = UnreadView), ApiErrors)
)]
async fn read(State(state): State<AppState>, actor: Actor, ApiJson(body): ApiJson<ReadReminders>) -> Result<Response> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    store::read(&mut tx, actor.account_id, body.ids.as_deref(), state.now()).await?;
    let unread = store::unread(&mut tx, actor.account_id).await?;
    tx.commit_with(Json(UnreadView { unread })).await
}
