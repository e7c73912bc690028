use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::designation::{Term, admit, application::Step};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, reach::of_authority, take::take};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    designations::{self, DesignationView, store::Designation},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch, Location},
    organizations::{self, OrganizationStatus},
    state::AppState,
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
    designations::store::lock_holder(&mut tx, row.organization_id).await?;
    let holder = organizations::store::load(&mut tx, row.organization_id).await?;
    if holder.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The organization is closed."));
    }
    let mut checks = Checks::new();
    let number = checks.text("number", &body.number, 1..=60);
    let level = checks.optional_text("level", body.level.as_deref(), 40);
    let source = checks.text("source", &body.source, 0..=400);
    checks.finish()?;
    let now = state.now();
    let on = credits::today(&mut tx, now).await?;
    let from = body.valid_from.unwrap_or(on);
    let step = Step::Award { number: number.clone(), from, on };
    let row = take(&mut tx, &state, &actor, row, step, "application.award", "").await?;
    let refused = |refusal: &_| designations::refused(refusal);
    let to = round.rules.last_day(from).map_err(|refusal| refused(&refusal))?;
    let term = Term::new(from, to).map_err(|refusal| refused(&refusal))?;
    let others =
        designations::store::of_holder(&mut tx, row.professional_id.unwrap_or(row.organization_id), round.scheme_id)
            .await?;
    let others = others.iter().map(Designation::rules).collect::<Result<Vec<_>>>()?;
    // The kinds were asked when the application was begun.
    admit(term, holder.kind.as_str(), &[], &others).map_err(|refusal| refused(&refusal))?;
    let designation = Designation {
        id: state.new_id(),
        scheme_id: round.scheme_id,
        scheme_code: round.scheme_code,
        scheme_name_zh: round.scheme_name_zh,
        organization_id: row.organization_id,
        professional_id: row.professional_id,
        professional_name: row.professional_name,
        application_id: Some(id),
        district_id: holder.district_id,
        organization_name_zh: holder.name_zh,
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
    designations::store::insert(&mut tx, &designation).await?;
    let event = designations::store::NewEvent {
        id: state.new_id(),
        designation_id: designation.id,
        kind: "awarded",
        on_day: from,
        reason: "",
        account_id: actor.account_id,
        at: now,
    };
    designations::store::add_event(&mut tx, &event).await?;
    let detail = json!({
        "application_id": id, "organization_id": designation.organization_id, "scheme": designation.scheme_code,
        "number": designation.number, "level": designation.level, "valid_from": from, "valid_to": to,
    });
    audit::record(&mut tx, &actor, now, Event::new("designation.grant", "designation", designation.id, detail)).await?;
    if designation.professional_id.is_none() {
        let author = Author { account_id: actor.account_id, at: now };
        credits::touch_designation(&mut tx, &author, designation.organization_id).await?;
    }
    let place = Location(format!("/api/v1/designations/{}", designation.id));
    let answer = (StatusCode::CREATED, ETag(1), place, Json(DesignationView::from(designation)));
    let answer = tx.commit_with(answer).await?;
    credits::follow_designation(&state);
    Ok(answer)
}
