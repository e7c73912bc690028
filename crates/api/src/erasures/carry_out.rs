//! Carries out what is due, in the background, as the owner: one transaction an erasure, in which everything goes at once. Files
//! cannot be part of it; they are written down in it and removed after it, again and again until they are gone.

use std::time::Duration;

use kepu_domain::erasure::{Erasure, Gone, Step};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde_json::json;
use uuid::Uuid;

use super::store::{self, Rest};
use crate::{
    audit::{self, Event, Origin},
    credentials, credits,
    error::{ApiError, Result},
    reports, seals,
    state::AppState,
    tenancy::DistrictId,
};

/// How often it is looked what is due.
pub const EVERY: Duration = Duration::from_secs(60);
/// What the sealed ledger keeps of why an entry is gone; it must not tell whose it was.
const REASON: &str = "personal information was erased";

/// Looks at once, in the background.
pub(super) fn soon(state: &AppState) {
    let job = state.clone();
    state.spawn_job("erasure", async move {
        if let Err(error) = carry_out_due(&job).await {
            tracing::error!(%error, "an erasure was not carried out; it is tried again in a minute");
        }
    });
}

/// Carries out whatever is due, in every district, and removes the files that are left; answers how many persons were erased.
///
/// # Errors
/// The first failure; the others are carried out all the same.
pub async fn carry_out_due(state: &AppState) -> Result<usize> {
    let (mut done, mut failed) = (0, None);
    for (district, id) in store::due(state.db().owner(), state.now()).await? {
        match carry_out(state, DistrictId(district), id).await {
            Ok(erased) => done += usize::from(erased),
            Err(error) => {
                tracing::error!(%error, %district, erasure = %id, "an erasure was not carried out");
                failed.get_or_insert(error);
            }
        }
    }
    for (district, id, rest) in store::with_rest(state.db().owner()).await? {
        if let Err(error) = clear(state, DistrictId(district), id, &rest.0).await {
            tracing::error!(%error, %district, erasure = %id, "files of an erasure are left");
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(done), Err)
}

/// One erasure; false where it is not due any more, or something else must end first.
async fn carry_out(state: &AppState, district: DistrictId, id: Uuid) -> Result<bool> {
    let now = state.now();
    let mut tx = state.db().begin_as_owner(district).await?;
    let row = store::lock(&mut tx, id).await?;
    let (Some(person), Erasure::Approved { .. }) = (row.person_id, &row.standing.0) else { return Ok(false) };
    if !store::hold_readers(&mut tx).await? || store::is_busy(&mut tx, now).await? {
        return Ok(false);
    }
    // In the order in which whoever books credit takes these locks.
    credits::lock_policies(&mut tx).await?;
    let Some(person) = store::hold(&mut tx, person).await? else { return Ok(false) };
    let held = store::held(&mut tx, person.id).await?;

    store::pass_on_teams(&mut tx, person.id).await?;
    let ids = store::ids_of(&mut tx, person.id).await?;
    let mut rest: Vec<Rest> = store::evidence_keys(&mut tx, person.id).await?.into_iter().map(Rest::Remove).collect();
    let files = u64::try_from(rest.len()).unwrap_or(u64::MAX);
    let issued = credentials::forget_person(state, &mut tx, person.id, now).await?;
    rest.extend(issued.batches.into_iter().map(Rest::Print));
    for pack in reports::withhold_packs(&mut tx).await? {
        let id = pack.id;
        rest.extend(pack.keys().map(Rest::Remove));
        rest.push(Rest::Pack(id));
    }
    credits::forget_person(&mut tx, person.id).await?;
    seals::erase_person(&mut tx, district.0, person.id, REASON, now).await?;
    store::take(&mut tx, person.id, &ids).await?;
    let (accounts, kept) = store::take_accounts(&mut tx, &person).await?;
    let mut audit_events = store::forget_trail(&mut tx, &ids).await?;
    audit_events += store::forget_doers(&mut tx, &accounts).await?;
    audit_events += store::take_out(&mut tx, &person).await?;
    store::forget_answers(&mut tx, &person).await?;

    let gone = Gone {
        credentials: issued.credentials,
        accounts: u64::try_from(accounts.len()).unwrap_or(u64::MAX),
        files,
        audit_events,
        ..held
    };
    let after = row.standing.0.take(Step::CarryOut(now, gone)).map_err(ApiError::internal)?;
    store::update(&mut tx, id, &after).await?;
    store::part(&mut tx, person.id).await?;
    store::set_rest(&mut tx, id, &rest).await?;
    let what = Event::new("erasure.carry_out", "erasure", id, json!({ "gone": gone }));
    audit::record_as(&mut tx, &Origin::default(), now, vec![what]).await?;
    tx.commit().await?;
    for account in accounts.into_iter().chain(kept) {
        state.auth().forget_account(account);
    }
    Ok(true)
}

/// Removes the files that are left, and makes those anew in which others are, too.
async fn clear(state: &AppState, district: DistrictId, id: Uuid, rest: &[Rest]) -> Result<()> {
    for one in rest {
        match one {
            Rest::Remove(key) => match state.files().delete(&ObjectPath::from(key.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(ApiError::internal(error)),
            },
            Rest::Print(batch) => credentials::print_anew(state, district, *batch).await?,
            Rest::Pack(pack) => reports::make_pack_anew(state, district, *pack).await?,
        }
    }
    let mut tx = state.begin_in(district).await?;
    store::set_rest(&mut tx, id, &[]).await?;
    tx.commit().await
}
