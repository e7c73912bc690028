//! What suspending, revoking, keeping or correcting would do, before it is done. It is done in transactions that are given up, so that what is
//! told is what would be; nothing is written.

use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Asia::Shanghai;
use kepu_domain::{
    credit::Credit,
    designation::{Term, standing::Step},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    refused,
    standing::{apply, lock, room},
    store,
};
use crate::{
    auth::Actor,
    credits::{self, Author},
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// What would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Doing {
    /// Suspend it.
    Suspend,
    /// Lift the suspension.
    Lift,
    /// Revoke it.
    Revoke,
    /// Keep it, though its revocation is decided.
    Keep,
    /// Correct its first and last day.
    Correct,
}

/// What would be done, and from when on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EffectQuery {
    /// What would be done.
    #[param(inline)]
    step: Doing,
    /// The day from which it would hold; the first day, where days are corrected.
    from: NaiveDate,
    /// The last day, where days are corrected or it is suspended for some; it stays open if left out.
    to: Option<NaiveDate>,
}

/// What would be written.
#[derive(Debug, Clone, Copy)]
enum Trial {
    Step(Step),
    Term(Term),
}

/// Writes it, without credit.
async fn attempt(tx: &mut Tx, state: &AppState, by: Uuid, mut row: store::Designation, trial: Trial) -> Result<()> {
    match trial {
        Trial::Step(step) => apply(tx, state, by, row, step, "").await.map(|_| ()),
        Trial::Term(term) => {
            (row.valid_from, row.valid_to) = (term.from(), term.to());
            store::update(tx, &row).await
        }
    }
}

/// A session that is still to come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionToCome {
    /// The session.
    id: Uuid,
    /// The activity's title.
    title_zh: String,
    /// When it begins.
    starts_at: DateTime<Utc>,
}

/// What it would do.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct DesignationEffect {
    /// Open sessions of the host that are still to come, from that day on.
    sessions: i64,
    /// The first of them, 20 at the most.
    first_sessions: Vec<SessionToCome>,
    /// Participations with the host, of these days, that wait to be confirmed, in all districts: they would be confirmed
    /// without what the designation gives.
    pending: i64,
    /// Records whose credit would change, in all districts.
    records: usize,
    /// Persons whose credit would change, in all districts.
    persons: usize,
    /// By how much all their credit would change together, in thousandths of a credit, under each policy added up;
    /// negative if it is taken away.
    credit: i64,
    /// Districts in which it would change.
    districts: usize,
}

/// Tells what suspending, lifting, revoking, keeping or correcting a designation would affect: sessions ahead, records, persons,
/// credit. Nothing is written.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}/effect",
    operation_id = "preview_designation_effect",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The designation"), EffectQuery),
    responses((status = 200, description = "What it would affect", body = DesignationEffect), ApiErrors)
)]
pub(super) async fn effect(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<EffectQuery>,
) -> Result<Json<DesignationEffect>> {
    let mut tx = state.begin(&actor).await?;
    let row = if matches!(query.step, Doing::Correct) {
        // Who keeps the register of the district corrects it, whoever granted it.
        actor.require(Action::DesignationManage, &Scope::District { district: tx.district().0 })?;
        store::load(&mut tx, id).await?
    } else {
        lock(&mut tx, &actor, id).await?.0
    };
    let districts = store::districts(&mut tx).await?;
    let (holder, host) = (row.organization_id, row.professional_id.is_none());
    let EffectQuery { step, from, to } = query;
    let today = credits::today(&mut tx, state.now()).await?;
    let trial = match step {
        Doing::Suspend => Trial::Step(Step::Suspend { from, to, on: today }),
        Doing::Lift => Trial::Step(Step::Lift { from, on: today }),
        Doing::Revoke => Trial::Step(Step::Revoke { from }),
        Doing::Keep => {
            room(&mut tx, &row, row.rules()?.term).await?;
            Trial::Step(Step::Keep { on: today })
        }
        Doing::Correct => Trial::Term(Term::new(from, to).map_err(|refusal| refused(&refusal))?),
    };
    // From this day on it would be another: after its last day, where days are corrected.
    let other_from = match trial {
        Trial::Step(_) => Some(from),
        Trial::Term(term) => term.to().and_then(|last| last.succ_opt()),
    };
    let other_to = if let Trial::Step(Step::Suspend { to, .. }) = trial { to } else { None };
    // What is refused is refused here already.
    attempt(&mut tx, &state, actor.account_id, row, trial).await?;
    let mut view = DesignationEffect::default();
    let now = state.now();
    if let Some(from) = other_from.filter(|_| host) {
        let start = from.and_time(NaiveTime::MIN).and_local_timezone(Shanghai).earliest();
        let start = start.map_or(now, |start| now.max(start.to_utc()));
        let (first, sessions) = store::sessions_ahead(&mut tx, holder, start, other_to, 20).await?;
        view.sessions = sessions;
        view.first_sessions = first
            .into_iter()
            .map(|one| SessionToCome { id: one.id, title_zh: one.title_zh, starts_at: one.starts_at })
            .collect();
    }
    tx.rollback().await?;
    if !host {
        return Ok(Json(view));
    }
    for district in districts {
        let mut tx = state.begin_in(DistrictId(district)).await?;
        if let Some(from) = other_from {
            view.pending += store::pending(&mut tx, holder, from, other_to).await?;
        }
        if !credits::has_records_of(&mut tx, holder).await? {
            tx.rollback().await?;
            continue;
        }
        store::lock_holder(&mut tx, holder).await?;
        let row = store::load(&mut tx, id).await?;
        attempt(&mut tx, &state, actor.account_id, row, trial).await?;
        let author = Author { account_id: actor.account_id, at: now };
        let booked = credits::touch_host(&mut tx, &author, holder).await?;
        tx.rollback().await?;
        if booked.changed.is_empty() {
            continue;
        }
        view.districts += 1;
        view.records += booked.by_record.values().filter(|amount| !amount.is_zero()).count();
        view.persons += booked.changed.len();
        view.credit += booked.by_record.values().copied().sum::<Credit>().milli();
    }
    Ok(Json(view))
}
