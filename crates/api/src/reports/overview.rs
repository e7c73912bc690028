//! Where does the district stand? The figures of a dashboard, from sums that are kept with the ledger.

use std::collections::{BTreeMap, HashMap};

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{credit::Credit, policy::document::Requirement, text::Lang};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG,
    frame::{About, Asked, Frame, Level, Narrow, begin},
    store::{self, Cell, EnrolledSum, NameRow},
    table::{share, share_text},
};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    state::AppState,
    tenancy::Tx,
};

/// Places in each list of who is not reached.
const NOT_REACHED: usize = 20;

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichOverview {
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    policy: Option<String>,
    /// Over what: `district`, `school` or `class`; by what else is given when left out.
    #[serde(default)]
    #[param(inline)]
    level: Option<Level>,
    /// Of this school.
    #[serde(default)]
    school: Option<Uuid>,
    /// Of this class.
    #[serde(default)]
    class: Option<Uuid>,
    /// Of this grade.
    #[serde(default)]
    grade: Option<i32>,
    /// Only at this host.
    #[serde(default)]
    host: Option<Uuid>,
    /// Only of this category, as the policy names it.
    #[serde(default)]
    category: Option<String>,
    /// First day, included.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default)]
    to: Option<NaiveDate>,
    /// A term of the policy's calendar instead, e.g. `2025-autumn`.
    #[serde(default)]
    term: Option<String>,
    /// The report as it was at that moment (RFC 3339), or at the end of that day: by what was known and by the policy
    /// version that was effective then.
    #[serde(default)]
    as_of: Option<String>,
    /// Language of titles and names: `zh` or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    lang: Option<Lang>,
}

/// Where the district, a school or a class stands. Credits and shares are decimals in strings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// Place, period, policy, time of the data.
    #[serde(flatten)]
    pub about: About,
    /// The whole.
    pub totals: Reached,
    /// By month of the record's day, the earliest first.
    pub by_month: Vec<MonthFigures>,
    /// By category, in the order of the policy.
    pub by_category: Vec<KindFigures>,
    /// By school, by name.
    pub by_school: Vec<PlaceFigures>,
    /// By grade.
    pub by_grade: Vec<PlaceFigures>,
    /// By host, most credit first; results have no host.
    pub by_host: Vec<HostFigures>,
    /// Verified results of competitions, by level and award.
    pub results: Vec<ResultFigures>,
    /// Requirements of the policy as they stand now, over all time, of those who are enrolled now.
    pub requirements: Vec<RequirementFigures>,
    /// Who is not reached.
    pub not_reached: NotReached,
}

/// How many are reached, and what they have.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Reached {
    /// Persons enrolled within the period.
    pub enrolled: i64,
    /// Persons with a record.
    pub participants: i64,
    /// Persons with credit.
    pub earners: i64,
    /// Share of the enrolled that took part, four places; null of none.
    pub participation: Option<String>,
    /// Records.
    pub records: i64,
    /// Credit.
    pub credits: String,
    /// Credit per enrolled person, rounded to thousandths; null of none.
    pub credits_per_enrolled: Option<String>,
}

/// One month.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthFigures {
    /// Its first day.
    pub month: NaiveDate,
    /// Persons with a record.
    pub participants: i64,
    /// Records.
    pub records: i64,
    /// Credit.
    pub credits: String,
}

/// One category.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KindFigures {
    /// The category; empty for records that no rule priced.
    pub category: String,
    /// What it is called.
    pub title: String,
    /// Persons with a record.
    pub participants: i64,
    /// Records.
    pub records: i64,
    /// Credit.
    pub credits: String,
    /// Share of all credit, four places.
    pub share: Option<String>,
}

/// One school, grade or class.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlaceFigures {
    /// The school, or the school of the class.
    pub school_id: Option<Uuid>,
    /// The class.
    pub class_id: Option<Uuid>,
    /// The grade, or the grade of the class.
    pub grade: Option<i32>,
    /// Name of the school or class.
    pub name: Option<String>,
    /// Name of the school of a class.
    pub school_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: Reached,
}

/// One host.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HostFigures {
    /// The host; null for results.
    pub host_id: Option<Uuid>,
    /// Its name.
    pub name: Option<String>,
    /// Persons with a record.
    pub participants: i64,
    /// Records.
    pub records: i64,
    /// Credit.
    pub credits: String,
    /// Share of all credit, four places.
    pub share: Option<String>,
}

/// Verified results of one level and award.
#[derive(Debug, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct ResultFigures {
    /// Level of the contest.
    pub contest_level: String,
    /// The award; null where only a place was given.
    pub award: Option<String>,
    /// Results: one for each person.
    pub results: i64,
    /// Works or teams: what was judged once counts once.
    pub achievements: i64,
    /// Persons.
    pub persons: i64,
}

