//! What is to be done with applications by a day, and by whom: for reminders.

use chrono::NaiveDate;
use kepu_domain::{
    designation::{
        application::{Application, Party},
        deadline,
    },
    reminder::Step,
};
use uuid::Uuid;

use super::store::{self, ApplicationRow};
use crate::{
    error::Result,
    rounds::{self, store::Round},
    tenancy::Tx,
};

/// Whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Whoever speaks for this organization.
    Organization(Uuid),
    /// The officials of this authority.
    Authority(Uuid),
    /// These accounts.
    Accounts(Vec<Uuid>),
}

/// A step of an application.
#[derive(Debug, Clone)]
pub struct OwedStep {
    /// The application.
    pub application: Uuid,
    /// What is to be done.
    pub step: Step,
    /// The last day.
    pub due: NaiveDate,
    /// Whose turn it is.
    pub by: By,
    /// Who applies for what.
    pub label_zh: String,
    /// The same, as far as it has a name in English; may be empty.
    pub label_en: String,
}

/// All states in which somebody has something to do.
const STATES: [&str; 8] =
    ["draft", "submitted", "returned", "under_review", "approved", "published", "appealed", "refused"];

/// What is to be done with all applications of all rounds.
pub async fn owed(tx: &mut Tx, today: NaiveDate) -> Result<Vec<OwedStep>> {
    let mut all = Vec::new();
    for round in rounds::store::list(tx, &rounds::store::Filter::default(), None, i64::MAX).await? {
        let rows = store::of_round(tx, round.id, &STATES).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let objections = store::objections(tx, &ids).await?;
        for row in &rows {
            let open = objections.iter().filter(|one| one.application_id == row.id && one.outcome.is_none());
            let objected_on = open.map(|one| one.raised_on).min();
            let window = round.window();
            let next = deadline::next(&row.standing, row.since, objected_on, &round.rules, window, today);
            let Some((next, step)) = next.and_then(|next| Some((next, Step::parse(next.step)?))) else { continue };
            let by = match next.party {
                Party::Applicant => By::Organization(row.organization_id),
                Party::Authority => By::Authority(round.authority_id),
                Party::Anybody => continue,
            };
            all.push(told(row, step, next.due, by));
            if let (Application::UnderReview { .. }, Some(by)) =
                (&row.standing.0, reviewers(tx, &round, row, today).await?)
            {
                all.push(told(row, Step::Review, next.due, by));
            }
        }
    }
    Ok(all)
}

/// The reviewers who may review it and have not, while reviews are lacking.
async fn reviewers(tx: &mut Tx, round: &Round, row: &ApplicationRow, today: NaiveDate) -> Result<Option<By>> {
    if round.rules.reviews == 0 {
        return Ok(None);
    }
    let waiting = store::reviewers_asked(tx, row, round.rules.reviews, today).await?;
    Ok((!waiting.is_empty()).then_some(By::Accounts(waiting)))
}

fn told(row: &ApplicationRow, step: Step, due: NaiveDate, by: By) -> OwedStep {
    let (label_zh, label_en) = row.label();
    OwedStep { application: row.id, step, due, by, label_zh, label_en }
}
