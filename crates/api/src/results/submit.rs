use std::collections::HashSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AchievementView, ResultState, TAG,
    facts::{By, Facts, Place, Raw, check_person, new_row, today},
    reach::{may_for, schools_for},
    store::{self, Found, Lookup, ResultEvent, ResultRow},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    competitions::{self, store::Competition},
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, Location},
    state::AppState,
    tenancy::Tx,
};

const TEAM_MAX: usize = 50;

/// Somebody who achieved it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
    /// The person; or say `number`.
    person_id: Option<Uuid>,
    /// Student number; or say `person_id`.
    #[schema(max_length = 60)]
    number: Option<String>,
    /// Position in the team, from 1: for all members or for none, in which case the order given counts.
    #[schema(minimum = 1, maximum = 50)]
    position: Option<i32>,
}

/// A new achievement of a person or a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewResult {
    /// The competition: the edition of the year.
    competition_id: Uuid,
    /// The day of the award.
    achieved_on: NaiveDate,
    /// Level at which it was won: national, provincial, city, county, town, school … as policies name it.
    #[schema(min_length = 1, max_length = 40)]
    contest_level: String,
    /// The award: first, second, third, excellence … as policies name it; or say `place`.
    #[schema(max_length = 40)]
    award: Option<String>,
    /// The place in a ranked list, from 1.
    #[schema(minimum = 1)]
    place: Option<i32>,
    /// How many places the list names.
    #[schema(minimum = 1)]
    places_listed: Option<i32>,
    /// The work that was judged: the same word wherever the same work is entered.
    #[schema(max_length = 60)]
    work_id: Option<String>,
    /// Title of the work.
    #[serde(default)]
    #[schema(max_length = 200)]
    work_title: String,
    /// Free words that policies may match.
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
    /// Members of the team, where it has more than those of your school; else as many as are given.
    #[schema(minimum = 1, maximum = 50)]
    team_size: Option<i32>,
    /// Who achieved it: one person, or the members of the team that are of your school.
    #[schema(min_items = 1, max_items = 50)]
    members: Vec<NewMember>,
}

/// Submits what a person or a team achieved. It earns credit once the district has verified it.
#[utoipa::path(
    post,
    path = "/api/v1/results",
    operation_id = "submit_result",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewResult,
    responses((status = 201, description = "Submitted: a result for each member", body = AchievementView), ApiErrors)
)]
pub(super) async fn submit(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewResult>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    if schools_for(&actor, Action::ResultSubmit, district).is_empty() {
        actor.require(Action::ResultSubmit, &Scope::District { district })?;
    }
    let competition = competition(&mut tx, body.competition_id).await?;
    let mut checks = Checks::new();
    let raw = Raw {
        achieved_on: body.achieved_on,
        contest_level: &body.contest_level,
        award: body.award.as_deref(),
        place: body.place,
        places_listed: body.places_listed,
        work_id: body.work_id.as_deref(),
        work_title: &body.work_title,
        tags: &body.tags,
    };
    let today = today(&mut tx, &state).await?;
    let facts = Facts::check(&mut checks, &raw, &competition, today);
    check_team(&mut checks, &body);
    checks.finish()?;

    let persons = members(&mut tx, &actor, &body, &competition).await?;
    let by = By { account: actor.account_id, at: state.now() };
    let rows = achievement(&state, &competition, &facts, persons, body.team_size, by);
    store::insert(&mut tx, &rows).await?;
    written(&mut tx, &state, &actor, &rows).await?;
    let place = Location(rows.first().map_or_else(String::new, |row| format!("/api/v1/results/{}", row.id)));
    tx.commit_with((StatusCode::CREATED, place, Json(AchievementView::from(rows)))).await
}

/// The competition that a body names.
pub(super) async fn competition(tx: &mut Tx, id: Uuid) -> Result<Competition> {
    let found = competitions::store::find(tx, id).await?;
    found.ok_or_else(|| ApiError::invalid_field("competition_id", "unknown", "must be a competition"))
}

