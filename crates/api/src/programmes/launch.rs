//! One theme or strand at many venues at once: each gets its own activity, and its own sessions if times are given. Who cannot get it
//! is told why, and the others go on.

use std::collections::HashMap;

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use kepu_domain::programme::{Candidate, Month, Span, Step, judge};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, begin, managed, store};
use crate::{
    activities::{self, ActivityStatus, Grades, check_grades, check_tags, store::Activity},
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    designations,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath},
    organizations::OrganizationStatus,
    sessions::{self, NewTimes},
    state::AppState,
    tenancy::Tx,
};

const HOSTS_MAX: usize = 500;
const SESSIONS_MAX: usize = 50;

/// What each host gets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivityTemplate {
    /// Code, unique with each host. A host that has the theme under this code already gets no second copy.
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    /// What it is: practice, visit, lecture, training … as policies name it.
    #[schema(min_length = 1, max_length = 40)]
    kind: String,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// For which grades; all if left out.
    grades: Option<Grades>,
    /// Free words that policies may match.
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
    /// Taken part in freely; so if left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    voluntary: bool,
    /// Within the school day; not if left out.
    #[serde(default)]
    school_day: bool,
    /// How long one session takes.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: i32,
}

fn yes() -> bool {
    true
}

/// When a session of it takes place.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LaunchSession {
    /// When it begins. It ends after the minutes of the activity.
    starts_at: DateTime<Utc>,
    /// Where.
    #[serde(default)]
    #[schema(max_length = 200)]
    place: String,
    /// How many guests; any number if left out.
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: Option<i32>,
}

/// Who gets it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LaunchAt {
    /// The host.
    organization_id: Uuid,
    /// Its own sessions; those for all if left out.
    #[schema(max_items = 50)]
    sessions: Option<Vec<LaunchSession>>,
}

/// What is launched, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Launch {
    /// A strand of the same edition, if it belongs to one.
    strand_id: Option<Uuid>,
    /// What each host gets.
    activity: ActivityTemplate,
    /// Sessions for all who have none of their own; hosts make them themselves if there are none.
    #[serde(default)]
    #[schema(max_items = 50)]
    sessions: Vec<LaunchSession>,
    /// Who gets it.
    #[schema(min_items = 1, max_items = 500)]
    hosts: Vec<LaunchAt>,
}

/// What became of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LaunchOutcome {
    /// It has the activity now.
    Launched,
    /// It had it already; nothing was added.
    Already,
    /// It did not get it, for this reason.
    Refused,
}

/// What became of one host.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LaunchAnswer {
    /// The host.
    organization_id: Uuid,
    /// Its name in Chinese; empty if there is no such organization.
    name_zh: String,
    /// Its name in English; may be empty.
    name_en: String,
    /// What became of it.
    outcome: LaunchOutcome,
    /// Its activity, if it has one.
    activity_id: Option<Uuid>,
    /// Sessions that were added.
    session_ids: Vec<Uuid>,
    /// Why it was refused: `host_closed`, `not_a_host`, `not_designated`, `outside_month`, `outside_edition` or
    /// `code_taken`.
    code: Option<String>,
    /// The day that this is about.
    day: Option<NaiveDate>,
    /// The same as a sentence.
    reason: String,
}

/// What became of each host, in the order asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Launched {
    /// How many have it now that had it not.
    launched: usize,
    /// How many had it already.
    already: usize,
    /// How many did not get it.
    refused: usize,
    /// One for each.
    items: Vec<LaunchAnswer>,
}

/// Launches a theme at many hosts: each gets an activity of its own. Those that cannot get it are told why; the others are
/// done. Doing it again changes nothing for those that have it.
#[utoipa::path(
    post,
    path = "/api/v1/themes/{id}/launch",
    operation_id = "launch_theme",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The theme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = Launch,
    responses((status = 200, description = "What became of each host", body = Launched), ApiErrors)
)]
pub(super) async fn launch(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<Launch>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let edition = store::load_theme(&mut tx, id).await?.edition_id;
    let edition = managed(&mut tx, &actor, edition, None, Step::Launch).await?;
    let theme = store::load_theme(&mut tx, id).await?;
    let Some(month) = Month::beginning(theme.month) else {
        return Err(ApiError::internal(anyhow::anyhow!("a theme whose month does not begin on its first day")));
    };
    let mut checks = Checks::new();
    if let Some(strand) = body.strand_id {
        let known = store::strands(&mut tx, edition.id).await?.iter().any(|row| row.id == strand);
        checks.require(known, "strand_id", "unknown", "must be a strand of the edition");
    }
    let part = Part { theme: Some(theme.id), strand: body.strand_id, span: Span::Month(month) };
    let told = at_hosts(&state, &mut tx, &edition, part, &body, checks).await?;
    audit::record(&mut tx, &actor, state.now(), event("theme.launch", "theme", id, &edition, &body, &told)).await?;
    tx.commit_with(Json(told)).await
}

