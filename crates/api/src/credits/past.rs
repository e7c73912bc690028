//! The past in the place of the present: within a transaction, temporary tables and views stand before the tables of the same
//! names and hold what those held at a moment. So every statement that reads credit, records, participations, results and
//! enrolments answers of that moment, unchanged.
//!
//! Records are versions, participations and results have their steps, enrolments say when their beginning and end were
//! entered, and of persons, organizations, sessions and what else is changed in place the row of before is kept
//! ([`crate::former`]): these are views. Lines, cells and scores are evaluated anew from the records of the moment, under the policy version
//! that was effective, as they were then; but of those for whom nothing has changed since, they are those of today.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::policy::Turn;
use uuid::Uuid;

use super::scoring::{self, Effective};
use super::store::{self, EffectivePolicy};
use crate::error::Result;
use crate::tenancy::Tx;

/// Persons evaluated at a time.
const CHUNK: i64 = 2000;

/// Lets the rest of a transaction of [`crate::postgres::Db::begin_draft`] read what was so at a moment; lines, cells and
/// scores are empty.
pub async fn shadow(tx: &mut Tx, at: DateTime<Utc>) -> Result<()> {
    store::shadow(tx, at).await
}

/// Fills the lines, cells and scores of a shadowed transaction: of this policy, of persons who had an enrolment or a record
/// at these schools, or of all. `day` is that of the moment in the district.
pub async fn score(
    tx: &mut Tx,
    policy: EffectivePolicy,
    (at, day): (DateTime<Utc>, NaiveDate),
    schools: Option<&[Uuid]>,
) -> Result<()> {
    let rules = scoring::policy(tx, policy.policy_version_id).await?;
    let stands = store::standing_by(tx, &policy).await?;
    let turned: Vec<NaiveDate> =
        stands.into_iter().filter(|stands_on| rules.turn(*stands_on, day) != Turn::Nothing).collect();
    store::note_moved(tx, &policy, (at, day), &turned).await?;
    store::keep_cells(tx, &policy.policy_id, schools).await?;
    let effective = Effective { row: policy, policy: rules };
    let mut after = None;
    loop {
        let moved = store::moved_after(tx, at, schools, after, CHUNK).await?;
        let Some(last) = moved.last() else { break };
        after = Some(last.person_id);
        let persons: Vec<Uuid> = moved.iter().map(|one| one.person_id).collect();
        let with_lines: HashSet<Uuid> = moved.iter().filter(|one| one.lines).map(|one| one.person_id).collect();
        scoring::score_into(tx, at, &effective, &persons, &with_lines, day).await?;
    }
    store::keep_unmoved(tx, &effective.row.policy_id).await
}
