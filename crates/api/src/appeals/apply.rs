//! What a grant does, through the slices of participations and results, in the transaction of the decision.

use chrono::{DateTime, Utc};
use kepu_domain::{
    appeal::{Correction, possible},
    participation::Extent,
};

use super::store::{self, Row};
use crate::{
    auth::Actor,
    credits::Rescored,
    error::{ApiError, Result},
    participation, results,
    state::AppState,
    tenancy::Tx,
};

/// Puts the line right.
///
/// # Errors
/// If the line does not allow the correction as it is now, or nothing would change; the caller stores nothing then.
pub(super) async fn put_right(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    row: &Row,
    correction: &Correction,
    because: (&str, DateTime<Utc>),
) -> Result<Rescored> {
    let line = store::line(tx, &row.line_kind, row.line_id).await?;
    let kinds = possible(store::line_of(&row.line_kind, &line.state)?);
    if !kinds.contains(&correction.kind()) {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let can = if words.is_empty() { "nothing can be made of it".to_owned() } else { words.join(", ") };
        let detail = format!(
            "Nothing was changed: the {} is {} by now, and {} is not possible. Possible: {can}.",
            row.line_kind,
            line.state,
            correction.kind().word()
        );
        return Err(ApiError::conflict("correction_not_possible", detail));
    }
    let id = row.line_id;
    match correction.clone() {
        Correction::Confirm { minutes, quantity } => {
            let righting = participation::Righting::Confirm(Extent { minutes, quantity });
            participation::put_right(tx, actor, id, righting, because).await
        }
        Correction::Amend { minutes, quantity } => {
            let righting = participation::Righting::Amend(Extent { minutes, quantity });
            participation::put_right(tx, actor, id, righting, because).await
        }
        Correction::Void => participation::put_right(tx, actor, id, participation::Righting::Void, because).await,
        Correction::Verify => results::put_right(tx, state, actor, id, &results::Righting::Verify, because).await,
        Correction::Revoke => results::put_right(tx, state, actor, id, &results::Righting::Revoke, because).await,
        Correction::Correct { contest_level, award, place } => {
            let righting = results::Righting::Correct { contest_level, award, place };
            results::put_right(tx, state, actor, id, &righting, because).await
        }
    }
}
