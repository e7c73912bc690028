//! What was signed on paper is entered as it is, with its text, by a party or an official. Its parties see that, and by whom;
//! who did not sign what is said of it disputes it.

use axum::{
    body::Bytes,
    extract::{Request, State},
    response::Response,
};
use chrono::NaiveDate;
use kepu_domain::agreement::{Agreement, Paper, Signature, Step};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::Deserialize;
use serde_json::json;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AgreementKind, AgreementState, AgreementView, TAG,
    create::{parties, term},
    reach,
    steps::{Open, Told, signatory},
    store::{self, AgreementRow},
    text::{media_of, text_of},
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, IfMatch, parse_json},
    roster::today,
    state::AppState,
    upload,
};

/// Who signed for a party on paper.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperSignature {
    /// The party.
    organization_id: Uuid,
    /// The signatory's name.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// The signatory's post.
    #[schema(min_length = 1, max_length = 60)]
    post: String,
    /// The day on which it was signed.
    on: NaiveDate,
}

/// An agreement that was signed on paper.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperAgreement {
    /// What sort it is.
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
    /// Who signed: each party once, the one that proposed it first.
    #[schema(min_items = 2, max_items = 12)]
    signatures: Vec<PaperSignature>,
    /// First day of its term; it may be over.
    first_day: NaiveDate,
    /// Last day; open if left out.
    last_day: Option<NaiveDate>,
    /// The party that enters it: one that the account answers for. Left out by an official of the district of a party.
    entered_for: Option<Uuid>,
}

/// The form of an agreement that was signed on paper.
#[derive(ToSchema)]
pub(super) struct PaperAgreementForm {
    /// What it says and who signed it, as JSON.
    #[expect(dead_code, reason = "read by hand, described here")]
    agreement: PaperAgreement,
    /// The signed text: PDF, OFD, an image, or a document (OOXML).
    #[schema(value_type = String, format = Binary)]
    #[expect(dead_code, reason = "read by hand, described here")]
    file: Bytes,
}

