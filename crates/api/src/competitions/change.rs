#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CompetitionView, StageName, store, words};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
};

/// What to change; what is left out stays. Series and edition stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompetitionChange {
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: Option<String>,
    /// Name in English.
    #[schema(max_length = 200)]
    name_en: Option<String>,
    /// Stages that may enter; all if empty. What was entered stays.
    stages: Option<Vec<StageName>>,
    /// First day on which a result counts.
    valid_from: Option<NaiveDate>,
    /// Last day; null opens it.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<NaiveDate>)]
    valid_to: Option<Option<NaiveDate>>,
    /// Where it was published.
    #[schema(max_length = 400)]
    source: Option<String>,
}

/// Changes a local contest of the district. The national list changes with the data that kepu ships.
#[utoipa::path(
    patch,
    path = "/api/v1/competitions/{id}",
    operation_id = "change_competition",
    tag = "competitions",
    params(
        ("id" = Uuid, Path, description = "The competition"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = CompetitionChange,
    responses((status = 200, description = "As it is now", body = CompetitionView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<CompetitionChange>,
) -> Result<(ETag, Json<CompetitionView>)> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::CompetitionManage, &Scope::District { district: tx.district().0 })?;
    let before = store::lock(&mut tx, id).await?;
    if before.district_id.is_none() {
        return Err(ApiError::forbidden("The national list is not changed here: it comes with the data of kepu."));
    }
    version.check("competition", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    if let Some(name) = &body.name_zh {
        row.name_zh = checks.text("name_zh", name, 1..=120);
    }
    if let Some(name) = &body.name_en {
        row.name_en = checks.text("name_en", name, 0..=200);
    }
    if let Some(source) = &body.source {
        row.source = checks.text("source", source, 0..=400);
    }
    if let Some(stages) = &body.stages {
        row.stages = words(stages);
    }
    row.valid_from = body.valid_from.unwrap_or(row.valid_from);
    row.valid_to = body.valid_to.unwrap_or(row.valid_to);
    checks.require(
        row.valid_to.is_none_or(|to| row.valid_from <= to),
        "valid_to",
        "before_valid_from",
        "must not lie before valid_from",
    );
    checks.finish()?;
    if let Some((first, last)) = store::days_of_results(&mut tx, id).await?
        && (first < row.valid_from || row.valid_to.is_some_and(|to| to < last))
    {
        return Err(ApiError::conflict(
            "results_outside",
            format!("Results were entered from {first} to {last}: the days must still hold them."),
        ));
    }
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let after = CompetitionView::from(row);
    let detail = patch::difference(&CompetitionView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("competition.change", "competition", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
