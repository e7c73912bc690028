//! The cookies of the pages: readable by the server alone.

use axum::http::{HeaderMap, HeaderValue, header};

use super::{keys::ACCESS_MINUTES, sessions::SESSION_DAYS};

/// Cookie of the access token.
pub const ACCESS_COOKIE: &str = "kepu_access";
/// Cookie of the refresh token; sent to the sign-in operations alone.
pub const REFRESH_COOKIE: &str = "kepu_refresh";
const REFRESH_PATH: &str = "/api/v1/auth";

/// The value of a cookie of the request.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name && !value.is_empty()).then_some(value))
}

/// Sets both cookies.
pub fn set(headers: &mut HeaderMap, access: &str, refresh: &str, secure: bool) {
    put(headers, ACCESS_COOKIE, access, "/", ACCESS_MINUTES * 60, secure);
    put(headers, REFRESH_COOKIE, refresh, REFRESH_PATH, SESSION_DAYS * 24 * 3600, secure);
}

/// Removes both cookies.
pub fn clear(headers: &mut HeaderMap, secure: bool) {
    put(headers, ACCESS_COOKIE, "", "/", 0, secure);
    put(headers, REFRESH_COOKIE, "", REFRESH_PATH, 0, secure);
}

fn put(headers: &mut HeaderMap, name: &str, value: &str, path: &str, seconds: i64, secure: bool) {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(header::SET_COOKIE, value);
    }
}
