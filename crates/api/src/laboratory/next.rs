//! "What should this student do next?": what each session on offer would bring under the student's own limits, and the
//! fewest that reach each requirement. Every number is the engine's, with the record that a session would become.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kepu_domain::person::Person;
use kepu_domain::places::{Room, Taken};
use kepu_domain::policy::advice::{Goal, Marginal, Offer, Standpoint, Way};
use kepu_domain::policy::{Options, Policy, ScoreSheet, SoftDecision, Status, evaluate};
use kepu_domain::record::Record;
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::TAG;
use super::store::{self, OfferRow, PlannedRow};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::check::Checks;
use crate::credits::store::{self as credit_store, ParticipationFacts, PersonRow, VersionAt};
use crate::credits::{self, LangWord, NextView, ReasonView, RequirementView, When};
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiPath, ApiQuery};
use crate::participation::places;
use crate::policies::PolicyTitles;
use crate::state::AppState;
use crate::tenancy::Tx;

/// Sessions that are looked at, the soonest first.
const MOST_OFFERS: usize = 200;
/// Days ahead when the caller does not say how many.
const DAYS: u32 = 90;
/// Evaluations that the search for one way may take: within a second.
const BUDGET: u32 = 20_000;

/// What to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichNext {
    /// The policy; the one that can score such a person when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// Sessions that begin within so many days, 90 if not given.
    #[serde(default)]
    #[param(minimum = 1, maximum = 366, default = 90)]
    pub days: Option<u32>,
    /// Language of the reasons: `zh` (if not given) or `en`.
    #[serde(default)]
    #[param(inline)]
    pub lang: Option<LangWord>,
}

/// What a person could do next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NextSteps {
    /// The policy.
    pub policy_id: String,
    /// True when its values were made up for illustration; say so wherever its numbers are shown.
    pub illustrative: bool,
    /// Whether the person may earn.
    pub eligible: bool,
    /// Credit as it is, a decimal.
    pub total: String,
    /// Credit once what is planned is confirmed, a decimal.
    pub total_with_planned: String,
    /// What is planned: registered, or there and not confirmed yet.
    pub planned: Vec<PlannedStep>,
    /// Requirements as they stand once what is planned is confirmed.
    pub requirements: Vec<RequirementView>,
    /// The next level of each ladder then.
    pub next_levels: std::collections::BTreeMap<String, NextView>,
    /// Sessions on offer that are open to the person, those that bring most first, then the soonest.
    pub offers: Vec<OfferView>,
    /// More sessions are on offer than were looked at.
    pub more_offers: bool,
    /// A way to each requirement that is not met, else to the next levels.
    pub ways: Vec<WayView>,
    /// What levels and requirements are called.
    pub titles: PolicyTitles,
}

/// Something planned.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PlannedStep {
    /// The participation, by which reasons name it.
    pub participation_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// Title of the activity in Chinese.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
    /// The host's name in Chinese.
    pub host_name_zh: String,
    /// The same in English; may be empty.
    pub host_name_en: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// `registered`, `attended` or `recorded`.
    pub state: String,
    /// Credit that it would bring among all that is planned, a decimal.
    pub counted: String,
}

/// A session on offer, and what it would bring.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferView {
    /// The session.
    pub session_id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// Its title in Chinese.
    pub title_zh: String,
    /// The same in English; may be empty.
    pub title_en: String,
    /// What it is.
    pub kind: String,
    /// The host's name in Chinese.
    pub host_name_zh: String,
    /// The same in English; may be empty.
    pub host_name_en: String,
    /// Where.
    pub place: String,
    /// Name of the district where it happens, in Chinese, if that is another one: the person is a guest there.
    pub elsewhere_zh: Option<String>,
    /// The same in English; may be empty.
    pub elsewhere_en: Option<String>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Places left; null without limit.
    pub free_places: Option<i64>,
    /// How much more credit the person would have, a decimal; less than nothing where it takes room from something dearer.
    pub gain: String,
    /// Credit before limits, a decimal.
    pub raw: String,
    /// Credit that would count, a decimal.
    pub counted: String,
    /// `counted`, `cut` or `refused`.
    pub status: String,
    /// A soft rule would wait for a decision.
    pub flagged: bool,
    /// Why.
    pub reasons: Vec<ReasonView>,
}

