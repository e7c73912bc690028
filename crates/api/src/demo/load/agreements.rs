//! Two systems that exist, each with what was made public of it: the "Hi-tech Space Station" of Shanghai, where schools and
//! firms are paired, and the strategic agreements of a science museum. Every name is made up, and numbered so that one
//! sees it. Only years are public, so terms begin with the first day of the year.

use std::time::Instant;

use anyhow::Context;
use chrono::{Datelike, Days};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Loader, each};
use crate::demo::{
    client::{Account, number, word},
    plan::Host,
};

const SCHOOLS: usize = 52;
const FIRMS: usize = 43;
/// The most grants of one account.
const OF_ONE: usize = 20;

const STATION: &str = "公开信息：上海“高科技空间站”2023年，52所学校与43家企业结对；单位名称为虚构";
const MUSEUM: &str = "公开信息：某科技馆2020年签订三份战略合作协议；单位名称为虚构";

const FIELDS: [&str; 10] = [
    "robotics",
    "ai",
    "biology",
    "energy",
    "space",
    "materials",
    "medicine",
    "environment",
    "engineering",
    "information",
];

/// Login, kind, name in Chinese and English.
const INSTITUTIONS: [(&str, &str, &str, &str); 4] = [
    ("museum", "museum", "示范科技馆", "Demonstration Science Museum"),
    ("academy", "institute", "示范科学院分院", "Demonstration Branch of an Academy of Sciences"),
    ("mediagroup", "media", "示范传媒集团", "Demonstration Media Group"),
    ("scitech", "institute", "示范科学技术研究院", "Demonstration Academy of Science and Technology"),
];

