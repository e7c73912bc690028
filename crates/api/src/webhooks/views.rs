//! What is told of endpoints, deliveries and attempts. Never a secret.

use chrono::{DateTime, Utc};
use kepu_domain::webhook::{Event, Kind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{AttemptRow, DeliveryRow, EndpointRow};
use super::words::{WebhookDeliveryState, WebhookFailure, WebhookKind, WebhookState};

/// A system outside that is told what happens.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Identity.
    pub id: Uuid,
    /// Where it is told.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it is told.
    pub kinds: Vec<WebhookKind>,
    /// How it stands.
    pub state: WebhookState,
    /// Since when it is so.
    pub state_at: DateTime<Utc>,
    /// Why it was disabled: `gone` (it answered 410) or `unreachable` (nothing got through for days).
    pub disabled_why: Option<String>,
    /// Since when nothing got through.
    pub failing_since: Option<DateTime<Utc>>,
    /// It asked not to be told before.
    pub quiet_until: Option<DateTime<Utc>>,
    /// Deliveries that wait.
    pub waiting: i64,
    /// Deliveries that were given up.
    pub failed: i64,
    /// When the last attempt was made.
    pub attempted_at: Option<DateTime<Utc>>,
    /// What it was answered.
    pub last_status: Option<i32>,
    /// Why it was not answered.
    pub last_failure: Option<WebhookFailure>,
    /// After its replacement the old secret signs too, until then.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i64,
}

impl From<EndpointRow> for WebhookView {
    fn from(row: EndpointRow) -> Self {
        let mut kinds: Vec<WebhookKind> =
            row.kinds.iter().filter_map(|word| Kind::parse(word)).map(WebhookKind::from).collect();
        kinds.sort_unstable();
        Self {
            id: row.id,
            url: row.url,
            description: row.description,
            kinds,
            state: row.state,
            state_at: row.state_at,
            disabled_why: row.disabled_why,
            failing_since: row.failing_since,
            quiet_until: row.quiet_until,
            waiting: row.waiting,
            failed: row.failed,
            attempted_at: row.attempted_at,
            last_status: row.last_status,
            last_failure: row.last_failure,
            old_secret_until: row.old_secret_until,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// An event that an endpoint is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryView {
    /// Identity.
    pub id: Uuid,
    /// The endpoint.
    pub webhook_id: Uuid,
    /// What the header `webhook-id` says: the same at every attempt.
    pub message_id: String,
    /// What is told.
    pub kind: WebhookKind,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// How the delivery stands.
    pub state: WebhookDeliveryState,
    /// Attempts of the plan that were made; the plan begins anew when it is sent again.
    pub made: i32,
    /// When the next attempt is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Since when it is delivered, given up or cancelled.
    pub ended_at: Option<DateTime<Utc>>,
    /// What the last attempt was answered.
    pub last_status: Option<i32>,
    /// Why it was not answered.
    pub last_failure: Option<WebhookFailure>,
}

impl WebhookDeliveryView {
    /// Of a row.
    pub fn of(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            webhook_id: row.endpoint_id,
            message_id: Event::message_id(row.event_id),
            kind: Kind::parse(&row.kind).unwrap_or(Kind::Ping).into(),
            occurred_at: row.occurred_at,
            state: row.state,
            made: row.made,
            due_at: row.due_at,
            ended_at: row.ended_at,
            last_status: row.last_status,
            last_failure: row.last_failure,
        }
    }
}

/// One attempt to tell it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookAttemptView {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The status of the answer.
    pub status: Option<i32>,
    /// Why there was none.
    pub failure: Option<WebhookFailure>,
    /// The first bytes of the answer, or what went wrong.
    pub answer: String,
}

impl From<AttemptRow> for WebhookAttemptView {
    fn from(row: AttemptRow) -> Self {
        Self { at: row.at, duration_ms: row.duration_ms, status: row.status, failure: row.failure, answer: row.answer }
    }
}
