//! A person's sheet at this moment, proven by the ledger: what credentials are made of.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use kepu_domain::credential::claim::{self, Claim, NotReached, Wanted};
use kepu_domain::policy::{Policy, ScoreSheet};

use super::store;
use crate::credits::store::{self as credit_store, NamedPerson};
use crate::credits::{self, When};
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A sheet that the ledger bears out.
pub struct Proven {
    /// The version by which the district scores.
    pub version: credit_store::VersionAt,
    /// Its rules.
    pub policy: Arc<Policy>,
    /// The sheet.
    pub sheet: ScoreSheet,
    /// The district's time zone.
    pub zone: Tz,
}

impl Proven {
    /// The sheet of a person now. Nothing is booked for the person until the end of the transaction.
    pub async fn of(tx: &mut Tx, person: &NamedPerson, policy_id: Option<&str>, now: DateTime<Utc>) -> Result<Self> {
        let zone: Tz = credit_store::time_zone(tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
        credits::lock_policies(tx).await?;
        credit_store::lock_persons(tx, &[person.id]).await?;
        let version = credits::version_meant(tx, policy_id, person.kind(), When::now(now)).await?;
        let policy = credits::policy(tx, version.policy_version_id).await?;
        let day = now.with_timezone(&zone).date_naive();
        let row = credit_store::person_at(tx, person.id, day).await?;
        let records = credit_store::records_at(tx, person.id, now).await?;
        let decisions = credit_store::decisions_at(tx, &version.policy_id, person.id, now).await?;
        let sheet = credits::evaluate_person(&policy, &row, &records, &decisions, Some(day));
        if store::booked(tx, &version.policy_id, person.id).await? != sheet.total.milli() {
            return Err(ApiError::conflict(
                "credit_unsettled",
                "The ledger does not say yet what the rules say of this person. Try again in a few minutes.",
            ));
        }
        Ok(Self { version, policy, sheet, zone })
    }

    /// States what is wanted.
    pub fn claim(&self, wanted: Wanted) -> Result<Claim> {
        claim::claim(&self.policy, &self.sheet, wanted).map_err(refused)
    }
}

/// Why nothing is stated, as an answer.
fn refused(why: NotReached) -> ApiError {
    ApiError::conflict(why.code(), format!("No credential was issued: {why}."))
}
