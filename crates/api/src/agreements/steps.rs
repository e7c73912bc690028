//! What all steps of an agreement have in common.

use std::collections::BTreeSet;

use axum::{Json, http::StatusCode, response::Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{
    agreement::{Act, Agreement, Signature, StateName, Step},
    reminder,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    AgreementView, reach, refused,
    store::{self, AgreementRow, StepRow},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, Result},
    extract::{ETag, IfMatch, Location},
    organizations::OrganizationStatus,
    reminders::{self, News},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// An agreement that nobody else changes until the transaction ends, and the party for which the actor acts: none for an
/// official.
pub(super) struct Open<'a> {
    pub tx: Tx,
    pub row: AgreementRow,
    pub party: Option<Uuid>,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    state: &'a AppState,
    actor: &'a Actor,
}

/// A step as it is written down.
pub(super) struct Told<'t> {
    pub step: &'static str,
    pub action: &'static str,
    pub reason: &'t str,
    pub detail: Value,
}

impl<'a> Open<'a> {
    /// Loads one to be changed in the name of this party, in the version that was read.
    pub async fn of(
        state: &'a AppState,
        actor: &'a Actor,
        id: Uuid,
        party: Uuid,
        version: Option<IfMatch>,
    ) -> Result<Self> {
        let mut tx = state.begin(actor).await?;
        let row = reach::managed(&mut tx, actor, id, party).await?;
        if let Some(version) = version {
            version.check("agreement", row.version)?;
        }
        let now = state.now();
        let today = today(&mut tx, now).await?;
        Ok(Self { tx, row, party: Some(party), now, today, state, actor })
    }

    /// Loads one to be changed by an official who arranges for one of its parties.
    pub async fn arranged(state: &'a AppState, actor: &'a Actor, id: Uuid, version: IfMatch) -> Result<Self> {
        let mut tx = state.begin(actor).await?;
        let row = reach::arranged(&mut tx, actor, id).await?;
        version.check("agreement", row.version)?;
        let now = state.now();
        let today = today(&mut tx, now).await?;
        Ok(Self { tx, row, party: None, now, today, state, actor })
    }

    /// One that is being written.
    pub fn new(
        state: &'a AppState,
        actor: &'a Actor,
        tx: Tx,
        row: AgreementRow,
        party: Option<Uuid>,
        today: NaiveDate,
    ) -> Self {
        let now = row.created_at;
        Self { tx, row, party, now, today, state, actor }
    }

    /// Who does it, and when.
    pub fn act(&self) -> Act {
        Act { by: self.actor.account_id, at: self.now }
    }

    /// What a step makes of it, if the rules allow it.
    pub fn after(&self, step: Step) -> Result<Agreement> {
        let (terms, standing) = (self.row.terms(), self.row.standing.0.clone());
        standing.take(&terms, self.today, step).map_err(|refusal| refused(&refusal))
    }

    /// Takes a step and writes it down.
    pub async fn take(&mut self, step: Step, told: Told<'_>) -> Result<()> {
        let after = self.after(step)?;
        self.row.turn_into(after, self.now);
        store::update(&mut self.tx, &self.row).await?;
        self.tell(told).await
    }

    /// Writes down what happened, for the parties and on the trail.
    pub async fn tell(&mut self, told: Told<'_>) -> Result<()> {
        let row = StepRow {
            id: self.state.new_id(),
            agreement_id: self.row.id,
            step: told.step.to_owned(),
            state: self.row.state,
            organization_id: self.party,
            account_id: self.actor.account_id,
            account_name: String::new(),
            at: self.now,
            reason: told.reason.to_owned(),
            detail: sqlx::types::Json(told.detail.clone()),
        };
        store::add_step(&mut self.tx, &row).await?;
        let mut detail = json!({ "organization_id": self.party, "reason": told.reason });
        if let (Value::Object(whole), Value::Object(more)) = (&mut detail, told.detail) {
            whole.extend(more);
        }
        let event = Event::new(told.action, "agreement", self.row.id, detail);
        audit::record(&mut self.tx, self.actor, self.now, event).await?;
        let news = match told.step {
            "offer" => reminder::Step::AgreementOffered,
            "refuse" => reminder::Step::AgreementRefused,
            "end" => reminder::Step::AgreementEnded,
            _ => return Ok(()),
        };
        self.tell_others(news).await
    }

