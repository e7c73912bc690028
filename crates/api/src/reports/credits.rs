//! The report on credits of a district, school or class.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credit::Credit;
use kepu_domain::text::{Lang, Text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::frame::{Asked, Format, Frame, Level, Narrow, begin};
use super::lines;
use super::store::{self, Filter, NameRow, Sum, Wanted};
use super::table::{share, share_text};
use super::view::{
    Band, CategorySums, CreditsReport, Distribution, HostSums, LevelSums, PlaceSums, RequirementSums, RuleSums,
    Shortfall, Sums, Totals,
};
use crate::audit;
use crate::auth::Actor;
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::ApiQuery;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Bands of a distribution above the one of nothing, at most.
const BANDS: i64 = 10;

/// Which report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichReport {
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// Over what: `district`, `school` or `class`; by what else is given when left out.
    #[serde(default)]
    #[param(inline)]
    pub level: Option<Level>,
    /// The school.
    #[serde(default)]
    pub school: Option<Uuid>,
    /// The class.
    #[serde(default)]
    pub class: Option<Uuid>,
    /// First day, included.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// A term of the policy's calendar instead, e.g. `2025-autumn`.
    #[serde(default)]
    pub term: Option<String>,
    /// `json`, `csv` or `xlsx`.
    #[serde(default)]
    #[param(inline)]
    pub format: Option<Format>,
    /// Parts, separated by commas: `distribution`, `category`, `rule`, `requirement`, `level`, `host`, `school`, `grade`,
    /// `class`. When left out: all, but classes of a whole district.
    #[serde(default)]
    pub group: Option<String>,
    /// The report as it was at that moment (RFC 3339), or at the end of that day: by what was known and by the policy
    /// version that was effective then.
    #[serde(default)]
    pub as_of: Option<String>,
    /// Language of titles and headers: `zh` or `en`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

impl WhichReport {
    fn level(&self) -> Level {
        match (self.class, self.school) {
            (Some(_), _) => Level::Class,
            (None, Some(_)) => Level::School,
            (None, None) => Level::District,
        }
    }

    /// Reads its ground, and the parts that are asked for.
    pub async fn frame(&self, tx: &mut Tx, actor: &Actor, now: DateTime<Utc>) -> Result<(Frame, BTreeSet<Group>)> {
        let groups = groups(self.group.as_deref(), self.level())?;
        let asked = Asked {
            policy: self.policy.as_deref(),
            level: self.level,
            school: self.school,
            class: self.class,
            from: self.from,
            to: self.to,
            term: self.term.as_deref(),
            lang: self.lang,
            as_of: self.as_of.as_deref(),
            ..Asked::default()
        };
        Ok((Frame::read(tx, actor, &asked, now, Narrow::Refuse).await?, groups))
    }
}

/// Parts of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Totals per person.
    Distribution,
    /// By category.
    Category,
    /// By rule.
    Rule,
    /// Requirements.
    Requirement,
    /// Levels.
    Level,
    /// By host.
    Host,
    /// By school.
    School,
    /// By grade.
    Grade,
    /// By class.
    Class,
}

impl Group {
    /// All, in the order of the report.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Distribution, "distribution"),
        (Self::Category, "category"),
        (Self::Rule, "rule"),
        (Self::Requirement, "requirement"),
        (Self::Level, "level"),
        (Self::Host, "host"),
        (Self::School, "school"),
        (Self::Grade, "grade"),
        (Self::Class, "class"),
    ];
}

