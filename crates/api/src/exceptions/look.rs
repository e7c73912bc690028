//! Looking for exceptions: in the background every few minutes, or when an official asks.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use axum::{extract::State, response::Response};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use kepu_domain::{
    exception::{Facts, Key, Rules, Seen, find},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    audit::{self, Event, Origin},
    auth::Actor,
    credits,
    error::{ApiErrors, Result},
    ids, participation, results,
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// How often it is looked.
pub const EVERY: Duration = Duration::from_secs(600);
/// A step is seen again for so long: transactions end later than their steps were made.
const AGAIN_MS: u128 = 3_600_000;
/// So much longer, that a day's confirmations are seen together until the day is over.
const DAY_MS: u128 = 24 * 3_600_000;
/// What was confirmed longer ago is not looked at for the first time.
const NOT_BEFORE: TimeDelta = TimeDelta::days(60);
/// Results are verified by themselves when nobody has touched them for so long: who submitted may still correct them.
const UNTOUCHED: TimeDelta = TimeDelta::hours(1);
/// Results that one look verifies at most; the next one goes on.
const VERIFIED_MOST: i64 = 500;

/// In every district. Where one fails, the others go on.
///
/// # Errors
/// The first failure.
pub async fn look(state: &AppState) -> Result<()> {
    let mut failed = None;
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let districts = crate::designations::store::districts(&mut tx).await?;
    tx.commit().await?;
    for district in districts {
        let one = async {
            let mut tx = state.begin_in(DistrictId(district)).await?;
            look_in(state, &mut tx).await?;
            tx.commit().await
        };
        if let Err(error) = one.await {
            tracing::error!(%error, %district, "exceptions were not looked for");
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// What a look changed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Looked {
    /// Found for the first time, or again.
    pub opened: usize,
    /// What they were about is no more.
    pub gone: usize,
    /// Results that raised nothing and were verified, where the district wants that.
    pub verified: usize,
}

/// Looks now instead of in some minutes.
#[utoipa::path(
    post, path = "/api/v1/exceptions/look", operation_id = "look_for_exceptions", tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "What changed", body = Looked), ApiErrors)
)]
pub(super) async fn look_now(State(state): State<AppState>, actor: Actor) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ExceptionDecide, &Scope::District { district: tx.district().0 })?;
    let looked = look_in(&state, &mut tx).await?;
    tx.commit_with(axum::Json(looked)).await
}

/// Looks in the district of the transaction.
pub async fn look_in(state: &AppState, tx: &mut Tx) -> Result<Looked> {
    let now = state.now();
    let row = store::lock_rules(tx).await?;
    let wanted = row.rules();
    let rules = Rules::from(&wanted);
    let last = store::last_step(tx).await?;
    let from = row.looked_to.map_or_else(Uuid::nil, |to| ids::earlier(to, AGAIN_MS + DAY_MS));
    let facts = facts(tx, &rules, from, now).await?;
    let found = find(&rules, &facts);

    let known: HashMap<Key, store::Row> =
        store::lock_known(tx, &found).await?.into_iter().map(|row| Ok((row.key()?, row))).collect::<Result<_>>()?;
    let mut looked = Looked::default();
    for one in &found {
        let Some(row) = known.get(&one.key) else {
            store::insert(tx, state.new_id(), one, now).await?;
            looked.opened += 1;
            continue;
        };
        let more = one.records.iter().any(|record| !row.records.contains(record));
        let before = row.standing()?;
        let after = before.seen(if more { Seen::More } else { Seen::Same });
        let measure = i32::try_from(one.measure).unwrap_or(i32::MAX);
        let moved = after != before;
        let differs = row.state == "open" && (row.records != one.records || row.measure != measure);
        if moved || differs {
            // It is due as what is found today: what was decided or had gone waited for nobody.
            store::update(tx, row.id, &after, (&one.records, measure), now, moved.then_some(now)).await?;
        }
        looked.opened += usize::from(moved);
    }
    let there: HashSet<&Key> = found.iter().map(|one| &one.key).collect();
    for (_, row) in known.iter().filter(|(key, _)| !there.contains(key)) {
        let before = row.standing()?;
        let after = before.seen(Seen::NoMore);
        if after != before {
            store::update(tx, row.id, &after, (&row.records, row.measure), now, None).await?;
            looked.gone += 1;
        }
    }
    if wanted.verify_the_rest {
        looked.verified = verify(state, tx).await?;
    }
    store::set_looked(tx, last, now).await?;
    if looked != Looked::default() {
        let detail = json!({ "opened": looked.opened, "gone": looked.gone, "verified": looked.verified });
        let event = Event::new("exception.look", "district", tx.district().0, detail);
        audit::record_as(tx, &Origin::default(), now, vec![event]).await?;
    }
    Ok(looked)
}

/// What has come since, and what is needed to say whether the open ones are there still.
async fn facts(tx: &mut Tx, rules: &Rules, from: Uuid, now: DateTime<Utc>) -> Result<Facts> {
    let open = store::open_records(tx).await?;
    let today = credits::today(tx, now).await?;
    let month = today.with_day(1).unwrap_or(today);
    let shares = match rules.share {
        Some(share) => {
            let since = today - TimeDelta::days(i64::from(share.within_days));
            let since = participation::store::begin_of(tx, since).await?;
            store::shares(tx, since).await?
        }
        None => Vec::new(),
    };
    Ok(Facts {
        attendances: store::attendances(tx, from, now - NOT_BEFORE, &open).await?,
        results: store::results(tx, from, &open).await?,
        shares,
        month,
    })
}

/// Verifies the results that raise nothing, in the name of nobody: the rules did it.
async fn verify(state: &AppState, tx: &mut Tx) -> Result<usize> {
    let ids = store::unexceptional_results(tx, state.now() - UNTOUCHED, VERIFIED_MOST).await?;
    let outcomes = results::verify_all(tx, state, &Origin::default(), &ids).await?;
    Ok(outcomes.values().filter(|refusal| refusal.is_none()).count())
}
