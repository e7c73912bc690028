//! All awards of a round in one go: who is ready gets a number that runs, in the order of the round.

use axum::{Json, extract::State, response::Response};
use chrono::{Datelike, NaiveDate};
use kepu_domain::{
    designation::{
        application::{Application, Step},
        number::Pattern,
        rank::rank,
        standing::StandingName,
    },
    role::Action,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    award::{Given, give},
    store::{self, ApplicationRow},
    view::outcomes,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits, designations,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath},
    rounds::{self, store::Round},
    state::AppState,
    tenancy::Tx,
};

/// An award that can be made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadyAward {
    /// The application.
    application_id: Uuid,
    /// Who is to hold it, or the employer of the professional who is.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
}

/// An award that cannot be made yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingAward {
    /// The application.
    application_id: Uuid,
    /// Who is to hold it, or the employer of the professional who is.
    organization_name_zh: String,
    /// The professional who is to hold it; null if the organization is.
    professional_name: Option<String>,
    /// For what it waits: `not_published`, `objections_open`, `objection_days_run`.
    code: String,
    /// Last day for objections, where they may still be made.
    until: Option<NaiveDate>,
}

/// What would be awarded, with the numbers that are proposed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwardProposal {
    /// What comes before the running number.
    prefix: String,
    /// The first running number.
    first: u64,
    /// Digits of it, with zeros before.
    digits: usize,
    /// Who would be awarded, in the order in which the numbers run.
    ready: Vec<ReadyAward>,
    /// Who would not be yet.
    waiting: Vec<WaitingAward>,
    /// Awards of the round that are in force or about to be, so that their papers can be printed.
    awarded: usize,
}

struct Sorted {
    ready: Vec<ApplicationRow>,
    waiting: Vec<WaitingAward>,
}

/// Who of what was approved can be awarded, in the order of the round, and who not yet.
async fn sort(tx: &mut Tx, round: &Round, rows: Vec<ApplicationRow>, on: NaiveDate) -> Result<Sorted> {
    let order = rank(outcomes(tx, round, &rows).await?, None, 0);
    let place = |row: &ApplicationRow| order.iter().find(|one| one.application == row.id).map(|one| one.place);
    let mut sorted = Sorted { ready: Vec::new(), waiting: Vec::new() };
    for row in rows {
        let tried = row.standing.0.clone().take(Step::Award { number: "1".to_owned(), from: on, on });
        let code = match tried {
            Ok(_) => {
                sorted.ready.push(row);
                continue;
            }
            Err(refusal) => refusal.code(),
        };
        let until = match &row.standing.0 {
            Application::Published { until, .. } => Some(*until),
            _ => None,
        };
        sorted.waiting.push(WaitingAward {
            application_id: row.id,
            organization_name_zh: row.organization_name_zh,
            professional_name: row.professional_name,
            code: code.to_owned(),
            until,
        });
    }
    sorted.ready.sort_by_key(place);
    Ok(sorted)
}

/// Proposes numbers for all that a round can award now, and tells who waits for what.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/awards",
    operation_id = "propose_awards",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "What would be awarded", body = AwardProposal), ApiErrors)
)]
pub(super) async fn proposal(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<AwardProposal>> {
    let mut tx = state.begin(&actor).await?;
    let round = rounds::store::load(&mut tx, id).await?;
    rounds::require(&mut tx, &actor, Action::RoundRead, round.authority_id).await?;
    let on = credits::today(&mut tx, state.now()).await?;
    let rows = store::of_round(&mut tx, id, &["approved", "published"]).await?;
    let sorted = sort(&mut tx, &round, rows, on).await?;
    let mut awarded: usize = 0;
    for one in designations::store::of_round(&mut tx, id).await? {
        if matches!(one.rules()?.standing_on(on), StandingName::InForce | StandingName::Upcoming) {
            awarded += 1;
        }
    }
    let given = designations::store::of_scheme(&mut tx, round.scheme_id).await?;
    tx.commit().await?;
    let given: Vec<String> = given.into_iter().map(|one| one.number).collect();
    let Pattern { prefix, first, digits } = Pattern::following(&given, &round.scheme_code, on.year());
    let ready = |row: ApplicationRow| ReadyAward {
        application_id: row.id,
        organization_name_zh: row.organization_name_zh,
        professional_name: row.professional_name,
    };
    let (ready, waiting) = (sorted.ready.into_iter().map(ready).collect(), sorted.waiting);
    Ok(Json(AwardProposal { prefix, first, digits, ready, waiting, awarded }))
}

/// Awards of a round.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AwardsBody {
    /// The applications, in the order in which the numbers run.
    #[schema(min_items = 1, max_items = 500)]
    applications: Vec<Uuid>,
    /// What comes before the running number; may be empty.
    #[schema(max_length = 50)]
    prefix: String,
    /// The first running number.
    #[schema(minimum = 0, maximum = 99_999_999)]
    first: u64,
    /// Digits of it at the least, with zeros before.
    #[schema(minimum = 1, maximum = 9)]
    digits: usize,
    /// First day, that of the ceremony; today if left out. The last day follows from the scheme.
    valid_from: Option<NaiveDate>,
    /// Level of the hosts under the scheme; policies read it as `host_level`.
    #[schema(max_length = 40)]
    level: Option<String>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
    /// At which ceremony they are handed over, and where; their history tells it.
    #[serde(default)]
    #[schema(max_length = 200)]
    ceremony: String,
}