/// The credits of a district, school or class in a period: who took part, what was earned by category, rule, host,
/// school, grade and class, how totals are spread, who meets the requirements. A record counts for the school, class and
/// grade of its day.
#[utoipa::path(
    get, path = "/api/v1/reports/credits", operation_id = "report_credits", tag = TAG, params(WhichReport),
    responses(
        (status = 200, description = "The report; CSV and XLSX as an attachment", content(
            (CreditsReport = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        ApiErrors)
)]
pub async fn report_credits(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichReport>,
) -> Result<Response> {
    let level = which.level();
    let mut tx = begin(&state, actor.district()?, which.as_of.as_deref()).await?;
    let (frame, groups) = which.frame(&mut tx, &actor, state.now()).await?;
    let report = read(&state, &mut tx, (&frame, level), &groups, None).await?;
    tx.rollback().await?;
    let format = which.format.unwrap_or_default();
    if format == Format::Json {
        return Ok(Json(report).into_response());
    }
    let mut tx = state.begin(&actor).await?;
    let detail = json!({ "report": "credits", "format": format, "level": level, "school": which.school,
                         "class": which.class, "period": report.about.period, "policy": report.about.policy.id });
    let event = audit::Event::new("report.export", "report", "credits", detail);
    audit::record(&mut tx, &actor, state.now(), event).await?;
    tx.commit().await?;
    match format {
        Format::Csv => lines::csv(&state, &frame, &report).await,
        Format::Json | Format::Xlsx => lines::xlsx(&frame, &report).await,
    }
}

/// The report of a ground, whatever is made of it. How persons stand is of another moment, where one is given.
pub async fn read(
    state: &AppState,
    tx: &mut Tx,
    (frame, level): (&Frame, Level),
    groups: &BTreeSet<Group>,
    stand: Option<(&mut Tx, &Frame)>,
) -> Result<CreditsReport> {
    let mut sums = sums_of(state, tx, &frame.filter, groups).await?;
    let mut standing = frame;
    if let Some((then, of)) = stand {
        sums.stand(store::standing(then, &of.filter).await?);
        standing = of;
    }
    let mut report = sums.report((frame, standing), level, groups);
    let wanted = report.ids();
    if !(wanted.0.is_empty() && wanted.1.is_empty()) {
        report.name(frame, store::names(tx, &wanted.0, &wanted.1).await?);
    }
    Ok(report)
}

/// Reads what the report is made of; where a connection is free, what is added up and who stands where at the same time.
async fn sums_of(state: &AppState, tx: &mut Tx, filter: &Filter, groups: &BTreeSet<Group>) -> Result<Summary> {
    let wants = |of: &[Group]| of.iter().any(|group| groups.contains(group));
    let wanted = Wanted { kinds: wants(&[Group::Category, Group::Rule]), hosts: wants(&[Group::Host]) };
    let persons = async |tx: &mut Tx| -> Result<_> {
        Ok((store::enrolled(tx, filter).await?, store::standing(tx, filter).await?))
    };
    let bands = async |tx: &mut Tx| -> Result<_> {
        if wants(&[Group::Distribution]) { store::bands(tx, filter).await } else { Ok(Vec::new()) }
    };
    let (second, third) = (store::beside(state.db(), tx).await?, store::beside(state.db(), tx).await?);
    let (mut sums, (enrolled, standing), bands) = match (second, third) {
        (Some(mut second), Some(mut third)) => {
            tokio::try_join!(store::credit_cells(tx, filter, wanted), persons(&mut second), bands(&mut third))?
        }
        (Some(mut other), None) | (None, Some(mut other)) => {
            let both = async { Ok((persons(&mut other).await?, bands(&mut other).await?)) };
            let (cells, (persons, bands)) = tokio::try_join!(store::credit_cells(tx, filter, wanted), both)?;
            (cells, persons, bands)
        }
        (None, None) => (store::credit_cells(tx, filter, wanted).await?, persons(tx).await?, bands(tx).await?),
    };
    sums.extend(standing);
    sums.extend(bands);
    sums.extend(enrolled.into_iter().map(|row| Sum {
        part: if row.part == "all" { "enrolled".to_owned() } else { format!("enrolled_{}", row.part) },
        id: row.class_id.or(row.school_id),
        number: row.grade.map(i64::from),
        persons: row.persons,
        ..Sum::default()
    }));
    Ok(Summary::of(sums))
}

fn groups(asked: Option<&str>, level: Level) -> Result<BTreeSet<Group>> {
    let Some(asked) = asked else {
        let fits = |group: &Group| match level {
            Level::District => *group != Group::Class,
            Level::School => *group != Group::School,
            Level::Class => !matches!(group, Group::School | Group::Class),
        };
        return Ok(Group::ALL.into_iter().map(|(group, _)| group).filter(fits).collect());
    };
    asked
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            Group::ALL.into_iter().find(|(_, name)| *name == word).map(|(group, _)| group).ok_or_else(|| {
                let names: Vec<&str> = Group::ALL.iter().map(|(_, name)| *name).collect();
                let message = format!("must be some of {}, separated by commas", names.join(", "));
                ApiError::invalid(vec![FieldError::new("group", "unknown_group", message).value(word)])
            })
        })
        .collect()
}

