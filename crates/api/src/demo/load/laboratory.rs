//! A change of the rules that is being thought about: a draft, and what it would change.

use anyhow::bail;
use serde_json::json;

use super::Loader;
use super::roster::until;
use crate::demo::client::{number, word};

impl Loader<'_> {
    /// Begins a draft of next year's policy and tries it on what was loaded.
    pub(super) async fn laboratory(&self) -> anyhow::Result<()> {
        let official = self.official();
        let policies = official.list("/api/v1/policies?policy_id=guangming-illustrative").await?;
        let Some(policy) = policies.last() else { bail!("the policy guangming-illustrative is not there") };
        let draft = official.post("/api/v1/policy-drafts", &json!({ "policy_version_id": policy["id"] })).await?;
        // Another version, with a lower cap.
        let text = word(&draft, "document")?.replacen("version: \"2026.1\"", "version: \"2027.1\"", 1).replacen(
            "at_most: { credits: 6 }",
            "at_most: { credits: 5 }",
            1,
        );
        let path = format!("/api/v1/policy-drafts/{}", word(&draft, "id")?);
        official.patch(&path, number(&draft, "version")?, &json!({ "document": text })).await?;
        let trial = official.post("/api/v1/policy-trials", &json!({ "draft_id": draft["id"] })).await?;
        let path = format!("/api/v1/policy-trials/{}", word(&trial, "id")?);
        until(&official, &path, "computed").await?;
        Ok(())
    }
}
