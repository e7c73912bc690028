//! A host may have had guests from other districts. When its designations change, their records are scored again too, one
//! district after the other; what is left is marked in the database, so a stop loses nothing.

use uuid::Uuid;

use super::records::touch_host;
use super::scoring::Author;
use super::store;
use crate::error::Result;
use crate::state::AppState;
use crate::tenancy::DistrictId;

/// Scores guests again in the background, after a change of designations was committed.
pub fn follow_designation(state: &AppState) {
    let job = state.clone();
    state.spawn_job("rescore guests of a host", async move {
        if let Err(error) = rescore_guests(&job).await {
            tracing::error!(%error, "records of guests were not scored again; it is tried again within an hour");
        }
    });
}

/// Everything that is marked. A district whose turn fails stays marked and keeps its old facts, which `kepu verify` finds;
/// the others go on.
///
/// # Errors
/// The marks cannot be read, or the first failure of a district.
pub async fn rescore_guests(state: &AppState) -> Result<()> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let left = store::guests_left(&mut tx).await?;
    tx.commit().await?;
    let mut failed = None;
    for (mark, host, account_id, district) in left {
        if state.stopping().is_cancelled() {
            break;
        }
        if let Err(error) = rescore_in(state, mark, host, account_id, DistrictId(district)).await {
            tracing::error!(%error, %host, %district, "records of guests were not scored again");
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn rescore_in(state: &AppState, mark: Uuid, host: Uuid, account_id: Uuid, district: DistrictId) -> Result<()> {
    let mut tx = state.begin_in(district).await?;
    if store::done_in(&mut tx, mark).await? {
        touch_host(&mut tx, &Author { account_id, at: state.now() }, host).await?;
    }
    tx.commit().await
}
