//! Ready reports: what officials have to write anyway. Each is a few statements that make [`model::Ready`]; pages, CSV, XLSX,
//! PDF and packs are made of that.

mod attendance;
mod base;
mod equity;
mod exceptions;
mod files;
mod groups;
pub mod model;
mod outcomes;
mod overview;
mod period_end;
mod places;
mod reach;
mod settlement;
pub(crate) mod store;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::frame::{About, Asked, Frame, Narrow, begin};
use super::persons::audited;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::state::AppState;
use crate::tenancy::Tx;
pub use equity::plain;
pub use files::{Bundle, pdf_of, workbook_of};
use model::{Ready, ReadyReport, SectionView};
pub use period_end::Standing;

/// Which ready report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, ToSchema)]
#[schema(as = ReadyKind)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What is due to hosts: who came, times the tariff.
    Settlement,
    /// Who has no record or no credit.
    NotReached,
    /// Where places stayed empty.
    EmptyPlaces,
    /// Who had a place and did not come.
    NoShows,
    /// How long it takes from attendance to confirmation to credit.
    Promptness,
    /// Participation and credit of groups, small ones hidden.
    Equity,
    /// What came of programmes and their themes.
    Programmes,
    /// Verified results of competitions.
    Results,
    /// Who meets what the policy asks.
    Requirements,
    /// The district, or a school of it, in all.
    Overview,
    /// Schools beside each other, or one.
    School,
    /// Classes beside each other, or one.
    Class,
    /// Hosts beside each other, or one.
    Base,
    /// What the rules of the district found.
    Exceptions,
}

impl Kind {
    /// Every one, in the order of packs.
    pub const ALL: [Self; 14] = [
        Self::Overview,
        Self::School,
        Self::Class,
        Self::Base,
        Self::Requirements,
        Self::NotReached,
        Self::Equity,
        Self::Programmes,
        Self::Results,
        Self::Settlement,
        Self::EmptyPlaces,
        Self::NoShows,
        Self::Promptness,
        Self::Exceptions,
    ];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::NotReached => "not_reached",
            Self::EmptyPlaces => "empty_places",
            Self::NoShows => "no_shows",
            Self::Promptness => "promptness",
            Self::Equity => "equity",
            Self::Programmes => "programmes",
            Self::Results => "results",
            Self::Requirements => "requirements",
            Self::Overview => "overview",
            Self::School => "school",
            Self::Class => "class",
            Self::Base => "base",
            Self::Exceptions => "exceptions",
        }
    }

    /// Filters that it has, beside policy and period.
    fn filters(self) -> &'static [&'static str] {
        match self {
            Self::Settlement => &["host", "detail", "as_of"],
            Self::NotReached => &["school", "class", "grade", "detail", "as_of"],
            Self::NoShows => &["school", "host", "detail", "as_of"],
            Self::EmptyPlaces | Self::Base => &["host", "as_of"],
            Self::Promptness => &["school", "host", "as_of"],
            Self::Programmes | Self::Equity | Self::School => &["school", "as_of"],
            Self::Overview => &["school", "grade", "as_of"],
            Self::Class => &["school", "class", "grade", "detail", "as_of"],
            Self::Exceptions => &["school", "host", "as_of"],
            Self::Results | Self::Requirements => &["school", "class", "grade", "as_of"],
        }
    }

    /// What an account sees of it that does not see the whole district.
    fn narrow(self) -> Narrow {
        match self {
            Self::Settlement | Self::EmptyPlaces | Self::Base => Narrow::Hosts,
            Self::Exceptions => Narrow::Whole,
            Self::NoShows | Self::Promptness => Narrow::SchoolsOrHosts,
            Self::NotReached
            | Self::Equity
            | Self::Results
            | Self::Requirements
            | Self::Programmes
            | Self::Overview
            | Self::School
            | Self::Class => Narrow::Schools,
        }
    }

    /// Whether it tells how persons stand.
    pub fn stands(self) -> bool {
        matches!(self, Self::Requirements | Self::Overview | Self::School | Self::Class)
    }
}

/// How a ready report leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// For programs.
    #[default]
    Json,
    /// One section; UTF-8 with a byte order mark, RFC 4180.
    Csv,
    /// A workbook, a sheet for each section, with charts.
    Xlsx,
    /// For paper.
    Pdf,
}

/// Of what, when, how.
#[derive(Debug, Default, Clone, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichReady {
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Of this school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<Uuid>,
    /// Of this class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Uuid>,
    /// Of this grade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<i32>,
    /// At this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Uuid>,
    /// First day, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// A term of the policy's calendar instead, e.g. `2025-autumn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// The report as it was at that moment (RFC 3339), or at the end of that day: by what was known and by the policy
    /// version that was effective then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Every person, too, where the report can name them; of one host or school at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<bool>,
    /// Which section a CSV holds; the first when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// `json`, `csv`, `xlsx` or `pdf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub format: Option<FileFormat>,
    /// Language of titles and headers: `zh` or `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

impl WhichReady {
    /// Refuses filters that the report has not.
    fn check(&self, kind: Kind) -> Result<()> {
        let given = [
            ("school", self.school.is_some()),
            ("class", self.class.is_some()),
            ("grade", self.grade.is_some()),
            ("host", self.host.is_some()),
            ("detail", self.names()),
            ("as_of", self.as_of.is_some()),
        ];
        let mut wrong: Vec<FieldError> = given
            .into_iter()
            .filter(|(name, is)| *is && !kind.filters().contains(name))
            .map(|(name, _)| FieldError::new(name, "not_here", "this report has no such filter: leave it out"))
            .collect();
        if kind == Kind::Equity {
            let message = "groups are told of whole months or terms, so that no few days can be taken off";
            let ends = [("from", self.from), ("to", self.to.and_then(|day| day.succ_opt()))];
            let within = ends.into_iter().filter(|(_, day)| day.is_some_and(|day| day.day() != 1));
            wrong.extend(within.map(|(name, _)| FieldError::new(name, "whole_months", message)));
        }
        if wrong.is_empty() { Ok(()) } else { Err(ApiError::invalid(wrong)) }
    }

