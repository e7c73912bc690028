//! What is to be done by a day, by whom: applications, assessments and renewals, things that were lent, agreements, appeals;
//! and who is to know that an appeal or a renewal was answered.

use chrono::{Days, NaiveDate};
use kepu_domain::{
    designation::renewal::due,
    reminder::{NEWS_DAYS, Step},
};
use uuid::Uuid;

use super::store;
use crate::{
    appeals,
    applications::{self, By},
    designations::store::{self as held, Designation, Scheme},
    error::Result,
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// One thing that is to be done by a day.
#[derive(Debug, Clone)]
pub(super) struct Owed {
    pub(super) step: Step,
    pub(super) object: Uuid,
    pub(super) due: NaiveDate,
    pub(super) by: By,
    pub(super) label_zh: String,
    pub(super) label_en: String,
}

/// All that is to be done, far ahead or not.
pub(super) async fn gather(tx: &mut Tx, today: NaiveDate) -> Result<Vec<Owed>> {
    let mut all = Vec::new();
    for one in applications::owed(tx, today).await? {
        let applications::OwedStep { application, step, due, by, label_zh, label_en } = one;
        all.push(Owed { step, object: application, due, by, label_zh, label_en });
    }
    for scheme in held::list_schemes(tx, None, None, i64::MAX).await? {
        of_scheme(tx, today, &scheme, &mut all).await?;
    }
    for loan in store::lent(tx).await? {
        // Whoever asked for it, and whoever answers for those who did.
        for by in [By::Organization(loan.organization_id), By::Accounts(vec![loan.asked_by])] {
            let (label_zh, label_en) = (loan.title_zh.clone(), loan.title_en.clone());
            all.push(Owed { step: Step::Return, object: loan.id, due: loan.due, by, label_zh, label_en });
        }
        // From the day after on, its owner knows that it did not come back.
        if let Some(due) = loan.due.succ_opt() {
            let by = By::Organization(loan.owner_id);
            let (label_zh, label_en) = (loan.title_zh, loan.title_en);
            all.push(Owed { step: Step::LoanLate, object: loan.id, due, by, label_zh, label_en });
        }
    }
    for agreement in store::agreements_ending(tx, today).await? {
        let by = By::Organization(agreement.organization_id);
        let (label_zh, label_en) = (agreement.title_zh, agreement.title_en);
        all.push(Owed { step: Step::AgreementEnds, object: agreement.id, due: agreement.due, by, label_zh, label_en });
    }
    Ok(all)
}

/// Appeals that wait, and those that were answered of late, in each district.
pub(super) async fn appeals(state: &AppState, today: NaiveDate) -> Result<Vec<Owed>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let districts = held::districts(&mut tx).await?;
    tx.rollback().await?;
    let mut all = Vec::new();
    for district in districts {
        let mut tx = state.db().begin_snapshot(DistrictId(district)).await?;
        for one in appeals::owed(&mut tx, today).await? {
            let (step, by) = match one.host {
                Some(host) => (Step::StateAppeal, By::Organization(host)),
                None => (Step::DecideAppeal, By::Authority(district)),
            };
            all.push(Owed { step, object: one.id, due: one.due, by, label_zh: one.title_zh, label_en: one.title_en });
        }
        let since = today.checked_sub_days(Days::new(NEWS_DAYS)).unwrap_or(today);
        for one in appeals::answered_since(&mut tx, since).await? {
            let by = By::Accounts(vec![one.filed_by]);
            let (label_zh, label_en) = (one.title_zh, one.title_en);
            all.push(Owed { step: Step::AppealAnswered, object: one.id, due: one.on, by, label_zh, label_en });
        }
        tx.rollback().await?;
    }
    Ok(all)
}

async fn of_scheme(tx: &mut Tx, today: NaiveDate, scheme: &Scheme, all: &mut Vec<Owed>) -> Result<()> {
    let designations = held::of_scheme(tx, scheme.id).await?;
    let ids: Vec<Uuid> = designations.iter().map(|one| one.id).collect();
    let assessed = held::assessments(tx, &ids).await?;
    let assessment = scheme.rules.as_ref().and_then(|rules| rules.assessment);
    let renewal = scheme.rules.as_ref().and_then(|rules| rules.renewal);
    let since = today.checked_sub_days(Days::new(NEWS_DAYS)).unwrap_or(today);
    let asked = held::renewals_since(tx, scheme.id, since).await?;
    let targets = scheme.rules.as_ref().map(|rules| rules.targets).unwrap_or_default();
    let ahead = |step: Step| today.checked_add_days(Days::new(step.days_ahead().saturating_add(1))).unwrap_or(today);
    for one in designations.iter().filter(|one| one.revoked_from.is_none()) {
        if let Some(rule) = assessment {
            let years: Vec<i32> = assessed.iter().filter(|a| a.designation_id == one.id).map(|a| a.year).collect();
            if let Some((_, due)) = one.rules()?.assessment_owed(rule, ahead(Step::Assess), &years) {
                all.push(of(one, Step::Assess, due, By::Authority(scheme.authority_id)));
            }
        }
        let by = By::Organization(one.organization_id);
        for ask in asked.iter().filter(|ask| ask.designation_id == one.id) {
            match ask.answered_on {
                Some(on) => all.push(of(one, Step::RenewalAnswered, on, by.clone())),
                None => {
                    let authority = By::Authority(scheme.authority_id);
                    all.push(of(one, Step::AnswerRenewal, due(ask.asked_on, &targets), authority));
                }
            }
        }
        let Some(last) = one.valid_to else { continue };
        let waits = asked.iter().any(|ask| ask.designation_id == one.id && ask.answered_on.is_none());
        match renewal {
            // Who has asked waits, and has nothing to do.
            Some(_) if waits => {}
            Some(renewal) if today <= renewal.window(last).1 => all.push(of(one, Step::Renew, last, by)),
            Some(_) => {}
            None => all.push(of(one, Step::DesignationEnds, last, by)),
        }
    }
    Ok(())
}

fn of(one: &Designation, step: Step, due: NaiveDate, by: By) -> Owed {
    let (label_zh, label_en) = one.label();
    Owed { step, object: one.id, due, by, label_zh, label_en }
}
