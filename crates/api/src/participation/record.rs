//! A school records who took part, or registers who will: by class, by numbers, or from a sheet. Each person gets an
//! outcome; the good ones are recorded, and nothing is left unsaid.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::no_show::Standing;
use kepu_domain::participation::{Act, Extent, Participation, Refusal, StateName, Step};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::no_shows::Standings;
use super::places::{self, Asked, Line};
use super::sorter::{Sorted, Sorter};
use super::store::{self, Found, New, Row, SessionRow, Taken};
use super::{MOST, TAG, entry};
use crate::audit;
use crate::auth::{Actor, Reach};
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::ids;
use crate::organizations::OrganizationStatus;
use crate::roster::today;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Who took part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordRequest {
    /// Persons, by id or number.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub persons: Vec<PersonEntry>,
    /// A whole class, as it was on the session's day.
    #[serde(default)]
    pub class_id: Option<Uuid>,
    /// Persons of that class who did not take part.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub except: Vec<Uuid>,
    /// Minutes for all who have none of their own; the activity's planned minutes when not given.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<i32>,
    /// Quantity for all who have none of their own.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub quantity: Option<i32>,
}

/// One person, by `person_id` or `number`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonEntry {
    /// The person.
    #[serde(default)]
    pub person_id: Option<Uuid>,
    /// The person's number (学号).
    #[serde(default)]
    #[schema(max_length = 64)]
    pub number: Option<String>,
    /// The name, compared with that of the roster when given.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub name: Option<String>,
    /// Minutes.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<i32>,
    /// Quantity.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub quantity: Option<i32>,
}

/// What became of each person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordAnswer {
    /// The session.
    pub session_id: Uuid,
    /// Newly recorded or registered.
    pub recorded: usize,
    /// On the waitlist.
    pub waitlisted: usize,
    /// Were there already.
    pub already: usize,
    /// Refused.
    pub refused: usize,
    /// One for each person, in the order of the request.
    pub outcomes: Vec<RecordOutcome>,
}

/// What became of one person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordOutcome {
    /// Place in the request (from 0), or row of the sheet as its reader counts it.
    pub index: u64,
    /// The person, if found.
    pub person_id: Option<Uuid>,
    /// The number.
    pub number: Option<String>,
    /// The name in the roster.
    pub name: Option<String>,
    /// `recorded`, `registered`, `waitlisted`, `already` or `refused`.
    pub outcome: String,
    /// Why, for programs; `no_show_warning` of one who is registered and did not come before.
    pub code: Option<String>,
    /// Why, and what to do.
    pub message: Option<String>,
    /// The participation.
    pub participation_id: Option<Uuid>,
    /// The place in the waitlist, from 1, of one who waits; null of others.
    pub waitlist_place: Option<i64>,
    /// The last day on which one who was refused as `barred` cannot be registered; null of others.
    pub barred_until: Option<NaiveDate>,
}

/// Records a group in a session that was, or registers one for a session to come.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/participations", operation_id = "record_participations", tag = TAG,
    params(("id" = Uuid, Path, description = "The session"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = RecordRequest,
    responses((status = 200, description = "What became of each person", body = RecordAnswer), ApiErrors)
)]
pub async fn record_participations(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<RecordRequest>,
) -> Result<Response> {
    let mut errors = Vec::new();
    let default = entry::extent("", body.minutes, body.quantity, &mut errors);
    let mut wanted = Vec::new();
    for (index, person) in body.persons.iter().enumerate() {
        let field = format!("persons[{index}]");
        let extent = entry::extent(&field, person.minutes, person.quantity, &mut errors).or(default);
        let number = person.number.as_deref().map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned);
        if person.person_id.is_some() == number.is_some() {
            errors.push(FieldError::new(field, "one_of", "give either person_id or number"));
        }
        wanted.push(Wanted {
            index: index as u64,
            person_id: person.person_id,
            number,
            name: person.name.clone(),
            extent,
        });
    }
    if body.persons.is_empty() && body.class_id.is_none() {
        errors.push(FieldError::new("persons", "required", "name at least one person, or a class"));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    if let Some(class) = body.class_id {
        let except: HashSet<Uuid> = body.except.iter().copied().collect();
        let members = store::class_members(&mut tx, class, session.day).await?;
        if members.is_empty() {
            let message = format!("nobody was in this class on {}", session.day);
            return Err(ApiError::invalid_field("class_id", "empty_class", message));
        }
        let members = members.into_iter().filter(|m| !except.contains(m));
        wanted.extend(members.zip(wanted.len() as u64..).map(|(person, index)| Wanted {
            index,
            person_id: Some(person),
            number: None,
            name: None,
            extent: default,
        }));
    }
    let answer = record(&mut tx, &state, &actor, &session, &wanted, "teacher").await?;
    tx.commit_with(Json(answer)).await
}

/// One person of a request or one row of a sheet.
pub(super) struct Wanted {
    pub index: u64,
    pub person_id: Option<Uuid>,
    pub number: Option<String>,
    pub name: Option<String>,
    pub extent: Extent,
}

