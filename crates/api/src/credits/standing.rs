//! Scores stand as of a day. When a period that is current begins, somebody has a birthday, an enrolment begins or the
//! roster changes, they are computed anew: in batches, each in a transaction of its own. What is left is told by the
//! scores themselves, so a stop loses nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use kepu_domain::policy::Turn;
use serde_json::json;
use uuid::Uuid;

use super::scoring::{Author, Cause, Effective, effective, lock_policies, rescore_under, today};
use super::{guests, store};
use crate::audit::{self, Event, Origin};
use crate::error::Result;
use crate::roster::hold_roster;
use crate::state::AppState;
use crate::tenancy::{DistrictId, Tx};

/// Persons in a batch.
const CHUNK: i64 = 500;

/// At the start, after each local midnight and every hour, until the service stops.
pub async fn keep(state: AppState) {
    loop {
        let round = async {
            guests::rescore_guests(&state).await?;
            stand_anew(&state).await
        };
        if let Err(error) = round.await {
            tracing::error!(%error, "scores were not computed anew; it is tried again within an hour");
        }
        tokio::select! {
            () = state.stopping().cancelled() => return,
            () = tokio::time::sleep(until_next(&state).await) => {}
        }
    }
}

/// Computes anew what stands no more, in every district; answers for how many persons. Where one fails, the others go on.
///
/// # Errors
/// The first failure.
pub async fn stand_anew(state: &AppState) -> Result<usize> {
    let (mut persons, mut failed) = (0, None);
    for (district, _) in districts(state).await? {
        match stand_anew_in(state, DistrictId(district)).await {
            Ok(many) => persons += many,
            Err(error) => {
                tracing::error!(%error, %district, "scores were not computed anew");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(persons), Err)
}

/// The same in the background, after the roster of a district changed.
pub fn follow_roster(state: &AppState, district: DistrictId) {
    let job = state.clone();
    state.spawn_job("score a changed roster", async move {
        if let Err(error) = stand_anew_in(&job, district).await {
            tracing::error!(%error, district = %district.0, "scores were not computed anew; it is tried again within an hour");
        }
    });
}

async fn stand_anew_in(state: &AppState, district: DistrictId) -> Result<usize> {
    let mut tx = state.begin_in(district).await?;
    let policies = effective(&mut tx).await?;
    let today = today(&mut tx, state.now()).await?;
    let mut all = Vec::with_capacity(policies.len());
    for policy in policies {
        let turned = Turned::since(&mut tx, &policy, today).await?;
        all.push((policy.row.policy_id, turned));
    }
    tx.commit().await?;
    let mut persons = 0;
    for (policy_id, turned) in all {
        let mut after = None;
        while !state.stopping().is_cancelled() {
            let Some((last, many)) = batch(state, district, &policy_id, &turned, after).await? else { break };
            persons += many;
            after = Some(last);
        }
    }
    Ok(persons)
}

/// The days as of which scores stand and the policy says something else today.
struct Turned {
    everybody: Vec<NaiveDate>,
    birthdays: Vec<NaiveDate>,
}

impl Turned {
    async fn since(tx: &mut Tx, effective: &Effective, today: NaiveDate) -> Result<Self> {
        let days = store::standing_days(tx, &effective.row.policy_id, today).await?;
        let of = |turn| days.iter().copied().filter(|day| effective.policy.turn(*day, today) == turn).collect();
        Ok(Self { everybody: of(Turn::Everybody), birthdays: of(Turn::Birthdays) })
    }
}

/// The next persons after `after`: the last one looked at, and how many were scored; nothing when nobody is left.
async fn batch(
    state: &AppState,
    district: DistrictId,
    policy_id: &str,
    turned: &Turned,
    after: Option<Uuid>,
) -> Result<Option<(Uuid, usize)>> {
    let mut tx = state.begin_in(district).await?;
    // One round at a time, and none while the roster is being changed.
    hold_roster(&mut tx).await?;
    lock_policies(&mut tx).await?;
    let found = effective(&mut tx).await?.into_iter().find(|one| one.row.policy_id == policy_id);
    let Some(effective) = found else { return Ok(None) };
    let author = Author { account_id: Uuid::nil(), at: state.now() };
    let today = today(&mut tx, author.at).await?;
    let days = (turned.everybody.as_slice(), turned.birthdays.as_slice());
    let rows = store::due(&mut tx, policy_id, today, days, after, CHUNK).await?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let has_turned = |row: &store::Due| {
        row.stands_on.is_some_and(|day| effective.policy.turn(day, today).touches(row.birth_date, day, today))
    };
    let persons: BTreeSet<Uuid> = rows.iter().filter(|row| row.certain || has_turned(row)).map(|row| row.id).collect();
    if !persons.is_empty() {
        let rescored = rescore_under(&mut tx, &author, &effective, &persons, None, Cause::Person).await?;
        let detail = json!({
            "policy_id": policy_id, "stands_on": today, "persons": rescored.persons, "ledger_entries": rescored.entries,
        });
        let event = Event::new("score.renew", "policy", policy_id, detail);
        audit::record_as(&mut tx, &Origin::default(), author.at, vec![event]).await?;
        tx.commit().await?;
    }
    Ok(Some((last, persons.len())))
}

async fn districts(state: &AppState) -> Result<Vec<(Uuid, String)>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let districts = store::districts(&mut tx).await?;
    tx.commit().await?;
    Ok(districts)
}

/// How long until the next round: an hour, or until it is midnight in one of the districts.
async fn until_next(state: &AppState) -> Duration {
    let now = state.now();
    let zones = districts(state).await.unwrap_or_default();
    let midnights = zones.iter().filter_map(|(_, zone)| until_midnight(now, zone.parse().ok()?));
    let next = midnights.min().unwrap_or(TimeDelta::hours(1)).min(TimeDelta::hours(1));
    next.to_std().unwrap_or_default() + Duration::from_secs(1)
}

/// How long it is until the next day begins there.
fn until_midnight(now: DateTime<Utc>, zone: Tz) -> Option<TimeDelta> {
    let next = now.with_timezone(&zone).date_naive().succ_opt()?.and_time(NaiveTime::MIN);
    zone.from_local_datetime(&next).earliest().map(|midnight| midnight.to_utc() - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_that_of_the_district() {
        let now = "2026-08-31T15:59:00Z".parse().expect("a moment");
        assert_eq!(until_midnight(now, Tz::Asia__Shanghai), Some(TimeDelta::minutes(1)));
        assert_eq!(until_midnight(now, Tz::UTC), Some(TimeDelta::minutes(481)));
    }
}
