//! A line is questioned.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::appeal::{Act, Appeal, Filing, Terms, possible};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Jsonb;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG, act,
    reach::side,
    read::detail,
    store::{self, LineRow, Row},
    view::{AppealDetail, AppealLineKind, CorrectionKind},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    state::AppState,
};

/// Which line, what is wrong, what is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppeal {
    /// The sort of line.
    line_kind: AppealLineKind,
    /// The participation or result.
    line_id: Uuid,
    /// What is wrong.
    #[schema(min_length = 1, max_length = 1000)]
    grounds: String,
    /// What is wanted; if left out, what is nearest: that an attendance is confirmed or amended, a result verified or
    /// corrected.
    #[serde(default)]
    wants: Option<CorrectionKind>,
}

/// Questions a line. The host of a session is asked first; a result goes to the district at once.
#[utoipa::path(
    post, path = "/api/v1/appeals", operation_id = "file_appeal", tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewAppeal,
    responses((status = 201, description = "Filed", body = AppealDetail), ApiErrors)
)]
pub(super) async fn file_appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewAppeal>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let kind = body.line_kind.word();
    let line = store::line(&mut tx, kind, body.line_id).await?;
    let side = side(&actor, district, line.person_id, [line.school_id, line.current_school_id])?;
    let mut checks = Checks::new();
    let grounds = checks.prose("grounds", &body.grounds, 1000);
    checks.require(!grounds.is_empty(), "grounds", "required", "say what is wrong");
    let kinds = possible(store::line_of(kind, &line.state)?);
    let wants = body.wants.map(kepu_domain::appeal::Kind::from);
    let Some(usual) = kinds.first().copied() else {
        let detail = format!("A {kind} that is {} cannot be questioned: nothing was said of it yet.", line.state);
        return Err(ApiError::conflict("not_questionable", detail));
    };
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    let fits = wants.is_none_or(|wants| kinds.contains(&wants));
    let message = format!("of a {kind} that is {} one can want: {}", line.state, words.join(", "));
    checks.require(fits, "wants", "not_possible", message);
    checks.finish()?;
    let act = act(&mut tx, &state, &actor).await?;
    let (terms, _) = store::terms(&mut tx).await?;
    can_be_questioned(&line, &terms, &act)?;
    let wants = wants.unwrap_or(usual);
    let filing = Filing { act, side, grounds: grounds.clone(), wants, host: line.host_id, terms };
    let row = Row {
        id: state.new_id(),
        person_id: line.person_id,
        school_id: line.school_id,
        line_kind: kind.to_owned(),
        line_id: body.line_id,
        host_id: line.host_id,
        standing: Jsonb(Appeal::Filed { filing }),
        version: 1,
    };
    store::insert(&mut tx, &row).await?;
    let detail_of = json!({
        "person_id": row.person_id, "line_kind": kind, "line_id": row.line_id, "as": side.word(), "wants": wants.word(),
        "grounds": grounds, "due": row.standing.0.due(),
    });
    audit::record(&mut tx, &actor, act.at, Event::new("appeal.file", "appeal", row.id, detail_of)).await?;
    let detail = detail(&state, &mut tx, &actor, row.id).await?;
    let place = Location(format!("/api/v1/appeals/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(1), place, Json(detail))).await
}

/// Until when a line in a state that can be questioned is questioned, if it can be now. Nothing is wrong yet with what is
/// still to come, nobody was where nothing took place, and what was answered is not asked again.
pub(super) fn can_be_questioned(line: &LineRow, terms: &Terms, act: &Act) -> Result<NaiveDate> {
    if line.cancelled && line.state != "confirmed" {
        let detail = "The session was cancelled; nobody can have taken part in it.";
        return Err(ApiError::conflict("session_cancelled", detail));
    }
    if line.starts_at.is_some_and(|starts| starts > act.at) {
        let detail = "The session has not begun. Whether somebody was there can be questioned when it has.";
        return Err(ApiError::conflict("session_not_begun", detail));
    }
    let until = terms.questionable_until(line.changed_on);
    if until < act.on {
        let detail = format!("This line could be questioned until {until}, {} days after it changed.", terms.file_days);
        return Err(ApiError::conflict("appeal_too_late", detail));
    }
    if line.declined {
        let detail = "An appeal about this line was declined, and the line has not changed since.";
        return Err(ApiError::conflict("appeal_declined_before", detail));
    }
    Ok(until)
}
