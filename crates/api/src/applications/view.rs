//! What applications look like from outside, and what their reviews come to.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::{
    application::{Application, Party, StateName},
    deadline,
    form::{Answers, Fill},
    rank::Entry,
    review::{SpotCheck, outcome},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    reach::Seat,
    store::{self, ApplicationRow, EventRow, FileRow, ObjectionRow},
    take::{attached, field_errors},
};
use crate::{
    credits,
    error::{FieldError, Result},
    rounds::store::Round,
    state::AppState,
    tenancy::Tx,
};

/// What comes next for an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextStep {
    /// Whose turn it is: `applicant`, `authority` or `anybody`.
    #[schema(value_type = String)]
    party: Party,
    /// What is to be done: `submit`, `check`, `complete`, `decide`, `publish`, `answer_objection`, `wait`, `award`,
    /// `appeal`, `answer_appeal`.
    step: String,
    /// The last day on which it is in time.
    due: NaiveDate,
    /// Whether it may be left alone.
    optional: bool,
    /// Days by which it is late; null while it is in time.
    late_by: Option<i64>,
}

/// What comes next, on a day.
pub fn next(row: &ApplicationRow, objections: &[ObjectionRow], round: &Round, today: NaiveDate) -> Option<NextStep> {
    let open = objections.iter().filter(|one| one.application_id == row.id && one.outcome.is_none());
    let objected_on = open.map(|one| one.raised_on).min();
    let next = deadline::next(&row.standing, row.since, objected_on, &round.rules, round.window(), today)?;
    Some(NextStep {
        party: next.party,
        step: next.step.to_owned(),
        due: next.due,
        optional: next.optional,
        late_by: next.late_by(today),
    })
}

/// An application in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationSummary {
    /// Identity.
    pub id: Uuid,
    /// The round.
    pub round_id: Uuid,
    /// What it is called.
    pub round_name_zh: String,
    /// The same in English.
    pub round_name_en: String,
    /// What the scheme is called.
    pub scheme_name_zh: String,
    /// The same in English.
    pub scheme_name_en: String,
    /// Who applies; the employer if a professional is to hold it.
    pub organization_id: Uuid,
    /// Its name in Chinese.
    pub organization_name_zh: String,
    /// Its kind.
    pub organization_kind: String,
    /// The district in which it is registered.
    pub district_id: Uuid,
    /// The professional who is to hold it; null if the organization is.
    pub professional_name: Option<String>,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: StateName,
    /// Since when.
    pub since: NaiveDate,
    /// When it was submitted first.
    pub submitted_at: Option<DateTime<Utc>>,
    /// For If-Match.
    pub version: i64,
}

impl From<&ApplicationRow> for ApplicationSummary {
    fn from(row: &ApplicationRow) -> Self {
        Self {
            id: row.id,
            round_id: row.round_id,
            round_name_zh: row.round_name_zh.clone(),
            round_name_en: row.round_name_en.clone(),
            scheme_name_zh: row.scheme_name_zh.clone(),
            scheme_name_en: row.scheme_name_en.clone(),
            organization_id: row.organization_id,
            organization_name_zh: row.organization_name_zh.clone(),
            organization_kind: row.organization_kind.clone(),
            district_id: row.district_id,
            professional_name: row.professional_name.clone(),
            state: row.standing.0.state(),
            since: row.since,
            submitted_at: row.standing.0.filing().map(|filing| filing.at),
            version: row.version,
        }
    }
}

/// A file of an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationFileView {
    /// Identity.
    pub id: Uuid,
    /// Key of the form's field; null for a photograph of the spot check.
    pub field: Option<String>,
    /// What it is called.
    pub file_name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// When it was added.
    pub uploaded_at: DateTime<Utc>,
}

impl From<FileRow> for ApplicationFileView {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id,
            field: row.field,
            file_name: row.file_name,
            media_type: row.media_type,
            bytes: row.bytes,
            uploaded_at: row.uploaded_at,
        }
    }
}

/// An objection to what was published.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectionView {
    /// Identity.
    pub id: Uuid,
    /// Why.
    pub grounds: String,
    /// The day.
    pub raised_on: NaiveDate,
    /// Who objects; told to the authority alone.
    pub raised_by: Option<Uuid>,
    /// `upheld` or `dismissed`; null while it waits.
    pub outcome: Option<String>,
    /// Why.
    pub answer: String,
}

/// One step of an application's life.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationEvent {
    /// What was done: `start`, `submit`, `return`, `accept`, `approve` …
    pub step: String,
    /// The state before; null at its beginning.
    pub from_state: Option<String>,
    /// The state after.
    pub to_state: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<EventRow> for ApplicationEvent {
    fn from(row: EventRow) -> Self {
        Self { step: row.step, from_state: row.from_state, to_state: row.to_state, reason: row.reason, at: row.at }
    }
}

/// What somebody found who went there.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpotCheckView {
    /// The day.
    pub visited_on: NaiveDate,
    /// Whether all was as it was said to be.
    pub passed: bool,
    /// What was found.
    pub remark: String,
}