fn check_team(checks: &mut Checks, body: &NewResult) {
    let count = body.members.len();
    checks.count("members", count, 1..=TEAM_MAX);
    let size = body.team_size.unwrap_or_else(|| i32::try_from(count).unwrap_or(i32::MAX));
    if let Some(size) = body.team_size {
        checks.range("team_size", size, 1..=50);
        checks.require(
            usize::try_from(size).is_ok_and(|size| size >= count),
            "team_size",
            "too_small",
            "must not be less than the members given",
        );
    }
    let mut positions = HashSet::new();
    for (index, member) in body.members.iter().enumerate() {
        let field = |name: &str| format!("members[{index}].{name}");
        match (&member.person_id, &member.number) {
            (Some(_), Some(_)) | (None, None) => {
                checks.add(FieldError::new(field("number"), "one_of", "say either person_id or number"));
            }
            (None, Some(number)) => {
                checks.text(&field("number"), number, 1..=60);
            }
            (Some(_), None) => {}
        }
        match member.position {
            Some(position) => {
                checks.range(&field("position"), position, 1..=size.max(1));
                let message = "must not be given twice";
                checks.require(positions.insert(position), &field("position"), "repeated", message);
            }
            None if !positions.is_empty() || body.members.iter().any(|other| other.position.is_some()) => {
                let message = "must be given for all members or for none";
                checks.add(FieldError::new(field("position"), "required", message));
            }
            None => {}
        }
    }
}

/// The members with their positions, all of them persons for whom the actor may submit.
async fn members(
    tx: &mut Tx,
    actor: &Actor,
    body: &NewResult,
    competition: &Competition,
) -> Result<Vec<(Found, Option<i32>)>> {
    let district = tx.district().0;
    let wanted: Vec<Lookup> = body
        .members
        .iter()
        .map(|member| Lookup {
            id: member.person_id,
            number: member.number.as_deref().map(|number| number.trim().to_owned()),
            day: body.achieved_on,
            ..Lookup::default()
        })
        .collect();
    let found = store::find_persons(tx, &wanted).await?;
    let mut checks = Checks::new();
    let (mut seen, mut members) = (HashSet::new(), Vec::new());
    for (index, (member, ord)) in body.members.iter().zip(1i64..).enumerate() {
        let field = if member.person_id.is_some() { "person_id" } else { "number" };
        let field = format!("members[{index}].{field}");
        // Somebody of another school is answered as nobody is: numbers are not for trying out.
        let person = found.iter().find(|person| person.ord == ord).filter(|person| {
            let schools = [person.school_id, person.current_school_id];
            may_for(actor, Action::ResultSubmit, district, person.person_id, schools)
        });
        let Some(person) = person else {
            checks.add(FieldError::new(field, "unknown_person", "must be a person of your school"));
            continue;
        };
        if !seen.insert(person.person_id) {
            checks.add(FieldError::new(field, "repeated", "must not be given twice"));
            continue;
        }
        if let Err((code, message)) = check_person(competition, person) {
            checks.add(FieldError::new(field, code, message));
            continue;
        }
        members.push((person.clone(), member.position));
    }
    checks.finish()?;
    Ok(members)
}

/// The rows of one achievement. The identity of the first stands for the team.
pub(super) fn achievement(
    state: &AppState,
    competition: &Competition,
    facts: &Facts,
    mut persons: Vec<(Found, Option<i32>)>,
    team_size: Option<i32>,
    by: By,
) -> Vec<ResultRow> {
    let given = i32::try_from(persons.len()).unwrap_or(i32::MAX);
    let size = team_size.unwrap_or(given);
    if persons.iter().all(|(_, position)| position.is_some()) {
        persons.sort_by_key(|(_, position)| *position);
    }
    let mut team = None;
    persons
        .into_iter()
        .zip(1..)
        .map(|((person, position), order)| {
            let id = state.new_id();
            // With members elsewhere the order given says nothing about positions.
            let position = position.or((size == given).then_some(order));
            let place = (size > 1).then(|| Place { team: *team.get_or_insert(id), position, size });
            new_row(id, competition, person, facts, place, by)
        })
        .collect()
}

/// Writes the first step of each, and the trail.
pub(super) async fn written(tx: &mut Tx, state: &AppState, actor: &Actor, rows: &[ResultRow]) -> Result<()> {
    let events: Vec<ResultEvent> = rows
        .iter()
        .map(|row| ResultEvent {
            id: state.new_id(),
            result_id: row.id,
            from_state: None,
            to_state: ResultState::Submitted,
            reason: String::new(),
            account_id: row.submitted_by,
            at: row.submitted_at,
        })
        .collect();
    store::insert_events(tx, &events).await?;
    let trail = rows
        .iter()
        .map(|row| {
            let detail = json!({
                "competition_id": row.competition_id, "person_id": row.person_id, "achieved_on": row.achieved_on,
                "contest_level": row.contest_level, "award": row.award, "place": row.place, "team_id": row.team_id,
            });
            Event::new("result.submit", "result", row.id, detail)
        })
        .collect();
    audit::record_many(tx, actor, state.now(), trail).await
}