/// An award that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwardMade {
    /// The application.
    application_id: Uuid,
    /// The designation.
    designation_id: Uuid,
    /// Its number.
    number: String,
}

/// The awards that were made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AwardsMade {
    /// In the order of their numbers.
    items: Vec<AwardMade>,
}

/// Awards these applications of a round in one go, all or none, with numbers that run.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/awards",
    operation_id = "award_round",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The round"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AwardsBody,
    responses((status = 200, description = "Awarded", body = AwardsMade), ApiErrors)
)]
pub(super) async fn award_all(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<AwardsBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let round = rounds::store::lock(&mut tx, id).await?;
    rounds::require(&mut tx, &actor, Action::RoundManage, round.authority_id).await?;
    let mut checks = Checks::new();
    checks.count("applications", body.applications.len(), 1..=500);
    let prefix = checks.text("prefix", &body.prefix, 0..=50);
    let first = checks.range("first", body.first, 0..=99_999_999);
    let digits = checks.range("digits", body.digits, 1..=9);
    let level = checks.optional_text("level", body.level.as_deref(), 40);
    let source = checks.text("source", &body.source, 0..=400);
    let ceremony = checks.text("ceremony", &body.ceremony, 0..=200);
    checks.finish()?;
    let now = state.now();
    let on = credits::today(&mut tx, now).await?;
    let from = body.valid_from.unwrap_or(on);
    let mut rows = store::lock_round(&mut tx, id, &["approved", "published", "awarded"]).await?;
    // In one order, whatever that of the numbers is: others may hold some of them.
    let mut holders: Vec<Uuid> = rows.iter().map(|row| row.organization_id).collect();
    holders.sort_unstable();
    holders.dedup();
    for holder in holders {
        designations::store::lock_holder(&mut tx, holder).await?;
    }
    let pattern = Pattern { prefix, first, digits };
    let mut items = Vec::with_capacity(body.applications.len());
    for (at, application) in body.applications.iter().enumerate() {
        let found = rows.iter().position(|row| row.id == *application);
        let Some(row) = found.map(|found| rows.swap_remove(found)) else {
            return Err(ApiError::invalid_field(
                format!("applications[{at}]"),
                "unknown",
                "must be an application of the round that was approved, once",
            ));
        };
        let number = pattern.number(at);
        let name = row.professional_name.clone().unwrap_or_else(|| row.organization_name_zh.clone());
        let given = Given {
            number: number.clone(),
            from,
            on,
            level: level.clone(),
            source: source.clone(),
            ceremony: ceremony.clone(),
        };
        let made = give(&mut tx, &state, &actor, row, &round, given).await.map_err(|error| {
            let about = FieldError::new(format!("applications[{at}]"), "this_one", format!("{name} {number}"));
            if error.errors().is_empty() { error.with_errors(vec![about]) } else { error }
        })?;
        items.push(AwardMade { application_id: *application, designation_id: made.id, number });
    }
    let detail = json!({
        "numbers": items.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), "valid_from": from, "ceremony": ceremony,
    });
    audit::record(&mut tx, &actor, now, Event::new("round.award", "round", id, detail)).await?;
    let answer = tx.commit_with(Json(AwardsMade { items })).await?;
    credits::follow_designation(&state);
    Ok(answer)
}
