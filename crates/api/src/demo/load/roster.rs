//! Pupils and classes, from one sheet of the whole district as an official would upload it; then the policy.

use std::time::{Duration, Instant};

use anyhow::bail;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::Loader;
use crate::demo::{
    client::{Account, number, word},
    names,
};

impl Loader<'_> {
    /// Uploads the sheet, reads the difference, commits it.
    pub(super) async fn roster(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let sheet = self.sheet()?;
        let official = self.official();
        let form = || {
            Form::new()
                .text("school_year", self.plan.year.to_string())
                .text("effective_on", self.plan.first_day().to_string())
                .part("file", Part::bytes(sheet.clone()).file_name("演示花名册.csv"))
        };
        let staged = official.post_form("/api/v1/roster/imports", form).await?;
        let path = format!("/api/v1/roster/imports/{}", word(&staged, "id")?);
        let staged = until(&official, &path, "staged").await?;
        let added = staged["counts"]["added"].as_u64();
        if added != u64::try_from(self.plan.pupils()).ok() {
            bail!(
                "of {} pupils of the sheet {} would be added: {}",
                self.plan.pupils(),
                json!(added),
                staged["counts"]
            );
        }
        official.post_if(&format!("{path}/commit"), number(&staged, "version")?, &json!({})).await?;
        until(&official, &path, "committed").await?;
        self.say("roster", "pupils from one sheet", self.plan.pupils(), began);

        // One pupil can sign in, and somebody watches over the pupil.
        let first = &self.plan.schools[0].classes[0].pupils[0];
        let found = official.get(&format!("/api/v1/persons?q={}&limit=1", first.number)).await?;
        let person = json!(word(&found["items"][0], "id")?);
        self.make(&official, "student01", &first.name, &json!({ "role": "student", "person_id": person })).await?;
        let guardian = format!("{}的监护人", first.name);
        self.make(&official, "guardian01", &guardian, &json!({ "role": "guardian", "person_id": person })).await
    }

    fn sheet(&self) -> anyhow::Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
        csv.write_record(["学校", "年级", "班级", "学号", "姓名", "出生日期", "性别"])?;
        for school in &self.plan.schools {
            let name = names::school(school.number).0;
            for class in &school.classes {
                let (grade, of) = (class.grade.to_string(), format!("{}班", class.number));
                for pupil in &class.pupils {
                    let born = pupil.born.to_string();
                    csv.write_record([&name, &grade, &of, &pupil.number, &pupil.name, &born, pupil.sex])?;
                }
            }
        }
        Ok(csv.into_inner()?)
    }

    /// The district scores by the illustrative policy.
    pub(super) async fn adopt(&self) -> anyhow::Result<()> {
        let official = self.official();
        let policies = official.list("/api/v1/policies?policy_id=guangming-illustrative").await?;
        let Some(policy) = policies.last() else { bail!("the policy guangming-illustrative is not there") };
        let body = json!({ "policy_version_id": policy["id"] });
        let asked = official.post("/api/v1/adoptions", &body).await?;
        let path = format!("/api/v1/adoptions/{}", word(&asked, "id")?);
        let computed = until(&official, &path, "computed").await?;
        official.post_if(&format!("{path}/effective"), number(&computed, "version")?, &json!({})).await?;
        until(&official, &path, "effective").await?;
        Ok(())
    }
}

/// Reads it again and again until it is in this state.
pub(super) async fn until(account: &Account, path: &str, state: &str) -> anyhow::Result<Value> {
    let began = Instant::now();
    loop {
        let now = account.get(path).await?;
        match now["state"].as_str() {
            Some(there) if there == state => return Ok(now),
            Some("failed" | "discarded") => bail!("{path} failed: {now}"),
            _ if began.elapsed() > Duration::from_secs(300) => bail!("{path} did not become {state}: {now}"),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
