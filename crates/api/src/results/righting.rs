//! What a granted appeal does to a result, in the transaction of the decision. The rows of a team go together.

use chrono::{DateTime, Utc};
use kepu_domain::competition::Step;
use uuid::Uuid;

use super::{
    decide::{carry_out_for, take},
    facts::{Facts, Raw, today},
    store,
};
use crate::{
    auth::Actor,
    check::Checks,
    competitions,
    credits::{Cause, Rescored},
    error::{ApiError, Result},
    state::AppState,
    tenancy::Tx,
};

/// What is put right.
#[derive(Debug, Clone)]
pub enum Righting {
    /// It is as it was submitted.
    Verify,
    /// It says something else; what is not given stays.
    Correct {
        /// Level at which it was won.
        contest_level: Option<String>,
        /// The award.
        award: Option<String>,
        /// The place.
        place: Option<i32>,
    },
    /// It is wrong.
    Revoke,
}

/// Puts a result right for this reason at the moment of the decision; credit follows. The caller has asked for the right
/// to decide.
///
/// # Errors
/// If its state does not allow it, nothing would change, or the actor had a hand in it; nothing is stored then.
pub async fn put_right(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    righting: &Righting,
    (reason, now): (&str, DateTime<Utc>),
) -> Result<Rescored> {
    let mut rows = store::lock_one(tx, id).await?;
    let asked = rows.iter().find(|row| row.id == id).ok_or_else(|| ApiError::not_found("result"))?.clone();
    let achievement = asked.achievement();
    let authors = store::authors(tx, &[achievement]).await?.remove(&achievement).unwrap_or_default();
    let reason = reason.to_owned();
    let step = match righting {
        Righting::Verify => Step::Uphold { reason },
        Righting::Correct { .. } => Step::Amend { reason },
        Righting::Revoke => Step::Revoke { reason },
    };
    let next = take(&asked, authors, step.clone(), actor.account_id)?;
    if let Righting::Correct { contest_level, award, place } = righting {
        let competition = competitions::store::load(tx, asked.competition_id).await?;
        let mut checks = Checks::new();
        let raw = Raw {
            achieved_on: asked.achieved_on,
            contest_level: contest_level.as_deref().unwrap_or(&asked.contest_level),
            award: award.as_deref().or(asked.award.as_deref()),
            place: place.or(asked.place),
            places_listed: asked.places_listed,
            work_id: asked.work_id.as_deref(),
            work_title: &asked.work_title,
            tags: &asked.tags,
        };
        let today = today(tx, state).await?;
        let facts = Facts::check(&mut checks, &raw, &competition, today);
        checks.finish()?;
        let as_it_was =
            (&facts.contest_level, &facts.award, facts.place) == (&asked.contest_level, &asked.award, asked.place);
        if as_it_was {
            let detail = "Nothing was changed: the result says this already. Say which level, award or place is right.";
            return Err(ApiError::conflict("nothing_changed", detail));
        }
        for row in &mut rows {
            facts.put(row);
            row.updated_at = now;
        }
        store::correct(tx, &rows).await?;
    }
    carry_out_for(tx, (&actor.into(), now), &rows, &next, &step, Some(Cause::Appeal)).await
}
