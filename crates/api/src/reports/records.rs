//! One row for each record: counted, cut or refused.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt, TryStreamExt};
use kepu_domain::credit::Credit;
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::frame::{About, Asked, Format, Frame, Level, Narrow, begin, in_lang};
use super::persons::audited;
use super::store::{self, Lines, RecordLine};
use super::table::{Book, Cell, Column, Export, Rows, open_exports};
use crate::auth::Actor;
use crate::error::{ApiErrors, Result};
use crate::extract::ApiQuery;
use crate::page::{Page, PageQuery};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Stands for no host, where a host is asked for.
pub const NO_HOST: &str = "none";

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichRecords {
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// Over what: `district`, `school` or `class`. When left out: by what else is given, else all that may be seen.
    #[serde(default)]
    #[param(inline)]
    pub level: Option<Level>,
    /// Of this school, on the record's day.
    #[serde(default)]
    pub school: Option<Uuid>,
    /// Of this class, on the record's day.
    #[serde(default)]
    pub class: Option<Uuid>,
    /// Of this grade, on the record's day.
    #[serde(default)]
    pub grade: Option<i32>,
    /// At this host; `none` for those at no host, which are results of competitions.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub host: Option<AtHost>,
    /// `counted`, `cut` or `refused`.
    #[serde(default)]
    #[param(inline)]
    pub status: Option<StatusWord>,
    /// Only of this category, as the policy names it.
    #[serde(default)]
    pub category: Option<String>,
    /// Only of this rule of the policy.
    #[serde(default)]
    pub rule: Option<String>,
    /// Only of activities of this edition of a programme.
    #[serde(default)]
    pub edition: Option<Uuid>,
    /// Only of activities of this theme; `none` for those of no theme.
    #[serde(default)]
    pub theme: Option<String>,
    /// Only those for which a soft rule waits for a decision.
    #[serde(default)]
    pub flagged: Option<bool>,
    /// First day, included.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// A term of the policy's calendar instead, e.g. `2025-autumn`.
    #[serde(default)]
    pub term: Option<String>,
    /// `json` for a page, `csv` or `xlsx` for all.
    #[serde(default)]
    #[param(inline)]
    pub format: Option<Format>,
    /// The report as it was at that moment (RFC 3339), or at the end of that day: by what was known and by the policy
    /// version that was effective then.
    #[serde(default)]
    pub as_of: Option<String>,
    /// Language of titles and headers: `zh` or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
    /// How many items, 50 if not given; not for files.
    #[serde(default)]
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before; not for files.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// At which host, if at any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AtHost {
    /// At none.
    None,
    /// At this one.
    One(Uuid),
}

impl AtHost {
    fn id(self) -> Option<Uuid> {
        match self {
            Self::None => None,
            Self::One(id) => Some(id),
        }
    }
}

impl TryFrom<String> for AtHost {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        if text == NO_HOST {
            return Ok(Self::None);
        }
        text.parse().map(Self::One).map_err(|_| format!("must be the id of a host, or {NO_HOST}"))
    }
}

impl From<AtHost> for String {
    fn from(host: AtHost) -> Self {
        match host {
            AtHost::None => NO_HOST.to_owned(),
            AtHost::One(id) => id.to_string(),
        }
    }
}

impl WhichRecords {
    /// Reads its ground.
    pub async fn frame(&self, tx: &mut Tx, actor: &Actor, now: DateTime<Utc>) -> Result<Frame> {
        let asked = Asked {
            policy: self.policy.as_deref(),
            level: self.level,
            school: self.school,
            class: self.class,
            host: self.host.and_then(AtHost::id),
            grade: self.grade,
            from: self.from,
            to: self.to,
            term: self.term.as_deref(),
            lang: self.lang,
            as_of: self.as_of.as_deref(),
        };
        let narrow = if self.level.is_none() { Narrow::SchoolsOrHosts } else { Narrow::Refuse };
        Frame::read(tx, actor, &asked, now, narrow).await
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatusWord {
    /// Counts, at least in part.
    Counted,
    /// A limit left nothing of it.
    Cut,
    /// Left out.
    Refused,
}

impl StatusWord {
    fn word(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Cut => "cut",
            Self::Refused => "refused",
        }
    }
}

/// A page of records, and what the numbers are.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordsReport {
    /// Place, period, policy, time of the data.
    #[serde(flatten)]
    pub about: About,
    /// In order of entry.
    #[serde(flatten)]
    pub page: Page<RecordView>,
}

