//! The address at which people open the pages, for what is printed or read elsewhere: QR codes, feeds.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use reqwest::Url;

use crate::{
    config::Config,
    error::{ApiError, Result},
    state::AppState,
};

/// The address at which people open the pages.
#[derive(Debug, Clone)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// The page at this path; each part may hold any text.
    pub fn page(&self, parts: &[&str]) -> String {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url.into()
    }

    /// The address must be set where what is made holds it for ever, as badges, papers and the ids of statements do: a request
    /// says what it likes.
    ///
    /// # Errors
    /// It is not set.
    pub fn require_set(config: &Config) -> Result<()> {
        if config.public_url.is_some() || config.sign_anywhere {
            return Ok(());
        }
        Err(ApiError::conflict(
            "no_public_url",
            "The service does not know its public address, which would be in what is made here for ever. Start it with \
             KEPU_PUBLIC_URL (or --public-url) set to the address at which people open the pages, as https://kepu.example.cn.",
        ))
    }

    /// As it is set; else where the request came in.
    fn of(config: &Config, headers: &HeaderMap) -> Option<Self> {
        if let Some(url) = &config.public_url {
            return Url::parse(url).ok().map(Self);
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = config.trust_proxy.then(|| text("x-forwarded-proto")).flatten();
        let secure = forwarded.map_or(config.secure_cookies, |scheme| scheme == "https");
        let host = text(header::HOST.as_str())?;
        Url::parse(&format!("{}://{host}", if secure { "https" } else { "http" })).ok().map(Self)
    }
}

impl FromRequestParts<AppState> for PublicUrl {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        Self::of(state.config(), &parts.headers).ok_or_else(|| {
            ApiError::bad_request(
                "no_public_url",
                "The request does not say at which address the pages are. Send a Host header, or let KEPU_PUBLIC_URL name it.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_comes_first_then_what_the_request_says() {
        let mut config = Config::from_env();
        config.public_url = None;
        let headers: HeaderMap = [("host", "kepu.test:8080"), ("x-forwarded-proto", "https")]
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        let page = |config: &Config, headers: &HeaderMap| {
            PublicUrl::of(config, headers).map(|url| url.page(&["register", "光教〔2023〕/1 号"]))
        };
        let path = "register/%E5%85%89%E6%95%99%E3%80%942023%E3%80%95%2F1%20%E5%8F%B7";
        assert_eq!(page(&config, &headers), Some(format!("http://kepu.test:8080/{path}")));
        config.trust_proxy = true;
        assert_eq!(page(&config, &headers), Some(format!("https://kepu.test:8080/{path}")));
        config.public_url = Some("https://kepu.example.cn/district/".to_owned());
        assert_eq!(page(&config, &headers), Some(format!("https://kepu.example.cn/district/{path}")));
        assert!(PublicUrl::require_set(&config).is_ok());
        config.public_url = None;
        assert_eq!(page(&config, &HeaderMap::new()), None);
        let refused = PublicUrl::require_set(&config).expect_err("nobody knows in whose name");
        assert_eq!(refused.code(), "no_public_url");
        config.sign_anywhere = true;
        assert!(PublicUrl::require_set(&config).is_ok());
    }
}
