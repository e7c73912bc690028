//! Where a request comes from: its network address, and whether another site's page sent it.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, Method, StatusCode, header},
};

use crate::error::{ApiError, Result};

/// The address of the caller. Behind a trusted proxy it is the last one in X-Forwarded-For, which the proxy wrote.
pub fn address<B>(request: &Request<B>, trust_proxy: bool) -> String {
    let forwarded = || {
        let value = request.headers().get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        let last = value.rsplit(',').next()?.trim();
        last.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
    };
    let peer = || {
        let ConnectInfo(address) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
        Some(address.ip().to_canonical().to_string())
    };
    trust_proxy.then(forwarded).flatten().or_else(peer).unwrap_or_default()
}

/// Refuses a change that a page of another site asks for: a browser says so in Sec-Fetch-Site or Origin. With cookies,
/// which a browser adds by itself, one of the two must be there.
pub fn refuse_cross_site(method: &Method, headers: &HeaderMap, by_cookie: bool) -> Result<()> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let allowed = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST.as_str())
        }
        (None, None) => !by_cookie,
    };
    if allowed {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "cross_site",
        "A page of another site asked for this change, or the browser did not say which one did. Use the pages of kepu \
         itself, or a bearer token without cookies.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_pages_may_change_things_by_cookie() {
        let cases: [(&[(&'static str, &'static str)], bool, bool); 8] = [
            (&[("sec-fetch-site", "same-origin")], true, true),
            (&[("sec-fetch-site", "none")], true, true),
            (&[("sec-fetch-site", "cross-site")], false, false),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://kepu.test"), ("host", "kepu.test")], true, false),
            (&[("origin", "https://kepu.test"), ("host", "kepu.test")], true, true),
            (&[("origin", "https://evil.test"), ("host", "kepu.test")], false, false),
            (&[("host", "kepu.test")], true, false),
            (&[("host", "kepu.test")], false, true),
        ];
        for (pairs, by_cookie, allowed) in cases {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
                .collect();
            assert_eq!(refuse_cross_site(&Method::POST, &headers, by_cookie).is_ok(), allowed, "{pairs:?}");
            assert!(refuse_cross_site(&Method::GET, &headers, by_cookie).is_ok());
        }
    }
}