/// One record under the policy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordView {
    /// The participation or result.
    pub record_id: Uuid,
    /// `participation` or `result`.
    pub source: Option<String>,
    /// Its day.
    pub on_day: NaiveDate,
    /// The person.
    pub person_id: Uuid,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// School on that day.
    pub school_id: Option<Uuid>,
    /// Its name.
    pub school_name: Option<String>,
    /// Class on that day.
    pub class_id: Option<Uuid>,
    /// Its name.
    pub class_name: Option<String>,
    /// Grade on that day.
    pub grade: Option<i32>,
    /// The host; null for results.
    pub host_id: Option<Uuid>,
    /// Its name.
    pub host_name: Option<String>,
    /// The activity or competition.
    pub title: Option<String>,
    /// The rule that priced it; empty if none did.
    pub rule: String,
    /// Its category.
    pub category: String,
    /// Minutes that count.
    pub minutes: i32,
    /// Credit before limits.
    pub raw: String,
    /// Credit that counts.
    pub counted: String,
    /// `counted`, `cut` or `refused`.
    pub status: String,
    /// A soft rule waits for a decision.
    pub flagged: bool,
}

fn view(row: RecordLine, lang: Lang) -> RecordView {
    let name = |zh: Option<String>, en: Option<String>| zh.map(|zh| in_lang(lang, zh, en.unwrap_or_default()));
    RecordView {
        record_id: row.record_id,
        source: row.source,
        on_day: row.on_day,
        person_id: row.person_id,
        number: row.number,
        name: row.name,
        school_id: row.school_id,
        school_name: name(row.school_zh, row.school_en),
        class_id: row.class_id,
        class_name: row.class_name,
        grade: row.grade,
        host_id: row.host_id,
        host_name: name(row.host_zh, row.host_en),
        title: name(row.title_zh, row.title_en),
        rule: row.rule,
        category: row.category,
        minutes: row.minutes,
        raw: Credit::from_milli(row.raw).to_string(),
        counted: Credit::from_milli(row.counted).to_string(),
        status: row.status,
        flagged: row.flagged,
    }
}

