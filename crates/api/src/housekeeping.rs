//! What is thrown away after its time: idempotency keys, sessions, counts of failed sign-ins, what webhooks were told.
//! Rotates signing keys.

use chrono::TimeDelta;

use crate::{error::Result, state::AppState, webhooks};

/// Idempotency keys are good for a day.
const KEYS_FOR: TimeDelta = TimeDelta::hours(24);
/// Ended sessions are kept for a while, to tell what happened.
const ENDED_SESSIONS_FOR: TimeDelta = TimeDelta::days(90);

/// One round, at the start and every hour.
pub async fn tidy(state: &AppState) -> Result<()> {
    let now = state.now();
    state.auth().keys().reload(state.db(), now).await?;
    // Over all districts, hence as the owner.
    let owner = state.db().owner();
    sqlx::query("DELETE FROM idempotency_key WHERE created_at < $1").bind(now - KEYS_FOR).execute(owner).await?;
    sqlx::query("DELETE FROM login_attempt WHERE last_at < $1").bind(now - TimeDelta::days(1)).execute(owner).await?;
    let long_ago = now - ENDED_SESSIONS_FOR;
    let mut tx = owner.begin().await?;
    sqlx::query(
        "DELETE FROM refresh_token WHERE session_id IN (
             SELECT id FROM login_session WHERE least(revoked_at, expires_at) < $1)",
    )
    .bind(long_ago)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM login_session WHERE least(revoked_at, expires_at) < $1")
        .bind(long_ago)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    // One that was used so long ago is refused as unknown instead of as reused.
    sqlx::query("DELETE FROM refresh_token WHERE used_at < $1").bind(now - TimeDelta::days(30)).execute(owner).await?;
    sqlx::query("DELETE FROM signing_key WHERE retires_at < $1").bind(now).execute(owner).await?;
    webhooks::tidy(state).await?;
    Ok(())
}
