//! What answers show of an appeal.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{
    appeal::{self, Kind, Turn},
    credit::Credit,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    reach::May,
    store::{self, Earned, Shown},
};
use crate::{auth::Actor, error::Result};

/// A sort of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealLineKind {
    /// A participation in a session.
    Participation,
    /// A result of a competition.
    Result,
}

impl AppealLineKind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Participation => store::PARTICIPATION,
            Self::Result => store::RESULT,
        }
    }
}

/// What is wanted, or what a grant does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionKind {
    /// The student was there: the participation is confirmed.
    Confirm,
    /// Minutes or quantity were others.
    Amend,
    /// The student was not there: the participation is voided.
    Void,
    /// The result is right: it is verified.
    Verify,
    /// Level, award or place of the result were others.
    Correct,
    /// The result is wrong: it is revoked.
    Revoke,
}

impl From<Kind> for CorrectionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Confirm => Self::Confirm,
            Kind::Amend => Self::Amend,
            Kind::Void => Self::Void,
            Kind::Verify => Self::Verify,
            Kind::Correct => Self::Correct,
            Kind::Revoke => Self::Revoke,
        }
    }
}

impl From<CorrectionKind> for Kind {
    fn from(kind: CorrectionKind) -> Self {
        match kind {
            CorrectionKind::Confirm => Self::Confirm,
            CorrectionKind::Amend => Self::Amend,
            CorrectionKind::Void => Self::Void,
            CorrectionKind::Verify => Self::Verify,
            CorrectionKind::Correct => Self::Correct,
            CorrectionKind::Revoke => Self::Revoke,
        }
    }
}

/// The line that is questioned, as it is now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealLine {
    /// Which sort.
    pub kind: AppealLineKind,
    /// The participation or result.
    pub id: Uuid,
    /// The activity or competition.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
    /// When its session began.
    pub starts_at: Option<DateTime<Utc>>,
    /// The day of its award.
    pub achieved_on: Option<NaiveDate>,
    /// Its state, as participations and results name it.
    pub state: String,
    /// Why it was rejected, amended, voided, returned or revoked.
    pub reason: String,
    /// Minutes, where they differ from the plan.
    pub minutes: Option<i32>,
    /// Minutes of the plan.
    pub planned_minutes: Option<i32>,
    /// Quantity, for activities that count one.
    pub quantity: Option<i32>,
    /// Level at which it was won.
    pub contest_level: Option<String>,
    /// The award.
    pub award: Option<String>,
    /// The place.
    pub place: Option<i32>,
}

/// One word that was said.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealStep {
    /// `filed`, `agrees` or `stands_by` of the host, `granted`, `declined`, `withdrawn`.
    pub step: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How the account is called; null for who filed it where the reader does not know the family.
    pub account_name: Option<String>,
    /// What was said; may be empty.
    pub text: String,
}

/// An appeal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealView {
    /// Its id.
    pub id: Uuid,
    /// `filed`, `stated`, `granted`, `declined` or `withdrawn`.
    pub state: String,
    /// Who has to act today: `host` or `district`; null once it is over.
    pub turn: Option<String>,
    /// The last day for that; null once it is over.
    pub turn_due: Option<NaiveDate>,
    /// Whether that day has passed: the host's, so that the district decides without it, or the district's.
    pub late: bool,
    /// The host's last day; null where no host is asked.
    pub host_due: Option<NaiveDate>,
    /// The district's last day.
    pub due: NaiveDate,
    /// The student.
    pub person_id: Uuid,
    /// The student's name.
    pub person_name: String,
    /// The student's number.
    pub person_number: String,
    /// School of the line's day.
    pub school_id: Option<Uuid>,
    /// Its name.
    pub school_name_zh: Option<String>,
    /// The same in English.
    pub school_name_en: Option<String>,
    /// The host that is asked; null for a result.
    pub host_id: Option<Uuid>,
    /// Its name.
    pub host_name_zh: Option<String>,
    /// The same in English.
    pub host_name_en: Option<String>,
    /// The line.
    pub line: AppealLine,
    /// As whom it was filed: `student`, `guardian` or `school`.
    pub side: String,
    /// When.
    pub filed_at: DateTime<Utc>,
    /// Whether the reader filed it.
    pub own: bool,
    /// What is wrong.
    pub grounds: String,
    /// What is wanted.
    pub wants: CorrectionKind,
    /// What was said, first to last.
    pub history: Vec<AppealStep>,
    /// For If-Match.
    pub version: i64,
}

/// Credit under one policy, as decimals.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealCredit {
    /// The policy.
    pub policy_id: String,
    /// Before limits.
    pub raw: String,
    /// What counts.
    pub counted: String,
}