/// The rows of the summary, by what they are of.
struct Summary {
    parts: HashMap<String, Vec<Sum>>,
}

impl Summary {
    fn of(rows: Vec<Sum>) -> Self {
        let mut parts: HashMap<String, Vec<Sum>> = HashMap::new();
        for row in rows {
            parts.entry(row.part.clone()).or_default().push(row);
        }
        Self { parts }
    }

    /// Puts how persons stand in the place of what was read with the sums.
    fn stand(&mut self, rows: Vec<Sum>) {
        const STANDING: [&str; 3] = ["scored", "requirement", "level"];
        self.parts.retain(|part, _| !STANDING.contains(&part.as_str()));
        for row in rows.into_iter().filter(|row| STANDING.contains(&row.part.as_str())) {
            self.parts.entry(row.part.clone()).or_default().push(row);
        }
    }

    fn take(&mut self, part: &str) -> Vec<Sum> {
        self.parts.remove(part).unwrap_or_default()
    }

    /// Names and titles are of the first ground; requirements and levels of the second.
    fn report(mut self, grounds: (&Frame, &Frame), level: Level, groups: &BTreeSet<Group>) -> CreditsReport {
        let (frame, standing) = grounds;
        let total = self.take("total").pop();
        let all = total.as_ref().map_or(0, |sum| sum.credits);
        let enrolled = self.take("enrolled").pop().map_or(0, |sum| sum.persons);
        let persons = enrolled + self.take("guests").pop().map_or(0, |sum| sum.persons);
        let took_part = total.as_ref().map_or(0, |sum| sum.persons);
        let totals = Totals {
            enrolled,
            participation: share(took_part, enrolled).map(share_text),
            persons,
            credits_per_enrolled: mean(all, enrolled),
            sums: total.as_ref().map_or_else(empty, sums),
        };
        let mut part = |group, name: &str| groups.contains(&group).then(|| self.take(name));
        let bands = part(Group::Distribution, "band");
        let categories = part(Group::Category, "category");
        let rules = part(Group::Rule, "rule");
        let requirements = part(Group::Requirement, "requirement");
        let levels = part(Group::Level, "level");
        let hosts = part(Group::Host, "host");
        let schools = part(Group::School, "school");
        let grades = part(Group::Grade, "grade");
        let classes = part(Group::Class, "class");
        let eligible = self.take("scored").pop().map_or(0, |sum| sum.earners);
        CreditsReport {
            level,
            about: frame.about.clone(),
            totals,
            distribution: bands.map(|bands| distribution(&bands, persons)),
            by_category: categories.map(|rows| by_category(frame, rows, all)),
            by_rule: rules.map(|rows| by_rule(frame, rows, all)),
            requirements: requirements.map(|rows| by_requirement(standing, rows, persons, eligible)),
            levels: levels.map(|rows| by_level(standing, &rows)),
            by_host: hosts.map(|rows| by_host(rows, all)),
            by_school: schools.map(|rows| by_place(Group::School, rows, self.take("enrolled_school"))),
            by_grade: grades.map(|rows| by_place(Group::Grade, rows, self.take("enrolled_grade"))),
            by_class: classes.map(|rows| by_place(Group::Class, rows, self.take("enrolled_class"))),
        }
    }
}

