#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{competition::Step, role::Action};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AchievementView, ResultView, TAG,
    facts::{Facts, Raw, check_person, today},
    first,
    reach::require_for,
    refused,
    store::{self, Lookup, ResultEvent, ResultRow},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    competitions,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
    tenancy::Tx,
};

/// What to correct; what is left out stays. For another competition or other members, withdraw and submit again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResultChange {
    /// The day of the award.
    achieved_on: Option<NaiveDate>,
    /// Level at which it was won.
    #[schema(min_length = 1, max_length = 40)]
    contest_level: Option<String>,
    /// The award; null if there is a place instead.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    award: Option<Option<String>>,
    /// The place in a ranked list; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<i32>, minimum = 1)]
    place: Option<Option<i32>>,
    /// How many places the list names; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<i32>, minimum = 1)]
    places_listed: Option<Option<i32>>,
    /// The work that was judged; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 60)]
    work_id: Option<Option<String>>,
    /// Title of the work.
    #[schema(max_length = 200)]
    work_title: Option<String>,
    /// Free words, all of them.
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
}

/// Corrects a result that was returned; for a team, that of each member. Then resubmit it.
#[utoipa::path(
    patch,
    path = "/api/v1/results/{id}",
    operation_id = "correct_result",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ResultChange,
    responses((status = 200, description = "As it is now", body = AchievementView), ApiErrors)
)]
pub(super) async fn correct(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ResultChange>,
) -> Result<(ETag, Json<AchievementView>)> {
    let mut tx = state.begin(&actor).await?;
    let before = store::lock_one(&mut tx, id).await?;
    require_for(&actor, Action::ResultSubmit, tx.district().0, &before)?;
    let asked = before.iter().find(|row| row.id == id).ok_or_else(|| ApiError::not_found("result"))?;
    version.check("result", asked.version)?;
    let achievement = asked.achievement();
    let authors = store::authors(&mut tx, &[achievement]).await?.remove(&achievement).unwrap_or_default();
    asked.submission(authors).step(Step::Correct, actor.account_id).map_err(|refusal| refused(&refusal))?;

    let competition = competitions::store::load(&mut tx, asked.competition_id).await?;
    let mut checks = Checks::new();
    let or = |given: &Option<Option<String>>, kept: &Option<String>| match given {
        Some(given) => given.clone(),
        None => kept.clone(),
    };
    let (award, work_id) = (or(&body.award, &asked.award), or(&body.work_id, &asked.work_id));
    let raw = Raw {
        achieved_on: body.achieved_on.unwrap_or(asked.achieved_on),
        contest_level: body.contest_level.as_deref().unwrap_or(&asked.contest_level),
        award: award.as_deref(),
        place: body.place.unwrap_or(asked.place),
        places_listed: body.places_listed.unwrap_or(asked.places_listed),
        work_id: work_id.as_deref(),
        work_title: body.work_title.as_deref().unwrap_or(&asked.work_title),
        tags: body.tags.as_deref().unwrap_or(&asked.tags),
    };
    let today = today(&mut tx, &state).await?;
    let facts = Facts::check(&mut checks, &raw, &competition, today);
    checks.finish()?;
    let now = state.now();
    let mut rows = before.clone();
    for row in &mut rows {
        facts.put(row);
        row.version += 1;
        row.updated_at = now;
    }
    enrol(&mut tx, &competition, &mut rows).await?;
    store::correct(&mut tx, &rows).await?;
    let events: Vec<ResultEvent> = rows
        .iter()
        .map(|row| ResultEvent {
            id: state.new_id(),
            result_id: row.id,
            from_state: Some(row.state),
            to_state: row.state,
            reason: "corrected".to_owned(),
            account_id: actor.account_id,
            at: now,
        })
        .collect();
    store::insert_events(&mut tx, &events).await?;
    let version = rows.iter().find(|row| row.id == id).map_or(1, |row| row.version);
    let view = AchievementView::from(rows);
    let mut trail = Vec::new();
    for (before, after) in before.into_iter().zip(&view.items) {
        let detail = patch::difference(&ResultView::from(before), after)?;
        trail.push(Event::new("result.correct", "result", after.id, detail));
    }
    audit::record_many(&mut tx, &actor, now, trail).await?;
    tx.commit().await?;
    Ok((ETag(version), Json(view)))
}

/// The enrolments of the day, which may be another one now.
async fn enrol(tx: &mut Tx, competition: &competitions::store::Competition, rows: &mut [ResultRow]) -> Result<()> {
    let day = first(rows)?.achieved_on;
    let wanted: Vec<Lookup> =
        rows.iter().map(|row| Lookup { id: Some(row.person_id), day, ..Lookup::default() }).collect();
    let found = store::find_persons(tx, &wanted).await?;
    let mut checks = Checks::new();
    for row in rows {
        let Some(person) = found.iter().find(|person| person.person_id == row.person_id) else {
            return Err(ApiError::not_found("person"));
        };
        if let Err((code, message)) = check_person(competition, person) {
            checks.add(FieldError::new("achieved_on", code, message));
        }
        row.school_id = person.school_id;
        row.class_id = person.class_id;
        row.grade = person.grade;
    }
    checks.finish()
}
