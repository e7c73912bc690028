//! The district decides; what it grants is put right in the same transaction. A preview does the same and gives it up.

use std::collections::BTreeMap;

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    appeal::{Correction, Kind, Step},
    credit::Credit,
    reminder,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG, act, apply, reach,
    read::detail,
    refused, store,
    view::{AppealDetail, CorrectionKind},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    reminders::{self, News},
    state::AppState,
};

/// What a grant does to the line; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// What.
    kind: CorrectionKind,
    /// With `confirm` and `amend`: the right minutes.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1440)]
    minutes: Option<i32>,
    /// With `confirm` and `amend`: the right quantity.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    quantity: Option<i32>,
    /// With `correct`: the right level.
    #[serde(default)]
    #[schema(max_length = 40)]
    contest_level: Option<String>,
    /// With `correct`: the right award.
    #[serde(default)]
    #[schema(max_length = 40)]
    award: Option<String>,
    /// With `correct`: the right place.
    #[serde(default)]
    #[schema(minimum = 1)]
    place: Option<i32>,
}

impl CorrectionRequest {
    /// As the rules have it; what does not belong to its kind is refused.
    fn check(self, checks: &mut Checks) -> Correction {
        let kind = Kind::from(self.kind);
        let extent = matches!(kind, Kind::Confirm | Kind::Amend);
        let facts = kind == Kind::Correct;
        for (field, given, fits) in [
            ("minutes", self.minutes.is_some(), extent),
            ("quantity", self.quantity.is_some(), extent),
            ("contest_level", self.contest_level.is_some(), facts),
            ("award", self.award.is_some(), facts),
            ("place", self.place.is_some(), facts),
        ] {
            if given && !fits {
                let message = format!("is not part of {}", kind.word());
                checks.add(FieldError::new(format!("correction.{field}"), "not_for_this_kind", message));
            }
        }
        let (minutes, quantity) = (self.minutes, self.quantity);
        match kind {
            Kind::Confirm => Correction::Confirm { minutes, quantity },
            Kind::Amend => Correction::Amend { minutes, quantity },
            Kind::Void => Correction::Void,
            Kind::Verify => Correction::Verify,
            Kind::Correct => {
                let (contest_level, award, place) = (self.contest_level, self.award, self.place);
                Correction::Correct { contest_level, award, place }
            }
            Kind::Revoke => Correction::Revoke,
        }
    }
}

/// What the district says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppealDecideRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
    /// What is put right. It is granted if given, declined if left out.
    #[serde(default)]
    correction: Option<CorrectionRequest>,
}

/// Grants or declines an appeal. What is put right, the credit that follows, and the decision are one change.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/decision", operation_id = "decide_appeal", tag = TAG,
    params(("id" = Uuid, Path, description = "The appeal"),
           ("If-Match" = String, Header, description = "The version that was read"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = AppealDecideRequest,
    responses((status = 200, description = "As it is now", body = AppealDetail), ApiErrors)
)]
pub(super) async fn decide_appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AppealDecideRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    reach::may(&actor, district, &store::shown(&mut tx, id).await?)?;
    actor.require(Action::AppealDecide, &Scope::District { district })?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    let correction = body.correction.map(|correction| correction.check(&mut checks));
    checks.finish()?;
    let row = store::lock(&mut tx, id).await?;
    version.check("appeal", row.version)?;
    let act = act(&mut tx, &state, &actor).await?;
    let step = match &correction {
        Some(correction) => Step::Grant(act, reason.clone(), correction.clone()),
        None => Step::Decline(act, reason.clone()),
    };
    let after = row.standing.0.clone().take(step).map_err(refused)?;
    let mut entries = 0;
    if let Some(correction) = &correction {
        entries = apply::put_right(&mut tx, &state, &actor, &row, correction, (&reason, act.at)).await?.entries;
    }
    store::update(&mut tx, id, &after).await?;
    let detail_of = json!({
        "person_id": row.person_id, "line_kind": row.line_kind, "line_id": row.line_id, "to": after.state().word(),
        "reason": reason, "correction": correction, "ledger_entries": entries,
    });
    audit::record(&mut tx, &actor, act.at, Event::new("appeal.decide", "appeal", id, detail_of)).await?;
    let detail = detail(&state, &mut tx, &actor, id).await?;
    let line = &detail.appeal.line;
    let (label_zh, label_en) = (line.title_zh.clone(), line.title_en.clone());
    let news = News { step: reminder::Step::AppealAnswered, object: id, page: None, on: act.on, label_zh, label_en };
    reminders::tell_news(&mut tx, row.standing.0.filing().act.by, news, act.at).await?;
    tx.commit_with((ETag(detail.appeal.version), Json(detail))).await
}

/// A person's credit under one policy before and after, as decimals.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealEffect {
    /// The policy.
    pub policy_id: String,
    /// As it is.
    pub before: String,
    /// As it would be.
    pub after: String,
}

/// What a grant would do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealPreview {
    /// The student's credit, by policy.
    pub effects: Vec<AppealEffect>,
    /// Entries that would be added to the ledger.
    pub ledger_entries: usize,
}

/// What a grant would do to the student's credit. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/preview", operation_id = "preview_appeal", tag = TAG,
    params(("id" = Uuid, Path, description = "The appeal")),
    request_body = CorrectionRequest,
    responses((status = 200, description = "What it would do", body = AppealPreview), ApiErrors)
)]
pub(super) async fn preview_appeal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<CorrectionRequest>,
) -> Result<Json<AppealPreview>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    reach::may(&actor, district, &store::shown(&mut tx, id).await?)?;
    actor.require(Action::AppealDecide, &Scope::District { district })?;
    let mut checks = Checks::new();
    let correction = body.check(&mut checks);
    checks.finish()?;
    let row = store::lock(&mut tx, id).await?;
    let before = store::totals(&mut tx, row.person_id).await?;
    let rescored = apply::put_right(&mut tx, &state, &actor, &row, &correction, ("preview", state.now())).await?;
    let after = store::totals(&mut tx, row.person_id).await?;
    tx.rollback().await?;
    let mut effects: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (policy, total) in before {
        effects.entry(policy).or_default().0 = total;
    }
    for (policy, total) in after {
        effects.entry(policy).or_default().1 = total;
    }
    let text = |milli| Credit::from_milli(milli).to_string();
    let effects = effects
        .into_iter()
        .map(|(policy_id, (before, after))| AppealEffect { policy_id, before: text(before), after: text(after) })
        .collect();
    Ok(Json(AppealPreview { effects, ledger_entries: rescored.entries }))
}
