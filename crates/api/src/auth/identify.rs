//! Finds out who is asking, once a request, before anything else looks at it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kepu_domain::role::GrantScope;

use super::{
    actor::{Actor, Identity},
    cookies,
    keys::Refusal,
    origin,
};
use crate::{error::Result, state::AppState, telemetry, tenancy::DistrictId};

/// Names the district that a request is for.
pub const DISTRICT_HEADER: &str = "kepu-district";

/// The network address of the caller, for those who are not signed in.
#[derive(Debug, Clone)]
pub struct CallerAddress(pub String);

/// The middleware: puts an [`Identity`] and a [`CallerAddress`] into the request.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let address = origin::address(&request, state.config().trust_proxy);
    let method = request.method().clone();
    match find(&state, &method, request.headers(), &address).await {
        Ok(identity) => {
            if let Identity::Known(actor) = &identity {
                telemetry::note_account(actor.account_id);
            }
            request.extensions_mut().insert(identity);
            request.extensions_mut().insert(CallerAddress(address));
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn find(state: &AppState, method: &Method, headers: &HeaderMap, address: &str) -> Result<Identity> {
    let bearer = bearer(headers);
    let by_cookie = bearer.is_none()
        && (cookies::read(headers, cookies::ACCESS_COOKIE).is_some()
            || cookies::read(headers, cookies::REFRESH_COOKIE).is_some());
    origin::refuse_cross_site(method, headers, by_cookie)?;
    let Some(token) = bearer.or_else(|| cookies::read(headers, cookies::ACCESS_COOKIE)) else {
        return Ok(Identity::Nobody);
    };

    let (now, auth) = (state.now(), state.auth());
    let claims = match auth.keys().verify(token, now) {
        Err(Refusal::UnknownKey) if (now - auth.keys().loaded_at()).num_seconds() >= 1 => {
            auth.keys().reload(state.db(), now).await?;
            auth.keys().verify(token, now)
        }
        other => other,
    };
    let claims = match claims {
        Ok(claims) => claims,
        Err(Refusal::Expired) => {
            return Ok(refused(
                "token_expired",
                "The access token has expired. Get a new one with POST /api/v1/auth/refresh.",
            ));
        }
        Err(_) => return Ok(refused("token_invalid", "The access token is not one of ours. Sign in again.")),
    };
    let live = auth.live().get(state.db(), claims.sid).await?;
    let Some(live) = live.filter(|live| live.usable && live.account_id == claims.sub && live.expires_at > now) else {
        return Ok(refused("session_ended", "This session has ended. Sign in again."));
    };

    let mut actor = Actor {
        account_id: live.account_id,
        display_name: live.display_name.clone(),
        grants: live.grants.clone(),
        session_id: claims.sid,
        address: address.to_owned(),
        request_id: telemetry::request_id(),
        must_change_password: live.must_change_password,
        district: None,
    };
    match headers.get(DISTRICT_HEADER).map(|value| value.to_str().unwrap_or("?").trim()) {
        None => actor.district = home(&actor),
        Some(word) => {
            let found = auth.live().district(state.db(), word).await?;
            match found.filter(|district| has_business(&actor, *district)) {
                Some(district) => actor.district = Some(DistrictId(district)),
                None => {
                    return Ok(Identity::Refused(
                        StatusCode::NOT_FOUND,
                        "not_found",
                        "There is no district of the code or id in the header Kepu-District in which this account has \
                         anything to do.",
                    ));
                }
            }
        }
    }
    Ok(Identity::Known(Arc::new(actor)))
}

fn refused(code: &'static str, detail: &'static str) -> Identity {
    Identity::Refused(StatusCode::UNAUTHORIZED, code, detail)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The district of the first grant that has one.
fn home(actor: &Actor) -> Option<DistrictId> {
    actor
        .grants
        .iter()
        .find_map(|grant| match &grant.scope {
            GrantScope::Platform => None,
            GrantScope::Authority { districts, .. } => districts.first().copied(),
            GrantScope::District { district }
            | GrantScope::Organization { district, .. }
            | GrantScope::Person { district, .. } => Some(*district),
        })
        .map(DistrictId)
}

/// Hosts receive pupils of any district; everybody else keeps to the own ones.
fn has_business(actor: &Actor, district: uuid::Uuid) -> bool {
    actor.grants.iter().any(|grant| grant.role.hosts() || grant.scope.belongs_to(district))
}
