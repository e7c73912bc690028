//! An agreement as its parties see it.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::agreement::Agreement;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementKind, AgreementStanding, AgreementState,
    store::{self, AgreementRow, StepRow, Text},
};
use crate::{error::Result, organizations::OrganizationKind, tenancy::Tx};

/// Who signed for a party.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignatureView {
    /// The signatory's name.
    pub name: String,
    /// The signatory's post.
    pub post: String,
    /// When it was entered.
    pub at: DateTime<Utc>,
    /// The day on which it was given on paper; null if it was given here.
    pub on: Option<NaiveDate>,
}

/// A party.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyView {
    /// The organization.
    pub organization_id: Uuid,
    /// The district in which it is registered.
    pub district_id: Uuid,
    /// What it is.
    pub kind: OrganizationKind,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// Who signed for it; null while nobody has.
    pub signature: Option<SignatureView>,
}

/// A text of an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementText {
    /// Identity.
    pub id: Uuid,
    /// From 1; the highest is what is to be signed.
    pub number: i32,
    /// What it is called.
    pub file_name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256, hex.
    pub digest: String,
    /// When it was added.
    pub uploaded_at: DateTime<Utc>,
}

impl From<Text> for AgreementText {
    fn from(row: Text) -> Self {
        Self {
            id: row.id,
            number: row.number,
            file_name: row.file_name,
            media_type: row.media_type,
            bytes: row.bytes,
            digest: row.digest,
            uploaded_at: row.uploaded_at,
        }
    }
}

/// An agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementView {
    /// Identity.
    pub id: Uuid,
    /// What sort it is.
    pub kind: AgreementKind,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English; may be empty.
    pub title_en: String,
    /// What it is for.
    pub aims: String,
    /// Where it was made public; may be empty.
    pub source: String,
    /// Its parties; the first one proposes it.
    pub parties: Vec<PartyView>,
    /// First day of its term.
    pub first_day: NaiveDate,
    /// Last day; null if it is open.
    pub last_day: Option<NaiveDate>,
    /// How it stands today.
    pub standing: AgreementStanding,
    /// Whether it was signed on paper and entered afterwards.
    pub on_paper: bool,
    /// The party that entered it from paper; null if an official did, or it was signed here.
    pub entered_for: Option<Uuid>,
    /// The party that refused, disputed or ended it.
    pub by_organization_id: Option<Uuid>,
    /// Why it was refused, disputed, withdrawn or ended.
    pub reason: String,
    /// The first day on which it was no longer in force although its term was not over.
    pub over_from: Option<NaiveDate>,
    /// What it renews.
    pub predecessor_id: Option<Uuid>,
    /// What renews it.
    pub successor_id: Option<Uuid>,
    /// When it was first offered, or entered from paper.
    pub offered_at: Option<DateTime<Utc>>,
    /// How many texts it has; the last one is what is to be signed.
    pub text_count: i64,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl AgreementView {
    /// As it stands on this day.
    pub fn on(row: AgreementRow, today: NaiveDate) -> Self {
        let standing = row.on(today).into();
        let state = row.standing.0;
        let signature = |party: Uuid| {
            let found = state.signatures().iter().find(|one| one.party == party);
            found.map(|one| SignatureView {
                name: one.name.clone(),
                post: one.post.clone(),
                at: one.act.at,
                on: one.paper.map(|paper| paper.on),
            })
        };
        let (paper, successor_id) = (state.entered_for(), state.successor());
        let parties = row
            .parties
            .0
            .into_iter()
            .map(|party| PartyView {
                signature: signature(party.id),
                organization_id: party.id,
                district_id: party.district_id,
                kind: party.kind,
                name_zh: party.name_zh,
                name_en: party.name_en,
            })
            .collect();
        let (by_organization_id, reason) = match state {
            Agreement::Refused { party, reason, .. }
            | Agreement::Disputed { party, reason, .. }
            | Agreement::Ended { party, reason, .. } => (Some(party), reason),
            Agreement::Withdrawn { reason, .. } => (Some(row.proposer_id), reason),
            Agreement::Draft | Agreement::Offered { .. } | Agreement::Signed { .. } | Agreement::Renewed { .. } => {
                (None, String::new())
            }
        };
        Self {
            id: row.id,
            kind: row.kind,
            title_zh: row.title_zh,
            title_en: row.title_en,
            aims: row.aims,
            source: row.source,
            parties,
            first_day: row.first_day,
            last_day: row.last_day,
            standing,
            on_paper: paper.is_some(),
            entered_for: paper.flatten(),
            by_organization_id,
            reason,
            over_from: row.over_from,
            predecessor_id: row.predecessor_id,
            successor_id,
            offered_at: row.offered_at,
            text_count: row.text_count,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }

    /// As it is now in the database.
    pub async fn reload(tx: &mut Tx, id: Uuid, today: NaiveDate) -> Result<Self> {
        Ok(Self::on(store::load(tx, id).await?, today))
    }
}

/// Something that was done with an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementStep {
    /// What: `create`, `change`, `text`, `offer`, `bring`, `sign`, `refuse`, `recall`, `withdraw`, `record`, `dispute`, `uphold`,
    /// `strike`, `end`, `renew`.
    pub step: String,
    /// The state after it.
    pub state: AgreementState,
    /// For which party; null for an official.
    pub organization_id: Option<Uuid>,
    /// Who entered it.
    pub account_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why; may be empty.
    pub reason: String,
}

impl From<StepRow> for AgreementStep {
    fn from(row: StepRow) -> Self {
        Self {
            step: row.step,
            state: row.state,
            organization_id: row.organization_id,
            account_name: row.account_name,
            at: row.at,
            reason: row.reason,
        }
    }
}

/// The life of an agreement so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementHistory {
    /// What was done, in its order.
    pub steps: Vec<AgreementStep>,
    /// Its texts, the newest first.
    pub texts: Vec<AgreementText>,
}
