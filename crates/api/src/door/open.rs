//! Opens a device at the door of a session: gives it all that it needs to work without a network.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::door::code::STEP_SECONDS;
use kepu_domain::door::fold::DOORS;
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TAG;
use super::settle::settle_one;
use super::store::{self, SessionRow};
use crate::audit::{self, Event};
use crate::auth::{Actor, secret};
use crate::check::Checks;
use crate::error::{ApiErrors, FieldError, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::participation::no_shows::barred_on;
use crate::passes::keys::Keys;
use crate::passes::store::holding;
use crate::state::AppState;

/// A device forgets a session so long after its end.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// A device that shall stand at the door.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenRequest {
    /// Made by the device once, and kept.
    pub device_id: Uuid,
    /// How its guide calls it.
    #[schema(min_length = 1, max_length = 60)]
    pub device_name: String,
    /// Its public key (Ed25519, base64url): it signs files of scans with the private one.
    #[schema(max_length = 60)]
    pub device_key: String,
    /// What its clock says.
    pub device_time: DateTime<Utc>,
}

/// All that a device needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorBundle {
    /// The service's clock.
    pub server_time: DateTime<Utc>,
    /// The session.
    pub session: DoorSession,
    /// The district of the guests.
    pub district_id: Uuid,
    /// The keys that sign its passes.
    pub keys: Vec<DoorKey>,
    /// What makes the rotating code.
    pub code: DoorCode,
    /// Who is expected or was there.
    pub roster: Vec<DoorGuest>,
    /// Passes of others that hold, where the session takes walk-ins.
    pub passes: Vec<DoorPass>,
    /// When the device must forget all this.
    pub wipe_after: DateTime<Utc>,
}

/// A session as its door sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorSession {
    /// Identity.
    pub id: Uuid,
    /// The activity's title.
    pub activity_title_zh: String,
    /// The same in English; may be empty.
    pub activity_title_en: String,
    /// What it is.
    pub kind: String,
    /// The host.
    pub host_id: Uuid,
    /// Its name.
    pub host_name_zh: String,
    /// The same in English; may be empty.
    pub host_name_en: String,
    /// Where.
    pub place: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// From when on scans count.
    pub doors_open_at: DateTime<Utc>,
    /// `in`, or `in_out` where it credits by the minute.
    pub mode: String,
    /// Whether it takes who was not registered.
    pub walk_ins: bool,
    /// How many guests; null for any number.
    pub capacity: Option<i32>,
    /// `open`, `closed` (takes no more registrations) or `cancelled`.
    pub status: String,
    /// When the host closed the door for this district's guests.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A key.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorKey {
    /// Its number, as in passes.
    pub number: u8,
    /// Ed25519, base64url.
    pub public_key: String,
}

/// What makes the rotating code.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorCode {
    /// HMAC key, base64url.
    pub secret: String,
    /// How long a code is shown.
    pub step_seconds: i64,
}

/// One who is expected or was there.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorGuest {
    /// The person.
    pub person_id: Uuid,
    /// The participation.
    pub participation_id: Uuid,
    /// The pass's public number; null if the person has none yet.
    pub number: Option<String>,
    /// The only issue that holds.
    pub issue: Option<i32>,
    /// Name.
    pub name: String,
    /// Class.
    pub class_id: Option<Uuid>,
    /// The class's name.
    pub class_name: Option<String>,
    /// Grade: it tells classes of the same name apart.
    pub grade: Option<i32>,
    /// The school's name.
    pub school_name: Option<String>,
    /// State of the participation.
    pub state: String,
    /// When the person came.
    pub in_at: Option<DateTime<Utc>>,
    /// When the person left.
    pub out_at: Option<DateTime<Utc>>,
    /// Whether one who had taken it back may not come in as a walk-in either; left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

/// A pass that holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorPass {
    /// Its public number.
    pub number: String,
    /// The only issue that holds.
    pub issue: i32,
    /// Whose it is.
    pub person_id: Uuid,
    /// Whether that one may not come in, for not coming to sessions before; left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