fn decimal(milli: i64) -> String {
    Credit::from_milli(milli).to_string()
}

fn mean(sum: i64, of: i64) -> Option<String> {
    (of > 0).then(|| decimal(sum.saturating_mul(2).saturating_add(of) / (2 * of)))
}

fn sums(sum: &Sum) -> Sums {
    Sums {
        participants: sum.persons,
        earners: sum.earners,
        records: sum.records,
        counted: sum.counted,
        cut: sum.cut,
        refused: sum.refused,
        flagged: sum.flagged,
        raw: decimal(sum.raw),
        credits: decimal(sum.credits),
    }
}

/// `bands` holds persons by total, of those who have any.
fn distribution(bands: &[Sum], persons: i64) -> Distribution {
    let totals: BTreeMap<i64, i64> = bands.iter().filter_map(|b| Some((b.number?, b.persons))).collect();
    let with: i64 = totals.values().sum();
    let without = (persons - with).max(0);
    let largest = totals.keys().next_back().copied().unwrap_or(0);
    let sum = totals.iter().map(|(total, count)| total.saturating_mul(*count)).sum();
    let band = |from, to, count| Band {
        from: decimal(from),
        to: decimal(to),
        persons: count,
        share: share(count, persons).map(share_text),
    };
    let mut list = vec![band(0, 0, without)];
    let step = step(largest);
    let mut from = 0;
    while from <= largest && largest > 0 {
        let within = totals.range(from.max(1)..from + step).map(|(_, count)| count).sum();
        list.push(band(from, from + step, within));
        from += step;
    }
    Distribution {
        persons,
        mean: mean(sum, persons),
        median: (persons > 0).then(|| decimal(median(&totals, without, persons))),
        largest: (persons > 0).then(|| decimal(largest)),
        bands: list,
    }
}

/// The smallest total that half of the persons do not pass.
fn median(totals: &BTreeMap<i64, i64>, without: i64, persons: i64) -> i64 {
    let half = (persons + 1) / 2;
    let mut seen = without;
    if seen >= half {
        return 0;
    }
    for (total, count) in totals {
        seen += count;
        if seen >= half {
            return *total;
        }
    }
    0
}

/// 0.1, 0.2, 0.5, 1, 2, 5, 10 …: the first that needs no more than ten bands.
fn step(largest: i64) -> i64 {
    let mut unit = 100;
    loop {
        for factor in [1, 2, 5] {
            if largest / (unit * factor) < BANDS {
                return unit * factor;
            }
        }
        unit *= 10;
    }
}

fn title(text: Option<&Text>, id: &str, lang: Lang) -> String {
    text.map_or(id, |t| t.get(lang)).to_owned()
}

fn by_category(frame: &Frame, rows: Vec<Sum>, all: i64) -> Vec<CategorySums> {
    let order = frame.categories();
    let place = |category: &str| order.iter().position(|c| c == category).unwrap_or(usize::MAX);
    let mut list: Vec<CategorySums> = rows
        .into_iter()
        .map(|row| {
            let category = row.key.clone().unwrap_or_default();
            CategorySums {
                title: frame.category_title(&category),
                category,
                share: share(row.credits, all).map(share_text),
                sums: sums(&row),
            }
        })
        .collect();
    list.sort_by(|a, b| (place(&a.category), &a.category).cmp(&(place(&b.category), &b.category)));
    list
}

fn by_rule(frame: &Frame, rows: Vec<Sum>, all: i64) -> Vec<RuleSums> {
    let rules = &frame.rules.document().rules;
    let place = |rule: &str| rules.iter().position(|r| r.id == rule).unwrap_or(usize::MAX);
    let mut list: Vec<RuleSums> = rows
        .into_iter()
        .map(|row| {
            let rule = row.sub.clone().unwrap_or_default();
            let written = rules.iter().find(|r| r.id == rule).and_then(|r| r.title.as_ref());
            RuleSums {
                title: title(written, &rule, frame.lang),
                rule,
                category: row.key.clone().unwrap_or_default(),
                share: share(row.credits, all).map(share_text),
                sums: sums(&row),
            }
        })
        .collect();
    list.sort_by(|a, b| (place(&a.rule), &a.rule, &a.category).cmp(&(place(&b.rule), &b.rule, &b.category)));
    list
}

