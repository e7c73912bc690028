//! The report of a host: what happened there, and what it gave.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credit::Credit;
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::frame::{About, Asked, Format, Frame, Narrow, begin, in_lang};
use super::store::{self, HostSum};
use super::table::{Book, Cell, Column, Export, book_response, open_exports};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::ApiQuery;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Which host.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichHost {
    /// The host; may be left out by an account that answers for one.
    #[serde(default)]
    pub host: Option<Uuid>,
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// First day, included.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// A term of the policy's calendar instead, e.g. `2025-autumn`.
    #[serde(default)]
    pub term: Option<String>,
    /// The report as it was at that moment (RFC 3339), or at the end of that day: by what was known and by the policy
    /// version that was effective then.
    #[serde(default)]
    pub as_of: Option<String>,
    /// `json`, `csv` or `xlsx`.
    #[serde(default)]
    #[param(inline)]
    pub format: Option<Format>,
    /// Language of titles and headers: `zh` or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

impl WhichHost {
    /// The host that is meant, and its ground.
    pub async fn frame(&self, tx: &mut Tx, actor: &Actor, now: DateTime<Utc>) -> Result<(Uuid, Frame)> {
        let own = actor.hosts();
        let host = match (self.host, own.as_filter()) {
            (Some(host), _) => host,
            (None, Some([only])) => *only,
            (None, _) => return Err(ApiError::invalid_field("host", "required", "say which host")),
        };
        let asked = Asked {
            policy: self.policy.as_deref(),
            host: Some(host),
            from: self.from,
            to: self.to,
            term: self.term.as_deref(),
            lang: self.lang,
            as_of: self.as_of.as_deref(),
            ..Asked::default()
        };
        Ok((host, Frame::read(tx, actor, &asked, now, Narrow::Refuse).await?))
    }
}

/// What happened at a host. A host has one report in each district whose pupils come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HostReport {
    /// Place, period, policy, time of the data.
    #[serde(flatten)]
    pub about: About,
    /// The whole.
    pub totals: HostFigures,
    /// By the school that took part.
    pub by_school: Vec<HostSchool>,
}

/// Figures of a host.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HostFigures {
    /// Sessions held, cancelled ones left out; of a school: those it entered persons in.
    pub sessions: i64,
    /// Persons entered, counted for each session.
    pub entered: i64,
    /// Persons with a confirmed participation.
    pub participants: i64,
    /// Confirmed participations.
    pub confirmed: i64,
    /// Rejected ones.
    pub rejected: i64,
    /// Those that wait for the host.
    pub waiting: i64,
    /// Those marked as absent.
    pub absent: i64,
    /// Those voided after they were confirmed.
    pub voided: i64,
    /// Minutes of the confirmed ones.
    pub minutes: i64,
    /// Records that earned credit.
    pub credited: i64,
    /// Credit that they earned.
    pub credits: String,
}

/// Figures of a school at a host.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HostSchool {
    /// The school; null where a person had none.
    pub school_id: Option<Uuid>,
    /// Its name.
    pub name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: HostFigures,
}

impl From<&HostSum> for HostFigures {
    fn from(row: &HostSum) -> Self {
        Self {
            sessions: row.sessions,
            entered: row.entered,
            participants: row.participants,
            confirmed: row.confirmed,
            rejected: row.rejected,
            waiting: row.waiting,
            absent: row.absent,
            voided: row.voided,
            minutes: row.minutes,
            credited: row.credited,
            credits: Credit::from_milli(row.credits).to_string(),
        }
    }
}

