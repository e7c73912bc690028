//! An organizer's list of results, matched to persons: by number, or by name and school.

use std::collections::{HashMap, HashSet};

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    response::Response,
};
use chrono::NaiveDate;
use kepu_domain::{
    role::{Action, Scope},
    roster::cell,
    text::Lang,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG,
    facts::{By, Facts, Place, Raw, check_person, new_row, plain, today},
    reach::{may_for, schools_for},
    store::{self, Found, Lookup, ResultRow},
    submit::{competition, written},
    teams::{Called, Member, seats},
};
use crate::{
    auth::Actor,
    check::Checks,
    competitions::store::Competition,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::ApiQuery,
    sheet::{Limits, Row, Sheet},
    state::AppState,
    tenancy::Tx,
    upload,
};

const ROWS_MAX: u64 = 2000;

/// A column: its name in the API, and the headers it may have.
type Column = (&'static str, &'static [&'static str]);
const NUMBER: Column = ("number", &["number", "学号"]);
const NAME: Column = ("name", &["name", "姓名"]);
const SCHOOL: Column = ("school", &["school", "学校"]);
const AWARD: Column = ("award", &["award", "奖项", "获奖等级", "等级"]);
const PLACE: Column = ("place", &["place", "名次"]);
const PLACES: Column = ("places_listed", &["places_listed", "公布名次数"]);
const LEVEL: Column = ("contest_level", &["contest_level", "级别", "竞赛级别"]);
const DAY: Column = ("achieved_on", &["achieved_on", "获奖日期", "日期"]);
const WORK: Column = ("work_id", &["work_id", "作品编号"]);
const TITLE: Column = ("work_title", &["work_title", "作品", "作品名称"]);
const TEAM: Column = ("team", &["team", "队伍", "团队"]);
const POSITION: Column = ("team_position", &["team_position", "队内顺序", "队员序号"]);
const COLUMNS: [Column; 12] = [NUMBER, NAME, SCHOOL, AWARD, PLACE, PLACES, LEVEL, DAY, WORK, TITLE, TEAM, POSITION];

/// What holds for all rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MatchQuery {
    /// The competition.
    competition_id: Uuid,
    /// The day of the award, for rows that do not say.
    achieved_on: Option<NaiveDate>,
    /// Level at which it was won, for rows that do not say.
    contest_level: Option<String>,
    /// Only try: answer what would become of each row, and enter nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A sheet in a form field called `file`.
#[derive(Debug, ToSchema)]
pub(super) struct MatchForm {
    /// CSV or XLSX, at most 2,000 rows. Columns: 学号 (`number`), or 姓名 and 学校 (`name`, `school`); 奖项 (`award`:
    /// first, second, third, excellence; 一等奖 … are understood) or 名次 (`place`, `places_listed`); 级别
    /// (`contest_level`), 获奖日期 (`achieved_on`), 作品编号, 作品 (`work_id`, `work_title`), 队伍, 队内顺序 (`team`,
    /// `team_position`).
    #[expect(dead_code, reason = "describes the form; the handler reads the stream")]
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MatchKind {
    /// A person was found, and the result was submitted (or would be).
    Matched,
    /// No such person.
    Unmatched,
    /// Several persons of that name at that school.
    Ambiguous,
    /// It is entered already.
    Exists,
    /// Something in the row is wrong.
    Refused,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MatchOutcome {
    /// The row of the sheet, as its reader counts it.
    row: u64,
    /// What became of it.
    outcome: MatchKind,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<Uuid>,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    result_id: Option<Uuid>,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What became of the sheet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MatchAnswer {
    /// Nothing was entered.
    dry_run: bool,
    /// Rows that were matched.
    matched: usize,
    /// Rows that were not, or not entered.
    left: usize,
    /// One for each row.
    outcomes: Vec<MatchOutcome>,
}

/// Submits the rows of an organizer's list for the persons they name. Another account of the district verifies them.
#[utoipa::path(
    post,
    path = "/api/v1/results/match",
    operation_id = "match_results",
    tag = TAG,
    params(MatchQuery, ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body(content = MatchForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "What became of each row", body = MatchAnswer), ApiErrors)
)]
pub(super) async fn match_results(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(query): ApiQuery<MatchQuery>,
    request: Request,
) -> Result<Response> {
    let (name, bytes) = upload::file(request, &state).await?;
    let read = move || read(&name, bytes);
    let lines = tokio::task::spawn_blocking(read).await.map_err(ApiError::internal)??;

    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    if schools_for(&actor, Action::ResultMatch, district).is_empty() {
        actor.require(Action::ResultMatch, &Scope::District { district })?;
    }
    let competition = competition(&mut tx, query.competition_id).await?;
    let by = By { account: actor.account_id, at: state.now() };
    let (rows, mut outcomes) = judge(&mut tx, &state, &actor, &competition, &query, lines, by).await?;
    if !query.dry_run && !rows.is_empty() {
        store::insert(&mut tx, &rows).await?;
        written(&mut tx, &state, &actor, &rows).await?;
    }
    outcomes.sort_by_key(|one| one.row);
    if query.dry_run {
        outcomes.iter_mut().for_each(|one| one.result_id = None);
    }
    let matched = outcomes.iter().filter(|one| one.outcome == MatchKind::Matched).count();
    tx.commit_with(Json(MatchAnswer { dry_run: query.dry_run, matched, left: outcomes.len() - matched, outcomes }))
        .await
}

/// A row of the sheet.
#[derive(Debug, Default)]
struct Line {
    row: u64,
    cells: HashMap<&'static str, String>,
    /// What the reader found wrong.
    faults: Vec<String>,
}

impl Line {
    fn get(&self, column: Column) -> Option<&str> {
        self.cells.get(column.0).map(String::as_str).filter(|text| !cell::fold(text).is_empty())
    }

    fn number(&self, checks: &mut Checks, column: Column) -> Option<i32> {
        let text = self.get(column)?;
        let number = cell::whole(text);
        if number.is_none() {
            checks.add(FieldError::new(column.0, "invalid_value", format!("`{text}` is not a whole number")));
        }
        number
    }

    /// Its team, if it names one.
    fn called(&self, query: &MatchQuery) -> Option<Called> {
        let team = plain(self.get(TEAM)?);
        let work = self.get(WORK).or(self.get(TITLE)).map(plain).unwrap_or_default();
        Some(Called { team, work, level: plain(self.level(query)) })
    }

    fn member(&self, called: Called) -> Member {
        let school_named = self.get(SCHOOL).map(plain).unwrap_or_default();
        Member { row: self.row, called, school_named, found: None, facts: None, position: None }
    }

    fn level<'l>(&'l self, query: &'l MatchQuery) -> &'l str {
        self.get(LEVEL).map(level_word).or(query.contest_level.as_deref()).unwrap_or("")
    }

    fn outcome(&self, outcome: MatchKind, detail: impl Into<String>) -> MatchOutcome {
        MatchOutcome { row: self.row, outcome, person_id: None, result_id: None, detail: Some(detail.into()) }
    }
}

fn read(name: &str, bytes: Bytes) -> Result<Vec<Line>> {
    let refused = |error: &dyn std::fmt::Display| ApiError::unprocessable("unreadable_sheet", error.to_string());
    let limits = Limits { bytes: 20 << 20, unpacked_bytes: 128 << 20, rows: ROWS_MAX, ..Limits::default() };
    let mut sheet = Sheet::from_bytes(name, bytes, limits).map_err(|error| refused(&error))?;
    let known = |header: &str| {
        let header = header.to_lowercase();
        COLUMNS.into_iter().find(|(_, headers)| headers.contains(&header.as_str())).map(|(name, _)| name)
    };
    let is_header = |cells: &[String]| cells.iter().filter(|cell| known(cell).is_some()).count() >= 2;
    let rows = sheet.rows_under(is_header).map_err(|error| refused(&error))?;
    let (mut columns, mut errors) = (Vec::new(), Vec::new());
    for (index, header) in rows.header().iter().enumerate().filter(|(_, header)| !header.is_empty()) {
        match known(header) {
            Some(name) if columns.iter().any(|(_, other)| *other == name) => {
                errors.push(FieldError::new("file", "repeated_column", "the column is there twice").value(header));
            }
            Some(name) => columns.push((index, name)),
            None => {
                let names: Vec<&str> = COLUMNS.iter().filter_map(|(_, headers)| headers.get(1).copied()).collect();
                let message = format!("the column is not known; use {}", names.join(", "));
                errors.push(FieldError::new("file", "unknown_column", message).value(header));
            }
        }
    }
    let has = |column: Column| columns.iter().any(|(_, name)| *name == column.0);
    if !(has(NUMBER) || has(NAME) && has(SCHOOL)) {
        let message = "there must be the column 学号 (number), or 姓名 and 学校 (name, school)";
        errors.push(FieldError::new("file", "missing_column", message));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let line = |row: Row| Line {
        row: row.number,
        cells: columns.iter().map(|(index, name)| (*name, row.cell(*index).to_owned())).collect(),
        faults: row.faults.iter().map(|fault| format!("expected {}", fault.expected().get(Lang::En))).collect(),
    };
    rows.map(|row| row.map(line).map_err(|error| refused(&error))).collect()
}

/// The words of certificates, as policies name them.
fn award_word(text: &str) -> &str {
    match text {
        "一等奖" | "一等" | "金奖" => "first",
        "二等奖" | "二等" | "银奖" => "second",
        "三等奖" | "三等" | "铜奖" => "third",
        "优秀奖" | "优胜奖" | "鼓励奖" => "excellence",
        other => other,
    }
}

fn level_word(text: &str) -> &str {
    match text {
        "国家级" | "全国" => "national",
        "省级" => "provincial",
        "市级" => "city",
        "区级" | "县级" | "区县级" => "county",
        "镇级" | "街道级" => "town",
        "校级" => "school",
        other => other,
    }
}

/// A row that says something sound, and about whom.
struct Sound {
    line: Line,
    facts: Facts,
    position: Option<i32>,
    lookup: Lookup,
}

/// Sorts the rows into results and outcomes.
async fn judge(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    competition: &Competition,
    query: &MatchQuery,
    lines: Vec<Line>,
    by: By,
) -> Result<(Vec<ResultRow>, Vec<MatchOutcome>)> {
    let today = today(tx, state).await?;
    let (mut sound, mut outcomes, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let member = line.called(query).map(|called| line.member(called));
        match sound_row(line, competition, query, today) {
            Ok(one) => sound.push((one, member)),
            Err(outcome) => {
                members.extend(member);
                outcomes.push(outcome);
            }
        }
    }
    let lookups: Vec<Lookup> = sound.iter().map(|(one, _)| one.lookup.clone()).collect();
    let mut found: HashMap<i64, Vec<Found>> = HashMap::new();
    for person in store::find_persons(tx, &lookups).await? {
        found.entry(person.ord).or_default().push(person);
    }

    let mut named = Vec::new();
    for ((one, member), ord) in sound.into_iter().zip(1i64..) {
        let Sound { line, facts, position, .. } = one;
        let person = matched(actor, tx.district().0, &line, competition, found.remove(&ord).unwrap_or_default());
        members.extend(member.map(|member| Member {
            found: person.as_ref().ok().map(|person| (person.person_id, person.school_id)),
            facts: Some(facts.clone()),
            position,
            ..member
        }));
        match person {
            Ok(person) => named.push((line, facts, person)),
            Err(outcome) => outcomes.push(*outcome),
        }
    }
    members.sort_by_key(|member| member.row);
    let mut seats = seats(&members);

    let mut rows: Vec<(Line, ResultRow)> = Vec::new();
    let (mut entered, mut teams) = (HashSet::new(), HashMap::new());
    for (line, facts, person) in named {
        let key = (person.person_id, facts.contest_level.clone(), facts.work_id.clone());
        if !entered.insert(key) {
            let detail = "an earlier row says the same person, level and work";
            outcomes.push(line.outcome(MatchKind::Refused, detail));
            continue;
        }
        let seat = match seats.remove(&line.row).unwrap_or(Ok(None)) {
            Ok(seat) => seat,
            Err(checks) => {
                outcomes.push(MatchOutcome { person_id: Some(person.person_id), ..wrong(&line, checks) });
                continue;
            }
        };
        let id = state.new_id();
        let place = seat.map(|seat| Place {
            team: *teams.entry(seat.team).or_insert(id),
            position: Some(seat.position),
            size: seat.size,
        });
        rows.push((line, new_row(id, competition, person, &facts, place, by)));
    }

    let all: Vec<ResultRow> = rows.iter().map(|(_, row)| row.clone()).collect();
    let standing = store::standing(tx, &all).await?;
    let mut fresh = Vec::new();
    for (line, row) in rows {
        let mut outcome = if standing.contains(&row.id) {
            line.outcome(MatchKind::Exists, "this result is entered already")
        } else {
            MatchOutcome { result_id: Some(row.id), detail: None, ..line.outcome(MatchKind::Matched, "") }
        };
        outcome.person_id = Some(row.person_id);
        if outcome.result_id.is_some() {
            fresh.push(row);
        }
        outcomes.push(outcome);
    }
    // A team is known by its first row that is entered.
    let mut heads = HashMap::new();
    for row in &mut fresh {
        if let Some(team) = row.team_id {
            row.team_id = Some(*heads.entry(team).or_insert(row.id));
        }
    }
    Ok((fresh, outcomes))
}

fn sound_row(
    line: Line,
    competition: &Competition,
    query: &MatchQuery,
    today: NaiveDate,
) -> std::result::Result<Sound, MatchOutcome> {
    let mut checks = Checks::new();
    for fault in &line.faults {
        checks.add(FieldError::new("row", "unreadable_row", fault));
    }
    let day = match line.get(DAY) {
        None => query.achieved_on,
        Some(text) => {
            // A workbook may say a time of that day.
            let day = crate::sheet::day_with_hyphens(text).get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
            if day.is_none() {
                let message = format!("`{text}` is not a day, as 2026-03-01");
                checks.add(FieldError::new("achieved_on", "invalid_value", message));
            }
            day
        }
    };
    let Some(day) = day else {
        checks.add(FieldError::new("achieved_on", "required", "neither the row nor the request says the day"));
        return Err(wrong(&line, checks));
    };
    let raw = Raw {
        achieved_on: day,
        contest_level: line.level(query),
        award: line.get(AWARD).map(award_word),
        place: line.number(&mut checks, PLACE),
        places_listed: line.number(&mut checks, PLACES),
        work_id: line.get(WORK),
        work_title: line.get(TITLE).unwrap_or(""),
        tags: &[],
    };
    let facts = Facts::check(&mut checks, &raw, competition, today);
    let position = line.number(&mut checks, POSITION).map(|place| checks.range("team_position", place, 1..=50));
    let lookup = match (line.get(NUMBER), line.get(NAME), line.get(SCHOOL)) {
        (Some(number), ..) => Lookup { number: Some(number.to_owned()), day, ..Lookup::default() },
        (None, Some(name), Some(school)) => {
            Lookup { name: Some(name.to_owned()), school: Some(school.to_owned()), day, ..Lookup::default() }
        }
        _ => {
            checks.add(FieldError::new("number", "required", "the row names nobody: 学号, or 姓名 and 学校"));
            Lookup::default()
        }
    };
    if checks.is_clean() { Ok(Sound { line, facts, position, lookup }) } else { Err(wrong(&line, checks)) }
}

fn wrong(line: &Line, checks: Checks) -> MatchOutcome {
    let errors = checks.finish().err();
    let errors = errors.as_ref().map_or(&[][..], ApiError::errors);
    let words: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    line.outcome(MatchKind::Refused, words.join("; "))
}

/// The one person that a row means.
fn matched(
    actor: &Actor,
    district: Uuid,
    line: &Line,
    competition: &Competition,
    found: Vec<Found>,
) -> std::result::Result<Found, Box<MatchOutcome>> {
    let mut found = found.into_iter().filter(|person| {
        let schools = [person.school_id, person.current_school_id];
        may_for(actor, Action::ResultMatch, district, person.person_id, schools)
    });
    let Some(person) = found.next() else {
        let detail = "nobody of this number, or of this name at this school on that day, is within your reach";
        return Err(Box::new(line.outcome(MatchKind::Unmatched, detail)));
    };
    if found.next().is_some() {
        let detail = "several persons have this name at this school; say the 学号";
        return Err(Box::new(line.outcome(MatchKind::Ambiguous, detail)));
    }
    let wrong = |detail: String| {
        let mut outcome = line.outcome(MatchKind::Refused, detail);
        outcome.person_id = Some(person.person_id);
        Box::new(outcome)
    };
    if let Some(name) = line.get(NAME)
        && cell::name_key(name) != cell::name_key(&person.name)
    {
        return Err(wrong(format!("the person of number {} has another name", person.number)));
    }
    check_person(competition, &person).map_err(|(_, message)| wrong(message))?;
    Ok(person)
}