/// A change of credit under one policy, as a decimal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealBooked {
    /// The policy.
    pub policy_id: String,
    /// How much more, or less.
    pub amount: String,
}

/// An appeal with what can be done.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AppealDetail {
    /// As it is now.
    #[serde(flatten)]
    pub appeal: AppealView,
    /// What the line earns now; empty for a reader who sees no credit.
    pub earns: Vec<AppealCredit>,
    /// What the grant booked in the ledger for the line; empty for a reader who sees no credit.
    pub booked: Vec<AppealBooked>,
    /// Corrections that the line allows as it is now.
    pub possible: Vec<CorrectionKind>,
    /// Whether the reader may say for the host what happened now.
    pub may_state: bool,
    /// Whether the reader may decide now.
    pub may_decide: bool,
    /// Whether the reader may take it back now.
    pub may_withdraw: bool,
}

impl AppealView {
    /// As the actor sees it on a day.
    pub(super) fn at(shown: Shown, actor: &Actor, may: May, today: NaiveDate) -> Self {
        let appeal = &shown.row.standing.0;
        let filing = appeal.filing();
        let turn = appeal.turn(today);
        let turn_due = match turn {
            Some(Turn::Host) => appeal.host_due(),
            Some(Turn::District) => Some(appeal.due()),
            None => None,
        };
        let own = filing.act.by == actor.account_id;
        let history = history(&shown, may.names || own);
        Self {
            id: shown.row.id,
            state: appeal.state().word().to_owned(),
            turn: turn.map(|turn| if turn == Turn::Host { "host" } else { "district" }.to_owned()),
            turn_due,
            late: turn_due.is_some_and(|due| due < today),
            host_due: appeal.host_due(),
            due: appeal.due(),
            person_id: shown.row.person_id,
            person_name: shown.person_name,
            person_number: shown.person_number,
            school_id: shown.row.school_id,
            school_name_zh: shown.school_name_zh,
            school_name_en: shown.school_name_en,
            host_id: shown.row.host_id,
            host_name_zh: shown.host_name_zh,
            host_name_en: shown.host_name_en,
            line: AppealLine {
                kind: if shown.row.is_participation() { AppealLineKind::Participation } else { AppealLineKind::Result },
                id: shown.row.line_id,
                title_zh: shown.title_zh,
                title_en: shown.title_en,
                starts_at: shown.starts_at,
                achieved_on: shown.achieved_on,
                state: shown.line_state,
                reason: shown.line_reason,
                minutes: shown.minutes,
                planned_minutes: shown.planned_minutes,
                quantity: shown.quantity,
                contest_level: shown.contest_level,
                award: shown.award,
                place: shown.place,
            },
            side: filing.side.word().to_owned(),
            filed_at: filing.act.at,
            own,
            grounds: filing.grounds.clone(),
            wants: filing.wants.into(),
            history,
            version: shown.row.version,
        }
    }
}

fn history(shown: &Shown, names: bool) -> Vec<AppealStep> {
    let appeal = &shown.row.standing.0;
    let filing = appeal.filing();
    let filer = || shown.filed_by_name.clone().filter(|_| names);
    let mut steps = vec![AppealStep {
        step: "filed".to_owned(),
        at: filing.act.at,
        account_name: filer(),
        text: filing.grounds.clone(),
    }];
    if let Some(statement) = appeal.statement() {
        steps.push(AppealStep {
            step: statement.stance.word().to_owned(),
            at: statement.act.at,
            account_name: shown.stated_by_name.clone(),
            text: statement.remark.clone(),
        });
    }
    if let Some(decision) = appeal.decision() {
        steps.push(AppealStep {
            step: appeal.state().word().to_owned(),
            at: decision.act.at,
            account_name: shown.decided_by_name.clone(),
            text: decision.reason.clone(),
        });
    }
    if let appeal::Appeal::Withdrawn { act, .. } = appeal {
        steps.push(AppealStep { step: "withdrawn".to_owned(), at: act.at, account_name: filer(), text: String::new() });
    }
    steps
}

impl From<Earned> for AppealCredit {
    fn from(row: Earned) -> Self {
        let text = |milli| Credit::from_milli(milli).to_string();
        Self { policy_id: row.policy_id, raw: text(row.raw), counted: text(row.counted) }
    }
}

impl From<(String, i64)> for AppealBooked {
    fn from((policy_id, amount): (String, i64)) -> Self {
        Self { policy_id, amount: Credit::from_milli(amount).to_string() }
    }
}

/// What can be made of the line as it is now.
pub(super) fn possible(shown: &Shown) -> Result<Vec<CorrectionKind>> {
    let line = store::line_of(&shown.row.line_kind, &shown.line_state)?;
    Ok(appeal::possible(line).iter().copied().map(CorrectionKind::from).collect())
}
