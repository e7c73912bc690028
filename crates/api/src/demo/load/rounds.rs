//! A scheme of the district: schools that hold it already, of which one has asked for renewal, and a round that is open, with
//! those that apply in it: one waits to be checked, one still writes (where there are enough of them).

use std::time::Instant;

use anyhow::Context;
use chrono::{Days, Months};
use serde_json::{Value, json};

use super::Loader;
use crate::demo::{
    client::word,
    plan::{Host, School},
};

const ALLIANCE: &str = "公开报道：2023 年上海“高科技空间站”联盟学校（名称为示例）";

/// What is asked and how it is scored. Made up, as all of the demonstration is.
fn rules() -> Value {
    json!({
        "form": { "fields": [
            { "key": "plan", "name_zh": "科普工作计划", "name_en": "Plan of the year", "required": true,
              "help_zh": "写明每学期的活动和负责人。", "help_en": "Activities of each term, and who answers for them.",
              "answer": { "kind": "long_text", "max_length": 3000 } },
            { "key": "staff", "name_zh": "专兼职科学教师", "name_en": "Science teachers", "required": true,
              "answer": { "kind": "number", "unit_zh": "人", "unit_en": "persons", "min": 1, "max": 200 } },
            { "key": "rooms", "name_zh": "可用于科普的场所", "name_en": "Rooms", "answer": { "kind": "choice", "many": true,
              "options": [
                { "value": "laboratory", "name_zh": "实验室", "name_en": "Laboratory" },
                { "value": "garden", "name_zh": "种植园", "name_en": "Garden" },
                { "value": "library", "name_zh": "图书馆", "name_en": "Library" }
            ] } },
            { "key": "proof", "name_zh": "证明材料", "name_en": "Evidence", "answer": { "kind": "file", "max_files": 5 } }
        ] },
        "criteria": [
            { "key": "plan", "name_zh": "工作计划", "name_en": "Plan", "points": 40, "minimum": 20 },
            { "key": "staff", "name_zh": "师资", "name_en": "Staff", "points": 30 },
            { "key": "rooms", "name_zh": "条件", "name_en": "Rooms", "points": 30 }
        ],
        "minimum": 60, "reviews": 2, "quota": 10,
        "validity": { "kind": "months", "months": 36 },
        "renewal": { "days_before": 90, "days_after": 30 },
        "assessment": { "month": 12, "day": 15 }
    })
}

impl Loader<'_> {
    /// The scheme, its round and the applications, from today on.
    pub(super) async fn rounds(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = self.official();
        let scheme = json!({ "code": "alliance-school", "name_zh": "空间站联盟学校", "name_en": "Alliance school",
                             "holder_kinds": ["school"], "rules": rules() });
        let scheme = official.post("/api/v1/schemes", &scheme).await?;
        let today = self.today();
        let last = today.checked_add_days(Days::new(30)).context("a day to come")?;
        let round =
            json!({ "name_zh": "演示批次", "name_en": "Demonstration round", "opens_on": today, "closes_on": last });
        let round = official.post(&format!("/api/v1/schemes/{}/rounds", word(&scheme, "id")?), &round).await?;
        let start = format!("/api/v1/rounds/{}/applications", word(&round, "id")?);
        let (applicants, holders) =
            self.plan.schools.split_at(self.plan.schools.len() - self.plan.schools.len().min(4) / 2);
        for (school, whole) in applicants.iter().take(2).zip([true, false]) {
            let host = Host::School(school.number);
            let account = self.of_host(host);
            let draft = account.post(&start, &json!({ "organization_id": self.host(host)? })).await?;
            let path = format!("/api/v1/applications/{}", word(&draft, "id")?);
            let answers = if whole {
                json!({ "plan": "每月一次科普日，每学期两次进基地。", "staff": 6, "rooms": ["laboratory", "library"] })
            } else {
                json!({ "staff": 4 })
            };
            account.patch(&path, 1, &json!({ "answers": answers })).await?;
            if whole {
                account.post_if(&format!("{path}/submit"), 2, &Value::Null).await?;
            }
        }
        self.alliance(word(&scheme, "id")?, holders).await?;
        println!("  a round with its applications, {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Schools that have held it for almost three years, and may ask for renewal; the last of them has.
    async fn alliance(&self, scheme: &str, holders: &[School]) -> anyhow::Result<()> {
        let today = self.today();
        let last = today.checked_add_days(Days::new(45)).context("a day to come")?;
        let first = last.checked_sub_months(Months::new(36)).and_then(|day| day.succ_opt()).context("a day before")?;
        for (at, school) in holders.iter().enumerate() {
            let host = Host::School(school.number);
            let body = json!({ "scheme_id": scheme, "number": format!("示联盟〔2023〕{} 号", at + 1), "level": "区级",
                               "valid_from": first, "valid_to": last, "source": ALLIANCE });
            let path = format!("/api/v1/organizations/{}/designations", self.host(host)?);
            let held = self.official().post(&path, &body).await?;
            if at + 1 == holders.len() {
                let ask = json!({ "text": "三年来每月一次科普日，与两家企业结对，希望继续。" });
                let path = format!("/api/v1/designations/{}/renewals", word(&held, "id")?);
                self.of_host(host).post(&path, &ask).await?;
            }
        }
        Ok(())
    }
}
