//! The past in the place of the present: within a transaction, temporary tables and views stand before the tables of the same
//! names and hold what those held at a moment. So every statement that reads credit, records, participations, results and
//! enrolments answers of that moment, unchanged.
//!
//! Records are versions, participations and results have their steps, enrolments say when their beginning and end were
//! entered, and of persons, organizations, sessions and what else is changed in place the row of before is kept
//! ([`crate::former`]): these are views. Lines, cells and scores are evaluated anew from the records of the moment, under the policy version
//! that was effective, as they were then.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::scoring::{self, Author, Effective};
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
    at: DateTime<Utc>,
    day: NaiveDate,
    schools: Option<&[Uuid]>,
) -> Result<()> {
    let author = Author { account_id: Uuid::nil(), at };
    let rules = scoring::policy(tx, policy.policy_version_id).await?;
    let effective = Effective { row: policy, policy: rules };
    let mut after = None;
    loop {
        let persons = store::persons_then(tx, at, schools, after, CHUNK).await?;
        let Some(last) = persons.last() else { return store::know_sizes(tx).await };
        after = Some(*last);
        scoring::score_into(tx, &author, &effective, &persons, day).await?;
    }
}
