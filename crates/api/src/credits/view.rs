//! Reading scores: one person's explained sheet, now or as of a past moment, and lists of totals.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use kepu_domain::credit::Credit;
use kepu_domain::person::PersonKind;
use kepu_domain::policy::document::Test;
use kepu_domain::policy::{Line, NextLevel, Policy, Reason, RequirementOutcome, ScoreSheet};
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::meant::{When, version_meant};
use super::scoring::{evaluate_person, policy};
use super::store::{self, ScoreRow, ScoreSort};
use crate::audit;
use crate::auth::{Actor, Reach};
use crate::error::{ApiError, ApiErrors, FieldError, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::page::{Page, PageQuery};
use crate::state::AppState;
use crate::tenancy::Tx;

pub(super) const TAG: &str = "credits";

/// Which sheet.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichSheet {
    /// The policy; the one that can score such a person when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// The sheet as it was at that moment (RFC 3339), or at the end of that day (by now, of today): by what was known and by the policy
    /// version that was effective then. What is current in it, e.g. this school year, is so on that day; today when left
    /// out.
    #[serde(default)]
    pub as_of: Option<String>,
    /// Language of the reasons: `zh` (if not given) or `en`.
    #[serde(default)]
    #[param(inline)]
    pub lang: Option<LangWord>,
}

/// A language.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LangWord {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl LangWord {
    /// The language; Chinese when none is given.
    pub fn of(word: Option<Self>) -> Lang {
        match word {
            Some(Self::En) => Lang::En,
            Some(Self::Zh) | None => Lang::Zh,
        }
    }
}

/// A person's explained score.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScoreView {
    /// The person.
    pub person: ScorePerson,
    /// The policy version.
    pub policy: ScorePolicy,
    /// The moment as of which it is, when one was asked for.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether the person may earn.
    pub eligible: bool,
    /// Why not.
    pub not_eligible: Option<ReasonView>,
    /// Sum of credit, a decimal.
    pub total: String,
    /// Measure → value.
    pub measures: BTreeMap<String, String>,
    /// Ladder → level; null below the first.
    pub levels: BTreeMap<String, Option<String>>,
    /// Ladder → what is missing to the next level; ladders that are climbed are left out.
    pub next: BTreeMap<String, NextView>,
    /// Output → value.
    pub outputs: BTreeMap<String, Option<String>>,
    /// Requirements in the order of the policy.
    pub requirements: Vec<RequirementView>,
    /// One line for each record, in order of time.
    pub lines: Vec<LineView>,
}

/// The person of a sheet.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScorePerson {
    /// Id.
    pub id: Uuid,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// School now.
    pub school_id: Option<Uuid>,
    /// Class now.
    pub class_id: Option<Uuid>,
    /// Grade now.
    pub grade: Option<i32>,
}

/// The policy of a sheet.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScorePolicy {
    /// The policy.
    pub id: String,
    /// The version's name.
    pub version: String,
    /// The version's id.
    pub policy_version_id: Uuid,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// True when values were made up for illustration; say so wherever its numbers are shown.
    pub illustrative: bool,
}

/// A reason in code and words.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// Stable code.
    pub code: String,
    /// Its parameters.
    #[schema(value_type = Object)]
    pub params: Value,
    /// In words.
    pub text: String,
}

/// The way to the next level of a ladder.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NextView {
    /// The level.
    pub level: String,
    /// How much is missing where all that is missing has one unit.
    pub shortfall: Option<String>,
    /// What is missing: `measure`, `unit`, `have`, `needed`, `short`.
    #[schema(value_type = Vec<Object>)]
    pub missing: Value,
    /// In words.
    pub text: String,
}

/// A requirement.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RequirementView {
    /// The requirement.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether it is met.
    pub met: bool,
    /// How much is missing where all that is missing has one unit; 0 when met.
    pub shortfall: Option<String>,
    /// What is missing: `measure`, `unit`, `have`, `needed`, `short`.
    #[schema(value_type = Vec<Object>)]
    pub missing: Value,
    /// In words.
    pub text: String,
}

