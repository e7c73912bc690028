//! One row for each person: what was earned in the period and in all, and what is still missing.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt, TryStreamExt};
use kepu_domain::credit::Credit;
use kepu_domain::policy::RequirementOutcome;
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::frame::{About, Asked, Format, Frame, Level, Narrow, begin, in_lang};
use super::ready::plain;
use super::store::{self, Filter, PersonSum, Whom};
use super::table::{Book, Cell, Column, Export, open_exports};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::ApiQuery;
use crate::page::{Page, PageQuery};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Which persons.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichPersons {
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// Over what: `district`, `school` or `class`. When left out: by what else is given, else all that may be seen.
    #[serde(default)]
    #[param(inline)]
    pub level: Option<Level>,
    /// Of this school.
    #[serde(default)]
    pub school: Option<Uuid>,
    /// Of this class.
    #[serde(default)]
    pub class: Option<Uuid>,
    /// Of this grade.
    #[serde(default)]
    pub grade: Option<i32>,
    /// `true`: only who meets every requirement that applies, or the one that is named; `false`: only who is short of one,
    /// or of that one; both as scores stand now.
    #[serde(default)]
    pub met: Option<bool>,
    /// Only those to whom this requirement of the policy applies.
    #[serde(default)]
    pub requirement: Option<String>,
    /// Only who has a record in the period, wherever; `false`: only who has none.
    #[serde(default)]
    pub took: Option<bool>,
    /// Only who has credit in the period, wherever; `false`: only who has none.
    #[serde(default)]
    pub earned: Option<bool>,
    /// Only whose enrolment is here: on any day of the period (`within`), as the last one of the period (`last`), or still
    /// (`now`). When left out: also who has a record here.
    #[serde(default)]
    #[param(inline)]
    pub enrolled: Option<Enrolled>,
    /// Only of this sex.
    #[serde(default)]
    #[param(inline)]
    pub sex: Option<Sex>,
    /// Only of schools of which this attribute is kept, with `value`; without it, of those of which it is not.
    #[serde(default)]
    pub attribute: Option<String>,
    /// The value of the attribute; yes and no are `true` and `false`.
    #[serde(default)]
    pub value: Option<String>,
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

/// Whose enrolment is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Enrolled {
    /// On any day of the period.
    Within,
    /// The last one of the period.
    Last,
    /// It has not ended.
    Now,
}

impl Enrolled {
    /// The word in SQL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Last => "last",
            Self::Now => "now",
        }
    }
}

/// A sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not known.
    Unknown,
}

impl Sex {
    /// The word in SQL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Unknown => "unknown",
        }
    }
}

impl WhichPersons {
    /// What its ground is asked for.
    fn asked(&self) -> Asked<'_> {
        Asked {
            policy: self.policy.as_deref(),
            level: self.level,
            school: self.school,
            class: self.class,
            grade: self.grade,
            from: self.from,
            to: self.to,
            term: self.term.as_deref(),
            lang: self.lang,
            as_of: self.as_of.as_deref(),
            ..Asked::default()
        }
    }

    /// Reads its ground, and refuses filters that mean nothing there.
    pub async fn frame(&self, tx: &mut Tx, actor: &Actor, now: DateTime<Utc>) -> Result<Frame> {
        if self.value.is_some() && self.attribute.is_none() {
            let message = "is the value of an attribute: say which attribute, or leave it out";
            return Err(ApiError::invalid_field("value", "no_attribute", message));
        }
        let narrow = if self.level.is_none() { Narrow::Schools } else { Narrow::Refuse };
        let frame = Frame::read(tx, actor, &self.asked(), now, narrow).await?;
        let known = &frame.rules.document().requirements;
        if let Some(wanted) = self.requirement.as_deref().filter(|id| !known.iter().any(|one| one.id == *id)) {
            let message = "must be the id of a requirement of the policy";
            return Err(ApiError::invalid(vec![
                FieldError::new("requirement", "unknown_requirement", message).value(wanted),
            ]));
        }
        Ok(frame)
    }

    /// Whom it asks for beside the filter, leaving only schools of the attribute in that.
    async fn whom(&self, tx: &mut Tx, filter: &mut Filter) -> Result<Whom> {
        if let Some(name) = &self.attribute {
            let of = store::attributes_of_schools(tx).await?.into_iter();
            let like = of.filter(|(_, kept)| kept.get(name).and_then(plain) == self.value).map(|(id, _)| id);
            let among = |id: &Uuid| filter.schools.as_ref().is_none_or(|schools| schools.contains(id));
            let schools = like.filter(among).collect();
            filter.schools = Some(schools);
        }
        Ok(Whom {
            met: self.met,
            requirement: self.requirement.clone(),
            took: self.took,
            earned: self.earned,
            enrolled: self.enrolled,
            sex: self.sex,
        })
    }
}

