//! By the code on the guide's screen: a student says "I am here", a teacher says it for a group.

use axum::Json;
use axum::extract::State;
use kepu_domain::door::scan::{Direction, Method};
use kepu_domain::role::{Action, Role, Scope};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Visit};
use super::view::{ScanItem, ScansAnswer};
use super::{MOST, TAG, scans};
use crate::auth::Actor;
use crate::check::Checks;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::state::AppState;

/// Who is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceRequest {
    /// The code as scanned.
    #[schema(max_length = 100)]
    pub code: String,
    /// A teacher's group; nobody, if a student speaks of itself.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub person_ids: Vec<Uuid>,
    /// `out` when leaving a session that counts minutes.
    #[serde(default = "comes")]
    #[schema(value_type = String, example = "in")]
    pub direction: Direction,
}

const fn comes() -> Direction {
    Direction::In
}

/// Says by the session's rotating code that one, or one's group, is there.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/presence", operation_id = "claim_presence", tag = TAG,
    params(("id" = Uuid, Path, description = "The session")),
    request_body = PresenceRequest,
    responses((status = 200, description = "A verdict on each", body = ScansAnswer), ApiErrors)
)]
pub async fn claim_presence(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<PresenceRequest>,
) -> Result<Json<ScansAnswer>> {
    let district = actor.district()?;
    let own = || actor.grants.iter().any(|grant| grant.role == Role::Student);
    let persons = if body.person_ids.is_empty() && own() { actor.persons() } else { body.person_ids };
    let mut checks = Checks::new();
    checks.count("person_ids", persons.len(), 1..=MOST);
    checks.finish()?;
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    let day = session.day;
    let wanted: Vec<_> = persons.iter().map(|person| (Visit { session: id, person: *person }, day)).collect();
    let known = store::people(&mut tx, &wanted).await?;
    tx.rollback().await?;
    for person in &persons {
        let school = known.iter().find(|row| row.person_id == *person).ok_or_else(|| ApiError::not_found("person"))?;
        let scope = Scope::Person { district: district.0, person: *person, school: school.school_id };
        actor.require(Action::PresenceClaim, &scope)?;
    }
    let now = state.now();
    let item = |person: Uuid| ScanItem {
        id: state.new_id(),
        scanned_at: now,
        clock_offset_ms: Some(0),
        direction: body.direction,
        method: Method::Code,
        pass: None,
        person_id: Some(person),
        code: Some(body.code.clone()),
    };
    let items = persons.into_iter().map(item).collect();
    scans::take(&state, &actor, id, Uuid::nil(), items).await.map(Json)
}
