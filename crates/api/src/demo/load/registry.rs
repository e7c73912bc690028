//! Who may do what: published lists entered as such, and titles that went through a round each.
//!
//! How many there are of what is public (each list says where it was published); the names are made up.

use std::{fmt::Write, time::Instant};

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::Loader;
use crate::demo::client::{number, word};

const SCHOOLS: &str = "公开报道：深圳市光明区首批试点学校 20 所（名称为示例）";
const CENTRES: &str = "公开报道：2023 年长三角首批授牌 42 家儿童科创中心，39 所幼儿园、3 个街道社区（名称为示例）";
const TITLES: &str = "公开报道：2023 年上海“高科技空间站”首席技术官、推广官（人名为示例）";

/// Kindergartens and communities of the first group.
const KINDERGARTENS: usize = 39;
const COMMUNITIES: usize = 3;

/// The titles of persons: code, name, the same in English, the round, who applies as what with which works, the number.
const PERSONS: [[&str; 8]; 2] = [
    [
        "chief-technical-officer",
        "首席技术官",
        "Chief technical officer",
        "首批首席技术官",
        "试验员甲",
        "总工程师",
        "每月到校一次，讲解机器人的原理。",
        "示首技〔2023〕1 号",
    ],
    [
        "promotion-officer",
        "推广官",
        "Promotion officer",
        "首批推广官",
        "试验员乙",
        "市场总监",
        "每学期组织两场企业开放日，带学生看生产线。",
        "示推广〔2023〕1 号",
    ],
];

