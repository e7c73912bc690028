//! The HTTP client that calls endpoints: it goes where the domain says it may, follows no redirect, reads little.

use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::webhook::{
    Event, Outcome, Secret,
    address::{Opened, Refused, may_connect},
    signature,
};
use reqwest::{
    Client, Response, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};

use crate::{
    config::Config,
    error::{ApiError, Result},
    webhooks::{address, store::ClaimedRow, words::WebhookFailure},
};

/// After this time an attempt is given up, its answer included.
const TIMEOUT: Duration = Duration::from_secs(15);
/// After this time a connection is given up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// So much of an answer is read and kept, in bytes.
const ANSWER_MOST: usize = 1024;

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    http: Client,
    opened: Opened,
}

/// What came of an attempt.
#[derive(Debug)]
pub struct Answer {
    /// What it means.
    pub outcome: Outcome,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub failure: Option<WebhookFailure>,
    /// Its first bytes, or what went wrong.
    pub text: String,
}

impl Sender {
    /// A client for these settings.
    pub fn new(config: &Config) -> Result<Self> {
        let opened = address::opened(config);
        let http = Client::builder()
            .dns_resolver(Guarded(Arc::new(opened.clone())))
            // Through a proxy it would be the proxy that resolves the name, and nobody would judge the address.
            .no_proxy()
            .redirect(Policy::none())
            .https_only(!opened.http)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(4)
            .user_agent(concat!("kepu-webhooks/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ApiError::internal)?;
        Ok(Self { http, opened })
    }

    /// Tells one message.
    pub async fn send(&self, url: &str, message: &ClaimedRow, secrets: &[Secret], now: DateTime<Utc>) -> Answer {
        // An address of numbers is not resolved, so it is judged here; and settings may have changed since it was typed.
        let url = match Url::parse(url) {
            Ok(parsed) => match address::judge(&parsed, &self.opened) {
                Ok(()) => parsed,
                Err(refused) => return none(WebhookFailure::NotPublic, refused.to_string()),
            },
            Err(error) => return none(WebhookFailure::Unreachable, error.to_string()),
        };
        let (id, timestamp) = (Event::message_id(message.event_id), now.timestamp());
        let request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature::header(secrets, &id, timestamp, &message.body))
            .body(message.body.clone());
        match request.send().await {
            Ok(response) => answered(response, now).await,
            Err(error) => failed(&error.without_url()),
        }
    }
}

async fn answered(mut response: Response, now: DateTime<Utc>) -> Answer {
    let status = response.status();
    let wait = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        .then(|| response.headers().get(header::RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?, now)))
        .flatten();
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_MOST {
        // The status is the answer; that its body breaks off changes nothing.
        let Ok(Some(chunk)) = response.chunk().await else { break };
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(ANSWER_MOST);
    let outcome = match status {
        _ if status.is_success() => Outcome::Accepted,
        StatusCode::GONE => Outcome::Gone,
        _ => Outcome::Refused(wait),
    };
    let text = printable(&String::from_utf8_lossy(&bytes));
    Answer { outcome, status: Some(status.as_u16()), failure: None, text }
}

fn failed(error: &reqwest::Error) -> Answer {
    let mut causes = Vec::new();
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return none(WebhookFailure::NotPublic, refused.to_string());
        }
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.dedup();
    let failure = if error.is_timeout() { WebhookFailure::Timeout } else { WebhookFailure::Unreachable };
    none(failure, causes.join(": "))
}

fn none(failure: WebhookFailure, text: String) -> Answer {
    let text = printable(&text).chars().take(ANSWER_MOST).collect();
    Answer { outcome: Outcome::Refused(None), status: None, failure: Some(failure), text }
}

/// Without what PostgreSQL cannot keep and nobody can read.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// Seconds, or a date of HTTP.
fn retry_after(value: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    match value.trim().parse::<u32>() {
        Ok(seconds) => TimeDelta::try_seconds(i64::from(seconds)),
        Err(_) => Some(DateTime::parse_from_rfc2822(value.trim()).ok()?.to_utc() - now),
    }
}

/// Resolves names as the system does, and leaves out whatever may not be called. The connection is made to what this
/// answers, so that a name cannot be judged by one address and called at another.
struct Guarded(Arc<Opened>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let opened = Arc::clone(&self.0);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let may: Vec<SocketAddr> =
                found.into_iter().filter(|address| may_connect(address.ip(), &opened).is_ok()).collect();
            if may.is_empty() {
                return Err(Refused::NotPublic.into());
            }
            Ok(Box::new(may.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_asks_for_time_by_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-28T10:00:00Z").expect("a moment").to_utc();
        let table = [
            ("120", Some(120)),
            (" 5 ", Some(5)),
            ("Sat, 28 Nov 2026 10:02:00 GMT", Some(120)),
            ("Sat, 28 Nov 2026 09:00:00 GMT", Some(-3600)),
            ("soon", None),
            ("-1", None),
            ("99999999999", None),
        ];
        for (value, seconds) in table {
            assert_eq!(retry_after(value, now).map(|wait| wait.num_seconds()), seconds, "{value}");
        }
        assert_eq!(printable("a\0b\u{1b}\nc"), "ab\nc");
    }
}