/// A page of persons, and what the numbers are.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonsReport {
    /// Place, period, policy, time of the data.
    #[serde(flatten)]
    pub about: About,
    /// In order of number.
    #[serde(flatten)]
    pub page: Page<PersonView>,
}

/// One person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// The person.
    pub person_id: Uuid,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// School of the newest enrolment here within the period.
    pub school_id: Option<Uuid>,
    /// Its name.
    pub school_name: Option<String>,
    /// Class of that enrolment.
    pub class_id: Option<Uuid>,
    /// Its name.
    pub class_name: Option<String>,
    /// Grade of that enrolment.
    pub grade: Option<i32>,
    /// Records here within the period.
    pub records: i64,
    /// Credit here within the period.
    pub credits: String,
    /// Category → credit here within the period, of those that have any.
    pub by_category: BTreeMap<String, String>,
    /// Credit in all; null for persons who have no score.
    pub total: Option<String>,
    /// Whether the person may earn.
    pub eligible: Option<bool>,
    /// Ladder → level now; null below the first.
    pub levels: BTreeMap<String, Option<String>>,
    /// Requirements that apply to the person, now.
    pub requirements: Vec<PersonRequirement>,
}

/// A requirement of a person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonRequirement {
    /// The requirement.
    pub id: String,
    /// Met or not.
    pub met: bool,
    /// How much is missing where that can be said in one unit; 0 when met.
    pub shortfall: Option<String>,
}

fn levels(row: &PersonSum) -> BTreeMap<String, Option<String>> {
    row.levels.clone().and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default()
}

fn requirements(row: &PersonSum) -> Vec<RequirementOutcome> {
    row.requirements.clone().and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default()
}

fn by_category(row: &PersonSum) -> BTreeMap<String, i64> {
    serde_json::from_value(row.by_category.clone()).unwrap_or_default()
}

fn view(row: PersonSum, lang: Lang) -> PersonView {
    let decimal = |milli| Credit::from_milli(milli).to_string();
    PersonView {
        by_category: by_category(&row).into_iter().map(|(key, milli)| (key, decimal(milli))).collect(),
        levels: levels(&row),
        requirements: requirements(&row)
            .into_iter()
            .map(|r| PersonRequirement { id: r.id, met: r.met, shortfall: r.shortfall.map(|s| s.to_string()) })
            .collect(),
        person_id: row.person_id,
        number: row.number,
        name: row.name,
        school_id: row.school_id,
        school_name: row.school_zh.map(|zh| in_lang(lang, zh, row.school_en.unwrap_or_default())),
        class_id: row.class_id,
        class_name: row.class_name,
        grade: row.grade,
        records: row.records,
        credits: decimal(row.credits),
        total: row.total.map(decimal),
        eligible: row.eligible,
    }
}