    /// Whether the report can be asked so.
    pub fn fits(&self, kind: Kind) -> bool {
        self.check(kind).is_ok()
    }

    /// What its ground is asked for.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            policy: self.policy.as_deref(),
            level: None,
            school: self.school,
            class: self.class,
            host: self.host,
            grade: self.grade,
            from: self.from,
            to: self.to,
            term: self.term.as_deref(),
            lang: self.lang,
            as_of: self.as_of.as_deref(),
        }
    }

    /// Reads the ground of a report, and refuses what it cannot be asked.
    pub async fn frame(&self, tx: &mut Tx, actor: &Actor, kind: Kind, now: DateTime<Utc>) -> Result<Frame> {
        self.check(kind)?;
        if self.names() && self.host.is_none() && self.school.is_none() && self.class.is_none() {
            let message = "persons are named of one host or school at a time: say which";
            return Err(ApiError::invalid_field("detail", "too_wide", message));
        }
        let frame = Frame::read(tx, actor, &self.asked(), now, kind.narrow()).await?;
        if kind == Kind::Equity {
            equity::place(&frame)?;
        }
        Ok(frame)
    }

    /// Whether persons are named.
    fn names(&self) -> bool {
        self.detail == Some(true)
    }
}

/// Reads a report, in a transaction of its own; also the day at whose end it tells how persons stand.
async fn read(
    state: &AppState,
    actor: &Actor,
    kind: Kind,
    which: &WhichReady,
) -> Result<(Frame, Ready, Option<NaiveDate>)> {
    let mut tx = begin(state, actor.district()?, which.as_of.as_deref()).await?;
    let frame = which.frame(&mut tx, actor, kind, state.now()).await?;
    let mut standing = if kind.stands() { Standing::of(state, &frame, which).await? } else { Standing::Data };
    let report = of(state, (&mut tx, &frame), kind, which, &mut standing).await?;
    tx.rollback().await?;
    let (day, period) = (standing.day(), frame.about.period.clone());
    Ok(match standing.close().await? {
        // All of this one is of the end of its period.
        Some(end) if kind == Kind::Requirements => {
            (Frame { about: About { period, ..end.about.clone() }, ..end }, report, day)
        }
        _ => (frame, report, day),
    })
}

/// Reads a report on a ground that was read before, in the same transaction; how persons stand, as of what was found for its
/// period.
pub async fn of(
    state: &AppState,
    (tx, frame): (&mut Tx, &Frame),
    kind: Kind,
    which: &WhichReady,
    standing: &mut Standing,
) -> Result<Ready> {
    match kind {
        Kind::Settlement => settlement::read(tx, frame, which).await,
        Kind::NotReached => reach::not_reached(tx, frame, which).await,
        Kind::EmptyPlaces => reach::empty_places(tx, frame).await,
        Kind::NoShows => attendance::no_shows(tx, frame, which).await,
        Kind::Promptness => attendance::promptness(tx, frame).await,
        Kind::Equity => equity::read(tx, frame).await,
        Kind::Programmes => outcomes::programmes(tx, frame).await,
        Kind::Results => outcomes::results(tx, frame).await,
        Kind::Requirements => {
            let said = standing.note(frame);
            let (tx, frame) = standing.end().unwrap_or((tx, frame));
            outcomes::requirements(tx, frame, said).await
        }
        Kind::Overview => overview::read(state, tx, frame, standing).await,
        Kind::School => places::school(state, tx, frame, standing).await,
        Kind::Class => places::class(state, tx, frame, which, standing).await,
        Kind::Base => base::read(tx, frame).await,
        Kind::Exceptions => exceptions::read(tx, frame).await,
    }
}

/// A report that officials have to write: as tables for the page, or as a file. Where it names persons, the reading is
/// audited; a file always is.
#[utoipa::path(
    get, path = "/api/v1/reports/ready/{kind}", operation_id = "report_ready", tag = TAG,
    params(("kind" = Kind, Path, description = "Which report"), WhichReady),
    responses(
        (status = 200, description = "The report; CSV, XLSX and PDF as an attachment", content(
            (ReadyReport = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/pdf"))),
        ApiErrors)
)]
pub async fn report_ready(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(kind): ApiPath<Kind>,
    ApiQuery(which): ApiQuery<WhichReady>,
) -> Result<Response> {
    let format = which.format.unwrap_or_default();
    let (frame, report, stood_on) = read(&state, &actor, kind, &which).await?;
    if let Some(key) = which.section.as_deref() {
        files::section(&report, key)?;
    }
    let detail = json!({ "report": kind.word(), "format": format, "query": which });
    if format == FileFormat::Json {
        if which.names() {
            audited(&state, &actor, "report.read", detail, None).await?;
        }
        let sections = report.sections.iter().map(SectionView::from).collect();
        let Ready { kind, title, notes, .. } = report;
        return Ok(Json(ReadyReport { about: frame.about, kind, title, notes, stood_on, sections }).into_response());
    }
    audited(&state, &actor, "report.export", detail, None).await?;
    files::answer(&frame, report, format, which.section.as_deref()).await
}
