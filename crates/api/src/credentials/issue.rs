//! POST /api/v1/persons/{id}/badges

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DurationRound, TimeDelta};
use kepu_domain::{
    credential::{
        badge::{Badge, HashedName},
        number,
    },
    role::{Action, Scope},
    text::Lang,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AchievementWanted, CredentialView, TAG, issuer, keys::Signing, proven::Proven, status, store};
use crate::{
    audit::{self, Event},
    auth::{Actor, secret},
    credits::store as credit_store,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, Location},
    http::public_url::PublicUrl,
    state::AppState,
};

/// How long a badge holds when nobody says so.
const DAYS: i64 = 730;
/// How long at the longest.
const DAYS_MAX: i64 = 3650;

/// What badge to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BadgeRequest {
    /// The policy; the one that can score such a person when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// What it shall state.
    pub achievement: AchievementWanted,
    /// Whether a name can be compared with that of the holder (which is in the badge as a salted hash). If not, nothing in
    /// the badge tells whose it is.
    #[serde(default)]
    pub with_name: bool,
    /// For how many days it holds, 1 to 3650; 730 if left out.
    #[serde(default)]
    pub days: Option<i64>,
}

/// Makes a badge (Open Badges 3.0, signed) of what the ledger says of the person at this moment.
#[utoipa::path(
    post, path = "/api/v1/persons/{id}/badges", operation_id = "issue_badge", tag = TAG, request_body = BadgeRequest,
    params(("id" = Uuid, Path, description = "The person"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "Issued; take it at badge.jwt", body = CredentialView), ApiErrors)
)]
pub(super) async fn issue_badge(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<BadgeRequest>,
) -> Result<Response> {
    let days = body.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(ApiError::invalid_field(
            "days",
            "out_of_range",
            format!("must be from 1 to {DAYS_MAX}, not {days}"),
        ));
    }
    let wanted = body.achievement.wanted()?;
    PublicUrl::require_set(state.config())?;
    // Before the transaction: a new key takes a second to make.
    let signing = Signing::ready(&state, actor.district()?).await?;
    let mut tx = state.begin(&actor).await?;
    let person = credit_store::named_person(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let scope = Scope::Person { district: tx.district().0, person: id, school: person.school_id };
    actor.require(Action::CredentialIssue, &scope)?;

    let now = state.now();
    let proven = Proven::of(&mut tx, &person, body.policy.as_deref(), now).await?;
    let claim = proven.claim(wanted)?;

    let district = store::district(&mut tx).await?;
    let issuer = issuer(&pages, &district);
    let place = status::take(&mut tx, &signing, &issuer, now).await?;
    let number = number::number(&district.code, &secret::word());
    let from = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now);
    let until = from + TimeDelta::days(days);
    let badge = Badge {
        id: secret::uuid(),
        number: &number,
        issuer: &issuer,
        subject: secret::uuid(),
        holder: body.with_name.then(|| HashedName::of(&person.name, &secret::token())),
        claim: &claim,
        under: proven.version.rules(),
        from,
        until,
        list: &place.address,
        place: place.place,
    };
    let token = signing.sign(&issuer.id, "JWT", &badge.payload())?;
    let credential = state.new_id();
    let at = (place.list, i32::try_from(place.place).map_err(ApiError::internal)?, signing.id, token.as_str());
    let new = store::NewCredential {
        id: credential,
        number: &number,
        kind: "badge",
        person_id: id,
        policy_id: &proven.version.policy_id,
        policy_version_id: proven.version.policy_version_id,
        claim: &claim,
        paper: None,
        badge: Some(at),
        batch_id: None,
        issued_by: actor.account_id,
        issued_at: from,
        valid_until: Some(until),
    };
    store::insert(&mut tx, &new).await?;
    let digest = store::digest(&mut tx, credential).await?;
    let detail = json!({
        "kind": "badge", "number": number, "person_id": id, "title": claim.name(Lang::Zh),
        "digest": digest,
    });
    audit::record(&mut tx, &actor, now, Event::new("credential.issue", "credential", credential, detail)).await?;
    let row = store::credential(&mut tx, credential).await?;
    let location = Location(format!("/api/v1/credentials/{credential}"));
    tx.commit_with((StatusCode::CREATED, location, Json(CredentialView::of(row, now)))).await
}