    /// Tells the other parties at once.
    async fn tell_others(&mut self, step: reminder::Step) -> Result<()> {
        let others: Vec<Uuid> =
            self.row.parties.iter().map(|party| party.id).filter(|id| Some(*id) != self.party).collect();
        let (label_zh, label_en) = (self.row.title_zh.clone(), self.row.title_en.clone());
        let news = News { step, object: self.row.id, page: None, on: self.today, label_zh, label_en };
        reminders::tell_organizations(&mut self.tx, self.actor, &others, &news, self.now).await
    }

    /// Refuses to tie an organization that is closed, and two that are paired already.
    pub async fn check_parties(&mut self) -> Result<()> {
        let pair = self.check_pair().await;
        let closed: Vec<&str> = self
            .row
            .parties
            .iter()
            .filter(|party| party.status == OrganizationStatus::Closed)
            .map(|party| party.name_zh.as_str())
            .collect();
        if !closed.is_empty() {
            return Err(ApiError::conflict(
                "organization_closed",
                format!("Closed, and so signs nothing: {}.", closed.join(", ")),
            ));
        }
        pair
    }

    /// Refuses to pair two that are paired already.
    pub async fn check_pair(&mut self) -> Result<()> {
        let ids: Vec<Uuid> = self.row.parties.iter().map(|party| party.id).collect();
        store::hold_parties(&mut self.tx, &ids).await?;
        match store::paired(&mut self.tx, &self.row).await? {
            Some(_) => Err(store::already_paired()),
            None => Ok(()),
        }
    }

    /// Refuses to sign what renews an agreement that is not to be renewed any more, or has other parties: the first who
    /// signs learns it, not the last.
    pub async fn check_predecessor(&mut self) -> Result<()> {
        let Some(id) = self.row.predecessor_id else { return Ok(()) };
        let before = store::load(&mut self.tx, id).await?;
        let ids = |row: &AgreementRow| row.parties.iter().map(|party| party.id).collect::<BTreeSet<Uuid>>();
        let why = match before.standing.state() {
            StateName::Signed if ids(&before) != ids(&self.row) => "has other parties",
            StateName::Signed => return Ok(()),
            StateName::Renewed => "was renewed by another agreement",
            StateName::Ended => "was ended early by one of its parties",
            _ => "is not signed",
        };
        Err(ApiError::conflict(
            "predecessor_not_renewable",
            format!(
                "What it renews, {}, {why}. Withdraw this one; a new agreement that renews nothing can be written instead.",
                before.title_zh
            ),
        ))
    }

    /// The proposer signs and offers it.
    pub async fn offer(&mut self, signature: Signature) -> Result<()> {
        self.check_parties().await?;
        self.check_predecessor().await?;
        let detail = json!({ "name": signature.name, "post": signature.post });
        let told = Told { step: "offer", action: "agreement.offer", reason: "", detail };
        self.take(Step::Offer(signature), told).await
    }

    /// When the last party has signed: what it renews is renewed.
    pub async fn renew_predecessor(&mut self) -> Result<()> {
        let Some(id) = self.row.predecessor_id else { return Ok(()) };
        let mut before = store::lock(&mut self.tx, id).await?;
        let step = Step::Renew(self.row.id, self.act(), self.row.first_day);
        let terms = before.terms();
        let after = before.standing.0.clone().take(&terms, self.today, step).map_err(|refusal| refused(&refusal))?;
        before.turn_into(after, self.now);
        store::update(&mut self.tx, &before).await?;
        let successor = self.row.id;
        std::mem::swap(&mut self.row, &mut before);
        let detail = json!({ "successor_id": successor });
        let told = self.tell(Told { step: "renew", action: "agreement.renew", reason: "", detail }).await;
        std::mem::swap(&mut self.row, &mut before);
        told
    }

    /// Commits, and answers with the agreement as it is now.
    pub async fn finish(self) -> Result<Response> {
        let Self { mut tx, row, today, .. } = self;
        let view = AgreementView::reload(&mut tx, row.id, today).await?;
        tx.commit_with((ETag(view.version), Json(view))).await
    }

    /// The same, of one that is new.
    pub async fn created(self) -> Result<Response> {
        let Self { mut tx, row, today, .. } = self;
        let view = AgreementView::reload(&mut tx, row.id, today).await?;
        let place = Location(format!("/api/v1/agreements/{}", view.id));
        tx.commit_with((StatusCode::CREATED, ETag(view.version), place, Json(view))).await
    }
}

/// Who signs, checked.
pub(super) fn signatory(checks: &mut Checks, at: &str, name: &str, post: &str) -> (String, String) {
    (checks.text(&format!("{at}name"), name, 1..=60), checks.text(&format!("{at}post"), post, 1..=60))
}