fn by_requirement(frame: &Frame, rows: Vec<Sum>, persons: i64, eligible: i64) -> Vec<RequirementSums> {
    let mut rows: HashMap<String, Sum> = rows.into_iter().filter_map(|r| Some((r.key.clone()?, r))).collect();
    let written = &frame.rules.document().requirements;
    written
        .iter()
        .map(|requirement| {
            let row = rows.remove(&requirement.id);
            let (all, met) = row.as_ref().map_or((0, 0), |row| (row.persons, row.earners));
            let known = row.as_ref().map_or(0, |row| row.records);
            RequirementSums {
                id: requirement.id.clone(),
                title: title(requirement.title.as_ref(), &requirement.id, frame.lang),
                persons: all,
                met,
                short: all - met,
                met_share: share(met, all).map(share_text),
                without: persons - eligible,
                shortfall: Shortfall {
                    persons: known,
                    total: decimal(row.as_ref().map_or(0, |row| row.credits)),
                    smallest: row.as_ref().filter(|_| known > 0).and_then(|row| row.number).map(decimal),
                    largest: row.as_ref().filter(|_| known > 0).map(|row| decimal(row.raw)),
                },
            }
        })
        .collect()
}

fn by_level(frame: &Frame, rows: &[Sum]) -> Vec<LevelSums> {
    let mut list = Vec::new();
    for ladder in &frame.rules.document().ladders {
        let on = |level: Option<&str>| {
            let mut of = rows.iter().filter(|r| r.key.as_deref() == Some(&ladder.id) && r.sub.as_deref() == level);
            of.next().map_or(0, |row| row.persons)
        };
        let ladder_title = title(ladder.title.as_ref(), &ladder.id, frame.lang);
        let mut add = |level: Option<String>, title: Option<String>, persons| {
            let (ladder, ladder_title) = (ladder.id.clone(), ladder_title.clone());
            list.push(LevelSums { ladder, ladder_title, level, title, persons });
        };
        add(None, None, on(None));
        for level in &ladder.levels {
            let called = title(level.title.as_ref(), &level.id, frame.lang);
            add(Some(level.id.clone()), Some(called), on(Some(&level.id)));
        }
    }
    list
}

fn by_host(mut rows: Vec<Sum>, all: i64) -> Vec<HostSums> {
    rows.sort_by_key(|row| (-row.credits, -row.records, row.id));
    let host = |row: Sum| HostSums {
        host_id: row.id,
        name: None,
        share: share(row.credits, all).map(share_text),
        sums: sums(&row),
    };
    rows.into_iter().map(host).collect()
}

/// Places with records and places with enrolments, put together.
fn by_place(group: Group, rows: Vec<Sum>, enrolled: Vec<Sum>) -> Vec<PlaceSums> {
    let key = |sum: &Sum| (sum.id, if group == Group::Grade { sum.number } else { None });
    let mut places: BTreeMap<(Option<Uuid>, Option<i64>), (i64, Sums)> = BTreeMap::new();
    for row in &enrolled {
        places.entry(key(row)).or_insert((0, empty())).0 = row.persons;
    }
    for row in &rows {
        places.entry(key(row)).or_insert((0, empty())).1 = sums(row);
    }
    let place = |((id, grade), (enrolled, sums)): ((Option<Uuid>, Option<i64>), (i64, Sums))| PlaceSums {
        school_id: id.filter(|_| group == Group::School),
        class_id: id.filter(|_| group == Group::Class),
        grade: grade.and_then(|grade| i32::try_from(grade).ok()),
        name: None,
        enrolled,
        participation: share(sums.participants, enrolled).map(share_text),
        sums,
    };
    places.into_iter().map(place).collect()
}

