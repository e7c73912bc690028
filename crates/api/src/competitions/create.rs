use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{CompetitionView, StageName, store, words};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    state::AppState,
};

/// A new local contest, or a new edition of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCompetition {
    /// The contest through the years; the same word for each of its editions.
    #[schema(min_length = 1, max_length = 60)]
    series: String,
    /// This year's contest, e.g. 2026.
    #[schema(min_length = 1, max_length = 40)]
    edition: String,
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: String,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    name_en: String,
    /// Stages that may enter; all if empty.
    #[serde(default)]
    stages: Vec<StageName>,
    /// First day on which a result counts.
    valid_from: NaiveDate,
    /// Last day; open if left out.
    valid_to: Option<NaiveDate>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
}

/// Adds a local contest of the district.
#[utoipa::path(
    post,
    path = "/api/v1/competitions",
    operation_id = "create_competition",
    tag = "competitions",
    request_body = NewCompetition,
    responses((status = 201, description = "Added", body = CompetitionView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewCompetition>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::CompetitionManage, &Scope::District { district })?;
    let mut checks = Checks::new();
    let now = state.now();
    let row = store::Competition {
        id: state.new_id(),
        district_id: Some(district),
        series: checks.text("series", &body.series, 1..=60),
        edition: checks.text("edition", &body.edition, 1..=40),
        name_zh: checks.text("name_zh", &body.name_zh, 1..=120),
        name_en: checks.text("name_en", &body.name_en, 0..=200),
        list_no: None,
        stages: words(&body.stages),
        listed: false,
        valid_from: body.valid_from,
        valid_to: body.valid_to,
        source: checks.text("source", &body.source, 0..=400),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    // What a policy counts once per series must not be fooled by a local namesake.
    checks.require(
        !row.series.starts_with("national-"),
        "series",
        "reserved",
        "must not begin with national-, which is for the national list",
    );
    checks.require(
        row.valid_to.is_none_or(|to| row.valid_from <= to),
        "valid_to",
        "before_valid_from",
        "must not lie before valid_from",
    );
    checks.finish()?;
    store::insert(&mut tx, &row).await?;
    let detail = json!({ "series": row.series, "edition": row.edition, "name_zh": row.name_zh });
    audit::record(&mut tx, &actor, now, Event::new("competition.create", "competition", row.id, detail)).await?;
    let place = Location(format!("/api/v1/competitions/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(CompetitionView::from(row)))).await
}
