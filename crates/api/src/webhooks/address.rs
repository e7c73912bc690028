//! The address of an endpoint, taken apart for the domain to judge.

use kepu_domain::webhook::address::{self, Opened, Parts, Refused};
use reqwest::Url;

use crate::{check::Checks, config::Config};

/// The longest address.
const LONGEST: usize = 500;

/// What the settings open.
pub fn opened(config: &Config) -> Opened {
    Opened { networks: config.webhook_networks.clone(), http: config.webhook_http }
}

/// Whether the address may be called, as far as it says by itself; what it resolves to is judged when it is called.
pub fn judge(url: &Url, opened: &Opened) -> Result<(), Refused> {
    address::check(
        &Parts {
            scheme: url.scheme(),
            has_credentials: !url.username().is_empty() || url.password().is_some(),
            has_fragment: url.fragment().is_some(),
            host: url.host_str().unwrap_or_default(),
            port: url.port_or_known_default().unwrap_or_default(),
        },
        opened,
    )
}

/// The address that was typed, in its usual form.
pub fn checked(checks: &mut Checks, typed: &str, config: &Config) -> String {
    let typed = checks.text("url", typed, 1..=LONGEST);
    let Ok(url) = Url::parse(&typed) else {
        checks.require(
            typed.is_empty(),
            "url",
            "invalid_url",
            "must be an address such as https://hooks.example.cn/kepu",
        );
        return typed;
    };
    if let Err(refused) = judge(&url, &opened(config)) {
        checks.require(false, "url", refused.code(), format!("cannot be called: {refused}"));
    }
    url.into()
}