/// One row for each record that was counted, cut by a limit or refused, in order of entry. Bases see those at their
/// hosts. Every reading of it is audited.
#[utoipa::path(
    get, path = "/api/v1/reports/records", operation_id = "report_records", tag = TAG, params(WhichRecords),
    responses(
        (status = 200, description = "A page; CSV and XLSX hold all as an attachment", content(
            (RecordsReport = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        ApiErrors)
)]
pub async fn report_records(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichRecords>,
) -> Result<Response> {
    let format = which.format.unwrap_or_default();
    let status = which.status.map(StatusWord::word);
    let lines = Lines {
        status,
        category: which.category.clone(),
        rule: which.rule.clone(),
        edition: which.edition,
        theme: which.theme.clone(),
        flagged: which.flagged,
        at_no_host: which.host == Some(AtHost::None),
    };
    let page = PageQuery { limit: which.limit, cursor: which.cursor.clone() };
    let (after, fetch) = (page.after()?, page.fetch()?);
    let permit = if format == Format::Json { None } else { Some(open_exports().await?) };
    let mut tx = begin(&state, actor.district()?, which.as_of.as_deref()).await?;
    let frame = which.frame(&mut tx, &actor, state.now()).await?;
    let detail = json!({ "report": "records", "format": format, "school": which.school, "class": which.class,
                         "grade": which.grade, "host": which.host, "status": status, "category": which.category,
                         "rule": which.rule, "edition": which.edition, "theme": which.theme, "period": frame.about.period,
                         "policy": frame.about.policy.id });
    let Some(permit) = permit else {
        let rows: Vec<RecordLine> =
            store::records(&mut tx, &frame.filter, &lines, after, Some(fetch)).try_collect().await?;
        tx.rollback().await?;
        let page = Page::of(rows, &page, |r| r.record_id, |r| view(r, frame.lang))?;
        audited(&state, &actor, "report.read", detail, Some(page.items.len())).await?;
        return Ok(Json(RecordsReport { about: frame.about, page }).into_response());
    };
    audited(&state, &actor, "report.export", detail, None).await?;
    let export = Export {
        name: frame.file_name("records"),
        illustrative: frame.about.policy.illustrative,
        columns: columns(&frame),
        permit,
    };
    let words: Vec<(&str, String)> = [
        (frame.say("状态", "Status"), status.map(str::to_owned)),
        (frame.say("类别", "Category"), which.category.clone()),
        (frame.say("规则", "Rule"), which.rule.clone()),
        (
            frame.say("承办单位", "Host"),
            lines.at_no_host.then(|| frame.say("无（竞赛成绩）", "none (results)").to_owned()),
        ),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect();
    let said = frame.lines(frame.say("学分记录明细", "Credit record by record"), &words);
    let (mark, english) = (frame.mark(), frame.lang == Lang::En);
    let policy = frame.policy_cell();
    let produce = move |mut sink: Rows| async move {
        {
            let mut rows = store::records(&mut tx, &frame.filter, &lines, None, None).boxed();
            while let Some(row) = rows.try_next().await? {
                sink.push(cells(row, &frame, &policy)).await?;
            }
        }
        tx.rollback().await.map_err(anyhow::Error::from)?;
        Ok(sink)
    };
    if format == Format::Csv {
        return export.csv(&state, produce);
    }
    let sheets = move |columns| {
        let mut book = Book::new(if english { "Total" } else { "合计" }, mark);
        book.begin(if english { "Records" } else { "记录" }, columns)?;
        book.about(if english { "About" } else { "说明" }, &said)?;
        Ok(book)
    };
    export.xlsx(&state, sheets, produce).await
}

fn columns(frame: &Frame) -> Vec<Column> {
    let text = |zh, en, width| Column::text(frame.say(zh, en), width);
    vec![
        Column::day(frame.say("日期", "Day")),
        text("学号", "Number", 16.0),
        text("姓名", "Name", 14.0),
        text("学校", "School", 26.0),
        Column::count(frame.say("年级", "Grade")),
        text("班级", "Class", 14.0),
        text("承办单位", "Host", 26.0),
        text("活动或竞赛", "Activity or competition", 34.0),
        text("来源", "Source", 10.0),
        text("类别", "Category", 16.0),
        text("规则", "Rule", 20.0),
        Column::count(frame.say("分钟", "Minutes")).summed(),
        Column::credit(frame.say("限前学分", "Before limits")).summed(),
        Column::credit(frame.say("学分", "Credits")).summed(),
        text("状态", "Status", 10.0),
        text("待定", "Flagged", 8.0),
        text("记录编号", "Record id", 38.0),
        Column::text(frame.policy_title(), 30.0),
    ]
}

fn cells(row: RecordLine, frame: &Frame, policy: &str) -> Vec<Cell> {
    let row = view(row, frame.lang);
    let milli = |text: &str| text.parse::<Credit>().map_or(Cell::Empty, |credit| Cell::Credit(credit.milli()));
    let source = match row.source.as_deref() {
        Some("participation") => frame.say("参与", "participation"),
        Some("result") => frame.say("成绩", "result"),
        _ => "",
    };
    let status = match row.status.as_str() {
        "counted" => frame.say("计入", "counted"),
        "cut" => frame.say("超限", "cut"),
        _ => frame.say("不计", "refused"),
    };
    vec![
        Cell::Day(row.on_day),
        Cell::Text(row.number),
        Cell::Text(row.name),
        Cell::maybe(row.school_name, Cell::Text),
        Cell::maybe(row.grade, |g| Cell::Count(g.into())),
        Cell::maybe(row.class_name, Cell::Text),
        Cell::maybe(row.host_name, Cell::Text),
        Cell::maybe(row.title, Cell::Text),
        Cell::text(source),
        Cell::Text(row.category),
        Cell::Text(row.rule),
        Cell::Count(row.minutes.into()),
        milli(&row.raw),
        milli(&row.counted),
        Cell::text(status),
        Cell::text(if row.flagged { frame.say("是", "yes") } else { "" }),
        Cell::text(row.record_id.to_string()),
        Cell::text(policy),
    ]
}