/// Enters an agreement that was signed on paper, with its text, by a party or an official of the district of one. It is signed
/// at once, whatever its days; its parties see who entered it, and may dispute it.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/paper",
    operation_id = "record_agreement",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body(content = PaperAgreementForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Entered, and signed", body = AgreementView), ApiErrors)
)]
pub(super) async fn record(State(state): State<AppState>, actor: Actor, request: Request) -> Result<Response> {
    let (name, bytes, agreement) = upload::file_and(request, &state, "agreement").await?;
    let body: PaperAgreement = parse_json(&agreement)?;
    let media = media_of(&bytes)?;
    let mut tx = state.begin(&actor).await?;
    let ids: Vec<Uuid> = body.signatures.iter().map(|one| one.organization_id).collect();
    let mut checks = Checks::new();
    let (Some(first), others) = (ids.first().copied(), ids.get(1..).unwrap_or_default()) else {
        return Err(ApiError::invalid_field("signatures", "required", "name the parties and who signed for each"));
    };
    let parties = parties(&mut tx, &mut checks, body.kind, first, others).await?;
    match body.entered_for {
        None => reach::require_arrange(&actor, &parties)?,
        Some(party) => reach::acts_for(&actor, &parties, "entered_for", party)?,
    }
    term(&mut checks, body.first_day, body.last_day);
    let now = state.now();
    let row = AgreementRow {
        id: state.new_id(),
        kind: body.kind,
        title_zh: checks.text("title_zh", &body.title_zh, 1..=120),
        title_en: checks.text("title_en", &body.title_en, 0..=200),
        aims: checks.prose("aims", &body.aims, 2000),
        source: checks.text("source", &body.source, 0..=200),
        proposer_id: first,
        first_day: body.first_day,
        last_day: body.last_day,
        state: AgreementState::Draft,
        standing: Stored(Agreement::Draft),
        over_from: None,
        offered_at: None,
        predecessor_id: None,
        created_by: actor.account_id,
        version: 1,
        created_at: now,
        updated_at: now,
        parties: Stored(parties),
        text_count: 1,
    };
    let today = today(&mut tx, now).await?;
    let mut open = Open::new(&state, &actor, tx, row, body.entered_for, today);
    let mut signatures = Vec::new();
    for (at, one) in body.signatures.iter().enumerate() {
        let (name, post) = signatory(&mut checks, &format!("signatures[{at}]."), &one.name, &one.post);
        checks.day(&format!("signatures[{at}].on"), one.on);
        let paper = Some(Paper { on: one.on, entered_for: body.entered_for });
        signatures.push(Signature { party: one.organization_id, name, post, act: open.act(), paper });
    }
    checks.finish()?;
    open.check_pair().await?;
    store::insert(&mut open.tx, &open.row).await?;
    let text = text_of(&state, &actor, (open.row.id, 1), now, &name, media, &bytes)?;
    store::add_text(&mut open.tx, &text).await?;
    let detail = json!({
        "kind": open.row.kind, "title_zh": open.row.title_zh, "parties": ids, "text_id": text.id, "digest": text.digest,
    });
    let told = Told { step: "record", action: "agreement.record", reason: "", detail };
    open.take(Step::Record(body.entered_for, signatures), told).await?;
    state.files().put(&ObjectPath::from(text.object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
    open.created().await
}

/// What a party disputes, or takes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementDispute {
    /// The party.
    organization_id: Uuid,
    /// What is wrong; needed to dispute it.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

fn why(reason: &str, shortest: usize) -> Result<String> {
    let mut checks = Checks::new();
    let reason = checks.text("reason", reason, shortest..=400);
    checks.finish()?;
    Ok(reason)
}

/// Says for a party that it did not sign what others entered from paper. It is not in force until the party takes that back.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/dispute",
    operation_id = "dispute_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementDispute,
    responses((status = 200, description = "Disputed", body = AgreementView), ApiErrors)
)]
pub(super) async fn dispute(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementDispute>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let reason = why(&body.reason, 1)?;
    let step = Step::Dispute(body.organization_id, open.act(), reason.clone());
    open.take(step, Told { step: "dispute", action: "agreement.dispute", reason: &reason, detail: json!({}) }).await?;
    open.finish().await
}

/// Takes a dispute back: it was signed as it was entered.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/uphold",
    operation_id = "uphold_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementDispute,
    responses((status = 200, description = "Signed", body = AgreementView), ApiErrors)
)]
pub(super) async fn uphold(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementDispute>,
) -> Result<Response> {
    let mut open = Open::of(&state, &actor, id, body.organization_id, Some(version)).await?;
    let reason = why(&body.reason, 0)?;
    // Meanwhile the two may have been paired anew.
    open.check_pair().await?;
    let told = Told { step: "uphold", action: "agreement.uphold", reason: &reason, detail: json!({}) };
    open.take(Step::Uphold(body.organization_id), told).await?;
    open.finish().await
}

/// Why an agreement that was entered from paper is taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementStrike {
    /// The party that entered it; left out by an official of the district of a party, if one entered it.
    organization_id: Option<Uuid>,
    /// Why.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Takes out an agreement that one entered from paper by mistake. It stays to be read, withdrawn.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/strike",
    operation_id = "strike_agreement",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = AgreementStrike,
    responses((status = 200, description = "Withdrawn", body = AgreementView), ApiErrors)
)]
pub(super) async fn strike(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AgreementStrike>,
) -> Result<Response> {
    let mut open = match body.organization_id {
        Some(party) => Open::of(&state, &actor, id, party, Some(version)).await?,
        None => Open::arranged(&state, &actor, id, version).await?,
    };
    let reason = why(&body.reason, 1)?;
    let step = Step::Strike(body.organization_id, open.act(), reason.clone());
    open.take(step, Told { step: "strike", action: "agreement.strike", reason: &reason, detail: json!({}) }).await?;
    open.finish().await
}
