//! What becomes of a designation: suspended, lifted, revoked, kept after all, renewed. The authority of the scheme says so.

use std::iter;

use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Asia::Shanghai;
use kepu_domain::{
    designation::{
        self as rules, Designation, Refusal, Term,
        renewal::Answer,
        standing::{StandingName, Step},
    },
    reminder,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DesignationView, assess::AssessmentView, refused, renewals, schemes, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits::{self, Author},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    reminders::{self, News},
    state::AppState,
    tenancy::Tx,
};

/// From which day, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingChange {
    /// The day from which it holds. It may be past: credit follows.
    from: NaiveDate,
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// From which day, until when, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspensionBody {
    /// The first day. It may be past: credit follows.
    from: NaiveDate,
    /// The last day; until it is lifted, if left out. Within a suspension that is still to be lifted, this is when it ends.
    to: Option<NaiveDate>,
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepBody {
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Until when, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalBody {
    /// The last day; as the scheme says, counted from the day after the present last day, if left out.
    valid_to: Option<NaiveDate>,
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DesignationPast {
    /// `awarded`, `corrected`, `ended`, `suspended`, `lifted`, `revoked`, `kept`, `renewed` or `assessed`.
    kind: String,
    /// The day from which it holds.
    on_day: NaiveDate,
    /// Why, or on which occasion it was awarded; why is null to all but its holder and its authority.
    reason: Option<String>,
    /// When it was entered.
    at: DateTime<Utc>,
}

/// Where a designation stands today.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DesignationStanding {
    /// The designation.
    designation: DesignationView,
    /// What it is today: `upcoming`, `in_force`, `suspended`, `revoked` or `expired`.
    #[schema(value_type = String)]
    standing: StandingName,
    /// Whether it is revoked from a later day on: until then it can be kept after all.
    revocation_ahead: bool,
    /// First day on which it may be renewed; null if it never may.
    renewal_from: Option<NaiveDate>,
    /// Last day on which it may be renewed.
    renewal_to: Option<NaiveDate>,
    /// Year whose assessment is late; null if none is.
    assessment_owed: Option<i32>,
    /// Assessments, by year.
    assessments: Vec<AssessmentView>,
    /// What happened, the oldest first.
    history: Vec<DesignationPast>,
}

/// The answer to what the domain refuses.
pub(super) fn declined(refusal: rules::standing::Refusal) -> ApiError {
    ApiError::conflict(refusal.code(), format!("That cannot be done: {refusal}."))
}

/// Loads a designation of the actor's authority, to be changed: until the transaction ends nobody else changes what its
/// holder has.
pub(super) async fn lock(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<(store::Designation, store::Scheme)> {
    let holder = store::load(tx, id).await?.organization_id;
    store::lock_holder(tx, holder).await?;
    let row = store::load(tx, id).await?;
    let scheme = store::load_scheme(tx, row.scheme_id).await?;
    let scope = schemes::scope(tx, scheme.authority_id).await?;
    actor.require(Action::DesignationManage, &scope)?;
    Ok((row, scheme))
}

/// How the history calls a step that is taken on a designation as it is, and from which day on it tells.
fn told(step: Step, row: &store::Designation) -> (&'static str, NaiveDate) {
    match step {
        Step::Suspend { from, .. } => ("suspended", from),
        Step::Lift { from, .. } => ("lifted", from),
        Step::Revoke { from } => ("revoked", from),
        Step::Keep { on } => ("kept", on),
        Step::Renew { on, .. } => ("renewed", row.valid_to.and_then(|last| last.succ_opt()).unwrap_or(on)),
    }
}

/// Takes the step and writes it, without credit. The holder must be locked.
pub(super) async fn apply(
    tx: &mut Tx,
    state: &AppState,
    by: Uuid,
    mut row: store::Designation,
    step: Step,
    reason: &str,
) -> Result<(store::Designation, Designation)> {
    let before = row.rules()?;
    let was = before.suspensions.clone();
    let after = before.take(step).map_err(declined)?;
    let (kind, on_day) = told(step, &row);
    let now = state.now();
    // A step gives a suspension another end, or adds one after all there are.
    for (was, is) in was.iter().zip(&after.suspensions).filter(|(was, is)| was != is) {
        store::end_suspension(tx, row.id, *was, is.lifted_from).await?;
    }
    for one in after.suspensions.iter().skip(was.len()) {
        store::suspend(tx, state.new_id(), row.id, *one).await?;
    }
    // Whoever renews grants what was asked.
    if let Step::Renew { .. } = step
        && let Some(asked) = store::renewal_waiting(tx, row.id).await?
    {
        renewals::answer(tx, asked, Answer::Grant { by }, now).await?;
    }
    row.revoked_from = after.revoked_from;
    row.valid_to = after.term.to();
    row.version += 1;
    row.updated_at = now;
    store::update(tx, &row).await?;
    let ends = match step {
        Step::Suspend { to: Some(to), .. } => to.succ_opt().map(|day| ("lifted", day)),
        _ => None,
    };
    for (kind, on_day) in iter::once((kind, on_day)).chain(ends) {
        let id = state.new_id();
        let event = store::NewEvent { id, designation_id: row.id, kind, on_day, reason, account_id: by, at: now };
        store::add_event(tx, &event).await?;
    }
    let row = store::load(tx, row.id).await?;
    Ok((row, after))
}

/// Whether the holder has none of the same scheme on the days of this term, but the one that is to have it.
pub(super) async fn room(tx: &mut Tx, row: &store::Designation, term: Term) -> Result<()> {
    let all = store::of_holder(tx, row.holder(), row.scheme_id).await?;
    let others = all.iter().filter(|other| other.id != row.id).map(store::Designation::rules);
    rules::admit(term, "", &[], &others.collect::<Result<Vec<_>>>()?).map_err(|refusal| refused(&refusal))
}

/// Tells who holds a designation that it is suspended, in force again or revoked, and of a host the schools that have
/// sessions ahead there.
async fn tell(tx: &mut Tx, actor: &Actor, row: &store::Designation, step: Step, now: DateTime<Utc>) -> Result<()> {
    use reminder::Step as Told;
    let (holder, guests, from) = match step {
        Step::Suspend { from, .. } => (Told::DesignationSuspended, Told::HostSuspended, from),
        Step::Lift { from, .. } | Step::Keep { on: from } => (Told::DesignationResumed, Told::HostResumed, from),
        Step::Revoke { from } => (Told::DesignationRevoked, Told::HostRevoked, from),
        Step::Renew { .. } => return Ok(()),
    };
    let on = credits::today(tx, now).await?;
    let (label_zh, label_en) = row.label();
    let news = News { step: holder, object: row.id, page: None, on, label_zh, label_en };
    reminders::tell_organizations(tx, actor, &[row.organization_id], &news, now).await?;
    if row.professional_id.is_none() {
        let start = from.and_time(NaiveTime::MIN).and_local_timezone(Shanghai).earliest();
        let start = start.map_or(now, |start| now.max(start.to_utc()));
        let mut schools = store::schools_ahead(tx, row.organization_id, start).await?;
        schools.retain(|school| *school != row.organization_id);
        reminders::tell_organizations(tx, actor, &schools, &News { step: guests, ..news }, now).await?;
    }
    Ok(())
}

async fn change(
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    version: IfMatch,
    action: &'static str,
    reason: &str,
    step: impl AsyncFnOnce(&mut Tx, &store::Designation, &store::Scheme) -> Result<Step>,
) -> Result<(ETag, Json<DesignationView>)> {
    let mut tx = state.begin(actor).await?;
    let (before, scheme) = lock(&mut tx, actor, id).await?;
    version.check("designation", before.version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", reason, 1..=400);
    checks.finish()?;
    let step = step(&mut tx, &before, &scheme).await?;
    let was = before.rules()?.days();
    let (_, on_day) = told(step, &before);
    let (row, after) = apply(&mut tx, state, actor.account_id, before, step, &reason).await?;
    let now = state.now();
    let days = |days: &[Term]| -> Vec<_> { days.iter().map(|term| json!([term.from(), term.to()])).collect() };
    let detail =
        json!({ "on_day": on_day, "in_force": { "from": days(&was), "to": days(&after.days()) }, "reason": reason });
    audit::record(&mut tx, actor, now, Event::new(action, "designation", id, detail)).await?;
    if row.professional_id.is_none() {
        credits::touch_designation(&mut tx, &Author { account_id: actor.account_id, at: now }, row.organization_id)
            .await?;
    }
    tell(&mut tx, actor, &row, step, now).await?;
    let today = credits::today(&mut tx, now).await?;
    tx.commit().await?;
    credits::follow_designation(state);
    Ok((ETag(row.version), Json(DesignationView::of(row, today)?)))
}

/// Suspends a designation from a day on, or for some days, past ones too. What its host's guests earned then is taken away; ask
/// for the effect first. A suspension that is still to be lifted goes on.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/suspend",
    operation_id = "suspend_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = SuspensionBody,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn suspend(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(SuspensionBody { from, to, reason }): ApiJson<SuspensionBody>,
) -> Result<(ETag, Json<DesignationView>)> {
    let at = state.now();
    let step = async move |tx: &mut Tx, _: &store::Designation, _: &store::Scheme| {
        Ok(Step::Suspend { from, to, on: credits::today(tx, at).await? })
    };
    change(&state, &actor, id, version, "designation.suspend", &reason, step).await
}

/// Lifts the suspension: in force again from a day on. From its first day on, it is as if it had never been suspended. Where
/// the day is known already, it becomes this one.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/lift",
    operation_id = "lift_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = StandingChange,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn lift(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(StandingChange { from, reason }): ApiJson<StandingChange>,
) -> Result<(ETag, Json<DesignationView>)> {
    let at = state.now();
    let step = async move |tx: &mut Tx, _: &store::Designation, _: &store::Scheme| {
        Ok(Step::Lift { from, on: credits::today(tx, at).await? })
    };
    change(&state, &actor, id, version, "designation.lift", &reason, step).await
}

/// Revokes a designation from a day on: until that day it can be kept after all, then it is revoked for good. Its number is not
/// given again.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/revoke",
    operation_id = "revoke_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = StandingChange,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn revoke(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(StandingChange { from, reason }): ApiJson<StandingChange>,
) -> Result<(ETag, Json<DesignationView>)> {
    let step = async move |_: &mut Tx, _: &store::Designation, _: &store::Scheme| Ok(Step::Revoke { from });
    change(&state, &actor, id, version, "designation.revoke", &reason, step).await
}

