//! Erasures: a person, or the guardian, wants that nothing is held any more; an official agrees; after some days the service
//! does it as the owner, in one transaction.
//!
//! ```text
//! request ─▶ approve (another official) ─▶ days to take it back ─▶ carry_out: everything that names the person goes
//! ```
//!
//! What goes is written down in `store/goes.rs`; a test walks through all tables and finds what was forgotten there.

mod carry_out;
mod list;
mod request;
mod steps;
mod store;

pub use carry_out::{EVERY, carry_out_due};
pub use store::hold_off;

use chrono::{DateTime, Utc};
use kepu_domain::{
    erasure::{Channel, Erasure, Gone, Refusal, StateName},
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    credits,
    error::{ApiError, Result},
    state::AppState,
    tenancy::Tx,
};

const TAG: &str = "erasures";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_erasures, request::request_erasure))
        .routes(routes!(list::read_erasure))
        .routes(routes!(steps::approve_erasure))
        .routes(routes!(steps::refuse_erasure))
        .routes(routes!(steps::take_back_erasure))
}

/// Where an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// Waits for an official.
    Requested,
    /// Waits for its time.
    Approved,
    /// An official did not agree.
    Refused,
    /// Not wanted any more.
    TakenBack,
    /// Nothing is left.
    Done,
}

impl From<StateName> for ErasureState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Requested => Self::Requested,
            StateName::Approved => Self::Approved,
            StateName::Refused => Self::Refused,
            StateName::TakenBack => Self::TakenBack,
            StateName::Done => Self::Done,
        }
    }
}

/// How it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureChannel {
    /// By the family itself.
    Family,
    /// On paper, and an official wrote it down.
    Paper,
}

impl From<Channel> for ErasureChannel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Family => Self::Family,
            Channel::Paper => Self::Paper,
        }
    }
}

/// How much there is about a person, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureCounts {
    /// Participations.
    pub participations: u64,
    /// Results.
    pub results: u64,
    /// Ledger entries; their leaves in the sealed ledger stay.
    pub entries: u64,
    /// Badges and papers.
    pub credentials: u64,
    /// Scans at doors.
    pub scans: u64,
    /// Accounts that are there for the person alone.
    pub accounts: u64,
    /// Files that prove results.
    pub files: u64,
    /// Entries of the audit trail that are about the person; the entries stay, their details go.
    pub audit_events: u64,
}

impl From<Gone> for ErasureCounts {
    fn from(gone: Gone) -> Self {
        Self {
            participations: gone.participations,
            results: gone.results,
            entries: gone.entries,
            credentials: gone.credentials,
            scans: gone.scans,
            accounts: gone.accounts,
            files: gone.files,
            audit_events: gone.audit_events,
        }
    }
}

/// An erasure. Once it is done it names nobody but the official who agreed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ErasureView {
    /// Its id.
    pub id: Uuid,
    /// Where it is.
    pub state: ErasureState,
    /// How it was asked for.
    pub channel: ErasureChannel,
    /// The person.
    pub person_id: Option<Uuid>,
    /// The person's name.
    pub person_name: Option<String>,
    /// 学号
    pub person_number: Option<String>,
    /// The school at which the person is.
    pub school_name_zh: Option<String>,
    /// The same in English.
    pub school_name_en: Option<String>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// How the account is called that asked.
    pub asked_by_name: Option<String>,
    /// Why; for paper, which paper.
    pub reason: String,
    /// When somebody decided, or took it back.
    pub decided_at: Option<DateTime<Utc>>,
    /// How that account is called.
    pub decided_by_name: Option<String>,
    /// What there was to say.
    pub note: String,
    /// Not before this it is done.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
    /// Whether whoever reads this asked for it, and so does not decide.
    pub is_own: bool,
    /// How much went.
    pub gone: Option<ErasureCounts>,
    /// For If-Match.
    pub version: i64,
}

impl ErasureView {
    fn of(row: store::Row, reader: Uuid) -> Self {
        let standing = &row.standing.0;
        let (channel, reason, by) = match standing.asked() {
            Some(request) => (request.channel, request.act.note.clone(), Some(request.act.by)),
            None => (row.channel(), String::new(), None),
        };
        let act = match standing {
            Erasure::Approved { approval: act, .. }
            | Erasure::Refused { refusal: act, .. }
            | Erasure::TakenBack { withdrawal: act, .. } => Some(act.clone()),
            Erasure::Requested { .. } | Erasure::Done { .. } => None,
        };
        let (approved_at, done_at, gone) = match standing {
            Erasure::Done { approved_at, done_at, gone, .. } => (Some(*approved_at), Some(*done_at), Some(*gone)),
            _ => (None, None, None),
        };
        Self {
            id: row.id,
            state: standing.name().into(),
            channel: channel.into(),
            person_id: row.person_id,
            person_name: row.person_name,
            person_number: row.person_number,
            school_name_zh: row.school_name_zh,
            school_name_en: row.school_name_en,
            asked_at: row.asked_at,
            asked_by_name: row.asked_by_name,
            reason,
            decided_at: act.as_ref().map(|act| act.at).or(approved_at),
            decided_by_name: row.decided_by_name,
            note: act.map(|act| act.note).unwrap_or_default(),
            due_at: row.due_at,
            done_at,
            is_own: by == Some(reader),
            gone: gone.map(ErasureCounts::from),
            version: row.version,
        }
    }
}

/// An erasure with what there is about the person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ErasureDetail {
    /// The erasure.
    #[serde(flatten)]
    pub erasure: ErasureView,
    /// What is held now; null once nothing is, or where it is not wanted any more.
    pub held: Option<ErasureCounts>,
}

/// As it is now.
async fn detail(tx: &mut Tx, id: Uuid, reader: Uuid) -> Result<ErasureDetail> {
    let row = store::shown(tx, id).await?;
    let open = matches!(row.standing.0, Erasure::Requested { .. } | Erasure::Approved { .. });
    let held = match row.person_id.filter(|_| open) {
        Some(person) => Some(store::held(tx, person).await?.into()),
        None => None,
    };
    Ok(ErasureDetail { erasure: ErasureView::of(row, reader), held })
}

/// Refuses whoever may not do this with the person; for whom there is no such person there is none.
async fn require_person(tx: &mut Tx, actor: &Actor, action: Action, id: Uuid) -> Result<()> {
    let person = credits::store::named_person(tx, id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    actor.require(action, &Scope::Person { district: tx.district().0, person: id, school: person.school_id })
}

/// The answer to what the rules of erasures refuse.
fn refused(refusal: &Refusal) -> ApiError {
    let text = refusal.to_string();
    match refusal {
        Refusal::ReasonNeeded => ApiError::invalid_field("reason", "required", text),
        Refusal::WaitTooLong => ApiError::invalid_field("wait_days", refusal.code(), text),
        Refusal::NotFromHere { .. } | Refusal::SecondOfficial | Refusal::GuardianNeeded | Refusal::NotDue => {
            ApiError::conflict(refusal.code(), format!("Nothing was changed: {text}."))
        }
    }
}