/// One requirement.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequirementFigures {
    /// The requirement.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Eligible persons to whom it applies.
    pub persons: i64,
    /// Who meet it.
    pub met: i64,
    /// Who fall short.
    pub short: i64,
    /// Share of those who meet it, four places.
    pub met_share: Option<String>,
}

/// Places with the lowest share of participants, the lowest first; at most 20 of each kind.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NotReached {
    /// Enrolled persons without a record.
    pub persons: i64,
    /// Schools.
    pub schools: Vec<PlaceFigures>,
    /// Grades.
    pub grades: Vec<PlaceFigures>,
    /// Classes.
    pub classes: Vec<PlaceFigures>,
}

/// The figures of a dashboard: who took part, credit by month, category, school, grade and host, results of competitions,
/// requirements, and who is not reached. A record counts for the school, class and grade of its day.
#[utoipa::path(
    get, path = "/api/v1/reports/overview", operation_id = "report_overview", tag = TAG, params(WhichOverview),
    responses((status = 200, description = "The figures", body = Overview), ApiErrors)
)]
pub async fn report_overview(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichOverview>,
) -> Result<Json<Overview>> {
    let asked = Asked {
        policy: which.policy.as_deref(),
        level: which.level,
        school: which.school,
        class: which.class,
        host: which.host,
        grade: which.grade,
        from: which.from,
        to: which.to,
        term: which.term.as_deref(),
        lang: which.lang,
        as_of: which.as_of.as_deref(),
    };
    let mut tx = begin(&state, actor.district()?, which.as_of.as_deref()).await?;
    let frame = Frame::read(&mut tx, &actor, &asked, state.now(), Narrow::Schools).await?;
    let overview = read(&state, &mut tx, &frame, which.category.as_deref()).await?;
    tx.rollback().await?;
    Ok(Json(overview))
}

/// The figures of a ground, whatever is made of them.
pub async fn read(state: &AppState, tx: &mut Tx, frame: &Frame, category: Option<&str>) -> Result<Overview> {
    let filter = &frame.filter;
    let persons = async |tx: &mut Tx| -> Result<_> {
        let enrolled = store::enrolled(tx, filter).await?;
        let requirements = requirements(tx, frame).await?;
        Ok((enrolled, requirements, store::result_sums(tx, filter).await?))
    };
    let (cells, (enrolled, requirements, results)) = match store::beside(state.db(), tx).await? {
        Some(mut other) => tokio::try_join!(store::cells(tx, filter, category), persons(&mut other))?,
        None => (store::cells(tx, filter, category).await?, persons(tx).await?),
    };
    let organizations: Vec<Uuid> = cells
        .iter()
        .flat_map(|cell| [cell.host_id, cell.school_id])
        .chain(enrolled.iter().map(|e| e.school_id))
        .flatten()
        .collect();
    let classes: Vec<Uuid> = enrolled.iter().filter_map(|e| e.class_id).collect();
    let names = store::names(tx, &organizations, &classes).await?;
    let names: HashMap<Uuid, NameRow> = names.into_iter().map(|row| (row.id, row)).collect();
    let mut overview = Figures { frame, cells, enrolled, names }.overview();
    overview.results = results;
    overview.requirements = requirements;
    Ok(overview)
}

/// How requirements stand at the moment of a ground, in the order of its policy.
pub async fn requirements(tx: &mut Tx, frame: &Frame) -> Result<Vec<RequirementFigures>> {
    let rows = store::requirements_now(tx, &frame.filter).await?;
    let figures = |written: &Requirement| {
        let row = rows.iter().find(|row| row.id == written.id);
        let (persons, met) = row.map_or((0, 0), |row| (row.persons, row.met));
        RequirementFigures {
            id: written.id.clone(),
            title: written.title.as_ref().map_or(written.id.as_str(), |title| title.get(frame.lang)).to_owned(),
            persons,
            met,
            short: persons - met,
            met_share: share(met, persons).map(share_text),
        }
    };
    Ok(frame.rules.document().requirements.iter().map(figures).collect())
}

struct Figures<'f> {
    frame: &'f Frame,
    cells: Vec<Cell>,
    enrolled: Vec<EnrolledSum>,
    names: HashMap<Uuid, NameRow>,
}

type Place = (Option<Uuid>, Option<i32>);

