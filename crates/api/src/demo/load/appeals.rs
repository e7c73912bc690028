//! What a pupil and a teacher question, for a first look at what waits for bases and for the district.

use anyhow::Context;
use serde_json::{Value, json};

use super::{Account, Loader};

impl Loader<'_> {
    pub(super) async fn appeals(&self) -> anyhow::Result<()> {
        let (student, teacher) = (self.api.account("student01"), self.api.account("teacher01"));
        // A school year and its holidays, so that there is something to question whenever the district is made.
        let terms = json!({ "host_days": 7, "district_days": 14, "file_days": 400 });
        self.api.account("official").put_if("/api/v1/appeal-terms", 1, &terms).await?;
        let me = student.get("/api/v1/me").await?;
        let person = me["grants"][0]["person_id"].as_str().context("a pupil")?;
        let own = format!("/api/v1/participations?person={person}&state=confirmed&sort=-entered&limit=1");
        let grounds = "当天活动延长了半小时，请按实际时长计";
        self.question(&student, &student.get(&own).await?, grounds).await?;
        let rejected = "/api/v1/participations?state=rejected,absent&sort=-entered&limit=1";
        let grounds = "带队教师在场，可以证明该生参加了活动";
        self.question(&teacher, &teacher.get(rejected).await?, grounds).await
    }

    /// Questions the first of these participations, if there is one.
    async fn question(&self, who: &Account, page: &Value, grounds: &str) -> anyhow::Result<()> {
        let Some(line) = page["items"][0]["id"].as_str() else { return Ok(()) };
        let body = json!({ "line_kind": "participation", "line_id": line, "grounds": grounds });
        who.post("/api/v1/appeals", &body).await?;
        Ok(())
    }
}
