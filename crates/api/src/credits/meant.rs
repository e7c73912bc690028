//! Which of the policies of a district an answer is about: the one that is named, or the one that fits the persons it is
//! about. Every operation that shows credit asks here.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kepu_domain::person::PersonKind;
use kepu_domain::policy::{Meant, Policy, meant};

use super::scoring;
use super::store::{self, VersionAt};
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// When it is asked of: now, or a past moment.
#[derive(Debug, Clone, Copy)]
pub struct When {
    pub at: DateTime<Utc>,
    /// Whether the version that was effective then is meant, and not that of now.
    pub past: bool,
}

impl When {
    /// Now.
    pub const fn now(at: DateTime<Utc>) -> Self {
        Self { at, past: false }
    }
}

/// The version by which the district scores, or scored at a past moment: of the policy that is named, or else of the only
/// one that can score persons of this kind.
pub async fn version_meant(tx: &mut Tx, named: Option<&str>, kind: PersonKind, when: When) -> Result<VersionAt> {
    if named.is_some() {
        return store::versions_at(tx, named, when.at, when.past).await?.pop().ok_or_else(none);
    }
    match choice(tx, kind, when).await? {
        Meant::One(version) => Ok(version),
        Meant::None => Err(none()),
        Meant::Several(versions) => {
            let each = |v: &VersionAt| format!("{} ({})", v.policy_id, v.title_zh);
            let all: Vec<String> = versions.iter().map(each).collect();
            let message = format!("the district scores them by several policies; say which: {}", all.join(", "));
            Err(ApiError::invalid_field("policy", "required", message))
        }
    }
}

/// What there is to choose from where no policy is named.
pub async fn choice(tx: &mut Tx, kind: PersonKind, when: When) -> Result<Meant<VersionAt>> {
    let all = scored_by(tx, when).await?;
    let rules: Vec<Arc<Policy>> = all.iter().map(|(_, policy)| policy.clone()).collect();
    let versions = all.into_iter().map(|(version, _)| version);
    Ok(meant(versions.zip(rules.iter().map(AsRef::as_ref)), kind))
}

/// The versions by which the district scores, or scored at a past moment, with their rules, in order of their policies.
pub async fn scored_by(tx: &mut Tx, when: When) -> Result<Vec<(VersionAt, Arc<Policy>)>> {
    let mut all = Vec::new();
    for version in store::versions_at(tx, None, when.at, when.past).await? {
        let policy = scoring::policy(tx, version.policy_version_id).await?;
        all.push((version, policy));
    }
    Ok(all)
}

fn none() -> ApiError {
    ApiError::conflict(
        "no_policy",
        "The district scores by no such policy, or did not at that moment. Adopt one, name one that it scores by, or ask as \
         of a day on which it did.",
    )
}