/// Keeps a designation whose revocation is still to come: it is as if it had never been revoked.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/keep",
    operation_id = "keep_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = KeepBody,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn keep(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(KeepBody { reason }): ApiJson<KeepBody>,
) -> Result<(ETag, Json<DesignationView>)> {
    let at = state.now();
    let step = async move |tx: &mut Tx, row: &store::Designation, _: &store::Scheme| {
        // Another may have been granted for the days after it.
        room(tx, row, row.rules()?.term).await?;
        Ok(Step::Keep { on: credits::today(tx, at).await? })
    };
    change(&state, &actor, id, version, "designation.keep", &reason, step).await
}

/// Renews a designation within the scheme's window: it holds until a later day. If its holder has asked for that, it is granted,
/// and judged as of the day on which it was asked.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/renew",
    operation_id = "renew_designation",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = RenewalBody,
    responses((status = 200, description = "As it is now", body = DesignationView), ApiErrors)
)]
pub(super) async fn renew(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(RenewalBody { valid_to, reason }): ApiJson<RenewalBody>,
) -> Result<(ETag, Json<DesignationView>)> {
    let at = state.now();
    let step = async move |tx: &mut Tx, row: &store::Designation, scheme: &store::Scheme| {
        let waits = store::renewal_waiting(tx, row.id).await?;
        let on = waits.map_or(credits::today(tx, at).await?, |one| one.asked_on);
        let asked = scheme.rules.as_ref().map(|rules| &rules.0);
        let next = row.valid_to.and_then(|last| last.succ_opt());
        let to = match (valid_to, asked, next) {
            (Some(to), ..) => Some(to),
            (None, Some(rules), Some(next)) => rules.last_day(next).map_err(|refusal| match refusal {
                Refusal::SchemeOver { .. } => {
                    ApiError::invalid_field("valid_to", "scheme_over", format!("{refusal}: give the last day"))
                }
                other => refused(&other),
            })?,
            _ => None,
        };
        room(tx, row, Term::new(row.valid_from, to).map_err(|refusal| refused(&refusal))?).await?;
        Ok(Step::Renew { on, to, rule: asked.and_then(|rules| rules.renewal) })
    };
    change(&state, &actor, id, version, "designation.renew", &reason, step).await
}