/// The applications that wait for the days of objection to be over, with the numbers that they will have.
pub(super) struct Pending(Vec<(String, &'static str)>);

/// What a children's centre is asked, and how it is scored. Made up: no rules were published.
fn centre() -> Value {
    json!({
        "form": { "fields": [
            { "key": "plan", "name_zh": "活动计划", "name_en": "Plan of activities", "required": true,
              "help_zh": "写明每周开放的时间和活动。", "help_en": "When it opens each week, and what is done.",
              "answer": { "kind": "long_text", "max_length": 3000 } },
            { "key": "area", "name_zh": "活动场地面积", "name_en": "Space", "required": true,
              "answer": { "kind": "number", "unit_zh": "平方米", "unit_en": "m²", "min": 20, "max": 5000 } },
            { "key": "staff", "name_zh": "专兼职辅导员", "name_en": "Staff", "required": true,
              "answer": { "kind": "number", "unit_zh": "人", "unit_en": "persons", "min": 1, "max": 100 } },
            { "key": "photos", "name_zh": "场地照片", "name_en": "Photographs",
              "answer": { "kind": "file", "max_files": 6 } }
        ] },
        "criteria": [
            { "key": "space", "name_zh": "场地与安全", "name_en": "Space and safety", "points": 40, "minimum": 20 },
            { "key": "staff", "name_zh": "师资", "name_en": "Staff", "points": 30 },
            { "key": "plan", "name_zh": "活动计划", "name_en": "Plan", "points": 30 }
        ],
        "minimum": 60, "reviews": 2, "spot_check": true,
        "validity": { "kind": "months", "months": 36 },
        "renewal": { "days_before": 90, "days_after": 30 },
        "assessment": { "month": 12, "day": 31 }
    })
}

impl Loader<'_> {
    /// Enters the lists, and takes a title as far as its publication.
    pub(super) async fn registry(&self) -> anyhow::Result<Pending> {
        let began = Instant::now();
        let official = self.official();
        for body in [
            json!({ "code": "pilot-school", "name_zh": "科普教育试点学校", "name_en": "Pilot school of science education",
                    "holder_kinds": ["school"] }),
            json!({ "code": "children-centre", "name_zh": "儿童科创中心", "name_en": "Children's science centre",
                    "holder_kinds": ["kindergarten", "community"], "rules": centre() }),
        ] {
            official.post("/api/v1/schemes", &body).await?;
        }
        let mut organizations = String::from("名称,类型,代码\n示范智能科技公司,企业,FIRM\n");
        let mut centres = String::from("单位,编号,有效期起\n");
        for at in 1..=KINDERGARTENS + COMMUNITIES {
            let (name, kind) = if at <= KINDERGARTENS {
                (format!("示范幼儿园第{at:02}号"), "幼儿园")
            } else {
                (format!("示范社区第{:02}号", at - KINDERGARTENS), "社区")
            };
            writeln!(organizations, "{name},{kind},C{at:02}")?;
            writeln!(centres, "C{at:02},示儿科创〔2023〕{at} 号,2023-05-20")?;
        }
        let mut schools = String::from("单位,编号,有效期起\n");
        for school in &self.plan.schools {
            writeln!(schools, "S{0:02},示试点〔2022〕{0} 号,2022-11-16", school.number)?;
        }
        self.enter("kind=organizations", "首批单位.csv", &organizations).await?;
        self.enter(&format!("kind=designations&scheme=children-centre&source={CENTRES}"), "首批中心.csv", &centres)
            .await?;
        self.enter(&format!("kind=designations&scheme=pilot-school&source={SCHOOLS}"), "试点学校.csv", &schools)
            .await?;
        let saved = json!({ "name": "全区达标情况", "kind": "requirements", "query": {} });
        official.post("/api/v1/saved-reports", &saved).await?;
        let pending = self.titles().await?;
        let entered = KINDERGARTENS + COMMUNITIES + self.plan.schools.len();
        self.say("registry", "designations from lists", entered, began);
        Ok(pending)
    }

    /// Uploads a list and leaves it compared.
    async fn compare(&self, given: &str, name: &str, list: &str) -> anyhow::Result<Value> {
        let form = || Form::new().part("file", Part::bytes(list.as_bytes().to_vec()).file_name(name.to_owned()));
        self.official().post_form(&format!("/api/v1/list_imports?{given}"), form).await
    }

    async fn enter(&self, given: &str, name: &str, list: &str) -> anyhow::Result<()> {
        let staged = self.compare(given, name, list).await?;
        anyhow::ensure!(staged["counts"]["refused"] == 0, "{name}: {}", staged["counts"]);
        let path = format!("/api/v1/list_imports/{}/commit", word(&staged, "id")?);
        self.official().post_if(&path, number(&staged, "version")?, &json!({})).await?;
        Ok(())
    }

    /// Titles for professionals of a firm.
    async fn titles(&self) -> anyhow::Result<Pending> {
        let official = self.official();
        let found = official.get("/api/v1/organizations?q=FIRM&limit=1").await?;
        let firm = json!(word(&found["items"][0], "id")?);
        let grant = json!({ "role": "base_admin", "organization_id": firm });
        self.make(&official, "firm01", "示范智能科技公司管理员", &grant).await?;
        let mut pending = Vec::new();
        for title in PERSONS {
            pending.push((self.title(&firm, title).await?, title[7]));
        }
        Ok(Pending(pending))
    }

    /// One of them: applied for, found complete, decided and published. Its application.
    async fn title(&self, firm: &Value, title: [&str; 8]) -> anyhow::Result<String> {
        let official = self.official();
        let [code, zh, en, name, person, post, works, _] = title;
        let rules = json!({
            "holders": ["professional"],
            "form": { "fields": [{ "key": "works", "name_zh": "科普作品与经历", "name_en": "Works and experience",
                                   "required": true, "answer": { "kind": "long_text", "max_length": 2000 } }] },
            "validity": { "kind": "months", "months": 36 }, "objection_days": 1, "appeal_days": 1, "reviews": 0,
        });
        let body = json!({ "code": code, "name_zh": zh, "name_en": en, "rules": rules });
        let scheme = official.post("/api/v1/schemes", &body).await?;
        let today = self.today();
        let body = json!({ "name_zh": name, "name_en": format!("{en}: first round"),
                           "opens_on": today.pred_opt(), "closes_on": today });
        let round = official.post(&format!("/api/v1/schemes/{}/rounds", word(&scheme, "id")?), &body).await?;
        let round_path = format!("/api/v1/rounds/{}", word(&round, "id")?);
        let applicant = self.api.account("firm01");
        let body = json!({ "organization_id": firm, "professional": { "name": person, "post": post } });
        let draft = applicant.post(&format!("{round_path}/applications"), &body).await?;
        let path = format!("/api/v1/applications/{}", word(&draft, "id")?);
        let answers = json!({ "answers": { "works": works } });
        let saved = applicant.patch(&path, number(&draft, "version")?, &answers).await?;
        let sent = applicant.post_if(&format!("{path}/submit"), number(&saved, "version")?, &json!({})).await?;
        let complete = json!({ "complete": true });
        official.post_if(&format!("{path}/completeness"), number(&sent, "version")?, &complete).await?;
        let version = number(&round, "version")?;
        official.post_if(&format!("{round_path}/close"), version, &json!({ "reason": "申请已齐" })).await?;
        let decide = json!({ "decisions": [{ "application_id": draft["id"], "approve": true, "reason": "" }] });
        official.post(&format!("{round_path}/decisions"), &decide).await?;
        official.post(&format!("{round_path}/publication"), &json!({})).await?;
        Ok(path)
    }

    /// Awards the titles, once nobody may object any more; compares a list that has something to mend.
    pub(super) async fn awards(&self, pending: Pending) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = self.official();
        let Pending(pending) = pending;
        for (path, given) in &pending {
            let version = number(&official.get(path).await?, "version")?;
            let award = json!({ "number": given, "source": TITLES });
            official.post_if(&format!("{path}/award"), version, &award).await?;
        }

        let list = "名称,类型,级别\n示范天文台,博物馆,市级\n示范气象站,气象站,区级\n";
        self.compare("kind=organizations", "新增单位.csv", list).await?;
        self.say("awards", "titles", pending.len(), began);
        Ok(())
    }
}