/// Records what can be recorded and tells what became of each.
pub(super) async fn record(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    session: &SessionRow,
    wanted: &[Wanted],
    source: &'static str,
) -> Result<RecordAnswer> {
    let district = tx.district();
    let schools = may_record_for(actor, district.0)?;
    if wanted.len() > MOST {
        let message = format!("at most {MOST} persons a request, not {}; send them in parts", wanted.len());
        return Err(ApiError::invalid_field("persons", "too_many", message));
    }
    // Registrations come one by one: what holds is what holds when it is this one's turn.
    let held;
    let session = if session.starts_at > state.now() {
        places::store::lock(tx, session.id).await?;
        held = store::session(tx, session.id).await?;
        &held
    } else {
        session
    };
    if session.status == "cancelled" {
        return Err(ApiError::conflict("session_cancelled", "The session was cancelled; nobody can take part in it."));
    }
    let now = state.now();
    let plan = Plan::of(session, now, source)?;
    let mut line = if plan.is_registration() {
        // Whoever cancels a session or closes its host does not wait for us.
        let line = Line::settled(tx, session.id, &actor.into(), now).await?.ok_or_else(takes_nobody)?;
        line.require_open()?;
        Some(line)
    } else {
        None
    };
    let ids: Vec<Uuid> = wanted.iter().filter_map(|w| w.person_id).collect();
    let numbers: Vec<String> = wanted.iter().filter_map(|w| w.number.clone()).collect();
    let found = store::find(tx, &ids, &numbers, session.day).await?;
    let persons: Vec<Uuid> = found.iter().map(|f| f.person_id).collect();
    let there = store::lock_of_persons(tx, session.id, &persons).await?;
    let waits: HashSet<Uuid> = there.iter().filter(|row| row.state == "waitlisted").map(|row| row.id).collect();
    let (standings, today) = if plan.is_registration() {
        (Standings::of(tx, &persons).await?, today(tx, now).await?)
    } else {
        (Standings::default(), session.day)
    };
    let mut sorter = Sorter::new(found, there, schools);
    let (mut new, mut again, mut turns) = (Vec::new(), Vec::new(), Vec::new());
    let mut outcomes: Vec<RecordOutcome> = Vec::new();
    for want in wanted {
        let sorted = sorter.sort(session, want);
        let standing = sorted.asks().map(|person| standings.on(person.person_id, today)).unwrap_or_default();
        let mut outcome = match sorted {
            Sorted::New(person) | Sorted::Again(person, _) if standing.barred_until.is_some() => {
                want.barred(&person, &standing)
            }
            Sorted::Refused(outcome) | Sorted::Already(outcome) => outcome,
            Sorted::New(person) => {
                let (state, place) = match line.as_mut().map(|line| line.ask(person.school_id)) {
                    Some(Asked::Waits(place)) => (StateName::Waitlisted, Some(place)),
                    Some(Asked::Place) | None => (plan.state, None),
                };
                let id = ids::new();
                let outcome = want.outcome(Some(&person), state.word()).with(id).waits(place);
                new.push(New {
                    id,
                    person_id: person.person_id,
                    school_id: person.school_id,
                    class_id: person.class_id,
                    grade: person.grade,
                    state,
                    extent: want.extent,
                    source: plan.source,
                });
                outcome
            }
            Sorted::Again(person, row) => {
                match ask_again(&row, Act { by: actor.account_id, at: now }, want.extent, line.as_mut())? {
                    Ok((to, place)) => {
                        let from = row.participation()?.state();
                        let outcome = want.outcome(Some(&person), to.state().word()).with(row.id).waits(place);
                        turns.extend(place.map(|_| (row.id, ids::new())));
                        again.push(Taken { id: row.id, from, to, reason: String::new() });
                        outcome
                    }
                    Err(refusal) => {
                        let (code, message) = entry::refusal(refusal);
                        want.refused(Some(&person), &code, message)
                    }
                }
            }
        };
        if let Some(warning) = standings.warning(&standing).filter(|_| outcome.is_new()) {
            outcome.code = Some("no_show_warning".to_owned());
            outcome.message = Some(warning);
        }
        outcomes.push(outcome);
    }
    let added: HashSet<Uuid> = store::insert(tx, session, &new, actor.account_id, now).await?.into_iter().collect();
    store::store_steps(tx, &again, actor.account_id, now).await?;
    places::store::set_turns(tx, &turns).await?;
    // Somebody else entered the same person between our look and our insert.
    for outcome in outcomes.iter_mut().filter(|o| o.is_new()) {
        let is_ours = |id: &Uuid| added.contains(id) || again.iter().any(|t| t.id == *id);
        if !outcome.participation_id.as_ref().is_some_and(is_ours) {
            "already".clone_into(&mut outcome.outcome);
            outcome.participation_id = None;
            outcome.waitlist_place = None;
        }
    }
    let is_waiting =
        |o: &RecordOutcome| o.outcome == "already" && o.participation_id.is_some_and(|id| waits.contains(&id));
    if let Some(line) = line.as_ref().filter(|_| outcomes.iter().any(is_waiting)) {
        let places = line.turns(tx).await?;
        for outcome in outcomes.iter_mut().filter(|o| is_waiting(o)) {
            outcome.waitlist_place = outcome.participation_id.and_then(|id| places.get(&id).copied());
        }
    }
    let count = |word: &[&str]| outcomes.iter().filter(|o| word.contains(&o.outcome.as_str())).count();
    let answer = RecordAnswer {
        session_id: session.id,
        recorded: count(&["recorded", "registered"]),
        waitlisted: count(&["waitlisted"]),
        already: count(&["already"]),
        refused: count(&["refused"]),
        outcomes: outcomes.clone(),
    };
    let participations: Vec<Uuid> = outcomes.iter().filter(|o| o.is_new()).filter_map(|o| o.participation_id).collect();
    let detail = json!({
        "recorded": answer.recorded, "waitlisted": answer.waitlisted, "already": answer.already,
        "refused": answer.refused, "participations": participations, "source": plan.source,
    });
    audit::record(tx, actor, now, audit::Event::new("participation.record", "session", session.id, detail)).await?;
    Ok(answer)
}