/// Launches a strand that is of no month at many hosts, as a theme is launched: its sessions lie within the edition.
#[utoipa::path(
    post,
    path = "/api/v1/strands/{id}/launch",
    operation_id = "launch_strand",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The strand"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = Launch,
    responses((status = 200, description = "What became of each host", body = Launched), ApiErrors)
)]
pub(super) async fn launch_strand(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<Launch>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let edition = store::load_strand(&mut tx, id).await?.edition_id;
    let edition = managed(&mut tx, &actor, edition, None, Step::Launch).await?;
    store::load_strand(&mut tx, id).await?;
    let mut checks = Checks::new();
    let itself = body.strand_id.is_none_or(|strand| strand == id);
    checks.require(itself, "strand_id", "other_strand", "must be the strand itself, or left out");
    let span = Span::Edition { first: edition.first_day, last: edition.last_day };
    let part = Part { theme: None, strand: Some(id), span };
    let told = at_hosts(&state, &mut tx, &edition, part, &body, checks).await?;
    audit::record(&mut tx, &actor, state.now(), event("strand.launch", "strand", id, &edition, &body, &told)).await?;
    tx.commit_with(Json(told)).await
}

/// What is launched.
#[derive(Debug, Clone, Copy)]
struct Part {
    theme: Option<Uuid>,
    strand: Option<Uuid>,
    span: Span,
}

fn event(
    action: &'static str,
    noun: &'static str,
    id: Uuid,
    edition: &store::Edition,
    body: &Launch,
    told: &Launched,
) -> Event {
    let of = |outcome| -> Vec<Uuid> {
        told.items.iter().filter(|item| item.outcome == outcome).map(|item| item.organization_id).collect()
    };
    let detail = json!({
        "edition_id": edition.id, "code": body.activity.code.trim(), "launched": of(LaunchOutcome::Launched),
        "refused": of(LaunchOutcome::Refused),
    });
    Event::new(action, noun, id, detail)
}

/// Judges each host, and gives it the activity if it may have it.
async fn at_hosts(
    state: &AppState,
    tx: &mut Tx,
    edition: &store::Edition,
    part: Part,
    body: &Launch,
    mut checks: Checks,
) -> Result<Launched> {
    let now = state.now();
    let template = template(&mut checks, &body.activity, edition.id, part, now);
    check_times(&mut checks, body, template.minutes);
    checks.finish()?;
    let ids: Vec<Uuid> = body.hosts.iter().map(|host| host.organization_id).collect();
    let known: HashMap<Uuid, store::LaunchHost> =
        store::hosts(tx, edition.id, &ids).await?.into_iter().map(|host| (host.id, host)).collect();
    let today = now.with_timezone(&Shanghai).date_naive();
    let mut items = Vec::with_capacity(ids.len());
    for at in &body.hosts {
        let times = at.sessions.as_deref().unwrap_or(&body.sessions);
        let host = known.get(&at.organization_id);
        let candidate = candidate(tx, edition, host, times, part.span.first().max(today)).await?;
        let refused = judge(&candidate, part.span).err();
        let mut answer = LaunchAnswer {
            organization_id: at.organization_id,
            name_zh: host.map(|host| host.name_zh.clone()).unwrap_or_default(),
            name_en: host.map(|host| host.name_en.clone()).unwrap_or_default(),
            outcome: LaunchOutcome::Refused,
            activity_id: None,
            session_ids: Vec::new(),
            code: refused.map(|refused| refused.code().to_owned()),
            day: refused.and_then(kepu_domain::programme::NotLaunched::day),
            reason: refused.map(|refused| refused.to_string()).unwrap_or_default(),
        };
        if let (Some(host), None) = (host, refused) {
            give(state, tx, &template, host, times, now, &mut answer).await?;
        }
        items.push(answer);
    }
    let count = |outcome| items.iter().filter(|item| item.outcome == outcome).count();
    Ok(Launched {
        launched: count(LaunchOutcome::Launched),
        already: count(LaunchOutcome::Already),
        refused: count(LaunchOutcome::Refused),
        items,
    })
}