/// What became of one record.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LineView {
    /// The participation or result.
    pub record_id: Uuid,
    /// `participation` or `result`.
    pub source: Option<String>,
    /// When it began.
    pub starts_at: Option<DateTime<Utc>>,
    /// Activity or competition, in Chinese.
    pub title_zh: Option<String>,
    /// Activity or competition, in English.
    pub title_en: Option<String>,
    /// The host.
    pub host_id: Option<Uuid>,
    /// The host's name.
    pub host_name: Option<String>,
    /// The rule that priced it.
    pub rule: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// Credit before limits, a decimal.
    pub raw: String,
    /// Credit that counts, a decimal.
    pub counted: String,
    /// Minutes that count.
    pub minutes: u32,
    /// `counted`, `cut` or `refused`.
    pub status: String,
    /// A soft rule waits for a decision.
    pub flagged: bool,
    /// Why.
    pub reasons: Vec<ReasonView>,
}

/// One person's sheet with the reason of every line, now or as of a past moment.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/score", operation_id = "read_score", tag = TAG,
    params(("id" = Uuid, Path, description = "The person"), WhichSheet),
    responses((status = 200, description = "The sheet", body = ScoreView), ApiErrors)
)]
pub async fn read_score(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(which): ApiQuery<WhichSheet>,
) -> Result<Json<ScoreView>> {
    let mut tx = state.begin(&actor).await?;
    let person = readable_person(&mut tx, &actor, id).await?;
    let zone: Tz = store::time_zone(&mut tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
    let now = state.now();
    let as_of = which.as_of.as_deref().map(|text| moment(text, zone, now)).transpose()?;
    let at = as_of.unwrap_or(now);
    let when = When { at, past: as_of.is_some() };
    let version = version_meant(&mut tx, which.policy.as_deref(), person.kind(), when).await?;
    let rules = policy(&mut tx, version.policy_version_id).await?;
    let detail = json!({ "policy_id": version.policy_id, "as_of": as_of });
    let lang = LangWord::of(which.lang);
    let sheet = match as_of {
        None => sheet_under(&mut tx, person, version, &rules, (at, at.with_timezone(&zone).date_naive()), lang).await?,
        Some(at) => {
            let mut then = state.db().begin_draft(actor.district()?).await?;
            super::shadow(&mut then, at).await?;
            let zone: Tz = store::time_zone(&mut then).await?.parse().unwrap_or(zone);
            let person = store::named_person(&mut then, id).await?.unwrap_or(person);
            let day = at.with_timezone(&zone).date_naive();
            let sheet = sheet_under(&mut then, person, version, &rules, (at, day), lang).await?;
            then.rollback().await?;
            sheet
        }
    };
    audit::record(&mut tx, &actor, now, audit::Event::new("score.read", "person", id, detail)).await?;
    tx.commit().await?;
    Ok(Json(ScoreView { as_of, ..sheet }))
}

/// A person's explained sheet under these rules, by what was known at a moment and as it stands on its day.
pub(crate) async fn sheet_under(
    tx: &mut Tx,
    person: store::NamedPerson,
    version: store::VersionAt,
    rules: &Policy,
    (at, day): (DateTime<Utc>, NaiveDate),
    lang: Lang,
) -> Result<ScoreView> {
    let row = store::person_at(tx, person.id, day).await?;
    let records = store::records_at(tx, person.id, at).await?;
    let decisions = store::decisions_at(tx, &version.policy_id, person.id, at).await?;
    let sheet = evaluate_person(rules, &row, &records, &decisions, Some(day));
    let contexts = store::contexts(tx, &records.iter().map(|r| r.record_id).collect::<Vec<_>>()).await?;
    let contexts: HashMap<Uuid, _> = contexts.into_iter().map(|c| (c.record_id, c)).collect();
    view(person, version, None, rules, sheet, &contexts, lang)
}

fn view(
    person: store::NamedPerson,
    version: store::VersionAt,
    as_of: Option<DateTime<Utc>>,
    policy: &Policy,
    sheet: ScoreSheet,
    contexts: &HashMap<Uuid, store::Context>,
    lang: Lang,
) -> Result<ScoreView> {
    let decimals = |map: BTreeMap<String, Credit>| map.into_iter().map(|(k, v)| (k, v.to_string())).collect();
    let line = |line: Line| line_view(line, contexts, policy, lang);
    Ok(ScoreView {
        person: ScorePerson {
            id: person.id,
            number: person.number,
            name: person.name,
            school_id: person.school_id,
            class_id: person.class_id,
            grade: person.grade,
        },
        policy: ScorePolicy {
            id: version.policy_id,
            version: version.version,
            policy_version_id: version.policy_version_id,
            title_zh: version.title_zh,
            title_en: version.title_en,
            illustrative: version.illustrative,
        },
        as_of,
        eligible: sheet.eligible,
        not_eligible: sheet.not_eligible.as_ref().map(|r| reason_view(r, policy, lang)).transpose()?,
        total: sheet.total.to_string(),
        measures: decimals(sheet.measures),
        levels: sheet.levels,
        next: next_view(&sheet.next, policy, lang)?,
        outputs: sheet.outputs,
        requirements: sheet.requirements.iter().map(|r| requirement_view(r, policy, lang)).collect::<Result<_>>()?,
        lines: sheet.lines.into_iter().map(line).collect::<Result<_>>()?,
    })
}

pub(crate) fn next_view(
    next: &BTreeMap<String, NextLevel>,
    policy: &Policy,
    lang: Lang,
) -> Result<BTreeMap<String, NextView>> {
    let one = |(ladder, step): (&String, &NextLevel)| {
        let view = NextView {
            level: step.level.clone(),
            shortfall: step.shortfall.map(|s| s.to_string()),
            missing: serde_json::to_value(&step.missing).map_err(ApiError::internal)?,
            text: step.text(lang, policy, ladder),
        };
        Ok((ladder.clone(), view))
    };
    next.iter().map(one).collect()
}

pub(crate) fn requirement_view(outcome: &RequirementOutcome, policy: &Policy, lang: Lang) -> Result<RequirementView> {
    let written = policy.document().requirements.iter().find(|r| r.id == outcome.id);
    let title = written.and_then(|r| r.title.as_ref()).map_or(outcome.id.as_str(), |t| t.get(lang)).to_owned();
    Ok(RequirementView {
        id: outcome.id.clone(),
        title,
        met: outcome.met,
        shortfall: outcome.shortfall.map(|s| s.to_string()),
        missing: serde_json::to_value(&outcome.missing).map_err(ApiError::internal)?,
        text: outcome.text(lang, policy),
    })
}

fn line_view(line: Line, contexts: &HashMap<Uuid, store::Context>, policy: &Policy, lang: Lang) -> Result<LineView> {
    let record_id: Uuid = line.record_id.parse().map_err(ApiError::internal)?;
    let context = contexts.get(&record_id);
    let status = serde_json::to_value(line.status).map_err(ApiError::internal)?;
    Ok(LineView {
        record_id,
        source: context.map(|c| c.source.clone()),
        starts_at: context.map(|c| c.starts_at),
        title_zh: context.and_then(|c| c.title_zh.clone()),
        title_en: context.and_then(|c| c.title_en.clone()),
        host_id: context.and_then(|c| c.host_id),
        host_name: context.and_then(|c| c.host_name.clone()),
        rule: line.rule,
        category: line.category,
        raw: line.raw.to_string(),
        counted: line.counted.to_string(),
        minutes: line.minutes,
        status: status.as_str().unwrap_or_default().to_owned(),
        flagged: line.flagged,
        reasons: line.reasons.iter().map(|r| reason_view(r, policy, lang)).collect::<Result<_>>()?,
    })
}

pub(crate) fn reason_view(reason: &Reason, policy: &Policy, lang: Lang) -> Result<ReasonView> {
    let mut value = serde_json::to_value(reason).map_err(ApiError::internal)?;
    Ok(ReasonView {
        code: reason.code().to_owned(),
        params: value.get_mut("params").map_or_else(|| json!({}), Value::take),
        text: reason.text(lang, policy),
    })
}

/// The person, if the actor may read the scores.
pub(crate) async fn readable_person(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<store::NamedPerson> {
    let person = store::named_person(tx, id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let scope = Scope::Person { district: tx.district().0, person: id, school: person.school_id };
    actor.require(Action::ScoreRead, &scope)?;
    Ok(person)
}

/// A moment that has passed, or the end of a day in the district's time zone; of the day that has not ended, what is so by now.
pub(crate) fn moment(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let at = match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => {
            in_range(moment.with_timezone(&zone).date_naive())?;
            moment.to_utc()
        }
        Err(_) => end_of_day(text, zone, now)?,
    };
    if at > now {
        return Err(ApiError::invalid_field("as_of", "in_the_future", "must be a moment that has passed"));
    }
    Ok(at)
}

fn end_of_day(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let unreadable = || {
        let message = "must be a day (2026-03-01) or a moment with its offset (2026-03-01T09:00:00+08:00)";
        ApiError::invalid_field("as_of", "invalid_value", message)
    };
    let day: NaiveDate = text.parse().map_err(|_| unreadable())?;
    in_range(day)?;
    let next = day.succ_opt().and_then(|next| zone.from_local_datetime(&next.and_time(NaiveTime::MIN)).earliest());
    let end = next.ok_or_else(unreadable)?.to_utc() - chrono::TimeDelta::microseconds(1);
    let today = now.with_timezone(&zone).date_naive();
    Ok(if day == today { end.min(now) } else { end })
}

/// The database knows fewer days than a calendar does.
fn in_range(day: NaiveDate) -> Result<()> {
    if (1..=9999).contains(&day.year()) {
        return Ok(());
    }
    Err(ApiError::invalid_field("as_of", "out_of_range", "must be a day of the years 1 to 9999"))
}

/// Which scores.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichScores {
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// Of persons now at this school.
    #[serde(default)]
    pub school: Option<Uuid>,
    /// Of persons now in this class, or in one of several, separated by commas.
    #[serde(default)]
    pub class: Option<String>,
    /// Of persons now in this grade.
    #[serde(default)]
    pub grade: Option<i32>,
    /// By `number` (if not given), `name` or `total`; with `-`, the last or most first.
    #[serde(default)]
    #[param(inline)]
    pub sort: Option<ScoreSort>,
}

/// Classes that one call may ask for.
const CLASSES: usize = 100;

/// The classes of a list of ids.
fn classes(text: Option<&str>) -> Result<Option<Vec<Uuid>>> {
    let Some(text) = text else { return Ok(None) };
    let ids: Option<Vec<Uuid>> = text.split(',').map(|id| id.trim().parse().ok()).collect();
    ids.filter(|ids| ids.len() <= CLASSES).map(Some).ok_or_else(|| {
        let message = format!("must be ids of classes separated by commas, {CLASSES} at most");
        ApiError::invalid(vec![FieldError::new("class", "invalid_value", message).value(text)])
    })
}

/// A person's total.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScoreSummary {
    /// The person.
    pub person_id: Uuid,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// School now.
    pub school_id: Option<Uuid>,
    /// Class now.
    pub class_id: Option<Uuid>,
    /// Grade now.
    pub grade: Option<i32>,
    /// The policy.
    pub policy_id: String,
    /// Whether the person may earn.
    pub eligible: bool,
    /// Sum of credit, a decimal.
    pub total: String,
    /// Ladder → level.
    #[schema(value_type = Object)]
    pub levels: Value,
    /// Output → value.
    #[schema(value_type = Object)]
    pub outputs: Value,
    /// Requirements: `id`, `met`, `shortfall`, `missing`.
    #[schema(value_type = Vec<Object>)]
    pub requirements: Value,
    /// How far the person is with each measure that a requirement asks for.
    pub progress: Vec<ProgressView>,
    /// Soft rules that wait for a decision.
    pub flags: i32,
    /// When it was computed.
    pub computed_at: DateTime<Utc>,
}

