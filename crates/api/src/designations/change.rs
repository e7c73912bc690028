#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{
    designation::{Term, admit},
    role::{Action, Scope},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DesignationView, refused, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    organizations, patch,
    state::AppState,
};

/// What to correct; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DesignationChange {
    /// Number of the licence.
    #[schema(min_length = 1, max_length = 60)]
    number: Option<String>,
    /// Level of the host under the scheme; null takes it away.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    level: Option<Option<String>>,
    /// First day.
    valid_from: Option<NaiveDate>,
    /// Last day; null opens it.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<NaiveDate>)]
    valid_to: Option<Option<NaiveDate>>,
    /// Where it was published.
    #[schema(max_length = 400)]
    source: Option<String>,
    /// Why, for the trail: credit may change with the dates.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Corrects a designation. Records whose host it concerns are scored again.
#[utoipa::path(
    patch,
    path = "/api/v1/designations/{id}",
    operation_id = "change_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = DesignationChange,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<DesignationChange>,
) -> Result<(ETag, Json<DesignationView>)> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationManage, &Scope::District { district: tx.district().0 })?;
    let holder = store::load(&mut tx, id).await?.organization_id;
    let holder = organizations::store::lock(&mut tx, holder).await?;
    let before = store::load(&mut tx, id).await?;
    version.check("designation", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    if let Some(number) = &body.number {
        row.number = checks.text("number", number, 1..=60);
    }
    if let Some(level) = &body.level {
        row.level = checks.optional_text("level", level.as_deref(), 40);
    }
    if let Some(source) = &body.source {
        row.source = checks.text("source", source, 0..=400);
    }
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    row.valid_from = body.valid_from.unwrap_or(row.valid_from);
    row.valid_to = body.valid_to.unwrap_or(row.valid_to);
    let term = Term::new(row.valid_from, row.valid_to).map_err(|refusal| refused(&refusal))?;
    let others = store::of_holder(&mut tx, row.holder(), row.scheme_id).await?;
    let others =
        others.iter().filter(|other| other.id != id).map(store::Designation::rules).collect::<Result<Vec<_>>>()?;
    // Whoever holds one may keep it: the kinds are asked when it is granted.
    admit(term, holder.kind.as_str(), &[], &others).map_err(|refusal| refused(&refusal))?;
    if row.number != before.number {
        store::number_free(&mut tx, &row).await?;
    }
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let today = credits::today(&mut tx, now).await?;
    let event = store::NewEvent {
        id: state.new_id(),
        designation_id: id,
        kind: "corrected",
        on_day: today,
        reason: &reason,
        account_id: actor.account_id,
        at: now,
    };
    store::add_event(&mut tx, &event).await?;
    let after = DesignationView::of(row, today)?;
    let mut detail = patch::difference(&DesignationView::of(before, today)?, &after)?;
    detail["reason"] = reason.into();
    audit::record(&mut tx, &actor, now, Event::new("designation.change", "designation", id, detail)).await?;
    credits::touch_designation(&mut tx, &Author { account_id: actor.account_id, at: now }, holder.id).await?;
    tx.commit().await?;
    credits::follow_designation(&state);
    Ok((ETag(after.version), Json(after)))
}