impl From<&SessionRow> for DoorSession {
    fn from(row: &SessionRow) -> Self {
        Self {
            id: row.id,
            activity_title_zh: row.activity_title_zh.clone(),
            activity_title_en: row.activity_title_en.clone(),
            kind: row.kind.clone(),
            host_id: row.host_id,
            host_name_zh: row.host_name_zh.clone(),
            host_name_en: row.host_name_en.clone(),
            place: row.place.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            doors_open_at: row.starts_at - DOORS,
            mode: row.mode().word().to_owned(),
            walk_ins: row.walk_ins,
            capacity: row.capacity,
            status: row.status.clone(),
            closed_at: row.closed_at,
        }
    }
}

/// Opens a device at the door of a session. It may be opened again, to learn of late registrations.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/door", operation_id = "open_door", tag = TAG,
    params(("id" = Uuid, Path, description = "The session")),
    request_body = OpenRequest,
    responses((status = 200, description = "What the device needs", body = DoorBundle), ApiErrors)
)]
pub async fn open_door(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<OpenRequest>,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    store::lock(&mut tx, &[id]).await?;
    let session = store::session(&mut tx, id).await?;
    let district = tx.district().0;
    actor.require(Action::ParticipationConfirm, &Scope::Host { district, host: session.host_id })?;
    let mut checks = Checks::new();
    let name = checks.text("device_name", &body.device_name, 1..=60);
    let key = URL_SAFE_NO_PAD.decode(body.device_key.trim_end_matches('=')).unwrap_or_default();
    if key.len() != 32 {
        checks.add(FieldError::new(
            "device_key",
            "not_a_key",
            "must be the 32 bytes of an Ed25519 public key, as base64url",
        ));
    }
    checks.finish()?;
    store::put_device(&mut tx, body.device_id, &name, &key, actor.account_id, now).await?;
    let keys = Keys::ready(&mut tx, now).await?;
    let secret = store::ensure_secret(&mut tx, id, &secret::bytes()).await?;
    let guests = store::guests(&mut tx, id).await?;
    let persons: Vec<Uuid> = guests.iter().map(|guest| guest.person_id).collect();
    let presence = settle_one(&mut tx, &session, &persons, now).await?.presence();
    let barred = if session.walk_ins { barred_on(&mut tx, session.day).await? } else { HashSet::new() };
    let roster = guests.into_iter().map(|guest| {
        let presence = presence.get(&guest.person_id);
        DoorGuest {
            person_id: guest.person_id,
            participation_id: guest.participation_id,
            number: guest.number.map(|number| number.to_string()),
            issue: guest.issue,
            name: guest.name,
            class_id: guest.class_id,
            class_name: guest.class_name,
            grade: guest.grade,
            school_name: guest.school_name,
            barred: guest.state == "withdrawn" && barred.contains(&guest.person_id),
            state: guest.state,
            in_at: presence.map(|one| one.in_at),
            out_at: presence.and_then(|one| one.out_at),
        }
    });
    let roster: Vec<DoorGuest> = roster.collect();
    let others = if session.walk_ins { holding(&mut tx).await? } else { Vec::new() };
    let pass = |row: crate::passes::store::PassRow| DoorPass {
        number: row.number.to_string(),
        issue: row.issue,
        person_id: row.person_id,
        barred: barred.contains(&row.person_id),
    };
    let answer = DoorBundle {
        server_time: now,
        session: DoorSession::from(&session),
        district_id: district,
        keys: keys
            .public()
            .into_iter()
            .map(|(number, key)| DoorKey { number, public_key: URL_SAFE_NO_PAD.encode(key) })
            .collect(),
        code: DoorCode { secret: URL_SAFE_NO_PAD.encode(secret), step_seconds: STEP_SECONDS },
        roster,
        passes: others.into_iter().map(pass).collect(),
        wipe_after: session.ends_at + KEPT_FOR,
    };
    let clock = (now - body.device_time).num_milliseconds();
    let detail = json!({ "device_id": body.device_id, "device_name": name, "clock_offset_ms": clock,
                         "guests": answer.roster.len(), "passes": answer.passes.len() });
    audit::record(&mut tx, &actor, now, Event::new("door.open", "session", id, detail)).await?;
    tx.commit_with(Json(answer)).await
}