/// A measure of a requirement.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProgressView {
    /// The requirement.
    pub requirement: String,
    /// The measure.
    pub measure: String,
    /// What the person has of it, a decimal.
    pub have: String,
    /// What is asked for, a decimal.
    pub needed: String,
}

/// The least that a test asks of measures, each by itself.
fn asked<'t>(test: &'t Test, found: &mut Vec<(&'t str, Credit)>) {
    if let (Some(measure), Some(needed)) = (&test.measure, test.at_least.or(test.more_than)) {
        found.push((measure, needed));
    }
    for part in test.all.iter().chain(&test.any).chain(test.some.iter().flat_map(|some| &some.of)) {
        asked(part, found);
    }
}

fn progress(row: &ScoreRow, policy: &Policy) -> Vec<ProgressView> {
    let applies = |id: &str| row.requirements.as_array().is_some_and(|all| all.iter().any(|r| r["id"] == id));
    let mut list = Vec::new();
    for requirement in policy.document().requirements.iter().filter(|r| applies(&r.id)) {
        let mut found = Vec::new();
        asked(&requirement.when, &mut found);
        list.extend(found.into_iter().map(|(measure, needed)| ProgressView {
            requirement: requirement.id.clone(),
            measure: measure.to_owned(),
            have: match row.measures[measure].as_str() {
                Some(have) => have.to_owned(),
                None if measure == "total" => Credit::from_milli(row.total).to_string(),
                None => Credit::from_milli(0).to_string(),
            },
            needed: needed.to_string(),
        }));
    }
    list
}

