use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::designation::{Term, admit, application::Step};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, reach::of_authority, store::ApplicationRow, take::take};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    designations::{self, DesignationView, store::Designation},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch, Location},
    organizations::{self, OrganizationStatus},
    rounds::store::Round,
    state::AppState,
    tenancy::Tx,
};

/// The award.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AwardBody {
    /// Number of the licence or title, unique in the scheme.
    #[schema(min_length = 1, max_length = 60)]
    number: String,
    /// First day; today if left out. Its last day follows from the scheme.
    valid_from: Option<NaiveDate>,
    /// Level of the host under the scheme; policies read it as `host_level`.
    #[schema(max_length = 40)]
    level: Option<String>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
}

/// Awards the designation, when the days for objections are over and all objections are answered.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/award",
    operation_id = "award_designation",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AwardBody,
    responses((status = 201, description = "Awarded", body = DesignationView), ApiErrors)
)]
pub(super) async fn award(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AwardBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_authority(&mut tx, &actor, id).await?;
    version.check("application", row.version)?;
    let mut checks = Checks::new();
    let number = checks.text("number", &body.number, 1..=60);
    let level = checks.optional_text("level", body.level.as_deref(), 40);
    let source = checks.text("source", &body.source, 0..=400);
    checks.finish()?;
    let on = credits::today(&mut tx, state.now()).await?;
    let from = body.valid_from.unwrap_or(on);
    let given = Given { number, from, on, level, source, ceremony: String::new() };
    let designation = give(&mut tx, &state, &actor, row, &round, given).await?;
    let place = Location(format!("/api/v1/designations/{}", designation.id));
    let answer = (StatusCode::CREATED, ETag(1), place, Json(DesignationView::of(designation, on)?));
    let answer = tx.commit_with(answer).await?;
    credits::follow_designation(&state);
    Ok(answer)
}

/// What is given with an award.
#[derive(Debug)]
pub(super) struct Given {
    /// Its number.
    pub number: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Today.
    pub on: NaiveDate,
    /// Level of the host under the scheme.
    pub level: Option<String>,
    /// Where it was published.
    pub source: String,
    /// At which ceremony it is handed over; may be empty. The history of the designation tells it.
    pub ceremony: String,
}

/// Gives the designation that a locked application is for, in the transaction; follow it with
/// [`credits::follow_designation`].
pub(super) async fn give(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    row: ApplicationRow,
    round: &Round,
    given: Given,
) -> Result<Designation> {
    designations::store::lock_holder(tx, row.organization_id).await?;
    let holder = organizations::store::load(tx, row.organization_id).await?;
    if holder.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict(
            "organization_closed",
            format!("The organization {} is closed.", holder.name_zh),
        ));
    }
    let now = state.now();
    let Given { number, from, on, level, source, ceremony } = given;
    let step = Step::Award { number: number.clone(), from, on };
    let row = take(tx, state, actor, row, step, "application.award", "").await?;
    let refused = |refusal: &_| designations::refused(refusal);
    let to = round.rules.last_day(from).map_err(|refusal| refused(&refusal))?;
    let term = Term::new(from, to).map_err(|refusal| refused(&refusal))?;
    let holding = row.professional_id.unwrap_or(row.organization_id);
    let others = designations::store::of_holder(tx, holding, round.scheme_id).await?;
    let others = others.iter().map(Designation::rules).collect::<Result<Vec<_>>>()?;
    // The kinds were asked when the application was begun.
    admit(term, holder.kind.as_str(), &[], &others).map_err(|refusal| refused(&refusal))?;
    let designation = Designation {
        id: state.new_id(),
        scheme_id: round.scheme_id,
        scheme_code: round.scheme_code.clone(),
        scheme_name_zh: round.scheme_name_zh.clone(),
        scheme_name_en: round.scheme_name_en.clone(),
        organization_id: row.organization_id,
        professional_id: row.professional_id,
        professional_name: row.professional_name,
        application_id: Some(row.id),
        district_id: holder.district_id,
        organization_name_zh: holder.name_zh,
        organization_name_en: holder.name_en,
        number,
        level,
        valid_from: from,
        valid_to: to,
        revoked_from: None,
        suspensions: Stored(Vec::new()),
        source,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    designations::store::insert(tx, &designation, actor.account_id, &ceremony).await?;
    let detail = json!({
        "application_id": row.id, "organization_id": designation.organization_id, "scheme": designation.scheme_code,
        "number": designation.number, "level": designation.level, "valid_from": from, "valid_to": to,
    });
    audit::record(tx, actor, now, Event::new("designation.grant", "designation", designation.id, detail)).await?;
    if designation.professional_id.is_none() {
        let author = Author { account_id: actor.account_id, at: now };
        credits::touch_designation(tx, &author, designation.organization_id).await?;
    }
    Ok(designation)
}
