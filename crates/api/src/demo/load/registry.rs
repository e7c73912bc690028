//! Who may do what: published lists entered as such, and a title that went through a round.
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

/// The application that waits for the days of objection to be over.
pub(super) struct Pending(String);

impl Loader<'_> {
    /// Enters the lists, and takes a title as far as its publication.
    pub(super) async fn registry(&self) -> anyhow::Result<Pending> {
        let began = Instant::now();
        let official = self.official();
        for (code, zh, en, kinds) in [
            ("pilot-school", "科普教育试点学校", "Pilot school of science education", json!(["school"])),
            ("children-centre", "儿童科创中心", "Children's science centre", json!(["kindergarten", "community"])),
        ] {
            let body = json!({ "code": code, "name_zh": zh, "name_en": en, "holder_kinds": kinds });
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
        let pending = self.title().await?;
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

    /// A title for a professional of a firm: applied for, found complete, decided and published.
    async fn title(&self) -> anyhow::Result<Pending> {
        let official = self.official();
        let found = official.get("/api/v1/organizations?q=FIRM&limit=1").await?;
        let firm = json!(word(&found["items"][0], "id")?);
        let grant = json!({ "role": "base_admin", "organization_id": firm });
        self.make(&official, "firm01", "示范智能科技公司管理员", &grant).await?;
        let rules = json!({
            "holders": ["professional"],
            "form": { "fields": [{ "key": "works", "name_zh": "科普作品与经历", "name_en": "Works and experience",
                                   "required": true, "answer": { "kind": "long_text", "max_length": 2000 } }] },
            "validity": { "kind": "months", "months": 36 }, "objection_days": 1, "appeal_days": 1, "reviews": 0,
        });
        let body = json!({ "code": "chief-technical-officer", "name_zh": "首席技术官", "name_en": "Chief technical officer",
                           "rules": rules });
        let scheme = official.post("/api/v1/schemes", &body).await?;
        let today = self.today();
        let body = json!({ "name_zh": "首批首席技术官", "name_en": "First chief technical officers",
                           "opens_on": today.pred_opt(), "closes_on": today });
        let round = official.post(&format!("/api/v1/schemes/{}/rounds", word(&scheme, "id")?), &body).await?;
        let round_path = format!("/api/v1/rounds/{}", word(&round, "id")?);
        let applicant = self.api.account("firm01");
        let body = json!({ "organization_id": firm, "professional": { "name": "试验员甲", "post": "总工程师" } });
        let draft = applicant.post(&format!("{round_path}/applications"), &body).await?;
        let path = format!("/api/v1/applications/{}", word(&draft, "id")?);
        let answers = json!({ "answers": { "works": "每月到校一次，讲解机器人的原理。" } });
        let saved = applicant.patch(&path, number(&draft, "version")?, &answers).await?;
        let sent = applicant.post_if(&format!("{path}/submit"), number(&saved, "version")?, &json!({})).await?;
        let complete = json!({ "complete": true });
        official.post_if(&format!("{path}/completeness"), number(&sent, "version")?, &complete).await?;
        let version = number(&round, "version")?;
        official.post_if(&format!("{round_path}/close"), version, &json!({ "reason": "申请已齐" })).await?;
        let decide = json!({ "decisions": [{ "application_id": draft["id"], "approve": true, "reason": "" }] });
        official.post(&format!("{round_path}/decisions"), &decide).await?;
        official.post(&format!("{round_path}/publication"), &json!({})).await?;
        Ok(Pending(path))
    }

    /// Awards the title, once nobody may object any more; compares a list that has something to mend.
    pub(super) async fn awards(&self, pending: Pending) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = self.official();
        let Pending(path) = pending;
        let version = number(&official.get(&path).await?, "version")?;
        let award = json!({ "number": "示首技〔2023〕1 号", "source": TITLES });
        official.post_if(&format!("{path}/award"), version, &award).await?;

        let list = "名称,类型,级别\n示范天文台,博物馆,市级\n示范气象站,气象站,区级\n";
        self.compare("kind=organizations", "新增单位.csv", list).await?;
        self.say("awards", "titles", 1, began);
        Ok(())
    }
}