fn empty() -> Sums {
    Sums { raw: decimal(0), credits: decimal(0), ..Sums::default() }
}

impl CreditsReport {
    /// Organizations and classes whose names are missing.
    fn ids(&self) -> (Vec<Uuid>, Vec<Uuid>) {
        let hosts = self.by_host.iter().flatten().filter_map(|h| h.host_id);
        let schools = self.by_school.iter().flatten().filter_map(|s| s.school_id);
        let classes = self.by_class.iter().flatten().filter_map(|c| c.class_id);
        (hosts.chain(schools).collect(), classes.collect())
    }

    fn name(&mut self, frame: &Frame, names: Vec<NameRow>) {
        let names: HashMap<Uuid, NameRow> = names.into_iter().map(|row| (row.id, row)).collect();
        let called =
            |id: Option<Uuid>| id.and_then(|id| names.get(&id)).map(|row| frame.name(row.zh.clone(), row.en.clone()));
        for host in self.by_host.iter_mut().flatten() {
            host.name = called(host.host_id);
        }
        for school in self.by_school.iter_mut().flatten() {
            school.name = called(school.school_id);
        }
        for class in self.by_class.iter_mut().flatten() {
            let row = class.class_id.and_then(|id| names.get(&id));
            class.name = called(class.class_id);
            class.school_id = row.and_then(|row| row.school_id);
            class.grade = row.and_then(|row| row.grade);
        }
        if let Some(schools) = &mut self.by_school {
            schools.sort_by(|a, b| {
                (a.name.is_none(), &a.name, a.school_id).cmp(&(b.name.is_none(), &b.name, b.school_id))
            });
        }
        if let Some(classes) = &mut self.by_class {
            let key = |c: &PlaceSums| (c.name.is_none(), c.school_id, c.grade, c.name.clone(), c.class_id);
            classes.sort_by_key(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(number: i64, persons: i64) -> Sum {
        Sum { part: "band".into(), number: Some(number), persons, ..Sum::default() }
    }

    #[test]
    fn bands_cover_everybody_once() {
        for largest in [1, 99, 100, 999, 1000, 1001, 2000, 9_999, 10_000, 12_345, 99_999, 1_234_567] {
            let rows = [sum(1, 2), sum(largest / 2 + 1, 3), sum(largest.max(2), 4)];
            let totals: BTreeMap<i64, i64> = rows.iter().map(|r| (r.number.unwrap_or(0), r.persons)).collect();
            let with: i64 = totals.values().sum();
            let rows: Vec<Sum> = totals.into_iter().map(|(total, persons)| sum(total, persons)).collect();
            let found = distribution(&rows, with + 5);
            assert_eq!(found.bands.iter().map(|b| b.persons).sum::<i64>(), with + 5, "{largest}");
            assert_eq!(
                found.bands[0],
                Band { from: "0".into(), to: "0".into(), persons: 5, share: found.bands[0].share.clone() }
            );
            assert!(found.bands.len() <= 12, "{largest}: {:?}", found.bands);
            assert!(found.bands.windows(2).all(|pair| pair[0].to == pair[1].from), "{:?}", found.bands);
            assert!(found.bands.last().is_some_and(|b| b.persons > 0), "{largest}: the last band is not empty");
        }
    }

    #[test]
    fn nobody_and_nothing_are_told() {
        let found = distribution(&[], 0);
        assert_eq!((found.bands.len(), found.median, found.mean), (1, None, None));
        let found = distribution(&[], 3);
        assert_eq!((found.median.as_deref(), found.mean.as_deref()), (Some("0"), Some("0")));
        let found = distribution(&[sum(500, 2), sum(1500, 1)], 4);
        assert_eq!((found.median.as_deref(), found.mean.as_deref()), (Some("0.5"), Some("0.625")));
    }
}