impl ScoreSummary {
    fn of(row: ScoreRow, policy: &Policy) -> Self {
        Self {
            progress: progress(&row, policy),
            person_id: row.person_id,
            number: row.number,
            name: row.name,
            school_id: row.school_id,
            class_id: row.class_id,
            grade: row.grade,
            policy_id: row.policy_id,
            eligible: row.eligible,
            total: Credit::from_milli(row.total).to_string(),
            levels: row.levels,
            outputs: row.outputs,
            requirements: row.requirements,
            flags: row.flags,
            computed_at: row.computed_at,
        }
    }
}

/// Totals of persons that the account may see, in order of number, name or total.
#[utoipa::path(
    get, path = "/api/v1/scores", operation_id = "list_scores", tag = TAG, params(WhichScores, PageQuery),
    responses((status = 200, description = "A page of totals", body = Page<ScoreSummary>), ApiErrors)
)]
pub async fn list_scores(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(which): ApiQuery<WhichScores>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ScoreSummary>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    let now = state.now();
    let version = version_meant(&mut tx, which.policy.as_deref(), PersonKind::Student, When::now(now)).await?;
    let all = actor.may(Action::ScoreRead, &Scope::District { district: tx.district().0 });
    let schools = match actor.schools() {
        Reach::All => Vec::new(),
        Reach::Only(schools) => schools,
    };
    let filter = store::ScoreFilter {
        policy_id: &version.policy_id,
        school: which.school,
        classes: classes(which.class.as_deref())?,
        grade: which.grade,
        reach: (!all).then_some((schools, actor.persons())),
        sort: which.sort.unwrap_or_default(),
        after: page.after()?,
        fetch: page.fetch()?,
    };
    let rows = store::scores(&mut tx, &filter).await?;
    let rules = policy(&mut tx, version.policy_version_id).await?;
    let key = |row: &ScoreRow| (row.total, row.name.clone(), row.number.clone());
    Ok(Json(Page::of(rows, &page, key, |row| ScoreSummary::of(row, &rules))?))
}
