//! What everybody may read: who issues, with which keys, what was revoked, and what a number stands for.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use kepu_domain::{
    credential::{badge, check, claim, number},
    text::Lang,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Jwk, Jwks, TAG, issuer, keys::Signing, store};
use crate::{
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
    http::public_url::PublicUrl,
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// Pages of others may read it too: a verifier runs where it likes.
const ANYWHERE: (HeaderName, HeaderValue) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
/// Asked for anew each time: what was revoked a moment ago must not look valid.
const FRESH: (HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));

/// What a number stands for, without saying more of its holder than the paper's own reader sees anyhow.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialCheck {
    /// The number.
    pub number: String,
    /// `badge`, `certificate` or `transcript`.
    pub kind: String,
    /// `valid`, `expired` or `revoked`.
    pub state: String,
    /// The holder's name, most of it hidden; null of a badge, which says itself whether its holder's name may be compared.
    pub holder: Option<String>,
    /// The district that issued it.
    pub issuer_zh: String,
    /// The same in English; may be empty.
    pub issuer_en: String,
    /// What it states, in Chinese.
    pub title_zh: String,
    /// What it states, in English.
    pub title_en: String,
    /// The credit that it states, a decimal.
    pub credits: String,
    /// The policy's title in Chinese.
    pub policy_title_zh: String,
    /// The policy's title in English.
    pub policy_title_en: String,
    /// The policy version under which it was so.
    pub policy_version: String,
    /// Whether the values of that policy were made up for illustration.
    pub illustrative: bool,
    /// When it was issued, which is as of when it is so.
    pub issued_at: DateTime<Utc>,
    /// Until when it holds; null for ever.
    pub valid_until: Option<DateTime<Utc>>,
    /// Since when it holds no more.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Verifies a credential by its number. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/verify/{number}", operation_id = "verify_credential", tag = TAG, security(()),
    params(("number" = String, Path, description = "The number, as it is printed")),
    responses((status = 200, description = "What it stands for", body = CredentialCheck), ApiErrors)
)]
pub(super) async fn verify_credential(
    State(state): State<AppState>,
    ApiPath(text): ApiPath<String>,
) -> Result<Json<CredentialCheck>> {
    let unknown = || ApiError::not_found("credential");
    let (code, number) = number::read(&text).ok_or_else(unknown)?;
    let (mut tx, district) = begin(&state, &code).await.map_err(|_| unknown())?;
    let row = store::of_number(&mut tx, &number).await?.ok_or_else(unknown)?;
    tx.commit().await?;
    let state = row.standing().name_at(row.valid_until, state.now()).word().to_owned();
    let claim = row.claim.0;
    Ok(Json(CredentialCheck {
        number: row.number,
        holder: (row.kind != "badge").then(|| number::masked(&row.person_name)),
        kind: row.kind,
        state,
        issuer_zh: district.name_zh,
        issuer_en: district.name_en,
        title_zh: claim.name(Lang::Zh),
        title_en: claim.name(Lang::En),
        credits: claim.credits.to_string(),
        policy_title_zh: row.policy_title_zh,
        policy_title_en: row.policy_title_en,
        policy_version: row.policy_version,
        illustrative: row.illustrative,
        issued_at: row.issued_at,
        valid_until: row.valid_until,
        revoked_at: row.revoked_at,
    }))
}

/// A district as an issuer (Open Badges 3.0, Profile).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerProfile {
    /// The contexts of its terms.
    #[serde(rename = "@context")]
    pub context: Vec<String>,
    /// Its address, by which badges name it.
    pub id: String,
    /// `Profile`.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// Its name.
    pub name: String,
    /// The address of its pages.
    pub url: String,
}

/// The profile of a district as an issuer of badges. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/issuers/{code}", operation_id = "read_issuer", tag = TAG, security(()),
    params(("code" = String, Path, description = "Code of the district")),
    responses((status = 200, description = "The profile", body = IssuerProfile), ApiErrors)
)]
pub(super) async fn read_issuer(
    State(state): State<AppState>,
    pages: PublicUrl,
    ApiPath(code): ApiPath<String>,
) -> Result<Response> {
    let (tx, district) = begin(&state, &code).await?;
    tx.commit().await?;
    let issuer = issuer(&pages, &district);
    let profile = IssuerProfile {
        context: badge::CONTEXTS.map(str::to_owned).to_vec(),
        id: issuer.id,
        kind: vec!["Profile".to_owned()],
        name: issuer.name,
        url: issuer.url,
    };
    Ok(([ANYWHERE, FRESH], Json(profile)).into_response())
}

/// What badges state, whoever holds one (Open Badges 3.0, Achievement).
#[derive(Debug, Serialize, ToSchema)]
pub struct AchievementView(serde_json::Value);