/// Where a designation stands today, and what happened to it.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}/standing",
    operation_id = "read_designation_standing",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The designation")),
    responses((status = 200, description = "Where it stands", body = DesignationStanding), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<DesignationStanding>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    let scope = Scope::District { district: row.district_id };
    actor.require(Action::DesignationRead, &scope)?;
    let scheme = store::load_scheme(&mut tx, row.scheme_id).await?;
    let today = credits::today(&mut tx, state.now()).await?;
    let assessments = store::assessments(&mut tx, &[id]).await?;
    let history = store::history(&mut tx, &[id]).await?;
    let authority = schemes::scope(&mut tx, scheme.authority_id).await?;
    let concerned =
        actor.may(Action::RoundRead, &authority) || actor.may(Action::ApplicationSubmit, &renewals::own(&row));
    tx.commit().await?;
    let known = row.rules()?;
    let asked = scheme.rules.map(|rules| rules.0);
    let window = asked.as_ref().and_then(|rules| rules.renewal).zip(row.valid_to).map(|(rule, last)| rule.window(last));
    let years: Vec<i32> = assessments.iter().map(|one| one.year).collect();
    let owed = asked.and_then(|rules| rules.assessment).and_then(|rule| known.assessment_owed(rule, today, &years));
    let past = |event: store::PastEvent| DesignationPast {
        // On which occasion something was awarded is no secret.
        reason: (concerned || event.kind == "awarded").then_some(event.reason),
        kind: event.kind,
        on_day: event.on_day,
        at: event.at,
    };
    let view = DesignationStanding {
        standing: known.standing_on(today),
        revocation_ahead: row.revoked_from.is_some_and(|from| today < from),
        renewal_from: window.map(|(from, _)| from),
        renewal_to: window.map(|(_, to)| to),
        assessment_owed: owed.map(|(year, _)| year),
        assessments: assessments.into_iter().map(AssessmentView::from).collect(),
        history: history.into_iter().map(past).collect(),
        designation: DesignationView::of(row, today)?,
    };
    Ok((ETag(view.designation.version), Json(view)))
}
