//! Published drafts become effective on their day, and policies end on theirs. What is due is told by what is stored, so a stop loses nothing. What has
//! failed is tried again every hour, and says so meanwhile.

use std::time::Duration;

use chrono::TimeDelta;
use kepu_domain::draft::Draft;
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::audit::{self, Event, Origin};
use crate::credits;
use crate::credits::store as credit_store;
use crate::error::Result;
use crate::ids;
use crate::policies;
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// How often it is looked whether a day has come.
pub const EVERY: Duration = Duration::from_secs(60);
/// How long after it was begun what failed is tried again.
const RETRY: TimeDelta = TimeDelta::hours(1);

/// Ends and makes effective whatever is due by now, in every district.
///
/// # Errors
/// The districts could not be read.
pub async fn begin_planned(state: &AppState) -> Result<()> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let districts = credit_store::districts(&mut tx).await?;
    tx.commit().await?;
    for (district, _) in districts {
        begin(state, DistrictId(district)).await;
    }
    Ok(())
}

/// Looks at one district at once, in the background.
pub(super) fn begin_soon(state: &AppState, district: DistrictId) {
    let job = state.clone();
    state.spawn_job("begin planned policies", async move { begin(&job, district).await });
}

/// Ends and makes effective whatever is due in a district.
async fn begin(state: &AppState, district: DistrictId) {
    if let Err(error) = policies::end_due(state, district).await {
        tracing::error!(%error, district = %district.0, "a policy did not end on its day; it is tried again in a minute");
    }
    let due = async {
        let mut tx = state.begin_in(district).await?;
        let today = credits::today(&mut tx, state.now()).await?;
        let due = store::planned(&mut tx, today, state.now() - RETRY).await?;
        tx.commit().await?;
        for id in due {
            begin_one(state, district, id).await?;
        }
        Result::Ok(())
    };
    if let Err(error) = due.await {
        tracing::error!(%error, district = %district.0, "a planned policy did not begin; it is tried again in a minute");
    }
}

/// Begins the adoption of a draft, computes it and makes it effective. A failure is told in the adoption.
async fn begin_one(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.begin_in(district).await?;
    let mut row = store::draft(&mut tx, id, true).await?;
    let Draft::Published { publication, .. } = &row.standing.0 else { return Ok(()) };
    let by = publication.act.by;
    let origin = Origin { account_id: Some(by), ..Origin::default() };
    let now = state.now();
    // A failure stays listed among the adoptions; what is tried again is another one.
    let begun = row.adoption_id.filter(|_| row.adoption_state.as_deref() != Some("failed"));
    let adoption = match begun {
        Some(adoption) => adoption,
        None => {
            let (version, _) = policies::store::version(&mut tx, publication.policy_version_id).await?;
            let adoption = ids::new();
            policies::store::insert_adoption(&mut tx, adoption, &version, by, now).await?;
            row.adoption_id = Some(adoption);
            store::update_draft(&mut tx, &row).await?;
            let detail = json!({
                "draft_id": id, "policy_version_id": version.id, "policy_id": version.policy_id,
                "version": version.version,
            });
            let event = Event::new("policy.adopt", "adoption", adoption, detail);
            audit::record_as(&mut tx, &origin, now, vec![event]).await?;
            adoption
        }
    };
    tx.commit().await?;
    let mut tx = state.begin_in(district).await?;
    let computing = policies::store::adoption(&mut tx, adoption, false).await?.state == "computing";
    tx.commit().await?;
    if computing {
        policies::compute(state, district, adoption).await;
    }
    let mut tx = state.begin_in(district).await?;
    let computed = policies::store::adoption(&mut tx, adoption, true).await?.state == "computed";
    if computed {
        policies::store::set_state(&mut tx, adoption, "applying", None).await?;
    }
    tx.commit().await?;
    if computed {
        policies::apply(state, &origin, district, adoption).await;
    }
    Ok(())
}