/// The sessions of a host in a period, who came, what was confirmed or rejected or waits, and the credit given, by school.
#[utoipa::path(
    get, path = "/api/v1/reports/hosts", operation_id = "report_host", tag = TAG, params(WhichHost),
    responses(
        (status = 200, description = "The report; CSV and XLSX as an attachment", content(
            (HostReport = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        ApiErrors)
)]
pub async fn report_host(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichHost>,
) -> Result<Response> {
    let mut tx = begin(&state, actor.district()?, which.as_of.as_deref()).await?;
    let (host, frame) = which.frame(&mut tx, &actor, state.now()).await?;
    let rows = store::host_summary(&mut tx, &frame.filter).await?;
    tx.rollback().await?;
    let (whole, rest): (Vec<HostSum>, Vec<HostSum>) = rows.into_iter().partition(|row| row.part == "whole");
    let schools: Vec<HostSum> = rest.into_iter().filter(|row| row.part == "school").collect();
    let Some(whole) = whole.first() else {
        return Err(ApiError::internal(anyhow::anyhow!("a report without a whole")));
    };
    let format = which.format.unwrap_or_default();
    if format == Format::Json {
        let by_school = schools
            .iter()
            .map(|row| HostSchool {
                school_id: row.id,
                name: row.zh.clone().map(|zh| in_lang(frame.lang, zh, row.en.clone().unwrap_or_default())),
                figures: row.into(),
            })
            .collect();
        let report = HostReport { about: frame.about.clone(), totals: whole.into(), by_school };
        return Ok(Json(report).into_response());
    }
    let mut tx = state.begin(&actor).await?;
    let detail = json!({ "report": "hosts", "format": format, "host": host, "period": frame.about.period });
    audit::record(&mut tx, &actor, state.now(), audit::Event::new("report.export", "report", "hosts", detail)).await?;
    tx.commit().await?;
    file(&state, &frame, format, schools).await
}

async fn file(state: &AppState, frame: &Frame, format: Format, schools: Vec<HostSum>) -> Result<Response> {
    let columns = columns(frame);
    let policy = frame.policy_cell();
    let unknown = frame.say("不详", "unknown");
    let rows: Vec<Vec<Cell>> = schools
        .iter()
        .map(|row| {
            let name = row.zh.clone().map(|zh| in_lang(frame.lang, zh, row.en.clone().unwrap_or_default()));
            let first = vec![Cell::Text(name.unwrap_or_else(|| unknown.to_owned()))];
            [first, cells(row), vec![Cell::Text(policy.clone())]].concat()
        })
        .collect();
    let permit = open_exports().await?;
    let (name, illustrative) = (frame.file_name("host"), frame.about.policy.illustrative);
    if format == Format::Csv {
        return Export { name, illustrative, columns, permit }.csv(state, move |mut sink| async move {
            for row in rows {
                sink.push(row).await?;
            }
            Ok(sink)
        });
    }
    let mut book = Book::new(frame.say("合计", "Total"), frame.mark());
    let write = || -> anyhow::Result<()> {
        book.begin(frame.say("按学校", "By school"), columns)?;
        for row in &rows {
            book.row(row)?;
        }
        book.end()?;
        let title = frame.say("承办单位报表", "Report of a host");
        Ok(book.about(frame.say("说明", "About"), &frame.lines(title, &[]))?)
    };
    write().map_err(ApiError::internal)?;
    book_response(&name, illustrative, book).await
}

fn columns(frame: &Frame) -> Vec<Column> {
    let mut columns = vec![Column::text(frame.say("学校", "School"), 30.0)];
    columns.extend(figures(frame).into_iter().map(|(_, column)| column));
    columns.push(Column::text(frame.policy_title(), 30.0));
    columns
}

/// What is told of each place, with the word of each column.
pub fn figures(frame: &Frame) -> Vec<(&'static str, Column)> {
    let count = |zh, en| Column::count(frame.say(zh, en));
    vec![
        ("sessions", count("场次", "Sessions")),
        ("entered", count("登记人次", "Entered").summed()),
        ("participants", count("参与人数", "Participants").summed()),
        ("confirmed", count("已确认", "Confirmed").summed()),
        ("rejected", count("已驳回", "Rejected").summed()),
        ("waiting", count("待确认", "Waiting").summed()),
        ("absent", count("缺席", "Absent").summed()),
        ("voided", count("已作废", "Voided").summed()),
        ("minutes", count("分钟", "Minutes").summed()),
        ("credited", count("得分人次", "Credited").summed()),
        ("credits", Column::credit(frame.say("学分", "Credits")).summed()),
    ]
}

/// The cells of these columns.
pub fn cells(row: &HostSum) -> Vec<Cell> {
    let counts = [
        row.sessions,
        row.entered,
        row.participants,
        row.confirmed,
        row.rejected,
        row.waiting,
        row.absent,
        row.voided,
        row.minutes,
        row.credited,
    ];
    counts.map(Cell::Count).into_iter().chain([Cell::Credit(row.credits)]).collect()
}
