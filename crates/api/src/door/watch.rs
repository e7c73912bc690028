//! GET /api/v1/sessions/{id}/door: how the door stands, and what to look at before closing it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::oddities::{DoorOddity, Known, is_there, oddities};
use super::open::DoorSession;
use super::settle::settle_one;
use super::{TAG, store};
use crate::auth::Actor;
use crate::error::{ApiErrors, Result};
use crate::extract::ApiPath;
use crate::state::AppState;

/// How a door stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorView {
    /// The service's clock.
    pub server_time: DateTime<Utc>,
    /// The session.
    pub session: DoorSession,
    /// Persons and scans, counted.
    pub counts: DoorCounts,
    /// The devices that scanned.
    pub devices: Vec<DoorDevice>,
    /// What to look at before closing, the gravest first.
    pub oddities: Vec<DoorOddity>,
}

/// Persons and scans, counted.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DoorCounts {
    /// Are expected and have not come.
    pub registered: usize,
    /// Wait for a place.
    pub waitlisted: usize,
    /// Came and have not left.
    pub inside: usize,
    /// Were seen, and wait for the host's word.
    pub attended: usize,
    /// Did not come.
    pub absent: usize,
    /// Were there, says the host.
    pub confirmed: usize,
    /// Scans, good and bad.
    pub scans: i64,
    /// Scans that count.
    pub accepted: i64,
    /// Scans that repeat another one.
    pub duplicates: i64,
    /// Scans in doubt.
    pub needs_review: i64,
    /// Scans that do not count.
    pub refused: i64,
}

/// A device at the door.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorDevice {
    /// The device.
    pub device_id: Uuid,
    /// How its guide calls it.
    pub name: String,
    /// When it last sent something.
    pub last_seen_at: DateTime<Utc>,
    /// How many scans came from it.
    pub scans: i64,
}

/// How the door of a session stands.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/door", operation_id = "watch_door", tag = TAG,
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "How it stands", body = DoorView), ApiErrors)
)]
pub async fn watch_door(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<DoorView>> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let session = store::session(&mut tx, id).await?;
    actor.require(Action::ParticipationConfirm, &Scope::Host { district: tx.district().0, host: session.host_id })?;
    let guests = store::guests(&mut tx, id).await?;
    let scans = store::scans_of_session(&mut tx, id).await?;
    let persons: Vec<Uuid> = guests.iter().map(|guest| guest.person_id).collect();
    let presence = settle_one(&mut tx, &session, &persons, now).await?.presence();
    let known =
        Known { session: &session, guests: &guests, presence: &presence, scans: &scans, asking: actor.account_id };
    let oddities = oddities(&mut tx, &known, now).await?;
    let verdicts = store::verdict_counts(&mut tx, id).await?;
    let devices = store::devices_of(&mut tx, id).await?;
    tx.rollback().await?;
    let of = |state: &str| guests.iter().filter(|guest| guest.state == state).count();
    let worth = |word: &str| verdicts.iter().find(|(verdict, _)| verdict == word).map_or(0, |(_, count)| *count);
    let left = |person: &Uuid| presence.get(person).is_some_and(|one| one.out_at.is_some());
    let counts = DoorCounts {
        registered: of("registered"),
        waitlisted: of("waitlisted"),
        inside: guests.iter().filter(|guest| is_there(guest) && !left(&guest.person_id)).count(),
        attended: of("attended"),
        absent: of("absent"),
        confirmed: of("confirmed"),
        scans: verdicts.iter().map(|(_, count)| count).sum(),
        accepted: worth("accepted"),
        duplicates: worth("duplicate_of"),
        needs_review: worth("needs_review"),
        refused: worth("refused"),
    };
    let device = |row: store::DeviceRow| DoorDevice {
        device_id: row.id,
        name: row.name,
        last_seen_at: row.last_seen_at,
        scans: row.scans,
    };
    let devices = devices.into_iter().map(device).collect();
    Ok(Json(DoorView { server_time: now, session: DoorSession::from(&session), counts, devices, oddities }))
}