/// The activity as each host gets it; its identity and host are still to be filled in.
fn template(checks: &mut Checks, body: &ActivityTemplate, edition: Uuid, part: Part, now: DateTime<Utc>) -> Activity {
    let mut inner = Checks::new();
    let grades = body.grades.map(|grades| check_grades(&mut inner, grades));
    let row = Activity {
        id: Uuid::nil(),
        district_id: Uuid::nil(),
        host_id: Uuid::nil(),
        host_name_zh: String::new(),
        code: inner.text("code", &body.code, 1..=40),
        kind: inner.text("kind", &body.kind, 1..=40),
        title_zh: inner.text("title_zh", &body.title_zh, 1..=120),
        title_en: inner.text("title_en", &body.title_en, 0..=200),
        level: None,
        grade_from: grades.and_then(|grades| grades.from),
        grade_to: grades.and_then(|grades| grades.to),
        tags: check_tags(&mut inner, &body.tags),
        voluntary: body.voluntary,
        school_day: body.school_day,
        minutes: inner.range("minutes", body.minutes, 1..=1440),
        edition_id: Some(edition),
        theme_id: part.theme,
        strand_id: part.strand,
        status: ActivityStatus::Open,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    checks.within("activity.", inner);
    row
}

fn check_times(checks: &mut Checks, body: &Launch, minutes: i32) {
    checks.count("hosts", body.hosts.len(), 1..=HOSTS_MAX);
    let mut seen = std::collections::HashSet::new();
    for (index, host) in body.hosts.iter().enumerate() {
        let field = format!("hosts[{index}].organization_id");
        checks.require(seen.insert(host.organization_id), &field, "twice", "is there twice");
    }
    let of_hosts = body.hosts.iter().enumerate().filter_map(|(index, host)| {
        host.sessions.as_deref().map(|sessions| (format!("hosts[{index}].sessions"), sessions))
    });
    for (field, all) in std::iter::once(("sessions".to_owned(), body.sessions.as_slice())).chain(of_hosts) {
        checks.count(&field, all.len(), 0..=SESSIONS_MAX);
        for (index, session) in all.iter().enumerate() {
            sessions::check_new_times(checks, &format!("{field}[{index}]."), &times(session, minutes));
        }
    }
}

fn times(session: &LaunchSession, minutes: i32) -> NewTimes {
    let starts_at = session.starts_at.trunc_subsecs(6);
    let ends_at = starts_at.checked_add_signed(TimeDelta::minutes(i64::from(minutes))).unwrap_or(starts_at);
    NewTimes { starts_at, ends_at, place: session.place.clone(), capacity: session.capacity }
}

/// What is known of a host. Without sessions it must have the right to host on `from`.
async fn candidate(
    tx: &mut Tx,
    edition: &store::Edition,
    host: Option<&store::LaunchHost>,
    times: &[LaunchSession],
    from: NaiveDate,
) -> Result<Candidate> {
    let Some(host) = host else { return Ok(Candidate::default()) };
    let days: Vec<NaiveDate> =
        times.iter().map(|session| session.starts_at.with_timezone(&Shanghai).date_naive()).collect();
    let mut without_right = Vec::new();
    if let Some(scheme) = edition.host_scheme_id {
        let mut held = Vec::new();
        for row in designations::store::of_holder(tx, host.id, scheme).await? {
            if row.professional_id.is_none() {
                held.push(row.rules()?);
            }
        }
        let asked = if days.is_empty() { vec![from] } else { days.clone() };
        without_right = asked.into_iter().filter(|day| !held.iter().any(|one| one.in_force_on(*day))).collect();
    }
    Ok(Candidate {
        open: host.status == OrganizationStatus::Active,
        hosts: host.roles.iter().any(|role| role.hosts()),
        without_right,
        days,
    })
}

/// Gives a host the activity, unless it has it.
async fn give(
    state: &AppState,
    tx: &mut Tx,
    template: &Activity,
    host: &store::LaunchHost,
    wanted: &[LaunchSession],
    now: DateTime<Utc>,
    answer: &mut LaunchAnswer,
) -> Result<()> {
    let activity = Activity { id: state.new_id(), district_id: host.district_id, host_id: host.id, ..template.clone() };
    if !activities::store::insert_unless_there(tx, &activity).await? {
        match store::activity_of_code(tx, host.id, &activity.code).await? {
            Some((there, theme, strand))
                if theme == activity.theme_id && (theme.is_some() || strand == activity.strand_id) =>
            {
                answer.outcome = LaunchOutcome::Already;
                answer.activity_id = Some(there);
            }
            _ => {
                answer.code = Some("code_taken".to_owned());
                answer.reason = "The host has another activity of this code.".to_owned();
            }
        }
        return Ok(());
    }
    let times: Vec<NewTimes> = wanted.iter().map(|session| times(session, activity.minutes)).collect();
    answer.outcome = LaunchOutcome::Launched;
    answer.activity_id = Some(activity.id);
    answer.session_ids = sessions::add_plain(state, tx, &activity, &times, now).await?;
    Ok(())
}