/// A way to a goal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WayView {
    /// The requirement, if it is one.
    pub requirement: Option<String>,
    /// The ladder, if it is a level.
    pub ladder: Option<String>,
    /// The level.
    pub level: Option<String>,
    /// Sessions to take, the soonest first.
    pub sessions: Vec<Uuid>,
    /// Whether they reach it.
    pub reached: bool,
    /// Reached: no fewer sessions would do. Not reached: nothing on offer does.
    pub proven: bool,
    /// So many sessions at the least are needed.
    pub least: usize,
    /// How many sessions were considered for it.
    pub considered: usize,
}

/// What a student could do next, by the engine's own word.
#[utoipa::path(
    get, path = "/api/v1/persons/{id}/next", operation_id = "read_next_steps", tag = TAG,
    params(("id" = Uuid, Path, description = "The person"), WhichNext),
    responses((status = 200, description = "What it would bring", body = NextSteps), ApiErrors)
)]
pub async fn read_next(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(which): ApiQuery<WhichNext>,
) -> Result<Json<NextSteps>> {
    let mut tx = state.begin(&actor).await?;
    let person = credits::readable_person(&mut tx, &actor, id).await?;
    let mut checks = Checks::new();
    let days = which.days.unwrap_or(DAYS);
    checks.range("days", days, 1..=366);
    checks.finish()?;
    let now = state.now();
    let version = credits::version_meant(&mut tx, which.policy.as_deref(), person.kind(), When::now(now)).await?;
    let policy = credits::policy(&mut tx, version.policy_version_id).await?;
    let found = Found::load(&mut tx, policy, &version.policy_id, id, (now, days)).await?;
    let event = Event::new("score.next", "person", id, json!({ "policy_id": version.policy_id, "days": days }));
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit().await?;
    let lang = LangWord::of(which.lang);
    // Thousands of evaluations: not where requests are served.
    let answer = tokio::task::spawn_blocking(move || found.steps(version, lang)).await;
    answer.map_err(ApiError::internal)?.map(Json)
}

/// What is known of a person and of what is on offer.
struct Found {
    policy: Arc<Policy>,
    person: Person,
    records: Vec<Record>,
    decisions: Vec<SoftDecision>,
    today: chrono::NaiveDate,
    planned: Vec<(PlannedRow, Record)>,
    offers: Vec<(OfferRow, Offer)>,
    more: bool,
}

impl Found {
    async fn load(
        tx: &mut Tx,
        policy: Arc<Policy>,
        policy_id: &str,
        id: Uuid,
        (now, days): (DateTime<Utc>, u32),
    ) -> Result<Self> {
        let zone: Tz = credit_store::time_zone(tx).await?.parse().unwrap_or(Tz::Asia__Shanghai);
        let today = now.with_timezone(&zone).date_naive();
        let row = credit_store::person_at(tx, id, today).await?;
        let records = credit_store::records_at(tx, id, now).await?;
        let decisions = credit_store::decisions_at(tx, policy_id, id, now).await?;
        let planned = store::planned_of(tx, id).await?;
        let ids: Vec<Uuid> = planned.iter().map(|p| p.participation_id).collect();
        let facts = credit_store::participation_facts(tx, &ids).await?;
        let expected = credits::planned_records(tx, &facts).await?;
        let record_of = |id: Uuid| expected.iter().find(|r| r.id == id.to_string()).cloned();
        let planned: Vec<(PlannedRow, Record)> = planned
            .into_iter()
            .filter_map(|p| Some((record_of(p.participation_id)?, p)))
            .map(|(r, p)| (p, r))
            .collect();
        let until = now + TimeDelta::days(i64::from(days));
        let most = i64::try_from(MOST_OFFERS).unwrap_or(i64::MAX);
        let mut rows = store::offers(tx, &row, (now, until), most + 1).await?;
        let more = rows.len() > MOST_OFFERS;
        rows.truncate(MOST_OFFERS);
        let mut open = Vec::with_capacity(rows.len());
        for offer in rows {
            if has_room(tx, &offer, row.school_id, now).await? {
                open.push(offer);
            }
        }
        let facts: Vec<ParticipationFacts> = open.iter().map(|offer| offer.facts(&row)).collect();
        let would_be = credits::planned_records(tx, &facts).await?;
        let local_end = |offer: &OfferRow| offer.ends_at.with_timezone(&zone).naive_local();
        let offers = open.into_iter().zip(would_be);
        let offers = offers.map(|(row, record)| {
            let offer = Offer { record, ends_at: local_end(&row) };
            (row, offer)
        });
        let busy = |offer: &Offer| {
            planned.iter().any(|(p, record)| {
                record.starts_at < offer.ends_at
                    && offer.record.starts_at < p.ends_at.with_timezone(&zone).naive_local()
            })
        };
        let offers = offers.filter(|(_, offer)| !busy(offer)).collect();
        Ok(Self {
            person: row.person(),
            records: records.iter().map(credit_store::RecordRow::record).collect(),
            policy,
            decisions,
            today,
            planned,
            offers,
            more,
        })
    }