/// An application.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationView {
    /// What it is, and where it stands.
    #[serde(flatten)]
    pub summary: ApplicationSummary,
    /// What the professional does at the employer.
    pub professional_post: Option<String>,
    /// Answers to the form by the keys of its fields.
    #[schema(value_type = Object)]
    pub answers: Answers,
    /// Files, those of the form and the photographs of the spot check.
    pub files: Vec<ApplicationFileView>,
    /// What is still wrong with the answers; what is required and missing, too.
    pub wrong: Vec<FieldError>,
    /// Why it was returned, refused, dismissed or withdrawn.
    pub reason: Option<String>,
    /// Last day of what runs in this state: to complete, to object, to appeal.
    pub until: Option<NaiveDate>,
    /// Number of the award.
    pub number: Option<String>,
    /// Whether it is reviewed for the second time, after an appeal.
    pub second_hearing: bool,
    /// What comes next; null at its end.
    pub next: Option<NextStep>,
    /// What somebody found who went there.
    pub spot_check: Option<SpotCheckView>,
    /// Objections, the oldest first.
    pub objections: Vec<ObjectionView>,
    /// What happened, the oldest first; empty for reviewers.
    pub history: Vec<ApplicationEvent>,
    /// From where the account looks at it: `authority`, `applicant` or `reviewer`.
    pub seat: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The whole of an application as it looks from a seat.
pub async fn whole(
    tx: &mut Tx,
    state: &AppState,
    row: ApplicationRow,
    round: &Round,
    seat: Seat,
) -> Result<ApplicationView> {
    let files = store::files(tx, row.id).await?;
    let objections = store::objections(tx, &[row.id]).await?;
    let today = credits::today(tx, state.now()).await?;
    let history = match seat {
        Seat::Reviewer => Vec::new(),
        Seat::Authority => store::events(tx, row.id).await?,
        // Why a review was struck may tell who made it.
        Seat::Applicant => {
            let mut events = store::events(tx, row.id).await?;
            events.iter_mut().filter(|event| event.step == "strike_review").for_each(|event| event.reason.clear());
            events
        }
    };
    let wrong = match row.standing.0 {
        Application::Draft | Application::Returned { .. } => {
            field_errors(round.rules.form.check(&row.answers, &attached(&files), Fill::Whole))
        }
        _ => Vec::new(),
    };
    let (reason, until, number) = match &row.standing.0 {
        Application::Returned { reason, until, .. } => (Some(reason.clone()), Some(*until), None),
        Application::Refused { reason, appeal_until, .. } => (Some(reason.clone()), *appeal_until, None),
        Application::Appealed { refusal, .. } => (Some(refusal.clone()), None, None),
        Application::Dismissed { reason, .. } | Application::Withdrawn { reason } => (Some(reason.clone()), None, None),
        Application::Published { until, .. } => (None, Some(*until), None),
        Application::Awarded { number, .. } => (None, None, Some(number.clone())),
        _ => (None, None, None),
    };
    let next = next(&row, &objections, round, today);
    let objection = |one: ObjectionRow| ObjectionView {
        id: one.id,
        grounds: one.grounds,
        raised_on: one.raised_on,
        raised_by: (seat == Seat::Authority).then_some(one.raised_by),
        outcome: one.outcome,
        answer: one.answer,
    };
    let spot_check = row.spot_check.as_ref().map(|one| SpotCheckView {
        visited_on: one.visited_on,
        passed: one.passed,
        remark: one.remark.clone(),
    });
    Ok(ApplicationView {
        summary: (&row).into(),
        second_hearing: row.hearing() == 2,
        professional_post: row.professional_post,
        answers: row.answers.0,
        files: files.into_iter().map(ApplicationFileView::from).collect(),
        wrong,
        reason,
        until,
        number,
        next,
        spot_check,
        objections: objections.into_iter().map(objection).collect(),
        history: history.into_iter().map(ApplicationEvent::from).collect(),
        seat: match seat {
            Seat::Authority => "authority",
            Seat::Applicant => "applicant",
            Seat::Reviewer => "reviewer",
        }
        .to_owned(),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What the reviews of these applications of one round come to, in the hearing in which each of them is.
pub async fn outcomes(tx: &mut Tx, round: &Round, rows: &[ApplicationRow]) -> Result<Vec<Entry>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut scores: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    for review in store::reviews(tx, &ids).await? {
        let counts = |row: &ApplicationRow| row.id == review.application_id && row.hearing() == review.hearing;
        if review.struck_at.is_none() && rows.iter().any(counts) {
            scores.entry(review.application_id).or_default().push(review.scores.0);
        }
    }
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let photos = match row.spot_check {
            Some(_) => store::files(tx, row.id).await?.iter().filter(|file| file.field.is_none()).count(),
            None => 0,
        };
        let spot_check = row.spot_check.as_ref().map(|one| SpotCheck { passed: one.passed, photos });
        entries.push(Entry {
            application: row.id,
            submitted_at: row.standing.0.filing().map_or(row.created_at, |filing| filing.at),
            again: row.hearing() == 2,
            outcome: outcome(&round.rules, scores.get(&row.id).map_or(&[], Vec::as_slice), spot_check),
        });
    }
    Ok(entries)
}

impl NextStep {
    /// Whether it is late.
    pub fn is_late(&self) -> bool {
        self.late_by.is_some()
    }

    /// The last day on which it is in time.
    pub fn due(&self) -> NaiveDate {
        self.due
    }
}
