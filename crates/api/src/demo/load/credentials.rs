//! A badge that a pupil has made, for a first look at the page where such are verified.

use anyhow::Context;
use serde_json::json;

use super::Loader;

impl Loader<'_> {
    pub(super) async fn credentials(&self) -> anyhow::Result<()> {
        let student = self.api.account("student01");
        let me = student.get("/api/v1/me").await?;
        let person = me["grants"][0]["person_id"].as_str().context("a pupil")?;
        let body = json!({ "achievement": { "kind": "credits" }, "with_name": true });
        student.post(&format!("/api/v1/persons/{person}/badges"), &body).await?;
        Ok(())
    }
}