/// An achievement, where badges say that it is. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/issuers/{code}/achievements/{version}/{name}", operation_id = "read_achievement", tag = TAG,
    security(()),
    params(("code" = String, Path, description = "Code of the district"),
           ("version" = Uuid, Path, description = "The policy version under which it is achieved"),
           ("name" = String, Path, description = "Which: `credits`, `requirement-` and its id, `level-`, ladder and level")),
    responses((status = 200, description = "The achievement", body = AchievementView), ApiErrors)
)]
pub(super) async fn read_achievement(
    State(state): State<AppState>,
    pages: PublicUrl,
    ApiPath((code, version, name)): ApiPath<(String, Uuid, String)>,
) -> Result<Response> {
    let unknown = || ApiError::not_found("achievement");
    let (mut tx, district) = begin(&state, &code).await?;
    let rules = store::version_of(&mut tx, version).await?.ok_or_else(unknown)?;
    let policy = credits::policy(&mut tx, version).await?;
    tx.commit().await?;
    let achievement = claim::achievement(&policy, &name).ok_or_else(unknown)?;
    let issuer = issuer(&pages, &district);
    let mut told = rules.rules().achievement(&issuer.id, &achievement);
    told["@context"] = json!(badge::CONTEXTS);
    told["creator"] = issuer.profile();
    Ok(([ANYWHERE, FRESH], Json(AchievementView(told))).into_response())
}

/// All public keys by which a district signs or has signed badges. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/issuers/{code}/jwks.json", operation_id = "read_issuer_keys", tag = TAG, security(()),
    params(("code" = String, Path, description = "Code of the district")),
    responses((status = 200, description = "The keys", body = Jwks), ApiErrors)
)]
pub(super) async fn read_issuer_keys(
    State(state): State<AppState>,
    pages: PublicUrl,
    ApiPath(code): ApiPath<String>,
) -> Result<Response> {
    let (mut tx, district) = begin(&state, &code).await?;
    let rows = store::keys(&mut tx).await?;
    tx.commit().await?;
    let issuer = issuer(&pages, &district);
    let keys = rows.iter().map(|row| jwk(&issuer.id, row)).collect();
    Ok(([ANYWHERE, FRESH], Json(Jwks { keys })).into_response())
}

/// One public key, where badges say that it is. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/issuers/{code}/keys/{id}", operation_id = "read_issuer_key", tag = TAG, security(()),
    params(("code" = String, Path, description = "Code of the district"), ("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "The key", body = Jwk), ApiErrors)
)]
pub(super) async fn read_issuer_key(
    State(state): State<AppState>,
    pages: PublicUrl,
    ApiPath((code, id)): ApiPath<(String, Uuid)>,
) -> Result<Response> {
    let (mut tx, district) = begin(&state, &code).await?;
    let rows = store::keys(&mut tx).await?;
    tx.commit().await?;
    let row = rows.iter().find(|row| row.id == id).ok_or_else(|| ApiError::not_found("key"))?;
    Ok(([ANYWHERE, FRESH], Json(jwk(&issuer(&pages, &district).id, row))).into_response())
}

/// A list of what was revoked (W3C Bitstring Status List v1.0), signed. Needs no account.
#[utoipa::path(
    get, path = "/api/v1/issuers/{code}/status/{list}", operation_id = "read_status_list", tag = TAG, security(()),
    params(("code" = String, Path, description = "Code of the district"), ("list" = i32, Path, description = "Its number")),
    responses((status = 200, description = "The list", body = String, content_type = "application/vc+jwt"), ApiErrors)
)]
pub(super) async fn read_status_list(
    State(state): State<AppState>,
    ApiPath((code, list)): ApiPath<(String, i32)>,
) -> Result<Response> {
    let (mut tx, _) = begin(&state, &code).await?;
    let row = store::list(&mut tx, list).await?.ok_or_else(|| ApiError::not_found("status list"))?;
    tx.commit().await?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/vc+jwt"));
    Ok(([kind, ANYWHERE, FRESH], row.token).into_response())
}

/// A key as it is listed under an issuer.
pub(super) fn jwk(issuer: &str, row: &store::KeyRow) -> Jwk {
    Jwk {
        kty: "RSA".to_owned(),
        usage: "sig".to_owned(),
        alg: check::ALGORITHM.to_owned(),
        kid: Signing::address(issuer, row.id),
        n: URL_SAFE_NO_PAD.encode(&row.modulus),
        e: URL_SAFE_NO_PAD.encode(&row.exponent),
    }
}

/// A transaction of the district of this code.
async fn begin(state: &AppState, code: &str) -> Result<(Tx, store::DistrictRow)> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let found = store::district_of_code(&mut tx, code).await?;
    tx.commit().await?;
    let district = found.ok_or_else(|| ApiError::not_found("issuer"))?;
    Ok((state.begin_in(DistrictId(district.id)).await?, district))
}
