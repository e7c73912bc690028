//! Transcripts and certificates: what they show is kept when they are issued, so that each is printed again as it was.

use std::collections::{BTreeMap, HashMap};

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use kepu_domain::{
    credential::{
        claim::{Claim, Wanted},
        number,
    },
    credit::Credit,
    role::{Action, Scope},
    text::Lang,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AchievementWanted, CredentialView, TAG, list::readable, proven::Proven, store};
use crate::{
    audit::{self, Event, Origin},
    auth::{Actor, secret},
    classes,
    credits::store as credit_store,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, Location},
    http::public_url::PublicUrl,
    pdf::{self, CreditKind, CreditPaper, PaperLine, PdfError},
    state::AppState,
    tenancy::Tx,
};

/// A sort of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// All that counted, and the sums.
    Transcript,
    /// One thing that was reached.
    Certificate,
}

impl PaperKind {
    /// The word in JSON and SQL.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Certificate => "certificate",
        }
    }

    /// What it states: a transcript all credit, a certificate what is asked for.
    pub(super) fn wanted(self, achievement: Option<AchievementWanted>) -> Result<Wanted> {
        match (self, achievement) {
            (Self::Transcript, None) => Ok(Wanted::Credits),
            (Self::Transcript, Some(_)) => Err(ApiError::invalid_field(
                "achievement",
                "not_allowed",
                "must be left out: a transcript states all credit",
            )),
            (Self::Certificate, Some(achievement)) => achievement.wanted(),
            (Self::Certificate, None) => {
                Err(ApiError::invalid_field("achievement", "required", "must say what the certificate is for"))
            }
        }
    }
}

/// What paper to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperRequest {
    /// Transcript or certificate.
    pub kind: PaperKind,
    /// The policy; the one that can score such a person when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// What a certificate states; not for a transcript.
    #[serde(default)]
    pub achievement: Option<AchievementWanted>,
}