/// Title in Chinese and English, aims, and whether it has begun.
type Planned = (&'static str, &'static str, &'static str, bool);

const WITH_ACADEMY: [Planned; 3] = [
    ("科学传播论坛", "Forum on science communication", "每年一届，科学家与科普工作者同台。", true),
    ("与科学家一对一", "One on one with a scientist", "青少年与科学家面对面交流。", true),
    ("实习研究员", "Intern researchers", "中学生到研究所做一个假期的课题。", false),
];
const WITH_MEDIA: [Planned; 1] = [(
    "科普游戏素材与资源数据库",
    "Database of materials and resources for science games",
    "共建共享科普游戏的素材和资源。",
    true,
)];
const WITH_SCITECH: [Planned; 1] =
    [("青少年创新实践", "Innovation practice for teenagers", "在实验室完成一个创新项目。", true)];

impl Loader<'_> {
    /// Both systems, in a district of their own, and what some of the pilot district offer and seek.
    pub(super) async fn agreements(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let official = self.second_district().await?;
        let pairings = self.station(&official).await?;
        self.museum(&official).await?;
        self.describe("school01", Host::School(self.plan.schools.first().context("a school")?.number), 0).await?;
        for (at, base) in (1..=self.plan.bases.min(5)).enumerate() {
            self.describe(&format!("baseadmin{base:02}"), Host::Base(base), at).await?;
        }
        self.say("agreements", "pairings and agreements", pairings + WITH.len(), began);
        Ok(())
    }

    /// A city and a district beside the pilot, with an official.
    async fn second_district(&self) -> anyhow::Result<Account> {
        let platform = self.platform();
        let countries = platform.list("/api/v1/authorities?level=country").await?;
        let country = countries.first().context("the country")?["id"].clone();
        let body = json!({ "level": "city", "parent_id": country, "code": "310000", "name_zh": "上海市", "name_en": "Shanghai" });
        let city = platform.post("/api/v1/authorities", &body).await?["id"].take();
        let body = json!({ "parent_id": city, "code": "310199", "name_zh": "示范二区（虚构）", "name_en": "Second District (made up)" });
        let district = platform.post("/api/v1/districts", &body).await?["id"].take();
        let grant = json!({ "role": "district_official", "district_id": district });
        self.make(&platform, "official.b", "示范二区工作人员", &grant).await?;
        Ok(self.api.account("official.b"))
    }

    /// Organizations of a kind, numbered, each run by one of a few accounts: who runs it, and its id.
    async fn numbered(
        &self,
        official: &Account,
        kind: &str,
        role: &str,
        (zh, en): (&str, &str),
        count: usize,
    ) -> anyhow::Result<Vec<(Account, String)>> {
        let made = each((1..=count).collect(), async |number: usize| {
            let body = json!({ "kind": kind, "code": format!("{}{number:02}", &kind[..1].to_uppercase()),
                               "name_zh": format!("{zh}{number:02}"), "name_en": format!("{en} {number:02}"),
                               "attributes": { "source": STATION } });
            Ok(word(&official.post("/api/v1/organizations", &body).await?, "id")?.to_owned())
        })
        .await?;
        let mut run = Vec::new();
        for (group, ids) in made.chunks(OF_ONE).enumerate() {
            let login = format!("{kind}{}", group + 1);
            let grants: Vec<Value> = ids.iter().map(|id| json!({ "role": role, "organization_id": id })).collect();
            let body = json!({ "login": login, "display_name": format!("{zh}联系人{}", group + 1), "grants": grants });
            let account = official.post("/api/v1/accounts", &body).await?;
            self.api.first_sign_in(&login, word(&account, "one_time_password")?).await?;
            run.extend(ids.iter().map(|id| (self.api.account(&login), id.clone())));
        }
        Ok(run)
    }

    /// Schools and firms, what they offer and seek, and their pairings: each firm has one or two schools, some schools two.
    async fn station(&self, official: &Account) -> anyhow::Result<usize> {
        let names = (("示范学校", "Demonstration School"), ("示范企业", "Demonstration Firm"));
        let schools = self.numbered(official, "school", "school_admin", names.0, SCHOOLS).await?;
        let firms = self.numbered(official, "company", "base_admin", names.1, FIRMS).await?;
        let sides =
            schools.iter().zip([("seeks", "offers"); SCHOOLS]).chain(firms.iter().zip([("offers", "seeks"); FIRMS]));
        each(sides.enumerate().collect(), async |(at, ((account, id), (much, little))): (usize, _)| {
            let fields = |step: usize, count: usize| -> Vec<&str> {
                FIELDS.iter().cycle().skip(at * step).take(count).copied().collect()
            };
            let mut body =
                json!({ "open": true, "persons_per_year": 30 + 10 * (at % 8), "grades": { "from": 4, "to": 9 } });
            body[much] = json!(fields(3, 3));
            body[little] = json!(fields(7, 1));
            account.put_if(&format!("/api/v1/organizations/{id}/partner-profile"), 0, &body).await?;
            Ok(())
        })
        .await?;
        let first = (0..SCHOOLS).map(|school| (school, school % FIRMS));
        let second = (0..SCHOOLS).step_by(3).map(|school| (school, (school * 5 + 11) % FIRMS));
        let mut pairs: Vec<(usize, usize)> = first.chain(second).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let count = pairs.len();
        each(pairs, async |(school, firm): (usize, usize)| {
            let ((by, school_id), (to, firm_id)) = (&schools[school], &firms[firm]);
            let body = json!({
                "kind": "pairing", "title_zh": format!("示范学校{:02}与示范企业{:02}结对", school + 1, firm + 1),
                "title_en": format!("School {:02} with firm {:02}", school + 1, firm + 1), "source": STATION,
                "proposer_id": school_id, "parties": [firm_id], "first_day": "2023-01-01",
                "offer": { "name": "示范校长", "post": "校长" },
            });
            let offered = by.post("/api/v1/agreements", &body).await?;
            let path = format!("/api/v1/agreements/{}/sign", word(&offered, "id")?);
            let signed = json!({ "organization_id": firm_id, "name": "示范经理", "post": "总经理" });
            to.post_if(&path, number(&offered, "version")?, &signed).await?;
            Ok(())
        })
        .await?;
        Ok(count)
    }

    /// The museum's three agreements of 2020 with their projects.
    async fn museum(&self, official: &Account) -> anyhow::Result<()> {
        let mut ids = Vec::new();
        for (at, (login, kind, zh, en)) in INSTITUTIONS.into_iter().enumerate() {
            let body = json!({ "kind": kind, "code": format!("I{:02}", at + 1), "name_zh": zh, "name_en": en,
                               "attributes": { "source": MUSEUM } });
            let id = word(&official.post("/api/v1/organizations", &body).await?, "id")?.to_owned();
            let grant = json!({ "role": "base_admin", "organization_id": id });
            self.make(official, login, &format!("{zh}管理员"), &grant).await?;
            ids.push(id);
        }
        let museum = self.api.account("museum");
        let own = ids.first().context("the museum")?;
        for ((zh, en, projects), (other, (login, ..))) in WITH.iter().zip(ids.iter().zip(INSTITUTIONS).skip(1)) {
            let body = json!({ "kind": "strategic", "title_zh": zh, "title_en": en, "source": MUSEUM, "proposer_id": own,
                               "parties": [other], "first_day": "2020-01-01", "aims": "共同开展科学传播，共建共享资源。" });
            let draft = museum.post("/api/v1/agreements", &body).await?;
            let path = format!("/api/v1/agreements/{}", word(&draft, "id")?);
            let text = || Form::new().part("file", Part::bytes(TEXT).file_name("战略合作协议（示范）.pdf"));
            museum.post_form(&format!("{path}/texts?organization_id={own}"), text).await?;
            let version = number(&museum.get(&path).await?, "version")?;
            let signed = json!({ "organization_id": own, "name": "示范馆长", "post": "馆长" });
            let offered = museum.post_if(&format!("{path}/offer"), version, &signed).await?;
            let signed = json!({ "organization_id": other, "name": "示范院长", "post": "负责人" });
            let sign = format!("{path}/sign");
            self.api.account(login).post_if(&sign, number(&offered, "version")?, &signed).await?;
            for project in *projects {
                self.project(&museum, own, &path, project).await?;
            }
        }
        Ok(())
    }

    /// A project with two milestones, one of them reached if it has begun, and what came of it.
    async fn project(&self, museum: &Account, own: &str, agreement: &str, planned: &Planned) -> anyhow::Result<()> {
        let (zh, en, aims, begun) = planned;
        let body = json!({ "owner_id": own, "title_zh": zh, "title_en": en, "aims": aims });
        let project = museum.post(&format!("{agreement}/projects"), &body).await?;
        let path = format!("/api/v1/projects/{}", word(&project, "id")?);
        let today = self.today();
        let ahead = today.checked_add_days(Days::new(60)).context("a day to come")?;
        let year = today.year();
        let first = json!({ "title": "确定方案", "due_on": format!("{}-12-31", year - 1) });
        let with = museum.post(&format!("{path}/milestones"), &first).await?;
        museum.post(&format!("{path}/milestones"), &json!({ "title": "年度总结", "due_on": ahead })).await?;
        if !begun {
            return Ok(());
        }
        museum.post_if(&format!("{path}/start"), number(&project, "version")?, &json!({})).await?;
        let milestone = word(&with["milestones"][0], "id")?;
        let done = json!({ "done_on": format!("{}-12-20", year - 1) });
        museum.patch(&format!("{path}/milestones/{milestone}"), 1, &done).await?;
        let code: String = path.chars().rev().take(8).collect();
        let body = json!({ "host_id": own, "code": code, "kind": "lecture", "title_zh": zh,
                           "title_en": en, "minutes": 90 });
        let activity = museum.post("/api/v1/activities", &body).await?;
        museum.put(&format!("{path}/activities/{}", word(&activity, "id")?), &json!({})).await?;
        if planned.0 == WITH_MEDIA[0].0 {
            let body = json!({ "owner_id": own, "kind": "game_material", "title_zh": "科普游戏素材包",
                               "title_en": "Materials for science games", "licence": "cc-by-nc-4.0", "reach": "everywhere",
                               "count": 0 });
            let resource = museum.post("/api/v1/resources", &body).await?;
            museum.put(&format!("{path}/resources/{}", word(&resource, "id")?), &json!({})).await?;
        }
        Ok(())
    }

    /// What one of the pilot district offers and seeks.
    async fn describe(&self, login: &str, host: Host, at: usize) -> anyhow::Result<()> {
        let field = |step: usize| FIELDS[(at * 2 + step) % FIELDS.len()];
        let (offers, seeks) = match host {
            Host::School(_) => (vec![field(2)], vec![field(0), field(1), field(4)]),
            Host::Base(_) => (vec![field(0), field(1)], vec![field(2)]),
        };
        let body = json!({ "offers": offers, "seeks": seeks, "open": true, "persons_per_year": 120,
                           "grades": { "from": 4, "to": 9 } });
        let path = format!("/api/v1/organizations/{}/partner-profile", self.host(host)?);
        self.api.account(login).put_if(&path, 0, &body).await?;
        Ok(())
    }
}

/// Title in Chinese and English of each of the three, with its projects.
const WITH: [(&str, &str, &[Planned]); 3] = [
    ("馆院战略合作协议", "Strategic cooperation with an academy of sciences", &WITH_ACADEMY),
    ("馆媒战略合作协议", "Strategic cooperation with a media group", &WITH_MEDIA),
    ("科技馆与科研院战略合作协议", "Strategic cooperation with an academy of science and technology", &WITH_SCITECH),
];

/// Stands for the text of an agreement.
const TEXT: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 62>>stream\nBT /F 14 Tf 20 100 Td (Demonstration agreement, made up) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
