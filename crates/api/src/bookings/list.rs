use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{BookingSide, BookingState, BookingView, TAG, store};
use crate::{
    auth::{Actor, Reach},
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    organizations,
    page::{Page, PageQuery},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// Which bookings to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BookingFilter {
    /// Of this organization.
    organization_id: Option<Uuid>,
    /// Those that were asked for (`asker`), or those of what is offered (`owner`); both if left out.
    #[param(inline)]
    side: Option<BookingSide>,
    /// Of this resource.
    resource_id: Option<Uuid>,
    /// That have, or had, this item.
    item_id: Option<Uuid>,
    /// Of this tour.
    tour_id: Option<Uuid>,
    /// In this state.
    #[param(inline)]
    state: Option<BookingState>,
    /// That have a day on or after this one.
    from: Option<NaiveDate>,
    /// That have a day on or before this one.
    to: Option<NaiveDate>,
    /// Lent and not back yet, and due on this day or earlier.
    due_by: Option<NaiveDate>,
    /// Only what should be back by now and is not.
    #[serde(default)]
    late: bool,
}

/// Whose bookings the actor may list.
async fn reach(tx: &mut Tx, actor: &Actor, wanted: Option<Uuid>) -> Result<Reach> {
    let district = tx.district().0;
    if let Some(id) = wanted {
        let organization = organizations::store::load(tx, id).await?;
        let scope = Scope::Host { district: organization.district_id, host: id };
        actor.require(Action::BookingRead, &scope)?;
        return Ok(Reach::Only(vec![id]));
    }
    let whole = Scope::District { district };
    if actor.may(Action::BookingRead, &whole) {
        return Ok(Reach::All);
    }
    let mut own = match actor.hosts() {
        Reach::All => Vec::new(),
        Reach::Only(ids) => ids,
    };
    own.retain(|host| actor.may(Action::BookingRead, &Scope::Host { district, host: *host }));
    if own.is_empty() {
        actor.require(Action::BookingRead, &whole)?;
    }
    Ok(Reach::Only(own))
}

/// Lists bookings by first day: of the organizations that the account answers for, or of a district.
#[utoipa::path(
    get,
    path = "/api/v1/bookings",
    operation_id = "list_bookings",
    tag = TAG,
    params(BookingFilter, PageQuery),
    responses((status = 200, description = "A page of bookings", body = Page<BookingView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<BookingFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<BookingView>>> {
    let mut tx = state.begin(&actor).await?;
    let reach = reach(&mut tx, &actor, filter.organization_id).await?;
    let day = today(&mut tx, state.now()).await?;
    let late_by = if filter.late { day.pred_opt() } else { None };
    let wanted = store::Filter {
        district: (reach == Reach::All).then_some(tx.district().0),
        organizations: reach.as_filter(),
        asked: filter.side != Some(BookingSide::Owner),
        owned: filter.side != Some(BookingSide::Asker),
        resource: filter.resource_id,
        item: filter.item_id,
        tour: filter.tour_id,
        state: filter.state,
        from: filter.from,
        to: filter.to,
        due_by: match (filter.due_by, late_by) {
            (Some(due), Some(late)) => Some(due.min(late)),
            (due, late) => due.or(late),
        },
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    let page = Page::of(rows, &page, |row| (row.first_day, row.id), |row| BookingView::on(row, day))?;
    let items = page.items.into_iter().collect::<Result<Vec<BookingView>>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// Reads a booking: who asked, who offers, and the officials of both.
#[utoipa::path(
    get,
    path = "/api/v1/bookings/{id}",
    operation_id = "read_booking",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The booking")),
    responses((status = 200, description = "The booking", body = BookingView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<BookingView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    row.require_known(&actor)?;
    let day = today(&mut tx, state.now()).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(BookingView::on(row, day)?)))
}
