//! Prizes of the school year, in contests of the national list and in one of the district: submitted by teachers, some
//! with evidence, verified by the official; a few wait, were returned, or were revoked.

use std::time::Instant;

use anyhow::{Context, ensure};
use chrono::{Days, NaiveDate};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Loader, each};
use crate::demo::{
    client::{number, word},
    evidence,
    plan::{Prize, moment},
};

/// Results that one request verifies.
const BATCH: usize = 200;
/// One achievement in so many has a file of evidence.
const WITH_EVIDENCE: usize = 10;

/// A contest that may be entered.
struct Contest {
    id: String,
    stages: Vec<String>,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

impl Contest {
    fn of(view: &Value) -> anyhow::Result<Self> {
        let stages = view["stages"].as_array().into_iter().flatten().filter_map(|s| s.as_str().map(str::to_owned));
        Ok(Self {
            id: word(view, "id")?.to_owned(),
            stages: stages.collect(),
            from: word(view, "valid_from")?.parse()?,
            to: view["valid_to"].as_str().map(str::parse).transpose()?,
        })
    }

    fn admits(&self, stage: &str, day: NaiveDate) -> bool {
        (self.stages.is_empty() || self.stages.iter().any(|s| s == stage))
            && self.from <= day
            && self.to.is_none_or(|to| day <= to)
    }
}

impl Loader<'_> {
    /// Submits and decides.
    pub(super) async fn results(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = self.official();
        let (from, year) = (self.plan.first_day(), self.plan.year);
        self.at(moment(self.plan.halves()[3].to + Days::new(2), 9));
        let body = json!({ "series": "demo-local", "edition": year.to_string(), "name_zh": "演示区青少年科技创新大赛",
                           "name_en": "Sample district contest of young inventors", "valid_from": from,
                           "valid_to": from + Days::new(364), "source": "演示数据 demonstration data" });
        let local = Contest::of(&official.post("/api/v1/competitions", &body).await?)?;
        let listed = official.list("/api/v1/competitions?listed=true").await?;
        let listed = listed.iter().map(Contest::of).collect::<anyhow::Result<Vec<_>>>()?;
        let prizes = self.plan.prizes();
        let submitted = each(prizes.iter().enumerate().collect(), async |(place, prize): (usize, &Prize)| {
            let contest = self.contest(prize, &local, &listed)?;
            self.submit(place, prize, contest).await
        })
        .await?;
        let results: usize = prizes.iter().map(|p| p.team.len()).sum();
        self.say("results", "results submitted", results, began);
        self.judge(&submitted).await
    }

    fn contest<'c>(&self, prize: &Prize, local: &'c Contest, listed: &'c [Contest]) -> anyhow::Result<&'c Contest> {
        if prize.local {
            return Ok(local);
        }
        let grade = prize.team.first().map_or(5, |(class, _)| self.plan.schools[prize.school].classes[*class].grade);
        let stage = if grade <= 6 { "primary" } else { "junior" };
        let open: Vec<&Contest> = listed.iter().filter(|c| c.admits(stage, prize.day)).collect();
        let index = prize.contest.checked_rem(open.len()).context("no contest of the national list is open")?;
        Ok(open[index])
    }

    /// Submits one achievement; answers the identity of its first result.
    async fn submit(&self, place: usize, prize: &Prize, contest: &Contest) -> anyhow::Result<String> {
        let classes = &self.plan.schools[prize.school].classes;
        let members: Vec<Value> =
            prize.team.iter().map(|(class, seat)| json!({ "number": classes[*class].pupils[*seat].number })).collect();
        let body = json!({ "competition_id": contest.id, "achieved_on": prize.day, "contest_level": prize.level,
                           "award": prize.award, "work_id": format!("DEMO-W{:05}", prize.work),
                           "work_title": format!("示范作品第{:05}号", prize.work), "members": members });
        let teacher = self.teacher(prize.school);
        let made = teacher.post("/api/v1/results", &body).await?;
        let id = word(&made["items"][0], "id")?.to_owned();
        if place.is_multiple_of(WITH_EVIDENCE) {
            let file = || Form::new().part("file", Part::bytes(evidence::pdf()).file_name("证书扫描件.pdf"));
            teacher.post_form(&format!("/api/v1/results/{id}/evidence"), file).await?;
        }
        Ok(id)
    }

    /// Verifies nearly all, returns some, leaves some; of the verified, a few are revoked.
    async fn judge(&self, submitted: &[String]) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = &self.official();
        let (mut verify, mut give_back) = (Vec::new(), Vec::new());
        for (place, id) in submitted.iter().enumerate() {
            match place % 20 {
                7 => {}
                13 => give_back.push(id),
                _ => verify.push(id),
            }
        }
        for part in verify.chunks(BATCH) {
            let answer = official.post("/api/v1/results/verify", &json!({ "ids": part })).await?;
            ensure!(number(&answer, "refused")? == 0, "results were not verified: {answer}");
        }
        each(give_back.clone(), async |id: &String| {
            let body = json!({ "reason": "请补充获奖证书" });
            official.post(&format!("/api/v1/results/{id}/return"), &body).await
        })
        .await?;
        let revoked: Vec<&String> = verify.iter().copied().step_by(60).collect();
        each(revoked.clone(), async |id: &String| {
            let body = json!({ "reason": "主办方撤销了奖项" });
            official.post(&format!("/api/v1/results/{id}/revoke"), &body).await
        })
        .await?;
        self.say("decisions", "achievements verified", verify.len(), began);
        println!("{:<16} {:>7} returned, {} revoked", "", give_back.len(), revoked.len());
        Ok(())
    }
}
