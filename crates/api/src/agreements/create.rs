use axum::{extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    agreement::{self as rules, Agreement, Signature, Term},
    role::{Action, Scope},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementKind, AgreementState, AgreementView, TAG, reach, side,
    steps::{Open, Told, signatory},
    store::{self, AgreementRow, Party},
    unfit,
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::ApiJson,
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// Who signs for the party that proposes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementOffer {
    /// The signatory's name.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// The signatory's post.
    #[schema(min_length = 1, max_length = 60)]
    post: String,
}

/// A new agreement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAgreement {
    /// What sort it is; stays as it is.
    kind: AgreementKind,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 2000)]
    aims: String,
    /// Where it was made public.
    #[serde(default)]
    #[schema(max_length = 200)]
    source: String,
    /// Who proposes it: an organization that the account answers for.
    proposer_id: Uuid,
    /// The other parties.
    #[schema(max_items = 11)]
    parties: Vec<Uuid>,
    /// First day of its term.
    first_day: NaiveDate,
    /// Last day; open if left out.
    last_day: Option<NaiveDate>,
    /// What it renews: an agreement of the same parties that all have signed.
    predecessor_id: Option<Uuid>,
    /// Signs and offers it at once. Only for what needs no text: a pairing.
    offer: Option<AgreementOffer>,
}

/// The parties, the proposer first, checked against the sort of agreement and the rest of the form.
pub(super) async fn parties(
    tx: &mut Tx,
    checks: &mut Checks,
    kind: AgreementKind,
    proposer: Uuid,
    others: &[Uuid],
) -> Result<Vec<Party>> {
    let ids: Vec<Uuid> = std::iter::once(proposer).chain(others.iter().copied()).collect();
    let parties = store::parties(tx, &ids).await?;
    checks.require(parties.len() == ids.len(), "parties", "unknown", "must be organizations that are registered");
    let sides: Vec<(Uuid, rules::Side)> = parties.iter().map(|party| (party.id, side(party.kind))).collect();
    if parties.len() == ids.len()
        && let Err(refusal) = rules::check_parties(kind.into(), &sides)
    {
        checks.add(unfit(refusal).errors().first().cloned().unwrap_or_default());
    }
    Ok(parties)
}

/// The days, checked.
pub(super) fn term(checks: &mut Checks, from: NaiveDate, to: Option<NaiveDate>) {
    checks.day("first_day", from);
    if let Some(last) = to {
        checks.day("last_day", last);
    }
    if let Err(refusal) = rules::check_term(Term { from, to }) {
        checks.add(unfit(refusal).errors().first().cloned().unwrap_or_default());
    }
}

/// Refuses to renew what is another kind, has other parties, or was not signed: nobody's agreement is put an end to by
/// others.
pub(super) async fn check_predecessor(
    tx: &mut Tx,
    actor: &Actor,
    checks: &mut Checks,
    row: &AgreementRow,
) -> Result<()> {
    let Some(id) = row.predecessor_id else { return Ok(()) };
    let before = reach::known(tx, actor, id).await?;
    let mut own: Vec<Uuid> = row.parties.iter().map(|party| party.id).collect();
    let mut old: Vec<Uuid> = before.parties.iter().map(|party| party.id).collect();
    own.sort_unstable();
    old.sort_unstable();
    checks.require(
        before.kind == row.kind && own == old,
        "predecessor_id",
        "not_the_same_parties",
        "must be an agreement of the same sort between the same parties",
    );
    checks.require(
        before.state == AgreementState::Signed,
        "predecessor_id",
        "not_signed",
        "must be signed by all, and neither ended nor renewed",
    );
    checks.require(
        before.first_day < row.first_day,
        "first_day",
        "renews_from_the_start",
        format!("must lie after the first day of what it renews, {}", before.first_day),
    );
    Ok(())
}

/// Writes an agreement down as a draft of who proposes it; a pairing can be offered at once.
#[utoipa::path(
    post,
    path = "/api/v1/agreements",
    operation_id = "create_agreement",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewAgreement,
    responses((status = 201, description = "Written down", body = AgreementView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewAgreement>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::AgreementManage, &Scope::Host { district, host: body.proposer_id })?;
    let mut checks = Checks::new();
    let parties = parties(&mut tx, &mut checks, body.kind, body.proposer_id, &body.parties).await?;
    term(&mut checks, body.first_day, body.last_day);
    let now = state.now();
    let signed = body.offer.as_ref().map(|offer| signatory(&mut checks, "offer.", &offer.name, &offer.post));
    let row = AgreementRow {
        id: state.new_id(),
        kind: body.kind,
        title_zh: checks.text("title_zh", &body.title_zh, 1..=120),
        title_en: checks.text("title_en", &body.title_en, 0..=200),
        aims: checks.prose("aims", &body.aims, 2000),
        source: checks.text("source", &body.source, 0..=200),
        proposer_id: body.proposer_id,
        first_day: body.first_day,
        last_day: body.last_day,
        state: AgreementState::Draft,
        standing: Stored(Agreement::Draft),
        over_from: None,
        offered_at: None,
        predecessor_id: body.predecessor_id,
        created_by: actor.account_id,
        version: 1,
        created_at: now,
        updated_at: now,
        parties: Stored(parties),
        text_count: 0,
    };
    check_predecessor(&mut tx, &actor, &mut checks, &row).await?;
    checks.finish()?;
    if row.parties.iter().any(|party| party.id == row.proposer_id && party.district_id != district) {
        return Err(ApiError::not_found("organization"));
    }
    let today = today(&mut tx, now).await?;
    let proposer = row.proposer_id;
    let mut open = Open::new(&state, &actor, tx, row, Some(proposer), today);
    open.check_parties().await?;
    store::insert(&mut open.tx, &open.row).await?;
    let detail = json!({ "kind": open.row.kind, "title_zh": open.row.title_zh, "parties": body.parties });
    open.tell(Told { step: "create", action: "agreement.create", reason: "", detail }).await?;
    if let Some((name, post)) = signed {
        let signature = Signature { party: proposer, name, post, act: open.act(), paper: None };
        open.offer(signature).await?;
    }
    open.created().await
}