/// The schools for which the actor may record; refuses who may for none.
fn may_record_for(actor: &Actor, district: Uuid) -> Result<Reach> {
    let reach = actor.schools();
    let may = match &reach {
        Reach::All => false,
        Reach::Only(schools) => schools
            .iter()
            .any(|school| actor.may(Action::ParticipationRecord, &Scope::School { district, school: *school })),
    };
    if !may {
        // Says which roles may.
        actor.require(Action::ParticipationRecord, &Scope::District { district })?;
    }
    Ok(reach)
}

fn takes_nobody() -> ApiError {
    let detail = "The session is closed for registration. Choose another, or ask the host to open it.";
    ApiError::conflict("session_closed", detail)
}

/// What an entry becomes: a registration before the session, a record after its start.
struct Plan {
    state: StateName,
    source: &'static str,
}

impl Plan {
    fn of(session: &SessionRow, now: DateTime<Utc>, source: &'static str) -> Result<Self> {
        if session.starts_at > now {
            if session.host_status == OrganizationStatus::Closed {
                let detail = "The host is closed: nobody is registered for what is still ahead there.";
                return Err(ApiError::conflict("organization_closed", detail));
            }
            if session.status != "open" {
                return Err(takes_nobody());
            }
            return Ok(Self { state: StateName::Registered, source: "registration" });
        }
        let is_school = matches!(session.host_kind.as_str(), "school" | "kindergarten");
        Ok(Self {
            state: StateName::Recorded,
            source: if is_school && source == "teacher" { "school" } else { source },
        })
    }

    fn is_registration(&self) -> bool {
        self.state == StateName::Registered
    }
}

/// Somebody who was in the session once asks again; with the place in the waitlist, if there is no other.
fn ask_again(
    row: &Row,
    act: Act,
    extent: Extent,
    line: Option<&mut Line>,
) -> Result<std::result::Result<(Participation, Option<i64>), Refusal>> {
    let before = row.participation()?;
    let Some(line) = line else { return Ok(before.take(Step::Record(act, extent)).map(|to| (to, None))) };
    // Who is refused asks for no place.
    let waiting = match before.clone().take(Step::Wait(act, extent)) {
        Ok(waiting) => waiting,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(match line.ask(row.school_id) {
        Asked::Place => before.take(Step::Register(act, extent)).map(|to| (to, None)),
        Asked::Waits(place) => Ok((waiting, Some(place))),
    })
}

impl Wanted {
    pub(super) fn outcome(&self, person: Option<&Found>, outcome: &str) -> RecordOutcome {
        RecordOutcome {
            index: self.index,
            person_id: person.map(|p| p.person_id),
            number: person.map(|p| p.number.clone()).or_else(|| self.number.clone()),
            name: person.map(|p| p.name.clone()).or_else(|| self.name.clone()),
            outcome: outcome.to_owned(),
            code: None,
            message: None,
            participation_id: None,
            waitlist_place: None,
            barred_until: None,
        }
    }

    fn barred(&self, person: &Found, standing: &Standing) -> RecordOutcome {
        let until = standing.barred_until.unwrap_or_default();
        let message = format!("cannot be registered up to {until}, that day included, for not coming to sessions");
        RecordOutcome { barred_until: standing.barred_until, ..self.refused(Some(person), "barred", message) }
    }

    pub(super) fn refused(&self, person: Option<&Found>, code: &str, message: impl Into<String>) -> RecordOutcome {
        let mut outcome = self.outcome(person, "refused");
        outcome.code = Some(code.to_owned());
        outcome.message = Some(message.into());
        outcome
    }
}

impl RecordOutcome {
    pub(super) fn with(mut self, participation: Uuid) -> Self {
        self.participation_id = Some(participation);
        self
    }

    fn waits(mut self, place: Option<i64>) -> Self {
        self.waitlist_place = place;
        self
    }

    fn is_new(&self) -> bool {
        matches!(self.outcome.as_str(), "recorded" | "registered" | "waitlisted")
    }
}