/// One row for each person with an enrolment or record here within the period: credit in the period and in all, by
/// category, levels, requirements. Every reading of it is audited.
#[utoipa::path(
    get, path = "/api/v1/reports/persons", operation_id = "report_persons", tag = TAG, params(WhichPersons),
    responses(
        (status = 200, description = "A page; CSV and XLSX hold all as an attachment", content(
            (PersonsReport = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        ApiErrors)
)]
pub async fn report_persons(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichPersons>,
) -> Result<Response> {
    let format = which.format.unwrap_or_default();
    let page = PageQuery { limit: which.limit, cursor: which.cursor.clone() };
    let (after, fetch) = (page.after()?, page.fetch()?);
    let permit = if format == Format::Json { None } else { Some(open_exports().await?) };
    let mut tx = begin(&state, actor.district()?, which.as_of.as_deref()).await?;
    let mut frame = which.frame(&mut tx, &actor, state.now()).await?;
    let whom = which.whom(&mut tx, &mut frame.filter).await?;
    let detail = json!({ "report": "persons", "format": format, "school": which.school, "class": which.class,
                         "grade": which.grade, "met": which.met, "requirement": which.requirement, "took": which.took,
                         "earned": which.earned, "enrolled": which.enrolled, "sex": which.sex,
                         "attribute": which.attribute, "value": which.value,
                         "period": frame.about.period, "policy": frame.about.policy.id });
    let Some(permit) = permit else {
        let rows: Vec<PersonSum> =
            store::persons(&mut tx, &frame.filter, &whom, after, Some(fetch)).try_collect().await?;
        tx.rollback().await?;
        let page = Page::of(rows, &page, |r| r.number.clone(), |r| view(r, frame.lang))?;
        audited(&state, &actor, "report.read", detail, Some(page.items.len())).await?;
        return Ok(Json(PersonsReport { about: frame.about, page }).into_response());
    };
    audited(&state, &actor, "report.export", detail, None).await?;
    let export = Export {
        name: frame.file_name("persons"),
        illustrative: frame.about.policy.illustrative,
        columns: columns(&frame),
        permit,
    };
    let said = said(&frame, &which);
    let lines = frame.lines(frame.say("个人学分明细", "Credits by person"), &said);
    let words = Words::of(&frame);
    let (totals, mark) = (frame.say("合计", "Total") == "Total", frame.mark());
    let produce = move |mut sink: super::table::Rows| async move {
        {
            let mut rows = store::persons(&mut tx, &frame.filter, &whom, None, None).boxed();
            while let Some(row) = rows.try_next().await? {
                sink.push(cells(row, &frame, &words)).await?;
            }
        }
        tx.rollback().await.map_err(anyhow::Error::from)?;
        Ok(sink)
    };
    if format == Format::Csv {
        return export.csv(&state, produce);
    }
    let sheets = move |columns| {
        let mut book = Book::new(if totals { "Total" } else { "合计" }, mark);
        book.begin(if totals { "Persons" } else { "个人" }, columns)?;
        book.about(if totals { "About" } else { "说明" }, &lines)?;
        Ok(book)
    };
    export.xlsx(&state, sheets, produce).await
}

/// What a file says of whom it was asked for.
fn said(frame: &Frame, which: &WhichPersons) -> Vec<(&'static str, String)> {
    let chinese = frame.lang == Lang::Zh;
    let say = |zh, en| if chinese { zh } else { en };
    let (yes, no) = (say("是", "yes"), say("否", "no"));
    let answer = |is: bool| if is { yes } else { no }.to_owned();
    let enrolled = |word| match word {
        Enrolled::Within => say("期内在籍", "within the period"),
        Enrolled::Last => say("期内最后在此", "the last of the period"),
        Enrolled::Now => say("现在在籍", "still"),
    };
    let sex = |sex| match sex {
        Sex::Female => say("女", "female"),
        Sex::Male => say("男", "male"),
        Sex::Unknown => say("未登记", "not known"),
    };
    let attribute = |name: &String| format!("{name}: {}", which.value.as_deref().unwrap_or(say("未登记", "not known")));
    [
        (say("要求", "Requirement"), which.requirement.clone()),
        (say("达标", "Met"), which.met.map(answer)),
        (say("期内有记录", "Took part"), which.took.map(answer)),
        (say("期内有学分", "With credit"), which.earned.map(answer)),
        (say("学籍", "Enrolment"), which.enrolled.map(|word| enrolled(word).to_owned())),
        (say("性别", "Sex"), which.sex.map(|one| sex(one).to_owned())),
        (say("学校属性", "Attribute of schools"), which.attribute.as_ref().map(attribute)),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

/// Says in the trail who read the detail of persons.
pub async fn audited(
    state: &AppState,
    actor: &Actor,
    action: &'static str,
    mut detail: serde_json::Value,
    rows: Option<usize>,
) -> Result<()> {
    let mut tx = state.begin(actor).await?;
    let report = detail["report"].as_str().unwrap_or_default().to_owned();
    if let Some(rows) = rows {
        detail["rows"] = rows.into();
    }
    audit::record(&mut tx, actor, state.now(), audit::Event::new(action, "report", report, detail)).await?;
    tx.commit().await
}

/// What the cells need of the policy.
struct Words {
    categories: Vec<String>,
    ladders: Vec<(String, BTreeMap<String, String>)>,
    requirements: Vec<String>,
    policy: String,
}

impl Words {
    fn of(frame: &Frame) -> Self {
        let document = frame.rules.document();
        let title =
            |text: Option<&kepu_domain::text::Text>, id: &str| text.map_or(id, |t| t.get(frame.lang)).to_owned();
        let ladder = |l: &kepu_domain::policy::document::Ladder| {
            let levels = l.levels.iter().map(|v| (v.id.clone(), title(v.title.as_ref(), &v.id))).collect();
            (l.id.clone(), levels)
        };
        Self {
            categories: frame.categories(),
            ladders: document.ladders.iter().map(ladder).collect(),
            requirements: document.requirements.iter().map(|r| r.id.clone()).collect(),
            policy: frame.policy_cell(),
        }
    }
}

fn columns(frame: &Frame) -> Vec<Column> {
    let document = frame.rules.document();
    let title = |text: Option<&kepu_domain::text::Text>, id: &str| text.map_or(id, |t| t.get(frame.lang)).to_owned();
    let mut columns = vec![
        Column::text(frame.say("学号", "Number"), 16.0),
        Column::text(frame.say("姓名", "Name"), 14.0),
        Column::text(frame.say("学校", "School"), 26.0),
        Column::count(frame.say("年级", "Grade")),
        Column::text(frame.say("班级", "Class"), 14.0),
        Column::count(frame.say("期内记录", "Records in period")).summed(),
        Column::credit(frame.say("期内学分", "Credits in period")).summed(),
        Column::credit(frame.say("累计学分", "Credits in all")).summed(),
    ];
    for category in frame.categories() {
        let name = frame.category_title(&category);
        columns.push(Column::credit(format!("{}{name}", frame.say("期内·", "In period: "))).summed());
    }
    for ladder in &document.ladders {
        columns.push(Column::text(title(ladder.title.as_ref(), &ladder.id), 14.0));
    }
    for requirement in &document.requirements {
        let name = title(requirement.title.as_ref(), &requirement.id);
        columns.push(Column::text(format!("{}{name}", frame.say("达标·", "Met: ")), 14.0));
        columns.push(Column::credit(format!("{}{name}", frame.say("差额·", "Short by: "))));
    }
    columns.push(Column::text(frame.policy_title(), 30.0));
    columns
}

fn cells(row: PersonSum, frame: &Frame, words: &Words) -> Vec<Cell> {
    let (sums, on, outcomes) = (by_category(&row), levels(&row), requirements(&row));
    let school = row.school_zh.map(|zh| in_lang(frame.lang, zh, row.school_en.unwrap_or_default()));
    let mut cells = vec![
        Cell::Text(row.number),
        Cell::Text(row.name),
        Cell::maybe(school, Cell::Text),
        Cell::maybe(row.grade, |g| Cell::Count(g.into())),
        Cell::maybe(row.class_name, Cell::Text),
        Cell::Count(row.records),
        Cell::Credit(row.credits),
        Cell::maybe(row.total, Cell::Credit),
    ];
    cells.extend(words.categories.iter().map(|category| Cell::Credit(sums.get(category).copied().unwrap_or(0))));
    for (ladder, titles) in &words.ladders {
        let level = on.get(ladder).cloned().flatten();
        cells.push(Cell::maybe(level, |level| Cell::Text(titles.get(&level).cloned().unwrap_or(level))));
    }
    for requirement in &words.requirements {
        let outcome = outcomes.iter().find(|o| &o.id == requirement);
        let met = outcome.map(|o| if o.met { frame.say("是", "yes") } else { frame.say("否", "no") });
        cells.push(Cell::maybe(met, Cell::text));
        cells.push(Cell::maybe(outcome.and_then(|o| o.shortfall), |s| Cell::Credit(s.milli())));
    }
    cells.push(Cell::text(words.policy.as_str()));
    cells
}