    fn steps(self, version: VersionAt, lang: Lang) -> Result<NextSteps> {
        let policy = &self.policy;
        let options = Options { today: Some(self.today), decisions: &self.decisions, ..Options::default() };
        let total = evaluate(policy, &self.person, &self.records, &options).total;
        let mut records = self.records;
        records.extend(self.planned.iter().map(|(_, record)| record.clone()));
        let base = evaluate(policy, &self.person, &records, &options);
        let standpoint = Standpoint { policy, person: &self.person, records: &records, options };
        let (rows, offers): (Vec<OfferRow>, Vec<Offer>) = self.offers.into_iter().unzip();
        let marginals = standpoint.marginals(&offers);
        // Towards a goal goes what counts for something, the soonest first.
        let useful: Vec<usize> = marginals.iter().enumerate().filter(|(_, m)| counts(m)).map(|(at, _)| at).collect();
        let considered: Vec<Offer> = useful.iter().filter_map(|at| offers.get(*at).cloned()).collect();
        let ways = goals(&base)
            .into_iter()
            .map(|goal| {
                let way = standpoint.way(&considered, &goal, BUDGET);
                let session = |step: &usize| Some(rows.get(*useful.get(*step)?)?.id);
                WayView::of(goal, &way, way.steps.iter().filter_map(session).collect(), considered.len())
            })
            .collect();
        let counted = |record: &Record| {
            let line = base.lines.iter().find(|line| line.record_id == record.id);
            line.map(|line| line.counted).unwrap_or_default().to_string()
        };
        let planned = self.planned.iter().map(|(row, record)| PlannedStep::of(row, counted(record))).collect();
        let mut views = rows
            .iter()
            .zip(&marginals)
            .map(|(row, marginal)| Ok((marginal.gain, OfferView::of(row, marginal, policy, lang)?)))
            .collect::<Result<Vec<_>>>()?;
        views.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.starts_at.cmp(&y.starts_at)));
        let requirement = |r| credits::requirement_view(r, policy, lang);
        Ok(NextSteps {
            policy_id: version.policy_id,
            illustrative: version.illustrative,
            eligible: base.eligible,
            total: total.to_string(),
            total_with_planned: base.total.to_string(),
            planned,
            requirements: base.requirements.iter().map(requirement).collect::<Result<_>>()?,
            next_levels: credits::next_view(&base.next, policy, lang)?,
            offers: views.into_iter().map(|(_, view)| view).collect(),
            more_offers: self.more,
            ways,
            titles: PolicyTitles::of([policy.as_ref()]),
        })
    }
}

/// Whether a record of the offer would be there for limits and measures.
fn counts(marginal: &Marginal) -> bool {
    marginal.line.as_ref().is_some_and(|line| line.status != Status::Refused)
}

