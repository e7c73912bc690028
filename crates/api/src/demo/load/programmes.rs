//! The joint action of 2024 with what was published of it, each fact with its source, and an edition of this year that is
//! made up, launched at bases of the district.

use std::time::Instant;

use anyhow::Context;
use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::Loader;
use crate::demo::{
    client::{number, word},
    plan::{Host, moment},
};

/// Month, titles, how the Chinese one is known, main venues.
const THEMES: &str = include_str!("../../../../../data/joint-action-2024-themes.csv");
const OF_THEMES: &str = "现代科技馆体系联合行动（2024 年）的公开报道，见 data/joint-action-2024-themes.csv";
const SUMMARY: &str = "现代科技馆体系联合行动（2024 年）的年度公开报道";
const UNNAMED: &str = "现代科技馆体系联合行动（2024 年）的年度公开报道；只公布了数目，名称未收录";
const OWN: &str = "演示数据，不是真实的主题 demonstration data";

impl Loader<'_> {
    /// The programme with its two editions.
    pub(super) async fn programmes(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let platform = self.platform();
        let authorities = platform.list("/api/v1/authorities?level=country").await?;
        let country = word(authorities.first().context("the country")?, "id")?;
        let grant = json!({ "role": "city_official", "authority_id": country });
        self.make(&platform, "joint", "演示联合行动工作人员", &grant).await?;
        let joint = self.api.account("joint");
        let body = json!({
            "authority_id": country, "code": "joint-action", "name_zh": "现代科技馆体系联合行动",
            "name_en": "Joint action of the modern science-museum system",
        });
        let programme = joint.post("/api/v1/programmes", &body).await?;
        let editions = format!("/api/v1/programmes/{}/editions", word(&programme, "id")?);
        let past = self.past_edition(&editions).await?;
        let launched = self.present_edition(&editions).await?;
        self.say("programmes", "themes, strands and launches", past + launched, began);
        Ok(())
    }

    /// 2024, as it was published. Nothing of it was counted here: its totals are reported ones.
    async fn past_edition(&self, editions: &str) -> anyhow::Result<usize> {
        let joint = self.api.account("joint");
        let body = json!({
            "year": 2024, "title_zh": "2024 年度主题（名称未收录）", "title_en": "Main theme of 2024 (name not recorded)",
            "first_day": "2024-03-01", "last_day": "2024-12-31", "source": SUMMARY,
        });
        let edition = joint.post(editions, &body).await?;
        let at = format!("/api/v1/editions/{}", word(&edition, "id")?);
        let mut made = 0;
        for row in csv::Reader::from_reader(THEMES.as_bytes()).records() {
            let row = row?;
            let cell = |at: usize| row.get(at).unwrap_or("");
            let body = json!({
                "month": format!("{}-01", cell(0)), "title_en": cell(1), "title_zh": cell(2),
                "zh_certainty": cell(3).replace(' ', "_"), "venues": cell(4), "source": OF_THEMES,
            });
            joint.post(&format!("{at}/themes"), &body).await?;
            made += 1;
        }
        let exchanges = (1..=7).map(|number| {
            let (zh, en) = (format!("专题交流（{number}）"), format!("Exchange {number} of seven"));
            ("exchange", zh, en, UNNAMED)
        });
        let competitions = [
            ("讲解竞赛及培训", "Docents' contest, with training", SUMMARY),
            ("课程竞赛及培训", "Contest of courses, with training", SUMMARY),
            ("第三项竞赛及培训（名称未收录）", "Third contest, with training (name not recorded)", UNNAMED),
            ("第四项竞赛及培训（名称未收录）", "Fourth contest, with training (name not recorded)", UNNAMED),
        ]
        .map(|(zh, en, source)| ("competition", zh.to_owned(), en.to_owned(), source));
        let training =
            [("training", "科技教师培训（七、八月）".to_owned(), "Training of science teachers".to_owned(), SUMMARY)];
        for (kind, title_zh, title_en, source) in exchanges.chain(competitions).chain(training) {
            let topic = if kind == "training" { "科技馆＋当地师范大学" } else { "" };
            let body =
                json!({ "kind": kind, "title_zh": title_zh, "title_en": title_en, "topic": topic, "source": source });
            joint.post(&format!("{at}/strands"), &body).await?;
            made += 1;
        }
        let reported: Vec<Value> = [("events", 17_017), ("schools", 3_625), ("organizations", 600)]
            .into_iter()
            .map(|(measure, count)| json!({ "measure": measure, "count": count, "source": SUMMARY }))
            .collect();
        let edition = joint.patch(&at, number(&edition, "version")?, &json!({ "reported": reported })).await?;
        let edition = joint.post_if(&format!("{at}/publish"), number(&edition, "version")?, &json!({})).await?;
        joint.post_if(&format!("{at}/close"), number(&edition, "version")?, &json!({})).await?;
        Ok(made)
    }

    /// This year, made up: themes from this month on, and the next one launched at bases of the district.
    async fn present_edition(&self, editions: &str) -> anyhow::Result<usize> {
        let joint = self.api.account("joint");
        let first = self.today().with_day(1).context("a first day")?;
        let month = |ahead: u32| -> anyhow::Result<NaiveDate> {
            first.checked_add_months(Months::new(ahead)).context("a month")
        };
        let body = json!({
            "year": first.year(), "title_zh": "演示年度：科学就在身边", "title_en": "Demonstration: science is near",
            "first_day": first, "last_day": month(6)?.pred_opt(), "source": OWN,
        });
        let edition = joint.post(editions, &body).await?;
        let at = format!("/api/v1/editions/{}", word(&edition, "id")?);
        let mut themes = Vec::new();
        for (ahead, (zh, en)) in
            (0..).zip([("筑梦航天", "Dream of space"), ("美丽中国", "Beautiful China"), ("健康中国", "Healthy China")])
        {
            let body = json!({ "month": month(ahead)?, "title_zh": zh, "title_en": en, "source": OWN });
            themes.push(joint.post(&format!("{at}/themes"), &body).await?);
        }
        for (kind, zh, en) in [
            ("themed_activities", "主题日活动", "Theme days"),
            ("training", "科技教师培训", "Training of science teachers"),
        ] {
            let body = json!({ "kind": kind, "title_zh": zh, "title_en": en, "source": OWN });
            joint.post(&format!("{at}/strands"), &body).await?;
        }
        let hosts: Vec<&str> =
            (1..=self.plan.bases.min(4)).map(|number| self.host(Host::Base(number))).collect::<anyhow::Result<_>>()?;
        let members = json!({ "organization_ids": hosts, "role": "host" });
        joint.post(&format!("{at}/members"), &members).await?;
        joint.post_if(&format!("{at}/publish"), number(&edition, "version")?, &json!({})).await?;
        let at_hosts: Vec<Value> = hosts.iter().map(|host| json!({ "organization_id": host })).collect();
        let day = |day: u64| -> anyhow::Result<Value> {
            let day = month(1)?.checked_add_days(chrono::Days::new(day - 1)).context("a day")?;
            Ok(json!({ "starts_at": moment(day, 10), "place": "主题展区", "capacity": 40 }))
        };
        let launch = json!({
            "activity": {
                "code": "theme-day", "kind": "practice", "title_zh": "美丽中国主题日", "title_en": "Theme day",
                "minutes": 90,
            },
            "sessions": [day(6)?, day(20)?], "hosts": at_hosts,
        });
        let theme = word(themes.get(1).context("a theme")?, "id")?;
        joint.post(&format!("/api/v1/themes/{theme}/launch"), &launch).await?;
        Ok(themes.len() + hosts.len())
    }
}