impl Figures<'_> {
    fn overview(&self) -> Overview {
        let whole = self.of("total").next();
        let enrolled = self.enrolled.iter().find(|row| row.part == "all").map_or(0, |row| row.persons);
        let all = whole.map_or(0, |cell| cell.credits);
        let totals = reached(whole, enrolled);
        let schools = self.places("school");
        let grades = self.places("grade");
        let classes = self.places("class");
        let not_reached = NotReached {
            persons: (totals.enrolled - totals.participants).max(0),
            schools: lowest(&schools),
            grades: lowest(&grades),
            classes: lowest(&classes),
        };
        Overview {
            about: self.frame.about.clone(),
            totals,
            by_month: self.months(),
            by_category: self.categories(all),
            by_school: schools,
            by_grade: grades,
            by_host: self.hosts(all),
            results: Vec::new(),
            requirements: Vec::new(),
            not_reached,
        }
    }

    fn of<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().filter(move |cell| cell.part == part)
    }

    fn name(&self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.names.get(&id)).map(|row| self.frame.name(row.zh.clone(), row.en.clone()))
    }

    fn months(&self) -> Vec<MonthFigures> {
        let mut list: Vec<MonthFigures> = self
            .of("month")
            .filter_map(|cell| {
                Some(MonthFigures {
                    month: cell.month?,
                    participants: cell.persons,
                    records: cell.records,
                    credits: decimal(cell.credits),
                })
            })
            .collect();
        list.sort_by_key(|figures| figures.month);
        list
    }

    fn categories(&self, all: i64) -> Vec<KindFigures> {
        let order = self.frame.categories();
        let place = |category: &str| order.iter().position(|one| one == category).unwrap_or(usize::MAX);
        let mut list: Vec<KindFigures> = self
            .of("category")
            .map(|cell| {
                let category = cell.category.clone().unwrap_or_default();
                KindFigures {
                    title: self.frame.category_title(&category),
                    category,
                    participants: cell.persons,
                    records: cell.records,
                    credits: decimal(cell.credits),
                    share: share(cell.credits, all).map(share_text),
                }
            })
            .collect();
        list.sort_by(|a, b| (place(&a.category), &a.category).cmp(&(place(&b.category), &b.category)));
        list
    }

    fn hosts(&self, all: i64) -> Vec<HostFigures> {
        let mut cells: Vec<&Cell> = self.of("host").collect();
        cells.sort_by_key(|cell| (-cell.credits, -cell.records, cell.host_id));
        let figures = |cell: &Cell| HostFigures {
            host_id: cell.host_id,
            name: self.name(cell.host_id),
            participants: cell.persons,
            records: cell.records,
            credits: decimal(cell.credits),
            share: share(cell.credits, all).map(share_text),
        };
        cells.into_iter().map(figures).collect()
    }

    /// Places with records and places with enrolments, put together.
    fn places(&self, part: &str) -> Vec<PlaceFigures> {
        let key = |school: Option<Uuid>, class: Option<Uuid>, grade: Option<i32>| -> Place {
            match part {
                "school" => (school, None),
                "class" => (class, None),
                _ => (None, grade),
            }
        };
        let mut all: BTreeMap<Place, (i64, Option<&Cell>)> = BTreeMap::new();
        for row in self.enrolled.iter().filter(|row| row.part == part) {
            all.entry(key(row.school_id, row.class_id, row.grade)).or_default().0 = row.persons;
        }
        for cell in self.of(part) {
            all.entry(key(cell.school_id, cell.class_id, cell.grade)).or_default().1 = Some(cell);
        }
        let mut list: Vec<PlaceFigures> = all
            .into_iter()
            .map(|((id, grade), (enrolled, cell))| {
                let class = id.filter(|_| part == "class").and_then(|id| self.names.get(&id));
                let school_id = if part == "school" { id } else { class.and_then(|row| row.school_id) };
                PlaceFigures {
                    school_id,
                    class_id: id.filter(|_| part == "class"),
                    grade: grade.or_else(|| class.and_then(|row| row.grade)),
                    name: self.name(id),
                    school_name: if part == "class" { self.name(school_id) } else { None },
                    figures: reached(cell, enrolled),
                }
            })
            .collect();
        list.sort_by(|a, b| {
            let key =
                |place: &PlaceFigures| (place.school_name.clone(), place.grade, place.name.clone(), place.school_id);
            key(a).cmp(&key(b))
        });
        list
    }
}

fn decimal(milli: i64) -> String {
    Credit::from_milli(milli).to_string()
}

fn reached(cell: Option<&Cell>, enrolled: i64) -> Reached {
    let credits = cell.map_or(0, |cell| cell.credits);
    let participants = cell.map_or(0, |cell| cell.persons);
    let mean = credits.saturating_mul(2).saturating_add(enrolled).checked_div(2 * enrolled);
    Reached {
        enrolled,
        participants,
        earners: cell.map_or(0, |cell| cell.earners),
        participation: share(participants, enrolled).map(share_text),
        records: cell.map_or(0, |cell| cell.records),
        credits: decimal(credits),
        credits_per_enrolled: mean.map(decimal),
    }
}

/// The places with the lowest share, of those where anybody is enrolled.
fn lowest(places: &[PlaceFigures]) -> Vec<PlaceFigures> {
    let share_of = |place: &PlaceFigures| share(place.figures.participants, place.figures.enrolled);
    let mut list: Vec<&PlaceFigures> = places.iter().filter(|place| place.figures.enrolled > 0).collect();
    list.sort_by_key(|place| (share_of(place), -place.figures.enrolled));
    list.into_iter().take(NOT_REACHED).cloned().collect()
}