/// The requirements that are not met; where all are, the next level of each ladder.
fn goals(sheet: &ScoreSheet) -> Vec<Goal> {
    if !sheet.eligible {
        return Vec::new();
    }
    let open: Vec<Goal> =
        sheet.requirements.iter().filter(|r| !r.met).map(|r| Goal::Requirement(r.id.clone())).collect();
    if !open.is_empty() {
        return open;
    }
    let level = |(ladder, next): (&String, &kepu_domain::policy::NextLevel)| Goal::Level {
        ladder: ladder.clone(),
        level: next.level.clone(),
    };
    sheet.next.iter().map(level).collect()
}

/// Whether a session has a place for somebody of this school now.
async fn has_room(tx: &mut Tx, offer: &OfferRow, school: Option<Uuid>, now: DateTime<Utc>) -> Result<bool> {
    if !offer.has_quotas {
        return Ok(offer.free_places().is_none_or(|free| free > 0));
    }
    let Some(terms) = places::store::terms(tx, offer.id).await? else { return Ok(false) };
    let mut taken = Taken::default();
    for counted in places::store::counted(tx, offer.id).await? {
        taken.add(counted.school_id, u32::try_from(counted.taken).unwrap_or(u32::MAX));
    }
    Ok(Room::new(terms, taken, now).take(school))
}

impl OfferRow {
    fn free_places(&self) -> Option<i64> {
        self.capacity.map(|capacity| (i64::from(capacity) - self.taken).max(0))
    }

    /// What the participation would say once it is confirmed.
    fn facts(&self, person: &PersonRow) -> ParticipationFacts {
        ParticipationFacts {
            id: self.id,
            person_id: person.id,
            school_id: person.school_id,
            class_id: person.class_id,
            grade: person.grade,
            state: "confirmed".to_owned(),
            minutes: None,
            quantity: None,
            session_id: self.id,
            activity_id: self.activity_id,
            host_id: self.host_id,
            starts_at: self.starts_at,
            kind: self.kind.clone(),
            tags: self.tags.clone(),
            voluntary: self.voluntary,
            school_day: self.school_day,
            planned_minutes: self.minutes,
            host_level: self.host_level.clone(),
            session_rank: Some(self.taken + 1),
            class_rank: person.class_id.map(|_| self.of_class + 1),
        }
    }
}

impl PlannedStep {
    fn of(row: &PlannedRow, counted: String) -> Self {
        let row = row.clone();
        Self {
            participation_id: row.participation_id,
            session_id: row.session_id,
            title_zh: row.title_zh,
            title_en: row.title_en,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            starts_at: row.starts_at,
            state: row.state,
            counted,
        }
    }
}

impl OfferView {
    fn of(row: &OfferRow, marginal: &Marginal, policy: &Policy, lang: Lang) -> Result<Self> {
        let line = marginal.line.as_ref().ok_or_else(|| ApiError::internal(anyhow::anyhow!("a record has no line")))?;
        let row = row.clone();
        Ok(Self {
            free_places: row.free_places(),
            session_id: row.id,
            activity_id: row.activity_id,
            title_zh: row.title_zh,
            title_en: row.title_en,
            kind: row.kind,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            place: row.place,
            elsewhere_zh: row.elsewhere_zh,
            elsewhere_en: row.elsewhere_en,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            gain: marginal.gain.to_string(),
            raw: line.raw.to_string(),
            counted: line.counted.to_string(),
            status: match line.status {
                Status::Counted => "counted",
                Status::Cut => "cut",
                Status::Refused => "refused",
            }
            .to_owned(),
            flagged: line.flagged,
            reasons: line.reasons.iter().map(|r| credits::reason_view(r, policy, lang)).collect::<Result<_>>()?,
        })
    }
}

impl WayView {
    fn of(goal: Goal, way: &Way, sessions: Vec<Uuid>, considered: usize) -> Self {
        let (requirement, ladder, level) = match goal {
            Goal::Requirement(id) => (Some(id), None, None),
            Goal::Level { ladder, level } => (None, Some(ladder), Some(level)),
        };
        Self {
            requirement,
            ladder,
            level,
            sessions,
            reached: way.reached,
            proven: way.proven,
            least: way.least,
            considered,
        }
    }
}