/// Issues a transcript or certificate of what the ledger says of the person at this moment.
#[utoipa::path(
    post, path = "/api/v1/persons/{id}/papers", operation_id = "issue_paper", tag = TAG, request_body = PaperRequest,
    params(("id" = Uuid, Path, description = "The person"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "Issued; take it at paper.pdf", body = CredentialView), ApiErrors)
)]
pub(super) async fn issue_paper(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<PaperRequest>,
) -> Result<Response> {
    let wanted = body.kind.wanted(body.achievement)?;
    let mut tx = state.begin(&actor).await?;
    let person = credit_store::named_person(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let scope = Scope::Person { district: tx.district().0, person: id, school: person.school_id };
    actor.require(Action::CredentialPrint, &scope)?;
    let now = state.now();
    let issuing = Issuing { kind: body.kind.word(), wanted, policy_id: body.policy, batch: None, now };
    let credential = issue(&mut tx, &person, issuing, &Origin::from(&actor)).await?;
    let row = store::credential(&mut tx, credential).await?;
    let location = Location(format!("/api/v1/credentials/{credential}"));
    tx.commit_with((StatusCode::CREATED, location, Json(CredentialView::of(row, now)))).await
}

/// What is issued, and as of when.
pub(super) struct Issuing {
    pub(super) kind: &'static str,
    pub(super) wanted: Wanted,
    pub(super) policy_id: Option<String>,
    pub(super) batch: Option<Uuid>,
    pub(super) now: DateTime<Utc>,
}

/// Issues a paper; answers the credential.
pub(super) async fn issue(
    tx: &mut Tx,
    person: &credit_store::NamedPerson,
    issuing: Issuing,
    origin: &Origin,
) -> Result<Uuid> {
    let Issuing { kind, wanted, policy_id, batch, now } = issuing;
    let proven = Proven::of(tx, person, policy_id.as_deref(), now).await?;
    let claim = proven.claim(wanted)?;
    let district = store::district(tx).await?;
    let paper = compose(tx, person, &proven, &claim, &district.name_zh, now).await?;
    let number = number::number(&district.code, &secret::word());
    // What cannot be printed is not issued: a number without its paper would be of no use to anybody.
    print(kind, serde_json::to_value(&paper)?, number.clone(), number.clone()).await?;
    let id = crate::ids::new();
    let new = store::NewCredential {
        id,
        number: &number,
        kind,
        person_id: person.id,
        policy_id: &proven.version.policy_id,
        policy_version_id: proven.version.policy_version_id,
        claim: &claim,
        paper: Some(serde_json::to_value(&paper)?),
        badge: None,
        batch_id: batch,
        issued_by: origin.account_id.unwrap_or_default(),
        issued_at: now,
        valid_until: None,
    };
    store::insert(tx, &new).await?;
    let digest = store::digest(tx, id).await?;
    let detail = json!({
        "kind": kind, "number": number, "person_id": person.id, "title": claim.name(Lang::Zh), "batch_id": batch,
        "digest": digest,
    });
    audit::record_as(tx, origin, now, vec![Event::new("credential.issue", "credential", id, detail)]).await?;
    Ok(id)
}

/// What the paper shows.
async fn compose(
    tx: &mut Tx,
    person: &credit_store::NamedPerson,
    proven: &Proven,
    claim: &Claim,
    district: &str,
    now: DateTime<Utc>,
) -> Result<CreditPaper> {
    let place = store::place_of(tx, person.id).await?;
    let ids: Vec<Uuid> = proven.sheet.lines.iter().filter_map(|line| line.record_id.parse().ok()).collect();
    let contexts = credit_store::contexts(tx, &ids).await?;
    let contexts: HashMap<String, _> = contexts.into_iter().map(|one| (one.record_id.to_string(), one)).collect();
    let document = proven.policy.document();
    let (mut lines, mut sums) = (Vec::new(), BTreeMap::<String, Credit>::new());
    for line in proven.sheet.lines.iter().filter(|line| !line.counted.is_zero()) {
        let category = document.line_title(line.category.as_deref(), line.rule.as_deref(), Lang::Zh);
        let sum = sums.entry(category.clone()).or_default();
        *sum = sum.plus(line.counted);
        let Some(context) = contexts.get(&line.record_id) else { continue };
        lines.push(PaperLine {
            day: context.starts_at.with_timezone(&proven.zone).date_naive(),
            title: context.title_zh.clone().or_else(|| context.title_en.clone()).unwrap_or_default(),
            host: context.host_name.clone().unwrap_or_default(),
            category,
            credit: line.counted.to_string(),
        });
    }
    lines.sort_by_key(|line| line.day);
    let met = |met: bool| if met { "已达到 Met" } else { "未达到 Not met" };
    let titled = |title: Option<&kepu_domain::text::Text>, id: &str| {
        title.map(|title| title.get(Lang::Zh)).filter(|title| !title.is_empty()).unwrap_or(id).to_owned()
    };
    let requirements = proven.sheet.requirements.iter().map(|one| {
        let written = document.requirements.iter().find(|written| written.id == one.id);
        (titled(written.and_then(|written| written.title.as_ref()), &one.id), met(one.met).to_owned())
    });
    let ladders = document.ladders.iter().filter_map(|ladder| {
        let reached = proven.sheet.levels.get(&ladder.id)?.as_deref()?;
        let level = ladder.levels.iter().find(|level| level.id == reached)?;
        Some((titled(ladder.title.as_ref(), &ladder.id), titled(level.title.as_ref(), reached)))
    });
    let class = if place.class.is_empty() { String::new() } else { classes::full_name(place.grade, &place.class) };
    Ok(CreditPaper {
        district: district.to_owned(),
        name: person.name.clone(),
        school: place.school,
        class,
        policy: proven.version.title_zh.clone(),
        version: proven.version.version.clone(),
        illustrative: proven.version.illustrative,
        as_of: now.with_timezone(&proven.zone).fixed_offset(),
        total: claim.credits.to_string(),
        achieved: claim.name(Lang::Zh),
        achieved_en: claim.name(Lang::En),
        lines,
        sums: sums.into_iter().map(|(category, sum)| (category, sum.to_string())).collect(),
        reached: requirements.chain(ladders).collect(),
    })
}

/// A transcript or certificate as PDF, as it was when it was issued.
#[utoipa::path(
    get, path = "/api/v1/credentials/{id}/paper.pdf", operation_id = "download_paper", tag = TAG,
    params(("id" = Uuid, Path, description = "The credential")),
    responses((status = 200, description = "A4, with a code that leads to its verification",
               content_type = "application/pdf"), ApiErrors)
)]
pub(super) async fn download_paper(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let row = readable(&mut tx, &actor, id).await?;
    let paper = row.paper.ok_or_else(|| ApiError::not_found("paper"))?;
    if row.revoked_at.is_some() {
        return Err(ApiError::conflict("credential_revoked", "It was revoked: only what holds is printed."));
    }
    let verify_at = pages.page(&["verify", &row.number]);
    let file = print(&row.kind, paper, row.number.clone(), verify_at).await?;
    let detail = json!({ "number": row.number });
    audit::record(&mut tx, &actor, state.now(), Event::new("credential.take", "credential", id, detail)).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"credit.pdf\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, file).into_response())
}

/// Prints what was kept.
pub(super) async fn print(kind: &str, paper: serde_json::Value, number: String, verify_at: String) -> Result<Vec<u8>> {
    let paper: CreditPaper = serde_json::from_value(paper)?;
    let kind = if kind == "transcript" { CreditKind::Transcript } else { CreditKind::Certificate };
    let made = tokio::task::spawn_blocking(move || {
        pdf::credit_paper(kind, &paper, &number, &verify_at).map_err(|error| unprintable(&paper, &error))
    });
    made.await.map_err(ApiError::internal)?
}

/// Why it cannot be printed; of characters that no font has all, not the first alone.
fn unprintable(paper: &CreditPaper, error: &PdfError) -> ApiError {
    let told = error.unprintable();
    match (error, paper.missing()) {
        (PdfError::MissingGlyph { .. }, Ok(characters)) if !characters.is_empty() => {
            let message = format!("no font has {characters}");
            told.with_errors(vec![FieldError::new(CHARACTERS, error.code(), message).value(characters)])
        }
        _ => told,
    }
}

/// The field of an error under which the characters are that no font has.
pub(super) const CHARACTERS: &str = "characters";
